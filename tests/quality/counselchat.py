"""Questions that distressed people put to a counselling forum, each with one answer: distress without a rupture."""
import json

from sets import Dialogue, half_of, record_of

NAME = "counselchat"
FILES = "counselchat/*.jsonl"
SOURCE = "CounselChat"
LICENCE = "MIT"
PEOPLE = [("t1", "therapist"), ("m1", "client")]
IDS = {"therapist": "t1", "client": "m1"}


def dialogues(paths):
    """Each twice: the client's post alone, and with the answer."""
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            tree = json.loads(line)
            turns = [{"who": IDS[turn["role"]], "to": IDS["client" if turn["role"] == "therapist" else "therapist"],
                      "text": turn["text"]} for turn in tree["turns"] if turn["text"].strip()]
            posts = [turn for turn in turns if turn["who"] == "m1"]
            for kind, said in (("post", posts), ("whole", turns)):
                name = f"{tree['id']}-{kind}"
                yield Dialogue(name, record_of(name, PEOPLE, said), [set() for _ in said], [], {"kind": kind},
                               half_of(tree["id"]))
