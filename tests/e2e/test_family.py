"""The synthetic family through the running daemon: each pack fires where it should and is silent where it should be.

The table is the one of tests/data/family/README.md; what is not in it must not be heard.
"""
import calendar
import json
import time

from box import ROOT, check

FAMILY = ROOT / "tests" / "data" / "family"

# session -> what is heard: rule, state, severity, member, other
HEARD = {
    5: {("hostility.therapist", "open", "warning", "m2", None), ("drops.alliance", "open", "warning", "m2", None)},
    6: {("hostility.therapist", "repairing", "warning", "m2", None), ("drops.alliance", "repaired", "warning", "m2", None),
        ("withdrawal.talk", "open", "info", "m1", None)},
    7: {("hostility.therapist", "repaired", "warning", "m2", None), ("noncompliance.homework", "open", "notice", "m3", None)},
    8: {("noncompliance.homework", "repaired", "notice", "m3", None), ("siding.therapist", "open", "warning", "m1", "m2"),
        ("drops.alliance", "open", "notice", "m2", None), ("withdrawal.talk", "repaired", "info", "m1", None)},
    9: {("missed.after_rupture", "open", "warning", "m2", None)},
    10: {("noncompliance.attendance", "open", "warning", "m2", None), ("drops.alliance", "unrepaired", "notice", "m2", None),
         ("siding.therapist", "unrepaired", "warning", "m1", "m2")},
}


def family():
    """The ten records, by session."""
    trees = [json.loads(path.read_text()) for path in FAMILY.glob("session-*.json")]
    return {tree["session"]: tree for tree in trees}


def heard_now(box, already):
    """What was told of cases beyond the first `already`, once everything decided was delivered."""
    box.wait(lambda: len(box.told()) == box.rows("SELECT count(*) FROM outbox")[0][0], "delivery", 10, box.state)
    fresh = box.told()[already:]
    return {(a["rule"], a["state"], a["severity"], a["member"], a["other"]) for a in fresh if a["case"]}, len(box.told())


def live(box, trees, **settings):
    """Each session's record comes two hours after it began.  session -> what is heard."""
    box.config(**settings)
    box.now("2026-01-01T12:00:00Z")
    box.start()
    heard, n = {}, 0
    for number, (session, tree) in enumerate(sorted(trees.items()), 1):
        box.now(tree["started"][:11] + "18:00:00Z")
        box.drop(tree)
        box.wait_processed(number)
        heard[session], n = heard_now(box, n)
    return heard


def time_passes(box, until):
    """The clock alone moves; no file comes.  Waits until the engine has seen all that was due."""
    box.now(until)
    now = calendar.timegm(time.strptime(until, "%Y-%m-%dT%H:%M:%SZ"))
    already = len(box.told())
    box.wait(lambda: not box.rows("SELECT row FROM cases WHERE next_deadline <= ?", now), "the deadlines to pass", 10)
    return heard_now(box, already)[0]


def rules_of(heard):
    return {alert[0] for alert in heard}


def rows(tree, part, who):
    return [row for row in tree[part] if row["who" if part != "scores" else "by"] == who]


def without(tree, part, who):
    return dict(tree, **{part: [row for row in tree[part] if row not in rows(tree, part, who)]})


def test_each_session_is_heard_as_the_table_says(box):
    heard = live(box, family())
    for session, told in heard.items():
        expected = HEARD.get(session, set())
        check(told == expected, f"session {session}: missing {expected - told}, too much {told - expected}")
    later = time_passes(box, "2026-03-30T15:00:00Z")
    check(later == set(), f"three weeks have not passed: {later}")
    later = time_passes(box, "2026-03-30T17:00:00Z")
    check(("drops.silent", "open", "warning", None, None) in later, f"no silence heard: {later}")
    gone = {alert[0] for alert in later if alert[1] == "dropped_out"}
    check(gone == {"drops.alliance", "siding.therapist", "missed.after_rupture", "noncompliance.attendance"},
          f"what was open: {gone}")
    for pack in ("hostility.", "noncompliance.", "drops.", "siding."):
        check(any(rule.startswith(pack) for rules in HEARD.values() for rule in rules_of(rules)), f"{pack} never fires")


def test_the_order_of_arrival_does_not_matter(box):
    trees = family()
    box.config()
    box.now("2026-03-09T18:00:00Z")
    for number, session in enumerate((7, 10, 1, 9, 3, 2, 8, 5, 4, 6), 1):
        box.drop(trees[session], name=f"{number:02}.json")
    box.start()
    box.wait_processed(10)
    alerts = box.ctl("--json", "alerts", "--all", expect=0).lines()
    found = {(a["rule"], a["state"], a["severity"], a["member"], a["other"]) for a in alerts if a["state"] != "retracted"
             and a["rule"] != "drops.low"}
    last = {}
    for session in sorted(HEARD):
        for rule, state, severity, member, other in HEARD[session]:
            start = session if state == "open" or (rule, member, other) not in last else last[rule, member, other][0]
            last[rule, member, other] = (start, (rule, state, severity, member, other))
    for _, alert in last.values():
        check(alert in found, f"{alert} is not among {found}")


def test_what_the_provider_cancelled_is_not_held_against_a_member(box):
    trees = family()
    for session in (9, 10):
        rows(trees[session], "attendance", "m2")[0].update(status="cancelled", by="provider")
    heard = live(box, trees)
    check(not rules_of(heard[9] | heard[10]) & {"noncompliance.attendance", "missed.after_rupture"}, f"{heard}")


def test_a_cancellation_long_before_is_no_absence(box):
    trees = family()
    rows(trees[9], "attendance", "m2")[0].update(notice_hours=48)
    heard = live(box, trees)
    check("missed.after_rupture" not in rules_of(heard[9]), f"{heard[9]}")
    check("noncompliance.attendance" not in rules_of(heard[10]), f"{heard[10]}")


def test_a_missing_score_is_no_fall(box):
    trees = family()
    trees[5] = without(trees[5], "scores", "m2")
    heard = live(box, {n: trees[n] for n in range(1, 6)})
    check(heard[5] == {("hostility.therapist", "open", "notice", "m2", None)},
          f"words alone are a notice, and a score that is not there is no news: {heard[5]}")


def test_without_the_words_only_the_score_is_heard(box):
    trees = family()
    trees[5]["consent"] = {"transcript": False}
    heard = live(box, {n: trees[n] for n in range(1, 6)})
    check(rules_of(heard[5]) == {"drops.alliance"}, f"{heard[5]}")


def test_siding_needs_a_member_who_is_left_out(box):
    trees = family()
    trees[8] = without(trees[8], "scores", "m2")
    heard = live(box, {n: trees[n] for n in range(1, 9)})
    check(rules_of(heard[8]) == {"noncompliance.homework", "withdrawal.talk"}, f"{heard[8]}")


def test_a_task_that_was_not_set_is_not_undone(box):
    trees = family()
    rows(trees[7], "homework", "m3")[0]["rating"] = None
    heard = live(box, {n: trees[n] for n in range(1, 8)})
    check("noncompliance.homework" not in rules_of(heard[7]), f"{heard[7]}")


def test_a_booked_session_keeps_the_timer_quiet_until_it_is_past(box):
    trees = family()
    trees[10]["next_session"] = "2026-04-20T16:00:00Z"
    live(box, trees)
    for day in ("2026-03-31", "2026-04-14", "2026-04-22"):
        heard = time_passes(box, f"{day}T12:00:00Z")
        check(heard == set(), f"{day}: {heard}")
    heard = time_passes(box, "2026-04-23T12:00:00Z")
    check("drops.silent" in rules_of(heard), f"booked, past, and nobody came: {heard}")


def test_a_closed_case_is_silent_for_ever(box):
    live(box, family())
    box.ctl("case", "close", "synthetic-family", "moved", "away", expect=0)
    heard = time_passes(box, "2026-06-01T12:00:00Z")
    check(heard == set(), f"{heard}")
    check(box.ctl("--json", "alerts", expect=0).lines() == [], "open alerts of a closed case")


def test_a_session_still_ahead_is_not_waited_for_before_its_time(box):
    """Cancelled today, five weeks ahead: the weeks between have not passed."""
    box.config()
    box.now("2026-03-02T18:00:00Z")
    box.start()
    off = [{"who": who, "status": "cancelled", "by": "provider"} for who in ("m1", "m2")]
    box.drop(box.record(session=1))
    box.wait_processed(1)
    box.drop(box.record(session=2, started="2026-04-20T14:00:00Z", attendance=off))
    box.wait_processed(2)
    box.wait(lambda: box.rows("SELECT next_deadline FROM cases") == [(calendar.timegm((2026, 3, 23, 14, 0, 1)),)], "the deadline",
             10, lambda: str(box.rows("SELECT next_deadline FROM cases")) + str(box.told()))
    check(not box.told(), f"told of what is still ahead: {box.told()}")


def test_a_mistyped_year_that_is_put_right_is_no_drop_out(box):
    box.config()
    box.now("2026-03-02T18:00:00Z")
    box.start()
    attack = [{"who": "m1", "to": "t1", "text": "I hate this and you are useless."}] * 6
    box.drop(box.record(started="2062-03-02T14:00:00Z", turns=attack))
    box.wait_told(1)
    box.drop(box.record(revision=2, turns=attack), name="right.json")
    box.wait_processed(2)
    box.wait(lambda: box.rows("SELECT next_deadline FROM cases") != [(None,)], "a deadline", 10, lambda: str(box.told()))
    heard, _ = heard_now(box, 0)
    check({rule for rule, *_ in heard} == {"hostility.therapist"} and {state for _, state, *_ in heard} == {"open"}, f"heard {heard}")
