"""How a row of the atlas is asked with the outcome and the prediction that the libraries take.

``row.of`` takes one outcome, one prediction and the shape, in this order. Where a library takes
another form of them (0 and 1 for -1 and 1, a logarithm for a mean, a list for one pair), a view
hands them over: ``view(of, y, f, **shape)``.
"""

import numpy as np
from plain import pairs, sigmoid, sign, softmax, unit

# what is fixed in these rows; points.py asks at these
QUANTILES = (0.1, 0.9)
SMOOTHING = 0.1
THRESHOLDS = (-1.0, 0.5, 2.0)
PLACES = (0.0, 1.0, 2.5)


def as_it_is(of, y, f, **shape):
    return of(y, f, *shape.values())


def without_shape(of, y, f, **shape):
    """The shape that the library is told is fixed in the row."""
    return of(y, f)


def signed(of, y, f):
    return of(sign(y), f)


def of_logarithm(of, y, f, **shape):
    return of(y, np.exp(f), *shape.values())


def of_logit(of, y, f, **shape):
    return of(y, sigmoid(f), *shape.values())


def of_own_class(of, y, f, **shape):
    """The chance of the class that came, as that of a label 1."""
    return of(1, f[y], *shape.values())


def of_own_logit(of, y, f, **shape):
    return of_own_class(of, y, softmax(f), **shape)


def one_against_all(of, y, f):
    return of(np.eye(len(f))[y], f)


def each(of, y, f):
    return sum(map(of, y, f))


def each_pair(of, y, f):
    """The difference of the better one and the other."""
    return sum(of(1, f[i] - f[j]) for i, j in pairs(y))


def centred(r):
    """After the mean error of the group."""
    return r - np.mean(r)


def others(y, i):
    """All places but ``i``, those of the same label first."""
    return np.array(sorted((j for j in range(len(y)) if j != i), key=lambda j: y[j] != y[i]))


def near(f):
    return unit(f) @ unit(f).T


def one_partner(of, y, f, temperature):
    """Mean over the rows of ``f``; partners have the same label, one partner each."""
    return np.mean([of(0, near(f)[i, others(y, i)], temperature) for i in range(len(y))])


def every_partner(of, y, f, temperature):
    """Mean over the rows of ``f``."""

    def row(i):
        o = others(y, i)
        return of(y[o] == y[i], near(f)[i, o] / temperature)

    return np.mean([row(i) for i in range(len(y))])


def both_sides(of, y, f, missed, extra):
    """Mean over on and off, of those that are there."""
    there = [(y, f)] * bool(np.any(y)) + [(1 - y, 1 - f)] * bool(np.any(1 - y))
    return np.mean([of(y, f, extra, missed) for y, f in there])


VIEWS = {
    "mixture density": lambda of, y, f: of(y, np.stack([f[0], f[1], np.log(f[2])])),
    "cosine distance": lambda of, y, f: of(unit(y), unit(f)),
    "Cauchy": lambda of, y, f: of(y, f, 1),  # nu changes the factor alone
    "several quantiles": without_shape,
    "Plackett–Luce": lambda of, y, f: of(np.argsort(-y), f),  # grades, the largest first
    "zero-one": lambda of, y, f: of(sign(y), sign(f)),
    **dict.fromkeys(
        ["hinge", "squared hinge", "modified Huber", "exponential", "perceptron"], signed),
    **dict.fromkeys(
        ["poisson", "negative binomial", "generalised Poisson", "zero-truncated Poisson",
         "gamma", "Tweedie"], of_logarithm),
    "focal": of_logit,
    "soft labels": of_logit,
    "label smoothing": without_shape,
    "generalised cross-entropy": of_own_class,
    "Poly-1": of_own_logit,
    "zero-inflated Poisson":
        lambda of, y, f, logit: of(y, (sigmoid(logit), np.exp(f))),
    "hurdle": lambda of, y, f, zero: of(y, (np.exp(-np.exp(zero)), np.exp(f))),
    "Bradley–Terry": lambda of, y, f: sum(of(1, (f[i], f[j])) for i, j in pairs(y)),
    "hinge preference": each_pair,
    "softmax in a group": lambda of, y, f: of(int(np.argmax(y)), f),
    "pointwise ranking": each,
    "cumulative link": without_shape,
    "InfoNCE": one_partner,
    "supervised contrastive": every_partner,
    "margin softmax": lambda of, y, f, weight, scale, margin:
        of(y, unit(weight.T) @ unit(f), margin, scale),
    "triplet": lambda of, y, f, margin:
        of(1, np.linalg.norm(f[0] - f[2]) - np.linalg.norm(f[0] - f[1]), margin),
    "Jaccard": lambda of, y, f, missed, extra: of(y, f, extra, missed),
    "PSNR": lambda of, y, f: of(0, np.sqrt(np.mean((y - f) ** 2))),
    "total variation": lambda of, y, f: sum(of(y, pair) for pair in zip(f, f[1:])),
}

# A name that takes another form than its row's others.
VIEWS_OF_NAME = {
    ("pinball", "cat.GroupQuantile"):
        lambda of, y, f, tau: np.mean([of(r, 0, tau) for r in centred(y - f)]),
    ("soft labels", "torch.nn.BCELoss"): as_it_is,
    ("soft labels", "cat.CrossEntropy"): as_it_is,
    ("focal", "keras.CategoricalFocalCrossentropy"): of_own_logit,
    ("focal", "kornia.focal_loss"): of_own_logit,
    ("multi-label", "lgb.multiclassova"): one_against_all,
    ("multi-label", "cat.MultiClassOneVsAll"): one_against_all,
    ("sparsemax", "optax.sparsemax_loss"): lambda of, y, f: of(y, np.array([0, f])),
    ("perceptron", "optax.multiclass_perceptron_loss"):
        lambda of, y, f: of(1, f[y] - max(np.delete(f, y))),
    # the best of the others counts as 0 at least
    ("multiclass hinge", "keras.CategoricalHinge"):
        lambda of, y, f: of(0, (f[y], max(0, *np.delete(f, y)))),
    ("hinge preference", "torch.nn.MarginRankingLoss"): lambda of, y, f: of(sign(y), f[0] - f[1]),
    ("pointwise ranking", "cat.QueryRMSE"): lambda of, y, f: each(of, centred(y - f), 0 * f),
    ("InfoNCE", "pml.NPairsLoss"): lambda of, y, f:
        np.mean([of(i, row, 1) for i, row in enumerate(unit(f[0::2]) @ unit(f[1::2]).T)]),
    ("InfoNCE", "info_nce.InfoNCE"): as_it_is,
    ("Dice", "kornia.dice_loss"): lambda of, y, f: of(np.append(y, 1 - y), np.append(f, 1 - f)),
    ("Jaccard", "kornia.tversky_loss"): both_sides,
}
