"""All that is measured, by name.  A measure gets the corpora it asks for and gives back sections."""
from collections import Counter

import series
from corpus import n_turns
from sections import Row, Section
from sessionwise import benign, distress, turned_away
from turnwise import addressee, disagreement, hostility, resistance


def simulated(tool, cases):
    """See series.py: assumptions, not people."""
    section = Section("simulated series of scores", columns="values",
                      about=f"a model of {cases} quiet cases and {cases} with a fall of 5 points")
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
