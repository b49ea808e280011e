"""Measure the library beside the others, on the same inputs, against references of many digits.

    python bench/measure.py accuracy    # writes nbs/accuracy.json, which the page "Measured" reads

Every input is made by +, −, ×, / from small numbers, so it is the same float everywhere. A
reference is computed by mpmath from the floats as they are stored. What is shown as a call is
the text that was run.
"""

import argparse
import datetime
import importlib.metadata
import json
import math
import os
import platform
import sys
import warnings
from dataclasses import dataclass
from pathlib import Path

import mpmath
import numpy as np

import xent_lit

ROOT = Path(__file__).parents[1]
CORES = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
DIGITS = 60  # of the references; 700 where a number near 1e-320 stands beside 1


# ── References ───────────────────────────────────────────────────────────────────────────────────


def exact(x):
    """A stored float as the number that it is."""
    return x if isinstance(x, mpmath.mpf) else mpmath.mpf(float(x))


def digits(f):
    """Let a reference work with so many digits that nothing it adds is lost."""

    def run(*arrays):
        sizes = [
            abs(x)
            for a in arrays
            for x in np.ravel(np.asarray(a, dtype=float))[:2000]
            if 0 < abs(x) < np.inf
        ]
        with mpmath.workdps(
            700 if min(sizes, default=1) < 1e-100 or max(sizes, default=1) > 300 else DIGITS
        ):
            return f(*arrays)

    return run


def together(*arrays):
    """The distinct entries of an array, or pairs of entries of two, as exact numbers, and how
    often each occurs."""
    if any(isinstance(x, mpmath.mpf) for x in arrays[0]):
        return [((x,), 1) for x in arrays[0]]
    pairs = np.empty(
        len(arrays[0]), dtype=complex
    )  # NumPy sorts complex numbers by both of their parts
    pairs.real, pairs.imag = arrays[0], arrays[-1]
    found, counts = np.unique(pairs, return_counts=True)
    return [((exact(x.real), exact(x.imag))[: len(arrays)], int(n)) for x, n in zip(found, counts)]


def log_ratio(p, q):
    return mpmath.mpf(0) if p == 0 else mpmath.inf if q == 0 else p * mpmath.log(p / q)


@digits
def divergence(p, q):
    """Σ (p log(p/q) − p + q), which is KL(p/Σp ‖ q/Σq) up to the square of a rounding error:
    what the two pmfs mean."""
    return mpmath.fsum(n * (log_ratio(a, b) - a + b) for (a, b), n in together(p, q))


@digits
def plain_divergence(p, q):
    """Σ p log(p/q) of the stored floats, whose sums differ by a rounding error."""
    return mpmath.fsum(n * log_ratio(a, b) for (a, b), n in together(p, q))


@digits
def cross(p, q):
    """−Σ p log q."""
    return mpmath.fsum(
        n * (0 if a == 0 else mpmath.inf if b == 0 else -a * mpmath.log(b))
        for (a, b), n in together(p, q)
    )


def shannon(p):
    """−Σ p log p."""
    return cross(p, p)


@digits
def normalized_shannon(p):
    """−Σ r log r for r = p/Σp."""
    total = mpmath.fsum(n * a for (a,), n in together(p))
    return cross(p, p) / total + mpmath.log(total)


@digits
def lse(z):
    """log Σ exp z, where the largest one is taken out."""
    if mpmath.isinf(top := exact(max(z))):
        return top
    terms = [(a, n) for (a,), n in together(z) if a > -mpmath.inf]
    count = sum(n for a, n in terms if a == top)
    return (
        top
        + mpmath.log(count)
        + mpmath.log1p(mpmath.fsum(n * mpmath.exp(a - top) for a, n in terms if a != top) / count)
    )


@digits
def softmax_loss(z, y):
    """−log of the softmax probability of the label y: 0 − (z_y − max) + log Σ exp(z − max), the
    last without cancellation."""
    top = max(exact(x) for x in z)
    return top - exact(z[y]) + lse([exact(x) - top for x in z])


@digits
def softmax_probability(z, y):
    """The softmax probability of the label y."""
    return mpmath.exp(-softmax_loss(z, y))


@digits
def soft_softmax_loss(p, z):
    """−Σ p log softmax(z)."""
    return mpmath.fsum(exact(a) * softmax_loss(z, k) for k, a in enumerate(p) if a)


@digits
def softmax_divergence(z, w):
    """KL(softmax(z) ‖ softmax(w))."""
    log_p, log_q = ([-softmax_loss(v, k) for k in range(len(v))] for v in (z, w))
    return mpmath.fsum(mpmath.exp(a) * (a - b) for a, b in zip(log_p, log_q) if a > -mpmath.inf)


def logistic_loss(t, y):
    """−log of the probability of y under the log-odds t."""
    return softmax_loss([0.0, t], y)


@digits
def probability_loss(q, y):
    """−log of the probability of y where q is the probability of a 1."""
    q = exact(q)
    return mpmath.inf if q == (0 if y else 1) else -mpmath.log(q) if y else -mpmath.log1p(-q)


@digits
def binary_divergence(p, q):
    """KL of two coins, (1 − p) taken exactly."""
    p, q = exact(p), exact(q)
    return log_ratio(p, q) + log_ratio(1 - p, 1 - q)


def logistic_divergence(t, u):
    """KL of two coins with the log-odds t and u."""
    return softmax_divergence([0.0, t], [0.0, u])


@digits
def normal_loss(x, m, s):
    """−log of the normal density."""
    x, m, s = map(exact, (x, m, s))
    return ((x - m) / s) ** 2 / 2 + mpmath.log(s * mpmath.sqrt(2 * mpmath.pi))


@digits
def laplace_loss(x, m, b):
    """−log of the Laplace density."""
    x, m, b = map(exact, (x, m, b))
    return abs(x - m) / b + mpmath.log(2 * b)


@digits
def poisson_loss(k, rate):
    """−log of the Poisson probability."""
    k, rate = exact(k), exact(rate)
    return rate - (k * mpmath.log(rate) if k else 0) + mpmath.loggamma(k + 1)


@digits
def normal_divergence(m1, s1, m2, s2):
    m1, s1, m2, s2 = map(exact, (m1, s1, m2, s2))
    return mpmath.log(s2 / s1) + (s1**2 + (m1 - m2) ** 2) / (2 * s2**2) - mpmath.mpf(1) / 2


@digits
def laplace_divergence(m1, b1, m2, b2):
    m1, b1, m2, b2 = map(exact, (m1, b1, m2, b2))
    d = abs(m1 - m2)
    return mpmath.log(b2 / b1) + (d + b1 * mpmath.exp(-d / b1)) / b2 - 1


def poisson_divergence(a, b):
    return divergence([a], [b])


@digits
def poisson_entropy(rate):
    """The entropy of a Poisson law, summed over all counts that weigh more than 1e-40."""
    rate, spread = exact(rate), 14 * math.sqrt(rate) + 60
    start = max(0, int(rate - spread))
    log_p, total = -poisson_loss(start, rate), mpmath.mpf(0)
    for k in range(start, int(rate + spread)):
        total -= mpmath.exp(log_p) * log_p
        log_p += mpmath.log(rate / (k + 1))
    return total


@digits
def mean_logistic_loss(t, y):
    """The mean of logistic losses, many of them equal."""
    return mpmath.fsum(n * logistic_loss(a, int(b)) for (a, b), n in together(t, y)) / len(t)


@digits
def mean_normal_loss(x):
    return mpmath.fsum(n * normal_loss(a, 0, 1) for (a,), n in together(x)) / len(x)


def error(value, reference, dtype):
    """The relative error in units of the type's eps; below the normal range, the error in units
    of the least float."""
    value, unit = mpmath.mpf(float(value)), np.finfo(dtype)
    if not (mpmath.isfinite(value) and mpmath.isfinite(reference)):
        return 0.0 if value == reference else math.nan if mpmath.isnan(value) else math.inf
    return float(
        abs(value - reference)
        / max(abs(reference) * exact(unit.eps), exact(unit.smallest_subnormal))
    )


# ── Inputs ───────────────────────────────────────────────────────────────────────────────────────


def pmf(k, shift=0):
    """A pmf of k outcomes that do not differ much; the weights are multiples of 1/16."""
    w = 1 + (7 * np.arange(k) + shift) % 13 / 16
    return w / math.fsum(w)


def tilted(p, delta):
    """A pmf that differs from p by at most the factors 1 ± delta."""
    w = p * (1 + delta * ((5 * np.arange(len(p)) % 11) - 5) / 5)
    return w / math.fsum(w)


def near(k, delta, shift=0):
    p = pmf(k, shift)
    return p, tilted(p, delta)


def rare(mass, k=9):
    """One nearly certain outcome, and k that share the rest."""
    return np.concatenate([[1 - mass], mass * pmf(k)])


def many(p, q, times):
    """Each outcome split into equal parts, so that the reference is a sum of few distinct terms."""
    return np.tile(p / times, times), np.tile(q / times, times)


def right(gap, k=3, offset=0.0):
    """Logits whose first is larger than the others by a gap."""
    return np.concatenate([[0.0], -gap - np.arange(k - 1) / 8]) + offset, 0


def repeated(values, times):
    return np.tile(np.asarray(values), times)


# ── What is run ──────────────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class Table:
    """One quantity: the names of its inputs, the references by what a call claims to compute,
    the calls, and the cases.

    The first claim is the quantity itself. A call is ``(library, expression, claim)``; the first
    is ours. A case is ``(name, dtype, inputs)``.
    """

    title: str
    inputs: tuple
    claims: dict
    calls: tuple
    cases: tuple


f64, f32 = "float64", "float32"

TABLES = {
    "kl": Table(
        "KL divergence of two pmfs",
        ("p", "q"),
        {"D": divergence, "Σ p log(p/q)": plain_divergence},
        (
            ("xent_lit", "kl_divergence(p, q)", "D"),
            ("numpy", "np.sum(p * np.log(p / q))", "Σ p log(p/q)"),
            ("scipy", "stats.entropy(p, q)", "D"),
            ("scipy", "special.rel_entr(p, q).sum()", "Σ p log(p/q)"),
            ("scipy", "special.kl_div(p, q).sum()", "D"),
            ("torch", "F.kl_div(q.log(), p, reduction='sum')", "Σ p log(p/q)"),
            ("torch", "kl_divergence(Categorical(p), Categorical(q))", "D"),
            ("jax", "jax.scipy.special.rel_entr(p, q).sum()", "Σ p log(p/q)"),
            ("jax", "jax.scipy.special.kl_div(p, q).sum()", "D"),
        ),
        (
            ("far apart, 2 outcomes", f64, ([0.25, 0.75], [0.5, 0.5])),
            ("far apart, 1000 outcomes", f64, (pmf(1000), pmf(1000, 5))),
            ("near by 1e-2, 10 outcomes", f64, near(10, 1e-2)),
            ("near by 1e-4, 10 outcomes", f64, near(10, 1e-4)),
            ("near by 1e-6, 10 outcomes", f64, near(10, 1e-6)),
            ("near by 1e-7, 10 outcomes", f64, near(10, 1e-7)),
            ("near by 1e-8, 10 outcomes", f64, near(10, 1e-8)),
            ("near by 1e-8, 2 outcomes", f64, ([0.3 + 1e-8, 0.7 - 1e-8], [0.3, 0.7])),
            ("near by 1e-6, 1000 outcomes", f64, near(1000, 1e-6)),
            ("near by 1e-6, 100 000 outcomes", f64, many(*near(1000, 1e-6), 100)),
            ("near by 1e-3, 10 outcomes", f32, near(10, 1e-3)),
            ("near by 1e-4, 1000 outcomes", f32, near(1000, 1e-4)),
            ("far apart, 1 000 000 outcomes", f32, many(pmf(1000), pmf(1000, 5), 1000)),
            ("far apart in a rare outcome, 1e-100 and 3e-100", f64, ([1.0, 1e-100], [1.0, 3e-100])),
            ("a model of 1e-310", f64, ([0.5, 0.5], [1.0, 1e-310])),
            ("an outcome that never happens", f64, ([0.0, 0.25, 0.75], [0.25, 0.25, 0.5])),
            ("a model without support", f64, ([0.5, 0.5, 0.0], [1.0, 0.0, 0.0])),
        ),
    ),
    "entropy": Table(
        "Entropy of a pmf",
        ("p",),
        {"H": shannon, "H of p/Σp": normalized_shannon},
        (
            ("xent_lit", "entropy(p)", "H"),
            ("numpy", "-np.sum(p * np.log(p))", "H"),
            ("scipy", "stats.entropy(p)", "H of p/Σp"),
            ("scipy", "special.entr(p).sum()", "H"),
            ("torch", "torch.special.entr(p).sum()", "H"),
            ("torch", "Categorical(p).entropy()", "H of p/Σp"),
            ("jax", "jax.scipy.special.entr(p).sum()", "H"),
        ),
        (
            ("10 outcomes", f64, (pmf(10),)),
            ("a rare outcome, 1e-6", f64, ([1 - 1e-6, 1e-6],)),
            ("a rare outcome, 1e-15", f64, ([1 - 1e-15, 1e-15],)),
            ("nine rare outcomes, 1e-12 together", f64, (rare(1e-12),)),
            ("nine rare outcomes, 1e-15 together", f64, (rare(1e-15),)),
            ("nine rare outcomes, 1e-6 together", f32, (rare(1e-6),)),
            ("a rare outcome, 1e-310", f64, ([1.0, 1e-310],)),
            ("one certain outcome", f64, ([0.0, 1.0, 0.0],)),
            ("1 000 000 outcomes", f64, many(pmf(1000), pmf(1000), 1000)[:1]),
            ("1 000 000 outcomes", f32, many(pmf(1000), pmf(1000), 1000)[:1]),
            ("10 000 000 outcomes", f32, many(pmf(1000), pmf(1000), 10000)[:1]),
        ),
    ),
    "softmax": Table(
        "Softmax loss of a label, from logits",
        ("z", "y"),
        {"NLL": softmax_loss},
        (
            ("xent_lit", "nll(Categorical(logits=z), y)", "NLL"),
            ("numpy", "np.logaddexp.reduce(z) - z[y]", "NLL"),
            ("scipy", "-special.log_softmax(z)[y]", "NLL"),
            ("scipy", "special.logsumexp(z) - z[y]", "NLL"),
            ("scikit-learn", "log_loss([y], [special.softmax(z)], labels=range(len(z)))", "NLL"),
            ("torch", "F.cross_entropy(z, torch.tensor(y))", "NLL"),
            ("torch", "-Categorical(logits=z).log_prob(torch.tensor(y))", "NLL"),
            ("jax", "-jax.nn.log_softmax(z)[y]", "NLL"),
            ("jax", "jax.nn.logsumexp(z) - z[y]", "NLL"),
        ),
        (
            ("three logits", f64, ([0.5, -1.0, 2.0], 0)),
            ("right by a gap of 10", f64, right(10)),
            ("right by a gap of 20", f64, right(20)),
            ("right by a gap of 40", f64, right(40)),
            ("right by a gap of 80", f64, right(80)),
            ("right by 40, 1000 classes", f64, right(40, 1000)),
            ("right by 20, all logits + 1000", f64, right(20, offset=1000.0)),
            ("right by a gap of 10", f32, right(10)),
            ("right by a gap of 20", f32, right(20)),
            ("gap of 3, all logits + 10 000", f32, ([10002.0, 9999.0], 0)),
            ("gap of 3, all logits + 1e8", f32, ([1e8, 1e8 - 3.0], 0)),
            ("logits 40.1 and −39.7, right", f64, ([40.1, -39.7], 0)),
            ("two ties at the top", f64, ([3.0, 3.0, -37.0], 1)),
            ("wrong by a gap of 1e30", f64, ([1e30, 0.0, -1e30], 1)),
            ("a class forbidden by −inf", f64, ([0.0, -np.inf, -40.0], 0)),
            ("the label is forbidden", f64, ([0.0, -np.inf, -40.0], 1)),
        ),
    ),
    "soft": Table(
        "Cross-entropy of soft labels and logits",
        ("p", "z"),
        {"NLL": soft_softmax_loss},
        (
            ("xent_lit", "cross_entropy(p, Categorical(logits=z))", "NLL"),
            ("scipy", "-np.sum(p * special.log_softmax(z))", "NLL"),
            ("torch", "F.cross_entropy(z, p)", "NLL"),
            ("jax", "-jnp.sum(p * jax.nn.log_softmax(z))", "NLL"),
        ),
        (
            ("three classes", f64, ([0.25, 0.25, 0.5], [0.5, -1.0, 2.0])),
            ("one-hot and right by 40", f64, ([1.0, 0.0, 0.0], right(40)[0])),
            ("nearly one-hot, 1e-10, right by 30", f64, ([1 - 1e-10, 1e-10, 0.0], right(30)[0])),
            ("a forbidden class that never happens", f64, ([0.5, 0.0, 0.5], [0.0, -np.inf, 1.0])),
        ),
    ),
    "binary": Table(
        "Logistic loss of a label, from a logit",
        ("t", "y"),
        {"NLL": logistic_loss},
        (
            ("xent_lit", "nll(Bernoulli(logits=t), y)", "NLL"),
            ("scipy", "-special.log_expit(t if y else -t)", "NLL"),
            ("scikit-learn", "log_loss([y], [special.expit(t)], labels=[0, 1])", "NLL"),
            ("torch", "F.binary_cross_entropy_with_logits(t, torch.full_like(t, y))", "NLL"),
            ("torch", "-Bernoulli(logits=t).log_prob(torch.full_like(t, y))", "NLL"),
            ("torch", "F.binary_cross_entropy(t.sigmoid(), torch.full_like(t, y))", "NLL"),
            ("jax", "-jax.nn.log_sigmoid(t if y else -t)", "NLL"),
        ),
        (
            ("t = 0.5, y = 1", f64, (0.5, 1)),
            ("right, t = 20, y = 1", f64, (20.0, 1)),
            ("right, t = 40, y = 1", f64, (40.0, 1)),
            ("right, t = −20, y = 0", f64, (-20.0, 0)),
            ("right, t = −40, y = 0", f64, (-40.0, 0)),
            ("right, t = −20, y = 0", f32, (-20.0, 0)),
            ("wrong, t = 40, y = 0", f64, (40.0, 0)),
            ("wrong, t = −200, y = 1", f64, (-200.0, 1)),
            ("wrong, t = −200, y = 1", f32, (-200.0, 1)),
            ("wrong, t = 1e30, y = 0", f64, (1e30, 0)),
        ),
    ),
    "probability": Table(
        "Loss of a label, from a probability",
        ("q", "y"),
        {"NLL": probability_loss},
        (
            ("xent_lit", "nll(Bernoulli(q), y)", "NLL"),
            ("scikit-learn", "log_loss([y], [q], labels=[0, 1])", "NLL"),
            ("torch", "F.binary_cross_entropy(q, torch.full_like(q, y))", "NLL"),
            ("torch", "-Bernoulli(q).log_prob(torch.full_like(q, y))", "NLL"),
        ),
        (
            ("q = 0.3, y = 1", f64, (0.3, 1)),
            ("q = 1e-20, y = 0", f64, (1e-20, 0)),
            ("q = 1e-20, y = 1", f64, (1e-20, 1)),
            ("q = 1e-310, y = 1", f64, (1e-310, 1)),
            ("q = 0, y = 1", f64, (0.0, 1)),
            ("q = 1, y = 0", f32, (1.0, 0)),
        ),
    ),
    "normal": Table(
        "Gaussian loss, with its constant",
        ("x", "m", "s"),
        {"NLL": normal_loss},
        (
            ("xent_lit", "nll(Normal(m, s), x)", "NLL"),
            ("scipy", "-stats.norm.logpdf(x, m, s)", "NLL"),
            ("torch", "-Normal(m, s).log_prob(x)", "NLL"),
            ("torch", "F.gaussian_nll_loss(m, x, s**2)", "NLL"),
            ("torch", "F.gaussian_nll_loss(m, x, s**2, full=True)", "NLL"),
            ("jax", "-jax.scipy.stats.norm.logpdf(x, m, s)", "NLL"),
        ),
        (
            ("σ = 2", f64, (1.5, 0.25, 2.0)),
            ("σ = 1e-5", f64, (1e-5, 0.0, 1e-5)),
            ("σ = 1e-4", f32, (2e-4, 0.0, 1e-4)),
            ("σ = 0.4, at its mean", f64, (0.25, 0.25, 0.4)),
            ("σ = 0.4, at its mean", f32, (0.25, 0.25, 0.4)),
            ("σ = 1e-150", f64, (0.0, 0.0, 1e-150)),
        ),
    ),
    "laplace": Table(
        "Laplace loss, with its constant",
        ("x", "m", "b"),
        {"NLL": laplace_loss},
        (
            ("xent_lit", "nll(Laplace(m, b), x)", "NLL"),
            ("scipy", "-stats.laplace.logpdf(x, m, b)", "NLL"),
            ("torch", "-Laplace(m, b).log_prob(x)", "NLL"),
            ("jax", "-jax.scipy.stats.laplace.logpdf(x, m, b)", "NLL"),
        ),
        (("b = 2", f64, (1.5, 0.25, 2.0)), ("b = 1e-5", f64, (1e-5, 0.0, 1e-5))),
    ),
    "poisson": Table(
        "Poisson loss, with its constant",
        ("k", "r"),
        {"NLL": poisson_loss},
        (
            ("xent_lit", "nll(Poisson(r), k)", "NLL"),
            ("scipy", "-stats.poisson.logpmf(k, r)", "NLL"),
            ("torch", "-Poisson(r).log_prob(k)", "NLL"),
            ("torch", "F.poisson_nll_loss(r, k, log_input=False, full=True)", "NLL"),
            ("jax", "-jax.scipy.stats.poisson.logpmf(k, r)", "NLL"),
        ),
        (
            ("k = 0, rate 0.5", f64, (0.0, 0.5)),
            ("k = 1, rate 0.5", f64, (1.0, 0.5)),
            ("k = 2, rate 3", f64, (2.0, 3.0)),
            ("k = 10, rate 9.5", f64, (10.0, 9.5)),
            ("k = 1000, rate 1000", f64, (1000.0, 1000.0)),
            ("k = 1 000 000, rate 1 000 000", f64, (1e6, 1e6)),
            ("k = 1000, rate 1000", f32, (1000.0, 1000.0)),
        ),
    ),
    "logsumexp": Table(
        "log Σ exp z",
        ("z",),
        {"lse": lse},
        (
            ("xent_lit", "logsumexp(z)", "lse"),
            ("numpy", "np.logaddexp.reduce(z)", "lse"),
            ("scipy", "special.logsumexp(z)", "lse"),
            ("torch", "torch.logsumexp(z, dim=0)", "lse"),
            ("jax", "jax.nn.logsumexp(z)", "lse"),
        ),
        (
            ("three logits", f64, ([0.5, -1.0, 2.0],)),
            ("0 and −40", f64, ([0.0, -40.0],)),
            ("all −inf", f64, ([-np.inf, -np.inf],)),
            ("an infinite one", f64, ([np.inf, 0.0],)),
            ("1 000 000 logits", f32, (repeated(np.arange(1000) / 256, 1000),)),
        ),
    ),
    "normal_kl": Table(
        "KL divergence of two normal laws",
        ("m", "s", "n", "t"),
        {"D": normal_divergence},
        (
            ("xent_lit", "kl_divergence(Normal(m, s), Normal(n, t))", "D"),
            ("torch", "kl_divergence(Normal(m, s), Normal(n, t))", "D"),
        ),
        (
            ("far apart", f64, (0.0, 1.0, 1.0, 2.0)),
            ("a shift of 1e-6", f64, (0.0, 1.5, 1e-6, 1.5)),
            ("a shift of 1e-8", f64, (0.0, 1.5, 1e-8, 1.5)),
            ("scales near by 1e-7", f64, (0.0, 1.5, 0.0, 1.5 * (1 + 1e-7))),
            ("a shift of 1e-3", f32, (0.0, 1.5, 1e-3, 1.5)),
        ),
    ),
    "laplace_kl": Table(
        "KL divergence of two Laplace laws",
        ("m", "s", "n", "t"),
        {"D": laplace_divergence},
        (
            ("xent_lit", "kl_divergence(Laplace(m, s), Laplace(n, t))", "D"),
            ("torch", "kl_divergence(Laplace(m, s), Laplace(n, t))", "D"),
        ),
        (("far apart", f64, (0.0, 1.0, 1.0, 2.0)), ("a shift of 1e-8", f64, (0.0, 1.5, 1e-8, 1.5))),
    ),
    "poisson_kl": Table(
        "KL divergence of two Poisson laws",
        ("a", "b"),
        {"D": poisson_divergence},
        (
            ("xent_lit", "kl_divergence(Poisson(a), Poisson(b))", "D"),
            ("torch", "kl_divergence(Poisson(a), Poisson(b))", "D"),
        ),
        (("far apart", f64, (3.0, 5.0)), ("near by 1e-7", f64, (3.0, 3.0 * (1 + 1e-7)))),
    ),
    "bernoulli_kl": Table(
        "KL divergence of two coins",
        ("a", "b"),
        {"D": binary_divergence},
        (
            ("xent_lit", "kl_divergence(Bernoulli(a), Bernoulli(b))", "D"),
            ("torch", "kl_divergence(Bernoulli(a), Bernoulli(b))", "D"),
        ),
        (
            ("far apart", f64, (0.3, 0.6)),
            ("near by 1e-7", f64, (0.1, 0.1 * (1 + 1e-7))),
            ("near by 1e-9", f64, (0.1, 0.1 * (1 + 1e-9))),
            ("on both sides of one half", f32, (0.49959317, 0.50526875)),
        ),
    ),
    "logistic_kl": Table(
        "KL divergence of two coins, from logits",
        ("a", "b"),
        {"D": logistic_divergence},
        (
            ("xent_lit", "kl_divergence(Bernoulli(logits=a), Bernoulli(logits=b))", "D"),
            ("torch", "kl_divergence(Bernoulli(logits=a), Bernoulli(logits=b))", "D"),
        ),
        (
            ("far apart", f64, (0.5, -1.0)),
            ("near by 1e-7", f64, (0.5, 0.5 * (1 + 1e-7))),
            ("0 and −800", f64, (0.0, -800.0)),
        ),
    ),
    "softmax_kl": Table(
        "KL divergence of two softmaxes, from logits",
        ("z", "w"),
        {"D": softmax_divergence},
        (
            ("xent_lit", "kl_divergence(Categorical(logits=z), Categorical(logits=w))", "D"),
            ("torch", "kl_divergence(Categorical(logits=z), Categorical(logits=w))", "D"),
        ),
        (
            ("far apart", f64, ([0.5, -1.0, 2.0], [0.0, 1.0, 0.0])),
            ("near by 1e-7", f64, ([0.5, -1.0, 2.0], [0.5 * (1 + 1e-7), -1.0, 2.0])),
            (
                "near by 1e-3, one of them + 10 000",
                f64,
                ([10000.5, 9999.0, 10002.0], [0.501, -1.0, 2.0]),
            ),
            ("near by 1e-3", f32, ([0.5, -1.0, 2.0], [0.501, -1.0, 2.0])),
            ("(0, −800) and (−800, 0)", f64, ([0.0, -800.0], [-800.0, 0.0])),
        ),
    ),
    "poisson_entropy": Table(
        "Entropy of a Poisson law",
        ("r",),
        {"H": poisson_entropy},
        (
            ("xent_lit", "entropy(Poisson(r))", "H"),
            ("scipy", "stats.poisson.entropy(r)", "H"),
            ("torch", "Poisson(r).entropy()", "H"),
        ),
        (("rate 0.5", f64, (0.5,)), ("rate 100", f64, (100.0,)), ("rate 10 000", f64, (10000.0,))),
    ),
    "mean": Table(
        "Mean logistic loss of 10 000 000 draws",
        ("t", "y"),
        {"NLL": mean_logistic_loss},
        (
            ("xent_lit", "nll(Bernoulli(logits=t), y)", "NLL"),
            ("scikit-learn", "log_loss(y, special.expit(t))", "NLL"),
            ("torch", "F.binary_cross_entropy_with_logits(t, y)", "NLL"),
            ("jax", "jnp.mean(jax.nn.softplus(t) - y * t)", "NLL"),
        ),
        (
            (
                "single precision",
                f32,
                (
                    repeated((np.arange(1000) - 400) / 64, 10000),
                    repeated([0.0, 1.0, 1.0, 0.0, 1.0], 2_000_000),
                ),
            ),
        ),
    ),
}

# Errors as functions of one number, the worst of several inputs each: table, calls by their place,
# and inputs for each number.
CURVES = {
    "kl": (
        "kl",
        lambda x: [near(10, x, shift) for shift in range(8)],
        [10.0 ** (-n / 4) for n in range(2, 35)],
    ),
    "softmax": (
        "softmax",
        lambda x: [right(x, k) for k in (2, 3, 5)],
        [n / 2 for n in range(0, 161)],
    ),
}

# Gradients at the edges: what is differentiated, the point, the true gradient, and the calls of
# ours and of the library itself.
GRADIENTS = (
    (
        "entropy at p₁ = 0",
        "p",
        [0.0, 0.25, 0.75],
        [math.inf, math.log(4) - 1, math.log(4 / 3) - 1],
        "entropy(p)",
        "torch.special.entr(p).sum()",
        "jax.scipy.special.entr(p).sum()",
    ),
    (
        "KL(p‖q) in p at p₁ = 0",
        "p",
        [0.0, 0.25, 0.75],
        [-math.inf, math.log(0.5), math.log(3.0)],
        "kl_divergence(p, [0.25, 0.5, 0.25])",
        "F.kl_div(torch.tensor([0.25, 0.5, 0.25], dtype=p.dtype).log(), p, reduction='sum')",
        "jax.scipy.special.kl_div(p, jnp.asarray([0.25, 0.5, 0.25])).sum()",
    ),
    (
        "KL(p‖q) in q at q₁ = p₁ = 0",
        "q",
        [0.0, 0.25, 0.75],
        [1.0, -1.0, 1 / 3],
        "kl_divergence([0.0, 0.5, 0.5], q)",
        "F.kl_div(q.log(), torch.tensor([0.0, 0.5, 0.5], dtype=q.dtype), reduction='sum')",
        "jax.scipy.special.kl_div(jnp.asarray([0.0, 0.5, 0.5]), q).sum()",
    ),
    (
        "softmax loss, two ties at the top",
        "z",
        [1.0, 1.0, -40.0],
        [-0.5, 0.5, math.exp(-41) / 2],
        "nll(Categorical(logits=z), 0)",
        "F.cross_entropy(z, torch.tensor(0))",
        "-jax.nn.log_softmax(z)[0]",
    ),
    (
        "softmax loss, right by 40",
        "z",
        [40.0, 0.0],
        [-math.exp(-40), math.exp(-40)],
        "nll(Categorical(logits=z), 0)",
        "F.cross_entropy(z, torch.tensor(0))",
        "-jax.nn.log_softmax(z)[0]",
    ),
    (
        "softmax loss, another class forbidden",
        "z",
        [0.0, 0.0, -math.inf],
        [-0.5, 0.5, 0.0],
        "nll(Categorical(logits=z), 0)",
        "F.cross_entropy(z, torch.tensor(0))",
        "-jax.nn.log_softmax(z)[0]",
    ),
    (
        "soft labels, a class forbidden that never happens",
        "z",
        [0.0, 0.0, -math.inf],
        [-0.25, 0.25, 0.0],
        "cross_entropy([0.75, 0.25, 0.0], Categorical(logits=z))",
        "F.cross_entropy(z, torch.tensor([0.75, 0.25, 0.0], dtype=z.dtype))",
        "-jnp.sum(jnp.asarray([0.75, 0.25, 0.0]) * jax.nn.log_softmax(z))",
    ),
    (
        "entropy of logits, one of them −inf",
        "z",
        [0.0, 0.0, -math.inf],
        [0.0, 0.0, 0.0],
        "entropy(Categorical(logits=z))",
        "Categorical(logits=z).entropy()",
        "jax.scipy.special.entr(jax.nn.softmax(z)).sum()",
    ),
    (
        "logistic loss, right by 40",
        "t",
        -40.0,
        math.exp(-40),
        "nll(Bernoulli(logits=t), 0)",
        "F.binary_cross_entropy_with_logits(t, torch.zeros_like(t))",
        "jax.nn.softplus(t)",
    ),
    (
        "loss of probability 0, label 1",
        "q",
        0.0,
        -math.inf,
        "nll(Bernoulli(q), 1)",
        "F.binary_cross_entropy(q, torch.ones_like(q))",
        "-jnp.log(q)",
    ),
)


def libraries():
    """For each library the names that its calls use, and its way to make an array."""
    import jax
    import scipy.special
    import scipy.stats
    import sklearn.metrics
    import torch

    jax.config.update("jax_enable_x64", True)
    given = {
        "np": np,
        "special": scipy.special,
        "stats": scipy.stats,
        "log_loss": sklearn.metrics.log_loss,
    }
    laws = {
        name: getattr(torch.distributions, name)
        for name in ("Bernoulli", "Categorical", "Laplace", "Normal", "Poisson", "kl_divergence")
    }
    return {
        "xent_lit": (vars(xent_lit), np.asarray),
        "numpy": (given, np.asarray),
        "scipy": (given, np.asarray),
        "scikit-learn": (given, np.asarray),
        "torch": ({"torch": torch, "F": torch.nn.functional, **laws}, torch.as_tensor),
        "jax": ({"jax": jax, "jnp": jax.numpy}, jax.numpy.asarray),
    }


OURS = {"xent_lit": (vars(xent_lit), np.asarray)}


def typed(inputs, dtype):
    """The inputs as NumPy stores them in that type; labels stay integers."""
    return [x if isinstance(x, int) else np.asarray(x, dtype=dtype) for x in inputs]


def run(library, expression, names, inputs):
    """What the expression returns for the inputs under their names."""
    space, make = library
    return eval(
        expression,
        dict(space)
        | {name: x if isinstance(x, int) else make(x) for name, x in zip(names, inputs)},
    )


def call(*asked):
    """The same as a float, whatever it warns of; or the name of the error that it raises."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        try:
            return float(run(*asked))
        except (ValueError, TypeError, NotImplementedError, RuntimeError) as refused:
            return type(refused).__name__


def plain(x):
    """A number for JSON, which knows no infinities."""
    return x if isinstance(x, str) or math.isfinite(x) else str(x)


def short(names, inputs):
    """The inputs themselves, where they are few numbers, so that the page can run our call
    again."""
    if sum(map(np.size, inputs)) > 30:
        return None
    return {
        name: x
        if isinstance(x, int)
        else [plain(v) for v in x.tolist()]
        if x.ndim
        else plain(x.item())
        for name, x in zip(names, inputs)
    }


def shown(reference):
    """A reference with twenty digits."""
    return mpmath.nstr(reference, 20)


def brief(eps):
    """An error with three digits."""
    return plain(float(f"{eps:.3g}"))


def cell(library, expression, claim, table, dtype, inputs, references):
    value = call(library, expression, table.inputs, inputs)
    if isinstance(value, str):
        return {"value": value, "eps": "nan"}
    found = {"value": plain(value), "eps": brief(error(value, references[claim], dtype))}
    if len(table.claims) > 1:
        found["eps of the quantity"] = brief(error(value, next(iter(references.values())), dtype))
    return found


def row(table, name, dtype, inputs, at):
    inputs = typed(inputs, dtype)
    references = {claim: f(*inputs) for claim, f in table.claims.items()}
    return {
        "name": name,
        "dtype": dtype,
        "inputs": short(table.inputs, inputs),
        "reference": {claim: shown(x) for claim, x in references.items()},
        "cells": [
            cell(at[lib], expression, claim, table, dtype, inputs, references)
            for lib, expression, claim in table.calls
            if lib in at
        ],
    }


def curve(name, at):
    """For each number, the mean of the true values and the worst relative error of each call
    against the first claim."""
    of, make, numbers = CURVES[name]
    table, points = TABLES[of], []
    reference = next(iter(table.claims.values()))
    for x in numbers:
        drawn = [typed(inputs, f64) for inputs in make(x)]
        truths = [reference(*inputs) for inputs in drawn]
        errors = [
            [
                error(v, truth, f64)
                if not isinstance(v := call(at[lib], expression, table.inputs, inputs), str)
                else math.nan
                for inputs, truth in zip(drawn, truths)
            ]
            for lib, expression, _ in table.calls
            if lib in at
        ]
        points.append(
            {
                "x": x,
                "true": float(sum(truths) / len(truths)),
                "eps": [brief(max(e)) for e in errors],
            }
        )
    return points


def gradient(expression, name, at, library, names):
    """The gradient by the automatic differentiation of torch or JAX."""
    if library == "torch":
        import torch

        x = torch.tensor(at, dtype=torch.float64, requires_grad=True)
        eval(expression, dict(names) | {name: x}).backward()
        found = x.grad.numpy()
    else:
        import jax

        found = jax.grad(lambda x: eval(expression, dict(names) | {name: x}))(
            jax.numpy.asarray(at, dtype="float64")
        )
    return [plain(float(v)) for v in np.ravel(found)]


def gradients(at):
    ours = at["xent_lit"][0]
    return [
        {
            "name": title,
            "of": name,
            "at": [plain(v) for v in np.ravel(point).tolist()],
            "true": [plain(v) for v in np.ravel(true).tolist()],
            "calls": [own, in_torch, in_jax],
            "xent_lit on torch": gradient(own, name, point, "torch", ours),
            "xent_lit on jax": gradient(own, name, point, "jax", ours),
            "torch": gradient(in_torch, name, point, "torch", at["torch"][0]),
            "jax": gradient(in_jax, name, point, "jax", at["jax"][0]),
        }
        for title, name, point, true, own, in_torch, in_jax in GRADIENTS
    ]


def columns(table):
    return [
        {"library": library, "call": expression, "claim": claim}
        for library, expression, claim in table.calls
    ]


def origin(command, *names):
    """Where numbers come from: the command, the day, the machine, and the versions of these
    libraries."""
    # which instructions NumPy found decides how long its exp and log take
    instructions = np.show_config(mode="dicts")["SIMD Extensions"].get("found", ["the baseline"])
    return {
        "command": command,
        "date": datetime.date.today().isoformat(),
        "cores": CORES,
        "processor": f"{platform.machine()}, NumPy with {instructions[-1]}",
        "versions": {
            "python": platform.python_version(),
            "xent_lit": xent_lit.__version__,
            **{name: importlib.metadata.version(name) for name in names},
        },
    }


def accuracy():
    """Everything that the page shows, as plain data."""
    at = libraries()
    return {
        **origin(
            "python bench/measure.py accuracy",
            "numpy",
            "scipy",
            "scikit-learn",
            "torch",
            "jax",
            "mpmath",
        ),
        "digits": DIGITS,
        "tables": {
            key: {
                "title": table.title,
                "columns": columns(table),
                "rows": [row(table, *case, at) for case in table.cases],
            }
            for key, table in TABLES.items()
        },
        "curves": {
            name: {"columns": columns(TABLES[CURVES[name][0]]), "points": curve(name, at)}
            for name in CURVES
        },
        "gradients": gradients(at),
    }


def lines(data, depth=0):
    """JSON with one line for each row."""
    if depth == 4 or not isinstance(data, (dict, list)) or not data:
        return json.dumps(data, ensure_ascii=False)
    named = isinstance(data, dict)
    parts = (
        [
            f"{json.dumps(key, ensure_ascii=False)}: {lines(value, depth + 1)}"
            for key, value in data.items()
        ]
        if named
        else [lines(v, depth + 1) for v in data]
    )
    inner, outer = "\n" + " " * (depth + 1), "\n" + " " * depth
    return "{["[not named] + inner + f",{inner}".join(parts) + outer + "}]"[not named]


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", choices=["accuracy"])
    parser.parse_args(arguments)
    (ROOT / "nbs/accuracy.json").write_text(lines(accuracy()) + "\n", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
