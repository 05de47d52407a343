#!/usr/bin/env python3
"""Measures the rules on public sessions, through the real evaluator (`make quality`).

	tests/quality/run.py --data FOLDER                          all of it
	tests/quality/run.py --only disagreement,hostility          some of it
	tests/quality/run.py --half 0                               on one half of the dialogues, to look at the other later
	tests/quality/run.py --entries disagreement                 each phrase of a lexicon: how often, how often rightly
	tests/quality/run.py --entries disagreement --show 10       and turns in which they were found
	tests/quality/run.py --entries disagreement --entry 12 --show 30

FOLDER holds mrda/, goemotions/, mibot/ and counselchat/; without --data it is RUPTURED_DATA, or a neighbour of the
checkout that has a folder "data" with mibot/ in it.
"""
import argparse
import os
import signal
import sys
from pathlib import Path

sys.dont_write_bytecode = True
sys.path.insert(0, str(Path(__file__).resolve().parent))

import entries  # noqa: E402
import page  # noqa: E402
import table  # noqa: E402
from corpus import SETS, Corpus, missing  # noqa: E402
from evaluator import Tool, ToolFailed  # noqa: E402
from measures import MEASURES  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]
MISSING = 2


def options():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--data", metavar="FOLDER")
    p.add_argument("--bin", metavar="DIR", default=str(ROOT / "build"), help="where rupturectl is (build)")
    p.add_argument("--rules", metavar="PATH", action="append", help="rules to measure (rules/), may be repeated")
    p.add_argument("--cache", metavar="DIR", help="where records are kept from one run to the next (build/quality)")
    p.add_argument("--only", metavar="NAME,...", help=", ".join(MEASURES))
    p.add_argument("--half", type=int, choices=(0, 1))
    p.add_argument("--cases", type=int, default=300, metavar="N", help="simulated series of each kind (300)")
    p.add_argument("--write", metavar="PAGE", help="put what is printed into this page, between its marks")
    p.add_argument("--entries", metavar="LEXICON")
    p.add_argument("--entry", type=int, metavar="N", help="with --show: only this one")
    p.add_argument("--show", type=int, metavar="N", help="with --entries: N turns of each set in which it was found")
    opts = p.parse_args()
    if opts.write and (opts.only or opts.entries or opts.half is not None):
        p.error("--write is for the whole of it")
    return opts


def data_folder(named):
    beside = [mibot.parent for above in ("..", "../..") for mibot in sorted(ROOT.glob(f"{above}/*/data/mibot"))]
    named = named or os.environ.get("RUPTURED_DATA")
    return Path(named) if named else next((path for path in beside if not missing(path)), None)


def tell_missing(folder, modules):
    print(f"The public sets are not part of this repository, and {folder or 'no folder'} does not have:\n",
          file=sys.stderr)
    for module in modules:
        print(f"  {module.FILES:22} from {module.SOURCE}; {module.LICENCE}", file=sys.stderr)
    print("\nSay where they are: make quality DATA=FOLDER, or RUPTURED_DATA=FOLDER.  docs/QUALITY.md describes them.",
          file=sys.stderr)
    return MISSING


def measure(opts, folder, tool):
    names = opts.only.split(",") if opts.only else list(MEASURES)
    unknown = [name for name in names if name not in MEASURES]
    if unknown:
        sys.exit(f"run.py: nothing is called {', '.join(unknown)}; there are {', '.join(MEASURES)}")
    given = {name: Corpus(module, folder, tool, opts.half) for name, module in SETS.items()}
    given |= {"tool": tool, "cases": opts.cases}
    sections = []
    for name in names:
        run, needs = MEASURES[name]
        sections += run(*[given[need] for need in needs])
    lines = [*table.summary(sections), *(line for section in sections for line in table.lines_of(section))]
    if opts.write:
        page.write(Path(opts.write), lines, tool.rules_hash())
    print("\n".join(lines))
    return 0


def show_entries(opts, folder, tool):
    corpora = [Corpus(module, folder, tool, opts.half) for module in SETS.values()]
    print("\n".join(entries.report(corpora, opts.entries, tool.rules)))
    for line in entries.shown(corpora, opts.entries, opts.entry, opts.show) if opts.show else ():
        print(line)
    return 0


def main():
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    opts = options()
    folder = data_folder(opts.data)
    absent = missing(folder) if folder else list(SETS.values())
    if absent:
        return tell_missing(folder, absent)
    tool = Tool(Path(opts.bin) / "rupturectl", opts.rules or [ROOT / "rules"],
                opts.cache or Path(opts.bin) / "quality")
    try:
        return show_entries(opts, folder, tool) if opts.entries else measure(opts, folder, tool)
    except ToolFailed as failed:
        sys.exit(f"run.py: {failed}")


if __name__ == "__main__":
    sys.exit(main())
