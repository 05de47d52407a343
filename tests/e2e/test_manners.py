"""How the processes behave towards the machine: the sandbox, the service manager, the watchdog."""
import signal
import time
from pathlib import Path

from box import ROOT, check, descendants
from test_daemon import LOW, fires, quiet, set_up

WATCHDOG_MS = 400


def status_of(pid):
    """The lines of /proc/PID/status."""
    return dict(line.split(":\t", 1) for line in Path(f"/proc/{pid}/status").read_text().splitlines() if ":\t" in line)


def filters_added(pid):
    """Seccomp filters of the process beyond those this test runs under."""
    return int(status_of(pid)["Seccomp_filters"]) - int(status_of("self")["Seccomp_filters"])


def check_confined(box, pid):
    status = status_of(pid)
    check(status["Seccomp"] == "2", f"Seccomp: {status['Seccomp']}")
    check(status["NoNewPrivs"] == "1", f"NoNewPrivs: {status['NoNewPrivs']}")
    check(filters_added(pid) == 1, f"{filters_added(pid)} filters")


def watched_inodes(pid):
    """Inodes of the directories a process watches."""
    found = set()
    for path in Path(f"/proc/{pid}/fdinfo").iterdir():
        for line in path.read_text().splitlines():
            if line.startswith("inotify "):
                found |= {int(word[4:], 16) for word in line.split() if word.startswith("ino:")}
    return found


def meals(program):
    return program.notified().count("WATCHDOG=1")


def hungry_for(box, program, seconds):
    """Waits until the watchdog got nothing for that long."""
    seen = [meals(program), time.monotonic()]

    def hungry():
        if meals(program) != seen[0]:
            seen[:] = [meals(program), time.monotonic()]
        return time.monotonic() - seen[1] > seconds * box.slow

    box.wait(hungry, "the watchdog to be left hungry", 10, program.err)


def dog(box):
    return {"WATCHDOG_USEC": str(int(WATCHDOG_MS * 1000 * box.slow))}


# ---- sandbox

def test_the_engine_is_confined_when_it_is_ready(box):
    box.not_under_valgrind("knows neither Landlock nor seccomp")
    set_up(box)
    engine = box.start(courier=False)
    check_confined(box, engine.pid)
    check("Landlock" not in engine.err(), engine.err())


def test_the_engine_is_confined_beside_its_courier_too(box):
    box.not_under_valgrind("knows neither Landlock nor seccomp")
    set_up(box)
    parent = box.start(together=True)
    box.wait(lambda: "watching" in parent.err(), "the engine", told=parent.err)
    engines = [pid for pid, (_, _, name) in descendants(parent.pid).items() if name == "ruptured"]
    couriers = box.wait(lambda: [pid for pid, (_, _, name) in descendants(parent.pid).items() if name == "ruptured-courie"],
                        "the courier")
    check(len(engines) == 1, str(descendants(parent.pid)))
    check_confined(box, engines[0])
    check(filters_added(parent.pid) == 0, "the parent is confined")
    check(filters_added(couriers[0]) == 0, "the courier is confined")


def test_the_engine_reads_no_file_outside_its_places(box):
    box.not_under_valgrind("knows neither Landlock nor seccomp")
    set_up(box)
    secret = box.dir / "elsewhere" / "secret.yaml"
    secret.parent.mkdir()
    secret.write_text("version: 1\n")
    box.config(rules=[ROOT / "rules" / "instruments.yaml", box.dir / "etc" / "rules.d"])
    engine = box.start(courier=False)
    (box.dir / "etc" / "rules.d" / "link.yaml").symlink_to(secret)
    line = box.wait(lambda: [l for l in engine.err().splitlines() if "link.yaml" in l], "a complaint", told=engine.err)[0]
    check("Permission denied" in line and "restart" in line, line)
    (box.dir / "etc" / "rules.d" / "link.yaml").unlink()
    box.wait(lambda: "working again" in engine.err(), "the engine to go on", told=engine.err)


def test_links_among_the_rules_may_lead_elsewhere_at_the_start(box):
    real = box.dir / "elsewhere" / "mine.yaml"
    real.parent.mkdir()
    real.write_text(LOW)
    set_up(box)
    rules = box.dir / "etc" / "rules.d"
    (rules / "rules.yaml").unlink()
    (rules / "mine.yaml").symlink_to(real)
    box.config(rules=[ROOT / "rules" / "instruments.yaml", rules])
    engine = box.start(courier=False)
    before = rules_hash(box)
    real.write_text(LOW.replace("at most 30", "at most 10"))
    engine.signal(signal.SIGHUP)
    box.wait(lambda: rules_hash(box) != before, "the changed rules", told=engine.err)


def rules_hash(box):
    return box.ctl("status", "--json").json()["rules_hash"]


# ---- service manager

def test_ready_is_said_once_the_spool_is_watched(box):
    set_up(box)
    engine = box.start(courier=False)
    watched = watched_inodes(engine.pid)
    for queue in ("incoming", "commands"):
        check((box.spool / queue).stat().st_ino in watched, f"{queue}/ is not watched")


def test_a_reload_is_told_to_the_service_manager(box):
    set_up(box)
    for program in (box.start(courier=False), box.start_courier()):
        said = len(program.notified())
        program.signal(signal.SIGHUP)
        box.wait(lambda: "READY=1" in program.notified()[said:], "READY=1 again", told=program.err)
        lines = program.notified()[said:]
        check("RELOADING=1" in lines[:lines.index("READY=1")], str(lines))
        check(any(line.startswith("MONOTONIC_USEC=") for line in lines), str(lines))


def test_stopping_is_told_to_the_service_manager(box):
    set_up(box)
    for program in (box.start(courier=False), box.start_courier()):
        check("STOPPING=1" not in program.notified(), "too early")
        program.stop()
        check(program.notified()[-1] == "STOPPING=1", str(program.notified()))


def test_the_watchdog_is_fed_while_there_is_nothing_to_do(box):
    set_up(box)
    for program in (box.start(courier=False, env=dog(box)), box.start_courier(env=dog(box))):
        fed = meals(program)
        box.wait(lambda: meals(program) >= fed + 3, "three meals", told=program.err)


def test_the_watchdog_is_fed_through_a_backlog(box):
    """Not after it: a hungry dog ends an engine that has much to do."""
    set_up(box)
    for n in range(600):
        box.drop(quiet(box, case=f"K{n}"))
    engine = box.start(courier=False, env={"WATCHDOG_USEC": "40000"})
    box.wait(lambda: len(box.processed()) == 600, "all of them", 30)
    check(meals(engine) >= 3, f"{meals(engine)} meals")


def test_the_watchdog_of_a_hung_engine_is_not_fed(box):
    set_up(box)
    box.fault("judged=hang")
    engine = box.start(courier=False, env=dog(box))
    box.wait(lambda: meals(engine) >= 2, "meals before")
    box.drop(quiet(box))
    hungry_for(box, engine, 2 * WATCHDOG_MS / 1000)
    check(engine.alive(), "it ended instead")
    engine.kill()


def test_the_watchdog_of_a_hung_courier_is_not_fed(box):
    set_up(box)
    box.start(courier=False)
    box.fault("courier-taken=hang")
    courier = box.start_courier(env=dog(box))
    box.wait(lambda: meals(courier) >= 2, "meals before")
    box.drop(fires(box))
    hungry_for(box, courier, 2 * WATCHDOG_MS / 1000)
    check(courier.alive(), "it ended instead")
    courier.kill()


def test_the_watchdog_is_fed_while_a_hook_hangs(box):
    set_up(box, timeout="30 seconds")
    box.hook_hangs()
    box.start(courier=False)
    courier = box.start_courier(env=dog(box))
    box.drop(fires(box))
    box.wait(lambda: box.hook_calls() >= 1, "a call of the hook")
    fed = meals(courier)
    box.wait(lambda: meals(courier) >= fed + 3, "three meals", told=courier.err)
    courier.stop()


# ---- what the log says

def test_a_first_start_together_makes_no_noise(box):
    box.not_under_valgrind("knows neither Landlock nor seccomp")
    set_up(box)
    both = box.start(together=True)
    box.wait(lambda: "watching" in both.err() and "delivering" in both.err(), "both", told=both.err)
    check(len(both.err().splitlines()) == 3, both.err())


def test_a_courier_without_an_engine_says_so_after_a_while(box):
    set_up(box)
    courier = box.start_courier(env={"RUPTURED_HURRY": "10"})
    box.wait(lambda: "not there yet" in courier.err(), "a word", told=courier.err)
    box.start(courier=False)
    box.drop(fires(box))
    box.wait_told()
    check(len([line for line in courier.err().splitlines() if "not there yet" in line]) == 1, courier.err())
