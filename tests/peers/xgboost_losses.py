"""XGBoost: values by its metrics, slopes by what its objectives put into the leaf of one row.

A leaf is -G/H where nothing is regularised, and a tree tells H as its cover. XGBoost computes in
single precision.
"""

import numpy as np
import xgboost as xgb

PLAIN = {
    "nthread": 1,
    "verbosity": 0,
    "base_score": 0.5,
    "eta": 1,
    "reg_lambda": 0,
    "min_child_weight": 0,
    "max_delta_step": 0,  # counts would have their Hessian raised
    "max_depth": 9,
    "lambdarank_normalization": False,
    "lambdarank_score_normalization": False,  # slopes of pairs would be rescaled
}


def one(y, f):
    """One row; several scores of it in one line."""
    data = xgb.DMatrix(np.zeros((1, 1)), label=np.array([y], float))
    data.set_base_margin(np.asarray(f, float).reshape(1, -1))
    return data


def rows(y, f, **about):
    """One feature that tells the rows apart; the predictions as they are before a link."""
    f = np.atleast_1d(np.asarray(f, float))
    data = xgb.DMatrix(np.arange(float(len(f)))[:, None], base_margin=f, **about)
    if y is not None:
        data.set_label(np.atleast_1d(y))
    return data


def measured(objective, metric, see=float, data=one, **options):
    """The metric of a booster without a tree."""

    def value(y, f, **shape):
        about = {options[name]: number for name, number in shape.items()}
        train = data(y, f)
        asked = {**PLAIN, "objective": objective, **about}
        name = metric.format(**shape)
        booster = xgb.Booster({**asked, "eval_metric": name}, [train])
        return see(float(booster.eval(train).split(":")[-1]))

    return value


def trained(objective, data=one, **options):
    """The slope that the objective hands to the first trees."""

    def value(y, f, **shape):
        about = {options[name]: number for name, number in shape.items()}
        train = data(y, f)
        booster = xgb.train({**PLAIN, "objective": objective, **about}, train, 1)
        nodes = booster.trees_to_dataframe().set_index(["Tree", "Node"])
        leaves = booster.predict(train, pred_leaf=True).astype(int)
        found = [
            -nodes.loc[(tree, node), "Gain"] * nodes.loc[(tree, node), "Cover"]
            for line in leaves.reshape(train.num_row(), -1)
            for tree, node in enumerate(line)
        ]
        return np.reshape(found, np.shape(f))

    return value


def of_classes(ask):
    return lambda y, f: ask(y, f, k=len(f))


def squared(metric):
    return metric**2


def several(y, f):
    """Rows of one list."""
    return rows(y, f, qid=np.zeros(len(f), int))


def survivors(y, f):
    return rows(y, f)


def interval(y, f):
    data = one(0, f)
    data.set_float_info("label_lower_bound", y[:1])
    data.set_float_info("label_upper_bound", y[1:])
    return data


aft = {"scale": "aft_loss_distribution_scale", "dist": "aft_loss_distribution"}
tau, power = {"tau": "quantile_alpha"}, {"p": "tweedie_variance_power"}
SHIPPED = {
    "xgb.reg:squarederror": measured("reg:squarederror", "rmse", squared),
    "xgb.reg:absoluteerror": measured("reg:absoluteerror", "mae"),
    "xgb.reg:pseudohubererror":
        measured("reg:pseudohubererror", "mphe", delta="huber_slope"),
    "xgb.reg:quantileerror": measured("reg:quantileerror", "quantile", **tau),
    "xgb.reg:squaredlogerror": measured("reg:squaredlogerror", "rmsle", squared),
    "xgb.reg:logistic": measured("reg:logistic", "logloss"),
    "xgb.binary:logistic": measured("binary:logistic", "logloss"),
    "xgb.multi:softmax": of_classes(measured("multi:softmax", "mlogloss", k="num_class")),
    "xgb.multi:softprob": of_classes(measured("multi:softprob", "mlogloss", k="num_class")),
    "xgb.count:poisson": measured("count:poisson", "poisson-nloglik"),
    "xgb.reg:gamma": measured("reg:gamma", "gamma-nloglik"),
    "xgb.reg:tweedie": measured("reg:tweedie", "tweedie-nloglik@{p}", **power),
    "xgb.survival:cox": measured("survival:cox", "cox-nloglik", data=survivors),
    "xgb.survival:aft": measured("survival:aft", "aft-nloglik", data=interval, **aft),
}
SLOPES = {
    "xgb.reg:squarederror": trained("reg:squarederror"),
    "xgb.reg:linear": trained("reg:linear"),
    "xgb.reg:pseudohubererror": trained("reg:pseudohubererror", delta="huber_slope"),
    "xgb.reg:squaredlogerror": trained("reg:squaredlogerror"),
    "xgb.reg:logistic": trained("reg:logistic"),
    "xgb.binary:logistic": trained("binary:logistic"),
    "xgb.binary:logitraw": trained("binary:logitraw"),
    "xgb.multi:softmax": of_classes(trained("multi:softmax", k="num_class")),
    "xgb.multi:softprob": of_classes(trained("multi:softprob", k="num_class")),
    "xgb.binary:hinge": trained("binary:hinge"),
    "xgb.count:poisson": trained("count:poisson"),
    "xgb.reg:gamma": trained("reg:gamma"),
    "xgb.reg:tweedie": trained("reg:tweedie", **power),
    "xgb.survival:cox": trained("survival:cox", survivors),
    "xgb.survival:aft": trained("survival:aft", interval, **aft),
    "xgb.rank:pairwise": trained("rank:pairwise", several),
}
LEFT_OUT = {
    "xgb.reg:expectileerror": "3.2 does not know it yet",
    "xgb.rank:ndcg": "weights from a metric: no value of one example",
    "xgb.rank:map": "weights from a metric: no value of one example",
}
