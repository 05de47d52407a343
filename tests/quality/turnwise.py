"""Measures that look at single turns: is what the lexicons find what people labelled, and are the addressees right?"""
from dataclasses import replace

import baselines
import scores
import table
import words
from corpus import n_turns, weights
from lexicons import asked_for
from sections import Row, Section

RESISTS = ("refusal", "denial", "disagreement", "complaint", "hopeless")


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
        section.rows = [Row("cannot be measured", text="no turn of this copy is tagged ar, arp or nd", reached=False,
                            target="P .45 R .30", headline="disagreement, turns of meetings", beside="quoted: F1 .50")]
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
    section = Section("hostility", f"goemotions: {n_labels(goemotions, 'hostile'):,} of {n_turns(goemotions):,} "
                      "comments labelled anger, annoyance, disgust; by comment")
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
    """In the copy at hand the labels of the first tenth of a meeting are as good as chance: see docs/QUALITY.md."""
    says = {"right where it commits": lambda dialogue, judged: told(judged),
            "baseline: whoever else spoke last": lambda dialogue, judged: spoke_last(dialogue)}
    annotated = sum(to is not None for dialogue, _ in mrda.judged for to in dialogue.to)
    section = Section("addressee", columns="values",
                      about=f"mrda: {annotated:,} turns with an annotated addressee; by meeting")
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
