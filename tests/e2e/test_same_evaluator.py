"""There is one evaluator: what `rupturectl explain` finds is, byte for byte, what the daemon decided."""
import json

from box import ROOT, check
from test_family import family

FINE = 0
MIBOT = ROOT / "tests" / "data" / "mibot"


def line(case, rule, member, other, state, severity):
    return f"{case} {rule} {member} {other} {state} {severity}\n".encode()


def decided(box):
    """What the daemon told of cases, with the case's token, in any order."""
    return b"".join(sorted(line(a["case"], a["rule"], a["member"], a["other"], a["state"], a["severity"])
                           for a in box.told() if a["case"]))


def explained(box, token, as_of):
    for said in box.ctl("--json", "explain", "--as-of", as_of, token, expect=FINE).out.splitlines():
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
    check((9, "1 of 2 in 4 sessions; 1 more would do", 1) in attendance, str(attendance))
    words = box.ctl("explain", "--all", *files, expect=FINE).out
    check("why not: " in words and " would do\n" in words, words[:2000])
