"""The live preview: rupturectl lint --watch and test --watch, through real files saved as editors save them."""
import fcntl
import itertools
import json
import os
import pty
import shutil
import signal
import struct
import subprocess
import sys
import termios
import threading
import time

from box import ROOT, check

sys.path.insert(0, str(ROOT / "tests/quality"))
import series  # noqa: E402

FINE, FOUND, WRONG = 0, 1, 2
HURRY = {"RUPTURED_HURRY": "10"}

RULES = """\
version: 1
rules:
  - id: my.low
    title: A low score
    because: "A rule for tests."
    per: member
    severity: notice
    status: active
    signals:
      low: {score: alliance40, value: less than 30}
    when: low
    say: low
    tests:
      - name: low
        scores: {SRS: [38, 29]}
        expect: {session 2: notice}
      - name: just not
        scores: {SRS: [38, 36]}
        expect: {}
"""


class Watching:
    """A preview in the background.  Its output is read as it comes; `seen` is what was not asked for yet."""

    def __init__(self, box, *args, terminal=None, env=None):
        self.box, self.text, self.rounds = box, "", []
        argv = [box.program("rupturectl"), "-c", str(box.config_path), *map(str, args)]
        env = {**box.env, **HURRY, **(env or {})}
        self.err = open(box.dir / f"watch-{next(box.serial)}.err", "w+")
        if terminal:
            self.fd, end = pty.openpty()
            self.size(*terminal)
            self.process = subprocess.Popen(argv, env=env, stdin=end, stdout=end, stderr=end, start_new_session=True,
                                            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
            os.close(end)
        else:
            self.fd, end = os.pipe()
            self.process = subprocess.Popen(argv, env=env, stdin=subprocess.DEVNULL, stdout=end, stderr=self.err)
            os.close(end)
        os.set_blocking(self.fd, False)

    def size(self, rows, columns):
        fcntl.ioctl(self.fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def read(self):
        try:
            while True:
                more = os.read(self.fd, 65536)
                if not more:
                    break
                self.text += more.decode(errors="replace")
        except (BlockingIOError, OSError):
            pass
        return self.text

    def until(self, *words, seconds=20):
        """Waits for all the words, and forgets what came up to the last of them; that much is returned."""
        self.box.wait(lambda: all(word in self.read() for word in words), f"{words}", seconds,
                      lambda: f"{self.text}\n{open(self.err.name).read()}")
        end = max(self.text.index(word) + len(word) for word in words)
        took, self.text = self.text[:end], self.text[end:]
        return took

    def round(self):
        """The next block, whole."""
        return self.until("\n\n")

    def object(self):
        return json.loads(self.until("\n"))

    def end(self, number=signal.SIGINT):
        self.process.send_signal(number)
        code = self.process.wait(20 * self.box.slow)
        self.read()
        os.close(self.fd)
        self.err.close()
        return code


def draft(box, text=RULES, name="mine.yaml"):
    place = box.dir / "draft"
    place.mkdir(exist_ok=True)
    (place / name).write_text(text)
    return place


def past(box, n=6):
    place = box.dir / "past"
    place.mkdir()
    for name, at, records in series.cases(n, 20260105, dip=True):
        for one in records:
            (place / f"{one['record']}.json").write_text(json.dumps(one))
    return place


def test_a_save_is_checked_tested_and_held_against_the_past(box):
    box.config()
    place = draft(box)
    watching = Watching(box, "lint", "--watch", "--records", past(box), place)
    first = watching.round()
    check(": 0 errors, 0 warnings\n" in first and "Tests     2 passed, 0 failed; 1 of 1 rules fire in a test\n" in first, first)
    check("Backtest  6 cases, " in first and "; against the rules in force\n" in first, first)
    check("  my.low " in first and " added\n" in first, first)
    check("Since" not in first, first)
    (place / "mine.yaml").write_text(RULES.replace("less than 30", "less than 34"))
    second = watching.round()
    check(" (mine.yaml): +" in second and " alerts (+" in second and " a week)" in second, second)
    (place / "mine.yaml").write_text(RULES.replace("less than 30", "less than 20"))
    third = watching.round()
    check("fails now: my.low: low" in third and "\n  session 2: expected notice, nothing came\n" in third, third)
    (place / "mine.yaml").write_text(RULES.replace("less than 30", "less tha 30"))
    fourth = watching.round()
    check("mine.yaml:10:" in fourth and "1 error more" in fourth, fourth)
    check("Tests" not in fourth and "Backtest" not in fourth, fourth)
    check(watching.end() == FOUND, "the last rules had an error")


def as_a_new_file(path, text):
    """vi, most: written beside, renamed over."""
    (path.parent / ".mine.yaml.swp").write_text("swap")
    (path.parent / "4913").write_text("")
    (path.parent / "4913").unlink()
    path.rename(path.with_name("mine.yaml~"))
    path.write_text(text)
    path.with_name("mine.yaml~").unlink()
    (path.parent / ".mine.yaml.swp").unlink()


def by_rename(path, text):
    path.with_name(".mine.tmp").write_text(text)
    path.with_name(".mine.tmp").rename(path)


def in_pieces(path, text):
    """Truncated, then written bit by bit, with a lock that is a dangling link beside it."""
    (path.parent / ".#mine.yaml").symlink_to("me@here.1")
    with open(path, "w") as f:
        for at in range(0, len(text), 100):
            f.write(text[at:at + 100])
            f.flush()
    (path.parent / ".#mine.yaml").unlink()


def with_the_directory(path, text):
    """A checkout: the whole directory is another."""
    new = path.parent.with_name("new")
    new.mkdir()
    (new / path.name).write_text(text)
    path.parent.rename(path.parent.with_name("old"))
    new.rename(path.parent)
    shutil.rmtree(path.parent.with_name("old"))


def by_link(path, text):
    """A link that is turned to another file."""
    path.with_name("elsewhere.text").write_text(text)
    path.with_name(".link").symlink_to("elsewhere.text")
    path.with_name(".link").rename(path)


SAVES = (as_a_new_file, by_rename, in_pieces, with_the_directory, by_link, lambda path, text: path.write_text(text))


def test_every_way_of_saving_is_seen_once(box):
    box.config()
    place = draft(box)
    watching = Watching(box, "--json", "test", "--watch", "--rules", ROOT / "rules" / "instruments.yaml", place)
    check(watching.object()["tests"]["failed"] == 0, "the first round")
    for turn, save in enumerate(SAVES):
        low = turn % 2 == 0
        save(place / "mine.yaml", RULES.replace("less than 30", "less than 20" if low else "less than 30") + f"# {turn}\n")
        said = watching.object()
        while said["trouble"] or not said["tests"] or said["tests"]["failed"] != low:  # a slow machine sees steps of it
            said = watching.object()
        check(said["tests"]["failed"] == low and said["no_backtest"] is None, f"{save}: {said}")
    (place / ".mine.yaml.swp").write_text("no rules")
    (place / "notes.txt").write_text("no rules")
    (place / "more.yaml").write_text("version: 1\nlists: {a: [b]}\n")
    said = watching.object()
    check([os.path.basename(file) for file in said["changed"]] == ["more.yaml"], str(said["changed"]))
    (place / "more.yaml").unlink()
    said = watching.object()
    check([os.path.basename(file) for file in said["changed"]] == ["more.yaml"], str(said["changed"]))
    check(watching.end(signal.SIGTERM) == FINE, "the last rules were fine")


def test_a_directory_that_goes_away_is_waited_for(box):
    box.config()
    place = draft(box)
    watching = Watching(box, "test", "--watch", "--rules", ROOT / "rules" / "instruments.yaml", place)
    watching.round()
    place.rename(place.with_name("gone"))
    said = watching.round()
    check(f"{place}: not there (any more); waiting for it\n" in said, said)
    place.with_name("gone").rename(place)
    check("2 passed, 0 failed" in watching.round(), "it is back")
    below = place / "below"
    below.mkdir()
    (below / "more.yaml").write_text(RULES.replace("my.low", "my.other"))
    check("4 passed, 0 failed" in watching.round(), "a directory in it")
    (below / "more.yaml").write_text(RULES.replace("my.low", "my.other").replace("less than 30", "less than 20"))
    check("3 passed, 1 failed" in watching.round(), "a file in the directory in it")
    check(watching.end() == FOUND, "a test fails")


def test_what_else_goes_on_around_the_directory_holds_nothing_up(box):
    box.config()
    place, over = draft(box), threading.Event()

    def be_busy():
        for turn in itertools.count():
            (box.dir / f"busy{turn % 50}").write_text(str(turn))
            if over.wait(0.001):
                return

    busy = threading.Thread(target=be_busy)
    busy.start()
    try:
        watching = Watching(box, "test", "--watch", "--rules", ROOT / "rules" / "instruments.yaml", place)
        watching.round()
        (place / "mine.yaml").write_text(RULES.replace("less than 30", "less than 20"))
        check("1 passed, 1 failed" in watching.round(), "the save")
        check(watching.end() == FOUND, "a test fails")
    finally:
        over.set()
        busy.join()


def test_a_backtest_is_given_up_when_the_rules_are_saved_again(box):
    box.config()
    place, hold = draft(box), box.dir / "hold"
    hold.mkdir()
    (hold / "backtest").touch()
    watching = Watching(box, "lint", "--watch", "--records", past(box), place, env={"RUPTURED_HOLD": str(hold)})
    watching.until("Tests     2 passed")
    (place / "mine.yaml").write_text(RULES.replace("less than 30", "less than 34"))
    said = watching.until("given up: the rules were saved again", "Tests     2 passed")
    check("cases, " not in said, said)
    (hold / "backtest").unlink()
    check("cases, " in watching.until("against the rules in force"), "the one that was not given up")
    (hold / "backtest").touch()
    (place / "mine.yaml").write_text(RULES.replace("less than 30", "less than 33"))
    watching.until("Tests     2 passed")
    check(watching.end() == FINE, "Ctrl-C does not wait for a backtest")


def test_without_a_past_the_rest_goes_on(box):
    box.config()
    watching = Watching(box, "lint", "--watch", draft(box))
    said = watching.round()
    check("Tests     2 passed" in said and "there is no store at " in said and "--records DIR" in said, said)
    check(watching.end() == FINE, "nothing was wrong")
    box.once()
    watching = Watching(box, "lint", "--watch", box.dir / "draft")
    said = watching.round()
    check("there is no session in the store yet to try the rules on" in said, said)
    check(watching.end() == FINE, "nothing was wrong")


def test_the_store_is_the_past_and_a_copy_of_a_file_takes_its_place(box):
    live = box.rules(RULES, "mine.yaml")
    box.config(rules=[ROOT / "rules" / "instruments.yaml", live.parent])
    box.now("2026-05-01T10:00:00Z")
    for session, score in enumerate((38, 37, 33, 38), 1):
        box.drop(box.record(session=session, scores={"m1": score}))
    box.once()
    place = draft(box, RULES.replace("less than 30", "less than 34"))
    watching = Watching(box, "lint", "--watch", place)
    said = watching.round()
    check(", in the place of 1 file in force\n" in said and "1 case, 4 sessions" in said and ": 1 added\n" in said, said)
    # What the engine has in force counts, not what its file says by now.
    live.write_text(RULES.replace("less than 30", "less than 34"))
    (place / "mine.yaml").write_text(RULES)
    said = watching.round()
    check("-1 alert (" in said and "added" not in said, said)
    check(watching.end() == FINE, "nothing was wrong")


def test_a_terminal_shows_one_screen_that_fits(box):
    box.config()
    faults = RULES.replace("less than 30", "less tha 30") + "".join(
        f"  - {{id: my.r{i}, title: T, per: nobody}}\n" for i in range(20))
    place = draft(box, faults)
    watching = Watching(box, "lint", "--watch", "--records", past(box), place, terminal=(12, 60))
    said = watching.until("\033[2J", "errors", "more lines: the window is too small")
    check(said.count("\n") <= 12, said)
    check(all(len(line) <= 60 for line in said.rpartition("\033[3J")[2].replace("\r", "").splitlines()), said)
    watching.size(40, 100)
    watching.process.send_signal(signal.SIGWINCH)
    said = watching.until("\033[2J", "expected a threshold")
    (place / "mine.yaml").write_text(RULES)
    said = watching.until("against the rules in force", " added")
    check("Since" in said and "fewer" in said, said)
    os.write(watching.fd, b"\x03")
    check(watching.process.wait(20 * box.slow) == FINE, "Ctrl-C on a terminal")
    os.close(watching.fd)


def test_wrong_use_of_a_preview_is_told(box):
    box.config()
    for words in (("lint", "--records", "x"), ("lint", "--frobnicate"), ("test", "--watch", "--junit", "x.xml"),
                  ("lint", "--watch", "--rules")):
        check(box.ctl(*words).code == WRONG, str(words))


def test_the_bar_is_shown_on_a_terminal_after_a_while_and_is_gone_at_the_end(box):
    box.config()
    place, hold = past(box), box.dir / "hold"
    hold.mkdir()
    (hold / "backtest").touch()
    env = {"RUPTURED_HOLD": str(hold)}
    for columns in (100, 30, 8):
        (hold / "backtest").touch()
        watching = Watching(box, "backtest", "--records", place, ROOT / "rules", terminal=(24, columns), env=env)
        bar = watching.until("  0 %\033[K")
        check(bar.startswith("\r") and len(bar.strip("\r\033[K")) < columns, f"{columns}: {bar!r}")
        check(("...." in bar) == (columns > 12), bar)
        (hold / "backtest").unlink()
        check(watching.process.wait(20 * box.slow) == FINE, watching.read())
        said = watching.read()
        check(said.index("\r\033[K") < said.index("The new rules would have raised"), said)
        check("%" not in said.partition("\r\033[K")[2].partition("The new rules")[0], said)
        os.close(watching.fd)
    (hold / "backtest").unlink(missing_ok=True)
    ran = box.ctl("backtest", "--records", place, ROOT / "rules", env=dict(env, RUPTURED_HURRY="1000000"), expect=FINE)
    check("\r" not in ran.out + ran.err, "a bar in a pipe")
    (hold / "backtest").touch()
    began = time.monotonic()
    watching = Watching(box, "backtest", "--records", place, ROOT / "rules", terminal=(24, 80), env=dict(env, RUPTURED_HURRY="1"))
    watching.until("  0 %\033[K")
    check(time.monotonic() - began >= 1, "a bar before a second is over")
    (hold / "backtest").unlink()
    check(watching.process.wait(20 * box.slow) == FINE, watching.read())
    os.close(watching.fd)
