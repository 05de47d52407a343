"""A full disk, wherever it fills: the daemons go on, say so once, lose nothing, and work again when there is room."""
import os

import crash
from box import check

HOOK_ON_LEAVE = """\
#!/bin/sh
# Answers when it has leave to.
n=$(date +%s%N)-$$
cat >"{dir}/told/.$n"
while [ ! -e "{dir}/leave" ]; do sleep 0.02; done
mv "{dir}/told/.$n" "{dir}/told/$n.json"
"""


def fill(directory):
    """To the last byte; what to remove to make room."""
    path = directory / "filler"
    with open(path, "wb", buffering=0) as filler:
        for size in (65536, 4096, 512, 1):
            try:
                while True:
                    filler.write(b"x" * size)
            except OSError:
                pass
    return path


def fires(box, case):
    return box.record(case=f"K{case:03}", scores={"m1": 20, "m2": 38})


def complaints(program, word="no space"):
    return [line for line in program.err().lower().splitlines() if word in line]


def wait_said_once(box, program):
    wait(box, lambda: complaints(program), "a complaint", 10)
    # More tries, two seconds apart; the watchdog's ticks tell time, and that it lives.
    began = len(program.notified())
    wait(box, lambda: len(program.notified()) >= began + 18, "signs of life", 20)
    check(len(complaints(program)) == 1, f"not said once:\n{program.err()}")
    check(program.alive(), "it ended")


def wait(box, condition, what, seconds=30):
    """As box.wait; takes the ticks too, as a service manager does: nobody may be held up by a full socket."""
    box.wait(lambda: [one.notified() for one in box.programs] and condition(), what, seconds, box.state)


def start(box):
    watchdog = {"WATCHDOG_USEC": "1000000"}
    return box.launch("ruptured", env=watchdog).wait_ready(), box.launch("ruptured-courier", env=watchdog).wait_ready()


def begin(box, **more):
    """Both run and one alert has been told."""
    crash.set_up(box, **more)
    engine, courier = start(box)
    box.drop(fires(box, 0))
    box.wait_told()
    return engine, courier


def all_told(box, number):
    wait(box, lambda: len(box.told()) >= number and not box.files("incoming"), f"{number} alerts")
    check(len(crash.heard(box)) == number, f"{len(crash.heard(box))} keys")
    check(len(box.rows("SELECT 1 FROM records")) == number, "records are missing")
    check(not box.rejected(), str(box.rejected()))


def test_a_full_disk_of_the_store_loses_nothing(box):
    box.mount_tmpfs(box.store_dir, "1m")
    courier_dir = box.store_dir / "courier"
    courier_dir.mkdir()
    box.mount_tmpfs(courier_dir)
    engine, courier = begin(box)
    filler = fill(box.store_dir)
    for case in range(1, 41):
        box.drop(fires(box, case))
    wait_said_once(box, engine)
    check(len(box.files("incoming")) >= 1, "nothing waits")
    filler.unlink()
    all_told(box, 41)
    wait(box, lambda: complaints(engine, "working again"), "good news")


def test_a_full_disk_of_the_courier_loses_nothing(box):
    box.mount_tmpfs(box.store_dir / "courier", "1m")
    engine, courier = begin(box)
    filler = fill(box.store_dir / "courier")
    for case in range(1, 41):
        box.drop(fires(box, case))
    wait_said_once(box, engine)
    wait(box, lambda: len(box.rows("SELECT 1 FROM records")) == 41, "all judged meanwhile")
    filler.unlink()
    all_told(box, 41)


def test_a_delivery_that_cannot_be_noted_is_not_made_again(box):
    box.mount_tmpfs(box.store_dir / "courier", "1m")
    crash.set_up(box, hook=HOOK_ON_LEAVE)
    engine, courier = start(box)
    box.drop(fires(box, 0))
    box.wait(lambda: box.hook_calls() == 1, "the hook's call")
    filler = fill(box.store_dir / "courier")
    (box.dir / "leave").touch()
    wait_said_once(box, courier)
    check(box.hook_calls() == 1, "called again")
    filler.unlink()
    wait(box, lambda: box.rows("SELECT state FROM parcels", db=box.courier_db) == [(1,)], "the outcome")
    check(box.hook_calls() == 1, "called again")


def remake_spool(box, size):
    box.mount_tmpfs(box.spool, size)
    for queue in ("incoming", "commands"):
        (box.spool / queue).mkdir()


def test_a_full_disk_of_the_spool_holds_up_no_record(box):
    remake_spool(box, "4m")
    engine, courier = begin(box)
    engine.signal(19)  # SIGSTOP
    box.drop(b'{"ruptured": 1, "record": 7}', name="a-bad.json")
    for case in range(1, 151):
        box.drop(fires(box, case))
    filler = fill(box.spool)
    engine.signal(18)
    wait(box, lambda: len(box.told()) == 151, "all alerts", 40)
    wait_said_once(box, engine)
    check(box.files("incoming") == ["a-bad.json"], str(box.files("incoming")))
    filler.unlink()
    wait(box, box.rejected, "the refusal")
    check("record" in box.why("a-bad.json"), box.why("a-bad.json"))
    wait(box, lambda: complaints(engine, "moved again"), "good news")


def test_records_are_judged_though_none_can_be_put_away(box):
    # So few inodes that the month's directory cannot be made.
    remake_spool(box, "4m,nr_inodes=200")
    crash.set_up(box)
    engine, courier = start(box)
    engine.signal(19)
    for case in range(150):
        box.drop(fires(box, case))
    made = []
    try:
        while True:
            made.append(box.spool / f"filler{len(made)}")
            made[-1].touch(exist_ok=False)
    except OSError:
        made.pop()
    engine.signal(18)
    wait(box, lambda: len(box.told()) == 150, "all alerts", 40)
    check(len(box.files("incoming")) == 150, box.state())
    for path in made:
        path.unlink()
    all_told(box, 150)
