"""The theorems of the book on numbers, each beside a false twin that the same check refuses.

References come from outside: SciPy, scikit-learn, mpmath, and PyTorch where it is installed.
"""

import math

import mpmath
import numpy as np
import pytest
import scipy.special
import scipy.stats
import sklearn.metrics
from family_checks import FAMILIES as REGISTERED
from family_checks import every_family as registered
from family_checks import likely
from hypothesis import Phase, given, seed, settings
from hypothesis import strategies as st

from xent_lit import (
    Bernoulli,
    Categorical,
    Dirichlet,
    Laplace,
    Multinomial,
    Normal,
    Poisson,
    code_lengths,
    cross_entropy,
    empirical,
    entropy,
    expected_length,
    gaussian_nll,
    huffman,
    kl_divergence,
    kraft_sum,
    likelihood,
    log_likelihood,
    log_softmax,
    logsumexp,
    mle,
    mse,
    nll,
    normalize,
    perplexity,
    softmax,
)
from xent_lit.assumptions import is_cross_entropy
from xent_lit.evaluate import Evaluation, bits_per_byte, marginal_entropy
from xent_lit.laws.members import draw_member
from xent_lit.proof.algebra import relative_error
from xent_lit.regression import (
    fit,
    linear,
    linear_gradient,
    linear_regression,
    logistic_regression,
    poisson_regression,
    softmax_regression,
)

# Two small functions carry every law: a law is a function of drawn examples that says whether it
# holds.


def breach(law, *drawn, examples):
    """The first example that breaks a law, or None. The same examples in every run."""
    found = []

    @seed(0)
    @settings(max_examples=examples, deadline=None, database=None, phases=[Phase.generate])
    @given(st.tuples(*drawn))
    def run(example):
        if not found and not law(*example):
            found.append(example)

    run()
    return found[0] if found else None


def check(law, twin, *drawn, examples=30):
    """The law holds on everything drawn, and the same check refuses its twin."""
    assert breach(law, *drawn, examples=examples) is None
    assert breach(twin, *drawn, examples=examples) is not None, "the twin is accepted"


def close(a, b, rtol, beside=0):
    """Agreement up to a relative error; infinities agree, NaN agrees with nothing.

    What may be next to nothing, as a rounding error is, is compared ``beside`` 1.
    """
    return relative_error(np.asarray(a) + beside, np.asarray(b) + beside) <= rtol


def least(a, b, rtol=0.0):
    """a ≤ b up to a relative error, at every entry."""
    a, b = np.broadcast_arrays(np.asarray(a), np.asarray(b))
    return bool(np.all((a <= b) | (np.abs(a - b) <= rtol * np.abs(b))))


# What Hypothesis draws. Weights span eight decades; some pmfs have outcomes that never happen.

WEIGHTS = st.one_of(st.floats(0.05, 1.0), st.floats(1e-8, 1e-3))
ZEROS = st.one_of(WEIGHTS, st.just(0.0))


def pmf(k, weights=WEIGHTS):
    return (
        st.lists(weights, min_size=k, max_size=k).filter(any).map(lambda w: normalize(np.array(w)))
    )


def pmfs(count, low=2, high=6, weights=WEIGHTS):
    """So many pmfs over the same outcomes."""
    return st.integers(low, high).flatmap(
        lambda k: st.tuples(*(pmf(k, weights) for _ in range(count)))
    )


def tables(count):
    """So many joint tables of the same shape."""
    shapes = st.tuples(st.integers(2, 3), st.integers(2, 4))
    return shapes.flatmap(
        lambda shape: st.tuples(
            *(pmf(shape[0] * shape[1]).map(lambda p: p.reshape(shape)) for _ in range(count))
        )
    )


LOGITS = st.lists(st.floats(-30, 30), min_size=2, max_size=6).map(np.array)
SHARES = st.floats(0.05, 0.95)
REALS = st.floats(-3, 3)
SCALES = st.floats(0.2, 5)
DRAWS = st.lists(st.integers(0, 3), min_size=4, max_size=12).map(
    lambda x: np.array([0, 1, 1, *x], dtype=float)
)  # values repeat
LABELS = DRAWS.map(lambda x: x.astype(int))
COIN = DRAWS.map(lambda x: x % 2)


# ── One divergence and one cross-entropy ─────────────────────────────────────────────────────────


def test_gibbs_inequality():
    """D(p‖q) ≥ 0, and D(p‖p) = 0."""
    check(
        lambda pq: kl_divergence(*pq) >= 0 and kl_divergence(pq[0], pq[0]) == 0,
        lambda pq: cross_entropy(*pq) - entropy(pq[1]) >= 0,
        pmfs(2),
    )


def test_divergence_vanishes_only_at_the_truth():
    """D(p‖q) > 0 for p ≠ q, also where they differ by a rounding error only."""

    def tilted(p, step):
        q = p.copy()
        q[np.argmax(p)] *= 1 + step
        return kl_divergence(p, normalize(q))

    check(lambda pq: tilted(pq[0], 1e-9) > 0, lambda pq: tilted(pq[0], 0.0) > 0, pmfs(1))


def test_decomposition():
    """H(p, q) = H(p) + D(p‖q)."""

    def agree(p, q, other):
        sides = cross_entropy(p, q), entropy(other) + kl_divergence(p, q)
        return close(*sides, rtol=1e-14, beside=1)

    check(lambda pq: agree(*pq, pq[0]), lambda pq: agree(*pq, pq[1]), pmfs(2))


def test_divergence_is_relative_entropy():
    """D(p‖q) = Σ p log(p/q), as SciPy has it."""

    def reference(p, q):
        return scipy.special.rel_entr(p, q).sum()

    check(
        lambda pq: close(kl_divergence(*pq) + 1, reference(*pq) + 1, rtol=1e-14),
        lambda pq: close(kl_divergence(*pq) + 1, reference(*pq[::-1]) + 1, rtol=1e-14),
        pmfs(2, weights=ZEROS),
    )


def test_divergence_near_equality():
    """D(p‖q) has ten digits where p and q agree to eight, and the difference H(p, q) − H(p) has
    none."""

    def exact(p, q):
        with mpmath.workdps(60):
            p, q = ([mpmath.mpf(float(x)) for x in v] for v in (p, q))
            return float(sum(a * mpmath.log(a / b) - a + b for a, b in zip(p, q)))

    def near(p, step):
        return p, normalize(p * (1 + step * np.linspace(-1, 1, len(p))))

    check(
        lambda pq: all(
            close(kl_divergence(*near(pq[0], s)), exact(*near(pq[0], s)), rtol=1e-10)
            for s in (1e-8, 1e-4, 0.3, 0.6, 0.9)
        ),
        lambda pq: close(
            np.subtract(*(cross_entropy(pq[0], q) for q in near(pq[0], 1e-8)[::-1])),
            exact(*near(pq[0], 1e-8)),
            rtol=1e-10,
        ),
        pmfs(1),
        examples=20,
    )


def test_many_rows_have_the_divergence_of_each():
    """A table, which goes through column by column, has in each row what the row alone has."""

    def rows(p):
        return np.tile(p, (600, 1))

    check(
        lambda pq: close(kl_divergence(*map(rows, pq)), kl_divergence(*pq), rtol=1e-13),
        lambda pq: close(kl_divergence(*map(rows, pq)), kl_divergence(*pq[::-1]), rtol=1e-13),
        pmfs(2, low=3, weights=ZEROS),
    )


def test_entropy_is_self_cross_entropy():
    """H(p) = H(p, p) = −Σ p log p, as SciPy has it."""
    check(
        lambda pq: (
            close(entropy(pq[0]), cross_entropy(pq[0], pq[0]), rtol=0)
            and close(entropy(pq[0]) + 1, scipy.stats.entropy(pq[0]) + 1, rtol=1e-14)
        ),
        lambda pq: close(entropy(pq[0]), cross_entropy(*pq), rtol=0),
        pmfs(2, weights=ZEROS),
    )


def test_entropy_of_the_uniform_is_log_k():
    """0 ≤ H(p) ≤ log K, with equality for the uniform pmf."""
    check(
        lambda pq: 0 <= entropy(pq[0]) and least(entropy(pq[0]), np.log(len(pq[0])), rtol=1e-15),
        lambda pq: least(entropy(pq[0]), np.log(len(pq[0]) - 1), rtol=1e-15),
        pmfs(1),
    )
    assert close(entropy([1 / 7] * 7), np.log(7), rtol=1e-15)


def test_cross_entropy_floor():
    """H(p, q) ≥ H(p): a loss on soft targets does not reach 0."""
    check(
        lambda pq: least(entropy(pq[0]), cross_entropy(*pq), rtol=1e-15),
        lambda pq: least(entropy(pq[1]), cross_entropy(*pq), rtol=1e-15),
        pmfs(2),
    )


def test_zero_outcome_adds_nothing():
    """0 · log 0 = 0: an outcome that never happens may have any probability in the model."""

    def grown(p, q, at, mass):
        return np.insert(p * (1 - mass), at, mass), np.insert(q, at, 0.0)

    def unchanged(pq, mass=0.0):
        pairs = [grown(*pq, at, mass) for at in (0, len(pq[0]))]
        return all(
            close(measure(*pair) + 1, measure(*pq) + 1, rtol=1e-14)
            for measure in (cross_entropy, kl_divergence)
            for pair in pairs
        )

    check(unchanged, lambda pq: unchanged(pq, mass=1e-12), pmfs(2))
    assert entropy([1.0, 0.0]) == 0 and cross_entropy(
        [0.5, 0.5, 0], [0.25, 0.25, 0.5]
    ) == 2 * np.log(2)


def test_missing_support_is_infinite():
    """H(p, q) = D(p‖q) = ∞ where p > 0 = q; never a clipped number."""

    def lacks(p, q, mass):
        return p, np.insert(q[1:] / q[1:].sum() * (1 - mass), 0, mass)

    check(
        lambda pq: all(
            measure(*lacks(*pq, 0.0)) == np.inf for measure in (cross_entropy, kl_divergence)
        ),
        lambda pq: all(
            measure(*lacks(*pq, 1e-300)) == np.inf for measure in (cross_entropy, kl_divergence)
        ),
        pmfs(2),
    )


def test_bits_are_nats_over_log_two():
    """H₂ = H / log 2, as SciPy has it."""
    measures = cross_entropy, kl_divergence, lambda p, q, **unit: entropy(p, **unit)
    check(
        lambda pq: (
            all(close(f(*pq, base=2), f(*pq) / np.log(2), rtol=1e-15) for f in measures)
            and close(
                entropy(pq[0], base=2) + 1, scipy.stats.entropy(pq[0], base=2) + 1, rtol=1e-14
            )
        ),
        lambda pq: all(close(f(*pq, base=2), f(*pq) * np.log(2), rtol=1e-15) for f in measures),
        pmfs(2),
    )


def test_perplexity_has_no_unit():
    """exp H(p, q) = 2^H₂(p, q), and a fair die has the perplexity of its faces."""
    check(
        lambda pq: close(perplexity(*pq), 2 ** cross_entropy(*pq, base=2), rtol=1e-13),
        lambda pq: close(perplexity(*pq), 2 ** cross_entropy(*pq), rtol=1e-13),
        pmfs(2),
    )
    assert close(perplexity([0.125] * 8), 8, rtol=1e-15)


def test_outcomes_may_lie_on_any_axis():
    """A measure along axis 0 of the transposed tables is the measure row by row."""
    rows = tables(2).map(lambda pq: [normalize(p) for p in pq])

    def by_row(f, pq):
        return [f(p, q) for p, q in zip(*pq)]

    def agree(f, pq, order):
        turned = [f(*(p.T for p in pq), axis=axis) for axis in (0, -2)]
        both = [close(found, by_row(f, pq)[::order], rtol=1e-15) for found in turned]
        return all(both) and close(f(*pq), by_row(f, pq), rtol=1e-15)

    check(
        lambda pq: all(agree(f, pq, 1) for f in (cross_entropy, kl_divergence)),
        lambda pq: all(agree(f, pq, -1) for f in (cross_entropy, kl_divergence)),
        rows,
    )


def test_chain_rule():
    """D(p(x,y)‖q(x,y)) = D(p(x)‖q(x)) + Σ_x p(x) D(p(y|x)‖q(y|x)), and the same for H."""

    def given_x(t):
        return t / t.sum(axis=1, keepdims=True)

    def sides(measure, p, q, weight):
        return measure(p.ravel(), q.ravel()), measure(p.sum(1), q.sum(1)) + weight.sum(1) @ measure(
            given_x(p), given_x(q)
        )

    check(
        lambda pq: all(
            close(*sides(f, *pq, pq[0]), rtol=1e-11) for f in (cross_entropy, kl_divergence)
        ),
        lambda pq: all(
            close(*sides(f, *pq, pq[1]), rtol=1e-11) for f in (cross_entropy, kl_divergence)
        ),
        tables(2),
    )


def test_independent_parts_add():
    """D(p ⊗ r‖q ⊗ s) = D(p‖q) + D(r‖s)."""

    def joint(p, r):
        return np.outer(p, r).ravel()

    def sides(p, q, r, s):
        return kl_divergence(joint(p, r), joint(q, s)), kl_divergence(p, q), kl_divergence(r, s)

    check(
        lambda v: close(sides(*v)[0], sum(sides(*v)[1:]), rtol=1e-13, beside=1),
        lambda v: close(sides(*v)[0], np.prod(sides(*v)[1:]), rtol=1e-13, beside=1),
        pmfs(4, high=4),
    )


def test_data_processing():
    """Merging outcomes never increases D: the log-sum inequality."""

    def merged(v):
        return np.array([v[0] + v[1], *v[2:]])

    check(
        lambda pq: least(kl_divergence(*map(merged, pq)), kl_divergence(*pq), rtol=1e-12),
        lambda pq: least(kl_divergence(*pq), kl_divergence(*map(merged, pq)), rtol=1e-12),
        pmfs(2, low=3),
    )


def test_log_sum_inequality():
    """Σ a log(a/b) ≥ (Σ a) log(Σ a / Σ b) for positive weights."""
    vectors = st.lists(st.tuples(st.floats(0.1, 9), st.floats(0.1, 9)), min_size=2, max_size=5).map(
        np.transpose
    )

    def left(a, b):
        return np.sum(a * np.log(a / b))

    def right(a, b):
        return a.sum() * np.log(a.sum() / b.sum())

    def gap(a, b):
        return a.sum() * kl_divergence(normalize(a), normalize(b))

    check(
        lambda ab: (
            least(right(*ab), left(*ab), rtol=1e-12)
            and close(left(*ab) + 99, right(*ab) + gap(*ab) + 99, rtol=1e-13)
        ),
        lambda ab: close(left(*ab) + 99, right(*ab) + gap(*ab[::-1]) + 99, rtol=1e-13),
        vectors,
    )


def test_convexity():
    """D(λp + λ'r‖λq + λ's) ≤ λ D(p‖q) + λ' D(r‖s), where λ' = 1 − λ."""

    def sides(p, q, r, s, w, v):
        return kl_divergence(w * p + (1 - w) * r, w * q + (1 - w) * s), v * kl_divergence(p, q) + (
            1 - v
        ) * kl_divergence(r, s)

    check(
        lambda v, w: least(*sides(*v, w, w), rtol=1e-12),
        lambda v, w: least(*sides(*v, w, 1 - w), rtol=1e-12),
        pmfs(4),
        SHARES,
    )


def test_cross_entropy_is_linear_in_the_truth():
    """H(λp + λ'r, q) = λ H(p, q) + λ' H(r, q); the entropy is not linear, but concave."""

    def mix(w, a, b):
        return w * a + (1 - w) * b

    def linear_in_truth(f, v, w):
        sides = f(mix(w, v[0], v[1]), v[2]), mix(w, f(v[0], v[2]), f(v[1], v[2]))
        return close(*sides, rtol=1e-13, beside=1)

    def concave(v, w):
        """The entropy of the mixture above 1, and the mixture of the entropies."""
        return 1 + entropy(mix(w, v[0], v[1])), 1 + mix(w, entropy(v[0]), entropy(v[1]))

    check(
        lambda v, w: linear_in_truth(cross_entropy, v, w),
        lambda v, w: linear_in_truth(lambda p, q: entropy(p), v, w),
        pmfs(3),
        SHARES,
    )
    check(
        lambda v, w: least(*concave(v, w)[::-1], rtol=1e-13),
        lambda v, w: least(*concave(v, w), rtol=1e-13),
        pmfs(2),
        SHARES,
    )


def test_pinsker():
    """D(p‖q) ≥ ½ (Σ|p − q|)²; the constant ½ is the best one."""

    def square(p, q):
        return np.abs(p - q).sum() ** 2

    check(
        lambda pq: least(square(*pq) / 2, kl_divergence(*pq), rtol=1e-9),
        lambda pq: least(square(*pq), kl_divergence(*pq), rtol=1e-9),
        pmfs(2),
    )


# ── Logits ───────────────────────────────────────────────────────────────────────────────────────


def test_logits_shift_invariance():
    """softmax(z + c) = softmax(z)."""
    check(
        lambda z, c: close(softmax(z + c), softmax(z), rtol=1e-13),
        lambda z, c: close(softmax(z * (1 + c)), softmax(z), rtol=1e-13),
        LOGITS,
        REALS,
    )


def test_log_softmax_is_idempotent():
    """log softmax(log softmax(z)) = log softmax(z); the softmax is not idempotent."""
    check(
        lambda z: close(log_softmax(log_softmax(z)) - 1, log_softmax(z) - 1, rtol=1e-14),
        lambda z: close(softmax(softmax(z)), softmax(z), rtol=1e-14),
        LOGITS,
    )


def test_logsumexp_is_exact_to_rounding():
    """log Σ exp z, against fifty digits, also where the largest logit takes nearly all."""

    def exact(z):
        with mpmath.workdps(50):
            terms = [mpmath.exp(mpmath.mpf(float(x))) for x in z]
            return float(mpmath.log(mpmath.fsum(terms))), [
                float(mpmath.log(t / mpmath.fsum(terms))) for t in terms
            ]

    def plain(z):
        return np.log(np.exp(z).sum()), z - np.log(np.exp(z).sum())

    check(
        lambda z: (
            close(logsumexp(z - z.max() + 1), exact(z - z.max() + 1)[0], rtol=1e-15)
            and close(log_softmax(z), exact(z)[1], rtol=1e-14)
        ),
        lambda z: close(plain(z)[1], exact(z)[1], rtol=1e-14),
        LOGITS,
        examples=30,
    )
    assert close(log_softmax([40.0, 0.0]), [-4.248354255291589e-18, -40], rtol=1e-15)


def test_many_rows_have_the_loss_of_each():
    """A table of logits, which goes through column by column, has in each row what the row alone
    has."""

    def rows(z):
        return np.tile(z, (600, 1))

    check(
        lambda z: (
            close(log_softmax(rows(z)), log_softmax(z), rtol=1e-14)
            and close(softmax(rows(z)), softmax(z), rtol=1e-14)
        ),
        lambda z: (
            close(log_softmax(rows(z)), log_softmax(z - z.mean()), rtol=1e-14)
            and close(softmax(rows(z)), softmax(z[::-1]), rtol=1e-14)
        ),
        LOGITS,
    )


def test_logits_lie_on_any_axis():
    """A function along axis 0 of the transposed table is the function row by row."""
    tables = st.lists(st.tuples(REALS, REALS, REALS), min_size=2, max_size=4).map(np.array)

    def agree(z, axis):
        both = all(close(f(z.T, axis=axis).T, f(z), rtol=1e-14) for f in (softmax, log_softmax))
        return both and close(logsumexp(z.T, axis=axis), logsumexp(z), rtol=1e-14)

    check(lambda z: agree(z, 0), lambda z: len(z) == 3 and agree(z, -1), tables)


def test_one_logit_is_two():
    """A Bernoulli with logit z is the Categorical with logits (0, z)."""

    def sides(z, pair, y):
        return Bernoulli(logits=z).log_prob(y), Categorical(logits=pair).log_prob(y)

    check(
        lambda z, y: close(*sides(z, [0, z], y), rtol=1e-14),
        lambda z, y: close(*sides(z, [z, 0], y), rtol=1e-14),
        st.floats(-40, 40),
        st.integers(0, 1),
    )


def test_logits_and_probabilities_agree():
    """The model of the logits z is the model of the probabilities softmax(z)."""

    def both(z, p, y):
        return nll(Categorical(logits=z), y), nll(Categorical(probs=p), y)

    def bernoulli(z, p, y):
        return nll(Bernoulli(logits=z), y), nll(Bernoulli(probs=p), y)

    check(
        lambda z, y: close(*both(z, softmax(z), y), rtol=1e-12),
        lambda z, y: close(*both(z, softmax(2 * z), y), rtol=1e-12),
        st.lists(REALS, min_size=4, max_size=4).map(np.array),
        LABELS,
    )
    check(
        lambda z, y: close(*bernoulli(z, scipy.special.expit(z), y), rtol=1e-12),
        lambda z, y: close(*bernoulli(z, scipy.special.expit(-z), y), rtol=1e-12),
        REALS,
        COIN,
    )


# ── Codes ────────────────────────────────────────────────────────────────────────────────────────


def test_kraft():
    """Σ 2^(−L) ≤ 1 for the rounded-up lengths; Huffman's code wastes nothing, Σ = 1."""
    check(
        lambda pq: (
            kraft_sum(code_lengths(pq[0], whole=True)) <= 1 and kraft_sum(huffman(pq[0])) == 1
        ),
        lambda pq: kraft_sum(np.floor(code_lengths(pq[0]))) <= 1,
        pmfs(1),
    )
    assert kraft_sum([1, 2, 3, 3]) == 1 and kraft_sum([1, 1, 1]) == 1.5


def test_coding_cost():
    """With the ideal lengths of q, data from p cost H₂(p, q) bits."""
    check(
        lambda pq: close(
            expected_length(pq[0], code_lengths(pq[1])), cross_entropy(*pq, base=2), rtol=1e-13
        ),
        lambda pq: close(
            expected_length(pq[0], code_lengths(pq[1])), cross_entropy(*pq), rtol=1e-13
        ),
        pmfs(2),
    )
    assert expected_length([0.5, 0.5, 0.0], code_lengths([0.5, 0.5, 0.0])) == 1, (
        "a word that is never used may be infinitely long"
    )


def test_shannon_code():
    """H₂(p, q) ≤ E L < H₂(p, q) + 1 for L = ⌈−log₂ q⌉."""

    def extra(p, q, rounded=lambda q: code_lengths(q, whole=True)):
        return expected_length(p, rounded(q)) - cross_entropy(p, q, base=2)

    check(
        lambda pq: -1e-12 <= extra(*pq) < 1,
        lambda pq: -1e-12 <= extra(*pq, lambda q: np.round(code_lengths(q))) < 1,
        pmfs(2),
    )


def test_huffman_is_the_best_code():
    """H₂(p) ≤ E huffman ≤ E shannon, and no other whole lengths that satisfy Kraft's inequality
    are shorter."""
    lengths = np.stack(np.meshgrid(*[np.arange(1, 5)] * 4), axis=-1).reshape(-1, 4)
    codes = lengths[kraft_sum(lengths) <= 1]

    def least_mean(pq):
        return min(codes @ pq[0])

    check(
        lambda pq: (
            close(expected_length(pq[0], huffman(pq[0])), least_mean(pq), rtol=1e-12)
            and least(entropy(pq[0], base=2), least_mean(pq), rtol=1e-12)
        ),
        lambda pq: close(
            expected_length(pq[0], code_lengths(pq[0], whole=True)), least_mean(pq), rtol=1e-12
        ),
        pmfs(1, low=4, high=4),
    )


# ── Samples and models ───────────────────────────────────────────────────────────────────────────

FAMILIES = {
    "normal": (lambda a, b: Normal(a, b), lambda a, b: scipy.stats.norm(a, b).logpdf, DRAWS),
    "laplace": (lambda a, b: Laplace(a, b), lambda a, b: scipy.stats.laplace(a, b).logpdf, DRAWS),
    "bernoulli, logits": (
        lambda a, b: Bernoulli(logits=a),
        lambda a, b: scipy.stats.bernoulli(scipy.special.expit(a)).logpmf,
        COIN,
    ),
    "bernoulli, probs": (
        lambda a, b: Bernoulli(probs=b / 6),
        lambda a, b: scipy.stats.bernoulli(b / 6).logpmf,
        COIN,
    ),
    "poisson": (lambda a, b: Poisson(b), lambda a, b: scipy.stats.poisson(b).logpmf, DRAWS),
    "categorical, logits": (
        lambda a, b: Categorical(logits=[a, b, 0, 1]),
        lambda a, b: lambda x: scipy.special.log_softmax([a, b, 0, 1])[x.astype(int)],
        LABELS,
    ),
    "categorical, probs": (
        lambda a, b: Categorical(probs=normalize([b, 1, 2, 3])),
        lambda a, b: lambda x: np.log(np.array([b, 1, 2, 3]) / (b + 6))[x.astype(int)],
        LABELS,
    ),
}
every_family = pytest.mark.parametrize("family", FAMILIES)


@every_family
def test_log_prob_is_the_logarithm_of_the_density(family):
    """log q(x), as SciPy has it."""
    model, reference, draws = FAMILIES[family]

    def agree(a, b, x, step):
        return close(
            np.exp(model(a, b).log_prob(x)), np.exp(reference(a + step, b + step)(x)), rtol=1e-12
        )

    check(
        lambda a, b, x: agree(a, b, x, 0),
        lambda a, b, x: agree(a, b, x, 0.01),
        REALS,
        SCALES,
        draws,
    )


def test_means_and_variances_of_vectors():
    """As SciPy has them."""
    shares, p = [1.0, 2.0, 5.0], [0.2, 0.3, 0.5]
    pairs = (
        (
            Dirichlet(shares),
            scipy.stats.dirichlet(shares).mean(),
            scipy.stats.dirichlet(shares).var(),
        ),
        (Multinomial(4, p), 4 * np.array(p), np.diag(scipy.stats.multinomial(4, p).cov())),
    )
    for ours, mean, variance in pairs:
        np.testing.assert_allclose(ours.mean, mean, rtol=1e-14)
        np.testing.assert_allclose(ours.variance, variance, rtol=1e-14)


@every_family
def test_mean_and_variance(family):
    """E x and E (x − E x)², as SciPy has them; for labels, by their probabilities."""
    model, reference, _ = FAMILIES[family]

    def theirs(a, b):
        if "categorical" in family:
            p = np.exp(reference(a, b)(np.arange(4)))
            return p @ np.arange(4)
        law = reference(a, b).__self__
        return law.mean(), law.var()

    def ours(q):
        if "categorical" in family:
            return q.expect(lambda x: x)
        return q.mean, q.variance

    check(
        lambda a, b: close(ours(model(a, b)), theirs(a, b), rtol=1e-12, beside=9),
        lambda a, b: close(ours(model(a, b)), theirs(a + 0.01, b + 0.01), rtol=1e-12, beside=9),
        REALS,
        SCALES,
    )


def test_a_poisson_is_summed_far_enough():
    """E k² = λ² + λ."""
    rates = st.floats(1, 5000)
    check(
        lambda r: close(Poisson(r).expect(lambda k: k**2), r**2 + r, rtol=1e-11),
        lambda r: close(Poisson(r).expect(lambda k: k**2), r**2, rtol=1e-11),
        rates,
    )


@every_family
def test_nll_is_cross_entropy_of_empirical(family):
    """−(1/m) Σ log q(xᵢ) = H(p̂, q) with p̂(x) = n_x/m; repeated values count as often as they
    occur."""
    model, reference, draws = FAMILIES[family]

    def loss(a, b, x):
        return nll(model(a, b), x)

    check(
        lambda a, b, x: (
            close(loss(a, b, x), cross_entropy(empirical(x), model(a, b)), rtol=1e-12)
            and close(loss(a, b, x), -reference(a, b)(x).mean(), rtol=1e-12)
        ),
        lambda a, b, x: close(
            loss(a, b, x), cross_entropy(empirical(np.unique(x)), model(a, b)), rtol=1e-12
        ),
        REALS,
        SCALES,
        draws,
    )


@every_family
def test_likelihood_multiplies(family):
    """Π q(xᵢ) = exp Σ log q(xᵢ) = exp(−m · nll)."""
    model, reference, draws = FAMILIES[family]
    check(
        lambda a, b, x: (
            close(likelihood(model(a, b), x), np.prod(np.exp(reference(a, b)(x))), rtol=1e-10)
            and close(log_likelihood(model(a, b), x), -len(x) * nll(model(a, b), x), rtol=1e-12)
        ),
        lambda a, b, x: close(
            likelihood(model(a, b), x), np.sum(np.exp(reference(a, b)(x))), rtol=1e-10
        ),
        REALS,
        SCALES,
        draws,
    )


@every_family
def test_weights_are_repeats(family):
    """A draw with weight n counts as n equal draws."""
    model, _, draws = FAMILIES[family]

    def counts(x):
        return 1 + np.arange(len(x)) % 3

    def losses(q, x, w):
        return (
            nll(q, x, weights=w),
            cross_entropy(empirical(x, weights=w), q),
            -log_likelihood(q, x, weights=w) / w.sum(),
        )

    check(
        lambda a, b, x: close(
            losses(model(a, b), x, counts(x)), nll(model(a, b), np.repeat(x, counts(x))), rtol=1e-12
        ),
        lambda a, b, x: close(losses(model(a, b), x, counts(x)), nll(model(a, b), x), rtol=1e-12),
        REALS,
        SCALES,
        draws,
    )


MOVED = {
    Normal: (
        lambda q, a, b: Normal(q.loc + a, q.scale * b),
        lambda x: scipy.stats.norm(x.mean(), x.std(ddof=1)),
    ),
    Laplace: (
        lambda q, a, b: Laplace(q.loc + a, q.scale * b),
        lambda x: scipy.stats.laplace(x.mean(), np.abs(x - x.mean()).mean()),
    ),
    Bernoulli: (
        lambda q, a, b: Bernoulli(probs=scipy.special.expit(scipy.special.logit(q.mean) + a)),
        lambda x: scipy.stats.bernoulli((x.sum() + 1) / (len(x) + 2)),
    ),
    Poisson: (lambda q, a, b: Poisson(q.rate * b), lambda x: scipy.stats.poisson(x.mean() + 0.5)),
    Categorical: (
        lambda q, a, b: Categorical(probs=normalize(q.pmf() + a * a * np.arange(4))),
        None,
    ),
}


def test_every_family_is_asked():
    """Those that are not compared with SciPy above are asked from the registry below."""
    assert {type(model(0.5, 0.5)) for model, *_ in FAMILIES.values()} <= set(REGISTERED)
    assert MOVED.keys() <= set(REGISTERED)


@registered
def test_its_outcomes_cost_what_they_cost(family):
    """nll is H(p̂, q) and −log-likelihood/m; a draw with weight n counts as n equal draws."""
    rng = np.random.default_rng(0)
    for _ in range(5):
        q = draw_member(family, rng)
        x = np.stack([likely(q, rng) for _ in range(4)])
        loss, n = nll(q, x), np.array([1, 3, 1, 2])
        assert close(loss, -log_likelihood(q, x) / 4, rtol=1e-13, beside=1)
        assert close(loss, cross_entropy(empirical(x), q), rtol=1e-13, beside=1)
        repeated, once = nll(q, np.repeat(x, n, axis=0)), nll(q, x, weights=n)
        assert close(once, repeated, rtol=1e-13, beside=1)
        assert not close(loss, nll(q, x[:1]) + 1, rtol=1e-13, beside=1)


@registered
def test_a_sample_has_the_mean_that_the_family_knows(family):
    """Within five standard errors, and not at a distance of ten."""
    rng = np.random.default_rng(0)
    for _ in range(3):
        q = draw_member(family, rng)
        x = q.sample(rng, (4000,))
        cost = -np.asarray(q.log_prob(x), float)
        error = np.std(cost) / np.sqrt(len(cost))
        assert abs(np.mean(cost) - float(entropy(q))) <= 5 * error + 1e-12
        assert abs(np.mean(cost) + 10 * error + 1e-9 - float(entropy(q))) > 5 * error + 1e-12


@pytest.mark.parametrize("family", MOVED)
def test_mle_minimizes_cross_entropy(family):
    """H(p̂, mle) ≤ H(p̂, q) for every other member q; common estimates that are not the MLE are
    beaten."""
    move, rival = MOVED[family]
    draws = LABELS if family is Categorical else COIN if family is Bernoulli else DRAWS
    k = {"k": 4} if family is Categorical else {}

    def best(x):
        return nll(mle(family, x, **k), x)

    def other(x, a, b):
        return nll(move(mle(family, x, **k), a, b), x)

    def rival_loss(x):
        if rival is None:
            return -np.log((np.bincount(x, minlength=4) + 1) / (len(x) + 4))[
                x
            ].mean()  # counts plus one
        return -np.mean(
            getattr(rival(x), "logpdf" if hasattr(rival(x).dist, "pdf") else "logpmf")(x)
        )

    check(
        lambda x, a, b: (
            least(best(x), other(x, a, b), rtol=1e-12) and least(best(x), rival_loss(x), rtol=1e-12)
        ),
        lambda x, a, b: least(rival_loss(x), best(x), rtol=1e-12),
        draws,
        REALS,
        SCALES,
    )


def test_mle_is_what_scipy_fits():
    """Mean and root mean square; median and mean absolute deviation."""

    def ours(x):
        return [
            mle(Normal, x).loc,
            mle(Normal, x).scale,
            mle(Laplace, x).loc,
            mle(Laplace, x).scale,
        ]

    def theirs(x):
        return [*scipy.stats.norm.fit(x), *scipy.stats.laplace.fit(x)]

    def common(x):
        return [x.mean(), x.std(ddof=1), x.mean(), np.abs(x - x.mean()).mean()]

    check(
        lambda x: close(ours(x), theirs(x), rtol=1e-13),
        lambda x: close(ours(x), common(x), rtol=1e-13),
        DRAWS,
    )


@pytest.mark.parametrize("family", MOVED)
def test_mle_of_weighted_draws(family):
    """A draw with weight n counts as n equal draws."""
    draws = LABELS if family is Categorical else COIN if family is Bernoulli else DRAWS
    k = {"k": 4} if family is Categorical else {}

    def counts(x):
        return 1 + np.arange(len(x)) % 3

    def fitted(x, **weights):
        return np.exp(mle(family, x, **weights, **k).log_prob(x))

    def repeated(x):
        return np.exp(mle(family, np.repeat(x, counts(x)), **k).log_prob(x))

    check(
        lambda x: close(fitted(x, weights=counts(x)), repeated(x), rtol=1e-12),
        lambda x: close(fitted(x), repeated(x), rtol=1e-12),
        draws,
    )


def test_empirical_counts_repeats():
    """p̂(x) = n_x/m, as NumPy counts."""

    def ours(x):
        return [empirical(x).prob(v) for v in range(-1, 5)]

    def theirs(x):
        return [np.mean(x == v) for v in range(-1, 5)]

    check(
        lambda x: close(ours(x), theirs(x), rtol=1e-15),
        lambda x: close(ours(np.unique(x)), theirs(x), rtol=1e-15),
        DRAWS,
    )


@pytest.mark.parametrize("family", ["poisson", "categorical, probs", "bernoulli, logits"])
def test_divergence_of_a_sample(family):
    """D(p̂‖q) = H(p̂, q) − H(p̂) ≥ 0, for a model of counts or labels."""
    model, _, draws = FAMILIES[family]

    def agree(x, q, other):
        divergence, cost = (f(empirical(x), q) for f in (kl_divergence, cross_entropy))
        difference = cost - entropy(empirical(other))
        return divergence >= 0 and close(divergence, difference, rtol=1e-12, beside=1)

    check(
        lambda a, b, x: agree(x, model(a, b), x),
        lambda a, b, x: agree(x, model(a, b), np.unique(x)),
        REALS,
        SCALES,
        draws,
    )


def test_divergence_of_coins():
    """p log(p/q) + (1 − p) log((1 − p)/(1 − q)), from probabilities or from logits."""

    def ours(p, q):
        logits = (scipy.special.logit(x) for x in (p, q))
        given = kl_divergence(Bernoulli(p), Bernoulli(q))
        return given, kl_divergence(*(Bernoulli(logits=t) for t in logits))

    def theirs(p, q):
        return scipy.special.rel_entr([p, 1 - p], [q, 1 - q]).sum()

    check(
        lambda p, q: close(ours(p, q), theirs(p, q), rtol=1e-12, beside=1),
        lambda p, q: close(ours(p, q), theirs(q, p), rtol=1e-12, beside=1),
        st.floats(0.001, 0.999),
        st.floats(0.001, 0.999),
    )


def test_mse_is_gaussian_cross_entropy():
    """nll(Normal(f, σ), y) = MSE/(2σ²) + ½ log(2πσ²), with scikit-learn's MSE."""
    pairs = st.lists(st.tuples(REALS, REALS), min_size=2, max_size=6).map(np.transpose)

    def image(y, f, s, constant=1):
        return (
            sklearn.metrics.mean_squared_error(y, f) / (2 * s**2)
            + constant * np.log(2 * np.pi * s**2) / 2
        )

    check(
        lambda yf, s: (
            close(gaussian_nll(*yf, s) + 9, image(*yf, s) + 9, rtol=1e-13)
            and close(mse(*yf), sklearn.metrics.mean_squared_error(*yf), rtol=1e-14)
        ),
        lambda yf, s: close(gaussian_nll(*yf, s) + 9, image(*yf, s, constant=0) + 9, rtol=1e-13),
        pairs,
        SCALES,
    )


def test_weighted_mse():
    """Σ w (y − f)² / Σ w, as scikit-learn has it."""
    rows = st.lists(st.tuples(REALS, REALS, SCALES), min_size=2, max_size=6).map(np.transpose)

    def theirs(y, f, w=None):
        return sklearn.metrics.mean_squared_error(y, f, sample_weight=w)

    check(
        lambda v: close(mse(*v[:2], weights=v[2]), theirs(*v), rtol=1e-13),
        lambda v: close(mse(*v[:2], weights=v[2]), theirs(*v[:2]), rtol=1e-13),
        rows,
    )


def test_weighted_gaussian_loss():
    """Σ w (−log N(y; f, σ)) / Σ w, and for the best σ it is ½ log(2πe · MSE)."""
    rows = st.lists(st.tuples(REALS, SCALES, SCALES), min_size=2, max_size=6).map(np.transpose)

    def ours(y, f, w, s):
        return gaussian_nll(y, f, s, weights=w), gaussian_nll(y, f, weights=w)

    def theirs(y, f, w, s):
        square = sklearn.metrics.mean_squared_error(y, f, sample_weight=w)
        fixed = square / (2 * s**2) + np.log(2 * np.pi * s**2) / 2
        return fixed, np.log(2 * np.pi * np.e * square) / 2

    check(
        lambda v, s: np.ptp(v[0] - v[1]) < 1e-3 or close(ours(*v, s), theirs(*v, s), rtol=1e-9),
        lambda v, s: close(ours(*v, s), theirs(*v[:2], None, s), rtol=1e-9),
        rows,
        SCALES,
    )


def test_a_long_row_is_added_up():
    """Rows longer than what is computed at once: H is log k, and so is log Σ exp 0."""
    check(
        lambda k: close(
            [entropy(np.full(k, 1 / k)), logsumexp(np.zeros(k))], np.log(k), rtol=1e-14
        ),
        lambda k: close(logsumexp(np.zeros(k - 1)), np.log(k), rtol=1e-14),
        st.integers(600_000, 700_000),
        examples=2,
    )


def test_small_probabilities_are_kept():
    """−log(1 − p) = p for p far below the rounding unit: a loss is not rounded to 0."""
    check(
        lambda e: close(-Bernoulli(probs=10.0**e).log_prob(0), 10.0**e, rtol=1e-14),
        lambda e: close(-np.log(1 - 10.0**e), 10.0**e, rtol=1e-14),
        st.integers(-40, -17),
    )


def test_small_losses_of_many_are_kept():
    """log(1 + exp(−g)) is exp(−g) for a large gap g: no loss of a row of losses is rounded to 0."""

    def row(g):
        return -Bernoulli(logits=np.full(20, g)).log_prob(1)

    check(
        lambda g: close(row(g), np.exp(-g), rtol=1e-8),
        lambda g: close(np.log(1 + np.exp(-g)), np.exp(-g), rtol=1e-8),
        st.floats(20, 80),
    )


def test_a_sample_repeated_has_the_loss_of_the_sample():
    """Also where it is repeated 30 000 times, and each draw has a model of its own."""

    def many(t, y):
        return nll(Bernoulli(logits=np.tile(t, 30_000)), np.tile(y, 30_000))

    check(
        lambda t, y: close(many(t, y), nll(Bernoulli(logits=t), y), rtol=1e-12),
        lambda t, y: close(
            many(np.sort(t)[::-1], y), nll(Bernoulli(logits=np.sort(t)), y), rtol=1e-12
        ),
        st.lists(REALS, min_size=10, max_size=10).map(np.array),
        st.lists(st.integers(0, 1), min_size=10, max_size=10).map(np.array),
        examples=5,
    )


def test_regressions_are_families_of_linear_maps():
    """With t = Xw + b: Normal(t, 1), Bernoulli(logits=t), Categorical(logits=t), Poisson(eᵗ)."""
    tables = st.lists(st.tuples(REALS, REALS), min_size=3, max_size=3).map(np.array)

    def means(theta, x):
        line, table = theta[:, 0], np.column_stack([theta, theta[:, 0]])
        normal = linear_regression(line)(x)
        return [
            np.stack([normal.loc, normal.scale + 0 * normal.loc]),
            logistic_regression(line)(x).mean,
            softmax_regression(table)(x).pmf(),
            poisson_regression(line)(x).mean,
        ]

    def theirs(theta, x, slip=0):
        t, table = (x @ v[:-1] + v[-1] + slip for v in (theta[:, 0], theta[:, [0, 1, 0]]))
        table[:, 1] -= slip
        return [
            np.stack([t, np.ones_like(t)]),
            scipy.special.expit(t),
            scipy.special.softmax(table, axis=1),
            np.exp(t),
        ]

    def agree(theta, x, slip=0):
        pairs = zip(means(theta, x), theirs(theta, x, slip))
        return [close(ours, other, rtol=1e-12, beside=9) for ours, other in pairs]

    inputs = st.lists(st.tuples(REALS, REALS), min_size=2, max_size=2).map(np.array)
    check(lambda v, x: all(agree(v, x)), lambda v, x: any(agree(v, x, 0.1)), tables, inputs)


def test_fit_is_ridge_regression():
    """The minimum of nll(Normal(Xw + b, 1)) + ½ λ Σ w² solves (XᵀX/m + λ) w = Xᵀy/m, X and y
    centred."""
    rows = st.lists(st.tuples(REALS, REALS, REALS), min_size=6, max_size=9).map(
        lambda v: np.array(v) + np.eye(len(v), 3)
    )

    def ours(v, decay):
        return fit(
            lambda theta: lambda x: Normal(linear(theta, x), 1),
            np.zeros(3),
            v[:, :2],
            v[:, 2],
            l2=np.array([decay, decay, 0]),
            grad=linear_gradient,
        ).theta

    def exact(v, decay):
        x, y = v[:, :2] - v[:, :2].mean(0), v[:, 2] - v[:, 2].mean()
        w = np.linalg.solve(x.T @ x / len(x) + decay * np.eye(2), x.T @ y / len(x))
        return np.array([*w, v[:, 2].mean() - v[:, :2].mean(0) @ w])

    check(
        lambda v, decay: close(ours(v, decay) + 9, exact(v, decay) + 9, rtol=1e-6),
        lambda v, decay: close(ours(v, decay) + 9, exact(v, 2 * decay) + 9, rtol=1e-6),
        rows,
        SHARES,
        examples=10,
    )


def test_evaluation_of_parts():
    """Parts merged are one pass: mean, standard error (as SciPy's sem), bits per byte; the
    baseline is H(p̂(y))."""
    logits = normalize([4, 3, 2, 1])

    def parts(y):
        return Evaluation().update(Categorical(logits=logits), y[:2]) + Evaluation().update(
            Categorical(logits=logits), y[2:]
        )

    def ours(y):
        return [
            parts(y).nats,
            parts(y).standard_error,
            bits_per_byte(parts(y), len(y)) * np.log(2),
            marginal_entropy(y),
        ]

    def theirs(y, ddof=1):
        surprise = -scipy.special.log_softmax(logits)[y]
        return [
            surprise.mean(),
            scipy.stats.sem(surprise, ddof=ddof),
            surprise.mean(),
            scipy.stats.entropy(np.bincount(y)),
        ]

    check(
        lambda y: close(ours(y), theirs(y), rtol=1e-12),
        lambda y: close(ours(y), theirs(y, ddof=0), rtol=1e-12),
        LABELS,
    )


def test_parts_are_added_without_rounding():
    """The sum of ten thousand surprises, merged in parts, is the exact sum; NumPy's is not."""

    def surprises(seed):
        return -Normal(0.0, 1.0).log_prob(numbers(seed))

    def numbers(seed):
        return np.random.default_rng(seed).normal(scale=1e3, size=10_000)

    def merged(seed):
        parts = np.array_split(numbers(seed), 99)
        return sum((Evaluation().update(Normal(0.0, 1.0), x) for x in parts), Evaluation())

    check(
        lambda seed: merged(seed).total == math.fsum(surprises(seed)),
        lambda seed: surprises(seed).sum() == math.fsum(surprises(seed)),
        st.integers(0, 99),
        examples=20,
    )


def test_a_loss_is_a_cross_entropy_if_its_masses_sum_to_one():
    """c ℓ + b(y) = −log q(y) for some c > 0 and b: so for c log loss, not for the focal loss."""
    chances = np.linspace(0.02, 0.98, 25)

    def answer(c, gamma):
        return is_cross_entropy(
            lambda y, f: -c * (1 - (f if y else 1 - f)) ** gamma * np.log(f if y else 1 - f),
            outcomes=(0, 1),
            predictions=chances,
        )

    check(lambda c: answer(c, 0) and not answer(c, 2), lambda c: answer(c, 1), SCALES, examples=3)


def test_log_loss():
    """nll of Bernoulli and Categorical, as scikit-learn's log_loss has it."""

    def coin(p, y):
        return nll(Bernoulli(probs=p), y), sklearn.metrics.log_loss(y, np.full(len(y), p))

    def die(p, y):
        return nll(Categorical(probs=p), y), sklearn.metrics.log_loss(
            y, np.tile(p, (len(y), 1)), labels=range(4)
        )

    check(
        lambda p, y: close(*coin(p, y), rtol=1e-12),
        lambda p, y: close(coin(p, y)[0], coin(1 - p, y)[1], rtol=1e-12),
        SHARES,
        COIN,
    )
    check(
        lambda p, y: close(*die(p, y), rtol=1e-12),
        lambda p, y: close(die(p, y)[0], die(p[::-1], y)[1], rtol=1e-12),
        pmf(4, st.floats(0.05, 1)),
        LABELS,
    )


def test_closed_forms_against_torch():
    """D(p‖q) of the families, as torch.distributions has it."""
    torch = pytest.importorskip("torch")
    theirs = torch.distributions

    def pairs(a, b, c, d):
        yield [
            f(t(x), t(y))
            for f, t in ((Normal, float), (theirs.Normal, torch.tensor))
            for x, y in ((a, b), (c, d))
        ]
        yield [
            f(t(x), t(y))
            for f, t in ((Laplace, float), (theirs.Laplace, torch.tensor))
            for x, y in ((a, b), (c, d))
        ]
        yield [
            f(t(x)) for f, t in ((Poisson, float), (theirs.Poisson, torch.tensor)) for x in (b, d)
        ]
        yield [
            f(logits=t(x))
            for f, t in ((Bernoulli, float), (theirs.Bernoulli, torch.tensor))
            for x in (a, c)
        ]
        yield [
            f(logits=t(x))
            for f, t in ((Categorical, np.array), (theirs.Categorical, torch.tensor))
            for x in ([a, b, 0], [c, d, 1])
        ]

    def divergences(order, *parameters):
        for p, q, p_torch, q_torch in pairs(*map(np.float64, parameters)):
            yield kl_divergence(p, q), theirs.kl_divergence(*(p_torch, q_torch)[::order]).item()

    def agree(order, *parameters):
        return all(
            close(ours + 1, other + 1, rtol=1e-12)
            for ours, other in divergences(order, *parameters)
        )

    check(
        lambda *v: agree(1, *v), lambda *v: agree(-1, *v), REALS, SCALES, REALS, SCALES, examples=25
    )


def test_softmax_cross_entropy_against_torch():
    """nll(Categorical(logits=z), y), as torch's cross_entropy(z, y) has it."""
    torch = pytest.importorskip("torch")

    def theirs(z, y):
        return torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(y)).item()

    rows = st.lists(st.tuples(REALS, REALS, REALS), min_size=3, max_size=5).map(np.array)

    def labels(z):
        return np.arange(len(z)) % 3

    check(
        lambda z: close(nll(Categorical(logits=z), labels(z)), theirs(z, labels(z)), rtol=1e-12),
        lambda z: close(
            nll(Categorical(logits=z), labels(z)), theirs(softmax(z), labels(z)), rtol=1e-12
        ),
        rows,
    )


# ── What is refused ──────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "call, words",
    [
        (lambda: cross_entropy([0.5, 0.4], [0.5, 0.5]), "cross_entropy: p sums to 0.9"),
        (
            lambda: kl_divergence([0.5, 0.5], [0.3, 0.3, 0.4]),
            "kl_divergence: p has 2 outcomes on axis -1, q has 3",
        ),
        (lambda: kl_divergence([1.5, -0.5], [0.5, 0.5]), "p has a negative entry, -0.5"),
        (
            lambda: cross_entropy(np.array([0.5, 0.5]), np.array([0.5, 0.4])),
            "cross_entropy: q sums to 0.9",
        ),
        (
            lambda: kl_divergence(np.array([0.5, 0.5]), np.array([1.5, -0.5])),
            "q has a negative entry, -0.5",
        ),
        (
            lambda: kl_divergence(np.array([0.5, 0.5]), np.array([0.3, 0.3, 0.4])),
            "p has 2 outcomes on axis -1, q has 3",
        ),
        (lambda: entropy(np.array([0.5, np.nan, 0.5])), "entropy: p has a NaN entry"),
        (lambda: entropy(np.array([])), "entropy: p has 0 outcomes"),
        (lambda: entropy([0.5, 0.5], base=1), "base is 1"),
        (lambda: normalize([0.0, 0.0]), "normalize: w has the sum 0 and the least entry 0"),
        (lambda: Normal(0, 0), "Normal: scale is 0"),
        (lambda: nll(Bernoulli(0.5), [0, 2]), "got the label 2, expected 0 or 1"),
        (
            lambda: nll(Categorical(probs=[0.5, 0.5]), [-1]),
            "got the label -1, expected integers from 0 to 1",
        ),
        (lambda: nll(Normal([0, 0, 0], 1), [1, 2]), "model has batch shape (3,), the draws (2,)"),
        (lambda: mse([1.0, 2.0], [[1.0], [2.0]]), "f has shape (2, 1), the targets y (2,)"),
        (lambda: mle(Normal, [1.0, 1.0]), "all draws are equal"),
        (lambda: empirical([1.0, float("nan")]), "NaN"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_mistake_is_named(call, words):
    with pytest.raises(ValueError) as refused:
        call()
    assert words in str(refused.value)
