#!/usr/bin/env python3
"""The simulated clinic: in order and in any order, and whether the same comes of both (`make simulate`).

Ends with 1 when it does not.  The seed is printed: --seed runs it again.
"""
import argparse
import json
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
from clinic import BEGIN, DAY, WEEK, Clinic  # noqa: E402


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
    return sum(1 for first, last in clinic.spans.values() if first < to and last >= from_)


BAD_NEWS = ("open", "unrepaired", "dropped_out")


def share_of_cases(about, weeks, open_in):
    """How many of the open cases, in percent: the mean of the weeks, and the worst."""
    shares = [100 * len(about.get(w, ())) / max(open_in[w], 1) for w in weeks]
    return f"{statistics.mean(shares):.1f} % of the open cases a week (worst week {max(shares):.1f} %)"


def weekly(box, clinic):
    """What the ordered run told whom when: per week of those in which the clinic is full."""
    open_in = {w: open_cases(clinic, w) for w in range(120)}
    weeks = [w for w in open_in if open_in[w] >= len(clinic.cases) // 4] or [0]
    told, over, about = Counter(), Counter(), {}
    for rule, severity, case, at, payload in box.rows(
            "SELECT rule, o.severity, case_row, at, payload FROM outbox o JOIN incidents i ON i.id = o.incident"):
        week, state = (at - 1 - BEGIN) // WEEK, json.loads(payload).get("state", "open")
        if week not in weeks:
            continue
        if state not in BAD_NEWS:
            over[rule] += 1
            continue
        told[rule, severity] += 1
        about.setdefault(severity, {}).setdefault(week, set()).add(case)
    rules = sorted({rule for rule, _ in told})
    print(f"\nalerts a week that say that something is wrong, and those that say it is over, in {len(weeks)} weeks"
          f" with {statistics.mean(open_in[w] for w in weeks):.0f} open cases:")
    rate = lambda number: f"{number / len(weeks):.2f}"
    rows = [(rule, *(rate(told[rule, s]) for s in replay.SEVERITIES), rate(over[rule])) for rule in rules]
    rows.append(("all", *(rate(sum(n for (_, s), n in told.items() if s == severity)) for severity in replay.SEVERITIES),
                 rate(sum(over.values()))))
    table(("rule", *replay.SEVERITIES, "over"), rows)
    for severities in (("warning", "critical"), ("info", "notice")):
        cases = {w: set().union(*(about.get(s, {}).get(w, set()) for s in severities)) for w in weeks}
        print(f"  {' or '.join(severities)}: {share_of_cases(cases, weeks, open_in)}")


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
        replay.in_order(ordered, clinic, DAY)
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
