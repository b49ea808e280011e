"""Training beside PyTorch and optax: `make bench`; with `--write`, the page "Measured" shows it.

What is told is a ratio: our time over theirs, for calls that take turns in one run, by their
medians and by their least times. A large case runs a few rounds and a small one many. The memory
is what a process of its own needs above its inputs, at most."""

import argparse
import importlib
import json
import resource
import statistics
import subprocess
import sys
import time
from importlib.util import find_spec

import numpy as np
from measure import ROOT, lines, origin

import xent_lit
from bench import told
from xent_lit import Categorical, nll

SHAPES = (10_000, 1000), (1000, 50_000), (100_000, 10)
SMALL, COINS, DISTILLED = (32, 10), (1_000_000,), (10_000, 1000)
MEMORY, LINEAR = (20_000, 5000), (4096, 256, 32_000)
DTYPES = "float32", "float64"


def race(calls, rounds):
    """The seconds of each call in each round, after one that warms up."""
    for call in calls.values():
        call()
    taken = {name: [] for name in calls}
    for _ in range(rounds):
        for name, call in calls.items():
            start = time.perf_counter()
            call()
            taken[name].append(time.perf_counter() - start)
    return taken


def compared(taken, ours="xent_lit"):
    """Milliseconds of each by the median, and our time over theirs by medians and least times."""
    [theirs] = taken.keys() - {ours}
    return {
        "ms": {name: float(f"{statistics.median(t) * 1e3:.3g}") for name, t in taken.items()},
        "median": round(statistics.median(taken[ours]) / statistics.median(taken[theirs]), 2),
        "least": round(min(taken[ours]) / min(taken[theirs]), 2),
    }


def rounds_of(shape, rounds):
    """Small calls are many."""
    return rounds if np.prod(shape) > 10**5 else 100 * rounds


# ── The losses, ours and theirs ──────────────────────────────────────────────────────────────────


def inputs(what, shape, dtype):
    """Logits, and labels or the logits of a teacher."""
    rng = np.random.default_rng(0)
    z = rng.standard_normal(shape, dtype=dtype)
    if what in ("label", "padding"):
        y = rng.integers(0, shape[1], shape[0])
        if what == "padding":
            y[::7] = -100
        return z, y
    if what == "coin":
        return z, rng.integers(0, 2, shape)
    return z, rng.standard_normal(shape, dtype=dtype)


CALLS = {  # what is shown as a call is the text that is run
    "label": {
        "xent_lit": "nll(Categorical(logits=z), y)",
        "torch": "F.cross_entropy(z, y)",
        "optax": "optax.softmax_cross_entropy_with_integer_labels(z, y).mean()",
    },
    "padding": {
        "xent_lit": "nll(Categorical(logits=z), y, ignore=-100)",
        "torch": "F.cross_entropy(z, y, ignore_index=-100)",
        "optax": "jax.numpy.average(optax.softmax_cross_entropy_with_integer_labels("
        "z, jax.numpy.maximum(y, 0)), weights=y != -100)",
    },
    "coin": {
        "xent_lit": "nll(Bernoulli(logits=z), y)",
        "torch": "F.binary_cross_entropy_with_logits(z, y)",
        "optax": "optax.sigmoid_binary_cross_entropy(z, y).mean()",
    },
    "distillation": {
        "xent_lit": "kl_divergence(Categorical(logits=y), Categorical(logits=z)).mean()",
        "torch": "F.kl_div(F.log_softmax(z, -1), F.log_softmax(y, -1), reduction='batchmean', "
        "log_target=True)",
        "optax": "optax.losses.kl_divergence_with_log_targets(jax.nn.log_softmax(z), "
        "jax.nn.log_softmax(y)).mean()",
    },
}


def loss(what, who):
    """The call as a function of logits, and of labels or a teacher's logits."""
    names = vars(xent_lit)
    if who == "torch":
        names = {"F": importlib.import_module("torch.nn.functional")}
    if who == "optax":
        names = {name: importlib.import_module(name) for name in ("jax", "optax")}
    return eval(f"lambda z, y: {CALLS[what][who]}", dict(names))


def cases():
    """What, shape and type of each comparison."""
    for dtype in DTYPES:
        yield from (("label", shape, dtype) for shape in SHAPES)
    yield "label", SMALL, "float32"
    yield from (("padding", shape, "float32") for shape in SHAPES)
    yield "coin", COINS, "float32"
    yield "distillation", DISTILLED, "float32"


def beside_torch(rounds):
    """Value alone, and value with gradient, on PyTorch's arrays."""
    import torch

    rows = []
    for what, shape, dtype in cases():
        z, y = map(torch.from_numpy, inputs(what, shape, dtype))
        if what == "coin":
            y = y.to(z.dtype)  # the only type that PyTorch's own loss takes
        leaf = z.clone().requires_grad_()
        losses = {who: (loss(what, who), y) for who in ("xent_lit", "torch")}

        def values(f, y):
            return lambda: f(z, y)

        def gradients(f, y):
            def step():
                leaf.grad = None
                f(leaf, y).backward()

            return step

        def recorded(f, y):
            return lambda: f(leaf, y)

        makers = values, gradients, recorded
        rows += told_of("torch", what, shape, dtype, losses, makers, rounds)
    return rows


def beside_optax(rounds):
    """The same under JAX's jit, in single precision."""
    import jax

    rows = []
    for what, shape, dtype in cases():
        if dtype != "float32":
            continue
        z, y = map(jax.numpy.asarray, inputs(what, shape, dtype))
        losses = {who: (loss(what, who), y) for who in ("xent_lit", "optax")}

        def values(f, y):
            f = jax.jit(f)
            return lambda: f(z, y).block_until_ready()

        def gradients(f, y):
            f = jax.jit(jax.value_and_grad(f))
            return lambda: jax.block_until_ready(f(z, y))

        rows += told_of("optax", what, shape, dtype, losses, (values, gradients), rounds)
    return rows


def told_of(beside, what, shape, dtype, losses, makers, rounds):
    """A row for the value, one for value and gradient, and one for a value that is recorded."""
    return [
        told(
            beside,
            what=what,
            of=of,
            shape=list(shape),
            dtype=dtype,
            **compared(
                race(
                    {name: make(*asked) for name, asked in losses.items()}, rounds_of(shape, rounds)
                )
            ),
        )
        for of, make in zip(("value", "value and gradient", "recorded value"), makers)
    ]


# ── Memory, and the linear layer with its loss ───────────────────────────────────────────────────


def in_its_own_process(part, who):
    """What a process prints that measures one way alone."""
    done = subprocess.run(
        [sys.executable, __file__, "--alone", part, who], capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout.splitlines()[-1])


def peak(step, small_step):
    """The most megabytes that a step needs beside what is there, and its seconds; the small step
    loads what the libraries load."""
    small_step()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    step()
    unit = 2**20 if sys.platform == "darwin" else 2**10
    extra = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / unit
    return extra, race({"step": step}, 3)["step"]


def alone_memory(who):
    """Value and gradient, in logits."""
    import torch

    f = loss("label", who)

    def leaves(shape):
        z, y = map(torch.from_numpy, inputs("label", shape, "float32"))
        return z.requires_grad_(), y

    (z, y), (little, few) = leaves(MEMORY), leaves((50, 50))
    extra, _ = peak(lambda: f(z, y).backward(), lambda: f(little, few).backward())
    return {"extra": round(extra * 2**20 / (z.numel() * z.element_size()), 2)}


def alone_linear(who):
    """Value and gradient of the loss of a linear layer."""
    import torch
    import torch.nn.functional as F

    def leaves(n, d, k):
        rng = np.random.default_rng(0)
        arrays = (
            rng.standard_normal((n, d), dtype="float32"),
            rng.standard_normal((k, d), dtype="float32") / np.float32(d**0.5),
            np.zeros(k, dtype="float32"),
        )
        y = torch.from_numpy(rng.integers(0, k, n))
        return [torch.from_numpy(a).requires_grad_() for a in arrays], y

    def ours(h, w, b, y):
        return nll(Categorical(logits=xent_lit.Linear(h, w.T, b)), y)

    def theirs(h, w, b, y):
        return F.cross_entropy(F.linear(h, w, b), y)

    f = ours if who == "xent_lit" else theirs

    def step(leaves, y):
        for leaf in leaves:
            leaf.grad = None
        value = f(*leaves, y)
        value.backward()
        return value.item()

    large, small = leaves(*LINEAR), leaves(8, LINEAR[1], 50)
    extra, taken = peak(lambda: step(*large), lambda: step(*small))
    return {"extra_mb": round(extra), "s": round(min(taken), 3), "loss": step(*large)}


def memory(rounds):
    """At most above the logits, as a multiple of them."""
    return [
        told(
            "memory",
            shape=list(MEMORY),
            dtype="float32",
            extra={
                who: in_its_own_process("memory", who)["extra"] for who in ("xent_lit", "torch")
            },
        )
    ]


def linear(rounds):
    """The least seconds and the most megabytes above the inputs."""
    if not hasattr(xent_lit, "Linear"):
        return []
    found = {who: in_its_own_process("linear", who) for who in ("xent_lit", "torch")}
    losses = [row.pop("loss") for row in found.values()]
    assert abs(losses[0] - losses[1]) < 1e-5 * losses[1], losses
    return [told("linear", shape=list(LINEAR), dtype="float32", **found)]


# memory first: a process counts from the most that the one which started it ever held
PARTS = {"memory": memory, "linear": linear, "torch": beside_torch, "optax": beside_optax}
ALONE = {"memory": alone_memory, "linear": alone_linear}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--write", action="store_true", help="write nbs/speed-training.json")
    parser.add_argument(
        "--threads",
        type=int,
        help="of PyTorch; one where others use the machine, as its threads wait for one another",
    )
    parser.add_argument("--alone", nargs=2, help="one way alone: its memory is its process's")
    parser.add_argument("parts", nargs="*", help=f"some of {', '.join(PARTS)}; all if none")
    chosen = parser.parse_args()
    if chosen.alone:
        part, who = chosen.alone
        print(json.dumps(ALONE[part](who)))
        return
    if chosen.threads:
        import torch

        torch.set_num_threads(chosen.threads)
    parts = chosen.parts or [part for part in PARTS if part != "optax" or find_spec("optax")]
    command = " ".join(["python bench/training.py", *sys.argv[1:]])
    names = ["numpy", "torch", *["jax", "optax"] * bool(find_spec("optax"))]
    found = told("origin", **origin(command, *names), rounds=chosen.rounds)
    found["calls"] = CALLS
    found |= {part: PARTS[part](chosen.rounds) for part in parts}
    if chosen.write:
        path = ROOT / "nbs/speed-training.json"
        path.write_text(lines(found, 2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
