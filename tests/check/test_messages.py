"""All messages of a user's mistakes in one list, to be read as a user would. Each says what was
called, what it got, what was expected, and here: what helps. Run this file to print the list."""

import re

import numpy as np
import pytest

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, Evaluation, Mixture, Normal, Poisson

TWO, IMAGE = np.zeros((2, 3)), np.zeros((2, 3, 4, 4))

# what a user does, and a part of the message that says what helps
MISTAKES = {
    "soft labels for nll": (
        lambda: xl.nll(Categorical(logits=TWO), [[0.2, 0.3, 0.5]] * 2),
        "cross_entropy(x, model) takes them",
    ),
    "one-hot labels for nll": (
        lambda: xl.nll(Categorical(logits=TWO), np.eye(3)[:2]),
        "cross_entropy(x, model) takes them",
    ),
    "labels for cross_entropy": (
        lambda: xl.cross_entropy([0, 2, 1], Categorical(logits=[0.0, 0.0, 0.0])),
        "nll(model, labels) takes labels",
    ),
    "classes on axis 1": (
        lambda: xl.nll(Categorical(logits=IMAGE), np.zeros((2, 4, 4), int)),
        "Categorical(…, axis=1)",
    ),
    "an axis beside a model": (
        lambda: xl.cross_entropy(IMAGE + 1 / 3, Categorical(logits=IMAGE), axis=1),
        "Categorical(…, axis=1)",
    ),
    "a joint table": (lambda: xl.entropy([[0.25] * 2] * 2), "axis=None that it is a joint table"),
    "a column of labels": (lambda: xl.nll(Categorical(logits=TWO), [[0], [1]]), "x[..., 0]"),
    "padding": (lambda: xl.nll(Categorical(logits=TWO), [0, -100]), "ignore=-100 leaves it out"),
    "a missing target": (
        lambda: xl.nll(Normal(0, 1), [1, None]),
        "ignore= leave out what is missing",
    ),
    "a masked array": (lambda: xl.entropy(np.ma.array([0.5, 0.5], mask=[0, 1])), "compressed()"),
    "words": (lambda: xl.nll(Categorical(logits=TWO), ["a", "b"]), "classes=[…]"),
    "an unknown word": (
        lambda: xl.nll(Categorical(logits=TWO, classes=["a", "b", "c"]), ["a", "x"]),
        "expected one of ['a', 'b', 'c']",
    ),
    "logits for probs, coin": (lambda: Bernoulli([2.0, -1.0]), "logits=… takes logits"),
    "logits for probs": (lambda: Categorical([2.0, -1.0]), "logits=… takes logits"),
    "counts": (lambda: xl.entropy([10, 20]), "normalize(p) turns counts"),
    "the data first": (lambda: xl.nll([0, 1], Categorical(logits=TWO)), "the model stands first"),
    "logits for a model": (lambda: xl.nll(TWO, [0, 1]), "Categorical(logits=…)"),
    "a family's name": (lambda: xl.mle("Normal", [1, 2]), "a class such as Normal"),
    "a family to fit": (lambda: xl.fit(Poisson, [0.0], [[1.0]], [1]), "regression(Poisson)"),
    "weights of other length": (
        lambda: xl.nll(Normal(0, 1), [1, 2], weights=[1]),
        "one weight for each draw",
    ),
    "no draw left": (lambda: xl.nll(Normal(0, 1), [1], ignore=1), "expected one that counts"),
    "bins=0": (lambda: xl.calibration_table([0.5], [1], bins=0), "a whole number ≥ 1"),
    "outcomes beside 0 and 1": (lambda: xl.calibration_table([0.5], [2]), "0 for what did not"),
    "a scale of 0": (lambda: Normal([1.0, 2.0], 0.0), "a finite number > 0"),
    "a mixture of kinds": (
        lambda: Mixture([0.5, 0.5], [Normal(0, 1), Poisson(1.0)]),
        "all discrete or all densities",
    ),
    "an unknown loss": (lambda: xl.explain("hubber"), "is_cross_entropy tries a function"),
    "a module for a loss": (lambda: xl.explain(object()), "expected a name"),
    "lazy arrays": (lambda: Evaluation().update(Normal(0, 1), lazy()), "evaluate_lazy takes lazy"),
    "two libraries": (lambda: xl.kl_divergence(TWO[0], strict()), "of one library, or lists"),
    "no such axis": (lambda: xl.entropy([0.5, 0.5], axis=3), "outcomes on axis 3"),
    "a base": (lambda: xl.entropy([0.5, 0.5], base=-1), "2 (bits)"),
    "predictions of other shape": (lambda: xl.mse(TWO, TWO[0]), "one for each target"),
}


def lazy():
    return pytest.importorskip("dask.array").ones(3)


def strict():
    return pytest.importorskip("array_api_strict").ones(3)


@pytest.mark.parametrize("what", MISTAKES)
def test_a_message_says_what_helps(what):
    attempt, helps = MISTAKES[what]
    with pytest.raises((ValueError, TypeError, NotImplementedError)) as refused:
        attempt()
    message = str(refused.value)
    assert re.match(r"[A-Za-z_.]+: ", message), "it names the call"
    assert "expected" in message and helps in message
    assert len(message) < 400


def test_a_missing_library_is_named_with_its_extra(monkeypatch):
    import sys

    monkeypatch.setitem(sys.modules, "scipy.special", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'xent_lit\[fit\]' brings it"):
        xl.Truncated(Normal(0.0, 1.0), 0.0, 1.0).log_prob(0.5)
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    with pytest.raises(ModuleNotFoundError, match=r"pip install 'xent_lit\[fit\]' brings it"):
        xl.is_cross_entropy("focal")


if __name__ == "__main__":
    for what, (attempt, _) in MISTAKES.items():
        try:
            attempt()
        except (ValueError, TypeError, NotImplementedError) as refused:
            print(f"{what}\n    {type(refused).__name__}: {refused}")
