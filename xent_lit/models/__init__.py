"""The families: a sample, and the models that it may be compared with."""

from .bernoulli import Bernoulli
from .categorical import Categorical
from .distribution import Distribution
from .empirical import Empirical, empirical
from .laplace import Laplace
from .normal import Normal
from .poisson import Poisson

__all__ = [
    "Distribution", "Empirical", "empirical",
    "Bernoulli", "Categorical", "Laplace", "Normal", "Poisson",
]
