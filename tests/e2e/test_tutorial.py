"""docs/TUTORIAL.md from its first line to its last: each command is run in its turn and must answer what is shown there.

A block "console" holds commands (`$ ...`) and their answers; a block "yaml NAME" is a file that the reader writes.  The
clinic is the synthetic family and simulated cases of a fixed seed.  Its tokens are random: the document shows the first as
one made-up token, the second as another, and a command may name any that was shown before.

RUPTURED_UPDATE=1 writes the answers into the document.
"""
import hashlib
import os
import re
import subprocess
import sys
from datetime import datetime, timedelta

from box import ROOT, check

sys.path.insert(0, str(ROOT / "tests/quality"))
import series  # noqa: E402

PAGE = ROOT / "docs/TUTORIAL.md"
BLOCK = re.compile(r"^```(?:console|yaml (\S+))\n(.*?)^```$", re.M | re.S)
TOKEN = re.compile(r"\b(?:[0-9a-f]{16}|[0-9a-f]{8})\b")
TODAY = "2026-03-09T19:00:00Z"
SEED, CASES = 20260105, 24
OPEN = "quiet-10"  # the one simulated case that is still in treatment
ROUTES = "[{name: everyone, to: [desk]}, {name: safeguarding, match: {rules: [safeguarding]}, to: [desk]}]"
SCREEN = 100


# ---- the clinic

def simulated():
    """(case, session of its dip, record), all before today; no two sessions of different cases begin at the same time."""
    for dip in (False, True):
        for number, (name, at, records) in enumerate(series.cases(CASES, SEED + dip, dip=dip)):
            for one in records:
                for key in ("started", "next_session"):
                    when = datetime.fromisoformat(one[key]) + timedelta(days=-28, hours=2 * number + dip)
                    one[key] = when.strftime("%Y-%m-%dT%H:%M:%SZ")
                yield name, at, one


def answer_the_past(box):
    """What the supervisors have done so far: a dip was of use to hear of, any other fall was noise; treatments ended."""
    dips = {name: at for name, at, _ in simulated() if name != OPEN}
    cases = dict(box.rows("SELECT token, id FROM cases"))
    for one in box.ctl("--json", "alerts", "--all", expect=0).lines():
        name = cases[one["case"]]
        if one["rule"] == "drops.alliance" and name in dips:
            box.ctl("verdict", one["alert"], "useful" if one["opened_session"] - 1 == dips[name] else "noise", expect=0)
    for token, name in cases.items():
        if name in dips:
            box.ctl("case", "close", token, "treatment ended", expect=0)


def beginning(token, others):
    """What stands for the token, or for that of which it is the beginning."""
    return next((other[:len(token)] for one, other in others.items() if one.startswith(token)), None)


class Reader:
    """Somebody at a shell in the clinic, who does what the document says."""

    def __init__(self, box):
        self.box, self.real, self.shown = box, {}, {}
        self.desk = box.dir / "desk"
        self.desk.mkdir()
        self.own = box.dir / "etc/rules.d"
        self.own.mkdir()
        self.put_program("rupturectl", f'exec {box.program("rupturectl")} -c {box.config_path} "$@"')
        self.put_program("sudo", 'exec "$@"')
        self.places = (("/etc/ruptured/rules.d", str(self.own)), ("/usr/share/ruptured/rules", str(ROOT / "rules")))

    def put_program(self, name, does):
        path = self.box.dir / "bin" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\n{does}\n")
        path.chmod(0o755)

    def open_clinic(self):
        self.box.config(rules=[ROOT / "rules", self.own], routes=ROUTES)
        self.box.now(TODAY)
        for path in sorted((ROOT / "tests/data/family").glob("session-*.json")):
            self.box.drop(path.read_bytes(), path.name)
        for _, _, one in simulated():
            self.box.drop(one)
        self.box.once()
        self.box.start()
        answer_the_past(self.box)

    def show(self, found):
        """The made-up token for a real one: the same document whatever the chance."""
        token = beginning(found[0], self.shown)
        if token is None:
            token = hashlib.sha256(f"tutorial {len(self.shown)}".encode()).hexdigest()[:len(found[0])]
            self.shown[found[0]], self.real[token] = token, found[0]
        return token

    def as_shown(self, answer):
        for there, here in self.places:
            answer = answer.replace(here, there)
        answer = re.sub(r"\(pid \d+\)", "(pid 714)", TOKEN.sub(self.show, answer))
        answer = re.sub(r"(?<=, says )[^:]+(?=:)", "supervisor", answer)
        return "".join(line.rstrip() + "\n" for line in answer.splitlines())

    def type(self, command):
        for there, here in self.places:
            command = command.replace(there, here)
        command = TOKEN.sub(lambda found: beginning(found[0], self.real) or found[0], command)
        ran = subprocess.run(["sh", "-c", command], cwd=self.desk, text=True, timeout=30 * self.box.slow,
                             env=dict(self.box.env, PATH=f"{self.box.dir}/bin:{self.box.env['PATH']}"),
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        check(ran.returncode in (0, 1), f"{command}\nended with {ran.returncode}:\n{ran.stdout}")
        if command.startswith("sudo"):
            self.box.wait(self.are_in_force, "the engine to take up the rules")
        return self.as_shown(ran.stdout)

    def are_in_force(self):
        return "in force as on disk" in self.box.ctl("status").out and "has not read" not in self.box.ctl("rules").err

    def do(self, block):
        """A block of the document as it should be."""
        if block[1]:
            (self.desk / block[1]).write_text(block[2])
            return block[0]
        commands = [line[2:] for line in block[2].splitlines() if line.startswith("$ ")]
        check(commands, f"a block without a command:\n{block[0]}")
        return "```console\n" + "".join(f"$ {one}\n{self.type(one)}" for one in commands) + "```"


def test_the_tutorial_goes_as_it_is_written(box):
    reader = Reader(box)
    reader.open_clinic()
    text = PAGE.read_text()
    done = BLOCK.sub(reader.do, text)
    if os.environ.get("RUPTURED_UPDATE") == "1":
        PAGE.write_text(done)
        return
    check(len(BLOCK.findall(text)) >= 10, "the blocks of the tutorial are not found")
    for is_there, should in zip(BLOCK.finditer(text), BLOCK.finditer(done)):
        check(is_there[0] == should[0], f"the document shows\n{is_there[0]}\nbut it is\n{should[0]}\n(RUPTURED_UPDATE=1 writes it)")
    check(text == done, "the document is not as it should be")


def test_what_is_tried_on_the_past_fits_a_screen(box):
    blocks = [block[0] for block in BLOCK.finditer(PAGE.read_text()) if re.search(r"^\$ rupturectl (backtest|tune)", block[0], re.M)]
    check(len(blocks) >= 3, str(blocks))
    for line in "".join(blocks).splitlines():
        check(line.startswith("    because: ") or len(line) <= SCREEN, f"{len(line)} columns: {line}")
