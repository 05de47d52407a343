"""From the store to the receiver: the log daemon, hooks of every kind, and what is kept for how long."""
import json
import os
import signal
import stat
import sys
import time

from box import ROOT, check, descendants, proc_stat
from test_daemon import LOW

SAFETY = """\
version: 1
rules:
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
"""

BARE = {"alert", "route", "severity"}
TOKENS = BARE | {"key", "case", "member", "other", "rule", "rule_version", "rules_hash", "state", "session"}
ADVICE = TOKENS | {"say", "next_step"}
NUMBERS = ADVICE | {"evidence"}
QUICK = "retry: {first: 1 second, longest: 1 second}"


def set_up(box, rules=LOW, **more):
    return box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(rules)], **more)


def to_syslog(box, facility="local3", ident="ruptured"):
    set_up(box, sinks="{log: {syslog: {facility: %s, ident: %s}, %s}}" % (facility, ident, QUICK),
           routes="[{name: everything, to: [log]}]", fallback="log")


def to_hooks(box, hooks, **more):
    """hooks: name -> what follows in the sink.  All get everything."""
    sinks = "{" + ", ".join(f"{name}: {{{sink}}}" for name, sink in hooks.items()) + "}"
    set_up(box, sinks=sinks, routes="[{name: everything, to: [%s]}]" % ", ".join(hooks), fallback=next(iter(hooks)), **more)


def script(box, name, text):
    path = box.dir / name
    path.write_text("#!/bin/sh\n" + text)
    path.chmod(0o755)
    return path


def fires(box, case="K1", session=1, **more):
    return box.record(case=case, session=session, scores={"m1": 20.0, "m2": 38.0}, **more)


def quiet(box, case="K2", session=1, **more):
    return box.record(case=case, session=session, scores={"m1": 38.0, "m2": 38.0}, **more)


def cee(line):
    """The object on a log line."""
    return json.loads(line.partition("@cee:")[2])


def lines_of(path):
    return path.read_text().splitlines() if path.exists() else []


def parcels(box, state):
    return box.rows("SELECT count(*) FROM parcels WHERE state = ?", state, db=box.courier_db)[0][0]


def read_back(box, number=1):
    """The engine has the receipts: nothing is under way any more."""
    box.wait(lambda: box.rows("SELECT count(*) FROM parcels WHERE receipt_read = 1", db=box.courier_db)[0][0] >= number,
             "the receipts")


# ---- the log daemon

def test_rsyslogd_files_the_line_and_parses_its_json(box):
    log = box.private_dev_log()
    log.vanish()
    parsed = box.dir / "rsyslog.parsed"
    log.start_rsyslogd(f'module(load="mmjsonparse")\naction(type="mmjsonparse")\n'
                       f'template(name="parsed" type="string" string="%parsesuccess% %$!all-json%\\n")\n'
                       f'action(type="omfile" file="{parsed}" template="parsed")\n')
    to_syslog(box)
    box.start()
    box.drop(fires(box, case="SECRETCASE"))
    line = box.wait(lambda: [line for line in log.lines() if "@cee" in line], "the line")[0]
    check(line.startswith("local3.warning ruptured["), line)
    check("]: @cee: {" in line, line)
    found = box.wait(lambda: [line for line in lines_of(parsed) if "test.low" in line], "the parsed line")[0]
    check(found.startswith("OK "), found)
    fields = json.loads(found[3:])
    check(set(fields) == TOKENS, f"keys {sorted(fields)}")
    check(fields == cee(line), "parsed to something else")
    check(fields["case"] != "SECRETCASE" and fields["member"] == "m1" and fields["state"] == "open", str(fields))


def test_facility_and_ident_are_the_clinics_choice(box):
    log = box.private_dev_log(rsyslogd=True)
    to_syslog(box, facility="daemon", ident="clinic-7")
    box.start()
    box.drop(fires(box))
    line = box.wait(lambda: [line for line in log.lines() if "@cee" in line], "the line")[0]
    check(line.startswith("daemon.warning clinic-7["), line)


def test_alerts_wait_for_the_log_daemon_and_keep_their_order(box):
    log = box.private_no_dev_log()
    to_syslog(box)
    box.start()
    box.drop(fires(box, case="K1"))
    box.drop(fires(box, case="K2"))
    box.wait_processed(2)
    box.wait(lambda: box.rows("SELECT count(*) FROM parcels WHERE attempts > 0", db=box.courier_db)[0][0] == 2, "two tries")
    log.start_rsyslogd()
    # The repair is decided while the news of the rupture still waits for its next try, and must not overtake it.
    box.drop(quiet(box, case="K1", session=2))
    box.drop(quiet(box, case="K1", session=3))
    box.wait_processed(4)
    found = box.wait(lambda: len(log.lines()) >= 3 and [cee(line) for line in log.lines()], "three lines", seconds=15)
    one = next(alert["alert"] for alert in found if alert["state"] == "repaired")
    check([alert["state"] for alert in found if alert["alert"] == one] == ["open", "repaired"], str(found))
    log.stop_rsyslogd()
    box.drop(fires(box, case="K3"))
    box.wait_processed(5)
    box.wait(lambda: box.rows("SELECT count(*) FROM parcels WHERE state = 0 AND attempts > 0", db=box.courier_db)[0][0],
             "a try in vain")
    log.start_rsyslogd()
    box.wait(lambda: len(log.lines()) >= 4, "the fourth line", seconds=15)
    keys = [cee(line)["key"] for line in log.lines()]
    check(len(set(keys)) == len(keys) == 4, str(keys))
    check(parcels(box, 2) == 0, "a dead letter")


# ---- hooks that go wrong

def test_a_hook_that_hangs_is_killed_and_holds_up_nobody(box):
    pids = box.dir / "pids"
    stuck = script(box, "stuck", f"trap '' TERM\necho $$ >>{pids}\nwhile :; do sleep 0.2; done\n")
    to_hooks(box, {"stuck": f"exec: {{command: [{stuck}], timeout: 1 second}}, {QUICK}", "desk": f"exec: {{command: [{box.hook}]}}"})
    box.start()
    box.drop(fires(box))
    box.wait(lambda: lines_of(pids), "the first call")
    for n in range(100):
        box.drop(fires(box, case=f"M{n}"))
    box.wait_processed(101)
    check(len(lines_of(pids)) == 1, "the hook did not hang while the records were judged")
    box.wait_told(101, seconds=60)
    first = int(lines_of(pids)[0])
    box.wait(lambda: len(lines_of(pids)) >= 2, "the second call", seconds=20)
    check(proc_stat(first) is None, f"the first call is still there: {proc_stat(first)}")
    check(int(lines_of(pids)[1]) != first, "the same process")
    check(parcels(box, 1) == 101, "what hangs was taken for delivered")


def test_a_hook_that_fails_is_tried_again_and_then_given_up_and_seen(box):
    box.hook_exits(1)
    retry = "retry: {first: 1 second, longest: 1 second, attempts: 3}"
    to_hooks(box, {"desk": f"exec: {{command: [{box.hook}]}}, {retry}"})
    box.start(courier=False)
    courier = box.start_courier()
    box.drop(fires(box))
    box.wait(lambda: parcels(box, 2) == 1, "a dead letter", seconds=15)
    told = box.told()
    check(len(told) == 3 and len({alert["key"] for alert in told}) == 1, f"{len(told)} calls")
    check(f"alert {told[0]['key']}/desk: not delivered, given up at attempt 3" in courier.err(), courier.err())
    check("exit code 1" in courier.err(), courier.err())
    status = box.ctl("status", expect=1)
    check("1 dead letter" in status.out, status.out)
    check(box.ctl("status", "--json", expect=1).json()["dead"] == 1, "status --json")


def test_a_hook_that_is_missing_or_no_program_waits_until_it_is_mended(box):
    box.not_under_valgrind("does not tell posix_spawn that the program is missing")
    later, plain = box.dir / "later", script(box, "plain", "exit 0\n")
    plain.chmod(0o644)
    to_hooks(box, {name: f"exec: {{command: [{path}]}}, {QUICK}" for name, path in (("later", later), ("plain", plain))})
    box.start(courier=False)
    courier = box.start_courier()
    box.drop(fires(box))
    for path in (later, plain):
        box.wait(lambda: f"cannot start {path}" in courier.err(), f"a complaint about {path.name}", told=courier.err)
    check(parcels(box, 1) == 0, "delivered to nothing")
    script(box, "later", "exit 0\n")
    plain.chmod(0o755)
    box.wait(lambda: parcels(box, 1) == 2, "both deliveries")


def test_a_hook_need_not_read_and_what_it_prints_goes_nowhere(box):
    noisy = script(box, "noisy", "i=0\nwhile [ $i -lt 3000 ]; do echo NOISENOISENOISENOISENOISENOISE; echo NOISE >&2; i=$((i+1)); done\n")
    to_hooks(box, {"deaf": "exec: {command: [/bin/true]}", "noisy": f"exec: {{command: [{noisy}]}}"})
    box.start(courier=False)
    courier = box.start_courier()
    box.drop(fires(box))
    box.wait(lambda: parcels(box, 1) == 2, "both deliveries")
    check("NOISE" not in courier.err(), "the hook's output is in the courier's log")


def test_a_hook_that_leaves_a_child_behind_is_done_when_it_ends(box):
    child = box.dir / "child"
    leaving = script(box, "leaving", f"sleep 300 &\necho $! >{child}\nexit 0\n")
    to_hooks(box, {"leaving": f"exec: {{command: [{leaving}]}}"})
    box.start()
    box.drop(fires(box))
    box.wait(lambda: parcels(box, 1) == 1, "the delivery")
    box.drop(fires(box, case="K2"))
    box.wait(lambda: parcels(box, 1) == 2, "the next one")
    for pid, (_, _, name) in descendants(os.getpid()).items():
        if name == "sleep":
            os.kill(pid, signal.SIGKILL)


def test_a_courier_killed_before_it_wrote_down_delivers_again_with_the_same_key(box):
    set_up(box)
    box.start(courier=False)
    box.drop(fires(box))
    box.wait_processed(1)
    for fault in ("courier-taken", "courier-handed", "courier-recorded"):
        box.fault(fault)
        box.run("ruptured-courier", "-c", box.config_path, "--once")
        box.fault(None)
        check(len(box.told()) == {"courier-taken": 0, "courier-handed": 1, "courier-recorded": 2}[fault], fault)
    box.start_courier()
    box.drop(fires(box, case="K2"))
    box.wait_told(3)
    keys = [alert["key"] for alert in box.told()]
    check(keys[0] == keys[1] != keys[2], str(keys))
    check(parcels(box, 1) <= 2 and len(keys) == 3, str(keys))


# ---- what a hook gets

def test_a_hook_gets_its_words_an_own_environment_and_nothing_of_the_courier(box):
    out = box.dir / "out"
    out.mkdir()
    nosy = script(box, "nosy", f"""printf '%s\\n' "$0" "$@" >{out}/argv
tr '\\0' '\\n' </proc/$$/environ >{out}/environ
cat >{out}/input
mv {out} {out}.done
""")
    to_hooks(box, {"desk": f"exec: {{command: [{nosy}, --to, 'the desk; rm -rf /', $HOME]}}"})
    box.start(env={"SECRET_OF_THE_COURIER": "x"})
    box.drop(fires(box))
    done = box.dir / "out.done"
    box.wait(done.exists, "the call")
    check(lines_of(done / "argv") == [str(nosy), "--to", "the desk; rm -rf /", "$HOME"], str(lines_of(done / "argv")))
    alert = json.loads((done / "input").read_text())
    check((done / "input").read_text().endswith("}\n"), "no newline at the end")
    environ = dict(line.partition("=")[::2] for line in lines_of(done / "environ"))
    check(environ == {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8",
                      "RUPTURED_KEY": alert["key"], "RUPTURED_ROUTE": "everything", "RUPTURED_SEVERITY": "warning",
                      "RUPTURED_ALERT": alert["alert"], "RUPTURED_STATE": "open", "RUPTURED_RULE": "test.low",
                      "RUPTURED_CASE": alert["case"]}, str(environ))


def test_a_hook_inherits_no_descriptor_and_no_signal_mask(box):
    look = box.dir / "look.py"
    look.write_text(f"""import json, os
found = {{}}
for fd in os.listdir("/proc/self/fd"):
    try:
        found[fd] = os.readlink("/proc/self/fd/" + fd)
    except OSError:
        pass  # the listing's own
found["status"] = open("/proc/self/status").read()
with open("{box.dir}/fds.part", "w") as out:
    json.dump(found, out)
os.rename("{box.dir}/fds.part", "{box.dir}/fds")
""")
    to_hooks(box, {"desk": f"exec: {{command: [{sys.executable}, -I, {look}]}}"})
    box.start()
    box.drop(fires(box))
    box.wait((box.dir / "fds").exists, "the call")
    files = json.loads((box.dir / "fds").read_text())
    signals = dict(line.split(":\t") for line in files.pop("status").splitlines() if line.startswith("Sig"))
    check(int(signals["SigBlk"], 16) == 0, str(signals))
    # Python ignores SIGPIPE and SIGXFSZ by itself, and the C library's posix_spawn its own two (32, 33).
    check(int(signals["SigIgn"], 16) & ~0x181001000 == 0, str(signals))
    check(set(files) == {"0", "1", "2"} and "memfd:alert" in files["0"], str(files))
    check(files["1"] == files["2"] == "/dev/null", str(files))


def test_each_sink_gets_what_its_privacy_level_carries(box):
    levels = {"bare": BARE, "tokens": TOKENS, "advice": ADVICE, "numbers": NUMBERS}
    writes = script(box, "writes", f'cat >{box.dir}/$1.part\nenv >{box.dir}/$1.env\nmv {box.dir}/$1.part {box.dir}/$1.json\n')
    to_hooks(box, {level: f"exec: {{command: [{writes}, {level}]}}, privacy: {level}" for level in levels})
    box.start()
    box.drop(fires(box, case="SECRETCASE"))
    for level, keys in levels.items():
        path = box.dir / f"{level}.json"
        box.wait(path.exists, f"the alert of {level}")
        alert = json.loads(path.read_text())
        check(set(alert) == keys, f"{level}: {sorted(alert)}")
        check("SECRETCASE" not in path.read_text(), f"{level} names the case")
    check(alert["evidence"][0]["signal"] == "low" and alert["evidence"][0]["value"] == 20, str(alert["evidence"]))
    check(alert["say"] == "ask m1 about the session", alert["say"])
    bare = (box.dir / "bare.env").read_text()
    check("RUPTURED_ALERT=" in bare and "RUPTURED_CASE=" not in bare and "RUPTURED_RULE=" not in bare, bare)


# ---- safeguarding

def test_safeguarding_without_a_route_is_said_everywhere_and_kept(box):
    set_up(box, rules=SAFETY)
    nobody = "safeguarding alerts reach nobody: no route names test.harm"
    found = box.run("ruptured", "-c", box.config_path, "--check")
    check(found.code == 1 and nobody in found.err, f"--check ended with {found.code}: {found.err}")
    engine = box.start()
    check(nobody in engine.err(), engine.err())
    box.drop(quiet(box, case="K1", flags={"safeguarding": True}))
    box.wait_processed(1)
    kept = box.wait(lambda: box.rows("SELECT payload, outcome, sink FROM outbox"), "the alert")
    check(len(kept) == 1 and kept[0][1:] == ("undelivered", ""), str(kept))
    bare = json.loads(kept[0][0])
    check(set(bare) == BARE, str(bare))
    line = f"safeguarding alert {bare['alert']}: severity critical, reaches nobody"
    check(engine.err().count(line) == 1, engine.err())
    status = box.ctl("status", expect=1)
    check(nobody in status.out and "1 alerts reached nobody" in status.out, status.out)
    set_up(box, rules=SAFETY, routes="[{name: everything, to: [desk], continue: yes},"
                                     " {name: harm, match: {rules: [test.harm]}, to: [desk]}]")
    engine.signal(signal.SIGHUP)
    box.wait(lambda: engine.notified().count("READY=1") >= 2, "READY=1 again")
    check(box.run("ruptured", "-c", box.config_path, "--check").code == 0, "--check finds fault still")
    check(nobody not in box.ctl("status").out, "status says so still")
    box.drop(quiet(box, case="K2", flags={"safeguarding": True}))
    alert = box.wait_told()[0]
    check(set(alert) == BARE and alert["route"] == "harm" and alert["severity"] == "critical", str(alert))


# ---- once

def test_the_same_file_again_a_restart_and_the_past_tell_nothing_new(box):
    box.now("2026-06-01T12:00:00Z")
    set_up(box, announce_within="30 days")
    engine = box.start()
    box.drop(fires(box, started="2026-05-25T14:00:00Z"))
    box.wait_told()
    box.drop(fires(box, started="2026-05-25T14:00:00Z"), name="again.json")
    box.drop(fires(box, case="OLD", started="2026-03-02T14:00:00Z"))
    box.wait_processed(3)
    listed = box.ctl("alerts", "--json").out
    check(listed.count("test.low") == 2, listed)
    read_back(box)
    engine.stop()
    box.start(courier=False)
    box.drop(fires(box, case="NEW", started="2026-05-26T14:00:00Z"))
    box.wait_told(2)
    check(len({alert["key"] for alert in box.told()}) == len(box.told()) == 2, str(box.told()))


# ---- for how long

def test_what_is_old_is_removed_while_the_engine_runs(box):
    today = time.time()
    at = lambda days: time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(today + days * 86400))
    box.now(at(0))
    set_up(box)
    box.start()
    box.drop(fires(box))
    box.drop(b"{}", name="bad.json")
    box.wait_told()
    box.now(at(0.01))  # old enough to be refused
    box.wait_rejected()
    box.command({"ruptured-command": 1, "act": "ack", "alert": box.told()[0]["alert"]})
    box.wait(lambda: box.files("answers"), "the answer")
    read_back(box)
    box.wait(lambda: box.rows("SELECT count(*) FROM outbox WHERE outcome = 'delivered'")[0][0] == 1, "the receipt")

    box.now(at(2))
    box.drop(quiet(box, case="K5"))
    box.wait(lambda: not box.files("answers"), "the end of the answer")
    check(len(box.wait_processed(3)) == 3 and box.rejected() == ["bad.json"], box.state())

    box.now(at(92))
    box.drop(quiet(box, case="K6"))
    box.wait(lambda: not [name for name in box.processed() if "K6" not in name] and not box.files("rejected"),
             "empty directories", told=box.state)
    of_rule = "payload LIKE '%test.low%'"  # the clock's jumps are told, too
    box.wait(lambda: not box.rows(f"SELECT 1 FROM outbox WHERE {of_rule}"), "an empty outbox")
    check(not box.rows(f"SELECT 1 FROM parcels WHERE {of_rule}", db=box.courier_db), "a parcel is left")
    check(box.ctl("alerts", "--json").out.count("test.low") == 1, "the incident itself went, too")


def test_courier_and_engine_under_one_parent_speak_to_the_service_manager_once(box):
    set_up(box)
    both = box.start(together=True)
    box.drop(fires(box))
    box.wait_told()
    check(both.notified().count("READY=1") == 1, str(both.notified()))
    check(stat.S_ISSOCK(both.notify_path.stat().st_mode), "the socket")
    both.stop()
    check(both.notified().count("STOPPING=1") == 1, str(both.notified()))
