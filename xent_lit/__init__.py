"""What is a cross-entropy loss function? The functions of the book."""

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
from .regression import (fit, linear_gradient, linear_regression, logistic_regression,
                         poisson_regression, softmax_regression)

__version__ = "0.2.0"
