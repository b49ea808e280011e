"""A shipped loss beside its row's formula, and what it leaves between them."""

from functools import cache, partial
from importlib import import_module
from importlib.metadata import version
from pathlib import Path

import numpy as np
from plain import FORMULAS, VARIANTS
from points import OF_NAME, POINTS
from views import VIEWS, VIEWS_OF_NAME, as_it_is
from words import DIGITS, WORDS, Words

from xent_lit.atlas import ATLAS

HERE = Path(__file__).parent
# the front of a shipped name → our module, the packages it asks, by the names they are installed as
ROWS = {name: row.shipped for name, row in ATLAS.items() if row.shipped}
LIBRARIES = {
    "torch": ("torch_losses", "torch"),
    "keras": ("keras_losses", "keras"),
    "optax": ("optax_losses", "optax"),
    "sk": ("sklearn_losses", "scikit-learn"),
    "sgd": ("sklearn_losses", "scikit-learn"),
    "sklearn": ("sklearn_losses", "scikit-learn"),
    "xgb": ("xgboost_losses", "xgboost-cpu"),
    "lgb": ("lightgbm_losses", "lightgbm"),
    "cat": ("catboost_losses", "catboost"),
    "sm": ("statsmodels_losses", "statsmodels"),
    "smn": ("statsmodels_losses", "statsmodels"),
    "smd": ("statsmodels_losses", "statsmodels"),
    "rax": ("rax_losses", "rax"),
    "pml": ("pml_losses", "pytorch-metric-learning"),
    "kornia": ("kornia_losses", "kornia"),
    "torchcrf": ("small_losses", "pytorch-crf"),
    "coral_pytorch": ("small_losses", "coral-pytorch"),
    "info_nce": ("small_losses", "info-nce-pytorch"),
    "torchmetrics": ("small_losses", "torchmetrics"),
    "properscoring": ("small_losses", "properscoring"),
    "scoringrules": ("small_losses", "scoringrules"),
}

NOT_INSTALLED = {
    "tf": "TensorFlow is half a gigabyte, and Keras is asked on JAX",
    "tf1": "TensorFlow is half a gigabyte; these are frozen",
    "trl": "needs transformers; its losses are computed inside trainers",
    "torchaudio": "its compiled part wants the same build of PyTorch",
    "torchvision": "its compiled part wants the same build of PyTorch",
    "robust_loss": "installed from its repository only",
    "gluonts": "a whole forecasting framework",
    "liger": "needs Triton",
    "allrank": "needs torchvision, and pins PyTorch below 1.9",
    "pycox": "brings numba and data sets",
    "lifelines": "needs pandas below 3; its likelihoods are inside a fitter",
    "mord": "its loss is inside a fitter",
    "lightly": "brings a whole training framework",
    "st": "needs transformers",
    "open_clip": "brings models",
    "monai": "the Dice of others that are asked",
    "smp": "brings models",
    "ngboost": "its CRPS is inside a booster",
    "geomloss": "a distance of two samples: no formula of one outcome",
    "pixelcnn": "a program, no package",
    "gpytorch": "the likelihood that scikit-learn has, divided by the number of outcomes",
}


def library(name):
    """Our module for a shipped name; None if its library is not asked here."""
    front = name.partition(".")[0]
    return import_module(LIBRARIES[front][0]) if front in LIBRARIES else None


def versions():
    """What is compared with, without the build."""
    packages = ["jax", *(package for _, package in LIBRARIES.values())]
    return {package: version(package).partition("+")[0] for package in packages}


def reason(name):
    """Why a shipped name is not compared; None if it is."""
    front = name.partition(".")[0]
    return NOT_INSTALLED[front] if front in NOT_INSTALLED else library(name).LEFT_OUT.get(name)


def words(name):
    return WORDS.get(name) or Words()


def tolerance(name):
    said = words(name)
    return DIGITS.get(name.partition(".")[0], 1e-9) if said.rtol is None else said.rtol


def formula(row, name):
    """That of the row, asked as the library is; another one where the row has none for it."""
    other = VARIANTS.get((row, name)) or FORMULAS.get(row)
    view = VIEWS_OF_NAME.get((row, name)) or VIEWS.get(row, as_it_is)
    return other or partial(view, ATLAS[row].of)


@cache
def places(row, name):
    """Outcome, prediction and shape of every point; the same in every run."""
    points = OF_NAME.get((row, name)) or POINTS[row]
    return list(points(np.random.default_rng(20)))


def told(quantity, *args, **shape):
    return quantity(*args, **shape) if callable(quantity) else quantity


def off(got, expected):
    """The relative difference; absolute where the expected value is below 1."""
    scale = np.maximum(1, np.abs(expected))
    return float(np.max(np.abs(np.asarray(got) - expected) / scale))


def slope(of, f, step=1e-6):
    """The derivative of a formula, number by number; None at a corner."""
    f = np.asarray(f, float)
    moves = step * np.eye(f.size).reshape(f.size, *f.shape)
    bends = [of(f + m) - 2 * of(f) + of(f - m) for m in moves]
    if np.max(np.abs(bends)) > 0.01 * step:
        return None
    ahead = [(8 * (of(f + m) - of(f - m)) - (of(f + 2 * m) - of(f - 2 * m))) / 12 for m in moves]
    return np.reshape(ahead, f.shape) / step


def value_difference(row, name, said=None):
    """How far a shipped value is from its words, at worst."""
    said, of, ask = said or words(name), formula(row, name), library(name).SHIPPED[name]
    seen = []
    for y, f, shape in places(row, name):
        shape = {**shape, **said.fixed}
        expected = told(said.factor, y, f, **shape) * of(y, f, **shape)
        seen.append(off(ask(y, f, **shape), expected + told(said.adds, y, f, **shape)))
    return float(np.max(seen))  # NaN if one is: no tolerance allows it


def slope_difference(row, name, said=None):
    """How far a shipped derivative is from that of its words, at worst."""
    said, of, ask = said or words(name), formula(row, name), library(name).SLOPES[name]
    seen = []
    for y, f, shape in places(row, name):
        shape = {**shape, **said.fixed}
        expected = slope(lambda at: of(y, at, **shape), f)
        if expected is not None:
            factor = told(said.slope, y, f, **shape)
            seen.append(off(ask(y, f, **shape), factor * expected))
    return float(np.max(seen))
