"""A word of a session is nowhere but in the record's own file: not in stores, logs, hooks, syslog, reasons, outputs."""
import json
import os

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
