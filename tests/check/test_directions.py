"""Angles and unit vectors: digits of the normaliser, turns, fits, draws and what is refused."""

import math

import mpmath
import numpy as np
import pytest
from family_references import exact, von_mises_fisher_log_width

import xent_lit as xl
from xent_lit.models.directions import sphere_sums


@pytest.mark.parametrize("size", [2, 3, 5, 64, 1000])
def test_digits_of_the_normaliser(size):
    """Also where the Bessel function of SciPy is below the floats."""
    for kappa in (1e-5, 0.5, 3.0, 50.0, 1e4):
        with mpmath.workdps(40):
            want = von_mises_fisher_log_width(exact(kappa), size)
        found = float(sphere_sums(np.asarray(kappa), size, np)[0])
        assert abs(found - want) <= 2e-14 * (1 + abs(want)), kappa


def test_turns_do_not_matter():
    q = xl.VonMises(3.0, 2.0)
    np.testing.assert_allclose(q.log_prob([0.5, 0.5 + 6 * math.pi]), q.log_prob(0.5), rtol=1e-13)
    same = xl.VonMises(3.0 - 4 * math.pi, 2.0)
    assert float(xl.kl_divergence(q, same)) < 1e-28
    assert float(xl.entropy(xl.VonMises(1.0, 0.0))) == pytest.approx(math.log(2 * math.pi))


def test_divergence_of_near_concentrations():
    """By the variance of the cosine, half the square of the step of κ."""
    p, q = xl.VonMises(0.3, 2.0), xl.VonMises(0.3, 2.0 + 1e-9)
    variance = float(sphere_sums(np.asarray(2.0), 2, np)[2])
    step = float(q.concentration) - 2.0
    assert float(xl.kl_divergence(p, q)) == pytest.approx(variance * step**2 / 2, rel=1e-8)


def test_fits_and_draws():
    angles = xl.VonMises(2.9, 4.0)
    found = xl.mle(xl.VonMises, angles.sample(0, (4000,)))
    assert found.loc == pytest.approx(2.9, abs=0.03)
    assert found.concentration == pytest.approx(4.0, rel=0.1)
    q = xl.VonMisesFisher([0.0, 0.6, 0.8], 5.0)
    x = q.sample(0, (4000,))
    np.testing.assert_allclose(x.mean(axis=0), q.mean, atol=0.03)
    assert float(xl.nll(q, x)) == pytest.approx(float(xl.entropy(q)), abs=0.05)
    fitted = xl.mle(xl.VonMisesFisher, xl.empirical(x))
    np.testing.assert_allclose(fitted.mean, x.mean(axis=0), rtol=1e-12)


def test_divergence_of_vectors_is_the_difference():
    p, q = xl.VonMisesFisher([0.0, 0.6, 0.8], 5.0), xl.VonMisesFisher([0.0, 1.0, 0.0], 2.0)
    difference = float(xl.cross_entropy(p, q)) - float(xl.entropy(p))
    assert float(xl.kl_divergence(p, q)) == pytest.approx(difference, rel=1e-12)


def test_what_is_refused():
    q = xl.VonMisesFisher([0.0, 0.6, 0.8], 5.0)
    with pytest.raises(ValueError, match="mean_direction.*expected a vector of length 1"):
        xl.VonMisesFisher([0.0, 1.0, 1.0], 5.0)
    with pytest.raises(ValueError, match="expected vectors of length 1"):
        q.log_prob([0.0, 1.0, 1.0])
    with pytest.raises(ValueError, match="got vectors of 2 entries, expected 3"):
        q.log_prob([0.0, 1.0])
    with pytest.raises(ValueError, match="expected below 1: draws that differ"):
        xl.mle(xl.VonMises, [0.0, 0.0])


def test_symbols_are_the_formula():
    import sympy as sp

    m, x = sp.symbols("m x", real=True)
    k = sp.Symbol("k", positive=True)
    given, known, other = xl.VonMises(m, k), xl.VonMises(0.25, 1.5), xl.VonMises(0.75, 3.0)
    far = xl.VonMises(m + sp.Rational(1, 2), 2 * k)
    found = given.log_prob(x), xl.entropy(given), xl.kl_divergence(given, far)
    want = known.log_prob(2.0), xl.entropy(known), xl.kl_divergence(known, other)
    found = [float(sp.N(sp.sympify(e).subs({m: 0.25, x: 2.0, k: 1.5}))) for e in found]
    np.testing.assert_allclose(found, [float(v) for v in want], rtol=1e-12)
    units = xl.VonMisesFisher([k * 0 + 1, k * 0, k * 0], k)
    with pytest.raises(NotImplementedError, match="the normaliser for unit vectors is a sum"):
        xl.entropy(units)
