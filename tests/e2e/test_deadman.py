"""What becomes of alerts that cannot be delivered, and what the engine says of itself: sinks, sites, clock, heartbeat."""
import json
import re
import time

import crash
from box import ROOT, check
from test_daemon import LOW, fires, quiet, set_up
from test_delivery import SAFETY

FINE, FOUND, WRONG = 0, 1, 2
IMPATIENT = "retry: {first: 1 second, longest: 1 second, attempts: 1}"
HOOK = """\
#!/bin/sh
{first}
cat >"{dir}/{name}/.$$" && mv "{dir}/{name}/.$$" "{dir}/{name}/$(date +%s%N)-$$.json"
exit "$(cat "{dir}/{name}.exit")"
"""
DEAF = """[ "$(cat "{dir}/{name}.exit")" = 0 ] || exit 1"""


class Hook:
    """A sink beside `desk`, whose exit status the test says."""

    def __init__(self, box, name, privacy="advice", retry=IMPATIENT, deaf=False):
        """deaf: what it fails with it has not heard."""
        self.box, self.name = box, name
        self.path = box.dir / f"hook-{name}"
        self.path.write_text(HOOK.format(dir=box.dir, name=name, first=DEAF.format(dir=box.dir, name=name) if deaf else ""))
        self.path.chmod(0o755)
        (box.dir / name).mkdir()
        self.exits(0)
        self.sink = f"{name}: {{exec: {{command: [{self.path}]}}, privacy: {privacy}, {retry}}}"

    def exits(self, code):
        (self.box.dir / f"{self.name}.exit").write_text(f"{code}\n")

    def heard(self):
        return [json.loads(path.read_text()) for path in sorted((self.box.dir / self.name).glob("*.json"))]


def parcels(box, what="key, state", where="1"):
    return box.rows(f"SELECT {what} FROM parcels WHERE {where} ORDER BY row", db=box.courier_db)


def wait_dead(box, number=1):
    box.wait(lambda: len(parcels(box, where="state = 2")) >= number, f"{number} dead letters", told=lambda: str(parcels(box)))


def one_hook(box, name="phone", fallback=None, **more):
    hook = Hook(box, name)
    hook.exits(1)
    set_up(box, sinks="{%s}" % hook.sink, routes=f"[{{name: all, to: [{name}]}}]", fallback=fallback or name, **more)
    return hook


# ---- dead letters and people

def test_a_dead_letter_is_listed_with_its_reason_and_tried_again(box):
    hook = one_hook(box)
    box.start()
    box.drop(fires(box))
    wait_dead(box)
    hook.exits(0)
    check(box.ctl("status").code == FOUND, "status is content with a dead letter")
    letter, = box.ctl("--json", "outbox", "list", expect=FINE).lines()
    check((letter["state"], letter["sink"], letter["route"], letter["attempts"]) == ("dead", "phone", "all", 1), str(letter))
    check("exit" in letter["why"] or "1" in letter["why"], str(letter))
    check("say" not in letter and "ask" not in box.ctl("outbox").out, "the list shows payload")
    check(letter["key"] in box.ctl("outbox", "--dead").out, "not among the dead")
    check(letter["key"] not in box.ctl("outbox", "--waiting").out, "among the waiting")
    box.ctl("outbox", "retry", letter["key"], expect=FINE)
    box.wait(lambda: parcels(box) == [(letter["key"], 1)], "its delivery", told=lambda: str(parcels(box, "*")))
    check(parcels(box, "attempts") == [(1,)], str(parcels(box, "*")))
    keys = {alert["key"] for alert in hook.heard()}
    check(len(keys) == 1 and len(hook.heard()) == 2, f"heard {hook.heard()}")
    box.wait(lambda: box.ctl("status").code == FINE, "a content status", told=lambda: box.ctl("status").out)
    check("outbox retry" in str(box.rows("SELECT what FROM audit")), "not in the audit")
    check(box.ctl("outbox", "retry", letter["key"]).code == WRONG, "what was delivered is tried again")
    check("Nothing here" in box.ctl("outbox").out, box.ctl("outbox").out)


def test_a_dead_letter_is_dropped_with_a_reason(box):
    hook = one_hook(box)
    engine = box.start()
    box.drop(fires(box))
    wait_dead(box)
    key = parcels(box, "key")[0][0]
    check(box.ctl("outbox", "drop", key).code == WRONG, "dropped without a reason")
    box.ctl("outbox", "drop", key, "--reason", "told", "by", "phone", expect=FINE)
    box.wait(lambda: parcels(box) == [(key, 3)], "the drop", told=lambda: str(parcels(box)))
    check(("outbox drop", f"{key}: told by phone") in box.rows("SELECT what, about FROM audit"),
          str(box.rows("SELECT what, about FROM audit")))
    check(box.rows("SELECT outcome FROM outbox") == [("dropped",)], str(box.rows("SELECT outcome FROM outbox")))
    box.ctl("status", expect=FINE)
    check(box.ctl("outbox", "retry", key).code == WRONG, "what was dropped is tried again")
    engine.stop()
    box.start(courier=False)
    hook.exits(0)
    box.drop(fires(box, case="K3"))
    box.wait(lambda: (parcels(box)[-1][1]) == 1, "the next alert")
    check(parcels(box)[0] == (key, 3), "the dropped one came back")
    check(box.ctl("outbox", "drop", "nonsense", "--reason", "x").code == WRONG, "a key that is none")


def test_all_dead_letters_are_tried_again_at_once(box):
    hook = one_hook(box)
    box.start()
    for n in range(3):
        box.drop(fires(box, case=f"K{n}"))
    wait_dead(box, 3)
    hook.exits(0)
    said = box.ctl("outbox", "retry", "--all", expect=FINE).out
    check("3 dead letters" in said, said)
    box.wait(lambda: all(state == 1 for _, state in parcels(box)), "all delivered", told=lambda: str(parcels(box)))
    check(len({alert["key"] for alert in hook.heard()}) == 3, str(hook.heard()))


def test_a_dead_letter_that_later_news_overtook_is_not_sent_after_them(box):
    hook = one_hook(box)
    box.rules(LOW.replace("    when: low\n", "    when: low\n    repaired: {score: SRS, value: at least 35}\n"))
    box.start()
    box.drop(fires(box))
    wait_dead(box)
    hook.exits(0)
    box.drop(quiet(box, case="K1", session=2))
    box.wait(lambda: parcels(box, where="state = 1"), "the news of the end", told=lambda: str(parcels(box, "*")))
    key, = [key for key, state in parcels(box) if state == 2]
    told = len(hook.heard())
    refused = box.ctl("outbox", "retry", key, expect=WRONG)
    check("order" in refused.err + refused.out and "drop" in refused.err + refused.out, refused.err + refused.out)
    left = box.ctl("outbox", "retry", "--all", expect=FINE).out
    check("0 dead letters" in left and "left: 1" in left, left)
    box.ctl("outbox", "drop", key, "--reason", "over", expect=FINE)
    check([one["state"] for one in hook.heard()[told:]] == [], f"out of order: {hook.heard()}")


def test_what_reached_nobody_is_listed_and_can_be_seen_to(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(SAFETY)])
    box.start()
    box.drop(quiet(box, case="K1", flags={"safeguarding": True}))
    box.wait(lambda: box.rows("SELECT 1 FROM outbox WHERE outcome = 'undelivered'"), "the alert")
    letter, = box.ctl("--json", "outbox", expect=FINE).lines()
    check(letter["state"] == "nobody", str(letter))
    check("no route" in box.ctl("outbox", "retry", letter["key"]).err, "it was tried again")
    box.ctl("outbox", "drop", letter["key"], "--reason", "seen to", expect=FINE)
    check(box.ctl("--json", "outbox", expect=FINE).lines() == [], "still listed")


# ---- the fallback

def fallback_of(box, privacy="tokens", rules=LOW, routes="[{name: all, to: [phone]}]"):
    phone, post = Hook(box, "phone"), Hook(box, "post", privacy)
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(rules)], sinks="{%s, %s}" % (phone.sink, post.sink),
               routes=routes, fallback="post")
    return phone, post


def test_a_dead_letter_goes_to_the_fallback_under_the_same_key(box):
    phone, post = fallback_of(box)
    phone.exits(1)
    box.start()
    box.drop(fires(box))
    heard = box.wait(post.heard, "the fallback")
    check(len(heard) == 1 and heard[0]["to_fallback"] is True, str(heard))
    check(heard[0]["key"] == phone.heard()[0]["key"], f"{heard} {phone.heard()}")
    check("say" in phone.heard()[0] and "say" not in heard[0] and "case" in heard[0], "not cut for the fallback")
    check("to_fallback" not in phone.heard()[0], str(phone.heard()))
    box.wait(lambda: not box.rows("SELECT 1 FROM spares"), "no spare left")


def test_what_was_delivered_leaves_no_spare(box):
    phone, post = fallback_of(box)
    box.start()
    box.drop(fires(box))
    box.wait(lambda: box.rows("SELECT 1 FROM outbox WHERE outcome = 'delivered'"), "the receipt")
    check(box.rows("SELECT count(*) FROM spares") == [(0,)] and not post.heard(), "a spare is left")
    check(len(phone.heard()) == 1, str(phone.heard()))


def safety_routes(post):
    return "[{name: harm, match: {rules: [test.harm]}, to: [phone%s]}]" % (", post" if post else "")


def test_a_dead_safeguarding_letter_is_never_silent_and_goes_where_a_route_names_it(box):
    phone, post = fallback_of(box, rules=SAFETY, routes=safety_routes(False))
    phone.exits(1)
    engine = box.start()
    box.drop(quiet(box, case="K1", flags={"safeguarding": True}))
    wait_dead(box)
    box.wait(lambda: "it reaches nobody" in engine.err(), "a line in the log", told=engine.err)
    check(not post.heard() and not box.rows("SELECT 1 FROM spares"), "it went to the fallback")
    box.wait(lambda: "SAFEGUARDING" in box.ctl("status", expect=FOUND).out, "status to say so")
    line = re.search(r"safeguarding alert .*", engine.err())[0]
    check("K1" not in line and "m1" not in line, line)
    # Another route that names it leads to the fallback.
    routes = ("[{name: harm, match: {rules: [test.harm], severity: at least critical}, to: [phone]},"
              " {name: harm-too, match: {rules: [test.harm]}, to: [post]}]")
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(SAFETY)],
               sinks="{%s, %s}" % (phone.sink, post.sink), routes=routes, fallback="post")
    engine.stop()
    engine = box.start(courier=False)
    box.drop(quiet(box, case="K2", flags={"safeguarding": True}))
    heard = box.wait(post.heard, "the fallback")
    check(set(heard[0]) == {"alert", "severity", "route", "to_fallback"}, f"not bare: {heard}")


# ---- one courier

def test_a_second_courier_says_who_delivers_and_leaves(box):
    set_up(box)
    box.start(courier=False)
    first = box.start_courier()
    second = box.run("ruptured-courier", "-c", box.config_path)
    check(second.code == 75 and f"pid {first.pid}" in second.err, f"{second.code}: {second.err}")
    once = box.run("ruptured-courier", "-c", box.config_path, "--once")
    check(once.code == 75, f"--once ended with {once.code}: {once.err}")
    first.kill()
    box.start_courier()
    box.drop(fires(box))
    box.wait_told()


# ---- a sink that keeps failing

def two_sinks(box, routes="[{name: all, to: [phone, post]}]", more="", retry="retry: {first: 1 second, longest: 1 second}"):
    phone, post = Hook(box, "phone", retry=retry), Hook(box, "post", retry=retry)
    set_up(box, sinks="{%s, %s}" % (phone.sink, post.sink), routes=routes, fallback="post", more=more)
    return phone, post


def of_rule(hook, rule):
    return [alert for alert in hook.heard() if alert["rule"] == rule]


def wait_rule(hook, rule, number=1):
    hook.box.wait(lambda: len(of_rule(hook, rule)) >= number, f"{number} of {rule} at {hook.name}",
                  told=lambda: str([(a["rule"], a["key"]) for a in hook.heard()]))
    return of_rule(hook, rule)


HURRY = {"RUPTURED_HURRY": "20"}


def test_a_sink_that_fails_for_15_minutes_is_told_of_to_the_others_once(box):
    box.now("2026-03-02T15:00:00Z")
    phone, post = two_sinks(box)
    phone.exits(1)
    engine = box.start(env=HURRY)
    box.drop(fires(box))
    box.wait(lambda: parcels(box, "1", "sink = 'phone' AND failing_since IS NOT NULL"), "a vain attempt")
    box.now("2026-03-02T15:14:00Z")
    box.drop(quiet(box))
    box.wait_processed(2)
    check(not of_rule(post, "engine.delivery_failing"), "told too early")
    box.now("2026-03-02T15:18:00Z")
    told = wait_rule(post, "engine.delivery_failing")[0]
    check(told["severity"] == "warning" and told["state"] == "open" and "phone" in told["say"], str(told))
    check("engine.delivery_failing/phone" in box.ctl("status", expect=FOUND).out, box.ctl("status").out)
    engine.stop()
    box.now("2026-03-02T15:40:00Z")
    box.start(courier=False, env=HURRY)
    box.drop(quiet(box, case="K3"))
    box.wait_processed(3)
    phone.exits(0)
    over = wait_rule(post, "engine.delivery_failing", 2)
    check(len(over) == 2 and over[1]["state"] == "repaired" and over[1]["alert"] == told["alert"], str(over))
    check([a["key"].rpartition("-")[2] for a in over] == ["1", "2"], str(over))
    check(not of_rule(phone, "engine.delivery_failing"), "the failing sink was to get it")
    box.wait(lambda: "trouble" not in box.ctl("status").out, "no trouble")


def test_the_only_sink_failing_is_in_the_log_and_the_status_and_nothing_is_kept_of_it(box):
    box.now("2026-03-02T15:00:00Z")
    hook = Hook(box, "phone", retry="retry: {first: 1 second, longest: 1 second}")
    set_up(box, sinks="{%s}" % hook.sink, routes="[{name: all, to: [phone]}]", fallback="phone")
    hook.exits(1)
    engine = box.start(env=HURRY)
    box.drop(fires(box))
    box.wait(lambda: parcels(box, "1", "failing_since IS NOT NULL"), "a vain attempt")
    box.now("2026-03-02T15:18:00Z")
    box.wait(lambda: "engine.delivery_failing: sink phone has been failing" in engine.err(), "a line", told=engine.err)
    check(box.rows("SELECT DISTINCT outcome FROM outbox") == [(None,)], str(box.rows("SELECT key, outcome FROM outbox")))
    hook.exits(0)
    box.wait(lambda: "sink phone works again" in engine.err(), "its end", told=engine.err)


def test_a_sink_that_refuses_one_alert_after_the_other_is_told_of_like_a_dead_one(box):
    phone, post = two_sinks(box, retry="retry: {attempts: 1}")
    phone.exits(1)
    box.start(env=HURRY)
    for case in ("K1", "K2"):
        box.drop(fires(box, case=case))
    box.wait(lambda: len(parcels(box, "1", "sink = 'phone' AND state = 2")) == 2, "two dead letters")
    check(not of_rule(post, "engine.delivery_failing"), "told too early")
    box.drop(fires(box, case="K3"))
    told = wait_rule(post, "engine.delivery_failing")[0]
    check("sink phone took none of the last 3 alerts" in told["say"], str(told))
    check("engine.delivery_failing/phone" in box.ctl("status", expect=FOUND).out, box.ctl("status").out)
    phone.exits(0)
    box.drop(fires(box, case="K4"))
    over = wait_rule(post, "engine.delivery_failing", 2)
    check([one["state"] for one in over] == ["open", "repaired"], str(over))
    check(not of_rule(phone, "engine.delivery_failing"), "the failing sink was to get it")


# ---- sites

SILENT = LOW + """\
  - id: test.gone
    title: Long since the last session
    status: active
    per: case
    severity: notice
    signals:
      gap: {elapsed: {since: last attended session}, longer_than: 10 days}
    when: gap
    say: "call the family"
    next_step: "Call."
    because: "A rule for tests."
"""
SITES = "sites: {north: {expect_records: 26 hours}}\n"


def watched_site(box, start, more=SITES):
    box.now(start)
    phone = Hook(box, "phone")
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(SILENT)], sinks="{%s}" % phone.sink,
               routes="[{name: all, to: [phone]}]", fallback="phone", more=more)
    return phone


def test_a_site_that_sends_nothing_is_told_of_and_its_cases_are_no_drop_outs(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z")
    box.start(env=HURRY)
    box.drop(quiet(box, case="K1", started="2026-03-02T14:00:00Z", site="north"))
    box.drop(quiet(box, case="SOUTH", started="2026-03-02T14:00:00Z", site="south"))
    box.wait_processed(2)
    box.now("2026-03-03T16:00:00Z")
    box.drop(quiet(box, case="SOUTH2", started="2026-03-03T15:50:00Z", site="south"))
    box.wait_processed(3)
    check(not of_rule(phone, "engine.site_silent"), "told too early")
    box.now("2026-03-13T15:00:00Z")
    silent = wait_rule(phone, "engine.site_silent")[0]
    check((silent["severity"], silent["state"]) == ("warning", "open") and "site north for 264 h" in silent["say"], str(silent))
    gone = wait_rule(phone, "test.gone")
    south, = box.rows("SELECT token FROM cases WHERE id = 'SOUTH'")[0]
    check([alert["case"] for alert in gone] == [south], f"{gone}")
    explained = box.ctl("explain", "--all", "K1", expect=0).out
    check("no record from site north for 239 h: its export may be broken" in explained, explained)
    other = box.dir / "other.yaml"
    other.write_text('version: 1\noverride: {test.gone: {because: "For a test.", say: "ring"}}\n')
    tried = json.loads(box.ctl("--json", "backtest", "--with", other, "--as-of", "2026-03-13T15:00:00Z", expect=0).out)
    check(tried["old"]["alerts"] == len(gone), f"a backtest tells other than the engine: {tried['old']}")
    # The site is back; K1 really was not seen, K4 was, and its record comes last.
    box.now("2026-03-13T16:00:00Z")
    box.drop(quiet(box, case="K2", started="2026-03-13T14:00:00Z", site="north"))
    back = wait_rule(phone, "engine.site_silent", 2)[1]
    check(back["state"] == "repaired" and back["alert"] == silent["alert"], str(back))
    first = box.rows("SELECT token FROM cases WHERE id = 'K1'")[0][0]
    check(box.rows("SELECT awaits FROM cases WHERE id = 'K1'") == [("north",)], "timers do not wait for the rest")
    check(first not in [alert["case"] for alert in of_rule(phone, "test.gone")], "timers did not wait for the rest")
    box.now("2026-03-13T16:11:00Z")
    box.wait(lambda: first in [alert["case"] for alert in of_rule(phone, "test.gone")], "the case that was really not seen")
    check(sorted(box.rows("SELECT c.id FROM incidents i JOIN cases c ON c.row = case_row")) == [("K1",), ("SOUTH",), ("SOUTH2",)],
          str(box.rows("SELECT c.id FROM incidents i JOIN cases c ON c.row = case_row")))
    check("no record from site" not in box.ctl("explain", "--all", "K1", expect=0).out, "explain still speaks of silence")


def test_a_case_whose_record_was_held_up_by_the_export_is_no_drop_out(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z")
    box.start(env=HURRY)
    box.drop(quiet(box, case="K1", started="2026-03-02T14:00:00Z", site="north"))
    box.wait_processed(1)
    box.now("2026-03-13T15:00:00Z")
    wait_rule(phone, "engine.site_silent")
    box.drop(quiet(box, case="K2", started="2026-03-13T14:00:00Z", site="north"))
    wait_rule(phone, "engine.site_silent", 2)
    box.drop(quiet(box, case="K1", session=2, started="2026-03-09T14:00:00Z", site="north"))
    box.wait_processed(3)
    box.now("2026-03-13T15:11:00Z")
    box.wait(lambda: box.rows("SELECT silent_from FROM sites") == [(None,)], "the site is as others again")
    box.drop(quiet(box, case="K3", started="2026-03-13T14:00:00Z", site="north"))
    box.wait_processed(4)
    check(not of_rule(phone, "test.gone"), str(phone.heard()))


def test_a_site_that_was_never_seen_counts_from_the_first_configuration_and_over_restarts(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z")
    engine = box.start(env=HURRY)
    box.wait(lambda: box.rows("SELECT 1 FROM sites"), "the site")
    engine.stop()
    box.now("2026-03-03T18:00:00Z")
    engine = box.start(courier=False, env=HURRY)
    told = wait_rule(phone, "engine.site_silent")[0]
    check("site north for 27 h" in told["say"] and told["severity"] == "warning", str(told))
    engine.stop()
    box.now("2026-03-05T18:00:00Z")
    box.start(courier=False, env=HURRY)
    box.drop(quiet(box, case="K9", started="2026-03-05T14:00:00Z"))
    box.wait_processed(1)
    check(len(of_rule(phone, "engine.site_silent")) == 1, "told again after a restart")


def test_a_backlog_is_read_before_a_site_is_called_silent(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z")
    engine = box.start(env=HURRY)
    box.wait(lambda: box.rows("SELECT 1 FROM sites"), "the site")
    engine.stop()
    box.now("2026-03-05T18:00:00Z")
    for n in range(120):  # more than are taken at a time, and the site's own is the last
        box.drop(quiet(box, case=f"S{n}", started="2026-03-05T14:00:00Z", site="south"), name=f"a{n:03}.json")
    box.drop(quiet(box, case="K1", started="2026-03-05T14:00:00Z", site="north"), name="z.json")
    box.start(courier=False, env=HURRY)
    box.wait_processed(121)
    box.wait(lambda: box.rows("SELECT last_at FROM sites")[0][0] > 1772730000, "the site's record")
    box.drop(fires(box, case="K2", started="2026-03-05T14:00:00Z"))
    wait_rule(phone, "test.low")
    check(not of_rule(phone, "engine.site_silent"), str(phone.heard()))


# ---- the clock

def beats(hook):
    return of_rule(hook, "engine.heartbeat")


def test_a_clock_a_year_ahead_and_back_costs_one_early_notice_and_no_second(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z", more="heartbeat: \"07:00\"\n")
    engine = box.start(env=HURRY)
    box.drop(quiet(box, case="K1", started="2026-03-02T14:00:00Z"))
    box.wait_processed(1)
    box.wait(lambda: box.rows("SELECT 1 FROM facts WHERE name = 'heartbeat.last'"), "the first look")
    box.now("2027-03-02T15:00:00Z")
    jump = wait_rule(phone, "engine.clock_jumped")[0]
    check("365 days forwards" in jump["say"] and jump["severity"] == "warning", str(jump))
    wait_rule(phone, "test.gone")
    wait_rule(phone, "engine.heartbeat")
    check(len(beats(phone)) == 1, f"{len(beats(phone))} heartbeats")
    box.now("2026-03-02T15:01:00Z")
    back = wait_rule(phone, "engine.clock_jumped", 2)[1]
    check("365 days backwards" in back["say"], str(back))
    for day in ("03", "10", "16"):
        box.now(f"2026-03-{day}T14:00:00Z")
        box.wait(lambda: f"2026-03-{day}" in str(box.rows("SELECT value FROM facts WHERE name = 'heartbeat.last'")),
                 f"the heartbeat of day {day}")
    gone = of_rule(phone, "test.gone")
    check(1 <= len(gone) and sum(alert["state"] == "open" for alert in gone) == 1, f"doubled: {gone}")
    keys = [alert["key"] for alert in phone.heard()]  # read once: more may come
    check(len(set(keys)) == len(keys), "a key twice")
    engine.stop()


def test_what_a_clock_put_off_for_a_year_comes_in_its_time(box):
    phone = Hook(box, "phone")
    set_up(box, sinks="{%s, desk: {exec: {command: [%s]}}}" % (phone.sink, box.hook), fallback="desk",
           routes="[{name: all, to: [desk], ack_within: 30 minutes, escalate: [phone]}]")
    box.now("2027-03-02T10:00:00Z")
    box.start()
    box.drop(fires(box))
    box.wait_told()
    for program in box.programs:
        program.stop()
    box.now("2026-03-02T10:00:00Z")
    box.start()
    box.wait(lambda: len(box.told()) > 1, "the news of the clock")
    check(not phone.heard(), f"too early: {phone.heard()}")
    box.now("2026-03-02T10:31:00Z")
    box.wait(lambda: phone.heard(), "the escalation")
    check(phone.heard()[0]["escalated"], str(phone.heard()))


def test_a_clock_set_back_before_the_last_commit_is_found_at_the_start(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z", more="")
    engine = box.start(env=HURRY)
    box.drop(fires(box, started="2026-03-02T14:00:00Z"))
    wait_rule(phone, "test.low")
    engine.stop()
    box.now("2026-03-01T15:00:00Z")
    engine = box.start(courier=False, env=HURRY)
    told = wait_rule(phone, "engine.clock_jumped")
    check(len(told) == 1 and "24 hours backwards" in told[0]["say"], str(told))
    engine.stop()
    box.start(courier=False, env=HURRY)
    box.drop(fires(box, case="K2", started="2026-02-28T14:00:00Z"))
    wait_rule(phone, "test.low", 2)
    check(len(of_rule(phone, "engine.clock_jumped")) == 1, "told again at the next start")


def test_small_steps_of_the_clock_are_no_jump(box):
    phone = watched_site(box, "2026-03-02T15:00:00Z", more="")
    box.start(env=HURRY)
    for minute in (2, 4, 2, 0):
        box.now(f"2026-03-02T15:{minute:02}:00Z")
        box.drop(fires(box, case=f"K{minute}-{len(phone.heard())}", started="2026-03-02T14:00:00Z"))
        number = len(of_rule(phone, "test.low")) + 1
        wait_rule(phone, "test.low", number)
    check(not of_rule(phone, "engine.clock_jumped"), str(phone.heard()))


# ---- the heartbeat

def test_a_heartbeat_a_day_goes_the_whole_way_and_missed_ones_are_one(box):
    phone = watched_site(box, "2026-03-02T12:00:00Z", more="heartbeat: \"07:00\"\n")  # 02:00 of 3 March on Kiritimati
    engine = box.start(env=HURRY)
    box.wait(lambda: box.rows("SELECT 1 FROM facts WHERE name = 'heartbeat.last'"), "the first look")
    check(not beats(phone), "a heartbeat before its time")
    box.now("2026-03-02T16:59:00Z")
    box.drop(fires(box, started="2026-03-02T14:00:00Z"))
    wait_rule(phone, "test.low")
    check(not beats(phone), "a heartbeat a minute early")
    box.now("2026-03-02T17:01:00Z")
    first = wait_rule(phone, "engine.heartbeat")[0]
    check(first["severity"] == "info" and first["route"] == "all", str(first))
    box.now("2026-03-03T17:01:00Z")
    wait_rule(phone, "engine.heartbeat", 2)
    engine.stop()
    box.now("2026-03-09T20:00:00Z")
    box.start(courier=False, env=HURRY)
    wait_rule(phone, "engine.heartbeat", 3)
    box.drop(fires(box, case="K2", started="2026-03-02T14:00:00Z"))
    wait_rule(phone, "test.low", 2)
    check([beat["key"] for beat in beats(phone)] == [f"{first['alert']}-{n}" for n in (1, 2, 3)], str(beats(phone)))


# ---- all of it

T0 = 1772463600  # 2026-03-02T15:00:00Z


def at(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(T0 + seconds))


def keys_by_incident(hook):
    """incident -> numbers of its keys, in the order heard."""
    heard = {}
    for alert in hook.heard():
        incident, _, number = alert["key"].rpartition("-")
        heard.setdefault(incident, []).append(int(number))
    return heard


def test_after_a_day_of_dead_sinks_all_arrives_in_order_and_nothing_twice(box):
    box.now(at(0))
    sinks = [Hook(box, name, retry="retry: {first: 10 minutes, rest_after: 0}", deaf=True) for name in ("phone", "post")]
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(crash.RULES)], sinks="{%s, %s}" % tuple(s.sink for s in sinks),
               routes="[{name: all, to: [phone, post]}]", fallback="post", more="heartbeat: \"07:00\"\n")
    for sink in sinks:
        sink.exits(1)
    engine, courier = box.start(courier=False, env=HURRY), box.start_courier(env=HURRY)
    cases = 20
    for hour in range(0, 25, 6):
        box.now(at(3600 * hour))
        for case in range(cases):
            box.drop(crash.record(box, case, hour // 6 + 1))
        box.wait_processed(cases * (hour // 6 + 1))
        if hour == 12:
            engine.kill()
            engine = box.launch("ruptured", env=HURRY)
        if hour == 18:
            courier.kill()
            courier = box.launch("ruptured-courier", env=HURRY)
    check(not sinks[0].heard() and not sinks[1].heard(), "a dead sink heard something")
    def due(minute):
        """What the courier can try at that minute: the first of its incident."""
        return box.rows("SELECT 1 FROM parcels p WHERE state = 0 AND due_at <= ? AND NOT EXISTS (SELECT 1 FROM parcels q"
                        " WHERE q.sink = p.sink AND q.incident = p.incident AND q.state = 0 AND q.row < p.row) LIMIT 1",
                        T0 + 60 * minute, db=box.courier_db)

    box.wait(lambda: not due(24 * 60), "a vain attempt with each, so that they are due at different times", 20)
    for sink in sinks:
        sink.exits(0)
    minute = 24 * 60

    def decided():
        return {tuple(key.rsplit("/", 1)) for key, in box.rows("SELECT key FROM outbox")}

    def heard():
        return {(alert["key"], sink.name) for sink in sinks for alert in sink.heard()}

    def settled():
        """The clock goes on only when something waits for it, and slowly, for each jump is an alert more."""
        nonlocal minute
        if box.rows("SELECT 1 FROM outbox WHERE outcome IS NULL LIMIT 1"):
            if not due(minute):
                minute += 2 if minute < 24 * 60 + 6 else 60
                box.now(at(60 * minute))
            return False
        return "trouble" not in box.ctl("status").out and not box.rows("SELECT 1 FROM spares") and heard() == decided()

    box.wait(settled, "all to be delivered", 120, told=lambda: str(box.rows("SELECT outcome, count(*) FROM outbox GROUP BY 1")))
    check(len(decided()) > 4 * cases, f"only {len(decided())} decided")
    check(not box.rows("SELECT 1 FROM outbox WHERE outcome <> 'delivered'"), "not all was delivered")
    for sink in sinks:
        keys = [alert["key"] for alert in sink.heard()]
        check(len(set(keys)) == len(keys), f"{sink.name} heard a key twice")
        for incident, numbers in keys_by_incident(sink).items():
            check(numbers == sorted(numbers), f"{sink.name}: {incident} out of order: {numbers}")
        said = [(a["alert"], a["state"], a["severity"]) for a in sink.heard() if a["rule"] == "test.low"]
        check(len(said) == len(set(said)), f"{sink.name} heard the same under two keys")


# ---- deaths

class Story:
    """Two alerts that a sink gives up, a day without records, and people; with one death in it."""

    def __init__(self, box, point=None):
        self.box, self.point, self.reached = box, point, point is None

    def launch(self):
        env = dict(HURRY) if self.reached else dict(HURRY, RUPTURED_FAULT=self.point)
        self.engine = self.box.launch("ruptured", env=env)

    def until(self, condition, what):
        def holds():
            if not self.engine.alive():
                code = self.engine.wait_exit()
                check(code == -9 and not self.reached, f"the engine ended with {code}:\n{self.engine.err()}")
                self.reached = True
                self.launch()
            return condition()

        self.box.wait(holds, f"{what} ({self.point})", told=lambda: str(parcels(self.box)) + self.engine.err())

    def act(self, name, **more):
        self.box.command({"ruptured-command": 1, "act": name, **more}, name=name.replace(" ", "-") + ".json")
        self.until(lambda: (self.box.spool / "answers" / (name.replace(" ", "-") + ".json")).exists(), f"the answer to {name}")

    def play(self):
        box = self.box
        box.now(at(0))
        phone, post = fallback_of(box)
        box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(LOW)], sinks="{%s, %s}" % (phone.sink, post.sink),
                   routes="[{name: all, to: [phone]}]", fallback="post", more=SITES + "heartbeat: \"07:00\"\n")
        phone.exits(1)
        self.launch()
        self.until(lambda: box.courier_db.exists(), "courier.db")
        box.start_courier(env=HURRY)
        for case in ("K1", "K2"):
            box.drop(fires(box, case=case, started=at(-3600), site="north"))
        self.until(lambda: len(post.heard()) == 2, "the fallback")
        self.until(lambda: box.rows("SELECT 1 FROM facts WHERE name = 'heartbeat.last'"), "the first look")
        if self.engine.alive():
            self.engine.signal(9)
            self.engine.wait_exit()
        box.now(at(27 * 3600))
        self.launch()
        self.until(lambda: len(post.heard()) == 5, "site, heartbeat and that the phone takes nothing at the fallback")
        self.until(lambda: box.rows("SELECT count(*) FROM outbox WHERE outcome = 'dead'") == [(4,)], "all receipts")
        phone.exits(0)
        self.act("outbox drop", key=parcels(box, "key", "sink = 'phone'")[0][0], reason="a test")
        self.act("outbox retry", all=True)
        self.until(lambda: len(post.heard()) == 6, "that the phone works again")
        self.until(lambda: not box.rows("SELECT 1 FROM outbox WHERE outcome IS NULL") and
                   not parcels(box, where="state IN (0, 2)"), "the end")
        self.engine.stop()
        return {
            "outbox": sorted(box.rows("SELECT sink, outcome, count(*) FROM outbox GROUP BY 1, 2")),
            "parcels": sorted(parcels(box, "sink, state, attempts")),
            "left": box.rows("SELECT (SELECT count(*) FROM spares), (SELECT count(*) FROM wishes)"),
            "troubles": box.rows("SELECT name, announcements FROM troubles"),
            "audit": sorted(what for what, in box.rows("SELECT what FROM audit")),
            "heard": [sorted({(alert["key"].rpartition("-")[2], alert["rule"], alert["state"]) for alert in hook.heard()})
                      for hook in (phone, post)],
            "keys": [len({alert["key"] for alert in hook.heard()}) for hook in (phone, post)],
        }


POINTS = ("receipts-before-commit", "receipts-stored", "receipts-read", "relay-taken", "command-committed",
          "wish-granted", "wish-granted:3", "watch-before-commit", "watch-committed")


def test_a_death_at_spares_wishes_and_watches_changes_nothing(box):
    with crash.beside(box) as clean:
        expected = Story(clean).play()
    check(expected["keys"] == [4, 6] and expected["left"] == [(0, 0)], str(expected))
    for point in POINTS:
        with crash.beside(box) as other:
            story = Story(other, point)
            found = story.play()
            check(story.reached, f"{point} was never reached")
            for part, value in expected.items():
                check(found[part] == value, f"{point}: other {part}: {found[part]}, undisturbed {value}")
