"""What is measured, one function each: it gets the corpora it names and gives back sections."""
from collections import Counter
from dataclasses import replace

import baselines
import scores
import series
import table
import words
from corpus import weights
from evaluator import RANKS
from lexicons import asked_for
from sections import Row, Section

RESISTS = ("refusal", "denial", "disagreement", "complaint", "hopeless")


# ---- turn by turn

def units_of(pairs, lexicons, label, least, by_turn):
    """(tp, fp, fn) of each dialogue, or of each turn; found is a turn whose phrases weigh `least` together, 0: any."""
    units = []
    for dialogue, judged in pairs:
        found = weights(judged, lexicons)
        turns = [i for i, labels in enumerate(dialogue.labels) if labels is not None]
        predicted = [i in found and found[i] >= least for i in turns]
        right = [label in dialogue.labels[i] for i in turns]
        if by_turn:
            units += [(int(p and r), int(p and not r), int(r and not p)) for p, r in zip(predicted, right, strict=True)]
        else:
            units.append(scores.count(predicted, right))
    return units


def heard_elsewhere(pairs, lexicons, by_turn):
    """The same without the phrases that are found in one dialogue (or turn) only: what is likely to carry over."""
    places = {}
    for number, (_, judged) in enumerate(pairs):
        for hit in judged.hits:
            if hit["unless"] is None and hit["lexicon"] in lexicons:
                place = (number, hit["turn"]) if by_turn else number
                places.setdefault((hit["lexicon"], hit["entry"]), set()).add(place)
    common = {entry for entry, where in places.items() if len(where) > 1}
    return [(dialogue, replace(judged, hits=[hit for hit in judged.hits if (hit["lexicon"], hit["entry"]) in common]))
            for dialogue, judged in pairs]


def classified(what, units, **more):
    return Row(what, scores.total(units), scores.interval(units, scores.f1), **more)


def aimed(row, p, r):
    row.target = f"P {p:.2f} R {r:.2f}".replace("0.", ".")
    row.reached = scores.precision(row.counts) >= p and scores.recall(row.counts) >= r
    return row


def turn_rows(corpus, lexicons, label, by_turn):
    """Any phrase, the heavier ones, and any in speech as it is recognised.  *: what rules listen to."""
    asked = set().union(*(asked_for(corpus.tool.rules, lexicon) for lexicon in lexicons))
    rows = []
    for least in sorted({0, 2, 3} | asked):
        what = f"phrases that weigh {least:g} or more" if least else "any phrase"
        units = units_of(corpus.judged, lexicons, label, least, by_turn)
        rows.append(classified(what + " *" * (least in asked), units))
    bare = units_of(corpus.judged_as_recognised, lexicons, label, 0, by_turn)
    common = heard_elsewhere(corpus.judged, lexicons, by_turn)
    rows.insert(1, classified("any that is heard elsewhere too", units_of(common, lexicons, label, 0, by_turn)))
    rows.insert(1, classified("any, without case, marks, apostrophes", bare))
    return rows


def has_label(corpus, label):
    return any(labels and label in labels for dialogue in corpus.dialogues for labels in dialogue.labels)


def n_labels(corpus, label):
    return sum(bool(labels) and label in labels for dialogue, _ in corpus.judged for labels in dialogue.labels)


def n_turns(corpus):
    return sum(labels is not None for dialogue, _ in corpus.judged for labels in dialogue.labels)


def stand_in_for_disagreement(corpus):
    section = Section("disagreement, a stand-in", f"goemotions: {n_labels(corpus, 'disapproval'):,} of "
                      f"{n_turns(corpus):,} comments are labelled disapproval; by comment")
    section.rows = turn_rows(corpus, ("disagreement",), "disapproval", True)
    section.rows.append(baselines.plain(corpus, "disapproval", "regular expression", words.DISAGREES.search, True))
    section.rows += baselines.learned(corpus, "disapproval", True)
    return section


def disagreement(mrda, goemotions):
    section = Section("disagreement", f"mrda: {len(mrda.judged)} meetings, {n_turns(mrda):,} turns, "
                      f"{n_labels(mrda, 'disagrees'):,} of them disagree; by meeting")
    if not has_label(mrda, "disagrees"):
        section.about = f"mrda: {len(mrda.judged)} meetings, {n_turns(mrda):,} turns"
        section.rows = [Row("cannot be measured", text="no turn of this copy is tagged ar, arp or nd", target="P .45 R .30",
                            reached=False, headline="disagreement, turns of meetings", beside="quoted: F1 .50")]
        return [section, stand_in_for_disagreement(goemotions)]
    section.rows = turn_rows(mrda, ("disagreement",), "disagrees", False)
    section.rows.append(baselines.plain(mrda, "disagrees", "regular expression", words.DISAGREES.search, False))
    section.rows += baselines.learned(mrda, "disagrees", False)
    headline(section, "disagreement, turns of meetings", .45, .30)
    return [section]


def headline(section, name, p, r):
    """The first row against the target and the best of the baselines."""
    row = aimed(section.rows[0], p, r)
    best = max((other for other in section.rows if not other.ours), key=lambda other: scores.f1(other.counts))
    row.headline = name
    row.beside = f"{best.what.split()[-1]} F1 {scores.f1(best.counts):.2f}".replace("0.", ".")


def hostility(goemotions):
    section = Section("hostility", f"goemotions: {n_labels(goemotions, 'hostile'):,} of {n_turns(goemotions):,} comments "
                      "labelled anger, annoyance, disgust; by comment")
    section.rows = turn_rows(goemotions, ("hostility",), "hostile", True)
    both = units_of(goemotions.judged, ("hostility", "blame"), "hostile", 0, True)
    section.rows.append(classified("any phrase, also of blame", both))
    section.rows.append(baselines.plain(goemotions, "hostile", "swear words", words.PROFANE.search, True))
    section.rows.append(baselines.plain(goemotions, "hostile", "more bad words than good", words.is_negative, True))
    section.rows += baselines.learned(goemotions, "hostile", True)
    headline(section, "hostility, comments", .60, .30)
    return [section]


def resistance(mibot):
    section = Section("resistance", f"mibot: {len(mibot.judged)} sessions, {n_labels(mibot, 'S'):,} of "
                      f"{n_turns(mibot):,} client turns are sustain talk; by session")
    section.rows = turn_rows(mibot, RESISTS, "S", False)
    for lexicon in RESISTS:
        units = units_of(mibot.judged, (lexicon,), "S", 0, False)
        section.rows.append(classified(f"  {lexicon} alone", units))
    section.rows.append(baselines.plain(mibot, "S", "a negation", words.NEGATES.search, False))
    section.rows += baselines.learned(mibot, "S", False)
    headline(section, "resistance, client turns", .40, .20)
    return [section]


def told(judged):
    """By turn: to whom, or None.  Without --turns only turns with a hit are known."""
    return {one["turn"]: one["to"] for one in judged.turns or judged.hits}


def spoke_last(dialogue):
    """By turn: whoever else spoke last."""
    found, last, other = {}, None, None
    for i, turn in enumerate(dialogue.record["turns"]):
        if turn["who"] != last:
            last, other = turn["who"], last
        found[i] = other
    return found


def addressee_units(mrda, says, part):
    """(right, committed, annotated) of each meeting, of the turns in this part of it: from, to, as shares."""
    units = []
    for dialogue, judged in mrda.judged:
        to, n = says(dialogue, judged), len(dialogue.to)
        pairs = [(to[i], right) for i, right in enumerate(dialogue.to)
                 if right and i in to and part[0] * n <= i < part[1] * n]
        units.append((sum(a == b for a, b in pairs), sum(a is not None for a, _ in pairs), len(pairs)))
    return units


def addressee(mrda):
    """In the copy at hand agreement with anything grows from the first tenth of a meeting to the last: see docs/QUALITY.md."""
    says = {"right where it commits": lambda dialogue, judged: told(judged),
            "baseline: whoever else spoke last": lambda dialogue, judged: spoke_last(dialogue)}
    section = Section("addressee", f"mrda: {sum(to is not None for dialogue, _ in mrda.judged for to in dialogue.to):,} "
                      "turns with an annotated addressee; by meeting", columns="values")
    for name, part in (("all turns", (0, 1)), ("the first tenth of each meeting", (0, .1)),
                       ("the last tenth of each meeting", (.9, 1))):
        section.rows.append(Row(f"{name}:"))
        for what, by in says.items():
            units = addressee_units(mrda, by, part)
            section.rows.append(Row(f"  {what}", value=scores.share(scores.total(units)), ours="baseline" not in what,
                                    interval=scores.interval(units, scores.share)))
        units = addressee_units(mrda, says["right where it commits"], part)
        section.rows.append(Row("  commits", value=scores.ratio(*scores.total(units)[1:]),
                                interval=scores.interval(units, lambda counts: scores.ratio(counts[1], counts[2]))))
    for at, name in ((1, "addressee, where it commits"), (9, "addressee, last tenth")):
        row, before = section.rows[at], section.rows[at + 1]
        row.target, row.reached, row.headline = "75 %", row.value >= .75, name
        row.beside = f"last speaker {table.percent(before.value)}"
    return [section]


# ---- session by session

def opened(judged, least="notice"):
    """Alerts at `least` or above that begin."""
    return [alert for alert in judged.alerts if alert["state"] == "open" and RANKS[alert["severity"]] >= RANKS[least]]


def share_row(what, flags, **more):
    flags = list(flags)
    return Row(what, value=scores.ratio(sum(map(bool, flags)), len(flags)), interval=scores.share_interval(flags), **more)


def per_100_words(dialogue, count):
    """Of the client's words."""
    said = [turn["text"] for turn, labels in zip(dialogue.record["turns"], dialogue.labels, strict=True)
            if labels is not None]
    return 100 * sum(map(count, said)) / max(1, sum(len(words.tokens(text)) for text in said))


def resisting_turns(dialogue, judged):
    """% of the client's turns."""
    turns = [i for i, labels in enumerate(dialogue.labels) if labels is not None]
    found = weights(judged, RESISTS)
    return 100 * sum(i in found for i in turns) / max(1, len(turns))


def auc_row(what, bad, good, ours):
    return Row(what, value=scores.auc(bad, good), interval=scores.interval_of_two(bad, good, scores.auc), unit="",
               ours=ours)


def by_rule(groups):
    """Which rules alert in how many of the sessions; groups: pairs by name."""
    counts = {name: Counter(rule for _, judged in pairs for rule in {alert["rule"] for alert in opened(judged)})
              for name, pairs in groups.items()}
    return [Row(f"  {rule}:", text=", ".join(f"{counts[name][rule]} of {len(pairs):,} {name}"
                                             for name, pairs in groups.items()))
            for rule in sorted(set().union(*counts.values()))]


def against(pairs, name, is_bad):
    """How often bad and other sessions are alerted, and what single numbers tell them apart."""
    bad = [pair for pair in pairs if is_bad(pair[0])]
    good = [pair for pair in pairs if not is_bad(pair[0])]
    if not bad or not good:
        return [Row(f"{name}: none in this half", text="-")]
    flags = [[int(bool(opened(judged))) for _, judged in group] for group in (bad, good)]
    rows = [share_row(f"alerted: {name} ({len(bad)})", flags[0]), share_row(f"alerted: the others ({len(good)})", flags[1])]
    between = None if len(set(flags[0] + flags[1])) == 1 else \
        scores.interval_of_two(*flags, lambda b, g: sum(b) / len(b) - sum(g) / len(g))
    rows.append(Row("  difference", value=rows[0].value - rows[1].value, interval=between, target="above 0",
                    reached=between is not None and between[0] > 0, headline=f"turned away: {name}"))
    rows += by_rule({"of these": bad, "others": good})
    negation = [[per_100_words(dialogue, words.negations) for dialogue, _ in group] for group in (bad, good)]
    rates = [[resisting_turns(*pair) for pair in group] for group in (bad, good)]
    rows.append(auc_row("  AUC of our share of resisting turns", *rates, True))
    rows.append(auc_row("  baseline: AUC of negations per 100 words", *negation, False))
    rows[2].result = f"{100 * rows[0].value:.0f} % not {100 * rows[1].value:.0f} %"
    rows[2].beside = f"negation AUC {rows[-1].value:.2f}".replace("0.", ".")
    return rows


def turned_away(mibot):
    section = Section("client turned away", f"mibot: {len(mibot.judged)} sessions; alerted: a rule at notice or above",
                      columns="values")
    section.rows = (against(mibot.judged, "did not like it", lambda dialogue: dialogue.facts["disliked"])
                    + against(mibot.judged, "CARE at most 38", lambda dialogue: dialogue.facts["low_care"]))
    return [section]


def distress(counselchat):
    kinds = {kind: [(dialogue, judged) for dialogue, judged in counselchat.judged if dialogue.facts["kind"] == kind]
             for kind in ("post", "whole")}
    section = Section("false alarms on distress", f"counselchat: {len(kinds['post']):,} posts, alone and with their answer",
                      columns="values")
    for kind, what in (("post", "posts with an alert at notice or above"), ("whole", "posts and answers with one")):
        row = share_row(what, [bool(opened(judged)) for _, judged in kinds[kind]], target="at most 3 %")
        row.reached = row.value <= .03
        section.rows.append(row)
    posts = [dialogue.record["turns"][0]["text"] for dialogue, _ in kinds["post"]]
    lists = [share_row("baseline: a swear word", map(words.PROFANE.search, posts), ours=False),
             share_row("baseline: more bad words than good", map(words.is_negative, posts), ours=False)]
    section.rows[0].headline = "false alarms, posts in distress"
    section.rows[0].beside = f"bad words {100 * lists[1].value:.0f} %"
    section.rows += lists
    section.rows += by_rule({"posts": kinds["post"], "with their answer": kinds["whole"]})
    for lexicon in sorted({hit["lexicon"] for _, judged in kinds["post"] for hit in judged.hits}):
        section.rows.append(share_row(f"  posts with a phrase of {lexicon}",
                                      [bool(weights(judged, (lexicon,))) for _, judged in kinds["post"]]))
    return [section]


def benign(mrda, mibot):
    section = Section("alerts per benign session", "at notice or above; no target, fewer is better", columns="values")
    groups = (("meetings (mrda)", "meeting", [judged for _, judged in mrda.judged]),
              ("liked interviews (mibot)", "interview",
               [judged for dialogue, judged in mibot.judged if not dialogue.facts["disliked"]]))
    for what, short, judged in groups:
        numbers = [len(opened(one)) for one in judged]
        section.rows.append(Row(f"{len(judged)} {what}", value=scores.ratio(sum(numbers), len(judged)), unit="",
                                interval=scores.rate_interval(numbers), headline=f"alerts a benign {short}"))
        by_rule = Counter(alert["rule"] for one in judged for alert in opened(one))
        section.rows += [Row(f"  {rule}", value=many / len(judged), unit="") for rule, many in by_rule.most_common()]
    return [section]


# ---- simulated series

def simulated(tool, cases):
    """See series.py: assumptions, not people."""
    section = Section("simulated series of scores", f"a model of {cases} quiet cases and {cases} with a fall of 5 points",
                      columns="values")
    for lives, what in ((False, "alliance scores alone"), (True, "with outcome, homework, attendance")):
        found = series.measure(tool.program, tool.rules[0], cases, lives=lives)
        loud, caught = found["warning_sessions"] / 100, found["warning_caught"] / 100
        section.rows += [
            Row(f"{what}:"),
            Row("  quiet sessions at warning", value=loud, target="at most 5 %", reached=loud <= .05),
            Row("  quiet sessions at notice or above", value=found["notice_sessions"] / 100),
            Row("  falls of 5 points that reach warning", value=caught, target="at least 75 %", reached=caught >= .75),
            Row("  falls that reach notice", value=found["notice_caught"] / 100)]
    section.rows[1].headline, section.rows[3].headline = "quiet series at warning", "falls of 5 points at warning"
    section.rows[1].beside = "quoted: SRS<36 39 %"
    return [section]


# ---- how often each lexicon is heard

def frequency(mrda, goemotions, mibot, counselchat):
    corpora = (mrda, goemotions, mibot, counselchat)
    found = []
    for corpus in corpora:
        counts = Counter(hit["lexicon"] for dialogue, judged in corpus.judged for hit in judged.hits
                         if hit["unless"] is None and dialogue.labels[hit["turn"]] is not None)
        found.append({lexicon: 1000 * many / n_turns(corpus) for lexicon, many in counts.items()})
    section = Section("phrases per 1,000 turns", "of clients in mibot, of posts and answers in counselchat",
                      columns=[corpus.module.NAME for corpus in corpora])
    for lexicon in sorted(set().union(*found)):
        section.rows.append(Row(lexicon, text="".join(f"{rates.get(lexicon, 0):13.1f}" for rates in found)))
    return [section]


# What each needs: corpora by name, the tool, the number of cases.
MEASURES = {
    "disagreement": (disagreement, ("mrda", "goemotions")),
    "addressee": (addressee, ("mrda",)),
    "hostility": (hostility, ("goemotions",)),
    "resistance": (resistance, ("mibot",)),
    "turned_away": (turned_away, ("mibot",)),
    "distress": (distress, ("counselchat",)),
    "benign": (benign, ("mrda", "mibot")),
    "simulated": (simulated, ("tool", "cases")),
    "frequency": (frequency, ("mrda", "goemotions", "mibot", "counselchat")),
}
