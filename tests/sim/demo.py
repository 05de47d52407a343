#!/usr/bin/env python3
"""A clinic to look at: some 40 cases over most of a year, told week by week, with what people did about the alerts.

	demo.fill(box)                                             in a test: box.ctl("report", "--as-of", demo.NOW)
	tests/sim/demo.py --bin build/test DIR                     a store that stays, and DIR/ruptured.yaml for -c

The same seed makes the same clinic; only the tokens differ.  One site fell silent, some members never filled anything in,
and one case is a family whose alliances go apart.
"""
import argparse
import calendar
import random
import shutil
import sys
import time
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "e2e"))

from box import Box, check  # noqa: E402
from clinic import BEGIN, DAY, WEEK, Clinic, date  # noqa: E402

WEEKS_LONG = 40
NOW_S = BEGIN + WEEKS_LONG * WEEK + 2 * DAY
NOW = date(NOW_S)
SILENT_FROM = NOW_S - 10 * DAY  # of the site south

MORE = """\
sites:
  north: {expect_records: 5 days}
  south: {expect_records: 3 days}
"""
ROUTES = ("[{name: supervisors, match: {severity: at least notice}, to: [desk], budget: 5 a week},"
          " {name: everything, to: [desk]}, {name: safeguarding, match: {rules: [safeguarding]}, to: [desk]}]")


def at(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def family():
    """A family of four: m1 falls and recovers twice, m2 goes down and stays there, m3 is fine, m4 fills nothing in."""
    scores = {"m1": [36, 37, 36.5, 37, 36, 28, 35, 36.5, 37, 30, 35.5, 36],
              "m2": [34, 35, 34.5, 35, 34, 34.5, 33, 35, 27, 26, 25.5, 25],
              "m3": [38, 38.5, 38, 39, 38.5, 38, None, 38, 39, 38.5, 38, 38.5]}
    roles = {"m1": ("parent", 44), "m2": ("parent", 46), "m3": ("child", 11), "m4": ("child", 15)}
    begun = NOW_S - 12 * WEEK - DAY
    for n in range(12):
        coming = [who for who in roles if not (who == "m2" and n in (10,)) and not (who == "m3" and n == 6)]
        yield {
            "ruptured": 1, "record": f"family-{n + 1}", "case": "Family-Ashdown-1987", "session": n + 1,
            "started": date(begun + n * WEEK), "minutes": 80, "modality": "family", "language": "en", "site": "north",
            "next_session": date(begun + (n + 1) * WEEK),
            "participants": [{"id": "t1", "role": "therapist", "person": "staff-3"}] + [
                {"id": who, "role": role, "age": age} for who, (role, age) in roles.items()],
            "attendance": [{"who": who, "status": "attended"} if who in coming else
                           {"who": who, "status": "cancelled", "by": "client", "notice_hours": 3} for who in roles],
            "scores": [{"of": "CSRS" if who == "m3" else "SRS", "by": who, "total": scores[who][n]}
                       for who in scores if who in coming and scores[who][n] is not None],
        }


def records(seed):
    """(when it comes, record), in that order; none of what lies ahead, and nothing from the site that fell silent."""
    clinic = Clinic(seed, 40, 560, weeks=36)
    dated = [(when, record) for when, record in clinic.records]
    dated += [(at(record["started"]) + 3600, record) for record in family()]
    return sorted(((when, record) for when, record in dated
                   if when <= NOW_S and not (record.get("site") == "south" and when > SILENT_FROM)),
                  key=lambda one: (one[0], one[1]["record"], one[1].get("revision", 1)))


def act(box, rng):
    """What the clinic does with this week's alerts: acknowledges many, judges some."""
    for alert in box.ctl("--json", "alerts", "--all", expect=0).lines():
        if alert["told"].startswith("never"):
            continue
        if alert["acknowledged"] is None and alert["state"] != "retracted" and rng.random() < 0.12:
            box.command({"ruptured-command": 1, "act": "ack", "alert": alert["alert"]})
        if alert["verdict"] is None and rng.random() < 0.08:
            useful = rng.random() < (0.8 if alert["severity"] in ("warning", "critical") else 0.45)
            box.command({"ruptured-command": 1, "act": "verdict", "alert": alert["alert"],
                         "verdict": "useful" if useful else "noise"})


def fill(box, seed=7, step=WEEK):
    """A store full of the past up to NOW, where the clock of the box then stands.  A longer step takes less time: then only
    the last weeks go one by one."""
    rng = random.Random(seed)
    box.config(announce_within="always", routes=ROUTES, more=MORE)
    waiting, now = records(seed), BEGIN
    while now < NOW_S:
        now = min(now + (step if now + step <= NOW_S - 4 * WEEK else WEEK), NOW_S)
        while waiting and waiting[0][0] <= now:
            when, record = waiting.pop(0)
            box.drop(record, name=f"{record['record']}-{record.get('revision', 1)}.json")
        box.now(date(now))
        box.once()
        act(box, rng)
    box.once()
    check(not box.files("incoming") and not box.files("commands"), "something waits still")
    return NOW


def keep(box, place):
    """The store and a configuration for it, out of the box."""
    place.mkdir(parents=True, exist_ok=True)
    shutil.copytree(box.store_dir, place / "lib", dirs_exist_ok=True, ignore=shutil.ignore_patterns("*.bell"))
    shutil.copytree(box.spool, place / "spool", dirs_exist_ok=True)
    text = box.config_path.read_text().replace(str(box.store_dir), str(place / "lib"))
    (place / "ruptured.yaml").write_text(text.replace(str(box.spool), str(place / "spool")))


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--bin", required=True, metavar="DIR", help="where the programs of the test build are")
    p.add_argument("--seed", type=int, default=7)
    p.add_argument("place", type=Path, metavar="DIR")
    o = p.parse_args()
    with Box(o.bin) as box:
        fill(box, o.seed)
        keep(box, o.place.resolve())
    print(f"rupturectl -c {o.place.resolve()}/ruptured.yaml report --as-of {NOW} -o report.html")


if __name__ == "__main__":
    main()
