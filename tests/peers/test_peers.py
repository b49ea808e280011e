"""Do the libraries compute what the rows of the atlas say? Each shipped loss is asked and compared.

``make peers`` installs the libraries and runs this; a run prints, for each row, the largest
difference. When a library changes what it does, a test here fails.
"""

from dataclasses import replace

import pytest
from comparison import (
    LIBRARIES,
    ROWS,
    library,
    slope_difference,
    tolerance,
    value_difference,
    words,
)
from silent import SILENT

NAMES = [(row, name) for row, names in ROWS.items() for name in names]
ASKED = [(row, name) for row, name in NAMES if library(name)]
VALUES = [pair for pair in ASKED if pair[1] in library(pair[1]).SHIPPED]
SLOPES = [pair for pair in ASKED if pair[1] in library(pair[1]).SLOPES]

NOT_INSTALLED = {
    "tf": "TensorFlow is half a gigabyte, and Keras is asked on JAX",
    "tf1": "TensorFlow is half a gigabyte; these are frozen",
    "trl": "needs transformers; its losses are computed inside trainers",
    "torchaudio": "its compiled part goes with one build of PyTorch only",
    "torchvision": "its compiled part goes with one build of PyTorch only",
    "robust_loss": "not in the package index",
    "gluonts": "the same formulas as a quantile and a negative binomial that are asked",
    "torchmetrics": "a mean over tokens of a softmax cross-entropy that is asked",
    "liger": "needs Triton and a graphics card",
    "allrank": "needs versions of its dependencies that are years old",
    "pycox": "needs a version of its dependencies that is years old",
    "lifelines": "fits only: its likelihoods are functions inside a fitter",
    "mord": "needs a compiler",
    "lightly": "brings a whole training framework",
    "st": "needs transformers",
    "open_clip": "brings models",
    "monai": "the Dice of others that are asked",
    "smp": "brings models",
    "ngboost": "its CRPS is inside a booster",
    "geomloss": "a distance of two samples: no formula of one outcome",
    "pixelcnn": "not in the package index",
    "gpytorch": "the likelihood that scikit-learn has, divided by the number of outcomes",
}


@pytest.mark.parametrize("row, name", VALUES)
def test_a_value_is_what_the_row_says(row, name, seen):
    difference = value_difference(row, name)
    seen(row, name, "value", difference)
    assert difference <= tolerance(name), words(name).why


@pytest.mark.parametrize("row, name", SLOPES)
def test_a_slope_is_what_the_row_says(row, name, seen):
    difference = slope_difference(row, name)
    seen(row, name, "slope", difference)
    assert difference <= tolerance(name), words(name).why


@pytest.mark.parametrize("name, says, call, expected", SILENT, ids=lambda x: str(x)[:60])
def test_what_a_library_does_in_silence(name, says, call, expected):
    assert call() == pytest.approx(expected, rel=5e-4, nan_ok=True)


@pytest.mark.parametrize(
    "row, name, wrong",
    [
        ("squared error", "torch.nn.MSELoss", {"factor": 1}),
        ("squared error", "optax.l2_loss", {"factor": 2}),
        ("log-cosh", "cat.LogCosh", {"factor": 1.001}),
        ("MAPE, SMAPE", "keras.MeanAbsolutePercentageError", {"factor": 1}),
        ("Poisson", "smd.Poisson", {"adds": 0}),
    ],
)
def test_a_wrong_word_is_refused(row, name, wrong):
    assert value_difference(row, name, replace(words(name), **wrong)) > tolerance(name)


def test_a_wrong_slope_is_refused():
    twice = replace(words("xgb.count:poisson"), slope=2)
    assert slope_difference("Poisson", "xgb.count:poisson", twice) > 0.1


def test_every_shipped_name_is_asked_or_left_out_with_a_reason():
    left = {name for _, name in NAMES if name.partition(".")[0] in NOT_INSTALLED}
    left |= {name for _, name in ASKED if name in library(name).LEFT_OUT}
    assert {name for _, name in NAMES} - left == {name for _, name in VALUES + SLOPES}
    assert not set(NOT_INSTALLED) & set(LIBRARIES)
