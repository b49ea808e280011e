"""The Tweedie family between its powers 1 and 2: digits, the atom, and what follows."""

import mpmath
import numpy as np
import pytest
from family_references import exact, tweedie_log_prob

import xent_lit as xl
from xent_lit.models.pairs import integrate_divergence

CASES = [  # y, mu, phi, power: few claims and many, near the mean and far from it
    (2, 3, 1, 1.1), (2, 3, 1, 1.9), (1e-3, 3, 1, 1.5), (50, 3, 0.01, 1.5), (50, 3, 1, 1.05),
    (3, 3, 1e-3, 1.5), (300, 30, 0.01, 1.99), (30, 30, 0.02, 1.2), (4, 4, 4e-3, 1.5),
    (1e-8, 1, 1, 1.7), (1000, 1, 1, 1.3), (7, 5, 0.011, 1.98), (9, 9, 0.01, 1.02), (0, 3, 1, 1.5),
]  # fmt: skip


def test_digits():
    """Beside mpmath, which sums every number of claims that counts."""
    for y, *parameters in CASES:
        with mpmath.workdps(40):
            want = tweedie_log_prob(exact(y), *map(exact, parameters))
        found = float(xl.Tweedie(*map(float, parameters)).log_prob(float(y)))
        assert abs(found - want) <= 2e-14 * (1 + abs(want)), (y, parameters)


def test_a_batch_and_what_is_outside():
    q = xl.Tweedie([1.0, 2.0], 0.5, 1.3)
    one = [float(xl.Tweedie(m, 0.5, 1.3).log_prob(0.7)) for m in (1.0, 2.0)]
    np.testing.assert_allclose(q.log_prob(0.7), one, rtol=1e-14)
    outside = xl.Tweedie(1.0).log_prob([-1.0, np.inf, np.nan])
    assert outside[0] == outside[1] == -np.inf and np.isnan(outside[2])
    with pytest.raises(ValueError, match="Tweedie: power is 2.0, expected a number between 1"):
        xl.Tweedie(1.0, 1.0, 2.0)
    with pytest.raises(NotImplementedError, match="the density is a series"):
        import sympy as sp

        xl.Tweedie(sp.Symbol("m", positive=True)).log_prob(1)


def test_divergence_is_deviance():
    """D of two means is the integral, and half of the deviance in units of φ."""
    p, q = xl.Tweedie(2.0, 1.5, 1.5), xl.Tweedie(3.0, 1.5, 1.5)
    found = float(xl.kl_divergence(p, q))
    assert found == pytest.approx(float(integrate_divergence(p, q)), rel=1e-9)
    assert float(q.deviance(2.0)) == pytest.approx(2 * 1.5 * found, rel=1e-14)
    y, mu = 2.0, 3.0
    plain = 2 * (y * (y**-0.5 - mu**-0.5) / -0.5 - (y**0.5 - mu**0.5) / 0.5)
    assert float(q.deviance(y)) == pytest.approx(plain, rel=1e-13)
    assert float(q.deviance(0.0)) == pytest.approx(2 * mu**0.5 / 0.5, rel=1e-14)


def test_the_gradient_is_that_of_the_loss():
    f, y = 0.3, np.array([0.0, 0.4, 5.0])
    low, high = (-xl.Tweedie.at_predictor(f + h, phi=0.8, power=1.6).log_prob(y)
                 for h in (-1e-5, 1e-5))  # fmt: skip
    slope = xl.Tweedie.at_predictor(f, phi=0.8, power=1.6).predictor_gradient(y)
    np.testing.assert_allclose(slope, (high - low) / 2e-5, rtol=1e-7)


def test_draws_and_the_loss_of_a_sample():
    q = xl.Tweedie(2.0, 1.0, 1.5)
    x = q.sample(0, (20_000,))
    assert np.mean(x) == pytest.approx(2.0, rel=0.03)
    assert np.var(x) == pytest.approx(float(q.variance), rel=0.06)
    assert np.mean(x == 0) == pytest.approx(float(q.prob(0.0)), abs=0.01)
    some = x[:1000]
    assert float(xl.nll(q, some)) == pytest.approx(float(xl.entropy(q)), abs=0.1)
    assert float(xl.nll(q, some)) < float(xl.nll(q.with_mean(3.0), some))


def test_slopes_of_torch():
    torch = pytest.importorskip("torch")
    mu, power = (torch.tensor(v, dtype=torch.float64, requires_grad=True) for v in (2.0, 1.4))
    xl.Tweedie(mu, 1.0, power).log_prob(torch.tensor(1.3, dtype=torch.float64)).backward()
    for own, at in ((mu, lambda h: (2.0 + h, 1.4)), (power, lambda h: (2.0, 1.4 + h))):
        low, high = (float(xl.Tweedie(m, 1.0, p).log_prob(1.3)) for m, p in (at(-1e-6), at(1e-6)))
        assert float(own.grad) == pytest.approx((high - low) / 2e-6, rel=1e-6)
