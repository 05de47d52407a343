"""The phrases of the lexicon files by number: enough of YAML for lists with an entry a line, to name what hit."""
import re
from pathlib import Path


def entries_of(text):
    """Each entry as it is written; lines that go on are put together."""
    found, inside = [], False
    for line in text.splitlines():
        bare = line.strip()
        if not bare or bare.startswith("#"):
            continue
        if not line[0].isspace() and not bare.startswith("- "):
            inside = bare == "entries:"
        elif inside and bare.startswith("- "):
            found.append(bare[2:])
        elif inside and found:
            found[-1] += " " + bare
    return found


def lexicons(rules):
    """{id: entries} of all lexicon files below these paths."""
    found = {}
    for path in rules:
        for file in sorted(Path(path).rglob("*.yaml")) if Path(path).is_dir() else [Path(path)]:
            text = file.read_text(encoding="utf-8")
            named = re.search(r"^lexicon:\s*(\S+)", text, re.M)
            if named:
                found[named[1]] = entries_of(text)
    return found


def phrase(entry):
    said = re.match(r'\{\s*(?:say|re):\s*"((?:[^"\\]|\\.)*)"', entry) or re.match(r"\{\s*(?:say|re):\s*([^,}]*)", entry)
    return said[1] if said else entry.strip('"')


def asked_for(rules, lexicon):
    """The weights from which on rules listen to this lexicon; 0: to any of its phrases."""
    found = set()
    for path in rules:
        for file in sorted(Path(path).glob("*.yaml")) if Path(path).is_dir() else [Path(path)]:
            text = "\n".join(line.partition("#")[0] for line in file.read_text(encoding="utf-8").splitlines())
            for says in re.finditer(r"says:\s*(\[[^\]]*\]|\w+)", text):
                weight = re.search(r"weight:\s*at least ([\d.]+)", text[says.end():].partition("}")[0])
                if lexicon in re.findall(r"\w+", re.sub(r'"[^"]*"', "", says[1])):
                    found.add(float(weight[1]) if weight else 0)
    return found
