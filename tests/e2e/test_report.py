"""rupturectl report: one page that needs nothing else, says what the other commands say, and gives nothing away."""
import json
import os
import pty
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree

from box import ROOT, check
from test_canary import CANARY, WORDS, talk

sys.path.insert(0, str(ROOT / "tests/sim"))

import clinic as simulated  # noqa: E402
import demo  # noqa: E402

FINE, WRONG = 0, 2
DAY = 86400
OPEN_STATES = ("open", "repairing", "unrepaired", "dropped_out")


class Page:
    """The page as a strict XML parser sees it."""

    def __init__(self, text):
        self.text = text
        self.tree = ElementTree.fromstring(text)
        self.above = {child: one for one in self.tree.iter() for child in one}

    def all(self, tag, **attributes):
        return [one for one in self.tree.iter(tag) if all(one.get(k) == v for k, v in attributes.items())]

    def by_id(self, name):
        found = [one for one in self.tree.iter() if one.get("id") == name]
        check(len(found) == 1, f"{len(found)} elements are called {name}")
        return found[0]

    def section(self, name):
        """The section whose heading has this id."""
        return self.above[self.by_id(name)]


def words(element):
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def table_rows(section, caption):
    """Of the table with a caption that begins so: [[cell, ...], ...]."""
    for table in section.iter("table"):
        if words(table.find("caption")).startswith(caption):
            return [[words(cell) for cell in row] for row in table.find("tbody")]
    raise AssertionError(f"no table {caption}")


def report(box, *args, expect=FINE):
    return box.ctl("report", *args, expect=expect)


# ---- the page

def check_form(page):
    """What who reads by keyboard, by ear or in print relies on."""
    check(page.tree.tag == "html" and page.tree.get("lang") == "en", "no language")
    for tag in ("header", "main", "footer", "h1"):
        check(len(page.all(tag)) == 1, f"not one {tag}")
    ids = [one.get("id") for one in page.tree.iter() if one.get("id")]
    check(len(ids) == len(set(ids)), f"ids twice: {sorted(i for i in ids if ids.count(i) > 1)[:5]}")
    for link in page.all("a"):
        check(link.get("href", "").startswith("#") and link.get("href")[1:] in ids, f"a link to nowhere: {link.attrib}")
    first = next(one for one in page.tree.iter("a"))
    check(first.get("class") == "skip" and first.get("href") == "#main", "the skip link is not first")
    marked = [one for one in page.all("section") if one.get("aria-labelledby")]
    check(len(marked) <= 5 and not any(one.get("class") == "case" for one in marked), f"{len(marked)} landmarks")
    levels = [int(one.tag[1]) for one in page.tree.iter() if re.fullmatch("h[1-6]", str(one.tag))]
    check(levels[0] == 1 and all(b <= a + 1 for a, b in zip(levels, levels[1:])), "headings skip a level")
    for table in page.all("table"):
        check(words(table.find("caption")), "a table without a caption")
        check(all(head.get("scope") == "col" and words(head) for head in table.find("thead").iter("th")), "heads of columns")
        check(all(row[0].tag == "th" and row[0].get("scope") == "row" for row in table.find("tbody")), "heads of rows")
    for details in page.all("details"):
        check(details[0].tag == "summary" and words(details[0]), "details without a summary")
    for svg in page.all("svg", role="img"):
        check(svg.find("title") is not None or svg.get("aria-labelledby"), "a drawing without a name")


def check_alone(page):
    """Nothing from elsewhere, nothing that runs."""
    for one in page.tree.iter():
        check(one.tag not in ("script", "link", "img", "iframe", "object", "embed", "form", "base"), f"a {one.tag}")
        for key, value in one.attrib.items():
            check(not key.startswith("on") and "://" not in value and not value.startswith("//"), f"{key}={value}")
    style = "".join(words(one) for one in page.all("style"))
    check("@import" not in style and "url(" not in style, "the style loads something")
    check(all(wanted in style for wanted in ("prefers-color-scheme", "@media print", ":focus-visible")), "style")


def check_private(box, page):
    """No id of the clinic's, no word that was said."""
    text = page.text
    ids = [row[0] for row in box.rows("SELECT id FROM cases")]
    check(len(ids) > 40 and "Family-Ashdown-1987" in ids, str(ids))
    for word in ids + ["staff-", "north-"]:
        check(word not in text, f"the page has {word}")
    for said in (phrase for phrases in simulated.TALK.values() for phrase in phrases if len(phrase) > 12):
        check(said not in text.lower(), f"the page says: {said}")


def check_alerts(box, page, data):
    """What is open is what `alerts` lists."""
    listed = box.ctl("--json", "alerts", expect=FINE).lines()
    ours = {one["alert"]: one for one in data["open"]}
    check(set(ours) == {one["alert"] for one in listed} and len(listed) > 30, "other alerts than `alerts` lists")
    for one in listed:
        for key in ("state", "severity", "rule", "case", "member", "other", "opened", "acknowledged_by", "announcements"):
            check(ours[one["alert"]][key] == one[key], f"{key} of {one['alert']}: {ours[one['alert']][key]}, not {one[key]}")
    told = [one for one in data["open"] if not one["under_test"]]
    waiting = [one for one in told if one["acknowledged"] is None]
    cards = [one for one in page.section("open").iter("li") if (one.get("class") or "").startswith("sev")]
    named = [words(next(card.iter("strong"))) for card in cards]
    check(named == list(dict.fromkeys(one["case"] for one in waiting)), f"not a card a case, the gravest first: {named}")
    items = {case: [words(item) for item in card.find("ul")] for case, card in zip(named, cards)}
    check(sum(len(some) for some in items.values()) == len(waiting) > len(cards), "incidents that nobody acknowledged")
    for one in waiting:
        check(any(one["title"] in item and one["next_step"] in item for item in items[one["case"]]), f"not on the page: {one}")
    rows = table_rows(page.section("open"), "Open incidents that somebody looks after")
    seen = [one for one in told if one["acknowledged"] is not None]
    check([row[:2] for row in rows] == [[one["case"], one["severity"]] for one in seen] and len(rows) > 10, f"{rows}\n{seen}")
    check(all(one["title"] == row[3] and one["acknowledged_by"] in row[6] for one, row in zip(seen, rows)), str(rows))
    rank = {"critical": 0, "warning": 1, "notice": 2, "info": 3}
    for waiting in (True, False):
        some = [one for one in told if (one["acknowledged"] is None) == waiting]
        keys = [(rank[one["severity"]], one["opened"]) for one in some]
        check(keys == sorted(keys), "not the gravest and oldest first")
    check(sum(age["open"] for age in data["open_by_age"]) == len(told), "ages")


def check_precision(box, page, data):
    rows = {row[0]: row for row in table_rows(page.section("clinic"), "Verdicts")}
    listed = box.ctl("--json", "alerts", "--precision", expect=FINE).lines()
    check(set(rows) == {one["rule"] for one in listed}, "other rules than --precision lists")
    ours = {one["rule"]: one for one in data["rules"]}
    for one in listed:
        for key in ("alerts", "told", "verdicts", "useful", "precision", "low", "high"):
            check(ours[one["rule"]][key] == one[key], f"{key} of {one['rule']}")
        check(rows[one["rule"]][1:5] == [str(one[k]) for k in ("alerts", "told", "verdicts", "useful")], str(rows[one["rule"]]))
    check(sum(one["verdicts"] for one in listed) > 20, "no verdicts to count")


def check_weeks(box, page, data):
    """Alerts a week are those that `alerts --all` says were told."""
    begins = demo.at(data["first_week"])
    want = {}
    for one in box.ctl("--json", "alerts", "--all", expect=FINE).lines():
        week = (demo.at(one["opened"]) - begins) // (7 * DAY)
        if one["announcements"] and demo.at(data["since"]) <= demo.at(one["opened"]) <= demo.at(data["until"]):
            want[one["rule"], week] = want.get((one["rule"], week), 0) + 1
    got = {(rule["rule"], week): n for rule in data["rules"] for week, n in enumerate(rule["told_by_week"]) if n}
    check(want == got and len(got) > 20, f"want {want}\ngot {got}")
    rows = table_rows(page.section("clinic"), "Alerts that people were told of")
    check(sum(int(row[1]) for row in rows) == sum(got.values()), "the table of weeks")


def check_budgets(box, page, data):
    """Messages through a route are those that a backtest counts, which knows nothing of sites that fall silent."""
    found = json.loads(box.ctl("--json", "backtest", ROOT / "rules", "--as-of", demo.NOW, expect=FINE).out)
    route = next(one for one in found["routes"] if one["route"] == "supervisors")
    weeks = {one["from"]: one["messages"][0] for one in route["by_week"]}
    ours = data["budgets"][0]
    check(ours["route"] == "supervisors" and ours["budget"] == route["budget_per_week"] == 5, str(ours))
    begins = demo.at(data["first_week"])
    for week, n in enumerate(ours["messages_by_week"]):
        day = demo.date(begins + week * 7 * DAY)[:10]
        if begins + (week + 1) * 7 * DAY > demo.SILENT_FROM:
            break
        check(n == weeks.get(day, 0), f"week of {day}: {n}, a backtest says {weeks.get(day)}")
    figures = {words(one.find("figcaption")): one for one in page.section("clinic").iter("figure")}
    budgets = [title for title, one in figures.items() if any(line.get("class") == "budget" for line in one.iter("line"))]
    check(budgets == ["Messages a week by the route supervisors to desk, against its budget"], f"held against a budget: {budgets}")
    check(week > 8 and sum(ours["messages_by_week"][:week]) > 20, "no messages to count")


def check_cases(box, page, data, cases):
    """Every case is on the page; those with something to see have a section, a chart and a table a member."""
    tokens = {row[0] for row in box.rows("SELECT token FROM cases")}
    check({one["case"] for one in cases} == tokens and data["cases"] == len(tokens), "a case is left out")
    quiet = words(page.section("quiet"))
    for one in cases:
        shown = one["standing"] in ("open", "ended")
        check(shown == (page.text.count(f'id="case-{one["case"]}"') == 1), f"{one['case']} {one['standing']}")
        check(shown != (one["case"] in quiet), f"{one['case']} {one['standing']} among the quiet ones")
    check({one["standing"] for one in cases} >= {"open", "ended"}, "kinds of cases")


def check_family(box, page, cases):
    token = box.rows("SELECT token FROM cases WHERE id = 'Family-Ashdown-1987'")[0][0]
    family = next(one for one in cases if one["case"] == token)
    m1 = next(course for course in family["courses"] if course["member"] == "m1")
    check([p["score"] for p in m1["sessions"]] == [36, 37, 36.5, 37, 36, 28, 35, 36.5, 37, 30, 35.5, 36], str(m1))
    bands = [b for b in m1["incidents"] if b["title"].startswith("The alliance score fell")]
    started = [p["at"] for p in m1["sessions"]]
    check([(b["from"], b["to"], b["state"]) for b in bands] ==
          [(started[5], started[6], "repaired"), (started[9], started[10], "repaired")], str(bands))
    check(m1["sessions"][5]["limit"] > 28 and m1["sessions"][2]["usual_low"] is None, str(m1["sessions"][5]))
    check(next(c for c in family["courses"] if c["member"] == "m4")["kind"] == "nothing", "m4")
    section = page.section(f"case-{token}")
    check("Never filled in an alliance questionnaire" in words(section), "m4 is not said to be unknown")
    rows = table_rows(section, "m1, SRS")
    check([row[2] for row in rows][5].startswith("28, below the limit") and len(rows) == 12, str(rows))
    check("cancelled by the client" in [row[5] for row in table_rows(section, "m2, SRS")][10], "who cancelled")
    check(len(list(section.iter("figure"))) >= 3, "charts")


def check_unknown(page, data):
    said = words(page.section("unknown"))
    check("Site south is silent" in said and "Site north" not in said, said)
    check([site["silent"] for site in data["sites"]] == [False, True], str(data["sites"]))
    check(data["members_never_scored"] >= 1 and f"{data['members_never_scored']} of {data['members']} members" in said, said)
    blind = [rule["rule"] for rule in data["rules"] if rule["not_judged"] and not rule["judged"]]
    check("drops.wai" in blind and all(rule in said for rule in blind), f"{blind}\n{said}")
    quiet = [row[0].split()[0] for row in table_rows(page.section("clinic"), "Rules in force of which")]
    check("masked.strain" in quiet and not set(blind) & set(quiet), str(quiet))
    fired = [rule["rule"] for rule in data["rules"] if rule["opened_in_period"]]
    check("drops.alliance" in fired and not set(fired) & set(quiet), "a rule that fired is called quiet")


def test_the_page_of_a_clinic_says_what_the_other_commands_say(box):
    now = demo.fill(box, step=6 * simulated.WEEK)
    text = report(box, "--as-of", now).out
    page = Page(text)
    data, *cases = box.ctl("--json", "report", "--as-of", now, expect=FINE).lines()
    check_form(page)
    check_alone(page)
    check_private(box, page)
    check_alerts(box, page, data)
    check_precision(box, page, data)
    check_weeks(box, page, data)
    check_budgets(box, page, data)
    check_cases(box, page, data, cases)
    check_family(box, page, cases)
    check_unknown(page, data)
    check(report(box, "--as-of", now).out == text, "another page of the same store")
    into = box.dir / "page.html"
    report(box, "--as-of", now, "-o", into)
    check(into.read_text() == text and into.stat().st_mode & 0o777 == 0o600, "the file")
    check(not list(box.dir.glob("page.html.*")), "something is left beside it")
    check_past(box, data)


def check_past(box, data):
    """What was not so yet then is not on the page."""
    then = demo.date(demo.NOW_S - 10 * 7 * DAY)
    past, *cases = box.ctl("--json", "report", "--as-of", then, expect=FINE).lines()
    check(past["sessions"] < data["sessions"] and past["last_session"] <= then, "sessions that lay ahead")
    for one in (alert for case in cases for alert in case["alerts"]):
        check(max(one["opened"], one["acknowledged"] or "") <= then, f"it had not happened yet: {one}")
    check(past["open"] and sum(r["verdicts"] for r in past["rules"]) < sum(r["verdicts"] for r in data["rules"]), "acts")


# ---- what it does not give away

def test_the_page_holds_no_word_of_a_session_and_no_id_unless_asked(box):
    box.config(rules=[ROOT / "rules" / "instruments.yaml", ROOT / "rules" / "lexicons", box.rules(WORDS)])
    box.start()
    tree = talk(box, site="Site-Of-" + CANARY)
    tree["case"] = "CLINICS-OWN"
    box.drop(tree)
    box.wait_told(2)
    for form in ((), ("--json",)):
        said = box.ctl(*form, "report", expect=FINE).out
        check("test.words" in said or "Hard words" in said, "the alert is not in it")
        check(CANARY not in said and "CLINICS-OWN" not in said, f"it gives something away:\n{said[-2000:]}")
    before = len(box.rows("SELECT * FROM audit WHERE what LIKE '%reveal%'"))
    said = report(box, "--reveal").out
    check("[CLINICS-OWN]" in said, "--reveal does not show the clinic's own id")
    check(len(box.rows("SELECT * FROM audit WHERE what LIKE '%reveal%'")) == before + 1, "nobody wrote down who asked")


def test_nothing_is_revealed_when_the_engine_cannot_write_it_down(box):
    box.config()
    box.drop(box.record(case="CLINICS-OWN"))
    box.once()
    ran = report(box, "--reveal", expect=None)
    check(ran.code != FINE and "CLINICS-OWN" not in ran.out, f"{ran.code}\n{ran.out[-500:]}")


# ---- asking

def test_one_case_is_shown_by_token_or_id_whatever_is_to_be_seen_of_it(box):
    box.config()
    for session in (1, 2):
        box.drop(box.record(case="K1", session=session, scores={"m1": 38, "m2": 37}))
        box.drop(box.record(case="K2", session=session, scores={"m1": 38, "m2": 37}))
    box.once(as_of="2026-03-10T00:00:00Z")
    token, other = (box.rows("SELECT token FROM cases WHERE id = ?", one)[0][0] for one in ("K1", "K2"))
    for name in (token, "K1"):
        page = Page(report(box, "--case", name, "--as-of", "2026-03-10").out)
        check_form(page)
        check(len(list(page.section(f"case-{token}").iter("figure"))) == 2 and other not in page.text, "not that case alone")
        check("K1" not in words(page.tree), "the clinic's id")
    refused = report(box, "--case", "nobody", expect=WRONG)
    check("no case" in refused.err and "mean" not in refused.err and not refused.out, refused.err)
    near = report(box, "--case", token[:-1] + ("0" if token[-1] != "0" else "1"), expect=WRONG)
    check(f"did you mean {token}?" in near.err and not near.out, near.err)


def test_an_empty_store_has_a_page_that_says_so(box):
    box.config()
    box.once()
    page = Page(report(box).out)
    check_form(page)
    check_alone(page)
    check("Nothing is open" in words(page.tree) and "No case has anything to see" in words(page.tree), words(page.tree)[:2000])


def test_what_cannot_be_done_is_refused(box):
    box.config()
    box.once()
    for args in (("--since",), ("--since", "soon"), ("--case",), ("--nothing",), ("-o",),
                 ("--since", "2026-03-02", "--until", "2026-03-01", "--as-of", "2026-04-01")):
        ran = report(box, *args, expect=WRONG)
        check(ran.err.startswith("rupturectl: report: ") and not ran.out, f"{args}: {ran.err}")
    ran = report(box, "-o", box.dir / "nowhere" / "page.html", expect=WRONG)
    check("cannot write" in ran.err, ran.err)


def test_only_a_file_is_replaced_and_only_by_a_whole_page(box):
    box.config()
    box.once()
    os.mkfifo(box.dir / "pipe")
    for there in (box.dir, box.dir / "pipe"):
        ran = report(box, "-o", there, expect=WRONG)
        check("is not a file" in ran.err and there.exists() and not there.is_file(), ran.err)
    page = box.dir / "page.html"
    page.write_text("old")
    page.chmod(0o644)
    report(box, "-o", page, "--case", "nobody", expect=WRONG)
    check(page.read_text() == "old" and not list(box.dir.glob("*.part")), "a page that was not made took the old one's place")
    report(box, "-o", page)
    check("Nothing is open" in page.read_text() and page.stat().st_mode & 0o777 == 0o600, "the new page")


MARKED = """\
version: 1
title: Marked
rules:
  - id: test.mark
    title: "<script>alert('x')</script>"
    status: active
    per: member
    severity: warning
    signals:
      low: {score: alliance40, value: at most 20}
    when: low
    say: "ask {member} <b>now</b>"
    next_step: "</section><img src=x onerror=alert(1)> for {member}"
    because: "A rule for tests."
"""


def test_words_of_a_rule_are_words_and_a_rule_that_is_gone_is_owned_up_to(box):
    box.config(rules=[ROOT / "rules/instruments.yaml", box.rules(MARKED)])
    box.drop(box.record(scores={"m1": 15}))
    box.once(as_of="2026-03-04T00:00:00Z")
    page = Page(report(box, "--as-of", "2026-03-04").out)
    check_form(page)
    check_alone(page)
    said = words(page.section("open"))
    check("<script>alert('x')</script>" in said and "<img src=x onerror=alert(1)> for m1" in said, said)
    check("judged by other rules" not in page.text, "the rules are the same")
    box.config(rules=[ROOT / "rules/instruments.yaml", box.rules(MARKED.replace("test.mark", "test.other").replace("20", "1"))])
    page = Page(report(box, "--as-of", "2026-03-04").out)
    check_form(page)
    check("Nothing is open" in words(page.section("open")), words(page.section("open")))
    check("The engine last judged by other rules" in words(page.all("header")[0]), "nothing says that the rules changed")
    check(table_rows(page.section("clinic"), "Verdicts")[0][0] == "test.mark", "the alert that people were told of")


def test_a_terminal_is_not_filled_with_markup(box):
    box.config()
    box.once()
    master, slave = pty.openpty()
    argv = [box.program("rupturectl"), "-c", str(box.config_path), "report"]
    ran = subprocess.run(argv, stdin=subprocess.DEVNULL, stdout=slave, stderr=subprocess.PIPE, env=box.env, text=True)
    os.close(slave)
    os.close(master)
    check(ran.returncode == WRONG and "-o FILE" in ran.stderr, f"{ran.returncode} {ran.stderr}")
