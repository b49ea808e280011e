"""Logits that are a product of matrices: the model is the one whose logits are held, in value and
in every derivative, a block of rows at a time."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest
import sympy as sp
from helpers import LIBRARIES, assert_close, library, values

import xent_lit as xl
from xent_lit import Categorical, Evaluation, Linear, cross_entropy, entropy, kl_divergence, nll
from xent_lit.arrays import remake

D, K = 4, 7
rng = np.random.default_rng(0)
STATES, WEIGHT, BIAS = rng.normal(size=(12, D)), rng.normal(size=(D, K)), rng.normal(size=K)
LABELS = rng.integers(0, K, 12)
FORBIDDEN = np.where(np.arange(K) == 2, -np.inf, BIAS)
UNEVEN = [1.0, 0.0, 2.5, *[0.5] * 9]
linux = pytest.mark.skipif(sys.platform != "linux", reason="memory is asked as Linux tells it")


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of four rows."""
    monkeypatch.setattr(remake, "MADE", 4 * K)
    monkeypatch.setattr(remake, "RECORDED", 4 * K)


def held(xp, hidden, weight, bias=None, cap=None):
    """The model whose logits are held."""
    z = hidden @ weight
    if bias is not None:
        z = z + bias
    if cap is not None:
        capped = cap * xp.tanh(z / cap)
        z = capped if bias is None else xp.where(bias == -xp.inf, bias, capped)
    return Categorical(logits=z)


def made(xp, hidden, weight, bias=None, cap=None):
    return Categorical(logits=Linear(hidden, weight, bias, softcap=cap))


FORMS = {
    "weight": (STATES, WEIGHT),
    "bias": (STATES, WEIGHT, BIAS),
    "forbidden": (STATES, WEIGHT, FORBIDDEN),
    "cap": (STATES, WEIGHT, None, 1.5),
    "all": (STATES, WEIGHT, FORBIDDEN, 1.5),
}
forms = pytest.mark.parametrize("form", FORMS)


def in_library(xp, form):
    return [xp.asarray(a) if isinstance(a, np.ndarray) else a for a in FORMS[form]]


# ── Values ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "name, form",
    [
        *((name, form) for name in ("numpy", "torch") for form in FORMS),
        *((name, "all") for name in LIBRARIES if name not in ("numpy", "torch")),
    ],
)
def test_the_model_is_the_one_with_logits_that_are_held(name, form):
    xp = library(name)
    q, whole = (model(xp, *in_library(xp, form)) for model in (made, held))
    y = xp.asarray(np.where(LABELS == 2, 0, LABELS))
    rtol = 1e-5 if name == "jax" else 1e-12
    assert_close(q.log_prob(y), whole.log_prob(y), rtol)
    assert_close(nll(q, y), nll(whole, y), rtol)
    assert_close(nll(q, y, weights=UNEVEN), nll(whole, y, weights=UNEVEN), rtol)
    assert_close(entropy(q), entropy(whole), rtol)
    assert_close(q.pmf(), whole.pmf(), rtol)
    assert_close(q.logits, whole.logits, rtol)
    p = Categorical(probs=xp.asarray(values(whole.pmf())[::-1].copy()))
    for measure in cross_entropy, kl_divergence:
        assert_close(measure(p, q), measure(p, whole), rtol)
        assert_close(measure(q, p), measure(whole, p), rtol)


def test_two_products_go_through_together():
    p, q = made(np, STATES, WEIGHT, BIAS), made(np, STATES[::-1], WEIGHT)
    whole = held(np, STATES, WEIGHT, BIAS), held(np, STATES[::-1], WEIGHT)
    for measure in cross_entropy, kl_divergence:
        np.testing.assert_allclose(measure(p, q), measure(*whole), rtol=1e-13)


def test_an_evaluation_of_a_product():
    q, whole = made(np, STATES, WEIGHT, BIAS), held(np, STATES, WEIGHT, BIAS)
    for options in {}, {"weights": UNEVEN}, {"ignore": 3}:
        seen, plain = (Evaluation().update(m, LABELS, **options) for m in (q, whole))
        np.testing.assert_allclose(seen.nats, plain.nats, rtol=1e-14)
        np.testing.assert_array_equal(seen.counts, plain.counts)


def test_states_may_have_more_axes_and_labels_may_broadcast():
    states, labels = STATES.reshape(3, 4, D), LABELS.reshape(3, 4)
    q, whole = made(np, states, WEIGHT), held(np, states, WEIGHT)
    assert q.batch_shape == (3, 4) and q.support.high == K - 1
    np.testing.assert_allclose(q.log_prob(labels), whole.log_prob(labels), rtol=1e-13)
    np.testing.assert_allclose(q.log_prob(labels[:, :1]), whole.log_prob(labels[:, :1]), rtol=1e-13)
    np.testing.assert_allclose(entropy(q), entropy(whole), rtol=1e-13)
    one = made(np, STATES[0], WEIGHT)
    assert one.batch_shape == ()
    np.testing.assert_allclose(
        one.log_prob(LABELS), held(np, STATES[0], WEIGHT).log_prob(LABELS), rtol=1e-13
    )


def test_lists_names_and_a_member():
    q = Categorical(
        logits=Linear([[1.0, 2.0]], [[1, 0, -1], [0.5, 0.5, 0]]), classes=("a", "b", "c")
    )
    assert nll(q, ["a"]) == nll(Categorical(logits=[[2.0, 1.0, -1.0]]), [0])
    assert float(nll(q, [0])) == pytest.approx(0.349012, abs=1e-6)
    twice = made(np, np.stack([STATES[0], STATES[1]]), WEIGHT).member((1,), (2,))
    np.testing.assert_array_equal(twice.logits, STATES[1] @ WEIGHT)
    assert isinstance(q.with_mean([0.5, 0.25, 0.25]).probs, list | np.ndarray)


def test_a_draw_that_is_absent_is_not_looked_at():
    states = STATES.copy()
    states[3] = np.nan
    labels = np.where(np.arange(12) == 3, -100, LABELS)
    present = np.arange(12) != 3
    truth = nll(held(np, STATES[present], WEIGHT), LABELS[present])
    for asarray in np.asarray, pytest.importorskip("torch").tensor:
        h, y = asarray(states), asarray(labels)
        q = made(np, h, asarray(WEIGHT))
        assert float(nll(q, y, ignore=-100)) == pytest.approx(truth, rel=1e-13)
        assert Evaluation().update(q, y, ignore=-100).nats == pytest.approx(truth, rel=1e-13)
        for refused in (lambda: nll(q, asarray(LABELS))), (lambda: entropy(q)):
            with pytest.raises(ValueError, match="Categorical: logits have a NaN"):
                refused()


@pytest.mark.parametrize("recorded", [False, True])
def test_what_is_refused(recorded):
    torch = pytest.importorskip("torch")
    h = torch.tensor(STATES, requires_grad=recorded)
    q = made(torch, h, torch.tensor(WEIGHT))
    with pytest.raises(ValueError, match="integers from 0 to 6"):
        q.log_prob(torch.full((12,), 7))
    with pytest.raises(ValueError, match="y has shape .*batch has shape"):
        q.log_prob(torch.zeros(5, dtype=torch.int64))
    nowhere = torch.full((K,), -torch.inf, dtype=torch.float64)
    with pytest.raises(ValueError, match="a row of -inf"):
        nll(made(torch, h, torch.tensor(WEIGHT), nowhere), torch.tensor(LABELS))
    endless = torch.tensor(np.where(np.arange(K) == 1, np.inf, BIAS))
    beyond = (
        held(torch, h, torch.tensor(WEIGHT), endless),
        made(torch, h, torch.tensor(WEIGHT), endless),
    )
    y = torch.tensor([1, 0] * 6)
    assert_close(*(m.log_prob(y).detach() for m in beyond), 1e-13)


@pytest.mark.parametrize(
    "arguments, options, message",
    [
        (
            (STATES, WEIGHT.T),
            {},
            r"hidden has shape \(12, 4\), weight \(7, 4\); expected .*weight.T",
        ),
        ((STATES, WEIGHT, BIAS[:3]), {}, r"bias \(3,\); expected"),
        ((3.0, WEIGHT), {}, r"hidden has shape \(\)"),
        ((STATES, WEIGHT[:, :0]), {}, r"weight \(4, 0\)"),
        ((STATES, WEIGHT), {"softcap": 0}, "softcap is 0, expected a number > 0"),
        ((STATES, WEIGHT), {"softcap": np.nan}, "softcap is nan"),
    ],
)
def test_parts_that_do_not_fit_are_refused(arguments, options, message):
    with pytest.raises(ValueError, match=f"^Linear: .*{message}"):
        Linear(*arguments, **options)


@pytest.mark.parametrize("cap", ["a", [1.0, 2.0], True, np.array(2.0)])
def test_a_cap_is_a_plain_number(cap):
    with pytest.raises(TypeError, match=r"Linear: softcap is .*\(.*\), expected a plain number"):
        Linear(STATES, WEIGHT, softcap=cap)


def test_a_part_that_is_missing_is_named():
    with pytest.raises(TypeError, match="Linear: weight is 'None'"):
        Linear(STATES, None)


def test_a_cap_that_would_be_trained_is_refused():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="without a gradient"):
        Linear(torch.ones(1, 2), torch.ones(2, 3), softcap=torch.tensor(2.0, requires_grad=True))


def test_shapes_without_numbers():
    torch = pytest.importorskip("torch")
    hidden, weight = torch.ones(3, 2, device="meta"), torch.ones(2, 4, device="meta")
    assert Categorical(logits=Linear(hidden, weight)).logits.shape == (3, 4)


def test_outcomes_of_a_product_stand_last():
    with pytest.raises(ValueError, match="axis is 1 beside Linear, expected -1"):
        Categorical(logits=Linear(STATES, WEIGHT), axis=1)
    for refused in xl.softmax, (lambda z: Categorical(probs=z)):
        with pytest.raises(TypeError, match="expected real numbers"):
            refused(Linear(STATES, WEIGHT))


def test_a_product_of_symbols():
    t = sp.Symbol("t", positive=True)
    q = Categorical(logits=Linear([[t]], [[2, 1]], [3, 0]))
    assert sp.simplify(nll(q, [0]) - sp.log(1 + sp.exp(-t - 3))) == 0


# ── Derivatives in PyTorch ───────────────────────────────────────────────────────────────────────


def losses(torch):
    """Functions of a model and labels: even, weighted and ignored draws, single draws, others."""
    uneven = torch.arange(12.0, dtype=torch.float64)
    return {
        "mean": lambda q, y: nll(q, y),
        "weights": lambda q, y: nll(q, y, weights=UNEVEN),
        "ignore": lambda q, y: nll(q, y, ignore=3),
        "draws": lambda q, y: (q.log_prob(y) * uneven).sum(),
        "entropy": lambda q, y: (entropy(q) * uneven).sum(),
    }


LOSSES = "mean", "weights", "ignore", "draws", "entropy"


def parts_and_labels(torch, form, recorded=True):
    hidden, weight, *others = in_library(torch, form)
    bias, cap = [*others, None, None][:2]
    parts = [a.clone().requires_grad_(recorded) for a in (hidden, weight, bias) if a is not None]
    return parts, cap, torch.tensor(np.where(LABELS == 2, 0, LABELS))


def both_ways(torch, form, loss):
    """The loss as a function of the parts, by blocks and whole; the parts."""
    parts, cap, y = parts_and_labels(torch, form)

    def of(model):
        return lambda *parts: losses(torch)[loss](model(torch, *[*parts, None][:3], cap), y)

    return of(made), of(held), parts


def agree(found, expected, rtol=1e-10):
    for a, b in zip(found, expected):
        if isinstance(a, tuple):
            agree(a, b, rtol)
        else:
            np.testing.assert_allclose(values(a), values(b), rtol=rtol, atol=1e-12)


@forms
@pytest.mark.parametrize("loss", LOSSES)
def test_slopes_and_curvatures_of_torch(form, loss):
    torch = pytest.importorskip("torch")
    block, whole, parts = both_ways(torch, form, loss)
    agree(*(torch.autograd.grad(f(*parts), parts) for f in (block, whole)))
    parts = tuple(a.detach() for a in parts)
    if form == "forbidden" and loss == "entropy":
        return  # NaN where the logits are held
    agree(*(torch.autograd.functional.hessian(f, parts) for f in (block, whole)))


@pytest.mark.parametrize("wanted", [(0,), (1,), (2,), (0, 2), (1, 2)])
@pytest.mark.parametrize("loss", ["mean", "draws"])
def test_parts_that_are_frozen_get_no_slope(wanted, loss):
    torch = pytest.importorskip("torch")
    block, whole, parts = both_ways(torch, "bias", loss)
    parts = [a if i in wanted else a.detach() for i, a in enumerate(parts)]
    asked = [parts[i] for i in wanted]
    agree(*(torch.autograd.grad(f(*parts), asked) for f in (block, whole)))


def test_one_state_and_none():
    torch = pytest.importorskip("torch")
    _, _, parts = both_ways(torch, "bias", "mean")
    one = [parts[0][0].detach().requires_grad_(), *parts[1:]]
    y = torch.tensor(LABELS)
    slopes = (torch.autograd.grad(nll(m(torch, *one), y), one) for m in (made, held))
    agree(*slopes)
    none = made(torch, parts[0][:0], *parts[1:]).log_prob(y[:0])
    assert none.shape == (0,)
    assert not any(a.any() for a in torch.autograd.grad(none.sum(), parts))


def test_a_loss_can_go_backward_twice():
    torch = pytest.importorskip("torch")
    block, _, parts = both_ways(torch, "bias", "mean")
    loss = block(*parts)
    first, again = (torch.autograd.grad(loss, parts, retain_graph=True) for _ in "ab")
    agree(first, again, 0)


def test_slopes_keep_the_layout_of_a_layer():
    torch = pytest.importorskip("torch")
    layer = torch.nn.Linear(D, K, dtype=torch.float64)
    q = Categorical(logits=Linear(torch.tensor(STATES), layer.weight.T, layer.bias))
    nll(q, torch.tensor(LABELS)).backward()
    ours = layer.weight.grad.clone()
    layer.zero_grad()
    z = layer(torch.tensor(STATES))
    torch.nn.functional.cross_entropy(z, torch.tensor(LABELS)).backward()
    torch.testing.assert_close(ours, layer.weight.grad)
    assert ours.stride() == layer.weight.stride()


TRANSFORMS = {
    "grad": lambda torch, f, parts: torch.func.grad(f, (0, 1, 2))(*parts),
    "hessian": lambda torch, f, parts: torch.func.hessian(f)(*parts),
    "jacfwd": lambda torch, f, parts: torch.func.jacfwd(torch.func.jacfwd(f))(*parts),
    "jvp": lambda torch, f, parts: torch.func.jvp(f, parts, parts),
    "vmap": lambda torch, f, parts: torch.func.vmap(torch.func.grad(f, 1), (None, 0, None))(
        parts[0], torch.stack([parts[1], 2 * parts[1]]), parts[2]
    ),
    "compile": lambda torch, f, parts: [torch.compile(f, fullgraph=True, backend="eager")(*parts)],
}


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::DeprecationWarning")
@pytest.mark.parametrize("transform", TRANSFORMS)
@pytest.mark.parametrize("loss", ["mean", "draws"])
def test_transforms_of_torch(transform, loss):
    torch = pytest.importorskip("torch")
    block, whole, parts = both_ways(torch, "all" if loss == "draws" else "bias", loss)
    parts = tuple(a.detach() for a in parts)
    agree(*(TRANSFORMS[transform](torch, f, parts) for f in (block, whole)))


@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # PyTorch's own, of its compiler
def test_forward_mode_and_batches_of_slopes():
    torch = pytest.importorskip("torch")
    block, whole, parts = both_ways(torch, "bias", "mean")
    fa = torch.autograd.forward_ad

    def along(f):
        with fa.dual_level():
            dual = fa.make_dual(parts[0].detach(), parts[0].detach())
            return [fa.unpack_dual(f(dual, *parts[1:])).tangent.detach()]

    agree(along(block), along(whole))
    y, each = torch.tensor(LABELS), torch.eye(12, dtype=torch.float64)
    agree(
        *(
            torch.autograd.grad(
                model(torch, *parts).log_prob(y), parts, each, is_grads_batched=True
            )
            for model in (made, held)
        )
    )


@pytest.mark.parametrize("cap", [None, 2.0])
def test_differences_agree_with_the_slopes_of_slopes(cap):
    torch = pytest.importorskip("torch")
    parts, _, y = parts_and_labels(torch, "bias")

    def rows(*parts):
        return made(torch, *parts, cap).log_prob(y)

    parts = [parts[0][:5].detach().requires_grad_(), *parts[1:]]
    y = y[:5]
    assert torch.autograd.gradcheck(rows, parts)
    assert torch.autograd.gradgradcheck(rows, parts)


def test_a_loss_whose_slopes_are_constants_has_no_curvature():
    """What the museum tells, and the chapter on logits, of PyTorch's own loss in blocks."""
    torch = pytest.importorskip("torch")
    if not torch.__version__.startswith("2.13"):
        pytest.skip("it is told of PyTorch 2.13")
    h, W, y = torch.tensor(STATES), torch.tensor(WEIGHT), torch.tensor(LABELS)
    options = torch.nn.LinearCrossEntropyOptions()

    def theirs(h):
        return torch.nn.functional.linear_cross_entropy(h, W.T, y, options=options)

    def ours(h):
        return nll(made(torch, h, W), y)

    assert float(theirs(h)) == pytest.approx(float(ours(h)))
    assert not torch.autograd.functional.hessian(theirs, h).any()
    assert torch.autograd.functional.hessian(ours, h).abs().sum() > 0.1


@pytest.mark.parametrize("kind", ["float16", "bfloat16"])
def test_half_precision_is_computed_in_single(kind):
    torch = pytest.importorskip("torch")
    parts = [torch.tensor(a).to(getattr(torch, kind)) for a in (STATES, WEIGHT, BIAS)]
    y = torch.tensor(LABELS)
    truth = nll(held(torch, *(a.double() for a in parts)), y)
    parts = [a.requires_grad_() for a in parts]
    loss = nll(made(torch, *parts), y)
    assert loss.dtype == torch.float32 and float(loss.detach()) == pytest.approx(
        float(truth), rel=1e-6
    )
    loss.backward()
    assert all(a.grad.dtype == a.dtype for a in parts)
    assert made(torch, *parts).log_prob(y).dtype == parts[0].dtype


def test_autocast_does_not_coarsen_the_product():
    torch = pytest.importorskip("torch")
    parts = [torch.tensor(a, dtype=torch.float32, requires_grad=True) for a in (STATES, WEIGHT)]
    y = torch.tensor(LABELS)

    def value_and_slopes():
        loss = nll(made(torch, *parts), y)
        return [loss.detach(), *torch.autograd.grad(loss, parts)]

    plain = value_and_slopes()
    with torch.autocast("cpu", torch.bfloat16):
        coarse = value_and_slopes()
    agree(coarse, plain, 1e-6)


# ── Derivatives in JAX ───────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("form, loss", [("bias", "mean"), ("all", "weights"), ("bias", "entropy")])
def test_slopes_and_curvatures_of_jax(form, loss):
    jax = pytest.importorskip("jax")
    jnp = jax.numpy
    hidden, weight, *others = in_library(jnp, form)
    bias, cap = [*others, None][:2]
    y = jnp.asarray(np.where(LABELS == 2, 0, LABELS))
    measure = {
        "mean": lambda q: nll(q, y),
        "weights": lambda q: nll(q, y, weights=UNEVEN),
        "entropy": lambda q: entropy(q).sum(),
    }[loss]

    def of(model):
        return lambda h, W, b: measure(model(jnp, h, W, b, cap))

    def close(transform):
        parts = hidden, weight, bias
        found, expected = (jax.tree.leaves(transform(of(model))(*parts)) for model in (made, held))
        for a, b in zip(found, expected):
            np.testing.assert_allclose(a, b, rtol=2e-4, atol=2e-6)

    close(lambda f: jax.jit(jax.value_and_grad(f, (0, 1, 2))))
    if loss == "mean":
        close(lambda f: jax.jit(jax.hessian(f, 2)))
        close(lambda f: lambda *parts: jax.jvp(f, parts, parts))
        close(lambda f: lambda h, W, b: jax.vmap(lambda s: f(h, s * W, b))(jnp.arange(3.0)))


# ── Memory ───────────────────────────────────────────────────────────────────────────────────────

EXTRA = """
import resource
import torch
from xent_lit import Categorical, Linear, nll
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
def step(n, d, k):
    h, W = torch.randn(n, d, requires_grad=True), torch.randn(k, d, requires_grad=True)
    y, b = torch.randint(0, k, (n,)), torch.zeros(k, requires_grad=True)
    nll(Categorical(logits=Linear(h, W.T, b)), y, weights={weights}).backward()
step(8, 16, 10)
before = peak()
step(2000, 16, 64_000)
print(peak() - before)
"""


def test_logits_of_a_vocabulary_are_not_held(monkeypatch):
    monkeypatch.undo()  # blocks of 16 MB in single
    h, W = np.ones((2000, 2)), np.ones((2, 30_000))
    q = Categorical(logits=Linear(h, W))
    for measure in (lambda: nll(q, np.zeros(2000, int))), (lambda: entropy(q)):
        tracemalloc.start()
        assert np.allclose(measure(), np.log(30_000))
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        assert most < 2000 * 30_000 * 8 / 4, "the logits are four times as much"


@linux
@pytest.mark.parametrize("weights", ["None", "torch.rand(n)"])
def test_logits_of_half_a_gigabyte_are_not_held(weights):
    pytest.importorskip("torch")
    code = EXTRA.format(weights=weights)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert float(done.stdout) < 200, "the logits alone are 488 MB"
