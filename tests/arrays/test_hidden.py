"""Values that cannot be looked at: a compiler or a vectoriser hides them, or they are lazy. What
would be refused becomes NaN, never a finite number; a Dask array raises, in the same words, when
it is computed."""

import math

import numpy as np
import pytest
from family_checks import CANDIDATES, FAMILIES, draw_member, every_family, likely, parameters

import xent_lit as xl

nan = math.nan
WRONG_LABELS = -1.0, -100.0, 0.5, nan


def batches(where):
    """``vmap`` and ``asarray`` of a library whose vectoriser hides values."""
    if where == "torch":
        torch = pytest.importorskip("torch")
        return torch.func.vmap, torch.tensor
    jax = pytest.importorskip("jax")
    return jax.vmap, jax.numpy.asarray


both = pytest.mark.parametrize("where", ["torch", "jax"])


def hidden(f, where, *values):
    """``f`` of each of the values, none of which it can look at."""
    vmap, asarray = batches(where)
    stacked = asarray(np.stack([np.asarray(v, np.float32) for v in values]))
    return np.asarray(vmap(f)(stacked), dtype=float)


def wrong_values(family, name, given):
    rule = family.rules[name]
    for wrong in CANDIDATES:
        value = np.full_like(given, wrong) if rule.ndims else np.asarray(wrong)
        if not bool(np.all(rule.fits(value.astype(np.float32), np))):
            yield value


@both
@every_family
def test_a_hidden_parameter_that_is_wrong_gives_nan(family, where):
    _, asarray = batches(where)
    member = draw_member(family, np.random.default_rng(0))
    given, x = parameters(member), likely(member, np.random.default_rng(0))
    x = asarray(np.asarray(x, np.float32))
    others = {name: asarray(np.asarray(a, np.float32)) for name, a in given.items()}
    for name, good in given.items():

        def log_prob(value, name=name):
            return family(**{**others, name: value}).log_prob(x)

        wrong = [*wrong_values(family, name, good)]
        try:
            found = hidden(log_prob, where, good, *wrong)
        except NotImplementedError:  # it says that it needs values
            continue
        assert np.isfinite(found[0])
        assert np.isnan(found[1:]).all(), (name, wrong, found)


DISCRETE = [family for family in FAMILIES if family.discrete]


@both
@pytest.mark.parametrize("family", DISCRETE, ids=lambda family: family.__name__)
def test_a_hidden_label_that_is_wrong_gives_nan(family, where):
    _, asarray = batches(where)
    member = draw_member(family, np.random.default_rng(0))
    model = member._with(
        {name: asarray(np.asarray(a, np.float32)) for name, a in parameters(member).items()}
    )
    x = likely(member, np.random.default_rng(0))
    found = hidden(model.log_prob, where, x, *(np.full_like(x, y) for y in WRONG_LABELS))
    np.testing.assert_allclose(found[0], np.asarray(member.log_prob(x)), rtol=1e-4)
    assert np.isnan(found[1:]).all(), found


OF_HIDDEN = {
    "a label of no class": (lambda y: xl.nll(xl.Categorical(logits=[0.0, 1.0]), y), 1.0, -100.0),
    "7 for a coin": (lambda y: xl.nll(xl.Bernoulli(logits=0.5), y), 1.0, 7.0),
    "no pmf": (xl.entropy, [0.5, 0.5], [0.5, 0.4]),
    "a negative probability": (xl.entropy, [0.5, 0.5], [1.5, -0.5]),
    "no pmf, model": (lambda q: xl.cross_entropy([0.5, 0.5], q), [0.5, 0.5], [0.4, 0.4]),
    "no pmf, divergence": (lambda q: xl.kl_divergence([0.5, 0.5], q), [0.5, 0.5], [0.4, 0.4]),
    "no pmf, Categorical": (lambda p: xl.Categorical(probs=p).log_prob(0), [0.5, 0.5], [0.5, 0.4]),
    "no weights": (lambda w: xl.normalize(w)[0], [1.0, 2.0], [0.0, 0.0]),
    "negative weights": (lambda w: xl.normalize(w)[0], [1.0, 2.0], [2.0, -1.0]),
    "all draws absent": (
        lambda w: xl.nll(xl.Normal(0.0, 1.0), w * 0 + 1, weights=w),
        [1.0, 0.0],
        [0.0, 0.0],
    ),
    "negative weight of a draw": (
        lambda w: xl.nll(xl.Normal(0.0, 1.0), w * 0 + 1, weights=w),
        [1.0, 0.0],
        [2.0, -1.0],
    ),
    "negative weights of a sample": (
        lambda w: xl.empirical([1.0, 2.0], weights=w).expect(lambda x: x),
        [1.0, 2.0],
        [2.0, -1.0],
    ),
    "NaN logits": (lambda z: xl.Categorical(logits=z).log_prob(0), [0.0, 1.0], [nan, 1.0]),
    "logits that allow nothing": (
        lambda z: xl.Categorical(logits=z).log_prob(0),
        [0.0, 1.0],
        [-math.inf, -math.inf],
    ),
    "lengths below 0": (xl.kraft_sum, [1.0, 1.0], [-1.0, 1.0]),
    "a scale below 0": (lambda s: xl.gaussian_nll([1.0, 2.0], 0.0, s), 1.0, -1.0),
    "a label in a fit": (lambda x: xl.mle(xl.Bernoulli, x).probs, [0.0, 1.0], [0.0, 7.0]),
    "a count in a fit": (lambda x: xl.mle(xl.Poisson, x).rate, [0.0, 1.0], [0.0, 0.5]),
}


@both
@pytest.mark.parametrize("what", OF_HIDDEN)
def test_what_is_wrong_and_hidden_is_nan(what, where):
    f, right, wrong = OF_HIDDEN[what]
    found = hidden(f, where, right, wrong)
    assert np.isfinite(found[0]) and np.isnan(found[1]), found


@pytest.mark.parametrize("what", OF_HIDDEN)
def test_a_lazy_array_raises_the_same_when_it_is_computed(what):
    dask = pytest.importorskip("dask.array")
    f, right, wrong = OF_HIDDEN[what]
    if "fit" in what or "allow" in what or "NaN" in what:
        pytest.skip("such a value is NaN by itself")
    lazy = f(dask.from_array(np.asarray(wrong), chunks=-1))
    with pytest.raises(ValueError, match=".") as late, np.errstate(all="ignore"):
        lazy.compute()
    with pytest.raises(ValueError, match=".") as early:
        f(np.asarray(wrong))
    assert str(late.value) == str(early.value)
    good = f(dask.from_array(np.asarray(right), chunks=-1)).compute()
    np.testing.assert_allclose(good, f(np.asarray(right)))


@pytest.mark.filterwarnings("ignore:Dynamo detected")
def test_compiled_functions_refuse_padding_too():
    torch, jax = pytest.importorskip("torch"), pytest.importorskip("jax")

    def loss(z, y):
        return xl.nll(xl.Categorical(logits=z), y)

    z = np.log([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.2, 0.2, 0.6]])
    for y, right in ([0, 1, 2], loss(z, [0, 1, 2])), ([0, 1, -100], nan):
        found = jax.jit(loss)(jax.numpy.asarray(z), jax.numpy.asarray(y))
        np.testing.assert_allclose(found, right, rtol=1e-6)
        compiled = torch.compile(loss, backend="eager", fullgraph=True)
        found = compiled(torch.tensor(z), torch.tensor(y))
        np.testing.assert_allclose(found, right, rtol=1e-12)

    def masked(z, y):
        return xl.nll(xl.Categorical(logits=z), y, ignore=-100)

    compiled = torch.compile(masked, backend="eager", fullgraph=True)
    found = compiled(torch.tensor(z), torch.tensor([0, 1, -100]))
    np.testing.assert_allclose(found, -np.log(0.5), rtol=1e-12)
