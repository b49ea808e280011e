"""Evaluation: sums that do not depend on the cut, and the numbers beside the mean."""

import math
from dataclasses import dataclass
from functools import reduce

import numpy as np
import pytest
from helpers import EPS, agree, close
from hypothesis import given
from hypothesis import strategies as st

from xent_lit import Bernoulli, Categorical, Laplace, Normal, Poisson
from xent_lit.calibration import brier_score, calibration_error, calibration_table
from xent_lit.entropy import entropy
from xent_lit.evaluate import Evaluation, bits_per_byte, evaluate, marginal_entropy
from xent_lit.likelihood import log_likelihood, nll


@dataclass
class Told:
    """A model whose surprise at ``y`` is ``y``: the sums can be fed any numbers."""

    batch_shape: tuple = ()

    def log_prob(self, y):
        return -np.asarray(y)


def told(surprises, weights=None):
    return Evaluation().update(Told(), surprises, weights)


@st.composite
def samples(draw, low=0.0, high=1e6):
    """Surprises, weights, places to cut, and an order in which neighbours are merged."""
    n = draw(st.integers(1, 40))
    surprises = draw(st.lists(st.floats(low, high), min_size=n, max_size=n))
    weights = draw(st.lists(st.floats(0, 100) | st.just(1.0), min_size=n, max_size=n))
    cuts = draw(st.lists(st.integers(0, n), max_size=8))
    return (
        np.array(surprises),
        np.array(weights),
        sorted(cuts),
        draw(st.randoms(use_true_random=False)),
    )


def merged(parts, random):
    """The parts merged two neighbours at a time, in a random order."""
    parts = list(parts)
    while len(parts) > 1:
        i = random.randrange(len(parts) - 1)
        parts[i : i + 2] = [parts[i] + parts[i + 1]]
    return parts[0]


def pieces(a, cuts):
    return [a[i:j] for i, j in zip((0, *cuts), (*cuts, len(a)))]


@given(samples())
def test_any_split_and_any_order_is_one_pass(sample):
    surprises, weights, cuts, random = sample
    parts = merged(
        [told(*part) for part in zip(pieces(surprises, cuts), pieces(weights, cuts))], random
    )
    exact = math.fsum(weights * surprises)
    assert agree(parts, told(surprises, weights))
    assert close(parts.total, exact, 2 * EPS) and close(parts.weight, math.fsum(weights), 2 * EPS)


@given(samples(low=-1e6))
def test_densities_may_cancel(sample):
    surprises, _, cuts, random = sample
    parts = merged([told(part) for part in pieces(surprises, cuts)], random)
    assert abs(parts.total - math.fsum(surprises)) <= 2 * EPS * abs(
        math.fsum(surprises)
    ) + 1e-28 * math.fsum(abs(surprises))


@given(st.tuples(*[st.lists(st.floats(0, 1e9), max_size=9)] * 3))
def test_merging_is_associative_with_a_neutral_element(lists):
    a, b, c = map(told, lists)
    assert agree((a + b) + c, a + (b + c))
    assert a + Evaluation() is a and agree(Evaluation() + a, a, 0)
    assert agree(a + b, b + a)


def test_a_mean_of_means_is_refused():
    parts = [told([1.0, 2.0, 3.0]), told([10.0])]
    whole = reduce(Evaluation.merge, parts)
    assert whole.nats == 4.0 and np.mean([part.nats for part in parts]) == 6.0


@given(
    st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=20).filter(
        lambda rows: any(w for _, w in rows)
    )
)
def test_a_weight_is_a_repetition(rows):
    y, w = np.array(rows).T
    model = Categorical(probs=[0.1, 0.2, 0.3, 0.4])
    repeated, weighted = (
        Evaluation().update(model, np.repeat(y, w)),
        Evaluation().update(model, y, w),
    )
    assert weighted.weight == repeated.weight and close(weighted.nats, repeated.nats, 4 * EPS)
    assert abs(weighted.spread - repeated.spread) <= 1e-14 * repeated.total**2
    assert close(weighted.marginal_entropy, repeated.marginal_entropy, 4 * EPS)


@pytest.mark.parametrize(
    "model",
    [
        Normal(0.3, 2.0),
        Laplace(0.3, 2.0),
        Bernoulli(0.3),
        Bernoulli(logits=1.5),
        Poisson(0.7),
        Categorical(probs=[0.2, 0.8]),
        Categorical(logits=[1.0, -3.0]),
    ],
    ids=repr,
)
def test_an_evaluation_is_the_nll(model):
    rng = np.random.default_rng(0)
    y, w = rng.integers(0, 2, size=1000), rng.uniform(0.1, 3, size=1000)
    e = Evaluation().update(model, y, w)
    assert close(e.nats, nll(model, y, weights=w), 1e-14) and close(
        e.total, -log_likelihood(model, y, weights=w), 1e-14
    )
    assert e.bits == e.nats / math.log(2) and e.perplexity == np.exp(e.nats)


def test_batches_are_evaluated_together():
    y = np.arange(6) % 3
    batches = [(0, y[:2]), (0, y[2:5], [1, 2, 3]), (0, y[5:])]
    found = evaluate(lambda x: Categorical(probs=[0.2, 0.3, 0.5]), batches)
    whole = Evaluation().update(Categorical(probs=[0.2, 0.3, 0.5]), y, [1, 1, 1, 2, 3, 1])
    assert agree(found, whole) and found.weight == 9


def test_a_small_spread_around_a_large_mean():
    surprises = 1e9 + np.array([0.0, 1.0, 2.0])
    assert (told(surprises[:1]) + told(surprises[1:])).spread == 2.0
    assert np.sum(surprises**2) - 3 * np.mean(surprises) ** 2 != 2.0


def test_the_standard_error_covers():
    rng, q, p = np.random.default_rng(0), Categorical(probs=[0.2, 0.3, 0.5]), [0.5, 0.3, 0.2]
    truth = -np.asarray(p) @ np.log(q.pmf())
    found = [Evaluation().update(q, rng.choice(3, p=p, size=200)) for _ in range(2000)]
    share = np.mean([abs(e.nats - truth) <= 1.96 * e.standard_error for e in found])
    assert 0.935 < share < 0.965
    assert np.mean([abs(e.nats - truth) <= 1.96 * e.standard_error / 2 for e in found]) < 0.935


# Edges


def test_nothing_seen():
    nothing = Evaluation().update(Normal(0, 1), [])
    for empty in (nothing, nothing + nothing, told([5.0, math.inf], [0, 0])):
        assert empty.weight == 0 and empty.total == 0 and repr(empty) == "Evaluation(no draws)"
        with pytest.raises(ValueError, match="no draw has been counted"):
            empty.nats
        with pytest.raises(ValueError, match="labels of 0 in 0 draws"):
            empty.marginal_entropy
    assert evaluate(lambda x: Normal(x, 1), []).weight == 0


def test_an_impossible_draw_costs_infinitely_much_and_stays():
    some, never = told([1.0, 2.0]), Evaluation().update(Bernoulli(1.0), [1, 0, 1])
    for e in (never, some + never, never + some, never + never, (some + never) + some):
        assert (e.nats, e.bits, e.perplexity, e.spread, e.standard_error) == (math.inf,) * 5
    assert (some + never).weight == 5
    assert Evaluation().update(Bernoulli(1.0), [1, 0, 1], [1, 0, 2]).nats == 0.0


def test_overflow_is_infinite_and_not_nan():
    huge = told([1e308, 1e308])
    assert huge.nats == math.inf and (huge + huge).nats == math.inf
    assert (told([1e308]) + told([1e308])).nats == math.inf
    assert (
        told([1e200, 0.0]).spread == math.inf and (told([1e200]) + told([0.0])).spread == math.inf
    )
    assert told([1000.0]).perplexity == math.inf


@pytest.mark.parametrize("weights", [[1, math.nan], [1, math.inf], [1, -1]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="expected finite numbers >= 0"):
        told([1.0, 2.0], weights)


def test_what_else_is_refused():
    with pytest.raises(ValueError, match="NaN for 1 of 3 draws"):
        told([1.0, math.nan, 2.0])
    with pytest.raises(
        ValueError, match=r"Evaluation.update: weights have shape \(1,\), the draws \(2,\)"
    ):
        told([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="got the label 2, expected 0 or 1"):
        Evaluation().update(Bernoulli(0.5), [0, 2])
    with pytest.raises(TypeError, match="got float, expected an Evaluation"):
        Evaluation() + 1.0
    with pytest.raises(ValueError, match="labels of 2 in 3 draws were counted"):
        (told([1.0]) + Evaluation().update(Bernoulli(0.5), [0, 1])).marginal_entropy


def test_one_draw_says_nothing_about_the_error():
    assert told([3.0]).standard_error == math.inf and told([3.0, 3.0]).standard_error == 0.0


def test_tokens_of_several_sequences_are_draws():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3, 5, 7)), rng.integers(0, 7, size=(3, 5))
    assert agree(
        Evaluation().update(Categorical(logits=z), y),
        Evaluation().update(Categorical(logits=z.reshape(15, 7)), y.ravel()),
    )


# The other numbers


def test_the_entropy_of_the_labels_is_the_loss_without_inputs():
    y = [0, 1, 1, 2, 2, 2]
    model = Categorical(logits=np.zeros(3))
    e = Evaluation().update(model, y[:2]) + Evaluation().update(model, y[2:])
    for same in entropy(np.array([1, 2, 3]) / 6), marginal_entropy(y):
        assert close(e.marginal_entropy, float(same), 1e-15)
    assert close(float(marginal_entropy(range(8), base=2)), 3.0, 1e-15)
    assert marginal_entropy([4, 4]) == 0
    weighted, repeated = marginal_entropy([0, 1], weights=[3, 1]), marginal_entropy([0, 0, 0, 1])
    assert close(float(weighted), float(repeated), 1e-15)


def test_bits_per_byte_do_not_depend_on_the_tokens():
    assert bits_per_byte(16 * math.log(2), 2) == 8.0
    assert (
        bits_per_byte(told([math.log(2)] * 6), 3) == 2.0 and bits_per_byte(Evaluation(), 3) == 0.0
    )
    for length in (0, -1, math.nan):
        with pytest.raises(ValueError, match="expected a length > 0"):
            bits_per_byte(1.0, length)


def test_a_calibration_table_adds_up():
    rng = np.random.default_rng(0)
    p, u = rng.uniform(size=(2, 1000))
    table = calibration_table(p, u < p)
    parts = [calibration_table(p[part], u[part] < p[part]) for part in (np.s_[:300], np.s_[300:])]
    np.testing.assert_allclose(sum(parts), table, rtol=1e-13)
    assert sum(parts).error == pytest.approx(calibration_error(p, u < p), rel=1e-12)
    assert table.count.sum() == 1000
    assert calibration_table([0.0, 1.0], [0, 1], bins=2).tolist() == [[1, 0, 0], [1, 1, 1]]
    assert np.all(abs(table.forecast - table.frequency) < 4 * np.sqrt(0.25 / table.count))
    assert calibration_table([0.29, 0.3], [0, 1], bins=100).count[[29, 30]].tolist() == [1, 1]
    with pytest.raises(ValueError, match="expected the same edges"):
        table + calibration_table(p, u < p, bins=3)
    with pytest.raises(TypeError):
        table + 1


def test_equal_forecasts_share_a_bin_of_a_quantile():
    p, happened = [0.2, 0.2, 0.2, 0.4, 0.9, 0.9], [0, 0, 1, 1, 1, 1]
    two = calibration_table(p, happened, bins=2, quantiles=True)
    assert (two.edges.tolist(), two.tolist()) == (
        [0, 0.2, 1],
        [[3, pytest.approx(0.6), 1], [3, pytest.approx(2.2), 3]],
    )
    for bins in range(1, 9):
        many = calibration_table(p, happened, bins=bins, quantiles=True)
        assert many.count.sum() == 6 and many.count.min() > 0
    p, happened = np.array([0.1, 0.2, 0.3, 0.4, 0.5]), np.array([0, 1, 0, 1, 1])
    counts = np.array([1, 2, 0, 1, 3])
    options = {"bins": 3, "quantiles": True}
    once = calibration_table(p, happened, weights=counts, **options)
    often = calibration_table(np.repeat(p, counts), np.repeat(happened, counts), **options)
    np.testing.assert_allclose(once, often)
    assert once.edges.tolist() == often.edges.tolist()
    even = calibration_table(np.arange(1, 11) / 11, [0, 1] * 5, bins=5, quantiles=True)
    assert even.count.tolist() == [2] * 5


def test_a_calibration_table_shows_its_columns():
    table = calibration_table([0.1, 0.2, 0.9], [0, 1, 1], bins=3)
    assert repr(table).splitlines()[1].split() == ["0.000", "–", "0.333", "2", "0.150", "0.500"]
    assert table._repr_markdown_().splitlines()[2] == "| 0.000 – 0.333 | 2 | 0.150 | 0.500 |"
    assert "nan" in repr(table).splitlines()[2]


def test_a_calibration_table_is_plotted():
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("Agg")
    from matplotlib import pyplot

    table = calibration_table([0.1, 0.2, 0.9], [0, 1, 1], bins=3)
    figure, own = pyplot.subplots()
    assert table.plot(own) is own
    assert [line.get_xydata()[0].tolist() for line in own.lines][1] == [
        pytest.approx(0.15),
        pytest.approx(0.5),
    ]
    pyplot.close(figure)
    pyplot.close(table.plot().figure)


SCORES = {
    "calibration_table": calibration_table,
    "calibration_error": calibration_error,
    "brier_score": brier_score,
}


@pytest.mark.parametrize("name", SCORES)
def test_a_forecast_that_is_none_is_named(name):
    score = SCORES[name]
    for p, happened, weights, words in [
        ([0.5, 1.5], [0, 1], None, "p has the entry 1.5, expected a probability"),
        ([0.5, math.nan], [0, 1], None, "p has the entry nan"),
        ([0.5, 0.5], [0, 2], None, "happened has the entry 2, expected 1 for what happened"),
        ([0.5, 0.5], [0.5, 1], None, "happened has the entry 0.5"),
        ([0.1, 0.2], [1], None, "expected .*outcome for each"),
        ([0.1, 0.2], [1, 0], [1], "expected one weight for each"),
        ([0.1, 0.2], [1, 0], [0, 0], "all draws are absent"),
        ([0.1, 0.2], [1, 0], [2, -1], "least entry -1"),
    ]:
        with pytest.raises(ValueError, match=words):
            score(p, happened, weights=weights)
    if score is not brier_score:
        for bins in 0, 2.5, True:
            with pytest.raises(ValueError, match="bins is .*, expected a whole number"):
                score([0.5], [1], bins=bins)


@pytest.mark.parametrize("name", ["calibration_error", "brier_score"])
def test_a_forecast_of_weight_0_is_absent(name):
    score = SCORES[name]
    whole = score([0.2, 0.2, 0.9], [0, 0, 1])
    assert score([0.2, math.nan, 0.9, 7], [0, 0, 1, -100], weights=[2, 0, 1, 0]) == whole


def test_the_brier_score_of_classes():
    p, y = np.array([[0.5, 0.25, 0.25], [0.0, 0.0, 1.0]]), [0, 1]
    assert brier_score(p, y) == ((0.25 + 2 * 0.0625) + 2) / 2
    assert brier_score(p, y, weights=[1, 0]) == 0.375
    absent = np.array([[0.5, 0.25, 0.25], [math.nan] * 3])
    assert brier_score(absent, [0, -100], weights=[1, 0]) == 0.375
    for happened, words in [([0, 3], "the entry 3, expected a label from 0 to 2"),
                            ([0, 0.5], "the entry 0.5"),
                            (np.eye(3)[:2], "argmax")]:  # fmt: skip
        with pytest.raises(ValueError, match=words):
            brier_score(p, happened)
    with pytest.raises(ValueError, match="p sums to"):
        brier_score(p * 2, y)


def test_what_cannot_be_seen_is_no_score():
    jax = pytest.importorskip("jax")
    score = jax.jit(brier_score)
    p = jax.numpy.asarray([[0.5, 0.5]])
    for q, y in [(p[0], [0, 2]), (p[0] + 1, [0, 1]), (p, [2]), (p, [-100])]:
        assert math.isnan(score(q, jax.numpy.asarray(y)))
    assert score(p, jax.numpy.asarray([1])) == 0.5
