"""rupturectl test --from-case: a stored case becomes a test that the rules judge as they judge the case."""
import json
import random
import re
import sys

from box import ROOT, check

sys.path.insert(0, str(ROOT / "tests/sim"))
from clinic import Case, Clinic, date  # noqa: E402

FINE, FOUND, WRONG = 0, 1, 2

RULES = """\
version: 1
rules:
  - {id: my.low, title: Low, per: member, severity: notice, status: active, because: For a test., say: low,
     signals: {low: {score: SRS, value: less than 30}}, when: low}
  - {id: my.site, title: Site, per: case, severity: notice, status: active, because: For a test., say: site,
     signals: {here: {field: site, equals: north}}, when: here}
  - id: my.child
    title: Child
    per: member
    severity: notice
    because: For a test.
    say: child
    signals: {young: {participant: member, age: less than 10}}
    when: young
"""


def stored(box, seed, cases=8, sessions=90):
    """A clinic in the store, judged; the tokens of its cases."""
    clinic = Clinic(seed, cases, sessions, weeks=10)
    for number, case in enumerate(clinic.cases):
        case.transcribed = number % 3 == 0
        case.coded = number % 3 == 1
    clinic.records = sorted(((Clinic.ends(r), r) for case in clinic.cases for r in fresh(seed, case)),
                            key=lambda one: (one[0], one[1]["record"]))
    for number, (_, record) in enumerate(clinic.records):
        box.drop(record, name=f"{number:06}.json")
    box.now(date(clinic.records[-1][0] + 20 * 86400))
    box.once()
    return [token for token, in box.rows("SELECT token FROM cases ORDER BY row")]


def fresh(seed, case):
    """The records of a case as it was made to be."""
    case.rng = random.Random(f"{seed} {case.name}")
    return list(case.records())


def write(box, token, *more, expect=FINE, name="case.yaml"):
    said = box.ctl("test", "--from-case", token, *more, expect=expect)
    path = box.dir / name
    path.write_text(said.out)
    return path, said


def test_what_is_written_of_simulated_cases_passes_and_says_nothing_of_them(box):
    box.config()
    seed = random.randrange(10**6)
    tokens = stored(box, seed)
    turns = 0
    for token in tokens:
        path, said = write(box, token, "--rule", "*", "--sessions", "-9")
        check(said.err.startswith("rupturectl: look before you share it"), f"seed {seed}, {token}: {said.err}")
        ran = box.run("rupturectl", "test", "--rules", ROOT / "rules", path)
        check(ran.code == FINE and " 0 failed" in ran.out, f"seed {seed}, {token}:\n{ran.out[-2000:]}{ran.err}")
        turns += said.out.count("words: ")
        found = re.search(rf"{token}|K\d\d\d\d|staff-|north|south|202[45]-|record", said.out.split("version: 1", 1)[1])
        check(not found, f"seed {seed}, {token}: {found}")
    check(turns > 100, "no case with turns")


def test_without_a_rule_those_that_find_something_are_written_about(box):
    box.config()
    seed = random.randrange(10**6)
    told = {}
    for token in stored(box, seed):
        said = box.ctl("test", "--from-case", token)
        check(said.code in (FINE, WRONG), f"seed {seed}, {token}: {said.err}")
        for rule, expected in re.findall(r"- rule: (\S+)\n(?:.*\n)*?    expect:(.*)\n", said.out):
            check(expected == "", f"seed {seed}, {token}: {rule} finds nothing")
            told.setdefault(token, set()).add(rule)
    # A rule that reads no incidents: in tests rules under test count as active, and may end what others wait for.
    found = box.rows("SELECT DISTINCT c.token, rule FROM incidents i JOIN cases c ON c.row = i.case_row"
                     " WHERE rule = 'drops.alliance'")
    check(found, f"seed {seed}: nothing found in any case")
    for token, rule in found:
        check(rule in told.get(token, ()), f"seed {seed}: {token} {rule}")


def family(box, **more):
    for session, score in enumerate((38, 29, 37, 38), 1):
        box.drop(box.record(session=session, scores={"m1": score}, site="north", **more))
    box.once()
    return box.rows("SELECT token FROM cases")[0][0]


def test_a_verdict_that_is_another_in_the_test_is_told(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(RULES)])
    box.now("2026-05-01T10:00:00Z")
    token = family(box)
    path, said = write(box, token, "--rule", "my.low")
    check("      session 2: {severity: notice, member: m1}\n" in said.out, said.out)
    check("repaired, member: m1}\n" in said.out, said.out)
    path, said = write(box, token, "--rule", "my.site", expect=FOUND)
    line = "my.site judges the test otherwise, first here: session 1: notice, here true"
    check(f"# - {line}\n" in said.out and line in said.err, said.out + said.err)
    check(box.run("rupturectl", "test", "--rules", box.dir / "etc" / "rules.d", "--rules",
                  ROOT / "rules" / "instruments.yaml", path).code == FOUND, "the test passes all the same")


def test_part_of_a_case_stands_for_itself(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(RULES)])
    box.now("2026-05-01T10:00:00Z")
    token = family(box)
    _, said = write(box, token, "--rule", "my.low", "--sessions", "2-3")
    check("        SRS: [29, 37]\n" in said.out and "session 1: {severity: notice, member: m1}" in said.out, said.out)
    check("# Sessions 2 to 3 of 4, judged as if there were no others" in said.out, said.out)
    _, said = write(box, "K1", "--rule", "my.low", "--sessions", "3-")
    check("        SRS: [37, 38]\n" in said.out and "    expect: {}\n" in said.out, said.out)
    for words in (("--sessions", "0-2"), ("--sessions", "3-2"), ("--sessions", "5-6"), ("--sessions", "-"),
                  ("--sessions", "x"), ("--rule", "my.nothing"), ("--watch",), ("--junit", "x.xml")):
        check(box.ctl("test", "--from-case", token, *words).code == WRONG, str(words))
    check(box.ctl("test", "--from-case", "nobody").code == WRONG, "a case that is not there")
    check(box.ctl("test", "--sessions", "1-2").code == WRONG, "--sessions alone")


def test_a_case_that_a_person_closed_is_closed_in_the_test(box):
    box.config()
    box.now("2026-03-24T10:00:00Z")
    token = family(box)
    box.start()
    box.ctl("case", "close", token, "moved", "away", expect=FINE)
    box.wait(lambda: box.rows("SELECT closed_at FROM cases WHERE closed_at IS NOT NULL"), "the case to be closed")
    path, said = write(box, token, "--rule", "drops.*")
    check("    closed: " in said.out and "state: closed" in said.out, said.out)
    check(box.run("rupturectl", "test", "--rules", ROOT / "rules", path).code == FINE, "it does not pass")


def test_a_phrase_list_that_is_not_there_is_a_fault_of_the_test(box):
    text = RULES + """\
tests:
  - {rule: my.low, name: a, expect: {}, sessions: [{turns: [{who: m1, to: t1, words: 3, heard: {hostilty: 1}}]}]}
  - {rule: my.low, name: b, expect: {}, sessions: [{turns: [{who: m1, text: hello, words: 3}]}]}
  - {rule: my.low, name: c, expect: {}, sessions: [{turns: [{who: m1, words: 3, heard: [hostility]}]}]}
  - {rule: my.low, name: d, expect: {}, sessions: [{turns: [{who: m1, words: 3, heard: {hostility: 0}}]}]}
"""
    said = box.run("rupturectl", "--json", "lint", ROOT / "rules", box.rules(text)).json()
    check([(fault["line"], fault["code"]) for fault in said] ==
          [(16, "unknown-lexicon"), (17, "turn"), (18, "wrong-kind"), (19, "out-of-range")], json.dumps(said, indent=1))
