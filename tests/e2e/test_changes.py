"""A site changes what ships: overrides, exceptions, rules switched off; and rupturectl shows it."""
from box import ROOT, check
from test_daemon import LOW, fires, set_up
from test_reload import rules_hash, wait_changed

CHANGES = """version: 1
override:
  test.low:
    because: ours are lower
    severity: notice
    signals: {low: {value: at most 20}}
"""


def listed(box, *args):
    return box.ctl("--json", "rules", *args, expect=0).json()


def test_an_override_comes_into_force_and_is_shown_with_its_place(box):
    directory = box.rules(LOW).parent
    box.config(rules=[ROOT / "rules" / "instruments.yaml", directory])
    engine = box.start()
    check(listed(box)[0]["changes"] == [], str(listed(box)))
    before = rules_hash(box)
    path = box.rules(CHANGES, "site.yaml")
    wait_changed(box, engine, before)
    rule = listed(box, "test.low")[0]
    places = {c["key"]: (c["was"], c["value"], c["file"], c["line"]) for c in rule["changes"]}
    check(places == {"severity": ("warning", "notice", str(path), 5),
                     "signals.low.value": ("at most 30", "at most 20", str(path), 6)}, str(places))
    check(rule["rule"]["signals"]["low"]["value"] == "at most 20", str(rule))
    said = box.ctl("rules", "test.low", expect=0).out
    for part in ("value at most 20", "was at most 30", f"{path}:6: ours are lower", "notice when"):
        check(part in said, f"{part}: {said}")
    box.drop(fires(box))
    check(box.wait_told()[0]["severity"] == "notice", str(box.told()))


def test_a_rule_switched_off_in_the_configuration_is_silent_at_once(box):
    set_up(box)
    engine = box.start()
    before = rules_hash(box)
    good = box.config_path.read_text()
    box.config_path.write_text(good + "switched_off: [test.low]\n")
    wait_changed(box, engine, before)
    box.drop(fires(box))
    box.wait_processed(1)
    check(not box.told(), str(box.told()))
    check("switched off by the administrator" in box.ctl("rules", expect=0).out, box.ctl("rules").out)
    check(listed(box)[0]["switched_off"] and listed(box)[0]["status"] == "retired", str(listed(box)))
    check("test.low" in box.ctl("status").out and box.ctl("status", "--json").json()["switched_off"] == ["test.low"],
          box.ctl("status").out)
    box.config_path.write_text(good)
    box.wait(lambda: rules_hash(box) == before, "the rule again", told=engine.err)


def test_check_refuses_an_unknown_rule_to_switch_off(box):
    set_up(box)
    box.config_path.write_text(box.config_path.read_text() + "switched_off: [test.lwo]\n")
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 1 and 'unknown rule "test.lwo"; did you mean "test.low"?' in ran.err, f"{ran.code} {ran.err}")
    check(" 1 warning" in ran.out, ran.out)
    engine = box.start()
    box.drop(fires(box))
    box.wait_told()
    check("test.lwo" in engine.err(), engine.err())


def test_a_case_is_excepted_by_its_token(box):
    set_up(box)
    box.start()
    box.drop(fires(box, case="K1"))
    told = box.wait_told()[0]
    before = rules_hash(box)
    box.rules(LOW + f"except:\n  - {{rule: test.*, case: {told['case']}, until: 2030-01-01, reason: a form was wrong}}\n")
    box.wait(lambda: rules_hash(box) != before, "the exception")
    said = box.ctl("explain", told["case"], expect=0).out
    check("[excepted until 2030-01-01: a form was wrong]" in said, said)
    box.drop(fires(box, case="K2"))
    box.wait_told(2)


def test_what_an_exception_without_a_first_day_makes_vanish_is_listed(box):
    set_up(box)
    box.start()
    box.drop(fires(box, case="K1"))
    told = box.wait_told()[0]
    path = box.rules(LOW + f"except:\n  - {{rule: test.*, case: {told['case']}, until: 2030-01-01, reason: a form was wrong}}\n")
    ran = box.run("rupturectl", "lint", ROOT / "rules" / "instruments.yaml", path)
    check("[except-past]" in ran.out and "write `from: 20" in ran.out and " 1 warnings" in ran.out, ran.out)
    box.wait(lambda: "No open alerts" in box.ctl("alerts").out, "it is gone")
    gone = box.ctl("--json", "alerts", "--changed-by-rules", expect=0).lines()
    check([one["alert"] for one in gone] == [told["alert"]], str(gone))
    check(len(box.told()) == 1, "somebody was told")


def test_a_questionnaire_that_takes_the_place_of_another_is_told(box):
    shipped = ROOT / "rules" / "instruments.yaml"
    low = box.rules(LOW)
    own = box.rules("version: 1\ninstruments:\n  SRS: {family: alliance40, range: 0-40, better: high}\n", "own.yaml")
    ran = box.run("rupturectl", "rules", "--rules", shipped, "--rules", low, "--rules", own)
    check(f"questionnaire SRS as in {own}:3, in place of {shipped}:" in ran.out, ran.out + ran.err)
