"""The pages that are looked at, each made by the real program."""
import json
import random
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
for place in ("tests/e2e", "tests/sim", "tests/quality"):
    sys.path.insert(0, str(ROOT / place))

import clinic  # noqa: E402
import series  # noqa: E402
from box import Box  # noqa: E402

SEED, CASES, SESSIONS, BEGUN_WEEKS = 7, 16, 240, 12
STEP = 4 * clinic.WEEK
JUDGED, ACKNOWLEDGED = 25, 6
CURVE_CASES = 10
SECONDS = 60


class Made:
    """A page: `inside` is the same for a check that wants HTML; `without` names checks that do not fit it."""

    def __init__(self, name, path, inside=None, without=()):
        self.name, self.without = name, without
        self.url = path.as_uri()
        self.inside = (inside or path).as_uri()


def charts(programs, place):
    """Every chart in every condition."""
    path = place / "charts.html"
    page = subprocess.run([programs / "charts"], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True, timeout=SECONDS)
    path.write_bytes(page.stdout)
    return Made("charts", path)


def look_after(box):
    """Some of what was told is acknowledged, some judged, two of three useful."""
    rng = random.Random(SEED)
    told = sorted(one["alert"] for one in box.ctl("--json", "alerts", "--all", expect=0).lines())
    engine = box.start(courier=False)
    for alert in rng.sample(told, min(JUDGED, len(told))):
        box.ctl("verdict", alert, rng.choice(("useful", "useful", "noise")))
    for alert in rng.sample(told, min(ACKNOWLEDGED, len(told))):
        box.ctl("ack", alert)
    engine.stop()


def live(box):
    """Half a year and more of a small clinic, as it came in, some of it looked after; the date after it."""
    world = clinic.Clinic(SEED, CASES, SESSIONS, BEGUN_WEEKS)
    waiting = list(world.records)
    at = waiting[0][0]
    while waiting:
        at += STEP
        while waiting and waiting[0][0] <= at:
            box.drop(waiting.pop(0)[1])
        box.once(as_of=clinic.date(at))
    box.now(clinic.date(at))
    look_after(box)
    return clinic.date(at)


def report(programs, place):
    """The report of a clinic that never was."""
    path = place / "report.html"
    with Box(bin_dir=programs, slow=4) as box:
        box.config()
        end = live(box)
        box.ctl("report", "--as-of", end, "--since", time.strftime("%Y-%m-%d", time.gmtime(clinic.BEGIN)), "-o", path, expect=0)
    return Made("report", path)


def empty(programs, place):
    """The report of a clinic that begins today."""
    path = place / "empty.html"
    with Box(bin_dir=programs, slow=4) as box:
        box.config()
        box.once()
        box.ctl("report", "-o", path, expect=0)
    return Made("empty report", path)


def curve(programs, place):
    """The curve of a threshold, as the file it is; axe-core wants it on a page."""
    path, page = place / "curve.svg", place / "curve.html"
    records = place / "records"
    records.mkdir()
    lines = ["case,session,label"]
    for name, at, some in series.cases(CURVE_CASES, SEED, dip=True):
        for one in some:
            (records / f"{one['record']}.json").write_text(json.dumps(one))
        lines.append(f"{name},{at + 1},yes")
    labels = place / "labels.csv"
    labels.write_text("\n".join(lines) + "\n")
    with Box(bin_dir=programs, slow=4) as box:
        box.config()
        box.ctl("backtest", "--records", records, "--labels", labels, "--sweep", "drops.alliance.below_own.sd=-1..-3/0.25",
                "--svg", path, expect=0)
    page.write_text('<!doctype html><html lang="en"><head><meta charset="utf-8"><title>A curve</title></head><body><main>'
                    "<h1>A curve</h1>%s</main></body></html>" % path.read_text())
    return Made("curve", path, page)


MAKERS = [charts, report, empty, curve]
