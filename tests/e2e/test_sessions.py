"""Real sessions through the running daemon: those shipped in tests/data/mibot, and all others that are at hand.

RUPTURED_DATA names a folder of records, or the folder of the public sets (tests/quality); by default the checkout's neighbours are looked through.
"""
import json
import os
from pathlib import Path

from box import ROOT, check

SHIPPED = ROOT / "tests" / "data" / "mibot"


def at_hand():
    """Other records; none is fine."""
    named = os.environ.get("RUPTURED_DATA")
    folder = Path(named) if named else next(iter(sorted(ROOT.glob("../*/data/mibot/records"))), None)
    return sorted([*folder.glob("*.json"), *folder.glob("mibot/records/*.json")]) if folder else []


def texts_of(tree):
    """Stretches of what was said, long enough not to stand anywhere by chance."""
    return [turn["text"].encode() for turn in tree["turns"] if len(turn["text"]) > 40]


def test_real_sessions_are_all_judged_and_none_is_kept_in_words(box):
    records = {}
    for path in [*sorted(SHIPPED.glob("*.json")), *at_hand()]:
        tree = json.loads(path.read_text())
        records.setdefault(tree["record"], (path, tree))
    check(len(records) >= 6, f"only {len(records)} records")
    box.config()
    engine = box.start()
    for path, _ in records.values():
        box.drop(path.read_bytes(), name=path.name)
    box.wait(lambda: len(box.processed()) + len(box.rejected()) == len(records), "all files", 30, box.state)
    check(not box.rejected(), "".join(f"{name}: {box.why(name)}" for name in box.rejected()))

    status = box.ctl("--json", "status", expect=0).json()
    cases = {tree["case"] for _, tree in records.values()}
    turns = sum(bool(tree.get("turns")) for _, tree in records.values())
    check(status["records"] == len(records) and status["sessions"] == len(records), f"{status}")
    check(status["cases"] == len(cases) and status["rejected"] == 0 and status["incoming"] == 0, f"{status}")
    skeletons = box.rows("SELECT count(*) FROM records WHERE length(skeleton) > 100")[0][0]
    check(skeletons == turns, f"{skeletons} skeletons of {turns} transcripts")
    box.wait(lambda: len(box.told()) == box.rows("SELECT count(*) FROM outbox")[0][0], "delivery")

    engine.stop()
    texts = [text for _, tree in records.values() for text in texts_of(tree)]
    check(len(texts) > 20, "too little was said to look for")
    kept = [path for path in box.dir.rglob("*") if path.is_file() and "spool" not in path.relative_to(box.dir).parts]
    for path in kept:
        inside = path.read_bytes()
        check(not any(text in inside for text in texts), f"{path.name} holds what was said")
    check(any(path.suffix == ".db" for path in kept), "no store to look into")
