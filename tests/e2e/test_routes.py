"""Who hears of an alert, when, and with what: the tree of routes, groups, digests, budgets."""
import json
import signal

from box import ROOT, check

RULE = """\
  - id: test.{name}
    title: {name}
    status: active
    per: member
    severity: {severity}
    signals:
      low: {{score: SRS, value: at most {limit}}}
    when: low
    repaired: {{score: SRS, value: at least 35}}
    say: "ask {{member}} about the session"
    next_step: "Ask what was different."
    because: "A rule for tests."
"""
# One fall, seen by two rules; a worse one by a third.
RULES = "version: 1\nrules:\n" + "".join(RULE.format(name=n, severity=s, limit=l) for n, s, l in (
    ("fall", "warning", 25), ("low", "notice", 30), ("pit", "critical", 10)))
MONDAY = "2026-03-02T{}Z"  # clocks on the wall are 14 hours ahead: 17:30Z is 07:30 on Tuesday


def set_up(box, routes, rules=RULES, **more):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.rules(rules)], routes=routes,
               more="tokens: as given\n" + more.pop("more", ""), **more)


def of_tests(told):
    """Without what the engine says of itself: the clock of these tests jumps."""
    return [one for one in told if "alerts" in one or one["rule"].startswith("test.")]


def rules_of(message):
    return sorted(alert["rule"] for alert in message.get("alerts", [message]))


def wait_heard(box, number=1):
    box.wait(lambda: len(of_tests(box.told())) >= number, f"{number} messages", told=lambda: str(box.told()))
    return of_tests(box.told())


def held(box):
    return box.rows("SELECT incident, due_at FROM held")


def drop(box, case="K1", session=1, m1=38, day=2, **more):
    box.drop(box.record(case=case, session=session, started=f"2026-03-{day:02}T00:0{session}:00Z",
                        scores={"m1": m1, "m2": 38}, **more))


def judge(box, **record):
    done = len(box.processed())
    drop(box, **record)
    box.wait_processed(done + 1)


# ---- groups

def test_what_two_rules_say_of_one_fall_is_one_message(box):
    set_up(box, "[{name: anna, to: [desk], group: case}]")
    box.start()
    drop(box, m1=20)
    message, = wait_heard(box)
    check(rules_of(message) == ["test.fall", "test.low"], str(message))
    check(message["count"] == 2 and message["group"] == "case" and message["severity"] == "warning", str(message))
    check(message["route"] == "anna" and message["key"].startswith("g-"), str(message))
    check({alert["case"] for alert in message["alerts"]} == {message["case"]}, str(message))
    drop(box, case="K2", m1=28)
    alone = wait_heard(box, 2)[1]
    check(alone["rule"] == "test.low" and not alone["key"].startswith("g-"), f"a group of one is the alert: {alone}")
    check(not held(box), "something is held")


def test_what_two_records_brought_is_two_messages_though_they_were_read_together(box):
    set_up(box, "[{name: anna, to: [desk], group: case}]")
    drop(box, m1=20)
    drop(box, session=2, m1=9)
    box.start()
    first, second = wait_heard(box, 2)
    check(rules_of(first) == ["test.fall", "test.low"] and rules_of(second) == ["test.pit"], f"{first}\n{second}")


def test_a_group_waits_for_more_and_leaves_when_its_time_has_come(box):
    set_up(box, "[{name: all, to: [desk], group: route, wait: 5 minutes}]")
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=28)
    box.now(MONDAY.format("10:04:00"))
    judge(box, case="K2", m1=28)
    check(len(held(box)) == 2 and not of_tests(box.told()), str(box.told()))
    judge(box, case="K3", m1=5)
    urgent = wait_heard(box)[0]
    check("test.pit" in rules_of(urgent), f"critical waited: {urgent}")
    box.now(MONDAY.format("10:05:00"))
    later = wait_heard(box, 2)[1]
    check(later["group"] == "route" and later["count"] >= 2 and "case" not in later, str(later))


def test_of_an_incident_that_is_over_before_it_was_told_nothing_is_said(box):
    set_up(box, "[{name: all, to: [desk], group: case, wait: 5 minutes}]")
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=28)
    judge(box, session=2, m1=39)
    check(len(held(box)) == 1, str(held(box)))
    box.now(MONDAY.format("10:06:00"))
    box.wait(lambda: not held(box), "the end of the wait")
    judge(box, case="K2", m1=20)
    box.now(MONDAY.format("10:12:00"))
    check(rules_of(wait_heard(box)[0]) == ["test.fall", "test.low"], str(box.told()))


# ---- digests and budgets

def test_notices_wait_for_the_digest_and_warnings_do_not(box):
    set_up(box, '[{name: all, to: [desk], digest: "07:30"}]')
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=28)
    judge(box, case="K2", m1=28)
    judge(box, case="K3", m1=20)
    told = wait_heard(box)
    check([rules_of(one) for one in told] == [["test.fall"]], str(told))
    box.now(MONDAY.format("17:29:59"))
    judge(box, case="K4", m1=38)
    check(len(of_tests(box.told())) == 1, "the digest came early")
    box.now(MONDAY.format("17:30:00"))
    digest = wait_heard(box, 2)[1]
    check(digest["group"] == "digest" and digest["count"] == 3 and digest["severity"] == "notice", str(digest))
    check("case" not in digest and rules_of(digest) == ["test.low"] * 3, str(digest))
    check(not held(box), "something is held")


def test_what_a_changed_rule_ends_leaves_the_digest(box):
    set_up(box, '[{name: all, to: [desk], digest: "07:30"}]')
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=29)
    judge(box, case="K2", m1=26)
    check(len(held(box)) == 2, str(held(box)))
    box.rules(RULES.replace("at most 30", "at most 27"))
    box.wait(lambda: len(held(box)) == 1, "one left", told=lambda: str(held(box)))
    box.now(MONDAY.format("17:30:00"))
    told = wait_heard(box)
    check(len(told) == 1 and told[0]["rule"] == "test.low" and told[0]["case"] == "K2", str(told))


def test_what_is_held_is_not_called_delivered(box):
    set_up(box, '[{name: all, to: [desk], digest: "07:30"}]')
    box.now(MONDAY.format("10:00:00"))
    box.start()
    check("what was decided was delivered" in box.ctl("outbox").out, box.ctl("outbox").out)
    judge(box, m1=28)
    check("1 held" in box.ctl("outbox").out and "was delivered" not in box.ctl("outbox").out, box.ctl("outbox").out)
    check("held       1 for groups and digests, the next until 2026-03-02T17:30:00Z" in box.ctl("status").out,
          box.ctl("status").out)
    check(box.ctl("--json", "status").json()["held"] == 1, box.ctl("--json", "status").out)


def test_a_digest_comes_on_its_days_only(box):
    set_up(box, '[{name: all, to: [desk], digest: {at: "07:30", days: [thursday]}}]')
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=28)
    judge(box, case="K2", m1=28)
    due = {due for _, due in held(box)}
    check(due == {1772645400}, str(due))  # Wednesday 17:30Z


def test_beyond_the_budget_notices_go_to_the_digest(box):
    set_up(box, "[{name: all, to: [desk], budget: 2 a week}]")
    box.now(MONDAY.format("10:00:00"))
    box.start()
    for case in range(4):
        judge(box, case=f"K{case}", m1=28)
    wait_heard(box, 2)
    check(len(held(box)) == 2, str(held(box)))
    judge(box, case="K9", m1=20)
    told = wait_heard(box, 3)
    check(rules_of(told[2]) == ["test.fall"], f"a warning goes through: {told}")
    check(len(held(box)) == 3, str(held(box)))
    box.now(MONDAY.format("17:00:00"))
    digest = wait_heard(box, 4)[3]
    check(digest["group"] == "digest" and digest["count"] == 3, str(digest))
    box.now("2026-03-09T09:59:59Z")
    judge(box, case="K10", m1=28, day=9)
    check(len(held(box)) == 1, "the budget looks back for seven days")
    box.now("2026-03-09T10:00:00Z")
    judge(box, case="K11", m1=28, day=9)
    check(len(wait_heard(box, 5)) == 5 and len(held(box)) == 1, "the week is over")


def test_what_goes_at_once_takes_along_what_was_held_of_it(box):
    rules = RULES.replace("    severity: notice\n", "    severity:\n      - warning: deep\n      - notice: low\n", 1)
    rules = rules.replace("value: at most 30}\n    when: low", "value: at most 30}\n      deep: {score: SRS, value: at most 27}", 1)
    set_up(box, '[{name: all, match: {rules: [test.low]}, to: [desk], digest: "07:30"}]', rules=rules, fallback="desk")
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=29)
    check(len(held(box)) == 1, str(held(box)))
    judge(box, session=2, m1=26)
    alert, = wait_heard(box)
    check(alert["severity"] == "warning" and not held(box), str(alert))


# ---- the tree

def test_routes_in_a_route_come_first_and_the_fallback_last(box):
    routes = """
  - name: north
    match: {site: [north]}
    to: [desk]
    routes:
      - {name: north-severe, match: {severity: at least warning}}
      - {name: north-anna, match: {supervisor: anna}, continue: yes}
  - {name: of-s2, match: {therapist: s2, state: open}, to: [desk]}
"""
    set_up(box, routes, more="supervisors: {anna: {therapists: [s1]}}\n")
    people = [{"id": "t1", "role": "therapist", "person": "s1"}, {"id": "m1", "role": "parent"}, {"id": "m2", "role": "partner"}]
    other = [dict(people[0], person="s2"), *people[1:]]
    box.start()
    for number, (expected, rest) in enumerate((
            ("north-severe", {"m1": 20, "site": "north", "participants": people}),
            ("north-anna", {"m1": 28, "site": "north", "participants": people}),
            ("north", {"m1": 28, "site": "north", "participants": other}),
            ("of-s2", {"m1": 28, "site": "south", "participants": other}),
            ("fallback", {"m1": 28, "participants": people}))):
        judge(box, case=f"K{number}", **rest)
        box.wait(lambda: [one for one in box.told() if one["case"] == f"K{number}" and one["route"] == expected],
                 f"an alert by {expected}", told=lambda: str(box.told()))
    sent = "".join(json.dumps(alert) for alert in box.told())
    check('"s1"' not in sent and '"s2"' not in sent and '"site"' not in sent, sent)


def test_a_route_that_goes_on_lets_others_hear_too(box):
    hook = "{exec: {command: [%s]}}" % box.hook
    set_up(box, "[{name: a, to: [desk], continue: yes}, {name: b, to: [phone]}, {name: c, to: [list]}]",
           sinks="{desk: %s, phone: %s, list: %s}" % (hook, hook, hook))
    box.start()
    drop(box, m1=28)
    box.wait_told(2)
    check(sorted(one["route"] for one in box.told()) == ["a", "b"], str(box.told()))


# ---- what is told of an incident stays in order

def test_an_alert_waits_for_the_group_that_carries_its_incident(box):
    set_up(box, "[{name: open, match: {state: open}, to: [desk], group: case}, {name: rest, to: [desk]}]")
    box.hook_exits(1)
    box.start()
    judge(box, m1=20)
    box.wait(lambda: box.hook_calls() >= 1, "an attempt")
    judge(box, session=2, m1=39)
    judge(box, case="K2", m1=28)
    box.wait(lambda: len(box.rows("SELECT 1 FROM parcels", db=box.courier_db)) == 4, "four parcels")
    box.hook_exits(0)
    box.wait(lambda: not box.rows("SELECT 1 FROM parcels WHERE state = 0", db=box.courier_db), "delivery", 30)
    told = [one for one in box.told() if one["case"] == "K1"]
    group = max(i for i, one in enumerate(told) if "alerts" in one)
    ends = [i for i, one in enumerate(told) if one.get("state") == "repaired"]
    check(ends and min(ends) > group, str(told))


# ---- asking beforehand

TREE = """
  - name: north
    match: {site: [north]}
    to: [desk]
    routes:
      - {name: north-severe, match: {severity: at least critical}}
      - {name: north-lows, match: {rules: [test.low]}, digest: "07:30"}
  - {name: open, match: {state: open, rules: ["test.*"]}, to: [desk], group: case}
"""


def test_routes_test_says_where_an_alert_would_go_and_why(box):
    set_up(box, TREE)
    ran = box.ctl("routes", "test", "--rule", "test.low", "--site", "north", expect=0)
    for line in ("north: one of its routes takes it", "  north-severe: passed over: the severity is too low",
                 "  north-lows: takes it", "open: not looked at: one before it takes it and does not go on",
                 "-> desk, by north-lows, in the digest"):
        check(line in ran.out.splitlines(), f"{line}\n{ran.out}")
    ran = box.ctl("routes", "test", "--rule", "test.fall", expect=0)
    check("north: passed over: it asks for another site" in ran.out, ran.out)
    check("-> desk, by open, at once, with others" in ran.out, ran.out)
    ran = box.ctl("routes", "test", "--rule", "test.fall", "--state", "repaired", expect=0)
    check("open: passed over: it asks for another state" in ran.out and "-> desk, by fallback" in ran.out, ran.out)
    told = box.ctl("--json", "routes", "test", "--site", "north", "--severity", "critical", expect=0).json()
    check(told["to"] == [{"route": "north-severe", "sink": "desk", "when": "at once"}], str(told))
    check([one["takes"] for one in told["routes"]] == [False, True, False, False], str(told))
    for wrong in (["--severity", "bad"], ["--state", "gone"], ["--what", "x"], ["--rule"]):
        check(box.ctl("routes", "test", *wrong).code == 2, str(wrong))


def test_routes_test_knows_the_heartbeat_and_which_rules_there_are(box):
    set_up(box, '[{name: all, to: [desk], digest: "07:30"}]')
    check("in the digest" in box.ctl("routes", "test", "--rule", "engine.heartbeat", expect=0).out, "at once")
    check("no rule in force" not in box.ctl("routes", "test", "--rule", "test.low", expect=0).err, "a rule is not known")
    check('no rule in force is "test.lov"' in box.ctl("routes", "test", "--rule", "test.lov", expect=0).err, "a slip goes by")


def test_routes_list_shows_the_tree(box):
    set_up(box, TREE)
    lines = box.ctl("routes", expect=0).out.splitlines()
    check(lines[0] == "north  site north  -> desk", lines[0])
    check(lines[2] == "  north-lows  rules test.low  -> desk; digest at 07:30", lines[2])
    check(lines[3] == "open  rules test.*  state open  -> desk; by case", lines[3])
    check(lines[-1] == "fallback  -> desk", lines[-1])
    check([one["name"] for one in box.ctl("--json", "routes", "list", expect=0).lines()] == ["north", "open"], "names")


def test_routes_list_for_programs_says_when_and_for_what(box):
    set_up(box, "[{name: all, to: [desk], group: case, wait: 5 minutes, digest: {at: '07:30', days: [monday]}, budget: 20 a week, "
                "ack_within: 30 minutes, escalate: [desk], match: {state: open, notify: leads}, routes: [{name: in, match: {state: open}}]}]")
    one = box.ctl("--json", "routes", "list", expect=0).json()
    inner = one["routes"][0]
    check((one["state"], one["notify"], one["supervisor"]) == (["open"], "leads", None), str(one))
    for route in one, inner:
        check((route["group"], route["wait_s"], route["budget"], route["budget_of"]) == ("case", 300, 20, "all"), str(route))
        check(route["digest"] == {"at": "07:30", "days": ["monday"]}, str(route))
        check((route["ack_within_s"], route["escalate"]) == (1800, ["desk"]), str(route))
    set_up(box, "[{name: plain, to: [desk]}]")
    one = box.ctl("--json", "routes", "list", expect=0).json()
    check((one["group"], one["wait_s"], one["digest"], one["budget"]) == ("no", None, None, None), str(one))


def test_routes_test_all_complains_of_what_reaches_nobody(box):
    harm = RULE.format(name="harm", severity="critical", limit=5).replace("    per: member", "    per: member\n    safety: yes")
    safe = RULES + harm.replace("    repaired: {score: SRS, value: at least 35}\n", "")
    set_up(box, "[{name: all, to: [desk]}]", rules=safe)
    ran = box.ctl("routes", "test", "--all", expect=1)
    check(any(line.split() == ["test.harm", "critical", "reaches", "nobody"] for line in ran.out.splitlines()), ran.out)
    check("1 of these reach nobody" in ran.err, ran.err)
    check("all -> desk" in ran.out, ran.out)
    one = box.ctl("routes", "test", "--rule", "test.harm", expect=1)
    check("passed over: the rule is safeguarding, and it does not name it" in one.out and "-> nobody" in one.out, one.out)
    check(box.run("ruptured", "-c", box.config_path, "--check").code == 1, "--check is content")
    set_up(box, "[{name: all, to: [desk], routes: [{name: safe, match: {rules: [test.harm]}}]}]", rules=safe)
    check("safe -> desk" in box.ctl("routes", "test", "--all", expect=0).out, "a route in another names it")
    check(box.run("ruptured", "-c", box.config_path, "--check").code == 0, "--check complains")


def test_the_rules_that_ship_reach_somebody_by_the_example(box):
    box.config()
    ran = box.ctl("routes", "test", "--all", expect=0)
    check("safeguarding" in ran.out and "drops.alliance" in ran.out, ran.out)


# ---- a configuration that changes while something waits

CHANGING = """{{desk: {{exec: {{command: [{hook}]}}, privacy: {desk}}},
  deaf: {{exec: {{command: [/bin/false]}}, privacy: numbers, retry: {{first: 1 second, longest: 1 second, attempts: 1}}}},
  quiet: {{exec: {{command: [{hook}]}}, privacy: bare}}}}"""


def reload(box, routes, **more):
    set_up(box, routes, **more)
    for program in box.programs:
        seen = program.err().count("configuration in force")
        program.signal(signal.SIGHUP)
        box.wait(lambda: program.err().count("configuration in force") > seen, "a reload", told=program.err)


def test_what_waits_is_cut_to_what_its_sink_may_show_by_then(box):
    routes = '[{name: all, to: [desk], digest: "07:30"}]'
    set_up(box, routes, sinks=CHANGING.format(hook=box.hook, desk="numbers"))
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=28)
    judge(box, case="K2", m1=28)
    reload(box, routes, sinks=CHANGING.format(hook=box.hook, desk="tokens"))
    box.now(MONDAY.format("17:31:00"))
    digest = [one for one in wait_heard(box) if "alerts" in one][0]
    check(digest["count"] == 2 and {one["case"] for one in digest["alerts"]} == {"K1", "K2"}, str(digest))
    check("28" not in json.dumps(digest["alerts"]) and "say" not in digest["alerts"][0], f"more than tokens: {digest}")


def test_a_fallback_that_may_show_less_gets_less(box):
    routes = '[{name: all, to: [deaf], digest: "07:30"}]'
    sinks = CHANGING.format(hook=box.hook, desk="numbers")
    set_up(box, routes, sinks=sinks)
    box.now(MONDAY.format("10:00:00"))
    box.start()
    judge(box, m1=28)
    judge(box, case="K2", m1=28)
    reload(box, routes, sinks=sinks, fallback="quiet")
    box.now(MONDAY.format("17:31:00"))
    box.wait(lambda: [one for one in box.told() if "alerts" in one], "the digest", told=lambda: str(box.told()))
    check("K1" not in json.dumps(box.told()) and "test.low" not in json.dumps(box.told()), f"more than bare: {box.told()}")
