"""The simulated clinic in small: any order of arrival, corrections and restarts end in the incidents of the right order."""
import random
import sys
from pathlib import Path

from box import Box

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "sim"))

import replay  # noqa: E402
from clinic import Clinic  # noqa: E402

SEED = 1


def test_any_order_of_arrival_ends_in_the_same_incidents(box):
    cases, sessions = (20, 400) if box.slow <= 1 else (5, 60)
    clinic = Clinic(SEED, cases, sessions)
    with Box(bin_dir=box.bin, slow=box.slow) as ordered:
        replay.in_order(ordered, clinic)
        replay.check_announced(ordered)
        expected = replay.incidents(ordered)
    replay.in_any_order(box, clinic, random.Random(SEED))
    replay.check_same(replay.incidents(box), expected)
    replay.check_listed(box)
    replay.check_announced(box)
    replay.check_heard(box)
    assert len(replay.count_transitions(expected)) > 8, replay.count_transitions(expected)
