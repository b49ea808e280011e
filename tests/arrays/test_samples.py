"""Samples in any form, drawn at random: of any library, type and shape, with weights or a mask, and
with what is no outcome wherever a draw is absent. The loss is that of SciPy's distributions."""

import numpy as np
import pytest
from scipy import stats
from scipy.special import log_softmax

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, Normal, Poisson

SHAPES = (5,), (2, 3), (1,), (4, 1), (3, 2, 2)
ACCURACY = {"f8": 1e-12, "f4": 3e-6, "f2": 2e-3}


def forms():
    """Ways to hand numbers over; those of libraries that are not installed are left out."""
    found = {
        "lists": lambda a: a.tolist(),
        "numpy": lambda a: a,
        "objects": lambda a: a.astype(object),
        "other byte order": lambda a: a.astype(a.dtype.newbyteorder(">")),
        "other strides": lambda a: np.stack([a, a], axis=-1)[..., 0],
    }
    try:
        import torch

        found["torch"] = torch.tensor
    except ModuleNotFoundError:
        pass
    import dask.array
    import jax

    found["jax"] = jax.numpy.asarray
    found["dask"] = lambda a: dask.array.from_array(a, chunks=-1)
    return found


FORMS = forms()


def normal(rng, batch, shape, kind):
    loc, scale = rng.normal(size=batch), rng.uniform(0.5, 2, size=batch)
    y = rng.normal(size=shape)
    loc, scale, y = (np.asarray(a, kind).astype(float) for a in (loc, scale, y))
    costs = -stats.norm(loc, scale).logpdf(y)
    return lambda form: Normal(form(loc), form(scale)), y, costs, (np.nan, np.inf, 1e300)


def bernoulli(rng, batch, shape, kind):
    t = np.asarray(rng.normal(size=batch) * 3, kind).astype(float)
    y = rng.integers(0, 2, size=shape)
    costs = np.logaddexp(0, np.where(y == 1, -t, t))
    return lambda form: Bernoulli(logits=form(t)), y, costs, (-100, 7)


def poisson(rng, batch, shape, kind):
    rate = np.asarray(rng.uniform(0.1, 5, size=batch), kind).astype(float)
    y = rng.poisson(2, size=shape)
    return lambda form: Poisson(form(rate)), y, -stats.poisson(rate).logpmf(y), (-100, -1)


def categorical(rng, batch, shape, kind):
    k = int(rng.choice([2, 3, 5]))
    z = np.asarray(rng.normal(size=(*batch, k)) * 3, kind).astype(float)
    y = rng.integers(0, k, size=shape)
    log_p = np.broadcast_to(log_softmax(z, axis=-1), (*shape, k))
    costs = -np.take_along_axis(log_p, y[..., None], -1)[..., 0]
    axis = int(rng.choice([-1, 0])) if batch else -1

    def model(form):
        return Categorical(logits=form(np.moveaxis(z, -1, axis)), axis=axis)

    return model, y, costs, (-100, 99)


@pytest.mark.parametrize("seed", range(8))
@pytest.mark.parametrize("name", FORMS)
def test_a_sample_in_any_form(name, seed):
    rng = np.random.default_rng([seed, len(name)])
    for draw in normal, bernoulli, poisson, categorical:
        kind = str(rng.choice(["f4", "f4", "f2"] if name == "jax" else ["f8", "f8", "f4", "f2"]))
        shape = SHAPES[rng.integers(len(SHAPES))]
        batch = shape if rng.random() < 0.6 else ()
        model, y, costs, wrong = draw(rng, batch, shape, kind)
        w = rng.integers(0, 3, size=shape).astype(float)
        w.flat[rng.integers(w.size)] = 2
        expected = np.sum(w * costs) / np.sum(w)
        y = np.where((w == 0) & (rng.random(shape) < 0.5), rng.choice(wrong), y)

        def form(a):
            a = np.asarray(a)
            narrow = a.dtype.kind == "f" and name not in ("lists", "objects")
            return FORMS[name](a.astype(kind) if narrow else a)

        with np.errstate(over="ignore"):  # 1e300 in single precision
            y = form(y) if y.dtype.kind == "f" else FORMS[name](y)
        options = {"weights": form(w)}
        if rng.random() < 0.3:
            expected = costs[w > 0].mean()
            options = {"ignore": FORMS[name](w == 0)}
        found = xl.nll(model(form), y, **options)
        found = float(found.compute() if name == "dask" else found)
        assert found == pytest.approx(expected, rel=ACCURACY[kind], abs=ACCURACY[kind])
