"""What is a cross-entropy loss function? The functions of the book.

In all of them the truth stands first, then the model: ``cross_entropy(p, q)``. What applies
a model to data takes the model first: ``nll(model, x)``. Nats unless ``base=2``.

Two distributions
    kl_divergence              the extra cost of believing q when p is true
    js_divergence              how far two pmfs are apart where neither is the truth
    js_distance                its square root, a distance
    cross_entropy              the mean surprise of the model q under the truth p
    entropy                    the mean surprise of the truth about itself
    perplexity                 so many equally likely outcomes would surprise as much
    normalize                  weights divided by their sum: the explicit way to make a pmf

Coding
    code_lengths               the word lengths that a model implies, in bits
    expected_length            mean bits per outcome of a code
    kraft_sum                  at most 1 for a code that can be read back
    huffman                    the best whole lengths

A sample and a model
    empirical                  a sample as a distribution
    as_distribution            what may stand on either side of the comma, read as a distribution
    likelihood                 the product of the probabilities of the draws
    log_likelihood             its logarithm, a sum
    nll                        mean negative log-likelihood: H(sample, model)
    mle                        the member of a family with the least cross-entropy

Families
    Normal                     real numbers with a mean and a standard deviation
    Laplace                    real numbers with a median and a mean distance from it
    StudentT                   real numbers with heavy tails
    Cauchy                     real numbers without a mean
    Huber                      errors that are normal, but for tails that are straight
    PseudoHuber                the same without a corner
    Logistic                   errors of which some are larger, and thresholds
    HyperbolicSecant           errors whose cost is log cosh
    Fair                       errors with a few outliers
    Barron                     errors with tails from a square to a logarithm
    GeneralizedNormal          errors whose cost is a power of their size
    EpsilonInsensitive         errors that do not matter up to a tolerance
    AsymmetricLaplace          a quantile that is predicted: the pinball loss
    TwoPieceNormal             an expectile that is predicted
    LocationScale              errors with a cost of your own
    Bernoulli                  0 or 1, from a probability or a logit
    Categorical                the labels 0 … k−1, from probabilities or logits
    Linear                     its logits as a product h W + b, never held as a whole
    Poisson                    counts with a given mean
    Binomial                   successes among n trials
    Geometric                  failures before the first success
    NegativeBinomial           counts that scatter more than a Poisson's
    Multinomial                how often each label occurs among n
    Exponential                waiting times without memory
    Gamma                      waiting times for several events
    InverseGamma               reciprocals of such times: variances
    InverseGaussian            times that a drift with noise takes
    Tweedie                    sums that are often 0 and else positive
    LogNormal                  products of many factors
    HalfNormal                 sizes of errors
    Pareto                     sizes with a power tail
    Uniform                    any value between two limits
    Beta                       a share between 0 and 1
    ContinuousBernoulli        a share whose log-density is a straight line
    Dirichlet                  shares that sum to 1
    MultivariateNormal         vectors with a mean and a covariance
    VonMises                   angles that go round and round
    VonMisesFisher             unit vectors: the cosine distance
    Independent                a batch, read as one distribution of vectors
    Mixture                    a weighted mean of distributions
    Transformed                a distribution of f(x)
    Truncated                  a distribution of which only a part is seen
    Censored                   draws of which only bounds are known
    Discretized                a density, read off in whole numbers
    ZeroInflated               counts of which more are 0
    OrderedLogit               grades in an order
    BradleyTerry               which of two wins
    RaoKupper                  which of two wins, or a tie
    PlackettLuce               orders of items by their scores

Losses
    mse                        mean squared error: a Gaussian cross-entropy up to scale and shift
    gaussian_nll               the same with its constants and a scale
    softmax                    logits to probabilities
    log_softmax                logits to log-probabilities, without losing small ones
    logsumexp                  the normaliser of the logits
    explain                    what a loss assumes, by any of its names
    is_cross_entropy           whether a loss is the surprise of any model

Given x
    conditional_cross_entropy  the cross-entropy of y given x, averaged over x
    conditional_kl_divergence  the divergence of y given x, averaged over x
    conditional_entropy        the surprise about y that is left when x is told
    mutual_information         what x tells about y
    factorize                  a sample of pairs as p(x) and p(y|x)
    fit                        a conditional model, fitted by least cross-entropy
    linear_regression          a Normal whose mean is linear in x
    logistic_regression        a Bernoulli whose logit is linear in x
    softmax_regression         a Categorical whose logits are linear in x
    poisson_regression         a Poisson whose log-rate is linear in x
    regression                 such a model for any family with a link
    linear_gradient            the gradient of their loss: prediction minus target

Evaluation
    Evaluation                 the mean loss of a model, in parts that can be merged
    evaluate                   an Evaluation of batches
    evaluate_lazy              an Evaluation of Dask arrays
    compare                    which of two models is better on the same draws, and how surely
    Comparison                 what it returns, in parts that can be merged
    marginal_entropy           what a model scores that knows the frequencies of the labels alone
    calibration_table          forecasts against outcomes
    calibration_error          how far they are apart, averaged over all forecasts
    brier_score                the mean squared distance of forecasts from outcomes
    bits_per_byte              bits for each byte of a text, however it is cut into tokens

Scores
    best_prediction            what a loss makes a perfect predictor say
    crps                       a score of a whole distribution, in the unit of the outcome

Data that are not plain draws
    shift_prior                probabilities of classes under other frequencies of the classes
    cox_loss                   the surprise at who failed, among those at risk

Contrast and preference
    info_nce                   the surprise at which candidates are the partners
    dpo                        the surprise at which of two answers was chosen

Language models
    shifted                    pairs of a token and the next one, each once, with BOS and packing
    windows                    a long text in windows that score each token once

One model and another
    total_variation            the share of a draft that is rejected; half of Σ |p − q|
    kl_k3                      the divergence estimated from draws, to all digits
"""

from ._renamed import install
from .arrays.checks import normalize
from .arrays.protocol import as_distribution
from .assumptions import is_cross_entropy
from .explanation import explain
from .calibration import brier_score, calibration_error, calibration_table
from .coding import code_lengths, expected_length, huffman, kraft_sum
from .comparison import Comparison, compare
from .conditional import (
    conditional_cross_entropy,
    conditional_entropy,
    conditional_kl_divergence,
    factorize,
    mutual_information,
)
from .disguises import dpo, info_nce
from .distillation import kl_k3, total_variation
from .divergence import js_distance, js_divergence, kl_divergence
from .entropy import cross_entropy, entropy, perplexity
from .evaluate import Evaluation, bits_per_byte, evaluate, evaluate_lazy, marginal_entropy
from .gaussian import gaussian_nll, mse
from .incomplete import cox_loss, shift_prior
from .language import shifted, windows
from .likelihood import likelihood, log_likelihood, nll
from .logits import log_softmax, logsumexp, softmax
from .mle import mle
from .models import (
    AsymmetricLaplace,
    Barron,
    Bernoulli,
    Beta,
    Binomial,
    BradleyTerry,
    Categorical,
    Cauchy,
    Censored,
    ContinuousBernoulli,
    Dirichlet,
    Discretized,
    EpsilonInsensitive,
    Exponential,
    Fair,
    Gamma,
    GeneralizedNormal,
    Geometric,
    HalfNormal,
    Huber,
    HyperbolicSecant,
    Independent,
    InverseGamma,
    InverseGaussian,
    Laplace,
    Linear,
    LocationScale,
    LogNormal,
    Logistic,
    Mixture,
    Multinomial,
    MultivariateNormal,
    NegativeBinomial,
    Normal,
    OrderedLogit,
    Pareto,
    PlackettLuce,
    Poisson,
    PseudoHuber,
    RaoKupper,
    StudentT,
    Transformed,
    Truncated,
    Tweedie,
    TwoPieceNormal,
    Uniform,
    VonMises,
    VonMisesFisher,
    ZeroInflated,
    empirical,
)
from .regression import (
    fit,
    linear_gradient,
    linear_regression,
    logistic_regression,
    poisson_regression,
    regression,
    softmax_regression,
)
from .scores import best_prediction, crps

__version__ = "0.2.0"

__all__ = [
    "kl_divergence", "js_divergence", "js_distance",
    "cross_entropy", "entropy", "perplexity", "normalize",
    "code_lengths", "expected_length", "kraft_sum", "huffman",
    "empirical", "as_distribution", "likelihood", "log_likelihood", "nll", "mle",
    "Normal", "Laplace", "StudentT", "Cauchy",
    "Huber", "PseudoHuber", "Logistic", "HyperbolicSecant", "Fair", "Barron",
    "GeneralizedNormal", "EpsilonInsensitive", "AsymmetricLaplace", "TwoPieceNormal",
    "LocationScale",
    "Bernoulli", "Categorical", "Linear", "Poisson",
    "Binomial", "Geometric", "NegativeBinomial", "Multinomial",
    "Exponential", "Gamma", "InverseGamma", "InverseGaussian", "Tweedie", "LogNormal",
    "HalfNormal", "Pareto",
    "Uniform", "Beta", "ContinuousBernoulli", "Dirichlet",
    "MultivariateNormal", "VonMises", "VonMisesFisher",
    "Independent", "Mixture", "Transformed", "Truncated",
    "Censored", "Discretized", "ZeroInflated",
    "OrderedLogit", "BradleyTerry", "RaoKupper", "PlackettLuce",
    "mse", "gaussian_nll", "softmax", "log_softmax", "logsumexp", "explain", "is_cross_entropy",
    "conditional_cross_entropy", "conditional_kl_divergence",
    "conditional_entropy", "mutual_information", "factorize", "fit",
    "linear_regression", "logistic_regression", "softmax_regression", "poisson_regression",
    "regression", "linear_gradient",
    "Evaluation", "evaluate", "evaluate_lazy", "compare", "Comparison",
    "marginal_entropy", "calibration_table", "calibration_error", "brier_score",
    "bits_per_byte", "best_prediction", "crps", "shift_prior", "cox_loss", "info_nce", "dpo",
    "shifted", "windows", "total_variation", "kl_k3",
]

install()
del install
