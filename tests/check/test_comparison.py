"""Two models on the same draws: the error of the difference, by pairs and by groups."""

import math
import pickle

import numpy as np
import pytest
from helpers import EPS, close
from hypothesis import given
from hypothesis import strategies as st
from test_evaluate import Told, merged, pieces

from xent_lit import Bernoulli, Categorical, Comparison, MultivariateNormal, Normal, compare
from xent_lit.arrays.symbols import SymArray

COIN, NEVER = Bernoulli(0.5), Bernoulli(0.0)


class Twice(Told):
    """A model whose surprise at ``y`` is twice ``y``: the differences are the draws."""

    def log_prob(self, y):
        return -2 * np.asarray(y)


def told(differences, weights=None, groups=None):
    return compare(Twice(), Told(), differences, weights=weights, groups=groups)


@st.composite
def samples(draw):
    """Differences, weights, labels, places to cut, and an order of merging."""
    n = draw(st.integers(1, 40))

    def many(one):
        return np.array(draw(st.lists(one, min_size=n, max_size=n)))

    differences = many(st.floats(-1e6, 1e6))
    weights = many(st.sampled_from([0.0, 0.5, 1.0, 3.0]))
    labels = many(st.sampled_from("abcde"))
    cuts = sorted(draw(st.lists(st.integers(0, n), max_size=8)))
    return differences, weights, labels, cuts, draw(st.randoms(use_true_random=False))


def by_definition(differences, weights, labels):
    """The formula of the page, in exact sums."""
    present = weights > 0
    d, w, labels = differences[present], weights[present], labels[present]
    total = math.fsum(w)
    mean = math.fsum(w * d) / total
    sums = [math.fsum(w[labels == k] * (d[labels == k] - mean)) for k in np.unique(labels)]
    count = len(sums)
    if count < 2:
        return mean, math.inf
    return mean, math.sqrt(count / (count - 1) * math.fsum(s * s for s in sums)) / total


@given(samples())
def test_groups_may_be_spread_over_batches(sample):
    d, w, labels, cuts, random = sample
    parts = [told(*part) for part in zip(*(pieces(a, cuts) for a in (d, w, labels)))]
    found, whole = merged(parts, random), told(d, w, labels)
    if not w.any():
        assert found == whole == Comparison()
        return
    mean, error = by_definition(d, w, labels)
    scale = 1e-12 * np.max(abs(d))
    assert abs(found.difference - mean) <= scale + 1e-300
    assert close(found.difference, whole.difference, 4 * EPS) or abs(mean) <= scale
    for one in (found, whole):
        assert close(one.standard_error, error, 1e-9) or abs(one.standard_error - error) <= scale
    assert found.groups.keys() == whole.groups.keys() == set(labels[w > 0])


@given(st.lists(st.floats(-1e3, 1e3), min_size=2, max_size=30))
def test_one_draw_in_each_group_is_no_group(d):
    plain, grouped = told(d), told(d, groups=range(len(d)))
    assert plain.difference == grouped.difference
    wanted = plain.standard_error
    assert close(grouped.standard_error, wanted, 1e-9) or wanted < 1e-9 * max(map(abs, d))


def test_the_example_of_the_page():
    found = told([1.0, 1.0, 2.0])
    assert close(found.difference, 4 / 3, EPS) and close(found.standard_error, 1 / 3, 2 * EPS)
    assert repr(found) == "Comparison(a − b = 1.33333 ± 0.33 nats, 3 draws)"
    grouped = told([1.0, 1.0, 2.0], groups=["x", "x", "y"])
    assert close(grouped.standard_error, 4 / 9, 4 * EPS) and "2 groups" in repr(grouped)


def test_the_order_of_the_models_is_the_sign():
    y = np.array([0.3, -1.0, 2.0])
    forth, back = (
        compare(*q, y) for q in ((Normal(0, 1), Normal(1, 2)), (Normal(1, 2), Normal(0, 1)))
    )
    assert forth.difference == -back.difference
    assert forth.standard_error == back.standard_error


def test_a_draw_of_weight_0_is_absent():
    logits = np.array([[0.0, 1.0], [-np.inf, 0.0], [2.0, 0.0]])
    y, w = np.array([0, -100, 1]), [1, 0, 2]
    a, b = Categorical(logits=logits), Categorical(probs=[0.25, 0.75])
    found = compare(a, b, y, weights=w, groups=["one", "none", "two"])
    wanted = compare(
        Categorical(logits=logits[::2]), b, y[::2], weights=[1, 2], groups=["one", "two"]
    )
    assert found == wanted and set(found.groups) == {"one", "two"}
    assert compare(Normal(0, 1), Normal(1, 1), [1.0, np.nan], weights=[1, 0]).weight == 1
    vectors = MultivariateNormal(np.zeros(2), np.eye(2))
    x = [[1.0, 0.0], [np.nan, 0.0], [1.0, 1.0]]
    assert compare(vectors, vectors, x, weights=[1, 0, 1]).difference == 0
    assert compare(COIN, NEVER, [1, 1], weights=[0, 0]) == Comparison()
    table = compare(Normal(0, 1), Normal(1, 1), np.zeros((2, 2)), weights=[[1, 0], [0, 1]])
    assert table.difference == -0.5 and table.weight == 2


def test_no_difference_of_infinities_is_a_number():
    worse, better = compare(NEVER, COIN, [0, 1]), compare(COIN, NEVER, [1, 0])
    for one, sign in ((worse, 1), (better, -1)):
        for many in (one, one + one, one + told([1.0]), told([1.0]) + one):
            assert many.difference == sign * math.inf and many.standard_error == math.inf
    both = worse + better, better + worse, worse + told([1.0]) + better
    assert all(math.isnan(one.difference) and one.standard_error == math.inf for one in both)
    in_one = compare(Bernoulli([0.0, 1.0]), Bernoulli([1.0, 0.0]), [1, 1], groups="aa")
    assert math.isnan(in_one.difference) and in_one.standard_error == math.inf
    with pytest.raises(ValueError, match="infinite under both models for 1 of 2 draws"):
        compare(NEVER, NEVER, [0, 1])


def test_what_is_refused_is_named():
    for call, words in [
        (lambda: told([1.0, np.nan]), "NaN for 1 of 2 draws"),
        (lambda: told([1.0], weights=[-1]), "weights lie between"),
        (lambda: told([1.0], weights=[np.nan]), "weights lie between"),
        (lambda: told([1.0, 2.0], weights=[1.0]), "one weight for each draw"),
        (lambda: told([1.0, 2.0], groups=["a"]), "one label for each draw"),
        (lambda: told([1.0, 2.0], groups=["a", np.nan]), "1 of 2 groups are NaN"),
        (lambda: told([1.0]) + told([1.0], groups="a"), "groups for both, or for neither"),
        (lambda: Comparison().difference, "no draw has been counted"),
    ]:
        with pytest.raises(ValueError, match=words):
            call()
    with pytest.raises(TypeError, match="expected a Comparison"):
        told([1.0]) + 1
    for symbols in ({"y": SymArray(["x"])}, {"y": [1.0], "weights": SymArray(["x"])}):
        with pytest.raises(TypeError):
            compare(Normal(0, 1), Normal(1, 1), **symbols)


def test_few_groups_leave_the_error_open():
    assert told([1.0, 3.0], groups="aa").standard_error == math.inf
    assert told([1.0]).standard_error == Comparison().standard_error == math.inf


def test_a_comparison_is_a_value():
    one = told([1.0, 2.0], groups=[("doc", 1), ("doc", 2)])
    again = pickle.loads(pickle.dumps(one))
    assert again == one and hash(again) == hash(one) and one != told([1.0, 2.0])
    assert told([]) + one == one == one + Comparison()
