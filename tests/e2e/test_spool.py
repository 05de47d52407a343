"""The spool under a running engine: floods, lost events, directories that go and come back, a stop in the middle."""
import json
import shutil
from pathlib import Path

import crash
from box import Skip, check

FLOOD = 20000


def fires(box, case):
    return box.record(case=f"K{case:03}", scores={"m1": 20, "m2": 38})


def small(number):
    """As few bytes as a record may have."""
    return json.dumps({"ruptured": 1, "record": f"r{number}", "case": f"c{number}", "session": 1,
                       "started": "2026-03-02T14:00:00Z",
                       "participants": [{"id": "t1", "role": "therapist"}, {"id": "m1", "role": "client"}]}).encode()


def flood(box, numbers):
    for number in numbers:
        box.drop(small(number), name=f"{number}.json")


def test_twenty_thousand_files_are_judged_though_the_queue_of_events_overflows(box):
    room = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    stopped = FLOOD * 9 // 10
    if room >= 2 * stopped:
        raise Skip(f"the queue holds {room} events")
    crash.set_up(box)
    engine = box.start(courier=False)
    engine.signal(19)  # SIGSTOP: nobody takes events out
    flood(box, range(stopped))
    engine.signal(18)
    flood(box, range(stopped, FLOOD))
    count = "SELECT count(*) FROM records"
    box.wait(lambda: box.rows(count) == [(FLOOD,)], "all records", 40, lambda: f"{box.rows(count)} {box.state()}")
    box.wait_idle()
    check(len(box.processed()) == FLOOD and not box.rejected(), box.state())


def test_a_file_whose_event_was_lost_is_seen_at_once(box):
    room = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if room > 50000:
        raise Skip(f"the queue holds {room} events")
    crash.set_up(box)
    engine = box.start()
    engine.signal(19)
    for _ in range(room // 2):  # made and removed: events of the rules' directory alone
        path = box.rules("", name=".flood")
        path.unlink()
    box.drop(fires(box, 1))
    engine.signal(18)
    box.wait_told(seconds=15)


def test_a_command_that_cannot_be_answered_holds_up_no_record(box):
    crash.set_up(box)
    engine = box.start()
    (box.spool / "answers").rmdir()
    (box.spool / "answers").touch()
    box.command(crash.close_command(1), name="close.json")
    box.wait(lambda: "answers/" in engine.err(), "a complaint", told=engine.err)
    box.drop(fires(box, 2))
    box.wait_told()
    (box.spool / "answers").unlink()
    box.wait(lambda: (box.spool / "answers" / "close.json").exists(), "the answer", 15)


def test_a_removed_incoming_is_made_again_and_watched(box):
    crash.set_up(box)
    box.start()
    box.drop(fires(box, 1))
    box.wait_told()
    (box.spool / "incoming").rmdir()
    box.wait(lambda: (box.spool / "incoming").is_dir(), "incoming/, made again", 15)
    box.drop(fires(box, 2))
    box.wait_told(2)


def test_an_incoming_removed_and_made_by_another_is_watched(box):
    crash.set_up(box)
    box.start()
    box.drop(fires(box, 1))
    box.wait_told()
    for case in (2, 3):
        shutil.rmtree(box.spool / "incoming")
        (box.spool / "incoming").mkdir(exist_ok=True)
        box.drop(fires(box, case))
        box.wait_told(case)


def test_an_incoming_moved_away_is_left_and_a_new_one_watched(box):
    crash.set_up(box)
    box.start()
    box.drop(fires(box, 1))
    box.wait_told()
    (box.spool / "incoming").rename(box.spool / "aside")
    box.wait(lambda: (box.spool / "incoming").is_dir(), "incoming/, made again", 15)
    box.drop(fires(box, 2))
    box.wait_told(2)
    (box.spool / "aside" / "late.json").write_bytes(small(9))
    box.drop(fires(box, 3))
    box.wait_told(3)
    check((box.spool / "aside" / "late.json").exists(), "took a file from where incoming/ no longer is")


def test_a_stop_in_the_middle_of_work_is_clean(box):
    crash.set_up(box)
    engine = box.start()
    for round in range(3):
        for case in range(round * 300, round * 300 + 300):
            box.drop(fires(box, case) if case % 20 == 0 else small(case), name=f"{case}.json")
        box.wait(lambda: len(box.processed()) > round * 300, "work under way")
        engine.stop()
        engine = box.start(courier=False)
    box.wait_idle()
    box.wait_told(45)
    crash.settle(box)
    check(len(box.rows("SELECT 1 FROM records")) == 900 and len(box.told()) == 45, box.state())


def test_once_judges_three_hundred_files_and_ends(box):
    crash.set_up(box)
    for case in range(300):
        box.drop(fires(box, case) if case % 10 == 0 else small(case), name=f"{case}.json")
    for number in range(200):
        box.command(crash.close_command(number * 10))
    box.once()
    check(len(box.processed()) == 500 and not box.files("incoming") and not box.files("commands"), box.state())
    check(len(crash.heard(box)) == len(box.told()) == 30, f"{len(box.told())} told")
    check(len(list((box.spool / "answers").iterdir())) == 200, "answers are missing")
    box.once()
    check(len(box.told()) == 30, "told again")


def test_once_can_be_stopped(box):
    crash.set_up(box)
    flood(box, range(3000))
    once = box.launch("ruptured", "--once")
    box.wait(lambda: box.processed(), "the first")
    once.stop(expect=75)
    check(box.files("incoming"), "came too late")
    box.once()
    check(box.rows("SELECT count(*) FROM records") == [(3000,)] and not box.rejected(), box.state())
