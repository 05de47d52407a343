"""A data set as it is measured: its dialogues, and what the evaluator found in them."""
from functools import cached_property
from pathlib import Path

import counselchat
import goemotions
import mibot
import mrda
from sets import recognised

SETS = {module.NAME: module for module in (mrda, goemotions, mibot, counselchat)}
HERE = Path(__file__).resolve().parent


class Corpus:
    """`half`: 0 or 1, or None for all."""

    def __init__(self, module, folder, tool, half=None):
        self.module, self.tool, self.half = module, tool, half
        self.paths = sorted(Path(folder).glob(module.FILES))
        made_by = [HERE / "sets.py", HERE / f"{module.NAME}.py"]
        self.sources = [*self.paths, *sorted(Path(folder).glob(f"{module.NAME}/records/*.json")), *made_by]

    @cached_property
    def dialogues(self):
        return list(self.module.dialogues(self.paths))

    @cached_property
    def judged(self):
        return self.pairs(self.module.NAME, self.dialogues)

    @cached_property
    def judged_as_recognised(self):
        return self.pairs(f"{self.module.NAME}-recognised", [recognised(dialogue) for dialogue in self.dialogues])

    def pairs(self, name, dialogues):
        found = self.tool.judge_dialogues(name, self.sources, dialogues)
        return [(dialogue, judged) for dialogue, judged in zip(dialogues, found, strict=True)
                if self.half in (None, dialogue.half)]


def missing(folder):
    return [module for module in SETS.values() if not sorted(Path(folder).glob(module.FILES))]


def weights(judged, lexicons):
    """By turn: what the hits of these lexicons that count add up to."""
    found = {}
    for hit in judged.hits:
        if hit["unless"] is None and hit["lexicon"] in lexicons:
            found[hit["turn"]] = found.get(hit["turn"], 0) + hit["weight"]
    return found


def n_turns(corpus):
    return sum(labels is not None for dialogue, _ in corpus.judged for labels in dialogue.labels)
