"""The real evaluator: records are written once and kept, and `rupturectl explain` judges them, many in a call."""
import hashlib
import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

FILES_A_CALL = 2000
RANKS = {None: -1, "info": 0, "notice": 1, "warning": 2, "critical": 3}


class ToolFailed(Exception):
    pass


@dataclass
class Judged:
    hits: list    # of lexicons: turn, lexicon, entry, weight, from, to, unless
    turns: list   # turn, from, to, inferred; empty when the tool does not print them
    alerts: list  # rule, member, other, state, severity


class Tool:
    def __init__(self, program, rules, cache):
        self.program, self.rules, self.cache = str(program), [str(path) for path in rules], Path(cache)
        self.with_turns = "--turns" in self.run("explain", "--help", fine=(0, 2))

    def run(self, *args, fine=(0,)):
        ran = subprocess.run([self.program, *args], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                             encoding="utf-8", stdin=subprocess.DEVNULL)
        if ran.returncode not in fine:
            raise ToolFailed(f"{self.program} {args[0]} ended with {ran.returncode}\n{ran.stderr or ran.stdout}")
        return ran.stdout + (ran.stderr if args[-1] == "--help" else "")

    def rules_hash(self):
        return self.run("lint", *self.rules, fine=(0, 1)).rstrip().rsplit(" ", 1)[-1]

    def judge(self, paths):
        """By the record's id."""
        options = [word for path in self.rules for word in ("--rules", path)]
        options += ["--hits"] + (["--turns"] if self.with_turns else [])
        judged = {}
        for first in range(0, len(paths), FILES_A_CALL):
            out = self.run("--json", "explain", *options, *map(str, paths[first:first + FILES_A_CALL]))
            for line in out.splitlines():
                tree = json.loads(line)
                judged[tree["record"]] = Judged(tree["hits"], tree.get("turns", []), tree["alerts"])
        return judged

    def judge_dialogues(self, name, sources, dialogues):
        """`name` and the bytes of `sources` say whether the files of the last time will do."""
        paths = self.kept(name, sources, dialogues)
        judged = self.judge(paths)
        return [judged[dialogue.record["record"]] for dialogue in dialogues]

    def kept(self, name, sources, dialogues):
        folder = self.cache / f"{name}-{fingerprint(sources)}"
        paths = [folder / f"{number:05}.json" for number in range(len(dialogues))]
        if not (folder / "complete").exists():
            folder.mkdir(parents=True, exist_ok=True)
            for path, dialogue in zip(paths, dialogues, strict=True):
                path.write_text(json.dumps(dialogue.record), encoding="utf-8")
            (folder / "complete").write_text(f"{len(paths)}\n")
        return paths


def fingerprint(sources):
    h = hashlib.sha256()
    for path in sources:
        h.update(path.read_bytes())
    return h.hexdigest()[:12]
