"""Sums, integrals and draws of distributions that know no closed form."""

import math

import numpy as np
import pytest
from scipy import special, stats

import xent_lit as xl
from xent_lit.models import Distribution
from xent_lit.models.pairs import integrate_cross_entropy, integrate_divergence
from xent_lit.models.rules import Finite, Positive
from xent_lit.models.sampling import draw_numerically

inf = math.inf
LINE = (-inf, inf)
PLACES = {
    "1e-3 at 1e6": (1e6, 1e-3),
    "1 at -1e12": (-1e12, 1.0),
    "1e-200": (0.0, 1e-200),
    "1e200": (0.0, 1e200),
}


class Plain:
    """Somebody's class: a log-density, and what is said of it beside."""

    def __init__(self, density, **said):
        self.density = density
        for name, value in said.items():
            setattr(self, name, value)

    def log_prob(self, x):
        return self.density.logpdf(x)


class HeavyTailed(Distribution):
    """A Cauchy that knows none of its closed forms."""

    loc: Finite
    scale: Positive

    def log_prob(self, x):
        z = (np.asarray(x) - self.loc) / self.scale
        return -np.log1p(z * z) - np.log(np.pi * self.scale)


class ScalarsOnly:
    """A log-density that takes one number at a time."""

    support = LINE

    def log_prob(self, x):
        return -math.log(math.pi) - math.log1p(x * x)


def close(found, right, digits=1e-9):
    return abs(float(found) - right) <= digits * max(1.0, abs(right))


# ── densities ────────────────

OWN = {
    "Cauchy": lambda loc, scale: xl.Cauchy(loc, scale),
    "StudentT(0.1)": lambda loc, scale: xl.StudentT(0.1, loc, scale),
}


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("family", OWN)
def test_entropies_of_heavy_tails_by_the_integral(family, place):
    p = OWN[family](*PLACES[place])
    assert close(integrate_cross_entropy(p, p), float(xl.entropy(p)), 1e-11)


@pytest.mark.parametrize("place", PLACES)
def test_heavy_tails_of_a_class_of_ones_own(place):
    loc, scale = PLACES[place]
    right = 2.5310242469692907 + math.log(scale)
    density = stats.cauchy(loc, scale)
    assert close(xl.entropy(HeavyTailed(loc, scale)), right, 1e-11)
    assert close(xl.entropy(Plain(density, loc=loc, scale=scale)), right, 1e-11)


@pytest.mark.parametrize("place", ["1e-3 at 1e6", "1e-200", "1e200"])
def test_the_mass_is_found_where_nothing_says_where_it_is(place):
    loc, scale = PLACES[place]
    p = Plain(stats.cauchy(loc, scale), support=LINE)
    assert close(xl.entropy(p), 2.5310242469692907 + math.log(scale), 1e-11)


def test_functions_of_one_number_are_enough():
    assert close(xl.entropy(ScalarsOnly()), 2.5310242469692907)


SHAPES = {
    "poles at both ends": (stats.beta(0.1, 0.1), {"support": (0, 1)}),
    "poles at ends that are not 0": (stats.beta(0.5, 0.5, 1e6, 1), {"support": (1e6, 1e6 + 1)}),
    "nearly all below the floats": (stats.gamma(0.01), {"support": (0, inf)}),
    "a pole inside": (stats.gamma(0.1), {"support": LINE}),
    "an end that is not declared": (stats.expon(0.3), {"support": LINE}),
    "a jump far away": (stats.expon(1e6, 1e-3), {"support": (1e6, inf)}),
    "a corner": (stats.laplace(0.3, 2), {"support": LINE}),
    "a corner inside": (stats.triang(0.3), {"support": (0, 1), "kinks": (0.3,)}),
    "a wrong place": (stats.t(0.5), {"loc": 30, "scale": 100, "support": LINE}),
    "narrow beside its end": (stats.uniform(1e6, 2**-10), {"support": (1e6, 1e6 + 2**-10)}),
}


@pytest.mark.parametrize("name", SHAPES)
def test_entropies_of_many_shapes(name):
    density, said = SHAPES[name]
    assert close(xl.entropy(Plain(density, **said)), float(density.entropy()))


def test_what_cannot_be_had_raises():
    class Doubled(Plain):
        def log_prob(self, x):
            return super().log_prob(x) + math.log(2)

    with pytest.raises(ArithmeticError, match="integrates to 2 over all numbers"):
        xl.entropy(Doubled(stats.norm(), support=LINE))
    with pytest.raises(ArithmeticError, match="integrates to 0 .*declare its loc and scale"):
        xl.entropy(Plain(stats.uniform(1e6 + 0.3, 1e-3), support=LINE))
    with pytest.raises(TypeError, match="has no expect"):
        xl.entropy(Plain(stats.norm()))


SPREADS = {"t2": (2.0, inf), "t2.01": (2.01, None), "t3": (3.0, None)}


@pytest.mark.parametrize("name", SPREADS)
def test_divergence_from_heavy_to_light_tails(name):
    df, right = SPREADS[name]
    p, q = xl.StudentT(df), xl.Normal(0.0, 1.0)
    right = float(xl.kl_divergence(p, q)) if right is None else right
    assert integrate_divergence(p, q) == right or close(integrate_divergence(p, q), right)


def test_divergence_is_infinite_where_the_mean_square_is():
    assert close(xl.kl_divergence(xl.StudentT(3.0), xl.Normal(0.0, 1.0)), 0.6454609613413816)
    for p in (xl.Cauchy(0.0, 1.0), xl.StudentT(1.5), HeavyTailed(0.0, 1.0), xl.Pareto(1.0, 2.0)):
        for quantity in (xl.kl_divergence, xl.cross_entropy):
            assert float(quantity(p, xl.Normal(0.0, 1.0))) == inf


def test_divergences_near_and_far():
    near = xl.kl_divergence(HeavyTailed(0.0, 1.0), HeavyTailed(1e-9, 1.0))
    assert abs(float(near) - 2.5e-19) < 1e-24
    p, q = xl.Cauchy(0.0, 1e-3), xl.Cauchy(1e6, 1e3)
    assert close(integrate_divergence(p, q), float(xl.kl_divergence(p, q)), 1e-11)
    p, q = xl.Normal(0.0, 1.0), xl.Normal(1e6, 1e-3)
    assert close(integrate_divergence(p, q), float(xl.kl_divergence(p, q)), 1e-11)


# ── draws ────────────────

DRAWN = {
    "Cauchy": (xl.Cauchy(1e6, 1e-3), stats.cauchy(1e6, 1e-3)),
    "StudentT": (xl.StudentT(0.3), stats.t(0.3)),
    "Pareto": (xl.Pareto(2.0, 0.5), stats.pareto(0.5, 0, 2)),
    "Gamma": (xl.Gamma(0.05, 1.0), stats.gamma(0.05)),
    "Beta": (xl.Beta(0.5, 0.5), stats.beta(0.5, 0.5)),
    "Uniform": (xl.Uniform(3.0, 4.0), stats.uniform(3, 1)),
}


@pytest.mark.parametrize("name", DRAWN)
def test_draws_by_the_running_integral(name):
    p, known = DRAWN[name]
    x = draw_numerically(p, 1, (4000,))
    assert stats.kstest(x, known.cdf).pvalue > 1e-3


def test_draws_of_counts_and_batches():
    x = draw_numerically(xl.Poisson([3.0, 400.0]), 0, (4000,))
    assert x.shape == (4000, 2)
    assert np.all(abs(x.mean(axis=0) - [3, 400]) < 5 * np.sqrt([3 / 4000, 400 / 4000]))
    x = HeavyTailed([0.0, 1e3], 1.0).sample(0, (2, 500))
    assert x.shape == (2, 500, 2)
    assert np.all(abs(np.median(x, axis=(0, 1)) - [0, 1e3]) < 0.4)
    assert np.shape(HeavyTailed(0.0, 1.0).sample(0)) == ()


def test_divergence_of_near_students():
    """Half the Fisher information times the square of the step (Lange, Little and Taylor, 1989)."""
    df, scale, step = 4.0, 1.5, 1e-7
    trigamma = special.polygamma(1, df / 2) - special.polygamma(1, (df + 1) / 2)
    information = {
        "loc": (df + 1) / (df + 3) / scale**2,
        "scale": 2 * df / (df + 3) / scale**2,
        "df": (trigamma - 2 * (df + 5) / (df * (df + 1) * (df + 3))) / 4,
    }
    given = {"df": df, "loc": 0.0, "scale": scale}
    for name, fisher in information.items():
        moved = {**given, name: given[name] + step}
        exact_step = moved[name] - given[name]
        found = xl.kl_divergence(xl.StudentT(**given), xl.StudentT(**moved))
        assert found == pytest.approx(fisher * exact_step**2 / 2, rel=1e-6)
