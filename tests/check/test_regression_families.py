"""Families asked by `mle`, their links in regressions, and their deviances."""

import mpmath
import numpy as np
import pytest
import scipy.stats
from sklearn import linear_model, metrics

from xent_lit import (
    Bernoulli,
    Categorical,
    Gamma,
    Laplace,
    Normal,
    Poisson,
    empirical,
    fit,
    kl_divergence,
    linear_gradient,
    logistic_regression,
    mle,
    nll,
    poisson_regression,
)
from xent_lit.models.exponential_family import ExponentialFamily, X
from xent_lit.models.fitting import solve_means
from xent_lit.models.links import LOG_LINK
from xent_lit.models.rules import Positive
from xent_lit.models.support import POSITIVE_REALS
from xent_lit.regression import regression

EPS = np.finfo(float).eps
INPUTS = np.random.default_rng(1).normal(size=(80, 2))
MEANS = np.exp(INPUTS @ [0.5, -0.3] + 1)


class Waiting(ExponentialFamily):
    """Times with the given rate: a family of our own, from the documentation alone."""

    rate: Positive
    support = POSITIVE_REALS
    statistics = (X,)
    link = LOG_LINK
    dispersion = 1.0

    def with_mean(self, mean):
        return Waiting(1 / np.asarray(mean))

    def natural(self, xp):
        return (-self.rate,)

    def from_natural(self, eta, xp):
        return {"rate": -eta[0]}

    def log_normalizer(self, eta, xp):
        return -xp.log(-eta[0])

    def mean_map(self, eta, xp):
        return (-1 / eta[0],)

    def curvature(self, eta, xp):
        return ((1 / eta[0] ** 2,),)


def test_mle_asks_the_family():
    class Fixed:
        @classmethod
        def fit_to(cls, p, *, at=0):
            return cls, float(p.expect(lambda x: x)), at

    assert mle(Fixed, [1.0, 2.0], at=3) == (Fixed, 1.5, 3)
    assert float(mle(Waiting, [1.0, 4.0]).rate) == pytest.approx(0.4, rel=1e-15)
    weighed = mle(Waiting, [1.0, 4.0], weights=[2, 1])
    assert float(weighed.rate) == pytest.approx(0.5, rel=1e-15)


@pytest.mark.parametrize("scale", [1e-100, 1e-3, 1.0, 1e100])
@pytest.mark.parametrize("concentration", [1e-3, 0.1, 1.0, 30.0, 1e4, 1e8])
def test_mle_of_a_gamma_keeps_its_digits(concentration, scale):
    x = np.random.default_rng(0).gamma(concentration, size=30)
    x = np.maximum(x, 1e-200) * scale
    with mpmath.workdps(60):
        draws = [mpmath.mpf(float(v)) for v in x]
        mean = sum(draws) / len(draws)
        excess = mpmath.log(mean) - sum(map(mpmath.log, draws)) / len(draws)
        found = mle(Gamma, x)
        exact = mpmath.findroot(
            lambda a: 1 / (mpmath.log(a) - mpmath.digamma(a)) - 1 / excess,
            mpmath.mpf(float(found.concentration)),
        )
        assert abs(float(found.concentration / exact - 1)) < 1e-12
        assert abs(float(found.rate / (exact / mean) - 1)) < 1e-12


@pytest.mark.parametrize("scale", [1e-100, 1.0, 1e100])
@pytest.mark.parametrize("concentration", [1e-3, 1.0, 1e8])
def test_solved_means_are_the_means(concentration, scale):
    """From the plain start, too: a start of the family's own only makes it fast."""

    class Plain(Gamma):
        start_at = ExponentialFamily.__dict__["start_at"]

    with mpmath.workdps(40):
        rate = mpmath.mpf(concentration) / mpmath.mpf(scale)
        log_mean = float(mpmath.digamma(concentration) - mpmath.log(rate))
    for family in Gamma, Plain:
        found = solve_means(family, [log_mean, scale])
        eta = np.asarray(found.natural(np), float)
        means = np.array(found.mean_map(eta, np), float)
        spread = float(found.variance) ** 0.5 / scale
        assert abs(means[1] / scale - 1) < 1e-12
        assert abs(means[0] - log_mean) < 4 * EPS * max(1, abs(log_mean)) + 1e-9 * spread


def test_mle_of_a_distribution_is_the_nearest_member():
    assert mle(Gamma, Gamma(2.0, 3.0)).rate == 3.0
    assert float(mle(Normal, Laplace(1.0, 2.0)).scale) == pytest.approx(8**0.5, rel=1e-15)
    assert float(mle(Poisson, Bernoulli(0.3)).rate) == 0.3
    assert mle(Categorical, Bernoulli(0.25), k=3).probs.tolist() == [0.75, 0.25, 0.0]
    nearest = mle(Gamma, scipy.stats.lognorm(0.5))
    for a in 0.9, 1.1:
        other = Gamma(a * nearest.concentration, a * nearest.rate)
        draws = scipy.stats.lognorm(0.5).ppf((np.arange(999) + 0.5) / 999)
        assert nll(nearest, draws) < nll(other, draws)


@pytest.mark.parametrize(
    "call, error, words",
    [
        (lambda: mle(Gamma, [2.0, 2.0]), ValueError, "all draws are equal"),
        (lambda: mle(Gamma, [-1.0, 2.0]), ValueError, "got the draw -1, which no Gamma allows"),
        (lambda: mle(Gamma, [0.0, 2.0]), ValueError, "expected draws"),
        (lambda: solve_means(Gamma, [1.0, 1.0]), ValueError, "no Gamma has the means 1, 1"),
        (lambda: solve_means(Gamma, [0.0, 1.0]), ValueError, "no Gamma has the means 0, 1"),
        (lambda: solve_means(Gamma, [np.nan, 1.0]), ValueError, "no Gamma has the means nan"),
        (lambda: mle(Gamma, [1.0, 2.0], k=3), TypeError, "got k for Gamma"),
        (lambda: mle(Normal, [1.0, 2.0], k=3), TypeError, "got k for Normal"),
        (lambda: mle(Laplace, Normal(0.0, 1.0)), TypeError, "expected a sample"),
        (lambda: mle(Normal, Normal([0.0, 1.0], 1.0)), ValueError, "batch shape (2,)"),
        (lambda: mle(Normal, Normal(0.0, 1.0), weights=[1]), TypeError, "weights beside"),
        (lambda: mle(Normal, lambda x: x), TypeError, "x is a function"),
        (lambda: mle(str, [1.0]), NotImplementedError, "str has no fit_to"),
        (lambda: mle(Bernoulli, Poisson(2.0)), ValueError, "expected 0 or 1"),
        (lambda: regression(Gamma), TypeError, "expected all but one of concentration, rate"),
        (lambda: regression(Gamma, rate=1.0), TypeError, "rate of Gamma follows the mean"),
        (lambda: regression(Poisson, rate=1.0), TypeError, "got rate for Poisson"),
        (lambda: regression(Laplace), NotImplementedError, "Laplace has no link"),
        (lambda: Laplace(0.0, 1.0).deviance(1.0), NotImplementedError, "no dispersion"),
        (lambda: Gamma(2.0, 1.0).deviance(-1.0), ValueError, "expected numbers >= 0"),
        (lambda: Poisson(2.0).deviance(-1.0), ValueError, "expected a finite number >= 0"),
    ],
)
def test_what_cannot_be_is_said(call, error, words):
    with pytest.raises(error) as refused:
        call()
    assert words in str(refused.value)


MODELS = {
    "Normal": (regression(Normal, scale=2.0), np.log(MEANS) + 0.1 * INPUTS[:, 0] ** 2),
    "Poisson": (regression(Poisson), np.round(MEANS)),
    "Bernoulli": (regression(Bernoulli), (INPUTS.sum(1) + INPUTS[:, 0] ** 2 > 0.5) * 1),
    "Gamma": (regression(Gamma, concentration=2.0), MEANS * (1 + INPUTS[:, 0] ** 2)),
    "a Gamma for each": (
        regression(Gamma, concentration=np.linspace(1, 3, 80)),
        MEANS * (1 + INPUTS[:, 0] ** 2),
    ),
    "our own": (regression(Waiting), MEANS * (1 + INPUTS[:, 0] ** 2)),
}


@pytest.mark.parametrize("name", MODELS)
def test_fit_uses_the_declared_gradient(name):
    model, y = MODELS[name]
    calls = []

    class Counted(type(model)):
        def gradient(self, theta, p):
            calls.append(theta)
            return super().gradient(theta, p)

    found = fit(Counted(model.family, model.fixed), np.zeros(3), INPUTS, y)
    searched = fit(lambda theta: model(theta), np.zeros(3), INPUTS, y)
    assert calls and found.slope < 1e-7
    np.testing.assert_allclose(found.theta, searched.theta, atol=1e-6)


def test_fit_prefers_the_gradient_it_is_given():
    calls = []

    def own(model, theta, p):
        calls.append(theta)
        return linear_gradient(model, theta, p)

    y = MODELS["Bernoulli"][1]
    fit(logistic_regression, np.zeros(3), INPUTS, y, grad=own)
    assert calls


def test_regressions_are_those_of_scikit_learn():
    y = MODELS["Gamma"][1]
    ours = fit(regression(Gamma, concentration=1.0), np.zeros(3), INPUTS, y).theta
    theirs = linear_model.GammaRegressor(alpha=0, tol=1e-12).fit(INPUTS, y)
    np.testing.assert_allclose(ours, [*theirs.coef_, theirs.intercept_], rtol=1e-6)
    y = MODELS["Poisson"][1]
    ours = fit(poisson_regression, np.zeros(3), INPUTS, y).theta
    theirs = linear_model.PoissonRegressor(alpha=0, tol=1e-12).fit(INPUTS, y)
    np.testing.assert_allclose(ours, [*theirs.coef_, theirs.intercept_], rtol=1e-6)


def test_gradient_of_a_gamma_with_its_factor():
    """(1 − y/mean) · concentration: not prediction less target."""
    p = empirical([[0.0]], [3.0])
    model = regression(Gamma, concentration=2.0)
    assert linear_gradient(model, np.zeros(2), p).tolist() == [0.0, -4.0]


def test_poisson_regression_far_out():
    """A rate of e^±1000 is no float, its logarithm is."""
    far = poisson_regression([1.0, 0.0])
    assert nll(far([[-1000.0]]), [3]) == pytest.approx(3000 + np.log(6), rel=1e-14)
    assert nll(far([[700.0]]), [0]) == pytest.approx(np.exp(700.0), rel=1e-13)
    assert nll(far([[1000.0]]), [3]) == np.inf


def test_deviances_are_those_of_scikit_learn():
    rng = np.random.default_rng(2)
    mean, y, counts = rng.gamma(2, size=40), rng.gamma(2, size=40), rng.poisson(2, size=40)
    cases = [
        (Normal(mean, 3.0).deviance(y), metrics.mean_squared_error(y, mean)),
        (Gamma(3.0, 3 / mean).deviance(y), metrics.mean_gamma_deviance(y, mean)),
        (Poisson(mean).deviance(counts), metrics.mean_poisson_deviance(counts, mean)),
    ]
    for ours, theirs in cases:
        assert np.mean(ours) == pytest.approx(theirs, rel=1e-13)
    bits, logits = rng.integers(0, 2, 40), rng.normal(size=40)
    ours = np.mean(Bernoulli(logits=logits).deviance(bits))
    loss = metrics.log_loss(bits, 1 / (1 + np.exp(-logits)))
    assert ours == pytest.approx(2 * loss, rel=1e-13)


def test_deviance_is_divergence_at_equal_dispersion():
    for q, y in (Normal(1.0, 0.3), 2.0), (Gamma(3.0, 0.7), 2.0), (Poisson(2.5), 4.0):
        nats = kl_divergence(q.with_mean(y), q)
        assert float(q.deviance(y)) == pytest.approx(2 * q.dispersion * nats, rel=1e-14)
    assert Waiting(2.0).deviance(0.5) == 0


@pytest.mark.parametrize("step", [0.0, 1e-15, 1e-12, 1e-8, 1e-4, 0.5, 1e3, 1e100])
def test_deviance_near_and_far(step):
    rng = np.random.default_rng(0)
    for _ in range(20):
        a, b = 10 ** rng.uniform(-3, 8), 10 ** rng.uniform(-100, 100)
        y = a / b * (1 + step)
        with mpmath.workdps(400):
            ratio = mpmath.mpf(y) * mpmath.mpf(b) / mpmath.mpf(a)
            exact = 2 * (ratio - 1 - mpmath.log(ratio))
            assert abs(float(Gamma(a, b).deviance(y)) - exact) <= 8 * EPS * exact
            rate = 10 ** rng.uniform(-8, 8)
            y = rate * (1 + step)
            ratio = mpmath.mpf(rate) / mpmath.mpf(y)
            exact = 2 * mpmath.mpf(y) * (ratio - 1 - mpmath.log(ratio))
            assert abs(float(Poisson(rate).deviance(y)) - exact) <= 8 * EPS * exact


def test_deviance_at_the_edges():
    assert Poisson(2.0).deviance([0, 2]).tolist() == [4.0, 0.0]
    assert Poisson(0.0).deviance([0, 1]).tolist() == [0.0, np.inf]
    assert Poisson(log_rate=0.0).deviance(0) == 2.0
    assert Gamma(2.0, 1.0).deviance([0.0, 2.0]).tolist() == [np.inf, 0.0]
    assert Bernoulli(1.0).deviance([0, 1]).tolist() == [np.inf, 0.0]
    assert Normal(0.0, 1e-200).deviance(3.0) == 9.0
    assert np.isfinite(Bernoulli(logits=[-800.0, 800.0]).deviance([1, 0])).all()
