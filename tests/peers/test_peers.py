"""Do the libraries compute what the rows of the atlas say? Each shipped loss is asked and compared.

``make peers`` installs the libraries and runs this; a run prints, for each row, the largest
difference. When a library changes what it does, a test here fails.
"""

import math
from dataclasses import replace

import pytest
from comparison import (
    LIBRARIES,
    NOT_INSTALLED,
    ROWS,
    library,
    reason,
    slope_difference,
    tolerance,
    value_difference,
    words,
)
from plain import FORMULAS, VARIANTS
from points import OF_NAME, POINTS
from silent import SILENT
from views import VIEWS, VIEWS_OF_NAME
from words import WORDS

from xent_lit.atlas import ATLAS

NAMES = [(row, name) for row, names in ROWS.items() for name in names]
ASKED = [(row, name) for row, name in NAMES if library(name)]
VALUES = [pair for pair in ASKED if pair[1] in library(pair[1]).SHIPPED]
SLOPES = [pair for pair in ASKED if pair[1] in library(pair[1]).SLOPES]


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


@pytest.mark.parametrize("name, says, call, expected", SILENT, ids=str)
def test_what_a_library_does_in_silence(name, says, call, expected):
    assert call() == pytest.approx(expected, rel=5e-4, nan_ok=True)


@pytest.mark.parametrize(
    "row, name, wrong",
    [
        ("squared error", "torch.nn.MSELoss", {"factor": 2}),
        ("squared error", "optax.l2_loss", {"factor": 1}),
        ("log-cosh", "cat.LogCosh", {"factor": 1.001}),
        ("MAPE", "keras.MeanAbsolutePercentageError", {"factor": 1}),
        ("poisson", "smd.Poisson", {"adds": 0}),
    ],
)
def test_a_wrong_word_is_refused(row, name, wrong):
    assert value_difference(row, name, replace(words(name), **wrong)) > tolerance(name)


def test_no_number_is_no_agreement(monkeypatch):
    name = "torch.nn.MSELoss"
    monkeypatch.setitem(library(name).SHIPPED, name, lambda y, f: math.nan)
    assert not value_difference("squared error", name) <= tolerance(name)


def test_a_wrong_slope_is_refused():
    twice = replace(words("xgb.count:poisson"), slope=2)
    assert slope_difference("poisson", "xgb.count:poisson", twice) > 0.1


@pytest.mark.parametrize(
    "row, name",
    [
        ("absolute error", "torch.nn.MSELoss"),
        ("Welsch", "smn.TukeyBiweight"),
        ("multi-margin", "optax.multiclass_hinge_loss"),
        ("logistic", "smd.Probit"),
        ("gamma", "sk.HalfPoissonLoss"),
    ],
)
def test_a_name_in_a_wrong_row_is_refused(row, name):
    assert value_difference(row, name) > 0.01


def test_a_row_that_another_formula_stands_in_for_has_none_to_ask():
    """What a library is compared with is the row, unless plain.py says why not."""
    told = {"class weights", "accelerated failure time", "neighbourhood components", "CRPS"}
    assert {row for row in FORMULAS if ATLAS[row].of} == told
    assert not set(VARIANTS) & set(VIEWS_OF_NAME)


def test_every_shipped_name_is_asked_or_left_out_with_a_reason():
    asked = {name for _, name in VALUES + SLOPES}
    assert {name for _, name in NAMES if reason(name) is None} == asked
    assert not set(NOT_INSTALLED) & set(LIBRARIES)


@pytest.mark.parametrize(
    "table", [FORMULAS, POINTS, VARIANTS, OF_NAME, WORDS, VIEWS, VIEWS_OF_NAME]
)
def test_every_entry_of_a_table_is_of_a_row_or_a_name(table):
    assert set(table) <= {*ROWS, *NAMES, *(name for _, name in NAMES)}
