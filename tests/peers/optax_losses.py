"""optax's losses in double precision; most have no reduction."""

import jax.numpy as jnp
import numpy as np
import optax
from jax.scipy.special import logsumexp
from jax_batch import batch, floats, number
from plain import sign


def loss(of, see=lambda y, f: (y, f), **renamed):
    """Predictions first, as all of optax has them."""

    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        y, f = see(y, f)
        return number(of(floats(f), floats(y), **options))

    return value


def of_class(of, **renamed):
    """The class as a number."""

    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        return number(of(floats(f), batch(y), **options))

    return value


def one_hot(y, f):
    return np.eye(len(f))[y], f


def signs(y, f):
    return sign(y), f


def log_chances(y, f):
    return y, np.log(f)


def smoothed(y, f, epsilon):
    labels = optax.smooth_labels(floats(np.eye(len(f))[y]), epsilon)
    return number(optax.softmax_cross_entropy(floats(f), labels))


def fenchel_young(y, f):
    """Of the log-sum-exp: the softmax cross-entropy."""
    of = optax.losses.make_fenchel_young_loss(max_fun=logsumexp)
    return number(of(jnp.asarray(f), jnp.eye(len(f))[y]))


def whole(y, f):
    """Logits and labels without padding."""
    return floats(f), jnp.zeros((1, len(f))), batch(y), jnp.zeros((1, len(y)))


def nt_xent(y, f, temperature):
    return number(optax.losses.ntxent(jnp.asarray(f), jnp.asarray(y), temperature))


def triplet(y, f, margin):
    return number(optax.losses.triplet_margin_loss(*map(floats, f), margin=margin))


def dice(y, f):
    """Takes logits; without smoothing."""
    logits = floats(np.log(f / (1 - f)))
    return number(optax.losses.binary_dice_loss(logits[..., None], floats(y)[..., None], smooth=0))


k = optax.losses
SHIPPED = {
    "optax.squared_error": loss(k.squared_error),
    "optax.l2_loss": loss(k.l2_loss),
    "optax.huber_loss": loss(k.huber_loss, delta="delta"),
    "optax.log_cosh": loss(k.log_cosh),
    "optax.cosine_distance": loss(k.cosine_distance),
    "optax.sigmoid_binary_cross_entropy": loss(k.sigmoid_binary_cross_entropy),
    "optax.softmax_cross_entropy": loss(k.softmax_cross_entropy, one_hot),
    "optax.softmax_cross_entropy_with_integer_labels":
        of_class(k.softmax_cross_entropy_with_integer_labels),
    "optax.safe_softmax_cross_entropy": loss(k.safe_softmax_cross_entropy, one_hot),
    "optax.smooth_labels": smoothed,
    "optax.kl_divergence": loss(k.kl_divergence, log_chances),
    "optax.kl_divergence_with_log_targets":
        loss(k.kl_divergence_with_log_targets, lambda y, f: (np.log(y), np.log(f))),
    "optax.convex_kl_divergence": loss(k.convex_kl_divergence, log_chances),
    "optax.sigmoid_focal_loss": loss(k.sigmoid_focal_loss, gamma="gamma"),
    "optax.poly_loss_cross_entropy": loss(k.poly_loss_cross_entropy, one_hot, epsilon="epsilon"),
    "optax.hinge_loss": loss(k.hinge_loss, signs),
    "optax.perceptron_loss": loss(k.perceptron_loss, signs),
    "optax.multiclass_perceptron_loss": of_class(k.multiclass_perceptron_loss),
    "optax.multiclass_hinge_loss": of_class(k.multiclass_hinge_loss),
    "optax.sparsemax_loss":
        lambda y, f: number(k.sparsemax_loss(floats(f), batch(bool(y)))),
    "optax.multiclass_sparsemax_loss": of_class(k.multiclass_sparsemax_loss),
    "optax.make_fenchel_young_loss": fenchel_young,
    "optax.generalized_kl_divergence": loss(k.generalized_kl_divergence, log_chances),
    "optax.ctc_loss": lambda y, f: number(k.ctc_loss(*whole(y, f))),
    "optax.ctc_loss_with_forward_probs":
        lambda y, f: number(k.ctc_loss_with_forward_probs(*whole(y, f))[0]),
    "optax.ranking_softmax_loss": loss(k.ranking_softmax_loss),
    "optax.ntxent": nt_xent,
    "optax.triplet_margin_loss": triplet,
    "optax.binary_dice_loss": dice,
}
SLOPES = {}
LEFT_OUT = {
    "optax.dice_loss": "a mean of Dice over classes: compared as binary_dice_loss, which calls it",
    "optax.multiclass_generalized_dice_loss": "the same, weighted by how rare a class is",
}
