"""Training: whatever PyTorch and JAX have to differentiate, batch, compile or export a loss gives
the derivatives that 40 digits and more give; confident rows, ties and forbidden classes as well."""

import shutil
from dataclasses import dataclass
from functools import cache

import mpmath as mp
import numpy as np
import pytest

from xent_lit import (
    Bernoulli,
    Categorical,
    cross_entropy,
    entropy,
    kl_divergence,
    logsumexp,
    nll,
)

pytestmark = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script`:DeprecationWarning"  # of PyTorch, in its own code
)

INF = np.inf
EPS = {"float32": 2.0**-23, "float64": 2.0**-52}
LEAST = {"float32": 2.0**-126, "float64": 2.0**-1022}  # below it a float has fewer digits

# ── References of many digits ────────────────────────────────────────────────────────────────────

mp.mp.dps = 60


@dataclass(frozen=True)
class Sum:
    """An exact number, and the size of the parts that it is made of: a difference of parts that
    are exact to rounding is exact to a rounding of their size, and no better can be asked."""

    value: mp.mpf
    size: mp.mpf

    def __add__(self, other):
        return Sum(self.value + other.value, self.size + other.size)

    def __sub__(self, other):
        return Sum(self.value - other.value, self.size + other.size)

    def __mul__(self, other):
        if 0 in (self.value, other.value):
            return ZERO  # a class that never happens costs nothing, also where it is forbidden
        return Sum(self.value * other.value, self.size * other.size)

    def __neg__(self):
        return Sum(-self.value, self.size)


def exact(x):
    """Numbers that have no parts: they are to be right in all digits."""
    return np.vectorize(lambda v: Sum(mp.mpf(v), abs(mp.mpf(v))), otypes=[object])(x)


ZERO = Sum(mp.mpf(0), mp.mpf(0))
UNKNOWN = Sum(mp.nan, mp.nan)  # not asked


class Softmax:
    """Probabilities, costs −log p and the derivatives of the probabilities of one row, exactly."""

    def __init__(self, z):
        z = [mp.mpf(float(v)) for v in z]
        self.top = max(z)
        e = [mp.mpf(1) if v == self.top else mp.exp(v - self.top) for v in z]
        others = [mp.fsum(v for j, v in enumerate(e) if j != i) for i in range(len(e))]
        s, every = mp.fsum(e), range(len(e))
        self.excess = mp.log1p(s - 1)
        self.p = exact([v / s for v in e])
        self.rest = exact([v / s for v in others])  # 1 − p, where nothing cancels
        self.costs = exact([mp.log1p(o / v) if v else mp.inf for o, v in zip(others, e)])
        self.slopes = np.array(
            [[self.p[i] * (self.rest[i] if i == j else -self.p[j]) for j in every] for i in every]
        )

    def less_label(self, y):
        """p − onehot(y)."""
        return np.array([-self.rest[i] if i == y else v for i, v in enumerate(self.p)])

    def tilted(self, f, own):
        """Mean, gradient and Hessian of Σ pᵢ fᵢ, where f changes with log p ``own`` times."""
        mean = (self.p * f).sum()
        apart = np.array([v - mean if abs(v.value) < mp.inf else ZERO for v in f])
        outer = self.p[:, None] * (self.p * apart)[None, :]
        return mean, self.p * apart, self.slopes * (apart[:, None] + exact(own)) - outer


def parts(a, b, c, d):
    """A Hessian of its four blocks."""
    return np.block([[a, b], [c, d]])


def of_label(x, y):
    q = Softmax(x)
    return q.costs[y], q.less_label(y), q.slopes


def of_sum(x, y):
    q = Softmax(x)
    return exact(q.top).item() + exact(q.excess).item(), q.p, q.slopes


def of_entropy(x, y):
    p = Softmax(x)
    return p.tilted(p.costs, -1)


def of_target(x, y):
    """Targets in the first half of the row, logits in the second."""
    target, q = exact(np.split(x, 2)[0].astype(float)), Softmax(np.split(x, 2)[1])
    forbidden = np.array([c.value == mp.inf for c in q.costs])
    total, none = target.sum(), np.full(q.slopes.shape, ZERO)
    mixed = np.array([q.less_label(i) for i in range(len(q.p))])
    mixed[forbidden] = UNKNOWN
    in_target = np.where(forbidden, UNKNOWN, q.costs)
    gradient = np.concatenate([in_target, q.p * total - target])
    return (target * q.costs).sum(), gradient, parts(none, mixed, mixed.T, q.slopes * total)


def of_two(x, y, divergence):
    """Logits of the truth in the first half of the row, of the model in the second."""
    p, q = map(Softmax, np.split(x, 2))
    f = q.costs
    if divergence:
        f = [ZERO if a == b else exact(b.value - a.value).item() for a, b in zip(p.costs, f)]
    value, slope, curve = p.tilted(np.array(f), int(divergence))
    return value, np.concatenate([slope, q.p - p.p]), parts(curve, -p.slopes, -p.slopes, q.slopes)


def of_coin(x, y):
    [t], sign = x, mp.mpf(1 - 2 * y)
    other, own = (1 / (1 + mp.exp(s * mp.mpf(float(t)))) for s in (-sign, sign))
    value = mp.inf if own == 0 else mp.log1p(other / own)
    return exact(value).item(), exact([sign * other]), exact([[other * own]])


# ── Losses and points ────────────────────────────────────────────────────────────────────────────

LABELS = {  # logits and a label
    "plain": ([0.3, -1.0, 2.0], 0),
    "right by 20": ([20.0, 0.0, 1.0], 0),
    "right by 50": ([50.0, 0.0, 1.0], 0),
    "right by 80": ([0.0, 1.0, 81.0], 2),
    "right, offset 1000": ([1050.0, 1000.0, 1001.0], 0),
    "right, offset −1000": ([-1000.0, -1050.0, -1020.0], 0),
    "right, offset 3000": ([3000.0, 3030.0, 3001.0], 1),
    "right, offset −3000": ([-3080.0, -3079.0, -3000.0], 2),
    "wrong by 50": ([50.0, 0.0, 1.0], 1),
    "wrong by 2000": ([2000.0, 0.0, 1.0], 1),
    "tie": ([1.0, 1.0, 0.0], 0),
    "tie, far below": ([90.0, 90.0, 10.0], 2),
    "all tie": ([1.0, 1.0, 1.0], 2),
    "all tie, offset −1000": ([-1000.0, -1000.0, -1000.0], 1),
    "large": ([600.0, 599.5, 0.0], 1),
}
EDGES = {
    "a forbidden class": ([0.0, 0.0, -INF], 0),
    "a forbidden class, right by 50": ([-INF, 1000.0, 950.0], 1),
    "one class allowed": ([-INF, 3.0, -INF], 1),
    "huge": ([1e38, 0.0, -1e38], 0),
    "huge and wrong": ([1e38, 0.0, -1e38], 1),
    "a sure class": ([1.0, INF, 0.0], 1),
    "a sure class and a forbidden one": ([1.0, -INF, INF], 2),
}
TARGETS = {  # a target and logits
    "plain": ([0.5, 0.25, 0.25], [0.3, -1.0, 2.0]),
    "a class that never happens": ([0.75, 0.25, 0.0], [0.3, -1.0, 2.0]),
    "right by 50": ([1.0, 0.0, 0.0], [50.0, 0.0, 1.0]),
    "right, offset −1000": ([0.0, 1.0, 0.0], [-1020.0, -1000.0, -1030.0]),
    "right, offset 3000": ([0.0, 1.0, 0.0], [3000.0, 3050.0, 3001.0]),
    "wrong by 2000": ([0.0, 0.5, 0.5], [2000.0, 0.0, 1.0]),
    "all tie": ([0.25, 0.5, 0.25], [1.0, 1.0, 1.0]),
    "a forbidden class": ([0.5, 0.5, 0.0], [1.0, 0.0, -INF]),
    "one class allowed": ([0.0, 1.0, 0.0], [-INF, 3.0, -INF]),
    "huge": ([1.0, 0.0, 0.0], [1e38, 0.0, -1e38]),
}
PAIRS = {  # logits of a truth and of a model
    "plain": ([0.3, -1.0, 2.0], [0.5, 1.0, -2.0]),
    "alike": ([0.3, -1.0, 2.0], [0.3, -1.0, 2.0]),
    "near": ([0.3, -1.0, 2.0], [0.3 + 2.0**-18, -1.0, 2.0]),
    "moved by 1000": ([1000.5, 999.0, 1002.0], [0.25, -1.0, 2.0]),
    "both confident": ([50.0, 0.0, 1.0], [30.0, 0.0, 2.0]),
    "confident, apart": ([50.0, 0.0, 1.0], [0.0, 50.0, 1.0]),
    "offsets": ([-3000.0, -3020.0, -3001.0], [3000.0, 3001.0, 2980.0]),
    "a class of faint chance": ([0.0, -80.0, 1.0], [0.0, 1.0, -80.0]),
    "wrong by 2000": ([2000.0, 0.0, 1.0], [0.0, 2000.0, 1.0]),
    "all tie": ([1.0, 1.0, 1.0], [0.0, 0.0, 0.0]),
    "a class that the truth forbids": ([1.0, 0.0, -INF], [0.0, 1.0, 2.0]),
    "a class that both forbid": ([0.0, 1.0, -INF], [1.0, 0.0, -INF]),
    "one class allowed": ([-INF, 3.0, -INF], [-INF, 2.0, -INF]),
}
COINS = {
    f"{t:g} and {y}": ([t], y)
    for y in (0, 1)
    for t in (0.0, 0.7, -3.0, 20.0, -20.0, 50.0, -50.0, 80.0, -80.0, 600.0, -2000.0, 1e38)
}
SURE_COINS = {f"{t:g}": ([t], int(t > 0)) for t in (INF, -INF)}
JOINED = {name: ([*a, *b], 0) for name, (a, b) in TARGETS.items()}
COUPLED = {name: ([*a, *b], 0) for name, (a, b) in PAIRS.items()}


def halves(x):
    return x[..., : x.shape[-1] // 2], x[..., x.shape[-1] // 2 :]


def soft(x, y):
    target, z = halves(x)
    return cross_entropy(target, Categorical(logits=z))


def two(measure):
    def rows(x, y):
        return measure(*(Categorical(logits=z) for z in halves(x)))

    return rows


@dataclass(frozen=True)
class Loss:
    """What is asked: costs of rows x with labels y, the reference for one row, and the points."""

    rows: callable
    reference: callable
    points: dict
    edges: dict

    def total(self, x, y):
        return self.rows(x, y).sum()

    def names(self):
        return [*self.points, *self.edges]

    def inputs(self, dtype):
        """All points as rows of one array, and their labels."""
        x, y = zip(*{**self.points, **self.edges}.values())
        return np.array(x, dtype=dtype), np.array(y)


LOSSES = {
    "label": Loss(
        lambda z, y: -Categorical(logits=z).log_prob(y), of_label, LABELS, EDGES
    ),
    "mean of labels": Loss(
        lambda z, y: nll(Categorical(logits=z), y) * max(1, y.ndim and len(y)),
        of_label, LABELS, EDGES,
    ),
    "logsumexp": Loss(lambda z, y: logsumexp(z), of_sum, LABELS, EDGES),
    "entropy": Loss(lambda z, y: entropy(Categorical(logits=z)), of_entropy, LABELS, EDGES),
    "soft target": Loss(soft, of_target, JOINED, {}),
    "cross-entropy of logits": Loss(
        two(cross_entropy), lambda x, y: of_two(x, y, False), COUPLED, {}
    ),
    "divergence of logits": Loss(
        two(kl_divergence), lambda x, y: of_two(x, y, True), COUPLED, {}
    ),
    "coin": Loss(
        lambda t, y: -Bernoulli(logits=t[..., 0]).log_prob(y), of_coin, COINS, SURE_COINS
    ),
    "mean of coins": Loss(
        lambda t, y: nll(Bernoulli(logits=t[..., 0]), y) * max(1, y.ndim and len(y)),
        of_coin, COINS, SURE_COINS,
    ),
}
VALUE, GRADIENT, HESSIAN = range(3)


@cache
def reference(name, order, dtype):
    """Values and sizes of all rows."""
    loss = LOSSES[name]
    found = np.array([loss.reference(x, y)[order] for x, y in zip(*loss.inputs(dtype))])
    return tuple(
        np.vectorize(lambda s: float(getattr(s, part)), otypes=[float])(found)
        for part in ("value", "size")
    )


def wrong(found, name, order, dtype, eps):
    """The points where what was found is off by more than so many eps of the parts' size."""
    found = np.asarray(found, dtype=float)
    value, size = reference(name, order, dtype)
    if found.shape == ():  # the total of the rows
        value, size, found = ([np.sum(a)] for a in (value, size, found))
    if np.shape(found) != np.shape(value):
        return [f"shape {np.shape(found)}, expected {np.shape(value)}"]
    with np.errstate(invalid="ignore"):
        off = np.abs(found - value) > eps * EPS[dtype] * np.asarray(size) + 2 * LEAST[dtype]
    off |= np.isnan(found) | ((np.isinf(value) | np.isinf(found)) & (found != value))
    off &= ~np.isnan(value)
    points = LOSSES[name].names() if len(value) > 1 else ["total"]
    return [
        f"{point}: {f.tolist()} for {v.tolist()}"
        for point, f, v, bad in zip(points, np.asarray(found), np.asarray(value), off)
        if np.any(bad)
    ]


# ── Ways to differentiate ────────────────────────────────────────────────────────────────────────


def of_rows(jacobian):
    """The derivatives of each row by itself, from those by all rows; others must be 0."""
    n = len(jacobian)
    every = np.arange(n)
    jacobian = np.moveaxis(np.asarray(jacobian), 2, 1)
    apart = jacobian.copy()
    apart[every, every] = 0
    assert not apart.any()
    return jacobian[every, every]


def torch_inputs(name, dtype):
    torch = pytest.importorskip("torch")
    x, y = LOSSES[name].inputs(dtype)
    return torch.tensor(x), torch.tensor(y)


def backward(f, x, y):
    x = x.clone().requires_grad_()
    f(x, y).backward()
    return x.grad


def backward_twice(f, x, y):
    x = x.clone().requires_grad_()
    value = f(x, y)
    value.backward(retain_graph=True)
    first = x.grad.clone()
    value.backward()
    assert bool((x.grad == 2 * first).all())
    return x.grad / 2


def recorded(f, x, y):
    import torch

    x = x.clone().requires_grad_()
    return torch.autograd.grad(f(x, y), x, create_graph=True)[0].detach()


def by_functional(name):
    def way(f, x, y):
        import torch

        return getattr(torch.func, name)(lambda x: f(x, y))(x)

    return way


def dual_numbers(f, x, y):
    """A derivative in the direction of each entry, forwards."""
    import torch
    from torch.autograd import forward_ad

    found = torch.zeros_like(x)
    for place in np.ndindex(*x.shape):
        direction = torch.zeros_like(x)
        direction[place] = 1
        with forward_ad.dual_level():
            value = f(forward_ad.make_dual(x, direction), y)
            slope = forward_ad.unpack_dual(value).tangent
        found[place] = 0 if slope is None else slope
    return found


def of_each_sample(f, x, y):
    import torch

    return torch.vmap(torch.func.grad(f))(x, y)


TORCH_GRADIENTS = {
    "backward": backward,
    "backward twice": backward_twice,
    "create_graph": recorded,
    "func.grad": by_functional("grad"),
    "func.jacrev": by_functional("jacrev"),
    "func.jacfwd": by_functional("jacfwd"),
    "dual numbers": dual_numbers,
    "vmap(grad)": of_each_sample,
}


def functional_hessian(f, x, y):
    import torch

    return of_rows(torch.autograd.functional.hessian(lambda x: f(x, y), x))


def backward_of_backward(f, x, y):
    import torch

    x = x.clone().requires_grad_()
    [slope] = torch.autograd.grad(f(x, y), x, create_graph=True)
    columns = [
        torch.autograd.grad(slope[:, j].sum(), x, retain_graph=True)[0] for j in range(x.shape[1])
    ]
    return torch.stack(columns, dim=1)


def twice(outer, inner):
    def way(f, x, y):
        import torch

        first = getattr(torch.func, inner)(lambda x: f(x, y))
        return of_rows(getattr(torch.func, outer)(first)(x))

    return way


def hessian_of_each_sample(f, x, y):
    import torch

    return torch.vmap(torch.func.hessian(f))(x, y)


def dual_numbers_over_backward(f, x, y):
    import torch
    from torch.autograd import forward_ad

    columns = []
    for j in range(x.shape[1]):
        direction = torch.zeros_like(x)
        direction[:, j] = 1
        with forward_ad.dual_level():
            dual = forward_ad.make_dual(x.clone().requires_grad_(), direction)
            [slope] = torch.autograd.grad(f(dual, y), dual, create_graph=True)
            columns.append(forward_ad.unpack_dual(slope).tangent.detach())
    return torch.stack(columns, dim=2)


TORCH_HESSIANS = {
    "functional.hessian": functional_hessian,
    "double backward": backward_of_backward,
    "jacfwd(jacrev)": twice("jacfwd", "jacrev"),
    "jacrev(jacrev)": twice("jacrev", "jacrev"),
    "jacfwd(jacfwd)": twice("jacfwd", "jacfwd"),
    "jacrev(jacfwd)": twice("jacrev", "jacfwd"),
    "vmap(hessian)": hessian_of_each_sample,
    "dual numbers over backward": dual_numbers_over_backward,
}


def jax_way(*transforms, rows=False):
    """Transforms by name, the innermost last; ``rows`` where the outcome is one for all rows."""

    def way(f, x, y):
        import jax

        for name in reversed(transforms):
            f = getattr(jax, name)(f)
        found = np.asarray(f(x, y))
        return of_rows(found) if rows else found

    return way


JAX_GRADIENTS = {
    "grad": jax_way("grad"),
    "jit(grad)": jax_way("jit", "grad"),
    "jit(jacfwd)": jax_way("jit", "jacfwd"),
    "jit(jacrev)": jax_way("jit", "jacrev"),
    "jit(vmap(grad))": jax_way("jit", "vmap", "grad"),
}
JAX_HESSIANS = {
    "hessian": jax_way("hessian", rows=True),
    "jit(hessian)": jax_way("jit", "hessian", rows=True),
    "jit(jacrev(jacrev))": jax_way("jit", "jacrev", "jacrev", rows=True),
    "jit(jacfwd(jacfwd))": jax_way("jit", "jacfwd", "jacfwd", rows=True),
    "jit(vmap(hessian))": jax_way("jit", "vmap", "hessian"),
}


def jax_inputs(name, dtype):
    """Made inside ``enable_x64`` for double precision."""
    import jax.numpy as jnp

    x, y = LOSSES[name].inputs(dtype)
    return jnp.asarray(x), jnp.asarray(y)


def of_jax(way, f, name, dtype):
    jax = pytest.importorskip("jax")
    with jax.enable_x64(dtype == "float64"):
        return np.asarray(way(f, *jax_inputs(name, dtype)))


def of_torch(way, f, name, dtype):
    found = way(f, *torch_inputs(name, dtype))
    return found.detach().numpy() if hasattr(found, "detach") else np.asarray(found)


def just(f, x, y):
    return f(x, y)


# ── Values, gradients and Hessians at all points ─────────────────────────────────────────────────

EPS_OF = {VALUE: 8, GRADIENT: 16, HESSIAN: 32}  # of the size of the parts
DTYPES = pytest.mark.parametrize("dtype", ["float32", "float64"])
EVERY_LOSS = pytest.mark.parametrize("name", LOSSES)
WHERE = pytest.mark.parametrize("where", [of_torch, of_jax], ids=["torch", "jax"])


def check(where, way, name, order, dtype):
    """Right at all points; and minus the loss, differentiated the same way, is refused."""
    found = where(way, LOSSES[name].total, name, dtype)
    assert wrong(found, name, order, dtype, EPS_OF[order]) == []
    assert wrong(-found, name, order, dtype, EPS_OF[order]) != []


@WHERE
@DTYPES
@EVERY_LOSS
def test_values(name, dtype, where):
    found = where(just, LOSSES[name].rows, name, dtype)
    assert wrong(found, name, VALUE, dtype, EPS_OF[VALUE]) == []


@DTYPES
@pytest.mark.parametrize("way", TORCH_GRADIENTS)
@EVERY_LOSS
def test_gradients_of_torch(name, way, dtype):
    check(of_torch, TORCH_GRADIENTS[way], name, GRADIENT, dtype)


@DTYPES
@pytest.mark.parametrize("way", TORCH_HESSIANS)
@EVERY_LOSS
def test_hessians_of_torch(name, way, dtype):
    check(of_torch, TORCH_HESSIANS[way], name, HESSIAN, dtype)


@DTYPES
@pytest.mark.parametrize("way", JAX_GRADIENTS)
@EVERY_LOSS
def test_gradients_of_jax(name, way, dtype):
    check(of_jax, JAX_GRADIENTS[way], name, GRADIENT, dtype)


@DTYPES
@pytest.mark.parametrize("way", JAX_HESSIANS)
@EVERY_LOSS
def test_hessians_of_jax(name, way, dtype):
    check(of_jax, JAX_HESSIANS[way], name, HESSIAN, dtype)
