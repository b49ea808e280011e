"""The continuous Bernoulli: its digits, its neighbours and its limits."""

import math

import numpy as np
import pytest
from mpmath import mp, mpf

import xent_lit as xl

LOGITS = 0.0, 1e-8, -1e-3, 0.3, -2.0, 3.9, -4.1, 10.0, -50.0, 700.0, -1e5


def log_mass(eta):
    return mp.log(mp.expm1(eta) / eta) if eta else mpf(0)


def mean(eta):
    return 1 + 1 / mp.expm1(eta) - 1 / eta if eta else mpf(1) / 2


@pytest.mark.parametrize("eta", LOGITS)
def test_what_is_known_of_it_to_the_last_digits(eta):
    q, e = xl.ContinuousBernoulli(eta), mpf(eta)
    with mp.workdps(60):
        variance = 1 / e**2 - mp.exp(e) / mp.expm1(e) ** 2 if eta else mpf(1) / 12
        wanted = mean(e), variance, log_mass(e) - e * mean(e)
        found = q.mean, q.variance, xl.entropy(q)
        for a, b in zip(found, wanted, strict=True):
            assert float(a) == pytest.approx(float(b), rel=1e-15, abs=0)


@pytest.mark.parametrize("eta", LOGITS)
@pytest.mark.parametrize("step", [1e-9, -0.01, 1.0, 30.0, -1000.0])
def test_a_continuous_bernoulli_far_from_another(eta, step):
    other = eta + step
    with mp.workdps(80):
        e, o = mpf(eta), mpf(other)
        wanted = log_mass(o) - log_mass(e) - (o - e) * mean(e)
    found = xl.kl_divergence(xl.ContinuousBernoulli(eta), xl.ContinuousBernoulli(other))
    assert float(found) == pytest.approx(float(wanted), rel=2e-15, abs=0)


def test_it_is_the_coins_loss_with_its_mass():
    """The sum that libraries call binary cross-entropy of soft labels, completed."""
    x, theta = np.linspace(0, 1, 5), 0.9
    eta = math.log(theta / (1 - theta))
    coin = -x * math.log(theta) - (1 - x) * math.log1p(-theta)
    lost = math.log((2 * theta - 1) / eta)
    np.testing.assert_allclose(
        -xl.ContinuousBernoulli(eta).log_prob(x), coin + lost, rtol=1e-14, atol=1e-15
    )


def test_outside_zero_one_and_of_no_member():
    q = xl.ContinuousBernoulli([0.0, 3.0])
    assert np.all(q.log_prob(-0.1) == -np.inf) and np.all(np.isnan(q.log_prob(np.nan)))
    with pytest.raises(ValueError, match="no ContinuousBernoulli has the means 0 of x"):
        xl.mle(xl.ContinuousBernoulli, [0.0, 0.0])
    with pytest.raises(ValueError, match="logits"):
        xl.ContinuousBernoulli(np.inf)


def test_draws_and_their_fit():
    q = xl.ContinuousBernoulli([2.0, -30.0, 0.0])
    x = q.sample(0, (4000,))
    error = np.sqrt(q.variance / 4000)
    assert np.all(np.abs(x.mean(axis=0) - q.mean) < 4 * error)
    fitted = xl.mle(xl.ContinuousBernoulli, x[:, 0])
    assert float(fitted.mean) == pytest.approx(x[:, 0].mean(), rel=1e-12)


def test_the_slope_of_the_loss():
    y, f, h = 0.3, np.array([-3.0, 0.5, 40.0]), 1e-5
    low, high = (-xl.ContinuousBernoulli(f + s).log_prob(y) for s in (-h, h))
    slope = xl.ContinuousBernoulli.at_predictor(f).predictor_gradient(y)
    np.testing.assert_allclose(slope, (high - low) / (2 * h), rtol=1e-6)
