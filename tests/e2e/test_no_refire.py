"""What was said stays said: no edit of rules, words or configuration, and no restart, says it again."""
from box import ROOT, check
from test_daemon import LOW, fires, quiet
from test_reload import rules_hash

WORDS = """\
version: 1
rules:
  - id: test.words
    title: A word was said
    status: active
    per: member
    severity: notice
    signals:
      said: {turns: {from: member, to: therapist, says: spoken}, count: at least 1}
    when: said
    say: "ask {member} about the session"
    next_step: "Ask what was different."
    because: "A rule for tests."
"""

SPOKEN = """\
lexicon: spoken
version: 1.0
language: en
title: What is listened for
source: written for tests
entries:
  - {say: "SAID", weight: 1}
"""

OVERRIDE = """\
version: 1
override:
  test.low:
    because: ours are lower
    signals: {low: {value: at most 25}}
"""

EXCEPT = "except:\n  - {rule: test.*, case: CASE, until: 2026-05-01, reason: a form was wrong}\n"

BEGIN = "2026-03-02T15:00:00Z"


def set_up(box):
    """Two rules, one that reads scores and one that reads words, in a directory of the clinic's own."""
    box.now(BEGIN)
    write(box, rules=LOW)
    box.rules(WORDS, "words.yaml")
    lexicon(box, "the kettle is cold")
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.dir / "etc" / "rules.d"])


def write(box, rules=LOW, name="rules.yaml"):
    box.rules(rules, name)


def lexicon(box, phrase):
    box.rules(SPOKEN.replace("SAID", phrase), "spoken.yaml")


def told_of(box, session, said="the kettle is cold", **more):
    turns = [{"who": "t1", "to": "m1", "text": "how was the week"}, {"who": "m1", "to": "t1", "text": said}]
    return fires(box, session=session, turns=turns, **more)


def changed(box, engine, change):
    """Makes the change; returns when every case has been judged under it."""
    before = rules_hash(box)
    change()
    box.wait(lambda: rules_hash(box) != before, "other rules in force", told=engine.err)


def heard(box):
    return [(told["rule"], told["state"], told["session"]) for told in box.told()]


FIRST = [("test.low", "open", 1), ("test.words", "open", 1)]


def begin(box):
    set_up(box)
    engine = box.start()
    box.drop(told_of(box, 1))
    box.wait_told(2)
    check(sorted(heard(box)) == FIRST, str(heard(box)))
    return engine


def end(box, engine, expected=FIRST, session=2):
    """The next session, just as bad, and a restart: nothing more is said of what was said."""
    engine.stop()
    engine = box.start(courier=False)
    box.drop(told_of(box, session))
    box.drop(fires(box, case="K9"))
    box.wait(lambda: ("test.low", "open", 1) in heard(box)[2:] or box.told()[2:], "an alert of another case")
    box.wait_processed(session + 1)
    box.wait(lambda: box.rows("SELECT count(*) FROM outbox WHERE outcome IS NULL") == [(0,)], "the receipts", 20)
    case = box.rows("SELECT token FROM cases WHERE id = 'K1'")[0][0]
    mine = sorted((told["rule"], told["state"], told["session"]) for told in box.told() if told["case"] == case)
    check(mine == expected, str(mine))
    keys = [told["key"] for told in box.told()]
    check(len(keys) == len(set(keys)), str(keys))


def test_a_changed_threshold_says_nothing_again(box):
    engine = begin(box)
    changed(box, engine, lambda: write(box, LOW.replace("at most 30", "at most 35")))
    end(box, engine)


def test_a_threshold_changed_to_and_fro_says_nothing_again(box):
    engine = begin(box)
    changed(box, engine, lambda: write(box, LOW.replace("at most 30", "at most 3")))
    changed(box, engine, lambda: write(box, LOW))
    end(box, engine)


def test_a_changed_severity_says_nothing_again(box):
    engine = begin(box)
    changed(box, engine, lambda: write(box, LOW.replace("severity: warning", "severity: critical")))
    end(box, engine)


def test_a_rule_removed_and_added_again_says_nothing_again(box):
    engine = begin(box)
    path = box.dir / "etc" / "rules.d" / "rules.yaml"
    changed(box, engine, path.unlink)
    changed(box, engine, lambda: write(box, LOW))
    end(box, engine)


def test_a_rule_removed_over_a_restart_says_nothing_again(box):
    engine = begin(box)
    engine.stop()
    path = box.dir / "etc" / "rules.d" / "rules.yaml"
    path.unlink()
    box.start(courier=False).stop()
    write(box, LOW)
    end(box, box.start(courier=False))


def test_a_changed_phrase_says_nothing_again(box):
    engine = begin(box)
    changed(box, engine, lambda: lexicon(box, "(the|that) kettle is (cold|hot)"))
    end(box, engine)


def test_a_phrase_taken_out_says_nothing_and_a_new_one_is_heard_once(box):
    engine = begin(box)
    changed(box, engine, lambda: lexicon(box, "the boat is gone"))
    box.drop(told_of(box, 1, said="the boat is gone", case="K5"))
    box.wait_told(4)
    new = [told for told in box.told()[2:] if told["rule"] == "test.words"]
    check(len(new) == 1, str(box.told()))
    engine.stop()
    box.start(courier=False)
    box.drop(quiet(box, case="K6"))
    box.wait_processed(3)
    check(len(box.told()) == 4, str(heard(box)))


def test_an_override_says_nothing_again(box):
    engine = begin(box)
    changed(box, engine, lambda: write(box, OVERRIDE, "site.yaml"))
    end(box, engine)


def test_an_override_that_ends_and_returns_the_rule_says_nothing_again(box):
    engine = begin(box)
    changed(box, engine, lambda: write(box, OVERRIDE.replace("at most 25", "at most 5"), "site.yaml"))
    changed(box, engine, (box.dir / "etc" / "rules.d" / "site.yaml").unlink)
    end(box, engine)


def test_a_rule_switched_off_and_on_says_nothing_again(box):
    engine = begin(box)
    good = box.config_path.read_text()
    changed(box, engine, lambda: box.config_path.write_text(good + "switched_off: [test.low]\n"))
    changed(box, engine, lambda: box.config_path.write_text(good))
    end(box, engine)


def rest(box, engine, more):
    """An exception for the case, a session while it lasts, and one long after."""
    case = box.told()[0]["case"]
    changed(box, engine, lambda: write(box, LOW + EXCEPT.replace("CASE", case + more)))
    box.drop(told_of(box, 2, started="2026-03-09T14:00:00Z"))
    box.wait_processed(2)
    box.now("2026-06-01T15:00:00Z")
    box.drop(told_of(box, 3, started="2026-06-01T14:00:00Z"))
    box.wait_processed(3)


def test_an_exception_that_is_added_and_expires_says_nothing_again(box):
    engine = begin(box)
    rest(box, engine, ", from: 2026-03-05")
    end(box, engine, session=4)


def test_after_an_exception_for_the_whole_past_what_is_new_is_said_once(box):
    engine = begin(box)
    rest(box, engine, "")
    box.wait_told(4)
    end(box, engine, sorted(FIRST + [("test.low", "open", 3), ("test.words", "open", 3)]), session=4)


def test_restarts_send_nothing_again(box):
    engine = begin(box)
    for _ in range(3):
        engine.stop()
        engine = box.start(courier=False)
    engine.kill()
    box.start(courier=False).stop()
    end(box, box.start(courier=False))


def test_new_rules_over_a_restart_say_nothing_of_the_past(box):
    engine = begin(box)
    engine.stop()
    write(box, LOW.replace("at most 30", "at most 39").replace("severity: warning", "severity: critical"))
    end(box, box.start(courier=False))
