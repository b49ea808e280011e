"""Densities of errors: their digits, their tails, costs of one's own, and what is refused."""

import math

import mpmath
import numpy as np
import pytest
from family_references import SHAPES, exact
from helpers import assert_close, library

import xent_lit as xl
from xent_lit.models.location_scale import ErrorDensity

SHAPED = [f for f in ErrorDensity.__subclasses__() if f is not xl.LocationScale]
every_shape = pytest.mark.parametrize("family", SHAPED, ids=lambda family: family.__name__)
PLACES = (-1e8, -7.0, -0.4, 0.0, 1e-3, 0.6, 2.0, 30.0, 1e200)


def members(family):
    """Members with small, middling and large shapes, of those that it may have."""
    shapes = [name for name in family.rules if name not in ("loc", "scale")]
    for value in (0.3, 0.9, 1.7, 40.0) if shapes else (None,):
        given = {name: value for name in shapes}
        if all(bool(family.rules[name].fits(np.asarray(v), np)) for name, v in given.items()):
            yield family(0.25, 1.5, **given), {name: exact(v) for name, v in given.items()}


@every_shape
def test_digits_of_costs_and_normalisers(family):
    """Beside mpmath, which integrates exp(−ρ) itself; out to where only the cost is left."""
    cost = SHAPES[family.__name__]
    for member, shape in members(family):
        with mpmath.workdps(30):
            width = SHAPES["width"](cost, **shape)
            for x in PLACES:
                r = (exact(x) - mpmath.mpf("0.25")) / mpmath.mpf("1.5")
                want = -cost(r, **shape) - mpmath.log(width) - mpmath.log(mpmath.mpf("1.5"))
                if abs(want) > 1e300:
                    continue
                error = abs(float(member.log_prob(x)) - want) / (1 + abs(want))
                assert error < 3e-14, (member, x, float(error))


@pytest.mark.parametrize("where", ["torch", "jax", "strict"])
def test_on_array_libraries(where):
    """The values of NumPy; JAX compiles each step, so three are enough."""
    xp = library(where)
    x, shape = np.array([-2.0, 0.1, 3.0]), np.array([0.4, 0.8, 0.6])
    place = {"device": xp.Device("device1")} if where == "strict" else {}
    for family in SHAPED if where != "jax" else (xl.Huber, xl.PseudoHuber, xl.Barron):
        names = [name for name in family.rules if name not in ("loc", "scale")]
        want = family(np.zeros(3), np.ones(3), **dict.fromkeys(names, shape))
        some, own = (xp.asarray(a, **place) for a in (x, shape))
        model = family(0 * some, 0 * some + 1, **dict.fromkeys(names, own))
        ours = model.log_prob(some), xl.entropy(model), model.variance
        for found, known in zip(ours, (want.log_prob(x), xl.entropy(want), want.variance)):
            tolerance = 1e-4 if str(found.dtype).endswith("32") else 1e-12
            assert_close(found, known, tolerance)


def test_the_slope_by_a_shape():
    torch = pytest.importorskip("torch")
    for make in (xl.Huber, xl.PseudoHuber, xl.Barron, xl.AsymmetricLaplace):
        shape = torch.tensor(0.7, dtype=torch.float64, requires_grad=True)
        make(0.0, 1.0, shape).log_prob(torch.tensor(0.3, dtype=torch.float64)).backward()
        low, high = (float(make(0.0, 1.0, 0.7 + h).log_prob(0.3)) for h in (-1e-5, 1e-5))
        assert float(shape.grad) == pytest.approx((high - low) / 2e-5, rel=1e-7)


@every_shape
def test_draws(family):
    """Their mean and variance; where the variance is no number, their quartiles."""
    shapes = [name for name in family.rules if name not in ("loc", "scale")]
    inside = all(bool(family.rules[name].fits(np.asarray(1.2), np)) for name in shapes)
    member = family(0.25, 1.5, **dict.fromkeys(shapes, 1.2 if inside else 0.3))
    x = member.sample(0, (20_000,))
    assert np.mean(x) == pytest.approx(
        float(member.mean), abs=4 * float(member.variance / 2e4) ** 0.5
    )
    assert np.var(x) == pytest.approx(float(member.variance), rel=0.15)


def test_symbols_are_the_formulas():
    import sympy as sp

    loc, x = sp.symbols("m x", real=True)
    s, d = sp.symbols("s d", positive=True)
    at = {loc: 0.25, x: 2.0, s: 1.5, d: 0.7}
    for family in (xl.Huber, xl.PseudoHuber, xl.GeneralizedNormal, xl.AsymmetricLaplace):
        given, known = family(loc, s, d), family(0.25, 1.5, 0.7)
        found = [sp.N(sp.sympify(e).subs(at)) for e in (given.log_prob(x), xl.entropy(given))]
        want = known.log_prob(2.0), xl.entropy(known)
        np.testing.assert_allclose(np.array(found, float), np.array(want, float), rtol=1e-12)


def test_a_cost_of_ones_own():
    own = xl.LocationScale(lambda r: r**2 / 2, loc=1.0, scale=2.0)
    known = xl.Normal(1.0, 2.0)
    found = own.log_prob(3.5), own.mean, own.variance, xl.entropy(own)
    for mine, its in zip(found, (known.log_prob(3.5), 1.0, 4.0, xl.entropy(known))):
        assert float(mine) == pytest.approx(float(its), rel=1e-10)
    assert float(xl.kl_divergence(own, known)) == pytest.approx(0, abs=1e-12)
    tilted = xl.LocationScale(lambda r: np.where(r > 0, 0.9 * r, -0.1 * r), kinks=(0.0,))
    assert float(tilted.mean) == pytest.approx(float(xl.AsymmetricLaplace(0.0, 1.0, 0.9).mean))
    assert float(own.with_mean(4.0).mean) == pytest.approx(4.0)


BOUNDED = {
    "Geman and McClure": lambda r: 2 * r**2 / (r**2 + 4),
    "Welsch": lambda r: -np.expm1(-(r**2) / 2),
    "Tukey": lambda r: np.where(abs(r) < 4, 1 - (1 - (r / 4) ** 2) ** 3, 1.0),
    "a logarithm that is too slow": lambda r: np.log1p(abs(r)),
    "one side": lambda r: np.where(r > 0, r, 0.0),
}


@pytest.mark.parametrize("name", BOUNDED)
def test_a_bounded_cost_is_no_model(name):
    with pytest.raises(ValueError, match="LocationScale: rho rises from .* expected a cost that"):
        xl.LocationScale(BOUNDED[name])


def test_moments_that_do_not_exist():
    flat = xl.Barron(0.0, 1.0, alpha=0.0)
    assert math.isnan(flat.mean) and flat.variance == math.inf
    assert math.isnan(xl.Barron(0.0, 1.0, alpha=0.01).variance)
    with pytest.raises(ValueError, match="Barron: alpha is -1.*expected a number from 0 to 2"):
        xl.Barron(0.0, 1.0, alpha=-1.0)
    with pytest.raises(NotImplementedError, match="no closed form for Huber"):
        xl.mle(xl.Huber, [0.0, 1.0, 2.0])


def test_a_regression_on_the_location():
    """By fit, which searches: the pinball loss finds the quantile."""
    y = np.arange(1.0, 12.0)
    costs = [xl.nll(xl.AsymmetricLaplace.at_predictor(f, scale=1.0, quantile=0.8), y) for f in y]
    assert y[int(np.argmin(costs))] == 9.0
