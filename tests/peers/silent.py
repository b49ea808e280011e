"""What the libraries do without saying so: clamps, floors, divisors, and what they expect.

``SILENT`` has the shipped name, the words, a call, and the number that it gives. Numbers are
compared to three digits: they are figures that people meet.
"""

import math

import keras_losses
import lightgbm_losses
import numpy as np
import optax_losses
import statsmodels_losses
import torch
import xgboost_losses
from catboost.utils import eval_metric
from comparison import library
from optax import losses as optax
from plain import cox, log_softmax, lse, softmax, softplus
from sklearn import metrics
from torch import nn

INF = math.inf
FAR = 1e6


def shipped(name):
    return library(name).SHIPPED[name]


def asked(name, y, f, **shape):
    return lambda: shipped(name)(y, f, **shape)


def tensors(*xs):
    return [torch.tensor(x) for x in xs]


def of_torch(loss, f, y):
    return lambda: float(loss(*tensors(f, y)))


def gaussian(error):
    return lambda: float(nn.GaussianNLLLoss()(*tensors([error], [0.0], [0.0])))


def keras(name, y, f, **options):
    """As it comes: single precision, a mean over the batch."""

    def value():
        loss = getattr(keras_losses.k, name)(dtype="float32", **options)
        return float(loss(np.array(y, "float32"), np.array(f, "float32")))

    return value


def ctc_of_torch(**options):
    """Two equal labels want a blank between them: three steps, of which there are two."""
    sizes = torch.tensor([2]), torch.tensor([2])
    loss = nn.CTCLoss(reduction="none", **options)
    return lambda: float(loss(torch.zeros(2, 1, 3), torch.tensor([[1, 1]]), *sizes).sum())


def mean_of_ctc():
    """Two targets of one and two labels, as the mean has them and as a mean of costs."""
    generator = torch.Generator().manual_seed(0)
    log_p = torch.log_softmax(torch.randn(4, 2, 3, generator=generator), -1)
    target, sizes = torch.tensor([[1, 0], [2, 1]]), (torch.tensor([4, 4]), torch.tensor([1, 2]))
    each = nn.CTCLoss(reduction="none")(log_p, target, *sizes)
    return float(nn.CTCLoss()(log_p, target, *sizes) - (each[0] + each[1] / 2) / 2)


def full_poisson_mass():
    """All that PyTorch's full Poisson gives to the counts, at rate 2."""
    y = torch.arange(80.0)
    loss = nn.PoissonNLLLoss(log_input=False, full=True, reduction="none")
    return float(torch.exp(-loss(2 + 0 * y, y)).sum())


def weighted_mean(soft):
    """Two outcomes of class 0, weight 1, and one of class 1, weight 3; all logits 0 but one."""
    weight = torch.tensor([1.0, 3.0])
    f, y = torch.tensor([[2.0, 0.0], [0.0, 0.0], [0.0, 0.0]]), torch.tensor([0, 0, 1])
    y = nn.functional.one_hot(y).double() if soft else y
    each = nn.CrossEntropyLoss(weight, reduction="none")(f, y).sum()
    return lambda: float(each / nn.CrossEntropyLoss(weight)(f, y))


def in_one_batch(weight):
    return lambda: float(
        nn.CrossEntropyLoss(torch.tensor([weight, 1.0]))(torch.zeros(1, 2), torch.tensor([0]))
    )


def cover(objective, y, f, **options):
    """The Hessian in the leaf of one row, with XGBoost's own settings."""

    def value():
        xgb = xgboost_losses.xgb
        own = {"max_delta_step": None, **options}
        asked = {k: v for k, v in {**xgboost_losses.PLAIN, **own}.items() if v is not None}
        train = xgboost_losses.one(y, f)
        booster = xgb.train({**asked, "objective": objective}, train, 1)
        return float(booster.trees_to_dataframe()["Cover"][0])

    return value


def pairwise_slope():
    """Of a winner, as XGBoost trains unless told otherwise; scores .3 and -.5."""
    own = {"lambdarank_normalization": True, "lambdarank_score_normalization": True}
    of = xgboost_losses.trained("rank:pairwise", xgboost_losses.several, **{k: k for k in own})
    return float(of(np.array([1, 0]), np.array([0.3, -0.5]), **own)[0])


def xgboost_logloss():
    return xgboost_losses.measured("binary:logistic", "logloss")(1, -200.0)


def failure_slope():
    of = xgboost_losses.trained("survival:aft", xgboost_losses.interval)
    return float(of(np.ones(2), 40.0))


def weight_of_lightgbm(objective, y, f, partners):
    """The Hessian of one row."""

    def value():
        outcomes = np.repeat([y, *partners], lightgbm_losses.COPIES).astype(float)
        train = lightgbm_losses.rows(outcomes, [f] * len(outcomes))
        booster = lightgbm_losses.lgb.Booster(
            lightgbm_losses.asked(objective, f, {}, {}), train
        )
        booster.update()
        tree = booster.dump_model()["tree_info"][0]["tree_structure"]
        fell = booster.predict(np.unique(outcomes, return_inverse=True)[1][:, None], pred_leaf=True)
        first = np.reshape(fell, (len(outcomes), -1))[:, 0]
        one = lightgbm_losses.leaf(tree, first[0])
        return one["leaf_weight"] / np.sum(first == first[0])

    return value


def infeasible_for_optax():
    jnp = optax_losses.jnp
    blank = jnp.zeros((1, 2, 3)), jnp.zeros((1, 2)), jnp.array([[1, 1]]), jnp.zeros((1, 2))
    return float(optax.ctc_loss(*blank)[0])


def sparse_of_keras():
    return keras("CategoricalCrossentropy", [[1, 0, 0]], [[2, 0.5, -1]])()


LABELS = np.array([0, 0, 0, 1])
PLACES = np.array([[1.0, 0.0], [0.6, 0.8], [0.0, 1.0], [-0.8, 0.6]])


def one_partner_at_a_time():
    """NT-Xent where three belong together: each of two partners beside the stranger alone."""
    near = PLACES @ PLACES.T
    pairs = [(i, j) for i in range(3) for j in range(3) if i != j]
    return np.mean([softplus(near[i, 3] - near[i, j]) for i, j in pairs])


def smoothed_and_weighted():
    """What ``torch.weight`` does to what ``torch.label_smoothing`` adds."""
    weight, f = torch.tensor([1.0, 1.0, 100.0]), torch.tensor([[2.0, 0.0, -1.0]])
    loss = nn.CrossEntropyLoss(weight, label_smoothing=0.1, reduction="none")
    return float(loss(f, torch.tensor([0]))[0])


COSTS = -log_softmax(np.array([2.0, 0.0, -1.0]))
GRADED = np.array([1.0, 0.0, 2.0]), np.array([0.2, 0.5, 1.0])
TIED = np.array([1.0, 2.0, 2.0, -3.0]), np.array([1.4, 0.3, -0.5, 0.4])


def tied_slopes():
    """Any likelihood of differences has slopes that add up to 0."""
    return float(np.sum(xgboost_losses.SLOPES["xgb.survival:cox"](*TIED)))


def order_of_ties():
    """What CatBoost's cost changes by when two tied rows change places."""
    y, f = TIED
    cox = shipped("cat.Cox")
    return cox(y, f[[0, 2, 1, 3]]) - cox(y, f)


SILENT = [
    # divisors
    ("torch.nn.MSELoss", "a mean over elements, not over examples",
     of_torch(nn.MSELoss(), [[1.0, 0, 0, 0]], [[0.0, 0, 0, 0]]), 1 / 4),
    ("torch.nn.KLDivLoss", "the mean is over elements: a quarter of the divergence at K = 4",
     of_torch(nn.KLDivLoss(), [[-2.0] * 4], [[0.25] * 4]), (2 - math.log(4)) / 4),
    ("torch.nn.KLDivLoss", "arguments swapped: no number",
     of_torch(nn.KLDivLoss(), [[0.5, 0.5]], [[-1.0, -1.0]]), math.nan),
    ("torch.weight", "index targets: divided by the sum of weights", weighted_mean(False), 5),
    ("torch.weight", "one-hot targets: divided by the number of examples", weighted_mean(True), 3),
    ("torch.weight", "in a batch of one the weight cancels", in_one_batch(9.0), math.log(2)),
    ("torch.nn.CrossEntropyLoss", "all targets ignored: no number",
     of_torch(nn.CrossEntropyLoss(), [[0.0, 0.0]], [-100]), math.nan),
    ("torch.nn.CTCLoss", "each cost over its number of labels, then a mean", mean_of_ctc, 0),
    ("torch.nn.CTCLoss", "a target that has no path", ctc_of_torch(), INF),
    ("torch.nn.CTCLoss", "the same with zero_infinity", ctc_of_torch(zero_infinity=True), 0),
    ("optax.ctc_loss", "a target that has no path", infeasible_for_optax, 1e5),
    # clamps and floors
    ("torch.nn.GaussianNLLLoss", "variance 0 counts as 1e-6: at no error", gaussian(0.0), -6.908),
    ("torch.nn.GaussianNLLLoss", "variance 0 counts as 1e-6: at error 1", gaussian(1.0), 499993),
    ("torch.nn.BCELoss", "no cost is above 100", of_torch(nn.BCELoss(), [0.0], [1.0]), 100),
    ("keras.BinaryCrossentropy", "no cost is above -log 1e-7, y = 1",
     keras("BinaryCrossentropy", [[1]], [[0]]), 16.118),
    ("keras.BinaryCrossentropy", "y = 0, in single precision",
     keras("BinaryCrossentropy", [[0]], [[1]]), 15.942),
    ("sklearn.log_loss", "clips at the resolution of the type",
     lambda: metrics.log_loss([1], [0.0], labels=[0, 1]), 36.04),
    ("sklearn.log_loss", "in single precision",
     lambda: metrics.log_loss([1], np.array([0], "float32"), labels=[0, 1]), 15.94),
    ("xgb.binary:logistic", "its metric has no cost above -log 1e-16", xgboost_logloss, 36.84),
    ("keras.MeanAbsolutePercentageError", "outcomes count as 1e-7 at least",
     keras("MeanAbsolutePercentageError", [[0]], [[1]]), 1e9),
    ("sklearn.mean_absolute_percentage_error", "outcomes count as 2.2e-16 at least",
     lambda: metrics.mean_absolute_percentage_error([0.0], [1.0]), 4.5036e15),
    ("lgb.mape", "outcomes count as 1 at least", asked("lgb.mape", 0.0, 0.25), 0.25),
    ("cat.MAPE", "outcomes count as 1 at least", asked("cat.MAPE", 0.0, 0.25), 0.25),
    ("xgb.survival:aft", "no likelihood is below 1e-12: z = -20 would cost 200.9",
     asked("xgb.survival:aft", np.ones(2), 20.0, scale=1.0, dist="normal"), 27.63),
    ("xgb.survival:aft", "no slope is above 15", failure_slope, 15),
    ("keras.Dice", "an empty mask, found empty, costs all",
     keras("Dice", [[0, 0]], [[0, 0]]), 1),
    ("optax.binary_dice_loss", "smooth = 1: the same costs nothing",
     lambda: float(optax.binary_dice_loss(np.full((1, 2, 1), -99.0), np.zeros((1, 2, 1)))[0]), 0),
    ("keras.CategoricalHinge", "the best of the others counts as 0 at least",
     asked("keras.CategoricalHinge", 0, np.array([-1.0, -3.0, -4.0])), 2),
    ("optax.binary_dice_loss", "smooth = 1: eight empty pixels at logit -10 cost this",
     lambda: float(optax.binary_dice_loss(np.full((1, 8, 1), -10.0), np.zeros((1, 8, 1)))[0]),
     1.815e-4),
    # several right answers
    ("torch.label_smoothing", "the weights of all classes enter, whichever it is",
     smoothed_and_weighted, 0.9 * COSTS[0] + 0.1 / 3 * np.dot([1, 1, 100], COSTS)),
    *[
        (name, "other partners are left out of the sum",
         asked(name, LABELS, PLACES, temperature=1.0), one_partner_at_a_time())
        for name in ["pml.NTXentLoss", "optax.ntxent"]
    ],
    *[
        (name, "grades are not made to add up to 1", asked(name, *GRADED),
         -GRADED[0] @ log_softmax(GRADED[1]))
        for name in ["rax.softmax_loss", "optax.ranking_softmax_loss"]
    ],
    # ties of failure times
    ("sm.PHReg", "counts all who fail together as at risk (Breslow)", asked("sm.PHReg", *TIED),
     cox(*TIED)),
    ("xgb.survival:cox", "its metric, too, over the number of failures",
     asked("xgb.survival:cox", *TIED), cox(*TIED) / 3),
    ("xgb.survival:cox", "the slopes it trains with do not: they do not add up to 0", tied_slopes,
     -softmax(TIED[1][1:])[0]),  # the first of two that fail together is at risk once
    ("cat.Cox", "tied rows that change places change the cost", order_of_ties,
     lse(TIED[1][[2, 3]]) - lse(TIED[1][[1, 3]])),
    ("cat.SurvivalAft", "its metric is how far the predicted time is from the interval",
     lambda: eval_metric(np.array([[2.0, 2.0]]), np.array([0.3]), "SurvivalAft")[0],
     2 - math.exp(0.3)),
    # slopes and curvatures that are not those of the value
    ("xgb.count:poisson", "Hessian times e^.7", cover("count:poisson", 1, 0), math.exp(0.7)),
    ("lgb.poisson", "Hessian times e^.7",
     weight_of_lightgbm("poisson", 1.0, 0.0, [2.0]), math.exp(0.7)),
    ("xgb.multi:softprob", "Hessian 2 p (1 - p)",
     cover("multi:softprob", 0, [0, 0, 0], num_class=3), 2 * 2 / 9),
    ("lgb.multiclass", "Hessian p (1 - p) K / (K - 1)",
     weight_of_lightgbm("multiclass", 0, np.zeros(3), [1, 2]), 2 / 9 * 3 / 2),
    ("xgb.binary:logistic", "no Hessian is below 1e-16", cover("binary:logistic", 0, 200), 1e-16),
    ("xgb.reg:squarederror", "scale_pos_weight counts outcomes that are 1.0",
     cover("reg:squarederror", 1.0, 0.3, scale_pos_weight=3), 3),
    ("xgb.reg:squarederror", "and no others",
     cover("reg:squarederror", 1.5, 0.3, scale_pos_weight=3), 1),
    ("xgb.rank:pairwise", "slopes of pairs are rescaled: .310 would be Bradley–Terry",
     pairwise_slope, -0.41004),
    ("lgb.binary", "sigmoid rescales the prediction",
     lambda: lightgbm_losses.measured("binary", "binary_logloss", s="sigmoid")(1, 0.3, s=2.0),
     math.log1p(math.exp(-0.6))),
    # what is taken for granted
    ("torch.nn.NLLLoss", "takes logarithms: a probability of .7 costs -.7",
     of_torch(nn.NLLLoss(), [[0.7, 0.3]], [0]), -0.7),
    ("torch.nn.CrossEntropyLoss", "takes logits: certain and right costs this, K = 10",
     of_torch(nn.CrossEntropyLoss(), [[1.0] + [0] * 9], [0]), 1.461),
    ("torch.nn.CrossEntropyLoss", "the same, K = 1000",
     of_torch(nn.CrossEntropyLoss(), [[1.0] + [0] * 999], [0]), 5.909),
    ("keras.CategoricalCrossentropy", "takes probabilities: logits are divided by their sum",
     sparse_of_keras, 2**-23),
    ("keras.CategoricalCrossentropy", "from_logits: what the same logits cost",
     keras("CategoricalCrossentropy", [[1, 0, 0]], [[2, 0.5, -1]], from_logits=True), 0.24131),
    ("torch.nn.CrossEntropyLoss", "targets that add up to 2 are taken",
     of_torch(nn.CrossEntropyLoss(), [[0.0, 0.0, 0.0]], [[1.0, 1.0, 0.0]]), 2 * math.log(3)),
    ("keras.Hinge", "0 and 1 are made -1 and 1", asked("keras.Hinge", 0, 0.5), 1.5),
    ("optax.hinge_loss", "0 and 1 are not",
     lambda: float(optax.hinge_loss(np.float64(0.5), np.float64(0))), 1),
    ("keras.CosineSimilarity", "minus the cosine",
     asked("keras.CosineSimilarity", np.ones(2), np.ones(2)), -1),
    ("sklearn.brier_score_loss", "half of what several classes would have",
     lambda: metrics.brier_score_loss([1], [0.7], labels=[0, 1]), 0.09),
    ("sm.NegativeBinomial", "alpha is 1 unless told",
     lambda: statsmodels_losses.families.NegativeBinomial().alpha, 1),
    ("torch.nn.PoissonNLLLoss", "full: y = 2 is dearer by Stirling's error",
     lambda: float(
         nn.PoissonNLLLoss(full=True)(*tensors([0.0], [2.0])) - 1 - math.log(2)
     ), -0.04134),
    ("torch.nn.PoissonNLLLoss", "full: all counts together, at rate 2", full_poisson_mass, 1.0192),
    ("keras.Tversky", "alpha = 1: one pixel of two is missed",
     asked("keras.Tversky", np.ones(2), np.array([1.0, 0.0]), missed=1.0, extra=0.0), 0.5),
    ("keras.Tversky", "beta = 1: the same",
     asked("keras.Tversky", np.ones(2), np.array([1.0, 0.0]), missed=0.0, extra=1.0), 1e-7),
    # three hinges
    ("torch.nn.MultiMarginLoss", "scores 1, .8, -1: a mean over classes",
     asked("torch.nn.MultiMarginLoss", 0, np.array([1, 0.8, -1])), 0.2667),
    ("keras.CategoricalHinge", "the same scores",
     asked("keras.CategoricalHinge", 0, np.array([1, 0.8, -1])), 0.8),
    ("optax.multiclass_hinge_loss", "the same scores",
     asked("optax.multiclass_hinge_loss", 0, np.array([1, 0.8, -1])), 0.8),
    # bounded losses, a million away
    *[
        (name, "bounded", asked(name, 0.0, FAR), most)
        for name, most in [
            ("kornia.geman_mcclure_loss", 2),
            ("kornia.welsch_loss", 1),
            ("smn.TukeyBiweight", 3.658),
            ("smn.TukeyQuartic", 3.490),
            ("smn.AndrewWave", 3.586),
            ("smn.Hampel", 10),
            ("smn.RamsayE", 11.11),
            ("smn.TrimmedMean", 2),
        ]
    ],
    ("torch.nn.TripletMarginLoss", "collapse costs exactly the margin",
     asked("torch.nn.TripletMarginLoss", None, np.ones((3, 4)), margin=1.0), 1),
    ("torch.nn.TripletMarginLoss", "1e-6 in each difference: the length of (1e-6, 1e-6, ...)",
     lambda: float(nn.functional.pairwise_distance(*torch.ones(2, 1, 4)).item()), 2e-6),
]
