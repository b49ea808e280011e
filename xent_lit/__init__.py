"""What is a cross-entropy loss function? The functions of the book."""

from .arrays import log_softmax, logsumexp, normalize, softmax
from .coding import code_lengths, expected_length, huffman, kraft_sum
from .conditional import (conditional_cross_entropy, conditional_kl_divergence, fit, linear_gradient, linear_regression,
                          logistic_regression, poisson_regression, softmax_regression)
from .divergence import kl_divergence
from .entropy import cross_entropy, entropy, perplexity
from .evaluate import Evaluation, baseline, bits_per_byte, evaluate_lazy, reliability
from .gaussian import gaussian_nll, mse
from .likelihood import likelihood, log_likelihood, mle, nll
from .losses import explain, is_cross_entropy
from .models import Bernoulli, Categorical, Laplace, Normal, Poisson, empirical

__version__ = "0.1.0"
