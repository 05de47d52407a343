"""Sections as text of at most 100 columns."""
import math

import scores


def number(value):
    if value is None or math.isnan(value):
        return "-"
    return f"{value:.2f}".replace("0.", ".", 1) if abs(value) < 1 else f"{value:.2f}"


def percent(value):
    return "-" if value is None or math.isnan(value) else f"{100 * value:.1f} %"


def span(interval, show):
    return f"{show(interval[0])} to {show(interval[1])}".replace(" %", "") if interval else ""


def verdict(row):
    return "" if row.reached is None else "reached" if row.reached else "NOT reached"


def class_line(row):
    if row.counts is None:
        return f"  {row.what:38} {row.text}"
    numbers = "".join(f"{number(measure(row.counts)):>6}" for measure in (scores.precision, scores.recall, scores.f1))
    return (f"  {row.what:38}{row.counts[0] + row.counts[1]:>6}{numbers}  {span(row.interval, number):11} "
            f"{row.target:20}{verdict(row)}")


def value_line(row):
    show = number if row.text == "rate" else percent
    return f"  {row.what:44}{show(row.value):>8}  {span(row.interval, show):14} {row.target:18}{verdict(row)}"


def lines_of(section):
    classes = section.kind == "classes"
    head = f"  {'':38}{'hits':>6}{'P':>6}{'R':>6}{'F1':>6}  {'95 % of F1':11} target" if classes else \
        f"  {'':44}{'':>8}  {'95 %':14} target"
    lines = ["", f"{section.title.upper()}  {section.about}", head]
    return [line.rstrip() for line in lines + [(class_line if classes else value_line)(row) for row in section.rows]]
