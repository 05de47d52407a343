"""The pages that are looked at, each made by the real program."""
import subprocess
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
SECONDS = 60


class Made:
    """A page: `inside` is the same for a check that wants HTML; `without` names checks that do not fit it."""

    def __init__(self, name, path, inside=None, without=()):
        self.name, self.without = name, without
        self.url = path.as_uri()
        self.inside = (inside or path).as_uri()


def output(*argv):
    return subprocess.run([str(a) for a in argv], stdout=subprocess.PIPE, stdin=subprocess.DEVNULL, check=True,
                          timeout=SECONDS).stdout


def charts(programs, box):
    """Every chart in every condition."""
    path = box / "charts.html"
    path.write_bytes(output(programs / "charts"))
    return Made("charts", path)


MAKERS = [charts]
