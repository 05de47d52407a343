"""rupturectl as people use it: what it prints, and the exit codes scripts build on."""
import json
import re
import sqlite3
import subprocess

from box import ROOT, check
from test_daemon import fires, quiet, set_up
from test_family import FAMILY, family, live, time_passes

FINE, FOUND, WRONG, AGAIN = 0, 1, 2, 75

TYPOS = """\
version: 1
rules:
  - id: my.rule
    title: A rule
    status: activ
    per: member
    severity: notice
    signals:
      low: {score: SRZ, valeu: at most 3}
    when: low and lo
    say: "check in with {membr}"
    because: "A rule for tests."
"""


# ---- lint


def audited(box):
    """Entries of the audit, as its verification counts them."""
    return int(re.search(r"(\d+) entries", box.ctl("audit", "--verify", expect=FINE).out)[1])


def test_lint_of_sound_rules_is_fine(box):
    ran = box.run("rupturectl", "lint", ROOT / "rules")
    check(ran.code == FINE and "no errors" in ran.out, f"{ran.code} {ran.out} {ran.err}")
    ran = box.run("rupturectl", "--json", "lint", ROOT / "rules")
    check(ran.code == FINE and ran.json() == [], f"{ran.code} {ran.out}")


def test_lint_tells_all_typos_at_once_with_place_caret_and_hint(box):
    path = box.rules(TYPOS)
    ran = box.run("rupturectl", "lint", ROOT / "rules", path)
    check(ran.code == FOUND, f"exit {ran.code}")
    for line in (f'{path}:5:13: error: expected draft, test, active or retired, found "activ"', 'did you mean "active"?',
                 '"SRZ"', 'did you mean "SRS"?', 'unknown key "valeu"', 'did you mean "value"?', 'unknown signal "lo"',
                 'did you mean "low"?', "{membr}", 'did you mean "member"?', "|             ^~~~~"):
        check(line in ran.out, f"{line!r} is not in\n{ran.out}")
    faults = box.run("rupturectl", "--json", "lint", ROOT / "rules", path).json()
    check({"file", "line", "column", "severity", "code", "message", "hint"} == set(faults[0]), str(faults[0]))
    check({fault["line"] for fault in faults} >= {5, 9, 10, 11}, str(faults))


def test_lint_of_a_file_alone_says_what_it_lacks(box):
    path = box.rules(TYPOS.replace("activ\n", "active\n"))
    ran = box.run("rupturectl", "lint", path)
    check(ran.code == FOUND and "give the file of instruments too" in ran.out, ran.out)


def test_lint_without_a_path_takes_the_configured_rules(box):
    set_up(box)
    check("1 rules" in box.ctl("lint", expect=FINE).out, "not the configured rules")
    box.rules(TYPOS)
    box.ctl("lint", expect=FOUND)


def test_lint_of_what_is_no_rule_file_is_wrong_use(box):
    for path in (box.dir / "nowhere", ROOT / "README.md", box.dir / "told"):
        ran = box.run("rupturectl", "lint", path)
        check(ran.code == WRONG and ran.err and not ran.out, f"{path}: {ran.code} {ran.out}")


# ---- explain


def explained(box, *args):
    return [json.loads(line) for line in box.ctl("--json", "explain", *args, expect=FINE).out.splitlines()]


def test_explain_of_files_keeps_its_contract(box):
    box.config()
    files = sorted(FAMILY.glob("session-*.json"))
    records = explained(box, *files)
    check([r["record"] for r in records] == [f"synthetic-family-{n:02}" for n in range(1, 11)], "not one object a record")
    for r in records:
        check({"record", "signals", "verdicts", "alerts"} <= set(r) and "hits" not in r, str(set(r)))
        for s in r["signals"]:
            check({"rule", "signal", "member", "other", "value", "threshold", "truth", "evidence"} <= set(s), str(s))
            check(s["truth"] in ("true", "false", "no_data") and s["threshold"], str(s))
        for v in r["verdicts"]:
            check({"rule", "member", "truth", "severity"} <= set(v), str(v))
            check((v["severity"] is not None) == (v["truth"] == "true"), str(v))
    attacks = next(s for s in records[4]["signals"] if (s["rule"], s["signal"], s["member"]) ==
                   ("hostility.therapist", "attacks", "m2"))
    turns = family()[5]["turns"]
    check(attacks["value"] == 3 and len(attacks["evidence"]) == 3, str(attacks))
    check(all(turns[n]["who"] == "m2" for n in attacks["evidence"]), f"not the turns of m2, counted from 0: {attacks}")
    check([a["state"] for a in records[4]["alerts"] if a["rule"] == "hostility.therapist"] == ["open"], str(records[4]["alerts"]))
    alone = explained(box, files[4])[0]
    check(not any(v["rule"] == "drops.alliance" and v["truth"] == "true" for v in alone["verdicts"]),
          "a record alone is a first session: nothing to fall from")


def test_explain_hits_names_every_match_and_its_context(box):
    box.config()
    turns = [{"who": "m1", "to": "t1", "text": "I hate you."}, {"who": "m1", "to": "t1", "text": "I don't hate you."}]
    path = box.dir / "hits.json"
    path.write_text(json.dumps(box.record(turns=turns)))
    hits = explained(box, "--hits", path)[0]["hits"]
    check(hits, "no hit")
    for hit in hits:
        check(set(hit) == {"turn", "lexicon", "entry", "weight", "from", "to", "unless"}, str(hit))
    found = {(hit["turn"], hit["unless"] is None) for hit in hits if hit["lexicon"] == "hostility"}
    check((0, True) in found and (1, True) not in found, f"{hits}")
    words = box.ctl("explain", "--hits", path, expect=FINE).out
    check("turn 0 (m1 to t1): hostility" in words, words)
    check("hate" not in words, "a phrase of the session is shown")


def test_explain_turns_tells_whom_each_was_said_to_and_no_word(box):
    box.config()
    people = [{"id": "t1", "role": "therapist"}, {"id": "m1", "role": "client"}]
    record = box.record(participants=people, attendance=..., turns=[{"who": "m1", "to": "t1", "text": "zebra one"},
                                                                    {"who": "t1", "text": "zebra"}])
    path = box.dir / "turns.json"
    path.write_text(json.dumps(record))
    answer = explained(box, "--turns", path)[0]
    check("hits" not in answer, "hits were not asked for")
    check(answer["turns"] == [
        {"turn": 0, "from": "m1", "to": "t1", "inferred": False, "words": 2},
        {"turn": 1, "from": "t1", "to": "m1", "inferred": False, "words": 1}], str(answer["turns"]))
    words = box.ctl("explain", "--turns", path, expect=FINE).out
    check("turn 0 (m1 to t1): 2 words" in words and "zebra" not in words, words)


def test_explain_shows_each_alert_by_its_id(box):
    live(box, family())
    time_passes(box, "2026-03-30T17:00:00Z")
    alerts = {a["rule"]: a for a in box.ctl("--json", "alerts", expect=FINE).lines()}
    words = box.ctl("explain", alerts["siding.therapist"]["alert"], expect=FINE).out
    for part in ("session 8, 2026-02-23", "warning  siding.therapist (m1 and m2)", "10 of 11, 90.91%; asks for share at least 70%; turns 2, 4,",
                 "-6, that is -1.5 pooled sd", "-> open:", "-> unrepaired:", "-> dropped_out on 2026-03-30:"):
        check(part in words, f"{part!r} is not in\n{words}")
    check("drops." not in words and "session 1," not in words, f"more than the alert:\n{words}")
    words = box.ctl("explain", alerts["drops.silent"]["alert"], expect=FINE).out
    check("21 days; asks for longer than 2x own interval, 21 days" in words, words)
    token = alerts["drops.silent"]["case"]
    sessions = [line for line in explained(box, token) if "session" in line]
    check(len(sessions) == 10 and sessions[0]["case"] == token, "not every session of the case")
    check(explained(box, "synthetic-family")[:10] == sessions, "the clinic's own id shows something else")
    check("synthetic" not in json.dumps(sessions), "the clinic's own id is shown")


def test_explain_of_nothing_known_is_wrong_use(box):
    set_up(box)
    box.start()
    ran = box.ctl("explain", "nothing", expect=WRONG)
    check("no file, no case, no record and no alert" in ran.err, ran.err)
    bad = box.dir / "bad.json"
    bad.write_text(json.dumps(fires(box, minutes="fifty")))
    ran = box.ctl("explain", bad, expect=WRONG)
    check("minutes: expected a number" in ran.err and "fifty" not in ran.err, ran.err)
    box.ctl("explain", expect=WRONG)
    ran = box.ctl("explain", box.dir / "gone.json", expect=WRONG)
    check("gone.json: No such file" in ran.err, ran.err)


# ---- alerts and what people do


def test_alerts_lists_what_is_open_in_tokens(box):
    set_up(box)
    box.start()
    check("No open alerts" in box.ctl("alerts", expect=FINE).out, "not said in words")
    box.drop(fires(box, case="CLINICS-OWN"))
    told = box.wait_told()[0]
    words = box.ctl("alerts", expect=FINE).out
    check(told["alert"] in words and "test.low" in words and told["case"] in words, words)
    check("CLINICS-OWN" not in words, "the clinic's own id without --reveal")
    before = audited(box)
    check("[CLINICS-OWN]" in box.ctl("alerts", "--reveal", expect=FINE).out, "--reveal does not show the clinic's own id")
    check(audited(box) == before + 1, "nobody wrote down who saw the clinic's own id")
    alert = box.ctl("--json", "alerts", expect=FINE).lines()[0]
    check((alert["alert"], alert["state"], alert["told"], alert["announcements"]) == (told["alert"], "open", "open", 1), str(alert))
    check("clinic_case" not in alert, str(alert))


def test_an_alert_of_a_rule_under_test_says_so(box):
    box.config()
    box.start()
    box.drop(json.loads((FAMILY / "session-01.json").read_text()))
    box.wait_processed(1)
    words = box.ctl("alerts", expect=FINE).out
    check("drops.low" in words and "never told: rule under test" in words, words)


def test_ack_marks_an_alert_once(box):
    set_up(box)
    box.start()
    box.drop(fires(box))
    alert = box.wait_told()[0]["alert"]
    check(f"alert {alert} acknowledged" in box.ctl("ack", alert, "I", "call", "them", expect=FINE).out, "no answer")
    check("already acknowledged" in box.ctl("ack", alert, expect=FINE).out, "acknowledged twice")
    check(box.ctl("--json", "alerts").lines()[0]["acknowledged_by"].startswith("uid "), "not marked")
    check(re.search(r"acknowledged \S+ by uid", box.ctl("alerts").out), "not shown")
    ran = box.ctl("ack", "0000000000000000", expect=WRONG)
    check("no alert has this id" in ran.err, ran.err)
    who = box.rows("SELECT who FROM audit WHERE what = 'ack' AND about = ?", f"{alert}: I call them")
    check(who and who[0][0].startswith("uid "), f"not in the audit: {who}")


def test_case_close_ends_its_alerts_without_a_message(box):
    set_up(box)
    box.start()
    box.drop(fires(box))
    case = box.wait_told()[0]["case"]
    box.ctl("case", "close", case, "finished", expect=FINE)
    check(box.ctl("--json", "alerts", expect=FINE).lines() == [], "still open")
    check(box.ctl("--json", "alerts", "--all").lines()[0]["state"] == "closed", "not closed")
    box.drop(quiet(box, case="K9"))
    box.wait_processed(2)
    check(len(box.told()) == 1, f"closing was announced: {box.told()[1:]}")
    check("already" in box.ctl("case", "close", "K1", expect=FINE).out, "the clinic's own id is not known")
    check("no case" in box.ctl("case", "close", "nobody", expect=WRONG).err, "a case that is not there")


def test_without_an_engine_an_act_waits(box):
    set_up(box)
    box.start()
    box.drop(fires(box))
    alert = box.wait_told()[0]["alert"]
    for program in box.programs:
        program.stop()
    check("NOT RUNNING" in box.ctl("status", expect=FINE).out, "status does not say that nobody works")
    ran = box.ctl("ack", alert, expect=AGAIN)
    check("no answer yet" in ran.err, ran.err)
    box.start()
    box.wait(lambda: box.ctl("--json", "alerts").lines()[0]["acknowledged_by"], "the acknowledgement")


# ---- status, audit


def test_status_counts_what_was_done(box):
    set_up(box)
    engine = box.start()
    box.drop(fires(box))
    box.drop(quiet(box))
    box.drop(b'{"half', name="bad.json")
    bad = box.spool / "incoming" / "bad.json"
    box.wait_told()
    box.wait_processed(2)
    words = box.ctl("status", expect=FINE).out
    for part in ("running since", f"(pid {engine.pid})", "1 waiting", "cases 2, sessions 2, records 2", "1 open of 1"):
        check(part in words, f"{part!r} is not in\n{words}")
    status = box.ctl("--json", "status", expect=FINE).json()
    check(status["running"] and status["records"] == 2 and status["rules"] == "ok", str(status))
    check("incoming/bad.json" in box.ctl("status", "--files", expect=FINE).out, "the file is not listed")
    check("bad.json" not in words, "a file's name without --files")
    bad.unlink()


def test_status_says_that_the_rules_were_refused(box):
    set_up(box)
    engine = box.start()
    box.rules(TYPOS)
    # Each try is told to the service manager, whose socket holds few messages: notified() takes them out.
    box.wait(lambda: engine.notified() and box.ctl("status").code == FOUND, "the end of patience", 20, engine.err)
    words = box.ctl("status", expect=FOUND).out
    check("REFUSED" in words and "last good" in words and "activ" in words, words)


def test_audit_verify_finds_a_changed_entry(box):
    set_up(box)
    engine = box.start()
    box.drop(fires(box))
    alert = box.wait_told()[0]["alert"]
    box.ctl("ack", alert, "seen", expect=FINE)
    box.ctl("case", "close", "K1", expect=FINE)
    check("whole" in box.ctl("audit", "--verify", expect=FINE).out, "not whole")
    engine.stop()
    with sqlite3.connect(box.store) as connection:
        connection.execute("DROP TRIGGER audit_is_not_changed")
        connection.execute("UPDATE audit SET who = 'nobody' WHERE row = 1")
    check("breaks at entry 1" in box.ctl("audit", "--verify", expect=FOUND).out, "a changed entry is not seen")
    box.ctl("audit", expect=WRONG)


# ---- using it wrongly


def test_help_is_help_and_does_nothing(box):
    set_up(box)
    box.start()
    for command in ("lint", "explain", "alerts", "status", "ack", "case", "audit"):
        ran = box.ctl(command, "--help", expect=FINE)
        check(ran.out.startswith("usage: rupturectl") and command in ran.out, ran.out)
    for words in (("ack",), ("ack", "--quick"), ("case",), ("case", "close"), ("case", "open", "x"), ("alerts", "now"),
                  ("explain", "--why"), ("bogus",), ()):
        ran = box.ctl(*words, expect=WRONG)
        check("usage" in ran.err or "--help" in ran.err, f"{words}: {ran.err}")
    check('did you mean "alerts"?' in box.ctl("alert", expect=WRONG).err, "no suggestion")
    check(not list((box.spool / "answers").iterdir()), "something was sent to the engine")


def test_without_a_store_it_says_what_to_look_at(box):
    set_up(box)
    for words in (("alerts",), ("status",), ("audit", "--verify"), ("explain", "K1")):
        ran = box.ctl(*words, expect=WRONG)
        check("has the engine run" in ran.err, f"{words}: {ran.err}")


def test_an_answer_that_cannot_be_written_is_no_success(box):
    live(box, family())
    full = open("/dev/full", "w")
    for words in (["alerts"], ["explain", "--all", "synthetic-family"], ["test", "--from-case", "synthetic-family"]):
        ran = subprocess.run([box.program("rupturectl"), "-c", box.config_path, *words], env=box.env, stdout=full, stderr=subprocess.PIPE)
        check(ran.returncode == AGAIN and b"not everything could be written" in ran.stderr, f"{words}: {ran.returncode} {ran.stderr}")
