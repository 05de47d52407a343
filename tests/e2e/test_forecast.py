"""What a backtest says would leave by each route, against what the engine did send: a simulated clinic in small."""
import calendar
import json
import sys
import time
from collections import Counter
from pathlib import Path

from box import ROOT, check

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sim"))

from clinic import BEGIN, WEEK, Clinic, date  # noqa: E402

MONDAY = 3 * 86400  # 1970-01-01 was a Thursday

ROUTES = """[
  {name: safeguarding, match: {rules: [safeguarding]}, to: [desk]},
  {name: digested, match: {rules: [withdrawal.*, noncompliance.*]}, to: [team], digest: "07:00"},
  {name: north, match: {site: [north]}, to: [desk, team], group: case, wait: 2 hours, budget: 1 a week,
   routes: [{name: grave, match: {severity: at least warning}, to: [chief], group: no}]},
  {name: others, match: {state: [open, unrepaired, dropped_out]}, to: [desk], group: route, wait: 1 day, budget: 1 a week}]"""
SINKS = "{%s}" % ", ".join("%s: {exec: {command: [/bin/true]}, privacy: numbers}" % s for s in ("desk", "team", "chief"))


def at_of(text):
    return calendar.timegm(time.strptime(text, "%Y-%m-%dT%H:%M:%SZ"))


def records(clinic):
    """Each on its day, in one piece, none corrected: the past as a backtest takes it.  Begun in two weeks, so that cases
    vie for the budgets."""
    ret = []
    for case in clinic.cases:
        case.two_parts, case.begun = False, BEGIN + (case.begun - BEGIN) % (2 * WEEK)
        ret += [(at_of(one["started"]), one) for one in case.records()]
    return sorted(ret, key=lambda one: (one[0], one[1]["record"]))


def live(box, past):
    """The engine, at each moment at which something happens, until nothing is left to happen.  The last such moment."""
    waiting, now = list(past), 0
    while True:
        timers = [at for at, in box.rows("SELECT min(next_deadline) FROM cases UNION SELECT min(due_at) FROM held") if at] \
            if now else []
        coming = timers + [at for at, _ in waiting[:1]]
        if not coming or (not waiting and min(coming) > past[-1][0] + 30 * WEEK):
            return now
        now = max(now, min(coming))
        while waiting and waiting[0][0] <= now:
            box.drop(waiting.pop(0)[1])
        ran = box.run("ruptured", "-c", box.config_path, "--once", "--as-of", date(now))
        check(ran.code == 0, ran.err)


def sent(box):
    """(route, sink, week) -> messages that left."""
    return Counter((route, sink, (at + MONDAY) // WEEK * WEEK - MONDAY)
                   for route, sink, at, payload in box.rows("SELECT route, sink, at, payload FROM outbox")
                   if not json.loads(payload).get("rule", "").startswith("engine."))


def forecast(found, side):
    return Counter({(r["route"], r["sink"], at_of(w["from"] + "T00:00:00Z")): w["messages"][side]
                    for r in found["routes"] for w in r["by_week"] if w["messages"][side]})


def test_what_would_leave_by_each_route_is_what_the_engine_did_send(box):
    box.config(sinks=SINKS, routes=ROUTES, fallback="desk", rules=[ROOT / "rules"])
    past = records(Clinic(3, 8, 80))
    found = json.loads(box.ctl("--json", "backtest", ROOT / "rules", "--as-of", date(live(box, past)), expect=0).out)
    ours, theirs = forecast(found, 1), sent(box)
    check(ours == theirs, f"more {dict(ours - theirs)}\nless {dict(theirs - ours)}")
    for what in ("messages", "groups", "digests", "kept_for_digest_by_budget"):
        check(sum(r[what][1] for r in found["routes"]) > 2, f"too few {what} to tell")


LOW = """\
version: 1
rules:
  - {id: low, title: T, per: member, status: active, severity: warning, because: For a test., say: s,
     signals: {low: {score: SRS, value: less than 30}}, when: low}
"""
TOGETHER = "[{name: all, to: [desk], group: route, wait: 1 day}, {name: safeguarding, match: {rules: [safeguarding]}, to: [desk]}]"


def told_of(box):
    """Of each message that left: when, and of how many alerts it tells."""
    return sorted((at, len(incident.split())) for at, incident in box.rows("SELECT at, incident FROM outbox"))


def test_what_is_announced_at_the_moment_at_which_a_group_is_due_leaves_as_the_engine_sends_it(box):
    box.config(sinks=SINKS, routes=TOGETHER, fallback="desk", rules=[ROOT / "rules/instruments.yaml", box.rules(LOW)])
    days = {"K1": 2, "K2": 3, "K3": 3, "K4": 9, "K5": 10}  # the group that K1 begins is due when K2 and K3 come; K4, K5
    past = [box.record(case=case, session=1, started=date(BEGIN + day * 86400), scores={"m1": 20})
            for case, day in days.items()]
    past = [(at_of(one["started"]), one) for one in past]
    end = live(box, past)
    ours = told_of(box)
    check(ours == [(BEGIN + 3 * 86400, 2), (BEGIN + 4 * 86400, 1), (BEGIN + 10 * 86400, 2)], str(ours))
    other = box.dir / "other.yaml"
    other.write_text('version: 1\noverride: {low: {because: "For a test.", say: "other"}}\n')
    found = json.loads(box.ctl("--json", "backtest", "--with", other, "--as-of", date(end), expect=0).out)
    check(forecast(found, 1) == sent(box), f"{forecast(found, 1)} {sent(box)}")
    route, = found["routes"]
    check((route["messages"][1], route["groups"][1], route["told_of"][1]) == (3, 2, 5), str(route))
