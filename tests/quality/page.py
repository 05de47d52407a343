"""The measured part of docs/QUALITY.md, between two marks."""
from datetime import datetime, timezone

BEGIN, END = "<!-- measured -->\n", "<!-- end of measured -->\n"


def block(lines, rules_hash):
    """The line that scripts/gates/quality looks for, and the tables as they were printed."""
    today = datetime.now(timezone.utc).date()
    return "\n".join([f"Measured {today} with the rule set `{rules_hash}`.", "", "```text", *lines, "```", ""])


def write(path, lines, rules_hash):
    text = path.read_text(encoding="utf-8")
    before, _, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not end:
        raise ValueError(f"{path}: the marks of the measured part are not there")
    path.write_text(f"{before}{BEGIN}\n{block(lines, rules_hash)}\n{END}{after}", encoding="utf-8")
