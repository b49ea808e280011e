"""What real data bring: objects, masks, half precision, integers, strings, columns of data frames,
one-hot rows, channels that come first. Each has the right answer, or an error with the way out."""

import math
from fractions import Fraction

import numpy as np
import pytest

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, Independent, Normal, Poisson

rng = np.random.default_rng(0)


def softmax32(shape):
    return xl.softmax(rng.normal(size=shape).astype(np.float32))


# ── kinds of arrays ────────────────


def test_objects_that_are_numbers_are_numbers():
    for y in [1, 0], [True, False], [1.0, 0.0], [Fraction(1), Fraction(0)]:
        found = xl.nll(Bernoulli([0.5, 0.25]), np.array(y, dtype=object))
        assert isinstance(found, float)
        assert found == xl.nll(Bernoulli([0.5, 0.25]), [1, 0])
    with pytest.raises(ValueError, match="got the label 7, expected 0 or 1"):
        xl.nll(Bernoulli([0.5, 0.25]), np.array([7, 0], dtype=object))
    with pytest.raises(TypeError, match="x is .* beyond the floats"):
        xl.nll(Normal(0.0, 1.0), [10**400, 1])
    assert xl.entropy(np.array([Fraction(1, 4), Fraction(3, 4)])) == xl.entropy([0.25, 0.75])


def test_a_sympy_expression_among_objects_makes_symbols():
    sp = pytest.importorskip("sympy")
    a = sp.Symbol("a", positive=True)
    assert xl.mse(np.array([a, 1], dtype=object), 1) == (a - 1) ** 2 / 2


MASKED = np.ma.array([0.25, 0.25, 0.5], mask=[1, 0, 0])
OF_MASKED = {
    "logsumexp": xl.logsumexp,
    "entropy": xl.entropy,
    "kl_divergence": lambda x: xl.kl_divergence(x, [0.25, 0.25, 0.5]),
    "nll": lambda x: xl.nll(Normal(0.0, 1.0), x),
    "mse": lambda x: xl.mse(x, 0.0),
    "empirical": xl.empirical,
    "Normal": lambda x: Normal(x, 1.0),
    "normalize": xl.normalize,
    "Evaluation.update": lambda x: xl.Evaluation().update(Normal(0.0, 1.0), x),
}


@pytest.mark.parametrize("name", OF_MASKED)
def test_a_masked_array_is_refused_by_name(name):
    with pytest.raises(TypeError, match=rf"{name}: .* is a masked array, .*compressed\(\)"):
        OF_MASKED[name](MASKED)


def test_scalars_of_numpy_are_numbers_beside_other_arrays():
    torch = pytest.importorskip("torch")
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    xl.nll(Normal(np.float32(0), np.float64(2)), x).backward()
    assert x.grad.tolist() == [0.125, 0.25]


LAYOUTS = {
    "big-endian": lambda a: a.astype(a.dtype.newbyteorder(">")),
    "read-only": lambda a: np.frombuffer(a.tobytes(), a.dtype).reshape(a.shape),
    "reversed": lambda a: np.ascontiguousarray(a[..., ::-1])[..., ::-1],
    "column-major": np.asfortranarray,
    "a subclass": lambda a: a.view(type("Own", (np.ndarray,), {})),
}


@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_do_not_matter(layout):
    z, y = rng.normal(size=(6, 4)), rng.integers(0, 4, size=6)
    change = LAYOUTS[layout]
    for f in (
        lambda z, y: xl.nll(Categorical(logits=z), y),
        lambda z, y: xl.softmax(z)[0],
        lambda z, y: xl.entropy(xl.softmax(z)),
        lambda z, y: xl.marginal_entropy(y),
        lambda z, y: xl.mse(z[0], z[1]),
    ):
        np.testing.assert_array_equal(f(change(z), change(y)), f(z, y))


def test_columns_of_data_frames():
    class Column:
        """What a column of pandas or polars is to NumPy."""

        def __init__(self, values, dtype=None):
            self.values = np.array(values, dtype=dtype)

        def __array__(self, dtype=None, copy=None):
            return self.values if dtype is None else self.values.astype(dtype)

        def __len__(self):
            return len(self.values)

    y, p = Column([1, 0, 1], object), Column([0.5, 0.25, 0.25])
    assert xl.nll(Bernoulli(p), y) == xl.nll(Bernoulli([0.5, 0.25, 0.25]), [1, 0, 1])
    assert xl.entropy(p, base=2) == 1.5
    assert xl.kl_divergence(p, Categorical(probs=[0.5, 0.25, 0.25])) == 0
    names = Column(["no", "yes", "yes"], object)
    assert xl.nll(Bernoulli(0.5), names, classes=["no", "yes"]) == math.log(2)
    with pytest.raises(TypeError, match="missing, once it is a number"):
        xl.nll(Normal(0.0, 1.0), Column([1.0, None], object))


# ── half precision and other types ────────────────


def halves():
    yield np.float16, np.asarray
    torch = pytest.importorskip("torch")
    for kind in torch.float16, torch.bfloat16:
        yield kind, lambda x, dtype: torch.as_tensor(np.asarray(x, np.float32)).to(dtype)


def test_sums_of_half_precision_do_not_overflow():
    for kind, asarray in halves():
        zeros = asarray(np.zeros(65536), dtype=kind)
        assert float(xl.logsumexp(zeros)) == pytest.approx(math.log(65536), rel=4e-3)
        assert float(xl.entropy(Categorical(logits=zeros))) == pytest.approx(11.09, rel=4e-3)
        assert float(xl.nll(Categorical(logits=zeros), [7])) == pytest.approx(math.log(65536))
        counts = asarray(np.full(3000, 100.0), dtype=kind)
        assert float(xl.normalize(counts)[0]) == pytest.approx(1 / 3000, rel=4e-3)
        a = asarray(np.full(3, 200.0), dtype=kind)
        assert float(xl.mse(a, -a, weights=[1, 1, 1])) == 160000
        assert float(xl.log_likelihood(Normal(0.0, 1.0), zeros)) == pytest.approx(
            -65536 * math.log(2 * math.pi) / 2, rel=1e-6
        )


def test_losses_of_half_precision_are_single():
    torch = pytest.importorskip("torch")
    z, y = torch.randn(5, 7), torch.tensor([0, 1, 2, 3, 4])
    for kind in torch.float16, torch.bfloat16:
        found = xl.nll(Categorical(logits=z.to(kind)), y)
        assert found.dtype == torch.float32
        theirs = torch.nn.functional.cross_entropy(z.to(kind).float(), y)
        assert float(found) == pytest.approx(float(theirs), rel=1e-6)
    layer = torch.nn.Linear(7, 7)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = xl.nll(Categorical(logits=layer(z)), y)
        assert loss.dtype == torch.float32
        theirs = torch.nn.functional.cross_entropy(layer(z), y)
        assert float(loss.detach()) == pytest.approx(float(theirs.detach()), rel=1e-5)
    loss.backward()
    assert torch.isfinite(layer.weight.grad).all()


def test_a_pmf_is_judged_by_its_own_type():
    p32, one_hot = softmax32((50, 50)), np.eye(50)
    for f in xl.cross_entropy, xl.kl_divergence:
        found = f(one_hot, p32)
        assert found.dtype == np.float64
        np.testing.assert_allclose(found, -np.log(np.diag(p32).astype(float)), rtol=1e-6)
        assert np.isinf(f(p32, one_hot)).all()
    half = softmax32((9, 9)).astype(np.float16)
    np.testing.assert_allclose(xl.cross_entropy(np.eye(9), half), -np.log(np.diag(half)), rtol=1e-3)
    with pytest.raises(ValueError, match=r"q sums to 1\.00(099|1)"):
        xl.cross_entropy(one_hot, p32 * np.float32(1.001))
    with pytest.raises(ValueError, match=r"p sums to 1\.00000"):  # doubles must do better
        xl.cross_entropy(one_hot * (1 + 1e-7), p32)


INTEGERS = [np.int8, np.uint8, np.int32, np.int64, np.uint64, bool]


@pytest.mark.parametrize("kind", INTEGERS, ids=lambda kind: np.dtype(kind).name)
def test_integers_of_every_type(kind):
    y, f = np.array([1, 0, 1], kind), np.array([0, 1, 1], kind)
    assert xl.mse(y, f) == 2 / 3
    assert xl.nll(Bernoulli(0.75), y) == xl.nll(Bernoulli(0.75), [1, 0, 1])
    assert xl.nll(Categorical(logits=[0.0, 1.0]), y) == xl.nll(
        Categorical(logits=[0.0, 1.0]), [1, 0, 1]
    )
    assert xl.nll(Poisson(2.0), y) == xl.nll(Poisson(2.0), [1, 0, 1])


def test_integers_keep_their_digits():
    now = 1_700_000_000
    for kind in np.int32, np.int64, np.uint64:
        a, b = np.array([now + 1], kind), np.array([now], kind)
        assert xl.mse(a, b) == xl.mse(b, a) == 1
        assert xl.nll(Normal(b, 1.0), a) == xl.nll(Normal(0.0, 1.0), [1])
        assert xl.nll(Normal(b.astype(np.float32) * 0, 1.0), a) == pytest.approx(now**2 / 2)
    big = np.array([2**62 + 1]), np.array([2**62])
    assert xl.mse(*big) == 1
    assert xl.mse(np.array([2**63 - 1]), np.array([-(2**63)])) == pytest.approx(2.0**128)
    torch = pytest.importorskip("torch")
    a, b = torch.tensor([now + 1]), torch.tensor([now])
    assert float(xl.mse(a, b)) == 1
    assert float(xl.nll(Normal(b, 1.0), a)) == pytest.approx(xl.nll(Normal(0.0, 1.0), [1]))


# ── names of classes ────────────────

PETS = ["cat", "dog", "owl"]


def test_classes_by_name():
    z, names, y = rng.normal(size=(3, 3)), ["owl", "cat", "cat"], [2, 0, 0]
    expected = xl.nll(Categorical(logits=z), y)
    assert xl.nll(Categorical(logits=z), names, classes=PETS) == expected
    assert xl.nll(Categorical(logits=z, classes=PETS), np.array(names)) == expected
    assert xl.nll(Categorical(logits=z, classes=PETS), y) == expected
    assert Categorical(logits=z, classes=PETS).log_prob(names).tolist() == (
        Categorical(logits=z).log_prob(y).tolist()
    )
    assert xl.marginal_entropy(names, classes=PETS) == xl.marginal_entropy(y)
    assert xl.empirical(names, classes=PETS).prob(0) == 2 / 3
    assert xl.empirical([[1.0], [2.0], [2.0]], names, classes=PETS).weights.sum() == 1
    found = xl.Evaluation().update(Categorical(logits=z), names, classes=PETS)
    assert found.nats == pytest.approx(expected) and list(found.counts) == [2, 0, 1]
    padded = xl.nll(Categorical(logits=z, classes=PETS), ["owl", "?", "cat"], ignore="?")
    assert padded == xl.nll(Categorical(logits=z[[0, 2]]), [2, 0])
    torch = pytest.importorskip("torch")
    found = xl.nll(Categorical(logits=torch.tensor(z)), names, classes=PETS)
    assert float(found) == pytest.approx(float(expected))


def test_names_that_are_none_are_refused():
    z = [0.0, 1.0, 2.0]
    with pytest.raises(ValueError, match=r"nll: got the label 'eel', expected one of \['cat'"):
        xl.nll(Categorical(logits=z), ["eel"], classes=PETS)
    with pytest.raises(ValueError, match="classes are a, b, expected 3 different names"):
        Categorical(logits=z, classes=["a", "b"])
    with pytest.raises(ValueError, match=r"classes are \['a', 'a'\], expected different ones"):
        xl.marginal_entropy(["a"], classes=["a", "a"])
    with pytest.raises(TypeError, match=r"classes=\[…\] says which label each name stands for"):
        xl.nll(Categorical(logits=z), ["cat"])


# ── where the outcomes are ────────────────


def test_channels_first():
    z = rng.normal(size=(2, 5, 4, 3))
    y = rng.integers(0, 5, size=(2, 4, 3))
    last = np.moveaxis(z, 1, -1)
    model = Categorical(logits=z, axis=1)
    assert model.batch_shape == (2, 4, 3)
    assert xl.nll(model, y) == xl.nll(Categorical(logits=last), y)
    one_hot = np.moveaxis(np.eye(5)[y], -1, 1)
    found = xl.cross_entropy(one_hot, model, axis=1)
    np.testing.assert_allclose(found, -Categorical(logits=last).log_prob(y))
    p = xl.softmax(z, axis=1)
    np.testing.assert_allclose(
        xl.kl_divergence(Categorical(probs=p, axis=1), model, axis=1), 0, atol=1e-13
    )
    for f in (
        lambda: xl.cross_entropy(one_hot, Categorical(logits=last), axis=1),
        lambda: xl.entropy(Categorical(logits=z), axis=7),
        lambda: xl.kl_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0), axis=0),
        lambda: xl.perplexity(one_hot, Categorical(logits=last), axis=None),
    ):
        with pytest.raises(ValueError, match=r"got axis=.* beside .*Categorical\(…, axis="):
            f()


def test_joint_tables():
    joint = rng.dirichlet(np.ones(12)).reshape(3, 4)
    other = rng.dirichlet(np.ones(12)).reshape(3, 4)
    for axis in None, (0, 1), (-2, -1), (1, 0):
        assert xl.entropy(joint, axis=axis) == pytest.approx(xl.entropy(joint.ravel()), rel=1e-14)
        for f in xl.cross_entropy, xl.kl_divergence, xl.js_divergence, xl.total_variation:
            expected = f(joint.ravel(), other.ravel())
            assert f(joint, other, axis=axis) == pytest.approx(expected, rel=1e-13)
        np.testing.assert_allclose(xl.normalize(joint * 7, axis=axis), joint, rtol=1e-14)
        found = xl.softmax(np.log(joint), axis=axis)
        np.testing.assert_allclose(found, joint, rtol=1e-13)
    batch = np.stack([joint, other], axis=1)  # the batch stands between
    np.testing.assert_allclose(
        xl.entropy(batch, axis=(0, 2)), [xl.entropy(t.ravel()) for t in (joint, other)]
    )
    np.testing.assert_allclose(xl.normalize(batch, axis=(0, 2)), batch)
    with pytest.raises(ValueError, match=r"p has outcomes of shape \(3, 4\), q .* \(4, 3\)"):
        xl.kl_divergence(joint, joint.T, axis=None)
    for wrong in (0, 0), (0, 5), ():
        with pytest.raises(ValueError, match="joint|axes, expected outcomes on axis"):
            xl.entropy(joint, axis=wrong)
    with pytest.raises(ValueError, match="axis=None that it is a joint table"):
        xl.entropy(joint)


ROWS = np.array([[2.0, 0.0], [0.0, 2.0]])
MISFITS = {
    "one-hot rows": (lambda: xl.nll(Categorical(logits=ROWS), np.eye(2)), r"cross_entropy\(x, m"),
    "soft labels": (lambda: xl.nll(Categorical(logits=ROWS), ROWS / 2), r"cross_entropy\(x, m"),
    "a column of labels": (lambda: xl.nll(Categorical(logits=ROWS), [[0], [1]]), r"x\[\.\.\., 0\]"),
    "a column of models": (lambda: xl.nll(Normal([[0.0], [1.0]], 1.0), [0, 1]), "axis of length 1"),
    "a row of models": (
        lambda: xl.nll(Normal([0.0, 1.0], 1.0), np.zeros((3, 2))),
        "one for each draw",
    ),
    "a row of predictions": (lambda: xl.mse(np.zeros((2, 3)), np.zeros(3)), "one for each target"),
    "a row of forecasts": (
        lambda: xl.gaussian_nll(np.zeros((2, 3)), np.zeros(3), 1.0),
        "one for each target",
    ),
    "channels first": (
        lambda: xl.nll(Categorical(logits=np.zeros((2, 3, 4, 4))), np.zeros((2, 4, 4), int)),
        r"Categorical\(…, axis=1\)",
    ),
}


@pytest.mark.parametrize("what", MISFITS)
def test_what_does_not_fit_says_what_helps(what):
    f, message = MISFITS[what]
    with pytest.raises(ValueError, match=f"expected one .*{message}"):
        f()


def test_several_labels_of_one_example():
    z, tags = rng.normal(size=(4, 3)), rng.integers(0, 2, size=(4, 3))
    each = xl.nll(Bernoulli(logits=z), tags)
    assert xl.nll(Independent(Bernoulli(logits=z), 1), tags) == pytest.approx(3 * each)
