"""CatBoost: values of the losses that are also metrics, slopes by what a first tree has in a leaf.

A leaf is -G where nothing is regularised and the method is "Gradient". A tree wants a split, so
each row has a partner with another outcome.
"""

import numpy as np
from catboost import CatBoost, Pool
from catboost.utils import eval_metric

PLAIN = {
    "iterations": 1,
    "depth": 2,
    "learning_rate": 1,
    "l2_leaf_reg": 0,
    "random_strength": 0,
    "bootstrap_type": "No",
    "boost_from_average": False,
    "leaf_estimation_method": "Gradient",
    "leaf_estimation_iterations": 1,
    "leaf_estimation_backtracking": "No",
    "thread_count": 1,
    "verbose": False,
    "allow_writing_files": False,
}


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


def trained(name, partners):
    """``name`` has our shapes in braces."""

    def value(y, f, **shape):
        outcomes = [y, *partners(y, f)]
        place = np.arange(float(len(outcomes)))[:, None]
        pool = Pool(place, label=outcomes, baseline=np.array([f] * len(outcomes)))
        model = CatBoost({**PLAIN, "loss_function": name.format(**shape)}).fit(pool)
        leaf = int(np.ravel(model.calc_leaf_indexes(place))[0])
        leaves = model.get_leaf_values().reshape(-1, np.size(f))
        return -leaves[leaf].reshape(np.shape(f))

    return value


def across(y, f):
    """An outcome on the other side of the prediction."""
    return [2 * f - y if y != f else f + 0.1]


def opposite(y, f):
    return [float(y < 0.5)]


def more(y, f):
    return [y + 1]


def others(y, f):
    return [k for k in range(len(f)) if k != y]


def later(y, f):
    return [3 * y]


def through_logit(name):
    """The slope for a probability, of one for a logit."""
    of = trained(name, opposite)
    return lambda y, f: of(y, logit(f)) / (f * (1 - f))


def failure_time(y, f, scale, dist):
    of = trained(f"SurvivalAft:dist={dist.capitalize()};scale={scale}", later)
    return of(y, f)


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
    "cat.QueryCrossEntropy": in_group("QueryCrossEntropy:alpha=0.5"),
    "cat.QueryRMSE": lambda y, f: squared(in_group("QueryRMSE")(y, f)),
    "cat.Cox": lambda y, f: float(eval_metric(y, f, "Cox")[0]),
}
SLOPES = {
    "cat.RMSE": trained("RMSE", across),
    "cat.MAE": trained("MAE", across),
    "cat.Lq": trained("Lq:q={q}", across),
    "cat.Huber": trained("Huber:delta={delta}", across),
    "cat.LogCosh": trained("LogCosh", across),
    "cat.Quantile": trained("Quantile:alpha={tau}", across),
    "cat.LogLinQuantile": trained("LogLinQuantile:alpha={tau}", lambda y, f: across(y, np.exp(f))),
    "cat.Expectile": trained("Expectile:alpha={tau}", across),
    "cat.MAPE": trained("MAPE", across),
    "cat.Logloss": through_logit("Logloss"),
    "cat.CrossEntropy": through_logit("CrossEntropy"),
    "cat.MultiClass": trained("MultiClass", others),
    "cat.MultiClassOneVsAll": trained("MultiClassOneVsAll", others),
    "cat.Focal": trained("Focal:focal_alpha=0.5;focal_gamma={gamma}", opposite),
    "cat.Poisson": trained("Poisson", more),
    "cat.Tweedie": trained("Tweedie:variance_power={p}", more),
    "cat.SurvivalAft": failure_time,
}
LEFT_OUT = {
    "cat.YetiRank": "draws orders at random",
    "cat.YetiRankPairwise": "draws orders at random",
    "cat.StochasticRank": "draws scores at random",
    "cat.StochasticFilter": "draws decisions at random",
}
