"""What people do about alerts: verdicts, silences, snoozes, and what happens when nobody answers."""
import re

import crash
from box import ROOT, check

FINE, WRONG = 0, 2

RULES = """\
version: 1
rules:
  - id: test.low
    title: A score is low
    status: active
    per: member
    signals:
      low: {score: SRS, value: at most 30}
      very_low: {score: SRS, value: at most 12}
      lowish: {score: SRS, value: at most 34}
    severity:
      - critical: very_low
      - warning: low
      - notice: lowish
    repaired: {score: SRS, value: at least 35}
    unrepaired_after: 2 sessions
    say: "ask {member} about the session"
    next_step: "Ask what was different."
    because: "A rule for tests."
  - id: test.harm
    title: Somebody may be in danger
    status: active
    safety: yes
    per: member
    severity: warning
    signals:
      low: {score: CSRS, value: at most 10}
    when: low
    say: "see {member}"
    next_step: "Call."
    because: "A rule for tests."
"""

SINKS = ("{desk: {exec: {command: [%s], timeout: 5 seconds}, privacy: numbers}, "
         "phone: {exec: {command: [%s], timeout: 5 seconds}, privacy: numbers}}")
PLAIN = "[{name: everything, to: [desk]}, {name: harm, match: {rules: [test.harm]}, to: [desk]}]"
ANSWERED = ("[{name: everything, to: [desk], ack_within: 30 minutes, escalate: [phone]}, "
            "{name: harm, match: {rules: [test.harm]}, to: [desk], escalate: [phone]}]")

MONDAY = "2026-03-02T15:00:00Z"  # an hour after the first session


def set_up(box, routes=PLAIN, now=MONDAY, rules=RULES):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(rules)], routes=routes,
               sinks=SINKS % (box.hook, box.hook), more="tokens: as given\n")
    box.env["TZ"] = "UTC"
    box.now(now)


def session(box, number, m1=38, case="K1", **more):
    return box.record(case=case, session=number, scores={"m1": m1, "m2": 38}, **more)


def harm(box, case="K1", number=1):
    return dict(box.record(case=case, session=number, record=f"harm-{case}-{number}"),
                scores=[{"of": "CSRS", "by": "m1", "total": 5}])


def feed(box, *records):
    """Judged one after the other."""
    for record in records:
        before = len(box.processed())
        box.drop(record)
        box.wait_processed(before + 1)


def first_alert(box, **more):
    box.start()
    feed(box, session(box, 1, m1=20, **more))
    return box.wait_told()[0]["alert"]


def listed(box, *options):
    return box.ctl("--json", "alerts", *options, expect=FINE).lines()


def audited(box, what):
    return [about for about, in box.rows("SELECT about FROM audit WHERE what = ? ORDER BY row", what)]


def sent(box):
    """(number of the announcement, sink, escalated, reminder) of all that was decided, in order."""
    rows = box.rows("SELECT key, payload FROM outbox ORDER BY row")
    return [(int(re.search(r"-(\d+)/", key)[1]), key.rpartition("/")[2], '"escalated":true' in payload,
             '"reminder":true' in payload) for key, payload in rows]


def wait_sent(box, number):
    box.wait(lambda: len(sent(box)) >= number, f"{number} decisions", told=lambda: str(sent(box)))
    return sent(box)


def refused(box, words, part):
    ran = box.ctl(*words, expect=WRONG)
    check(part in ran.err, f"{words}: {part!r} is not in {ran.err!r}")


def settled(box):
    """Two records of other cases have gone all the way, one after the other: a whole round of the engine lies between."""
    for _ in range(2):
        before = len(box.processed())
        box.drop(session(box, 1, case=f"OTHER{before}"))
        box.wait_processed(before + 1)


# ---- verdicts


def test_a_verdict_is_kept_audited_and_replaced_by_a_later_one(box):
    set_up(box)
    alert = first_alert(box)
    check(f"alert {alert} was useful" in box.ctl("verdict", alert, "useful", "--note", "they wept", expect=FINE).out, "no answer")
    one = listed(box)[0]
    check((one["verdict"], one["verdict_note"]) == ("useful", "they wept") and one["verdict_by"].startswith("uid "), str(one))
    box.ctl("verdict", alert, "noise", expect=FINE)
    one = listed(box)[0]
    check((one["verdict"], one["verdict_note"]) == ("noise", None), str(one))
    check("noise, says uid" in box.ctl("alerts").out, "not in the list for people")
    check(audited(box, "verdict") == [f"{alert} useful: they wept", f"{alert} noise"], str(audited(box, "verdict")))
    refused(box, ("verdict", alert, "perhaps"), "say useful or noise")
    refused(box, ("verdict", alert), "usage")
    refused(box, ("verdict", alert, "noise", "--why", "x"), 'unknown option "--why"')
    check("whole" in box.ctl("audit", "--verify", expect=FINE).out, "the chain broke")


def test_precision_is_counted_by_rule_with_its_interval(box):
    set_up(box)
    box.start()
    check("No alerts" in box.ctl("alerts", "--precision", expect=FINE).out, "of nothing")
    feed(box, *(session(box, 1, m1=20, case=f"K{n}") for n in range(5)))
    for alert, verdict in zip(listed(box), ("useful", "useful", "useful", "noise")):
        box.ctl("verdict", alert["alert"], verdict, expect=FINE)
    rule = box.ctl("--json", "alerts", "--precision", expect=FINE).lines()
    check(len(rule) == 1 and rule[0]["rule"] == "test.low", str(rule))
    rule = rule[0]
    check((rule["alerts"], rule["told"], rule["verdicts"], rule["useful"], rule["precision"]) == (5, 5, 4, 3, 0.75), str(rule))
    check(abs(rule["low"] - 0.30064) < 1e-4 and abs(rule["high"] - 0.95441) < 1e-4, str(rule))
    words = box.ctl("alerts", "--precision", expect=FINE).out
    check("75 %" in words and "30 - 95 %" in words and "Wilson" in words, words)
    refused(box, ("alerts", "--precision", "--all"), "goes with nothing else")


def test_an_alert_goes_by_the_beginning_of_its_id_and_a_slip_is_seen(box):
    set_up(box)
    alert = first_alert(box)
    wrong = alert[:-1] + ("0" if alert[-1] != "0" else "1")
    refused(box, ("ack", wrong), f"did you mean {alert}?")
    refused(box, ("ack", alert[:3]), "no alert has this id")
    check(f"alert {alert} acknowledged" in box.ctl("ack", alert[:6], "calling", expect=FINE).out, "not by its beginning")
    check(audited(box, "ack") == [f"{alert}: calling"], str(audited(box, "ack")))
    check("test.low" in box.ctl("explain", alert[:6], expect=FINE).out, "not explained by its beginning")
    one = listed(box, "--acknowledged")[0]
    check(one["acknowledged"] == MONDAY and one["acknowledged_by"].startswith("uid "), str(one))


def test_what_was_acknowledged_is_listed_since_a_day(box):
    set_up(box)
    alert = first_alert(box)
    check(listed(box, "--acknowledged") == [], "nothing is acknowledged yet")
    box.ctl("ack", alert, expect=FINE)
    box.ctl("case", "close", "K1", expect=FINE)
    check([a["alert"] for a in listed(box, "--acknowledged")] == [alert], "one that is over is not listed")
    check(len(listed(box, "--acknowledged", "--since", "2026-03-01")) == 1, "not since the day before")
    check(listed(box, "--acknowledged", "--since", "2026-03-04") == [], "since a later day")
    check("No such alerts" in box.ctl("alerts", "--acknowledged", "--since", "2026-03-02T15:00:01Z").out, "to the second")
    refused(box, ("alerts", "--since", "2026-03-01"), "goes with --acknowledged")
    refused(box, ("alerts", "--acknowledged", "--since", "monday"), "write 2026-03-02")


# ---- silences


def silence(box, *words, reason="on holiday", until="2026-04-01"):
    return box.ctl("silence", *words, "--until", until, "--reason", reason, expect=FINE).out


def test_what_a_silence_covers_is_listed_and_never_sent(box):
    set_up(box)
    box.start()
    feed(box, session(box, 1))
    said = silence(box, "--case", "K1")
    check("silence 1: case K1, until 2026-0" in said and "silence end 1" in said, said)
    feed(box, session(box, 2, m1=20), session(box, 1, m1=20, case="K2"))
    box.wait_told()
    check([a["case"] for a in box.told()] == ["K2"], "not the other case alone")
    one = listed(box, "--silenced")
    check(len(one) == 1 and one[0]["case"] == "K1" and one[0]["told"] == "never: silenced" and one[0]["announcements"] == 0, str(one))
    check((one[0]["silence"], one[0]["silence_reason"]) == (1, "on holiday"), str(one))
    words = box.ctl("alerts").out
    check("never told: silenced" in words and "by silence 1 (on holiday)" in words, words)
    check("silence 1 is over" in box.ctl("silence", "end", "1", expect=FINE).out, "not ended")
    feed(box, session(box, 3, m1=20))
    check(len(box.told()) == 1, "made up for later")
    feed(box, session(box, 4, m1=10))
    worse = box.wait_told(2)[1]
    check(worse["severity"] == "critical" and worse["key"].endswith("-1"), f"a key is missing: {worse}")
    check(audited(box, "silenced")[0].endswith("by silence 1"), "not audited")
    check(audited(box, "silence") == ["1, case K1, until 2026-04-01T00:00:00Z: on holiday"], str(audited(box, "silence")))
    check(audited(box, "silence end") == ["1"], str(audited(box, "silence end")))


def test_an_alert_silenced_from_its_opening_to_its_end_stays_untold(box):
    set_up(box)
    box.start()
    silence(box, "--rule", "test.*", until="2026-03-10")
    feed(box, session(box, 1, m1=20))
    box.now("2026-03-10T00:00:00Z")
    check("No silence" in box.ctl("silence", "list", expect=FINE).out, "in force at its end")
    feed(box, session(box, 2, m1=36))
    settled(box)
    check(listed(box, "--all")[0]["state"] == "repaired" and sent(box) == [], f"the end of what nobody knew: {sent(box)}")


def test_a_silence_until_the_next_session_ends_as_that_begins(box):
    set_up(box)
    box.start()
    feed(box, session(box, 2))
    box.now("2026-03-10T09:00:00Z")
    check("until the next session" in silence(box, "--case", "K1", until="next-session"), "not said")
    feed(box, session(box, 1, m1=20))
    settled(box)
    check(sent(box) == [], "a session of before the silence ended it")
    check("until the next session" in box.ctl("silence", "list").out, "not in force")
    box.now("2026-03-16T16:00:00Z")
    feed(box, session(box, 3, m1=10))
    check(box.wait_told()[0]["session"] == 3, "the next session is silenced too")
    check("No silence" in box.ctl("silence", "list").out, "still in force")
    over = box.ctl("--json", "silence", "list", "--all", expect=FINE).lines()[0]
    check(over["over"] and over["ended_by"] == "the next session", str(over))
    check(audited(box, "silence over") == ["1"], "its end is not audited")


GONE = """\
  - id: test.gone
    title: Nobody has come for long
    status: active
    per: case
    severity: notice
    signals:
      gap: {elapsed: {since: last attended session}, longer_than: 21 days}
    when: gap
    say: "call the family"
    because: "A rule for tests."
"""


def test_a_silence_until_the_next_session_lets_through_that_none_comes(box):
    set_up(box, rules=RULES + GONE)
    box.start()
    feed(box, session(box, 1))
    silence(box, "--case", "K1", until="next-session")
    box.now("2026-03-30T09:00:00Z")
    check(box.wait_told()[0]["rule"] == "test.gone", str(box.told()))
    check("until the next session" in box.ctl("silence", "list").out, "over before its time")


def test_a_silence_of_one_member_leaves_the_others_alone(box):
    set_up(box)
    box.start()
    feed(box, session(box, 1))
    silence(box, "--case", "K1", "--member", "m1")
    record = session(box, 2)
    record["scores"] = [{"of": "SRS", "by": who, "total": 20} for who in ("m1", "m2")]
    feed(box, record)
    check([a["member"] for a in box.wait_told()] == ["m2"], str(box.told()))


def test_critical_and_safeguarding_alerts_are_not_silenced(box):
    set_up(box)
    box.start()
    feed(box, session(box, 1))
    check("all the same" in silence(box, "--case", "K1"), "not said")
    silence(box, "--rule", "test.*")
    feed(box, session(box, 2, m1=10), harm(box, number=3))
    check([a.get("rule") for a in box.wait_told(2)] == ["test.low", None], f"{box.told()}")
    check(listed(box, "--silenced") == [], "one is listed as silenced")


DIGEST = "[{name: everything, to: [desk], digest: \"07:30\"}, {name: harm, match: {rules: [test.harm]}, to: [phone]}]"


def test_what_waits_for_a_digest_and_is_silenced_then_is_not_sent(box):
    set_up(box, DIGEST)
    box.start()
    feed(box, session(box, 1, m1=33), session(box, 1, m1=33, case="K2"))
    check(sent(box) == [] and len(listed(box)) == 2, f"not held: {sent(box)}")
    check("(1 that waited to be told: kept back)" in silence(box, "--case", "K1", until="2026-03-03"), "not said")
    box.now("2026-03-03T08:00:00Z")
    settled(box)
    check([a["case"] for a in box.wait_told()] == ["K2"], f"{box.told()}")
    check([a["case"] for a in listed(box, "--silenced")] == ["K1"], str(listed(box)))


def test_days_begin_where_the_clinic_is(box):
    set_up(box)
    box.env["TZ"] = "Pacific/Kiritimati"  # 14 hours ahead
    alert = first_alert(box)
    check("until 2026-03-31T10:00:00Z" in silence(box, "--case", "K1", until="2026-04-01"), "not at midnight there")
    said = box.ctl("snooze", alert, "--until", "2026-04-01", expect=FINE).out
    check("told again at 2026-03-31T17:00:00Z" in said, said)


def test_a_silence_that_makes_no_sense_is_refused_with_what_to_write(box):
    set_up(box)
    box.start()
    feed(box, session(box, 1))
    case, until, why = ("silence", "--case", "K1"), ("--until", "2026-04-01"), ("--reason", "a test")
    refused(box, ("silence", *until, *why), "usage")
    refused(box, (*case, *until), "give --reason")
    refused(box, (*case, *why), "give --until")
    refused(box, (*case, "--until", "2026-03-01", *why), "2026-03-01 is past: it is 2026-03-02T15:00:00Z now")
    refused(box, (*case, "--until", "2062-03-01", *why), "more than a year away")
    refused(box, (*case, "--until", "soon", *why), '"soon" is no day')
    refused(box, (*case, "--member", "m3", *until, *why), 'no member of this case is "m3"; did you mean m1?')
    refused(box, ("silence", "--case", "K9", *until, *why), "no case has this token")
    refused(box, ("silence", "--rule", "test.lo", *until, *why), "did you mean test.low?")
    refused(box, ("silence", "--rule", "test.harm", *until, *why), "safeguarding alerts are never silenced")
    refused(box, ("silence", "--rule", "test.low", "--until", "next-session", *why), "a rule has no next session")
    refused(box, ("silence", "--rule", "test.low", "--member", "m1", *until, *why), "another person in each case")
    refused(box, ("silence", "end", "7"), "no silence has this number")
    refused(box, ("silence", "end", "x"), "silence list")
    refused(box, ("silence", "--case"), "--case what?")
    check(box.rows("SELECT count(*) FROM silences") == [(0,)] and not audited(box, "silence"), "one was made")
    box.ctl("case", "close", "K1", expect=FINE)
    refused(box, (*case, "--until", "next-session", *why), "closed and has no next session")


# ---- snoozes


def test_a_snoozed_alert_is_told_again_that_morning(box):
    set_up(box)
    alert = first_alert(box)
    said = box.ctl("snooze", alert, "--until", "2026-03-05", expect=FINE).out
    check("acknowledged; it is told again at 2026-03-05T07:00:00Z" in said, said)
    check("told again at 2026-03-05T07:00:00Z" in box.ctl("alerts").out, "not in the list")
    check(listed(box)[0]["acknowledged"] == MONDAY, "not acknowledged")
    box.now("2026-03-05T06:59:59Z")
    settled(box)
    check(len(sent(box)) == 1, "too early")
    box.now("2026-03-05T07:00:00Z")
    settled(box)
    told = box.wait_told(2)[1]
    check((told["alert"], told["key"], told.get("reminder")) == (alert, f"{alert}-2", True), str(told))
    check(told["evidence"] and told["say"] == box.told()[0]["say"], f"another message: {told}")
    settled(box)
    check(len(sent(box)) == 2 and audited(box, "reminded") == [alert], "not once")


def test_a_snooze_until_the_next_session_waits_for_it(box):
    set_up(box)
    alert = first_alert(box)
    box.ctl("snooze", alert, "--until", "next-session", expect=FINE)
    check("told again at the next session" in box.ctl("alerts").out, "not in the list")
    box.now("2026-03-09T16:00:00Z")
    settled(box)
    check(len(sent(box)) == 1, "told without a session")
    feed(box, session(box, 2, m1=20))
    check(box.wait_told(2)[1].get("reminder"), str(box.told()))


def test_who_hears_of_a_change_needs_no_reminder_of_it(box):
    set_up(box)
    alert = first_alert(box)
    box.ctl("snooze", alert, "--until", "next-session", expect=FINE)
    box.now("2026-03-09T16:00:00Z")
    feed(box, session(box, 2, m1=10))
    settled(box)
    check([one["severity"] for one in box.wait_told(2)] == ["warning", "critical"] and len(sent(box)) == 2, str(sent(box)))
    check(box.rows("SELECT count(*) FROM reminders WHERE done_at IS NULL") == [(0,)], "the reminder waits on")


def test_a_snoozed_alert_that_is_over_is_not_told_again(box):
    set_up(box)
    alert = first_alert(box)
    box.ctl("snooze", alert, "--until", "2026-03-20", expect=FINE)
    box.now("2026-03-09T16:00:00Z")
    feed(box, session(box, 2, m1=36))
    check(box.wait_told(2)[1]["state"] == "repaired", str(box.told()))
    box.now("2026-03-21T09:00:00Z")
    settled(box)
    check(len(sent(box)) == 2 and box.rows("SELECT count(*) FROM reminders") == [(0,)], f"{sent(box)}")
    refused(box, ("snooze", alert, "--until", "2026-04-01"), "is over")


def test_what_may_not_wait_cannot_be_snoozed(box):
    set_up(box)
    box.start()
    feed(box, session(box, 1, m1=10), harm(box, case="K2"))
    box.wait_told(2)
    alerts = {a["rule"]: a["alert"] for a in listed(box)}
    refused(box, ("snooze", alerts["test.low"], "--until", "2026-04-01"), "a critical alert cannot be put off")
    refused(box, ("snooze", alerts["test.harm"], "--until", "2026-04-01"), "a safeguarding alert cannot be put off")
    refused(box, ("snooze", alerts["test.low"]), "cannot be put off")
    check(not any(a["acknowledged"] for a in listed(box)), "acknowledged in vain")


# ---- nobody answers


def test_an_alert_that_nobody_acknowledges_goes_to_others_once(box):
    set_up(box, ANSWERED)
    alert = first_alert(box)
    check("escalates at 2026-03-02T15:30:00Z" in box.ctl("alerts").out, "not in the list")
    box.now("2026-03-02T15:29:59Z")
    settled(box)
    check(sent(box) == [(1, "desk", False, False)], f"too early: {sent(box)}")
    box.now("2026-03-02T15:30:00Z")
    settled(box)
    check(wait_sent(box, 2)[1:] == [(2, "phone", True, False)], str(sent(box)))
    told = box.wait_told(2)[1]
    check((told["alert"], told["key"], told["escalated"], told["route"]) == (alert, f"{alert}-2", True, "everything"), str(told))
    box.now("2026-03-05T00:00:00Z")
    settled(box)
    check(len(sent(box)) == 2 and audited(box, "escalated") == [alert], f"more than once: {sent(box)}")
    box.now("2026-03-09T16:00:00Z")
    feed(box, session(box, 2, m1=36))
    check(wait_sent(box, 3)[2] == (3, "desk", False, False), f"the end: {sent(box)}")


def test_every_answer_stops_the_escalation(box):
    set_up(box, ANSWERED)
    box.start()
    feed(box, *(session(box, 1, m1=20, case=case) for case in ("ACK", "VERDICT", "CLOSE", "REPAIR", "SNOOZE", "NOTHING")))
    alerts = {a["case"]: a["alert"] for a in listed(box)}
    box.ctl("ack", alerts["ACK"], expect=FINE)
    box.ctl("verdict", alerts["VERDICT"], "noise", expect=FINE)
    box.ctl("case", "close", "CLOSE", expect=FINE)
    box.ctl("snooze", alerts["SNOOZE"], "--until", "2026-04-01", expect=FINE)
    feed(box, session(box, 2, m1=36, case="REPAIR", started="2026-03-02T14:50:00Z"))
    box.now("2026-03-02T17:00:00Z")
    settled(box)
    escalated = [key for key, in box.rows("SELECT key FROM outbox WHERE sink = 'phone'")]
    check(escalated == [f"{alerts['NOTHING']}-2/phone"], str(escalated))


def test_a_worse_alert_wants_an_answer_anew(box):
    set_up(box, ANSWERED)
    first_alert(box)
    box.now("2026-03-02T16:00:00Z")
    settled(box)
    wait_sent(box, 2)
    box.now("2026-03-09T15:00:00Z")
    feed(box, session(box, 2, m1=10))
    box.now("2026-03-09T15:30:00Z")
    settled(box)
    check(wait_sent(box, 4)[2:] == [(3, "desk", False, False), (4, "phone", True, False)], str(sent(box)))


def test_what_gets_worse_after_it_was_acknowledged_wants_an_answer_anew(box):
    set_up(box, ANSWERED)
    alert = first_alert(box)
    box.ctl("ack", alert, expect=FINE)
    box.now("2026-03-09T15:00:00Z")
    feed(box, session(box, 2, m1=10))
    check(not listed(box)[0]["acknowledged"], "acknowledged while it was less")
    box.now("2026-03-09T15:30:00Z")
    settled(box)
    check(wait_sent(box, 3)[1:] == [(2, "desk", False, False), (3, "phone", True, False)], str(sent(box)))
    box.ctl("ack", alert, expect=FINE)
    check(len(audited(box, "ack")) == 2, f"audit: {audited(box, 'ack')}")


def test_safeguarding_wants_an_answer_within_the_hour_unsaid(box):
    set_up(box, ANSWERED)
    box.start()
    feed(box, harm(box))
    box.now("2026-03-02T15:59:59Z")
    settled(box)
    check(len(sent(box)) == 1, "too early")
    box.now("2026-03-02T16:00:00Z")
    settled(box)
    wait_sent(box, 2)
    keys = [key.rpartition("/")[2] for key, in box.rows("SELECT key FROM outbox ORDER BY row")]
    check(keys == ["desk", "phone"], str(keys))
    told = box.wait_told(2)[1]
    check(set(told) == {"alert", "severity", "route", "escalated"} and told["escalated"], f"more than bare: {told}")


def test_safeguarding_without_escalation_is_told_once_more_and_status_says_so(box):
    set_up(box)
    box.start()
    words = box.ctl("status").out
    check('route "harm" names nobody to escalate to' in words, words)
    feed(box, harm(box))
    box.now("2026-03-02T16:00:00Z")
    settled(box)
    wait_sent(box, 2)
    check(box.wait_told(2)[1]["escalated"], str(box.told()))
    box.now("2026-03-04T16:00:00Z")
    settled(box)
    check(len(sent(box)) == 2, "for ever")


def test_a_clock_that_jumps_costs_at_most_one_early_notice(box):
    set_up(box, ANSWERED)
    first_alert(box)
    box.now("2026-04-12T15:00:00Z")
    settled(box)
    wait_sent(box, 2)
    box.now(MONDAY)
    settled(box)
    box.now("2026-03-02T16:00:00Z")
    settled(box)
    check([row for row in sent(box) if row[2]] == [(2, "phone", True, False)], str(sent(box)))


def test_the_engine_wakes_by_itself_when_nobody_answered(box):
    """Nothing arrives, and what the engine looks at every few seconds is minutes away: the wake-up alone."""
    set_up(box, ANSWERED.replace("30 minutes", "2 seconds"))
    box.env.pop("RUPTURED_NOW_FILE")
    box.env["RUPTURED_HURRY"] = "/100"
    first_alert(box)
    check(wait_sent(box, 2)[1] == (2, "phone", True, False), str(sent(box)))


# ---- death at any moment


def acts(box):
    """A history with each act in it, whatever the ids are."""
    first = listed(box)
    alert = {a["case"]: a["alert"] for a in first}
    return [
        {"act": "ack", "alert": alert["ACK"]},
        {"act": "verdict", "alert": alert["ACK"], "verdict": "useful"},
        {"act": "snooze", "alert": alert["SNOOZE"], "until": "2026-03-05"},
        {"act": "silence", "case": "QUIET", "until": "next-session", "reason": "a test"},
        {"act": "silence", "rule": "test.*", "case": "ACK", "until": "2026-03-06", "reason": "a test"},
        {"act": "silence end", "silence": 2},
    ]


def play(box, fault=None):
    set_up(box, ANSWERED)
    box.start()
    feed(box, *(session(box, 1, m1=20, case=case) for case in ("ACK", "SNOOZE", "NOTHING")), session(box, 1, case="QUIET"))
    commands = acts(box)
    for program in box.programs:
        program.stop()
    box.fault(fault)
    engine = box.launch("ruptured")
    box.fault(None)
    alive = [engine]

    def revive():
        if not alive[0].alive():
            code = alive[0].wait_exit()
            check(code == -9 and len(alive) == 1, f"ended with {code}: {alive[0].err()}")
            alive.insert(0, box.launch("ruptured"))

    def until(condition, what):
        box.wait(lambda: (revive(), condition())[1], what, 20, box.state)

    for number, command in enumerate(commands):
        box.command({"ruptured-command": 1, **command}, name=f"act-{number}.json")
        until(lambda: (box.spool / "answers" / f"act-{number}.json").exists() and not box.files("commands"), "an answer")
    box.drop(session(box, 2, m1=20, case="QUIET", started="2026-03-02T14:30:00Z"))
    until(lambda: not box.files("incoming"), "a silenced record")
    box.now("2026-03-05T08:00:00Z")
    box.drop(session(box, 1, case="LATER"))
    until(lambda: not box.files("incoming") and not box.rows(
        "SELECT 1 FROM reminders WHERE done_at IS NULL AND due_at < strftime('%s', '2026-03-05T08:00:00Z')"), "the reminders")
    if fault:
        until(lambda: len(alive) > 1, "its death")
    alive[0].wait_ready().stop()


def outcome(box):
    """With cases in the places of ids."""
    names = dict(box.rows("SELECT i.id, c.token FROM incidents i JOIN cases c ON c.row = i.case_row"))

    def named(text):
        return re.sub("|".join(names) or "-", lambda found: names[found[0]], str(text))

    return {part: [named(row) for row in box.rows(query)] for part, query in {
        "decided": "SELECT key, payload FROM outbox ORDER BY key",
        "verdicts": "SELECT incident, useful, who FROM verdicts",
        "silences": "SELECT row, rule, until, reason, ended_by FROM silences ORDER BY row",
        "reminders": "SELECT incident, kind, route, due_at, done_at IS NULL FROM reminders ORDER BY kind, route, due_at",
        "incidents": "SELECT id, acknowledged_by, announcements, silence FROM incidents ORDER BY opened_at, id",
        "audit": "SELECT who, what, about FROM audit ORDER BY row",
    }.items()} | {"answers": sorted(named(path.read_text()) for path in (box.spool / "answers").iterdir())}


def test_a_death_during_any_act_or_reminder_changes_nothing(box):
    with crash.beside(box) as clean:
        play(clean)
        expected = {part: sorted(rows) for part, rows in outcome(clean).items()}
    check(len(expected["silences"]) == 2 and len(expected["audit"]) >= 9, str(expected))
    check(sum("escalated" in row for row in expected["decided"]) == 1, str(expected["decided"]))
    check(sum("reminder" in row for row in expected["decided"]) == 1, str(expected["decided"]))
    points = ["judged:1", "judged:2", "reminders-committed"]
    points += [f"{point}:{n}" for point in ("command-committed", "command-answered") for n in (1, 2, 3, 4, 5, 6)]
    for point in points:
        with crash.beside(box) as other:
            play(other, point)
            found = {part: sorted(rows) for part, rows in outcome(other).items()}
            for part, rows in expected.items():
                check(found[part] == rows, f"{point}: other {part} than undisturbed\n{crash.difference(found[part], rows)}")


# ---- the list


def test_the_list_fits_a_hundred_columns_whatever_was_done(box):
    set_up(box, ANSWERED)
    box.start()
    feed(box, session(box, 1))
    silence(box, "--case", "K1", reason="the family is away for a long time and has asked not to be called before that")
    feed(box, session(box, 2, m1=20), session(box, 1, m1=20, case="K2"))
    alerts = {a["case"]: a["alert"] for a in listed(box)}
    box.ctl("verdict", alerts["K1"], "noise", "--note", "word " * 40, expect=FINE)
    box.ctl("snooze", alerts["K2"], "--until", "2026-03-20", expect=FINE)
    words = box.ctl("alerts", expect=FINE).out
    check(max(map(len, words.splitlines())) <= 100, words)
    lines = words.splitlines()
    check(lines[0].split() == ["ALERT", "SEVERITY", "STATE", "OPENED", "SESS", "CASE", "WHO", "RULE"], lines[0])
    check(all(line.startswith("    ") or re.match("[0-9a-f]{16} ", line) for line in lines[1:]), words)


def test_a_note_that_is_too_long_is_refused_before_it_is_a_file(box):
    box.config()
    box.start()
    answer = box.ctl("ack", "0011223344556677", "x" * 1001, expect=2)
    check("1000 bytes" in answer.err and not box.rejected(), f"{answer.err}{box.rejected()}")
    check("no alert has this id" in box.ctl("ack", "0011223344556677", "x" * 1000, expect=2).err, "1000 are too many")
