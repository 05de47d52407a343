"""The store or courier.db taken away under the daemons: told, nothing judged into nowhere, no alert lost."""
from pathlib import Path

import crash
from box import HOOK, check


def fires(box, case):
    return box.record(case=case, scores={"m1": 20, "m2": 38})


def remove(path):
    for end in ("", "-wal", "-shm"):
        Path(f"{path}{end}").unlink(missing_ok=True)


def begin(box):
    crash.set_up(box, hook=HOOK)
    return box.start(), box.programs[-1]


def test_a_store_removed_under_the_engine_takes_no_record_with_it(box):
    engine, _ = begin(box)
    box.drop(fires(box, "K1"))
    box.wait_told(1)
    remove(box.store)
    box.drop(fires(box, "K2"))
    box.wait(lambda: "removed or replaced" in engine.err(), "a complaint", 10, engine.err)
    check(box.files("incoming") == ["K2-1.json"], f"it was judged into nowhere: {box.state()}")
    engine.stop()
    box.start(courier=False)
    box.wait_processed(2)
    box.wait_told(2)


def test_an_alert_outlives_the_loss_of_courier_db(box):
    engine, courier = begin(box)
    box.hook_exits(1)
    box.drop(fires(box, "K1"))
    box.wait(lambda: box.hook_calls() >= 1, "a try", 10)
    courier.stop()
    engine.stop()
    remove(box.courier_db)
    for path in (box.dir / "told").iterdir():
        path.unlink()
    box.hook_exits(0)
    box.start()
    box.wait_told(1)


def test_a_courier_whose_file_was_removed_says_so(box):
    engine, courier = begin(box)
    box.wait(lambda: "delivering" in courier.err(), "a courier that has opened its file", told=courier.err)
    engine.stop()
    remove(box.courier_db)
    box.start(courier=False)
    box.drop(fires(box, "K1"))
    box.wait(lambda: "removed or replaced" in courier.err(), "a complaint", 10, courier.err)
    courier.stop()
    box.start_courier()
    box.wait_told(1)
