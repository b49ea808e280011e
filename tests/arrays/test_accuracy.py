"""The budget of accuracy, which the page "Measured" publishes: eight eps against mpmath, on
inputs chosen to be hard.

An error is relative and in units of the type's eps, 2.2e-16 in double and 1.2e-7 in single
precision. Every input is a stored float, and every reference is computed from the stored floats,
so nothing is forgiven for rounding them. For a divergence of pmfs the reference is Σ (p log(p/q)
− p + q): two stored pmfs do not add up to 1 exactly, and the difference of their sums, some
1e-16, enters Σ p log(p/q) at first order, but KL(p/Σp ‖ q/Σq) and the reference at second order
only.
"""

import json
import math

import measure
import mpmath
import numpy as np
import pytest
from measure import error

from xent_lit import (
    Bernoulli,
    Categorical,
    Laplace,
    Normal,
    Poisson,
    conditional_entropy,
    cross_entropy,
    empirical,
    entropy,
    js_divergence,
    kl_divergence,
    kl_k3,
    log_softmax,
    logsumexp,
    mutual_information,
    nll,
    softmax,
)

BUDGET = 8
DTYPES = np.float64, np.float32
every_dtype = pytest.mark.parametrize("dtype", DTYPES, ids=["double", "single"])


def worst(f, reference, draws, dtype, unit=lambda *inputs: 1):
    """The largest error over the draws, and the draw."""
    found = (0.0, None)
    for inputs in draws:
        value = f(*inputs)
        assert np.asarray(value).dtype == dtype, "the type of the inputs is kept"
        found = max(
            found,
            (error(value, reference(*inputs), dtype) / unit(*inputs), inputs),
            key=lambda pair: pair[0],
        )
    return found


def check(f, reference, draws, dtype, unit=lambda *inputs: 1):
    largest, inputs = worst(f, reference, draws, dtype, unit)
    assert largest <= BUDGET, inputs


# ── The cases of the page ────────────────────────────────────────────────────────────────────────

CASES = [
    pytest.param(key, case, id=f"{key}: {case[0]}, {case[1]}")
    for key, table in measure.TABLES.items()
    for case in table.cases
]
PAGE = json.loads((measure.ROOT / "nbs/accuracy.json").read_text())


@pytest.mark.parametrize("key, case", CASES)
def test_case(key, case):
    """Within the budget; and no warning, or the test would fail."""
    table, (_, dtype, inputs) = measure.TABLES[key], case
    inputs, (_, expression, claim) = measure.typed(inputs, dtype), table.calls[0]
    value = measure.run(measure.OURS["xent_lit"], expression, table.inputs, inputs)
    assert error(value, table.claims[claim](*inputs), dtype) <= BUDGET


@pytest.mark.parametrize("key", measure.TABLES)
def test_the_page_shows_these_cases(key):
    """nbs/accuracy.json was written by this version of the cases, and what it says of us is
    within the budget."""
    table, shown = measure.TABLES[key], PAGE["tables"][key]
    assert [(c["library"], c["call"], c["claim"]) for c in shown["columns"]] == list(table.calls)
    assert [(row["name"], row["dtype"]) for row in shown["rows"]] == [
        case[:2] for case in table.cases
    ]
    for (name, dtype, inputs), row in zip(table.cases, shown["rows"]):
        inputs = measure.typed(inputs, dtype)
        if sum(np.size(x) for x in inputs) < 1000:  # the long ones were seen above
            assert row["reference"] == {
                claim: measure.shown(f(*inputs)) for claim, f in table.claims.items()
            }
        assert float(row["cells"][0]["eps"]) <= BUDGET, name


# ── Divergence ───────────────────────────────────────────────────────────────────────────────────


def drawn_near(k, dtype, count, seed=0):
    """Pmfs that differ by factors 1 ± δ, for δ from a half down to where KL is near 1e-17
    (single precision: 1e-9)."""
    rng = np.random.default_rng(seed)
    for delta in np.geomspace(0.5, 1e-8 if dtype == np.float64 else 1e-4, count):
        p = rng.dirichlet(np.ones(k))
        q = p * (1 + delta * rng.uniform(-1, 1, size=k))
        yield p.astype(dtype), (q / q.sum()).astype(dtype)


@every_dtype
@pytest.mark.parametrize("k, count", [(2, 300), (10, 100), (1000, 4)])
def test_divergence_of_near_pmfs(k, count, dtype):
    check(kl_divergence, measure.divergence, drawn_near(k, dtype, count), dtype)


@every_dtype
def test_divergence_of_near_pmfs_of_many_outcomes(dtype):
    draws = [measure.many(*pair, 100) for pair in drawn_near(1000, np.float64, 3)]
    check(
        kl_divergence,
        measure.divergence,
        [[x.astype(dtype) for x in pair] for pair in draws],
        dtype,
    )


@every_dtype
def test_divergence_is_that_of_normalized_pmfs(dtype):
    """The reference of this file and KL(p/Σp ‖ q/Σq) differ by far less than the budget where Σ
    p log(p/q) has lost everything."""

    @measure.digits
    def normalized(p, q):
        a, b = (mpmath.fsum(map(measure.exact, v)) for v in (p, q))
        return measure.plain_divergence(p, q) / a - mpmath.log(a / b)

    for p, q in drawn_near(10, dtype, 5):
        assert error(measure.divergence(p, q), normalized(p, q), dtype) < 1
    assert error(measure.plain_divergence(p, q), normalized(p, q), dtype) > 1e5


def drawn_rare(dtype, count=300):
    """A rare outcome, as rare as can be stored, with probabilities that differ by factors up to
    a thousand."""
    rng = np.random.default_rng(1)
    for scale in np.geomspace(1e-300 if dtype == np.float64 else 1e-32, 1e-2, count):
        a, b = (
            np.asarray(scale * v, dtype=dtype)
            for v in rng.choice([1, 10 ** rng.uniform(-3, 1)], size=2, replace=False)
        )
        yield np.stack([1 - a, a]), np.stack([1 - b, b])


@every_dtype
def test_divergence_of_a_rare_outcome(dtype):
    check(kl_divergence, measure.divergence, drawn_rare(dtype), dtype)


@every_dtype
def test_divergence_of_equal_pmfs_is_exactly_zero(dtype):
    assert [float(kl_divergence(p, p)) for p, _ in drawn_near(10, dtype, 50)] == [0.0] * 50


def test_divergence_at_the_edges():
    least = 5e-324
    for p, q in [
        ([0.5, 0.5], [1.0, least]),
        ([1.0, least], [1.0, 2 * least]),
        ([1.0, 1e-310], [1.0, 1e-10]),
        ([1.0, least], [0.5, 0.5]),
        ([0.0, 1.0], [0.0, 1.0]),
        ([0.0, 1.0], [least, 1.0]),
        ([1.0, least], [1.0, 0.0]),
        ([1.0, 0.0], [0.0, 1.0]),
    ]:
        check(kl_divergence, measure.divergence, [(np.array(p), np.array(q))], np.float64)


# ── Entropy and cross-entropy of pmfs ────────────────────────────────────────────────────────────


@every_dtype
def test_entropy_of_a_rare_outcome(dtype):
    """[1 − d, d] for d down to the least float there is."""
    d = np.geomspace(0.5, 1e-320 if dtype == np.float64 else 1e-44, 150).astype(dtype)
    check(entropy, measure.shannon, [(np.stack([1 - x, x]),) for x in d], dtype)


@every_dtype
def test_entropy_of_a_certain_outcome_is_exactly_zero(dtype):
    assert entropy(np.eye(5, dtype=dtype)).tolist() == [0.0] * 5


@every_dtype
def test_cross_entropy(dtype):
    rng = np.random.default_rng(2)
    draws = [rng.dirichlet(np.full(6, 0.05), size=2).astype(dtype) for _ in range(50)]
    draws += [
        np.array([p, q], dtype=dtype)
        for p in ([0.5, 0.5], [1.0, 0.0], [0.0, 1.0])
        for q in (
            [1.0, np.finfo(dtype).smallest_subnormal],
            [1.0, np.finfo(dtype).tiny / 8],
            [1.0, 0.0],
        )
    ]
    check(cross_entropy, measure.cross, draws, dtype)


@pytest.mark.parametrize(
    "p, q, bits",
    [
        ([0.5, 0.25, 0.125, 0.125], [0.25, 0.25, 0.25, 0.25], 2),
        ([0.5, 0.5], [0.25, 0.75], (2 + math.log2(4 / 3)) / 2),
        ([0.5, 0.25, 0.125, 0.125], [0.5, 0.25, 0.125, 0.125], 1.75),
        ([0.0, 1.0], [0.5, 0.5], 1),
    ],
)
def test_powers_of_two_have_their_bits(p, q, bits):
    assert abs(cross_entropy(p, q, base=2) - bits) <= BUDGET * 2**-52 * bits


def test_nothing_is_normalized():
    """A pmf that sums to 1 + 1e-9 is taken as it is."""
    p, q = np.array([0.25, 0.75]) * (1 + 1e-9), np.array([0.5, 0.5])
    check(entropy, measure.shannon, [(p,)], np.float64)
    check(cross_entropy, measure.cross, [(p, q)], np.float64)
    check(kl_divergence, measure.divergence, [(p, q)], np.float64)
    assert error(entropy(p), measure.normalized_shannon(p), np.float64) > 1e5


@every_dtype
def test_a_long_last_axis(dtype):
    p = measure.many(measure.pmf(1000), measure.pmf(1000), 1000)[0].astype(dtype)
    for f, reference in (
        (entropy, measure.shannon),
        (
            lambda p: kl_divergence(p, np.full_like(p, 1e-6)),
            lambda p: measure.divergence(p, np.full_like(p, 1e-6)),
        ),
    ):
        check(f, reference, [(p,)], dtype)


@every_dtype
@pytest.mark.parametrize("times", [1, 10, 100, 1000])
def test_a_long_first_axis(times, dtype):
    """NumPy adds along another axis than the last one number after another; the library does
    not."""
    p = measure.many(measure.pmf(1000), measure.pmf(1000), times)[0].astype(dtype)
    for table in np.stack([p, p], axis=1), np.asfortranarray(np.stack([p, p], axis=1)):
        assert error(entropy(table, axis=0)[0], measure.shannon(p), dtype) <= BUDGET
        assert error(entropy(np.copy(table.T, order="K"))[0], measure.shannon(p), dtype) <= BUDGET


# ── Quantities that are differences ──────────────────────────────────────────────────────────────


def many_digits(f):
    """Let a reference work with 700 digits, and 1e-320 stand beside 1."""

    def run(*tables):
        with mpmath.workdps(700):
            return f(*(np.vectorize(measure.exact, otypes=[object])(t) for t in tables))

    return run


def xlogy(x, y):
    return x * mpmath.log(y) if x else mpmath.mpf(0)


@many_digits
def from_the_middle(p, q):
    return sum(xlogy(a, 2 * a / (a + b)) + xlogy(b, 2 * b / (a + b)) for a, b in zip(p, q)) / 2


@many_digits
def left_of_y(p):
    return sum(xlogy(x, row.sum() / x) for row in p for x in row if x)


@many_digits
def from_independence(p):
    """Completed as the divergence: the stored cells do not add up to 1 exactly."""
    p_x, p_y = p.sum(axis=1), p.sum(axis=0)
    return sum(
        (xlogy(x, x / (p_x[i] * p_y[j])) - x if x else 0) + p_x[i] * p_y[j]
        for (i, j), x in np.ndenumerate(p)
    )


@every_dtype
def test_js_divergence(dtype):
    draws = [*drawn_near(5, dtype, 100), *drawn_rare(dtype)]
    least = np.finfo(dtype).smallest_subnormal
    draws += [np.array(pair, dtype) for pair in ([[1, 0], [1, least]], [[1, 0, 0], [0, 0.5, 0.5]])]
    check(js_divergence, from_the_middle, draws, dtype)
    for p, q in draws:
        assert js_divergence(p, q) == js_divergence(q, p) and js_divergence(p, p) == 0


@many_digits
def from_a_middle(p, q, beta):
    """Completed as the divergence: the stored probabilities do not add up to 1 exactly."""
    m = beta * p + (1 - beta) * q
    both = (beta, p), (1 - beta, q)
    return sum(s * (xlogy(a, a / c) - a + c) for s, x in both for a, c in zip(x, m))


@every_dtype
@pytest.mark.parametrize("beta", [1e-30, 1e-12, 0.01, 0.3, 0.9, 1 - 2.0**-20])
def test_js_divergence_of_shares(dtype, beta):
    draws = [*drawn_near(15, dtype, 30)]
    draws += [np.array(pair, dtype) for pair in ([[1, 0], [0, 1]], [[1, 0, 0], [0, 0.5, 0.5]])]
    draws = [(p, q) for p, q in draws if np.abs(p - q).max() > 1e-4]
    check(
        lambda p, q: js_divergence(p, q, beta=beta),
        lambda p, q: from_a_middle(p, q, np.float64(beta)),
        draws,
        dtype,
    )


@every_dtype
def test_k3_from_log_probabilities(dtype):
    steps = np.concatenate([np.geomspace(1e-15, 30, 60), -np.geomspace(1e-15, 30, 60)])
    zero = dtype(0)

    @many_digits
    def from_the_series(log_p, log_q):
        d = log_q - log_p
        return d + mpmath.expm1(-d)

    check(kl_k3, from_the_series, [(zero, dtype(d)) for d in steps], dtype)


def drawn_joints(dtype):
    """Nearly independent tables, sparse ones, and ones with a rare cell or a rare pair."""
    rng = np.random.default_rng(6)
    near, rare = (1e-16, 1e-320) if dtype == np.float64 else (1e-7, 1e-44)
    for n, k in (2, 2), (3, 5), (17, 33):
        for delta in np.geomspace(0.9, near, 20):
            p = np.outer(rng.dirichlet(np.ones(n)), rng.dirichlet(np.ones(k)))
            p = p * (1 + delta * rng.uniform(-1, 1, size=(n, k)))
            yield (p / p.sum()).astype(dtype)
            yield rng.dirichlet(np.full(n * k, 0.02)).reshape(n, k).astype(dtype)
    for d in np.geomspace(0.1, rare, 40):
        yield np.array([[0.25, d, 0.3 * d], [0.75 - 2.3 * d, d, 0]], dtype)
        yield np.array([[1 - d, 0], [0, d]], dtype)


@every_dtype
def test_mutual_information(dtype):
    draws = [(p,) for p in drawn_joints(dtype)]
    check(mutual_information, from_independence, draws, dtype)
    assert min(mutual_information(p) for (p,) in draws) >= 0


@every_dtype
def test_conditional_entropy(dtype):
    check(conditional_entropy, left_of_y, [(p,) for p in drawn_joints(dtype)], dtype)


# ── Losses from logits ───────────────────────────────────────────────────────────────────────────


def softmax_nll(z, y):
    return nll(Categorical(logits=z), y)


def bernoulli_nll(t, y):
    return nll(Bernoulli(logits=t), y)


def drawn_logits(dtype, count=150, offset=0.0, k=3):
    """The largest logit leads by a gap from 0 to 80; the label is the first or the second class."""
    rng = np.random.default_rng(3)
    for gap in np.linspace(0, 80, count):
        z = np.concatenate([[0, -gap], -gap - rng.uniform(0, 80, size=k - 2)]) + offset
        yield z.astype(dtype), int(rng.integers(2))


@every_dtype
@pytest.mark.parametrize("offset", [0.0, 1000.0, -1000.0])
def test_softmax_loss(offset, dtype):
    check(softmax_nll, measure.softmax_loss, drawn_logits(dtype, offset=offset), dtype)


@every_dtype
def test_softmax_loss_of_logits_of_both_signs(dtype):
    draws = [
        (z - z[1] * dtype((n % 7 + 1) / 9.3), y) for n, (z, y) in enumerate(drawn_logits(dtype))
    ]
    check(softmax_nll, measure.softmax_loss, draws, dtype)


@every_dtype
def test_softmax_loss_of_many_classes(dtype):
    check(softmax_nll, measure.softmax_loss, drawn_logits(dtype, count=6, k=1000), dtype)


@every_dtype
def test_softmax_loss_at_ties(dtype):
    draws = [
        (np.array([x] * n + [x - 30, -np.inf], dtype=dtype), y)
        for n in (2, 3, 100)
        for x in (0, 5, -1000)
        for y in (0, n)
    ]
    check(softmax_nll, measure.softmax_loss, draws, dtype)


@every_dtype
def test_softmax_loss_of_huge_and_infinite_logits(dtype):
    """±1e30 and −inf. The label that is forbidden costs inf."""
    values = [1e30, -1e30, 0.0, 5.0, -np.inf]
    draws = [
        (np.array([a, b, c, 1.0], dtype=dtype), y)
        for a in values
        for b in values
        for c in values
        for y in (0, 3)
    ]
    check(softmax_nll, measure.softmax_loss, draws, dtype)


@every_dtype
def test_log_softmax_and_logsumexp(dtype):
    for z, _ in drawn_logits(dtype, count=40):
        check(logsumexp, measure.lse, [(z,)], dtype)
        exact = [-measure.softmax_loss(z, k) for k in range(len(z))]
        assert max(map(error, log_softmax(z), exact, [dtype] * len(z))) <= BUDGET
    for z in ([-np.inf] * 3, [np.inf, 0.0], [1e30, -1e30], [-1e30, -np.inf]):
        check(logsumexp, measure.lse, [(np.array(z, dtype=dtype),)], dtype)


@every_dtype
def test_softmax_is_never_above_one(dtype):
    z = (np.random.default_rng(7).normal(size=(20_000, 7)) * 20).astype(dtype)
    for rows in (z, z + dtype(900)):
        assert softmax(rows).max() == 1


@every_dtype
def test_softmax(dtype):
    for z, _ in drawn_logits(dtype, count=100, offset=7.7):
        exact = [measure.softmax_probability(z, k) for k in range(len(z))]
        assert max(map(error, softmax(z), exact, [dtype] * len(z))) <= BUDGET


@every_dtype
def test_logistic_loss(dtype):
    t = np.concatenate([np.linspace(-80, 80, 641), [1e30, -1e30, 1e-30, 0.0]]).astype(dtype)
    check(bernoulli_nll, measure.logistic_loss, [(x, y) for x in t for y in (0, 1)], dtype)


@every_dtype
def test_loss_of_a_probability(dtype):
    q = np.concatenate(
        [
            np.geomspace(np.finfo(dtype).smallest_subnormal, 1, 100),
            1 - np.geomspace(np.finfo(dtype).eps, 0.5, 50),
            [0.0],
        ]
    ).astype(dtype)
    check(
        lambda q, y: nll(Bernoulli(q), y),
        measure.probability_loss,
        [(x, y) for x in q for y in (0, 1)],
        dtype,
    )
    check(
        lambda p, y: nll(Categorical(probs=p), y),
        lambda p, y: measure.probability_loss(p[y], 1),
        [(np.stack([1 - x, x]), 1) for x in q],
        dtype,
    )


def drawn_logit_pairs(dtype, count=60, k=5):
    """Two rows of logits, near or far, and some of them with an offset."""
    rng = np.random.default_rng(4)
    for delta in np.geomspace(2.0, 1e-9 if dtype == np.float64 else 1e-4, count):
        z = rng.normal(size=k) * 2
        yield (
            z.astype(dtype),
            (z * (1 + delta * rng.uniform(-1, 1, size=k)) + 10 * rng.integers(2)).astype(dtype),
        )


@every_dtype
def test_cross_entropy_of_soft_labels_and_logits(dtype):
    draws = [
        (softmax(3 * z.astype(float)).astype(dtype), 3 * w) for z, w in drawn_logit_pairs(dtype)
    ]
    check(
        lambda p, z: cross_entropy(p, Categorical(logits=z)),
        measure.soft_softmax_loss,
        draws,
        dtype,
    )


# ── Losses with their constants ──────────────────────────────────────────────────────────────────


def drawn_densities(dtype, count=300):
    rng = np.random.default_rng(5)
    for scale in np.geomspace(1e-30, 1e30, count):
        loc = scale * rng.normal()
        yield tuple(np.asarray(v, dtype=dtype) for v in (loc + scale * rng.normal(), loc, scale))


def weight(x, loc, scale):
    """How far the loss is from its zero: 1 + |its two terms|, over the loss. A scale that moves
    by eps moves the loss by eps nats, so near 0 the digits of a loss are not those of its
    inputs."""
    z, size = (
        abs((float(x) - float(loc)) / float(scale)),
        abs(math.log(float(scale) * math.sqrt(2 * math.pi))),
    )
    return (1 + z * z / 2 + z + size) / abs(float(measure.normal_loss(x, loc, scale)))


@every_dtype
def test_gaussian_loss(dtype):
    check(
        lambda x, m, s: nll(Normal(m, s), x),
        measure.normal_loss,
        drawn_densities(dtype),
        dtype,
        unit=weight,
    )


@every_dtype
def test_laplace_loss(dtype):
    def unit(x, loc, scale):
        z, size = abs((float(x) - float(loc)) / float(scale)), abs(math.log(2 * float(scale)))
        return (1 + z + size) / abs(float(measure.laplace_loss(x, loc, scale)))

    check(
        lambda x, m, b: nll(Laplace(m, b), x),
        measure.laplace_loss,
        drawn_densities(dtype),
        dtype,
        unit=unit,
    )


def drawn_counts(dtype, least, most, count=200):
    """Rates, and counts that are likely under them, or 0."""
    rng = np.random.default_rng(6)
    for rate in np.geomspace(least, most, count).astype(dtype):
        yield np.asarray(rng.choice([0, rng.poisson(rate), round(float(rate))]), dtype=dtype), rate


def poisson_nll(k, rate):
    return nll(Poisson(rate), k)


@every_dtype
@pytest.mark.parametrize("least, most", [(1e-30, 1.0), (1.0, 100.0), (100.0, 1e6)])
def test_poisson_loss(least, most, dtype):
    check(poisson_nll, measure.poisson_loss, drawn_counts(dtype, least, most), dtype)


def test_poisson_loss_at_the_edges():
    for k, rate in ((0, 0.0), (1, 0.0), (0, 1e-320), (1, 1e-320), (3, 1e-320), (0, 1e6)):
        check(poisson_nll, measure.poisson_loss, [(np.array(float(k)), np.array(rate))], np.float64)


# ── Divergence of the families ───────────────────────────────────────────────────────────────────


def drawn_parameters(dtype, count=200):
    """Two locations and two scales, or a rate and another, near or far."""
    rng = np.random.default_rng(7)
    for delta in np.geomspace(0.9, 1e-9 if dtype == np.float64 else 1e-4, count):
        loc, scale = rng.normal(), rng.uniform(0.3, 3)
        yield tuple(
            np.asarray(v, dtype=dtype)
            for v in (
                loc,
                scale,
                loc * (1 + delta * rng.uniform(-1, 1)),
                scale * (1 + delta * rng.uniform(-1, 1)),
            )
        )


@every_dtype
@pytest.mark.parametrize(
    "family, reference",
    [(Normal, measure.normal_divergence), (Laplace, measure.laplace_divergence)],
)
def test_divergence_of_near_densities(family, reference, dtype):
    check(
        lambda m, s, n, t: kl_divergence(family(m, s), family(n, t)),
        reference,
        drawn_parameters(dtype),
        dtype,
    )


@every_dtype
def test_divergence_of_near_poisson_laws(dtype):
    check(
        lambda a, b: kl_divergence(Poisson(a), Poisson(b)),
        measure.poisson_divergence,
        [v[1::2] for v in drawn_parameters(dtype)],
        dtype,
    )


@every_dtype
def test_divergence_of_near_coins(dtype):
    draws = [
        [np.asarray(v / 6.2 * (n % 2 + 1), dtype=dtype) for v in pair[1::2]]
        for n, pair in enumerate(drawn_parameters(np.float64, 600))
    ]
    draws = [pair for pair in draws if max(pair) < 1] + [
        [np.asarray(v, dtype=dtype) for v in (0.499593167, 0.505268753)]
    ]
    check(
        lambda a, b: kl_divergence(Bernoulli(a), Bernoulli(b)),
        measure.binary_divergence,
        draws,
        dtype,
    )


@every_dtype
def test_divergence_of_near_coins_from_logits(dtype):
    rng = np.random.default_rng(8)
    draws = [
        np.array([t, t + d * rng.choice([-1, 1])], dtype=dtype)
        for d in np.geomspace(2, 1e-8 if dtype == np.float64 else 1e-4, 80)
        for t in rng.uniform(-6, 6, size=5)
    ]
    check(
        lambda t, u: kl_divergence(Bernoulli(logits=t), Bernoulli(logits=u)),
        measure.logistic_divergence,
        draws,
        dtype,
    )


@every_dtype
def test_divergence_of_near_softmaxes(dtype):
    check(
        lambda z, w: kl_divergence(Categorical(logits=z), Categorical(logits=w)),
        measure.softmax_divergence,
        drawn_logit_pairs(dtype, 200),
        dtype,
    )


@every_dtype
def test_divergence_of_softmaxes_with_a_rare_outcome(dtype):
    """An outcome that hardly counts, far apart or forbidden, spoils nothing."""
    far = -46.0 if dtype == np.float64 else -20.0
    step = 1e-8 if dtype == np.float64 else 1e-4
    draws = [
        (np.array([0, 0, rare], dtype=dtype), np.array([step, 0, far + 2], dtype=dtype))
        for rare in (far, far - 30, -np.inf)
    ]
    check(
        lambda z, w: kl_divergence(Categorical(logits=z), Categorical(logits=w)),
        measure.softmax_divergence,
        draws,
        dtype,
    )


@every_dtype
@pytest.mark.parametrize("k", [9, 12, 13, 16, 33, 64, 200])
def test_rows_of_a_table_are_as_accurate_as_single_rows(k, dtype):
    """One outcome that is nearly certain and many that would drown in a running sum."""
    gap = -36.8 if dtype == np.float64 else -16.7
    for tops in (1, 2)[: 1 + (k < 100)]:  # with a tie, NumPy adds up 200 terms to 8.04 eps
        z = np.full((3, k), gap, dtype=dtype)
        z[:, :tops] = 0
        exact = [measure.softmax_probability(z[0], y) for y in (0, k - 1)]
        assert max(error(softmax(z)[1, y], e, dtype) for y, e in zip((0, k - 1), exact)) <= BUDGET
        assert error(logsumexp(z)[2], measure.lse(z[0]), dtype) <= BUDGET


@every_dtype
def test_logits_near_the_ends_of_exp(dtype):
    """Where e^z over- or underflows and e^(z − m) does not, in a table with ordinary rows; a
    long row that sums to more than the largest float."""
    most = np.log(np.finfo(dtype).max)
    rows = [
        [peak, peak - gap, peak - gap - 1]
        for peak in (
            0,
            -1,
            -5,
            0.7 * most,
            0.9 * most,
            1.2 * most,
            3 * most,
            -0.5 * most,
            -0.95 * most,
            -1.1 * most,
            -3 * most,
        )
        for gap in (0, 0.3, 5, 17.7, 60, 0.9 * most)
    ]
    z = np.array(rows, dtype=dtype)
    for y in (0, 1):
        losses = [nll(Categorical(logits=row), y) for row in z]
        together = -np.asarray(Categorical(logits=z).log_prob(np.full(len(z), y)))
        assert (
            max(
                error(value, measure.softmax_loss(row, y), dtype)
                for value, row in [*zip(losses, z), *zip(together, z)]
            )
            <= BUDGET
        )
    assert (
        max(
            error(value, measure.softmax_probability(row, 1), dtype)
            for value, row in zip(softmax(z)[:, 1], z)
            if value > np.finfo(dtype).tiny
        )
        <= BUDGET
    )
    assert (
        error(
            softmax(np.full(10**6, 0.982 * most, dtype=dtype))[0],
            measure.mpmath.mpf(1) / 10**6,
            dtype,
        )
        <= BUDGET
    )


def test_entropy_of_very_small_and_very_large_rates():
    def series(rate):
        rate = mpmath.mpf(float(rate))
        return (
            rate * (1 - mpmath.log(rate)) + rate**2 / 2 * mpmath.log(2)
            if rate < 1
            else mpmath.log(2 * mpmath.pi * mpmath.e * rate) / 2 - 1 / (12 * rate)
        )

    check(
        lambda rate: entropy(Poisson(rate)),
        series,
        [
            (np.array(rate),)
            for rate in (1e-300, 1e-30, 1e-10, 1e-8, 9.9e-8, 1.1e9, 1e20, 1e100, 1e300)
        ],
        np.float64,
    )
    check(
        lambda rate: entropy(Poisson(rate)),
        measure.poisson_entropy,
        [(np.array(rate),) for rate in (9e-8, 1.1e-7)],
        np.float64,
    )
    near = [float(entropy(Poisson(1e9 * (1 + shift)))) for shift in (-1e-12, 1e-12)]
    assert (
        abs(near[1] - near[0] - 1e-12) <= BUDGET * 2**-52 * near[0]
    )  # the integral and the series meet


# ── Means of many terms ──────────────────────────────────────────────────────────────────────────


@every_dtype
def test_mean_of_ten_million_terms(dtype):
    """The values repeat, so the mean of a few is exact."""
    few = ((np.arange(1000) - 400) / 64).astype(dtype)
    reference = mpmath.fsum(measure.normal_loss(x, 0, 1) for x in few) / len(few)
    draws = measure.repeated(few, 10000)
    assert error(nll(Normal(0, 1), draws), reference, dtype) <= BUDGET
    assert error(cross_entropy(empirical(few), Normal(0, 1)), reference, dtype) <= BUDGET


@every_dtype
def test_weighted_mean_of_ten_million_terms(dtype):
    few, weights = ((np.arange(1000) - 400) / 64).astype(dtype), measure.pmf(1000).astype(dtype)
    reference = mpmath.fsum(
        measure.exact(w) * measure.normal_loss(x, 0, 1) for x, w in zip(few, weights)
    ) / mpmath.fsum(map(measure.exact, weights))
    assert (
        error(
            nll(
                Normal(0, 1), measure.repeated(few, 10000), weights=measure.repeated(weights, 10000)
            ),
            reference,
            dtype,
        )
        <= BUDGET
    )


@every_dtype
def test_mean_of_a_million_rows_of_logits(dtype):
    rows, labels = np.stack([z for z, _ in drawn_logits(dtype, 10)]), np.arange(10) % 3
    reference = mpmath.fsum(
        measure.softmax_loss(z, y) for z, y in zip(rows, labels.tolist())
    ) / len(rows)
    assert (
        error(
            nll(Categorical(logits=np.tile(rows, (100_000, 1))), np.tile(labels, 100_000)),
            reference,
            dtype,
        )
        <= BUDGET
    )


# ── A check that cannot fail is a defect ─────────────────────────────────────────────────────────


def test_the_unit_of_an_error():
    """One eps is one; below the normal range, the least float is one; and what is infinite or
    not a number is wrong in any unit."""
    assert (
        error(1 + 2**-52, mpmath.mpf(1), np.float64) == 1
        and error(np.float32(1 + 2**-23), mpmath.mpf(1), np.float32) == 1
    )
    assert error(1e-323, mpmath.mpf(5e-324), np.float64) == 1
    assert error(np.inf, mpmath.inf, np.float64) == 0 == error(0.0, mpmath.mpf(0), np.float64)
    assert error(36.04, mpmath.inf, np.float64) == np.inf and math.isnan(
        error(np.nan, mpmath.mpf(1), np.float64)
    )


@pytest.mark.parametrize(
    "f, reference, draws",
    [
        (
            lambda p, q: np.sum(p * np.log(p / q)),
            measure.divergence,
            lambda: drawn_near(10, np.float64, 20),
        ),
        (
            lambda z, y: np.log(np.exp(z).sum()) - z[y],
            measure.softmax_loss,
            lambda: drawn_logits(np.float64),
        ),
        (
            lambda t, y: np.logaddexp(0, t) - y * t,
            measure.logistic_loss,
            lambda: [(np.float64(x), y) for x in (-40, 40) for y in (0, 1)],
        ),
        (
            lambda p: -np.sum(p * np.log(np.maximum(p, 1e-7))),
            measure.shannon,
            lambda: [(np.array([1.0, 1e-15]),)],
        ),
    ],
    ids=["the definition of KL", "log Σ exp z − z", "softplus − y t", "a clamp"],
)
def test_the_budget_refuses(f, reference, draws):
    assert worst(f, reference, draws(), np.float64)[0] > 1000
