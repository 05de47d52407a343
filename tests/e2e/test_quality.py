"""The measuring of the rules (tests/quality): its arithmetic, how it reads the sets, and a run over made-up ones."""
import json
import math
import random
import re
import subprocess
import sys

from box import ROOT, check

QUALITY = ROOT / "tests" / "quality"
sys.path.insert(0, str(QUALITY))

import counselchat  # noqa: E402
import evaluator  # noqa: E402
import goemotions  # noqa: E402
import learners  # noqa: E402
import lexicons  # noqa: E402
import mibot  # noqa: E402
import mrda  # noqa: E402
import scores  # noqa: E402
import sessionwise  # noqa: E402
import sets  # noqa: E402
import turnwise  # noqa: E402


def near(value, expected, by=1e-9):
    check(value is not None and abs(value - expected) <= by, f"{value}, not {expected}")


# ---- arithmetic

def test_precision_recall_and_f1_are_those_of_the_textbook(box):
    counts = scores.count([1, 1, 1, 1, 0, 0, 0], [1, 1, 1, 0, 1, 1, 0])
    check(counts == (3, 1, 2), str(counts))
    near(scores.precision(counts), .75)
    near(scores.recall(counts), .6)
    near(scores.f1(counts), 2 / 3)
    check(math.isnan(scores.precision((0, 0, 5))) and scores.recall((0, 0, 5)) == 0, "nothing found has no precision")


def test_auc_counts_pairs_and_ties_by_half(box):
    near(scores.auc([3, 4], [1, 3]), 3.5 / 4)
    near(scores.auc([1, 2], [3, 4]), 0)
    near(scores.auc([5], [5]), .5)
    check(math.isnan(scores.auc([], [1])), "no bad ones")


def test_the_bootstrap_is_as_wide_as_theory_says_and_the_same_each_time(box):
    units = [(1, 1)] * 50 + [(0, 1)] * 50
    low, high = scores.interval(units, scores.share)
    near(low, .5 - 1.96 * .05, .015)
    near(high, .5 + 1.96 * .05, .015)
    check(scores.interval(units, scores.share) == (low, high), "another seed")
    check(scores.interval([], scores.share) is None, "of nothing")


def test_many_units_are_drawn_by_kind_with_the_same_spread(box):
    units = [(1, 0, 0)] * 1500 + [(0, 1, 0)] * 500 + [(0, 0, 0)] * 6000
    check(len(units) > scores.FEW_UNITS, "not many")
    low, high = scores.interval(units, scores.precision)
    spread = 1.96 * math.sqrt(.75 * .25 / 2000)
    near(low, .75 - spread, .004)
    near(high, .75 + spread, .004)


def test_dialogues_that_differ_make_a_wider_interval_than_their_turns(box):
    dialogues = [(20, 20), (0, 20)] * 10
    turns = [(1, 1)] * 200 + [(0, 1)] * 200
    widths = [high - low for low, high in (scores.interval(units, scores.share) for units in (dialogues, turns))]
    check(widths[0] > 3 * widths[1], str(widths))


def test_binomial_draws_have_their_mean_and_variance(box):
    for n, p in ((40, .1), (50, .9), (5000, .3), (100000, .0001)):
        chance = random.Random(7)
        drawn = [scores.binomial(chance, n, p) for _ in range(4000)]
        mean = sum(drawn) / len(drawn)
        variance = sum((value - mean) ** 2 for value in drawn) / len(drawn)
        near(mean, n * p, 5 * math.sqrt(n * p * (1 - p) / 4000))
        near(variance / (n * p * (1 - p)), 1, .12)


def test_a_share_or_a_rate_of_none_is_not_said_to_be_certain(box):
    low, high = scores.share_interval([False] * 63)
    check(low == 0, str(low))
    near(high, 1 - .025 ** (1 / 63))
    near(scores.share_interval([True] * 10)[0], .025 ** .1)
    near(scores.rate_interval([0] * 63)[1], 3.689 / 63, .0001)
    low, high = scores.rate_interval([0, 2] * 50)
    near(low, 1 - 1.96 * .1, .03)
    near(high, 1 + 1.96 * .1, .03)


def test_the_learners_learn_what_can_be_learned(box):
    chance = random.Random(3)
    examples = [(learners.features(f"{'bad' if right else 'good'} {chance.choice(['day', 'week', 'year'])}"), right)
                for right in (chance.random() < .3 for _ in range(300))]
    for learner in (learners.naive_bayes, learners.logistic_regression):
        says = learners.learn(learner, examples)
        check(all(says(found) == right for found, right in examples), learner.__name__)


# ---- reading

def test_meetings_are_read_without_their_addressees(box):
    path = box.dir / "two.jsonl"
    turns = [{"who": "a", "at": 1.0, "end": 2.0, "text": "no it is not", "da": "s^ar.%--", "to": "b"},
             {"who": "b", "at": 2.0, "end": 3.0, "text": "sharp", "da": "s^bar"},
             {"who": "a", "at": 3.0, "end": 4.0, "text": " ", "da": "nd"}]
    path.write_text(json.dumps({"id": "m1", "turns": turns}) + "\n")
    meeting, = mrda.dialogues([path])
    check(meeting.labels == [{"disagrees"}, set()] and meeting.to == ["b", None], f"{meeting.labels} {meeting.to}")
    check(meeting.record["turns"] == [{"who": "a", "at": 1.0, "end": 2.0, "text": "no it is not"},
                                      {"who": "b", "at": 2.0, "end": 3.0, "text": "sharp"}], "the turns")
    check([person["role"] for person in meeting.record["participants"]] == ["client", "client"], "the people")


def test_comments_are_single_client_turns_with_their_labels(box):
    path = box.dir / "two.tsv"
    path.write_text("anger,joy\tone\tmore\njoy\ttwo\n")
    turns = [(turn["text"], turn["who"], turn["to"], labels) for pack in goemotions.dialogues([path])
             for turn, labels in zip(pack.record["turns"], pack.labels)]
    check(sorted(turns, key=lambda turn: turn[0]) == [("one\tmore", "m1", "t1", {"anger", "joy", "hostile"}),
                                                      ("two", "m1", "t1", {"joy"})], str(turns))


def test_of_interviews_only_client_turns_are_judged(box):
    (box.dir / "records").mkdir()
    record = sets.record_of("r1", [("t1", "therapist"), ("m1", "client")],
                            [{"who": "t1", "text": "Why?"}, {"who": "m1", "text": "No."}])
    (box.dir / "records" / "r1.json").write_text(json.dumps(record))
    path = box.dir / "labels.jsonl"
    path.write_text(json.dumps({"record": "r1", "care_total": 38, "liked": "NO", "turn_labels": ["Q", "S"]}) + "\n")
    interview, = mibot.dialogues([path])
    check(interview.labels == [None, {"S"}], str(interview.labels))
    check(interview.facts == {"disliked": True, "low_care": True}, str(interview.facts))


def test_posts_are_read_alone_and_with_their_answer(box):
    path = box.dir / "one.jsonl"
    path.write_text(json.dumps({"id": "q", "turns": [{"role": "client", "text": "Help"},
                                                     {"role": "therapist", "text": "How?"}]}) + "\n")
    read = [(one.facts["kind"], [turn["who"] for turn in one.record["turns"]]) for one in counselchat.dialogues([path])]
    check(read == [("post", ["m1"]), ("whole", ["m1", "t1"])], str(read))


def test_recognised_speech_has_no_case_marks_or_apostrophes(box):
    check(sets.as_recognised("I don\u2019t\u2014well, I DON'T agree!") == "i dont well i dont agree",
          sets.as_recognised("I don\u2019t\u2014well, I DON'T agree!"))


def test_halves_are_about_halves_and_stay(box):
    halves = [sets.half_of(f"dialogue {i}") for i in range(1000)]
    check(400 < sum(halves) < 600, str(sum(halves)))
    check(halves[:6] == [sets.half_of(f"dialogue {i}") for i in range(6)], "they change")


# ---- counting

def heard(turn, weight, entry=0, unless=None, lexicon="disagreement"):
    return {"turn": turn, "lexicon": lexicon, "entry": entry, "weight": weight, "unless": unless, "to": None}


def judged(hits, alerts=()):
    return evaluator.Judged(hits, [], list(alerts))


def said(*labels, to=()):
    turns = [{"who": "ab"[i % 2], "text": "x"} for i in range(len(labels))]
    return sets.Dialogue("d", {"turns": turns}, list(labels), list(to))


def test_phrases_count_by_weight_unless_they_are_silenced_or_of_another_lexicon(box):
    pair = (said({"x"}, {"x"}, set(), None, {"x"}),
            judged([heard(0, 1), heard(0, 1), heard(1, 1), heard(2, 3), heard(3, 3), heard(4, 3, unless="negation"),
                    heard(4, 3, lexicon="blame")]))
    for least, counts in ((0, (2, 1, 1)), (2, (1, 1, 2)), (3, (0, 1, 3)), (4, (0, 0, 3))):
        units = turnwise.units_of([pair], ("disagreement",), "x", least, False)
        check(units == [counts], f"{least}: {units}")
        by_turn = turnwise.units_of([pair], ("disagreement",), "x", least, True)
        check(len(by_turn) == 4 and scores.total(by_turn) == counts, f"{least}: {by_turn}")


def test_a_phrase_of_one_dialogue_only_is_not_heard_elsewhere(box):
    pairs = [(said({"x"}, {"x"}), judged([heard(0, 1, entry=1), heard(1, 1, entry=2)])),
             (said({"x"}), judged([heard(0, 1, entry=2)])), (said({"x"}), judged([heard(0, 1, 1, unless="negation")]))]
    kept = turnwise.heard_elsewhere(pairs, ("disagreement",), False)
    common = [[hit["entry"] for hit in found.hits] for _, found in kept]
    check(common == [[2], [2], []], str(common))


def test_alerts_are_those_that_begin_at_notice_or_above(box):
    alerts = [{"rule": rule, "state": state, "severity": severity} for rule, state, severity in
              (("a", "open", "notice"), ("b", "open", "info"), ("c", "repaired", "warning"), ("d", "open", "critical"))]
    check([alert["rule"] for alert in sessionwise.opened(judged([], alerts))] == ["a", "d"], "which are told")


def test_an_addressee_is_right_wrong_or_left_open(box):
    dialogue = said(set(), set(), set(), set(), to=["b", None, "b", "b"])
    turns = [{"turn": i, "to": to} for i, to in enumerate(["b", "a", "a", None])]
    corpus = type("Corpus", (), {"judged": [(dialogue, evaluator.Judged([], turns, []))]})
    says = lambda dialogue, found: turnwise.told(found)  # noqa: E731
    units = turnwise.addressee_units(corpus, says, (0, 1))
    check(units == [(1, 2, 3)], str(units))
    check(turnwise.addressee_units(corpus, says, (.5, 1)) == [(0, 1, 2)], "the second half")
    check(turnwise.spoke_last(dialogue) == {0: None, 1: "a", 2: "b", 3: "a"}, str(turnwise.spoke_last(dialogue)))


def test_what_rules_listen_to_is_read_from_them(box):
    path = written(box.dir / "some.yaml", "a: {turns: {says: [hostility, blame], weight: at least 3}}\n"
                   "b: {turns: {says: disagreement}, count: at least 2}\n# c: {says: [blame]}\n"
                   "d:\n  says: [refusal]\n  weight: at least 2\n  after: {says: proposal, weight: at least 1}\n")
    asked = {"blame": {3}, "disagreement": {0}, "refusal": {2}, "proposal": {1}, "repair": set()}
    for lexicon, weights in asked.items():
        check(lexicons.asked_for([path], lexicon) == weights, f"{lexicon}: {lexicons.asked_for([path], lexicon)}")


def written(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


# ---- a run

DISAGREEMENT = """\
lexicon: disagreement
version: 1.0
language: en
entries:
  # the first
  - i disagree
  - {say: "far [too] much", weight: 2,
     unless: []}
  - {re: "over (rated|done)"}
"""
RULES = """\
version: 1
rules:
  - id: quality.disagreement
    title: Disagreement is voiced
    per: member
    severity: notice
    signals:
      said: {turns: {from: member, says: disagreement}, count: at least 2}
    when: said
    say: "check in with {member}"
    because: "a test"
"""


def own_rules(box):
    written(box.dir / "rules" / "disagreement.yaml", RULES)
    written(box.dir / "rules" / "lexicons" / "disagreement.yaml", DISAGREEMENT)
    return box.dir / "rules"


def meeting(name):
    said = [("a", "i disagree", "s^ar", "b"), ("b", "i disagree too", "s", "a"), ("a", "that is wrong", "s^nd", None),
            ("c", "okay", "s^aa", None)]
    turns = [{"who": who, "at": float(i), "end": i + .5, "text": text, "da": da} | ({"to": to} if to else {})
             for i, (who, text, da, to) in enumerate(said)]
    return json.dumps({"id": name, "turns": turns})


def own_data(box):
    data = box.dir / "data"
    written(data / "mrda" / "tune.jsonl", f"{meeting('m1')}\n{meeting('m2')}\n")
    written(data / "goemotions" / "tune.tsv", "anger\tyou idiot\nneutral\thello there\nannoyance\tfar too much\n")
    people = [("t1", "therapist"), ("m1", "client")]
    rows = []
    for name, liked, text in (("r1", "NO", "I disagree!"), ("r2", "YES", "Thank you.")):
        said = [{"who": "t1", "to": "m1", "text": "And now?"}] + 2 * [{"who": "m1", "to": "t1", "text": text}]
        written(data / "mibot" / "records" / f"{name}.json", json.dumps(sets.record_of(name, people, said)))
        rows.append({"record": name, "care_total": 20 if liked == "NO" else 50, "liked": liked,
                     "turn_labels": ["Q"] + 2 * ["S" if liked == "NO" else "N"]})
    written(data / "mibot" / "labels.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    answer = {"role": "therapist", "text": "Well."}
    posts = [json.dumps({"id": name, "turns": [{"role": "client", "text": text}, answer]})
             for name, text in (("p1", "I am sad and alone."), ("p2", "I am happy."))]
    written(data / "counselchat" / "tune.jsonl", "\n".join(posts) + "\n")
    return data


def run(box, *args, data=None):
    argv = [sys.executable, QUALITY / "run.py", "--bin", box.bin, "--rules", own_rules(box),
            "--cache", box.dir / "cache", "--cases", "3", "--data", data or own_data(box), *args]
    return subprocess.run(list(map(str, argv)), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=box.env,
                          timeout=50 * box.slow)


def line(out, words):
    found = [one for one in out.splitlines() if words in one]
    check(found, f"no line has \"{words}\":\n{out}")
    return found[0]


def test_a_run_counts_right(box):
    ran = run(box)
    check(ran.returncode == 0, ran.stdout + ran.stderr)
    check("P .50 R .50 F1 .50" in line(ran.stdout, "disagreement, turns of meetings"), ran.stdout)
    check(line(ran.stdout, "disagreement, turns of").startswith("yes"), "the target is .45 and .30")
    check("P 1.00 R 1.00" in line(ran.stdout, "resistance, client turns"), ran.stdout)
    check("P - R .00" in line(ran.stdout, "hostility, comments"), ran.stdout)
    check("100.0 %" in line(ran.stdout, "alerted: did not like it (1)"), ran.stdout)
    check(" 0.0 %" in line(ran.stdout, "alerted: the others (1)"), ran.stdout)
    distress = ran.stdout.partition("FALSE ALARMS ON DISTRESS")[2]
    check(" 50.0 %" in line(distress, "baseline: more bad words than good"), distress)
    check(max(map(len, ran.stdout.splitlines())) <= 100, "wider than 100 columns")


def test_a_copy_without_the_tags_is_not_counted_as_zero(box):
    data = own_data(box)
    path = data / "mrda" / "tune.jsonl"
    path.write_text(re.sub(r"s\^\w+", "s", path.read_text()))
    ran = run(box, "--only", "disagreement", data=data)
    check("cannot be measured" in line(ran.stdout, "disagreement, turns of"), ran.stdout)
    check(line(ran.stdout, "disagreement, turns of").startswith("NO"), "not measured is not reached")


def test_each_phrase_of_a_lexicon_is_counted_under_its_own_words(box):
    ran = run(box, "--entries", "disagreement", "--show", "5")
    check(ran.returncode == 0, ran.stderr)
    check(re.search(r"^ +0 +1 +2/4 +50 .*  i disagree$", ran.stdout, re.M), ran.stdout)
    check(re.search(r"^ +1 +2 .*  far \[too\] much$", ran.stdout, re.M), ran.stdout)
    check("mrda        +   0  i disagree" in ran.stdout, ran.stdout)
    check("mrda        -   0  i disagree too" in ran.stdout, ran.stdout)
    check([lexicons.phrase(entry) for entry in lexicons.entries_of(DISAGREEMENT)]
          == ["i disagree", "far [too] much", "over (rated|done)"], str(lexicons.entries_of(DISAGREEMENT)))


def test_the_shipped_lexicons_are_read_entry_by_entry(box):
    names = lexicons.lexicons([ROOT / "rules"])
    files = sorted((ROOT / "rules" / "lexicons").glob("*.yaml"))
    check(len(names) == len(files), f"{sorted(names)}")
    for path in files:
        entries = lexicons.entries_of(path.read_text())
        listed = re.findall(r"^ *- ", path.read_text().partition("\nentries:\n")[2], re.M)
        check(len(entries) == len(listed) > 0, f"{path.name}: {len(entries)} of {len(listed)}")
        check(all(lexicons.phrase(entry) for entry in entries), path.name)


def test_without_data_it_says_what_is_missing_and_whose_it_is(box):
    ran = run(box, data=box.dir)
    check(ran.returncode == 2 and not ran.stdout, f"{ran.returncode} {ran.stdout}")
    for words in ("mrda/*.jsonl", "NathanDuran/MRDA-Corpus", "GoEmotions", "Apache-2.0", "zaffnet/MIBOT_ACL2025",
                  "CC BY-SA 4.0", "CounselChat", "MIT"):
        check(words in ran.stderr, f"{words}: {ran.stderr}")


def gate(box, tree):
    return subprocess.run([ROOT / "scripts" / "gates" / "quality", tree], stdout=subprocess.PIPE, text=True,
                          env={**box.env, "O": str(box.bin)}, cwd=ROOT)


def test_what_is_printed_goes_into_the_page_and_the_gate_sees_when_the_rules_have_changed(box):
    page = written(box.dir / "docs" / "QUALITY.md", "before\n<!-- measured -->\nold\n<!-- end of measured -->\nafter\n")
    ran = run(box, "--write", page)
    check(ran.returncode == 0, ran.stderr)
    text = page.read_text()
    check(text.startswith("before\n") and text.endswith("after\n") and "old" not in text, text)
    check(f"```text\n{ran.stdout}```" in text, text)
    check(gate(box, box.dir).returncode == 0, gate(box, box.dir).stdout)
    written(box.dir / "rules" / "disagreement.yaml", RULES.replace("at least 2", "at least 3"))
    refused = gate(box, box.dir)
    check(refused.returncode == 1 and "make quality WRITE=1" in refused.stdout, refused.stdout)
