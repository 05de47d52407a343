"""What a measure gives back: a section is a small table of rows; rows with a `headline` stand in the summary too."""
from dataclasses import dataclass, field


@dataclass
class Row:
    """Either `counts` (tp, fp, fn) with the interval of F1, or a `value` with its interval, or `text` alone."""
    what: str
    counts: tuple = None
    interval: tuple = None
    value: float = None
    unit: str = "%"        # of a value: "%", or "" for a plain number
    text: str = ""
    ours: bool = True      # False: a baseline
    target: str = ""
    reached: bool = None   # None: nothing was aimed at
    headline: str = ""
    result: str = ""       # in the summary, where the figure alone says too little
    beside: str = ""       # in the summary: the baseline


@dataclass
class Section:
    title: str
    about: str
    rows: list = field(default_factory=list)
    columns: str = "classes"  # or "values"
