"""Rax on JAX in double precision: one list, and a sum where it would average."""

import jax.numpy as jnp
import numpy as np
import rax
from jax_batch import floats, number


def listed(loss, **renamed):
    def value(y, f, **shape):
        options = {renamed[name]: number for name, number in shape.items()}
        return number(loss(floats(f), floats(y), reduce_fn=jnp.sum, **options))

    return value


def poly(y, f, epsilon):
    return listed(rax.poly1_softmax_loss, epsilon="epsilon")(np.eye(len(f))[y], f, epsilon=epsilon)


SHIPPED = {
    "rax.poly1_softmax_loss": poly,
    "rax.pairwise_logistic_loss": listed(rax.pairwise_logistic_loss),
    "rax.pairwise_hinge_loss": listed(rax.pairwise_hinge_loss),
    "rax.pairwise_mse_loss": listed(rax.pairwise_mse_loss),
    "rax.pairwise_soft_zero_one_loss": listed(rax.pairwise_soft_zero_one_loss),
    "rax.pairwise_qr_loss": listed(rax.pairwise_qr_loss),
    "rax.listmle_loss": listed(rax.listmle_loss),
    "rax.softmax_loss": listed(rax.softmax_loss),
    "rax.unique_softmax_loss": listed(rax.unique_softmax_loss),
    "rax.pointwise_mse_loss": listed(rax.pointwise_mse_loss),
    "rax.pointwise_sigmoid_loss": listed(rax.pointwise_sigmoid_loss),
}
SLOPES = {}
LEFT_OUT = {}
