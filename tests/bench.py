"""How fast, how lean, and how dear are small calls: `python tests/bench.py`. Ratios to other libraries from one run, their calls interleaved with ours."""
import os
import platform
import sys
import time

import numpy as np

CORES = len(os.sched_getaffinity(0))


def race(rounds, **calls):
    """The least seconds of each call, on the clock and of the processor; the calls take turns, so that a busy machine slows all alike."""
    clock, work = dict.fromkeys(calls, np.inf), dict.fromkeys(calls, np.inf)
    for _ in range(rounds):
        for name, call in calls.items():
            before = time.perf_counter(), time.process_time()
            call()
            clock[name] = min(clock[name], time.perf_counter() - before[0])
            work[name] = min(work[name], time.process_time() - before[1])
    return clock, work


def report(what, size, clock, work, goals):
    ours = clock.pop("ours")
    for name, seconds in clock.items():
        goal = f"  goal {goals[name]}" if name in goals else ""
        print(f"{what:24} {size:>20}  {ours * 1e3:8.1f} ms  {name:>18} {seconds * 1e3:8.1f} ms  ratio {seconds / ours:5.2f}  of processor time {work[name] / work['ours']:5.2f}{goal}", flush=True)


def from_logits(rng, shape, dtype, rounds, gap=0):
    import torch
    from scipy.special import log_softmax
    from xent_lit import Categorical, nll
    n, k = shape
    z, y = rng.standard_normal(shape, dtype=dtype), rng.integers(0, k, n)
    z[np.arange(n), y] += gap
    torch.set_num_threads(CORES)
    tz, ty = torch.from_numpy(z), torch.from_numpy(y)
    block = np.empty(2**17, dtype)

    def limit():
        """Read the input once, take one exponential for each number; one core, so a floor for it divided by the cores."""
        flat = z.reshape(-1)
        for i in range(0, flat.size, block.size):
            part = flat[i:i + block.size]
            np.exp(part, out=block[:part.size])

    calls = dict(ours=lambda: nll(Categorical(logits=z), y), torch=lambda: torch.nn.functional.cross_entropy(tz, ty))
    clock, work = race(rounds, **calls)
    slow, slow_work = race(2, scipy=lambda: -log_softmax(z, axis=1)[np.arange(n), y].mean(), limit_one_core=limit)
    report(f"nll(logits, y) {dtype}" + (f" gap {gap}" if gap else ""), f"{n}x{k}", {**clock, **slow}, {**work, **slow_work}, dict(torch=1.5, scipy=4))


def of_pmfs(rng, shape, dtype, rounds):
    from scipy.stats import entropy as scipy_entropy
    from sklearn.metrics import log_loss
    from xent_lit import Categorical, cross_entropy, entropy, kl_divergence, nll
    n, k = shape
    p, q = (rng.standard_gamma(1.0, shape, dtype=dtype) for _ in "pq")
    for x in p, q: x /= x.sum(axis=1, keepdims=True)
    y, labels, size = rng.integers(0, k, n), np.arange(k), f"{n}x{k}"
    near = p * (1 + 1e-3 * (q * k - 1)); near /= near.sum(axis=1, keepdims=True)
    report(f"entropy {dtype}", size, *race(rounds, ours=lambda: entropy(p), scipy=lambda: scipy_entropy(p, axis=1)), dict(scipy=2))
    report(f"kl_divergence {dtype}", size, *race(rounds, ours=lambda: kl_divergence(p, q), scipy=lambda: scipy_entropy(p, q, axis=1)), dict(scipy=1.5))
    report(f"kl_divergence near {dtype}", size, *race(rounds, ours=lambda: kl_divergence(p, near), scipy=lambda: scipy_entropy(p, near, axis=1)), dict(scipy=1.5))
    if n >= 10_000: report(f"nll(probs, y) {dtype}", size, *race(2, ours=lambda: nll(Categorical(probs=p), y), sklearn=lambda: log_loss(y, p, labels=labels)), dict(sklearn=5))


def linear():
    """Seconds for each number over three decades of rows and of outcomes."""
    from xent_lit import entropy, kl_divergence
    rng = np.random.default_rng(0)
    for shape in (lambda n: (n // 100, 100)), (lambda n: (n,)):
        for size in 10**5, 10**6, 10**7, 10**8:
            p = rng.random(shape(size)); p /= p.sum(axis=-1, keepdims=True)
            clock, _ = race(5, entropy=lambda: entropy(p), kl=lambda: kl_divergence(p, p)) if size < 10**8 else race(2, entropy=lambda: entropy(p), kl=lambda: kl_divergence(p, p))
            print(f"linear in the input {str(p.shape):>16}  " + "  ".join(f"{name} {t / size * 1e9:6.2f} ns a number" for name, t in clock.items()), flush=True)


def small_calls():
    from xent_lit import cross_entropy, entropy, kl_divergence, logsumexp
    p, q = np.random.default_rng(0).dirichlet(np.ones(10), size=2)
    calls = [("entropy", lambda: entropy(p), lambda: -(p * np.log(p)).sum()), ("cross_entropy", lambda: cross_entropy(p, q), lambda: -(p * np.log(q)).sum()),
             ("kl_divergence", lambda: kl_divergence(p, q), lambda: (p * np.log(p / q)).sum()), ("logsumexp", lambda: logsumexp(q), lambda: np.log(np.exp(q).sum()))]
    for name, ours, bare in calls:
        many = lambda call: [call() for _ in range(1000)]
        clock, _ = race(20, ours=lambda: many(ours), bare=lambda: many(bare))
        print(f"small call {name:14} ours {clock['ours'] * 1e3:6.2f} us  bare NumPy {clock['bare'] * 1e3:6.2f} us  ratio {clock['ours'] / clock['bare']:5.2f}", flush=True)


def memory():
    """The most that a call holds beside its input, as a share of the input."""
    import tracemalloc
    from xent_lit import Categorical, entropy, kl_divergence, nll
    rng = np.random.default_rng(0)
    for shape in (10**6, 10), (10**5, 1000), (2000, 50_000), (10**7,):
        for dtype in "float32", "float64":
            z, y = rng.standard_normal(shape, dtype=dtype), rng.integers(0, shape[-1], shape[:-1])
            p = rng.standard_gamma(1.0, shape, dtype=dtype)
            p /= p.sum(axis=-1, keepdims=True)
            calls = {"nll(logits)": (z.nbytes, lambda: nll(Categorical(logits=z), y)), "entropy": (p.nbytes, lambda: entropy(p)), "kl_divergence": (2 * p.nbytes, lambda: kl_divergence(p, p[::-1]))}
            shares = []
            for name, (size, call) in calls.items():
                tracemalloc.start()
                call()
                extra = tracemalloc.get_traced_memory()[1]
                tracemalloc.stop()
                shares.append(f"{name} {extra / 2**20:5.1f} MB = {extra / size:6.1%}")
            print(f"extra memory, input {str(shape):>14} {dtype} ({z.nbytes / 2**20:.0f} MB): " + "  ".join(shares), flush=True)


def main(rounds=5):
    import scipy
    import sklearn
    import torch
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, SciPy {scipy.__version__}, scikit-learn {sklearn.__version__}, PyTorch {torch.__version__}; "
          f"{CORES} cores, PyTorch has {CORES} threads. The least of {rounds} rounds.", flush=True)
    rng = np.random.default_rng(0)
    small_calls()
    for shape in (10**6, 10), (10**5, 1000), (2000, 50_000):
        for dtype in "float32", "float64":
            from_logits(rng, shape, dtype, rounds)
    from_logits(rng, (10**5, 1000), "float32", rounds, gap=20)
    for shape in (10**6, 10), (10**5, 1000), (1000, 10**5):
        for dtype in "float32", "float64":
            of_pmfs(rng, shape, dtype, rounds)
    memory()
    linear()


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
