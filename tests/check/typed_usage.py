"""A user's code with its annotations, for the type checker; a test runs it as well.

Where a line is wrong, the checker must say so: `warn_unused_ignores` makes a needless
``type: ignore`` an error.
"""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, Evaluation, Laplace, Normal, Poisson
from xent_lit.models import Distribution

Floats = npt.NDArray[np.float64]
Labels = npt.NDArray[np.int64]


class Cauchy:
    """A model of a user: it stands on the right of the comma."""

    batch_shape: tuple[int, ...] = ()

    def log_prob(self, x: Floats) -> Floats:
        return np.asarray(-np.log(np.pi * (1 + x**2)))


def pmfs(p: Floats, q: list[float]) -> dict[str, float]:
    """The measures of two pmfs, in bits where there is a unit."""
    return {
        "entropy": float(xl.entropy(p, base=2)),
        "cross-entropy": float(xl.cross_entropy(p, q, base=2)),
        "divergence": float(xl.kl_divergence(p, q, axis=-1, base=2)),
        "perplexity": float(xl.perplexity(p)),
    }


def loss(logits: Floats, y: Labels, weights: Floats | None = None) -> float:
    return float(xl.nll(Categorical(logits=logits), y, weights=weights))


def models(logit: float) -> list[Distribution]:
    return [Normal(0.0, 1.0), Laplace(0.0, 1.0), Bernoulli(logits=logit), Poisson(2.5)]


def coded(message: list[int], q: Floats) -> str:
    return xl.coding.encode(message, q)


def evaluated(batches: list[tuple[Floats, Labels]]) -> float:
    model: Callable[[Floats], Categorical] = lambda z: Categorical(logits=z)  # noqa: E731
    whole: Evaluation = xl.evaluate(model, batches)
    return whole.nats


def wrong() -> None:
    """Never called."""
    xl.entropy([0.5, 0.5], basis=2)  # type: ignore[call-arg]
    xl.cross_entropy([0.5, 0.5])  # type: ignore[call-arg]
    xl.kl_divergence([0.5, 0.5], [0.5, 0.5], -1)  # type: ignore[call-arg]
    xl.nll([0.5, 0.5], [0])  # type: ignore[arg-type]
    Normal(0.0)  # type: ignore[call-arg]
    xl.no_such_name  # type: ignore[attr-defined]


def run() -> None:
    half, rng = np.array([0.5, 0.5]), np.random.default_rng(0)
    assert pmfs(half, [0.25, 0.75])["entropy"] == 1.0
    logits, y = rng.normal(size=(4, 3)), rng.integers(0, 3, size=4)
    assert abs(loss(logits, y) - evaluated([(logits, y)])) < 1e-12
    assert loss(logits, y, np.ones(4)) > 0 and len(models(0.0)) == 4
    assert coded([0, 1], half) in ("01", "10") and xl.nll(Cauchy(), half) > 0
