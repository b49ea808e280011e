"""Training: whatever PyTorch and JAX have to differentiate, batch, compile or export a loss gives
the derivatives that 40 digits and more give; confident rows, ties and forbidden classes as well."""

import shutil
from dataclasses import dataclass
from functools import cache

import mpmath as mp
import numpy as np
import pytest

from xent_lit import Bernoulli, Categorical, cross_entropy, entropy, kl_divergence, logsumexp, nll

pytestmark = pytest.mark.filterwarnings(
    "ignore:`torch.jit.script:DeprecationWarning"  # of PyTorch, in its own code
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
        if 0 in (self.size, other.size):
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
    mixed = q.p[None, :] - exact(np.eye(len(q.p)))
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
    [t], sign = x, 1 - 2 * int(y)
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
    "huge": ([1e37, 0.0, -1e37], 0),
    "huge and wrong": ([1e37, 0.0, -1e37], 1),
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
    "huge": ([1.0, 0.0, 0.0], [1e37, 0.0, -1e37]),
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
    for t in (0.0, 0.7, -3.0, 20.0, -20.0, 50.0, -50.0, 80.0, -80.0, 600.0, -2000.0, 1e37)
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
    together: bool = False  # derivatives of a row are held to the largest of them

    def total(self, x, y):
        return self.rows(x, y).sum()

    def names(self):
        return [*self.points, *self.edges]

    def inputs(self, dtype):
        """All points as rows of one array, and their labels."""
        x, y = zip(*{**self.points, **self.edges}.values())
        return np.array(x, dtype=dtype), np.array(y)


LOSSES = {
    "label": Loss(lambda z, y: -Categorical(logits=z).log_prob(y), of_label, LABELS, EDGES),
    "mean of labels": Loss(
        lambda z, y: nll(Categorical(logits=z), y) * max(1, y.ndim and len(y)),
        of_label,
        LABELS,
        EDGES,
    ),
    "logsumexp": Loss(lambda z, y: logsumexp(z), of_sum, LABELS, EDGES),
    "entropy": Loss(lambda z, y: entropy(Categorical(logits=z)), of_entropy, LABELS, EDGES),
    "soft target": Loss(soft, of_target, JOINED, {}),
    "cross-entropy of logits": Loss(
        two(cross_entropy), lambda x, y: of_two(x, y, False), COUPLED, {}, together=True
    ),
    "divergence of logits": Loss(
        two(kl_divergence), lambda x, y: of_two(x, y, True), COUPLED, {}, together=True
    ),
    "coin": Loss(lambda t, y: -Bernoulli(logits=t[..., 0]).log_prob(y), of_coin, COINS, SURE_COINS),
    "mean of coins": Loss(
        lambda t, y: nll(Bernoulli(logits=t[..., 0]), y) * max(1, y.ndim and len(y)),
        of_coin,
        COINS,
        SURE_COINS,
    ),
}
VALUE, GRADIENT, HESSIAN = range(3)


@cache
def reference(name, order, dtype):
    """Values and sizes of all rows."""
    loss = LOSSES[name]
    found = np.array([loss.reference(x, y)[order] for x, y in zip(*loss.inputs(dtype))])
    with np.errstate(invalid="ignore"):  # of what is not asked
        value, size = (
            np.vectorize(lambda s: float(getattr(s, part)), otypes=[float])(found)
            for part in ("value", "size")
        )
    if loss.together and order != VALUE:
        size = np.nanmax(size, axis=tuple(range(1, size.ndim)), keepdims=True) + 0 * size
    return value, size


def wrong(found, name, order, dtype, eps, floor=0):
    """The points where what was found is off by more than so many eps of the parts' size,
    and by more than the floor, in eps of 1."""
    found = np.asarray(found, dtype=float)
    value, size = reference(name, order, dtype)
    if found.shape == ():  # the total of the rows
        value, size, found = (np.sum(a, keepdims=True) for a in (value, size, found[None]))
    if np.shape(found) != np.shape(value):
        return [f"shape {np.shape(found)}, expected {np.shape(value)}"]
    with np.errstate(invalid="ignore"):
        bound = eps * EPS[dtype] * np.asarray(size) + 2 * LEAST[dtype]
        off = np.abs(found - value) > np.maximum(bound, floor * EPS[dtype])
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


def check(where, way, name, order, dtype, floor=0):
    """Right at all points; and minus the loss, differentiated the same way, is refused."""
    found = where(way, LOSSES[name].total, name, dtype)
    assert wrong(found, name, order, dtype, EPS_OF[order], floor) == []
    assert wrong(-found, name, order, dtype, EPS_OF[order], floor) != []


@WHERE
@DTYPES
@EVERY_LOSS
def test_values(name, dtype, where):
    found = where(just, LOSSES[name].rows, name, dtype)
    assert wrong(found, name, VALUE, dtype, EPS_OF[VALUE]) == []


MAIN = "label", "mean of labels", "coin"  # in every way; others in some ways, in double precision
FEW = "backward", "func.grad", "func.jacfwd", "vmap(grad)", "grad", "jit(vmap(grad))"
FEW += "double backward", "jacfwd(jacfwd)", "vmap(hessian)", "jit(hessian)"


def cases(ways, single=MAIN):
    """Every way for the main losses in double precision, and some for the rest."""
    return pytest.mark.parametrize(
        "name, way, dtype",
        [
            (name, way, dtype)
            for name in LOSSES
            for way in ways
            for dtype in EPS
            if way in FEW or (name in MAIN and dtype == "float64")
            if dtype == "float64" or name in single
        ],
    )


@cases(TORCH_GRADIENTS, single=LOSSES)
def test_gradients_of_torch(name, way, dtype):
    check(of_torch, TORCH_GRADIENTS[way], name, GRADIENT, dtype)


@cases(TORCH_HESSIANS)
def test_hessians_of_torch(name, way, dtype):
    """Where PyTorch derives twice by its own rules, p(1 − p) of a label is exact to the eps of
    1: it subtracts p²."""
    by_rules = "label" in name and "backward" not in way.split() and way != "functional.hessian"
    by_rules |= "label" in name and way.startswith("dual")
    check(of_torch, TORCH_HESSIANS[way], name, HESSIAN, dtype, floor=2 * by_rules)


@cases(JAX_GRADIENTS)
def test_gradients_of_jax(name, way, dtype):
    check(of_jax, JAX_GRADIENTS[way], name, GRADIENT, dtype)


@cases(JAX_HESSIANS, single=())
def test_hessians_of_jax(name, way, dtype):
    check(of_jax, JAX_HESSIANS[way], name, HESSIAN, dtype)


def test_what_others_return_at_confident_rows_is_refused():
    torch = pytest.importorskip("torch")

    def theirs(z, y):
        return torch.nn.functional.cross_entropy(z, y, reduction="none")

    found = of_torch(just, theirs, "label", "float64")
    refused = {line.split(":")[0] for line in wrong(found, "label", VALUE, "float64", 8)}
    assert {"right by 50", "right, offset 1000", "right, offset −3000"} <= refused
    found = of_torch(backward, lambda z, y: theirs(z, y).sum(), "label", "float64")
    assert wrong(found, "label", GRADIENT, "float64", 16) != []


@pytest.mark.parametrize("lead", [0.0, 30.0, 60.0, 400.0])
def test_the_slope_of_a_soft_label_that_is_nearly_sure_keeps_its_digits(lead):
    """At the label it is the probability of the others, with a minus; PyTorch's own is 0 there."""
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    p, z = np.array([0.0, 1.0, 0.0]), np.array([-1.0, lead, 0.5])
    with mp.workdps(60):
        e = [mp.exp(mp.mpf(x)) for x in z]
        true = [float(e[0] / sum(e)), float(-(e[0] + e[2]) / sum(e)), float(e[2] / sum(e))]

    def cost(p, z):
        return cross_entropy(Categorical(probs=p), Categorical(logits=z))

    leaf = torch.tensor(z, requires_grad=True)
    cost(torch.tensor(p), leaf).backward()
    with jax.enable_x64(True):
        found = jax.grad(lambda z: cost(jax.numpy.asarray(p), z))(jax.numpy.asarray(z))
    for slope in leaf.grad, found:
        np.testing.assert_allclose(slope, true, rtol=1e-15)
    theirs = torch.tensor(z, requires_grad=True)
    torch.nn.functional.cross_entropy(theirs, torch.tensor(p)).backward()
    assert lead < 40 or theirs.grad[1] == 0


@pytest.mark.parametrize("where", ["torch", "jax"])
@pytest.mark.parametrize("step", [0.01, 0.1, 0.5, 1.0, 3.0])
@pytest.mark.parametrize("spread", [1.0, 8.0])
def test_divergences_near_and_far_keep_their_digits(where, step, spread):
    """In single precision, of 500 rows that are a step apart; a difference of log-sums does not."""
    numbers = np.random.default_rng(5)
    z = (spread * numbers.standard_normal((500, 10))).astype(np.float32)
    w = (z + step * numbers.standard_normal(z.shape)).astype(np.float32)
    wide = [x.astype(np.longdouble) for x in (z, w)]
    logs = [x - np.log(np.exp(x).sum(-1, keepdims=True)) for x in wide]
    true = (np.exp(logs[0]) * (logs[0] - logs[1])).sum(-1)
    known = true > 1e-7
    library = pytest.importorskip(where)
    asarray = library.tensor if where == "torch" else library.numpy.asarray

    def f(z, w):
        return kl_divergence(Categorical(logits=z), Categorical(logits=w))

    f = library.jit(f) if where == "jax" else f
    found = np.asarray(f(asarray(z), asarray(w)), dtype=np.longdouble)
    eps = np.finfo(np.float32).eps
    assert (abs(found - true)[known] <= 16 * eps * true[known]).all()
    logs = [x - np.log(np.exp(x).sum(-1, keepdims=True)) for x in (z, w)]
    plain = (np.exp(logs[0]) * (logs[0] - logs[1])).sum(-1)
    assert step > 0.1 or not (abs(plain - true)[known] <= 64 * eps * true[known]).all()


@pytest.mark.parametrize("name", ["label", "logsumexp", "coin"])
def test_third_derivatives(name):
    """As central differences of the second, which have a test of their own."""
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    loss, at = LOSSES[name], np.array([0.3] if name == "coin" else [0.3, -1.0, 2.0])
    step, y = 1e-6, torch.tensor(0)

    def f(x):
        return loss.rows(x, y)

    def curve(x):
        return torch.func.hessian(f)(torch.tensor(x)).numpy()

    expected = [(curve(at + step * e) - curve(at - step * e)) / (2 * step) for e in np.eye(len(at))]
    F = torch.func
    for third in (
        F.jacrev(F.jacfwd(F.jacrev(f))),
        F.jacfwd(F.jacfwd(F.jacfwd(f))),
        F.jacrev(F.jacrev(F.jacrev(f))),
    ):
        np.testing.assert_allclose(third(torch.tensor(at)), expected, rtol=1e-7, atol=1e-9)
    with jax.enable_x64(True):
        y = jax.numpy.asarray(0)
        for third in jax.jacfwd(jax.hessian(f)), jax.jacrev(jax.jacrev(jax.jacrev(f))):
            found = jax.jit(third)(jax.numpy.asarray(at))
            np.testing.assert_allclose(found, expected, rtol=1e-7, atol=1e-9)


# ── Batches, compilers, export ───────────────────────────────────────────────────────────────────


def drawn(name, n=4, k=6, seed=0):
    """Rows of normal numbers; targets are pmfs. Labels that fit."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    k = 1 if name in ("coin", "mean of coins") else k
    x = rng.normal(size=(n, k)) * 3
    if name == "soft target":
        x[:, : k // 2] = rng.dirichlet(np.ones(k // 2), n)
    return torch.tensor(x), torch.tensor(rng.integers(0, max(2, k // 2), n))


@EVERY_LOSS
def test_vmap_in_each_argument(name):
    torch = pytest.importorskip("torch")
    f, (x, y) = LOSSES[name].rows, drawn(name)

    def same(found, expected):
        np.testing.assert_allclose(found, expected, rtol=1e-14)

    rows = torch.stack([f(a, b) for a, b in zip(x, y)])
    same(torch.vmap(f)(x, y), rows)
    same(torch.vmap(lambda a: f(a, y[0]))(x), torch.stack([f(a, y[0]) for a in x]))
    if "label" in name or "coin" in name:
        same(torch.vmap(lambda b: f(x[0], b))(y), torch.stack([f(x[0], b) for b in y]))
    both = torch.vmap(torch.vmap(f, (0, None)), (None, 0))(x, y)
    same(both, torch.stack([torch.stack([f(a, b) for a in x]) for b in y]))
    if rows.ndim and name not in ("mean of labels", "mean of coins"):
        same(f(x, y), rows)


@pytest.mark.parametrize("name", [name for name in LOSSES if name != "soft target"])
def test_gradcheck_and_gradgradcheck(name):
    """The numbers of PyTorch's own checks; a slope that is off by a percent is refused."""
    torch = pytest.importorskip("torch")
    x, y = drawn(name, n=2)
    x.requires_grad_()
    f = LOSSES[name].rows
    assert torch.autograd.gradcheck(lambda x: f(x, y), x, check_forward_ad=True)
    assert torch.autograd.gradgradcheck(lambda x: f(x, y), x, check_fwd_over_rev=True)

    class Slanted(torch.autograd.Function):
        @staticmethod
        def forward(ctx, value):
            return value.clone()

        @staticmethod
        def backward(ctx, slope):
            return 1.01 * slope

    with pytest.raises(RuntimeError, match="Jacobian mismatch"):
        torch.autograd.gradcheck(lambda x: Slanted.apply(f(x, y)), x)


def shifted_too(f, x):
    """Ordinary rows, and for logits rows that are confident, far from 0, or both."""
    yield x
    yield x + 1000
    yield x * 15


COMPILED = "label", "mean of labels", "logsumexp", "entropy", "divergence of logits", "coin"
TRACED = pytest.mark.filterwarnings(
    "ignore:Dynamo detected",  # a cached function of array-api-compat is traced, as we want
    "ignore:`torch.jit.trace`",
    "ignore:Converting a tensor",  # of shapes
    "ignore:Using len",
    "ignore:Iterating over a tensor",
    "ignore:`isinstance.treespec",
)


@TRACED
@pytest.mark.parametrize("name", [*COMPILED, "soft target"])
@pytest.mark.parametrize("backend", ["eager", "aot_eager"])
def test_torch_compiles_value_and_gradient_without_a_break(name, backend):
    compiled_is_the_same(name, backend)


@TRACED
@pytest.mark.skipif(not shutil.which("g++"), reason="no compiler for PyTorch's own")
@pytest.mark.parametrize("name", ["mean of labels"])
def test_torch_compiles_to_machine_code(name):
    compiled_is_the_same(name, "inductor")


def compiled_is_the_same(name, backend):
    torch = pytest.importorskip("torch")
    torch.compiler.reset()  # it tires of compiling one function anew
    f, (x, y) = LOSSES[name].total, drawn(name)
    compiled = torch.compile(f, backend=backend, fullgraph=True)
    for z in [x] if name == "soft target" else shifted_too(f, x):
        one, other = z.clone().requires_grad_(), z.clone().requires_grad_()
        found, expected = compiled(one, y), f(other, y)
        found.backward(), expected.backward()
        np.testing.assert_allclose(found.detach(), expected.detach(), rtol=1e-13)
        scale = float(other.grad.abs().max())
        np.testing.assert_allclose(one.grad, other.grad, rtol=1e-11, atol=1e-14 * scale)
        assert not torch.equal(compiled(z + torch.arange(z.shape[1]), y), expected) or name in (
            "coin",
            "mean of coins",
            "soft target",
        )


@TRACED
@pytest.mark.parametrize("name", COMPILED)
def test_an_export_is_not_bound_to_values(name):
    torch = pytest.importorskip("torch")
    f, (x, y) = LOSSES[name].rows, drawn(name)

    class Module(torch.nn.Module):
        def forward(self, x, y):
            return f(x, y)

    exported = torch.export.export(Module(), (x, y)).module()
    for z in shifted_too(f, drawn(name, seed=1)[0]):
        np.testing.assert_allclose(exported(z, y), f(z, y), rtol=1e-12)


@TRACED
@pytest.mark.parametrize("name", COMPILED)
@pytest.mark.parametrize("maker", ["export", "trace", "make_fx"])
def test_a_program_serves_other_logits_and_where_it_can_other_sizes(name, maker):
    """One that is written down may keep neither values nor the number of rows; ``make_fx`` keeps
    the number, as it does for PyTorch's own functions."""
    torch = pytest.importorskip("torch")
    from torch.fx.experimental.proxy_tensor import make_fx

    f, (x, y) = LOSSES[name].rows, drawn(name)

    class Module(torch.nn.Module):
        def forward(self, x, y):
            return f(x, y)

    if maker == "make_fx":
        program = make_fx(f)(x, y)
    elif maker == "trace":
        program = torch.jit.trace(f, (x, y), check_trace=False)
    else:
        many = {0: torch.export.Dim("n", min=2, max=1000)}
        shapes = None if "mean" in name else {"x": many, "y": many}  # these ask for len(y)
        program = torch.export.export(Module(), (x, y), dynamic_shapes=shapes).module()
    for n in [4] if maker == "make_fx" or "mean" in name else [4, 9]:
        other, labels = drawn(name, n=n, seed=1)
        np.testing.assert_allclose(program(15 * other, labels), f(15 * other, labels), rtol=1e-12)


@TRACED
@pytest.mark.parametrize("kind", ["float64", "bfloat16"])
@pytest.mark.parametrize("form", ["plain", "ignore", "weights", "mask"])
def test_a_compiled_loss_takes_the_last_batch_too(form, kind):
    """The second size makes PyTorch's compiler leave the size open; a loss in half precision has
    weights in another type."""
    torch = pytest.importorskip("torch")
    torch.compiler.reset()

    def f(z, y):
        options = {"ignore": {"ignore": -100}, "weights": {"weights": 1.0 + y.abs()}}
        options["mask"] = {"weights": y >= 0}
        return nll(Categorical(logits=z), y, **options.get(form, {}))

    compiled = torch.compile(f, backend="eager", fullgraph=True)
    for n in 8, 5, 3:
        x, y = drawn("label", n=n, seed=n)
        if form in ("ignore", "mask"):
            y[0] = -100
        one, other = (x.to(getattr(torch, kind)).requires_grad_() for _ in range(2))
        found, expected = compiled(one, y), f(other, y)
        found.backward(), expected.backward()
        assert found.dtype == expected.dtype
        rtol = 1e-12 if kind == "float64" else 1e-2
        np.testing.assert_allclose(found.item(), expected.item(), rtol=min(rtol, 1e-5))
        np.testing.assert_allclose(one.grad.double(), other.grad.double(), rtol=rtol, atol=1e-9)


# ── Modes, precisions, inputs of any layout ──────────────────────────────────────────────────────


@EVERY_LOSS
def test_where_nothing_is_recorded_the_value_is_the_same(name):
    torch = pytest.importorskip("torch")
    f, (x, y) = LOSSES[name].rows, drawn(name)
    leaf = x.clone().requires_grad_()
    recorded = f(leaf, y)
    assert recorded.requires_grad and recorded.grad_fn is not None
    for mode in torch.no_grad, torch.inference_mode:
        with mode():
            for z in x, leaf, x.clone():
                found = f(z, y)
                assert not found.requires_grad
                np.testing.assert_allclose(found, recorded.detach(), rtol=4e-15)


HALVES = pytest.mark.parametrize("kind", ["float16", "bfloat16"])


@HALVES
def test_half_precision_is_computed_in_single(kind):
    """Exact for the logits as they are stored, which keep few digits of the numbers meant."""
    torch = pytest.importorskip("torch")
    z = (torch.randn(64, 50, generator=torch.Generator().manual_seed(0)) * 4).to(
        getattr(torch, kind)
    )
    y = torch.arange(64) % 50
    z[torch.arange(32), y[:32]] = 30  # confident rows
    for f in (
        lambda z: nll(Categorical(logits=z), y),
        lambda z: nll(Bernoulli(logits=z), (y > 20)[:, None].expand(64, 50).to(torch.int64)),
    ):
        half, double = (z.clone().to(d).requires_grad_() for d in (z.dtype, torch.float64))
        found, expected = f(half), f(double)
        assert found.dtype == torch.float32
        np.testing.assert_allclose(found.item(), expected.item(), rtol=1e-6)
        found.backward(), expected.backward()
        eps = float(torch.finfo(z.dtype).eps)
        tiny = 2 * float(torch.finfo(z.dtype).smallest_normal)
        np.testing.assert_allclose(half.grad.double(), double.grad, rtol=eps, atol=tiny)


def test_autocast_computes_in_single():
    torch = pytest.importorskip("torch")
    torch.manual_seed(0)
    net, x, y = torch.nn.Linear(20, 10), torch.randn(30, 20), torch.randint(10, (30,))
    with torch.autocast("cpu", dtype=torch.bfloat16):
        z = net(x)
        loss = nll(Categorical(logits=z), y)
    assert z.dtype == torch.bfloat16 and loss.dtype == torch.float32
    exactly = float(nll(Categorical(logits=z.detach().double()), y))
    assert abs(loss.item() - exactly) <= 1e-6 * exactly
    loss.backward()
    assert net.weight.grad.dtype == torch.float32
    plain = torch.autograd.grad(nll(Categorical(logits=net(x)), y), net.weight)[0]
    np.testing.assert_allclose(net.weight.grad, plain, atol=0.01 * float(plain.abs().max()))


LAYOUTS = {
    "transposed": lambda t: t.t().contiguous().t(),
    "every other column": lambda t: t.repeat_interleave(2, dim=1)[:, ::2],
    "rows backwards and back": lambda t: t.flip(0).flip(0),
    "a view of a longer row": lambda t: t.reshape(-1)[: t.numel()].view(t.shape),
    "one row for all": lambda t: t[:1].expand(t.shape),
    "one column for all": lambda t: t[:, :1].expand(t.shape),
    "one number for all": lambda t: t[:1, :1].expand(t.shape),
    "three axes": lambda t: t.reshape(2, 2, -1).transpose(0, 1).transpose(0, 1).reshape(t.shape),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", [name for name in LOSSES if name != "soft target"])
def test_inputs_of_any_layout(name, layout):
    """The gradient that reaches the leaf is that of a copy without strides; a second step adds."""
    torch = pytest.importorskip("torch")
    f, (x, y) = LOSSES[name].rows, drawn(name)
    uneven = torch.tensor([1.0, -2.0, 0.0, 0.5], dtype=x.dtype)
    strided, plain = x.clone().requires_grad_(), x.clone().requires_grad_()
    z = LAYOUTS[layout](strided)
    copy = LAYOUTS[layout](plain).contiguous().clone()
    before = strided.detach().clone()
    (f(z, y) * uneven).sum().backward()
    (f(copy, y) * uneven).sum().backward()
    np.testing.assert_allclose(strided.grad, plain.grad, rtol=1e-13, atol=1e-14)
    assert torch.equal(strided.detach(), before)  # nothing is computed in place of the input
    once = strided.grad.clone()
    (f(LAYOUTS[layout](strided), y) * uneven).sum().backward()
    assert torch.equal(strided.grad, 2 * once)


def test_a_leaf_that_is_changed_between_value_and_gradient_is_refused():
    """As PyTorch refuses it for its own functions: the slope would be of other logits; or it was
    stored and is that of the value."""
    pytest.importorskip("torch")
    x, y = drawn("label")
    for f in LOSSES["label"].total, LOSSES["mean of labels"].total:
        leaf = x.clone().requires_grad_()
        expected = backward(f, x, y)
        z = leaf * 1
        value = f(z, y)
        z.detach().mul_(0.5)
        try:
            value.backward()
        except RuntimeError as refused:
            assert "modified by an inplace operation" in str(refused)
        else:
            np.testing.assert_allclose(leaf.grad, expected, rtol=1e-13)


@pytest.mark.parametrize("where", ["torch", "jax"])
def test_rows_of_weight_0_are_absent(where):
    """Neither their logits, NaN, nor their labels, −100, are seen by value or gradient."""
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")
    z = np.array([[0.3, -1.0, 2.0], [np.nan, 0.0, 1.0], [50.0, 0.0, 1.0], [-INF] * 3])
    y, w = np.array([0, 1, 0, 2]), np.array([1.0, 0.0, 3.0, 0.0])
    present = w > 0
    y[~present] = -100

    def weighted(z, y):
        return nll(Categorical(logits=z), y.tolist(), weights=w.tolist())

    def ignoring(z, y):
        return nll(Categorical(logits=z), y.tolist(), ignore=-100)

    for f, weights in (weighted, [1.0, 3.0]), (ignoring, [1.0, 1.0]):
        alone = torch.tensor(z[present]).requires_grad_()
        value = nll(Categorical(logits=alone), torch.tensor(y[present]), weights=weights)
        value.backward()
        if where == "torch":
            leaf = torch.tensor(z).requires_grad_()
            found = f(leaf, y)
            found.backward()
            found, gradient = found.detach(), leaf.grad.numpy()
        else:
            with jax.enable_x64(True):
                found, gradient = jax.value_and_grad(lambda z: f(z, y))(jax.numpy.asarray(z))
        np.testing.assert_allclose(found, value.detach(), rtol=1e-15)
        np.testing.assert_allclose(np.asarray(gradient)[present], alone.grad, rtol=1e-13)
        assert not np.asarray(gradient)[~present].any()
    assert not np.isclose(value.item(), weighted(z, y))  # the weights of one are not the other's


@EVERY_LOSS
def test_what_is_kept_for_the_gradient(name):
    """Beside the logits at most one table as large, and little more; the bare expression keeps
    two and is refused."""
    torch = pytest.importorskip("torch")
    x, y = drawn(name, n=1000, k=400)
    x = x.expand(1000, 400).clone() if x.shape[1] == 1 else x
    x.requires_grad_()
    if "coin" in name:
        labels = (x > 0).to(torch.int64)

        def f():
            return nll(Bernoulli(logits=x), labels)

    else:

        def f():
            return LOSSES[name].rows(x, y)

    def kept(f):
        held = {}

        def hold(t):
            if t.is_floating_point():
                held[t.untyped_storage().data_ptr()] = t.untyped_storage().nbytes()
            return t

        with torch.autograd.graph.saved_tensors_hooks(hold, lambda t: t):
            value = f()
        held.pop(x.untyped_storage().data_ptr(), None)
        return sum(held.values()) / x.untyped_storage().nbytes(), value

    assert kept(lambda: (torch.exp(x) / torch.exp(x).sum(-1, keepdim=True)).log().sum())[0] > 1.5
    assert kept(f)[0] < 1.2


# ── Random rows, of single precision and in blocks ───────────────────────────────────────────────


@pytest.mark.parametrize("span", [1, 30, 100, 300, 3000])
@pytest.mark.parametrize("n, k", [(50_000, 2), (40_000, 5), (2000, 100), (12, 150_000)])
def test_random_rows_in_single_precision(n, k, span):
    """Loss and slope to 8 eps, beside the widest type of NumPy; offsets up to ``span``."""
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(k + span)
    top, gap = rng.uniform(-span, span, (n, 1)), rng.uniform(0, 80, (n, 1))
    z = top - gap * rng.uniform(0, 1, (n, k)) ** rng.choice([0.3, 1, 3], (n, 1))
    z[np.arange(n), rng.integers(0, k, n)] = top[:, 0]
    z, y = z.astype(np.float32), rng.integers(0, k, n)
    own = np.arange(n), y
    wide = z.astype(np.longdouble)
    e = np.exp(wide - wide[own][:, None])
    e[own] = 0
    loss, p = np.log1p(e.sum(axis=1)), np.exp(wide - wide.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    p[own] = 0
    p[own] = -p.sum(axis=1)

    def worst(found, true):
        true = np.asarray(true)
        off = np.abs(np.asarray(found, dtype=np.longdouble) - true)
        counts = np.abs(true) > 2 * LEAST["float32"]
        return float(np.max(off[counts] / np.abs(true[counts]))) / EPS["float32"]

    leaf = torch.tensor(z).requires_grad_()
    costs = -Categorical(logits=leaf).log_prob(torch.tensor(y))
    costs.sum().backward()
    assert worst(costs.detach(), loss) <= 8
    assert worst(leaf.grad, p) <= 8
    theirs = torch.nn.functional.cross_entropy(leaf.detach(), torch.tensor(y), reduction="none")
    assert k > 100 or worst(theirs, loss) > 8, "long rows have no confident label here"


# ── A network on digits ──────────────────────────────────────────────────────────────────────────


def train(loss, dtype, epochs=3):
    """The loss of each step of a small network on handwritten digits."""
    import torch
    from sklearn.datasets import load_digits

    torch.manual_seed(0)
    x, y = (torch.as_tensor(a) for a in load_digits(return_X_y=True))
    x, y, curve = (x / 16).to(dtype), y.to(torch.int64), []
    net = torch.nn.Sequential(torch.nn.Linear(64, 32), torch.nn.Tanh(), torch.nn.Linear(32, 10)).to(
        dtype
    )
    optimizer = torch.optim.SGD(net.parameters(), lr=0.2, momentum=0.9)
    for _ in range(epochs):
        for rows in torch.randperm(len(x)).split(128):
            optimizer.zero_grad()
            value = loss(net(x[rows]), y[rows])
            value.backward()
            optimizer.step()
            curve.append(value.item())
    return np.array(curve)


@pytest.mark.parametrize("dtype, rtol", [("float64", 1e-10), ("float32", 2e-5)])
def test_a_network_learns_as_with_the_loss_of_torch(dtype, rtol):
    torch = pytest.importorskip("torch")
    pytest.importorskip("sklearn")
    kind = getattr(torch, dtype)
    ours = train(lambda z, y: nll(Categorical(logits=z), y), kind)
    theirs = train(torch.nn.functional.cross_entropy, kind)
    np.testing.assert_allclose(ours, theirs, rtol=rtol)
    assert ours[-10:].mean() < 0.3 < 2 < ours[0]
    smoothed = train(
        lambda z, y: torch.nn.functional.cross_entropy(z, y, label_smoothing=0.001), kind
    )
    assert not np.allclose(ours, smoothed, rtol=rtol)
