"""What a shipped loss is, in terms of its row's formula: factor · formula + what it adds.

A name that is not here is the formula itself, to the digits of its library.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np


@dataclass(frozen=True)
class Words:
    factor: float | Callable = 1  # a number, or a function of the shape
    adds: float | Callable = 0  # a number, or a function of the outcome and the shape
    slope: float | Callable = 1  # the same factor for what it trains by
    rtol: float | None = None  # None: to the digits of its library
    fixed: dict = field(default_factory=dict)  # shapes that the library does not let one choose
    why: str = ""


def per_item(y, f, **shape):
    return 1 / len(f)


def per_class(y, f):
    """The row is a mean over the classes."""
    return len(f)


def log_factorial(y, f):
    return math.lgamma(y + 1)


def per_failure(y, f):
    return 1 / np.sum(y > 0)


def per_question(y, f):
    return 1 / min(y + 1, len(f))


def of_power(y, p):
    """What the deviance of Tweedie has of the outcome alone."""
    return y ** (2 - p) / (1 - p) / (2 - p)


DIGITS = {
    "keras": 2e-7,  # on JAX it averages in single precision, whatever it is asked
    "xgb": 5e-6,  # single precision
    "lgb": 1e-6,  # single precision of labels and slopes
    "cat": 1e-6,
}

HALF = Words(0.5, slope=0.5)
TRAINS_WITH_HALF = Words(slope=0.5, why="its metric is the whole; it trains with the half")

WORDS = {
    "optax.l2_loss": HALF,
    "sk.HalfSquaredError": HALF,
    "sgd.squared_error": HALF,
    "smn.LeastSquares": HALF,
    "xgb.reg:linear": HALF,
    "torch.nn.SmoothL1Loss": Words(lambda y, f, delta: 1 / delta),
    "torch.nn.TripletMarginLoss": Words(rtol=5e-6, why="adds 1e-6 to each difference"),
    "torch.nn.TripletMarginWithDistanceLoss": Words(rtol=5e-6, why="the same"),
    "keras.MeanAbsolutePercentageError": Words(100),
    "keras.CosineSimilarity": Words(adds=-1),
    "keras.CategoricalFocalCrossentropy": Words(0.25, why="alpha, for every class"),
    "keras.Poisson": Words(rtol=1e-6, why="adds 1e-7 to the rate in the logarithm"),
    "keras.Dice": Words(rtol=1e-6, why="adds 1e-7"),
    "keras.Tversky": Words(rtol=1e-6, why="adds 1e-7; alpha is the price of a missed pixel"),
    "optax.triplet_margin_loss": Words(rtol=5e-6, why="adds 1e-6"),
    "optax.ctc_loss": Words(rtol=1e-6),

    "sklearn.mean_poisson_deviance": Words(2),
    "sk.HalfTweedieLossIdentity": Words(adds=lambda y, f, p: of_power(y, p)),
    "sm.Gaussian": Words(0.5, math.log(2 * math.pi) / 2),
    "sm.Poisson": Words(adds=log_factorial),
    "smd.Poisson": Words(adds=log_factorial),
    "sm.Gamma": Words(2, lambda y, f: -2 * (1 + np.log(y)), why="a deviance"),
    "sm.Tweedie": Words(2, lambda y, f, p: 2 * of_power(y, p), why="a deviance"),
    "smn.MQuantileNorm": Words(0.5),

    "xgb.reg:squarederror": TRAINS_WITH_HALF,
    "xgb.reg:squaredlogerror": TRAINS_WITH_HALF,
    "xgb.reg:logistic": Words(rtol=1e-5, why="its metric takes a probability"),
    "xgb.binary:logistic": Words(rtol=1e-5, why="its metric takes a probability"),
    "xgb.count:poisson": Words(adds=log_factorial, why="its metric"),
    "xgb.survival:cox": Words(per_failure, why="its metric; it trains with the sum"),
    "lgb.multiclassova": Words(slope=per_class, why="it trains with the sum"),
    "lgb.regression": TRAINS_WITH_HALF,
    "cat.RMSE": TRAINS_WITH_HALF,
    "cat.MAE": Words(slope=0.5, rtol=2e-6, why="a quantile whose corner is moved by 1e-6"),
    "cat.Quantile": Words(rtol=2e-6, why="its corner is moved by 1e-6"),
    "cat.LogCosh": Words(rtol=1e-4, why="fast exponentials and logarithms"),
    "cat.QueryCrossEntropy": Words(rtol=1e-5, why="finds the shift by a few steps"),
    "cat.GroupQuantile": Words(rtol=2e-6, why="its corner is moved by 1e-6"),
    "cat.MultiQuantile": Words(per_item, why="a mean over the quantiles"),
    "cat.SMAPE": Words(100),
    "cat.RMSEWithUncertainty": Words(adds=math.log(2 * math.pi) / 2),
    "cat.MultiClassOneVsAll": Words(slope=per_class, why="its metric; it trains with the sum"),
    "cat.Focal": Words(0.5, slope=0.5, why="alpha, for both classes"),
    "cat.SurvivalAft": Words(rtol=2e-4, why="fast logarithms"),
    "cat.QueryRMSE": Words(per_item),
    "cat.Cox": Words(-1, why="a gain: the log-likelihood itself"),

    "kornia.charbonnier_loss": Words(fixed={"delta": 1.0}),
    "kornia.dice_loss": Words(rtol=1e-7, why="adds 1e-8; counts the pixels that are off, too"),
    "kornia.tversky_loss": Words(rtol=1e-7, why="adds 1e-8; mean over on and off"),
    "coral_pytorch.corn_loss": Words(per_question, why="a mean over the questions asked"),
}
