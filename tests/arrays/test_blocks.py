"""Large NumPy arrays: blocks, pieces and threads change neither the accuracy nor the answer."""

import functools
import math
from dataclasses import dataclass

import mpmath
import numpy as np
import pytest
from helpers import library, values
from measure import divergence, softmax_loss

from xent_lit import (
    Bernoulli,
    Categorical,
    Laplace,
    Normal,
    Poisson,
    cross_entropy,
    entropy,
    kl_divergence,
    log_likelihood,
    log_softmax,
    logsumexp,
    mse,
    nll,
    normalize,
    softmax,
)
from xent_lit.arrays import blocks
from xent_lit.models import Distribution

rng = np.random.default_rng(0)
START = rng.bit_generator.state
types = pytest.mark.parametrize("dtype", [np.float32, np.float64])


@pytest.fixture(autouse=True)
def same_draws():
    """Each test draws from the start, whichever ran before it."""
    rng.bit_generator.state = START


def of_pmfs(shape, dtype=np.float64, zeros=False):
    w = rng.gamma(1.0, size=(2, *shape))
    if zeros:
        w[0] *= rng.random(shape) < 0.7
        w[0, ..., 0] = 1
        w[1] *= (rng.random(shape) < 0.99) | (w[0] > 0)
    return tuple(normalize(x).astype(dtype) for x in w)


@pytest.fixture
def whole(block):
    """A function that runs a call with all of its numbers in one block."""

    def run(call):
        size = blocks.BLOCK
        block(2**40)
        try:
            return call()
        finally:
            block(size)

    return run


# 3 outcomes, many rows; rows of a block's size; rows longer than a block; one row; a batch of two
# axes; a batch whose first axis is short
SHAPES = [(200_000, 3), (700, 1000), (3, 300_000), (1_000_000,), (300, 20, 100), (2, 150_000, 4)]


@types
@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_blocks_change_nothing(shape, dtype, whole):
    (p, q), (r, s) = of_pmfs(shape, dtype), of_pmfs(shape, dtype, zeros=True)
    z, y = 10 * rng.standard_normal(shape).astype(dtype), rng.integers(0, shape[-1], shape[:-1])
    calls = [
        lambda: entropy(p),
        lambda: entropy(r),
        lambda: cross_entropy(p, q),
        lambda: cross_entropy(r, s),
        lambda: kl_divergence(p, q),
        lambda: kl_divergence(r, s),
        lambda: logsumexp(z),
        lambda: softmax(z),
        lambda: log_softmax(z),
        lambda: Categorical(logits=z).log_prob(y),
        lambda: Categorical(probs=p).log_prob(y),
        lambda: nll(Categorical(logits=z), y),
        lambda: normalize(p),
    ]
    for call in calls:
        ours, expected = call(), whole(call)
        assert ours.dtype == expected.dtype == dtype and ours.shape == expected.shape
        np.testing.assert_allclose(ours, expected, rtol=1e-13 if dtype == np.float64 else 1e-5)


def test_axis_broadcasting_and_order(whole):
    p, q = of_pmfs((700, 1000))
    calls = [
        lambda: kl_divergence(p.T, q.T, axis=0),
        lambda: log_softmax(p.T, axis=0),
        lambda: normalize(p.T, axis=0),
        lambda: cross_entropy(p, q[0]),
        lambda: cross_entropy(p[:, None][:500], q[:3]),
        lambda: kl_divergence(p[::2], q[::-2]),
        lambda: entropy(np.asfortranarray(p)),
    ]
    for call in calls:
        np.testing.assert_allclose(call(), whole(call), rtol=1e-13)
    assert (kl_divergence(p.T, q.T, axis=0) == kl_divergence(p, q)).all()


@pytest.mark.parametrize("shape", SHAPES, ids=str)
def test_the_number_of_cores_changes_no_bit(shape, cores):
    p, q = of_pmfs(shape, np.float32)
    z, y = rng.standard_normal(shape).astype(np.float32), rng.integers(0, shape[-1], shape[:-1])
    results = []
    for number in 1, 2, 5:
        cores(number)
        results.append(
            [
                np.asarray(x).tobytes()
                for x in (
                    entropy(p),
                    kl_divergence(p, q),
                    logsumexp(z),
                    softmax(z),
                    nll(Categorical(logits=z), y),
                )
            ]
        )
    assert results[0] == results[1] == results[2]


def of_draws(dtype, shape=(300_000,)):
    """Models of each family, one for all draws and one for each, with their draws."""
    t, s, w = rng.normal(size=shape), rng.uniform(0.5, 2, size=shape), np.array([0.5, 0.3, 0.2])
    t, s, x = t.astype(dtype), s.astype(dtype), rng.normal(size=shape).astype(dtype)
    y, k, c = (
        rng.integers(0, 2, shape),
        rng.poisson(3, shape).astype(dtype),
        rng.integers(0, 3, shape),
    )
    table = rng.normal(size=(*shape, 3)).astype(dtype)
    one = dtype(0.25)
    return [
        (Normal(t, s), x),
        (Normal(one, s), x),
        (Normal(0, 1), x),
        (Laplace(t, one), x),
        (Bernoulli(logits=t), y),
        (Bernoulli(probs=s / 2), y),
        (Bernoulli(0.25), y.astype(dtype)),
        (Poisson(s), k),
        (Poisson(s.flat[0]), k),
        (Categorical(logits=table), c),
        (Categorical(probs=softmax(table)), c),
        (Categorical(logits=w.astype(dtype)), c),
        (Categorical(probs=[0.5, 0.3, 0.2]), c),
    ]


@types
@pytest.mark.parametrize("shape", [(300_000,), (600, 500), (2, 150_000), (3, 90_000, 1)], ids=str)
def test_many_draws_are_summed_in_stretches(shape, dtype, whole):
    w = rng.uniform(0, 2, shape).astype(dtype)
    w.flat[::7] = 0
    x, f = rng.normal(size=(2, *shape)).astype(dtype)
    calls = [(mse, (x, f)), (mse, (x, dtype(0.5)))]
    calls += [(loss, case) for case in of_draws(dtype, shape) for loss in (nll, log_likelihood)]
    for loss, data in calls:
        for weights in None, w, np.arange(w.size).reshape(shape) % 3:
            call = functools.partial(loss, *data, weights=weights)
            ours, expected = call(), whole(call)
            assert ours.dtype == expected.dtype and ours.shape == (), data
            np.testing.assert_allclose(ours, expected, rtol=1e-12 if dtype == np.float64 else 1e-5)


def test_stretches_do_not_depend_on_the_cores(cores):
    results = []
    cases = of_draws(np.float32)
    for number in 1, 2, 5:
        cores(number)
        results.append([nll(model, y).tobytes() for model, y in cases])
    assert results[0] == results[1] == results[2]


def test_many_draws_are_refused_in_the_words_for_few():
    y = np.zeros(400_000)
    y[-1] = 2
    for call, words in [
        (
            lambda: nll(Bernoulli(logits=np.zeros(400_000)), y),
            r"Bernoulli.log_prob: got the label 2, expected 0 or 1",
        ),
        (lambda: nll(Poisson(3.0), y - 1), r"Poisson.log_prob: got the label -1"),
        (
            lambda: nll(Categorical(probs=[0.5, 0.5]), y),
            r"Categorical.log_prob: got the label 2, expected integers from 0 to 1",
        ),
        (
            lambda: nll(Normal(np.zeros(7), 1), y),
            r"nll: model has batch shape \(7,\), the draws \(400000,\)",
        ),
        (lambda: nll(Normal(0, 1), y, weights=y - 1), r"nll: weights sum to"),
        (lambda: mse(y, y, weights=y * np.nan), r"mse: weights sum to nan"),
        (
            lambda: nll(Categorical(logits=np.where(y[:, None] == 2, -np.inf, [0.0, 0.0])), y * 0),
            r"Categorical: logits have a NaN, or a row of -inf",
        ),
    ]:
        with pytest.raises(ValueError, match=words):
            call()


class Quadratic:
    """A model that is no family, and has an attribute of a common name."""

    batch_shape, parameters = (), None

    def log_prob(self, x):
        return -(x**2)


class Shifted(Normal):
    """A family of a user, with a parameter that is no field."""

    def __init__(self, shift):
        super().__init__(0.0, 1.0)
        object.__setattr__(self, "shift", shift)

    def log_prob(self, x):
        return super().log_prob(x - self.shift)


@dataclass(frozen=True, eq=False, repr=False)
class Priced(Distribution):
    """A family of a user, with a price for each label, one model for all draws."""

    prices: object
    batch_shape = ()

    def log_prob(self, y):
        return -self.prices[y]


def test_a_model_of_ones_own_gets_all_draws():
    x = np.zeros((2, 100_000))
    x[1] = 10
    assert math.isclose(nll(Shifted(np.array([[0.0], [10.0]])), x), math.log(2 * math.pi) / 2)
    assert nll(Quadratic(), x[:, 0]) == 50 and nll(Quadratic(), x) == 50
    prices = np.arange(200_000.0)
    assert (
        nll(Priced(prices), np.zeros(200_000, int)) == 0
        and log_likelihood(Priced(prices), np.arange(200_000)) == -prices.sum()
    )


def test_a_large_sample_of_half_precision_has_a_finite_mean():
    x = np.full(300_000, 2, np.float16)
    found = nll(Normal(np.float16(0), np.float16(1)), x)
    assert found == pytest.approx(2 + math.log(2 * math.pi) / 2, rel=1e-6)


@types
@pytest.mark.parametrize("offset", [0, 1e3, -1e3])
@pytest.mark.parametrize("k", [2, 10, 1000])
def test_loss_from_logits_to_eight_rounding_errors(dtype, offset, k):
    gaps = np.linspace(0, 80, 21)
    top = np.zeros((len(gaps), k))
    top[:, 1:] = -gaps[:, None]  # right by a gap, k − 1 rivals that tie
    ties = np.zeros((3, k))
    ties[1, 0] = ties[2, -1] = -40
    spread = rng.normal(size=(5, k)) * [[0.1], [1], [3], [10], [30]]
    z = (np.concatenate([top, ties, spread]) + offset).astype(dtype)
    many = np.tile(z, (max(1, 3 * blocks.BLOCK // z.size), 1))
    for y in 0, k - 1:
        exact = [softmax_loss(row, y) for row in z]
        for computed in nll_of_each(z, y), nll_of_each(many, y)[-len(z) :]:
            for a, b in zip(computed, exact):
                assert abs(mpmath.mpf(float(a)) - b) / b <= 8 * np.finfo(dtype).eps


def nll_of_each(z, y):
    return -Categorical(logits=z).log_prob(np.full(len(z), y))


@types
def test_loss_of_long_rows(dtype):
    k = 2 * blocks.BLOCK + 1000  # three pieces
    z = np.full(k, -60.0, dtype)
    z[blocks.BLOCK + 5] = 0
    exact = mpmath.log1p((k - 1) * mpmath.exp(-60))
    assert abs(-log_softmax(z)[blocks.BLOCK + 5] / float(exact) - 1) <= 8 * np.finfo(dtype).eps
    z[7] = z[-1] = 0  # ties in other pieces
    assert abs(logsumexp(z) / math.log(3) - 1) <= 8 * np.finfo(dtype).eps
    z[: blocks.BLOCK] = -np.inf  # a piece that allows nothing
    assert abs(logsumexp(z) / math.log(2) - 1) <= 8 * np.finfo(dtype).eps
    z[-2] = np.inf
    assert logsumexp(z) == np.inf and log_softmax(z)[-2] == 0 and log_softmax(z)[0] == -np.inf
    assert (
        logsumexp(np.full(k, -np.inf, dtype)) == -np.inf
        and np.isnan(log_softmax(np.full(k, -np.inf, dtype))).all()
    )


@types
def test_infinite_logits_in_blocks(dtype):
    z = np.tile(
        np.array(
            [[0, -np.inf, 0], [np.inf, 1, 2], [-np.inf, -np.inf, 3], [np.inf, np.inf, 0]], dtype
        ),
        (100_000, 1),
    )
    np.testing.assert_allclose(softmax(z)[:4], [[0.5, 0, 0.5], [1, 0, 0], [0, 0, 1], [0.5, 0.5, 0]])
    np.testing.assert_allclose(
        Categorical(logits=z).log_prob(np.tile([1, 0, 2, 1], 100_000))[:4],
        [-np.inf, 0, 0, -math.log(2)],
        rtol=1e-6,
    )


@types
def test_long_sums_are_right(dtype):
    p = np.full(10_000_000, 1e-7, dtype)
    p /= p.sum(dtype=np.float64)
    exact = -p[0].astype(np.float64) * np.log(p[0].astype(np.float64)) * len(p)
    assert abs(entropy(p) / exact - 1) <= 8 * np.finfo(dtype).eps
    z, y = np.tile(np.array([[0.3, -0.2]], dtype), (5_000_000, 1)), np.zeros(5_000_000, dtype=int)
    assert (
        abs(
            nll(Categorical(logits=z), y) / math.log1p(math.exp(float(z[0, 1]) - float(z[0, 0])))
            - 1
        )
        <= 8 * np.finfo(dtype).eps
    )


@types
@pytest.mark.parametrize("step", [1e-1, 1e-3, 1e-6, 0.9])
def test_divergence_of_near_pmfs_in_blocks(dtype, step):
    """Σ (p log(p/q) − p + q) in 60 digits, of the floats given."""
    p, q = of_pmfs((4, 50), np.float64)
    p, q = p.astype(dtype), normalize(p * (1 + step * (rng.random((4, 50)) - 0.5))).astype(dtype)
    exact = [divergence(*rows) for rows in zip(p, q)]
    many = np.tile(p, (20_000, 1)), np.tile(q, (20_000, 1))
    for computed in kl_divergence(p, q), kl_divergence(*many)[-4:]:
        assert (
            max(abs(float(a) / b - 1) for a, b in zip(computed, exact) if b)
            <= 16 * np.finfo(dtype).eps
        )


def test_what_is_wrong_in_a_block_is_refused():
    p, q = of_pmfs((300_000, 5))
    z, y = rng.normal(size=(300_000, 5)), rng.integers(0, 5, 300_000)
    for value, words in (np.nan, "NaN"), (-0.5, "negative"), (0.9, "sums to"):
        wrong = p.copy()
        wrong[250_000, 2] = value
        for call in (
            (lambda: entropy(wrong)),
            (lambda: kl_divergence(p, wrong)),
            (lambda: cross_entropy(wrong, p)),
            (lambda: Categorical(probs=wrong)),
        ):
            with pytest.raises(ValueError, match=words):
                call()
    for value in np.nan, -np.inf:
        wrong = z.copy()
        wrong[250_000] = value
        for use in (
            (lambda model: model.log_prob(y)),
            (lambda model: model.pmf()),
            (lambda model: model.surprisals()),
        ):
            with pytest.raises(ValueError, match="Categorical: logits have a NaN"):
                use(Categorical(logits=wrong))
    y[[100, 250_000]] = 5, -1
    with pytest.raises(ValueError, match="got the label 5"):
        nll(Categorical(logits=z), y)


def test_the_first_wrong_row_is_named(cores):
    p = np.full((300_000, 5), 0.2)
    p[[100_000, 200_000, 250_000], 0] = 0.3, 0.4, 0.5
    for number in 1, 2, 5:
        cores(number)
        with pytest.raises(ValueError, match="sums to 1.1 "):
            entropy(p)


def test_threads_obey_the_callers_error_settings():
    def work(i):
        return np.log(np.zeros(1))

    with np.errstate(divide="raise"), pytest.raises(FloatingPointError):
        blocks.map_threads(work, range(100))
    with np.errstate(divide="ignore"):
        blocks.map_threads(work, range(100))


def test_no_rows_at_all():
    p = np.empty((0, 3))
    assert entropy(p).shape == kl_divergence(p, p).shape == logsumexp(p).shape == (0,) and softmax(
        p
    ).shape == normalize(p).shape == (0, 3)


@pytest.fixture
def recorder(monkeypatch):
    """A function that lists the shapes of which a library takes exponentials and logarithms."""

    def record(xp):
        shapes = []

        def noted(f, x, **options):
            shapes.append(tuple(x.shape))
            return f(x, **options)

        for name in "exp", "log":
            monkeypatch.setattr(xp, name, functools.partial(noted, getattr(xp, name)))
        return shapes

    return record


CUT = [(where, shape) for where in ("strict", "torch") for shape in ((700, 10), (7, 3000))]
CUT += [("strict", (5, 300, 4)), ("jax", (5, 300, 4))]


@pytest.mark.parametrize("where, shape", CUT, ids=str)
def test_arrays_of_other_libraries_are_cut_as_well(where, shape, recorder, block, whole):
    xp = library(where)
    (p, q), z = of_pmfs(shape, zeros=True), rng.standard_normal(shape)
    y = rng.integers(0, shape[-1], shape[:-1])
    block(2000)
    seen = recorder(xp)
    for call in (
        lambda a: nll(Categorical(logits=a(z)), a(y)),
        lambda a: log_softmax(a(z)),
        lambda a: entropy(a(p)),
        lambda a: kl_divergence(a(p), a(q)),
        lambda a: kl_divergence(a(p), a(q[-1])),
        lambda a: normalize(a(p)),
        lambda a: Categorical(probs=a(q)).log_prob(a(y)),
        lambda a: cross_entropy(a(p), Categorical(logits=a(z))),
    ):
        ours, expected = call(xp.asarray), whole(lambda call=call: call(np.asarray))
        assert type(ours) is type(xp.sum(xp.asarray(z))) and tuple(ours.shape) == expected.shape
        rtol = 1e-12 if values(ours).dtype == np.float64 else 1e-4
        np.testing.assert_allclose(values(ours), expected, rtol=rtol)
    most = 2000 * (blocks.TORCH_BLOCKS if where == "torch" else 1)
    assert len(seen) > 6 and all(math.prod(found) <= max(most, shape[-1]) for found in seen)


def test_a_traced_array_is_not_cut(recorder):
    jax = pytest.importorskip("jax")
    seen = recorder(jax.numpy)
    jax.jit(logsumexp)(jax.numpy.ones((1000, 1000)))
    assert {shape[0] for shape in seen} == {1000}


def test_an_array_that_records_is_cut_where_its_slope_is_declared(recorder):
    torch = pytest.importorskip("torch")
    seen = recorder(library("torch"))
    z, y = torch.tensor(rng.standard_normal((6000, 1000))), torch.zeros(6000, dtype=int)
    recorded = z.clone().requires_grad_()
    nll(Categorical(logits=recorded), y).backward()
    torch.testing.assert_close(recorded.grad.sum(dim=1), 0 * z[:, 0], atol=1e-12, rtol=0)
    assert max(shape[0] for shape in seen) < 6000, "forward and backward"
    seen.clear()
    log_softmax(recorded).sum().backward()
    assert {shape[0] for shape in seen} == {6000}, "by the rules of PyTorch"
    log_softmax(z)
    assert min(shape[0] for shape in seen) < 6000, "without a record it is cut"
