"""References of many digits for the families, each written from its definition in a textbook and
not from the library: the log-probability, the entropy, the divergence, and outcomes to ask for.

Parameters and outcomes are mpmath numbers, lists of them, or lists of lists. What is found by a
sum over all counts, or by quadrature, says so. A family without a row here is refused by
``tests/arrays/test_family_accuracy.py``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product

import mpmath as mp
import numpy as np


@dataclass(frozen=True)
class Reference:
    """``log_prob(x, **p)``, ``entropy(**p)``, ``divergence(p, q)`` on dicts of parameters, and
    ``outcomes(p)``, some outcomes that are not hopeless. Where sums or quadratures make a
    reference slow, fewer members are asked."""

    log_prob: Callable
    entropy: Callable
    divergence: Callable
    outcomes: Callable
    slow: str = ""  # or "by sums", "by quadrature"


def exact(value):
    """Stored floats as the numbers that they are, in lists as they stand."""
    value = np.asarray(value, dtype=float)
    return [exact(v) for v in value] if value.ndim else mp.mpf(float(value))


def digits_for(*given):
    """How many digits keep 30 where numbers of these sizes cancel, or exponentials of logits."""
    named = [(name, abs(x)) for p in given for name, v in p.items() for x in np.ravel(v) if x]
    sizes = [abs(float(np.log10(x))) for _, x in named if x < np.inf]
    powers = [float(x) for name, x in named if "log" in name and x < 1000]
    return 60 + int(3 * max(sizes, default=0) + max(powers, default=0))


def xlogy(x, y):
    return mp.mpf(0) if x == 0 else x * mp.log(y) if y > 0 else -mp.inf


def log_ratio(p, q):
    """p log(p/q)."""
    return mp.mpf(0) if p == 0 else mp.inf if q == 0 else p * mp.log(p / q)


# ── Labels ───────────────────────────────────────────────────────────────────────────────────────


def coin(probs=None, logits=None):
    """(P(0), P(1))."""
    if logits is None:
        return 1 - probs, probs
    return 1 / (1 + mp.exp(logits)), 1 / (1 + mp.exp(-logits))


def table(probs=None, logits=None):
    if logits is None:
        return probs
    top = max(logits)
    weights = [mp.exp(z - top) for z in logits]
    return [w / mp.fsum(weights) for w in weights]


def entropy_of(pmf):
    return mp.fsum(-xlogy(p, p) for p in pmf)


def divergence_of(p, q):
    """Stored pmfs miss the sum 1 by a rounding error, which − p + q takes out again."""
    return mp.fsum(log_ratio(a, b) - a + b for a, b in zip(p, q))


def log_of(pmf, x):
    p = pmf[int(x)]
    return mp.log(p) if p else -mp.inf


def of_table(pmf):
    """The reference of a family of labels, by its probabilities."""
    return Reference(
        lambda x, **p: log_of(pmf(**p), x),
        lambda **p: entropy_of(pmf(**p)),
        lambda p, q: divergence_of(pmf(**p), pmf(**q)),
        lambda p: range(len(pmf(**p))),
    )


# ── Counts ───────────────────────────────────────────────────────────────────────────────────────


def series(term, mean, spread, high=None):
    """Σ term(k) over the counts that weigh more than 1e-40, if they are few."""
    reach = 15 * spread + 150
    start, end = max(0, int(mean - reach)), int(mean + reach)
    return mp.fsum(term(k) for k in range(start, (end if high is None else min(end, high)) + 1))


def few(mean, spread):
    """Whether a sum over the counts is short enough to be a reference."""
    return mean + 60 * spread < 20_000


def poisson_rate(rate=None, log_rate=None):
    return mp.exp(log_rate) if rate is None else rate


def poisson_log_prob(x, **p):
    rate = poisson_rate(**p)
    return xlogy(x, rate) - rate - mp.loggamma(x + 1)


def poisson_entropy(**p):
    rate = poisson_rate(**p)
    if rate == 0:
        return mp.mpf(0)
    if rate < mp.mpf("1e-30"):
        return rate * (1 - mp.log(rate))
    if not few(rate, mp.sqrt(rate)):
        c = [mp.mpf(1) / 12, mp.mpf(1) / 24, mp.mpf(19) / 360, mp.mpf(9) / 80]
        tail = mp.fsum(a / rate ** (n + 1) for n, a in enumerate(c))
        return mp.log(2 * mp.pi * mp.e * rate) / 2 - tail

    def term(k):
        log_p = poisson_log_prob(mp.mpf(k), rate=rate)
        return -mp.exp(log_p) * log_p

    return series(term, rate, mp.sqrt(rate))


def poisson_divergence(p, q):
    a, b = poisson_rate(**p), poisson_rate(**q)
    return log_ratio(a, b) - a + b


def counts_near(mean, spread):
    """Counts around the mean that floats of single precision can hold."""
    if mean + 2 * spread >= 2**24:
        return [0, 1]
    return sorted({0, 1, int(mean), int(mean + 2 * spread), max(0, int(mean - spread))})


def binomial_log_prob(x, total_count, **p):
    zero, one = coin(**p)
    rest = total_count - x
    if x < 0 or rest < 0:
        return -mp.inf
    ways = mp.loggamma(total_count + 1) - mp.loggamma(x + 1) - mp.loggamma(rest + 1)
    return ways + xlogy(x, one) + xlogy(rest, zero)


def binomial_term(log_weight):
    """k ↦ p(k) times what is made of log p(k), 0 where nothing happens."""

    def term(log_p, k):
        return mp.mpf(0) if log_p == -mp.inf else mp.exp(log_p) * log_weight(log_p, k)

    return term


def binomial_entropy(total_count, **p):
    term = binomial_term(lambda log_p, k: -log_p)
    return mp.fsum(
        term(binomial_log_prob(k, total_count, **p), k) for k in range(int(total_count) + 1)
    )


def binomial_divergence(p, q):
    """n times that of the coins; between two numbers of draws a sum."""
    n, m = p["total_count"], q["total_count"]
    coins = [coin(**{k: v for k, v in d.items() if k != "total_count"}) for d in (p, q)]
    if n == m:
        return n * divergence_of(*coins)
    term = binomial_term(lambda log_p, k: log_p - binomial_log_prob(k, **q))
    return mp.fsum(term(binomial_log_prob(k, **p), k) for k in range(int(n) + 1))


def geometric_log_prob(x, **p):
    zero, one = coin(**p)
    return mp.log(one) + xlogy(x, zero)


def geometric_entropy(**p):
    pmf = coin(**p)
    return entropy_of(pmf) / pmf[1]


def geometric_divergence(p, q):
    return divergence_of(coin(**p), coin(**q)) / coin(**p)[1]


def negative_binomial_log_prob(x, total_count, **p):
    """Of x successes before so many failures, of which ``probs`` is the success's."""
    zero, one = coin(**p)
    ways = mp.loggamma(x + total_count) - mp.loggamma(x + 1) - mp.loggamma(total_count)
    return ways + xlogy(total_count, zero) + xlogy(x, one)


def negative_binomial_moments(total_count, **p):
    zero, one = coin(**p)
    return total_count * one / zero, mp.sqrt(total_count * one) / zero


def negative_binomial_sum(p, of):
    def term(k):
        log_p = negative_binomial_log_prob(mp.mpf(k), **p)
        return mp.mpf(0) if log_p == -mp.inf else mp.exp(log_p) * of(log_p, mp.mpf(k))

    mean, spread = negative_binomial_moments(**p)
    return series(term, mean, spread) if few(mean, spread) else mp.nan


def negative_binomial_divergence(p, q):
    """That of the coins for each failure; between two numbers of failures a sum."""
    r = p["total_count"]
    a, b = (coin(**{k: v for k, v in d.items() if k != "total_count"}) for d in (p, q))
    if r == q["total_count"]:
        return r * divergence_of(a, b) / a[0]
    return negative_binomial_sum(p, lambda log_p, k: log_p - negative_binomial_log_prob(k, **q))


def ways_to_share(total, k):
    return [x for x in product(range(total + 1), repeat=k) if sum(x) == total]


def multinomial_log_prob(x, total_count, **p):
    pmf = table(**p)
    ways = mp.loggamma(total_count + 1) - mp.fsum(mp.loggamma(k + 1) for k in x)
    return ways + mp.fsum(xlogy(k, q) for k, q in zip(x, pmf))


def multinomial_entropy(total_count, **p):
    logs = [
        multinomial_log_prob(x, total_count, **p)
        for x in ways_to_share(int(total_count), len(table(**p)))
    ]
    return mp.fsum(-mp.exp(v) * v for v in logs if v > -mp.inf)


def multinomial_divergence(p, q):
    pmfs = [table(**{k: v for k, v in d.items() if k != "total_count"}) for d in (p, q)]
    return p["total_count"] * divergence_of(*pmfs)


# ── Densities ────────────────────────────────────────────────────────────────────────────────────


def normal_log_prob(x, loc, scale):
    return -(((x - loc) / scale) ** 2) / 2 - mp.log(scale * mp.sqrt(2 * mp.pi))


def normal_entropy(scale, loc=0):
    return mp.log(2 * mp.pi * mp.e * scale**2) / 2


def normal_divergence(p, q):
    s, t, d = p["scale"], q["scale"], p.get("loc", 0) - q.get("loc", 0)
    return mp.log(t / s) + (s**2 + d**2) / (2 * t**2) - mp.mpf(1) / 2


def laplace_log_prob(x, loc, scale):
    return -abs(x - loc) / scale - mp.log(2 * scale)


def laplace_divergence(p, q):
    s, t, d = p["scale"], q["scale"], abs(p["loc"] - q["loc"])
    return mp.log(t / s) + (d + s * mp.exp(-d / s)) / t - 1


def around(p):
    return [p["loc"] + k * p["scale"] for k in (-7, -1, mp.mpf(1) / 3, 2, 30)]


def cauchy_log_prob(x, loc, scale):
    return -mp.log(mp.pi * scale * (1 + ((x - loc) / scale) ** 2))


def cauchy_divergence(p, q):
    s, t, d = p["scale"], q["scale"], p["loc"] - q["loc"]
    return mp.log(((s + t) ** 2 + d**2) / (4 * s * t))


def student_log_prob(x, df, loc, scale):
    width = mp.loggamma((df + 1) / 2) - mp.loggamma(df / 2) - mp.log(df * mp.pi) / 2
    return width - mp.log(scale) - (df + 1) / 2 * mp.log1p(((x - loc) / scale) ** 2 / df)


def student_entropy(df, loc, scale):
    half = (df + 1) / 2
    beta = mp.loggamma(df / 2) + mp.loggamma(mp.mpf(1) / 2) - mp.loggamma(half)
    slope = half * (mp.digamma(half) - mp.digamma(df / 2))
    return slope + mp.log(df) / 2 + beta + mp.log(scale)


def student_divergence(p, q):
    """By quadrature of r + exp(−r) − 1, in u with x = loc + scale sinh u; None where the two
    are so far apart that it does not see both."""
    ratios = [p["df"] / q["df"], p["scale"] / q["scale"], (p["loc"] + 1) / (q["loc"] + 1)]
    if any(not mp.mpf(1) / 10 < ratio < 10 for ratio in ratios):
        return None

    def integrand(u):
        x = p["loc"] + p["scale"] * mp.sinh(u)
        log_p, log_q = student_log_prob(x, **p), student_log_prob(x, **q)
        r = log_p - log_q
        return mp.exp(log_p) * (r + mp.expm1(-r)) * p["scale"] * mp.cosh(u)

    with mp.workdps(45):
        return mp.quad(integrand, [-200, -40, -10, -3, 0, 3, 10, 40, 200])


def exponential_log_prob(x, rate):
    return mp.log(rate) - rate * x


def exponential_divergence(p, q):
    ratio = q["rate"] / p["rate"]
    return ratio - 1 - mp.log(ratio)


def gamma_log_prob(x, concentration, rate):
    a, b = concentration, rate
    return a * mp.log(b) + (a - 1) * mp.log(x) - b * x - mp.loggamma(a)


def gamma_entropy(concentration, rate):
    a = concentration
    return a - mp.log(rate) + mp.loggamma(a) + (1 - a) * mp.digamma(a)


def gamma_divergence(p, q):
    a, b, c, d = (v[name] for v in (p, q) for name in ("concentration", "rate"))
    shape = (a - c) * mp.digamma(a) - mp.loggamma(a) + mp.loggamma(c)
    return shape + c * mp.log(b / d) + a * (d - b) / b


def inverse_gamma_log_prob(x, concentration, rate):
    a, b = concentration, rate
    return a * mp.log(b) - mp.loggamma(a) - (a + 1) * mp.log(x) - b / x


def inverse_gamma_entropy(concentration, rate):
    a = concentration
    return a + mp.log(rate) + mp.loggamma(a) - (1 + a) * mp.digamma(a)


def inverse_gaussian_log_prob(x, mu, concentration):
    c = concentration
    return mp.log(c / (2 * mp.pi * x**3)) / 2 - c * (x - mu) ** 2 / (2 * mu**2 * x)


def inverse_gaussian_entropy(mu, concentration):
    """With the mean of log x, log μ − exp(z) E₁(z)."""
    z = 2 * concentration / mu
    below = mp.exp(z) * mp.e1(z) if z < 1e6 else mp.hyp2f0(1, 1, -1 / z) / z
    return mp.log(2 * mp.pi * mp.e * mu**3 / concentration) / 2 - 3 * below / 2


def inverse_gaussian_divergence(p, q):
    m, c, n, d = (v[name] for v in (p, q) for name in ("mu", "concentration"))
    return (d / c - 1 - mp.log(d / c)) / 2 + d * (m - n) ** 2 / (2 * n**2 * m)


def tweedie_log_prob(x, mu, phi, power):
    """The sum over the numbers of claims that count; at 0 the probability that there is none."""
    up, down = 2 - power, power - 1
    rate, a, b = mu**up / (phi * up), up / down, mu ** (-down) / (phi * down)
    if not x:
        return -rate
    likeliest = x**up / (phi * up)
    spread = mp.sqrt(likeliest / (1 + a))
    claims = range(max(1, int(likeliest - 14 * spread - 20)), int(likeliest + 14 * spread + 120))
    terms = (
        k * mp.log(rate) - mp.loggamma(k + 1) + k * a * mp.log(b) - mp.loggamma(k * a)
        + (k * a - 1) * mp.log(x)
        for k in claims
    )  # fmt: skip
    return mp.log(mp.fsum(mp.exp(term) for term in terms)) - rate - b * x


def von_mises_fisher_log_width(concentration, size):
    """log ∫ exp(κ cos − κ) over the unit vectors, by the Bessel function I."""
    order = mp.mpf(size) / 2 - 1
    bessel = mp.log(mp.besseli(order, concentration)) - order * mp.log(concentration)
    return mp.mpf(size) / 2 * mp.log(2 * mp.pi) + bessel - concentration


def log_mass(logits):
    """log ∫ exp(η x) over 0 … 1."""
    return mp.log(mp.expm1(logits) / logits) if logits else mp.mpf(0)


def share_of_logit(logits):
    """The mean of x under exp(η x) on 0 … 1."""
    return 1 + 1 / mp.expm1(logits) - 1 / logits if logits else mp.mpf(1) / 2


def log_beta(a):
    return mp.fsum(map(mp.loggamma, a)) - mp.loggamma(mp.fsum(a))


def dirichlet_log_prob(x, concentration):
    return mp.fsum((a - 1) * mp.log(v) for a, v in zip(concentration, x)) - log_beta(concentration)


def dirichlet_entropy(concentration):
    a, total = concentration, mp.fsum(concentration)
    slopes = mp.fsum((v - 1) * mp.digamma(v) for v in a)
    return log_beta(a) + (total - len(a)) * mp.digamma(total) - slopes


def dirichlet_divergence(p, q):
    a, b = p["concentration"], q["concentration"]
    total = mp.digamma(mp.fsum(a))
    slopes = mp.fsum((v - w) * (mp.digamma(v) - total) for v, w in zip(a, b))
    return log_beta(b) - log_beta(a) + slopes


def beta_as_dirichlet(concentration1, concentration0):
    return {"concentration": [concentration1, concentration0]}


def shares(p):
    """Points of the simplex: stored floats, whose sum is 1 up to rounding."""
    k = len(p["concentration"])
    return [[mp.mpf(2 * i + 1) / k**2 for i in range(k)], [mp.mpf(1) / k] * k]


def half_normal_log_prob(x, scale):
    return mp.log(2 / mp.pi) / 2 - mp.log(scale) - (x / scale) ** 2 / 2


def pareto_log_prob(x, scale, alpha):
    return mp.log(alpha) + alpha * mp.log(scale) - (alpha + 1) * mp.log(x)


def pareto_divergence(p, q):
    s, a, t, b = (v[name] for v in (p, q) for name in ("scale", "alpha"))
    if s < t:
        return mp.inf
    return mp.log(a / b) + b * mp.log(s / t) + b / a - 1


def uniform_divergence(p, q):
    if p["low"] < q["low"] or p["high"] > q["high"]:
        return mp.inf
    return mp.log((q["high"] - q["low"]) / (p["high"] - p["low"]))


def matrix(covariance_matrix=None, scale_tril=None):
    """The covariance."""
    if scale_tril is None:
        return mp.matrix(covariance_matrix)
    lower = mp.matrix(scale_tril)
    return lower * lower.T


def spread_of(p):
    return matrix(**{name: value for name, value in p.items() if name != "loc"})


def multivariate_log_prob(x, loc, **p):
    cov, d = matrix(**p), mp.matrix([a - b for a, b in zip(x, loc)])
    square = (d.T * mp.inverse(cov) * d)[0]
    return -(square + mp.log(mp.det(cov)) + len(loc) * mp.log(2 * mp.pi)) / 2


def multivariate_entropy(loc, **p):
    return (mp.log(mp.det(matrix(**p))) + len(loc) * (1 + mp.log(2 * mp.pi))) / 2


def multivariate_divergence(p, q):
    own, other, k = spread_of(p), spread_of(q), len(p["loc"])
    inverse, d = mp.inverse(other), mp.matrix([a - b for a, b in zip(q["loc"], p["loc"])])
    product_ = inverse * own
    trace = mp.fsum(product_[i, i] for i in range(k))
    square = (d.T * inverse * d)[0]
    return (trace - k + square + mp.log(mp.det(other) / mp.det(own))) / 2


def scaled(of, *factors):
    """Outcomes that are multiples of one number."""
    return lambda p: [mp.mpf(str(f)) * of(p) for f in factors]


REFERENCES = {
    "Bernoulli": of_table(coin),
    "Categorical": of_table(table),
    "Poisson": Reference(
        poisson_log_prob,
        poisson_entropy,
        poisson_divergence,
        lambda p: counts_near(poisson_rate(**p), mp.sqrt(poisson_rate(**p))),
    ),
    "Normal": Reference(normal_log_prob, normal_entropy, normal_divergence, around),
    "Laplace": Reference(
        laplace_log_prob, lambda loc, scale: 1 + mp.log(2 * scale), laplace_divergence, around
    ),
    "Exponential": Reference(
        exponential_log_prob,
        lambda rate: 1 - mp.log(rate),
        exponential_divergence,
        scaled(lambda p: 1 / p["rate"], 0, 1e-3, 0.7, 30),
    ),
    "Gamma": Reference(
        gamma_log_prob,
        gamma_entropy,
        gamma_divergence,
        scaled(lambda p: p["concentration"] / p["rate"], 1e-3, 0.9, 1.001, 5),
    ),
    "InverseGamma": Reference(
        inverse_gamma_log_prob,
        inverse_gamma_entropy,
        gamma_divergence,
        scaled(lambda p: p["rate"] / p["concentration"], 0.2, 0.999, 1.1, 1e3),
    ),
    "InverseGaussian": Reference(
        inverse_gaussian_log_prob,
        inverse_gaussian_entropy,
        inverse_gaussian_divergence,
        scaled(lambda p: p["mu"], 0.2, 0.999, 1.1, 30),
    ),
    "Beta": Reference(
        lambda x, **p: dirichlet_log_prob([x, 1 - x], **beta_as_dirichlet(**p)),
        lambda **p: dirichlet_entropy(**beta_as_dirichlet(**p)),
        lambda p, q: dirichlet_divergence(beta_as_dirichlet(**p), beta_as_dirichlet(**q)),
        lambda p: [mp.mpf(str(x)) for x in (1e-8, 0.3, 0.5, 0.75)],
    ),
    "ContinuousBernoulli": Reference(
        lambda x, logits: x * logits - log_mass(logits),
        lambda logits: log_mass(logits) - logits * share_of_logit(logits),
        lambda p, q: log_mass(q["logits"])
        - log_mass(p["logits"])
        - (q["logits"] - p["logits"]) * share_of_logit(p["logits"]),
        lambda p: [mp.mpf(str(x)) for x in (0, 1e-8, 0.3, 0.5, 0.75, 1)],
    ),
    "Dirichlet": Reference(dirichlet_log_prob, dirichlet_entropy, dirichlet_divergence, shares),
    "LogNormal": Reference(
        lambda x, **p: normal_log_prob(mp.log(x), **p) - mp.log(x),
        lambda loc, scale: normal_entropy(scale) + loc,
        normal_divergence,
        lambda p: [mp.exp(x) for x in around(p) if abs(x) < 80],
    ),
    "StudentT": Reference(
        student_log_prob, student_entropy, student_divergence, around, slow="by quadrature"
    ),
    "Cauchy": Reference(
        cauchy_log_prob, lambda loc, scale: mp.log(4 * mp.pi * scale), cauchy_divergence, around
    ),
    "HalfNormal": Reference(
        half_normal_log_prob,
        lambda scale: normal_entropy(scale) - mp.log(2),
        normal_divergence,
        scaled(lambda p: p["scale"], 0, 1e-3, 1, 7),
    ),
    "Pareto": Reference(
        pareto_log_prob,
        lambda scale, alpha: mp.log(scale / alpha) + 1 + 1 / alpha,
        pareto_divergence,
        scaled(lambda p: p["scale"], 1.001, 2, 1e3),
    ),
    "Uniform": Reference(
        lambda x, low, high: -mp.log(high - low),
        lambda low, high: mp.log(high - low),
        uniform_divergence,
        lambda p: [p["low"] + mp.mpf(f) * (p["high"] - p["low"]) for f in (0.25, 0.5)],
    ),
    "Binomial": Reference(
        binomial_log_prob,
        binomial_entropy,
        binomial_divergence,
        lambda p: sorted({0, int(p["total_count"]) // 2, int(p["total_count"])}),
    ),
    "Geometric": Reference(
        geometric_log_prob, geometric_entropy, geometric_divergence, lambda p: [0, 1, 7, 1000]
    ),
    "NegativeBinomial": Reference(
        negative_binomial_log_prob,
        lambda **p: negative_binomial_sum(p, lambda log_p, k: -log_p),
        negative_binomial_divergence,
        lambda p: [0, 1, 7, 1000],
        slow="by sums",
    ),
    "Multinomial": Reference(
        multinomial_log_prob,
        multinomial_entropy,
        multinomial_divergence,
        lambda p: ways_to_share(int(p["total_count"]), len(table(**_but_count(p))))[::3],
    ),
    "MultivariateNormal": Reference(
        multivariate_log_prob,
        multivariate_entropy,
        multivariate_divergence,
        lambda p: [[m + mp.mpf(k) / (i + 2) for i, m in enumerate(p["loc"])] for k in (0, 1, -3)],
    ),
}


def _but_count(p):
    return {name: value for name, value in p.items() if name != "total_count"}


# ── Costs of errors ──────────────────────────────────────────────────────────────────────────────


def barron_cost(r, alpha):
    b = 2 - alpha
    return b / alpha * ((r**2 / b + 1) ** (alpha / 2) - 1)


def width_of(cost, **shape):
    """∫ exp(−cost), by quadrature, cut where costs have their corners."""
    corners = {mp.mpf(0), *shape.values()}
    places = sorted({s * (c + k) for c in corners for s in (-1, 1) for k in (0, 0.1, 1, 10, 100)})
    return mp.quad(lambda r: mp.exp(-cost(r, **shape)), [-mp.inf, *places, mp.inf])


# the cost of each density of errors, and the integral of exp(−cost)
SHAPES = {
    "width": width_of,
    "Huber": lambda r, delta: r**2 / 2 if abs(r) <= delta else delta * (abs(r) - delta / 2),
    "PseudoHuber": lambda r, delta: delta**2 * (mp.sqrt(1 + (r / delta) ** 2) - 1),
    "HyperbolicSecant": lambda r: abs(r) + mp.log1p(mp.exp(-2 * abs(r))) - mp.log(2),
    "Logistic": lambda r: abs(r) + 2 * mp.log1p(mp.exp(-abs(r))) - 2 * mp.log(2),
    "Fair": lambda r, c: c**2 * (abs(r) / c - mp.log1p(abs(r) / c)),
    "Barron": barron_cost,
    "GeneralizedNormal": lambda r, power: abs(r) ** power,
    "EpsilonInsensitive": lambda r, epsilon, power: max(abs(r) - epsilon, mp.mpf(0)) ** power,
    "AsymmetricLaplace": lambda r, quantile: max(quantile * r, (quantile - 1) * r),
    "TwoPieceNormal": lambda r, expectile: abs(r) * max(expectile * r, (expectile - 1) * r),
}
