"""How many digits each family of the registry has, against mpmath: near equality, far apart, and
at the ends of what its parameters may be.

Eight eps for the families of the first edition, thirty-two for the others, and 128 for sums over
counts, as a mass of 1e-200 is known from its logarithm, −460, whose last digit is 128 eps. A family
is asked if it is registered: without a row in ``bench/family_references.py`` a test says so.
"""

import mpmath
import numpy as np
import pytest
from family_checks import (
    DOUBLE,
    FAMILIES,
    SINGLE,
    check_accuracy,
    error,
    every_family,
    members_of,
    parameters,
)
from family_references import REFERENCES, exact

from xent_lit.laws.members import draw_member, is_resolved, is_within_reach, weigh

FIRST = {"Bernoulli", "Categorical", "Laplace", "Normal", "Poisson"}
BY_SUMS = {"Binomial", "NegativeBinomial", "Multinomial"}
BUDGET = {
    family: 8 if family.__name__ in FIRST else 128 if family.__name__ in BY_SUMS else 32
    for family in FAMILIES
}


@every_family
def test_a_family_has_references(family):
    assert family.__name__ in REFERENCES, (
        f"{family.__name__} has no row in REFERENCES of bench/family_references.py, expected its "
        "log-probability, entropy and divergence, written for mpmath"
    )


@every_family
def test_references_are_sums_and_integrals(family):
    """A reference is checked as well: it is what the points of the laws add up to."""
    rng, reference = np.random.default_rng(2), REFERENCES[family.__name__]
    asked = 0
    while asked < 3:
        p, q = draw_member(family, rng), draw_member(family, rng)
        a, b = ({k: exact(v) for k, v in parameters(d).items()} for d in (p, q))
        reached = p.support.kind or is_within_reach(p, q.log_mass)
        if not (is_resolved(p) and reached and parameters(p).keys() == parameters(q).keys()):
            continue
        asked += 1
        own, cost = (
            weigh(
                p,
                lambda x: (
                    -np.asarray(d.log_prob(x)) if d.support.kind else -np.asarray(d.log_mass(x))
                ),
                d,
            )
            for d in (p, q)
        )
        np.testing.assert_allclose(float(reference.entropy(**a)), own, rtol=1e-8, atol=1e-8)
        np.testing.assert_allclose(
            float(reference.divergence(a, b)), cost - own, rtol=1e-8, atol=1e-8
        )


@pytest.mark.parametrize("dtype", [DOUBLE, SINGLE], ids=["double", "single"])
@every_family
def test_digits(family, dtype):
    check_accuracy(family, REFERENCES[family.__name__], dtype, BUDGET[family])


@every_family
def test_hard_parameters_are_asked(family):
    """Members near to each other, and where a parameter may be of any size, far apart."""
    words = {words for words, *_ in members_of(family, DOUBLE)}
    assert any(w.startswith("near by 1e-12") for w in words)
    positive = [name for name, rule in family.rules.items() if rule.words.endswith("> 0")]
    assert not positive or any(" times 1e-200" in w for w in words)


def test_the_budget_refuses_what_is_wrong():
    assert error(np.float64(1 + 1e-13), mpmath.mpf(1), DOUBLE) > 400
    assert error(np.float64(np.inf), mpmath.mpf(1), DOUBLE) == np.inf
    assert error(np.float64(np.nan), mpmath.mpf(1), DOUBLE) == np.inf
