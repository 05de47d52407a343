"""Sections as text of at most 100 columns."""
import math

import scores


def number(value):
    """Without the leading zero."""
    if value is None or math.isnan(value):
        return "-"
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"


def percent(value):
    return "-" if value is None or math.isnan(value) else f"{100 * value:.1f} %"


def span(interval, show):
    return f"{show(interval[0])} to {show(interval[1])}".replace(" %", "") if interval else ""


def verdict(row):
    return "" if row.reached is None else "yes" if row.reached else "NO"


def shown(row):
    return percent if row.unit == "%" else number


def class_line(row):
    if row.counts is None:
        return f"  {row.what}: {row.text}"
    numbers = "".join(f"{number(measure(row.counts)):>6}" for measure in (scores.precision, scores.recall, scores.f1))
    return (f"  {row.what:41}{row.counts[0] + row.counts[1]:>7,}{numbers}   {span(row.interval, number):13}"
            f"{row.target:13}{verdict(row)}")


def value_line(row):
    if row.value is None:
        return f"  {row.what} {row.text}"
    show = shown(row)
    return f"  {row.what:52}{show(row.value):>8}   {span(row.interval, show):17}{row.target:15}{verdict(row)}"


def lines_of(section):
    if isinstance(section.columns, list):
        head = f"  {'':25}" + "".join(f"{name:>13}" for name in section.columns)
        rows = [f"  {row.what:25}{row.text}" for row in section.rows]
    elif section.columns == "classes":
        head = f"  {'':41}{'found':>7}{'P':>6}{'R':>6}{'F1':>6}   {'95 % of F1':13}{'target':13}"
        rows = map(class_line, section.rows)
    else:
        head = f"  {'':52}{'':8}   {'95 %':17}{'target':15}"
        rows = map(value_line, section.rows)
    return [line.rstrip() for line in ("", section.title.upper(), section.about, head, *rows)]


def short(row):
    """The interval in brackets; a dash between figures that have no minus."""
    if not row.interval:
        return ""
    text = span(row.interval, number if row.counts else shown(row))
    return f" ({text if row.interval[0] < 0 else text.replace(' to ', '-')})"


def result(row):
    if row.result:
        return row.result + short(row)
    if row.counts:
        p, r, f1 = (number(measure(row.counts)) for measure in (scores.precision, scores.recall, scores.f1))
        return f"P {p} R {r} F1 {f1}" + short(row)
    if row.value is None:
        return row.what
    return shown(row)(row.value) + short(row)


def summary(sections):
    """A line for each headline: reached or not, what, result with interval, baseline, target."""
    rows = [row for section in sections for row in section.rows if row.headline]
    lines = [f"{'':4}{'':32}{'result (95 %)':30}{'target':14}baseline"]
    lines += [f"{verdict(row):4}{row.headline:32}{result(row):30}{row.target:14}{row.beside}" for row in rows]
    return [line.rstrip() for line in lines]
