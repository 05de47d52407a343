"""Typed motivational interviews of real smokers with a language-model counsellor, with the smokers' own ratings."""
import json

from sets import Dialogue, half_of

NAME = "mibot"
FILES = "mibot/labels.jsonl"
SOURCE = "zaffnet/MIBOT_ACL2025"
LICENCE = "CC BY-SA 4.0"
LOW_CARE = 38  # of 50, and below


def dialogues(paths):
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            record = json.loads((path.parent / "records" / f"{row['record']}.json").read_text(encoding="utf-8"))
            roles = {person["id"]: person["role"] for person in record["participants"]}
            labels = [{label} if roles[turn["who"]] == "client" else None
                      for turn, label in zip(record["turns"], row["turn_labels"], strict=True)]
            facts = {"disliked": row["liked"] == "NO", "low_care": row["care_total"] <= LOW_CARE}
            yield Dialogue(row["record"], record, labels, [], facts, half_of(row["record"]))
