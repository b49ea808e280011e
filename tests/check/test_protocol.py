"""The protocol of distributions: cases that once came out wrong. The numbers are from mpmath."""

import math
from dataclasses import dataclass

import numpy as np
import pytest

from xent_lit import (
    Bernoulli,
    Categorical,
    Normal,
    Poisson,
    cross_entropy,
    empirical,
    entropy,
    kl_divergence,
    nll,
)
from xent_lit.models import Distribution

EPS = np.finfo(float).eps
INF = math.inf


class MyNormal(Normal):
    """A subclass without anything of its own."""


class Verbs:
    """An object with exactly the two verbs."""

    def log_prob(self, x):
        return -math.log(2) - 0 * np.asarray(x, float)

    def expect(self, f):
        return (f(0) + f(1)) / 2


@dataclass
class OwnGamma:
    """Gamma(2, 1), with its own expectation, by Gauss and Laguerre."""

    support: tuple = (0, math.inf)

    def log_prob(self, x):
        return np.log(x) - x

    def expect(self, f):
        x, w = np.polynomial.laguerre.laggauss(60)
        return np.sum(w * x * f(x))


@dataclass
class OwnCauchy:
    """A heavy tail, with a location and a scale, and its own expectation."""

    loc: float = 0.0
    scale: float = 1.0

    def log_prob(self, x):
        return -np.log(np.pi * (1 + np.asarray(x) ** 2))

    def expect(self, f):
        middle = (np.arange(2_000_000) + 0.5) / 2_000_000  # of equally likely pieces
        return np.mean(f(np.tan(np.pi * (middle - 0.5))))


class StudentT3(Distribution):
    """t with three degrees of freedom: the default integral must reach its tails."""

    loc, scale = 0.0, 1.0

    def log_prob(self, x):
        c = math.log(2) - math.log(math.pi) - math.log(3) / 2
        return c - 2 * np.log1p(np.asarray(x) ** 2 / 3)


@pytest.mark.parametrize(
    "p, q, right",
    [
        (Categorical([0.5, 0.5]), Bernoulli(0.5 + 2**-30), 1.7347234759768070944e-18),
        (Bernoulli(0.5 + 2**-30), Categorical([0.5, 0.5]), 1.7347234759768070944e-18),
        (MyNormal(0.0, 1.0), Normal(2**-30, 1.0), 4.3368086899420177360e-19),
        ([0.5, 0.5], Bernoulli(0.5), 0.0),
        (Bernoulli(0.5), [0.5, 0.5], 0.0),
        (empirical([0]), Categorical(logits=[40.0, 0.0, 0.0]), 8.4967085105831793e-18),
        (empirical([0]), Bernoulli(1e-20), 1e-20),
        (Bernoulli(1e-8), Poisson(1e-8), 5.000000016666666737e-17),
        (Poisson(0.0), Bernoulli(0.5), math.log(2)),
        (Poisson(2.0), Bernoulli(0.5), INF),
        (Poisson(2.0), Categorical([0.5, 0.5]), INF),
        (Poisson(1e-200), Categorical([1 / 2000] * 2000), INF),
        (Bernoulli(0.0), Poisson(1.0), 1.0),
    ],
)
def test_divergences_that_lost_their_digits(p, q, right):
    found = float(kl_divergence(p, q))
    assert found == right or abs(found - right) <= 32 * EPS * right


def test_bernoulli_against_a_table_in_single_precision():
    table = np.array([1 - 2e-9, 2e-9], np.float32)
    found = float(kl_divergence(Bernoulli(np.float32(1e-9)), table))
    p, q = float(np.float32(1e-9)), float(table[1])  # the other entry rounds to 1
    right = p * math.log(p / q) - p + q + (1 - p) * math.log1p(-p) + p
    assert found == pytest.approx(right, rel=1e-6)


@pytest.mark.parametrize("sigma", [1e10, 1e200])
def test_normal_against_laplace_at_large_scales(sigma):
    from xent_lit import Laplace

    right = math.sqrt(2 / math.pi) + math.log(2) - math.log(2 * math.pi) / 2 - 0.5
    back = 1 + math.log(2 * math.pi) / 2 - math.log(2) - 1
    assert float(kl_divergence(Normal(0.0, sigma), Laplace(0.0, sigma))) == pytest.approx(
        right, rel=8 * EPS
    )
    assert float(kl_divergence(Laplace(0.0, sigma), Normal(0.0, sigma))) == pytest.approx(
        back, rel=16 * EPS
    )


def test_labels_a_model_does_not_know_cost_infinitely_much():
    assert float(cross_entropy(Poisson(1.0), Categorical([0.5, 0.5]))) == INF
    assert float(cross_entropy(Poisson(0.0), Bernoulli(0.5))) == pytest.approx(math.log(2))


def test_two_verbs_are_enough():
    assert float(cross_entropy(Verbs(), Verbs())) == pytest.approx(math.log(2), rel=4 * EPS)
    d = Verbs()
    assert float(entropy(d)) == pytest.approx(math.log(2), rel=4 * EPS)


def test_what_a_class_says_itself_is_used():
    gamma = OwnGamma()
    # H of Gamma(2, 1) is 1 + γ; by 60 nodes beside the logarithm to five digits
    assert float(entropy(gamma)) == pytest.approx(1.5772156649015329, abs=1e-4)
    assert float(entropy(OwnCauchy())) == pytest.approx(math.log(4 * math.pi), rel=1e-5)


def test_heavy_tails_of_the_default_integral():
    """t with three degrees of freedom beside a Normal."""
    assert float(kl_divergence(StudentT3(), Normal(0.0, 1.0))) == pytest.approx(
        0.64546096134138179, rel=1e-9
    )


def test_what_is_no_distribution_is_refused(tmp_path):
    with (tmp_path / "f").open("w") as file, pytest.raises(TypeError):
        kl_divergence([0.5, 0.5], file)


def test_both_forms_of_a_parameter_are_known():
    assert float(Bernoulli(logits=0.0).probs) == 0.5
    assert float(Bernoulli(0.5).logits) == 0.0
    for size in 2, 2**18 + 2:  # one contract at every size: logits are looked at when used
        z = np.zeros(size)
        z[1] = math.nan
        for use in Categorical.pmf, entropy, lambda q: q.log_prob(0), lambda q: nll(q, [0]):
            with pytest.raises(ValueError, match="NaN"):
                use(Categorical(logits=z))
