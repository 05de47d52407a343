"""What the four sets have in common: a dialogue is a record in this project's form and what people labelled in it."""
import hashlib
import re
from dataclasses import dataclass, field

STARTED = "2024-05-01T10:00:00Z"


@dataclass
class Dialogue:
    id: str
    record: dict                               # a session record (docs/RECORD.md)
    labels: list = field(default_factory=list) # per turn: a set of labels, or None where the turn is not judged
    to: list = field(default_factory=list)     # per turn: the annotated addressee, or None
    facts: dict = field(default_factory=dict)  # of the whole dialogue
    half: int = 0


def half_of(key):
    """0 or 1, the same for the same key for good: one half to write phrases on, the other to look at."""
    return hashlib.sha256(key.encode()).digest()[0] & 1


def record_of(name, participants, turns, modality="individual"):
    return {"ruptured": 1, "record": name, "case": name, "session": 1, "started": STARTED, "modality": modality,
            "language": "en", "participants": [{"id": who, "role": role} for who, role in participants], "turns": turns}


def as_recognised(text):
    """As speech recognition without punctuation writes it: no case, no apostrophes, no marks."""
    text = re.sub(r"['\u2018\u2019]", "", text.lower())
    return " ".join(re.sub(r"[^\w\s]|_", " ", text).split())


def recognised(dialogue):
    turns = [{**turn, "text": as_recognised(turn["text"])} for turn in dialogue.record["turns"]]
    return Dialogue(dialogue.id, {**dialogue.record, "turns": turns}, dialogue.labels, dialogue.to, dialogue.facts,
                    dialogue.half)
