"""JAX in double precision, and batches of one for the libraries that stand on it."""

import os

os.environ["KERAS_BACKEND"] = "jax"
os.environ.setdefault("JAX_PLATFORMS", "cpu")

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
import numpy as np  # noqa: E402

jax.config.update("jax_enable_x64", True)


def batch(x):
    return jnp.asarray(np.asarray(x))[None]


def floats(x):
    return jnp.asarray(np.asarray(x, float))[None]


def number(x):
    """Of a batch of one: what is summed or averaged over the batch is itself."""
    return float(np.asarray(x).sum())
