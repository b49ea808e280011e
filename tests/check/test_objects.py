"""What one may do with the objects of the library: send them to another process, compare them,
use them from many threads, and have floating-point mistakes raised."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from family_checks import every_family

import xent_lit as xl
from xent_lit.laws.members import draw_member
from xent_lit.losses import LOSSES

# ── Another process, and equality ────────────────────────────────────────────────────────────────


@every_family
def test_a_family_can_be_sent(family):
    rng = np.random.default_rng(0)
    for _ in range(5):
        model = draw_member(family, rng)
        again = pickle.loads(pickle.dumps(model))
        x = model.sample(np.random.default_rng(1), (4,))
        np.testing.assert_array_equal(again.log_prob(x), model.log_prob(x))
        assert type(again) is family and repr(again) == repr(model)


COMPOUND = [
    xl.Independent(xl.Normal([0.0, 1.0], 1.0)),
    xl.Mixture([0.25, 0.75], xl.Normal([0.0, 3.0], 1.0)),
    xl.Truncated(xl.Normal(0.0, 1.0), low=0.0),
]


@pytest.mark.parametrize("model", COMPOUND, ids=lambda model: type(model).__name__)
def test_a_compound_can_be_sent(model):
    again = pickle.loads(pickle.dumps(model))
    x = model.sample(np.random.default_rng(1), (4,))
    np.testing.assert_array_equal(again.log_prob(x), model.log_prob(x))


VALUES = {
    "an evaluation": xl.Evaluation().update(xl.Bernoulli(0.25), [0, 1, 1]),
    "nothing yet": xl.Evaluation(),
    "a comparison": xl.compare(xl.Bernoulli(0.25), xl.Bernoulli(0.5), [0, 1], groups="ab"),
    "no comparison": xl.Comparison(),
    "an estimate": xl.entropy(xl.Normal(0.0, 1.0), draws=10, rng=0),
    "an explanation": xl.explain("mse"),
    "losses": LOSSES,
}


@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_value_is_equal_to_its_copy(value):
    assert pickle.loads(pickle.dumps(value)) == value


def test_evaluations_are_equal_by_what_they_hold():
    q, y = xl.Categorical(probs=[0.5, 0.25, 0.25]), [0, 1, 2]
    one, two = xl.Evaluation().update(q, y), xl.Evaluation().update(q, y)
    assert one == two and hash(one) == hash(two) and len({one, two}) == 1
    assert xl.Evaluation() == xl.Evaluation() and xl.Evaluation() + one == one
    others = [one + two, xl.Evaluation(), xl.Evaluation().update(q, [0, 2, 2]), "evaluation"]
    assert all(one != other for other in others)


def test_an_empirical_can_be_sent():
    p = xl.empirical([0, 1, 1, 3])
    again = pickle.loads(pickle.dumps(p))
    assert xl.kl_divergence(again, p) == 0 and again.weights.tolist() == p.weights.tolist()


def test_distributions_are_equal_by_identity():
    for one in (xl.Normal([0.0, 1.0], 1.0), xl.empirical([0, 1, 1]), *COMPOUND):
        again = pickle.loads(pickle.dumps(one))
        assert one == one and one != again and len({one, again}) == 2


# ── Many threads ─────────────────────────────────────────────────────────────────────────────────


def work(seed):
    """A number of each main function, from one seed."""
    rng = np.random.default_rng(seed)
    p, q = rng.dirichlet(np.ones(50), size=2)
    z, y = rng.normal(size=(3000, 20)), rng.integers(20, size=3000)
    model, flat = xl.Categorical(logits=z), xl.Categorical(logits=0.5 * z)
    x = rng.gamma(2.0, size=500)
    results = [
        xl.kl_divergence(p, q),
        xl.cross_entropy(p, q, base=2),
        xl.entropy(p),
        xl.nll(model, y),
        xl.Evaluation().update(model, y).standard_error,
        xl.compare(model, flat, y, groups=y).standard_error,
        xl.mle(xl.Normal, x).scale,
        xl.mle(xl.Gamma, x).rate,
        xl.kl_divergence(xl.StudentT(4.0, 0.0, 1.0), xl.Normal(0.0, 2.0)),
        xl.entropy(xl.Mixture([0.3, 0.7], xl.Normal([0.0, 2.0], 1.0))),
        xl.softmax(z).sum(),
    ]
    return [float(value) for value in results]


def test_threads_do_not_disturb_each_other():
    seeds = list(range(8)) * 2
    with ThreadPoolExecutor(8) as threads:
        assert list(threads.map(work, seeds)) == [work(seed) for seed in range(8)] * 2


# ── Floating-point mistakes that are raised ──────────────────────────────────────────────────────


def same_when_raised(call):
    """The value is the same where NumPy is told to raise."""
    try:
        with np.errstate(all="ignore"):
            want = call()
    except (ValueError, NotImplementedError):
        return
    with np.errstate(all="raise"):
        np.testing.assert_array_equal(call(), want)


POINTS = [0.0, 1.0, -1.0, 40.0, 1e3, 1e8, 1e300, -1e300, 1e-300, 5e-324, np.inf, -np.inf]


@every_family
def test_a_density_is_no_mistake(family):
    rng = np.random.default_rng(0)
    for _ in range(10):
        model, other = (draw_member(family, rng) for _ in range(2))
        x = model.sample(np.random.default_rng(1), (5,))
        same_when_raised(lambda: model.log_prob(x))
        same_when_raised(lambda: xl.kl_divergence(model, other))
        same_when_raised(lambda: xl.entropy(model))
        for point in [] if model.event_ndims else POINTS:
            same_when_raised(lambda: model.log_mass(point))
            same_when_raised(lambda: model.prob(np.array([point, point])))


PMFS = [[1, 0], [0.5, 0.5], [1e-300, 1 - 1e-300], [5e-324, 1.0], [0, 1.0]]


@pytest.mark.parametrize("p", PMFS, ids=str)
def test_a_small_probability_is_no_mistake(p):
    same_when_raised(lambda: xl.entropy(p))
    for q in PMFS:
        for function in (xl.kl_divergence, xl.cross_entropy, xl.perplexity):
            same_when_raised(lambda: function(p, q))


LOGITS = [[0, 0], [1e307, -1e307], [1e3, -1e3], [-np.inf, 0], [1e-320, 0], [-800, -900], [3, -745]]


@pytest.mark.parametrize("z", LOGITS, ids=str)
def test_a_large_logit_is_no_mistake(z):
    z = np.array(z, float)
    model, coin = xl.Categorical(logits=z), xl.Bernoulli(logits=z)
    for function in (xl.softmax, xl.log_softmax, xl.logsumexp):
        same_when_raised(lambda: function(z))
    for call in (
        lambda: xl.entropy(model),
        lambda: model.pmf(),
        lambda: xl.nll(model, [0, 1]),
        lambda: xl.likelihood(model, [0, 1]),
        lambda: xl.Evaluation().update(model, [0, 1]).perplexity,
        lambda: xl.nll(coin, [0, 1]),
        lambda: xl.entropy(coin),
        lambda: coin.probs,
        lambda: xl.compare(model, xl.Categorical(logits=[0.0, 1.0]), [0, 1]).difference,
    ):
        same_when_raised(call)


@pytest.mark.parametrize("scale", [1e-300, 1e-200, 1.0, 1e200, 1e300])
def test_a_remote_scale_is_no_mistake(scale):
    for y in (0.0, 1e-200, 1.0, 1e200):
        same_when_raised(lambda: xl.mse([y, 0.0], [0.0, y]))
        same_when_raised(lambda: xl.gaussian_nll([y, 0.0], [0.0, y], scale))
        for family in (xl.Normal, xl.Laplace, xl.Cauchy):
            same_when_raised(lambda: family(0.0, scale).log_prob(y))
            same_when_raised(lambda: xl.kl_divergence(family(0.0, scale), family(y, 1.0)))


def test_a_likelihood_that_underflows_is_no_mistake():
    same_when_raised(lambda: xl.likelihood(xl.Normal(0.0, 1.0), np.full(1000, 5.0)))
