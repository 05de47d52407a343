"""Measures that look at whole sessions: who is alerted, and who is not."""
from collections import Counter

import scores
import words
from corpus import weights
from evaluator import RANKS
from sections import Row, Section
from turnwise import RESISTS


def opened(judged, least="notice"):
    """Alerts at `least` or above that begin."""
    return [alert for alert in judged.alerts if alert["state"] == "open" and RANKS[alert["severity"]] >= RANKS[least]]


def share_row(what, flags, **more):
    flags = list(flags)
    value = scores.ratio(sum(map(bool, flags)), len(flags))
    return Row(what, value=value, interval=scores.share_interval(flags), **more)


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
    rows = [share_row(f"alerted: {name} ({len(bad)})", flags[0]),
            share_row(f"alerted: the others ({len(good)})", flags[1])]
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
    section = Section("false alarms on distress", columns="values",
                      about=f"counselchat: {len(kinds['post']):,} posts, alone and with their answer")
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
