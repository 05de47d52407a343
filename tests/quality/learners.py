"""Two learners of words and pairs of words: naive Bayes (is it there or not) and logistic regression (AdaGrad)."""
import math
import random
from collections import Counter

from words import tokens

RARE = 3     # seen less often than this, a feature is left out
SMOOTH = .5
EPOCHS = 2
RATE = .5


def features(text):
    words = tokens(text)
    return sorted({*words, *(f"{a} {b}" for a, b in zip(["^", *words], [*words, "$"]))})


def naive_bayes(examples):
    """examples: (features, truth).  A function of features that is higher where the truth is likelier."""
    seen = {True: Counter(), False: Counter()}
    for found, right in examples:
        seen[right].update(found)
    many = sum(right for _, right in examples)
    n = {True: many, False: len(examples) - many}
    weights = {f: math.log((seen[True][f] + SMOOTH) / (n[True] + 2 * SMOOTH))
               - math.log((seen[False][f] + SMOOTH) / (n[False] + 2 * SMOOTH)) for f in seen[True] | seen[False]}
    return lambda found: sum(weights.get(f, 0) for f in found)


def logistic_regression(examples):
    weights, squares = {}, {}
    examples = list(examples)
    chance = random.Random(1)
    for _ in range(EPOCHS):
        chance.shuffle(examples)
        for found, right in examples:
            z = sum(weights.get(f, 0) for f in found)
            slope = right - 1 / (1 + math.exp(-max(-30, min(30, z))))
            if abs(slope) < .01:
                continue
            for f in found:
                squares[f] = squares.get(f, 1) + slope * slope
                weights[f] = weights.get(f, 0) + RATE * slope / math.sqrt(squares[f])
    return lambda found: sum(weights.get(f, 0) for f in found)


def best_threshold(scored):
    """That of the highest F1 over (score, truth)."""
    positives = sum(right for _, right in scored)
    best, threshold, tp = -1, math.inf, 0
    for taken, (score, right) in enumerate(sorted(scored, reverse=True), 1):
        tp += right
        if 2 * tp / (taken + positives) > best:
            best, threshold = 2 * tp / (taken + positives), score
    return threshold


def learn(learner, training):
    """Four fifths are learned from, the last fifth says from which score on.  A function of features: yes or no."""
    last = [example for i, example in enumerate(training) if i % 5 == 4]
    first = [example for i, example in enumerate(training) if i % 5 != 4]
    often = Counter(f for found, _ in first for f in found)
    score = learner([([f for f in found if often[f] >= RARE], right) for found, right in first])
    threshold = best_threshold([(score(found), right) for found, right in last])
    return lambda found: score(found) >= threshold
