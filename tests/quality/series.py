#!/usr/bin/env python3
"""Simulated series of scores through the shipped rules: how often quiet cases are disturbed, and how many dips are caught.

Nobody measured these people: the figures of the model are assumptions.  An alliance score of 0 to 40 stands for a case with
a mean of its own (36.8 over all cases, SD 2.5 between them), moves around it (SD 1.8, each session's deviation holding .2 of
the last one's) and is cut off at 40.  A dip takes 5 points from one session.

	measure(binary, rules, n=300)      -> a dict of figures, the same for the same seed
	tests/quality/series.py            prints them

Counted are the sessions in which any active rule is true at `notice` or above, at `warning` or above, and the alerts that
begin or grow worse: what a supervisor hears.
"""
import argparse
import json
import random
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta, timezone
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SESSIONS = 12
MEAN, BETWEEN, WITHIN, CORRELATION = 36.8, 2.5, 1.8, .2
DIP = 5
DIPS_FROM = 6  # the first session in which every baseline of the rules can be known
FIRST = datetime(2026, 1, 5, 14, tzinfo=timezone.utc)
NOTICE, WARNING = ("notice", "warning", "critical"), ("warning", "critical")


def scores(rng):
    """One case's alliance scores."""
    own = rng.gauss(MEAN, BETWEEN)
    off = rng.gauss(0, WITHIN)
    series = []
    for _ in range(SESSIONS):
        series.append(own + off)
        off = CORRELATION * off + rng.gauss(0, WITHIN * (1 - CORRELATION ** 2) ** .5)
    return series


def clipped(value, top=40):
    return round(max(0, min(top, value)), 1)


def outcome(rng):
    """Outcome scores that get better by some points in a dozen sessions, with the noise of a retest."""
    start, gain = rng.gauss(20, 5), rng.gauss(.5, .4)
    return [clipped(start + gain * i + rng.gauss(0, 2.5)) for i in range(SESSIONS)]


def homework(rng):
    """Tasks are set in three sessions of four and mostly done."""
    return [rng.choices((1, 2, 3, 4), (1, 3, 4, 3))[0] if rng.random() < .75 else None for _ in range(SESSIONS)]


def attendance(rng):
    """One session in twenty is called off, by either side; one in fifty is missed."""
    rows = []
    for _ in range(SESSIONS):
        chance = rng.random()
        if chance < .03:
            rows.append({"status": "cancelled", "by": "client", "notice_hours": rng.choice((3, 30, 72))})
        elif chance < .05:
            rows.append({"status": "cancelled", "by": "provider"})
        elif chance < .07:
            rows.append({"status": "no_show"})
        else:
            rows.append({"status": "attended"})
    return rows


def record(case, session, score, life=None):
    """`life`: outcome, homework and attendance of the session, or None."""
    ret = {
        "ruptured": 1, "record": f"{case}-{session + 1}", "case": case, "session": session + 1,
        "started": (FIRST + timedelta(days=7 * session)).strftime("%Y-%m-%dT%H:%M:%SZ"), "minutes": 50,
        "next_session": (FIRST + timedelta(days=7 * session + 7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "participants": [{"id": "t1", "role": "therapist"}, {"id": "m1", "role": "client"}],
        "attendance": [{"who": "m1", "status": "attended"}],
        "scores": [{"of": "SRS", "by": "m1", "total": clipped(score)}],
    }
    if life:
        ors, rating, row = life
        came = row["status"] == "attended"
        ret["attendance"] = [{"who": "m1", **row}]
        ret["scores"] = ret["scores"] + [{"of": "ORS", "by": "m1", "total": ors}] if came else []
        ret["homework"] = [{"who": "m1", "rating": rating}] if came else []
    return ret


def cases(n, seed, dip=False, lives=False):
    """n cases: a list of (name, session of the dip or None, records)."""
    rng = random.Random(seed)
    ret = []
    for i in range(n):
        name = f"{'dip' if dip else 'quiet'}-{i}"
        series = scores(rng)
        at = rng.randrange(DIPS_FROM - 1, SESSIONS) if dip else None
        if dip:
            series[at] = clipped(series[at]) - DIP
        life = list(zip(outcome(rng), homework(rng), attendance(rng))) if lives else [None] * SESSIONS
        ret.append((name, at, [record(name, s, series[s], life[s]) for s in range(SESSIONS)]))
    return ret


def explained(binary, rules, records):
    """record -> what `explain` says of it.  As of the last session: no time passes after it."""
    with tempfile.TemporaryDirectory() as box:
        for one in records:
            Path(box, one["record"] + ".json").write_text(json.dumps(one))
        last = max(one["started"] for one in records)
        out = subprocess.run([binary, "--json", "explain", "--rules", rules, "--as-of", last, *sorted(map(str, Path(box).iterdir()))],
                             capture_output=True, text=True, check=False)
    if out.returncode:
        raise SystemExit(out.stderr)
    return {one["record"]: one for one in map(json.loads, out.stdout.splitlines())}


def active(binary, rules):
    """The ids of the rules that may send an alert: strengths and those under test are judged, not sent."""
    text = "\n".join(path.read_text() for path in sorted(Path(rules).glob("*.yaml")))
    ret = set()
    for block in text.split("\n  - id: ")[1:]:
        lines = block.splitlines()
        if not {"    status: test", "    status: draft", "    status: retired", "    strength: yes"} & set(lines):
            ret.add(lines[0].split()[0])
    return ret


def fired(told, ids, severities):
    return {v["rule"] for v in told["verdicts"] if v["truth"] == "true" and v["severity"] in severities and v["rule"] in ids}


def begun(told, severities):
    """Alerts that begin, or grow worse while they are open."""
    return [a for a in sent(told, severities) if a["state"] == "open"]


def sent(told, severities):
    """All that is told: beginnings, repairs, and what was not repaired in time."""
    return [a for a in told["alerts"] if a["severity"] in severities and not a["quietly"]]


def count_quiet(told, series, ids):
    """Per 100 sessions that a member attended."""
    sessions = [told[r["record"]] for _, _, records in series for r in records
                if r["attendance"][0]["status"] == "attended"]
    by_rule = {}
    for one in sessions:
        for rule in fired(one, ids, WARNING):
            by_rule[rule] = by_rule.get(rule, 0) + 1
    share = 100 / len(sessions)
    return {
        "sessions": len(sessions),
        "warning_sessions": share * sum(bool(fired(one, ids, WARNING)) for one in sessions),
        "notice_sessions": share * sum(bool(fired(one, ids, NOTICE)) for one in sessions),
        "warning_alerts": share * sum(len(begun(one, WARNING)) for one in sessions),
        "notice_alerts": share * sum(len(begun(one, NOTICE)) for one in sessions),
        "warning_messages": share * sum(len(sent(one, WARNING)) for one in sessions),
        "notice_messages": share * sum(len(sent(one, NOTICE)) for one in sessions),
        "warnings_by_rule": {rule: share * n for rule, n in sorted(by_rule.items())},
    }


def count_dips(told, series, ids):
    """% of the dips in whose session a rule is true."""
    at = [told[records[dip]["record"]] for _, dip, records in series if records[dip]["scores"]]
    return {
        "dips": len(at),
        "warning_caught": 100 / len(at) * sum(bool(fired(one, ids, WARNING)) for one in at),
        "notice_caught": 100 / len(at) * sum(bool(fired(one, ids, NOTICE)) for one in at),
    }


def measure(binary=ROOT / "build" / "rupturectl", rules=ROOT / "rules", n=300, seed=20260105, lives=False):
    quiet, dips = cases(n, seed, lives=lives), cases(n, seed + 1, dip=True, lives=lives)
    ids = active(binary, rules)
    told = explained(str(binary), str(rules), [r for _, _, records in quiet + dips for r in records])
    return {**count_quiet(told, quiet, ids), **count_dips(told, dips, ids)}


def main():
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--binary", default=ROOT / "build" / "rupturectl")
    options.add_argument("--rules", default=ROOT / "rules")
    options.add_argument("--cases", type=int, default=300)
    options.add_argument("--seed", type=int, default=20260105)
    given = options.parse_args()
    for lives in (False, True):
        figures = measure(given.binary, given.rules, given.cases, given.seed, lives)
        print("alliance scores, outcome, homework, attendance:" if lives else "alliance scores alone:")
        json.dump(figures, sys.stdout, indent=1)
        print()


if __name__ == "__main__":
    main()
