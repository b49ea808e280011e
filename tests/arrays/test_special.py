"""The special functions against mpmath, on every array library: near the zeros, at the seams of
the series, at the ends of the floats, and where two arguments nearly agree.

Errors are relative and in units of the type's eps. The budget stands at the call. A function
typed as it stands in a book is refused by the same tests.
"""

import mpmath
import numpy as np
import pytest
import scipy.special
from helpers import library, values
from measure import error, exact

from xent_lit import special
from xent_lit.arrays.symbols import symbolic

# JAX works in single precision unless it is told otherwise, see test_jax_in_double_precision
KINDS = [
    pytest.param(name, dtype, id=f"{name}-{np.dtype(dtype).name}")
    for name, dtypes in {
        "numpy": (np.float64, np.float32),
        "torch": (np.float64, np.float32),
        "jax": (np.float32,),
    }.items()
    for dtype in dtypes
]
every_kind = pytest.mark.parametrize("name, dtype", KINDS)
ROOT_OF_DIGAMMA = 1.4616321449683623
FUNCTIONS = [name for name in special.__all__ if name not in ("in_double", "stirling_parts")]


# ── Numbers that are hard ────────────────────────────────────────────────────────────────────────


def around(seam, dtype):
    """A number, its neighbours, and numbers farther and farther off."""
    seam = dtype(seam)
    off = 10.0 ** np.arange(-14, -0.5)
    beside = [np.nextafter(seam, dtype(end)) for end in (-np.inf, np.inf)]
    return [seam, *beside, *(seam * (1 + off)), *(seam * (1 - off))]


def positive_numbers(dtype):
    """Of all sizes; near the zeros of log Γ and ψ, and near the seams of our series."""
    rng = np.random.default_rng(0)
    ends = 300 if dtype == np.float64 else 36
    seams = 0.5, 1, ROOT_OF_DIGAMMA, 1.5, 2, 2.5, 3.5, 8, 9, 10, 11
    found = [x for seam in seams for x in around(seam, dtype)]
    found += [*10.0 ** rng.uniform(-ends, ends, 60), *10.0 ** rng.uniform(-3, 3, 150)]
    return np.unique(np.asarray(found, dtype))


def pairs(dtype):
    """Two positive numbers: near to each other, beside the seam at a factor of two, far apart."""
    rng = np.random.default_rng(1)
    ends = 100 if dtype == np.float64 else 15
    starts = [*10.0 ** rng.uniform(-2, 2, 25), *10.0 ** rng.uniform(-ends, ends, 15), 1, 2, 8, 10]
    ratios = 1 + np.array([1e-12, 1e-6, 1e-3, 0.1, 0.9, 0.999, 1.001, 1.3, 9, 1e6])
    found = [(a, b) for a in starts for ratio in ratios for b in (a * ratio, a / ratio)]
    found += [tuple(10.0 ** rng.uniform(-ends, ends, 2)) for _ in range(100)]
    extreme = 1e200 if dtype == np.float64 else 1e30
    found += [(1, extreme), (1, 1 / extreme), (7, extreme), (7, 1 / extreme)]
    return np.asarray(found, dtype).T


def numbers_above_minus_one(dtype):
    rng = np.random.default_rng(2)
    found = [*rng.uniform(-1, 1, 200), *rng.uniform(-0.6, -0.15, 400)]
    found += [*-(10.0 ** rng.uniform(-30, 0, 50)), *10.0 ** rng.uniform(-30, 30, 50)]
    found += [v for seam in (-0.55, -0.5, -0.3, -0.2) for v in around(seam, dtype)]
    found = np.unique(np.asarray(found, dtype))
    return found[found > -1]


# ── References of many digits ────────────────────────────────────────────────────────────────────


def bits_for(numbers):
    """Enough for what cancels between numbers of these sizes, and near equality."""
    steps = [(b - a) / a for a, b in zip(numbers, numbers[1:])]
    return 200 + 2 * int(sum(abs(mpmath.log(abs(x), 2)) for x in [*numbers, *steps] if x))


# log Γ and its derivatives are mpmath's, and their own series where mpmath would take long
HUGE, TINY = 1e12, 1e-12


def log_gamma(x):
    if x < TINY:
        powers = (mpmath.zeta(k) * (-x) ** k / k for k in range(2, 30))
        return mpmath.fsum(powers) - mpmath.euler * x - mpmath.log(x)
    if x < HUGE:
        return mpmath.loggamma(x)
    series = (mpmath.bernoulli(n) / (n * (n - 1)) / x ** (n - 1) for n in range(2, 40, 2))
    return (x - 0.5) * mpmath.log(x) - x + mpmath.log(2 * mpmath.pi) / 2 + mpmath.fsum(series)


def digamma(x):
    if x < TINY:
        powers = (mpmath.zeta(k) * (-x) ** (k - 1) for k in range(2, 30))
        return -1 / x - mpmath.euler - mpmath.fsum(powers)
    if x < HUGE:
        return mpmath.digamma(x)
    series = (mpmath.bernoulli(n) / n / x**n for n in range(2, 40, 2))
    return mpmath.log(x) - 0.5 / x - mpmath.fsum(series)


def trigamma(x):
    if x < TINY:
        powers = ((k - 1) * mpmath.zeta(k) * (-x) ** (k - 2) for k in range(2, 30))
        return 1 / x**2 + mpmath.fsum(powers)
    if x < HUGE:
        return mpmath.polygamma(1, x)
    series = (mpmath.bernoulli(n) / x ** (n + 1) for n in range(2, 40, 2))
    return 1 / x + 0.5 / x**2 + mpmath.fsum(series)


def stirling_excess(k):
    return log_gamma(k) + mpmath.log(k) - k * mpmath.log(k) + k


def scaled(a):
    return log_gamma(a) - a * mpmath.log(a) + a


def bregman_gammaln(a, b):
    return log_gamma(b) - log_gamma(a) - (b - a) * digamma(a)


def bregman_scaled(a, b):
    return scaled(b) - scaled(a) - (b - a) * (digamma(a) - mpmath.log(a))


REFERENCES = {
    "gammaln": log_gamma,
    "digamma": digamma,
    "trigamma": trigamma,
    "stirling_excess": stirling_excess,
    "digamma_excess": lambda a: mpmath.log(a) - digamma(a),
    "trigamma_excess": lambda a: trigamma(a) - 1 / a,
    "bregman_gammaln": bregman_gammaln,
    "bregman_scaled": bregman_scaled,
    "betaln": lambda a, b: log_gamma(a) + log_gamma(b) - log_gamma(a + b),
    "log1p": mpmath.log1p,
}
INPUTS = {"bregman_gammaln": pairs, "bregman_scaled": pairs, "betaln": pairs}
INPUTS["log1p"] = numbers_above_minus_one
KEPT = {}


def cases(function, dtype):
    """The inputs of a function, and its values there; computed once."""
    if (function, dtype) not in KEPT:
        inputs = np.atleast_2d(INPUTS.get(function, positive_numbers)(dtype))
        found = []
        for x in map(exact_all, inputs.T):
            with mpmath.workprec(bits_for(x)):
                found.append(REFERENCES[function](*x))
        KEPT[function, dtype] = inputs, found
    return KEPT[function, dtype]


def exact_all(row):
    return [exact(x) for x in row]


# ── Errors ───────────────────────────────────────────────────────────────────────────────────────


def unit(function, reference):
    """log B is 0 along a line, where its size is that of its parts."""
    return min(1, abs(reference)) if function == "betaln" else 1


def largest_error(function, f, name, dtype):
    """The largest error of f where log B, say, is asked, and the inputs it is made at."""
    xp = library(name)
    inputs, references = cases(function, dtype)
    found = values(f(*(xp.asarray(x) for x in inputs), xp))
    assert found.dtype == dtype, "the type of the inputs is kept"
    worst = (0.0, None)
    limits = np.finfo(dtype)
    for x, value, reference in zip(inputs.T, found, references):
        if abs(reference) > exact(limits.max):
            assert np.isinf(value), x
        elif name == "jax" and abs(reference) < exact(limits.smallest_normal):
            assert abs(value) <= limits.smallest_normal, x  # XLA has no subnormals
        else:
            off = error(value, reference, dtype) * float(unit(function, reference))
            worst = max(worst, (np.inf if np.isnan(off) else off, list(x)), key=lambda w: w[0])
    return worst


BUDGETS = {
    "gammaln": 4,
    "digamma": 4,
    "trigamma": 4,
    "stirling_excess": 4,
    "digamma_excess": 4,
    "trigamma_excess": 4,
    "betaln": 8,
    "bregman_gammaln": 8,
    "bregman_scaled": 16,
    "log1p": 4,
}


def test_every_function_is_asked():
    apart = {"erf", "erfc", "gammainc", "gammaincc", "betainc"}  # the library's own
    apart |= {"bregman_scaled_step"}  # bregman_scaled asks it
    assert set(FUNCTIONS) - apart == set(BUDGETS) == set(REFERENCES)


@every_kind
@pytest.mark.parametrize("function", BUDGETS)
def test_digits(function, name, dtype):
    worst, inputs = largest_error(function, getattr(special, function), name, dtype)
    assert worst <= BUDGETS[function], inputs


@pytest.mark.parametrize("function", BUDGETS)
def test_jax_in_double_precision_and_compiled(function):
    jax = pytest.importorskip("jax")

    def compiled(*arguments):
        *arrays, xp = arguments
        return jax.jit(lambda *arrays: getattr(special, function)(*arrays, xp))(*arrays)

    with jax.enable_x64(True):
        worst, inputs = largest_error(function, compiled, "jax", np.float64)
    assert worst <= BUDGETS[function], inputs
    worst, inputs = largest_error(function, compiled, "jax", np.float32)
    assert worst <= BUDGETS[function], inputs


AS_TYPED = {
    "gammaln": lambda x, xp: scipy.special.gammaln(x),
    "digamma": lambda x, xp: xp.log(x) - special.digamma_excess(x, xp),
    "trigamma": lambda x, xp: 1 / x + 0.5 / x**2,
    "stirling_excess": lambda k, xp: scipy.special.gammaln(k + 1) - k * xp.log(k) + k,
    "digamma_excess": lambda a, xp: xp.log(a) - scipy.special.digamma(a),
    "trigamma_excess": lambda a, xp: scipy.special.polygamma(1, a) - 1 / a,
    "betaln": lambda a, b, xp: (
        scipy.special.gammaln(a) + scipy.special.gammaln(b) - scipy.special.gammaln(a + b)
    ),
    "bregman_gammaln": lambda a, b, xp: (
        scipy.special.gammaln(b) - scipy.special.gammaln(a) - (b - a) * scipy.special.digamma(a)
    ),
    "bregman_scaled": lambda a, b, xp: (
        special.stirling_excess(b, xp)
        - special.stirling_excess(a, xp)
        - xp.log(b / a)
        + (b - a) * special.digamma_excess(a, xp)
    ),
    "log1p": lambda u, xp: xp.log(1 + u),
}


@pytest.mark.parametrize("function", BUDGETS)
def test_what_a_book_says_is_refused(function):
    with np.errstate(all="ignore"):
        worst, _ = largest_error(function, AS_TYPED[function], "numpy", np.float64)
    assert worst > 100


# ── Edges ────────────────────────────────────────────────────────────────────────────────────────

OF_TWO = "bregman_gammaln", "bregman_scaled", "betaln", "gammainc", "gammaincc"
every_library = pytest.mark.parametrize("name", ["numpy", "strict", "torch", "dask", "jax"])
every_function = pytest.mark.parametrize("function", FUNCTIONS)


def arguments(function, x, xp):
    """As many arguments as the function takes; a share comes last."""
    count = {"betainc": 3, "bregman_scaled_step": 3, **dict.fromkeys(OF_TWO, 2)}.get(function, 1)
    return [xp.asarray(x) for _ in range(count - 1)] + [xp.asarray(x / 4 if count == 3 else x)]


@every_library
@every_function
@pytest.mark.parametrize("shape", [(), (0,), (2, 3)], ids=str)
def test_shapes_and_types_are_kept(name, function, shape):
    xp = library(name)
    x = np.full(shape, 2.5, dtype=np.float32)
    inputs = arguments(function, x, xp)
    if name == "torch" and function == "betainc":
        with pytest.raises(NotImplementedError, match="^betainc: PyTorch"):
            special.betainc(*inputs, xp)
        return
    found = getattr(special, function)(*inputs, xp)
    assert tuple(found.shape) == shape
    assert values(found).dtype == np.float32


@every_library
def test_values_are_those_of_scipy(name):
    """On every library, to what all of them have."""
    xp = library(name)
    a, x = (xp.asarray(np.array(v, np.float32)) for v in ([0.5, 1, 3, 40], [0.2, 2, 3.5, 30]))
    for function in "gammainc", "gammaincc":
        expected = getattr(scipy.special, function)(values(a), values(x))
        np.testing.assert_allclose(
            values(getattr(special, function)(a, x, xp)), expected, rtol=1e-4
        )
    for function in "erf", "erfc":
        expected = getattr(scipy.special, function)(values(a))
        np.testing.assert_allclose(
            values(getattr(special, function)(a, xp)), expected, rtol=1e-5, atol=1e-37
        )
    if name != "torch":
        expected = scipy.special.betainc(values(a), values(x), 0.25)
        found = special.betainc(a, x, xp.asarray(np.full(4, 0.25, np.float32)), xp)
        np.testing.assert_allclose(values(found), expected, rtol=1e-4)


ENDS = {  # at 0, at infinity
    "gammaln": (np.inf, np.inf),
    "digamma": (-np.inf, np.inf),
    "trigamma": (np.inf, 0),
    "stirling_excess": (0, np.inf),
    "digamma_excess": (np.inf, 0),
    "trigamma_excess": (np.inf, 0),
}


every_eager_library = pytest.mark.parametrize("name", ["numpy", "strict", "torch", "jax"])


@every_eager_library
@pytest.mark.parametrize("function", ENDS)
def test_ends(name, function):
    xp = library(name)
    found = values(getattr(special, function)(xp.asarray([0.0, np.inf, np.nan]), xp))
    np.testing.assert_array_equal(found, [*ENDS[function], np.nan])


@every_eager_library
def test_log1p_ends(name):
    xp = library(name)
    with np.errstate(divide="ignore"):
        found = values(special.log1p(xp.asarray([-1.0, 0.0, np.inf, np.nan]), xp))
    np.testing.assert_array_equal(found, [-np.inf, 0, np.inf, np.nan])


@every_kind
def test_equal_arguments_are_at_no_distance(name, dtype):
    xp = library(name)
    a = xp.asarray(positive_numbers(dtype))
    for f in special.bregman_gammaln, special.bregman_scaled:
        assert not values(f(a, a, xp)).any()


def test_parts_of_a_factorial():
    """log a! = a log a − a + log(a/w) + t."""
    [a], references = cases("stirling_excess", np.float64)
    w, t = special.stirling_parts(a, np)
    for x, v, rest, reference in zip(a, w, t, references):
        with mpmath.workprec(2000):
            found = mpmath.log(exact(x) / exact(v)) + exact(rest)
        assert error(found, reference, np.float64) <= 4, x


def test_a_step_known_to_more_digits_is_used():
    """The step of a sum is known although the sums have the same float."""
    a, step = np.asarray(3.0), np.asarray(1e-20)
    found = special.bregman_scaled_step(a, a + step, step, np)
    expected = special.trigamma_excess(a, np) * 1e-40 / 2
    np.testing.assert_allclose(found, expected, rtol=1e-14)
    assert special.bregman_scaled(a, a + step, np) == 0


# ── Derivatives ──────────────────────────────────────────────────────────────────────────────────

# away from the zero of ψ, where the derivative of log Γ has no relative accuracy to lose
AT = [1e-5, 0.3, 0.5, 0.99, 1.0, 1.2, 1.5, 2.0, 2.5, 3.0, 8.0, 9.0, 10.0, 11.0, 1e5, 1e15]
SLOPES = {
    "gammaln": mpmath.digamma,
    "digamma": lambda x: mpmath.polygamma(1, x),
    "trigamma": lambda x: mpmath.polygamma(2, x),
    "stirling_excess": lambda k: mpmath.digamma(k + 1) - mpmath.log(k),
    "digamma_excess": lambda a: 1 / a - mpmath.polygamma(1, a),
    "trigamma_excess": lambda a: mpmath.polygamma(2, a) + 1 / a**2,
}
# equal, near, at the seam, far
FROM = [1.0, 7.0, 7.0, 1e-3, 1.0, 1e10, 5.0]
TO = [1.0, 7.01, 3.0, 0.0020001, 5.0, 1e9, 5e-5]


def torchs_gradients(f, *arrays):
    torch = pytest.importorskip("torch")
    inputs = [torch.tensor(x, dtype=torch.float64, requires_grad=True) for x in arrays]
    f(*inputs, library("torch")).sum().backward()
    return [values(x.grad) for x in inputs]


def jaxs_gradients(f, *arrays):
    jax = pytest.importorskip("jax")

    def total(*inputs):
        return f(*inputs, jax.numpy).sum()

    with jax.enable_x64(True):
        inputs = [jax.numpy.asarray(x) for x in arrays]
        found = jax.jit(jax.grad(total, tuple(range(len(inputs)))))(*inputs)
        return [np.asarray(x) for x in found]


every_gradient = pytest.mark.parametrize("gradients", [torchs_gradients, jaxs_gradients])


def check_gradient(found, f, inputs):
    with mpmath.workprec(400):
        expected = [f(*exact_all(row)) for row in zip(*inputs)]
    for value, reference in zip(found, expected):
        assert error(value, reference, np.float64) <= 16


@every_gradient
@pytest.mark.parametrize("function", SLOPES)
def test_gradients(function, gradients):
    [found] = gradients(getattr(special, function), np.array(AT))
    check_gradient(found, SLOPES[function], [AT])


@every_gradient
@pytest.mark.parametrize("function", ["bregman_gammaln", "bregman_scaled"])
def test_gradients_of_distances(function, gradients):
    to_start, to_end = gradients(getattr(special, function), np.array(FROM), np.array(TO))
    whole = function == "bregman_gammaln"

    def slope(x):
        return mpmath.digamma(x) - (0 if whole else mpmath.log(x))

    def curvature(x):
        return mpmath.polygamma(1, x) - (0 if whole else 1 / x)

    check_gradient(to_start, lambda a, b: (a - b) * curvature(a), [FROM, TO])
    check_gradient(to_end, lambda a, b: slope(b) - slope(a), [FROM, TO])


@every_gradient
def test_gradient_of_log1p(gradients):
    u = np.array([-0.999, -0.6, -0.55, -0.5, -0.4, -0.3, -0.2, 0.0, 1e-30, 5.0])
    [found] = gradients(special.log1p, u)
    check_gradient(found, lambda u: 1 / (1 + u), [u])


# ── Symbols ──────────────────────────────────────────────────────────────────────────────────────


@every_function
def test_symbols_say_the_same(function):
    """SymPy's expression, evaluated, is the number."""
    import sympy

    symbols = sympy.symbols("x y z", positive=True)
    inputs = {"betainc": 3, "bregman_scaled_step": 3, **dict.fromkeys(OF_TWO, 2)}
    at = [2.25, 3.5, 1.25][: inputs.get(function, 1)]
    if function == "betainc":
        with pytest.raises(NotImplementedError, match="^betainc: PyTorch and SymPy"):
            special.betainc(*symbols, symbolic)
        return
    expression = getattr(special, function)(*symbols[: len(at)], symbolic)
    expected = getattr(special, function)(*map(np.asarray, at), np)
    found = sympy.N(expression.subs(dict(zip(symbols, map(sympy.Rational, at)))), 20)
    np.testing.assert_allclose(float(expected), float(found), rtol=1e-13)
