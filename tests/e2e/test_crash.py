"""Death at any moment: no record lost, no alert lost, nothing said under two keys, and no innocent file refused."""
import itertools
import random
import re
import signal
import time
from pathlib import Path

import crash
from box import check, descendants, proc_stat

DEATHS = 50  # of each of the four tests at random

SILENT = """\
  - id: test.silent
    title: Long since the last session
    status: active
    per: case
    severity: notice
    signals:
      gap: {elapsed: {since: last attended session}, longer_than: 400 days}
    when: gap
    say: "call the family"
    next_step: "Call."
    because: "A rule for tests."
"""
OLD = "2025-01-06T14:00:00Z"  # of the one case that the rule above is about


class Scene:
    """The same small history in every box, with one death in it."""

    def __init__(self, box, point=None):
        self.box, self.point, self.reached = box, point, False
        self.on_courier = bool(point) and point.startswith("courier-")

    def launch(self, name):
        mine = self.point and not self.reached and self.on_courier == (name == "ruptured-courier")
        return self.box.launch(name, env={"RUPTURED_FAULT": self.point} if mine else None)

    def revive(self):
        for name, running in self.running.items():
            if not running.alive():
                code = running.wait_exit()
                check(code == -9 and not self.reached, f"{name} ended with {code}:\n{running.err()}")
                self.reached = True
                self.running[name] = self.launch(name)

    def until(self, condition, what):
        def holds():
            self.revive()
            return condition()

        self.box.wait(holds, what, 20, lambda: f"{self.point}: {self.box.state()}")

    def judged(self, files):
        self.until(lambda: len(self.box.processed()) + len(self.box.rejected()) == files, f"{files} files done")

    def play(self):
        box = self.box
        crash.set_up(box, crash.RULES + SILENT)
        self.running = {name: self.launch(name) for name in ("ruptured", "ruptured-courier")}
        for session in range(1, 4):
            for case in range(4):
                box.drop(crash.record(box, case, session))
            self.judged(4 * session)
        box.drop(b'{"ruptured": 1, "record": 7}', name="bad.json")
        box.drop(box.record(case="OLD", started=OLD))
        box.command(crash.close_command(1), name="close.json")
        box.command({"ruptured-command": 1, "act": "ack", "alert": "none"}, name="in-vain.json")
        self.judged(16)
        self.until(lambda: box.rows("SELECT 1 FROM incidents WHERE rule = 'test.silent'"), "the timer")
        self.change_rules()
        for case in range(4):
            box.drop(crash.record(box, case, 4))
        self.judged(20)
        self.end()

    def change_rules(self):
        judged_by = "SELECT value FROM facts WHERE name = 'rules.judged'"
        before = self.box.rows(judged_by)
        self.box.rules((crash.RULES + SILENT).replace("at most 30", "at most 34"))
        self.until(self.hears_hup, "an engine that takes SIGHUP")
        self.running["ruptured"].signal(signal.SIGHUP)
        self.until(lambda: self.box.rows(judged_by) != before, "judging under the changed rules")

    def hears_hup(self):
        """Just started again, it would still die of it."""
        status = Path(f"/proc/{self.running['ruptured'].pid}/status").read_text()
        return int(re.search(r"SigBlk:\s*(\w+)", status)[1], 16) & 1 << signal.SIGHUP - 1

    def end(self):
        """The courier's receipts are read at once at a start."""
        waiting = "SELECT 1 FROM parcels WHERE state = 0 LIMIT 1"
        self.until(lambda: not self.box.rows("SELECT 1 FROM outbox WHERE relayed_at IS NULL LIMIT 1") and
                   not self.box.rows(waiting, db=self.box.courier_db), "all delivered")
        for running in self.running.values():
            running.stop()
        fault = {} if self.reached or not self.point else {"RUPTURED_FAULT": self.point}
        if self.box.once(env=fault, expect=None).code == -9:
            self.reached = True
            self.box.once()


def check_points(box, points):
    with crash.beside(box) as clean:
        Scene(clean).play()
        expected = crash.outcome(clean)
    check(expected["decided"] and expected["answers"] and len(expected["rejected"]) == 1, str(expected))
    for point in points:
        with crash.beside(box) as other:
            scene = Scene(other, point)
            scene.play()
            check(scene.reached, f"{point} was never reached")
            crash.compare(other, expected, point)


def test_a_death_while_a_record_is_judged_changes_nothing(box):
    check_points(box, ("read", "parsed", "judged", "before-commit", "committed", "retire:3", "retired:2", "reject"))


def test_a_death_on_the_way_to_the_courier_changes_nothing(box):
    check_points(box, ("outbox-take", "relay-taken", "relay-marked", "receipts-stored", "receipts-read"))


def test_a_death_of_the_courier_changes_nothing(box):
    check_points(box, crash.COURIER_POINTS)


def test_a_death_at_commands_timers_and_changed_rules_changes_nothing(box):
    check_points(box, ("command-committed", "command-answered:2", "timers-committed", "swept:2"))


def held_until(box, minute, point=None):
    """Three cases whose alerts wait for one message, until their time has come and the engine has died of it."""
    crash.set_up(box)
    box.config_path.write_text(re.sub(r"routes: .*", "routes: [{name: all, match: {rules: [test.low]}, to: [desk], group: route, wait: 5 minutes}]",
                                      box.config_path.read_text()))
    box.now("2026-03-02T10:00:00Z")
    engine = box.launch("ruptured", env={"RUPTURED_FAULT": point} if point else None).wait_ready()
    for case in (0, 2, 5):
        box.drop(crash.record(box, case, 2 if case == 0 else 1))
    box.wait_processed(3)
    waiting = box.rows("SELECT incident, due_at FROM held ORDER BY row")
    check(len(waiting) >= 3, f"{len(waiting)} are held")
    box.now(f"2026-03-02T10:{minute:02}:00Z")
    return engine, waiting


def test_a_death_while_a_group_leaves_neither_loses_nor_doubles_it(box):
    for point in ("held-flushed", "held-committed"):
        with crash.beside(box) as other:
            engine, waiting = held_until(other, 6, point)
            check(engine.wait_exit() == -9, f"it did not die at {point}")
            other.start()
            other.wait(lambda: [one for one in other.told() if "alerts" in one], f"the group after {point}")
            other.wait(lambda: not other.rows("SELECT 1 FROM held"), "an empty table")
            groups = [one["count"] for one in other.told() if "alerts" in one]
            check(groups == [len(waiting)], f"{point}: {groups}")
            check(len(other.rows("SELECT 1 FROM outbox WHERE key LIKE 'g-%'")) == 1, f"{point}: it was decided twice")


def test_what_is_held_outlives_a_death(box):
    engine, waiting = held_until(box, 1)
    engine.kill()
    box.start()
    check(box.rows("SELECT incident, due_at FROM held ORDER BY row") == waiting, "it was changed")
    box.now("2026-03-02T10:05:00Z")
    box.wait(lambda: [one for one in box.told() if "alerts" in one], "the group")


def die_often(box, number, names, by_point):
    """DEATHS deaths of these programs while records keep arriving; the outcome is that of an undisturbed run."""
    cases = 60
    closing = range(0, cases, 7)
    rng = random.Random(crash.seed() + number)
    with crash.beside(box) as clean:
        crash.set_up(clean)
        arrivals = crash.Arrivals(clean, random.Random(1), cases, closing)
        clean.start()
        arrivals.finish()
        crash.settle(clean)
        expected = crash.outcome(clean)
    crash.set_up(box)
    arrivals = crash.Arrivals(box, rng, cases, closing)
    points = {"ruptured": crash.ENGINE_POINTS, "ruptured-courier": crash.COURIER_POINTS}
    mortals = [crash.Mortal(box, name, rng, points[name], by_point) for name in names]
    immortal = [box.launch(name) for name in points if name not in names]
    deaths = 0
    for one in itertools.cycle(mortals):
        arrivals.drop(arrivals.total * (deaths + 1) // DEATHS - arrivals.dropped)
        deaths += one.died()
        if deaths >= DEATHS:
            break
        time.sleep(0.002)
    for one in mortals:
        one.spare()
        print(one.name, dict(one.deaths))
    arrivals.finish()
    crash.settle(box)
    crash.compare(box, expected, f"{deaths} deaths")
    check(all(one.alive() for one in immortal), "who was spared died")


def test_deaths_of_the_engine_at_its_steps_lose_nothing(box):
    die_often(box, 1, ["ruptured"], by_point=1.0)


def test_deaths_of_the_engine_at_any_moment_lose_nothing(box):
    die_often(box, 2, ["ruptured"], by_point=0.0)


def test_deaths_of_the_courier_lose_nothing(box):
    die_often(box, 3, ["ruptured-courier"], by_point=0.7)


def test_deaths_of_engine_and_courier_lose_nothing(box):
    die_often(box, 4, ["ruptured", "ruptured-courier"], by_point=0.6)


def test_no_courier_outlives_the_parent_it_was_started_by(box):
    crash.set_up(box)
    both = box.start(together=True)
    below = list(descendants(both.pid))
    check(len(below) == 2, f"{len(below)} processes")
    both.signal(9)
    both.wait_exit()
    box.wait(lambda: all(proc_stat(pid) is None or proc_stat(pid)[0] == "Z" for pid in below), "the end of both")
    box.start(together=True)
    box.drop(crash.record(box, 2, 1))
    box.wait_told()


def die_at(box, *points):
    for point in points:
        code = box.launch("ruptured", env={"RUPTURED_FAULT": point}).wait_exit()
        check(code == -9, f"ended with {code} instead of dying at {point}")


def test_a_file_in_hand_at_three_deaths_in_a_row_is_refused(box):
    crash.set_up(box)
    box.drop(crash.record(box, 1, 1))
    die_at(box, "parsed", "judged", "parsed")
    box.start()
    box.wait_rejected()
    check("three times" in box.why("K001-1.json"), box.why("K001-1.json"))
    box.drop(crash.record(box, 2, 1))
    box.wait_told()


def test_deaths_of_others_do_not_add_up_to_poison(box):
    crash.set_up(box)
    box.drop(crash.record(box, 2, 1))
    die_at(box, "parsed", "judged", "before-commit", "parsed", "parsed")
    box.start()
    box.wait_told()
    check(not box.rejected() and len(box.processed()) == 1, box.state())


def test_a_command_in_hand_at_three_deaths_in_a_row_is_refused(box):
    crash.set_up(box)
    box.drop(crash.record(box, 1, 1))
    box.start().stop()
    box.command(crash.close_command(1), name="close.json")
    die_at(box, "judged", "judged", "judged")
    box.start(courier=False)
    box.wait_rejected()
    check('"ok":false' in (box.spool / "answers" / "close.json").read_text(), "no answer")
