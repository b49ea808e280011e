"""The families: a sample, and the models that it may be compared with."""

from ..arrays.protocol import as_distribution
from .distribution import Distribution
from .empirical import Empirical, empirical
from .exponential_family import ExponentialFamily
from .normal import Normal
from .laplace import Laplace
from .bernoulli import Bernoulli
from .categorical import Categorical
from .linear import Linear
from .poisson import Poisson
from .gamma import Gamma
from .exponential import Exponential
from .inverse_gamma import InverseGamma
from .inverse_gaussian import InverseGaussian
from .tweedie import Tweedie
from .lognormal import LogNormal
from .half_normal import HalfNormal
from .pareto import Pareto
from .uniform import Uniform
from .beta import Beta
from .continuous_bernoulli import ContinuousBernoulli
from .dirichlet import Dirichlet
from .binomial import Binomial
from .geometric import Geometric
from .negative_binomial import NegativeBinomial
from .multinomial import Multinomial
from .student_t import StudentT
from .cauchy import Cauchy
from .location_scale import LocationScale
from .shapes import (
    Barron, EpsilonInsensitive, Fair, GeneralizedNormal, HyperbolicSecant, Huber, Logistic,
    PseudoHuber)
from .tilted import AsymmetricLaplace, TwoPieceNormal
from .multivariate_normal import MultivariateNormal
from .directions import VonMises, VonMisesFisher
from .independent import Independent
from .mixture import Mixture
from .maps import Map, affine, exp_map, power
from .transformed import Transformed
from .truncated import Truncated
from .censored import Censored
from .discretized import Discretized
from .zero_inflated import ZeroInflated
from .ordered import BradleyTerry, OrderedLogit, RaoKupper
from .orders import PlackettLuce
from .estimate import Estimate
from . import from_scipy, from_tensors, ladder, unlike
from .adapted import Adapted

__all__ = [
    "Distribution", "ExponentialFamily", "Empirical", "empirical", "as_distribution",
    "Normal", "Laplace", "Bernoulli", "Categorical", "Linear", "Poisson", "Gamma",
    "Exponential", "InverseGamma", "InverseGaussian", "Tweedie", "LogNormal",
    "HalfNormal", "Pareto", "Uniform", "Beta", "ContinuousBernoulli", "Dirichlet",
    "Binomial", "Geometric", "NegativeBinomial", "Multinomial",
    "StudentT", "Cauchy", "Huber", "PseudoHuber", "HyperbolicSecant", "Logistic", "Fair",
    "Barron", "GeneralizedNormal", "EpsilonInsensitive", "AsymmetricLaplace",
    "TwoPieceNormal", "LocationScale", "MultivariateNormal", "VonMises", "VonMisesFisher",
    "Independent", "Mixture", "Transformed", "Truncated",
    "Censored", "Discretized", "ZeroInflated",
    "OrderedLogit", "BradleyTerry", "RaoKupper", "PlackettLuce",
    "Map", "affine", "exp_map", "power",
    "Adapted", "Estimate",
]
