"""The main road: a file appears, a supervisor hears of it once."""
import json
import os
import signal
import stat

from box import ROOT, check

# A rule of the tests' own: no shipped threshold can move under it.
LOW = """\
version: 1
rules:
  - id: test.low
    title: A score is low
    status: active
    per: member
    severity: warning
    signals:
      low: {score: SRS, value: at most 30}
    when: low
    say: "ask {member} about the session"
    next_step: "Ask what was different."
    because: "A rule for tests."
"""


def set_up(box, **more):
    return box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(LOW)], **more)


def fires(box, case="K1", session=1, **more):
    return box.record(case=case, session=session, scores={"m1": 20.0, "m2": 38.0}, **more)


def quiet(box, case="K2", session=1, **more):
    return box.record(case=case, session=session, scores={"m1": 38.0, "m2": 38.0}, **more)


def test_a_record_that_fires_is_told_once(box):
    set_up(box)
    box.start()
    box.drop(fires(box))
    alert = box.wait_told()[0]
    check(alert["rule"] == "test.low" and alert["state"] == "open" and alert["severity"] == "warning", str(alert))
    check(alert["key"], "an alert without a key")
    box.drop(quiet(box))
    box.wait_processed(2)
    check(len(box.told()) == 1, f"told {box.told()}")


def test_a_bad_record_never_stops_the_next_one(box):
    set_up(box)
    box.start()
    box.drop(b'{"ruptured": 1, "record": 7}', name="bad.json")
    box.drop(fires(box))
    box.wait_told()
    box.wait_rejected()
    check(box.rejected() == ["bad.json"], str(box.rejected()))
    check("record" in box.why("bad.json"), box.why("bad.json"))


def test_files_that_come_by_rename_write_or_link_are_all_judged(box):
    set_up(box)
    box.start()
    for n, how in enumerate(("rename", "write", "link"), 1):
        box.drop(fires(box, case=f"K{n}"), how=how)
    box.wait_told(3)
    box.wait_processed(3)


def test_what_a_writer_has_not_finished_is_left_alone(box):
    set_up(box)
    box.start()
    data = json.dumps(fires(box)).encode()
    for name in (".hidden.json", "a.tmp", "b.part"):
        (box.spool / "incoming" / name).write_bytes(data)
    box.drop(quiet(box))
    box.wait_processed(1)
    check(sorted(os.listdir(box.spool / "incoming")) == [".hidden.json", "a.tmp", "b.part"], str(box.files("incoming")))
    check(not box.told(), str(box.told()))


def test_what_was_there_before_the_start_is_judged(box):
    set_up(box)
    box.drop(fires(box))
    box.start()
    box.wait_told()


def test_once_judges_and_delivers_what_is_there_and_ends(box):
    set_up(box)
    box.drop(fires(box))
    box.once()
    check(len(box.told()) == 1, str(box.told()))
    box.once()
    check(len(box.told()) == 1, "told twice")


def test_engine_and_courier_run_together_in_the_foreground(box):
    set_up(box)
    box.start(together=True)
    box.drop(fires(box))
    box.wait_told()


def test_a_second_engine_on_one_spool_says_who_holds_it(box):
    set_up(box)
    first = box.start(courier=False)
    second = box.run("ruptured", "-c", box.config_path)
    check(second.code == 75, f"exit {second.code}: {second.err}")
    check(str(first.pid) in second.err, second.err)


def test_an_alert_survives_kill_9_of_both(box):
    set_up(box)
    box.hook_exits(1)
    engine = box.start(courier=False)
    courier = box.start_courier()
    box.drop(fires(box))
    box.wait_told()
    key = box.told()[0]["key"]
    courier.kill()
    engine.kill()
    box.hook_exits(0)
    box.start()
    box.wait_told(2, seconds=30)
    check({told["key"] for told in box.told()} == {key}, f"keys {[told['key'] for told in box.told()]}")


def test_a_hook_that_hangs_is_ended_and_holds_nothing_up(box):
    set_up(box, timeout="1 second")
    box.hook_hangs()
    box.start()
    box.drop(fires(box))
    box.wait(lambda: box.hook_calls() >= 1, "a call of the hook")
    box.drop(quiet(box))
    box.wait_processed(2)
    box.hook_hangs(False)
    box.wait_told(1, seconds=30)


def test_a_record_is_judged_though_no_courier_runs(box):
    set_up(box)
    box.start(courier=False)
    box.drop(fires(box))
    box.wait_processed(1)
    box.start_courier()
    box.wait_told()


def test_syslog_gets_one_line_of_tokens(box):
    log = box.private_dev_log()
    set_up(box, sinks="{log: {syslog: {facility: local3, ident: ruptured}, privacy: tokens}}",
           routes="[{name: everything, to: [log]}]", fallback="log")
    box.start()
    box.drop(fires(box, case="SECRETCASE"))
    box.wait(lambda: log.lines(), "a line")
    line = log.lines()[0]
    check("test.low" in line and "ruptured" in line, line)
    check("SECRETCASE" not in line, line)
    check(int(line[1:line.index(">")]) // 8 == 19, f"not local3: {line}")


def test_a_missing_dev_log_is_waited_for(box):
    log = box.private_no_dev_log()
    set_up(box, sinks="{log: {syslog: {facility: local3, ident: ruptured}, privacy: tokens}}",
           routes="[{name: everything, to: [log]}]", fallback="log")
    box.start()
    box.drop(fires(box))
    box.wait_processed(1)
    log.listen()
    box.wait(lambda: log.lines(), "the line, later", seconds=40)


def test_the_engine_works_where_proc_shows_only_processes(box):
    set_up(box)
    box.private_proc()
    check(not os.path.exists("/proc/sys/fs/inotify"), "/proc/sys is there")
    box.start()
    box.drop(fires(box))
    box.wait_told()


def test_a_reload_by_sighup_takes_changed_rules(box):
    set_up(box)
    engine = box.start()
    box.drop(fires(box))
    box.wait_told()
    box.rules(LOW.replace("at most 30", "at most 5").replace("severity: warning", "severity: notice"))
    engine.signal(signal.SIGHUP)
    box.wait(lambda: "RELOADING=1" in engine.notified() and engine.notified()[-1] != "RELOADING=1", "a reload")
    box.wait(lambda: engine.notified().count("READY=1") >= 2, "READY=1 again")
    box.drop(fires(box, case="K7"))
    box.wait_processed(2)
    check(len(box.told()) == 1, f"told {box.told()}")


def test_store_and_courier_files_are_not_for_everybody(box):
    set_up(box)
    box.start()
    box.drop(fires(box))
    box.wait_told()
    for path in (box.store, box.courier_db):
        mode = stat.S_IMODE(path.stat().st_mode)
        check(mode & 0o007 == 0, f"{path.name} has mode {mode:o}")
