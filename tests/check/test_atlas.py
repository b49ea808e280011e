"""The atlas: any name finds its row, an object tells its arguments, and a row that is wrong in its
factor, its term or its verdict is refused by its claim."""

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
from helpers import ROOT

from xent_lit import explain, is_cross_entropy
from xent_lit.atlas import ATLAS
from xent_lit.evidence import Argued, Bounded
from xent_lit.explanation import ANSWERS, catalogue
from xent_lit.laws.atlas import claim_of_row, claims
from xent_lit.loss import GROUPS, VERDICTS
from xent_lit.losses import LOSSES
from xent_lit.models.support import REALS
from xent_lit.proof.claim import verify

each_row = pytest.mark.parametrize("row", ATLAS.values(), ids=lambda row: row.name)


@each_row
def test_a_row_says_what_it_must(row):
    assert row.verdict in VERDICTS and row.group in GROUPS
    assert row.formula and row.assumes and (row.model or row.evidence)
    assert row.assumes.startswith("no ") or row.verdict not in ("none", "score")
    assert row.dropped or row.verdict != "nll-fixed", "what is dropped counts there"
    assert all(trap.words and trap.thread[:8] in ("", "https://") for trap in row.traps)


@each_row
def test_each_of_its_names_finds_it(row):
    for name in (row.name, *row.aliases, *row.shipped):
        found = ATLAS[explain(name).name] if explain(name).name in ATLAS else row
        assert name in (found.name, *found.aliases, *found.shipped), (name, found.name)


def test_every_shipped_name_was_compared_with_its_row_or_left_out_with_a_reason():
    """A name that is new, is gone or stands in another row wants ``make peers WRITE=--write``."""
    seen = json.loads((ROOT / "tests/peers/seen.json").read_text("utf-8"))
    left = seen["left out"]
    compared = {(row, name) for row, names in seen["differences"].items() for name in names}
    names = {(row.name, name) for row in ATLAS.values() for name in row.shipped}
    assert compared == {(row, name) for row, name in names if name not in left}
    assert left.keys() <= {name for _, name in names} and all(left.values())


def test_the_rows_are_told_in_every_way():
    assert {row.verdict for row in ATLAS.values()} == {*VERDICTS} == {*ANSWERS}
    assert {row.group for row in ATLAS.values()} == {*GROUPS}
    assert all(name in catalogue() for name in ATLAS)
    argued = [row.name for row in ATLAS.values() if isinstance(row.evidence, Argued)]
    assert len(claims()) == len(ATLAS) - len(argued) and len(argued) < len(ATLAS) / 10, argued


def test_a_row_that_is_wrong_is_refused():
    right, hinge = ATLAS["Huber"], ATLAS["hinge"]
    wrong = {
        "factor": replace(right, factor=lambda *shape: 2 * right.factor_at(*shape)),
        "term": replace(right, term=lambda y, xp, *s: right.term(y, xp, *s) + 0.01),
        "verdict": replace(right, verdict="nll"),
        "evidence": replace(hinge, evidence=replace(hinge.evidence, worse=1.0, better=2.0)),
        "a model denied": replace(hinge, of=LOSSES["logistic"].of),
        "score": replace(hinge, verdict="score"),
        "outcomes of the argument": replace(
            LOSSES["logistic"], model=None, verdict="none", evidence=hinge.evidence
        ),
        "bounded": replace(
            LOSSES["squared error"],
            model=None,
            verdict="none",
            evidence=Bounded(range(-3, 4), 0.0, 1e6, right.of),
        ),
    }
    verify(claim_of_row(right), draws=3)
    for words, row in wrong.items():
        with pytest.raises((AssertionError, ValueError)):
            verify(claim_of_row(row), draws=3)
            pytest.fail(f"the wrong {words} is accepted")


@pytest.mark.parametrize(
    "name, row",
    {
        "HuberLoss": "Huber",
        "torch.nn.HuberLoss": "Huber",
        "huber loss": "Huber",
        "keras.losses.Huber": "Huber",
        "reg:tweedie": "Tweedie",
        "xgboost.reg:tweedie": "Tweedie",
        "binary_crossentropy": "binary cross-entropy of probabilities",
        "sparse_categorical_crossentropy": "softmax",
        "sklearn.metrics.log_loss": "binary cross-entropy of probabilities",
        "torch.nn.functional.binary_cross_entropy_with_logits": "logistic",
        "PoissonNLLLoss": "poisson",
    }.items(),
)
def test_names_as_people_write_them(name, row):
    assert explain(name).name == row


def test_what_an_explanation_holds():
    found = explain("HuberLoss")
    assert found.verdict == "nll-fixed" and "Huber" in found.model and found.factor == 1
    assert "Z" in found.dropped and found.traps[0].thread.startswith("https://github.com/")
    assert explain("hinge").factor is None and explain("hinge").verdict == "none"
    assert explain("weight decay").verdict == "none"
    for name in ("HuberLoss", "MAPE", "Poisson deviance", "label smoothing"):
        assert "|" in explain(name)._repr_markdown_()


def test_a_function_of_ones_own():
    def square(y, f):
        return (y - f) ** 2

    def bounded(y, f):
        return 1 - np.exp(-square(y, f))

    predictions = [-1.0, 0.5, 2.0]
    assert explain(square, outcomes=REALS, predictions=predictions).verdict == "nll"
    assert explain(bounded, outcomes=REALS, predictions=predictions).verdict == "none"
    with pytest.raises(TypeError, match="of yours needs outcomes= and predictions="):
        explain(square)


def test_objects_of_torch_tell_their_arguments():
    torch = pytest.importorskip("torch")
    plain = explain(torch.nn.CrossEntropyLoss())
    assert plain.verdict == "nll" and plain.name == "softmax"
    smooth = explain(torch.nn.CrossEntropyLoss(label_smoothing=0.1))
    assert smooth.verdict == "cross-entropy" and "0.1" in smooth.arguments["label_smoothing"]
    weighted = explain(torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0])))
    assert weighted.verdict == "cross-entropy" and "pos_weight" in weighted.arguments
    assert explain(torch.nn.HuberLoss).name == explain(torch.nn.functional.huber_loss).name
    partial = functools.partial(torch.nn.functional.cross_entropy, label_smoothing=0.2)
    assert explain(partial).verdict == "cross-entropy"
    assert "delta" in explain(torch.nn.HuberLoss(delta=0.5)).arguments


def test_the_answer_for_a_name_follows_from_the_row():
    answers = {"Huber": True, "Brier": False, "label smoothing": False, "Dice": False}
    assert {name: is_cross_entropy(name) for name in answers} == answers
