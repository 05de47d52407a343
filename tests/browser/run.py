#!/usr/bin/env python3
"""Looks at the program's pages in a headless Chromium, and ends with one line: N passed, N failed, N skipped.

RUPTURED_NO_SKIP=1 or CI=true: a skip is a failure.
"""
import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import traceback
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.dont_write_bytecode = True
sys.path.insert(0, str(HERE))

import checks  # noqa: E402
import counter  # noqa: E402
import pages  # noqa: E402
from chromium import Chromium  # noqa: E402

CHECKS = ("axe", "overflow", "requests", "script", "prints", "tabs", "contrast", "text_size", "overlap")
NPM_SECONDS = 120


class Skip(Exception):
    """Something that is not ours is missing."""


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("-k", metavar="PART", default="", help="only checks with PART in their name")
    p.add_argument("--page", metavar="NAME", help="only this page: " + ", ".join(m.__name__ for m in pages.MAKERS))
    p.add_argument("-v", action="store_true", help="name every check")
    p.add_argument("--bin", metavar="DIR", default=str(ROOT / "build/test"), help="where the programs are")
    p.add_argument("--pictures", metavar="DIR", help="also leave there what the pages look like")
    return p.parse_args()


class Tally:
    def __init__(self, opts):
        self.opts, self.passed, self.failed, self.skipped = opts, 0, 0, 0
        self.no_skip = os.environ.get("RUPTURED_NO_SKIP") == "1" or os.environ.get("CI") == "true"

    def run(self, name, test, always=False):
        """`test` returns complaints, or nothing."""
        if self.opts.k not in name and not always:
            return
        try:
            found = test()
        except Skip as reason:
            print(f"SKIP {name}: {reason}")
            self.skipped += 1
            return
        except Exception:
            found = traceback.format_exc().splitlines()
        if found:
            print(f"FAIL {name}")
            print("".join(f"  {line}\n" for line in found[:20]), end="")
        elif self.opts.v:
            print(f"ok   {name}")
        self.failed += bool(found)
        self.passed += not found
        sys.stdout.flush()

    def end(self):
        if self.no_skip and self.skipped:
            print("a skip fails here: what was skipped above must run")
        print(f"{self.passed} passed, {self.failed} failed, {self.skipped} skipped")
        return 1 if self.failed or (self.no_skip and self.skipped) else 0


def axe_source():
    """axe-core as the lock names it, by npm into build/; npm holds it against the lock's sha512."""
    place = ROOT / "build/browser"
    source, lock = place / "node_modules/axe-core/axe.min.js", place / "package-lock.json"
    wanted = (HERE / "package-lock.json").read_bytes()
    if source.exists() and lock.exists() and lock.read_bytes() == wanted:
        return source.read_text()
    if not shutil.which("npm"):
        raise Skip("no npm here to get axe-core with")
    shutil.rmtree(place, ignore_errors=True)
    place.mkdir(parents=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, place)
    try:
        ran = subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place, text=True,
                             stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                             timeout=NPM_SECONDS)
        trouble = ran.stdout.strip().splitlines()[:1] if ran.returncode else []
        if ran.returncode and "EINTEGRITY" in ran.stdout:
            raise RuntimeError("axe-core is not what the lock says")
    except subprocess.TimeoutExpired:
        ran, trouble = None, ["no answer"]
    if ran is None or ran.returncode or not source.exists():
        shutil.rmtree(place, ignore_errors=True)
        raise Skip(f"npm cannot get axe-core: {' '.join(trouble)}")
    return source.read_text()


def check(browser, which, url):
    """Complaints of one check about one page."""
    if which == "axe":
        return checks.axe(browser, url, axe_source())
    return getattr(checks, which)(browser, url)


def look_at(tally, browser, made, leave):
    for which in CHECKS:
        if which in made.without:
            continue
        url = made.inside if which == "axe" else made.url
        tally.run(f"{made.name}: {getattr(checks, which).__doc__.split('.')[0]}", lambda: check(browser, which, url))
    if leave:
        for name, how in {"light": {}, "dark": {"dark": True}, "narrow": {"width": checks.TELEPHONE},
                          "forced": {"forced": True, "dark": True}}.items():
            with browser.page(made.url, **how) as page:
                for number, picture in enumerate(page.pictures(), 1):
                    Path(leave, f"{made.name}-{name}-{number}.png").write_bytes(picture)
        with browser.page(made.url, media="") as page:
            Path(leave, f"{made.name}.pdf").write_bytes(page.paper())


def counter_tests(tally, browser, box):
    """Each check is silent about a good page and complains about a bad one."""
    def made(more):
        path = Path(box, "counter.html")
        path.write_text(counter.PAGE % more)
        return path.as_uri()

    def complains(which, more):
        return [] if check(browser, which, made(more)) else ["no complaint about " + more]

    for which in CHECKS:
        tally.run(f"a good page: {which}", lambda: check(browser, which, made("")))
        for more in [counter.BREAKS[which], *counter.MORE.get(which, [])]:
            tally.run(f"a bad page is seen: {which}", lambda: complains(which, more))


def make_pages(tally, opts, place):
    made = []

    def make(maker):
        made.append(maker(Path(opts.bin), place))

    for maker in pages.MAKERS:
        if not opts.page or opts.page == maker.__name__:
            tally.run(f"{maker.__name__}: is made", lambda: make(maker), always=True)
    return made


def main():
    opts = options()
    tally = Tally(opts)
    program = shutil.which("chromium") or shutil.which("chromium-browser")

    def missing():
        raise Skip("no chromium here")

    if not program:
        tally.run("pages in a browser", missing)
        return tally.end()
    if opts.pictures:
        Path(opts.pictures).mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="ruptured-pages.") as place:
        made = make_pages(tally, opts, Path(place))  # before: a test box ends with every process below this one
        with Chromium(program) as browser:
            counter_tests(tally, browser, place)
            for one in made:
                look_at(tally, browser, one, opts.pictures)
    return tally.end()


sys.exit(main())
