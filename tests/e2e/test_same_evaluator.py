"""There is one evaluator: what `rupturectl explain` finds is, byte for byte, what the daemon decided."""
import calendar
import json
import os
import sys
import time
from pathlib import Path

from box import ROOT, check
from test_family import family

sys.path.insert(0, str(ROOT / "tests/sim"))
from clinic import WEEK, Clinic, date  # noqa: E402

FINE = 0
MIBOT = ROOT / "tests" / "data" / "mibot"


def line(case, rule, member, other, state, severity):
    return f"{case} {rule} {member} {other} {state} {severity}\n".encode()


def decided(box):
    """What the daemon told of cases, with the case's token, in any order."""
    return b"".join(sorted(line(a["case"], a["rule"], a["member"], a["other"], a["state"], a["severity"])
                           for a in box.told() if a["case"]))


def sessions_of(box, case, *options):
    """The lines that explain prints of the sessions of a case; behind them stand those of its alerts."""
    lines = box.ctl("--json", "explain", *options, case, expect=FINE).out.splitlines(keepends=True)
    return [line for line in lines if line.startswith('{"case":')]


def explained(box, token, as_of):
    for said in sessions_of(box, token, "--as-of", as_of):
        yield from ((token, a) for a in json.loads(said)["alerts"] if not a["quietly"])


def found(box, as_of):
    tokens = [token for token, in box.rows("SELECT token FROM cases ORDER BY token")]
    lines = [line(token, a["rule"], a["member"], a["other"], a["state"], a["severity"])
             for case in tokens for token, a in explained(box, case, as_of)]
    return b"".join(sorted(lines))


def same(box, as_of):
    check(decided(box), "nothing was decided")
    told, said = decided(box), found(box, as_of)
    check(told == said, f"decided:\n{told.decode()}\nexplained:\n{said.decode()}")


def test_explain_finds_what_the_daemon_decided_of_the_family(box):
    box.config()
    box.now("2026-01-01T12:00:00Z")
    box.start()
    for number, (_, tree) in enumerate(sorted(family().items()), 1):
        now = tree["started"][:11] + "18:00:00Z"
        box.now(now)
        box.drop(tree)
        box.wait_processed(number)
    box.wait(lambda: len(box.told()) == box.rows("SELECT count(*) FROM outbox")[0][0], "delivery", 10, box.state)
    same(box, now)


def test_explain_finds_what_the_daemon_decided_of_single_transcripts(box):
    box.config()
    trees = [json.loads(path.read_text()) for path in sorted(MIBOT.glob("*.json"))]
    for tree in trees:
        box.drop(tree)
    now = "2024-05-01T18:00:00Z"
    box.once(as_of=now)
    check(len(box.processed()) == len(trees), "not every record was judged")
    same(box, now)


def test_why_not_stands_beside_what_stayed_quiet_and_nowhere_else(box):
    box.config()
    files = sorted((ROOT / "tests" / "data" / "family").glob("session-*.json"))
    answers = [json.loads(said) for said in box.ctl("--json", "explain", *files, expect=FINE).out.splitlines()]
    quiet = 0
    for answer in answers:
        fired = {(v["rule"], v["member"], v["other"]) for v in answer["verdicts"] if v["truth"] == "true"}
        for verdict in answer["verdicts"]:
            check(verdict["truth"] != "true" or verdict["why_not"] is None, str(verdict))
            quiet += verdict["why_not"] is not None
        for s in answer["signals"]:
            check((s["rule"], s["member"], s["other"]) not in fired or s["why_not"] is s["distance"] is None, str(s))
            check(s["distance"] is None or s["distance"] >= 0, str(s))
    check(quiet > 100, f"only {quiet} rules say why not")
    attendance = [(n, s["why_not"], s["distance"]) for n, answer in enumerate(answers, 1) for s in answer["signals"]
                  if (s["rule"], s["signal"], s["member"]) == ("noncompliance.attendance", "twice_of_four", "m2")]
    check((9, "1 of 2 missed or cancelled sessions in 4 sessions; a second would do", 1) in attendance, str(attendance))
    words = box.ctl("explain", "--all", *files, expect=FINE).out
    check("why not: " in words and " would do\n" in words, words[:2000])
    check(all(len(line) <= 100 for line in words.splitlines()), "a line is wider than a screen")


# ---- every judging, byte by byte


def write_down_judgings(box):
    """Has the engine write down what it judges from its next start on; the file is in the store, where it may write."""
    path = box.store_dir / "judged"
    box.env["RUPTURED_JUDGED"] = str(path)
    return path


def wait_for_timers(box, now):
    """Until none is due: what is written down is whole then, for it is written before the commit."""
    due = calendar.timegm(time.strptime(now, "%Y-%m-%dT%H:%M:%SZ"))
    box.wait(lambda: box.rows("SELECT count(*) FROM cases WHERE next_deadline <= ?", due) == [(0,)], "the timers")


def last_judgings(path):
    """case -> (as of when, what was found), of the last time it was judged."""
    found = {}
    for block in path.read_text().split("# ")[1:]:
        head, _, lines = block.partition("\n")
        case, as_of = head.split()
        found[case] = (as_of, lines)
    return found


def first_difference(judged, explained):
    for one, other in zip(judged.splitlines(), explained.splitlines()):
        if one != other:
            at = next(n for n, (a, b) in enumerate(zip(one + " ", other + " ")) if a != b)
            return f"judged   ...{one[max(0, at - 200):at + 100]}\nexplained ...{other[max(0, at - 200):at + 100]}"
    return f"{len(judged.splitlines())} sessions were judged, {len(explained.splitlines())} explained"


def compare_all(box, path):
    """What was written down against what explain says of the same store, case by case.  Returns sessions and signals."""
    judgings, sessions, signals = last_judgings(path), 0, 0
    check(judgings, "no judging was written down")
    for case, (as_of, judged) in judgings.items():
        explained = "".join(sessions_of(box, case, "--as-of", as_of))
        check(judged == explained, f"case {case} as of {as_of}:\n{first_difference(judged, explained)}")
        for line in judged.splitlines():
            sessions += 1
            signals += len(json.loads(line)["signals"])
    check(set(judgings) == {token for token, in box.rows("SELECT token FROM cases")}, "not every case was judged")
    return sessions, signals


def compare_with_files(box, path, files):
    """The same records as files, without a store: but for the names of cases and people it is the same text."""
    tokens = dict(box.rows("SELECT id, token FROM cases"))
    answers = [json.loads(line) for line in box.ctl("--json", "explain", *files, expect=FINE).out.splitlines()]
    names = {(case, local): token for case, local, token in
             box.rows("SELECT c.id, m.local, m.token FROM members m JOIN cases c ON c.row = m.case_row")}
    for answer in answers:
        for row in answer["signals"] + answer["verdicts"] + answer["alerts"]:
            for who in ("member", "other"):
                row[who] = names.get((answer["case"], row[who]))
    judged = {(case, json.loads(line)["session"]): line for case, (_, lines) in last_judgings(path).items()
              for line in lines.splitlines()}
    for answer in answers:
        del answer["record"]
        answer["case"] = tokens[answer["case"]]
        text = json.dumps(answer, separators=(",", ":"), ensure_ascii=False)
        there = json.dumps(json.loads(judged[answer["case"], answer["session"]]), separators=(",", ":"), ensure_ascii=False)
        check(text == there, f"a file:\n{first_difference(there, text)}")
    return len(answers)


def test_the_engine_and_explain_find_the_same_after_each_record(box):
    box.config()
    path = write_down_judgings(box)
    box.now("2026-01-01T12:00:00Z")
    box.start()
    for number, (_, tree) in enumerate(sorted(family().items()), 1):
        box.now(tree["started"][:11] + "18:00:00Z")
        box.drop(tree)
        box.wait_processed(number)
        wait_for_timers(box, tree["started"][:11] + "18:00:00Z")
        sessions, signals = compare_all(box, path)
        check(sessions == number, f"{sessions} sessions after {number} records")
    check(signals > 1000, f"only {signals} signals were compared")
    # Months later, when every timer has had its day.
    before = path.stat().st_size
    box.now("2026-09-01T12:00:00Z")
    wait_for_timers(box, "2026-09-01T12:00:00Z")
    check(path.stat().st_size > before, "no timer ran")
    compare_all(box, path)


def test_the_engine_and_explain_find_the_same_in_a_simulated_clinic(box):
    box.config(more="tokens: as given\n")
    path = write_down_judgings(box)
    clinic = Clinic(7, 12, 160)
    box.now(date(max(at for at, _ in clinic.records) + 20 * WEEK))
    for number, (_, record) in enumerate(clinic.records):
        box.drop(record, name=f"{number:06}.json")
    box.once()
    sessions, signals = compare_all(box, path)
    check(sessions > 100 and signals > 10000, f"{sessions} sessions, {signals} signals")


def transcripts():
    data = os.environ.get("RUPTURED_DATA")
    return sorted((Path(data) / "mibot" / "records" if data else MIBOT).glob("*.json"))


def test_the_engine_and_explain_find_the_same_in_real_sessions(box):
    """Those of the repository; all of them where RUPTURED_DATA is set."""
    box.config()
    path = write_down_judgings(box)
    files = transcripts()
    check(len(files) >= 6, f"only {len(files)} sessions")
    for file in files:
        box.drop(file.read_bytes(), file.name)
    box.once(as_of="2024-05-01T18:00:00Z")
    sessions, signals = compare_all(box, path)
    check(sessions == len(files) and signals > 100 * sessions, f"{sessions} sessions, {signals} signals")
    check(compare_with_files(box, path, files) == len(files), "not every file was explained")


def test_a_date_that_is_shifted_is_seen(box):
    """The comparison can fail: another date is another evaluation."""
    box.config()
    path = write_down_judgings(box)
    for _, tree in sorted(family().items()):
        box.drop(tree)
    box.once(as_of="2026-04-20T18:00:00Z")
    compare_all(box, path)
    (case, (_, judged)), = last_judgings(path).items()
    earlier = "".join(sessions_of(box, case, "--as-of", "2026-03-10T18:00:00Z"))
    check(judged != earlier, "a timer that had not run was not missed")
