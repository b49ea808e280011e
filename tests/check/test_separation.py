"""Targets that are separated: where a fit has no minimum it says so, and a good fit is silent.

Warnings are errors in these tests, so a fit that returns here returned without a word.
"""

import pickle
import warnings

import numpy as np
import pytest
from scipy.optimize import linprog

from xent_lit import (
    Bernoulli,
    Binomial,
    Exponential,
    Gamma,
    Geometric,
    Laplace,
    Multinomial,
    NegativeBinomial,
    Normal,
    Poisson,
    fit,
    linear_regression,
    logistic_regression,
    poisson_regression,
    regression,
    softmax_regression,
)
from xent_lit.regression import linear, linear_gradient
from xent_lit.separation import check_minimum

HOURS = np.array([[1.0], [1.5], [2.0], [2.5]])
RNG = np.random.default_rng(5)
NOISE, GROUP = RNG.normal(size=40), np.arange(40) % 2
TWO = np.column_stack([NOISE, GROUP])
COINS = RNG.integers(0, 2, 40)
COUNTS = RNG.poisson(2, 40)
TIMES = RNG.exponential(2, 40)
LABELS = RNG.integers(0, 3, 40)
ROWS = np.arange(9.0)[:, None]


def refusal(model, theta0, x, y, **options):
    with pytest.raises(ValueError, match="fit: no minimum") as refused:
        fit(model, theta0, x, y, **options)
    return str(refused.value)


@pytest.mark.parametrize(
    "model, shape, x, y, words",
    [
        (
            logistic_regression,
            2,
            HOURS,
            [0, 0, 1, 1],
            ["completely", "y = 0 in all 2 draws with feature 0 <= 1.5", "feature 0 >= 2"],
        ),
        (
            logistic_regression,
            2,
            -HOURS,
            [0, 0, 1, 1],
            ["completely", "y = 0 in all 2 draws with feature 0 >= -1.5", "feature 0 <= -2"],
        ),
        (
            logistic_regression,
            2,
            [[1.0], [2.0], [2.0], [3.0]],
            [0, 0, 1, 1],
            ["quasi-completely", "y = 0 in the one draw with feature 0 <= 1"],
        ),
        (logistic_regression, 2, HOURS, [0] * 4, ["completely", "y = 0 in all 4 draws."]),
        (logistic_regression, 2, HOURS, [1] * 4, ["y = 1 in all 4 draws.", "penalty on all"]),
        (
            logistic_regression,
            3,
            TWO,
            COINS * (GROUP == 0),
            ["quasi", "y = 0 in all 20 draws with feature 1 >= 1", "feature 1 left out"],
        ),
        (
            poisson_regression,
            3,
            TWO,
            COUNTS * (GROUP == 1),
            ["quasi", "y = 0 in all 20 draws with feature 1 <= 0"],
        ),
        (poisson_regression, 2, HOURS, [0] * 4, ["y = 0 in all 4 draws."]),
        (
            softmax_regression,
            (2, 3),
            NOISE[:, None],
            COINS,
            ["quasi", "no label 2 in all 40 draws", "that label left out"],
        ),
        (
            softmax_regression,
            (2, 3),
            ROWS,
            [0, 0, 0, 1, 1, 1, 2, 2, 2],
            ["completely", "label 0", "feature 0"],
        ),
        (
            softmax_regression,
            (2, 3),
            ROWS,
            [0, 1, 0, 1, 1, 0, 2, 2, 2],
            ["quasi", "only label 2 in all 3 draws with feature 0 >= 6"],
        ),
        (
            logistic_regression,
            3,
            [[0, 0], [1, 1], [2, 2], [0, 1], [1, 2], [2, 3]],
            [0, 0, 0, 1, 1, 1],
            ["completely", "6 of 6 draws by", "feature 0", "feature 1", "some features left out"],
        ),
        (
            regression(Binomial, total_count=5),
            2,
            HOURS,
            [0, 0, 5, 5],
            ["completely", "y = 5 in all 2 draws with feature 0 >= 2"],
        ),
        (
            regression(Binomial, total_count=np.array([5, 4, 3, 2])),
            2,
            HOURS,
            [0, 0, 3, 2],
            ["completely", "y is greatest in all 2 draws with feature 0 >= 2"],
        ),
        (regression(Geometric), 2, HOURS, [0] * 4, ["y = 0 in all 4 draws."]),
        (
            regression(NegativeBinomial, total_count=2.0),
            3,
            TWO,
            COUNTS * GROUP,
            ["y = 0 in all 20 draws with feature 1 <= 0"],
        ),
        (regression(Exponential), 3, TWO, TIMES * GROUP, ["all 20 draws with feature 1 <= 0"]),
        (
            regression(Multinomial, total_count=2),
            (2, 3),
            HOURS,
            [[1, 1, 0], [2, 0, 0], [0, 2, 0], [1, 1, 0]],
            ["no label 2 in all 4 draws"],
        ),
    ],
)
def test_separated_targets_are_refused(model, shape, x, y, words):
    said = refusal(model, np.zeros(shape), x, y)
    assert [word for word in [*words, "l2=0.01"] if word not in said] == [], said


def test_features_are_called_by_their_names():
    class Table:
        columns = ["age", "smoker"]

        def __array__(self, dtype=None, copy=None):
            return TWO

    said = refusal(logistic_regression, np.zeros(3), Table(), COINS * (GROUP == 0))
    assert "feature smoker >= 1" in said


# ── The verdict ──────────────────────────────────────────────────────────────────────────────────


def balanced(loose, tight):
    """Stiemke: no direction lowers the loss exactly if positive weights balance the rows."""
    rows = np.array([*loose, *tight])
    bounds = [(1, None)] * len(loose) + [(None, None)] * len(tight)
    zeros = np.zeros(rows.shape[1])
    return linprog(np.zeros(len(rows)), A_eq=rows.T, b_eq=zeros, bounds=bounds).status == 0


def rows_of(name, x, y):
    """What each target asks of a direction, by the definition."""
    loose, tight = [], []
    for a, target in zip(np.column_stack([x, np.ones(len(x))]), y):
        if name == "softmax":
            for other in {0, 1, 2} - {target}:
                loose.append(np.outer(a, np.eye(3)[target] - np.eye(3)[other]).ravel())
        elif name == "poisson" and target > 0:
            tight.append(a)
        else:
            loose.append(a if target else -a)
    return loose, tight


MODELS = {
    "logistic": (logistic_regression, 2),
    "poisson": (poisson_regression, 3),
    "softmax": (softmax_regression, 3),
}


@pytest.mark.parametrize("name", MODELS)
def test_the_verdict_is_that_of_the_dual_program(name):
    model, most = MODELS[name]
    verdicts = []
    for seed in range(60):
        rng = np.random.default_rng(seed)
        m, d = int(rng.integers(4, 14)), int(rng.integers(1, 4))
        x, y = 1.0 * rng.integers(0, 4, (m, d)), rng.integers(0, most, m)
        theta0 = np.zeros((d + 1, 3) if name == "softmax" else d + 1)
        loose, tight = rows_of(name, x, y)
        expected = not loose or balanced(loose, tight)
        verdicts.append(has_minimum(model, theta0, x, y))
        assert verdicts[-1] == expected, (seed, x, y)
    assert 0.1 < np.mean(verdicts) < 0.9


def has_minimum(model, theta0, x, y):
    try:
        return check_minimum(model(theta0)(x), x, y, np.ones(len(y)), theta0 == 0)
    except ValueError as refused:
        assert "no minimum" in str(refused)
        return False


@pytest.mark.parametrize("name", MODELS)
def test_fit_keeps_to_the_verdict(name):
    """Also where what each draw pulls with has spared the linear program."""
    model, most = MODELS[name]
    for seed in range(12):
        rng = np.random.default_rng(seed)
        x, y = rng.normal(size=(9, 1)), rng.integers(0, most, 9)
        theta0 = np.zeros((2, 3) if name == "softmax" else 2)
        if has_minimum(model, theta0, x, y):
            assert fit(model, theta0, x, y).slope < 1e-6
        else:
            refusal(model, theta0, x, y)


@pytest.mark.parametrize("gap", [1e-3, 1e-5, 1e-7])
def test_a_small_gap_and_a_small_overlap(gap):
    """A hair decides: with a gap there is no minimum, with an overlap there is one, far out."""
    x = np.array([[0.0], [1.0], [1.0 + gap], [2.0]])
    refusal(logistic_regression, np.zeros(2), x, [0, 0, 1, 1])
    free = np.array([True, True])
    q = Bernoulli(logits=np.zeros(4))
    assert check_minimum(q, x, np.array([0, 1, 0, 1]), np.ones(4), free)
    with pytest.raises(ValueError, match="no minimum"):
        check_minimum(q, x, np.array([0, 0, 1, 1]), np.ones(4), free)


@pytest.mark.parametrize("many", [False, True])
def test_one_draw_decides_among_many(many):
    """The part of the draws that is asked first does not decide alone."""
    rng = np.random.default_rng(3)
    m = 4000 if many else 40
    x, y = rng.normal(size=(m, 3)), rng.integers(0, 2, m)
    x[:, 2] = np.arange(m) == m // 2
    y[m // 2] = 1
    said = refusal(logistic_regression, np.zeros(4), x, y)
    assert "y = 1 in the one draw with feature 2 >= 1" in said
    assert fit(logistic_regression, np.zeros(3), x[:, :2], y).slope < 1e-8


def test_too_large_a_program_is_not_begun(monkeypatch):
    monkeypatch.setattr("xent_lit.separation._LARGEST", 3)
    with pytest.warns(RuntimeWarning, match="no minimum was seen"):
        fit(logistic_regression, np.zeros(2), HOURS, [0, 0, 1, 1])
    fit(logistic_regression, np.zeros(2), HOURS, [0, 1, 0, 1])


# ── Weights and penalties ────────────────────────────────────────────────────────────────────────


def test_a_draw_of_weight_0_is_absent():
    more, weights = [*HOURS, [1.2]], [1, 1, 1, 1, 0]
    said = refusal(logistic_regression, np.zeros(2), more, [0, 0, 1, 1, 1], weights=weights)
    assert "y = 0 in all 2 draws" in said and "y = 1 in all 2 draws" in said
    overlap = fit(logistic_regression, np.zeros(2), HOURS, [0, 1, 0, 1])
    for x, y in ([np.nan], 1), ([9.0], 7), ([np.inf], -100):
        again = fit(logistic_regression, np.zeros(2), [*HOURS, x], [0, 1, 0, 1, y], weights=weights)
        np.testing.assert_allclose(again.theta, overlap.theta, rtol=1e-12)
    assert fit(logistic_regression, np.zeros(2), more, [0, 0, 1, 1, 1]).slope < 1e-8


def test_a_weight_of_0_fixes_nothing():
    x, y = np.array([*HOURS, [1.2]]), np.array([0, 0, 1, 1, 1])
    q, free = Bernoulli([0.5] * 5), np.array([True, True])
    assert check_minimum(q, x, y, np.ones(5), free)
    with pytest.raises(ValueError, match="no minimum"):
        check_minimum(q, x, y, np.array([1, 1, 1, 1, 0]), free)


@pytest.mark.parametrize("l2", [0.1, 1e-4, [0.1, 0.0], [0.0, 0.1]])
def test_a_penalty_makes_a_minimum(l2):
    """On the weight, or on the intercept where the threshold is not at 0."""
    assert fit(logistic_regression, np.zeros(2), HOURS, [0, 0, 1, 1], l2=l2).slope < 1e-8


def test_a_penalty_elsewhere_does_not():
    centred = HOURS - 1.75
    said = refusal(logistic_regression, np.zeros(2), centred, [0, 0, 1, 1], l2=[0.0, 0.1])
    assert "feature 0 >= 0.25" in said
    said = refusal(logistic_regression, np.zeros(2), HOURS, [0] * 4, l2=[0.1, 0.0])
    assert "penalty on all" in said
    held = np.ones((2, 3))
    held[:, 2] = 0
    refusal(softmax_regression, np.zeros((2, 3)), NOISE[:, None], COINS, l2=held)
    assert fit(softmax_regression, np.zeros((2, 3)), NOISE[:, None], COINS, l2=0.1).slope < 1e-8


# ── A good fit is silent ─────────────────────────────────────────────────────────────────────────


def net(theta):
    def at(x):
        hidden = np.tanh(np.outer(x, theta[:3]) + theta[3:6])
        return Bernoulli(logits=hidden @ theta[6:9] + theta[9])

    return at


def logit_line(theta):
    return lambda x: Bernoulli(logits=theta[0] + theta[1] * x)


def line_and_spread(theta):
    return lambda x: Normal(theta[0] + theta[1] * x, np.exp(theta[2]))


def laplace_line(theta):
    return lambda x: Laplace(theta[0] + theta[1] * x, np.exp(theta[2]))


@pytest.mark.parametrize("seed", range(4))
def test_good_fits_raise_no_alarm(seed):
    rng = np.random.default_rng(seed)
    m, d = int(rng.integers(40, 200)), int(rng.integers(1, 4))
    x = rng.normal(size=(m, d))
    f = x @ rng.uniform(-1, 1, d)
    bits = (rng.random(m) < 1 / (1 + np.exp(-f))) * 1
    y = f + rng.normal(size=m)
    for model, target in [
        (logistic_regression, bits),
        (linear_regression, y),
        (poisson_regression, rng.poisson(np.exp(f))),
        (regression(Gamma, concentration=2.0), rng.gamma(2, size=m)),
    ]:
        assert fit(model, np.zeros(d + 1), x, target).slope < 1e-6
    fit(softmax_regression, np.zeros((d + 1, 3)), x, rng.integers(0, 3, m))
    fit(logit_line, [0, 0], x[:, 0], bits)
    fit(line_and_spread, [0, 0, 0], x[:, 0], y)
    fit(laplace_line, [0, 0, 0], x[:, 0], y)
    fit(net, rng.normal(size=10), x[:, 0], rng.integers(0, 2, m), l2=1e-3)


# ── Other models ─────────────────────────────────────────────────────────────────────────────────


def with_group(theta):
    return lambda x: Bernoulli(logits=theta[0] + x @ theta[1:])


@pytest.mark.parametrize(
    "model, theta0, x, y",
    [
        (logit_line, [0, 0], HOURS[:, 0], [0, 0, 1, 1]),
        (logit_line, [0, 0], [1.0, 2.0, 2.0, 3.0], [0, 0, 1, 1]),
        (logit_line, [0, 0], HOURS[:, 0], [0, 0, 0, 0]),
        (with_group, [0, 0, 0], TWO, COINS * (GROUP == 0)),
        (net, np.random.default_rng(0).normal(size=10), NOISE, (NOISE > 0) * 1),
    ],
)
def test_other_models_warn_where_the_loss_only_falls(model, theta0, x, y):
    with pytest.warns(RuntimeWarning, match="no minimum was seen"):
        fit(model, theta0, x, y)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fit(model, theta0, x, y, l2=0.01)


def test_a_search_that_stops_early_names_the_feature():
    x = NOISE * 1e6
    with pytest.warns(RuntimeWarning, match=r"stopped early.*Feature 0 has entries up to \d\.\de"):
        fit(logit_line, [0, 0], x, COINS)
    with pytest.warns(RuntimeWarning, match="stopped early"):  # the spread goes to 0
        fit(line_and_spread, [0, 0, 0], HOURS[:, 0], [1.0, 2.0, 3.0, 4.0])


@pytest.mark.parametrize("name", [*MODELS, "normal"])
def test_units_of_the_features_do_not_matter(name):
    rng = np.random.default_rng(2)
    scale = 10.0 ** np.array([-6, -3, 0, 3, 6])
    x = rng.normal(size=(100, 5)) + rng.normal(size=5)
    f = x @ [1, -1, 0.5, -0.5, 1]
    model = MODELS.get(name, (linear_regression,))[0]
    y = {
        "logistic": (f + 3 * rng.normal(size=100) > 0) * 1,
        "poisson": rng.poisson(np.exp(f / 3)),
        "softmax": rng.integers(0, 3, 100),
        "normal": f + rng.normal(size=100),
    }[name]
    theta0 = np.zeros((6, 3) if name == "softmax" else 6)
    one, other = fit(model, theta0, x, y), fit(model, theta0, x * scale, y)
    weights = other.theta[:-1] * (scale[:, None] if name == "softmax" else scale)
    np.testing.assert_allclose(weights, one.theta[:-1], atol=1e-6)


@pytest.mark.parametrize("value", [0.0, 0.1, 1 / 3, 1e6 / 7])
def test_a_constant_feature_changes_nothing(value):
    """Its mean is off by a rounding, which is no spread."""
    found = fit(logistic_regression, np.zeros(2), NOISE[:, None], COINS)
    x = np.column_stack([NOISE, np.full(40, value)])
    more = fit(logistic_regression, np.zeros(3), x, COINS)
    assert more.slope < 1e-8
    np.testing.assert_allclose(more.theta[0], found.theta[0], rtol=1e-6)
    np.testing.assert_allclose(more.loss, found.loss, rtol=1e-10)


def test_features_far_from_0():
    years = 1e9 + np.arange(40.0)[:, None] % 7
    near = fit(logistic_regression, np.zeros(2), years - 1e9, COINS)
    far = fit(logistic_regression, np.zeros(2), years, COINS)
    np.testing.assert_allclose(far.theta[0], near.theta[0], rtol=1e-3)
    np.testing.assert_allclose(far.loss, near.loss, rtol=1e-8)


def test_units_are_those_of_the_gradient_that_was_given():
    """Whoever gives linear_gradient says that the predictor is linear."""

    def model(theta):
        return lambda x: Normal(linear(theta, x), 1.0)

    x, y = NOISE[:, None] * 1e6, NOISE + 0.1 * GROUP
    found = fit(model, np.zeros(2), x, y, grad=linear_gradient)
    slope, intercept = np.polyfit(NOISE, y, 1)
    np.testing.assert_allclose(found.theta * [1e6, 1], [slope, intercept], rtol=1e-6)


# ── What is returned, and what is taken ──────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "model, theta0, y",
    [
        (logistic_regression, np.zeros(3), COINS),
        (linear_regression, np.zeros(3), NOISE),
        (softmax_regression, np.zeros((3, 3)), LABELS),
        (poisson_regression, np.zeros(3), COUNTS),
        (regression(Gamma, concentration=2.0), np.zeros(3), TIMES),
        (with_group, np.zeros(3), COINS),
    ],
)
def test_a_fit_can_be_stored_and_compared(model, theta0, y):
    found = fit(model, theta0, TWO, y)
    again = pickle.loads(pickle.dumps(found))
    assert again == found and again.theta.tolist() == found.theta.tolist()
    assert again.model(TWO).log_prob(y).tolist() == found.model(TWO).log_prob(y).tolist()
    assert found == fit(model, theta0, TWO, y)
    assert found != fit(model, theta0, TWO, y, l2=0.1)
    assert found != 3
    if model is not with_group:
        assert again.model == found.model == pickle.loads(pickle.dumps(found.model))


def test_regressions_are_compared_by_family_and_parameters():
    one, same = (regression(Gamma, concentration=2.0) for _ in range(2))
    assert one == same and hash(one) == hash(same)
    assert one != regression(Gamma, concentration=3.0) != regression(Exponential)


def test_a_parameter_for_each_draw_stays_with_its_draw():
    """The pairs keep the order in which they are given."""
    counts, order = np.arange(1, 41), np.random.default_rng(0).permutation(40)
    y = np.minimum(COUNTS, counts)
    one = fit(regression(Binomial, total_count=counts), np.zeros(3), TWO, y)
    other = fit(regression(Binomial, total_count=counts[order]), np.zeros(3), TWO[order], y[order])
    np.testing.assert_allclose(one.theta, other.theta, rtol=1e-6)


@pytest.mark.parametrize(
    "model, words",
    [
        (Poisson, "model is the class Poisson, expected regression(Poisson)"),
        (Poisson(2.0), "model is Poisson, expected regression(Poisson)"),
        (Laplace, "model is the class Laplace, expected a function"),
        (lambda theta: Poisson(2.0), "model(theta0) is a Poisson, expected a conditional model"),
        ("poisson", "model is str, expected a function"),
    ],
)
def test_what_is_no_family_of_conditional_models(model, words):
    with pytest.raises(TypeError) as refused:
        fit(model, np.zeros(2), HOURS, [1, 2, 3, 4])
    assert words in str(refused.value)
