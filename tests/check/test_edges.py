"""The edges: what is refused and in which words, what is an answer, and how many digits of it
are right."""

import math

import mpmath as mp
import numpy as np
import pytest
import sympy
from family_checks import check_edges, every_family

import xent_lit as xl
from xent_lit import Bernoulli, Categorical, Laplace, Normal, Poisson, empirical
from xent_lit.arrays.symbols import SymArray
from xent_lit.coding import decode, encode
from xent_lit.proof.pmfs import symbols_pmf
from xent_lit.regression import linear_gradient, softmax_regression

mp.mp.dps = 60
inf, nan = math.inf, math.nan

# ── what is refused ────────────────

OF_PMFS = {
    "entropy": xl.entropy,
    "cross_entropy": lambda p: xl.cross_entropy(p, p),
    "cross_entropy, model": lambda q: xl.cross_entropy([0.5, 0.5], q),
    "kl_divergence": lambda p: xl.kl_divergence(p, [0.5, 0.5]),
    "kl_divergence, model": lambda q: xl.kl_divergence([0.5, 0.5], q),
    "js_divergence": lambda p: xl.js_divergence(p, [0.5, 0.5]),
    "total_variation": lambda p: xl.total_variation(p, [0.5, 0.5]),
    "perplexity": xl.perplexity,
    "code_lengths": xl.code_lengths,
    "expected_length": lambda p: xl.expected_length(p, [1, 1]),
    "huffman": xl.huffman,
    "Categorical": lambda p: Categorical(probs=p),
    "empirical cross_entropy": lambda q: xl.cross_entropy(empirical([0, 1]), q),
    "H(pmf, Categorical)": lambda p: xl.cross_entropy(p, Categorical(logits=[0.0, 0.0])),
    "H(Categorical, pmf)": lambda q: xl.cross_entropy(Categorical(logits=[0.0, 0.0]), q),
}
NO_PMF = {
    (0.5, 0.4): r"sums to 0\.9 .*expected 1; normalize",
    (8, 2): r"sums to 10 .*normalize\(\w+\) turns counts",
    (1.5, -0.5): r"negative entry, -0\.5",
    (nan, 1.0): "NaN entry",
    (inf, 0.0): "sums to inf",
    (): "0 outcomes on axis -1, expected at least 1",
    0.5: r"shape \(\), expected outcomes on axis -1",
}


@pytest.mark.parametrize("name", OF_PMFS)
def test_what_is_no_pmf_is_refused(name):
    called = {"entropy": "entropy", "perplexity": "perplexity|cross_entropy"}.get(
        name, name.split(",")[0]
    )
    called = "Categorical" if "Categorical" in name or "empirical" in name else called
    for wrong, message in NO_PMF.items():
        with pytest.raises(ValueError, match=f"({called}): .*{message}"):
            OF_PMFS[name](wrong)


OF_NUMBERS = OF_PMFS | {
    "normalize": xl.normalize,
    "logsumexp": xl.logsumexp,
    "log_softmax": xl.log_softmax,
    "softmax": xl.softmax,
    "kraft_sum": xl.kraft_sum,
    "expected_length, lengths": lambda x: xl.expected_length([0.5, 0.5], x),
    "empirical": empirical,
    "empirical, second": lambda x: empirical([1, 2], x),
    "empirical, weights": lambda x: empirical([1, 2], weights=x),
    "Normal": lambda x: Normal(x, 1),
    "Normal, scale": lambda x: Normal(0, x),
    "Laplace": lambda x: Laplace(x, 1),
    "Bernoulli": Bernoulli,
    "Bernoulli, logits": lambda x: Bernoulli(logits=x),
    "Poisson": Poisson,
    "Categorical, logits": lambda x: Categorical(logits=x),
    "nll Normal": lambda x: xl.nll(Normal(0, 1), x),
    "mse": lambda x: xl.mse([1, 2], x),
    "nll Categorical": lambda x: xl.nll(Categorical(logits=[0, 0]), x),
    "nll, weights": lambda x: xl.nll(Normal(0, 1), [1, 2], weights=x),
}


@pytest.mark.parametrize("name", OF_NUMBERS)
def test_what_is_no_number_is_refused(name):
    for wrong in (
        "ab",
        ["a", "b"],
        [None, 1.0],
        [[1.0, 2.0], [3.0]],
        [1j, 1.0],
        {"a": 1.0},
        [1.0, object()],
        np.array(["1", "2"]),
        np.array([1, 2], dtype="M8[s]"),
    ):
        with pytest.raises(
            TypeError,
            match=r"\w+: .*expected (real numbers in an array, or in lists of equal length"
            r"|probabilities, or a distribution)",
        ):
            OF_NUMBERS[name](wrong)
    with pytest.raises(TypeError, match=r"\w+: got complex numbers, expected real ones"):
        OF_NUMBERS[name](np.array([1j, 1.0]))


REFUSED = {
    "a label of no class, gradient": (
        lambda: linear_gradient(
            softmax_regression, np.zeros((2, 4)), empirical(np.zeros((2, 1)), [0, 7])
        ),
        "got the label 7, expected integers from 0 to 3",
    ),
    "counts that differ": (
        lambda: xl.kl_divergence([0.5, 0.5], [0.3, 0.3, 0.4]),
        "kl_divergence: p has 2 outcomes on axis -1, q has 3 outcomes on axis -1; expected the "
        "same number",
    ),
    "counts that differ, a model": (
        lambda: xl.cross_entropy([0.5, 0.5], Categorical(logits=[0, 0, 0])),
        "cross_entropy: p has 2 outcomes on axis -1, q has 3",
    ),
    "counts that differ, lengths": (
        lambda: xl.expected_length([0.5, 0.5], [1, 2, 2]),
        "expected_length: p has 2 outcomes on axis -1, lengths has 3",
    ),
    "batches": (
        lambda: xl.cross_entropy([[0.5, 0.5]] * 2, [[0.5, 0.5]] * 3),
        r"cross_entropy: p has shape \(2, 2\), q has shape \(3, 2\); expected batches that "
        r"broadcast",
    ),
    "no such axis": (
        lambda: xl.entropy([0.5, 0.5], axis=1),
        r"p has shape \(2,\), expected outcomes on axis 1",
    ),
    "axes of no number": (
        lambda: xl.softmax([0.5, 0.5], axis=(0, 1)),
        r"^softmax: z has 1 axes, expected outcomes on axis \(0, 1\)",
    ),
    "base 1": (lambda: xl.entropy([0.5, 0.5], base=1), "base is 1, expected None .*2 .*except 1"),
    "base 0": (
        lambda: xl.kl_divergence([0.5, 0.5], [0.5, 0.5], base=0),
        "kl_divergence: base is 0, expected",
    ),
    "base of text": (
        lambda: xl.cross_entropy([0.5, 0.5], [0.5, 0.5], base="bits"),
        "cross_entropy: base is 'bits', expected",
    ),
    "infinite base": (lambda: xl.entropy([0.5, 0.5], base=inf), "base is inf, expected"),
    "no weights": (
        lambda: xl.normalize([0, 0]),
        "normalize: w has the sum 0 and the least entry 0, expected weights >= 0",
    ),
    "negative weights": (
        lambda: xl.normalize([2, -1]),
        "normalize: .*least entry -1, expected weights >= 0",
    ),
    "negative lengths": (
        lambda: xl.expected_length([0.5, 0.5], [-1, 1]),
        "expected_length: lengths has the entry -1, expected",
    ),
    "NaN lengths": (
        lambda: xl.kraft_sum([nan, 1]),
        "kraft_sum: lengths has the entry nan, expected",
    ),
    "no lengths": (lambda: xl.kraft_sum([]), "kraft_sum: lengths has 0 outcomes"),
    "batch of pmfs": (
        lambda: xl.huffman([[0.5, 0.5]]),
        r"huffman: q has shape \(1, 2\), expected one pmf of shape \(k,\)",
    ),
    "a label the coder does not know": (
        lambda: encode([0, 2], [0.5, 0.5]),
        "encode: the message has the label 2, expected integers from 0 to 1",
    ),
    "a label that the model of the coder excludes": (
        lambda: encode([0, 1], [1, 0]),
        "encode: q excludes a label of the message",
    ),
    "a coder without a pmf": (
        lambda: encode([0, 1], [2, 1]),
        r"encode: q sums to 3 .*normalize\(q\)",
    ),
    "a coder with too few rows": (
        lambda: encode([0, 1], [[0.5, 0.5]]),
        r"encode: q has shape \(1, 2\) for 2 labels, expected .* or one for each label \(2, k\)",
    ),
    "rows for one place": (
        lambda: encode([0], lambda before: [[0.5, 0.5]]),
        r"encode: q has shape \(1, 2\) at one place, expected one pmf",
    ),
    "bits that are a list": (lambda: decode([1, 0], [0.5, 0.5], 2), "decode: bits is"),
    "bits with a prefix": (lambda: decode("0b1", [0.5, 0.5], 2), "decode: bits is '0b1'"),
    "a message of less than none": (lambda: decode("1", [0.5, 0.5], -1), "decode: m is -1"),
    "a decoder with too few rows": (lambda: decode("1", [[0.5, 0.5]], 2), "decode: q has shape"),
    "a coder with tables": (lambda: encode([0], [[[0.5, 0.5]]]), "encode: q has shape"),
    "a coder with a row that is no pmf": (
        lambda: encode([0, 1], [[0.5, 0.5], [2, 1]]),
        "encode: q sums to 3",
    ),
    "a model for a coder that makes no pmf": (
        lambda: encode([0, 1], lambda before: [1.0, len(before)]),
        "encode: q sums to 2",
    ),
    "a label beyond a model's own row": (
        lambda: encode([0, 2], lambda before: [0.5, 0.5]),
        "encode: the message has the label 2, expected integers from 0 to 1",
    ),
    "scale 0": (lambda: Normal(0, 0), "Normal: scale is 0, expected a finite number > 0"),
    "negative scale": (
        lambda: Laplace(0, [1.0, -1.0]),
        r"Laplace: scale has the entry -1\.0, expected a finite number > 0",
    ),
    "infinite loc": (lambda: Normal(inf, 1), "Normal: loc is inf, expected a finite number"),
    "NaN scale": (lambda: Normal(0, nan), "Normal: scale is nan, expected a finite number > 0"),
    "parameters that do not fit": (
        lambda: Normal([0, 1, 2], [1, 2]),
        r"Normal: loc has shape \(3,\), scale has shape \(2,\); expected shapes that broadcast",
    ),
    "negative rate": (lambda: Poisson(-1), "Poisson: rate is -1, expected a finite number >= 0"),
    "probability above 1": (
        lambda: Bernoulli(1.5),
        r"Bernoulli: probs is 1\.5, expected probabilities in \[0, 1\]",
    ),
    "NaN logits": (
        lambda: Bernoulli(logits=nan),
        "Bernoulli: logits is nan, expected logits that are not NaN",
    ),
    "NaN logits, several": (
        lambda: Categorical(logits=[nan, 0]).pmf(),
        r"Categorical: logits have a NaN, or a row of -inf; expected no NaN",
    ),
    "no possible outcome": (
        lambda: Categorical(logits=[-inf, -inf]).log_prob(0),
        "Categorical: logits have a NaN, or a row of -inf; expected no NaN, and in each row an "
        "entry above -inf",
    ),
    "label 2 of a coin": (
        lambda: xl.nll(Bernoulli(0.5), [0, 2]),
        r"Bernoulli\.log_prob: got the label 2, expected 0 or 1",
    ),
    "label k": (
        lambda: xl.nll(Categorical(logits=[0, 0]), [0, 2]),
        r"Categorical\.log_prob: got the label 2, expected integers from 0 to 1",
    ),
    "label -1": (
        lambda: xl.nll(Categorical(logits=[0, 0]), [0, -1]),
        "got the label -1, expected integers from 0 to 1",
    ),
    "symbols, label -1": (
        lambda: Categorical(probs=symbols_pmf("p", 3)).log_prob(-1),
        r"Categorical\.log_prob: got the label -1, expected integers from 0 to 2",
    ),
    "half a label": (
        lambda: xl.nll(Categorical(logits=[0, 0]), 0.5),
        r"got the label 0\.5, expected integers",
    ),
    "NaN label": (
        lambda: xl.nll(Categorical(logits=[0, 0]), nan),
        "got the label nan, expected integers",
    ),
    "label of an empirical distribution": (
        lambda: xl.cross_entropy(empirical([0, 3]), [0.5, 0.5]),
        "got the label 3, expected integers from 0 to 1",
    ),
    "half a count": (
        lambda: xl.nll(Poisson(1), [0.5]),
        r"Poisson\.log_prob: got the label 0\.5, expected a count",
    ),
    "infinite count": (lambda: xl.nll(Poisson(1), [inf]), "got the label inf, expected a count"),
    "draws that do not fit": (
        lambda: Normal([0, 1, 2], 1).log_prob([0, 1]),
        r"Normal\.log_prob: x has shape \(2,\), loc has shape \(3,\), scale has shape \(\); "
        r"expected shapes that broadcast",
    ),
    "labels that do not fit": (
        lambda: Categorical(logits=[[0, 0]] * 3).log_prob([0, 1]),
        r"Categorical\.log_prob: y has shape \(2,\), batch has shape \(3,\); expected shapes "
        r"that broadcast",
    ),
    "models that do not fit": (
        lambda: xl.kl_divergence(Normal([0, 1, 2], 1), Normal([0, 1], 1)),
        "kl_divergence: .*expected shapes that broadcast",
    ),
    "nll that does not fit": (
        lambda: xl.nll(Normal([0, 1, 2], 1), [0, 1]),
        r"nll: model has batch shape \(3,\), the draws \(2,\); expected one model, or one for "
        r"each draw",
    ),
    "empty sample": (
        lambda: empirical([]),
        r"empirical: samples have lengths \[0\], expected the same length, at least 1",
    ),
    "empty sample of nll": (
        lambda: xl.nll(Normal(0, 1), []),
        "nll: got an empty sample, expected at least one draw",
    ),
    "empty sample of likelihood": (
        lambda: xl.likelihood(Normal(0, 1), []),
        "likelihood: got an empty sample, expected at least one draw",
    ),
    "a sample of one number": (
        lambda: empirical(1.0),
        r"empirical: samples have lengths \[None\], expected",
    ),
    "samples of different length": (
        lambda: empirical([1, 2], [1]),
        r"empirical: samples have lengths \[2, 1\], expected the same length",
    ),
    "NaN in a sample": (
        lambda: empirical([1, nan]),
        "empirical: a sample has a NaN, expected numbers",
    ),
    "weights of other length": (
        lambda: empirical([1, 2], weights=[1]),
        r"empirical: weights have shape \(1,\), expected \(2,\)",
    ),
    "weights negative": (
        lambda: empirical([1, 2], weights=[2, -1]),
        "empirical: weights sum to 1 with least entry -1, expected weights >= 0",
    ),
    "weights infinite": (
        lambda: empirical([1, 2], weights=[inf, 1]),
        "empirical: weights sum to inf .*finite sum > 0",
    ),
    "a batch of models": (
        lambda: xl.cross_entropy(empirical([1, 2]), Normal([0, 1], 1)),
        r"cross_entropy: q has batch shape \(2,\), expected one model for all draws",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_bad_values_are_refused(what):
    attempt, message = REFUSED[what]
    with pytest.raises(ValueError, match=message):
        attempt()


WRONG_KIND = {
    "a model in place of its pmfs": (
        lambda: encode([0], Categorical(probs=[0.5, 0.5])),
        r"encode: q is .*, expected its probabilities; q.pmf\(\)",
    ),
    "a coder of symbols": (
        lambda: encode([0], list(sympy.symbols("a b", positive=True))),
        "encode: q is symbolic or traced, expected numbers",
    ),
    "half a message": (lambda: decode("1", [0.5, 0.5], 0.5), "decode: m is 0.5, expected the num"),
    "both probs and logits": (
        lambda: Categorical(probs=[0.5, 0.5], logits=[0, 0]),
        "Categorical: got both of probs and logits, expected exactly one",
    ),
    "neither": (
        lambda: Bernoulli(),
        "Bernoulli: got neither of probs and logits, expected exactly one",
    ),
    "no distribution": (
        lambda: xl.nll([0.5, 0.5], [0]),
        "nll: model is list, expected a distribution",
    ),
    "no distribution on the left": (
        lambda: xl.cross_entropy(object(), Normal(0, 1)),
        r"cross_entropy: p is <object.*expected probabilities, or a distribution with "
        r"expect\(f\) and log_prob\(x\)",
    ),
    "no distribution on the right": (
        lambda: xl.kl_divergence(Normal(0, 1), "Normal"),
        r"kl_divergence: q is Normal .*expected probabilities, or a distribution with",
    ),
    "pairs beside one model": (
        lambda: xl.cross_entropy(empirical([0, 1], [1, 2]), Normal(0, 1)),
        r"cross_entropy: p has pairs \(x, y\), expected q to be a function",
    ),
    "a code for symbols": (
        lambda: xl.huffman(symbols_pmf("q", 2)),
        "huffman: q is symbolic, lazy or traced, expected numbers",
    ),
    "no sample": (lambda: empirical(), "empirical: got no sample, expected at least one"),
}


@pytest.mark.parametrize("what", WRONG_KIND)
def test_wrong_kinds_are_refused(what):
    attempt, message = WRONG_KIND[what]
    with pytest.raises((TypeError, NotImplementedError), match=message):
        attempt()


@every_family
def test_edges_of_every_family(family):
    """Wrong parameters, batches that do not fit, NaN, what is outside, and nothing at all."""
    check_edges(family)


# ── what is an answer, without a warning

ANSWERS = {
    "p never": (lambda: xl.cross_entropy([0.5, 0.5, 0], [0.5, 0.5, 0]), math.log(2)),
    "p never, q maybe": (lambda: xl.kl_divergence([0.5, 0.5, 0], [0.25, 0.25, 0.5]), math.log(2)),
    "q never": (lambda: xl.cross_entropy([0.5, 0.5], [1, 0]), inf),
    "q never, divergence": (lambda: xl.kl_divergence([0.5, 0.5], [1.0, 0.0]), inf),
    "q never, perplexity": (lambda: xl.perplexity([0.5, 0.5], [1, 0]), inf),
    "q never, code": (lambda: xl.expected_length([0.5, 0.5], xl.code_lengths([1, 0])), inf),
    "neither, code": (lambda: xl.expected_length([1, 0], xl.code_lengths([1, 0])), 0.0),
    "apart": (lambda: xl.kl_divergence([1, 0], [0, 1]), inf),
    "forbidden label": (lambda: xl.nll(Categorical(probs=[1, 0]), [1]), inf),
    "forbidden label, logits": (lambda: xl.nll(Categorical(logits=[0, -inf]), [1]), inf),
    "forbidden coin": (lambda: xl.nll(Bernoulli(1.0), [0]), inf),
    "forbidden coin, logits": (lambda: xl.nll(Bernoulli(logits=inf), [0]), inf),
    "sure coin, logits": (lambda: xl.nll(Bernoulli(logits=-inf), [0]), 0.0),
    "no counts": (lambda: xl.nll(Poisson(0), [0]), 0.0),
    "a count at rate 0": (lambda: xl.nll(Poisson(0.0), [3]), inf),
    "rate 0, divergence": (lambda: xl.kl_divergence(Poisson(1.0), Poisson(0.0)), inf),
    "rate 0, entropy": (lambda: xl.entropy(Poisson(0.0)), 0.0),
    "impossible sample": (lambda: xl.likelihood(Bernoulli(1.0), [1, 0]), 0.0),
    "impossible sample, log": (lambda: xl.log_likelihood(Bernoulli(1.0), [1, 0]), -inf),
    "no weight on the impossible": (lambda: xl.nll(Bernoulli(1.0), [1, 0], weights=[1, 0]), 0.0),
    "coins apart": (lambda: xl.kl_divergence(Bernoulli(0.5), Bernoulli(logits=inf)), inf),
    "coins alike": (lambda: xl.kl_divergence(Bernoulli(1), Bernoulli(logits=inf)), 0.0),
    "categories apart": (
        lambda: xl.kl_divergence(Categorical(logits=[0, 0]), Categorical(logits=[0, -inf])),
        inf,
    ),
    "categories alike": (
        lambda: xl.kl_divergence(Categorical(logits=[0, -inf]), Categorical(logits=[0, -inf])),
        0.0,
    ),
    "atoms and a density": (lambda: xl.kl_divergence(empirical([0.0, 1.0]), Normal(0, 1)), inf),
    "atoms and a pmf": (lambda: xl.kl_divergence(empirical([0, 1]), Bernoulli(1.0)), inf),
    "empirical distributions": (
        lambda: xl.cross_entropy(empirical([0, 1]), empirical([0, 0])),
        inf,
    ),
    "counts and a density": (lambda: xl.kl_divergence(Poisson(1), Normal(0, 1)), inf),
    "a pmf and a density": (lambda: xl.kl_divergence([0.5, 0.5], Normal(0, 1)), inf),
    "a density for labels": (
        lambda: xl.cross_entropy([0.5, 0.5], Normal(0, 1)),
        math.log(2 * math.pi) / 2 + 0.25,
    ),
    "a density and a pmf": (lambda: xl.kl_divergence(Normal(0, 1), [0.5, 0.5]), inf),
    "labels under a density": (lambda: xl.cross_entropy(Normal(0, 1), Bernoulli(0.5)), inf),
    "a density and counts": (lambda: xl.kl_divergence(Normal(0, 1), Poisson(1)), inf),
    "one outcome": (lambda: xl.entropy([1.0]), 0.0),
    "one outcome, divergence": (lambda: xl.kl_divergence([1], [1]), 0.0),
    "one outcome, logits": (lambda: xl.nll(Categorical(logits=[7.0]), [0]), 0.0),
    "one outcome, softmax": (lambda: xl.softmax([-3.0]), [1.0]),
    "one outcome, code": (lambda: xl.code_lengths([1.0], whole=True), [0.0]),
    "one-hot": (lambda: xl.entropy([0, 1, 0]), 0.0),
    "one-hot, bits": (lambda: xl.cross_entropy([0, 1, 0], [0, 1, 0], base=2), 0.0),
    "one-hot, lengths": (lambda: xl.code_lengths([0, 1, 0]), [inf, 0.0, inf]),
    "booleans": (lambda: xl.entropy([True, False]), 0.0),
    "boolean labels": (
        lambda: xl.nll(Bernoulli(0.25), np.array([True, False])),
        -math.log(0.25 * 0.75) / 2,
    ),
    "boolean classes": (
        lambda: xl.nll(Categorical(probs=[0.25, 0.75]), np.array([True, False])),
        -math.log(0.25 * 0.75) / 2,
    ),
    "integers": (lambda: xl.kl_divergence(np.array([1, 0]), np.array([1, 0])), 0.0),
    "plain numbers": (lambda: xl.nll(Normal(0, 1), 0), math.log(2 * math.pi) / 2),
    "0-d arrays": (lambda: xl.nll(Categorical(logits=np.zeros(2)), np.array(1)), math.log(2)),
    "subnormal p": (
        lambda: xl.entropy([1e-310, 1.0]),
        float(-mp.mpf(1e-310) * mp.log(mp.mpf(1e-310))),
    ),
    "subnormal q": (lambda: xl.cross_entropy([1.0, 0.0], [1e-310, 1.0]), -math.log(1e-310)),
    "subnormal q, divergence": (
        lambda: xl.kl_divergence([1.0, 0.0], [1e-310, 1.0]),
        -math.log(1e-310),
    ),
    "least number": (
        lambda: xl.kl_divergence([0.5, 0.5], [5e-324, 1.0]),
        float(mp.log(mp.mpf(1) / 4 / mp.mpf(5e-324)) / 2),
    ),
    "normalize subnormals": (lambda: xl.normalize([5e-324, 5e-324]), [0.5, 0.5]),
    "huge logits": (lambda: xl.log_softmax([1e308, -1e308]), [0.0, -inf]),
    "huge logits, loss": (lambda: xl.nll(Categorical(logits=[1e308, -1e308]), [1]), inf),
    "huge logits, right": (lambda: xl.nll(Categorical(logits=[1e308, -1e308]), [0]), 0.0),
    "huge logits, tie": (lambda: xl.logsumexp([1e308, 1e308]), 1e308),
    "huge distance": (lambda: xl.nll(Normal(0, 1), 1e200), inf),
    "huge distance, divergence": (lambda: xl.kl_divergence(Normal(0, 1), Normal(1e200, 1)), inf),
    "no event at a huge rate": (lambda: xl.nll(Poisson(np.array([1e16, 1e300])), [0, 0]), 5e299),
    "no event at a large rate": (lambda: xl.nll(Poisson(np.float32(2e7)), np.float32([0])), 2e7),
    "no event or many": (lambda: xl.kl_divergence(Poisson(0.0), Poisson(1e17)), 1e17),
    "underflow in the model": (
        lambda: xl.kl_divergence(np.float32([0.5, 0.5]), Categorical(logits=np.float32([0, -110]))),
        np.float32(55 - math.log(2)),
    ),
    "opposite certainties": (
        lambda: xl.kl_divergence(Bernoulli(logits=inf), Bernoulli(logits=-inf)),
        inf,
    ),
    "symbols, a forbidden outcome": (
        lambda: [float(e) for e in xl.log_softmax(SymArray([1, -inf]))],
        [0.0, -inf],
    ),
    "symbols, a certain outcome": (
        lambda: [float(e) for e in xl.log_softmax(SymArray([1, inf]))],
        [-inf, 0.0],
    ),
    "no error, the best scale": (lambda: xl.gaussian_nll([1.0, 2.0], [1.0, 2.0]), -inf),
    "symbols, no error, the best scale": (
        lambda: float(xl.gaussian_nll(SymArray([1, 2]), SymArray([1, 2]))),
        -inf,
    ),
    "huge squares": (lambda: xl.mse([1e200, 0.0], 0.0), inf),
    "huge squares, many": (lambda: xl.mse(np.full(300_000, 1e200), 0.0), inf),
    "huge distance in tiny units": (lambda: xl.nll(Laplace(0, 1e-10), 1e308), inf),
    "huge scale": (lambda: xl.nll(Normal(0, 1e308), 0.0), 710.1151471753708),
    "tiny scale, entropy": (
        lambda: xl.entropy(Normal(0.0, 1e-170)),
        math.log(1e-170) + math.log(2 * math.pi * math.e) / 2,
    ),
    "huge scale, entropy": (
        lambda: xl.entropy(Normal(0.0, 1e160)),
        math.log(1e160) + math.log(2 * math.pi * math.e) / 2,
    ),
    "huge coin": (lambda: xl.nll(Bernoulli(logits=[1e308, -1e308]), [1, 0]), 0.0),
    "huge coin, wrong": (lambda: xl.nll(Bernoulli(logits=-1e308), 1), 1e308),
    "certain logits": (lambda: xl.softmax([inf, 0.0, inf]), [0.5, 0.0, 0.5]),
    "forbidden logits": (lambda: xl.log_softmax([0.0, -inf]), [0.0, -inf]),
    "nothing allowed": (lambda: xl.logsumexp([-inf, -inf]), -inf),
    "nothing allowed, softmax": (lambda: xl.softmax([-inf, -inf]), [nan, nan]),
    "NaN spreads": (lambda: xl.logsumexp([nan, 1.0]), nan),
    "NaN spreads, softmax": (lambda: xl.softmax([nan, 1.0]), [nan, nan]),
    "NaN draw": (lambda: xl.nll(Normal(0, 1), [nan]), nan),
    "tie": (lambda: xl.softmax([2.0, 2.0, 2.0, 2.0]), [0.25] * 4),
    "far draw": (lambda: xl.nll(Laplace(0, 1), [1e300]), 1e300),
}


@pytest.mark.parametrize("what", ANSWERS)  # pytest turns every warning into an error
def test_answers_are_exact_and_silent(what):
    f, expected = ANSWERS[what]
    answer = np.asarray(f())
    np.testing.assert_allclose(answer, expected, rtol=4e-16, atol=0)
    assert not (np.signbit(answer) & (answer == 0)).any()  # 0.0 and not −0.0


def test_half_precision():
    def half(x):
        return np.asarray(x, dtype=np.float16)

    for f in (
        lambda: xl.entropy(half([0.5, 0.5])),
        lambda: xl.kl_divergence(half([0.5, 0.5]), [0.25, 0.75]),
        lambda: xl.log_softmax(half([0, 5])),
        lambda: Bernoulli(logits=half([0.5])).log_prob(1),
        lambda: Poisson(half([0.5])).log_prob(3),
        lambda: xl.softmax(half([0, 5])),
    ):
        assert f().dtype == np.float16
    for model in Bernoulli(logits=half([0.5])), Poisson(half([0.5])), Normal(half([0.5]), 1):
        assert xl.nll(model, [1]).dtype == np.float32
    z = half(np.zeros(5000))
    z[4097] = 2  # 4097 is no half-precision number
    close = 2 - math.log(4999 + math.exp(2))
    assert abs(Categorical(logits=z).log_prob([4097])[0] - close) < 1e-2
    assert abs(Categorical(logits=z).log_prob(np.array([4096, 4097]))[1] - close) < 1e-2
    p_hat = empirical(half([[1.0], [1.0]]), [4097, 4098])
    assert p_hat.values[1].tolist() == [4097, 4098] and p_hat.weights.tolist() == [0.5, 0.5]
    many = empirical(half(np.ones(70000)))
    assert xl.cross_entropy(many, Normal(half(1.0), 1.0)) == pytest.approx(
        math.log(2 * math.pi) / 2, rel=1e-3
    )


def test_weights_of_the_empirical_distribution_are_exact():
    draws = np.random.default_rng(0).integers(0, 50000, size=200000).astype(np.float32)
    p_hat = empirical(draws)
    values, counts = np.unique(draws, return_counts=True)
    assert (p_hat.values[0] == values).all() and p_hat.weights.dtype == np.float32
    assert (p_hat.weights == counts.astype(np.float32) / np.float32(200000)).all()
    weights = np.random.default_rng(1).uniform(size=200000).astype(np.float32)
    exact = np.bincount(draws.astype(int), weights.astype(float))[values.astype(int)] / weights.sum(
        dtype=float
    )
    np.testing.assert_allclose(empirical(draws, weights=weights).weights, exact, rtol=1e-6)


def test_rows_are_merged():
    p_hat = empirical([[1, 2], [0, 5], [1, 2], [1, 3]], [0, 0, 0, 1])
    assert [v.tolist() for v in p_hat.values] == [[[0, 5], [1, 2], [1, 3]], [0, 0, 1]]
    assert p_hat.weights.tolist() == [0.25, 0.5, 0.25]
    assert empirical([3, 1, 1]).prob([0, 1, 2, 3, 4]).tolist() == [0, 2 / 3, 0, 1 / 3, 0]


def test_messages_of_no_information_need_no_bits():
    assert (
        encode([0, 0, 0], [1, 0]) == encode([], [0.5, 0.5]) == ""
        and decode("", [1, 0], 3) == [0, 0, 0]
        and decode("", [0.5, 0.5], 0) == []
    )


def test_a_coder_may_have_a_pmf_for_each_place():
    """As rows, or made from the labels before; an exact answer either way."""
    rows = [[0.5, 0.5], [0.25, 0.75], [1, 0], [0.25, 0.75]]

    def model(before):
        assert isinstance(before, list)
        return rows[len(before)]

    for message, bits in ([0, 1, 0, 1], "01"), ([1, 0, 0, 0], "10000"), ([1, 0, 0, 1], "1001"):
        for q in rows, np.array(rows), model:
            assert encode(message, q) == encode(np.array(message), q)
            assert decode(encode(message, q), q, 4) == message
            assert encode(message, q) == bits
    assert encode([], model) == "" and decode("", model, 0) == []


def test_models_print_what_was_given():
    assert [
        repr(m)
        for m in (
            Normal(0, 1),
            Bernoulli(logits=0.5),
            Categorical(probs=[0.5, 0.5]),
            Poisson(np.float64(2)),
        )
    ] == [
        "Normal(loc=0, scale=1)",
        "Bernoulli(logits=0.5)",
        "Categorical(probs=[0.5 0.5])",
        "Poisson(rate=2.0)",
    ]
    assert (
        Normal([0, 1], [[1], [2], [3]]).batch_shape == (3, 2)
        and Categorical(logits=[[0, 0]]).batch_shape == (1,)
        and Poisson(1).batch_shape == ()
    )


# ── how many digits are right ──────

EPS = {np.float64: 2.0**-52, np.float32: 2.0**-23}
precisions = pytest.mark.parametrize("dtype", EPS, ids=lambda dtype: dtype.__name__)


def exactly(x):
    """The stored numbers, as they are, in high precision."""
    return [mp.mpf(float(v)) for v in np.ravel(x)]


def check(ours, truth, dtype, eps):
    """Relative error at most so many rounding units."""
    assert abs(mp.mpf(float(ours)) - truth) <= eps * EPS[dtype] * abs(truth), (
        float(ours),
        mp.nstr(truth, 20),
    )


def term(p, q):
    return p * mp.log(p / q) - p + q


@precisions
def test_divergence_of_nearly_equal_pmfs(dtype):
    rng = np.random.default_rng(0)
    for k in 2, 5, 100:
        for size in np.geomspace(0.1, EPS[dtype] * 4, 30):
            p = rng.dirichlet(np.ones(k)).astype(dtype)
            q = (p * (1 + size * rng.uniform(-1, 1, size=k))).astype(dtype)
            if (p != q).any() and abs(q.sum() - 1) < 1e-8 + 1e-4 * (dtype == np.float32):
                check(xl.kl_divergence(p, q), mp.fsum(map(term, exactly(p), exactly(q))), dtype, 8)


@precisions
def test_divergences_of_nearly_equal_models(dtype):
    for size in np.geomspace(0.5, EPS[dtype] * 2, 40):
        a, s, r = (np.asarray(v, dtype=dtype) for v in (1 + size, 1.3 * (1 + size), 1.3))
        (x, u, v), one = (exactly(value)[0] for value in (a, s, r)), np.asarray(1, dtype=dtype)
        truth = mp.log(v / u) + (u**2 + (x - 1) ** 2) / (2 * v**2) - mp.mpf(1) / 2
        check(xl.kl_divergence(Normal(a, s), Normal(one, r)), truth, dtype, 10)
        d = abs(x - 1)
        truth = mp.log(v / u) - 1 + (d + u * mp.exp(-d / u)) / v
        check(xl.kl_divergence(Laplace(a, s), Laplace(one, r)), truth, dtype, 20)
        check(xl.kl_divergence(Poisson(s), Poisson(r)), term(u, v), dtype, 6)
        p, q = np.asarray(0.3 * (1 + size), dtype=dtype), np.asarray(0.3, dtype=dtype)
        check(
            xl.kl_divergence(Bernoulli(p), Bernoulli(q)),
            term(*exactly([p, q])) + term(*(1 - v for v in exactly([p, q]))),
            dtype,
            30,
        )


@precisions
def test_divergences_of_nearly_equal_logits(dtype):
    rng = np.random.default_rng(0)
    for size in np.geomspace(0.5, EPS[dtype] * 16, 20):
        z = rng.normal(size=4).astype(dtype)
        w = (z + size * rng.uniform(-1, 1, size=4)).astype(dtype)
        (p, q) = (
            [mp.exp(v) / mp.fsum(map(mp.exp, exactly(logits))) for v in exactly(logits)]
            for logits in (z, w)
        )
        check(
            xl.kl_divergence(Categorical(logits=z), Categorical(logits=w)),
            mp.fsum(map(term, p, q)),
            dtype,
            20,
        )
        (p, q) = (
            [
                mp.exp(exactly(logits)[0]) / (1 + mp.exp(exactly(logits)[0])),
                1 / (1 + mp.exp(exactly(logits)[0])),
            ]
            for logits in (z, w)
        )
        check(
            xl.kl_divergence(Bernoulli(logits=z[0]), Bernoulli(logits=w[0])),
            mp.fsum(map(term, p, q)),
            dtype,
            20,
        )


@precisions
def test_softmax_loss(dtype):
    for offset in 0, 1000:
        for gap in range(81):
            z = np.asarray([gap, 0, -1, 0], dtype=dtype) + dtype(offset)
            lse = mp.log(mp.fsum(map(mp.exp, exactly(z))))
            for y in range(4):
                check(xl.nll(Categorical(logits=z), [y]), lse - exactly(z)[y], dtype, 6)
            check(xl.logsumexp(z), lse, dtype, 2)


@precisions
def test_logistic_loss(dtype):
    for t in np.concatenate([np.arange(-85, 86, 2.5), [700.0, -700.0]]).astype(dtype):
        for y, sign in (1, -1), (0, 1):
            truth = mp.log1p(mp.exp(sign * exactly(t)[0]))
            if truth > np.finfo(dtype).tiny:
                check(xl.nll(Bernoulli(logits=t), [y]), truth, dtype, 4)
                check(
                    Bernoulli(logits=t).mean, 1 / (1 + mp.exp(-exactly(t)[0])), dtype, 4
                ) if t > -85 else None


@precisions
def test_logistic_loss_of_probabilities(dtype):
    for p in np.concatenate(
        [np.geomspace(1e-30, 0.5, 30), 1 - np.geomspace(EPS[dtype], 0.4, 20)]
    ).astype(dtype):
        (v,), q = exactly(p), Bernoulli(p)
        check(xl.nll(q, [1]), -mp.log(v), dtype, 2)
        check(xl.nll(q, [0]), -mp.log1p(-v), dtype, 2)
        check(xl.entropy(q), -v * mp.log(v) - (1 - v) * mp.log1p(-v), dtype, 6)


@precisions
def test_entropy_near_certainty(dtype):
    for d in np.geomspace(EPS[dtype], 0.5, 40):
        p = np.asarray([1 - d, d], dtype=dtype)
        check(xl.entropy(p), -mp.fsum(v * mp.log(v) for v in exactly(p)), dtype, 4)


@precisions
def test_losses_keep_their_constants(dtype):
    for k in 0, 1, 2, 3, 10, 100, 1000:
        rate = np.asarray(2.5 + k / 3, dtype=dtype)
        (r,) = exactly(rate)
        parts = (
            r,
            k * mp.log(r),
            mp.loggamma(k + 1),
        )  # of the size of the parts, not of what is left of them
        assert abs(
            mp.mpf(float(xl.nll(Poisson(rate), [k]))) - (parts[0] - parts[1] + parts[2])
        ) <= 6 * EPS[dtype] * max(map(abs, parts))
    for x in 0.0, 0.3, -2.0, 30.0, 1e4:
        for scale in 1e-6, 0.5, 1.0, 30.0:
            x_, s = (np.asarray(v, dtype=dtype) for v in (x, scale))
            (u,), (v,) = exactly(x_), exactly(s)
            square, log = ((u - mp.mpf(0.25)) / v) ** 2 / 2, mp.log(v * mp.sqrt(2 * mp.pi))
            assert abs(mp.mpf(float(xl.nll(Normal(0.25, s), x_))) - (square + log)) <= 4 * EPS[
                dtype
            ] * max(square, abs(log), 1)


def test_poisson_entropy():
    for rate in 1e-300, 1e-8, 0.1, 1.0, 7.5, 123.0, 5000.0:
        r = mp.mpf(rate)
        log_factorial = mp.nsum(
            lambda k: mp.exp(-r + k * mp.log(r) - mp.loggamma(k + 1)) * mp.loggamma(k + 1),
            [max(0, int(r - 40 * mp.sqrt(r))), int(r + 40 * mp.sqrt(r) + 60)],
        )
        ours = xl.cross_entropy(Poisson(rate), Poisson(1.0)) - 1
        assert abs(mp.mpf(float(ours)) - log_factorial) <= 4e-16 * (1 + abs(log_factorial)) * 2
    far = 1e12
    assert xl.cross_entropy(Poisson(far), Poisson(1.0)) - 1 == pytest.approx(
        far * math.log(far) - far + math.log(2 * math.pi * math.e * far) / 2, rel=1e-15
    )


@pytest.mark.parametrize("f", [xl.cross_entropy, xl.kl_divergence])
def test_a_row_of_weight_0_is_absent(f):
    """Whatever stands in it, in either argument, on whichever axis; and it keeps its type."""
    for absent in [[nan] * 2, [7.0, -3.0], [1.0, 0.0]]:
        p = np.array([[0.5, 0.5], absent, [0.25, 0.75]])
        for q in ([0.0, 1.0], [nan] * 2):
            q = np.array([[0.25, 0.75], q, [0.5, 0.5]])
            expected = (f(p[0], q[0]) + 3 * f(p[2], q[2])) / 4
            assert f(p, q, weights=[1, 0, 3]) == pytest.approx(expected, rel=1e-15)
            assert f(p.T, q.T, axis=0, weights=[1, 0, 3]) == f(p, q, weights=[1, 0, 3])
    single = np.array([[0.1] * 10, [nan] * 10], np.float32)
    assert f(single, np.float32([0.1] * 10), weights=np.array([1.0, 0.0])) >= 0


@pytest.mark.parametrize("f", [xl.cross_entropy, xl.kl_divergence])
def test_weights_that_do_not_fit_are_refused(f):
    p = [[0.5, 0.5]] * 3
    for weights, words in [
        ([1, 2], r"weights have shape \(2,\), the rows \(3,\); expected one weight for each row"),
        ([0, 0, 0], "all draws are absent"),
        ([1, -1, 1], "least entry -1"),
    ]:
        with pytest.raises(ValueError, match=words):
            f(p, [0.25, 0.75], weights=weights)
    with pytest.raises(ValueError, match="p sums to 2"):
        f([[0.5, 0.5], [1, 1]], [0.5, 0.5], weights=[0, 1])
    with pytest.raises(TypeError, match="weights and draws"):
        f(p, [0.25, 0.75], weights=[1, 1, 1], draws=10)


@pytest.mark.parametrize("f", [xl.conditional_entropy, xl.mutual_information])
def test_what_is_no_joint_table_is_refused(f):
    for joint, words in [
        ([0.5, 0.5], r"joint has shape \(2,\)"),
        ([[1, 2], [3, 4]], r"joint sums to 10 on axis \(-2, -1\), expected 1; normalize"),
        ([[[0.5, 0.5]], [[0.5, 0.25]]], "joint sums to 0.75"),
        ([[-0.5, 1], [0.25, 0.25]], "negative entry, -0.5"),
        ([[nan, 1], [0, 0]], "NaN"),
    ]:
        with pytest.raises(ValueError, match=words):
            f(joint)
    for axis in (0, (0, 0), (0, 2), (0, -2), (0, 1, 1)):
        with pytest.raises(ValueError, match="axis is .*, expected a table of pairs"):
            f([[0.5, 0], [0, 0.5]], axis=axis)


def test_js_divergence_wants_probabilities():
    with pytest.raises(TypeError, match="js_divergence: got Normal"):
        xl.js_divergence(Normal(0.0, 1.0), Normal(1.0, 1.0))
    assert xl.js_divergence([1, 0], [0, 1], base=2) == 1
    assert xl.js_distance([[1, 0], [0.5, 0.5]], [0, 1], base=2).shape == (2,)
    assert xl.js_distance([0.5, 0.5], Categorical(logits=[0.0, 0.0])) == 0


@pytest.mark.parametrize("beta", [0, 1, -0.1, 1.5, nan, inf])
def test_a_share_is_inside(beta):
    with pytest.raises(ValueError, match="js_divergence: beta is .*expected 0 < beta < 1"):
        xl.js_divergence([0.8, 0.2], [0.5, 0.5], beta=beta)


@pytest.mark.parametrize("beta", [None, "half", [0.1, 0.9]])
def test_a_share_is_one_number(beta):
    with pytest.raises(TypeError, match="js_divergence: beta is .*expected one number"):
        xl.js_divergence([0.8, 0.2], [0.5, 0.5], beta=beta)


def test_a_share_that_would_be_trained_is_refused():
    torch = pytest.importorskip("torch")
    with pytest.raises(TypeError, match="beta asks for a gradient, which would be missed"):
        xl.js_divergence([0.8, 0.2], [0.5, 0.5], beta=torch.tensor(0.3, requires_grad=True))


def test_the_share_is_that_of_the_first():
    quarter = 0.25 * np.log(4) + 0.75 * np.log(4 / 3)
    assert xl.js_divergence([1, 0], [0, 1], beta=0.25) == pytest.approx(quarter, rel=1e-15)
    first = xl.kl_divergence([0.5, 0.5], [0.625, 0.375])
    second = xl.kl_divergence([1, 0], [0.625, 0.375])
    found = xl.js_divergence([1, 0], [0.5, 0.5], beta=0.25)
    assert found == pytest.approx(0.25 * second + 0.75 * first, rel=1e-15)


def test_shift_prior():
    assert xl.shift_prior([0.5, 0.5], old=[1, 3], new=[1, 1]).tolist() == [0.75, 0.25]
    shifted = xl.shift_prior([[1.0, 0.0], [0.5, 0.5]], old=[1, 1], new=[1, 3])
    assert shifted.tolist() == [[1.0, 0.0], [0.25, 0.75]]
    assert xl.shift_prior([0.5, 0.5], old=[1, 1], new=[0, 1]).tolist() == [0.0, 1.0]
    for old, new in ([0, 1], [1, 1]), ([1, inf], [1, 1]), ([1, 1], [-1, 3]), ([1, 1], [1, nan]):
        with pytest.raises(ValueError, match="shift_prior: .*expected finite frequencies"):
            xl.shift_prior([0.5, 0.5], old=old, new=new)
    with pytest.raises(ValueError, match="shift_prior: .*the same number"):
        xl.shift_prior([0.5, 0.5], old=[1, 1, 1], new=[1, 1, 1])
    with pytest.raises(ValueError, match="shift_prior: q sums to"):
        xl.shift_prior([0.5, 0.6], old=[1, 1], new=[1, 1])


def test_cox_loss():
    """Two of three fail together; in the last table one is censored at that time."""
    table = [0.0, 0.0, 0.0], [1, 1, 2], [1, 1, 0]
    expected = {"breslow": np.log(3), "efron": np.log(6) / 2, "exact": np.log(3) / 2}
    for ties, loss in expected.items():
        assert xl.cox_loss(*table, ties=ties) == pytest.approx(loss, rel=1e-14)
    assert xl.cox_loss([0.0, 0.0], [1, 1], [1, 0]) == pytest.approx(np.log(2), rel=1e-14)
    assert xl.cox_loss([1000.0, 0.0], [2, 1], [1, 1]) == 500
    refused = {
        "expected one number each per row": ([0.0, 0.0], [1, 2, 3], [1, 1, 1]),
        "expected finite times": ([0.0, 0.0], [1, inf], [1, 0]),
        "and one failure": ([0.0, 0.0], [1, 2], [0, 0]),
        "1 where a row failed": ([0.0, 0.0], [1, 2], [1, 2]),
    }
    for words, rows in refused.items():
        with pytest.raises(ValueError, match=f"cox_loss: .*{words}"):
            xl.cox_loss(*rows)
    with pytest.raises(ValueError, match="cox_loss: ties is 'none', expected one of"):
        xl.cox_loss([0.0], [1], [1], ties="none")
    with pytest.raises(ValueError, match="cox_loss: 7 rows failed at the same time"):
        xl.cox_loss(np.zeros(7), np.ones(7), np.ones(7), ties="exact")


def test_total_variation():
    assert xl.total_variation([0.5, 0.25, 0.25], [0.25, 0.5, 0.25]) == 0.25
    assert xl.total_variation([[1, 0], [0.5, 0.5]], [0, 1]).tolist() == [1.0, 0.5]
    assert xl.total_variation([[0.5, 0], [0.5, 1]], [[0.5, 1], [0.5, 0]], axis=0).tolist() == [0, 1]
    assert xl.total_variation([[0.5, 0], [0.5, 0]], [[0.5, 0], [0, 0.5]], axis=None) == 0.5
    assert xl.total_variation(Categorical(logits=[0.0, 0.0]), [0.25, 0.75]) == 0.25
    with pytest.raises(TypeError, match="total_variation: got Normal.*cut into"):
        xl.total_variation(Normal(0.0, 1.0), Normal(1.0, 1.0))


def test_what_asks_nothing_is_refused():
    coin = Bernoulli(0.25)
    assert xl.best_prediction(coin, lambda y, f: abs(y - f)) == 0.0
    assert xl.best_prediction([0.5, 0.25, 0.25], lambda y, f: (y - f) ** 2, between=(0, 2)) == 0.75
    for loss, message in (
        (lambda y, f: 0 * y, "is 0 everywhere, expected one that depends"),
        (lambda y, f: nan * f, "is NaN at 0, expected a loss that is a number"),
    ):
        with pytest.raises(ValueError, match=f"best_prediction: the expected loss {message}"):
            xl.best_prediction(coin, loss)
    for between in (1, 0), (0, inf), (nan, 1):
        with pytest.raises(ValueError, match="best_prediction: between is .*the smaller first"):
            xl.best_prediction(coin, lambda y, f: abs(y - f), between=between)


def test_crps_wants_a_normal_or_a_sample():
    assert xl.crps(Normal(0.0, 1.0), [0.0, inf]).tolist() == [
        pytest.approx((2**0.5 - 1) / math.pi**0.5),
        inf,
    ]
    assert xl.crps(empirical([2.0, 0.0], weights=[1, 3]), [0.0, 4.0]).tolist() == [0.125, 3.125]
    for q in [0.5, 0.5], Laplace(0.0, 1.0), empirical([1, 2], [1, 2]):
        with pytest.raises(TypeError, match="crps: q is .*expected a Normal or empirical"):
            xl.crps(q, 1.0)
    with pytest.raises(ValueError, match="crps: a score is NaN"):
        xl.crps(Normal(0.0, 1.0), [0.0, nan])


def test_candidates_without_a_partner_are_refused():
    assert xl.info_nce([[0.0, -inf, 0.0]]) == pytest.approx(math.log(2))
    assert xl.info_nce(np.zeros((2, 3), np.float16)).dtype == np.float32
    assert xl.info_nce([0.0, 0.0], [True, True]) == 0 and xl.info_nce([[1e4, 0.0]]) == 0
    for scores in [[-inf, 0.0]], [[0.0, nan]], [[inf, 0.0]], [[0.0, inf]], [[-inf, -inf]]:
        with pytest.raises(ValueError, match="info_nce: a row has no partner with a finite"):
            xl.info_nce(scores)
    for scores in [0.0, 0.0], [[0.0], [0.0]]:
        with pytest.raises(ValueError, match=r"info_nce: scores have shape .*else give partners="):
            xl.info_nce(scores)
    with pytest.raises(ValueError, match=r"partners \(2,\); expected the same, a mask"):
        xl.info_nce([[0.0, 0.0]], [1, 0])


def test_what_is_no_preference_is_refused():
    assert xl.dpo(-inf, -1.0, -1.0, -1.0) == inf and xl.dpo(-1.0, -inf, -1.0, -1.0) == 0
    assert xl.dpo([-1.0, -2.0], -1.0, -1.0, -1.0).shape == (2,)
    for beta in 0, -0.1, inf, nan:
        with pytest.raises(ValueError, match="dpo: beta is .*expected a finite number > 0"):
            xl.dpo(-1.0, -1.0, -1.0, -1.0, beta=beta)
    for chosen in -inf, nan:
        with pytest.raises(ValueError, match="dpo: a logit is NaN"):
            xl.dpo(chosen, -1.0, -inf, -1.0)


def test_k3_of_draws():
    assert xl.kl_k3([-1.0, -2.0], -1.0).shape == (2,)
    assert xl.kl_k3(-inf, -1.0) == inf and xl.kl_k3(-1.0, -1.0) == 0
    assert xl.kl_k3(0.0, -1000.0) == inf  # beyond the floats
    for log_p, log_q in (-1.0, -inf), (-1.0, nan), (nan, -1.0), (inf, -1.0), (-inf, -inf):
        with pytest.raises(ValueError, match="kl_k3: a draw has log_p = .*it was drawn from q"):
            xl.kl_k3([-1.0, log_p], [-1.0, log_q])
    with pytest.raises(ValueError, match="kl_k3: .*expected shapes that broadcast"):
        xl.kl_k3([-1.0, -1.0], [-1.0, -1.0, -1.0])
    half = np.array([-1.0, -1.001], np.float16)
    assert xl.kl_k3(half, half[::-1]).dtype == np.float32
