"""Evaluation: sums that do not depend on the cut, lazy arrays, and a cluster that loses a worker half-way."""
import math
import os
import signal
import time
from dataclasses import dataclass
from functools import reduce
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from xent_lit.entropy import entropy
from xent_lit.evaluate import Evaluation, baseline, bits_per_byte, evaluate, evaluate_lazy, reliability
from xent_lit.likelihood import log_likelihood, nll
from xent_lit.models import Bernoulli, Categorical, Laplace, Normal, Poisson

EPS = 2.0**-52


@dataclass
class Told:
    """A model whose surprise at ``y`` is ``y``: the sums can be fed any numbers."""
    batch_shape: tuple = ()

    def log_prob(self, y):
        return -np.asarray(y)


def told(surprises, weights=None):
    return Evaluation().update(Told(), surprises, weights)


def close(a, b, rtol):
    return a == b or abs(a - b) <= rtol * max(abs(a), abs(b))


def agree(a, b, rtol=4 * EPS):
    """Whether two evaluations say the same."""
    same_counts = len(a.counts) == len(b.counts) and all(close(x, y, rtol) for x, y in zip(a.counts, b.counts))
    return close(a.weight, b.weight, rtol) and close(a.total, b.total, rtol) and close(a.spread, b.spread, 1e-11) and same_counts


@st.composite
def samples(draw, low=0.0, high=1e6):
    """Surprises, weights, places to cut, and an order in which neighbours are merged."""
    n = draw(st.integers(1, 40))
    surprises = draw(st.lists(st.floats(low, high), min_size=n, max_size=n))
    weights = draw(st.lists(st.floats(0, 100) | st.just(1.0), min_size=n, max_size=n))
    cuts = draw(st.lists(st.integers(0, n), max_size=8))
    return np.array(surprises), np.array(weights), sorted(cuts), draw(st.randoms(use_true_random=False))


def merged(parts, random):
    """The parts merged two neighbours at a time, in a random order."""
    parts = list(parts)
    while len(parts) > 1:
        i = random.randrange(len(parts) - 1)
        parts[i:i + 2] = [parts[i] + parts[i + 1]]
    return parts[0]


def pieces(a, cuts):
    return [a[i:j] for i, j in zip((0, *cuts), (*cuts, len(a)))]


@given(samples())
def test_any_split_and_any_order_is_one_pass(sample):
    surprises, weights, cuts, random = sample
    parts = merged([told(*part) for part in zip(pieces(surprises, cuts), pieces(weights, cuts))], random)
    exact = math.fsum(weights * surprises)
    assert agree(parts, told(surprises, weights))
    assert close(parts.total, exact, 2 * EPS) and close(parts.weight, math.fsum(weights), 2 * EPS)


@given(samples(low=-1e6))
def test_densities_may_cancel(sample):
    surprises, _, cuts, random = sample
    parts = merged([told(part) for part in pieces(surprises, cuts)], random)
    assert abs(parts.total - math.fsum(surprises)) <= 2 * EPS * abs(math.fsum(surprises)) + 1e-28 * math.fsum(abs(surprises))


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


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 5)), min_size=1, max_size=20).filter(lambda rows: any(w for _, w in rows)))
def test_a_weight_is_a_repetition(rows):
    y, w = np.array(rows).T
    model = Categorical(probs=[0.1, 0.2, 0.3, 0.4])
    repeated, weighted = Evaluation().update(model, np.repeat(y, w)), Evaluation().update(model, y, w)
    assert weighted.weight == repeated.weight and close(weighted.nats, repeated.nats, 4 * EPS)
    assert abs(weighted.spread - repeated.spread) <= 1e-14 * repeated.total**2
    assert close(weighted.baseline, repeated.baseline, 4 * EPS)


@pytest.mark.parametrize("model", [Normal(0.3, 2.0), Laplace(0.3, 2.0), Bernoulli(0.3), Bernoulli(logits=1.5), Poisson(0.7),
                                   Categorical(probs=[0.2, 0.8]), Categorical(logits=[1.0, -3.0])], ids=repr)
def test_it_is_the_nll(model):
    rng = np.random.default_rng(0)
    y, w = rng.integers(0, 2, size=1000), rng.uniform(0.1, 3, size=1000)
    e = Evaluation().update(model, y, w)
    assert close(e.nats, nll(model, y, weights=w), 1e-14) and close(e.total, -log_likelihood(model, y, weights=w), 1e-14)
    assert e.bits == e.nats / math.log(2) and e.perplexity == np.exp(e.nats)


def test_ten_million_float32_terms():
    rng = np.random.default_rng(0)
    z = rng.normal(size=10**7).astype(np.float32)
    y = rng.integers(0, 2, size=10**7, dtype=np.int8)
    surprises = -Bernoulli(logits=z).log_prob(y)
    assert surprises.dtype == np.float32
    exact = math.fsum(surprises.tolist())
    parts = evaluate(lambda z: Bernoulli(logits=z), ((z[i:i + 777_777], y[i:i + 777_777]) for i in range(0, 10**7, 777_777)))
    whole = Evaluation().update(Bernoulli(logits=z), y)
    assert whole.total == exact and parts.total == exact
    assert close(parts.spread, whole.spread, 1e-12) and close(whole.spread, 1e7 * np.var(surprises, dtype=float), 1e-12)
    assert not close(float(np.cumsum(surprises)[-1]), exact, 1e-5), "one by one in float32 is good enough: the test shows nothing"


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
            empty.baseline
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
    assert told([1e200, 0.0]).spread == math.inf and (told([1e200]) + told([0.0])).spread == math.inf
    assert told([1000.0]).perplexity == math.inf


@pytest.mark.parametrize("weights", [[1, math.nan], [1, math.inf], [1, -1]])
def test_bad_weights_are_refused(weights):
    with pytest.raises(ValueError, match="expected finite numbers >= 0"):
        told([1.0, 2.0], weights)


def test_what_else_is_refused():
    with pytest.raises(ValueError, match="NaN for 1 of 3 draws"):
        told([1.0, math.nan, 2.0])
    with pytest.raises(ValueError, match=r"Evaluation.update: weights have shape \(1,\), the draws \(2,\)"):
        told([1.0, 2.0], [1.0])
    with pytest.raises(ValueError, match="got the label 2, expected 0 or 1"):
        Evaluation().update(Bernoulli(0.5), [0, 2])
    with pytest.raises(TypeError, match="got float, expected an Evaluation"):
        Evaluation() + 1.0
    with pytest.raises(ValueError, match="labels of 2 in 3 draws were counted"):
        (told([1.0]) + Evaluation().update(Bernoulli(0.5), [0, 1])).baseline


def test_one_draw_says_nothing_about_the_error():
    assert told([3.0]).standard_error == math.inf and told([3.0, 3.0]).standard_error == 0.0


def test_tokens_of_several_sequences_are_draws():
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(3, 5, 7)), rng.integers(0, 7, size=(3, 5))
    assert agree(Evaluation().update(Categorical(logits=z), y), Evaluation().update(Categorical(logits=z.reshape(15, 7)), y.ravel()))


# The other numbers

def test_baseline():
    y = [0, 1, 1, 2, 2, 2]
    e = Evaluation().update(Categorical(logits=np.zeros((2, 3))), y[:2]) + Evaluation().update(Categorical(logits=np.zeros((4, 3))), y[2:])
    assert close(e.baseline, float(entropy(np.array([1, 2, 3]) / 6)), 1e-15) and close(e.baseline, float(baseline(y)), 1e-15)
    assert close(float(baseline(range(8), base=2)), 3.0, 1e-15) and baseline([4, 4]) == 0
    assert close(float(baseline([0, 1], weights=[3, 1])), float(baseline([0, 0, 0, 1])), 1e-15)


def test_bits_per_byte():
    assert bits_per_byte(16 * math.log(2), 2) == 8.0
    assert bits_per_byte(told([math.log(2)] * 6), 3) == 2.0 and bits_per_byte(Evaluation(), 3) == 0.0
    for length in (0, -1, math.nan):
        with pytest.raises(ValueError, match="expected a length > 0"):
            bits_per_byte(1.0, length)


def test_reliability_adds_up():
    rng = np.random.default_rng(0)
    p, u = rng.uniform(size=(2, 1000))
    table = reliability(p, u < p)
    np.testing.assert_allclose(reliability(p[:300], u[:300] < p[:300]) + reliability(p[300:], u[300:] < p[300:]), table, rtol=1e-13)
    assert table[:, 0].sum() == 1000 and reliability([0.0, 1.0], [0, 1], bins=2).tolist() == [[1, 0, 0], [1, 1, 1]]
    forecast, frequency = table[:, 1] / table[:, 0], table[:, 2] / table[:, 0]
    assert np.all(abs(forecast - frequency) < 4 * np.sqrt(0.25 / table[:, 0]))
    with pytest.raises(ValueError, match="expected one outcome for each forecast"):
        reliability([0.1, 0.2], [1])
    for wrong in ([1.5], [math.nan]):
        with pytest.raises(ValueError, match="expected probabilities"):
            reliability(wrong, [1])


# Array libraries

def strict():
    return pytest.importorskip("array_api_strict").asarray


def jax():
    return pytest.importorskip("jax.numpy").asarray


def torch():
    as_tensor = pytest.importorskip("torch").as_tensor
    return lambda a: as_tensor(a).requires_grad_() if a.dtype.kind == "f" else as_tensor(a)


@pytest.mark.parametrize("library", [strict, jax, torch])
def test_arrays_of_every_library(library):
    array, rng = library(), np.random.default_rng(0)
    z, y, w = rng.normal(size=(500, 7)).astype(np.float32), rng.integers(0, 7, size=500).astype(np.int32), rng.uniform(size=500).astype(np.float32)
    theirs = Evaluation().update(Categorical(logits=array(z)), array(y), array(w))
    ours = Evaluation().update(Categorical(logits=z), y, w)
    assert isinstance(theirs.total, float) and close(theirs.total, ours.total, 1e-6) and theirs.weight == ours.weight
    np.testing.assert_array_equal(theirs.counts, ours.counts)


# Lazy arrays

def softmax_rows(z):
    return Categorical(logits=z)


def never(*args, **kwargs):
    raise AssertionError("something was computed")


@pytest.fixture
def da():
    return pytest.importorskip("dask.array")


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 7), st.booleans())
def test_dask_whatever_the_blocks(rows, other_rows, columns, weighted):
    da, dask = pytest.importorskip("dask.array"), pytest.importorskip("dask")
    rng = np.random.default_rng(0)
    z, y, w = rng.normal(size=(50, 7)), rng.integers(0, 7, size=50), rng.uniform(size=50)
    with dask.config.set(scheduler=never):
        weights = da.from_array(w, chunks=rows) if weighted else None
        lazy = evaluate_lazy(softmax_rows, da.from_array(z, chunks=(rows, columns)), da.from_array(y, chunks=other_rows), weights)
    assert agree(lazy.compute(scheduler="sync"), Evaluation().update(softmax_rows(z), y, w if weighted else None))


def test_dask_on_threads_and_on_sequences(da):
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(60, 4, 5)), rng.integers(0, 5, size=(60, 4))
    lazy = evaluate_lazy(softmax_rows, da.from_array(z, chunks=(7, 3, 2)), da.from_array(y, chunks=(9, 2)))
    assert agree(lazy.compute(scheduler="threads", num_workers=2), Evaluation().update(softmax_rows(z), y))


def test_dask_refusals(da):
    z, y = da.zeros((6, 2), chunks=(2, 2)), da.zeros(6, dtype=int, chunks=2)
    with pytest.raises(ValueError, match=r"x has shape \(nan, 2\), expected rows of known number; x.compute_chunk_sizes"):
        evaluate_lazy(softmax_rows, z[z[:, 0] > 0], y)
    with pytest.raises(ValueError, match="lengths are {'x': 6, 'y': 5}"):
        evaluate_lazy(softmax_rows, z, y[:5])
    with pytest.raises(TypeError, match="y is ndarray, expected a Dask array"):
        evaluate_lazy(softmax_rows, z, np.zeros(6))
    with pytest.raises(TypeError, match="evaluate_lazy takes lazy arrays"):
        Evaluation().update(Categorical(logits=z), y)
    known = z[y == 0]
    known.compute_chunk_sizes()
    assert evaluate_lazy(softmax_rows, known, y).compute(scheduler="sync").nats == math.log(2)


def test_dask_finds_the_impossible_and_the_nan(da):
    y = da.from_array(np.array([1, 1, 0, 1]), chunks=1)
    certain = evaluate_lazy(lambda p: Bernoulli(probs=p), da.ones(4, chunks=1), y).compute(scheduler="sync")
    assert certain.nats == math.inf and certain.weight == 4
    with pytest.raises(ValueError, match="logits"):
        evaluate_lazy(softmax_rows, da.full((4, 2), math.nan, chunks=(1, 2)), y).compute(scheduler="sync")


# A cluster

BLOCKS, ROWS, K, LIMIT = 400, 2000, 500, 240 * 10**6        # 1.6 GB of logits for two workers of 240 MB


def test_a_cluster_that_loses_a_worker(tmp_path, da):
    """More data than memory, one of two workers killed half-way, and still the answer of one process."""
    distributed = pytest.importorskip("distributed", reason="distributed is not installed: nothing run on a cluster")

    def block(number):
        """Logits and labels of one block; nothing else makes them."""
        rng = np.random.default_rng(number)
        return 8 * rng.random(size=(ROWS, K), dtype=np.float32), rng.integers(0, K, size=ROWS)

    def part(index):
        return lambda block_info=None: block(block_info[None]["chunk-location"][0])[index]

    def model(z):
        with open(f"{tmp_path}/{os.getpid()}", "ab") as log:    # one byte for each block that is evaluated
            log.write(b".")
        return Categorical(logits=z)

    def progress():
        return {int(log.name): log.stat().st_size for log in tmp_path.iterdir()}

    def peak():
        """The most memory that the process has held, in bytes, where the system tells."""
        status = Path("/proc/self/status")
        return int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 if status.exists() else 0

    rows = (ROWS,) * BLOCKS
    logits = da.map_blocks(part(0), chunks=(rows, (K,)), dtype=np.float32, meta=np.empty((0, 0), np.float32))
    labels = da.map_blocks(part(1), chunks=(rows,), dtype=np.int64, meta=np.empty(0, np.int64))
    assert logits.nbytes > 3 * 2 * LIMIT
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, memory_limit=LIMIT, dashboard_address=":0",
                                  local_directory=tmp_path.with_name("spill"), silence_logs=50) as cluster, distributed.Client(cluster) as client:
        before = set(client.run(os.getpid).values())
        answer = client.compute(evaluate_lazy(model, logits, labels))
        while sum(progress().values()) < BLOCKS / 2:
            assert not answer.done(), f"{answer.status} before a worker could be killed"
            time.sleep(0.02)
        victim = min(before)
        os.kill(victim, signal.SIGKILL)
        found = answer.result(timeout=300)
        client.wait_for_workers(2, timeout=60)
        after = set(client.run(os.getpid).values())
        peaks = client.run(peak)

    assert victim not in after and len(after) == 2 and len(before & after) == 1, "the worker was not killed and replaced"
    done = progress()
    assert 0 < done[victim] < BLOCKS and sum(done.values()) > BLOCKS, f"nothing had to be done again: {done}"
    assert max(peaks.values()) < LIMIT, peaks
    one = evaluate(softmax_rows, ((z[i:i + 300], y[i:i + 300]) for z, y in map(block, range(BLOCKS)) for i in range(0, ROWS, 300)))    # cut otherwise
    assert found.weight == one.weight == BLOCKS * ROWS
    assert close(found.total, one.total, 1e-12) and close(found.spread, one.spread, 1e-12)
    np.testing.assert_array_equal(found.counts, one.counts)
    print(f"{sum(done.values())} blocks evaluated for {BLOCKS}, peak memory {max(peaks.values()) / 1e6:.0f} MB, {found}, difference {found.total - one.total:g}")
