"""How fast, how lean, and how dear are small calls: `make bench`; with `--write`, the page
"Measured" shows the figures.

The calls of a comparison take turns, so that a busy machine slows all alike, and the least time
of some rounds counts."""

import argparse
import sys
import time
import tracemalloc
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from measure import CORES, ROOT, lines, origin

from xent_lit import Categorical, cross_entropy, entropy, kl_divergence, logsumexp, nll

SHAPES = (1_000_000, 10), (100_000, 1000), (2000, 50_000)
DTYPES = "float32", "float64"


def race(calls, rounds):
    """The least seconds of each call."""
    least = dict.fromkeys(calls, float("inf"))
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            least[name] = min(least[name], time.perf_counter() - start)
    return least


def told(kind, **row):
    """Print a row and hand it on."""
    print(f"{kind:8}", *(f"{name} {value}" for name, value in row.items()), sep="  ", flush=True)
    return row


def milliseconds(seconds):
    return {name: round(s * 1e3, 1) for name, s in seconds.items()}


def pmf(rng, shape, dtype):
    p = rng.standard_gamma(1.0, shape, dtype=dtype)
    p /= p.sum(axis=-1, keepdims=True)
    return p


# ── Against others ───────────────────────────────────────────────────────────────────────────────


def limit(z):
    """Read every number once and take one exponential of it, on all cores."""
    flat, size = z.reshape(-1), 2**18

    def block(i):
        flat[i : i + size].sum()  # np.exp alone fetches numbers more slowly than this and np.exp
        np.exp(flat[i : i + size])

    def call():
        with ThreadPoolExecutor(CORES) as pool:
            list(pool.map(block, range(0, flat.size, size)))

    return call


def from_logits(rng, shape, dtype, rounds, lead=0):
    """Mean softmax cross-entropy; with a lead, the logit of the label is the largest."""
    import torch
    from scipy.special import log_softmax

    n, k = shape
    z, y = rng.standard_normal(shape, dtype=dtype), rng.integers(0, k, n)
    z[np.arange(n), y] += lead
    torch.set_num_threads(CORES)
    tz, ty = torch.from_numpy(z), torch.from_numpy(y)
    return race(
        {
            "xent_lit": lambda: nll(Categorical(logits=z), y),
            "torch": lambda: torch.nn.functional.cross_entropy(tz, ty),
            "scipy": lambda: -log_softmax(z, axis=1)[np.arange(n), y].mean(),
            "limit": limit(z),
        },
        rounds,
    )


def of_probabilities(rng, shape, dtype, rounds):
    from sklearn.metrics import log_loss

    n, k = shape
    p, y, labels = pmf(rng, shape, dtype), rng.integers(0, k, n), np.arange(k)
    return race(
        {
            "xent_lit": lambda: nll(Categorical(probs=p), y),
            "scikit-learn": lambda: log_loss(y, p, labels=labels),
        },
        rounds,
    )


def of_pmfs(ours, rng, shape, dtype, rounds, alike=False):
    """An entropy of one pmf or a divergence of two, and SciPy's."""
    from scipy.stats import entropy as theirs

    pmfs = [pmf(rng, shape, dtype) for _ in range(1 if ours is entropy else 2)]
    if alike:
        pmfs[1] = pmfs[0] * (1 + 1e-3 * np.sin(np.arange(shape[1]), dtype=dtype))
        pmfs[1] /= pmfs[1].sum(axis=1, keepdims=True)
    return race({"xent_lit": lambda: ours(*pmfs), "scipy": lambda: theirs(*pmfs, axis=1)}, rounds)


def against_others(rng, rounds):
    questions = {
        "loss from logits": (from_logits, SHAPES),
        "loss from logits, a lead of 20": (lambda *a: from_logits(*a, lead=20), SHAPES[1:2]),
        "loss from probabilities": (of_probabilities, SHAPES[:2]),
        "entropy": (lambda *a: of_pmfs(entropy, *a), SHAPES),
        "KL": (lambda *a: of_pmfs(kl_divergence, *a), SHAPES),
        "KL, nearly equal": (lambda *a: of_pmfs(kl_divergence, *a, alike=True), SHAPES),
    }
    more = {"loss from logits": 3 * rounds}  # the closest race, and a short one
    return [
        told(
            "time",
            what=what,
            shape=list(shape),
            dtype=dtype,
            ms=milliseconds(measure(rng, shape, dtype, more.get(what, rounds))),
        )
        for what, (measure, shapes) in questions.items()
        for shape in shapes
        for dtype in DTYPES
    ]


# ── Small calls, memory, growth ──────────────────────────────────────────────────────────────────


def small_calls(rng, rounds):
    """Microseconds of a call for ten outcomes: ours, the bare expression, and the expression
    after the checks that ours makes."""
    p, q = rng.dirichlet(np.ones(10), size=2)

    def checked(*pmfs):
        for x in pmfs:
            assert (x >= 0).all() and abs(x.sum() - 1) < 1e-8

    def shifted(z):
        m = z.max()
        return m + np.log(np.exp(z - m).sum())

    calls = {
        "entropy(p)": (
            lambda: entropy(p),
            lambda: -(p * np.log(p)).sum(),
            lambda: (checked(p), -(p * np.log(p)).sum()),
        ),
        "cross_entropy(p, q)": (
            lambda: cross_entropy(p, q),
            lambda: -(p * np.log(q)).sum(),
            lambda: (checked(p, q), -(p * np.log(q)).sum()),
        ),
        "kl_divergence(p, q)": (
            lambda: kl_divergence(p, q),
            lambda: (p * np.log(p / q)).sum(),
            lambda: (checked(p, q), (p * np.log(p / q)).sum()),
        ),
        "logsumexp(z)": (lambda: logsumexp(q), lambda: np.log(np.exp(q).sum()), lambda: shifted(q)),
    }

    def thousand(call):
        return lambda: [call() for _ in range(1000)]

    return [
        told(
            "small",
            call=name,
            us={
                who: round(s * 1e3, 2)
                for who, s in race(
                    dict(zip(("xent_lit", "bare", "checked"), map(thousand, trio))), 4 * rounds
                ).items()
            },
        )
        for name, trio in calls.items()
    ]


def memory(rng, rounds):
    """The most that a call holds beside its input, as a share of the input."""
    rows = []
    for shape in (*SHAPES, (10_000_000,)):
        for dtype in DTYPES:
            p, y = pmf(rng, shape, dtype), rng.integers(0, shape[-1], shape[:-1])
            for what, size, call in (
                ("loss from logits", p.nbytes, lambda: nll(Categorical(logits=p), y)),
                ("entropy", p.nbytes, lambda: entropy(p)),
                ("KL", 2 * p.nbytes, lambda: kl_divergence(p, p[::-1])),
            ):
                tracemalloc.start()
                call()
                extra = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                rows.append(
                    told(
                        "memory",
                        what=what,
                        shape=list(shape),
                        dtype=dtype,
                        extra_mb=round(extra / 2**20, 1),
                        share=round(extra / size, 3),
                    )
                )
    return rows


def growth(rng, rounds):
    """Nanoseconds for each number, over three decades of rows and of outcomes."""
    rows = []
    for shape_of in (lambda n: (n // 100, 100)), (lambda n: (n,)):
        for size in 10**5, 10**6, 10**7, 10**8:
            p = pmf(rng, shape_of(size), "float64")
            least = race(
                {"entropy": lambda: entropy(p), "KL": lambda: kl_divergence(p, p)},
                5 if size < 10**8 else 2,
            )
            rows.append(
                told(
                    "growth",
                    shape=list(p.shape),
                    ns={name: round(s / size * 1e9, 2) for name, s in least.items()},
                )
            )
    return rows


# ── On a GPU ─────────────────────────────────────────────────────────────────────────────────────


def on_gpu(rng, rounds):
    """Milliseconds of the loss from logits on a GPU, and what it holds beside its input, as a
    share of the input."""
    import torch

    cuda, rows = torch.cuda, []

    def finished(call):
        def run():
            call(), cuda.synchronize()

        return run

    def share(call, size):
        call()
        cuda.reset_peak_memory_stats()
        before = cuda.memory_allocated()
        call()
        return round((cuda.max_memory_allocated() - before) / size, 3)

    compiled = torch.compile(lambda z, y: nll(Categorical(logits=z), y), dynamic=False)
    for n, k in SHAPES:
        for dtype in DTYPES:
            z, y = (
                torch.randn(n, k, dtype=getattr(torch, dtype), device="cuda"),
                torch.randint(k, (n,), device="cuda"),
            )
            calls = {
                "xent_lit": lambda: nll(Categorical(logits=z), y),
                "compiled": lambda: compiled(z, y),
                "torch": lambda: torch.nn.functional.cross_entropy(z, y),
                "read": lambda: z.amax(),
            }
            calls = {name: finished(call) for name, call in calls.items()}
            shares = {name: share(call, z.nbytes) for name, call in calls.items()}
            least = race(calls, 5 * rounds)
            rows.append(
                told(
                    "gpu",
                    device=cuda.get_device_name(),
                    shape=[n, k],
                    dtype=dtype,
                    ms={name: round(s * 1e3, 2) for name, s in least.items()},
                    share=shares,
                )
            )
    return rows


PARTS = {
    "small": small_calls,
    "times": against_others,
    "memory": memory,
    "growth": growth,
    "gpu": on_gpu,
}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument(
        "--write",
        action="store_true",
        help="write nbs/speed.json, or nbs/speed-gpu.json for the part gpu",
    )
    parser.add_argument(
        "parts",
        nargs="*",
        default=list(PARTS)[:-1],
        help=f"some of {', '.join(PARTS)}; all but gpu if none is named",
    )
    chosen = parser.parse_args()
    rng, command = np.random.default_rng(0), " ".join(["python bench/bench.py", *sys.argv[1:]])
    found = told(
        "origin", **origin(command, "numpy", "scipy", "scikit-learn", "torch"), rounds=chosen.rounds
    )
    found |= {part: PARTS[part](rng, chosen.rounds) for part in chosen.parts}
    name = "speed-gpu" if chosen.parts == ["gpu"] else "speed"
    if chosen.write:
        (ROOT / f"nbs/{name}.json").write_text(lines(found, 2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
