"""Precision, recall, F1, AUC, and intervals by drawing whole dialogues again (percentile bootstrap)."""
import math
import random
from collections import Counter

DRAWS = 1000
SEED = 20260101
FEW_UNITS = 5000  # up to here units are drawn one by one


def ratio(part, whole):
    return part / whole if whole else math.nan


def precision(counts):
    tp, fp, _ = counts
    return ratio(tp, tp + fp)


def recall(counts):
    tp, _, fn = counts
    return ratio(tp, tp + fn)


def f1(counts):
    tp, fp, fn = counts
    return ratio(2 * tp, 2 * tp + fp + fn)


def share(counts):
    return ratio(counts[0], counts[1])


def count(predicted, right):
    """tp, fp, fn of two lists of truth values."""
    both = Counter(zip(map(bool, predicted), map(bool, right), strict=True))
    return both[True, True], both[True, False], both[False, True]


def total(units):
    return tuple(map(sum, zip(*units, strict=True)))


def auc(bad, good):
    """The chance that a bad one has the higher value; ties count half.  By ranks (Mann and Whitney 1947)."""
    if not bad or not good:
        return math.nan
    ranks, place = {}, 0
    for value, many in sorted(Counter(bad + good).items()):
        ranks[value] = place + (many + 1) / 2
        place += many
    above = sum(ranks[value] for value in bad) - len(bad) * (len(bad) + 1) / 2
    return above / (len(bad) * len(good))


def binomial(chance, n, p):
    """Successes in n trials: by the gaps between them where they are few, by the normal curve where they are many."""
    if p <= 0 or n <= 0:
        return 0
    if p >= 1:
        return n
    if p > .5:
        return n - binomial(chance, n, 1 - p)
    if n * p > 200:
        return min(n, max(0, round(chance.gauss(n * p, math.sqrt(n * p * (1 - p))))))
    successes, at, step = -1, 0, math.log1p(-p)
    while at <= n:
        successes += 1
        at += 1 + int(math.log(1 - chance.random()) / step)
    return successes


def draw_of_many(chance, kinds, n):
    """n units drawn from `kinds`, pairs of (counts, how many have them), summed."""
    drawn, left, weight = [], n, sum(many for _, many in kinds)
    for counts, many in kinds:
        times = binomial(chance, left, many / weight)
        drawn.append(tuple(times * value for value in counts))
        left -= times
        weight -= many
    return total(drawn)


def draws(units):
    """DRAWS sums over as many units as there are, drawn with replacement; the same each time."""
    chance = random.Random(SEED)
    kinds = sorted(Counter(units).items())
    for _ in range(DRAWS):
        if len(units) <= FEW_UNITS:
            yield total(chance.choices(units, k=len(units)))
        else:
            yield draw_of_many(chance, kinds, len(units))


def middle(values):
    """The 95 % in the middle, or None when too few draws gave a value."""
    known = sorted(value for value in values if not math.isnan(value))
    if len(known) < DRAWS / 2:
        return None
    return known[int(.025 * len(known))], known[min(len(known) - 1, int(.975 * len(known)))]


def interval(units, measure):
    """Of measure(sum of the units' counts)."""
    return middle([measure(drawn) for drawn in draws(units)]) if units else None


def share_interval(flags):
    """Of a share.  Where all agree drawing again shows no spread: then the exact bound (Clopper and Pearson 1934)."""
    yes, n = sum(map(bool, flags)), len(flags)
    if n and yes in (0, n):
        bound = .025 ** (1 / n)
        return (0.0, 1 - bound) if yes == 0 else (bound, 1.0)
    return interval([(int(bool(flag)), 1) for flag in flags], share)


def rate_interval(numbers):
    """Of the mean of counts.  Where all are 0: the exact bound of Poisson's law."""
    if numbers and not any(numbers):
        return 0.0, -math.log(.025) / len(numbers)
    return interval([(number, 1) for number in numbers], share)


def interval_of_two(first, second, measure):
    """Of measure(drawn first, drawn second), lists of values drawn each by itself."""
    chance = random.Random(SEED)
    return middle([measure(chance.choices(first, k=len(first)), chance.choices(second, k=len(second)))
                   for _ in range(DRAWS)]) if first and second else None
