"""A fault in a declaration is refused by the laws that follow from it."""

import pytest
from family_checks import FAMILIES, refused_claims

from xent_lit import Gamma, ledger
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
