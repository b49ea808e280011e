"""statsmodels: log-likelihoods of one observation, and the norms of robust regression."""

from functools import partial

import numpy as np
import statsmodels.api as sm
from plain import sigmoid
from statsmodels.discrete.truncated_model import (
    HurdleCountModel,
    TruncatedLFNegativeBinomialP,
    TruncatedLFPoisson,
)
from statsmodels.miscmodels.ordinal_model import OrderedModel
from statsmodels.robust import norms

families = sm.families


def identity(f):
    return f


def likelihood(family, mean=identity):
    return lambda y, f: -float(family.loglike_obs(np.array([y], float), np.array([mean(f)]))[0])


def deviance(make, mean=identity):
    return lambda y, f, **shape: float(
        make(**shape).deviance(np.array([y], float), np.array([mean(f)]))
    )


def norm(of, **renamed):
    def value(y, f, **shape):
        return float(of(**{renamed[k]: v for k, v in shape.items()}).rho(np.array([y - f]))[0])

    return value


def discrete(model, *order, **options):
    """A model of one observation with a constant alone; ``order`` has where the shapes go."""

    def value(y, f, **shape):
        of = model(np.array([y]), np.ones((1, 1)), **options)
        given = {"f": f, **shape}
        return -float(np.sum(of.loglikeobs(np.array([given[k] for k in order or ("f",)]))))

    return value


def multinomial(y, f):
    """The first class has no logit of its own; every class must have been seen."""
    of = sm.MNLogit(np.arange(len(f)), np.ones((len(f), 1)))
    return -float(of.loglikeobs((f[1:] - f[0])[None])[y].sum())


def negative_binomial_glm(y, f, alpha):
    return likelihood(families.NegativeBinomial(alpha=alpha), np.exp)(y, f)


def hurdle(y, f, zero):
    of = HurdleCountModel(np.array([y, 0, 1]), np.ones((3, 1)))
    rest = HurdleCountModel(np.array([0, 1]), np.ones((2, 1)))
    at = np.array([zero, f])
    return float(rest.loglike(at) - of.loglike(at))


def tweedie(y, f, p):
    return deviance(families.Tweedie, np.exp)(y, f, var_power=p)


def ordered(y, f, thresholds):
    """Its parameters: the slope, the first threshold, the logarithms of the steps."""
    rank = np.arange(len(thresholds) + 1)  # every rank must have been seen, at different places
    of = OrderedModel(rank, (f + rank - y)[:, None], distr="logit")
    steps = np.log(np.diff(thresholds))
    return -float(of.loglikeobs(np.concatenate([[1.0, thresholds[0]], steps]))[y])


def cox(y, f):
    of = sm.PHReg(abs(y), f[:, None], status=(y > 0).astype(int))
    return -float(of.loglike(np.ones(1)))


SHIPPED = {
    "sm.Gaussian": likelihood(families.Gaussian()),
    "sm.Binomial": likelihood(families.Binomial(), sigmoid),
    "sm.Poisson": likelihood(families.Poisson(), np.exp),
    "sm.Gamma": deviance(families.Gamma, np.exp),
    "sm.Tweedie": tweedie,
    "sm.InverseGaussian": deviance(families.InverseGaussian),
    "sm.NegativeBinomial": negative_binomial_glm,
    "sm.PHReg": cox,
    "sm.OrderedModel": ordered,
    "smn.LeastSquares": norm(norms.LeastSquares),
    "smn.HuberT": norm(norms.HuberT, delta="t"),
    "smn.StudentT": lambda y, f: float(norms.StudentT(c=1, df=2).rho(y - f)),
    "smn.TukeyBiweight": norm(norms.TukeyBiweight),
    "smn.TukeyQuartic": norm(norms.TukeyQuartic),
    "smn.AndrewWave": norm(norms.AndrewWave),
    "smn.Hampel": norm(norms.Hampel),
    "smn.RamsayE": norm(norms.RamsayE),
    "smn.TrimmedMean": norm(norms.TrimmedMean),
    "smn.MQuantileNorm":
        lambda y, f, tau: norm(partial(norms.MQuantileNorm, tau, norms.LeastSquares()))(y, f),
    "smd.Logit": discrete(sm.Logit),
    "smd.Probit": discrete(sm.Probit),
    "smd.MNLogit": multinomial,
    "smd.Poisson": discrete(sm.Poisson),
    "smd.NegativeBinomial":
        lambda y, f, alpha: discrete(sm.NegativeBinomial, "f", "log")(y, f, log=np.log(alpha)),
    "smd.NegativeBinomialP": discrete(sm.NegativeBinomialP, "f", "alpha"),
    "smd.ZeroInflatedPoisson": discrete(sm.ZeroInflatedPoisson, "logit", "f"),
    "smd.ZeroInflatedNegativeBinomialP":
        discrete(sm.ZeroInflatedNegativeBinomialP, "logit", "f", "alpha"),
    "smd.ZeroInflatedGeneralizedPoisson":
        discrete(sm.ZeroInflatedGeneralizedPoisson, "logit", "f", "alpha"),
    "smd.GeneralizedPoisson": discrete(sm.GeneralizedPoisson, "f", "alpha"),
    "smd.HurdleCountModel": hurdle,
    "smd.TruncatedLFPoisson": discrete(TruncatedLFPoisson),
    "smd.TruncatedLFNegativeBinomialP": discrete(TruncatedLFNegativeBinomialP, "f", "alpha"),
}
SLOPES = {}
LEFT_OUT = {}
