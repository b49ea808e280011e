"""What each row of the atlas says, in plain NumPy: one outcome, one prediction, one number.

``FORMULAS`` has a formula for a row; ``VARIANTS`` for a shipped name whose row shows another
member of its kind. The libraries are compared with them, so nothing here asks a library.
"""

import itertools
import math
from functools import partial

import numpy as np


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


# A regression


def squared_error(y, f):
    return np.sum((y - f) ** 2) / 2


def power(y, f, q):
    return abs(y - f) ** q


def huber(y, f, delta):
    r = abs(y - f)
    return r**2 / 2 if r <= delta else delta * (r - delta / 2)


def pseudo_huber(y, f, delta):
    return delta**2 * (np.sqrt(1 + ((y - f) / delta) ** 2) - 1)


def fair(y, f, c):
    r = abs(y - f) / c
    return c**2 * (r - np.log1p(r))


def pinball(y, f, tau):
    return tau * plus(y - f) + (1 - tau) * plus(f - y)


def pinball_in_group(y, f, tau):
    """Mean over the items, after the mean error of the group."""
    r = y - f
    return np.mean(pinball(r - np.mean(r), 0, tau))


def expectile(y, f, tau):
    return (tau if y > f else 1 - tau) * (y - f) ** 2


def insensitive(y, f, epsilon):
    return plus(abs(y - f) - epsilon)


def log_error(y, f):
    return (np.log1p(y) - np.log1p(f)) ** 2 / 2


def cosine(y, f):
    return 1 - y @ f / np.linalg.norm(y) / np.linalg.norm(f)


def gaussian(y, f):
    mean, variance = f
    return (np.log(variance) + (y - mean) ** 2 / variance) / 2


def mixture(y, f):
    """Of normal distributions: logits, means and deviations are the rows of the prediction."""
    logits, mean, deviation = f
    each = -(((y - mean) / deviation) ** 2) / 2 - np.log(deviation * math.sqrt(2 * math.pi))
    return -lse(log_softmax(logits) + each)


def concomitant(y, f, epsilon):
    """Huber's joint loss of a mean and a deviation, as HuberRegressor sums it."""
    mean, deviation = f
    return deviation * (1 + 2 * huber(y / deviation, mean / deviation, epsilon))


# B classification


def bernoulli(y, f):
    return -(y * np.log(f) + (1 - y) * np.log1p(-f))


def bernoulli_logit(y, f):
    return softplus(f) - y * f


def shifted_in_group(y, f):
    """Half as they are; half after the shift of the group that costs least."""
    low, high = -50.0, 50.0
    for _ in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if np.sum(sigmoid(f + middle) - y) < 0 else (low, middle)
    return np.mean(bernoulli_logit(y, f) + bernoulli_logit(y, f + low)) / 2


def probit(y, f):
    return -np.log(math.erfc(-sign(y) * f / math.sqrt(2)) / 2)


def hit(y, f, w):
    """At least one hit of ``w`` tries."""
    none = -w * softplus(f)
    return -(y * np.log(-np.expm1(none)) + (1 - y) * none)


def categorical(y, f):
    return -log_softmax(f)[y]


def multi_label(y, f):
    return np.sum(bernoulli_logit(y, f))


def weighted(y, f, w):
    return w[y] * categorical(y, f)


def smoothed(y, f, epsilon):
    return (1 - epsilon) * categorical(y, f) - epsilon * np.mean(log_softmax(f))


def kullback_leibler(y, f):
    return np.sum(y * np.log(y / f))


def focal(y, f, gamma):
    """Of two classes with a logit, of several with logits."""
    log_p = -bernoulli_logit(y, f) if np.ndim(f) == 0 else log_softmax(f)[y]
    return -((1 - np.exp(log_p)) ** gamma) * log_p


def poly(y, f, epsilon):
    return categorical(y, f) + epsilon * (1 - softmax(f)[y])


def generalised(y, f, q):
    return (1 - f[y] ** q) / q


def hinge(y, f):
    return plus(1 - sign(y) * f)


def modified_huber(y, f):
    margin = sign(y) * f
    return plus(1 - margin) ** 2 if margin > -1 else -4 * margin


def exponential(y, f):
    return np.exp(-sign(y) * f)


def crammer_singer(y, f):
    return plus(1 + max(np.delete(f, y)) - f[y])


def weston_watkins(y, f):
    return np.sum(plus(1 + np.delete(f, y) - f[y]))


def label_margin(y, f):
    return np.sum(plus(1 + f[y == 0] - f[y == 1][:, None]))


def sparsemax(y, f):
    """Half of what ``p`` leaves of the squared length, at the nearest ``p`` in the simplex."""
    order = np.sort(f)[::-1]
    level = max((np.sum(order[:k]) - 1) / k for k in range(1, len(f) + 1))
    p = plus(f - level)
    return f @ p - p @ p / 2 - f[y] + 0.5


def binary_sparsemax(y, f):
    return sparsemax(y, np.array([0, f]))


# C counts and amounts


def poisson(y, f):
    return np.exp(f) - y * f


def divergence_of_rates(y, f):
    return y * np.log(y / f) - y + f


def gamma(y, f):
    return f + y * np.exp(-f)


def tweedie(y, f, p):
    return np.exp((2 - p) * f) / (2 - p) - y * np.exp((1 - p) * f) / (1 - p)


def inverse_gaussian(y, f):
    return (y - f) ** 2 / (2 * y * f**2)


def negative_binomial(y, f, alpha, p=2):
    """With mean ``exp(f)`` and variance ``mean + alpha mean**p``."""
    mean = np.exp(f)
    size = mean ** (2 - p) / alpha
    chance = size / (size + mean)
    ways = math.lgamma(y + size) - math.lgamma(size) - math.lgamma(y + 1)
    return -(ways + size * np.log(chance) + y * np.log1p(-chance))


def full_poisson(y, f):
    return poisson(y, f) + math.lgamma(y + 1)


def generalised_poisson(y, f, alpha, p=1):
    mean = np.exp(f)
    theta = mean ** (p - 1) * alpha
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


def hurdle(y, f, zero):
    """A zero as of a Poisson with rate ``exp(zero)``, else a Poisson without zeros."""
    no = full_poisson(0, zero)
    return no if y == 0 else -np.log(-np.expm1(-no)) + truncated(full_poisson)(y, f)


# D sequences


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


# E ranking and preference


def pairs(y):
    """Who is better than whom."""
    return [(i, j) for i in range(len(y)) for j in range(len(y)) if y[i] > y[j]]


def bradley_terry(y, f):
    return sum(softplus(f[j] - f[i]) for i, j in pairs(y))


def pairwise_hinge(y, f):
    return sum(plus(1 + f[j] - f[i]) for i, j in pairs(y))


def plackett_luce(y, f):
    ranked = f[np.argsort(-y, kind="stable")]
    return sum(lse(ranked[i:]) - ranked[i] for i in range(len(f)))


def group_softmax(y, f):
    return -y @ log_softmax(f)


def pairwise_squares(y, f):
    ahead = np.subtract.outer
    return np.sum((ahead(y, y) - ahead(f, f)) ** 2)


def pairs_not_won(y, f):
    return sum(sigmoid(f[j] - f[i]) for i, j in pairs(y))


def pairs_off(y, f):
    return sum(abs(y[i] - y[j] - f[i] + f[j]) / 2 for i, j in pairs(y))


# F survival and ordinal


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


def cumulative(y, f, thresholds):
    below = np.concatenate([[0], sigmoid(thresholds - f), [1]])
    return -np.log(below[y + 1] - below[y])


def coral(y, f):
    """A yes or no for each threshold that is passed."""
    return np.sum(bernoulli_logit(np.arange(len(f)) < y, f))


def corn(y, f):
    """A yes or no for each threshold that is reached."""
    asked = min(y + 1, len(f))
    return np.sum(bernoulli_logit(np.arange(asked) < y, f[:asked]))


# G contrast and similarity


def unit(x):
    return x / np.linalg.norm(x, axis=-1, keepdims=True)


def info_nce(y, f, temperature):
    """``y`` is the place of the partner among the candidates, ``f`` the similarities."""
    return categorical(y, f / temperature)


def nt_xent(y, f, temperature):
    """Mean over the rows of ``f``; partners have the same label in ``y``, one partner each."""
    near = unit(f) @ unit(f).T / temperature
    others = [np.delete(np.arange(len(y)), i) for i in range(len(y))]
    each = [lse(near[i, o]) - near[i, o][y[o] == y[i]][0] for i, o in enumerate(others)]
    return np.mean(each)


def n_pairs(y, f):
    """Mean over the pairs: which of the partners is the own one."""
    near = unit(f[0::2]) @ unit(f[1::2]).T
    return np.mean([categorical(i, row) for i, row in enumerate(near)])


def sup_con(y, f, temperature):
    """Mean over the rows of the mean over their partners."""
    near = unit(f) @ unit(f).T / temperature
    others = [np.delete(np.arange(len(y)), i) for i in range(len(y))]
    each = [lse(near[i, o]) - np.mean(near[i, o][y[o] == y[i]]) for i, o in enumerate(others)]
    return np.mean(each)


def neighbours(y, f):
    """How likely the neighbour that is drawn by squared distance has the same label."""
    f = unit(f)
    apart = -np.sum((f[:, None] - f) ** 2, axis=-1)
    others = [np.delete(np.arange(len(y)), i) for i in range(len(y))]
    each = [lse(apart[i, o]) - lse(apart[i, o][y[o] == y[i]]) for i, o in enumerate(others)]
    return np.mean(each)


def normalised_softmax(y, f, weight, temperature):
    return categorical(y, unit(weight.T) @ unit(f) / temperature)


def arc_face(y, f, weight, scale, margin):
    logits = unit(weight.T) @ unit(f)
    logits[y] = np.cos(np.arccos(logits[y]) + margin)
    return categorical(y, scale * logits)


def cos_face(y, f, weight, scale, margin):
    logits = unit(weight.T) @ unit(f)
    logits[y] -= margin
    return categorical(y, scale * logits)


def proxies(y, f, weight):
    return categorical(y, -np.sum((unit(f) - unit(weight.T)) ** 2, axis=-1))


def triplet(y, f, margin):
    """The rows of ``f``: anchor, partner, other."""
    anchor, partner, other = f
    return plus(np.linalg.norm(anchor - partner) - np.linalg.norm(anchor - other) + margin)


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


# H overlap and scores


def dice(y, f, smooth=0):
    return 1 - (2 * np.sum(y * f) + smooth) / (np.sum(y) + np.sum(f) + smooth)


def tversky(y, f, missed, extra):
    """``missed`` and ``extra`` are the prices of a pixel that is left out, or in, by mistake."""
    both = np.sum(y * f)
    wrong = missed * np.sum(y * (1 - f)) + extra * np.sum((1 - y) * f)
    return 1 - both / (both + wrong)


def tversky_of_classes(y, f, missed, extra):
    """Mean over on and off, of those that are there."""
    there = [(y, f)] * bool(np.any(y)) + [(1 - y, 1 - f)] * bool(np.any(1 - y))
    return np.mean([tversky(y, f, missed, extra) for y, f in there])


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


def gaussian_process(y, f):
    """At the places ``f``, with a covariance that falls with the distance, and noise."""
    cov = np.exp(-(np.subtract.outer(f, f) ** 2) / 2) + np.eye(len(f))
    _, log_det = np.linalg.slogdet(cov)
    return (y @ np.linalg.solve(cov, y) + log_det + len(y) * math.log(2 * math.pi)) / 2


FORMULAS = {
    "squared error": squared_error,
    "absolute error": lambda y, f: abs(y - f),
    "power |r|^q": power,
    "Huber, smooth L1": huber,
    "pseudo-Huber, Charbonnier": pseudo_huber,
    "log-cosh": lambda y, f: np.log(np.cosh(y - f)),
    "fair": fair,
    "Cauchy, Lorentzian": lambda y, f: np.log1p((y - f) ** 2 / 2),
    "bounded (redescending): Geman–McClure, Welsch, Tukey, Andrews, Hampel, Ramsay, trimmed":
        lambda y, f: 2 * (y - f) ** 2 / ((y - f) ** 2 + 4),
    "pinball": pinball,
    "log-linear quantile": lambda y, f, tau: pinball(y, np.exp(f), tau),
    "several quantiles summed; interval score":
        lambda y, f, tau: sum(map(pinball, [y] * len(f), f, tau)),
    "expectile": expectile,
    "ε-insensitive (and squared)": insensitive,
    "MSLE": log_error,
    "MAPE, SMAPE": lambda y, f: abs(y - f) / abs(y),
    "HuberRegressor": concomitant,
    "cosine distance of unit vectors": cosine,
    "heteroscedastic Gaussian": gaussian,
    "Dawid–Sebastiani": gaussian,
    "mixture density": mixture,
    "binary CE, probabilities": bernoulli,
    "binary CE, logits": bernoulli_logit,
    "probit": probit,
    "cross_entropy_lambda": hit,
    "soft labels in BCE": bernoulli_logit,
    "softmax CE": categorical,
    "multi-label": multi_label,
    "class weights, pos_weight": weighted,
    "label smoothing": smoothed,
    "KL": kullback_leibler,
    "focal": focal,
    "Poly-1": poly,
    "generalised CE": generalised,
    "Brier, squared error on {0,1}": lambda y, f: (y - f) ** 2,
    "hinge": hinge,
    "squared hinge, modified Huber": lambda y, f: hinge(y, f) ** 2,
    "perceptron": lambda y, f: plus(-sign(y) * f),
    "exponential": exponential,
    "multiclass hinges": crammer_singer,
    "multi-label margin": label_margin,
    "sparsemax, entmax, Fenchel–Young": sparsemax,
    "zero-one, accuracy, hamming": lambda y, f: float(y != f),
    "Poisson": poisson,
    "generalised KL, Poisson deviance": divergence_of_rates,
    "gamma": gamma,
    "Tweedie": tweedie,
    "inverse Gaussian": inverse_gaussian,
    "negative binomial": negative_binomial,
    "zero-inflated, hurdle, truncated, generalised Poisson": inflated(full_poisson),
    "CTC": ctc,
    "linear-chain CRF": chain,
    "next-token LM, perplexity": lambda y, f: np.mean(list(map(categorical, y, f))),
    "Bradley–Terry: RankNet, reward, DPO": bradley_terry,
    "hinge preference (SLiC), pairwise hinge": pairwise_hinge,
    "ListMLE = Cox without ties or censoring": plackett_luce,
    "softmax in a group = conditional logit": group_softmax,
    "pointwise": squared_error,
    "Cox partial likelihood": cox,
    "AFT with censoring": failure_time,
    "cumulative link": cumulative,
    "CORAL, mord LogisticAT": coral,
    "CORN": corn,
    "InfoNCE, NT-Xent": nt_xent,
    "SupCon (out)": sup_con,
    "smooth triplet, NCA, proxy-NCA, instance, normalised softmax": neighbours,
    "margin softmax: ArcFace, CosFace, SphereFace, LDAM": arc_face,
    "hinge-like pairs and triplets": triplet,
    "Dice": dice,
    "Tversky, Jaccard, IoU, Lovász": tversky,
    "CRPS, energy, RPS, spherical, Hyvärinen, interval": crps_normal,
    "SSIM, perceptual, TV, Hausdorff, Wasserstein, MMD, mutual information": None,
    "LambdaRank, NDCG, MAP, YetiRank": pairs_not_won,
    "Gaussian process": gaussian_process,
}


def of_distance(rho):
    return lambda y, f: rho(abs(y - f))


def welsch(r):
    return -np.expm1(-(r**2) / 2)


def tukey(r, c=4.685):
    return c**2 / 6 * (1 - plus(1 - (r / c) ** 2) ** 3)


def quartic(r, c=3.61752, k=4):
    x = min(r / c, 1)
    return (x * c) ** 2 / 2 * (1 - 4 / (k + 2) * x**k + x ** (2 * k) / (k + 1))


def andrews(r, a=1.339):
    return a**2 * (1 - np.cos(min(r / a, np.pi)))


def hampel(r, a=2.0, b=4.0, c=8.0):
    """Its slope: up to a, level to b, down to 0 at c."""
    corners = np.unique(np.clip([0, a, b, c], 0, r))
    return np.trapezoid(np.interp(corners, [0, a, b, c], [0, a, a, 0]), corners)


def ramsay(r, a=0.3):
    return (1 - np.exp(-a * r) * (1 + a * r)) / a**2


VARIANTS = {
    "kornia.welsch_loss": of_distance(welsch),
    "smn.TukeyBiweight": of_distance(tukey),
    "smn.TukeyQuartic": of_distance(quartic),
    "smn.AndrewWave": of_distance(andrews),
    "smn.Hampel": of_distance(hampel),
    "smn.RamsayE": of_distance(ramsay),
    "smn.TrimmedMean": of_distance(lambda r: min(r, 2.0) ** 2 / 2),
    "sgd.squared_epsilon_insensitive": lambda y, f, epsilon: insensitive(y, f, epsilon) ** 2,
    "cat.SMAPE": lambda y, f: abs(y - f) / (abs(y) + abs(f)),
    "sgd.modified_huber": modified_huber,
    ("soft labels in BCE", "torch.nn.BCELoss"): bernoulli,
    ("soft labels in BCE", "cat.CrossEntropy"): bernoulli,
    "cat.QueryCrossEntropy": shifted_in_group,
    "lgb.multiclassova": lambda y, f: multi_label(np.eye(len(f))[y], f),
    "cat.MultiClassOneVsAll": lambda y, f: multi_label(np.eye(len(f))[y], f),
    "cat.GroupQuantile": pinball_in_group,
    "keras.CategoricalHinge": lambda y, f: plus(1 + max(0, *np.delete(f, y)) - f[y]),
    "torch.nn.MultiMarginLoss": weston_watkins,
    "optax.multiclass_perceptron_loss": lambda y, f: max(f) - f[y],
    "optax.sparsemax_loss": binary_sparsemax,
    "optax.make_fenchel_young_loss": categorical,
    "smd.ZeroInflatedNegativeBinomialP": inflated(negative_binomial),
    "smd.ZeroInflatedGeneralizedPoisson": inflated(partial(generalised_poisson, p=2)),
    "smd.GeneralizedPoisson": generalised_poisson,
    "smd.HurdleCountModel": hurdle,
    "smd.TruncatedLFPoisson": truncated(full_poisson),
    "smd.TruncatedLFNegativeBinomialP": truncated(negative_binomial),
    "torch.nn.HingeEmbeddingLoss": lambda y, f: f if y else plus(1 - f),
    "torch.nn.MarginRankingLoss": lambda y, f: plus(1 - sign(y) * (f[0] - f[1])),
    "rax.pointwise_sigmoid_loss": multi_label,
    "rax.pairwise_mse_loss": pairwise_squares,
    "cat.QueryRMSE": lambda y, f: np.sum((y - f - np.mean(y - f)) ** 2) / 2,
    "rax.pairwise_qr_loss": pairs_off,
    "kornia.dice_loss": lambda y, f: dice(np.append(y, 1 - y), np.append(f, 1 - f)),
    "kornia.tversky_loss": tversky_of_classes,
    "kornia.lovasz_hinge_loss": lovasz_hinge,
    "kornia.psnr_loss": lambda y, f: 10 * np.log10(np.mean((y - f) ** 2)),
    "kornia.total_variation": lambda y, f: np.sum(abs(np.diff(f))),
    "pml.CircleLoss": circle,
    "pml.NPairsLoss": n_pairs,
    "keras.Circle": circle,
    "pml.ContrastiveLoss": contrastive,
    "pml.NormalizedSoftmaxLoss": normalised_softmax,
    "pml.ProxyNCALoss": proxies,
    "pml.CosFaceLoss": cos_face,
    "info_nce.InfoNCE": info_nce,
}
