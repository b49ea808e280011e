"""Distributions that people already have: two verbs, SciPy's, PyTorch's, what can be sampled."""

import math
import os
import re
import types
import warnings
from dataclasses import dataclass

import numpy as np
import pytest
from scipy import stats

from xent_lit import (
    Bernoulli,
    Categorical,
    Evaluation,
    Gamma,
    Normal,
    Poisson,
    as_distribution,
    cross_entropy,
    empirical,
    entropy,
    evaluate,
    kl_divergence,
    likelihood,
    log_likelihood,
    mle,
    nll,
    perplexity,
)
from xent_lit.models import Distribution
from xent_lit.models.estimate import Estimate
from xent_lit.models.from_scipy import ScipyVariable
from xent_lit.models.tensor_distribution import TensorDistribution

torch = pytest.importorskip("torch")
td = torch.distributions
ALL = os.environ.get("XENT_LIT_ALL")  # all rows, some two minutes


# ── Two verbs ────────────────────────────────────────────────────────────────────────────────────

PMF = np.array([0.5, 0.25, 0.25])


class Table:
    """A pmf with exactly two verbs."""

    def log_prob(self, x):
        return np.log(PMF)[np.asarray(x, dtype=int)]

    def expect(self, f):
        return sum(weight * f(float(k)) for k, weight in enumerate(PMF))


class Callable(Table):
    """It may be called, and stays a distribution."""

    def __call__(self, x):
        raise AssertionError("called")


@dataclass
class Declared(Table):
    discrete: bool = True


NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(60)


class Bell:
    """A standard normal with exactly two verbs."""

    def log_prob(self, x):
        return -(np.asarray(x) ** 2) / 2 - math.log(2 * math.pi) / 2

    def expect(self, f):
        return float(np.sum(WEIGHTS * f(NODES)) / math.sqrt(2 * math.pi))


class Exponential:
    """A density on the positive numbers, which says its support and no expectation."""

    support = (0, math.inf)

    def log_prob(self, x):
        x = np.asarray(x, dtype=float)
        return np.where(x >= 0, -x, -np.inf)


class Torch(torch.nn.Module):
    """A module with the two verbs."""

    def log_prob(self, x):
        return torch.log(torch.tensor(PMF))[torch.as_tensor(np.asarray(x)).long()]

    def expect(self, f):
        return sum(weight * f(float(k)) for k, weight in enumerate(PMF))


@pytest.mark.parametrize("make", [Table, Callable, Declared, Torch])
def test_two_verbs_of_a_pmf_are_enough(make):
    p, q = make(), [0.25, 0.25, 0.5]
    right = {"h": entropy(PMF), "c": cross_entropy(PMF, q), "d": kl_divergence(PMF, q)}
    assert float(entropy(p)) == pytest.approx(right["h"], rel=1e-14)
    assert float(perplexity(p)) == pytest.approx(math.exp(right["h"]), rel=1e-14)
    assert float(cross_entropy(p, q)) == pytest.approx(right["c"], rel=1e-14)
    assert float(kl_divergence(p, q)) == pytest.approx(right["d"], rel=1e-13)
    assert float(kl_divergence(q, p)) == pytest.approx(kl_divergence(q, PMF), rel=1e-13)
    assert float(kl_divergence(p, make())) == pytest.approx(0, abs=1e-15)


@pytest.mark.parametrize("make", [Table, Callable, Declared])
def test_two_verbs_are_applied_to_draws(make):
    q, x = make(), [0, 1, 1, 2]
    cost = [-math.log(PMF[k]) for k in x]
    assert float(nll(q, x)) == pytest.approx(np.mean(cost))
    assert float(log_likelihood(q, x)) == pytest.approx(-sum(cost))
    assert float(likelihood(q, x)) == pytest.approx(math.exp(-sum(cost)))
    assert float(Evaluation().update(q, x).nats) == pytest.approx(np.mean(cost))
    assert float(evaluate(lambda _: q, [(0, x)]).nats) == pytest.approx(np.mean(cost))
    assert float(cross_entropy(empirical(x), q)) == pytest.approx(np.mean(cost))
    exact = kl_divergence([0.25, 0.5, 0.25], PMF)
    assert float(kl_divergence(empirical(x), q)) == pytest.approx(exact, rel=1e-12)


def test_two_verbs_of_a_density_are_enough():
    q = Normal(1.0, 2.0)
    assert entropy(Bell()) == pytest.approx(entropy(Normal(0.0, 1.0)), rel=1e-13)
    assert cross_entropy(Bell(), q) == pytest.approx(cross_entropy(Normal(0.0, 1.0), q))
    for p, other in [(Bell(), q), (q, Bell())]:
        a, b = (Normal(0.0, 1.0) if isinstance(d, Bell) else d for d in (p, other))
        assert float(kl_divergence(p, other)) == pytest.approx(float(kl_divergence(a, b)))
    assert kl_divergence(empirical([0.5, 1.5]), Bell()) == math.inf
    assert kl_divergence(Bell(), Poisson(2.0)) == math.inf
    assert mle(Normal, Bell()).loc == pytest.approx(0, abs=1e-14)


def test_a_declared_support_takes_the_place_of_an_expectation():
    assert float(entropy(Exponential())) == pytest.approx(1, rel=1e-11)
    assert kl_divergence(Normal(0.0, 1.0), Exponential()) == math.inf
    right = math.log(math.sqrt(2 * math.pi)) + 1 - 1  # E x²/2 = 1, less H = 1
    assert float(kl_divergence(Exponential(), Normal(0.0, 1.0))) == pytest.approx(right)


def test_one_verb_is_enough_for_one_side():
    class Right:
        log_prob = Table.log_prob

    class Left:
        expect = Table.expect

    assert float(cross_entropy(Left(), Right())) == pytest.approx(entropy(PMF))
    assert float(kl_divergence([0.5, 0.5, 0], Right())) == pytest.approx(math.log(2) / 2)
    with pytest.raises(TypeError, match="expect"):
        entropy(Right())
    with pytest.raises(TypeError, match="log_prob"):
        entropy(Left())
    with pytest.raises(TypeError, match="discrete"):
        kl_divergence(empirical([0, 1]), Right())


def test_an_expectation_without_a_support_is_believed():
    nodes, weights = np.polynomial.laguerre.laggauss(40)

    class Waiting:
        def log_prob(self, x):
            return -x

        def expect(self, f):
            return float(np.sum(weights * np.array([float(f(float(x))) for x in nodes])))

    right = kl_divergence(Gamma(1.0, 1.0), Gamma(1.0, 2.0))
    assert float(kl_divergence(Waiting(), Gamma(1.0, 2.0))) == pytest.approx(right)
    assert float(cross_entropy(Waiting(), Gamma(1.0, 2.0))) == pytest.approx(1 + right)
    right = kl_divergence(Gamma(1.0, 2.0), Gamma(1.0, 1.0))
    assert float(kl_divergence(Gamma(1.0, 2.0), Waiting())) == pytest.approx(right)


def test_atoms_are_told_from_a_density():
    class Halves:
        def log_prob(self, x):
            return np.log(0.5) + 0 * np.asarray(x)

        def expect(self, f):
            return 0.5 * f(0.5) + 0.5 * f(1.5)

    assert as_distribution(Halves()).discrete is True
    assert as_distribution(Bell()).discrete is False
    assert kl_divergence(Halves(), Normal(0.0, 1.0)) == math.inf


def test_a_batch_is_a_batch():
    class Batch:
        batch_shape, support = (2,), (0, math.inf)

        def log_prob(self, x):
            rate = np.array([1.0, 2.0])
            return np.log(rate) - rate * np.asarray(x)

    np.testing.assert_allclose(entropy(Batch()), [1, 1 - math.log(2)], rtol=1e-11)
    x = np.array([0.5, 1.5])
    assert float(nll(Batch(), x)) == pytest.approx((0.5 + 3 - math.log(2)) / 2)


# ── SciPy ────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "given, name",
    [
        (stats.norm(0, 2), "Normal"),
        (stats.norm, "Normal"),
        (stats.laplace(scale=3), "Laplace"),
        (stats.poisson(mu=2.5), "Poisson"),
        (stats.bernoulli(0.25), "Bernoulli"),
        (stats.gamma(2, scale=3), "Gamma"),
        (stats.chi2(3), "Gamma"),
        (stats.expon(scale=2), "Exponential"),
        (stats.invgamma(2, scale=3), "InverseGamma"),
        (stats.beta(2, 3), "Beta"),
        (stats.binom(5, 0.3), "Binomial"),
        (stats.nbinom(4, 0.2), "NegativeBinomial"),
        (stats.geom(0.3, loc=-1), "Geometric"),
        (stats.lognorm(0.5, scale=2), "LogNormal"),
        (stats.t(5, 1, 2), "StudentT"),
        (stats.cauchy(1, 2), "Cauchy"),
        (stats.halfnorm(scale=2), "HalfNormal"),
        (stats.pareto(3, scale=2), "Pareto"),
        (stats.uniform(1, 2), "Uniform"),
        (stats.gamma(2, loc=1), "ScipyVariable"),
        (stats.geom(0.3), "ScipyVariable"),
        (stats.gumbel_r(), "ScipyVariable"),
    ],
)
def test_a_frozen_variable_becomes_the_family_of_its_name(given, name):
    found = as_distribution(given)
    assert type(found).__name__ == name
    given = given() if given is stats.norm else given
    discrete = type(given).__name__ == "rv_discrete_frozen"
    x = given.rvs(20, random_state=1)
    right = given.logpmf(x) if discrete else given.logpdf(x)
    np.testing.assert_allclose(found.log_prob(x), right, rtol=1e-9, atol=1e-12)
    assert float(entropy(given)) == pytest.approx(float(given.entropy()), rel=1e-8)


CONTINUOUS = (
    "anglit arcsine argus:1 beta:2,3 bradford:1 burr12:3,2 cauchy chi:3 chi2:4 dgamma:2 "
    "dweibull:2 erlang:2 exponnorm:1 exponweib:2,1 expon fisk:3 foldnorm:1 f:5,6 "
    "gamma:2 genextreme:0.1 gengamma:2,1.5 genlogistic:2 gennorm:1.5 genpareto:0.1 gompertz:1 "
    "gumbel_l gumbel_r halfcauchy halflogistic halfnorm hypsecant invgauss:1 invgamma:3 "
    "invweibull:3 kappa3:2 laplace laplace_asymmetric:2 loggamma:1 logistic loglaplace:3 "
    "lognorm:1 loguniform:1,10 lomax:3 maxwell moyal nakagami:2 norm pareto:3 pearson3:1 "
    "powerlaw:2 rayleigh rdist:3 semicircular t:4 trapezoid:0.2,0.8 triang:0.3 truncexpon:2 "
    "truncnorm:-1,2 tukeylambda:0.5 uniform vonmises:1 wald weibull_max:2 weibull_min:2"
).split()


@pytest.mark.parametrize("spec", CONTINUOUS if ALL else CONTINUOUS[::6])
def test_entropies_are_scipys(spec):
    name, _, shapes = spec.partition(":")
    given = getattr(stats, name)(*map(float, filter(None, shapes.split(","))))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        right, found = float(given.entropy()), float(entropy(given))
    assert found == pytest.approx(right, rel=1e-7, abs=1e-9)


@pytest.mark.parametrize(
    "given",
    [
        stats.randint(2, 7),
        stats.geom(0.3),
        stats.logser(0.6),
        stats.hypergeom(20, 7, 12),
        stats.dlaplace(0.8),
        stats.skellam(3, 4),
        stats.nbinom(2.5, 0.1),
        stats.betabinom(5, 2, 3),
        stats.zipfian(2, 10),
        stats.rv_discrete(values=([0.5, 3, -1], [0.2, 0.3, 0.5])),
    ],
)
def test_discrete_entropies_are_scipys(given):
    assert float(entropy(given)) == pytest.approx(float(given.entropy()), rel=1e-9)


def test_a_class_of_your_own_is_asked():
    class Mine(type(stats.norm)):
        def _logpdf(self, x):
            return -abs(x) - math.log(2)

    assert type(as_distribution(Mine(name="mine")())) is ScipyVariable
    assert float(Mine(name="mine")().entropy()) != entropy(Mine(name="mine")())
    assert entropy(Mine(name="mine")()) == pytest.approx(1 + math.log(2))


def test_scipys_new_variables_are_read():
    assert type(as_distribution(stats.Normal(mu=1.0, sigma=2.0))) is Normal
    assert float(entropy(stats.Logistic())) == pytest.approx(2, rel=1e-10)
    gamma = stats.make_distribution(stats.gamma)(a=2.0)
    assert float(entropy(gamma)) == pytest.approx(float(gamma.entropy()), rel=1e-9)


def test_parameters_that_are_missing_are_asked_for():
    with pytest.raises(TypeError, match=r"stats.gamma\(a\)"):
        kl_divergence(stats.gamma, Normal(0.0, 1.0))


# ── PyTorch ──────────────────────────────────────────────────────────────────────────────────────


def test_gradients_are_kept():
    loc = torch.tensor(2.0, requires_grad=True)
    kl_divergence(td.Normal(loc, 1.0), td.Normal(0.0, 1.0)).backward()
    assert float(loc.grad) == 2
    logits = torch.tensor([1.0, 2.0, 3.0], requires_grad=True)
    cross_entropy([0.2, 0.3, 0.5], td.Categorical(logits=logits)).backward()
    expected = torch.softmax(logits.detach(), -1) - torch.tensor([0.2, 0.3, 0.5])
    np.testing.assert_allclose(logits.grad, expected, atol=1e-7)
    nll(td.Gumbel(loc, 1.0), torch.tensor([1.0, 2.0])).backward()
    with pytest.raises(NotImplementedError, match="gradient"):
        entropy(td.Gumbel(loc, 1.0))


def test_the_parameter_that_was_given_is_the_one():
    steep = td.Bernoulli(logits=torch.tensor(40.0, dtype=torch.float64))
    assert float(steep.probs) == 1 and as_distribution(steep).by_logits
    assert float(entropy(steep)) == pytest.approx(41 * math.exp(-40), rel=1e-10)
    rare = td.Bernoulli(probs=torch.tensor(1e-30, dtype=torch.float64))
    assert np.isfinite(float(rare.logits)) and not as_distribution(rare).by_logits
    assert float(nll(rare, [1.0])) == pytest.approx(30 * math.log(10))
    table = td.Categorical(probs=torch.tensor([1e-30, 1.0], dtype=torch.float64))
    assert float(nll(table, [0])) == pytest.approx(30 * math.log(10))


def test_what_a_class_defines_itself_is_used():
    class Mine(td.Normal):
        def log_prob(self, x):
            return td.Laplace(self.loc, self.scale).log_prob(x)

    class Plain(td.Normal):
        pass

    assert type(as_distribution(Plain(0.0, 1.0))) is Normal
    assert type(as_distribution(Mine(0.0, 1.0))) is TensorDistribution
    assert float(entropy(Mine(0.0, 1.0))) == pytest.approx(1 + math.log(2), rel=1e-9)


@pytest.mark.parametrize(
    "given",
    [
        td.Gumbel(0.5, 2.0),
        td.Weibull(1.5, 2.0),
        td.Kumaraswamy(2.0, 3.0),
        td.HalfCauchy(2.0),
        td.ContinuousBernoulli(0.3),
        td.Gumbel(torch.zeros(1), torch.tensor([2.0])),
        td.OneHotCategorical(torch.tensor([0.2, 0.8])),
    ],
)
def test_entropies_of_others_are_pytorchs(given):
    np.testing.assert_allclose(entropy(given), given.entropy(), rtol=5e-6)


@pytest.mark.parametrize("other", [stats.norm(0, 1), td.Normal(0.0, 1.0)])
def test_libraries_meet_at_the_comma(other):
    given = stats.gumbel_r(0.5, 2.0)
    right = kl_divergence(given, Normal(0.0, 1.0))
    assert float(kl_divergence(given, other)) == pytest.approx(float(right), rel=1e-6)
    mixed = kl_divergence(stats.randint(0, 3), td.Poisson(torch.tensor(2.0).double()))
    assert float(mixed) == pytest.approx(kl_divergence([1 / 3] * 3, Poisson(2.0)), rel=1e-12)


POSITIVE = dict(low=0.6, high=1.4)


def example(cls, rng):
    """Some distribution of a class of PyTorch."""

    def number(low=0.6, high=1.4, shape=()):
        return torch.tensor(rng.uniform(low, high, shape))

    names = {
        td.Uniform: lambda: cls(number(-2, -1), number(1, 2)),
        td.Beta: lambda: cls(number(), number()),
        td.Categorical: lambda: cls(logits=number(-1, 1, 4)),
        td.OneHotCategorical: lambda: cls(logits=number(-1, 1, 4)),
        td.Dirichlet: lambda: cls(number(shape=3)),
        td.Binomial: lambda: cls(5, number(0.1, 0.9)),
        td.Geometric: lambda: cls(number(0.1, 0.9)),
        td.Bernoulli: lambda: cls(number(0.1, 0.9)),
        td.ContinuousBernoulli: lambda: cls(number(0.1, 0.4)),
        td.Poisson: lambda: cls(number()),
        td.Exponential: lambda: cls(number()),
        td.HalfNormal: lambda: cls(number()),
        td.Pareto: lambda: cls(number(), number(2.5, 3.5)),
        td.MultivariateNormal: lambda: cls(number(shape=2), torch.diag(number(shape=2))),
        td.LowRankMultivariateNormal: lambda: cls(
            number(shape=2), number(shape=(2, 1)), number(shape=2)
        ),
    }
    if cls in names:
        return names[cls]()
    return cls(number(), number())


PAIRS = sorted(td.kl._KL_REGISTRY, key=lambda pair: (pair[0].__name__, pair[1].__name__))
NOT_HERE = {"ExponentialFamily", "TransformedDistribution", "Independent"}
BY_INTEGRALS = {"Gumbel", "ContinuousBernoulli"}  # a second or more each
if not ALL:
    PAIRS = [pair for pair in PAIRS if not BY_INTEGRALS & {cls.__name__ for cls in pair}]


def pair_of(P, Q):
    rng = np.random.default_rng(3)
    return example(P, rng), example(Q, rng)


@pytest.mark.parametrize("P, Q", PAIRS, ids=lambda c: c.__name__)
def test_registered_divergences_are_pytorchs(P, Q):
    if {P.__name__, Q.__name__} & NOT_HERE:
        pytest.skip("no family of its own")
    p, q = pair_of(P, Q)
    right, found = float(td.kl_divergence(p, q)), float(kl_divergence(p, q))
    assert found == pytest.approx(right, rel=1e-9, abs=1e-12)


# ── NumPyro and TensorFlow Probability, by the names of their classes ────────────────────────────


def fake(name, module, **parameters):
    """An object of a class of that name and module."""

    def log_prob(self, x):
        return -np.asarray(x)

    def init(self):
        self.batch_shape = self.event_shape = ()
        vars(self).update(parameters)

    body = {"__module__": module, "__init__": init, "log_prob": log_prob}
    return type(name, (), body)()


@pytest.mark.parametrize(
    "given, right",
    [
        (
            ("Normal", "numpyro.distributions.continuous", dict(loc=1.0, scale=2.0)),
            Normal(1.0, 2.0),
        ),
        (("BernoulliProbs", "numpyro.distributions.discrete", dict(probs=0.25)), Bernoulli(0.25)),
        (
            ("BernoulliLogits", "numpyro.distributions.discrete", dict(logits=2.0)),
            Bernoulli(logits=2.0),
        ),
        (
            (
                "CategoricalProbs",
                "numpyro.distributions.discrete",
                dict(probs=np.array([0.25, 0.75])),
            ),
            Categorical([0.25, 0.75]),
        ),
        (
            (
                "Bernoulli",
                "tensorflow_probability.substrates.jax.distributions.bernoulli",
                dict(probs=None, logits=2.0),
            ),
            Bernoulli(logits=2.0),
        ),
        (
            (
                "Poisson",
                "tensorflow_probability.substrates.jax.distributions.poisson",
                dict(rate=2.0),
            ),
            Poisson(2.0),
        ),
    ],
)
def test_families_of_other_libraries_are_known_by_name(given, right):
    name, module, parameters = given
    assert repr(as_distribution(fake(name, module, **parameters))) == repr(right)


class Rayleigh:
    """Of another library, which says where it lives and what its log-density is there."""

    __module__ = "numpyro.distributions.continuous"
    batch_shape = event_shape = ()
    support = types.SimpleNamespace(lower_bound=0.0)

    def log_prob(self, x):
        return np.log(x) - x**2 / 2


def test_a_family_that_is_not_known_is_asked():
    found = as_distribution(Rayleigh())
    assert found.log_prob(-1.0) == -math.inf
    assert float(entropy(found)) == pytest.approx(stats.rayleigh.entropy(), rel=1e-10)


# ── Given x ──────────────────────────────────────────────────────────────────────────────────────


def test_conditional_models_may_give_what_others_call_a_distribution():
    x, y = [0.0, 1.0, 2.0], [0.5, 0.5, 3.0]
    right = cross_entropy(empirical(x, y), lambda x: Normal(x, 1.0))

    def of_torch(x):
        return td.Normal(torch.as_tensor(np.asarray(x)), 1.0)

    for model in (lambda x: stats.norm(x, 1), of_torch):
        assert float(cross_entropy(empirical(x, y), model)) == pytest.approx(float(right))
        assert float(evaluate(model, [(x, y)]).nats) == pytest.approx(float(right))


# ── What can only be sampled ─────────────────────────────────────────────────────────────────────


class Sampled:
    """It draws, and knows its density."""

    def log_prob(self, x):
        return -np.asarray(x)

    def sample(self, rng, n):
        return rng.exponential(size=n)


def sampler(signature):
    """A class whose sampler has these parameters."""

    class Some(Sampled):
        pass

    draw = "np.random.default_rng(0).exponential(size={})"
    names = re.findall(r"\w+", signature)
    count = next((n for n in ("n", "shape", "size", "num_samples") if n in names), "None")
    exec(f"def sample(self, {signature}): return {draw.format(count)}", globals(), found := {})
    Some.sample = found["sample"]
    return Some()


def test_without_draws_it_says_what_to_do():
    with pytest.raises(TypeError, match="draws=…"):
        entropy(Sampled())
    for count in (0, -1, 2.5, "many"):
        with pytest.raises(ValueError, match="draws is"):
            entropy(Sampled(), draws=count)
    with pytest.raises(TypeError, match="no sample"):
        entropy(Table(), draws=10)


def test_an_estimate_is_within_its_error():
    for quantity, right in [
        (lambda n: entropy(Sampled(), draws=n, rng=1), 1.0),
        (
            lambda n: cross_entropy(Sampled(), stats.expon(scale=2), draws=n, rng=1),
            0.5 + math.log(2),
        ),
        (
            lambda n: kl_divergence(Sampled(), stats.expon(scale=2), draws=n, rng=1),
            math.log(2) - 0.5,
        ),
    ]:
        found = quantity(20000)
        assert isinstance(found, Estimate) and found.draws == 20000
        assert abs(float(found) - right) < 4 * found.standard_error < 0.05
        assert quantity(20000) == found  # the seed decides


def test_an_estimate_prints_its_digits_and_has_units():
    found = Estimate(0.12345, 0.0042, 1000)
    assert repr(found) == "0.123 ± 0.004 (1000 draws)"
    bits = entropy(Sampled(), draws=500, rng=0, base=2)
    nats = entropy(Sampled(), draws=500, rng=0)
    assert float(bits) == pytest.approx(float(nats) / math.log(2))
    assert bits.standard_error == pytest.approx(nats.standard_error / math.log(2))
    assert entropy(Sampled(), draws=1, rng=0).standard_error == math.inf


@pytest.mark.parametrize(
    "signature",
    [
        "n",
        "rng, n",
        "rng",
        "rng, shape=()",
        "size, random_state",
        "key=None, shape=()",
        "num_samples, seed",
    ],
)
def test_a_sampler_is_called_by_the_names_of_its_parameters(signature):
    if "key" in signature:
        pytest.importorskip("jax").random.PRNGKey(0)
    assert float(entropy(sampler(signature), draws=200)) == pytest.approx(1, abs=1)


def test_a_pmf_of_single_precision_can_be_sampled():
    q = td.Categorical(torch.tensor([0.2, 0.8]))
    found = entropy(q, draws=2000, rng=0)
    assert abs(float(found) - float(q.entropy())) < 4 * found.standard_error


def test_pytorchs_generator_is_put_back():
    torch.manual_seed(5)
    state = torch.get_rng_state()
    first = entropy(td.Gumbel(0.0, 1.0), draws=100, rng=3)
    assert torch.equal(state, torch.get_rng_state())
    assert first == entropy(td.Gumbel(0.0, 1.0), draws=100, rng=3)


def test_an_estimate_has_no_wrong_number():
    class Narrow(Sampled):
        support = (0, 1)

        def log_prob(self, x):
            return np.where(np.asarray(x) < 1, 0, -np.inf)

    assert float(kl_divergence(Sampled(), Narrow(), draws=100, rng=0)) == math.inf
    with pytest.raises(ValueError, match="impossible"):
        kl_divergence(Narrow(), Sampled(), draws=100, rng=0)
    assert float(kl_divergence(stats.poisson(2.0), Normal(0.0, 1.0))) == math.inf


# ── What is none ─────────────────────────────────────────────────────────────────────────────────


def test_what_is_no_distribution_is_refused_as_before(tmp_path):
    for x in ("ab", b"ab", None, object()):
        with pytest.raises(TypeError, match="expected"):
            entropy(x)
    with open(tmp_path / "file", "w") as file, pytest.raises(TypeError, match="expected"):
        kl_divergence(file, [0.5, 0.5])
    with pytest.raises(TypeError, match="expected"):
        entropy(td.constraints.positive)
    with pytest.raises(TypeError, match="expected"):
        as_distribution(td.Normal)


def test_data_frames_are_arrays():
    pd = pytest.importorskip("pandas")
    p, q = pd.Series([0.2, 0.8]), pd.Series([0.5, 0.5])
    assert kl_divergence(p, q) == pytest.approx(kl_divergence([0.2, 0.8], [0.5, 0.5]))
    assert isinstance(as_distribution(Normal(0.0, 1.0)), Distribution)
