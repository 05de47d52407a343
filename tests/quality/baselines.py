"""What simpler means reach on the same turns, counted in the same way.

Learners learn from one half and are tested on the other, both ways round.  What they reach does not hang on the rules, so
it is kept beside the records.
"""
import json
from pathlib import Path

import scores
from evaluator import fingerprint
from learners import features, learn, logistic_regression, naive_bayes
from sections import Row

HERE = Path(__file__).resolve().parent
LEARNERS = (("naive Bayes", naive_bayes), ("logistic regression", logistic_regression))
MADE_BY = [HERE / name for name in ("baselines.py", "learners.py", "words.py", "scores.py")]


def judged_turns(dialogue, label):
    return [(turn["text"], label in labels)
            for turn, labels in zip(dialogue.record["turns"], dialogue.labels, strict=True) if labels is not None]


def units_by(dialogues, label, says, by_turn):
    """(tp, fp, fn) of each dialogue, or turn, when `says` of a text decides."""
    units = []
    for dialogue in dialogues:
        turns = judged_turns(dialogue, label)
        if by_turn:
            units += [(int(said and right), int(said and not right), int(right and not said))
                      for said, right in ((bool(says(text)), right) for text, right in turns)]
        else:
            units.append(scores.count([says(text) for text, _ in turns], [right for _, right in turns]))
    return units


def learned_units(dialogues, label, learner, half, by_turn):
    """Of the dialogues of this half, by what was learned from the other."""
    training = [(features(text), right) for dialogue in dialogues if dialogue.half != half
                for text, right in judged_turns(dialogue, label)]
    if not any(right for _, right in training):
        return []
    says = learn(learner, training)
    tested = [dialogue for dialogue in dialogues if dialogue.half == half]
    return units_by(tested, label, lambda text: says(features(text)), by_turn)


def row_of(what, units):
    return Row(f"baseline: {what}", scores.total(units), scores.interval(units, scores.f1), ours=False)


def plain(corpus, label, what, says, by_turn):
    return row_of(what, units_by([dialogue for dialogue, _ in corpus.judged], label, says, by_turn))


def computed(corpus, label, by_turn):
    for what, learner in LEARNERS:
        halves = (0, 1) if corpus.half is None else (corpus.half,)
        units = [unit for half in halves for unit in learned_units(corpus.dialogues, label, learner, half, by_turn)]
        if units:
            yield row_of(what, units)


def learned(corpus, label, by_turn):
    """Rows of both learners."""
    name = f"baselines-{corpus.module.NAME}-{label}-{corpus.half}-{fingerprint([*corpus.sources, *MADE_BY])}.json"
    kept = Path(corpus.tool.cache) / name
    if not kept.exists():
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps([[row.what, row.counts, row.interval] for row in computed(corpus, label, by_turn)]))
    return [Row(what, tuple(counts), interval and tuple(interval), ours=False)
            for what, counts, interval in json.loads(kept.read_text())]
