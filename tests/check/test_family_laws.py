"""A fault in a declaration is refused by the laws that follow from it."""

import numpy as np
import pytest
from family_checks import FAMILIES, refused_claims

from xent_lit import Categorical, Dirichlet, Gamma, Laplace, Multinomial, MultivariateNormal, ledger
from xent_lit.laws.families import family_claims
from xent_lit.models.exponential_family import LOG, SQUARE, X


class WrongStatistic(Gamma):
    statistics = LOG, SQUARE


class OneMoreInTheBase(Gamma):
    base = ()


class WrongNormaliser(Gamma):
    def log_normalizer(self, eta, xp):
        return super().log_normalizer(eta, xp) + 1e-6


class WrongMean(Gamma):
    def mean_map(self, eta, xp):
        mean_log, mean = super().mean_map(eta, xp)
        return mean_log, mean * (1 + 1e-6)


class WrongCurvature(Gamma):
    def curvature(self, eta, xp):
        first, (mixed, last) = super().curvature(eta, xp)
        return first, (mixed, last * (1 + 1e-6))


class WrongSign(Gamma):
    def natural(self, xp):
        return self.concentration, self.rate


class WrongWayBack(Gamma):
    def from_natural(self, eta, xp):
        return {"concentration": eta[0] + 1, "rate": -eta[1]}


class WrongEntropy(Gamma):
    def entropy_in_nats(self, xp):
        return super().entropy_in_nats(xp) + 1e-6


class WrongDivergence(Gamma):
    def divergence_to(self, q, xp):
        return super().divergence_to(q, xp) * 1.001


REFUSED_BY = {
    WrongStatistic: "normalises",
    OneMoreInTheBase: "normalises",
    WrongNormaliser: "normalises",
    WrongMean: "mean",
    WrongCurvature: "covariance",
    WrongSign: "normalises",
    WrongWayBack: "gradient",
    WrongEntropy: "difference",
    WrongDivergence: "difference",
}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")  # a density that grows, for one
@pytest.mark.parametrize("faulty", REFUSED_BY, ids=lambda family: family.__name__)
def test_a_fault_in_a_declaration_is_refused(faulty):
    assert REFUSED_BY[faulty] in refused_claims(faulty)


def test_the_declaration_itself_is_not_refused():
    assert refused_claims(Gamma) == [] and Gamma.statistics == (LOG, X)


def test_the_ledger_has_the_laws_of_every_family():
    """In the order of the registry."""
    ids = [claim.id for family in FAMILIES for claim in family_claims(family)]
    assert [id for id in ledger.claims() if id in ids] == ids


def test_gradients_of_vectors():
    """Mean less statistic, beside central differences of −log q by the natural parameters."""
    h, x = 1e-5, np.array([0.2, 0.3, 0.5])
    c = np.array([1.5, 2.0, 0.7])
    slopes = [
        (Dirichlet(c - e).log_prob(x) - Dirichlet(c + e).log_prob(x)) / (2 * h)
        for e in h * np.eye(3)
    ]
    np.testing.assert_allclose(Dirichlet(c).gradient(x)[0], slopes, rtol=1e-8)
    z = np.array([0.3, -0.5, 1.0])
    for make, y in ((Categorical, 1), (lambda logits: Multinomial(3, logits=logits), [1, 0, 2])):
        slopes = [
            (make(logits=z - e).log_prob(y) - make(logits=z + e).log_prob(y)) / (2 * h)
            for e in h * np.eye(3)
        ]
        np.testing.assert_allclose(make(logits=z).gradient(y)[0], slopes, rtol=1e-8)


def test_gradients_of_a_multivariate_normal():
    h, x = 1e-5, np.array([0.4, -1.0])
    covariance = np.array([[2.0, 0.6], [0.6, 1.0]])
    precision = np.linalg.inv(covariance)
    first = precision @ [0.5, 0.2]

    def cost(a, b):
        """−log q(x) by the natural parameters."""
        spread = np.linalg.inv(-2 * b)
        return -float(MultivariateNormal(spread @ a, spread).log_prob(x))

    by_mean, by_square = MultivariateNormal([0.5, 0.2], covariance).gradient(x)
    second = -precision / 2
    for i, e in enumerate(h * np.eye(2)):
        slope = (cost(first + e, second) - cost(first - e, second)) / (2 * h)
        np.testing.assert_allclose(by_mean[i], slope, rtol=1e-7)
    for i, j in ((0, 0), (1, 1), (0, 1)):
        e = np.zeros((2, 2))
        e[i, j] = e[j, i] = h  # both at once, off the diagonal
        slope = (cost(first, second + e) - cost(first, second - e)) / (2 * h)
        np.testing.assert_allclose(by_square[i, j] * (1 + (i != j)), slope, rtol=1e-7)


def test_a_family_without_statistics_says_so():
    with pytest.raises(NotImplementedError, match="Laplace declares no statistics"):
        Laplace(0.0, 1.0).gradient(0.5)
