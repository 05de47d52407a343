"""How each entry of a lexicon does: for those who write lexicons."""
from collections import Counter, defaultdict

from lexicons import lexicons, phrase

# What a hit is right about, set by set.  Without a label for it hits are counted; on counselchat each is one too many.
RIGHT = {
    "mrda": {"disagreement": "disagrees"},
    "goemotions": {"hostility": "hostile", "blame": "hostile", "disagreement": "disapproval"},
    "mibot": {name: "S" for name in ("refusal", "denial", "disagreement", "complaint", "hopeless", "minimal")},
    "counselchat": {},
}


def wanted_label(corpus, lexicon):
    """None where the set has no such label, or the copy at hand does not."""
    label = RIGHT[corpus.module.NAME].get(lexicon)
    known = any(label in labels for dialogue in corpus.dialogues for labels in dialogue.labels if labels)
    return label if known else None


def tally(corpus, lexicon):
    """By entry: hits that count, right ones, silenced ones; only turns that are judged."""
    found = defaultdict(Counter)
    wanted = wanted_label(corpus, lexicon)
    for dialogue, judged in corpus.judged:
        for hit in judged.hits:
            labels = dialogue.labels[hit["turn"]]
            if hit["lexicon"] != lexicon or labels is None or dialogue.facts.get("kind") == "whole":
                continue
            counts = found[hit["entry"]]
            counts["silenced" if hit["unless"] else "hits"] += 1
            counts["right"] += not hit["unless"] and wanted in labels
            counts["weight"] = hit["weight"]
    return found


def column(labelled, counts):
    if not labelled:
        return f"{counts['hits'] or '':>11} "
    if not counts["hits"]:
        return " " * 12
    return f"{counts['right']:>4}/{counts['hits']:<4}{100 * counts['right'] / counts['hits']:>3.0f}"


def report(corpora, lexicon, rules):
    """`right/hits percent` where the set has a label for it, else the hits."""
    entries = lexicons(rules).get(lexicon)
    if entries is None:
        return [f"there is no lexicon \"{lexicon}\": {', '.join(sorted(lexicons(rules)))}"]
    tallies = [tally(corpus, lexicon) for corpus in corpora]
    labelled = [wanted_label(corpus, lexicon) for corpus in corpora]
    lines = [f"Lexicon {lexicon}: right/hits and % where a set has a label for it, else hits; sil: silenced",
             "  #  w " + "".join(f"{corpus.module.NAME:>12}" for corpus in corpora) + "  sil  phrase"]
    order = sorted(range(len(entries)), key=lambda i: -sum(t[i]["hits"] for t in tallies))
    for i in order:
        counts = [t[i] for t in tallies]
        weight = max((c["weight"] for c in counts), default=0)
        lines.append(f"{i:3} {weight:2g} " + "".join(f"{column(label, c):>12}" for label, c in
                     zip(labelled, counts, strict=True)) + f"{sum(c['silenced'] for c in counts) or '':>5}  "
                     + phrase(entries[i]))
    return lines


def shown(corpora, lexicon, entry, limit):
    """The turns themselves, `limit` a set, spread over the set: + right, - wrong, . no label."""
    for corpus in corpora:
        wanted = wanted_label(corpus, lexicon)
        hits = [(dialogue, hit) for dialogue, judged in corpus.judged for hit in judged.hits
                if hit["lexicon"] == lexicon and entry in (None, hit["entry"]) and not hit["unless"]
                and dialogue.labels[hit["turn"]] is not None and dialogue.facts.get("kind") != "whole"]
        for dialogue, hit in hits[::max(1, len(hits) // limit)][:limit]:
            mark = "." if not wanted else "+" if wanted in dialogue.labels[hit["turn"]] else "-"
            text = " ".join(dialogue.record["turns"][hit["turn"]]["text"].split())
            yield f"{corpus.module.NAME:11} {mark} {hit['entry']:3}  {text[:300]}"
