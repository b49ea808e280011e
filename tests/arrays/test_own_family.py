"""A family that is declared in a test receives the laws, every array library, the edges and the
digits, by the same functions as those of the library: a density, and a family of counts."""

import math

import mpmath
import numpy as np
import pytest
from family_checks import DOUBLE, SINGLE, check_accuracy, check_backend, check_claims, check_edges
from family_references import Reference, scaled
from helpers import LIBRARIES

import xent_lit as xl
from xent_lit.laws.families import family_claims
from xent_lit.models.exponential_family import LOG, SQUARE, ExponentialFamily
from xent_lit.models.rules import Positive
from xent_lit.models.support import POSITIVE_REALS


class Rayleigh(ExponentialFamily):
    """The length of a random vector in the plane, whose mean square is ``power``."""

    power: Positive
    support = POSITIVE_REALS
    statistics = (SQUARE,)
    base = ((1, LOG),)

    def natural(self, xp):
        return (-1 / self.power,)

    def from_natural(self, eta, xp):
        return {"power": -1 / eta[0]}

    def log_normalizer(self, eta, xp):
        return -xp.log(-2 * eta[0])

    def mean_map(self, eta, xp):
        return (-1 / eta[0],)

    def curvature(self, eta, xp):
        return ((1 / eta[0] ** 2,),)

    def natural_step(self, q, xp):
        return ((q.power - self.power) / self.power / q.power,)

    @property
    def mean(self):
        return self.power**0.5 * (math.sqrt(math.pi) / 2)

    @property
    def variance(self):
        return self.power * (1 - math.pi / 4)

    @property
    def mean_log(self):
        xp, power = xl.arrays.door.as_arrays("mean_log", power=self.power)
        return self._own((xp.log(power) - float(np.euler_gamma)) / 2)[0]


def rayleigh_log_prob(x, power):
    return mpmath.log(2 * x / power) - x**2 / power


REFERENCES = {
    Rayleigh: Reference(
        rayleigh_log_prob,
        lambda power: 1 + mpmath.log(power) / 2 - mpmath.log(2) + mpmath.euler / 2,
        lambda p, q: mpmath.log(q["power"] / p["power"]) + p["power"] / q["power"] - 1,
        scaled(lambda p: mpmath.sqrt(p["power"]), 1e-3, 0.5, 1, 7),
    )
}
own_family = pytest.mark.parametrize("family", REFERENCES, ids=lambda family: family.__name__)


@own_family
def test_it_has_five_laws(family):
    names = "normalises", "mean", "covariance", "difference", "gradient"
    assert [claim.id for claim in family_claims(family)] == [f"rayleigh-{name}" for name in names]
    check_claims(family)


@own_family
@pytest.mark.parametrize("where", LIBRARIES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_every_library(family, where, dtype):
    if (where, dtype) == ("jax", "float64"):
        pytest.skip("JAX is single")
    check_backend(family, where, dtype)


@own_family
def test_edges(family):
    check_edges(family)


@own_family
@pytest.mark.parametrize("dtype", [DOUBLE, SINGLE], ids=["double", "single"])
def test_digits(family, dtype):
    check_accuracy(family, REFERENCES[family], dtype, 32)


def test_it_is_fitted_and_compared():
    """By what the declaration alone says."""
    x = np.array([1.0, 2.0, 0.5])
    assert math.isclose(float(xl.mle(Rayleigh, x).power), np.mean(x**2), rel_tol=1e-9)
    p, q = Rayleigh(2.0), xl.Gamma(2.0, 1.5)
    assert math.isclose(float(xl.cross_entropy(p, q)), -p.expect(q.log_prob), rel_tol=1e-9)
