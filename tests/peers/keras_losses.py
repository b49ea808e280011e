"""Keras' losses on JAX in double precision, a batch of one and no reduction.

Most mean over the last axis: numbers come as vectors of one.
"""

import numpy as np
from jax_batch import batch, floats, number  # sets the backend: before Keras
from plain import softmax

import keras  # isort: skip

keras.config.set_floatx("float64")


def loss(of, see=lambda y, f: (y, f), **renamed):
    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        y, f = see(y, f)
        return number(of(reduction=None, dtype="float64", **options)(floats(y), floats(f)))

    return value


def in_a_vector(y, f):
    return [y], [f]


def chance(y, f):
    """A logit as a probability."""
    return [y], [1 / (1 + np.exp(-f))]


def one_hot(y, f):
    return np.eye(len(f))[y], f


def chances(y, f):
    return np.eye(len(f))[y], softmax(f)


def sparse(y, f):
    of = keras.losses.SparseCategoricalCrossentropy(reduction=None, dtype="float64")
    return number(of(batch(y), batch(softmax(f))))


def generalised(y, f, q):
    of = keras.losses.CategoricalGeneralizedCrossEntropy(q=q, reduction=None, dtype="float64")
    return number(of(batch(y), batch(f)))


def ctc(y, f):
    """Its labels end at the first 0, its logits at the length of the batch."""
    return number(keras.losses.CTC(reduction=None, dtype="float64")(batch(y), batch(f)))


def circle(y, f, gamma, margin):
    """Takes unit vectors; a number for each item of the batch."""
    f = f / np.linalg.norm(f, axis=1, keepdims=True)
    options = {"gamma": gamma, "margin": margin, "reduction": None, "dtype": "float64"}
    return float(np.mean(keras.losses.Circle(**options)(y, f)))


k = keras.losses
SHIPPED = {
    "keras.MeanSquaredError": loss(k.MeanSquaredError, in_a_vector),
    "keras.MeanAbsoluteError": loss(k.MeanAbsoluteError, in_a_vector),
    "keras.Huber": loss(k.Huber, in_a_vector, delta="delta"),
    "keras.LogCosh": loss(k.LogCosh, in_a_vector),
    "keras.MeanSquaredLogarithmicError": loss(k.MeanSquaredLogarithmicError, in_a_vector),
    "keras.MeanAbsolutePercentageError": loss(k.MeanAbsolutePercentageError, in_a_vector),
    "keras.CosineSimilarity": loss(k.CosineSimilarity),
    "keras.BinaryCrossentropy": loss(k.BinaryCrossentropy, in_a_vector),
    "keras.CategoricalCrossentropy": loss(k.CategoricalCrossentropy, chances),
    "keras.SparseCategoricalCrossentropy": sparse,
    "keras.KLDivergence": loss(k.KLDivergence),
    "keras.BinaryFocalCrossentropy": loss(k.BinaryFocalCrossentropy, chance, gamma="gamma"),
    "keras.CategoricalFocalCrossentropy":
        loss(k.CategoricalFocalCrossentropy, chances, gamma="gamma"),
    "keras.CategoricalGeneralizedCrossEntropy": generalised,
    "keras.Hinge": loss(k.Hinge, in_a_vector),
    "keras.SquaredHinge": loss(k.SquaredHinge, in_a_vector),
    "keras.CategoricalHinge": loss(k.CategoricalHinge, one_hot),
    "keras.Poisson": loss(k.Poisson, lambda y, f: ([y], [np.exp(f)])),
    "keras.CTC": ctc,
    "keras.Circle": circle,
    "keras.Dice": loss(k.Dice),
    "keras.Tversky": loss(k.Tversky, missed="alpha", extra="beta"),
}
SLOPES = {}
LEFT_OUT = {}
