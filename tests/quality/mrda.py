"""ICSI meetings: 4 to 9 people who work together, spoken, with who speaks when, dialogue acts and addressees.

A plain "no" that answers a question is tagged ar too, it seems: the tag set has one of its own (ng) for negative
answers without a "no".
"""
import json
import re

from sets import Dialogue, half_of, record_of

NAME = "mrda"
FILES = "mrda/*.jsonl"
SOURCE = "NathanDuran/MRDA-Corpus"
LICENCE = "GPL-3 (the repository); the corpus has terms of its own"
DISAGREES = {"ar", "arp", "nd"}  # rejects, rejects in part, answers as the asker would not have it


def acts(tag):
    return {part for part in re.split(r"[^a-z0-9]+", tag.lower()) if part}


def dialogues(paths):
    """Nobody leads and nobody is the client: all are members.  The addressees are kept back for the inference."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            tree = json.loads(line)
            people = list(dict.fromkeys(turn["who"] for turn in tree["turns"]))
            spoken = [turn for turn in tree["turns"] if turn["text"].strip()]
            turns = [{key: turn[key] for key in ("who", "at", "end", "text") if key in turn} for turn in spoken]
            record = record_of(tree["id"], [(who, "client") for who in people], turns, "group")
            labels = [{"disagrees"} if acts(turn["da"]) & DISAGREES else set() for turn in spoken]
            yield Dialogue(tree["id"], record, labels, [turn.get("to") for turn in spoken], {}, half_of(tree["id"]))
