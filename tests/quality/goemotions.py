"""Single comments from a forum, each labelled with what its writer seems to feel.  One comment is one client turn.

Many comments share a record, or there would be fifty thousand files: phrases are looked for turn by turn.
"""
from sets import Dialogue, half_of, record_of

NAME = "goemotions"
FILES = "goemotions/*.tsv"
SOURCE = "GoEmotions"
LICENCE = "Apache-2.0"
HOSTILE = {"anger", "annoyance", "disgust"}
A_RECORD = 2000


def pack(number, half, comments):
    name = f"goemotions-{half}-{number}"
    turns = [{"who": "m1", "to": "t1", "text": text} for _, text in comments]
    labels = [emotions | ({"hostile"} if emotions & HOSTILE else set()) for emotions, _ in comments]
    record = record_of(name, [("t1", "therapist"), ("m1", "client")], turns)
    return Dialogue(name, record, labels, [], {}, half)


def dialogues(paths):
    halves = ([], [])
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            emotions, text = line.split("\t", 1)
            if text.strip():
                halves[half_of(text)].append((set(emotions.split(",")), text))
    for half, comments in enumerate(halves):
        for first in range(0, len(comments), A_RECORD):
            yield pack(first // A_RECORD, half, comments[first:first + A_RECORD])
