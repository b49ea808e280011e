"""What no row of the atlas says, in plain NumPy: one outcome, one prediction, one number.

A library is compared with the formula of its row. What is here stands in where the row has none
(``FORMULAS``), or has one for another outcome or another member of its kind (``VARIANTS``).
"""

import itertools
import math

import numpy as np

from xent_lit.atlas import ATLAS

categorical, bernoulli_logit = ATLAS["softmax"].of, ATLAS["logistic"].of


def lse(f):
    top = np.max(f)
    return top + np.log(np.sum(np.exp(f - top)))


def log_softmax(f):
    return np.asarray(f) - lse(f)


def softmax(f):
    return np.exp(log_softmax(f))


def softplus(f):
    return np.logaddexp(0, f)


def sigmoid(f):
    return np.exp(-softplus(-f))


def plus(r):
    return np.maximum(r, 0)


def sign(y):
    """-1 and 1 for 0 and 1."""
    return 2 * y - 1


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def pairs(y):
    """Who is better than whom."""
    return [(i, j) for i in range(len(y)) for j in range(len(y)) if y[i] > y[j]]


def shifted_in_group(y, f):
    """Half as they are; half after the shift of the group that costs least."""
    low, high = -50.0, 50.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if np.sum(sigmoid(f + middle) - y) < 0 else (low, middle)
    return np.mean(bernoulli_logit(y, f) + bernoulli_logit(y, f + low)) / 2


def weighted(y, f, w):
    return w[y] * categorical(y, f)


def full_poisson(y, f):
    return ATLAS["poisson"].of(y, np.exp(f)) + math.lgamma(y + 1)


def negative_binomial(y, f, alpha):
    return ATLAS["negative binomial"].of(y, np.exp(f), alpha)


def generalised_poisson(y, f, alpha):
    """With a spread in proportion to the mean; the row's is the same at every mean."""
    mean = np.exp(f)
    theta = mean * alpha
    rate = mean + theta * y
    log_p = np.log(mean) + (y - 1) * np.log(rate) - math.lgamma(y + 1)
    return -(log_p - y * np.log1p(theta) - rate / (1 + theta))


def inflated(of):
    """A zero with the chance of ``logit``, else a draw of the model."""

    def value(y, f, logit, **shape):
        drawn = -softplus(logit) - of(y, f, **shape)
        return -np.logaddexp(-softplus(-logit), drawn) if y == 0 else -drawn

    return value


def truncated(of):
    """No zeros."""
    return lambda y, f, **shape: of(y, f, **shape) + np.log(-np.expm1(-of(0, f, **shape)))


def ctc(y, f):
    """All paths of labels and blanks (0) that read as ``y``, one by one."""

    def read(path):
        return [k for k, _ in itertools.groupby(path) if k]

    log_p = np.stack([log_softmax(row) for row in f])
    paths = itertools.product(range(f.shape[1]), repeat=len(f))
    found = [sum(log_p[range(len(f)), path]) for path in paths if read(path) == list(y)]
    return -lse(np.array(found))


def chain(y, f, start, steps, end):
    """All sequences of tags, one by one."""

    def score(tags):
        at = sum(f[range(len(f)), tags]) + sum(steps[tags[:-1], tags[1:]])
        return start[tags[0]] + at + end[tags[-1]]

    every = itertools.product(range(f.shape[1]), repeat=len(f))
    return lse(np.array([score(np.array(tags)) for tags in every])) - score(np.asarray(y))


def pairwise_squares(y, f):
    ahead = np.subtract.outer
    return np.sum((ahead(y, y) - ahead(f, f)) ** 2)


def pairs_not_won(y, f):
    return sum(sigmoid(f[j] - f[i]) for i, j in pairs(y))


def pairs_off(y, f):
    return sum(abs(y[i] - y[j] - f[i] + f[j]) / 2 for i, j in pairs(y))


def cox(y, f):
    """``y`` is a time; a negative one says that the item left unfailed."""
    time = abs(y)
    return sum(lse(f[time >= time[i]]) - f[i] for i in range(len(y)) if y[i] > 0)


def failure_time(y, f, scale, dist):
    """``y`` has the ends of an interval, ``dist`` the law of the error of log time."""
    z = (np.log(y) - f) / scale
    below = {
        "normal": lambda x: math.erfc(-x / math.sqrt(2)) / 2,
        "logistic": sigmoid,
        "extreme": lambda x: -np.expm1(-np.exp(x)),
    }[dist]
    if y[0] < y[1]:
        return -np.log(below(z[1]) - below(z[0]))
    log_density = {
        "normal": lambda x: -(x**2) / 2 - math.log(2 * math.pi) / 2,
        "logistic": lambda x: -softplus(x) - softplus(-x),
        "extreme": lambda x: x - np.exp(x),
    }[dist]
    return -(log_density(z[0]) - np.log(scale * y[0]))


def coral(y, f):
    """A yes or no for each threshold that is passed."""
    return np.sum(bernoulli_logit(np.arange(len(f)) < y, f))


def neighbours(y, f):
    """How likely the neighbour that is drawn by squared distance has the same label."""
    f = unit(f)
    apart = -np.sum((f[:, None] - f) ** 2, axis=-1)
    others = [np.delete(np.arange(len(y)), i) for i in range(len(y))]
    each = [lse(apart[i, o]) - lse(apart[i, o][y[o] == y[i]]) for i, o in enumerate(others)]
    return np.mean(each)


def normalised_softmax(y, f, weight, temperature):
    return categorical(y, unit(weight.T) @ unit(f) / temperature)


def cos_face(y, f, weight, scale, margin):
    logits = unit(weight.T) @ unit(f)
    logits[y] -= margin
    return categorical(y, scale * logits)


def proxies(y, f, weight):
    return categorical(y, -np.sum((unit(f) - unit(weight.T)) ** 2, axis=-1))


def contrastive(y, f, margin):
    """Two rows; ``y`` says whether they belong together."""
    apart = np.linalg.norm(f[0] - f[1])
    return apart if y else plus(margin - apart)


def circle(y, f, gamma, margin):
    """Mean over the rows of ``f``."""
    near = unit(f) @ unit(f).T
    other = ~np.eye(len(y), dtype=bool)
    same = np.equal.outer(y, y)

    def row(i):
        s = near[i, same[i] & other[i]]
        d = near[i, ~same[i]]
        pull = lse(-gamma * plus(1 + margin - s) * (s - 1 + margin))
        return softplus(pull + lse(gamma * plus(d + margin) * (d - margin)))

    return np.mean([row(i) for i in range(len(y))])


def lovasz_hinge(y, f, **shape):
    """The margin errors, largest first, each times what it adds to the Jaccard loss."""
    order = np.argsort(sign(y) * f)
    errors, on = 1 - (sign(y) * f)[order], y[order]
    jaccard = 1 - (np.sum(on) - np.cumsum(on)) / (np.sum(on) + np.cumsum(1 - on))
    return plus(errors) @ np.diff(jaccard, prepend=0)


def crps_normal(y, f):
    mean, deviation = f
    z = (y - mean) / deviation
    density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi)
    return deviation * (z * math.erf(z / math.sqrt(2)) + 2 * density - 1 / math.sqrt(math.pi))


# A row whose loss is defined on more than one outcome and one prediction has no formula to ask;
# these have one, of other outcomes.
FORMULAS = {
    # the row's is a mean over data of two classes, divided by the sum of the weights
    "class weights": weighted,
    "CTC": ctc,
    "conditional random field": chain,
    "next token": lambda y, f: np.mean(list(map(categorical, y, f))),
    "Cox": cox,
    "accelerated failure time": failure_time,  # the row's is of log-normal times alone
    "thresholds one by one": coral,
    "neighbourhood components": neighbours,  # the row's has four neighbours of fixed classes
    "CRPS": crps_normal,  # the row's is of outcomes that are counted
}

VARIANTS = {
    # half of it, after a shift of the whole group
    ("soft labels", "cat.QueryCrossEntropy"): shifted_in_group,
    # shows what it is made of: with a logarithm of a sum of exponentials, the softmax loss
    ("sparsemax", "optax.make_fenchel_young_loss"): categorical,
    # another count in the place of the row's Poisson
    ("zero-inflated Poisson", "smd.ZeroInflatedNegativeBinomialP"): inflated(negative_binomial),
    ("zero-inflated Poisson", "smd.ZeroInflatedGeneralizedPoisson"): inflated(generalised_poisson),
    ("zero-truncated Poisson", "smd.TruncatedLFNegativeBinomialP"): truncated(negative_binomial),
    # a distance that is small or large, without the row's difference of two
    ("hinge preference", "torch.nn.HingeEmbeddingLoss"): lambda y, f: f if y else plus(1 - f),
    # one item by itself, as the row says, by another loss; and all pairs by the row's
    ("pointwise ranking", "rax.pointwise_sigmoid_loss"): lambda y, f: np.sum(bernoulli_logit(y, f)),
    ("pointwise ranking", "rax.pairwise_mse_loss"): pairwise_squares,
    # pairs without the weight by a metric that is the row's
    ("LambdaRank", "rax.pairwise_soft_zero_one_loss"): pairs_not_won,
    ("LambdaRank", "rax.pairwise_qr_loss"): pairs_off,
    # the convex bound of the row's
    ("Jaccard", "kornia.lovasz_hinge_loss"): lovasz_hinge,
    # other prices of embeddings that belong together or do not
    ("triplet", "pml.CircleLoss"): circle,
    ("triplet", "keras.Circle"): circle,
    ("triplet", "pml.ContrastiveLoss"): contrastive,
    # one centre for each class in the place of neighbours
    ("neighbourhood components", "pml.NormalizedSoftmaxLoss"): normalised_softmax,
    ("neighbourhood components", "pml.ProxyNCALoss"): proxies,
    # the margin is taken from the cosine, not added to the angle
    ("margin softmax", "pml.CosFaceLoss"): cos_face,
}
