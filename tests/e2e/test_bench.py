"""The benchmark itself: that it runs, and that the peer it is held against finds the same alerts.  No timings."""
import subprocess
import sys

from box import ROOT, check


def test_the_benchmark_runs_and_finds_what_the_peer_finds(box):
    ran = subprocess.run([sys.executable, ROOT / "bench" / "run.py", "--bin", box.bin, "--quick"], stdout=subprocess.PIPE,
                         stderr=subprocess.PIPE, text=True, env=box.env, timeout=50 * box.slow)
    check(ran.returncode == 0, f"bench ended with {ran.returncode}:\n{ran.stdout}{ran.stderr}")
    check("alerts, the same" in ran.stdout, ran.stdout)
    check(ran.stdout.count("\n| ") >= 15, ran.stdout)
