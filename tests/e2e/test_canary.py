"""A word of a session is nowhere but in the record's own file: not in stores, logs, hooks, syslog, reasons, outputs."""
import json
import os
import re

import captures
from box import ROOT, check
from test_daemon import LOW
from test_intake import drop_old

CANARY = "xyzzycanary"

# Fires on words: of a lexicon, and of a phrase written in the rule.
WORDS = LOW + """\
  - id: test.words
    title: Hard words
    status: active
    per: member
    severity: notice
    signals:
      attacks: {turns: {from: member, says: [hostility, blame]}, count: at least 1}
      phrase: {turns: {from: member, says: ["you never listen"]}, count: at least 1}
    when: attacks or phrase
    say: "ask {member} about the session"
    because: "A rule for tests."
"""

SINKS = "{log: {syslog: {facility: local3, ident: ruptured}, privacy: numbers}, " \
        "desk: {exec: {command: [%s], timeout: 5 seconds}, privacy: numbers}}"


def talk(box, **more):
    texts = ["hello %s", "you never listen to me, %s", "I hate you, %s, you are useless", "%s"]
    turns = [{"who": "m1" if n % 2 else "t1", "to": "t1" if n % 2 else "m1", "at": n * 5.0, "end": n * 5 + 3.0,
              "text": texts[n % 4] % CANARY} for n in range(12)]
    return box.record(case="K1", scores={"m1": 20.0, "m2": 38.0}, turns=turns, x_note=CANARY,
                      **{"a note of " + CANARY: {CANARY: [CANARY]}}, **more)


def faulty(box):
    """Records whose every fault stands at the word."""
    tree = talk(box)
    tree.update(started=CANARY, minutes=CANARY, session=CANARY, revision=[CANARY], language=CANARY + "!",
                participants=[{"id": "t1", "role": CANARY}, {"id": "bad " + CANARY + "\n", "role": "client", "age": CANARY}],
                attendance=[{"who": CANARY, "status": CANARY, "by": CANARY}, CANARY],
                scores=[{"of": "SRS", "by": CANARY, "total": CANARY, "items": {"Met " + CANARY: CANARY}}],
                flags={CANARY + " met": CANARY}, turns=[{"who": CANARY, "text": [CANARY]}, {"Met " + CANARY: 1}])
    return {
        "faults.json": json.dumps(tree).encode(),
        "cut.json": json.dumps(talk(box)).encode()[:-200],
        "broken.yaml": f"ruptured: 1\nrecord: {CANARY}\n\t{CANARY}: [\n{CANARY}".encode(),
        "alias.yaml": f"ruptured: &{CANARY} 1\nrecord: *{CANARY}\n{CANARY}: !{CANARY} x\n...\n".encode(),
        "twice.json": b'{"ruptured": 1, "met xyzzycanary": 1, "met xyzzycanary": 2}',
        "latin.json": f'{{"ruptured": 1, "record": "{CANARY}'.encode() + b'\xff"}',
        "other.json": json.dumps(talk(box, minutes=49)).encode(),
        "part.json": json.dumps(dict(talk(box), record="second")).encode(),
    }


def outputs(box, alert, record):
    """What people see: of rupturectl, every way of asking."""
    asked = [("alerts",), ("alerts", "--all"), ("alerts", "--all", "--reveal"), ("status",), ("status", "--files"),
             ("explain", alert["case"]), ("explain", alert["alert"]), ("explain", "--all", alert["case"]),
             ("explain", record), ("explain", "--hits", "--all", record), ("explain", box.spool / "rejected/faults.json"),
             ("audit", "--verify"), ("ack", alert["alert"], "seen"), ("lint",)]
    for words in asked:
        for json_or_not in ((), ("--json",)):
            ran = box.ctl(*json_or_not, *words)
            yield " ".join(map(str, json_or_not + words)), ran.out + ran.err


def test_a_word_of_a_session_is_nowhere_but_in_its_file(box):
    log = box.private_dev_log()
    box.config(rules=[ROOT / "rules" / "instruments.yaml", ROOT / "rules" / "lexicons", box.rules(WORDS)],
               sinks=SINKS % box.hook, routes="[{name: everything, to: [log, desk]}]")
    engine = box.start()
    record = box.drop(talk(box))
    box.wait_told(2)
    box.wait(lambda: len(log.lines()) >= 2, "lines in the log")
    bad = faulty(box)
    for name, data in bad.items():
        drop_old(box, data, name)
    box.wait_rejected(len(bad))
    check({alert["rule"] for alert in box.told()} == {"test.low", "test.words"}, f"the words were not heard: {box.told()}")

    record = box.spool / "processed" / box.processed()[0]
    for asked, said in outputs(box, box.told()[0], record):
        check(CANARY not in said, f"rupturectl {asked} says it:\n{said}")
    for line in log.lines():
        check(CANARY not in line, f"syslog has it: {line}")
    check(not any(CANARY in str(env) for env in box.told_env()), "the hook's environment has it")
    check(CANARY not in engine.err(), engine.err())

    seen = 0
    for path in (p for p in box.dir.rglob("*") if p.is_file()):
        inside = path.relative_to(box.dir).parts
        its_own = inside[0] == "spool" and inside[1] in ("processed", "rejected") and path.suffix != ".why"
        has = CANARY.encode() in path.read_bytes()
        seen += has
        check(its_own or not has, f"{'/'.join(inside)} has it")
        check(CANARY not in os.fspath(path), f"the name {path} has it")
    check(seen == 1 + len(bad), f"{seen} files hold the word: the test does not look where it should")


def test_a_rule_that_quotes_its_phrase_does_not_quote_the_session(box):
    """`explain --hits` names lexicon and entry by number; phrases stand in rule files, not in the store."""
    box.config(rules=[ROOT / "rules" / "instruments.yaml", ROOT / "rules" / "lexicons", box.rules(WORDS)])
    box.start()
    box.drop(talk(box))
    box.wait_told(2)
    for table in ("records", "incidents", "outbox", "audit"):
        for row in box.rows(f"SELECT * FROM {table}"):
            check(b"never listen" not in repr(row).encode(), f"{table} holds a phrase")


# ---- every way out, at the privacy level it has by default

# What must be in no alert, by what it is: a word in every field that whoever writes a record may fill.
FORBIDDEN = {
    "a name": "wandaquimby", "initials": "zq", "the therapist": "drgribble", "a member of staff": "staffmarple",
    "a record's id": "recordgrimsby", "the clinic's case id": "caseborogove", "a site": "siteslithy",
    "the modality": "modalitytove", "a word that was said": CANARY, "a note": "notebrillig", "a diagnosis": "f60.31",
    "a drug": "sertralinex", "a coding system": "systemjubjub", "a marker": "markerbander", "a flag": "flagmimsy",
    "an item": "itemmome", "an answer to an item": "3.0703", "a kind of contact": "contactuffish",
    "a supervisor": "supervisortulgey", "a note of a supervisor": "notewabe", "a reason of a supervisor": "reasonfrumious",
    "a day": "1987-0",
}
SCORE = "13.0611"  # a value: only where `numbers` is the default


def forbidden_record(case, session, **more):
    """A session in 1987 whose every free field holds a forbidden word.  Session 1 fires, the others do not."""
    low = float(SCORE) if session == 1 else 38.5
    texts = ["hello wandaquimby, how is the sertralinex", f"you never listen to me, {CANARY}", f"I hate you, {CANARY}, you are useless"]
    turns = [{"who": "zq" if n % 2 else "drgribble", "to": "drgribble" if n % 2 else "zq", "at": n * 5.0, "end": n * 5 + 3.0,
              "text": texts[n % 3]} for n in range(12)] if session == 1 else ...
    return {key: value for key, value in dict({
        "ruptured": 1, "record": f"recordgrimsby-{case}-{session}", "case": f"caseborogove-{case}", "session": session,
        "started": f"1987-03-{session * 7:02}T14:00:00Z", "minutes": 50, "language": "en", "modality": "modalitytove",
        "site": "siteslithy", "next_session": f"1987-03-{session * 7 + 7:02}T14:00:00Z",
        "participants": [{"id": "drgribble", "role": "therapist", "person": "staffmarple"},
                         {"id": "zq", "role": "parent", "age": 41}, {"id": "wandaquimby", "role": "child", "age": 13}],
        "attendance": [{"who": "zq", "status": "attended"}, {"who": "wandaquimby", "status": "attended"}],
        "scores": [{"of": "SRS", "by": "zq", "total": low, "items": {"itemmome": 3.0703}},
                   {"of": "SRS", "by": "wandaquimby", "total": 38.5}],
        "homework": [{"who": "zq", "rating": 0}],
        "codes": [{"system": "systemjubjub", "marker": "markerbander", "who": "zq", "value": 1}],
        "turns": turns, "reports": [{"by": "drgribble", "rupture": False}, {"by": "zq", "rupture": True}],
        "contacts": [{"who": "zq", "at": "1987-03-02T09:00:00Z", "kind": "contactuffish"}],
        "flags": {"flagmimsy": True, "safeguarding": session == 2}, "consent": {"transcript": True},
        "x_note": "notebrillig", "x_diagnosis": {"f60.31": ["f60.31"]}}, **more).items() if value is not ...}


HARM = LOW + """\
  - id: test.harm
    title: Somebody may come to harm
    status: active
    per: case
    severity: critical
    safety: yes
    signals:
      flagged: {field: flags.safeguarding, is: yes}
    when: flagged
    say: "call now"
    next_step: "Call."
    because: "A rule for tests."
""" + WORDS[len(LOW):]


def to_every_sink(box, all_of_them, more=""):
    names = ", ".join(all_of_them)
    sinks = ", ".join(f"{name}: {{{one.settings}}}" for name, one in all_of_them.items())
    box.config(rules=[ROOT / "rules", box.rules(HARM)], sinks=f"{{{sinks}}}", fallback="program",
               more="supervisors: {supervisortulgey: {therapists: [staffmarple], sites: [siteslithy]}}\n" + more,
               routes=f"[{{name: harm, match: {{rules: [test.harm, safeguarding]}}, to: [{names}], continue: yes}},"
                      f" {{name: hers, match: {{supervisor: supervisortulgey}}, to: [{names}], continue: yes}},"
                      f" {{name: everything, to: [{names}]}}]")


def waiting(box):
    return box.rows("SELECT sink, why FROM parcels WHERE state <> 1", db=box.courier_db)


def everything_that_is_told(box):
    """Findings, a repair, a retraction, safeguarding, drop-outs, refused rules; a supervisor's acts in between."""
    for session in (1, 2, 3):
        box.drop(forbidden_record("one", session))
    box.drop(forbidden_record("two", 1))
    box.wait_processed(4)
    box.wait(lambda: {"test.low", "test.words", "test.harm"} <= {alert.get("rule", "test.harm") for alert in box.told()}, "the rules")
    first = next(alert for alert in box.told() if alert.get("rule") == "test.low")
    box.ctl("ack", first["alert"], "notewabe", expect=0)
    box.ctl("case", "close", first["case"], "reasonfrumious")
    box.drop(forbidden_record("two", 1, revision=2, withdrawn=True), name="withdrawn.json")
    box.wait(lambda: any(alert.get("state") == "retracted" for alert in box.told()), "a retraction")
    box.rules("version: 1\nrules: [\n")
    box.wait(lambda: any(alert.get("rule") == "engine.rules_refused" for alert in box.told()), "the refused rules", 20)


def check_nothing_forbidden(where, text, values_too):
    for what, word in FORBIDDEN.items():
        found = re.search(rf"(?<![a-z0-9]){re.escape(word)}(?![a-z])" if len(word) < 4 else re.escape(word), text, re.I)
        check(not found, f"{where} gives away {what}: {text}")
    check(values_too or SCORE not in text, f"{where} gives away a score: {text}")


def test_no_sink_gives_away_more_than_tokens_by_default(box):
    all_of_them = captures.start_all(box)
    missing = captures.kinds_without_a_capture(box, all_of_them)
    check(not missing, f"kinds of sinks that nobody looks at here: {missing}; add a row to captures.py")
    to_every_sink(box, all_of_them)
    box.start()
    everything_that_is_told(box)
    box.wait(lambda: waiting(box) == [], "every delivery", 30, lambda: str(waiting(box)))
    sent = dict(box.rows("SELECT sink, count(*) FROM parcels GROUP BY sink", db=box.courier_db))
    check(set(sent) == set(all_of_them) and min(sent.values()) >= 8, str(sent))
    for name, one in all_of_them.items():
        box.wait(lambda: one.count() >= sent[name], f"all of {name}", 10, lambda: f"{one.count()} of {sent[name]}")
        for text in one.seen():
            check_nothing_forbidden(name, text, values_too=name == "program")
    # The words were there to be given away, and the captures show what was given.
    files = "".join(path.read_text() for path in (box.spool / "processed").rglob("*.json")).lower()
    for what, word in FORBIDDEN.items():
        check(word in files or "supervisor" in what, f"no record holds {what}")
    for name, one in all_of_them.items():
        whole = "\n".join(one.seen())
        ends = "retracted" in whole or name == "alertmanager"  # which is told of an end by a time
        check("test.low" in whole and "critical" in whole and ends, f"{name} shows too little: {whole[-3000:]}")


def test_every_capture_would_show_what_a_sink_gives_away(box):
    """Where the clinic's case ids are called random they go out, and must be seen at the other end of every sink."""
    all_of_them = captures.start_all(box)
    to_every_sink(box, all_of_them, "tokens: as given\n")
    box.start()
    box.drop(forbidden_record("one", 1))
    for name, one in all_of_them.items():
        box.wait(lambda: "caseborogove-one" in "\n".join(one.seen()), f"the case id in {name}", 20,
                 lambda: f"{one.seen()} {waiting(box)}")
