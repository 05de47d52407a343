"""How a file comes in: every way of arriving, every kind of fault, the identity of records, limits at and one past."""
import json
import os
import shutil
import sqlite3
import time
from pathlib import Path

from box import check
from test_daemon import fires, quiet, set_up

MB = 1 << 20
OLD = 120  # s; a file older than a minute is no longer waited for


def iso(seconds_from_now):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + seconds_from_now))


def yaml(tree, end="...\n"):
    """The record as YAML: JSON is YAML, one key a line, after a comment so that it is not taken for JSON."""
    return ("# a record\n" + "".join(f"{key}: {json.dumps(value)}\n" for key, value in tree.items()) + end).encode()


def drop_old(box, data, name, queue="incoming"):
    """By rename, with a modification of two minutes ago: a fault is told at once."""
    data = data if isinstance(data, bytes) else json.dumps(data).encode()
    aside = box.spool / queue / f".{abs(hash(name))}.new"
    aside.write_bytes(data)
    os.utime(aside, (time.time() - OLD, time.time() - OLD))
    aside.rename(box.spool / queue / os.fsdecode(name))


def cpu_ms(pid):
    ticks = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return sum(map(int, ticks)) * 1000 // os.sysconf("SC_CLK_TCK")


def incoming(box):
    return sorted(os.listdir(box.spool / "incoming"))


def names_processed(box):
    """The names the files had, without the hash in front."""
    return sorted(name.split("/")[1][9:] for name in box.processed())


# ---- arriving


def test_a_yaml_record_is_a_record(box):
    set_up(box)
    box.start()
    box.drop(yaml(fires(box)), name="k1.yaml")
    alert = box.wait_told()[0]
    check(alert["rule"] == "test.low", str(alert))


def test_half_written_then_finished(box):
    set_up(box)
    box.start()
    texts = {"a.json": json.dumps(fires(box, case="K1")).encode(), "b.yaml": yaml(fires(box, case="K2"))}
    for name, text in texts.items():
        (box.spool / "incoming" / name).write_bytes(text[: len(text) // 2])
    box.drop(quiet(box, case="K3"))
    box.wait_processed(1)
    check(incoming(box) == ["a.json", "b.yaml"] and not box.rejected(), f"{incoming(box)}, rejected {box.rejected()}")
    for name, text in texts.items():
        with open(box.spool / "incoming" / name, "ab") as rest:
            rest.write(text[len(text) // 2:])
    box.wait_told(2)
    box.wait_processed(3)
    check(not box.rejected(), str(box.rejected()))


def test_half_written_and_never_finished_is_refused_after_a_minute(box):
    set_up(box)
    box.now(iso(0))
    box.start()
    texts = {"a.json": json.dumps(fires(box, case="K1")).encode()[:-3], "b.yaml": yaml(fires(box, case="K2"), end="")}
    for name, text in texts.items():
        (box.spool / "incoming" / name).write_bytes(text)
    box.drop(b"", name="empty.json")
    box.drop(quiet(box, case="K3"))
    box.wait_processed(1)
    box.now(iso(50))
    box.drop(quiet(box, case="K4"))
    box.wait_processed(2)
    check(not box.rejected(), f"rejected before they were a minute old: {box.rejected()}")
    box.now(iso(70))
    box.drop(quiet(box, case="K5"))
    check(box.wait_rejected(3) == ["a.json", "b.yaml", "empty.json"], str(box.rejected()))
    box.wait_processed(3)
    check("..." in box.why("b.yaml"), box.why("b.yaml"))
    check("empty" in box.why("empty.json"), box.why("empty.json"))


def test_half_written_and_taken_away_is_forgotten(box):
    set_up(box)
    box.now(iso(0))
    engine = box.start()
    path = box.drop(b'{"ruptured": 1', name="half.json")
    box.drop(quiet(box))
    box.wait_processed(1)
    path.unlink()
    box.now(iso(70))
    box.drop(quiet(box, case="K3"))
    box.wait_processed(2)
    before = cpu_ms(engine.pid)
    time.sleep(0.5)
    check(cpu_ms(engine.pid) - before < 100, f"{cpu_ms(engine.pid) - before} ms of work in half a second with nothing to do")


def test_a_file_from_the_future_is_refused_too(box):
    """A writer whose clock is ahead must not leave a broken file waiting for years."""
    set_up(box)
    box.now(iso(0))
    box.start()
    box.drop(b'{"ruptured": 1', name="ahead.json")
    far = time.time() + 400 * 86400
    os.utime(box.spool / "incoming" / "ahead.json", (far, far))
    box.drop(quiet(box))
    box.wait_processed(1)
    box.now(iso(200))
    box.drop(quiet(box, case="K3"))
    box.wait_rejected(1)


def test_removed_under_our_hands(box):
    set_up(box)
    engine = box.start()
    for n in range(150):
        path = box.drop(quiet(box, case=f"K{n}"))
        if n % 2:
            path.unlink(missing_ok=True)
    box.drop(fires(box, case="LAST"))
    box.wait_told()
    box.wait_idle()
    check(engine.alive() and not box.rejected(), f"{box.rejected()}")
    check("error" not in engine.err(), engine.err())


def test_a_directory_made_again_is_watched_again(box):
    set_up(box)
    box.start()
    box.drop(quiet(box))
    box.wait_processed(1)
    for queue in ("incoming", "processed", "rejected", "answers", "commands"):
        shutil.rmtree(box.spool / queue)
    box.wait(lambda: (box.spool / "incoming").is_dir() and (box.spool / "commands").is_dir(), "the directories again", 5)
    box.drop(fires(box))
    box.wait_told(1, seconds=5)
    box.drop(b"[]", name="bad.json")
    os.utime(box.spool / "incoming" / "bad.json", (1, 1))
    box.drop(fires(box, case="K3"))
    box.wait_told(2, seconds=5)
    box.wait_rejected(1)


def test_what_is_no_regular_file_is_refused(box):
    set_up(box)
    engine = box.start()
    outside = box.dir / "outside.json"
    outside.write_text(json.dumps(fires(box, case="OUT")))
    here = box.spool / "incoming"
    (here / "link.json").symlink_to(outside)
    (here / "dangling.json").symlink_to(box.dir / "nowhere")
    os.mkfifo(here / "fifo.json")
    (box.dir / "dir.json").mkdir()
    (box.dir / "dir.json" / "inside.json").write_text("{}")
    (box.dir / "dir.json").rename(here / "dir.json")
    kinds = {"link.json": "symbolic link", "dangling.json": "symbolic link", "fifo.json": "fifo", "dir.json": "directory"}
    if os.getuid() == 0:
        try:
            os.mknod(here / "device.json", 0o600 | 0o020000, os.makedev(1, 5))  # /dev/zero
            kinds["device.json"] = "not a regular file"
        except OSError:
            pass
    box.drop(fires(box))
    box.wait_told()
    box.wait(lambda: not incoming(box), "an empty incoming/", 5, lambda: str(incoming(box)))
    for name, kind in kinds.items():
        check(kind in box.why(name), f"{name}: {box.why(name)}")
        check(os.path.lexists(box.spool / "rejected" / name), f"{name} is lost")
    check(len(box.told()) == 1 and engine.alive(), str(box.told()))
    check(outside.exists(), "the target of a link was moved")


def test_a_second_hard_link_is_waited_for_and_then_refused(box):
    set_up(box)
    box.now(iso(0))
    box.start()
    source = box.dir / "source.json"
    source.write_text(json.dumps(fires(box)))
    os.link(source, box.spool / "incoming" / "linked.json")
    box.drop(quiet(box))
    box.wait_processed(1)
    check(incoming(box) == ["linked.json"], str(incoming(box)))
    box.now(iso(20))
    box.wait_rejected(1, seconds=5)
    check("link" in box.why("linked.json"), box.why("linked.json"))
    check(not box.told(), "a file that somebody else still holds was judged")


def test_the_source_of_a_link_removed_later_is_enough(box):
    set_up(box)
    box.start()
    source = box.dir / "source.json"
    source.write_text(json.dumps(fires(box)))
    os.link(source, box.spool / "incoming" / "linked.json")
    box.drop(quiet(box))
    box.wait_processed(1)
    source.unlink()
    box.wait_told(1, seconds=5)


def test_odd_names_are_only_names(box):
    set_up(box)
    box.start()
    names = ["with space.json", "new\nline.json", "Fälle-日本.json", "x" * 255, "é" * 127, "-rf", "a'\"$(id).json", "no-suffix",
             os.fsdecode(b"not-utf8-\xff\xfe.json")]
    for n, name in enumerate(names):
        box.drop(fires(box, case=f"K{n}"), name="." + str(n))
        (box.spool / "incoming" / f".{n}").rename(box.spool / "incoming" / name)
    box.wait_told(len(names))
    box.wait(lambda: not incoming(box), "an empty incoming/", 5, lambda: str(incoming(box)))
    bad = ["bad space", "bad\nline", "é" * 127, "y" * 255, os.fsdecode(b"bad-\xff")]
    for name in bad:
        drop_old(box, b"[", name)
    box.wait(lambda: not incoming(box), "an empty incoming/", 5, lambda: str(incoming(box)))
    check(len(box.rejected()) == len(bad), str(box.rejected()))
    for name in box.rejected():
        check(os.path.lexists(box.spool / "rejected" / f"{name}.why"), f"{name!r} has no .why")
    for kind in ("bad space", "bad\nline"):
        check(kind in box.rejected(), f"{kind!r} not in {box.rejected()}")


def test_one_name_twice_loses_neither_file(box):
    set_up(box)
    box.start()
    for n in (1, 2):
        box.drop(quiet(box, case=f"K{n}"), name="same.json")
        box.wait_processed(n)
        drop_old(box, b"[" * n, "bad.json")
        box.wait_rejected(n)
    check(names_processed(box) == ["same.json", "same.json"], str(box.processed()))
    check(box.rejected() == ["bad.json", "bad.json.2"], str(box.rejected()))
    check((box.spool / "rejected" / "bad.json.2.why").exists(), "the second has no .why")


# ---- faults


def with_key(box, **keys):
    return fires(box, **keys)


def faulty(box):
    """name -> (bytes, what its .why says)."""
    deep = 1
    for _ in range(20):
        deep = [deep]
    return {
        "empty": (b"", ["empty"]),
        "spaces": (b" \n\n ", ["empty"]),
        "not-utf8": (b'{"ruptured": 1, "record": "\xff\xfe"}', ["UTF-8"]),
        "utf16": ('{"ruptured": 1}'.encode("utf-16"), ["UTF-8"]),
        "binary": (bytes(range(256)) * 8, ["record"]),
        "half": (b'{"ruptured": 1, "record": "a"', [":1:"]),
        "list": (b"[1, 2]", ["expected a map", "a list of 2"]),
        "text": (b'"just text"', ["complete", "\"...\""]),
        "twice": (b'{"ruptured": 1, "ruptured": 1}', ["duplicate"]),
        "unclosed.yaml": (yaml(fires(box), end=""), ["..."]),
        "alias.yaml": (b"ruptured: &a 1\nrecord: *a\n...\n", ["anchor"]),
        "future": (json.dumps(fires(box, ruptured=2)).encode(), ["ruptured", "version"]),
        "nothing": (b"{}", ["\"ruptured\" is missing", "\"record\" is missing", "\"case\" is missing",
                            "\"started\" is missing"]),
        "types": (json.dumps(dict(fires(box), minutes="fifty", session=[1], participants={"t1": 1}, turns="none",
                                   flags=[1], withdrawn="perhaps")).encode(),
                  ["minutes: expected a number", "session: expected a whole number", "participants: expected a list",
                   "turns: expected a list", "flags: expected a map", "a string of 5 characters", "a list of 1"]),
        "zone": (json.dumps(fires(box, started="2026-03-02T14:00:00")).encode(), ["started", "time zone"]),
        "who": (json.dumps(fires(box, turns=[{"who": "m9", "text": "hello"}])).encode(),
                ["turns[0].who", "participants"]),
        "status": (json.dumps(fires(box, attendance=[{"who": "m1", "status": "atended"}])).encode(),
                   ["attendance[0].status", "attended, late", "did you mean \"attended\""]),
        "outside": (json.dumps(dict(fires(box), minutes=-4, revision=1.5)).encode(),
                    ["minutes: expected a number from 0 to 1440, found another", "found one that is not whole"]),
        "no-day": (json.dumps(fires(box, started="2026-02-30T14:00:00Z")).encode(), ["started", "a day that exists"]),
        "deep": (json.dumps(fires(box, x_deep=deep)).encode(), ["deep"]),
    }


def test_a_fault_is_answered_with_its_place_and_never_its_value(box):
    set_up(box)
    box.start()
    cases = faulty(box)
    for name, (data, _) in cases.items():
        drop_old(box, data, name)
    box.drop(fires(box))
    box.wait_told()
    box.wait_rejected(len(cases))
    for name, (data, expected) in cases.items():
        why = box.why(name)
        for part in expected:
            check(part in why, f"{name}: {part!r} is not in\n{why}")
        check("second attendance" not in why, f"{name}: a fault that only follows from another\n{why}")
        for value in ("fifty", "perhaps", "m9", "atended", "just text"):
            check(value not in why, f"{name}: its .why holds the value {value!r}\n{why}")
        check((box.spool / "rejected" / name).read_bytes() == data, f"{name} was changed")
        check(why.endswith("\n"), f"{name}: no line end")
    check(len(box.told()) == 1, str(box.told()))


def test_unknown_keys_are_kept_with_a_warning(box):
    set_up(box)
    engine = box.start()
    box.drop(fires(box, colour="blue", x_clinic={"free": [1, 2]}))
    box.wait_told()
    box.wait_processed(1)
    box.wait(lambda: "unknown key" in engine.err(), "a warning in the log", 2, engine.err)
    check("blue" not in engine.err() and "1 unknown" in engine.err(), engine.err())


# ---- who a record is


def skeleton_of(box, record="K1-1"):
    return box.rows("SELECT skeleton FROM records WHERE id = ?", record)[0][0]


def revision_of(box, record="K1-1"):
    return box.rows("SELECT revision, withdrawn FROM records WHERE id = ?", record)[0]


def again(box, tree, n, refused=0, how="json"):
    """Drops it and waits for its fate: n processed and `refused` rejected files in all."""
    box.drop(yaml(tree) if how == "yaml" else tree, name=f"again-{n}-{refused}")
    box.wait_processed(n)
    box.wait_rejected(refused)


def test_the_same_record_again_changes_nothing(box):
    set_up(box)
    box.start()
    again(box, fires(box), 1)
    box.wait_told()
    again(box, fires(box), 2)
    again(box, dict(reversed(fires(box).items())), 3)
    again(box, fires(box), 4, how="yaml")
    check(len(box.told()) == 1, f"told {len(box.told())} times")
    check(box.rows("SELECT count(*) FROM records") == [(1,)], str(box.rows("SELECT id FROM records")))


def test_one_revision_with_other_content_is_refused(box):
    set_up(box)
    box.start()
    again(box, quiet(box, case="K1"), 1)
    again(box, fires(box), 1, refused=1)
    why = box.why(box.rejected()[0])
    check("revision 1 was judged with other content" in why and "send revision 2" in why, why)
    check(not box.told(), str(box.told()))


def test_a_higher_revision_replaces(box):
    set_up(box)
    box.start()
    again(box, fires(box), 1)
    box.wait_told(1)
    again(box, quiet(box, case="K1", revision=2), 2)
    states = [alert["state"] for alert in box.wait_told(2)]
    check(states == ["open", "retracted"], str(states))
    check(revision_of(box) == (2, 0), str(revision_of(box)))


def test_a_lower_revision_is_stale(box):
    set_up(box)
    box.start()
    again(box, quiet(box, case="K1", revision=3), 1)
    again(box, fires(box, revision=2), 2)
    again(box, fires(box), 3)
    check(not box.told() and revision_of(box) == (3, 0), f"{box.told()} {revision_of(box)}")
    check(box.rows("SELECT count(*) FROM audit WHERE what = 'stale'") == [(2,)], str(box.rows("SELECT what FROM audit")))


def test_a_revision_in_another_case_moves_the_record(box):
    set_up(box)
    box.start()
    again(box, fires(box, case="K1", record="R"), 1)
    box.wait_told(1)
    again(box, fires(box, case="K2", record="R", revision=2), 2)
    told = box.wait_told(3)
    check(sorted(alert["state"] for alert in told) == ["open", "open", "retracted"], str(told))
    cases = box.rows("SELECT cases.id FROM records JOIN cases ON cases.row = records.case_row")
    check(cases == [("K2",)], str(cases))
    retracted = next(alert for alert in told if alert["state"] == "retracted")
    check(retracted["alert"] == told[0]["alert"], f"another alert was retracted: {told}")


def test_a_withdrawn_record_leaves_and_its_skeleton_is_erased(box):
    set_up(box)
    engine = box.start()
    turns = [{"who": "m1", "to": "t1", "at": 1.0 + n, "end": 1.5 + n, "text": "word " * (n % 7 + 1)} for n in range(300)]
    again(box, fires(box, turns=turns), 1)
    box.wait_told(1)
    skeleton = skeleton_of(box)
    check(len(skeleton) > 1000, "no skeleton to erase")
    again(box, {"ruptured": 1, "record": "K1-1", "case": "K1", "revision": 2, "withdrawn": True,
                "started": "2026-03-02T14:00:00Z"}, 2)
    check(box.wait_told(2)[1]["state"] == "retracted", str(box.told()))
    check(revision_of(box) == (2, 1) and skeleton_of(box) is None, str(revision_of(box)))
    engine.stop()
    with sqlite3.connect(box.store) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    inside = skeleton[len(skeleton) // 2:][:64]
    for path in box.store_dir.glob("ruptured.db*"):
        check(inside not in path.read_bytes(), f"{path.name} still holds the skeleton")
    box.start(courier=False)
    again(box, fires(box), 3)
    check(revision_of(box) == (2, 1), "a withdrawn record came back by its old revision")


def test_a_withdrawal_that_comes_first_holds(box):
    set_up(box)
    box.start()
    again(box, {"ruptured": 1, "record": "K1-1", "case": "K1", "revision": 2, "withdrawn": True}, 1)
    again(box, fires(box), 2)
    check(not box.told() and not box.rejected(), str(box.told()))


def test_two_records_of_a_session_are_its_parts(box):
    set_up(box)
    box.start()
    again(box, box.record(case="K1", record="words", attendance=..., turns=[{"who": "m1", "text": "hello"}]), 1)
    again(box, fires(box, record="scores"), 2)
    box.wait_told(1)
    check(box.rows("SELECT count(DISTINCT session) FROM records") == [(1,)], "not one session")
    again(box, quiet(box, case="K1", record="third"), 2, refused=1)
    why = box.why(box.rejected()[0])
    check("scores" in why and "session" in why, why)
    check(len(box.told()) == 1, str(box.told()))


# ---- limits


def padded(tree, size):
    data = json.dumps(tree).encode()
    return data + b" " * (size - len(data))


def with_turns(box, case, n):
    return quiet(box, case=case, turns=[{"who": "m1", "to": "t1", "text": "so"}] * n)


def with_people(box, case, n):
    tree = quiet(box, case=case)
    tree["participants"] += [{"id": f"r{i}", "role": "relative"} for i in range(n - len(tree["participants"]))]
    return tree


def nested(n):
    tree = 1
    for _ in range(n):
        tree = [tree]
    return tree


def test_limits_hold_at_the_limit_and_one_past(box):
    set_up(box)
    box.start()
    # the outermost map is one level; x_deep adds 15 or 16
    pairs = {
        "size": (padded(quiet(box, case="S1"), 16 * MB), padded(quiet(box, case="S2"), 16 * MB + 1), "16 MB"),
        "depth": (quiet(box, case="D1", x_deep=nested(15)), quiet(box, case="D2", x_deep=nested(16)), "16"),
        "turns": (with_turns(box, "T1", 20000), with_turns(box, "T2", 20001), "20000"),
        "participants": (with_people(box, "P1", 32), with_people(box, "P2", 33), "32"),
        "text": (quiet(box, case="X1", turns=[{"who": "m1", "text": "a" * 65535}]),
                 quiet(box, case="X2", turns=[{"who": "m1", "text": "a" * 65536}]), "65535"),
        "id": (quiet(box, case="C1", record="r" * 128), quiet(box, case="C2", record="r" * 129), "128"),
        "case": (quiet(box, case="c" * 128, record="c"), quiet(box, case="c" * 129, record="d"), "128"),
        "word": (quiet(box, case="W1", site="s" * 64), quiet(box, case="W2", site="s" * 65), "64"),
        "rows": (quiet(box, case="R1", codes=[{"system": "3RS", "marker": "denial", "who": "m1"}] * 1000),
                 quiet(box, case="R2", codes=[{"system": "3RS", "marker": "denial", "who": "m1"}] * 1001), "1000"),
    }
    for name, (at, past, _) in pairs.items():
        drop_old(box, at, f"{name}-at")
        drop_old(box, past, f"{name}-past")
    box.drop(padded(quiet(box, case="Z"), 17 * MB), name="17mb")
    box.wait_idle(30)
    past = sorted([f"{name}-past" for name in pairs] + ["17mb"])
    check(box.rejected() == past, f"rejected {box.rejected()}, expected {past}")
    for name, (_, _, limit) in pairs.items():
        check(limit in box.why(f"{name}-past"), f"{name}: {box.why(name + '-past')}")
    check("16 MB" in box.why("17mb"), box.why("17mb"))
