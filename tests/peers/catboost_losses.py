"""CatBoost: every loss that is also a metric, asked by ``eval_metric`` on one example."""

import numpy as np
from catboost.utils import eval_metric


def metric(name, see=float, approx=lambda f: f, label=lambda y: y):
    """``name`` has our shapes in braces."""

    def value(y, f, **shape):
        y, f = np.asarray([label(y)], float), np.asarray([approx(f)], float)
        return see(eval_metric(y, f, name.format(**shape), thread_count=1)[0])

    return value


def in_group(name, **words):
    """All items in one list."""

    def value(y, f, **shape):
        return float(eval_metric(y, f, name, group_id=np.zeros(len(f), int), **words)[0])

    return value


def pair(name):
    def value(y, f):
        winner = [[int(np.argmax(y)), int(np.argmin(y))]]
        return float(eval_metric(y, f, name, group_id=[0, 0], pairs=winner)[0])

    return value


def squared(number):
    return float(number) ** 2


def logit(f):
    return np.log(f / (1 - f))


def log_deviation(f):
    """A mean and the logarithm of a deviation."""
    mean, variance = f
    return [mean, np.log(variance) / 2]


SHIPPED = {
    "cat.RMSE": metric("RMSE", squared),
    "cat.MultiRMSE": metric("MultiRMSE", squared, lambda f: [f, 0], lambda y: [y, 0]),
    "cat.MAE": metric("MAE"),
    "cat.Lq": metric("Lq:q={q}"),
    "cat.Huber": metric("Huber:delta={delta}"),
    "cat.LogCosh": metric("LogCosh"),
    "cat.FairLoss": metric("FairLoss:smoothness={c}"),
    "cat.Quantile": metric("Quantile:alpha={tau}"),
    "cat.GroupQuantile":
        lambda y, f, tau: in_group(f"GroupQuantile:alpha={tau}")(y, f),
    "cat.LogLinQuantile": metric("LogLinQuantile:alpha={tau}"),
    "cat.MultiQuantile": metric("MultiQuantile:alpha={tau[0]},{tau[1]}"),
    "cat.Expectile": metric("Expectile:alpha={tau}"),
    "cat.MSLE": metric("MSLE"),
    "cat.MAPE": metric("MAPE"),
    "cat.SMAPE": metric("SMAPE"),
    "cat.RMSEWithUncertainty": metric("RMSEWithUncertainty", approx=log_deviation),
    "cat.Logloss": metric("Logloss", approx=logit),
    "cat.CrossEntropy": metric("CrossEntropy", approx=logit),
    "cat.MultiClass": metric("MultiClass"),
    "cat.MultiLogloss": metric("MultiLogloss"),
    "cat.MultiCrossEntropy": metric("MultiCrossEntropy"),
    "cat.MultiClassOneVsAll": metric("MultiClassOneVsAll"),
    "cat.Focal": metric("Focal:focal_alpha=0.5;focal_gamma={gamma}"),
    "cat.BrierScore": metric("BrierScore", approx=logit),
    "cat.HingeLoss": metric("HingeLoss"),
    "cat.NumErrors": metric("NumErrors:greater_than=0.5"),
    "cat.Poisson": metric("Poisson"),
    "cat.Tweedie": metric("Tweedie:variance_power={p}"),
    "cat.PairLogit": pair("PairLogit"),
    "cat.PairLogitPairwise": pair("PairLogit"),
    "cat.QuerySoftMax": in_group("QuerySoftMax"),
    "cat.QueryRMSE": lambda y, f: squared(in_group("QueryRMSE")(y, f)),
    "cat.Cox": lambda y, f: float(eval_metric(y, f, "Cox")[0]),
}
SLOPES = {}
LEFT_OUT = {
    "cat.QueryCrossEntropy": "mixes two likelihoods, one of them after a shift found by Newton",
    "cat.SurvivalAft": "no metric of this name takes an interval",
    "cat.YetiRank": "draws orders at random",
    "cat.YetiRankPairwise": "draws orders at random",
    "cat.StochasticRank": "draws scores at random",
    "cat.StochasticFilter": "draws decisions at random",
}
