"""A draw of weight 0, or one to ignore, is absent: nothing about it is looked at, by the value, by
a derivative, by a check, in any family and any library."""

import math

import numpy as np
import pytest
from family_checks import draw_member, every_family, likely, parameters

import xent_lit as xl
from xent_lit import Categorical, Evaluation, Normal, empirical

nan, inf = math.nan, math.inf
LOGITS = np.log([[0.5, 0.25, 0.25], [0.25, 0.5, 0.25], [0.2, 0.2, 0.6]])


def three_draws(family):
    """A member, two draws of it, and the same with what is no outcome between them."""
    rng = np.random.default_rng(0)
    member = draw_member(family, rng)
    x = np.stack([np.asarray(likely(member, rng), float) for _ in range(2)])
    return member, x, lambda wrong: np.stack([x[0], np.full_like(x[0], wrong), x[1]])


@every_family
def test_the_value_does_not_see_what_is_absent(family):
    member, x, between = three_draws(family)
    expected = float(xl.nll(member, x, weights=[1.0, 2.0]))
    for wrong in nan, inf, -100.0:
        some = between(wrong)
        assert float(xl.nll(member, some, weights=[1, 0, 2])) == expected
        total = xl.log_likelihood(member, some, weights=[1, 0, 2])
        assert float(total) == pytest.approx(-3 * expected, rel=1e-14)
        seen = Evaluation().update(member, some, [1, 0, 2])
        assert seen.nats == pytest.approx(expected, rel=1e-14) and seen.weight == 3
        mask = [False, True, False]
        assert float(xl.nll(member, some, weights=[1, 1, 2], ignore=mask)) == expected
        if not member.event_ndims:
            assert float(xl.nll(member, some, weights=[1, 7, 2], ignore=wrong)) == expected


def tensors(member, where):
    """The parameters of a member, one for each of three draws, as arrays of a library."""
    if where == "torch":
        torch = pytest.importorskip("torch")
        asarray = torch.tensor
    else:
        asarray = pytest.importorskip("jax").numpy.asarray
    given = parameters(member)
    return asarray, {
        name: asarray(np.stack([a] * 3).astype(np.float32)) for name, a in given.items()
    }


@every_family
@pytest.mark.parametrize("where", ["torch", "jax", "jax, hidden"])
def test_the_gradient_does_not_see_what_is_absent(family, where):
    member, x, between = three_draws(family)
    asarray, given = tensors(member, where.partition(",")[0])

    def gradients(x, w):
        def loss(parameters, x, w):
            return xl.nll(family(**parameters), x, weights=w)

        if where == "torch":
            import torch

            leaves = {name: a.clone().requires_grad_() for name, a in given.items()}
            found = torch.autograd.grad(loss(leaves, x, w), [*leaves.values()], allow_unused=True)
            return [np.asarray(g) for g in found if g is not None]
        import jax

        slope = jax.grad(loss)
        if "hidden" in where:  # weights and draws, too
            slope = jax.vmap(slope, in_axes=(None, 0, 0))
            x, w = x[None], w[None]
        return [np.asarray(g).reshape(3, -1) for g in slope(given, x, w).values()]

    def as32(x):
        return asarray(np.asarray(x, np.float32))

    w = as32([1.0, 0.0, 2.0])
    try:
        expected = gradients(as32(np.stack([x[0], x[1], x[1]])), w)
    except NotImplementedError:  # it says that it has no gradient
        return
    for wrong in nan, inf, -100.0:
        found = gradients(as32(between(wrong)), w)
        for g, right in zip(found, expected, strict=True):
            np.testing.assert_allclose(g.reshape(right.shape), right, rtol=1e-4, atol=1e-6)
            assert (g.reshape(3, -1)[1] == 0).all()


@pytest.mark.parametrize("where", ["numpy", "torch", "jax"])
@pytest.mark.parametrize("row", [[nan] * 3, [-inf] * 3, [inf, 0.0, 0.0]], ids=str)
def test_logits_behind_an_absent_draw(row, where):
    library = np if where == "numpy" else pytest.importorskip(where)
    asarray = {"torch": "tensor"}.get(where, "asarray")
    asarray = getattr(library.numpy if where == "jax" else library, asarray)
    z = asarray(np.stack([LOGITS[0], row, LOGITS[2]]))
    for options in {"weights": [1, 0, 1]}, {"ignore": -100}, {"ignore": [False, True, False]}:
        found = xl.nll(Categorical(logits=z), asarray([0, -100, 2]), **options)
        np.testing.assert_allclose(found, -np.log(0.5 * 0.6) / 2, rtol=1e-6)
    seen = Evaluation().update(Categorical(logits=z), asarray([0, -100, 2]), ignore=-100)
    assert seen.weight == 2


def test_second_derivatives_do_not_see_what_is_absent():
    torch = pytest.importorskip("torch")
    z = torch.tensor(LOGITS, requires_grad=True)

    def loss(z):
        return xl.nll(Categorical(logits=z), [0, 1, -100], weights=[1, 1, 0])

    found = torch.autograd.functional.hessian(loss, z)
    kept = torch.autograd.functional.hessian(
        lambda z: xl.nll(Categorical(logits=z), [0, 1]), z[:2].detach()
    )
    np.testing.assert_allclose(found[:2, :, :2], kept, rtol=1e-12)
    assert (found[2] == 0).all() and (found[:, :, 2] == 0).all()


def test_samples_and_fits_do_not_see_what_is_absent():
    assert empirical([1, nan, 3], weights=[1, 0, 1]).values[0].tolist() == [1, 3]
    best = xl.mle(Normal, [1, nan, 3], weights=[1, 0, 1])
    assert (float(best.loc), float(best.scale)) == (2, 1)
    assert float(xl.mle(xl.Bernoulli, [1, -100, 0], weights=[1, 0, 1]).probs) == 0.5
    assert float(xl.marginal_entropy([0, 7, 1], weights=[1, 0, 1], base=2)) == 1
    assert float(xl.mse([1, nan, 3], [0, 0, inf], weights=[1, 0, 0])) == 1
    assert float(xl.gaussian_nll([1, nan], 0, 1, weights=[1, 0])) == xl.gaussian_nll([1], 0, 1)

    def line(theta):
        return lambda x: Normal(theta[0] + theta[1] * x, 1.0)

    found = xl.fit(line, [0, 0], [0, 1, nan, 2], [1, 3, inf, 5], weights=[1, 1, 0, 1])
    np.testing.assert_allclose(found.theta, [1, 2], rtol=1e-6)


def test_lazy_arrays_do_not_see_what_is_absent():
    dask = pytest.importorskip("dask.array")
    z, y = (dask.from_array(np.asarray(a), chunks=-1) for a in (LOGITS, [0, 1, -100]))
    w = dask.from_array(np.array([1.0, 1.0, 0.0]), chunks=-1)
    for options in {"weights": w}, {"ignore": -100}:
        found = xl.nll(Categorical(logits=z), y, **options).compute()
        np.testing.assert_allclose(found, -np.log(0.5), rtol=1e-14)
    seen = xl.evaluate_lazy(lambda z: Categorical(logits=z), z, y, w).compute()
    assert seen.weight == 2 and seen.nats == pytest.approx(-np.log(0.5), rel=1e-14)


@pytest.mark.parametrize("cut", [2, 70_001])
def test_large_samples_in_stretches(cut):
    rng = np.random.default_rng(0)
    x, w = rng.normal(size=300_000), rng.integers(0, 2, size=300_000).astype(float)
    w[:cut] = 0
    loc = rng.normal(size=x.shape)
    expected = xl.nll(Normal(loc[w > 0], 1.0), x[w > 0])
    x[w == 0] = nan
    assert float(xl.nll(Normal(loc, 1.0), x, weights=w)) == pytest.approx(expected, rel=1e-13)


def test_when_all_draws_are_absent():
    for options in {"weights": [0, 0]}, {"ignore": 1}, {"ignore": [True, True]}:
        with pytest.raises(ValueError, match="nll: all draws are absent, expected one that counts"):
            xl.nll(Normal(0.0, 1.0), [1, 1], **options)
    assert Evaluation().update(Normal(0.0, 1.0), [nan, nan], [0, 0]).weight == 0
    with pytest.raises(ValueError, match="empirical: all draws are absent"):
        empirical([nan, 1], weights=[0, 0])


def test_what_cannot_be_ignored_is_refused():
    vectors = xl.MultivariateNormal([0.0, 0.0], scale_tril=[[1.0, 0.0], [0.0, 1.0]])
    with pytest.raises(ValueError, match=r"ignore is the label -1, the draws are vectors; .* mask"):
        xl.nll(vectors, [[0.0, -1.0]], ignore=-1)
    with pytest.raises(ValueError, match=r"ignore has shape \(3,\) .* a mask of shape \(2,\)"):
        xl.nll(Normal(0.0, 1.0), [1, 2], ignore=[True, False, True])
