"""Bounds, rounded numbers, zeros that are put in, grades, duels and orders: against SciPy, mpmath
and PyTorch, and their edges."""

import math
import pickle
import re

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

import xent_lit as xl
from xent_lit.models import affine, power

inf, nan = math.inf, math.nan
STANDARD = xl.Normal(0.0, 1.0)


def close(a, b, rtol=1e-12):
    np.testing.assert_allclose(np.asarray(a, float), np.asarray(b, float), rtol=rtol, atol=1e-14)


# ── Bounds ─────────────────


@pytest.mark.parametrize(
    "pair", [(3, inf), (1, 4), (-inf, -80), (90, 91), (1, 1 + 1e-9), (100, 100 + 1e-9), (-3, 200)]
)
def test_an_interval_of_a_normal_to_the_last_digits(pair):
    with mp.workdps(60):
        a, b = sorted((-1) ** (pair[0] > 0) * mp.mpf(v) for v in pair)
        want = mp.log((mp.ncdf(b) if b < inf else 1) - (mp.ncdf(a) if a > -inf else 0))
    close(xl.Censored(STANDARD).log_prob(pair), want, rtol=2e-15)


def test_censored_draws_of_all_kinds():
    pairs = [[2.0, inf], [1.0, 2.0], [-inf, 1.0], [1.5, 1.5], [-3.0, -1.0], [0.0, inf]]
    weibull = xl.Transformed(xl.Transformed(xl.Exponential(1.0), power(0.5)), affine(0.0, 2.0))
    theirs = {
        xl.LogNormal(0.3, 0.5): stats.lognorm(0.5, scale=math.exp(0.3)),
        weibull: stats.weibull_min(2.0, scale=2.0),
        xl.Exponential(0.5): stats.expon(scale=2.0),
    }
    for base, d in theirs.items():
        between = np.log(d.cdf(2) - d.cdf(1))
        want = [d.logsf(2), between, d.logcdf(1), d.logpdf(1.5), -inf, 0.0]
        close(xl.Censored(base).log_prob(pairs), want)
    falling = xl.Censored(xl.Transformed(STANDARD, affine(0.0, -2.0)))
    close(falling.log_prob([[-1.0, inf], [-inf, -1.0]]), stats.norm(0, 2).logcdf([1, -1]))
    counts, d = xl.Censored(xl.Poisson(3.0)), stats.poisson(3)
    close(
        counts.log_prob([[2, inf], [2, 2], [1, 4]]),
        [d.logsf(2), d.logpmf(2), np.log(d.cdf(4) - d.cdf(1))],
    )


def test_censored_draws_in_a_loss():
    q, pairs = xl.Censored(xl.Normal([0.0, 1.0], 1.0)), [[0.0, inf], [1.0, 1.0]]
    close(xl.nll(q, pairs), (math.log(2) + math.log(2 * math.pi) / 2) / 2)
    one = xl.Censored(STANDARD)
    close(xl.nll(one, [[0.0, inf], [3.0, 2.0]], weights=[1, 0]), math.log(2))
    close(xl.cross_entropy(xl.empirical(pairs), one), xl.nll(one, pairs))
    assert np.all(np.isnan(one.log_prob([[nan, nan], [nan, 1.0]])))
    again = pickle.loads(pickle.dumps(one))
    close(again.log_prob(pairs), one.log_prob(pairs))


def test_slopes_at_infinite_bounds():
    torch = pytest.importorskip("torch")
    rows = torch.tensor([[2.0, inf], [1.0, 1.0], [-inf, 2.0], [0.1, 0.7]], dtype=torch.float64)

    def cost(t):
        bases = (
            xl.Normal(t, t),
            xl.LogNormal(t, t),
            xl.Exponential(t),
            xl.Transformed(xl.Exponential(t), power(t)),
        )
        return sum(xl.nll(xl.Censored(base), rows) for base in bases)

    t = torch.tensor(0.8, dtype=torch.float64, requires_grad=True)
    cost(t).backward()
    step = 1e-5
    slope = (cost(t.detach() + step) - cost(t.detach() - step)) / (2 * step)
    close(t.grad, slope, rtol=1e-8)


# ── Rounded numbers ─────────────────


def test_rounded_numbers():
    q, d = xl.Discretized(xl.Normal(1.0, 2.0), low=0, high=9), stats.norm(1, 2)
    k = np.arange(10)
    want = np.diff([0, *d.cdf(k[:-1] + 0.5), 1])
    close(q.prob(k), want, rtol=1e-10)
    close([q.mean, q.cdf(3), q.survival(3)], [want @ k, d.cdf(3.5), d.sf(3.5)], rtol=1e-10)
    close([q.cdf(-1), q.survival(9), q.cdf(9)], [0, 0, 1])
    close(xl.entropy(q), -want @ np.log(want), rtol=1e-10)
    other = xl.Discretized(xl.Normal(2.0, 2.0), low=0, high=9)
    close(xl.kl_divergence(q, other), want @ np.log(want / other.prob(k)), rtol=1e-9)
    probit = xl.Discretized(xl.Normal([0.3, 5.0], 1.0), [-1.0, 0.0, 1.0])
    close(sum(probit.prob(j) for j in range(4)), [1, 1])
    close(probit.prob(3), stats.norm([0.3, 5], 1).sf(1))
    waits = xl.Discretized(xl.Exponential(0.5), step=2.0)
    assert (waits.support.low, waits.support.high) == (0, inf)
    close(waits.prob(3), math.exp(-2.5) - math.exp(-3.5))


def test_draws_are_rounded_as_the_labels_are():
    rng = np.random.default_rng(0)
    for q in (
        xl.Discretized(xl.Normal(1.0, 2.0), step=0.5, low=-1, high=4),
        xl.Discretized(xl.Normal(1.0, 2.0), [-1.0, 0.5]),
        xl.ZeroInflated(xl.Poisson(2.0), 0.25),
    ):
        drawn = q.sample(rng, (20_000,))
        values, counts = np.unique(drawn, return_counts=True)
        prob = q.prob(values)
        assert np.all(np.abs(counts / drawn.size - prob) < 5 * np.sqrt(prob / drawn.size))


# ── Zeros ─────────────────


def test_zeros_that_are_put_in():
    for share, rate, want in (
        (0.0, 1e4, -1e4),
        (1e-300, 1e4, math.log(1e-300)),
        (0.0, 1e-9, -1e-9),
        (1.0, 5.0, 0.0),
    ):
        close(xl.ZeroInflated(xl.Poisson(rate), share).log_prob(0), want)
    far = xl.ZeroInflated(xl.Poisson(1000.0), 0.3)
    close([far.expect(lambda k: k), far.mean], [700, 700])
    hurdle = xl.ZeroInflated(xl.Truncated(xl.Poisson(2.0), low=1), [0.25, 1e-9, 1.0])
    close(hurdle.prob(0), [0.25, 1e-9, 1.0])
    assert np.all(hurdle.log_mass(-1) == -inf)
    close(hurdle.cdf(0) + hurdle.survival(0), 1.0)


# ── Grades, duels and orders ─────────────────


def test_grades_far_out():
    q = xl.OrderedLogit([-800.0, 800.0, 0.0], [-1.0, 1.0])
    close(q.log_prob([2, 0, 1]), [-801, -801, math.log(math.tanh(0.5))])
    tight = xl.OrderedLogit(0.0, [30.0, 30.0 + 2.0**-40])
    close(tight.log_prob(1), -30 - 40 * math.log(2), rtol=1e-13)
    assert xl.RaoKupper(0.3, 0.0).prob(1) == 0
    close(xl.RaoKupper(0.3, 0.0).log_prob(2), xl.BradleyTerry(0.3, 0.0).log_prob(1))


def test_orders():
    q = xl.PlackettLuce([[2.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    close(xl.entropy(q)[1], math.log(6))
    close(q.log_prob([[2], [0]]), [1 - math.log(math.e**2 + 1 + math.e), -math.log(3)])
    assert np.all(q.log_mass([[0, 0, 1], [0, 1, 3]]) == -inf)
    p = xl.PlackettLuce([2.0, 0.0, 1.0 + 1e-9])
    assert 0 < xl.kl_divergence(xl.PlackettLuce([2.0, 0.0, 1.0]), p) < 1e-18
    drawn = xl.PlackettLuce([2.0, 0.0, 1.0]).sample(np.random.default_rng(0), (20_000,))
    found = np.mean(np.all(drawn == [0, 2, 1], axis=-1))
    assert abs(found - xl.PlackettLuce([2.0, 0.0, 1.0]).prob([0, 2, 1])) < 0.02


def test_other_libraries_agree():
    for name in ("torch", "jax.numpy"):
        xp = pytest.importorskip(name)
        array = {"torch": lambda a: xp.asarray(a)}.get(name, xp.asarray)
        f = [0.3, 1.5]
        for model, x in (
            (lambda a: xl.ZeroInflated(xl.Poisson(a), 0.25), [0, 3]),
            (lambda a: xl.OrderedLogit(a, [-1.0, 1.0]), [0, 1]),
            (lambda a: xl.RaoKupper(a, 0.5), [2, 1]),
            (lambda a: xl.BradleyTerry(a, 1.0), [1, 0]),
            (lambda a: xl.PlackettLuce(a), [1, 0]),
            (lambda a: xl.Discretized(xl.Normal(a, 1.0), low=0, high=3), [0, 2]),
            (lambda a: xl.Censored(xl.Normal(a, 1.0)), [[0.0, inf], [1.0, 1.0]]),
        ):
            found = model(array(f)).log_prob(array(x))
            assert type(found) is type(array(f))
            close(found, model(np.asarray(f)).log_prob(np.asarray(x)), rtol=1e-5)


REFUSED = {
    "no probability between two bounds": lambda: xl.Censored(xl.StudentT(3.0, 0.0, 1.0)),
    "expected pairs (left, right) with": lambda: xl.Censored(STANDARD).log_prob([3.0, 2.0]),
    "a draw x that was seen is (x, x)": lambda: xl.Censored(STANDARD).log_prob(3.0),
    "draws of its base": lambda: xl.Censored(STANDARD).sample(0),
    "which draws are censored": lambda: xl.entropy(xl.Censored(STANDARD)),
    "expected numbers with a density": lambda: xl.Discretized(xl.Poisson(1.0)),
    "edges are": lambda: xl.Discretized(STANDARD, [1.0, 0.0]),
    "got step 0": lambda: xl.Discretized(STANDARD, step=0),
    "got the label 10": lambda: xl.Discretized(STANDARD, low=0, high=9).log_prob(10),
    "expected counts from 0 on": lambda: xl.ZeroInflated(STANDARD, 0.5),
    "zero_prob is 1.5": lambda: xl.ZeroInflated(xl.Poisson(1.0), 1.5),
    "an ascending order": lambda: xl.OrderedLogit(0.0, [1.0, -1.0]),
    "at least one": lambda: xl.OrderedLogit(0.0, 1.0),
    "numbers >= 0": lambda: xl.RaoKupper(0.0, -1.0),
    "each at most once": lambda: xl.PlackettLuce([1.0, 2.0]).log_prob([0, 0]),
    "1 to 2 places": lambda: xl.PlackettLuce([1.0, 2.0]).log_prob([0, 1, 0]),
    "one for each item": lambda: xl.PlackettLuce(1.0),
    "expected at most 8 items": lambda: xl.entropy(xl.PlackettLuce(np.zeros(9))),
}


@pytest.mark.parametrize("words", REFUSED)
def test_what_is_refused(words):
    with pytest.raises((ValueError, NotImplementedError), match=re.escape(words)):
        REFUSED[words]()


# ── Sums over counts ───────


@pytest.mark.parametrize("of", ["cdf", "survival"])
def test_a_density_is_not_summed_over_whole_numbers(of):
    for q in STANDARD, xl.Gamma(2.0, 1.0):
        with pytest.raises(NotImplementedError, match=f"{of}: got a density, expected counts"):
            getattr(q, of)(1.0)
    assert float(xl.Poisson(2.0).cdf(1) + xl.Poisson(2.0).survival(1)) == pytest.approx(1.0)
