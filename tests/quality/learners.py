"""Two learners of words, as baselines: naive Bayes (multinomial) and logistic regression (AdaGrad), words and pairs."""
import math
import random
from collections import Counter

from words import tokens

EPOCHS = 4
RATE = .5


def features(text):
    words = tokens(text)
    return sorted({*words, *(f"{a} {b}" for a, b in zip(["^", *words], [*words, "$"]))})


def naive_bayes(examples):
    """examples: (features, truth).  A function of features that is higher where the truth is likelier."""
    seen = {True: Counter(), False: Counter()}
    for found, right in examples:
        seen[right].update(found)
    vocabulary = len(seen[True].keys() | seen[False].keys())
    sums = {right: sum(counts.values()) + vocabulary for right, counts in seen.items()}
    n = sum(right for _, right in examples)
    prior = math.log((n + 1) / (len(examples) - n + 1))
    offset = math.log(sums[False] / sums[True])

    def score(found):
        return prior + sum(offset + math.log((seen[True][f] + 1) / (seen[False][f] + 1)) for f in found)
    return score


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
    score = learner([example for i, example in enumerate(training) if i % 5 != 4])
    threshold = best_threshold([(score(found), right) for found, right in last])
    return lambda found: score(found) >= threshold
