"""Distributions made from distributions: against SciPy, PyTorch and mpmath, and their edges."""

import math

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from xent_lit import (
    Bernoulli,
    Categorical,
    Evaluation,
    Gamma,
    Laplace,
    Normal,
    Poisson,
    cross_entropy,
    empirical,
    entropy,
    kl_divergence,
    nll,
)
from xent_lit.models.independent import Independent
from xent_lit.models.maps import affine, exp_map, power
from xent_lit.models.mixture import Mixture
from xent_lit.models.transformed import Transformed
from xent_lit.models.truncated import Truncated

inf, nan = math.inf, math.nan
STANDARD = Normal(0.0, 1.0)


def close(a, b, rtol=1e-12):
    np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float), rtol=rtol, atol=1e-14)


def tensor(a, grad=False):
    torch = pytest.importorskip("torch")
    return torch.tensor(a, dtype=torch.float64, requires_grad=grad)


# ── Independent ─────────────────


def test_independent_entries_add_up():
    p, q = (Independent(Normal([0.0, 1.0, m], s), 1) for m, s in ((2.0, 1.0), (2.5, 2.0)))
    x = [[0.0, 0.5, 2.0], [1.0, 1.0, 1.0]]
    close(p.log_prob(x), stats.norm([0, 1, 2]).logpdf(x).sum(-1))
    close(entropy(p), 3 * entropy(STANDARD))
    close(kl_divergence(p, q), sum(kl_divergence(p.base, q.base)))
    close(cross_entropy(p, q), entropy(p) + kl_divergence(p, q))
    close(cross_entropy(empirical(x), p), nll(p, x))
    close(Evaluation().update(p, x).nats, nll(p, x))
    assert (p.batch_shape, p.event_ndims) == ((), 1)
    close(nll(Independent(Normal(np.asarray(x), 1.0), 1), x), 3 * math.log(2 * math.pi) / 2)


def test_independent_refuses_what_does_not_fit():
    p = Independent(Normal([0.0, 1.0, 2.0], 1.0), 1)
    with pytest.raises(ValueError, match=r"x has shape \(2,\), expected outcomes of shape"):
        p.log_prob([0.0, 1.0])
    with pytest.raises(ValueError, match="reinterpreted_batch_ndims is 1"):
        Independent(STANDARD, 1)
    with pytest.raises(ValueError, match="p has outcomes of shape"):
        kl_divergence(p, Independent(Normal([0.0], 1.0), 1))
    with pytest.raises(NotImplementedError, match="expect"):
        p.expect(abs)


def test_as_torch_has_them():
    torch = pytest.importorskip("torch")
    d = torch.distributions
    loc, x = tensor([[0.0, 1.0], [2.0, -1.0]]), tensor([0.3, 0.7])
    theirs = d.Independent(d.Normal(loc, 1.0), 1)
    close(Independent(Normal(loc, 1.0), 1).log_prob(x), theirs.log_prob(x))
    mixed = d.MixtureSameFamily(d.Categorical(logits=loc), d.Normal(loc, 1.0))
    ours = Mixture(Categorical(logits=loc), Normal(loc, 1.0))
    close(ours.log_prob(x), mixed.log_prob(x))
    close(ours.mean, mixed.mean)
    close(ours.variance, mixed.variance)
    changed = d.TransformedDistribution(
        d.Normal(0.0, 1.0), [d.AffineTransform(1.0, 2.0), d.ExpTransform()]
    )
    twice = Transformed(Transformed(STANDARD, affine(1.0, 2.0)), exp_map)
    close(twice.log_prob(x), changed.log_prob(x), rtol=1e-6)


# ── Mixture ─────────────────


def test_a_mixture_is_a_sum():
    q = Mixture([0.75, 0.25], Normal([0.0, 4.0], 1.0))
    listed = Mixture([0.75, 0.25], [Normal(0.0, 1.0), Normal(4.0, 1.0)])
    x = [-50.0, 0.0, 2.0, nan]
    close(q.log_prob(x), listed.log_prob(x))
    close(q.log_prob(2.0), stats.norm.logpdf(2))
    assert math.isnan(q.log_prob(nan))
    assert (q.mean, q.variance) == (1.0, 4.0)
    close(q.expect(lambda x: x**2), 5.0, rtol=1e-9)
    close(cross_entropy(q, STANDARD), 0.5 * math.log(2 * math.pi) + 2.5)
    close(kl_divergence(Mixture([1.0, 0.0], Normal([0.0, 9.0], 1.0)), STANDARD), 0.0)


def test_mixture_of_counts():
    q, k = Mixture([1e-9, 1 - 1e-9], [Poisson(1000.0), Poisson(1.0)]), np.arange(2000)
    pmf = 1e-9 * stats.poisson(1000).pmf(k) + (1 - 1e-9) * stats.poisson(1).pmf(k)
    close(np.exp(q.log_prob(k)), pmf)
    p = stats.poisson(20).pmf(k)
    inside = p > 0
    want = np.sum(p[inside] * (stats.poisson(20).logpmf(k)[inside] - q.log_prob(k)[inside]))
    close(kl_divergence(Poisson(20.0), q), want)
    close(q.survival(500), 1e-9)
    with pytest.raises(ValueError, match=r"Mixture.log_prob: got the label -1"):
        q.log_prob(-1)
    assert q.log_mass(-1) == -inf


def test_edges_of_a_mixture():
    faint = Mixture([1.0, 0.0], [STANDARD, Gamma(0.5, 1.0)])
    close(faint.log_prob(0.0), STANDARD.log_prob(0.0))
    assert Mixture([0.5, 0.5], [Gamma(1.0, 1.0), Gamma(2.0, 1.0)]).log_prob(-1.0) == -inf
    gap = Mixture([0.5, 0.5], [Truncated(STANDARD, 0.0, 1.0), Truncated(STANDARD, 2.0, 3.0)])
    assert gap.log_prob(1.5) == -inf
    assert kl_divergence(Truncated(STANDARD, 0.0, 3.0), gap) == inf
    mass = [stats.norm.cdf(b) - stats.norm.cdf(a) for a, b in ((0, 1), (2, 3), (0, 3))]
    want = -sum(0.5 * math.log(2 * m / mass[2]) for m in mass[:2])
    close(kl_divergence(gap, Truncated(STANDARD, 0.0, 3.0)), want, rtol=1e-9)
    batch = Mixture([[0.3, 0.7], [1.0, 0.0]], Normal([[0.0, 1.0], [2.0, 3.0]], 1.0))
    close(batch.mean, [0.7, 2.0])
    counts = Mixture([[0.3, 0.7], [1.0, 0.0]], Poisson([[1.0, 2.0], [2.0, 3.0]]))
    one = [Mixture([0.3, 0.7], Poisson([1.0, 2.0])), Poisson(2.0)]
    q = Poisson(1.5)
    close(kl_divergence(counts, q), [kl_divergence(p, q) for p in one])
    for weights, parts, message in (
        ([0.5, 0.5], Normal([0.0, 1.0, 2.0], 1.0), "got 2 weights for components"),
        ([0.5, 0.5], [STANDARD, Poisson(1.0)], "different kinds"),
        ([0.5, 0.6], Normal([0.0, 1.0], 1.0), "sums to 1.1"),
    ):
        with pytest.raises(ValueError, match=message):
            Mixture(weights, parts)


# ── Transformed ─────────────────


def test_log_normal_and_weibull():
    ours, theirs = Transformed(STANDARD, exp_map), stats.lognorm(1.0)
    x = [0.0, -1.0, 0.3, 7.0, inf, nan]
    close(ours.log_prob(x), theirs.logpdf(x))
    close(
        [ours.mean, ours.variance, entropy(ours)], [theirs.mean(), theirs.var(), theirs.entropy()]
    )
    weibull, theirs = Transformed(Gamma(1.0, 1.0), power(1 / 1.7)), stats.weibull_min(1.7)
    close(weibull.log_prob([0.5, 2.0]), theirs.logpdf([0.5, 2.0]))
    close([weibull.mean, entropy(weibull)], [theirs.mean(), theirs.entropy()])
    other = Transformed(Normal(0.5, 2.0), exp_map)
    assert kl_divergence(ours, other) == kl_divergence(STANDARD, Normal(0.5, 2.0))
    close(cross_entropy(ours, other), entropy(ours) + kl_divergence(ours, other))
    close(
        kl_divergence(ours, Gamma(2.0, 1.0)),
        -entropy(ours) + ours.expect(lambda x: x - np.log(x)),
        rtol=1e-9,
    )


def test_affine_maps_of_a_batch():
    ours = Transformed(STANDARD, affine([0.0, 1.0], [1.0, -2.0]))
    same = Normal([0.0, 1.0], [1.0, 2.0])
    for f in (entropy, lambda p: p.mean, lambda p: p.variance, lambda p: nll(p, [0.3, 5.0])):
        close(f(ours), f(same))
    close(ours.expect(lambda x: x**2), [1.0, 5.0], rtol=1e-9)
    with pytest.raises(ValueError, match="scale not 0"):
        affine(0.0, 0.0)
    with pytest.raises(ValueError, match="takes numbers from 0 on"):
        Transformed(STANDARD, power(2.0))
    with pytest.raises(ValueError, match="no density"):
        Transformed(Poisson(1.0), exp_map)
    with pytest.raises(TypeError, match="three functions"):
        Transformed(STANDARD, np.sinh)
    own = Transformed(STANDARD, np.sinh, np.arcsinh, lambda x: np.log(np.cosh(x)))
    close(own.log_prob(2.0), stats.norm.logpdf(np.arcsinh(2.0)) - math.log(5) / 2)


# ── Truncated ─────────────────


@pytest.mark.parametrize(
    "low, high",
    [(30.0, inf), (-inf, -38.0), (5.0, 5 + 1e-12), (-3.0, 2.0), (-1e-10, 1e-10), (3.1, 4.0)],
)
def test_truncated_normal_to_the_last_digits(low, high):
    mp.mp.dps = 60
    a, b = (-high, -low) if high < 0 else (low, high)
    mass = (mp.erfc(mp.mpf(a) / mp.sqrt(2)) - mp.erfc(mp.mpf(b) / mp.sqrt(2))) / 2
    p = Truncated(STANDARD, low, high)
    x = low if math.isfinite(low) else high
    want = -(mp.mpf(x) ** 2) / 2 - mp.log(2 * mp.pi) / 2 - mp.log(mass)
    assert abs(p.log_prob(x) - want) <= 8 * 2.0**-52 * max(1, abs(want))
    assert abs(p.log_mass_kept() - mp.log(mass)) <= 8 * 2.0**-52 * max(1, abs(mp.log(mass)))
    assert p.log_prob(min(low - 1, high + 1) if math.isfinite(low) else high + 1) == -inf


def test_truncations_of_all_kinds():
    p, theirs = Truncated(Normal(1.0, 2.0), -1.0, 4.0), stats.truncnorm(-1, 1.5, 1, 2)
    close([p.mean, p.variance, entropy(p)], [theirs.mean(), theirs.var(), theirs.entropy()])
    assert kl_divergence(p, p.base) == -p.log_mass_kept()
    close(Truncated(Laplace(0.0, 1.0), 1000.0).log_mass_kept(), -1000 - math.log(2))
    close(Truncated(Gamma(0.5, 1.0), 0.0, 1.0).log_mass_kept(), math.log(math.erf(1)))
    between = 2 / math.e - 3 / math.e**2  # (1 + x) exp(−x) at 1, less that at 2
    close(Truncated(Gamma(2.0, 1.0), 1.0, 2.0).log_mass_kept(), math.log(between))
    zero_free = Truncated(Poisson(0.5), low=1)
    close(zero_free.mean, 0.5 / -math.expm1(-0.5))
    close(np.exp(zero_free.log_prob([1, 2])), stats.poisson(0.5).pmf([1, 2]) / -math.expm1(-0.5))
    close(Truncated(Poisson(1e-20), 1).log_prob(1), 0.0)
    close(Truncated(Poisson(1.0), 200).log_mass_kept(), -864.2269997746446)
    close(Truncated(Poisson(1e7), 10050000).log_mass_kept(), -128.47332186267116)
    with pytest.raises(ValueError, match="Truncated.log_prob: got the label 0"):
        zero_free.log_prob(0)
    for base, low, high, message in (
        (STANDARD, 2.0, 1.0, "low <= high"),
        (STANDARD, 1.0, 1.0, "no mass"),
        (Gamma(1.0, 1.0), -2.0, -1.0, "no mass"),
        (Poisson(1.0), 1.2, 1.8, "no mass"),
        (Bernoulli(1.0), 0.0, 0.0, "no mass"),
    ):
        with pytest.raises(ValueError, match=message):
            Truncated(base, low, high)


def test_divergence_of_truncations():
    a, b = Truncated(STANDARD, 0.0, 1.0), Truncated(Normal(0.5, 1.0), 0.0, 1.0)
    mean = a.mean
    want = 0.125 - 0.5 * mean + b.log_mass_kept() - a.log_mass_kept()
    close(kl_divergence(a, b), want, rtol=1e-11)
    assert kl_divergence(a, Truncated(STANDARD, 2.0, 3.0)) == inf
    assert kl_divergence(STANDARD, a) == inf


@pytest.mark.parametrize(
    "model",
    [
        lambda t: Truncated(Normal(t, 1.0), 2.0),
        lambda t: Truncated(Normal(t, t), -1.0, 5.0),
        lambda t: Truncated(Poisson(t), 1, 9),
        lambda t: Mixture([0.5, 0.5], [Normal(t, 1.0), Transformed(Normal(t, t), exp_map)]),
        lambda t: Transformed(Gamma(1.0, t), power(t)),
        lambda t: Transformed(Laplace(0.0, 1.0), affine(t, t)),
    ],
    ids=range(6),
)
def test_gradients(model):
    t = tensor(0.7, grad=True)
    nll(model(t), [2.0, 3.0]).backward()
    up, down = (float(nll(model(0.7 + h), [2.0, 3.0])) for h in (1e-5, -1e-5))
    assert abs(float(t.grad) - (up - down) / 2e-5) < 1e-8
    with pytest.raises(NotImplementedError, match="gradient"):
        Truncated(Laplace(tensor(0.0, grad=True), 1.0), 1.0)


def test_draws_stay_between_the_limits():
    for p in (Truncated(STANDARD, -0.5, 1.0), Truncated(Poisson(3.0), 1, 4)):
        drawn = p.sample(0, (10_000,))
        assert p.support.low <= drawn.min() and drawn.max() <= p.support.high
        assert drawn.mean() == pytest.approx(float(p.expect(lambda x: x)), abs=0.05)
