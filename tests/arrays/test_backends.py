"""One definition for every array: NumPy's value, the caller's library, type and device,
gradients, laziness."""

import importlib
from contextlib import nullcontext

import numpy as np
import pytest
import sympy as sp
from array_api_compat import device, is_dask_array
from family_checks import check_backend, every_family
from helpers import LIBRARIES, library, values
from helpers import assert_close as close

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, Laplace, Normal, Poisson, empirical
from xent_lit.arrays.symbols import SymArray
from xent_lit.regression import linear, linear_gradient, linear_regression, softmax_regression

P, Q = [[0.5, 0.3, 0.2], [0.0, 1.0, 0.0]], [[0.2, 0.4, 0.4], [0.25, 0.5, 0.25]]
JOINTS = [[[0.25, 0.1, 0.15], [0.0, 0.4, 0.1]], [[0.0, 0.5, 0.0], [0.25, 0.0, 0.25]]]
Z = [[0.5, -1.0, 2.0], [40.0, 0.0, 0.0]]
X, Y, COUNTS = [0.5, -1.0, 0.5, 2.0], [1, 0, 1, 1], [0, 3, 1, 3]
LOC, SCALE = [0.1, -0.4, 1.0, 0.3], [1.0, 0.5, 2.0, 1.5]

# name: a function of `a`, which makes a list an array of the library, and of `i`, which makes one
# of integers
QUANTITIES = {
    "entropy": lambda a, i: xl.entropy(a(P)),
    "entropy in bits": lambda a, i: xl.entropy(a(P), base=2),
    "entropy of axis 0": lambda a, i: xl.entropy(a(np.transpose(P)), axis=0),
    "cross_entropy": lambda a, i: xl.cross_entropy(a(P), a(Q)),
    "cross_entropy beside a list": lambda a, i: xl.cross_entropy(P[0], a(Q)),
    "kl_divergence": lambda a, i: xl.kl_divergence(a(P), a(Q)),
    "kl_divergence, missing support": lambda a, i: xl.kl_divergence(a(Q), a(P)),
    "cross_entropy of weighted rows": lambda a, i: xl.cross_entropy(a(P), a(Q), weights=a([1, 3])),
    "cross_entropy of soft labels, padded": lambda a, i: xl.cross_entropy(
        a([*P, [np.nan] * 3]), Categorical(logits=a([*Z, Z[0]])), weights=[2, 1, 0]
    ),
    "kl_divergence of weighted rows": lambda a, i: xl.kl_divergence(a(P), Q, weights=a([1, 0])),
    "js_divergence": lambda a, i: xl.js_divergence(a(P), a(Q), base=2),
    "js_divergence of logits": lambda a, i: xl.js_divergence(Categorical(logits=a(Z)), a(Q)),
    "js_divergence of shares": lambda a, i: xl.js_divergence(a(P), a(Q), beta=0.1),
    "js_distance": lambda a, i: xl.js_distance(a([P[1], P[0]]), a([P[1], Q[0]])),
    "total_variation": lambda a, i: xl.total_variation(a(P), a(Q)),
    "total_variation of logits": lambda a, i: xl.total_variation(Categorical(logits=a(Z)), a(Q)),
    "kl_k3": lambda a, i: xl.kl_k3(a(X), a(LOC)),
    "kl_k3, excluded by the reference": lambda a, i: xl.kl_k3(a([-np.inf, -1]), a([-1, -1])),
    "shift_prior": lambda a, i: xl.shift_prior(a(P), old=a([1, 2, 3]), new=[3, 2, 1]),
    "cox_loss": lambda a, i: xl.cox_loss(a([0.3, -1, 2]), [1, 1, 2], events=[1, 1, 0]),
    "cox_loss, exact": lambda a, i: xl.cox_loss(a(X), [1, 1, 2, 2], [1, 1, 0, 1], ties="exact"),
    "mutual_information": lambda a, i: xl.mutual_information(a(JOINTS)),
    "mutual_information of other axes": lambda a, i: xl.mutual_information(a(JOINTS), axis=(0, 2)),
    "conditional_entropy": lambda a, i: xl.conditional_entropy(a(JOINTS), base=2),
    "conditional_entropy of x": lambda a, i: xl.conditional_entropy(a(JOINTS[0]), axis=(1, 0)),
    "brier_score": lambda a, i: xl.brier_score(a([0.25, 1.0, 0.5]), i([1, 1, 0])),
    "brier_score of classes": lambda a, i: xl.brier_score(a(P), i([2, 1]), weights=a([3, 1])),
    "crps": lambda a, i: xl.crps(Normal(a(LOC), 2.0), a(X)),
    "info_nce": lambda a, i: xl.info_nce(a(Z)),
    "info_nce of several": lambda a, i: xl.info_nce(a(Z), a([[1, 0, 1], [0, 1, 0]])),
    "dpo": lambda a, i: xl.dpo(a(X), a(LOC), 0.0, -1.0, beta=0.5),
    "perplexity": lambda a, i: xl.perplexity(a(P), a(Q)),
    "normalize": lambda a, i: xl.normalize(a([8, 2, 0])),
    "normalize counts": lambda a, i: xl.normalize(i([8, 2, 0])),
    "logsumexp": lambda a, i: xl.logsumexp(a(Z)),
    "log_softmax": lambda a, i: xl.log_softmax(a(Z)),
    "softmax": lambda a, i: xl.softmax(a(Z), axis=0),
    "code_lengths": lambda a, i: xl.code_lengths(a(P)),
    "whole code_lengths": lambda a, i: xl.code_lengths(a(Q), whole=True),
    "kraft_sum": lambda a, i: xl.kraft_sum(a([1, 2, 2])),
    "expected_length": lambda a, i: xl.expected_length(a(P), xl.code_lengths(a(Q))),
    "nll Normal": lambda a, i: xl.nll(Normal(a(LOC), a(SCALE)), a(X)),
    "nll Normal, plain parameters": lambda a, i: xl.nll(Normal(0, 1.5), a(X)),
    "nll Normal, plain draws": lambda a, i: xl.nll(Normal(a(LOC), 2), X),
    "nll Laplace": lambda a, i: xl.nll(Laplace(a(LOC), a(SCALE)), a(X)),
    "nll Bernoulli": lambda a, i: xl.nll(Bernoulli(logits=a(X)), i(Y)),
    "nll Bernoulli of probs": lambda a, i: xl.nll(Bernoulli(a([0.2, 0.4, 0.9, 1.0])), a(Y)),
    "nll Categorical": lambda a, i: xl.nll(Categorical(logits=a(Z)), i([2, 0])),
    "nll Categorical of probs": lambda a, i: xl.nll(Categorical(probs=a(Q[0])), i([2, 0, 2, 1])),
    "nll Categorical, plain labels": lambda a, i: xl.nll(Categorical(logits=a(Z)), [0, 0]),
    "nll Poisson": lambda a, i: xl.nll(Poisson(a(SCALE)), i(COUNTS)),
    "nll, weighted": lambda a, i: xl.nll(Normal(0.0, 1.0), a(X), weights=a([1, 2, 0, 1])),
    "log_likelihood": lambda a, i: xl.log_likelihood(Laplace(a(LOC), 1.0), a(X)),
    "likelihood": lambda a, i: xl.likelihood(Normal(a(LOC), 1.0), a(X)),
    "mse": lambda a, i: xl.mse(a(X), a(LOC)),
    "empirical cross_entropy": lambda a, i: xl.cross_entropy(
        empirical(a(X)), Normal(a(0.1), a(2.0))
    ),
    "empirical cross_entropy, plain parameters": lambda a, i: xl.cross_entropy(
        empirical(a(X)), Laplace(0.1, 2.0)
    ),
    "empirical cross_entropy of labels": lambda a, i: xl.cross_entropy(
        empirical(a([0, 2, 2, 1])), Categorical(logits=a(Z[0]))
    ),
    "empirical cross_entropy of a pmf": lambda a, i: xl.cross_entropy(
        empirical(a([0, 2, 2, 1])), a(Q[0])
    ),
    "empirical cross_entropy, weighted": lambda a, i: xl.cross_entropy(
        empirical(a(X), weights=a([1, 2, 0, 1])), Normal(0, 1)
    ),
    "conditional cross_entropy": lambda a, i: xl.cross_entropy(
        empirical(a(X), a(COUNTS)), lambda x: Normal(2 * x, 1.0)
    ),
    "divergence from a density": lambda a, i: xl.kl_divergence(empirical(a(X)), Normal(0, 1)),
    "H(Normal, Normal)": lambda a, i: xl.cross_entropy(
        Normal(a(LOC), a(SCALE)), Normal(a(0.1), a(2.0))
    ),
    "H(Normal, Laplace)": lambda a, i: xl.cross_entropy(
        Normal(a(LOC), a(SCALE)), Laplace(a(0.1), a(2.0))
    ),
    "H(Laplace, Normal)": lambda a, i: xl.cross_entropy(
        Laplace(a(LOC), a(SCALE)), Normal(0.1, 2.0)
    ),
    "H(Laplace, Laplace)": lambda a, i: xl.cross_entropy(
        Laplace(a(LOC), a(SCALE)), Laplace(0.1, 2.0)
    ),
    "H(Bernoulli, Bernoulli)": lambda a, i: xl.cross_entropy(
        Bernoulli(a([0.2, 0.0])), Bernoulli(logits=a([0.3, 2.0]))
    ),
    "H(Categorical, Categorical)": lambda a, i: xl.cross_entropy(
        Categorical(probs=a(P)), Categorical(logits=a(Z))
    ),
    "H(pmf, Categorical)": lambda a, i: xl.cross_entropy(a(P), Categorical(logits=a(Z))),
    "H(Poisson, Poisson)": lambda a, i: xl.cross_entropy(Poisson(a(SCALE)), Poisson(a(2.0))),
    "H(Poisson, Normal)": lambda a, i: xl.cross_entropy(Poisson(a(SCALE)), Normal(1.0, 2.0)),
    "H(Bernoulli, Normal)": lambda a, i: xl.cross_entropy(Bernoulli(logits=a(X)), Normal(1.0, 2.0)),
    "H(Categorical, Normal)": lambda a, i: xl.cross_entropy(
        Categorical(probs=a(Q)), Normal(1.0, 2.0)
    ),
    "D(Normal, Normal)": lambda a, i: xl.kl_divergence(Normal(a(LOC), a(SCALE)), Normal(0.1, 2.0)),
    "D(Normal, Laplace)": lambda a, i: xl.kl_divergence(
        Normal(a(LOC), a(SCALE)), Laplace(0.1, 2.0)
    ),
    "D(Laplace, Laplace)": lambda a, i: xl.kl_divergence(
        Laplace(a(LOC), a(SCALE)), Laplace(0.1, 2.0)
    ),
    "D(Bernoulli, Bernoulli)": lambda a, i: xl.kl_divergence(
        Bernoulli(a([0.2, 0.0])), Bernoulli(logits=a([0.3, 2.0]))
    ),
    "D(Categorical, Categorical)": lambda a, i: xl.kl_divergence(
        Categorical(probs=a(P)), Categorical(logits=a(Z))
    ),
    "D(Normal of lists, Laplace)": lambda a, i: xl.kl_divergence(
        Normal(LOC, SCALE), Laplace(a(LOC), 1.0)
    ),
    "D(Laplace of lists, Normal)": lambda a, i: xl.kl_divergence(
        Laplace(LOC, SCALE), Normal(0.5, a(SCALE))
    ),
    "D(pmf, Categorical), underflow": lambda a, i: xl.kl_divergence(
        a([0.5, 0.5, 0.0]), Categorical(logits=a([0.0, -800.0, 3.0]))
    ),
    "entropy of a sample": lambda a, i: xl.entropy(empirical(a(Y), weights=a([1, 2, 0, 1]))),
    "entropy of pairs": lambda a, i: xl.entropy(empirical(a([0, 1, 0, 0]), i(COUNTS))),
    "D(sample, pmf)": lambda a, i: xl.kl_divergence(
        empirical(a([0, 2, 2, 1])), Categorical(probs=a([0.5, 0.3, 0.2]))
    ),
    "mle Categorical": lambda a, i: xl.mle(Categorical, a([0, 2, 2, 1]), k=4).pmf(),
    "mle Normal": lambda a, i: xl.mle(Normal, a(X)).scale,
    "mse of lists, weighted": lambda a, i: xl.mse(X, LOC, weights=a([1, 2, 0, 1])),
    "conditional cross_entropy of functions": lambda a, i: xl.conditional_cross_entropy(
        [0.5, 0.5], lambda x: Bernoulli(0.5), lambda x: Bernoulli(logits=a([0.3, -1.0])[x])
    ),
    "linear": lambda a, i: linear(a([2.0, -1.0, 0.5]), a(np.transpose([X, LOC]))),
    "linear_gradient of a regression": lambda a, i: linear_gradient(
        linear_regression, a([2.0, -1.0]), empirical(a(np.transpose([X])), a(LOC))
    ),
    "linear_gradient of classes": lambda a, i: linear_gradient(
        softmax_regression,
        a([[2.0, -1.0, 0.5], [0.0, 0.5, 1.0]]),
        empirical(a(np.transpose([X])), a([0, 2, 2, 1])),
    ),
    "D(Poisson, Poisson)": lambda a, i: xl.kl_divergence(Poisson(a(SCALE)), Poisson(a(2.0))),
    "D(Poisson, Normal)": lambda a, i: xl.kl_divergence(Poisson(a(SCALE)), Normal(0, 1)),
    "entropy Normal": lambda a, i: xl.entropy(Normal(0.0, a(SCALE))),
    "entropy Laplace": lambda a, i: xl.entropy(Laplace(0.0, a(SCALE))),
    "entropy Bernoulli": lambda a, i: xl.entropy(Bernoulli(logits=a(X))),
    "entropy Categorical": lambda a, i: xl.entropy(Categorical(logits=a(Z))),
    "entropy Poisson": lambda a, i: xl.entropy(Poisson(a(SCALE))),
}


KINDS = [(where, dtype) for where in LIBRARIES for dtype in ("float32", "float64")]
KINDS.remove(("jax", "float64"))  # JAX is single


@every_family
@pytest.mark.parametrize("where, dtype", KINDS)
def test_every_family_of_the_registry(family, where, dtype):
    """Log-probability, entropy, cross-entropy, divergence and loss of a batch."""
    check_backend(family, where, dtype)


@pytest.mark.parametrize("where, dtype", KINDS)
@pytest.mark.parametrize("name", QUANTITIES)
def test_value_library_type_and_device(name, where, dtype):
    xp = library(where)
    check_value(name, xp, dtype, {"device": xp.Device("device1")} if where == "strict" else {})


def check_value(name, xp, dtype, place):
    """NumPy's value, of the library, type and device of the arguments."""
    whole = xp.__array_namespace_info__().default_dtypes()["integral"]

    def a(x):
        return xp.asarray(np.asarray(x, dtype=dtype), **place)

    def i(x):
        return xp.asarray(np.asarray(x), dtype=whole, **place)

    result = QUANTITIES[name](a, i)
    expected = QUANTITIES[name](np.asarray, np.asarray)
    assert type(result) is type(xp.sum(a(X))) or type(result) is type(a(X))
    if name != "normalize counts":
        assert result.dtype == getattr(xp, dtype)
    assert device(result) == device(a(X))
    close(result, expected, 1e-12 if result.dtype == xp.float64 else 2e-5)


@pytest.mark.parametrize("where", ["torch", "cupy"])
def test_values_on_a_gpu(where):
    """The same code, the same values, and the result stays on the GPU."""
    cuda = pytest.importorskip(where).cuda
    if not (cuda.is_available() if where == "torch" else cuda.runtime.getDeviceCount()):
        pytest.skip(f"{where} sees no GPU")
    xp = importlib.import_module(f"array_api_compat.{where}")
    place = {"device": "cuda"} if where == "torch" else {}
    for name in QUANTITIES:
        for dtype in "float32", "float64":
            check_value(name, xp, dtype, place)
    rng = np.random.default_rng(0)
    z, y = rng.standard_normal((600_000, 40)), rng.integers(0, 40, 600_000)  # two blocks
    close(
        xl.nll(Categorical(logits=xp.asarray(z, **place)), xp.asarray(y, **place)),
        xl.nll(Categorical(logits=z), y),
        1e-13,
    )


@pytest.mark.parametrize("where", LIBRARIES)
def test_repeated_values_are_merged_and_weigh_more(where):
    xp = library(where)
    p_hat = empirical(xp.asarray([5.0, 2.0, 5.0, 5.0]))
    if is_dask_array(p_hat.weights):
        assert values(p_hat.weights).tolist() == [0.25] * 4  # never merged
        assert values(p_hat.prob(xp.asarray([5.0, 2.0, 3.0]))).tolist() == [0.75, 0.25, 0.0]
    else:
        assert (values(p_hat.values[0]).tolist(), values(p_hat.weights).tolist()) == (
            [2.0, 5.0],
            [0.25, 0.75],
        )


def square(p):
    """Four cells in two rows."""
    return p.reshape((2, 2))


GRADIENTS = {
    # name: (scalar function of one vector, the point, the gradient; None for central differences)
    "entropy at p = 0": (
        lambda p: xl.entropy(p),
        [0.5, 0.5, 0.0],
        [np.log(2) - 1, np.log(2) - 1, 0.0],
    ),
    "cross_entropy in p, at p = 0": (
        lambda p: xl.cross_entropy(p, [0.25, 0.25, 0.5]),
        [0.0, 0.5, 0.5],
        [np.log(4), np.log(4), np.log(2)],
    ),
    "weights, one of them 0": (
        lambda w: xl.nll(Normal(0.0, 1.0), [1.0, 2.0, 3.0], weights=w),
        [0.0, 1.0, 1.0],
        [-1.375, -0.625, 0.625],
    ),
    "cross_entropy in q": (
        lambda q: xl.cross_entropy(P[0], q),
        [0.2, 0.4, 0.4],
        [-2.5, -0.75, -0.5],
    ),
    "cross_entropy in q, at p = q = 0": (
        lambda q: xl.cross_entropy([0.5, 0.5, 0.0], q),
        [0.5, 0.5, 0.0],
        [-1.0, -1.0, 0.0],
    ),
    "kl_divergence at p = 0": (
        lambda p: xl.kl_divergence(p, [0.25, 0.25, 0.5]),
        [0.5, 0.5, 0.0],
        [np.log(2), np.log(2), 0.0],
    ),
    "kl_divergence in q": (
        lambda q: xl.kl_divergence(P[0], q),
        [0.2, 0.4, 0.4],
        [1 - 2.5, 1 - 0.75, 1 - 0.5],
    ),
    "js_divergence": (lambda q: xl.js_divergence(P[0], q / q.sum()), [0.2, 0.4, 0.4], None),
    "js_divergence at p = q": (lambda q: xl.js_divergence(P[0], q), P[0], [0.0, 0.0, 0.0]),
    "js_divergence beside an outcome of 0": (
        lambda p: xl.js_divergence(p, [0.5, 0.5, 0.0]),
        [0.25, 0.5, 0.25],
        [np.log(2 / 3) / 2, 0.0, np.log(2) / 2],
    ),
    "js_divergence of shares": (
        lambda q: xl.js_divergence(P[0], q / q.sum(), beta=0.1),
        [0.2, 0.4, 0.4],
        None,
    ),
    "js_distance": (lambda q: xl.js_distance(P[0], q / q.sum()), [0.2, 0.4, 0.4], None),
    "total_variation": (
        lambda q: xl.total_variation([0.5, 0.3, 0.2], q),
        [0.2, 0.3, 0.5],
        [-0.5, 0.0, 0.5],
    ),
    "kl_k3": (
        lambda log_q: xl.kl_k3([-1.0, -1.0, -1.0], log_q).sum(),
        [-1.0, -0.5, -3.0],
        [0.0, 1 - np.exp(-0.5), 1 - np.exp(2.0)],
    ),
    "info_nce": (lambda s: xl.info_nce(s, [1.0, 0.0, 0.0]), [0.3, -1.0, 2.0], None),
    "js_distance at p = q": (lambda q: xl.js_distance(P[0], q), P[0], [0.0, 0.0, 0.0]),
    "mutual_information": (
        lambda p: xl.mutual_information(square(p / p.sum())),
        [0.1, 0.2, 0.3, 0.4],
        None,
    ),
    "mutual_information of independent pairs": (
        lambda p: xl.mutual_information(square(p)),
        [0.25] * 4,
        [0.0] * 4,
    ),
    "conditional_entropy": (
        lambda p: xl.conditional_entropy(square(p / p.sum())),
        [0.1, 0.2, 0.3, 0.4],
        None,
    ),
    "brier_score of classes": (
        lambda p: xl.brier_score(p[None, :], [2]),
        [0.5, 0.25, 0.25],
        [1.0, 0.5, -1.5],
    ),
    "brier_score, one absent": (
        lambda p: xl.brier_score(p, [1, 7, 0], weights=[1, 0, 1]),
        [0.5, np.nan, 0.25],
        [-0.5, 0.0, 0.25],
    ),
    "cross_entropy in q, a row absent": (
        lambda q: xl.cross_entropy([[1.0, 0.0], [0.5, 0.5]], square(q), weights=[1, 0]),
        [0.5, 0.5, np.nan, 0.25],
        [-2.0, 0.0, 0.0, 0.0],
    ),
    "kl_divergence at p = q": (lambda q: xl.kl_divergence(P[0], q), P[0], [0.0, 0.0, 0.0]),
    "logsumexp": (xl.logsumexp, [0.3, -1.0, 2.0], None),
    "logsumexp at a tie": (xl.logsumexp, [1.0, 1.0, 0.0], None),
    "logsumexp of large logits": (
        xl.logsumexp,
        [600.0, 599.5, 0.0],
        list(np.exp([0.0, -0.5, -600.0]) / (1 + np.exp(-0.5))),
    ),
    "entropy of logits, one of them the least number": (
        lambda z: xl.entropy(Categorical(logits=z)),
        [-0.9, -0.8, np.finfo(float).min],
        None,
    ),
    "softmax cross-entropy, soft target": (
        lambda z: xl.cross_entropy(P[0], Categorical(logits=z)),
        [0.3, -1.0, 2.0],
        None,
    ),
    "softmax cross-entropy at a tie": (
        lambda z: xl.nll(Categorical(logits=z), 0),
        [1.0, 1.0, 1.0],
        [-2 / 3, 1 / 3, 1 / 3],
    ),
    "softmax cross-entropy, a forbidden outcome": (
        lambda z: xl.nll(Categorical(logits=z), 0),
        [0.0, 0.0, -np.inf],
        [-0.5, 0.5, 0.0],
    ),
    "soft target 0 on a forbidden outcome": (
        lambda z: xl.cross_entropy([0.5, 0.5, 0.0], Categorical(logits=z)),
        [1.0, 0.0, -np.inf],
        [1 / (1 + np.exp(-1)) - 0.5, 0.5 - 1 / (1 + np.exp(-1)), 0.0],
    ),
    "softmax cross-entropy, confident": (
        lambda z: xl.nll(Categorical(logits=z), 0),
        [20.0, 0.0],
        [-np.exp(-20) / (1 + np.exp(-20)), np.exp(-20) / (1 + np.exp(-20))],
    ),
    "entropy of logits": (lambda z: xl.entropy(Categorical(logits=z)), [0.3, -1.0, 2.0], None),
    "divergence of logits": (
        lambda z: xl.kl_divergence(Categorical(probs=P[0]), Categorical(logits=z)),
        [0.3, -1.0, 2.0],
        None,
    ),
    "divergence of two logits, far": (
        lambda z: xl.kl_divergence(Categorical(logits=z), Categorical(logits=[0.3, -1.0, 2.0])),
        [0.0, 1.0, 1.0],
        None,
    ),
    "divergence of two logits, near": (
        lambda z: xl.kl_divergence(Categorical(logits=z), Categorical(logits=[0.3, -1.0, 2.0])),
        [0.4, -1.1, 2.2],
        None,
    ),
    "divergence of two logits, alike": (
        lambda z: xl.kl_divergence(Categorical(logits=[0.3, -1.0]), Categorical(logits=z)),
        [0.3, -1.0],
        [0.0, 0.0],
    ),
    "divergence of two coins": (
        lambda t: xl.kl_divergence(Bernoulli(logits=[0.3, -1.0, 0.0]), Bernoulli(logits=t)).sum(),
        [0.4, 2.0, 0.0],
        None,
    ),
    "logistic loss": (
        lambda t: xl.nll(Bernoulli(logits=t), [1, 0, 1]),
        [0.0, 3.0, -700.0],
        [-0.5 / 3, 1 / (1 + np.exp(-3)) / 3, -1 / 3],
    ),
    "Bernoulli probabilities": (
        lambda p: xl.nll(Bernoulli(p), [1, 0, 1]),
        [0.3, 0.6, 1.0],
        [-1 / 0.9, 1 / 1.2, -1 / 3],
    ),
    "Normal mean": (lambda m: xl.nll(Normal(m, 2.0), [1.0, 0.0, 1.0]), [0.0, 3.0, -1.0], None),
    "Normal scale": (lambda s: xl.nll(Normal(0.5, s), [1.0, 0.0, 1.0]), [0.5, 3.0, 1.0], None),
    "Laplace scale": (lambda s: xl.nll(Laplace(0.5, s), [1.0, 0.0, 1.0]), [0.5, 3.0, 1.0], None),
    "Poisson rate": (lambda r: xl.nll(Poisson(r), [1, 0, 4]), [0.5, 3.0, 1.0], None),
    "Poisson entropy": (lambda r: xl.entropy(Poisson(r)).sum(), [0.5, 3.0, 100.0], None),
    "Laplace divergence": (
        lambda m: xl.kl_divergence(Laplace(m, 1.0), Laplace(0.1, 2.0)).sum(),
        [0.5, 3.0, -1.0],
        None,
    ),
    "empirical cross_entropy": (
        lambda m: xl.cross_entropy(empirical([1.0, 2.0, 1.0]), Normal(m[0], m[1])),
        [0.5, 3.0],
        None,
    ),
    "draws that are equal": (
        lambda x: xl.cross_entropy(empirical(x), Normal(0.0, 1.0)),
        [1.0, 1.0, 3.0],
        [1 / 3, 1 / 3, 1.0],
    ),
    "fit of draws that are equal": (
        lambda x: xl.mle(Normal, x).loc,
        [1.0, 1.0, 3.0],
        [1 / 3, 1 / 3, 1 / 3],
    ),
    "weights of draws": (
        lambda w: xl.cross_entropy(empirical([1.0, 2.0, 3.0], weights=w), Normal(0.0, 1.0)),
        [0.0, 1.0, 1.0],
        [-1.375, -0.625, 0.625],
    ),
    "entropy of draws that are equal, in their weights": (
        lambda w: xl.entropy(empirical([3.0, 1.0, 3.0], weights=w)),
        [1.0, 2.0, 1.0],
        None,
    ),
    "weighted mse": (
        lambda w: xl.mse([1.0, 2.0, 3.0], 0.0, weights=w),
        [0.0, 1.0, 1.0],
        [-2.75, -1.25, 1.25],
    ),
    "entropy of coins": (
        lambda t: xl.entropy(Bernoulli(logits=t)).sum(),
        [0.0, 2.0],
        [0.0, -2 * np.exp(-2) / (1 + np.exp(-2)) ** 2],
    ),
    "divergence from a coin of chance 0.3": (
        lambda t: xl.kl_divergence(Bernoulli(0.3), Bernoulli(logits=t)).sum(),
        [0.0, 2.0],
        [0.2, 1 / (1 + np.exp(-2)) - 0.3],
    ),
    "mse": (lambda f: xl.mse([1.0, 0.0, 1.0], f), [0.5, 3.0, -1.0], None),
}


def check_gradient(gradient, f, at, expected):
    """Finite, and equal to the exact gradient or to central differences."""
    assert np.isfinite(gradient).all()
    if expected is not None:
        np.testing.assert_allclose(gradient, expected, rtol=1e-12, atol=1e-15)
    else:
        at, step = np.array(at), 1e-5
        differences = [(f(at + step * e) - f(at - step * e)) / (2 * step) for e in np.eye(len(at))]
        np.testing.assert_allclose(gradient, differences, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_of_torch(name):
    torch = pytest.importorskip("torch")
    f, at, expected = GRADIENTS[name]
    for place in ["cpu", "cuda"][: 1 + torch.cuda.is_available()]:
        x = torch.tensor(at, dtype=torch.float64, requires_grad=True, device=place)
        f(x).backward()
        check_gradient(x.grad.cpu().numpy(), f, at, expected)


def test_the_slope_of_k3_is_that_of_the_other_direction():
    """As a training loop has it: draws of the policy, then backward through the formula."""
    torch = pytest.importorskip("torch")
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    z = torch.tensor([0.5, -1.0, 1.0], dtype=torch.float64, requires_grad=True)
    drawn = Categorical(logits=z.detach()).pmf()

    def slope(loss):
        return torch.autograd.grad(loss, z)[0].numpy()

    log_q = Categorical(logits=z).log_prob(torch.arange(3))
    found = slope((drawn * xl.kl_k3(p.log(), log_q)).sum())
    of_policy = Categorical(logits=z)
    np.testing.assert_allclose(found, slope(xl.kl_divergence(p, of_policy)), rtol=1e-12)
    assert np.abs(found - slope(xl.kl_divergence(of_policy, p))).max() > 0.05


@pytest.mark.parametrize("name", GRADIENTS)
def test_gradients_of_jax(name):
    jax = pytest.importorskip("jax")
    f, at, expected = GRADIENTS[name]
    with jax.enable_x64(True):
        for gradient in jax.grad(f), jax.jit(jax.grad(f)):
            check_gradient(gradient(jax.numpy.asarray(at)), f, at, expected)


def slopes(name, f, at):
    """The gradient of f in PyTorch or JAX."""
    if name == "torch":
        torch = pytest.importorskip("torch")
        x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        f(x).backward()
        return x.grad.numpy()
    jax = pytest.importorskip("jax")
    with jax.enable_x64(True):
        return np.asarray(jax.jit(jax.grad(f))(jax.numpy.asarray(at)))


@pytest.mark.parametrize("name", ["torch", "jax"])
def test_a_sure_coin_has_an_endless_slope(name):
    """−p log p rises from 0 as steeply as can be; with logits the slope is 0 at the ends."""
    found = slopes(name, lambda p: xl.entropy(Bernoulli(p)).sum(), [0.0, 0.25, 0.5, 1.0])
    np.testing.assert_allclose(found, [np.inf, np.log(3), 0.0, -np.inf], rtol=1e-14, atol=1e-15)
    found = slopes(name, lambda t: xl.entropy(Bernoulli(logits=t)).sum(), [-800.0, 0.0, 800.0])
    assert found.tolist() == [0, 0, 0]


@pytest.mark.parametrize("name", ["torch", "jax"])
@pytest.mark.parametrize("measure", [xl.entropy, xl.perplexity])
def test_a_softmax_that_underflows_has_a_slope(name, measure):
    found = slopes(name, lambda z: measure(xl.softmax(z)), [-2000.0, 0.0, 1.0])
    assert found[0] == 0 and np.isfinite(found).all() and found[1] > 0 > found[2]


@pytest.mark.parametrize("name", LIBRARIES)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_dyadic_bits_are_exact(name, dtype):
    xp = library(name)

    def a(x):
        return xp.asarray(x, dtype=getattr(xp, dtype))

    double = name == "jax" and dtype == "float64"
    with importlib.import_module("jax").enable_x64(True) if double else nullcontext():
        p, q = a([0.5, 0.25, 0.125, 0.125, 0.0]), a([0.0625, 0.5, 0.25, 0.125, 0.0625])
        assert values(xl.entropy(p, base=2)) == 1.75 and values(xl.entropy(p, base=4)) == 0.875
        assert values(xl.cross_entropy(p, q, base=2)) == 2.875
        assert values(xl.kl_divergence(p, q, base=2)) == 1.125
        assert values(xl.perplexity(a([1 / 6] * 6))) == 6
        for k in range(1, 100):
            q = a([2.0**-k, 1 - 2.0**-k])
            assert values(xl.cross_entropy(a([1, 0]), q, base=2)) == k


CURVED = [
    "logsumexp",
    "logsumexp of large logits",
    "logsumexp at a tie",
    "softmax cross-entropy at a tie",
    "softmax cross-entropy, soft target",
    "softmax cross-entropy, a forbidden outcome",
    "entropy of logits",
    "divergence of logits",
    "divergence of two logits, far",
    "logistic loss",
    "Normal scale",
    "Poisson rate",
]


@pytest.mark.filterwarnings(
    "ignore:`torch.jit.script`:DeprecationWarning"
)  # of PyTorch, in its own code
@pytest.mark.parametrize("name", CURVED)
def test_second_derivatives(name):
    """As central differences of the first, which has a test of its own; at ties as well."""
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    f, at, _ = GRADIENTS[name]

    def slope(x):
        x = torch.tensor(x, requires_grad=True)
        return torch.autograd.grad(f(x), x)[0].numpy()

    step, x = 1e-5, torch.tensor(at, dtype=torch.float64)
    differences = np.array(
        [
            (slope(np.array(at) + step * e) - slope(np.array(at) - step * e)) / (2 * step)
            for e in np.eye(len(at))
        ]
    )
    with jax.enable_x64(True):
        for hessian in (
            torch.autograd.functional.hessian(f, x),
            torch.func.hessian(f)(x),
            torch.func.jacfwd(torch.func.jacfwd(f))(x),
            jax.hessian(f)(jax.numpy.asarray(at)),
            jax.jit(jax.hessian(f))(jax.numpy.asarray(at)),
        ):
            np.testing.assert_allclose(np.asarray(hessian), differences, rtol=1e-5, atol=1e-9)


def scaled(name, asarray):
    """The quantity as a function of a factor 1 on every array, so that a compiler has something
    to trace."""
    return lambda one, whole: QUANTITIES[name](
        lambda x: asarray(np.asarray(x, dtype="float32")) * one, lambda x: asarray(x) * whole
    )


@pytest.mark.parametrize("name", QUANTITIES)
def test_jax_compiles_and_batches(name):
    jax = pytest.importorskip("jax")
    expected = QUANTITIES[name](np.asarray, np.asarray)
    result = jax.jit(jax.vmap(scaled(name, jax.numpy.asarray)))(
        jax.numpy.ones(2), jax.numpy.ones(2, dtype=int)
    )
    close(result, np.stack([expected] * 2), 2e-5)


@pytest.mark.parametrize("name", QUANTITIES)
def test_torch_batches(name):
    torch = pytest.importorskip("torch")
    expected = QUANTITIES[name](np.asarray, np.asarray)
    result = torch.vmap(scaled(name, torch.as_tensor))(
        torch.ones(2), torch.ones(2, dtype=torch.int64)
    )
    close(result, np.stack([expected] * 2), 2e-5)


@pytest.mark.parametrize(
    "name",
    [
        "entropy",
        "cross_entropy",
        "kl_divergence",
        "logsumexp",
        "log_softmax",
        "softmax",
        "nll Categorical",
        "nll Bernoulli",
        "nll Categorical of probs",
        "H(pmf, Categorical)",
        "D(Categorical, Categorical)",
        "entropy Categorical",
    ],
)
@pytest.mark.filterwarnings(
    "ignore:Dynamo detected"
)  # a cached function of array-api-compat is traced, which is what we want
def test_torch_compiles_without_a_break(name):
    torch = pytest.importorskip("torch")
    torch.compiler.reset()  # it tires of compiling one function anew
    given = []

    def first(x):
        given.append(torch.as_tensor(np.asarray(x)))
        return given[-1]

    expected = QUANTITIES[name](first, first)

    def again(*tensors):
        rest = iter(tensors)

        def following(x):
            return next(rest)

        return QUANTITIES[name](following, following)

    close(torch.compile(again, backend="eager", fullgraph=True)(*given), expected, 1e-12)


@pytest.mark.filterwarnings("ignore:`torch.jit.trace`", "ignore:Converting a tensor")  # of shapes
def test_a_trace_of_torch_is_not_bound_to_the_values_it_was_made_with():
    torch = pytest.importorskip("torch")
    f = torch.jit.trace(xl.log_softmax, torch.tensor([0.0, 1.0, 2.0], dtype=torch.float64))
    for z in [1000.0, 0.0, 1.0], [0.0, -40.0, -40.0], [3.0, 3.0, -np.inf]:
        close(f(torch.tensor(z, dtype=torch.float64)), xl.log_softmax(z), 1e-12)


@pytest.mark.parametrize("name", QUANTITIES)
def test_dask_computes_nothing_early(name):
    da, dask = pytest.importorskip("dask.array"), pytest.importorskip("dask")

    def too_early(*args, **kwargs):
        raise AssertionError("computed early")

    def single(x):
        return da.from_array(np.asarray(x), chunks=1)

    with dask.config.set(scheduler=too_early):
        result = QUANTITIES[name](single, single)
    close(result, QUANTITIES[name](np.asarray, np.asarray), 1e-12)


INFINITE_SUMS = {
    "entropy Poisson",
    "H(Poisson, Poisson)",
    "D(Poisson, Normal)",
}  # compared as expressions in the claim `closed-forms`


@pytest.mark.parametrize("name", [name for name in QUANTITIES if name not in INFINITE_SUMS])
def test_symbols_have_the_same_value(name):
    def exact(x):
        return SymArray(np.asarray(x))

    result = QUANTITIES[name](exact, exact)
    result = np.array(SymArray(result).data.tolist())
    close(
        np.vectorize(lambda e: float(sp.N(e, 20)))(result),
        QUANTITIES[name](np.asarray, np.asarray),
        1e-12,
    )


TWO_ARRAYS = [
    xl.cross_entropy,
    xl.kl_divergence,
    xl.perplexity,
    xl.expected_length,
    xl.mse,
    Normal,
    empirical,
    lambda a, b: empirical(a, weights=b),
    lambda a, b: xl.nll(Normal(a, 1), b),
    lambda a, b: xl.nll(Categorical(probs=a), b),
    lambda a, b: xl.nll(Normal(0, 1), a, weights=b),
    lambda a, b: xl.cross_entropy(empirical(a), Normal(b[0], 1)),
    lambda a, b: xl.cross_entropy(Poisson(a), Poisson(b)),
    lambda a, b: xl.kl_divergence(Bernoulli(a), Bernoulli(b)),
]


@pytest.mark.parametrize(
    "where, name",
    [("strict", "array_api_strict"), ("torch", "torch"), ("jax", "jax"), ("dask", "dask")],
)
def test_two_libraries_are_refused_by_name(where, name):
    xp = library(where)
    for f in TWO_ARRAYS:
        with pytest.raises(
            TypeError,
            match=r": [\w ]+ is an array of .*, [\w ]+ is an array of .*; expected arrays of one "
            r"library",
        ) as refused:
            f(np.array([0.5, 0.5]), xp.asarray([0.5, 0.5]))
        assert "numpy" in str(refused.value) and name in str(refused.value)


@pytest.mark.parametrize("where", LIBRARIES)
def test_lists_and_models_made_of_lists_are_guests(where):
    xp = library(where)
    z, one = xp.asarray([[0.0, 1.0]]), xp.asarray(1.0)
    results = [
        xl.cross_entropy([[0.5, 0.5]], Categorical(logits=z)),
        xl.nll(Categorical(logits=[[0.0, 1.0]]), xp.asarray([1])),
        xl.cross_entropy(empirical([1.0, 2.0, 1.0]), Normal(one, 2.0)),
        xl.kl_divergence(Normal([0.0], [2.0]), Normal(one, one)),
        xl.kl_divergence(Bernoulli([0.5]), Bernoulli(logits=z[0, ...])),
        xl.cross_entropy(Poisson(2), Laplace(one, 1.0)),
        xl.cross_entropy(Categorical(logits=[0.0, 1.0]), Normal(one, 1.0)),
        xl.cross_entropy(Bernoulli(logits=[0.5]), Normal(one, 1.0)),
    ]
    assert all(isinstance(result, (type(one), type(xp.sum(z)))) for result in results)


def test_a_tensor_that_records_is_refused_in_the_same_words():
    torch = pytest.importorskip("torch")
    for f, wrong in (
        (xl.entropy, [0.5, 0.4]),
        (xl.entropy, [1.5, -0.5]),
        (xl.normalize, [1.0, -1.0]),
        (lambda w: xl.nll(Normal(0, 1), [1.0, 2.0], weights=w), [0.0, -1.0]),
        (lambda y: xl.nll(Bernoulli(0.5), y), [0.5, 1.0]),
        (lambda lengths: xl.expected_length([0.5, 0.5], lengths), [1.0, -1.0]),
    ):
        messages = []
        for array in np.array(wrong), torch.tensor(wrong, dtype=torch.float64, requires_grad=True):
            with pytest.raises(ValueError) as refused:
                f(array)
            messages.append(str(refused.value))
        assert messages[0] == messages[1]


def test_half_precision_of_other_libraries():
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    for t in 20.0, 5.0, -5.5:
        ours, exact = (
            xl.kl_divergence(Categorical(logits=a([t, 0.0])), Categorical(logits=a([-5.0, 0.0])))
            for a in (lambda z: torch.tensor(z).half(), np.array)
        )
        np.testing.assert_allclose(float(ours), exact, rtol=1e-3)
    p = jax.numpy.asarray([0.5, 0.5], dtype=jax.numpy.bfloat16)
    assert (
        xl.entropy(p).dtype == xl.entropy(Poisson(p)).dtype == jax.numpy.bfloat16
        and abs(float(xl.entropy(p)) - np.log(2)) < 1 / 256
    )
    np.testing.assert_allclose(
        xl.entropy(Poisson(np.float16([0.1, 1, 3]))).astype(float),
        xl.entropy(Poisson(np.float64(np.float16([0.1, 1, 3])))),
        rtol=1e-3,
    )


def test_unknown_sizes_are_refused():
    da = pytest.importorskip("dask.array")
    x = da.from_array(np.array([0.5, 0.5, 2.0]), chunks=1)
    for f in (
        xl.entropy,
        xl.softmax,
        empirical,
        lambda x: xl.nll(Normal(0, 1), x),
        lambda x: xl.mse([1.0, 2.0], x),
        lambda w: xl.nll(Normal(0, 1), [1.0, 2.0], weights=w),
    ):
        with pytest.raises(ValueError, match=r"shape \(nan,\).*compute_chunk_sizes"):
            f(x[x < 1])
