#!/usr/bin/env python3
"""The simulated clinic: in order and in any order, and whether the same comes of both (`make simulate`).

Ends with 1 when it does not.  The seed is printed: --seed runs it again.
"""
import argparse
import random
import statistics
import sys
import time
from collections import Counter
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

import replay  # noqa: E402
from box import Box  # noqa: E402
from clinic import BEGIN, WEEK, Clinic  # noqa: E402


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bin", required=True, metavar="DIR", help="where the programs of the test build are")
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--cases", type=int, default=500)
    p.add_argument("--sessions", type=int, default=10000, help="of all cases together")
    return p.parse_args()


def table(head, rows):
    rows = [head, *rows]
    widths = [max(len(str(row[i])) for row in rows) for i in range(len(head))]
    for row in rows:
        print("  " + "  ".join(str(cell).ljust(w) if i == 0 else str(cell).rjust(w)
                               for i, (cell, w) in enumerate(zip(row, widths))).rstrip())


def open_cases(clinic, week):
    from_, to = BEGIN + week * WEEK, BEGIN + (week + 1) * WEEK
    return sum(1 for first, last in clinic.spans().values() if first < to and last >= from_)


def weekly(box, clinic):
    """What the ordered run told whom when: per week of those in which the clinic is full."""
    weeks = [w for w in range(120) if open_cases(clinic, w) >= len(clinic.cases) // 4] or [0]
    told, about = Counter(), {}
    for rule, severity, case, at in box.rows(
            "SELECT rule, o.severity, case_row, at FROM outbox o JOIN incidents i ON i.id = o.incident"):
        week = (at - 1 - BEGIN) // WEEK
        if week in weeks:
            told[rule, severity] += 1
            about.setdefault((week, severity in ("warning", "critical")), set()).add(case)
    rules = sorted({rule for rule, _ in told})
    print(f"\nalerts a week, in {len(weeks)} weeks with {statistics.mean(open_cases(clinic, w) for w in weeks):.0f} open cases:")
    table(("rule", *replay.SEVERITIES), [(rule, *(f"{told[rule, s] / len(weeks):.2f}" for s in replay.SEVERITIES)) for rule in rules])
    for loud, name in ((True, "warning and above"), (False, "notice and below")):
        shares = [100 * len(about.get((w, loud), ())) / max(open_cases(clinic, w), 1) for w in weeks]
        print(f"  open cases with an alert of {name} in a week: {statistics.mean(shares):.1f} % (worst week {max(shares):.1f} %)")


def compare(ordered, shuffled):
    """The complaint, or nothing."""
    try:
        replay.check_same(replay.incidents(shuffled), replay.incidents(ordered))
        for box in (ordered, shuffled):
            replay.check_listed(box)
            replay.check_announced(box)
    except AssertionError as difference:
        return str(difference)
    return ""


def main():
    opts = options()
    began = time.monotonic()
    clinic = Clinic(opts.seed, opts.cases, opts.sessions)
    print(f"seed {opts.seed}: {opts.cases} cases, {clinic.sessions} sessions, {len(clinic.records)} records, of these"
          f" {clinic.corrections} corrections, {clinic.withdrawals} of them withdrawals")
    with Box(opts.bin) as ordered, Box(opts.bin) as shuffled:
        replay.in_order(ordered, clinic)
        print(f"in order: {time.monotonic() - began:.0f} s")
        replay.in_any_order(shuffled, clinic, random.Random(opts.seed))
        print(f"in any order, with three restarts: {time.monotonic() - began:.0f} s")
        again = replay.check_heard(shuffled)
        complaint = compare(ordered, shuffled)
        found = replay.incidents(ordered)
        print(f"\n{sum(found.values())} incidents; transitions:")
        table(("transition", "times"), sorted(replay.count_transitions(found).items()))
        for name, box in (("in order", ordered), ("in any order", shuffled)):
            said = Counter(state for of in replay.announced(box).values() for _, state, _ in of)
            print(f"\nannounced {name}: " + ", ".join(f"{n} {state}" for state, n in said.most_common()))
        print(f"alerts delivered more than once, under the same key: {again}")
        weekly(ordered, clinic)
    print(f"\n{complaint or 'the same incidents'}; {time.monotonic() - began:.0f} s")
    return 1 if complaint else 0


sys.exit(main())
