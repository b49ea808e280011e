"""Where each row is asked: fixed places that matter, and drawn ones."""

import numpy as np
from plain import sigmoid, softmax
from views import QUANTILES, SMOOTHING, THRESHOLDS

DRAWN = 6


def real(*fixed, **shapes):
    """Outcomes and predictions on the line; each of ``shapes`` lists what a shape may be."""

    def points(rng):
        places = [*fixed, *2 * rng.normal(size=(DRAWN, 2))]
        for i, (y, f) in enumerate(places):
            yield float(y), float(f), {k: v[i % len(v)] for k, v in shapes.items()}

    return points


def positive(**shapes):
    return moved(real((0.5, 0.5), **shapes), lambda y, f: (np.exp(y / 2), np.exp(f / 2)))


def moved(points, move):
    """The same points, mapped."""
    return lambda rng: [(*move(y, f), shape) for y, f, shape in points(rng)]


def of_label(*fixed, **shapes):
    """A label 0 or 1 and a number."""
    return moved(real(*fixed, **shapes), lambda y, f: (int(y > 0), f))


def of_count(**shapes):
    points = moved(real((0, 0.7), (1, 0), (2, -1), **shapes), lambda y, f: (int(abs(y)), f))
    return points


def of_classes(k, **shapes):
    """A class out of ``k`` and a number for each."""

    def points(rng):
        for i in range(DRAWN):
            shape = {name: v[i % len(v)] for name, v in shapes.items()}
            yield i % k, 2 * rng.normal(size=k), shape

    return points


def of_subsets(k):
    """Some of ``k`` labels, never none nor all, and a number for each."""

    def points(rng):
        for i in range(DRAWN):
            y = (np.arange(k) <= i % (k - 1)).astype(float)
            yield rng.permutation(y), 2 * rng.normal(size=k), {}

    return points


def vectors(k):
    return lambda rng: [(*rng.normal(size=(2, k)), {}) for _ in range(DRAWN)]


def chances(k):
    return moved(vectors(k), lambda y, f: (softmax(y), softmax(f)))


def with_deviation(rng):
    """A number; a mean and a deviation."""
    for _ in range(DRAWN):
        y, mean, log = rng.normal(size=3)
        yield y, np.array([mean, np.exp(log)]), {}


def graded(rng):
    """Grades of four items, all different, and their scores."""
    for _ in range(DRAWN):
        yield rng.permutation(4).astype(float), rng.normal(size=4), {}


def chosen(rng):
    """One of four items, and their scores."""
    for i in range(DRAWN):
        yield np.eye(4)[i % 4], rng.normal(size=4), {}


def couple(rng):
    """Which of two is better, and their scores."""
    for i in range(DRAWN):
        yield np.eye(2)[i % 2], 2 * rng.normal(size=2), {}


def embedded(**shape):
    """Three pairs of partners."""
    y = np.array([0, 0, 1, 1, 2, 2])
    return lambda rng: [(y, rng.normal(size=(6, 4)), shape) for _ in range(3)]


def with_weight(**shape):
    """A class of three, an embedding, and the centres of the classes."""
    return lambda rng: [
        (i % 3, rng.normal(size=4), {"weight": rng.normal(size=(4, 3)), **shape})
        for i in range(DRAWN)
    ]


def masks(rng):
    for _ in range(DRAWN):
        yield (rng.random(8) < 0.5).astype(float), rng.random(8), {}


def labellings(rng):
    for y in [1], [2, 1], [1, 1]:
        yield y, rng.normal(size=(4, 3)), {}


def tags(rng):
    for _ in range(3):
        shape = {"start": rng.normal(size=3), "steps": rng.normal(size=(3, 3))}
        yield rng.integers(3, size=4), rng.normal(size=(4, 3)), {**shape, "end": rng.normal(size=3)}


def left(rng):
    """Times of four items, one of them left before it failed."""
    for _ in range(DRAWN):
        y = rng.permutation([1.0, 2.0, -3.0, 4.0])
        yield y, rng.normal(size=4), {}


def at_once(rng):
    """Two of the four fail together."""
    for _ in range(DRAWN):
        yield rng.permutation([1.0, 2.0, 2.0, -3.0]), rng.normal(size=4), {}


def intervals(rng):
    for i, dist in enumerate(["normal", "logistic", "extreme"] * 2):
        begin = np.exp(rng.normal())
        y = np.array([begin, begin * (1 if i < 3 else 1.7)])
        yield y, rng.normal(), {"scale": 0.8, "dist": dist}


def ranks(rng):
    for i in range(DRAWN):
        yield i % 4, rng.normal(), {"thresholds": np.array(THRESHOLDS)}


def quantiles(rng):
    for _ in range(DRAWN):
        yield rng.normal(), rng.normal(size=2), {"tau": QUANTILES}


def trios(rng):
    return [(None, rng.normal(size=(3, 4)), {"margin": 1.0}) for _ in range(DRAWN)]


def mixtures(rng):
    for _ in range(DRAWN):
        logits, mean, log = rng.normal(size=(3, 2))
        yield rng.normal(), np.stack([logits, mean, np.exp(log)]), {}


def processes(rng):
    """Three outcomes, and how far a process remembers."""
    for _ in range(3):
        yield rng.normal(size=3), np.exp(rng.normal() / 2), {}


def zeros_or_not(**shapes):
    points = real((0, 0.7), (0, -1), (1, 0.2), (3, 1), **shapes)
    return moved(points, lambda y, f: (int(abs(y)), f))


LABELS = of_label((1, 0), (-1, 0), (1, 8), (-1, 8))
KINK = (1.0, 1.0), (0.0, 5.0), (3.0, 0.0)
DELTAS = (0.5, 1.0, 3.0)
CLASSES = of_classes(3)
MARGINS = of_label((1, 0), (1, 1.5), (-1, 0.5), (-1, 3))
AMOUNTS = moved(positive(), lambda y, f: (1 + y, f))
BOUNDED = ("Geman–McClure", "Welsch", "Tukey's biweight", "Tukey's quartic", "Andrew's wave",
           "Hampel", "Ramsay's E", "trimmed squares")

POINTS = {
    "squared error": real(*KINK),
    "absolute error": real(*KINK),
    "power of the error": real(*KINK, q=(1.5, 3.0)),
    "Huber": real(*KINK, delta=DELTAS),
    "pseudo-Huber": real(*KINK, delta=DELTAS),
    "log-cosh": real(*KINK),
    "fair": real(*KINK, c=DELTAS),
    "Cauchy": real(*KINK),
    **dict.fromkeys(BOUNDED, real(*KINK, (0, 9), (20, 0))),
    "pinball": real(*KINK, tau=(0.1, 0.5, 0.8)),
    "log-linear quantile": real((1.0, 0.3), tau=(0.1, 0.5, 0.8)),
    "several quantiles": quantiles,
    "expectile": real(*KINK, tau=(0.1, 0.5, 0.8)),
    "epsilon-insensitive": real(*KINK, epsilon=(0.1, 1.0)),
    "squared epsilon-insensitive": real(*KINK, epsilon=(0.1, 1.0)),
    "MSLE": positive(),
    "MAPE": AMOUNTS,
    "SMAPE": AMOUNTS,
    "Huber with its scale":
        lambda rng: [(3 * y, f, {"epsilon": 1.35}) for y, f, _ in with_deviation(rng)],
    "cosine distance": vectors(4),
    "Gaussian with its variance": with_deviation,
    "mixture density": mixtures,
    "binary cross-entropy of probabilities":
        moved(of_label((1, 0), (0, 2)), lambda y, f: (y, sigmoid(f))),
    "logistic": LABELS,
    "probit": of_label((1, 0), (-1, 2)),
    "cross-entropy lambda": of_label((1, 0), (-1, 0), w=(1.0, 0.5, 3.0)),
    "soft labels": moved(real((0, 2), (0, -3)), lambda y, f: (sigmoid(y), f)),
    "softmax": CLASSES,
    "multi-label": of_subsets(3),
    "class weights": of_classes(3, w=(np.array([1.0, 0.5, 3.0]),)),
    "label smoothing": of_classes(3, epsilon=(SMOOTHING,)),
    "KL divergence": chances(4),
    "focal": of_label((1, 0), (-1, 0), gamma=(0.0, 0.5, 2.0)),
    "Poly-1": of_classes(3, epsilon=(1.0, 2.0)),
    "generalised cross-entropy": moved(of_classes(3, q=(0.3, 0.7)), lambda y, f: (y, softmax(f))),
    "Brier": moved(of_label((1, 0)), lambda y, f: (y, sigmoid(f))),
    "hinge": of_label((1, 0), (1, 1.5), (-1, 0.5), (-1, -3)),
    "squared hinge": MARGINS,
    "modified Huber": MARGINS,
    "perceptron": of_label((1, 0), (1, 1), (-1, 1)),
    "exponential": of_label((1, 0), (-1, 1)),
    "multiclass hinge": CLASSES,
    "multi-margin": CLASSES,
    "multi-label margin": of_subsets(4),
    "sparsemax": CLASSES,
    "zero-one": moved(of_label((1, 1), (1, -1)), lambda y, f: (y, int(f > 0))),
    "poisson": of_count(),
    "Poisson deviance": positive(),
    "gamma": moved(real((0, 0)), lambda y, f: (np.exp(y / 2), f)),
    "Tweedie": moved(real((0, 0), p=(1.1, 1.5, 1.9)), lambda y, f: (np.exp(y / 2), f)),
    "inverse Gaussian": positive(),
    "negative binomial": of_count(alpha=(1.0, 0.5, 2.0)),
    "generalised Poisson": zeros_or_not(alpha=(0.1, 0.3)),
    "zero-truncated Poisson": moved(zeros_or_not(), lambda y, f: (y + 1, f)),
    "zero-inflated Poisson": zeros_or_not(logit=(-1.0, 0.4)),
    "hurdle": zeros_or_not(zero=(-1.0, 0.4)),
    "CTC": labellings,
    "conditional random field": tags,
    "next token":
        lambda rng: [(rng.integers(4, size=5), rng.normal(size=(5, 4)), {}) for _ in range(3)],
    "Bradley–Terry": couple,
    "hinge preference": graded,
    "Plackett–Luce": graded,
    "softmax in a group": chosen,
    "pointwise ranking": graded,
    "Cox": left,
    "accelerated failure time": intervals,
    "cumulative link": ranks,
    "thresholds one by one": moved(of_classes(4), lambda y, f: (y, f[:3])),
    "continuation ratio": moved(of_classes(4), lambda y, f: (y, f[:3])),
    "InfoNCE": embedded(temperature=0.5),
    "supervised contrastive": embedded(temperature=0.5),
    "neighbourhood components": embedded(),
    "margin softmax": with_weight(scale=4.0, margin=0.3),
    "triplet": trios,
    "Dice": masks,
    "Jaccard":
        lambda rng: [(y, f, {"missed": 0.7, "extra": 0.2}) for y, f, _ in masks(rng)],
    "CRPS": with_deviation,
    "PSNR": masks,
    "total variation": masks,
    "LambdaRank": graded,
    "Gaussian process": processes,
}

# What a shipped name takes that others of its row do not.
OF_NAME = {
    ("soft labels", "torch.nn.BCELoss"):
        moved(real((0, 2)), lambda y, f: (sigmoid(y), sigmoid(f))),
    ("soft labels", "cat.CrossEntropy"):
        moved(real((0, 2)), lambda y, f: (sigmoid(y), sigmoid(f))),
    ("multi-label", "lgb.multiclassova"): CLASSES,
    ("multi-label", "cat.MultiClassOneVsAll"): CLASSES,
    ("pinball", "cat.GroupQuantile"): lambda rng: [(y, f, {"tau": 0.2}) for y, f, _ in graded(rng)],
    ("focal", "cat.Focal"): of_label((1, 0), (-1, 0), gamma=(0.5, 2.0)),
    ("focal", "kornia.focal_loss"): of_classes(3, gamma=(0.5, 2.0)),
    ("focal", "keras.CategoricalFocalCrossentropy"): of_classes(3, gamma=(0.5, 2.0)),
    ("softmax", "torch.nn.AdaptiveLogSoftmaxWithLoss"): of_classes(4),
    ("perceptron", "optax.multiclass_perceptron_loss"): CLASSES,
    ("sparsemax", "optax.sparsemax_loss"): of_label((1, 0), (1, 3), (-1, 0.5)),
    ("zero-inflated Poisson", "smd.ZeroInflatedNegativeBinomialP"):
        zeros_or_not(logit=(-1.0, 0.4), alpha=(0.5, 2.0)),
    ("zero-inflated Poisson", "smd.ZeroInflatedGeneralizedPoisson"):
        zeros_or_not(logit=(-1.0, 0.4), alpha=(0.1, 0.3)),
    ("zero-truncated Poisson", "smd.TruncatedLFNegativeBinomialP"):
        moved(zeros_or_not(alpha=(0.5, 2.0)), lambda y, f: (y + 1, f)),
    ("hinge preference", "torch.nn.HingeEmbeddingLoss"): of_label((1, 0.4), (-1, 0.4), (-1, 3)),
    ("hinge preference", "torch.nn.MarginRankingLoss"):
        moved(of_classes(2), lambda y, f: (y, f)),
    ("pointwise ranking", "rax.pointwise_sigmoid_loss"): of_subsets(4),
    ("Cox", "sm.PHReg"): at_once,
    ("soft labels", "cat.QueryCrossEntropy"): of_subsets(4),
    ("InfoNCE", "pml.NPairsLoss"): embedded(),
    ("triplet", "keras.Circle"): embedded(gamma=2.0, margin=0.4),
    ("triplet", "pml.CircleLoss"): embedded(gamma=2.0, margin=0.4),
    ("triplet", "pml.ContrastiveLoss"):
        lambda rng: [(i % 2, rng.normal(size=(2, 4)), {"margin": 2.0}) for i in range(DRAWN)],
    ("neighbourhood components", "pml.NormalizedSoftmaxLoss"): with_weight(temperature=0.5),
    ("neighbourhood components", "pml.ProxyNCALoss"): with_weight(),
    ("InfoNCE", "info_nce.InfoNCE"):
        lambda rng: [(0, 2 * rng.random(5) - 1, {"temperature": 0.5}) for _ in range(DRAWN)],
}
