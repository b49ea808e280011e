"""The short way to the mean of a batch in PyTorch gives what the long way gives, and gives up
wherever something is out of the ordinary."""

import numpy as np
import pytest

from xent_lit import Bernoulli, Categorical, log_likelihood, nll
from xent_lit.batches import coin_mean, label_mean, weighted_label_sums

torch = pytest.importorskip("torch")


def batch(seed=0, n=32, k=10, spread=10.0, dtype=None):
    rng = np.random.default_rng(seed)
    z = torch.tensor(spread * rng.normal(size=(n, k)), dtype=dtype or torch.float64)
    return z.requires_grad_(), torch.tensor(rng.integers(0, k, n))


def coins(seed=0, n=1000, dtype=None):
    rng = np.random.default_rng(seed)
    t = torch.tensor(30 * rng.normal(size=n), dtype=dtype or torch.float64)
    return t.requires_grad_(), torch.tensor(rng.integers(0, 2, n), dtype=t.dtype)


WAYS = {
    "labels": (batch, lambda z: Categorical(logits=z), label_mean),
    "coins": (coins, lambda t: Bernoulli(logits=t), coin_mean),
}


@pytest.mark.parametrize("kind", WAYS)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_the_short_way_agrees_with_the_long_one(kind, dtype):
    make, model, short = WAYS[kind]
    z, y = make(dtype=dtype)
    assert short(z, y) is not None, "it is taken"
    found = nll(model(z), y)
    long = nll(model(z), y, weights=torch.ones(len(z), dtype=dtype))
    eps = torch.finfo(dtype).eps
    assert abs(found - long) <= 8 * eps * long and found.dtype is dtype
    (slope,), (expected,) = (torch.autograd.grad(x, z) for x in (found, long))
    assert (slope - expected).abs().max() <= 8 * eps * expected.abs().max()
    small = expected.abs() > 0
    assert ((slope - expected).abs() <= 64 * eps * expected.abs())[small].all()


@pytest.mark.parametrize("kind", WAYS)
def test_it_is_differentiated_twice_and_gone_back_through_twice(kind):
    make, model, _ = WAYS[kind]
    z, y = make(n=4, **({"k": 3, "spread": 1.0} if kind == "labels" else {}))
    cost = nll(model(z), y)
    (first,) = torch.autograd.grad(3 * cost, z, create_graph=True)
    (again,) = torch.autograd.grad(3 * cost, z, retain_graph=True)
    assert torch.allclose(first, again, rtol=1e-14)
    along = torch.arange(z.numel(), dtype=z.dtype).reshape(z.shape)
    (curve,) = torch.autograd.grad((first * along).sum(), z)
    with torch.no_grad():
        moved = (z + 1e-6 * along).requires_grad_(), (z - 1e-6 * along).requires_grad_()
    ends = [torch.autograd.grad(3 * nll(model(end), y), end)[0] for end in moved]
    assert torch.allclose(curve, (ends[0] - ends[1]) / 2e-6, rtol=1e-6, atol=1e-8)


@pytest.mark.parametrize("kind", WAYS)
def test_many_gradients_that_arrive_at_once(kind):
    make, model, _ = WAYS[kind]
    z, y = make()
    arrived = torch.tensor([0.0, 1.0, -2.0], dtype=z.dtype)
    (one,) = torch.autograd.grad(nll(model(z), y), z)
    (found,) = torch.autograd.grad(nll(model(z), y), z, grad_outputs=arrived, is_grads_batched=True)
    assert torch.allclose(found, arrived.reshape(3, *[1] * z.ndim) * one, rtol=1e-12)


def test_logits_that_are_a_negative_view():
    part = torch.complex(*torch.randn(2, 4, 3)).conj().imag
    y = torch.tensor([0, 1, 2, 0])
    assert part.is_neg() and label_mean(part, y) is None
    plain = nll(Categorical(logits=part.resolve_neg()), y)
    assert torch.allclose(nll(Categorical(logits=part), y), plain, rtol=1e-6)


@pytest.mark.parametrize("kind", ["uint8", "uint16", "uint32", "uint64", "int8", "int32"])
def test_labels_of_every_type_of_integers(kind):
    z, y = batch()
    found = nll(Categorical(logits=z), y.to(getattr(torch, kind)))
    assert torch.allclose(found, nll(Categorical(logits=z), y), rtol=1e-14)


@pytest.mark.parametrize("label", [-1, 10, -100])
def test_a_label_that_does_not_exist_is_refused(label):
    z, y = batch()
    y[3] = label
    with pytest.raises(ValueError, match=f"y is {label}|got {label}|{label}"):
        nll(Categorical(logits=z), y)


@pytest.mark.parametrize("label", [2.0, -1.0, 1e-9, 1 - 1e-16, np.nan, np.inf, 5e-324])
def test_a_coin_that_fell_on_no_side_is_refused(label):
    t, y = coins()
    y[3] = label
    if label == 1 - 1e-16:
        y[3] = np.nextafter(1, 0)
    assert coin_mean(t, y) is None
    with pytest.raises(ValueError, match="expected 0 or 1"):
        nll(Bernoulli(logits=t), y)


@pytest.mark.parametrize("dtype", [torch.int64, torch.bool], ids=str)
def test_coins_as_whole_numbers_or_booleans(dtype):
    t, sides = coins()
    whole = sides.to(dtype)
    assert coin_mean(t, whole) == coin_mean(t, sides)
    found = [torch.autograd.grad(nll(Bernoulli(logits=t), y), t)[0] for y in (sides, whole)]
    assert torch.equal(*found)
    assert coin_mean(t, sides.long().add_(1)) is None, "no side is called 2"


@pytest.mark.parametrize("logit", [41.0, -41.0, np.inf, -np.inf, np.nan, 1e300])
def test_logits_far_away_go_the_long_way(logit):
    z, y = batch(spread=1.0)
    with torch.no_grad():
        z[2, 4] = logit
    assert label_mean(z, y) is None


def test_what_is_out_of_the_ordinary_goes_the_long_way():
    z, y = batch()
    t, sides = coins()
    assert label_mean(z, y.int()) is None and label_mean(z, y[:5]) is None
    assert label_mean(z.half(), y) is None and label_mean(torch.nn.Parameter(z), y) is None
    assert coin_mean(t, sides.float()) is None and coin_mean(t, sides[:1]) is None
    assert coin_mean(t, sides.clone().requires_grad_()) is None
    assert label_mean(np.zeros((2, 3)), np.array([0, 1])) is None
    assert torch.func.grad(lambda z: nll(Categorical(logits=z), y))(z.detach()).shape == z.shape
    y.add_(0)
    cost = nll(Categorical(logits=z), y)
    y[0] = 1 - y[0].clamp(max=1)
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        cost.backward()


# ── Weights, and labels to ignore ────────────────────────────────────────────────────────────────


def padded(shape=(40, 7), dtype=torch.float64):
    """Logits, labels with a sixth of them −100, and weights that are 0 there."""
    rng = np.random.default_rng(1)
    z = torch.tensor(5 * rng.normal(size=shape), dtype=dtype).requires_grad_()
    y = torch.tensor(rng.integers(0, shape[-1], shape[:-1]))
    y.view(-1)[::6] = -100
    return z, y, torch.tensor(rng.random(shape[:-1]), dtype=dtype) * (y >= 0)


def of_the_present(z, y, w):
    """The same from the rows that count, one cost after another."""
    some = w != 0
    costs = torch.nn.functional.cross_entropy(z[some].double(), y[some], reduction="none")
    return (w[some].double() * costs).sum() / w[some].double().sum()


@pytest.mark.parametrize("shape", [(40, 7), (4, 10, 7), (3000, 1000)], ids=str)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64], ids=str)
def test_rows_of_weight_0_stay_in_the_table_and_count_nothing(shape, dtype):
    z, y, w = padded(shape, dtype)
    model, rtol = Categorical(logits=z), 64 * torch.finfo(dtype).eps
    for found, weights in (
        (nll(model, y, weights=w), w),
        (nll(model, y, ignore=-100), (y >= 0).to(dtype)),
    ):
        cost, mass = weighted_label_sums(z, y, weights)
        assert found.dtype is dtype and torch.equal(found, cost / mass), "it is taken"
        assert torch.equal(log_likelihood(model, y.clamp(min=0), weights=weights), -cost)
        expected = of_the_present(z, y, weights)
        assert abs(found - expected) <= rtol * expected
        (slope,), (own,) = (torch.autograd.grad(x, z) for x in (found, expected))
        assert not slope[y < 0].any() and not torch.equal(slope, torch.zeros_like(slope))
        assert torch.allclose(slope, own, rtol=rtol, atol=rtol * own.abs().max().item())
    uneven = of_the_present(z, y, torch.ones_like(w).masked_fill(y < 0, 0))
    assert abs(nll(model, y, weights=w) - uneven) > 1e-4 * uneven, "weights are not all alike"


@pytest.mark.parametrize("odd", [np.nan, -np.inf], ids=str)
def test_an_absent_row_without_a_finite_cost_is_taken_out(odd):
    z, y, w = padded()
    expected = torch.autograd.grad(of_the_present(z, y, w), z)[0]
    with torch.no_grad():
        z[0] = odd
    assert w[0] == 0 and weighted_label_sums(z, y, w) is None
    slope = torch.autograd.grad(nll(Categorical(logits=z), y, weights=w), z)[0]
    assert torch.allclose(slope, expected, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("rows", [4, 3000])
def test_a_sum_over_labels_that_are_all_ignored_is_0_and_a_mean_is_refused(rows):
    """A part of a batch may be padding throughout; it adds nothing to the sum of the parts."""
    z = torch.randn(rows, 10, requires_grad=True)
    y = torch.full((rows,), -100)
    total = log_likelihood(Categorical(logits=z), y, ignore=-100)
    total.backward()
    assert total == 0 and z.grad.shape == z.shape and not z.grad.any()
    with pytest.raises(ValueError, match="all draws are absent"):
        nll(Categorical(logits=z), y, ignore=-100)


def test_weights_out_of_the_ordinary_go_the_long_way():
    z, y, w = padded()
    few = torch.zeros_like(w)
    few[1:4] = 1.0
    assert weighted_label_sums(z, y, few) is None, "the others need not be computed"
    assert nll(Categorical(logits=z), y, weights=few) == nll(Categorical(logits=z[1:4]), y[1:4])
    for other in w.clone().requires_grad_(), -w, w * np.nan, w[1:], w.numpy():
        assert weighted_label_sums(z, y, other) is None
    for labels in y + 1000, y.int(), y - 200:
        assert weighted_label_sums(z, labels, (w + 1)) is None
    with pytest.raises(ValueError, match="expected weights >= 0"):
        nll(Categorical(logits=z), y, weights=-w)
    with pytest.raises(ValueError, match="all draws are absent"):
        nll(Categorical(logits=z), y, weights=0 * w)
    with pytest.raises(ValueError, match="integers from 0 to 6"):
        nll(Categorical(logits=z), y, weights=w + 1)
    certain = torch.tensor([[0.0, -np.inf], [0.0, 1.0]])
    assert nll(Categorical(logits=certain), torch.tensor([1, 0]), weights=torch.ones(2)) == np.inf
