"""rupturectl test: the tests that stand in rules are run, counted, and told so that a failure explains itself."""
import xml.etree.ElementTree as ElementTree

from box import ROOT, check

FINE, FOUND, WRONG = 0, 1, 2

RULES = """\
version: 1
rules:
  - id: my.low
    title: A <low> score & more
    because: "A rule for tests."
    per: member
    severity: notice
    signals:
      low: {score: SRS, value: less than 36}
    when: low
    tests:
      - name: 'low, with "quotes" & <marks>'
        scores: {SRS: [38, 30]}
        expect: {session 2: notice}
      - name: just not
        scores: {SRS: [38, 36]}
        expect: {}
      - name: none given
        scores: {SRS: [38, null]}
        expect: {}
  - id: my.other
    title: Another
    because: "A rule for tests."
    status: draft
    per: member
    severity: notice
    signals:
      undone: {homework: member, value: at most 1}
    when: undone
"""

ELSEWHERE = """\
version: 1
tests:
  - rule: my.other
    name: left undone
    homework: [3, 0]
    expect: {session 2: notice}
"""


def run(box, *args):
    return box.run("rupturectl", "test", "--rules", ROOT / "rules" / "instruments.yaml", *args)


def test_rules_that_keep_their_promises_are_fine(box):
    ran = run(box, box.rules(RULES))
    check(ran.code == FINE, f"{ran.code}\n{ran.out}{ran.err}")
    check("ok        3/3    my.low\n" in ran.out, ran.out)
    check("my.other: no test\n" in ran.out, ran.out)
    check(ran.out.endswith("\n3 passed, 0 failed; 1 of 2 rules fire in a test\n"), ran.out)
    check('just not' in run(box, "-v", box.rules(RULES)).out, "-v does not name the tests")


def test_a_changed_threshold_shows_what_was_measured(box):
    path = box.rules(RULES.replace("less than 36", "less than 29"))
    ran = run(box, path)
    check(ran.code == FOUND, f"{ran.code}\n{ran.out}")
    for line in (f'{path}:12: my.low: low, with "quotes" & <marks>\n', "  expected  session 2: notice\n",
                 "  came      nothing\n", "  session 2: expected notice, nothing came\n",
                 "      false    low             30; asks for less than 29\n", "2 passed, 1 failed"):
        check(line in ran.out, f"{line!r} is not in\n{ran.out}")


def test_junit_and_json_say_the_same_in_well_formed_files(box):
    path = box.rules(RULES.replace("less than 36", "less than 29"))
    ran = run(box, "--junit", box.dir / "tests.xml", path)
    check(ran.code == FOUND, f"{ran.code}\n{ran.out}")
    suites = ElementTree.parse(box.dir / "tests.xml").getroot()
    check((suites.get("tests"), suites.get("failures")) == ("3", "1"), str(suites.attrib))
    cases = list(suites.iter("testcase"))
    check(cases[0].get("name") == 'low, with "quotes" & <marks>', str(cases[0].attrib))
    check("A <low> score & more" in cases[0].find("failure").text, cases[0].find("failure").text)
    check([case.find("failure") is None for case in cases] == [False, True, True], "the wrong ones failed")
    said = box.run("rupturectl", "--json", "test", "--rules", ROOT / "rules" / "instruments.yaml", path).json()
    check((said["passed"], said["failed"]) == (2, 1), str(said))
    check([test["passed"] for test in said["tests"]] == [False, True, True], str(said["tests"]))
    check(said["rules"][0]["signals_never_true"] == ["low"], str(said["rules"]))


def test_only_what_was_asked_for_is_run(box):
    path = box.rules(RULES)
    more = box.rules(ELSEWHERE, "more.yaml")
    check("4 passed, 0 failed; 2 of 2" in run(box, path, more).out, run(box, path, more).out)
    check("1 passed, 0 failed; 1 of 1" in run(box, "--rule", "my.o*", path, more).out, "--rule runs others too")
    ran = run(box, "--rules", path.parent, more)
    check("1 passed, 0 failed; 1 of 1" in ran.out, f"{ran.out}{ran.err}")
    check(run(box, "--rule", "my.nothing", path).code == WRONG, "a rule that is not there")
    check(run(box, "--frobnicate", path).code == WRONG, "an unknown option")
    check(run(box, more).code == WRONG, "a test of a rule that is not there")


def test_a_slip_in_a_test_is_a_mistake_of_the_file(box):
    path = box.rules(RULES.replace("expect: {session 2: notice}", "expect: {session 3: notice}"))
    ran = box.run("rupturectl", "lint", ROOT / "rules" / "instruments.yaml", path)
    check(ran.code == FOUND and f"{path}:14:18: error: session 3 of a test that has 2" in ran.out, ran.out)
    ran = run(box, path)
    check(ran.code == WRONG and "session 3 of a test that has 2" in ran.err, f"{ran.code}\n{ran.out}{ran.err}")


def test_the_tests_of_the_configured_rules_are_run_without_a_path(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(RULES)])
    check("3 passed, 0 failed" in box.ctl("test", expect=FINE).out, "not the configured rules")


def test_retired_rules_are_left_out(box):
    ran = run(box, box.rules(RULES.replace("    per: member\n    severity", "    status: retired\n    per: member\n    severity", 1)))
    check(ran.code == FINE and "3 tests of retired rules were left out" in ran.out, ran.out)
    check("0 of 1 rules fire" in ran.out, ran.out)


CHANGES = """\
version: 1
override:
  my.low:
    because: "Here 36 is low."
    signals:
      low: {value: at most 36}
      lower: {score: SRS, value: at most 20}
    severity: [{warning: lower}, {notice: low}]
    when: ~
tests:
  - rule: my.low
    name: just not, elsewhere
    scores: {SRS: [38, 36]}
    expect: {session 2: notice}
"""


def test_a_test_in_a_rule_is_of_the_rule_as_written_and_one_in_the_override_s_file_of_the_changed_one(box):
    path = box.rules(RULES)
    ran = run(box, path, box.rules(CHANGES, "changes.yaml"))
    check(ran.code == FINE, f"{ran.code}\n{ran.out}{ran.err}")
    check("3 tests stand in rules that are changed elsewhere" in ran.out, ran.out)
    check("my.low: never true: lower; never reached: warning\n" in ran.out, ran.out)
    check(ran.out.endswith("\n4 passed, 0 failed; 1 of 2 rules fire in a test\n"), ran.out)
    ran = run(box, path, box.rules(CHANGES.replace("session 2: notice", ""), "changes.yaml"))
    check(ran.code == FOUND and "expected  nothing" in ran.out, f"{ran.code}\n{ran.out}{ran.err}")


def test_what_the_administrator_switched_off_is_left_out(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(RULES)], more="switched_off: [my.low]\n")
    ran = box.ctl("test", expect=FINE)
    check("3 tests of retired rules were left out" in ran.out and "\n0 passed" in ran.out, ran.out)
