"""Evaluation of many draws, of arrays of other libraries, lazily, and on a cluster."""

import math
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from helpers import agree, close, library
from hypothesis import given, settings
from hypothesis import strategies as st

from xent_lit import Bernoulli, Categorical, Evaluation, evaluate, evaluate_lazy


@pytest.mark.parametrize("name", ["strict", "jax", "torch"])
def test_an_evaluation_holds_plain_numbers_of_arrays_of_every_library(name):
    rng, xp = np.random.default_rng(0), library(name)
    z, w = rng.normal(size=(500, 7)).astype(np.float32), rng.uniform(size=500).astype(np.float32)
    y = rng.integers(0, 7, size=500).astype(np.int32)
    logits = xp.asarray(z)
    if name == "torch":
        logits.requires_grad_()
    theirs = Evaluation().update(Categorical(logits=logits), xp.asarray(y), xp.asarray(w))
    ours = Evaluation().update(Categorical(logits=z), y, w)
    assert isinstance(theirs.total, float) and close(theirs.total, ours.total, 1e-6)
    assert theirs.weight == ours.weight
    np.testing.assert_array_equal(theirs.counts, ours.counts)


def test_ten_million_float32_terms():
    rng = np.random.default_rng(0)
    z = rng.normal(size=10**7).astype(np.float32)
    y = rng.integers(0, 2, size=10**7, dtype=np.int8)
    surprises = -Bernoulli(logits=z).log_prob(y)
    assert surprises.dtype == np.float32
    exact = math.fsum(surprises.tolist())
    parts = evaluate(
        lambda z: Bernoulli(logits=z),
        ((z[i : i + 777_777], y[i : i + 777_777]) for i in range(0, 10**7, 777_777)),
    )
    whole = Evaluation().update(Bernoulli(logits=z), y)
    assert whole.total == exact and parts.total == exact
    assert close(parts.spread, whole.spread, 1e-12) and close(
        whole.spread, 1e7 * np.var(surprises, dtype=float), 1e-12
    )
    assert not close(float(np.cumsum(surprises)[-1]), exact, 1e-5), (
        "one by one in float32 is good enough: the test shows nothing"
    )


def softmax_rows(z):
    return Categorical(logits=z)


def never(*args, **kwargs):
    raise AssertionError("something was computed")


@pytest.fixture
def da():
    return pytest.importorskip("dask.array")


def test_a_lazy_evaluation_counts_the_weights(da):
    z, y, w = np.eye(4), np.array([0, 1, 3, 2]), np.array([1.0, 0.0, 2.0, 5.0])
    lazy = evaluate_lazy(softmax_rows, *(da.from_array(a, chunks=2) for a in (z, y, w)))
    assert agree(lazy.compute(scheduler="sync"), Evaluation().update(softmax_rows(z), y, w))


@settings(deadline=None, max_examples=15)
@given(st.integers(1, 50), st.integers(1, 50), st.integers(1, 7), st.booleans())
def test_a_lazy_evaluation_does_not_depend_on_its_chunks(rows, other_rows, columns, weighted):
    da, dask = pytest.importorskip("dask.array"), pytest.importorskip("dask")
    rng = np.random.default_rng(0)
    z, y, w = rng.normal(size=(50, 7)), rng.integers(0, 7, size=50), rng.uniform(size=50)
    with dask.config.set(scheduler=never):
        weights = da.from_array(w, chunks=rows) if weighted else None
        lazy = evaluate_lazy(
            softmax_rows,
            da.from_array(z, chunks=(rows, columns)),
            da.from_array(y, chunks=other_rows),
            weights,
        )
    assert agree(
        lazy.compute(scheduler="sync"),
        Evaluation().update(softmax_rows(z), y, w if weighted else None),
    )


def test_a_lazy_evaluation_of_sequences_on_threads(da):
    rng = np.random.default_rng(0)
    z, y = rng.normal(size=(60, 4, 5)), rng.integers(0, 5, size=(60, 4))
    lazy = evaluate_lazy(
        softmax_rows, da.from_array(z, chunks=(7, 3, 2)), da.from_array(y, chunks=(9, 2))
    )
    assert agree(
        lazy.compute(scheduler="threads", num_workers=2), Evaluation().update(softmax_rows(z), y)
    )


def test_what_is_not_lazy_or_does_not_fit_is_refused(da):
    z, y = da.zeros((6, 2), chunks=(2, 2)), da.zeros(6, dtype=int, chunks=2)
    with pytest.raises(
        ValueError,
        match=r"x has shape \(nan, 2\), expected rows of known number; x.compute_chunk_sizes",
    ):
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


def test_a_lazy_evaluation_finds_the_impossible_and_the_nan(da):
    y = da.from_array(np.array([1, 1, 0, 1]), chunks=1)
    certain = evaluate_lazy(lambda p: Bernoulli(probs=p), da.ones(4, chunks=1), y).compute(
        scheduler="sync"
    )
    assert certain.nats == math.inf and certain.weight == 4
    with pytest.raises(ValueError, match="logits"):
        evaluate_lazy(softmax_rows, da.full((4, 2), math.nan, chunks=(1, 2)), y).compute(
            scheduler="sync"
        )


BLOCKS, ROWS, K, LIMIT = 400, 2000, 500, 240 * 10**6  # 1.6 GB of logits for two workers of 240 MB


def test_a_cluster_that_loses_a_worker(tmp_path, da):
    """More data than memory, one of two workers killed half-way, and still the answer of one
    process."""
    distributed = pytest.importorskip(
        "distributed", reason="distributed is not installed: nothing run on a cluster"
    )

    def block(number):
        """Logits and labels of one block; nothing else makes them."""
        rng = np.random.default_rng(number)
        return 8 * rng.random(size=(ROWS, K), dtype=np.float32), rng.integers(0, K, size=ROWS)

    def part(index):
        return lambda block_info=None: block(block_info[None]["chunk-location"][0])[index]

    def model(z):
        with open(
            f"{tmp_path}/{os.getpid()}", "ab"
        ) as log:  # one byte for each block that is evaluated
            log.write(b".")
        return Categorical(logits=z)

    def progress():
        return {int(log.name): log.stat().st_size for log in tmp_path.iterdir()}

    def peak():
        """The most memory that the process has held, in bytes, where the system tells."""
        status = Path("/proc/self/status")
        return (
            int(status.read_text().split("VmHWM:")[1].split()[0]) * 1024 if status.exists() else 0
        )

    rows = (ROWS,) * BLOCKS
    logits = da.map_blocks(
        part(0), chunks=(rows, (K,)), dtype=np.float32, meta=np.empty((0, 0), np.float32)
    )
    labels = da.map_blocks(part(1), chunks=(rows,), dtype=np.int64, meta=np.empty(0, np.int64))
    assert logits.nbytes > 3 * 2 * LIMIT
    with (
        distributed.LocalCluster(
            n_workers=2,
            threads_per_worker=1,
            memory_limit=LIMIT,
            dashboard_address=":0",
            local_directory=tmp_path.with_name("spill"),
            silence_logs=50,
        ) as cluster,
        distributed.Client(cluster) as client,
    ):
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

    assert victim not in after and len(after) == 2 and len(before & after) == 1, (
        "the worker was not killed and replaced"
    )
    done = progress()
    assert 0 < done[victim] < BLOCKS and sum(done.values()) > BLOCKS, (
        f"nothing had to be done again: {done}"
    )
    assert max(peaks.values()) < LIMIT, peaks
    one = evaluate(
        softmax_rows,
        (
            (z[i : i + 300], y[i : i + 300])
            for z, y in map(block, range(BLOCKS))
            for i in range(0, ROWS, 300)
        ),
    )  # cut otherwise
    assert found.weight == one.weight == BLOCKS * ROWS
    assert close(found.total, one.total, 1e-12) and close(found.spread, one.spread, 1e-12)
    np.testing.assert_array_equal(found.counts, one.counts)
