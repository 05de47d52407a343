"""Rules and configuration change on disk while everything runs."""
import signal

from box import check
from test_daemon import LOW, fires, quiet, set_up

# The daemon gives a broken set up after a tenth of the time it would.
HURRY = {"RUPTURED_HURRY": "10"}

OTHER = LOW.replace("at most 30", "at most 36").replace("severity: warning", "severity: notice")
BROKEN = LOW.replace("at most 30", "at mots 30")


def rules_hash(box):
    """Of the set that all cases were judged by; there is none in the first moments of a new store."""
    found = []
    box.wait(lambda: found.append(box.ctl("status", "--json").json()["rules_hash"]) or found[-1], "rules in force")
    return found[-1]


def middle(box, case="K5", session=1):
    """Fires under OTHER, not under LOW."""
    return box.record(case=case, session=session, scores={"m1": 35.0, "m2": 38.0})


def wait_changed(box, engine, before):
    box.wait(lambda: rules_hash(box) != before, "other rules in force", told=engine.err)


def about(box, rule):
    return [told for told in box.told() if told["rule"] == rule]


def wait_about(box, rule, number=1):
    box.wait(lambda: len(about(box, rule)) >= number, f"{number} alerts of {rule}", told=lambda: str(box.told()))


def test_an_edited_rule_is_in_force_within_seconds(box):
    set_up(box)
    engine = box.start()
    before = rules_hash(box)
    box.rules(OTHER)
    wait_changed(box, engine, before)
    box.drop(middle(box))
    check(box.wait_told()[0]["severity"] == "notice", str(box.told()))


def test_an_edit_by_rename_is_in_force_within_seconds(box):
    set_up(box)
    engine = box.start(courier=False)
    before = rules_hash(box)
    box.rules(OTHER, ".rules.yaml.swp").rename(box.dir / "etc" / "rules.d" / "rules.yaml")
    wait_changed(box, engine, before)


def test_an_edit_of_rules_tells_nobody_of_the_past(box):
    set_up(box)
    engine = box.start()
    box.drop(fires(box))
    box.drop(middle(box))
    box.wait_told()
    box.wait_processed(2)
    before = rules_hash(box)
    box.rules(OTHER)
    wait_changed(box, engine, before)
    box.drop(middle(box, session=2))
    box.drop(fires(box, case="K9"))
    box.wait_told(2)
    box.wait_processed(4)
    check([told["session"] for told in box.told()] == [1, 1], str(box.told()))
    check(len({told["case"] for told in box.told()}) == 2, str(box.told()))


def test_an_edit_to_and_fro_tells_nobody_anything(box):
    set_up(box)
    engine = box.start()
    box.drop(fires(box))
    box.wait_told()
    first = rules_hash(box)
    box.rules(LOW.replace("at most 30", "at most 3"))
    wait_changed(box, engine, first)
    box.rules(LOW)
    box.wait(lambda: rules_hash(box) == first, "the first rules again", told=engine.err)
    box.drop(quiet(box))
    box.wait_processed(2)
    check(len(box.told()) == 1, str(box.told()))


def test_a_broken_rule_file_leaves_the_last_good_rules_in_force(box):
    set_up(box)
    engine = box.start(env=HURRY)
    before = rules_hash(box)
    path = box.rules(BROKEN)
    wait_about(box, "engine.rules_refused")
    status = box.ctl("status", expect=1)
    check(f"{path}:9:" in status.out and "at mots" in status.out, status.out)
    check(f"{path}:9:" in engine.err(), engine.err())
    check(rules_hash(box) == before, "another set is said to be in force")
    box.drop(fires(box))
    wait_about(box, "test.low")
    box.rules(LOW)
    box.wait(lambda: box.ctl("status").code == 0, "a sound status", told=engine.err)


def test_broken_rules_outlast_a_restart_and_are_told_once(box):
    set_up(box)
    engine = box.start(env=HURRY)
    box.rules(BROKEN)
    wait_about(box, "engine.rules_refused")
    engine.stop()
    engine = box.start(courier=False, env=HURRY)
    check("faults" in engine.err(), engine.err())
    box.ctl("status", expect=1)
    box.drop(fires(box))
    wait_about(box, "test.low")
    check(len(about(box, "engine.rules_refused")) == 1, str(box.told()))
    box.rules(OTHER)
    box.wait(lambda: box.ctl("status").code == 0, "a sound status", told=engine.err)
    box.rules(BROKEN)
    wait_about(box, "engine.rules_refused", 2)


def test_broken_rules_at_the_very_first_start_are_no_start(box):
    set_up(box)
    path = box.rules(BROKEN)
    ran = box.run("ruptured", "-c", box.config_path)
    check(ran.code == 2, f"exit {ran.code}: {ran.err}")
    check(f"{path}:9:" in ran.err, ran.err)


def test_a_package_upgrade_makes_no_noise(box):
    """Files are replaced one by one, and in between they do not fit together."""
    set_up(box)
    engine = box.start()
    before = rules_hash(box)
    box.rules(LOW.replace("{score: SRS,", "{score: NEWSCALE,"))
    box.wait(lambda: engine.notified().count("RELOADING=1") >= 2, "two vain attempts", told=engine.err)
    check(rules_hash(box) == before, "half an upgrade is in force")
    box.rules(LOW.replace("at most 30", "at most 29"))
    wait_changed(box, engine, before)
    check("faults" not in engine.err() and "NEWSCALE" not in engine.err(), engine.err())
    check(box.ctl("status").code == 0, "status is not sound")
    check(not box.told(), str(box.told()))


def test_check_says_what_is_wrong_by_its_exit_status(box):
    set_up(box)
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 0 and "1 rules are sound" in ran.out, ran.out + ran.err)
    path = box.rules(BROKEN)
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 1 and f"{path}:9:" in ran.err, f"{ran.code} {ran.err}")
    box.rules(LOW)
    box.config_path.write_text(box.config_path.read_text() + "sinsk: {}\n")
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 1 and f"{box.config_path}:" in ran.err and "sinks" in ran.err, f"{ran.code} {ran.err}")


def test_rules_says_when_what_is_on_disk_is_not_in_force(box):
    set_up(box)
    engine = box.start(courier=False, env=HURRY)
    rules_hash(box)
    ran = box.ctl("rules", expect=0)
    check("test.low" in ran.out and not ran.err, ran.out + ran.err)
    box.rules(BROKEN)
    box.wait(lambda: "REFUSED" in box.ctl("status").out, "refused", told=engine.err)
    ran = box.ctl("rules", expect=1)
    check("test.low" in ran.out and "at mots 30" in ran.err, ran.out + ran.err)
    check("faults; shown is what is in force, the last good set" in ran.err, ran.err)
    check("test.low" in box.ctl("--json", "rules", "test.low", expect=1).out, "for programs")
    engine.stop()
    box.rules(OTHER)
    ran = box.ctl("rules", expect=0)
    check("shown is what is on disk" in ran.err and "notice" in ran.out, ran.out + ran.err)


def test_check_counts_what_is_doubtful_wherever_it_stands(box):
    """A sink that nobody uses, a secret that is not there, a route for a rule that nobody wrote; and a rule's warning."""
    set_up(box, routes="[{name: everything, to: [desk]}]",
           sinks="{desk: {exec: {command: [/bin/true]}}, other: {webhook: {url: 'https://a.example', secret_file: /nowhere/s}}}")
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 0 and " 2 warnings" in ran.out, ran.out + ran.err)
    check("[unused-sink]" in ran.err and "secret_file: there is no file /nowhere/s" in ran.err, ran.err)
    set_up(box, routes="[{name: everything, to: [desk], match: {rules: [test.lwo]}}]")
    ran = box.run("ruptured", "-c", box.config_path, "--check")
    check(ran.code == 0 and " 1 warning" in ran.out and " 1 warnings" not in ran.out, ran.out + ran.err)
    check('did you mean "test.low"?' in ran.err, ran.err)
    engine = box.start()
    box.wait(lambda: 'there is no rule "test.lwo"' in engine.err(), "the same at start", told=engine.err)


def test_the_courier_tells_at_its_start_what_it_cannot_read(box):
    set_up(box, sinks="{desk: {webhook: {url: 'https://a.example', secret_file: /nowhere/s}}}")
    box.start()
    box.wait(lambda: any("there is no file /nowhere/s" in p.err() for p in box.programs), "the courier's word")


def second_sink(box, **more):
    """The configuration with one more sink, a hook that writes a line a call."""
    hook = box.dir / "second"
    hook.write_text(f"#!/bin/sh\ncat >>{box.dir}/second.out\n")
    hook.chmod(0o755)
    set_up(box, sinks="{desk: {exec: {command: [%s]}}, second: {exec: {command: [%s]}}}" % (box.hook, hook),
           routes="[{name: everything, to: [desk, second]}]", **more)


def test_a_new_sink_is_used_without_a_restart(box):
    set_up(box)
    box.start()
    box.drop(fires(box))
    box.wait_told()
    second_sink(box)
    box.wait(lambda: all("configuration in force" in p.err() for p in box.programs), "both to see it", 20,
             told=lambda: "".join(p.err() for p in box.programs))
    box.drop(fires(box, case="K7"))
    box.wait_told(2)
    box.wait(lambda: (box.dir / "second.out").exists(), "the second sink")


def config_status(box):
    value = box.rows("SELECT value FROM facts WHERE name = 'config.status'")[0][0]
    return value.decode() if isinstance(value, bytes) else value


def test_a_broken_configuration_leaves_the_last_good_one_in_force(box):
    set_up(box)
    engine = box.start(env=HURRY)
    good = box.config_path.read_text()
    box.config_path.write_text(good + "sinsk: {}\n")
    wait_about(box, "engine.config_refused")
    check(f"{box.config_path}:" in engine.err(), engine.err())
    engine.signal(signal.SIGHUP)
    box.drop(fires(box))
    wait_about(box, "test.low")
    box.config_path.write_text(good)
    box.wait(lambda: config_status(box) == "ok", "the good one")
    check(len(about(box, "engine.config_refused")) == 1, str(box.told()))


def test_other_places_in_the_configuration_ask_for_a_restart(box):
    set_up(box)
    engine = box.start()
    text = box.config_path.read_text()
    box.config_path.write_text(text.replace(f"spool: {box.spool}", f"spool: {box.dir}/other")
                               .replace("rules: [", f"rules: [{box.dir}/more, "))
    box.wait(lambda: "configuration in force" in engine.err(), "the new configuration", told=engine.err)
    check("another spool or store: restart" in engine.err(), engine.err())
    check("other rule paths: restart" in engine.err(), engine.err())
    before = rules_hash(box)
    box.rules(OTHER)
    box.wait(lambda: rules_hash(box) != before, "an edit under the old path", told=engine.err)
    box.drop(fires(box))
    box.wait_told()
