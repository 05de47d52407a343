"""Other rules over the past: rupturectl backtest and tune."""
import json
import shutil
import sys

from box import ROOT, check

sys.path.insert(0, str(ROOT / "tests/quality"))
import series  # noqa: E402

FINE, FOUND, WRONG = 0, 1, 2

MILDER = """\
version: 1
override:
  drops.alliance:
    because: "Tried in a test."
    signals:
      big_fall: {change: worse by at least 5}
      below_own: {sd: at most -2.5}
"""

PLAIN = """\
version: 1
rules:
""" + "".join(f"""\
  - {{id: plain.{name}, title: T, per: member, severity: notice, status: active, because: For a test., say: s,
     signals: {{{signals}}}, when: {when}}}
""" for name, signals, when in (
    ("low", "low: {score: alliance40, value: less than 36}", "low"),
    ("fall", "fell: {score: alliance40, change: worse by at least 1}", "fell"),
    ("notice", "below: {score: alliance40, versus: own mean, sd: at most -2, needs: 3 sessions},"
     " fell: {score: alliance40, change: worse by at least 3}", "below or fell"),
    ("warning", "below: {score: alliance40, versus: own mean, sd: at most -2, needs: 3 sessions},"
     " fell: {score: alliance40, change: worse by at least 3},"
     " off: {score: alliance40, versus: control chart, floor: 2, needs: 5 sessions}", "(below and fell) or off"),
    ("chart", "off: {score: alliance40, versus: control chart, floor: 2, needs: 5 sessions}", "off")))


def simulated(box, n=40):
    """A directory of simulated records, and labels of their dips."""
    place = box.dir / "past"
    place.mkdir()
    lines = ["case,session,label"]
    for dip in (False, True):
        for name, at, records in series.cases(n, 20260105 + dip, dip=dip):
            for one in records:
                (place / f"{one['record']}.json").write_text(json.dumps(one))
            lines += [f"{name},{at + 1},yes"] if dip else [f"{name},{s},no" for s in range(1, 13)]
    labels = box.dir / "labels.csv"
    labels.write_text("\n".join(lines) + "\n")
    return place, labels


def backtest(box, *args, expect=FINE):
    return json.loads(box.ctl("--json", "backtest", *args, expect=expect).out)


def test_a_backtest_from_the_store_tells_what_the_engine_told(box):
    box.config()
    records = [one for _, _, some in series.cases(4, 20260106, dip=True) for one in some]
    for one in sorted(records, key=lambda r: (r["started"], r["record"])):
        box.drop(one)
        box.once(as_of=one["started"])
    told = sorted((one["rule"], one["case"], one["member"], one["session"]) for one in box.told() if one["key"].endswith("-1"))
    empty = box.rules("version: 1\nrules:\n  - {id: no.one, title: T, per: member, severity: notice, because: b., say: s,\n"
                      "     signals: {low: {score: SRS, value: less than 1}}, when: low}\n")
    last = max(one["started"] for one in records)
    alone = box.dir / "alone"
    alone.mkdir()
    (alone / "rules.yaml").write_text(empty.read_text())
    (alone / "instruments.yaml").write_text((ROOT / "rules/instruments.yaml").read_text())
    found = backtest(box, alone, "--as-of", last, "--all")
    ours = sorted((c["rule"], c["case"], c["member"], c["old_session"]) for c in found["changes"])
    check(told and ours == told, f"told\n{told}\nbacktest\n{ours}")


def test_the_outcome_is_the_same_whatever_the_number_of_threads(box):
    box.config()
    place, labels = simulated(box)
    new = box.rules(MILDER)
    for form in ((), ("--json",)):
        outs = [box.ctl(*form, "backtest", "--with", new, "--records", place, "--labels", labels, "--all", "--jobs", jobs,
                        expect=FINE).out for jobs in (1, 2, 5)]
        check(outs[0] == outs[1] == outs[2] and "drops.alliance" in outs[0], f"{outs[0]}\n{outs[1]}")


def test_the_sweep_at_the_present_value_is_the_plain_backtest(box):
    box.config()
    place, _ = simulated(box)
    plain = backtest(box, "--with", box.rules(MILDER), "--records", place)
    swept = backtest(box, "--records", place, "--sweep", "drops.alliance.below_own.sd=-1..-3/0.5")
    now = next(v for v in swept["values"] if v["value"] == swept["present"])
    rule = next(r for r in plain["rules"] if r["rule"] == "drops.alliance")
    check(now["alerts"] == rule["alerts"][0] > 0, f"{now} {rule}")
    alerts = [v["sessions_true"] for v in swept["values"]]
    check(alerts == sorted(alerts, reverse=True) and alerts[0] > alerts[-1], str(alerts))
    check(rule["alerts"][1] < rule["alerts"][0] and rule["removed"] > 0, str(rule))


KNOBS = """\
version: 1
override:
  drops.alliance:
    because: "A signal more, for a test."
    severity: [{critical: sudden}, {warning: (below_own and big_fall) or off_chart}, {notice: below_own or big_fall or often}]
    signals:
      sudden: {score: SRS, value: less than 20}
      often: {attendance: cancelled, count: at least 1, within: 3 sessions}
"""


def test_whatever_the_threshold_the_sweep_at_the_present_value_is_the_plain_backtest(box):
    place, labels = simulated(box, 30)
    box.config(rules=[ROOT / "rules", box.rules(KNOBS, "more.yaml")])
    plain = backtest(box, ROOT / "rules", "--records", place, "--labels", labels)
    rule = next(r for r in plain["rules"] if r["rule"] == "drops.alliance")
    for knob in ("below_own.sd=-1..-3/1", "big_fall.change=2..4/1", "off_chart.floor=1..3/1", "below_own.needs=2..6/2",
                 "sudden.value=19..21/1", "often.count=1..3/1", "often.within=2..4/1"):
        swept = backtest(box, "--records", place, "--labels", labels, "--sweep", f"drops.alliance.{knob}")
        now = next(v for v in swept["values"] if v["value"] == swept["present"])
        check((now["alerts"], now["messages"]) == (rule["alerts"][0], rule["messages"][0]), f"{knob}: {now} {rule}")
        check(now["precision"] == rule["old_precision"], f"{knob}: {now} {rule}")


def test_a_value_that_does_not_suit_the_rule_does_not_end_the_sweep(box):
    box.config()
    place, _ = simulated(box, 3)
    sweep = ("--sweep", "noncompliance.attendance.twice_running.within=1..3/1", "--records", place, "--svg", box.dir / "c.svg")
    check("1 sessions                does not suit the rule" in box.ctl("backtest", *sweep, expect=FINE).out, "not told")
    check([v["value"] for v in backtest(box, *sweep)["values"]] == [2, 3], "not left out")


def test_a_sweep_wins_over_an_override_of_the_site(box):
    box.config()
    place, _ = simulated(box, 10)
    swept = backtest(box, "--with", box.rules(MILDER), "--records", place, "--sweep", "drops.alliance.big_fall.change=3..5/2")
    check(swept["present"] == 5 and swept["values"][0]["alerts"] > swept["values"][1]["alerts"], str(swept))


def test_a_sweep_over_simulated_series_orders_rules_as_they_were_simulated(box):
    """Of 100 quiet sessions in which they can be known, a low score alone is true in about 39, a fall of a point in 30, a
    notice in 12, a warning and a chart in 3 to 5; here over all sessions, the first ones too, so it is less.  The series are
    always the same, so the figures are; the bounds are wide enough for other seeds."""
    place, _ = simulated(box, 200)
    for path in list(place.glob("dip-*")):
        path.unlink()
    box.config(rules=[box.rules(PLAIN), ROOT / "rules/instruments.yaml"])
    knobs = {"low": ("low.value=35..36/1", 36), "fall": ("fell.change=1..2/1", 1), "notice": ("fell.change=3..4/1", 3),
             "warning": ("fell.change=3..4/1", 3), "chart": ("off.floor=2..3/1", 2)}
    per_100 = {}
    for name, (knob, value) in knobs.items():
        swept = backtest(box, "--records", place, "--sweep", f"plain.{name}.{knob}")
        true = next(v["sessions_true"] for v in swept["values"] if v["value"] == value)
        per_100[name] = 100 * true / swept["sessions"]
    order = [per_100[name] for name in ("low", "fall", "notice", "warning", "chart")]
    check(order == sorted(order, reverse=True), str(per_100))
    for name, low, high in (("low", 30, 48), ("fall", 24, 36), ("notice", 7, 14), ("warning", 1.8, 6), ("chart", .6, 4)):
        check(low < per_100[name] < high, f"{name}: {per_100}")
    check(per_100["notice"] > 2 * per_100["warning"] and per_100["notice"] > 2 * per_100["chart"], str(per_100))


def test_the_curve_is_drawn_for_those_who_see_it_and_those_who_do_not(box):
    box.config()
    place, labels = simulated(box, 10)
    svg = box.dir / "curve.svg"
    box.ctl("backtest", "--records", place, "--labels", labels, "--sweep", "drops.alliance.below_own.sd=-1..-3/0.5", "--svg", svg,
            expect=FINE)
    text = svg.read_text()
    for part in ('role="img"', "<title", "<desc", "(now)", "prefers-color-scheme:dark"):
        check(part in text, f"no {part} in\n{text}")
    check("<script" not in text and "href" not in text, text)


def test_a_limit_that_is_passed_ends_with_1_and_a_line_that_says_why(box):
    box.config()
    place, labels = simulated(box, 40)
    args = ("backtest", "--with", box.rules(MILDER), "--records", place, "--labels", labels)
    limits = ("--max-added", "--max-removed", "--max-per-week", "--max-messages-per-week", "--max-lost")
    box.ctl(*args, *(word for limit in limits for word in (limit, 10000)), expect=FINE)
    for limit in ("--max-added", "--max-removed", "--max-per-week", "--max-messages-per-week", "--max-lost"):
        err = box.ctl(*args, limit, 0, expect=FOUND).err
        check(limit in err and err.count("\n") == 1, f"{limit}: {err}")
    err = box.ctl(*args, "--max-per-week", 0, "--max-removed", 1, expect=FOUND).err
    check("--max-removed 1" in err and "--max-per-week 0" in err and err.count("\n") == 1, err)


def test_a_limit_on_what_is_lost_needs_something_to_lose(box):
    box.config()
    place, _ = simulated(box, 2)
    ran = box.ctl("backtest", "--with", box.rules(MILDER), "--records", place, "--max-lost", 0, expect=WRONG)
    check("no good verdict or label" in ran.err, ran.err)


def test_wrong_use_is_told_and_ends_with_2(box):
    box.config()
    place, _ = simulated(box, 2)
    (box.dir / "link").symlink_to(ROOT / "rules")
    for args, word in ((("backtest",), "backtest what?"),
                       (("backtest", "--records", place, box.dir / "nowhere"), "cannot be read"),
                       (("backtest", "--records", place, "--sweep", "drops.alliance.below.sd=1..2/1"), "below_own.sd"),
                       (("backtest", "--records", place, "--sweep", "drops.aliance.x.sd=1..2/1"), "did you mean"),
                       (("backtest", "--records", place, "--sweep", "disagreement.often.turns.weight=1..2/1"),
                        'no single number at "often.turns.weight"; it has '),
                       (("backtest", "--records", place, "--sweep", "disagreement.goals_low.in=1..2/1"),
                        'no single number at "goals_low.in"; it has '),
                       (("backtest", "--records", place, "--sweep", "drops.alliance.below_own.sd=1"), "expected a range"),
                       (("backtest", "--records", place, "--sweep", "drops.alliance.below_own.sd=1..2/1", "--max-added", 1), "limits"),
                       (("backtest", "--records", place, "--with", "x", "--max-added", "-1"), "takes a number"),
                       (("backtest", "--records", place, "--with", "x", "--max-added"), "needs a value"),
                       (("backtest", "--records", place, ROOT / "rules" / "drops.yaml"), "whole sets of rules; a file beside"),
                       (("tune", "safeguarding", "--records", place), "is locked"),
                       (("tune", "drops.alliance", "--records", place, "-o", ROOT / "rules" / "x.yaml"), "where rules in force are"),
                       (("tune", "drops.alliance", "--records", place, "-o", box.dir / "link" / "x.yaml"), "where rules in force are"),
                       (("tune", "nothing", "--records", place), "no rule")):
        ran = box.ctl(*args, expect=WRONG)
        check(word in ran.err, f"{args}: {ran.err}")


def test_records_that_are_none_are_left_out_and_told_without_their_words(box):
    box.config()
    place, _ = simulated(box, 2)
    (place / "bad.json").write_text('{"ruptured": 1, "case": "a secret"')
    ran = box.ctl("backtest", "--with", box.rules(MILDER), "--records", place, expect=FINE)
    check("1 file left out" in ran.err and "secret" not in ran.out + ran.err, ran.err)
    with (place / "much.json").open("w") as much:
        much.truncate(17 << 20)
    ran = box.ctl("backtest", "--with", box.rules(MILDER), "--records", place, expect=FINE)
    check("2 files left out" in ran.err and "larger than" in ran.err, ran.err)
    shutil.rmtree(place)
    place.mkdir()
    (place / "bad.json").write_text("{")
    ran = box.ctl("backtest", "--with", box.rules(MILDER), "--records", place, expect=WRONG)
    check("1 file left out" in ran.err and "no session to try rules on" in ran.err, ran.err)


def test_labels_of_no_session_here_are_told_and_count_for_nothing(box):
    box.config()
    place, labels = simulated(box, 5)
    args = ("--json", "backtest", "--with", box.rules(MILDER), "--records", place, "--labels", labels)
    ran = box.ctl(*args, expect=FINE)
    check("left out" not in ran.err, ran.err)
    with labels.open("a") as out:
        out.write("nobody,1,yes\n" + labels.read_text().splitlines()[1].split(",")[0] + ",500,yes\n")
    more = box.ctl(*args, expect=FINE)
    check("2 of " in more.err and "labels left out: no such case, or no such session of it" in more.err, more.err)
    check(more.out == ran.out, "they counted")


def test_what_comes_after_the_present_day_has_not_happened(box):
    box.config()
    place, labels = simulated(box, 10)
    later = sorted(place.iterdir(), key=lambda path: json.loads(path.read_text())["started"])
    day = json.loads(later[len(later) // 2].read_text())["started"]
    args = ("--with", box.rules(MILDER), "--labels", labels, "--as-of", day, "--all")
    cut = backtest(box, *args, "--records", place)
    for path in later:
        if json.loads(path.read_text())["started"] > day:
            path.unlink()
    check(cut["old"]["alerts"] and cut == backtest(box, *args, "--records", place), str(cut["old"]))


def test_tune_writes_an_override_that_can_be_tried_and_changes_no_file(box):
    box.config()
    place, labels = simulated(box, 100)
    out = box.dir / "tuned.yaml"
    args = ("tune", "drops.alliance", "--records", place, "--labels", labels)
    ran = box.ctl(*args, "-o", out, expect=FINE)
    check("Proposed: big_fall.change" in ran.out and "Just" in ran.out, ran.out)
    check(box.run("rupturectl", "lint", ROOT / "rules", out).code == FINE, out.read_text())
    tried = backtest(box, "--with", out, "--records", place, "--labels", labels)
    check(tried["new"]["precision"]["share"] > tried["old"]["precision"]["share"], str(tried["new"]))
    check("is there already" in box.ctl(*args, "-o", out, expect=WRONG).err, "an existing file was taken")
    printed = box.dir / "printed.yaml"
    printed.write_text(box.ctl(*args, expect=FINE).out)
    check(box.run("rupturectl", "lint", ROOT / "rules", printed).code == FINE, printed.read_text())


def test_tune_says_that_verdicts_know_nothing_of_alerts_that_a_laxer_value_adds(box):
    box.config()
    place, labels = simulated(box, 60)
    strict = box.dir / "strict.yaml"
    strict.write_text('version: 1\noverride: {drops.alliance: {because: "For a test.", signals: {big_fall: {change: worse by at '
                      'least 12}, below_own: {sd: at most -9}, off_chart: {floor: 5}}}}\n')
    ran = box.ctl("tune", "drops.alliance", "--records", place, "--labels", labels, "--with", strict, expect=FINE)
    check("Mind: of alerts that were never told nobody gave a verdict" in ran.out, ran.out)
    check(max(len(line) for line in ran.out.splitlines() if line.startswith("#")) <= 100, ran.out)


def test_tune_says_when_the_data_cannot_tell(box):
    box.config()
    place, _ = simulated(box, 5)
    ran = box.ctl("tune", "drops.alliance", "--records", place, expect=FOUND)
    check("too few, it takes 20 and 5" in ran.out and "Nothing is proposed" in ran.out, ran.out)


# ---- a clinic that gives verdicts

def judged(box, rules):
    """An engine that has judged some cases with dips; the alerts of drops.alliance that were told."""
    box.config(rules=rules)
    records = [one for _, _, some in series.cases(25, 20260106, dip=True) for one in some]
    last = max(one["started"] for one in records)
    box.now(last)
    box.start(courier=False)
    for one in sorted(records, key=lambda r: (r["started"], r["record"])):
        box.drop(one)
    box.wait_processed(len(records), 60)
    box.wait_idle(60)
    told = [a for a in box.ctl("--json", "alerts", "--all", expect=FINE).lines() if a["rule"] == "drops.alliance" and a["announcements"]]
    return last, told


def test_verdicts_count_alike_in_backtest_tune_and_precision_and_survive_changed_rules(box):
    last, told = judged(box, [ROOT / "rules"])
    check(len(told) > 20, f"{len(told)} alerts")
    for i, alert in enumerate(told):
        box.ctl("verdict", alert["alert"], "noise" if i % 3 else "useful", expect=FINE)
    useful = (len(told) + 2) // 3
    rule = next(r for r in box.ctl("--json", "alerts", "--precision", expect=FINE).lines() if r["rule"] == "drops.alliance")
    check((rule["verdicts"], rule["useful"]) == (len(told), useful), str(rule))

    found = backtest(box, "--with", box.rules(MILDER), "--as-of", last, "--all")
    ours = next(r for r in found["rules"] if r["rule"] == "drops.alliance")["old_precision"]
    check((ours["of"], ours["share"], ours["low"]) == (rule["verdicts"], rule["precision"], rule["low"]), f"{ours} {rule}")
    check((found["old"]["caught"]["of"], found["old"]["caught"]["share"]) == (useful, 1), str(found["old"]))
    row = next(r for r in found["rules"] if r["rule"] == "drops.alliance")
    check(row["removed"] and row["later"] + row["milder"] and not row["added"], f"nothing is gone, or nothing moved: {row}")
    check(found["new"]["precision"]["of"] == len(told) - row["removed"], f"{found['new']} {row}")

    tuned = json.loads(box.ctl("--json", "tune", "drops.alliance", "--as-of", last).out)
    for signal in tuned["signals"]:
        now = next(v for v in signal["curve"]["values"] if v["value"] == signal["curve"]["present"])
        check((now["precision"]["of"], now["precision"]["share"]) == (rule["verdicts"], rule["precision"]), str(now))


def test_an_alert_that_a_verdict_and_a_label_speak_of_counts_once(box):
    last, told = judged(box, [ROOT / "rules"])
    for alert in told:
        box.ctl("verdict", alert["alert"], "useful", expect=FINE)
    labels = box.dir / "labels.csv"
    labels.write_text("case,session,label\n" + "".join(f"{a['case']},{a['opened_session']},yes\n" for a in told))
    found = backtest(box, "--with", box.rules(MILDER), "--as-of", last, "--labels", labels)
    row = next(r for r in found["rules"] if r["rule"] == "drops.alliance")
    check(row["old_precision"]["of"] == len(told) == row["alerts"][0], f"{len(told)} alerts, {row}")
    check(found["old"]["caught"]["of"] == 2 * len(told), f"a verdict and a label are two marks: {found['old']}")


def test_what_tune_writes_is_in_force_when_it_is_put_into_place(box):
    rules = box.dir / "etc" / "rules.d"
    rules.mkdir(parents=True)
    last, told = judged(box, [ROOT / "rules", rules])
    out = box.dir / "proposed.yaml"
    rate = lambda found: next(r for r in found["rules"] if r["rule"] == "drops.alliance")["alerts"][0] / found["weeks"]
    before = rate(backtest(box, ROOT / "rules", "--as-of", last))
    box.ctl("tune", "drops.alliance", "--as-of", last, "--budget", f"{before * .9:.2f} a week", "-o", out, expect=FINE)
    check("because: \"Tried on our own past" in out.read_text(), out.read_text())
    check(box.run("rupturectl", "lint", ROOT / "rules", out).code == FINE, "lint has something against it")
    in_force = lambda: box.ctl("rules", "drops.alliance", expect=FINE).out
    check("not as in its file" not in in_force(), in_force())
    shutil.copy(out, rules / "changes.yaml")
    box.wait(lambda: "in force as on disk" in box.ctl("status").out and "Tried on our own past" in in_force(), "the rules", 20,
             lambda: box.ctl("status").out)
    found = backtest(box, ROOT / "rules", "--as-of", last)
    check(rate(found) <= .9 * before, f"{rate(found)} {before}")


def test_changed_phrases_over_a_store_are_unknown_and_no_difference(box):
    box.config()
    told = [{"who": "t1", "text": "how was the week"}, {"who": "m1", "to": "t1", "text": "you are useless and i hate you"}]
    for n in range(1, 4):
        box.drop(box.record(session=n, turns=told * 4))
    box.once(as_of="2026-04-01T00:00:00Z")
    new = box.dir / "new"
    shutil.copytree(ROOT / "rules", new)
    path = new / "lexicons/hostility.yaml"
    path.write_text(path.read_text().replace("friendly:\n", "friendly:\n    - \"(useless)\"\n", 1))
    plain = backtest(box, ROOT / "rules", "--as-of", "2026-04-01")
    check("hostility.therapist" in {r["rule"] for r in plain["rules"]}, f"nobody was hostile: {plain['rules']}")
    found = backtest(box, new, "--as-of", "2026-04-01", "--all")
    check(found["phrases_changed"] == ["hostility"] and found["phrases_added"] == [], str(found))
    check(not found["changes"] and "hostility.therapist" not in {r["rule"] for r in found["rules"]}, str(found["rules"]))
    check("NOT TRIED" in box.ctl("backtest", new, "--as-of", "2026-04-01", expect=FINE).out, "not said")
