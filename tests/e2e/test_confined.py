"""The courier under the filter of its own unit: names are looked up, servers are spoken to, hooks run."""
import shutil
import subprocess
import sys
from pathlib import Path

from box import ROOT, Skip, check
from receivers import Authority, Receiver
from test_delivery import fires, parcels, set_up

CONFINED = Path(__file__).with_name("confined.py")
UNIT = ROOT / "systemd" / "ruptured-courier.service"


def is_sanitized(program):
    """Sanitizers make calls of their own, which the filter rightly refuses: the run of the plain build is what counts."""
    return any(library in Path(program).read_bytes() for library in (b"libasan", b"libtsan"))


def run_confined(box, *argv):
    if not shutil.which("systemd-analyze"):
        raise Skip("systemd-analyze is not installed")
    box.not_under_valgrind("makes calls of its own")
    return subprocess.run([sys.executable, CONFINED, UNIT, *argv], env=box.env, stdin=subprocess.DEVNULL, capture_output=True,
                          text=True, timeout=30 * box.slow)


def test_the_filter_refuses_what_the_unit_does_not_name(box):
    ran = run_confined(box, sys.executable, "-c", "import os, socket\n"
                       "for what in (lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW), lambda: os.chroot('/')):\n"
                       "    try: what()\n"
                       "    except PermissionError: print('refused')\n")
    check(ran.stdout == "refused\nrefused\n", ran.stdout + ran.stderr)


def test_a_courier_in_its_unit_reaches_servers_by_name_and_runs_hooks(box):
    if is_sanitized(box.program("ruptured-courier")):
        return
    authority = Authority(box.dir)
    with Receiver(tls=authority.server()) as receiver:
        set_up(box, sinks="{desk: {exec: {command: [%s]}}, web: {webhook: {url: '%s', ca: %s}}}"
               % (box.hook, receiver.url.replace("127.0.0.1", "localhost"), authority.cert),
               routes="[{name: everything, to: [desk, web]}]")
        box.start(courier=False)
        box.drop(fires(box))
        box.wait_processed()
        box.wait(lambda: box.courier_db.exists() and parcels(box, 0) == 2, "the parcels")
        ran = run_confined(box, box.program("ruptured-courier"), "-c", str(box.config_path), "--once")
        check(ran.returncode == 0 and parcels(box, 1) == 2, f"{ran.returncode}: {ran.stderr}")
        check(len(receiver.requests) == 1 and len(box.told()) == 1, str(receiver.requests))
