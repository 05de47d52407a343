"""The box itself: what all other tests lean on."""
import os
import socket
import subprocess
import syslog

from box import Failure, check, descendants


def test_the_hook_writes_down_what_it_was_told(box):
    for n in (1, 2):
        subprocess.run([box.hook], input=b'{"n": %d}' % n, check=True, env=dict(os.environ, RUPTURED_KEY="k"))
    check([told["n"] for told in box.told()] == [1, 2], f"told {box.told()}")
    check(box.told_env()[0]["RUPTURED_KEY"] == "k", "the environment is not kept")
    box.hook_exits(3)
    check(subprocess.run([box.hook], input=b"{}").returncode == 3, "the hook does not fail when told to")
    check(box.hook_calls() == 3, f"{box.hook_calls()} calls")


def test_a_file_is_dropped_in_three_ways(box):
    for how in ("rename", "write", "link"):
        box.drop(box.record(record=how), how=how)
    check(box.files("incoming") == ["link.json", "rename.json", "write.json"], str(box.files("incoming")))
    check(not [p for p in (box.spool / "incoming").iterdir() if p.name.startswith(".")], "a temporary file is left")


def test_waiting_in_vain_fails_with_what_was_awaited(box):
    try:
        box.wait(lambda: False, "the impossible", 0.05 / box.slow)
    except Failure as failure:
        check("the impossible" in str(failure), str(failure))
    else:
        raise Failure("it did not fail")


def test_a_process_left_behind_is_found(box):
    sleeper = subprocess.Popen(["sleep", "600"])
    check(sleeper.pid in descendants(os.getpid()), "not found")
    sleeper.kill()
    sleeper.wait()


def test_dev_log_is_the_tests_own(box):
    log = box.private_dev_log()
    syslog.openlog("probe", 0, syslog.LOG_LOCAL3)
    syslog.syslog(syslog.LOG_WARNING, "one line")
    box.wait(lambda: any("one line" in line for line in log.lines()), "the line", told=lambda: str(log.lines()))
    check(log.lines()[0].startswith("<156>"), log.lines()[0])
    log.vanish()
    try:
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).connect("/dev/log")
    except OSError:
        return
    raise Failure("/dev/log is still there")


def test_a_real_rsyslogd_writes_what_comes(box):
    log = box.private_dev_log(rsyslogd=True)
    syslog.openlog("probe", 0, syslog.LOG_LOCAL3)
    syslog.syslog(syslog.LOG_WARNING, "another line")
    box.wait(lambda: any("another line" in line for line in log.lines()), "the line", told=lambda: str(log.lines()))
    check(log.lines()[0].startswith("local3.warning probe"), log.lines()[0])


def test_a_full_disk_is_a_small_tmpfs(box):
    small = box.mount_tmpfs(box.dir / "small", size="64k")
    try:
        (small / "file").write_bytes(b"x" * 200000)
    except OSError as error:
        check(error.errno == 28, str(error))
    else:
        raise Failure("200 KB fit into 64 KB")
