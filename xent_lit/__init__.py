"""What is a cross-entropy loss function? The functions of the book.

In all of them the truth stands first, then the model: ``cross_entropy(p, q)``. What applies
a model to data takes the model first: ``nll(model, x)``. Nats unless ``base=2``.

Two distributions
    kl_divergence              the extra cost of believing q when p is true
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
    Normal                     the family with a mean and a standard deviation
    Laplace                    the family with a median and a mean distance from it
    Bernoulli                  0 or 1, from a probability or a logit
    Categorical                the labels 0 … k−1, from probabilities or logits
    Poisson                    counts with a given mean
    likelihood                 the product of the probabilities of the draws
    log_likelihood             its logarithm, a sum
    nll                        mean negative log-likelihood: H(sample, model)
    mle                        the member of a family with the largest likelihood

Losses
    mse                        mean squared error: a Gaussian cross-entropy up to scale and shift
    gaussian_nll               the same with its constants and a scale
    softmax                    logits to probabilities
    log_softmax                logits to log-probabilities, without losing small ones
    logsumexp                  the normaliser of the logits
    explain                    what a loss assumes
    is_cross_entropy           whether a loss is the surprise of any model

Given x
    conditional_cross_entropy  the cross-entropy of y given x, averaged over x
    conditional_kl_divergence  the divergence of y given x, averaged over x
    factorize                  a sample of pairs as p(x) and p(y|x)
    fit                        a conditional model, fitted by least cross-entropy
    linear_regression          a Normal whose mean is linear in x
    logistic_regression        a Bernoulli whose logit is linear in x
    softmax_regression         a Categorical whose logits are linear in x
    poisson_regression         a Poisson whose log-rate is linear in x
    linear_gradient            the gradient of their loss: prediction minus target

Evaluation
    Evaluation                 the mean loss of a model, in parts that can be merged
    evaluate                   an Evaluation of batches
    evaluate_lazy              an Evaluation of Dask arrays
    marginal_entropy           what a model scores that knows the frequencies of the labels alone
    calibration_table          forecasts against outcomes
    bits_per_byte              bits for each byte of a text, however it is cut into tokens
"""

from ._renamed import install
from .arrays.checks import normalize
from .assumptions import explain, is_cross_entropy
from .calibration import calibration_table
from .coding import code_lengths, expected_length, huffman, kraft_sum
from .conditional import conditional_cross_entropy, conditional_kl_divergence, factorize
from .divergence import kl_divergence
from .entropy import cross_entropy, entropy, perplexity
from .evaluate import Evaluation, bits_per_byte, evaluate, evaluate_lazy, marginal_entropy
from .gaussian import gaussian_nll, mse
from .likelihood import likelihood, log_likelihood, nll
from .logits import log_softmax, logsumexp, softmax
from .mle import mle
from .models import Bernoulli, Categorical, Laplace, Normal, Poisson, empirical
from .regression import (
    fit,
    linear_gradient,
    linear_regression,
    logistic_regression,
    poisson_regression,
    softmax_regression,
)

__version__ = "0.2.0"

__all__ = [
    "kl_divergence", "cross_entropy", "entropy", "perplexity", "normalize",
    "code_lengths", "expected_length", "kraft_sum", "huffman",
    "empirical", "Normal", "Laplace", "Bernoulli", "Categorical", "Poisson",
    "likelihood", "log_likelihood", "nll", "mle",
    "mse", "gaussian_nll", "softmax", "log_softmax", "logsumexp", "explain", "is_cross_entropy",
    "conditional_cross_entropy", "conditional_kl_divergence", "factorize", "fit",
    "linear_regression", "logistic_regression", "softmax_regression", "poisson_regression",
    "linear_gradient",
    "Evaluation", "evaluate", "evaluate_lazy", "marginal_entropy", "calibration_table",
    "bits_per_byte",
]

install()
del install
