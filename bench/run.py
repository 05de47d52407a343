#!/usr/bin/env python3
"""Runs our program, a peer and the floors in turn (A B A B) and prints ratios: `make bench`.

Two absolute numbers of two moments say little on a machine that does other things too; a ratio of two neighbours in one run
says more.  So every line is the median of the ratios of a few rounds, with the least and the most beside it, against
what is asked at least (bar) and what is aimed at (goal).
"""
import argparse
import json
import os
import select
import shutil
import socket
import sqlite3
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
RULES = HERE.parent / "rules"

CONFIG = """\
version: 1
spool: {dir}/spool
store: sqlite:{dir}/lib/ruptured.db
rules: [{rules}]
announce_within: always
sinks: {{desk: {{exec: {{command: [{hook}], timeout: 20 seconds}}, privacy: tokens}}}}
routes: [{{name: everything, to: [desk]}}]
fallback: desk
tokens: as given
"""
# What is tried on the clinic's past: a milder rule, and a threshold through nine values.
TRIED = """\
version: 1
override:
  drops.alliance:
    because: "It is measured."
    signals: {big_fall: {change: worse by at least 5}, below_own: {sd: at most -2.5}}
"""
SWEPT = "drops.alliance.below_own.sd=-1..-3/0.25"
HEARD = struct.Struct("d24s")  # what the hook writes: when it began, the case
LOAD = 50  # records a second
ALERT_ONE_IN = 5


class Line:
    """A measure: what it is, and how its ratio is to be read."""

    def __init__(self, text, bar, goal, more_is_better):
        self.text, self.bar, self.goal, self.more = text, bar, goal, more_is_better
        self.ratios, self.note = [], ""

    def good(self, limit):
        middle = statistics.median(self.ratios)
        return middle >= limit if self.more else middle <= limit

    def row(self):
        middle = statistics.median(self.ratios)
        verdict = "" if self.bar is None else "goal" if self.good(self.goal) else "bar" if self.good(self.bar) else "below"
        sign = ">=" if self.more else "<="
        limit = lambda value: "" if value is None else f"{sign} {value:g}"
        return (self.text, show(middle), f"{show(min(self.ratios))} - {show(max(self.ratios))}", limit(self.bar),
                limit(self.goal), verdict, self.note)


def show(value):
    return f"{value:.3g}" if value < 1000 else f"{value:.0f}"


class Bench:
    def __init__(self, args):
        self.args = args
        self.bin = Path(args.bin).resolve()
        self.dir = Path(tempfile.mkdtemp(prefix="ruptured-bench-"))
        self.serial = 0
        self.lines = []

    # ---- running things

    def probe(self, name, *args):
        ran = subprocess.run([self.bin / "probe", name, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        if ran.returncode != 0:
            sys.exit(f"bench: {name} {args}: {ran.stderr.decode(errors='replace')}")
        return json.loads(ran.stdout)

    def peer(self, phrases, limit, alerts, *database):
        ran = subprocess.run([sys.executable, HERE / "peer.py", self.dir / f"phrases-{phrases}.txt", self.dir / "sessions",
                              str(limit), alerts, *database], stdout=subprocess.PIPE, check=True)
        return json.loads(ran.stdout)

    def replay(self, phrases, limit, alerts="/dev/null"):
        rules = phrases if isinstance(phrases, Path) else self.dir / f"rules-{phrases}"
        return self.probe("replay", rules, self.dir / "sessions", limit, alerts)

    def line(self, text, bar=None, goal=None, more=True):
        self.lines.append(Line(text, bar, goal, more))
        return self.lines[-1]

    def place(self, rules, hook="/bin/true"):
        """A fresh spool and store; (its directory, its configuration)."""
        self.serial += 1
        place = self.dir / f"place-{self.serial}"
        for part in ("spool", "lib/courier", "stage"):
            (place / part).mkdir(parents=True)
        config = place / "ruptured.yaml"
        config.write_text(CONFIG.format(dir=place, rules=rules, hook=hook))
        return place, config

    def stage(self, place, limit, source="sessions"):
        for path in sorted((self.dir / source).iterdir())[:limit]:
            shutil.copy(path, place / "stage")

    # ---- the measures

    def same_alerts(self, phrases):
        """Before anything is timed: both find the same, or the comparison is worth nothing."""
        ours, theirs = self.dir / "ours", self.dir / "theirs"
        self.replay(phrases, self.args.sample, ours)
        self.peer(phrases, self.args.sample, theirs)
        found = [sorted(path.read_text().splitlines()) for path in (ours, theirs)]
        if found[0] != found[1] or not found[0]:
            sys.exit(f"bench: the alerts differ at {phrases} phrases: {set(found[0]) ^ set(found[1])}")
        return len(found[0])

    def replays(self):
        n = self.args.sample
        against = {p: self.line(f"replay, {p} phrases, against the peer: x as fast", 15, 45) for p in (1000, 10000)}
        for phrases, line in against.items():
            line.note = f"{self.same_alerts(phrases)} alerts, the same"
        floor = self.line("replay, 1000 phrases: time a record, in times of open+read+close", 12, 6, False)
        flat = self.line("replay: cost of 10000 phrases, in costs of 100", 1.5, 1.15, False)
        shipped = self.line("replay under the shipped rules: cost, in costs of two rules and 1000 phrases", more=False)
        for _ in range(self.args.rounds):
            for phrases, line in against.items():
                theirs = self.peer(phrases, n, "/dev/null")
                line.ratios.append(theirs["seconds"] / self.replay(phrases, n)["seconds"])
            self.probe("read", self.dir / "sessions", 0)  # into the page cache
            read = self.probe("read", self.dir / "sessions", 0)
            full = self.replay(1000, 0)
            floor.ratios.append(full["seconds"] / read["seconds"])
            few = self.replay(100, 0)
            flat.ratios.append(self.replay(10000, 0)["seconds"] / few["seconds"])
            shipped.ratios.append(self.replay(RULES, 0)["seconds"] / full["seconds"])

    def durable(self):
        n = self.args.live
        sqlite = self.line("durable, one by one: rate, in rates of SQLite single commits", .5, .75)
        peer = self.line("durable, one by one, against the durable peer: x as fast")
        group = self.line("durable backlog in groups: rate, in rates of the own replay", .7, .9)
        back = self.line("backtest of a rule set from skeletons of 90 KB records: rate, in rates of the own raw replay", 20, 100)
        rss = self.line("peak memory of the engine after the backlog, 10000 phrases, in MB", 48, 20, False)
        for _ in range(self.args.rounds):
            place, config = self.place(self.dir / "rules-1000")
            self.stage(place, n)
            commits = self.probe("commits", place / "commits.db", n)
            live = self.probe("live", config, place / "stage")
            theirs = self.peer(1000, n, "/dev/null", place / "peer.db")
            sqlite.ratios.append(commits["seconds"] / live["seconds"])
            peer.ratios.append(theirs["seconds"] / live["seconds"])
            place, config = self.place(self.dir / "rules-10000")
            self.stage(place, n)
            own = self.replay(10000, n)
            backlog = self.probe("backlog", config, place / "stage")
            group.ratios.append(own["seconds"] / backlog["seconds"])
            stored = self.probe("backtest", self.dir / "rules-10000", place / "lib/ruptured.db")
            back.ratios.append(own["seconds"] / stored["seconds"])
            rss.ratios.append(backlog["rss_kb"] / 1024)

    def starts(self):
        line = self.line("rules read and compiled, 500 rules and 10000 phrases, in ms", 100, 20, False)
        shipped = self.line("the shipped rules read and compiled, in ms", more=False)
        peer = self.line("the same 10000 phrases, 2 rules: time, in times of the peer's loading", more=False)
        for _ in range(self.args.rounds):
            line.ratios.append(self.probe("start", self.dir / "rules-many")["seconds"] * 1e3)
            shipped.ratios.append(self.probe("start", RULES)["seconds"] * 1e3)
            theirs = self.peer(10000, 1, "/dev/null")["load_seconds"]
            peer.ratios.append(self.probe("start", self.dir / "rules-10000")["seconds"] / theirs)

    # ---- a clinic's past

    def fill(self, records, cases):
        """A store with that many cases in it; its configuration."""
        place, config = self.place(RULES)
        config.write_text(config.read_text().replace("announce_within: always\n", ""))
        (place / "spool/incoming").mkdir()
        chosen = [path for path in sorted(records.iterdir()) if int(path.stem.split("-")[-2][1:]) < cases]
        for path in chosen:
            shutil.copy(path, place / "spool/incoming")
        start = time.monotonic()
        ran = subprocess.run([self.bin / "ruptured", "-c", config, "--once"], stderr=subprocess.PIPE)
        left = len(os.listdir(place / "spool/incoming")) + len(os.listdir(place / "spool/rejected"))
        if ran.returncode != 0 or left:
            sys.exit(f"bench: {left} records were not taken: {ran.stderr.decode(errors='replace')[-500:]}")
        return config, len(chosen), time.monotonic() - start

    def trial(self, config, *args, jobs=1):
        """A backtest by the real program: seconds, peak memory in kB, what it printed."""
        out = self.dir / "trial.json"
        with open(out, "wb") as to:
            start = time.monotonic()
            program = subprocess.Popen([self.bin / "rupturectl", "-c", config, "--json", "backtest", "--jobs", str(jobs),
                                        "--as-of", "2027-01-01", *args], stdout=to)
            peak = watch_peak(program)
            seconds = time.monotonic() - start
        if program.returncode != 0:
            sys.exit(f"bench: backtest {args} ended with {program.returncode}")
        return seconds, peak, out.read_bytes()

    def clinic(self):
        records, cases = self.dir / "clinic", self.args.cases
        self.probe("clinic", records, cases)
        config, n, filling = self.fill(records, cases)
        quarter, _, _ = self.fill(records, cases // 4)
        (self.dir / "tried.yaml").write_text(TRIED)
        new = ("--with", self.dir / "tried.yaml")
        raw = (*new, "--records", records)
        # No bar: most of these records are small, so that parsing them costs little more than judging them.
        fast = self.line("clinic: backtest of two rule sets from skeletons, against its raw records: x as fast")
        pair = self.line("clinic: two rule sets compared by the program, in times of judging one", more=False)
        two = self.line("clinic: two workers against one, from skeletons: x as fast", 1.6, 1.9)
        two_raw = self.line("clinic: two workers against one, from raw records: x as fast", 1.6, 1.9)
        memory = self.line("clinic: peak memory of a backtest, in that of a quarter of the cases", 1.5, 1.1, False)
        memory_raw = self.line("clinic: the same from raw records, in that from skeletons", 1.5, 1.1, False)
        sweep = self.line("clinic: a sweep of nine values, in times of a backtest of two rule sets", more=False)
        found = set()
        for _ in range(self.args.rounds):
            one = self.trial(config, *new)
            one_raw = self.trial(config, *raw)
            both = self.trial(config, *new, jobs=2)
            both_raw = self.trial(config, *raw, jobs=2)
            fewer = self.trial(quarter, *new)
            swept = self.trial(config, "--sweep", SWEPT)
            found |= {one[2], both[2]}
            single = self.probe("backtest", RULES, config.parent / "lib/ruptured.db")
            fast.ratios.append(one_raw[0] / one[0])
            pair.ratios.append(one[0] / single["seconds"])
            two.ratios.append(one[0] / both[0])
            two_raw.ratios.append(one_raw[0] / both_raw[0])
            memory.ratios.append(one[1] / fewer[1])
            memory_raw.ratios.append(one_raw[1] / one[1])
            sweep.ratios.append(swept[0] / one[0])
            fast.note = f"{one[0]:.1f} s, {n / one[0]:.0f} sessions/s"
            pair.note = f"{single['seconds']:.1f} s"
            two_raw.note = f"{one_raw[0]:.1f} s, {both_raw[0]:.1f} s"
            two.note = f"{both[0]:.1f} s"
            memory.note = f"{one[1] / 1024:.0f} MB"
        memory_raw.note = f"{cases} cases, {n} sessions, judged into the store in {filling:.0f} s"
        if len(found) != 1:
            sys.exit("bench: one worker and two find different things")

    # ---- the whole road, with the real programs

    def latency(self):
        hook = self.line("p50 from rename to the hook's first instruction, in p50 of a raw append+fdatasync", 5, 2, False)
        commit = self.line("p50 from rename to the committed alert, in the same", 5, 2, False)
        tail = self.line("p99 from rename to the hook, in p99 of the raw append", more=False)
        for _ in range(self.args.rounds):
            with Daemons(self) as daemons:
                raw = self.probe("append", daemons.place / "raw", 4 * self.args.alerts)
                committed, hooked = daemons.drop_all(self.args.alerts)
            hook.ratios.append(middle(hooked) * 1e3 / raw["p50_ms"])
            commit.ratios.append(middle(committed) * 1e3 / raw["p50_ms"])
            tail.ratios.append(sorted(hooked)[len(hooked) * 99 // 100] * 1e3 / raw["p99_ms"])

    def loaded(self):
        """The same while 50 records of 90 KB arrive each second, one in five of which is to alert."""
        half = self.line(f"{LOAD} records/s: p50 from rename to the hook, in p50 of the raw append", more=False)
        tail = self.line(f"{LOAD} records/s: p99 from rename to the hook, in p99 of the raw append", more=False)
        slow = self.line(f"{LOAD} records/s: p99 from rename to the hook, in ms", more=False)
        for _ in range(self.args.rounds):
            with Daemons(self) as daemons:
                raw = self.probe("append", daemons.place / "raw", self.args.load)
                took = sorted(daemons.drop_steadily(self.args.load))
            p50, p99 = middle(took) * 1e3, took[len(took) * 99 // 100] * 1e3
            half.ratios.append(p50 / raw["p50_ms"])
            tail.ratios.append(p99 / raw["p99_ms"])
            slow.ratios.append(p99)
            slow.note = f"{len(took)} alerts, p50 {p50:.0f} ms, worst {took[-1] * 1e3:.0f} ms"

    def run(self):
        if self.args.full:
            self.clinic()
            return
        self.probe("corpus", self.dir, self.args.sessions)
        self.starts()
        self.replays()
        self.durable()
        self.clinic()
        self.latency()
        self.loaded()

    def table(self):
        head = ("measure", "median", "least - most", "bar", "goal", "reached", "")
        rows = [head, tuple("---" for _ in head), *(line.row() for line in self.lines)]
        widths = [max(len(row[i]) if row[i] != "---" else 3 for row in rows) for i in range(len(head))]
        for row in rows:
            cells = ("-" * w if cell == "---" else cell.ljust(w) for cell, w in zip(row, widths))
            print("| " + " | ".join(cells) + " |")


def watch_peak(program):
    """Waits for it; the most memory that it ever had, in kB.  The kernel's own figure for a child has the parent's in it."""
    peak = 0
    while program.poll() is None:
        try:
            for line in Path(f"/proc/{program.pid}/status").read_text().splitlines():
                if line.startswith("VmHWM:"):
                    peak = int(line.split()[1])
        except OSError:
            pass
        time.sleep(0.02)
    return peak


def middle(values):
    return statistics.median(values)


class Daemons:
    """ruptured and ruptured-courier on a fresh spool, with the probe as the hook."""

    def __init__(self, bench):
        self.bench = bench
        self.fifo = bench.dir / "told"
        self.fifo.unlink(missing_ok=True)
        os.mkfifo(self.fifo)
        self.place, self.config = bench.place(bench.dir / "rules-1000", f"{bench.bin / 'probe'}, hook, {self.fifo}")
        bench.stage(self.place, bench.args.alerts, "alerts")
        self.programs = []

    def __enter__(self):
        try:
            for name in ("ruptured", "ruptured-courier"):
                self.start(name)
        except BaseException:
            self.__exit__()
            raise
        self.told = os.open(self.fifo, os.O_RDWR)
        self.db = sqlite3.connect(f"file:{self.place}/lib/ruptured.db?mode=ro", uri=True, timeout=10)
        return self

    def start(self, name):
        path = self.place / f"{name}.notify"
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as notices:
            notices.bind(str(path))
            notices.settimeout(20)
            with open(self.place / f"{name}.err", "wb") as err:
                self.programs.append(subprocess.Popen([self.bench.bin / name, "-c", self.config], stderr=err,
                                                      env=dict(os.environ, NOTIFY_SOCKET=str(path))))
            while b"READY=1" not in notices.recv(4096):
                pass

    def __exit__(self, *_):
        for program in self.programs:
            program.terminate()
        for program in self.programs:
            program.wait(20)

    def rows(self):
        return self.db.execute("SELECT count(*) FROM outbox").fetchone()[0]

    def drop(self, path, watch_commits):
        """Seconds to (commit or None, hook).  Watching the store costs the programs time: half the drops go unwatched."""
        before = self.rows()
        start = time.monotonic()
        path.rename(self.place / "spool/incoming" / path.name)
        committed = None
        if watch_commits:
            while self.rows() == before:
                if time.monotonic() - start > 20:
                    sys.exit("bench: a record was not judged")
            committed = time.monotonic() - start
        hooked = self.heard()[0] - start
        while self.rows() > before + 1:  # a second alert of the same record
            self.heard()
            before += 1
        return committed, hooked

    def heard(self):
        """When the hook began, and about which case."""
        if not select.select([self.told], [], [], 20)[0]:
            sys.exit("bench: an alert did not come")
        at, case = HEARD.unpack(os.read(self.told, HEARD.size))
        return at, case.rstrip(b"\0").decode()

    def drop_steadily(self, n):
        """Seconds from rename to hook of each record that is to alert, at LOAD records a second."""
        alerts = n // ALERT_ONE_IN
        self.bench.stage(self.place, alerts, "alerts")
        self.bench.stage(self.place, n - alerts)
        staged = sorted((self.place / "stage").iterdir())
        loud = [path for path in staged if path.name.startswith("a")][:alerts]
        rest = [path for path in staged if not path.name.startswith("a")]
        began, start = {}, time.monotonic()
        for i in range(n):
            path = loud.pop() if i % ALERT_ONE_IN == 0 and loud else rest.pop()
            time.sleep(max(0, start + i / LOAD - time.monotonic()))
            began[path.stem] = time.monotonic()
            path.rename(self.place / "spool/incoming" / path.name)
        took = {}
        while len(took) < alerts:
            at, case = self.heard()
            if case.startswith("a"):
                took.setdefault(case, at - began[case])
        self.db.close()
        os.close(self.told)
        return list(took.values())

    def drop_all(self, n):
        committed, hooked = [], []
        for i, path in enumerate(sorted((self.place / "stage").iterdir())[:n]):
            first, second = self.drop(path, i % 2 == 0)
            if i < 4:
                continue  # warming up
            if first is None:
                hooked.append(second)
            else:
                committed.append(first)
        self.db.close()
        os.close(self.told)
        return committed, hooked


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bin", required=True, metavar="DIR", help="where probe, ruptured and ruptured-courier are")
    p.add_argument("--quick", action="store_true", help="few sessions, one round: does it run?")
    p.add_argument("--full", action="store_true", help="the clinic with its 5,000 cases and 100,000 sessions, and only that")
    p.add_argument("--rounds", type=int, help="how often everything runs (3)")
    args = p.parse_args()
    args.sessions, args.sample, args.live, args.alerts = (100, 100, 20, 8) if args.quick else (2000, 500, 500, 100)
    args.cases = 5000 if args.full else 40 if args.quick else 250
    args.load = 25 if args.quick else 1000
    args.rounds = args.rounds or (1 if args.quick else 3)
    return args


def main():
    bench = Bench(options())
    began = time.monotonic()
    try:
        bench.run()
    finally:
        shutil.rmtree(bench.dir, ignore_errors=True)
    bench.table()
    print(f"\n{bench.args.sessions} sessions, a clinic of {bench.args.cases} cases, {bench.args.rounds} rounds, {time.monotonic() - began:.0f} s")


main()
