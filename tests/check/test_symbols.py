"""Symbols: a pmf by hypothesis, positive unless they are 0; and what cannot be one is refused."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from sympy import Rational as R

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, cross_entropy, entropy, kl_divergence, perplexity

A, B = sp.symbols("a b", positive=True)
C, D = sp.symbols("c d")
COIN = A * sp.log(A / B) + (1 - A) * sp.log((1 - A) / (1 - B))


def coin(c):
    return [1 - c, c]


ONE_LINE = {
    "divergence": (lambda: kl_divergence([A, 1 - A], [B, 1 - B]), COIN),
    "divergence of plain symbols": (
        lambda: kl_divergence([C, 1 - C], [D, 1 - D]),
        COIN.subs({A: C, B: D}),
    ),
    "divergence of coins": (lambda: kl_divergence(Bernoulli(A), Bernoulli(B)), COIN),
    "divergence of tables": (
        lambda: kl_divergence(Categorical(probs=coin(A)), Categorical(probs=coin(B))),
        COIN,
    ),
    "a table against a coin": (
        lambda: kl_divergence(Categorical(probs=coin(A)), Bernoulli(B)),
        COIN,
    ),
    "a coin against a table": (
        lambda: kl_divergence(Bernoulli(A), Categorical(probs=coin(B))),
        COIN,
    ),
    "entropy": (lambda: entropy([C, 1 - C]), -C * sp.log(C) - (1 - C) * sp.log(1 - C)),
    "entropy of a coin": (lambda: entropy(Bernoulli(C)), -C * sp.log(C) - (1 - C) * sp.log(1 - C)),
    "cross-entropy of tables": (
        lambda: cross_entropy(Categorical(probs=[C, 1 - C]), Categorical(probs=[D, 1 - D])),
        -C * sp.log(D) - (1 - C) * sp.log(1 - D),
    ),
    "bits": (
        lambda: entropy([A, 1 - A], base=2),
        (-A * sp.log(A) - (1 - A) * sp.log(1 - A)) / sp.log(2),
    ),
    "perplexity": (lambda: perplexity([R(1, 4)] * 4), sp.Integer(4)),
    "an entry that is 0": (lambda: kl_divergence([A, 1 - A, 0], [B, 1 - B, 0]), COIN),
    "a class that never comes": (lambda: kl_divergence([1, 0 * A], [A, 1 - A]), -sp.log(A)),
    "a class that the model excludes": (lambda: kl_divergence([A, 1 - A], [1, 0 * A]), sp.oo),
    "an infinite surprise": (lambda: cross_entropy([A, 1 - A], [1, 0 * A]), sp.oo),
    "thirds": (lambda: entropy([R(1, 3), R(1, 3), R(1, 3)]), sp.log(3)),
}


@pytest.mark.parametrize("case", ONE_LINE)
def test_an_answer_is_one_line(case):
    asked, expected = ONE_LINE[case]
    found = sp.sympify(asked())
    assert not found.has(sp.Piecewise)
    assert sp.expand_log(found - expected, force=True).expand() == 0 or found == expected
    assert found.count_ops() <= sp.sympify(expected).count_ops() + 3


def test_the_decomposition_vanishes():
    """Σ p = Σ q = 1 is used: nothing is left of p and q."""
    p, q = sp.symbols("p1:4", positive=True), sp.symbols("q1:4", positive=True)
    assert sp.simplify(cross_entropy(p, q) - entropy(p) - kl_divergence(p, q)) == 0


REFUSED = {
    "three quarters": (lambda: entropy([R(1, 2), R(1, 4)]), "entropy: p sums to 3/4 on axis -1"),
    "a hair too much": (
        lambda: entropy([R(1, 3), R(2, 3) + R(1, 10**20)]),
        "entropy: p sums to 100000000000000000001/100000000000000000000",
    ),
    "a row of two": (
        lambda: kl_divergence([[A, 1 - A], [R(1, 3), R(1, 3)]], [B, 1 - B]),
        "p sums to 2/3",
    ),
    "a table": (lambda: Categorical(probs=[R(1, 2), R(1, 4)]), "probs sums to 3/4"),
    "more than 1 for every a": (lambda: entropy([A, 1]), "sums to a + 1"),
    "below 0": (lambda: entropy([R(3, 2), R(-1, 2)]), "p has the entry -1/2"),
    "below 0 for every a": (lambda: entropy([A, -A]), "p has the entry -a"),
    "not a number": (lambda: entropy([A, sp.nan]), "p has the entry nan"),
    "infinite": (lambda: entropy([A, sp.oo]), "p has the entry oo"),
    "a weight below 0": (lambda: xl.normalize([R(-1), A]), "normalize: w has the entry -1"),
    "no weight": (lambda: xl.normalize([0 * A, 0]), "normalize: w has a sum of 0"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_a_pmf_is_refused(case):
    asked, words = REFUSED[case]
    with pytest.raises(ValueError) as refused:
        asked()
    assert words in str(refused.value)


ALLOWED = {
    "any symbols": [A, B],
    "a sum that SymPy cannot decide": [sp.sin(1) ** 2, sp.cos(1) ** 2],
    "a float beside its fraction": [1 / 3, R(2, 3)],
    "tenths": [*[0.1] * 10, 0 * A],
    "a symbol without assumptions": [C, 1 - C],
}


@pytest.mark.parametrize("case", ALLOWED)
def test_what_may_be_a_pmf_is_taken(case):
    assert not sp.sympify(entropy(ALLOWED[case])).has(sp.nan)


def test_a_count_may_be_zero():
    """The hypothesis is about probabilities: at k = 0 a deviance has a value."""
    k, rate = sp.Symbol("k", integer=True, nonnegative=True), A
    assert sp.simplify(kl_divergence(xl.Poisson(k), xl.Poisson(rate)).subs(k, 0) - rate) == 0


# ── Bits ─────────────────────────────────────────────────────────────────────────────────────────


def dyadic(rng, k):
    """A pmf of k powers of two."""
    parts = [Fraction(1)]
    while len(parts) < k:
        half = parts.pop(int(rng.integers(len(parts)))) / 2
        parts += [half, half]
    rng.shuffle(parts)
    return parts


def bits(p, q):
    """−Σ p log₂ q of fractions."""
    return float(sum(a * (b.denominator.bit_length() - 1) for a, b in zip(p, q)))


@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_dyadic_answers_are_exact(dtype):
    rng = np.random.default_rng(0)
    for k in range(2, 65):
        p, q = dyadic(rng, k), dyadic(rng, k)
        a, b = (np.array([float(x) for x in v], dtype=dtype) for v in (p, q))
        own, cross = bits(p, p), bits(p, q)
        found = [entropy(a, base=2), cross_entropy(a, b, base=2), kl_divergence(a, b, base=2)]
        assert [float(x) for x in found] == [
            float(np.asarray(x, dtype)) for x in (own, cross, cross - own)
        ]
        assert entropy(a, base=4) == found[0] / 2
        if own.is_integer():
            assert perplexity(a) == 2**own


def test_a_power_of_two_is_a_whole_number_of_bits():
    """Over the range of the floats, and beyond where p/q is no float."""
    for k in range(1, 1074, 7):
        q = 2.0**-k
        assert kl_divergence([1, 0], [q, 1 - q], base=2) == k
        assert cross_entropy([1, 0], [q, 1 - q], base=2) == k


def test_bits_are_nats_over_log_two_at_the_edges():
    for p, q in [([1, 0], [0.9, 0.1]), ([0.3, 0.7, 0], [0.31, 0.69, 0]), ([0.5, 0.5], [1, 0])]:
        nats = kl_divergence(p, q)
        assert np.isclose(kl_divergence(p, q, base=2), nats / np.log(2), rtol=1e-15)
        assert np.isclose(kl_divergence(p, q, base=10), nats / np.log(10), rtol=1e-15)


def test_a_fair_die_has_six_sides():
    assert perplexity([1 / 6] * 6) == 6.0
    assert perplexity(np.full((3, 10), 0.1)).tolist() == [10.0] * 3
    assert np.isclose(perplexity(Categorical(probs=[0.25] * 4)), 4, rtol=1e-15)
    assert perplexity([0.5, 0.5], [1, 0]) == np.inf and perplexity([1, 0]) == 1
