"""What is measured, one function each: it gets the corpora and gives back sections for table.py."""
from collections import Counter
from dataclasses import dataclass, field

import scores
from corpus import weights
from evaluator import RANKS

RESISTS = ("refusal", "denial", "disagreement", "complaint", "hopeless")


@dataclass
class Row:
    """`counts` (tp, fp, fn) and the interval of F1; or `shares`, (name, value, interval) each; or `quoted` words."""
    what: str
    counts: tuple = None
    interval: tuple = None
    value: float = None
    text: str = ""
    ours: bool = True
    target: str = ""
    reached: bool = None


@dataclass
class Section:
    title: str
    about: str
    rows: list = field(default_factory=list)
    kind: str = "classes"  # or "values"


def units_of(pairs, lexicons, label, least, by_turn):
    """(tp, fp, fn) of each dialogue, or of each turn."""
    units = []
    for dialogue, judged in pairs:
        found = weights(judged, lexicons)
        turns = [i for i, labels in enumerate(dialogue.labels) if labels is not None]
        predicted = [found.get(i, 0) >= least for i in turns]
        right = [label in dialogue.labels[i] for i in turns]
        if by_turn:
            units += [(int(p and r), int(p and not r), int(r and not p)) for p, r in zip(predicted, right)]
        else:
            units.append(scores.count(predicted, right))
    return units


def classified(what, units, **more):
    return Row(what, scores.total(units), scores.interval(units, scores.f1), **more)


def reaches(row, p, r):
    row.target = f"P >= {p:.2f}, R >= {r:.2f}".replace("0.", ".")
    row.reached = scores.precision(row.counts) >= p and scores.recall(row.counts) >= r
    return row


def turn_rows(corpus, lexicons, label, p, r, by_turn=False):
    """The lexicons as they are, their clearer phrases only, and the same of speech as it is recognised."""
    rows = []
    for least in (1, 2, 3):
        what = "any hit that counts" if least == 1 else f"weights of at least {least}"
        rows.append(reaches(classified(what, units_of(corpus.judged, lexicons, label, least, by_turn)), p, r))
    units = units_of(corpus.judged_as_recognised, lexicons, label, 1, by_turn)
    rows.append(classified("any hit, no case, marks, apostrophes", units))
    return rows


def has_label(corpus, label):
    return any(labels and label in labels for dialogue, _ in corpus.judged for labels in dialogue.labels)


def n_labels(corpus, label):
    return sum(bool(labels) and label in labels for dialogue, _ in corpus.judged for labels in dialogue.labels)


def n_turns(corpus):
    return sum(labels is not None for dialogue, _ in corpus.judged for labels in dialogue.labels)


def disagreement(corpora):
    mrda = corpora["mrda"]
    section = Section("disagreement", f"mrda: {len(mrda.judged)} meetings, {n_turns(mrda):,} turns, "
                      f"{n_labels(mrda, 'disagrees'):,} of them disagree; by meeting")
    if has_label(mrda, "disagrees"):
        section.rows = turn_rows(mrda, ("disagreement",), "disagrees", .45, .30)
        return [section]
    section.rows.append(Row("NOT MEASURABLE: no turn has ar, arp or nd", text="the `da` at hand is the general tag"))
    stand_in = corpora["goemotions"]
    other = Section("disagreement, stand-in", f"goemotions: {n_labels(stand_in, 'disapproval'):,} of {n_turns(stand_in):,} "
                    "comments labelled disapproval; by comment")
    other.rows = turn_rows(stand_in, ("disagreement",), "disapproval", .45, .30, True)
    for row in other.rows:
        row.target, row.reached = "", None
    return [section, other]


def hostility(corpora):
    corpus = corpora["goemotions"]
    section = Section("hostility", f"goemotions: {n_labels(corpus, 'hostile'):,} of {n_turns(corpus):,} comments are "
                      "labelled anger, annoyance or disgust; by comment")
    section.rows = turn_rows(corpus, ("hostility",), "hostile", .60, .30, True)
    both = units_of(corpus.judged, ("hostility", "blame"), "hostile", 1, True)
    section.rows.insert(3, classified("hostility or blame, any hit", both))
    return [section]


def resistance(corpora):
    corpus = corpora["mibot"]
    section = Section("resistance", f"mibot: {len(corpus.judged)} sessions, {n_labels(corpus, 'S'):,} of "
                      f"{n_turns(corpus):,} client turns are sustain talk; by session")
    section.rows = turn_rows(corpus, RESISTS, "S", .40, .20)
    for lexicon in RESISTS:
        section.rows.append(classified(f"  {lexicon} alone", units_of(corpus.judged, (lexicon,), "S", 1, False)))
    return [section]


def opened(judged, least="notice"):
    return [a for a in judged.alerts if a["state"] == "open" and RANKS[a["severity"]] >= RANKS[least]]


def alerted_rows(corpus, name, is_bad):
    bad = [int(bool(opened(judged))) for dialogue, judged in corpus.judged if is_bad(dialogue)]
    good = [int(bool(opened(judged))) for dialogue, judged in corpus.judged if not is_bad(dialogue)]
    difference = scores.interval_of_two(bad, good, lambda b, g: sum(b) / len(b) - sum(g) / len(g))
    clear = difference is not None and difference[0] > 0
    return [Row(f"alerted: {name} ({len(bad)})", value=scores.ratio(sum(bad), len(bad))),
            Row(f"alerted: the others ({len(good)})", value=scores.ratio(sum(good), len(good))),
            Row("difference", value=scores.ratio(sum(bad), len(bad)) - scores.ratio(sum(good), len(good)),
                interval=difference, target="clearly above 0", reached=clear)]


def turned_away(corpora):
    corpus = corpora["mibot"]
    section = Section("client turned away", f"mibot: {len(corpus.judged)} sessions; alerted: a rule at notice or above",
                      kind="values")
    section.rows = (alerted_rows(corpus, "did not like it", lambda d: d.facts["disliked"])
                    + alerted_rows(corpus, "CARE 38 or less", lambda d: d.facts["low_care"]))
    return [section]


def share_row(what, flags, **more):
    units = [(int(flag), 1) for flag in flags]
    return Row(what, value=scores.share(scores.total(units)) if units else None,
               interval=scores.interval(units, scores.share), **more)


def distress(corpora):
    pairs = corpora["counselchat"].judged
    section = Section("false alarms on distress", f"counselchat: {len(pairs) // 2:,} posts, and each with its answer",
                      kind="values")
    for kind, what in (("post", "posts with an alert, notice or above"), ("whole", "the same, with the answer")):
        row = share_row(what, [bool(opened(judged)) for dialogue, judged in pairs if dialogue.facts["kind"] == kind])
        row.target, row.reached = "<= 3 %", row.value is not None and row.value <= .03
        section.rows.append(row)
    posts = [judged for dialogue, judged in pairs if dialogue.facts["kind"] == "post"]
    for lexicon in sorted({hit["lexicon"] for judged in posts for hit in judged.hits if "#" not in hit["lexicon"]}):
        section.rows.append(share_row(f"  posts with a hit of {lexicon}",
                                      [bool(weights(judged, (lexicon,))) for judged in posts]))
    return [section]


def benign(corpora):
    section = Section("false alarms per benign session", "alerts at notice or above that open", kind="values")
    groups = (("meetings (mrda)", [j for _, j in corpora["mrda"].judged]),
              ("liked interviews (mibot)", [j for d, j in corpora["mibot"].judged if not d.facts["disliked"]]))
    for what, judged in groups:
        units = [(len(opened(one)), 1) for one in judged]
        section.rows.append(Row(f"alerts per session, {len(units)} {what}", value=scores.share(scores.total(units)),
                                interval=scores.interval(units, scores.share), text="rate"))
        by_rule = Counter(alert["rule"] for one in judged for alert in opened(one))
        section.rows += [Row(f"  {rule}", value=many / len(units), text="rate") for rule, many in by_rule.most_common()]
    return [section]


def addressee(corpora):
    corpus = corpora["mrda"]
    section = Section("addressee", "", kind="values")
    units, known = [], 0
    for dialogue, judged in corpus.judged:
        said = {turn["turn"]: turn["to"] for turn in judged.turns} or {hit["turn"]: hit["to"] for hit in judged.hits}
        pairs = [(said[i], to) for i, to in enumerate(dialogue.to) if to and i in said]
        known += len(pairs)
        units.append((sum(a == b for a, b in pairs), sum(a is not None for a, _ in pairs), len(pairs)))
    section.about = (f"mrda: {known:,} turns with an annotated addressee"
                     + ("" if corpus.tool.with_turns else ", of those in which a phrase was found") + "; by meeting")
    right = scores.share(scores.total(units)[:2])
    section.rows = [Row("right where it commits", value=right, interval=scores.interval(units, scores.share),
                        target=">= 75 %", reached=right >= .75),
                    Row("commits", value=scores.ratio(*scores.total(units)[1:]),
                        interval=scores.interval(units, lambda c: scores.ratio(c[1], c[2])))]
    return [section]


def frequency(corpora):
    """Hits per 1,000 turns: which lexicons are noisy where."""
    lines = ["", "hits per 1,000 judged turns" + "".join(f"{name:>13}" for name in corpora)]
    found = {name: Counter() for name in corpora}
    for name, corpus in corpora.items():
        for dialogue, judged in corpus.judged:
            found[name].update(hit["lexicon"] for hit in judged.hits if hit["unless"] is None
                               and dialogue.labels[hit["turn"]] is not None and "#" not in hit["lexicon"])
    for lexicon in sorted(set().union(*found.values())):
        lines.append(f"  {lexicon:25}" + "".join(f"{1000 * found[name][lexicon] / n_turns(corpus):13.1f}"
                                                  for name, corpus in corpora.items()))
    return lines


MEASURES = {
    "disagreement": (disagreement, ("mrda", "goemotions")),
    "addressee": (addressee, ("mrda",)),
    "hostility": (hostility, ("goemotions",)),
    "resistance": (resistance, ("mibot",)),
    "turned_away": (turned_away, ("mibot",)),
    "distress": (distress, ("counselchat",)),
    "benign": (benign, ("mrda", "mibot")),
    "frequency": (frequency, ("mrda", "goemotions", "mibot", "counselchat")),
}
