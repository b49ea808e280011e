"""LightGBM: values by its metrics, slopes by what its objectives put into the leaf of one row.

A leaf is -G/H where nothing is regularised, and a tree tells H as its weight. A tree wants a
split, so each row has a partner whose slope is another.
"""

import lightgbm as lgb
import numpy as np

PLAIN = {
    "verbosity": -1,
    "num_threads": 1,
    "min_data_in_bin": 1,
    "min_data_in_leaf": 1,
    "min_sum_hessian_in_leaf": 0,
    "feature_pre_filter": False,
    "learning_rate": 1,
    "lambda_l2": 0,
    "boost_from_average": False,
    "metric": "",
}


COPIES = 20  # LightGBM guesses from Hessians how many rows a leaf has, and wants one at least


def rows(y, f, weight=None, reference=None):
    """One feature that tells the outcomes apart; the predictions are given class by class."""
    options = {"init_score": np.asarray(f, float).T.ravel(), "params": PLAIN}
    place = np.unique(y, return_inverse=True)[1][:, None].astype(float)
    return lgb.Dataset(place, y, weight=weight, reference=reference, **options)


def asked(objective, f, options, shape, **more):
    """All options, under LightGBM's names; a weight is none of them."""
    about = {options[name]: number for name, number in shape.items() if name != "w"}
    classes = {"num_class": len(f)} if np.ndim(f) else {}
    return {**PLAIN, "objective": objective, **about, **classes, **more}


def measured(objective, metric, **options):
    """The metric of a booster without a tree."""

    def value(y, f, **shape):
        about = asked(objective, f, options, shape, metric=metric)
        train = rows([1.0], [np.zeros_like(f)])  # no counts are all 0
        booster = lgb.Booster(about, train)
        booster.add_valid(rows([y], [f], [shape["w"]] if "w" in shape else None, train), "one")
        return float(booster.eval_valid()[0][2])

    return value


def leaf(tree, index):
    """The leaf with this number."""
    if tree.get("leaf_index") == index or "left_child" not in tree:
        return tree if tree.get("leaf_index", 0) == index else None
    return leaf(tree["left_child"], index) or leaf(tree["right_child"], index)


def trained(objective, partners, **options):
    """The slope that the objective hands to the first trees."""

    def value(y, f, **shape):
        outcomes = np.repeat([y, *partners(y, f)], COPIES).astype(float)
        weight = np.full(len(outcomes), shape["w"]) if "w" in shape else None
        train = rows(outcomes, [f] * len(outcomes), weight)
        booster = lgb.Booster(asked(objective, f, options, shape), train)
        booster.update()
        place = np.unique(outcomes, return_inverse=True)[1][:, None]
        fell = booster.predict(place, pred_leaf=True).T
        trees = booster.dump_model()["tree_info"]
        found = [leaf(tree["tree_structure"], to[0]) for tree, to in zip(trees, fell)]
        total = [-one["leaf_value"] * one["leaf_weight"] for one in found]
        return np.reshape([g / np.sum(to == to[0]) for g, to in zip(total, fell)], np.shape(f))

    return value


def across(y, f):
    """An outcome as far on the other side of the prediction."""
    return [2 * f - y if y != f else f + 0.1]


def opposite(y, f):
    return [float(y < 0.5)]


def more(y, f):
    return [y + 1]


def others(y, f):
    """The other classes: all rows that share a leaf have the same slope."""
    return [k for k in range(len(f)) if k != y]


power = {"p": "tweedie_variance_power"}
SHIPPED = {
    "lgb.regression": measured("regression", "l2"),
    "lgb.regression_l1": measured("regression_l1", "l1"),
    "lgb.huber": measured("huber", "huber", delta="alpha"),
    "lgb.fair": measured("fair", "fair", c="fair_c"),
    "lgb.quantile": measured("quantile", "quantile", tau="alpha"),
    "lgb.mape": measured("mape", "mape"),
    "lgb.binary": measured("binary", "binary_logloss"),
    "lgb.cross_entropy": measured("cross_entropy", "cross_entropy"),
    "lgb.cross_entropy_lambda": measured("cross_entropy_lambda", "cross_entropy_lambda"),
    "lgb.multiclass": measured("multiclass", "multi_logloss"),
    "lgb.poisson": measured("poisson", "poisson"),
    "lgb.gamma": measured("gamma", "gamma"),
    "lgb.tweedie": measured("tweedie", "tweedie", **power),
}
SLOPES = {
    "lgb.regression": trained("regression", across),
    "lgb.huber": trained("huber", across, delta="alpha"),
    "lgb.fair": trained("fair", across, c="fair_c"),
    "lgb.binary": trained("binary", opposite),
    "lgb.cross_entropy": trained("cross_entropy", opposite),
    "lgb.cross_entropy_lambda": trained("cross_entropy_lambda", opposite),
    "lgb.multiclass": trained("multiclass", others),
    "lgb.multiclassova": trained("multiclassova", others),
    "lgb.poisson": trained("poisson", more),
    "lgb.gamma": trained("gamma", more),
    "lgb.tweedie": trained("tweedie", more, **power),
}
LEFT_OUT = {
    "lgb.lambdarank": "weights from a metric: no value of one example",
    "lgb.rank_xendcg": "draws its targets at random",
}
