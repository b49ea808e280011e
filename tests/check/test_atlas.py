"""The atlas: any name finds its row, an object tells its arguments, and a row that is wrong in its
factor, its term or its verdict is refused by its claim."""

import functools
import json
from dataclasses import replace

import numpy as np
import pytest
from helpers import ROOT

from xent_lit import explain, is_cross_entropy
from xent_lit.arguments import floor_of_smoothing
from xent_lit.atlas import ATLAS
from xent_lit.evidence import Argued, Bounded
from xent_lit.explanation import ANSWERS, catalogue
from xent_lit.laws.atlas import claim_of_row, claims
from xent_lit.loss import GROUPS, VERDICTS
from xent_lit.losses import LOSSES
from xent_lit.models.bernoulli import Bernoulli
from xent_lit.models.support import REALS
from xent_lit.naming import find
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
        "likelihood": replace(
            hinge, evidence=replace(hinge.evidence, likelihood=LOSSES["squared error"].of)
        ),
        "truth": replace(LOSSES["logistic"], verdict="cross-entropy", truth=Bernoulli),
        "pmf of a score": replace(
            ATLAS["Brier"], reads=lambda p: 2 * np.asarray(ATLAS["Brier"].reads(p))
        ),
        "score that states one thing": replace(
            ATLAS["probability error"], verdict="score", reads=lambda p: (0.5, 0.5)
        ),
        "composite of nothing": replace(
            ATLAS["CLIP"], evidence=replace(ATLAS["CLIP"].evidence, outcomes=tuple)
        ),
    }
    verify(claim_of_row(right), draws=3)
    for words, row in wrong.items():
        with pytest.raises((AssertionError, ValueError)):
            verify(claim_of_row(row), draws=3)
            pytest.fail(f"the wrong {words} is accepted")


AS_WRITTEN = """
DPO = Bradley–Terry; reward model = Bradley–Terry; bpr = Bradley–Terry; info nce = InfoNCE
NT-Xent = InfoNCE; ELBO = variational autoencoder; vae loss = variational autoencoder
CRPS = CRPS; CTCLoss = CTC; smooth l1 = Huber; SmoothL1Loss = Huber; F.smooth_l1_loss = Huber
HuberLoss = Huber; keras.losses.Huber = Huber; tf.keras.losses.Huber = Huber
lightgbm huber = Huber; logcosh = log-cosh; quantile regression = pinball
mean_pinball_loss = pinball; BCE with logits = logistic; BCEWithLogitsLoss() = logistic
torch.nn.functional.binary_cross_entropy_with_logits = logistic; logistic regression = logistic
binary:logistic = logistic; sgd log_loss = logistic; statsmodels logit = logistic
kl_div = KL divergence; Kullback-Leibler = KL divergence; kld = KL divergence
tensorflow.keras.losses.KLDivergence = KL divergence; negative log likelihood = softmax
categorical_crossentropy = softmax; sparse_categorical_crossentropy = softmax
cross entropy loss = softmax; nn.CrossEntropyLoss(weight=w) = softmax; pytorch nll_loss = softmax
xgboost softprob = softmax; lightgbm multiclass = softmax; softmax loss = softmax
root mean squared error = squared error; catboost RMSE = squared error; torch mse = squared error
least squares = squared error; linear regression = squared error; lightgbm l2 = squared error
sklearn.metrics.mean_squared_error = squared error; lightgbm l1 = absolute error
least absolute deviations = absolute error; PPO = policy gradient; trl grpo = policy gradient
ArcFace = margin softmax; TripletMarginLoss = triplet; dice loss = Dice; f1 loss = Dice
IoU = Jaccard; TverskyLoss = Jaccard; negative_binomial_nll = negative binomial; cox loss = Cox
xgboost survival:cox = Cox; weibull regression = accelerated failure time
ordinal cross entropy = cumulative link; LabelSmoothingCrossEntropy = label smoothing
weighted cross entropy = class weights; FocalLoss = focal; catboost focal = focal
mean_tweedie_deviance = Tweedie; reg:tweedie = Tweedie; xgboost.reg:tweedie = Tweedie
poisson deviance = Poisson deviance; mean gamma deviance = gamma; xgboost reg:gamma = gamma
catboost poisson = poisson; PoissonNLLLoss = poisson; poisson regression = poisson
sklearn hinge = hinge; svm loss = hinge; trl hinge = hinge preference
binary_crossentropy = binary cross-entropy of probabilities
sklearn.metrics.log_loss = binary cross-entropy of probabilities
catboost CrossEntropy = binary cross-entropy of probabilities; js divergence = reverse divergences
generalized cross entropy = generalised cross-entropy; causal language modeling = next token
masked language modeling = masked language model; wgan-gp = GAN generator
sigmoid loss = logistic; robust loss = general robust; lovász = Jaccard; kto = probability error
NCALoss = neighbourhood components; soft target cross entropy = soft labels; emd = distances
"""


def test_names_as_people_write_them():
    pairs = [entry.split(" = ") for entry in AS_WRITTEN.strip().replace("\n", "; ").split("; ")]
    wrong = {}
    for name, row in pairs:
        found = find(name)
        if not (found.name if found else "none").startswith(row):
            wrong[name] = found and found.name
    assert wrong == {}


@pytest.mark.parametrize("name", ["median squared eror", "hinge²", "asymmetric entropy"])
def test_an_unknown_name_gets_names_that_are_like_it(name):
    with pytest.raises(ValueError, match=r"\(near: .*\b(squared|hinge|asymmetric)\b"):
        explain(name)


def test_all_are_listed_in_lines_that_fit():
    lines = catalogue().splitlines()
    assert max(map(len, lines)) <= 100
    assert any("absolute error" in line and "Laplace(f, b)" in line for line in lines)
    long = {name for name in ATLAS if len(repr(explain(name)).splitlines()) > 14}
    assert long == set()


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


def test_the_factor_and_the_probabilities_of_a_function_of_ones_own():
    def twice(y, f):
        return 2 * LOSSES["logistic"].of(y, f)

    found = explain(twice, outcomes=[0, 1], predictions=[-1.0, 0.0, 1.0, 2.0])
    assert found.factor == pytest.approx(0.5) and "0.7311, 0.2689" in found.rows["probabilities"]


def test_objects_of_torch_tell_their_arguments():
    torch = pytest.importorskip("torch")
    nn, F = torch.nn, torch.nn.functional
    for loss in nn.CrossEntropyLoss, nn.MSELoss, nn.GaussianNLLLoss, nn.SmoothL1Loss, nn.CTCLoss:
        assert explain(loss()) == explain(loss) == explain(loss().forward), loss
    assert explain(nn.BCEWithLogitsLoss(pos_weight=torch.ones(1))).arguments == {}
    assert explain(nn.HuberLoss).name == explain(F.huber_loss).name == "Huber"
    floor = explain(functools.partial(F.cross_entropy, label_smoothing=0.1))
    assert (
        floor.verdict == "cross-entropy" and "0.5003 for 10" in floor.arguments["label_smoothing"]
    )
    said = {
        nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0])): "sum of the weights",
        nn.CrossEntropyLoss(weight=torch.tensor([1.0, 2.0]), label_smoothing=0.1): "and then",
        nn.BCELoss(weight=torch.tensor([1.0, 2.0])): "number of entries",
        nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0])): "0.75 fits best",
        nn.CrossEntropyLoss(ignore_index=0): "left out",
        nn.KLDivLoss(): "1/K of the mean divergence",
        nn.KLDivLoss(reduction="batchmean"): "the number N of examples",
        nn.GaussianNLLLoss(full=True): "0.9189 is added",
        nn.PoissonNLLLoss(full=True): "Stirling",
        nn.HuberLoss(delta=2.0): "log Z is 0.9274",
        nn.SmoothL1Loss(beta=0.5): "the factor is 0.5",
        nn.CTCLoss(zero_infinity=True): "costs 0",
    }
    for loss, words in said.items():
        assert words in " ".join(explain(loss).arguments.values()), loss
    assert explain(nn.SmoothL1Loss(beta=0.5)).factor == 0.5
    assert explain(nn.MultiMarginLoss(weight=torch.tensor([1.0, 2.0]))).verdict == "none"
    assert explain(nn.PoissonNLLLoss()).model == "Poisson(exp f)"
    assert explain(nn.PoissonNLLLoss(log_input=False)).model == "Poisson(f)"
    for what in nn.Softmax, nn.Linear(2, 3), F.softmax, torch.poisson, nn.CosineSimilarity, 3:
        with pytest.raises(TypeError, match="expected a name or a loss of a library"):
            explain(what)


def test_metrics_of_scikit_learn_are_read_without_the_words_around_them():
    metrics = pytest.importorskip("sklearn.metrics")
    found = {
        metrics.mean_pinball_loss: "pinball",
        metrics.mean_squared_log_error: "MSLE",
        metrics.mean_tweedie_deviance: "Tweedie",
        metrics.mean_gamma_deviance: "gamma",
    }
    assert {f: explain(f).name for f in found} == found
    for what in metrics.max_error, metrics.median_absolute_error, metrics.r2_score:
        with pytest.raises(TypeError, match="expected a name or a loss of a library"):
            explain(what)


def test_floors_and_reweighted_chances_are_as_said():
    torch = pytest.importorskip("torch")
    smoothed = torch.nn.CrossEntropyLoss(label_smoothing=0.1)
    best = torch.log(torch.full((10,), 0.01, dtype=float)) + torch.eye(10)[3] * np.log(91)
    assert float(smoothed(best[None], torch.tensor([3]))) == pytest.approx(
        floor_of_smoothing(0.1, 10)
    )
    logit = torch.logit(torch.tensor([0.75, 0.75], dtype=float)).requires_grad_()
    weighted = torch.nn.BCEWithLogitsLoss(pos_weight=torch.tensor([3.0]))
    weighted(logit, torch.tensor([0.0, 1.0], dtype=float)).backward()
    assert float(logit.grad.sum()) == pytest.approx(0)


def in_torch(torch):
    """What torch ships, as ℓ(y, f, *shape) of the rows."""
    nn, F = torch.nn, torch.nn.functional

    def of(loss):
        return lambda y, f, *shape: loss(
            torch.tensor(np.atleast_1d(f)), torch.tensor(np.atleast_1d(np.asarray(y, float)))
        )

    def of_classes(loss):
        return lambda y, f: loss(torch.tensor(f)[None], torch.tensor([y]))

    def marked(f, y):
        there = torch.nonzero(y)[:, 0]
        return F.multilabel_margin_loss(f, F.pad(there, (0, len(y) - len(there)), value=-1))

    return {
        "squared error": of(nn.MSELoss()),
        "absolute error": of(nn.L1Loss()),
        "Huber": lambda y, f, d: of(nn.HuberLoss(delta=d))(y, f),
        "logistic": of(nn.BCEWithLogitsLoss()),
        "Bradley–Terry": lambda y, r: of(nn.SoftMarginLoss())(2 * y - 1, r[0] - r[1]),
        "softmax": of_classes(nn.CrossEntropyLoss()),
        "label smoothing": of_classes(nn.CrossEntropyLoss(label_smoothing=0.1)),
        "binary cross-entropy of probabilities": of(nn.BCELoss()),
        "soft labels": of(nn.BCELoss()),
        "multi-label": of(nn.MultiLabelSoftMarginLoss()),
        "KL divergence": of(lambda f, y: F.kl_div(f.log(), y, reduction="sum")),
        "multi-margin": of_classes(nn.MultiMarginLoss()),
        "multi-label margin": of(marked),
        "poisson": of(nn.PoissonNLLLoss(log_input=False, eps=0)),
        "Gaussian with its variance": of(lambda f, y: F.gaussian_nll_loss(f[:1], y, f[1:])),
        "cosine distance": of(
            lambda f, y: F.cosine_embedding_loss(f[None], y[None], torch.ones(1))
        ),
        "hinge preference": of(
            lambda d, y: F.margin_ranking_loss(d, torch.zeros(1), y, margin=1.0)
        ),
    }


def test_rows_are_what_torch_computes():
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(0)
    for name, shipped in in_torch(torch).items():
        row = ATLAS[name]
        for y in row.outcomes:
            for f in row.predictions(rng)[:8]:
                shape = row.shapes(rng)
                found = float(shipped(y, f, *shape))
                assert found == pytest.approx(float(row.of(y, f, *shape)), rel=1e-9, abs=1e-9), name


def test_no_other_verdict_and_no_other_factor_is_accepted():
    accepted = []
    for row in ATLAS.values():
        if isinstance(row.evidence, Argued):
            continue
        wrong = [replace(row, verdict=other) for other in VERDICTS if other != row.verdict]
        if row.model:
            wrong.append(replace(row, factor=lambda *s, row=row: 1.01 * row.factor_at(*s)))
            wrong.append(replace(row, term=lambda y, xp, *s, row=row: row.term(y, xp, *s) + 0.01))
        for other in wrong:
            try:
                verify(claim_of_row(replace(other, symbols=list)), draws=3)
            except (AssertionError, ValueError):
                continue
            accepted.append((row.name, other.verdict))
    assert accepted == []


def test_the_answer_for_a_name_follows_from_the_row():
    answers = {"Huber": True, "Brier": False, "label smoothing": False, "Dice": False}
    assert {name: is_cross_entropy(name) for name in answers} == answers
    for name, row in ATLAS.items():
        assert is_cross_entropy(name) == (row.verdict in ("nll", "nll-fixed")), name
