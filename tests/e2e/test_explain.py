"""rupturectl explain over the store: what is meant by a word, the words of turns, and what became of alerts."""
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess

from box import check
from test_canary import CANARY, WORDS
from test_daemon import LOW
from test_family import family

FINE, WRONG, AGAIN = 0, 2, 75
CLINIC = ["instruments.yaml", "lexicons"]


def rules(box, text):
    from box import ROOT
    return [ROOT / "rules" / name for name in CLINIC] + [box.rules(text)]


def talk(text, **more):
    """Two turns of m1 that are evidence, at 0:05 and 1:05."""
    turns = [{"who": "t1", "to": "m1", "at": 0.0, "end": 3.0, "text": "hello"},
             {"who": "m1", "to": "t1", "at": 5.0, "end": 8.0, "text": f"you never listen to me {text}"},
             {"who": "t1", "to": "m1", "at": 60.0, "end": 63.0, "text": "go on"},
             {"who": "m1", "to": "t1", "at": 65.0, "end": 68.0, "text": f"I hate you, you are useless {text}"}]
    return dict({"turns": turns, "scores": {"m1": 20.0, "m2": 38.0}}, **more)


def clinic(box, records, routes="[{name: everything, to: [desk]}]", text=WORDS, **config):
    box.config(rules=rules(box, text), routes=routes, **config)
    box.now("2026-03-02T18:00:00Z")
    engine = box.start()
    for record in records:
        box.drop(record)
    box.wait_processed(len(records))
    return engine


def token(box, case="K1"):
    return box.rows("SELECT token FROM cases WHERE id = ?", case)[0][0]


def alert_of(box, rule, case="K1"):
    box.wait(lambda: [a for a in box.ctl("--json", "alerts", "--all").lines() if a["rule"] == rule], f"an alert of {rule}")
    return next(a for a in box.ctl("--json", "alerts", "--all").lines() if a["rule"] == rule and a["case"] == token(box, case))


def audited(box, what):
    return box.rows("SELECT who, about FROM audit WHERE what = ?", what)


# ---- what is meant


def test_a_case_a_record_and_an_alert_are_told_apart(box):
    clinic(box, [box.record(record=f"rec-{n}", session=n, scores={"m1": 38.0 - 18 * (n == 3), "m2": 38.0}) for n in (1, 2, 3)])
    case, alert = token(box), alert_of(box, "test.low")["alert"]
    box.wait(lambda: not box.rows("SELECT 1 FROM outbox WHERE outcome IS NULL"), "the receipts, for explain tells of them")
    whole = box.ctl("explain", "--all", case, expect=FINE).out
    check("session 1," in whole and "session 3," in whole, whole)
    for word in ("K1", case[:4], f"case:{case}"):
        check(box.ctl("explain", "--all", word, expect=FINE).out == whole, f"{word} is another case")
    third = box.ctl("explain", "rec-3", expect=FINE).out
    check("session 3," in third and "session 1," not in third and alert in third, third)
    for word in (f"{case}/3", "K1/3", "record:rec-3"):
        check(box.ctl("explain", word, expect=FINE).out == third, f"{word} is another session")
    check("alert " not in box.ctl("explain", "rec-1", expect=FINE).out, "an alert of another session is shown")
    one = box.ctl("explain", alert, expect=FINE).out
    check("test.low" in one and "session 3," in one and "session 1," not in one, one)
    for word in (alert[:6], f"{alert}-1", f"alert:{alert}"):
        check(box.ctl("explain", word, expect=FINE).out == one, f"{word} is another alert")


def test_a_word_that_is_several_things_is_asked_about(box):
    clinic(box, [box.record(case="K1", record="K2"), box.record(case="K2", record="rec-21"), box.record(case="K3", record="rec-22")])
    ran = box.ctl("explain", "K2", expect=WRONG)
    check("names more than one thing" in ran.err and f"case:{token(box, 'K2')}, record:K2" in ran.err and "case:, record:" in ran.err, ran.err)
    check("session 1," in box.ctl("explain", "--all", "case:K2", expect=FINE).out, "case: did not help")
    check(f"case {token(box)}," in box.ctl("explain", "--all", "record:K2", expect=FINE).out, "record: did not help")
    for word in ("rec-2", "record:rec-"):
        ran = box.ctl("explain", word, expect=WRONG)
        check("is no file, no case" in ran.err and "rec-21" not in ran.err, f"an id is found by its beginning: {ran.err}")


def test_an_unknown_word_is_answered_with_a_near_one_and_no_id_of_the_clinic(box):
    clinic(box, [box.record(case="Kquimby", record="recquimby")])
    near = token(box, "Kquimby")
    mistyped = near[:-1] + ("0" if near[-1] != "0" else "1")
    check(f"did you mean {near}?" in box.ctl("explain", mistyped, expect=WRONG).err, "no near token")
    for word in ("Kquimbi", "xxxxxxxx", "Ab"):
        ran = box.ctl("explain", word, expect=WRONG)
        check("no file, no case, no record and no alert" in ran.err and "quimby" not in ran.err, ran.err)
    check("has no such session; it has 1" in box.ctl("explain", f"{near}/7", expect=WRONG).err, "a seventh session")


# ---- the words


def test_words_are_shown_to_who_asks_and_that_is_written_down_first(box):
    engine = clinic(box, [box.record(record="rec-1", **talk(CANARY))])
    case, alert = token(box), alert_of(box, "test.words")["alert"]
    for words in ((case,), ("rec-1",), (alert,), ("--all", case)):
        for more in ((), ("--json",)):
            check(CANARY not in box.ctl(*more, "explain", *words, expect=FINE).out, f"words without --text: {words}")
    check(audited(box, "text") == [], "an audit of words that were not shown")
    said = box.ctl("explain", "--text", alert, expect=FINE).out
    check(f"turn 1, 0:05, m1 to t1: you never listen to me {CANARY}" in " ".join(said.split()), said)
    check(f"turn 3, 1:05, m1 to t1: I hate you, you are useless {CANARY}" in " ".join(said.split()), said)
    (who, about), = audited(box, "text")
    check(who and about == f"{case}: session 1", f"{who} {about}")
    said = json.loads(box.ctl("--json", "explain", "--text", "rec-1", expect=FINE).out.splitlines()[0])["said"]
    check([(s["turn"], s["at"], s["from"], s["to"]) for s in said] == [(1, 5, "m1", "t1"), (3, 65, "m1", "t1")], str(said))
    check(len(audited(box, "text")) == 2 and CANARY not in str(box.rows("SELECT * FROM audit")), "the audit holds a word")
    check(CANARY not in engine.err(), "the log has it")
    its_own = {box.spool / "processed" / name for name in box.processed()}
    for path in (p for p in box.dir.rglob("*") if p.is_file() and p not in its_own):
        check(CANARY.encode() not in path.read_bytes(), f"{path} has it")


def test_without_an_engine_there_are_no_words(box):
    engine = clinic(box, [box.record(record="rec-1", **talk(CANARY))])
    alert = alert_of(box, "test.words")["alert"]
    engine.stop()
    ran = box.ctl("explain", "--text", alert, expect=AGAIN)
    check(not ran.out and CANARY not in ran.err and "is the engine running?" in ran.err, ran.out + ran.err)
    check(audited(box, "text") == [], "an audit without an engine")


def test_an_engine_that_does_not_answer_shows_no_words(box):
    engine = clinic(box, [box.record(record="rec-1", **talk(CANARY))])
    alert = alert_of(box, "test.words")["alert"]
    os.kill(engine.pid, signal.SIGSTOP)
    ran = box.ctl("explain", "--text", alert, expect=AGAIN)
    os.kill(engine.pid, signal.SIGCONT)
    check(not ran.out and CANARY not in ran.err, ran.out + ran.err)


def test_an_engine_that_refuses_to_write_it_down_shows_no_words(box):
    clinic(box, [box.record(record="rec-1", **talk(CANARY))])
    alert = alert_of(box, "test.words")["alert"]
    with sqlite3.connect(box.store) as store:  # what the audit cannot hold is not done
        store.execute("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'full'); END")
    ran = box.ctl("explain", "--text", alert)
    with sqlite3.connect(box.store) as store:
        store.execute("DROP TRIGGER full")
    check(ran.code != FINE and not ran.out and CANARY not in ran.err, ran.out + ran.err)


def test_words_are_those_of_the_revision_that_is_judged(box):
    clinic(box, [box.record(record="rec-1", **talk("firstversion"))])
    box.drop(box.record(record="rec-1", revision=2, **talk("secondversion")), name="again.json")
    box.wait_processed(2)
    said = box.ctl("explain", "--text", "rec-1", expect=FINE).out
    check("secondversion" in said and "firstversion" not in said, said)
    # The file of the second goes: the first is another content, and so is a file that claims to be the second.
    newest = next(p for p in (box.spool / "processed").rglob("*again.json"))
    forged = newest.read_text().replace("secondversion", "forgedversion")
    newest.unlink()
    newest.with_name("00000000-forged.json").write_text(forged)
    ran = box.ctl("explain", "--text", "rec-1", expect=FINE)
    check("version" not in ran.out and "no words: its record is no longer in processed/" in ran.err, ran.out + ran.err)


def test_what_was_withdrawn_or_refused_has_no_words_and_says_why(box):
    clinic(box, [box.record(record="rec-1", **talk(CANARY))])
    box.drop(box.record(case="K2", record="rec-2", consent={"transcript": False}, **talk(CANARY)))
    box.wait_processed(2)
    ran = box.ctl("explain", "--text", "rec-2", expect=FINE)
    check(CANARY not in ran.out and "session 1: no words: consent to its transcript is refused" in ran.err, ran.out + ran.err)
    box.drop(box.record(record="rec-1", revision=2, withdrawn=True), name="withdrawn.json")
    box.wait_processed(3)
    for more in ((), ("--json",)):
        ran = box.ctl(*more, "explain", "--text", "rec-1", expect=FINE)
        check(CANARY not in ran.out + ran.err and "withdrawn" in ran.out, ran.out + ran.err)
    check(audited(box, "text") == [], "an audit of words that were not shown")


def test_words_that_are_not_kept_any_more_are_said_to_be_gone(box):
    clinic(box, [box.record(record="rec-1", **talk(CANARY))], more="retention: {processed: 90 days}\n")
    for path in (box.spool / "processed").rglob("*.json"):
        path.unlink()
    ran = box.ctl("explain", "--text", "rec-1", expect=FINE)
    check("session 1: no words: its record is no longer in processed/ (they are kept for 90 days)" in ran.err, ran.err)
    check("test.words" in ran.out, "nothing is explained without the words")


def test_the_words_of_a_file_are_not_this_programs_to_show(box):
    path = box.dir / "one.json"
    path.write_text(json.dumps(box.record(**talk(CANARY))))
    box.config(rules=rules(box, WORDS))
    ran = box.ctl("explain", "--text", path, expect=WRONG)
    check(CANARY not in ran.out + ran.err and "--text goes with a case" in ran.err, ran.err)


def test_nothing_that_was_said_controls_the_terminal(box):
    clinic(box, [box.record(record="rec-1", **talk("\x1b[2J\x9b31m\a\u202eend"))])
    said = box.ctl("explain", "--text", "rec-1", expect=FINE).out
    check("end" in said, said)
    for character in "\x1b\x9b\a\u202e":
        check(character not in said, f"{character!r} is in {said!r}")


# ---- what people heard


def test_what_was_sent_held_and_silenced_is_told(box):
    clinic(box, [box.record(record="rec-1", **talk("x"))],
           routes="[{name: words, match: {rules: [test.words]}, to: [desk], digest: '07:30'},"
                  " {name: others, to: [desk]}]")
    alert = alert_of(box, "test.low")["alert"]
    box.wait(lambda: box.rows("SELECT 1 FROM outbox WHERE outcome = 'delivered'"), "the receipt")
    box.ctl("ack", alert, "seen", expect=FINE)
    case = token(box)
    said = " ".join(box.ctl("explain", case, expect=FINE).out.split())
    check(re.search(r"2026-03-02 18:00 open, \w+, to desk by route \"others\": delivered 2026-03-02 18:00", said), said)
    check(re.search(r"for the digest of 2026-03-0\d \d\d:\d0, to desk by route \"words\"", said), said)
    check(re.search(r"acknowledged 2026-03-02 18:00 by \w+", said), said)
    answer = [a for a in map(json.loads, box.ctl("--json", "explain", case, expect=FINE).out.splitlines()) if "alert" in a]
    check([w["for"] for a in answer for w in a["waits"]] == ["digest"], str(answer))
    box.ctl("silence", "--case", case, "--until", "2026-04-01", "--reason", "on holiday", expect=FINE)
    said = " ".join(box.ctl("explain", case, expect=FINE).out.split())
    check("nothing of it was sent to anybody: what was held was dropped before it went" in said, said)
    check(re.search(r"covered now by silence 1 of [\w ]+, until 2026-0\d-\d\d \d\d:\d0 \(on holiday\)", said), said)
    box.drop(box.record(session=2, record="rec-2", started="2026-03-02T15:00:00Z", scores={"m1": 38.0, "m2": 20.0}))
    box.wait_processed(2)
    said = " ".join(box.ctl("explain", f"{case}/2", expect=FINE).out.split())
    check("kept back 2026-03-02 18:00 by silence 1" in said, said)
    answer = [a for a in map(json.loads, box.ctl("--json", "explain", case, expect=FINE).out.splitlines()) if "alert" in a]
    by_rule = {(a["rule"], a["member"]): a for a in answer}
    check([m["outcome"] for m in by_rule["test.low", "m1"]["told"]] == ["delivered"], str(by_rule))
    check(not by_rule["test.words", "m1"]["waits"] and not by_rule["test.words", "m1"]["told"], "what was held went on waiting")
    check(by_rule["test.low", "m2"]["kept_back_by"]["silence"] == 1 and not by_rule["test.low", "m2"]["told"], str(by_rule))


def test_a_budget_that_was_spent_is_told(box):
    many = [box.record(case=f"K{n}", record=f"rec-{n}", scores={"m1": 20.0, "m2": 38.0}) for n in range(1, 5)]
    clinic(box, many, text=LOW.replace("severity: warning", "severity: notice"), routes="[{name: few, to: [desk], budget: 2 a week}]")
    box.wait(lambda: box.rows("SELECT count(*) FROM held")[0][0] == 2, "what is held")
    said = " ".join(" ".join(box.ctl("explain", token(box, f"K{n}"), expect=FINE).out for n in range(1, 5)).split())
    check(said.count("the budget of 2 messages a week (\"few\") was spent") == 2, said)
    check(said.count("to desk by route \"few\": ") >= 2, said)


def test_what_nobody_is_told_says_why(box):
    box.config(rules=rules(box, LOW), announce_within="30 days")
    box.now("2026-09-01T12:00:00Z")
    box.start()
    box.drop(box.record(record="rec-1", scores={"m1": 20.0, "m2": 38.0}))
    box.wait_processed(1)
    said = " ".join(box.ctl("explain", token(box), expect=FINE).out.split())
    check("older than `announce_within` when it was first judged: that is historic, and told to nobody" in said, said)
    box.rules(LOW.replace("status: active", "status: test"))
    box.wait(lambda: "in force as on disk" in box.ctl("status").out, "the rules")
    said = " ".join(box.ctl("explain", token(box), expect=FINE).out.split())
    check("the rule is under test: what it finds is listed and told to nobody" in said, said)


def test_an_alert_that_could_not_be_delivered_says_so(box):
    clinic(box, [], text=LOW)
    box.hook_exits(1)
    box.drop(box.record(record="rec-1", scores={"m1": 20.0, "m2": 38.0}))
    box.wait(lambda: box.rows("SELECT 1 FROM parcels WHERE attempts > 0", db=box.courier_db), "an attempt")
    said = " ".join(box.ctl("explain", token(box), expect=FINE).out.split())
    check(re.search(r"not delivered yet, tried \d+ times? in vain, again 20", said), said)


# ---- how it looks


def on_a_terminal(box, columns, *words):
    """What rupturectl prints where standard output is a terminal of so many columns."""
    master, slave = pty.openpty()
    subprocess.run(["stty", "cols", str(columns), "rows", "50"], stdin=slave, check=True)
    program = subprocess.Popen([box.program("rupturectl"), "-c", box.config_path, *map(str, words)], env=box.env,
                               stdout=slave, stdin=subprocess.DEVNULL)
    os.close(slave)
    said = b""
    while True:
        try:
            more = os.read(master, 65536)
        except OSError:  # the other end is closed
            break
        if not more:
            break
        said += more
    os.close(master)
    check(program.wait() == FINE, f"ended with {program.returncode}")
    return said.decode().replace("\r\n", "\n")


def test_no_line_is_wider_than_the_screen(box):
    box.config()
    box.now("2026-03-30T17:00:00Z")
    for _, tree in sorted(family().items()):
        box.drop(tree)
    box.once()
    case = token(box, "synthetic-family")
    alert = next(a["alert"] for a in box.ctl("--json", "alerts", "--all").lines() if a["rule"] == "siding.therapist")
    for words in ((case,), ("--all", case), (alert,), (f"{case}/8",)):
        for columns, said in ((100, box.ctl("explain", *words, expect=FINE).out), (80, on_a_terminal(box, 80, "explain", *words)),
                              (60, on_a_terminal(box, 60, "explain", *words)), (100, on_a_terminal(box, 200, "explain", *words))):
            # The path of a rule file is as long as it is.
            wide = [line for line in said.splitlines() if len(line) > columns and not line.startswith("version ")]
            check(not wide, f"{columns} columns: {wide[:3]}")


def test_a_condition_is_drawn_as_it_was_decided(box):
    box.config()
    files = []
    for n, tree in sorted(family().items()):
        path = box.dir / f"s{n:02}.json"
        path.write_text(json.dumps(tree))
        files.append(path)
    said = box.ctl("explain", *files, expect=FINE).out
    check("      warning when\n        true     any of\n          true     all of: below_own true, big_fall true\n"
          "          no_data  off_chart\n" in said, said[:6000])


def test_one_rule_alone_says_why_it_stayed_quiet(box):
    box.config()
    files = []
    for n, tree in sorted(family().items()):
        path = box.dir / f"s{n:02}.json"
        path.write_text(json.dumps(tree))
        files.append(path)
    whole = box.ctl("explain", "--all", *files, expect=FINE).out
    said = " ".join(box.ctl("explain", "--rule", "repair.overdue", *files, expect=FINE).out.split())
    check("asked: state unrepaired, severity notice; there is no such incident" in said and "why not: " in said, said)
    check("true scores drops.alliance; asked: state unrepaired" in said, "it is not said which rupture is open")
    check("drops.alliance (" not in said and "fired," not in said, "another rule is shown")
    said = " ".join(box.ctl("explain", "--rule", "withdrawal.*", *files, expect=FINE).out.split())
    check("withdrawal.talk (" in said and "withdrawal.minimal (" in said and "siding" not in said, said)
    check("times the usual; asks for at most 0.5 times the usual" in said, "a proportion is shown in another unit")
    check("%; asks for at most 0.5 times" not in " ".join(whole.split()), "a proportion is shown in percent")
    check("there is no rule \"nope\" here" in box.ctl("explain", "--rule", "nope", *files, expect=WRONG).err, "nope is a rule")
    verdicts = [v["rule"] for line in box.ctl("--json", "explain", "--rule", "drops.low", *files).lines() for v in line["verdicts"]]
    check(set(verdicts) == {"drops.low"}, str(verdicts))


def test_an_alert_that_was_taken_back_shows_what_the_rule_finds_now(box):
    clinic(box, [box.record(record="rec-1", scores={"m1": 20.0, "m2": 38.0})])
    alert = alert_of(box, "test.low")["alert"]
    box.drop(box.record(record="rec-1", revision=2, scores={"m1": 38.0, "m2": 38.0}), name="again.json")
    box.wait_processed(2)
    box.wait(lambda: "retracted" in box.ctl("alerts", "--all").out, "the end of the alert")
    said = box.ctl("explain", alert, expect=FINE).out
    check("the rule does not find it any more" in said, said)
    check("false    test.low (m1)" in said and "case " + token(box) + ", session 1" in said and "why not:" in said, said)
