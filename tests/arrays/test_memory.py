"""Memory: what a call adds does not grow with its input, which may be a file larger than the
memory."""

import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

from xent_lit import (
    Bernoulli,
    Categorical,
    Laplace,
    Normal,
    Poisson,
    cross_entropy,
    entropy,
    kl_divergence,
    nll,
)
from xent_lit.arrays import blocks

linux = pytest.mark.skipif(
    sys.platform != "linux", reason="the limit on memory is set as Linux does it"
)


def run(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)


EXTRA = """
import tracemalloc
import numpy as np
from xent_lit import Categorical, cross_entropy, entropy, kl_divergence, logsumexp, nll
shape, dtype = {shape}, {dtype!r}
rng = np.random.default_rng(0)
z, y = rng.standard_normal(shape, dtype=dtype), rng.integers(0, shape[-1], shape[:-1])
peaked = z.copy()
peaked[..., 0] += 40
p = rng.standard_gamma(1.0, shape, dtype=dtype)
p /= p.sum(axis=-1, keepdims=True)
q = p[::-1].copy()
calls = {{
    "logsumexp": (z.nbytes, lambda: logsumexp(z)),
    "nll of logits": (z.nbytes, lambda: nll(Categorical(logits=z), y)),
    "nll of confident logits": (z.nbytes, lambda: nll(Categorical(logits=peaked), y)),
    "nll of probs": (p.nbytes, lambda: nll(Categorical(probs=p), y)),
    "entropy": (p.nbytes, lambda: entropy(p)),
    "cross_entropy": (2 * p.nbytes, lambda: cross_entropy(p, q)),
    "kl_divergence": (2 * p.nbytes, lambda: kl_divergence(p, q))}}
for name, (size, call) in calls.items():
    tracemalloc.start()
    call()
    extra = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    print(name, extra / size, sep=": ")
"""


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    "shape", [(10**6, 10), (30_000, 1000), (600, 50_000), (3 * 10**7,)], ids=str
)
def test_a_call_adds_less_than_a_quarter_of_its_input(shape, dtype):
    done = run(EXTRA.format(shape=shape, dtype=dtype))
    assert done.returncode == 0, done.stderr
    shares = {line.split(": ")[0]: float(line.split(": ")[1]) for line in done.stdout.splitlines()}
    assert (
        len(shares) == 7 and {name: share for name, share in shares.items() if share >= 0.25} == {}
    )


@pytest.fixture
def one_core(monkeypatch):
    """On several cores the peak depends on which blocks happen to be held at one moment."""
    monkeypatch.setattr(blocks, "_cores", lambda: 1)


def test_measures_of_logits_add_as_much_for_four_times_the_rows(one_core):
    def extra(measure, n):
        models = [
            Categorical(logits=z) for z in np.random.default_rng(0).standard_normal((2, n, 10))
        ]
        tracemalloc.start()
        measure(*models)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    for measure in (lambda p, q: entropy(p)), cross_entropy, kl_divergence:
        assert extra(measure, 400_000) - extra(measure, 100_000) < 400_000 * 10 * 8 / 5, (
            "the result alone grows, a tenth of the input"
        )


def test_losses_of_draws_add_as_much_for_four_times_the_draws(one_core):
    def extra(model, n, shape=(-1,)):
        y = np.tile([0.0, 1.0], n // 2).reshape(shape)
        given = model(np.full(y.shape, 0.25)), y
        tracemalloc.start()
        nll(*given)
        most = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return most

    for model in (
        (lambda s: Normal(s, s)),
        (lambda s: Normal(0, 1)),
        (lambda s: Laplace(s, s)),
        Bernoulli,
        (lambda s: Bernoulli(logits=s)),
        Poisson,
        (lambda s: Categorical(probs=[0.5, 0.5])),
    ):
        for shape in (-1,), (1, -1):
            grown = extra(model, 8_000_000, shape) - extra(model, 2_000_000, shape)
            assert grown < 6_000_000 * 8 / 5, (
                "one array as long as the draws would be five times as much"
            )


LIMITED = """
import resource
import numpy as np
from xent_lit import Categorical, entropy, nll
n, k = {n}, 1000
z = np.memmap({logits!r}, np.float32, "r", shape=(n, k))
p = np.memmap({probs!r}, np.float32, "r", shape=(n // 4, k))
y = np.zeros(n, dtype=int)
held = open("/proc/self/status").read().partition("VmData:")[2].split()[0]
limit = int(held) * 1024 + {extra}
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
try: np.exp(z)
except MemoryError: print("the plain expression does not fit")
print(float(nll(Categorical(logits=z), y)), float(entropy(p).mean()))
"""


@linux
def test_a_file_larger_than_the_memory_allowed(tmp_path):
    """Logits of 1 GB, most of them equal, and pmfs of 256 MB, with 128 MB to work in."""
    import numpy as np

    n, k = 262_144, 1000
    logits, probs = str(tmp_path / "logits"), str(tmp_path / "probs")
    z = np.memmap(
        logits, np.float32, "w+", shape=(n, k)
    )  # a file of zeros takes no room until written
    z[:1000, 0] = 30
    p = np.memmap(probs, np.float32, "w+", shape=(n // 4, k))
    p[:] = np.float32(1 / k)
    z.flush(), p.flush()
    del z, p
    done = run(LIMITED.format(n=n, logits=logits, probs=probs, extra=128 * 2**20))
    assert done.returncode == 0, done.stderr
    said, numbers = done.stdout.splitlines()
    loss, nats = map(float, numbers.split())
    assert said == "the plain expression does not fit"
    assert loss == pytest.approx(
        ((n - 1000) * np.log(k) + 1000 * np.log1p((k - 1) * np.exp(-30))) / n, rel=1e-6
    )
    assert nats == pytest.approx(np.log(k), rel=1e-6)
