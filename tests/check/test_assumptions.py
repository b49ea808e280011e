"""Whether a loss is a cross-entropy: the answer is right, or it is said that it cannot be known."""

import itertools
import math

import numpy as np
import pytest
import scipy.special

from xent_lit import Bernoulli, Categorical, Laplace, Normal, Poisson, explain, is_cross_entropy
from xent_lit.assumptions import nearest_model
from xent_lit.losses import LOSSES
from xent_lit.models.support import (
    BITS,
    COUNTS,
    POSITIVE_REALS,
    REALS,
    SIMPLEX,
    UNIT_INTERVAL,
    Support,
)

RNG = np.random.default_rng(8)
CHANCES = RNG.uniform(0.02, 0.98, size=25)
SCORES = [0.0, *RNG.normal(scale=2, size=24)]
LOGITS = RNG.normal(scale=2, size=(25, 3))
RATES = RNG.uniform(0.3, 6, size=25)
INSIDE = np.linspace(-1, 1, 25)


def focal(gamma):
    return lambda y, p: -((1 - (p if y else 1 - p)) ** gamma) * np.log(p if y else 1 - p)


def logistic(y, t):
    return np.logaddexp(0, t) - y * t


def single(y, t):
    return np.float32(np.logaddexp(np.float32(0), np.float32(t)) - np.float32(y * t))


def softmax(y, z):
    return scipy.special.logsumexp(z) - z[y]


def smoothed(y, z):
    return 0.9 * softmax(y, z) + 0.1 * np.mean([softmax(k, z) for k in range(3)])


def binomial(y, t):
    return 10 * np.logaddexp(0, t) - y * t


def ordinal(y, f):
    below = scipy.special.expit(np.array([-np.inf, -1, 1, np.inf]) - f)
    return -np.log(below[y + 1] - below[y])


def poisson(y, rate):
    return rate - y * math.log(rate)


def squared(y, f):
    return (y - f) ** 2


def hinge(y, f):
    return max(0, 1 - y * f)


LISTED = {
    "logistic": (logistic, (0, 1), SCORES, True),
    "logistic, warm": (lambda y, t: 3 * logistic(y, t / 5), (0, 1), SCORES, True),
    "logistic, saturated": (logistic, (0, 1), [*SCORES, 28, 29, 40, 50, 800, 900], True),
    "logistic, close": (logistic, (0, 1), INSIDE / 100, True),
    "logistic, single precision": (single, (0, 1), SCORES, True),
    "log loss with a floor": (
        lambda y, p: -np.log((p if y else 1 - p) + 1e-7),
        (0, 1),
        CHANCES,
        True,
    ),
    "probit": (lambda y, t: -scipy.special.log_ndtr(t if y else -t), (0, 1), SCORES, True),
    "softmax": (softmax, range(3), LOGITS, True),
    "softmax, few": (softmax, range(3), LOGITS[:5], True),
    "softmax, many": (softmax, range(20), RNG.normal(scale=2, size=(30, 20)), True),
    "binomial": (binomial, range(11), RNG.normal(scale=2, size=40), True),
    "ordinal": (ordinal, range(3), SCORES, True),
    "uneven": (lambda y, t: (1 + 3 * y) * logistic(y, t), (0, 1), SCORES, False),
    "label smoothing": (smoothed, range(3), LOGITS, False),
    "probability error": (lambda y, p: abs(y - p), (0, 1), CHANCES, False),
    "Brier": (squared, (0, 1), CHANCES, False),
    "Brier, few": (squared, (0, 1), (0.1, 0.4, 0.5, 0.8), False),
    "squared on bits": (squared, BITS, SCORES, False),
    "generalised": (lambda y, p: 1 - (p if y else 1 - p) ** 0.7, (0, 1), CHANCES, False),
    "hinge": (hinge, (-1, 1), SCORES, False),
    "hinge, inside": (hinge, (-1, 1), INSIDE, False),
    "hinge, two": (hinge, (-1, 1), (1, 2), False),
    "squared hinge": (lambda y, f: hinge(y, f) ** 2, (-1, 1), SCORES, False),
    "squared hinge, inside": (lambda y, f: hinge(y, f) ** 2, (-1, 1), INSIDE, False),
    "exponential": (lambda y, f: math.exp(-y * f), (-1, 1), SCORES, False),
    "zero-one": (lambda y, f: int(y * f <= 0), (-1, 1), SCORES, False),
    "Poisson, cut off": (poisson, range(10), RATES, False),
    "squared on a grid": (squared, range(-12, 13), np.linspace(-12, 12, 75), False),
    "squared on few": (squared, range(-2, 3), np.linspace(-3, 3, 75), False),
} | {f"focal {g}": (focal(g), (0, 1), CHANCES, g == 0) for g in (0, 0.1, 0.5, 1, 2, 3, 5)}


@pytest.mark.parametrize("name", LISTED)
def test_the_answer_for_a_list_of_outcomes_is_right(name):
    loss, outcomes, predictions, answer = LISTED[name]
    assert is_cross_entropy(loss, outcomes=outcomes, predictions=predictions) is answer


def dice(y, p):
    return 1 - 2 * np.dot(y, p) / (sum(y) + sum(p))


def smooth_dice(y, p):
    return 1 - (2 * np.dot(y, p) + 1) / (sum(y) + sum(p) + 1)


def overlap(y, p):
    return 1 - np.dot(y, p) / (sum(y) + sum(p) - np.dot(y, p))


@pytest.mark.parametrize("loss", [dice, smooth_dice, overlap])
def test_losses_of_overlap_have_no_model(loss):
    """The price of the empty mask never moves, so it could take all the mass."""
    masks = list(itertools.product((0, 1), repeat=2))
    for seed in range(20):
        pixels = np.random.default_rng(seed).uniform(size=(30, 2))
        assert is_cross_entropy(loss, outcomes=masks, predictions=pixels) is False


def shape(loss):
    return lambda y, f: loss(y - f)


def huber(r):
    return r**2 / 2 if abs(r) < 1 else abs(r) - 0.5


def tukey(r):
    return 1 - (1 - min(abs(r), 1) ** 2) ** 3


def log_cosh(r):
    return math.log(math.cosh(r))  # which overflows far out


REAL = {
    "squared": (squared, True),
    "dropped square": (lambda y, f: f**2 - 2 * y * f, True),
    "absolute": (lambda y, f: abs(y - f), True),
    "huber": (shape(huber), True),
    "pinball": (shape(lambda r: max(0.9 * r, -0.1 * r)), True),
    "expectile": (shape(lambda r: (0.9 if r > 0 else 0.1) * r**2), True),
    "log-cosh": (shape(log_cosh), True),
    "Cauchy": (shape(lambda r: math.log(1 + r**2)), True),
    "insensitive": (shape(lambda r: max(0, abs(r) - 0.1)), True),
    "Tukey": (shape(tukey), False),
    "Welsch": (shape(lambda r: 1 - math.exp(-(r**2))), False),
    "Geman-McClure": (shape(lambda r: r**2 / (1 + r**2)), False),
    "inverse distance": (shape(lambda r: -1 / math.sqrt(1 + r**2)), False),
    "one-sided": (shape(lambda r: np.logaddexp(0, -r)), False),
    "step": (shape(lambda r: 1 / (1 + math.exp(-min(r, 500)))), False),
    "squared error of a scale": (lambda y, f: y**2 / f, False),
}
POSITIVE = {
    "gamma": (lambda y, f: y / f + math.log(f), True),
    "gamma deviance": (lambda y, f: y / f - math.log(y / f) - 1, True),
    "gamma of a log": (lambda y, f: y * math.exp(-f) + f, True),
    "log-normal": (lambda y, f: math.log(y / f) ** 2, True),
    "inverse gamma": (lambda y, f: f / y - math.log(f), True),
    "MAPE": (lambda y, f: abs(y - f) / y, False),
    "SMAPE": (lambda y, f: 2 * abs(y - f) / (y + f), False),
    "ratio alone": (lambda y, f: y / f, False),
}
SPREAD = (0.4, 0.7, 1.5, 3.0, 5.0)


@pytest.mark.parametrize("name", REAL)
def test_the_answer_for_all_real_numbers_is_right(name):
    loss, answer = REAL[name]
    predictions = SPREAD if "scale" in name else (-2.5, -1.0, 0.0, 0.5, 3.0)
    assert is_cross_entropy(loss, outcomes=REALS, predictions=predictions) is answer


@pytest.mark.parametrize("name", POSITIVE)
def test_the_answer_for_all_positive_numbers_is_right(name):
    loss, answer = POSITIVE[name]
    assert is_cross_entropy(loss, outcomes=POSITIVE_REALS, predictions=SPREAD) is answer


def test_percentages_of_real_numbers_have_no_model():
    def mape(y, f):
        return abs(y - f) / abs(y) if y else math.inf

    def smape(y, f):
        return abs(y - f) / (abs(y) + abs(f))

    for loss in mape, smape:
        assert is_cross_entropy(loss, outcomes=REALS, predictions=SPREAD) is False


def test_the_answer_for_all_counts_is_right():
    def of_log(y, t):
        return math.exp(t) - y * t

    assert is_cross_entropy(poisson, outcomes=COUNTS, predictions=RATES)
    assert is_cross_entropy("poisson", outcomes=COUNTS, predictions=RATES)
    assert is_cross_entropy(of_log, outcomes=COUNTS, predictions=(-1.0, 0.0, 0.5, 2.0))
    assert not is_cross_entropy(lambda y, f: y * f, outcomes=COUNTS, predictions=RATES)


def test_the_answer_for_a_row_is_right():
    for name, row in LOSSES.items():
        assert is_cross_entropy(name) is (row.model is not None)
    assert is_cross_entropy("mse", outcomes=REALS, predictions=SCORES)
    assert not is_cross_entropy("mse", outcomes=(0, 1), predictions=CHANCES)


def test_the_answer_for_a_model_is_right():
    def answer(loss, model, **tried):
        return is_cross_entropy(loss, **({"predictions": SCORES} | tried), model=model)

    assert answer(squared, lambda f: Normal(f, 3.0), outcomes=REALS)
    assert not answer(squared, lambda f: Laplace(f, 3.0), outcomes=REALS)
    assert answer(logistic, lambda t: Bernoulli(logits=t), outcomes=BITS)
    assert answer(
        lambda y, f: int(y != f),
        lambda f: Categorical(probs=np.where(np.arange(3) == f, 0.8, 0.1)),
        outcomes=range(3),
        predictions=range(3),
    )


def ask(loss, outcomes, predictions, **more):
    return lambda: is_cross_entropy(loss, outcomes=outcomes, predictions=predictions, **more)


CANNOT_KNOW = {
    "three for two outcomes": (
        ask(focal(2), (0, 1), (0.1, 0.5, 0.9)),
        "3 distinct predictions for 2 outcomes.*expected at least 4, or model=",
    ),
    "the same again": (
        ask(focal(2), (0, 1), [0.1, 0.5, 0.9, 0.1 + 1e-15] * 9),
        "3 distinct predictions",
    ),
    "three for a grid": (ask(squared, range(-12, 13), (-1, 0, 1)), "at least 27.*support"),
    "smooth on a grid": (
        ask(squared, range(-12, 13), np.linspace(-1, 1, 75)),
        "do not show whether",
    ),
    "counts cut off late": (
        ask(poisson, range(25), RATES.repeat(2) + np.arange(50) / 99),
        "do not show",
    ),
    "very close": (
        ask(lambda y, t: 3 * logistic(y, t) + y, (0, 1), INSIDE / 1e5),
        "nearly on a line",
    ),
    "close": (ask(focal(2), (0, 1), 0.5 + INSIDE / 1e4), "even to|line"),
    "pairs of labels": (
        ask(lambda y, f: int(y not in f), range(5), list(itertools.combinations(range(5), 2))),
        "bent on purpose, passes as well",
    ),
    "hard labels": (ask(lambda y, f: int(y != f), range(3), [0, 1, 2, 0, 1]), "at least 5.*model="),
    "two for the reals": (ask(squared, REALS, (0.0, 1.0)), "2 distinct predictions"),
    "no test": (ask(squared, UNIT_INTERVAL, CHANCES), "numbers from 0 to 1: .*expected model="),
    "periodic": (ask(shape(lambda r: 1 - math.cos(r)), REALS, SCORES), "all numbers.*model="),
    "slow": (ask(shape(lambda r: math.log1p(math.log1p(abs(r)))), REALS, SCORES), "model="),
    "two parameters": (
        ask(
            lambda y, f: ((y - f[0]) / f[1]) ** 2 / 2 + math.log(f[1]),
            REALS,
            [(0, 1), (1, 2), (3, 1)],
        ),
        "no prediction is dominated.*model=",
    ),
    "none": (ask(squared, (0, 1), []), "got no predictions"),
    "vectors": (ask(squared, SIMPLEX, SCORES), "support of numbers"),
    "not a number": (ask(lambda y, f: math.nan * f, REALS, SCORES), "nan somewhere"),
    "the same loss": (ask(lambda y, f: y * y, REALS, SCORES), "same for all"),
    "one for a model": (
        ask(squared, (0.0, 1.0), (1.0,), model=lambda f: Normal(f, 1)),
        "same for all",
    ),
    "two numbers for a model": (
        ask(squared, (0.0,), (1.0, 2.0), model=lambda f: Normal(f, 1)),
        "2 distinct predictions and 1 outcomes",
    ),
    "outside the model": (
        ask(squared, (-1.0, 2.0), SCORES, model=lambda f: Poisson(2.0)),
        "-1|infinite|counts",
    ),
}


@pytest.mark.parametrize("name", CANNOT_KNOW)
def test_what_cannot_be_known_is_said(name):
    attempt, message = CANNOT_KNOW[name]
    with pytest.raises(ValueError, match=message):
        attempt()


def test_a_support_may_begin_anywhere():
    """Dominance is seen on any, whole or not, and one that ends is a list."""
    for support in Support(1, whole=True), Support(-math.inf, 3), Support(2), Support(0, 1):
        answer = ask(lambda y, f: y * y + f, support, (1.0, 2.0, 3.0))
        assert answer() is False
    assert ask(softmax, Support(0, 2, whole=True), LOGITS)() is True
    assert ask(lambda y, f: f + y, Support(whole=True), RATES)() is False


def test_a_still_price_fits_any_mass():
    """An outcome that costs the same for all predictions is left to the others."""

    def loss(y, t):
        return 2.0 if y == 2 else logistic(y, t)

    assert is_cross_entropy(loss, outcomes=range(3), predictions=SCORES)
    unevenness, c, masses = nearest_model(loss, range(3), SCORES)
    assert unevenness < 1e-9 and abs(c - 1) < 1e-9
    assert np.allclose(masses.sum(axis=1), 1, rtol=1e-9)
    assert np.allclose(masses[:, 2], 1 / 3, rtol=1e-9), "its share"


def test_what_is_no_name_is_named():
    class MSELoss:
        def __repr__(self):
            return "MSELoss()"

        def __call__(self, y, f):
            return (y - f) ** 2

    with pytest.raises(TypeError, match=r"explain: got MSELoss\(\).*near: .*mse.*outcomes="):
        explain(MSELoss())
    with pytest.raises(TypeError, match="expected also outcomes= and predictions="):
        is_cross_entropy(MSELoss())
    with pytest.raises(TypeError, match="got 3, expected a name"):
        is_cross_entropy(3)
    for wrong, near in {"msee": "mse", "logstic": "logistic"}.items():
        with pytest.raises(ValueError, match=f"no loss called '{wrong}'.*near: .*{near}"):
            explain(wrong)
    with pytest.raises(ValueError, match="no loss called 'least regret', expected one of the"):
        explain("least regret")
