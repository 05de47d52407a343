#!/usr/bin/env python3
"""What a good colleague would write in a morning: phrases as sequences of words in a dict.

	peer.py PHRASES RECORDS LIMIT ALERTS [DATABASE]

JSON, speaker filter, window (three turns of a member to the therapist with a phrase in ten minutes), score drop against the mean of
the member's own earlier sessions, alerts.  With DATABASE a commit for each record, as the engine does.  It prints one JSON
object like the probes of bench/.
"""
import itertools
import json
import os
import re
import sqlite3
import sys
import time
from collections import defaultdict

WORD = re.compile(r"\w+")
CHOICE = re.compile(r"\(([^)]*)\)|(\S+)")


def load(path):
    """{first word: [(number of words, set of sequences)]}."""
    phrases = defaultdict(lambda: defaultdict(set))
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            parts = [(choice or word).split("|") for choice, word in CHOICE.findall(line)]
            for words in itertools.product(*parts):
                phrases[words[0]][len(words)].add(words)
    return {first: list(lengths.items()) for first, lengths in phrases.items()}


def says_one(phrases, text):
    words = WORD.findall(text.lower().replace("\u2019", "").replace("'", ""))
    for i, word in enumerate(words):
        for n, sequences in phrases.get(word, ()):
            if tuple(words[i:i + n]) in sequences:
                return True
    return False


class Judge:
    def __init__(self, phrases):
        self.phrases = phrases
        self.scores = defaultdict(list)

    def words(self, record, members):
        said = defaultdict(list)
        for turn in record["turns"]:
            if turn["who"] in members and turn["to"] == "t1":
                if says_one(self.phrases, turn["text"]):
                    said[turn["who"]].append(turn["at"])
        for who, times in said.items():
            if any(third - first < 600 for first, third in zip(times, times[2:])):
                yield "bench.words0", who

    def drops(self, record):
        for score in record["scores"]:
            history = self.scores[record["case"], score["by"]]
            if len(history) >= 3 and score["total"] - sum(history) / len(history) <= -5:
                yield "bench.drop0", score["by"]
            history.append(score["total"])

    def judge(self, record):
        members = {p["id"] for p in record["participants"] if p["role"] != "therapist"}
        for rule, who in itertools.chain(self.words(record, members), self.drops(record)):
            yield f"{rule} {record['case']} {record['session']} {who}"


def open_database(path):
    db = sqlite3.connect(path, isolation_level=None)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("CREATE TABLE seen (record TEXT PRIMARY KEY, alerts TEXT)")
    return db


def main():
    began = time.monotonic()
    phrases = load(sys.argv[1])
    loaded = time.monotonic()
    directory, limit = sys.argv[2], int(sys.argv[3])
    names = sorted(os.listdir(directory))
    names = names[:limit] if limit else names
    db = open_database(sys.argv[5]) if len(sys.argv) > 5 else None
    judge = Judge(phrases)
    with open(sys.argv[4], "w", encoding="utf-8") as alerts:
        start = time.monotonic()
        for name in names:
            with open(os.path.join(directory, name), "rb") as f:
                record = json.loads(f.read())
            found = "".join(line + "\n" for line in judge.judge(record))
            alerts.write(found)
            if db:
                db.execute("BEGIN IMMEDIATE")
                db.execute("INSERT INTO seen VALUES (?, ?)", (record["record"], found))
                db.execute("COMMIT")
        seconds = time.monotonic() - start
    with open("/proc/self/status", encoding="ascii") as status:
        rss = next(int(line.split()[1]) for line in status if line.startswith("VmHWM"))
    print(json.dumps({"seconds": seconds, "records": len(names), "rss_kb": rss, "load_seconds": loaded - began}))


main()
