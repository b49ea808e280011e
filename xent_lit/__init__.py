"""What is a cross-entropy loss function? The functions of the book."""

from .arrays import log_softmax, logsumexp, normalize, softmax
from .coding import code_lengths, expected_length, huffman, kraft_sum
from .divergence import kl_divergence
from .entropy import cross_entropy, entropy, perplexity
from .likelihood import likelihood, log_likelihood, mle, nll
from .models import Bernoulli, Categorical, Laplace, Normal, Poisson, empirical

__version__ = "0.1.0"
