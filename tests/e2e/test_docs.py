"""What README.md, docs/ and the manual pages show works as shown: examples are judged, commands are run.

In a command an id of 16 hexadecimal digits stands for an alert, one of 8 for a case; my-rules.yaml is the first example of
docs/RULES.md, my-changes.yaml the one with an override, session-*.json is the synthetic family.
"""
import re
import shutil
import subprocess
from pathlib import Path

from box import ROOT, check
from test_install import install

DOCS = ROOT / "docs"
MANUALS = sorted(DOCS.glob("*.[158]"))


def blocks(page, kind):
    """The fenced blocks whose first line is ```kind."""
    found = re.findall(rf"^```{kind}\n(.*?)^```$", (DOCS / page).read_text(), re.M | re.S)
    check(found, f"{page} has no block \"{kind}\"")
    return found


def written(box, name, text):
    path = box.dir / name
    path.write_text(text)
    return path


# ---- examples

def test_the_example_records_are_judged_without_a_word_of_complaint(box):
    for number, text in enumerate(blocks("RECORD.md", "json record")):
        ran = box.run("rupturectl", "explain", "--rules", ROOT / "rules", written(box, f"record-{number}.json", text))
        check(ran.code == 0 and not ran.err, f"example {number} of RECORD.md: {ran.code}\n{ran.err}")
        check("case K7Q2" in ran.out, ran.out)


def test_the_full_example_record_has_every_key(box):
    full = blocks("RECORD.md", "json record")[-1]
    keys = re.findall(r"^\| \**`(\w+)`", box.run("rupturectl", "reference", "record").out, re.M)
    check(len(keys) > 40, str(keys))
    for key in keys:
        there = f'"{key}"' in full or key in ("about", "by", "notice_hours", "ending", "withdrawn")
        check(there, f"the full example of RECORD.md does not show \"{key}\"")


def test_the_example_rules_are_sound(box):
    for number, text in enumerate(blocks("RULES.md", "yaml rules")):
        ran = box.run("rupturectl", "lint", ROOT / "rules", written(box, f"rules-{number}.yaml", text))
        check(ran.code == 0 and "no errors, 0 warnings" in ran.out, f"example {number} of RULES.md: {ran.out}{ran.err}")


def test_the_example_lexicon_is_sound(box):
    for number, text in enumerate(blocks("LEXICONS.md", "yaml lexicon")):
        ran = box.run("rupturectl", "lint", ROOT / "rules", written(box, f"lexicon-{number}.yaml", text))
        check(ran.code == 0 and "no errors, 0 warnings" in ran.out, f"example {number} of LEXICONS.md: {ran.out}{ran.err}")


def test_the_tests_of_the_example_rules_pass(box):
    for number, text in enumerate(blocks("RULES.md", "yaml rules")):
        path = written(box, f"rules-{number}.yaml", text)
        ran = box.run("rupturectl", "test", "--rules", ROOT / "rules", path)
        check(ran.code == 0 and " 0 failed" in ran.out, f"example {number} of RULES.md: {ran.out}{ran.err}")
        check("tests:" not in text or "Not covered" not in ran.out, ran.out)


def check_configuration(box, text):
    rules = written(box, "my-rules.yaml", blocks("RULES.md", "yaml rules")[0])
    # Not every example says who hears of safeguarding.
    text += f"rules: [{rules}, {ROOT}/rules]\nswitched_off: [safeguarding]\n"
    ran = box.run("ruptured", "-c", written(box, "example.yaml", text), "--check")
    # Their programs and secrets are the reader's own.
    doubts = [line for line in ran.err.splitlines() if re.search(r" (warning|error): ", line) and "[no-file]" not in line]
    check(ran.code == 0 and not doubts, f"{text}\n{ran.out}{ran.err}")


def test_the_example_configurations_are_sound(box):
    for text in blocks("CONFIGURATION.md", "yaml configuration"):
        check_configuration(box, text)
    manual = (DOCS / "ruptured.yaml.5").read_text()
    check_configuration(box, re.search(r"^\.Bd -literal.*?\n(version: 1\n.*?)^\.Ed$", manual, re.M | re.S)[1])


# ---- commands

def shown_commands():
    """(where, command) of every line that people are told to type and that needs neither root nor a service manager."""
    for line in (ROOT / "README.md").read_text().splitlines():
        if re.match(r"    (rupturectl|ruptured) ", line):
            yield "README.md", line.split("  # ")[0].strip()
    for page in ("RULES.md", "SECURITY.md"):
        for block in blocks(page, "sh try"):
            for line in block.splitlines():
                yield page, line
    for page in MANUALS:
        text = page.read_text().replace("\\e\n", "")
        for line in re.findall(r"^(?:\.Dl )?((?:rupturectl|ruptured) .*)$", text, re.M):
            yield page.name, line


def a_clinic(box):
    """The family, judged; the first alert that somebody was told of, and its case."""
    box.config()
    box.now("2026-04-30T12:00:00Z")
    box.start()
    (box.dir / "sessions").mkdir()
    for path in sorted((ROOT / "tests/data/family").glob("session-*.json")):
        shutil.copy(path, box.dir / "sessions")
        box.drop(path.read_bytes(), path.name)
    box.wait_processed(10)
    alert = next(a for a in box.ctl("--json", "alerts", expect=0).lines() if a["announcements"])
    return alert["alert"], alert["case"]


def test_the_commands_that_are_shown_work(box):
    alert, case = a_clinic(box)
    written(box, "sessions/my-rules.yaml", blocks("RULES.md", "yaml rules")[0])
    written(box, "sessions/my-changes.yaml", next(b for b in blocks("RULES.md", "yaml rules") if "\noverride:" in b))
    for name in ("rupturectl", "ruptured"):
        script = written(box, f"sessions/{name}", f'#!/bin/sh\nexec {box.program(name)} -c {box.config_path} "$@"\n')
        script.chmod(0o755)
    env = dict(box.env, PATH=f"{box.dir}/sessions:{box.env['PATH']}")
    ran = 0
    for where, command in shown_commands():
        line = re.sub(r"\b[0-9a-f]{16}\b", alert, command)
        line = re.sub(r"\b[0-9a-f]{8}\b", case, line).replace("/usr/share/ruptured/rules", str(ROOT / "rules"))
        one = subprocess.run(["sh", "-c", line], cwd=box.dir / "sessions", env=env, text=True, timeout=30 * box.slow,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        check(one.returncode == 0, f"{where}: {command}\nended with {one.returncode}:\n{one.stdout}")
        ran += 1
    check(ran >= 10, f"only {ran} commands were found")


# ---- nothing is left out

def test_the_manual_pages_know_every_option_and_command(box):
    for name, page in (("ruptured", "ruptured.8"), ("ruptured-courier", "ruptured-courier.8"), ("rupturectl", "rupturectl.1")):
        said, text = box.run(name, "--help").out, (DOCS / page).read_text()
        options = set(re.findall(r"--([a-z][a-z-]+)", said))
        check("help" in options, said)
        for option in options:
            check(f"Fl -{option}" in text, f"{page} does not know --{option}")
        for command in re.findall(r"^  ([a-z]+) ", said, re.M):
            check(re.search(rf"Ic {command}\b", text), f"{page} does not know the command {command}")


def test_the_manual_page_of_the_configuration_knows_every_key(box):
    text = (DOCS / "ruptured.yaml.5").read_text()
    keys = re.findall(r"^\| \**`(\w+)`", box.run("rupturectl", "reference", "configuration").out, re.M)
    check(len(keys) > 20, str(keys))
    for key in keys:
        check(f"Cm {key}" in text, f"ruptured.yaml.5 does not know \"{key}\"")


def test_links_between_the_pages_lead_somewhere(box):
    for page in (ROOT / "README.md", *DOCS.glob("*.md")):
        check_links(page)


def check_links(page, root=""):
    for link in re.findall(r"\]\(([^)#:]+)[#)]", page.read_text()):
        there = root / Path(link[1:]) if link.startswith("/") else page.parent / link
        check(there.exists(), f"{page.name}: nothing at {link}")


def test_links_lead_somewhere_when_installed_too(box):
    root = install(box)
    for page in (root / "usr/share/doc/ruptured").glob("*.md"):
        check_links(page, root)


def test_every_key_says_what_may_stand_there_and_what_it_means(box):
    for page in ("record", "rules", "configuration"):
        rows = [line.strip("| ").split(" | ") for line in box.run("rupturectl", "reference", page).out.splitlines()
                if re.match(r"\| \**`", line)]
        check(len(rows) > 20, f"{page}: {len(rows)} rows")
        for row in rows:
            check(len(row) >= 2 and all(cell.strip() or at == 2 for at, cell in enumerate(row)) and row[-1].strip(" |"), f"{page}: {row}")
