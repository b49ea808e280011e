"""Would the checks notice? One fault at a time is planted in a copy of the library, and something must refuse it.

A row says: in this module, this mistake, old source text, new source text, and the claim or the test of test_laws.py that
is asked first. If that one does not refuse the mutant, all the claims of the module and of the later ones are run, then all
the laws. A mutant that all of them accept has survived, and the test fails. ``python tests/test_mutants.py`` prints the table.
"""
import os
import shutil
import subprocess
import sys
import tempfile
from collections import namedtuple
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAWS = ROOT / "tests/test_laws.py"
LADDER = [path.stem.partition("_")[2] for path in sorted((ROOT / "nbs").glob("[0-9]*.ipynb"))]     # modules in the order of their imports

Mutant = namedtuple("Mutant", "module mistake old new first")
MUTANTS = [Mutant(*row) for row in [
    # ── arrays
    ("arrays", "ties among the logits not counted", "/ s + ties", "/ s", "bernoulli-and-softmax-are-two-rows"),
    ("arrays", "log for log1p", "return m, log1p(rest, xp)", "return m, xp.log(1 + rest)", "confident-and-right"),
    ("arrays", "excess added, not subtracted", "return gap(z, m, xp) - excess", "return gap(z, m, xp) + excess", "closed-forms"),
    ("arrays", "largest logit not put back", "both = m + excess", "both = excess", "loss-rows"),
    ("arrays", "mask after the product", "return w * xp.where(infinite, xp.zeros_like(a), a)", "return w * a", "closed-forms"),
    ("arrays", "sum for mean", "return xp.mean(cost)", "return xp.sum(cost)", "nll-is-cross-entropy"),
    ("arrays", "divided by the draws, not by their weight", "return xp.sum(weigh(w, cost, xp)), xp.sum(w)", "return xp.sum(weigh(w, cost, xp)), math.prod(cost.shape)", "test_weights_are_repeats"),
    ("arrays", "weights ignored", "return xp.sum(weigh(w, cost, xp)), xp.sum(w)", "return xp.sum(cost), xp.sum(w)", "test_weights_are_repeats"),
    ("arrays", "every stretch of draws is the first", "slice(i, i + stretch)", "slice(0, stretch)", "test_a_sample_repeated_has_the_loss_of_the_sample"),
    ("arrays", "last stretch of draws lost", "range(0, max(shape), stretch))", "range(0, max(shape) - stretch, stretch))", "test_a_sample_repeated_has_the_loss_of_the_sample"),
    ("arrays", "what 1 + u lost to rounding", "return np.log(w) + (u - (w - 1)) / w", "return np.log(w)", "test_small_losses_of_many_are_kept"),
    ("arrays", "wrong axis", "sums = xp.sum(w, axis=-1, keepdims=True)", "sums = xp.sum(w, axis=0, keepdims=True)", "test_outcomes_may_lie_on_any_axis"),
    ("arrays", "base multiplied on numbers", "return nats / unit", "return nats * unit", "perplexity-base-free"),
    ("arrays", "base multiplied on symbols", "return nats / symbolic.log(base)", "return nats * symbolic.log(base)", "perplexity-base-free"),
    ("arrays", "any sum is taken for 1", "abs(sums - 1) <= _slack(p.dtype, xp)", "abs(sums - 1) <= 1", "test_a_mistake_is_named"),
    ("arrays", "softmax without its normaliser", "xp.exp(log_softmax(z))", "xp.exp(z)", "temperature"),
    ("arrays", "softmax of numbers without its normaliser", "return e / (s * (1 + rest))", "return e / s", "temperature"),
    ("arrays", "a small rest drowns", "    e[at] = 0\n        others = np.add.reduce(e, axis=-1, keepdims=True)", "    others = np.add.reduce(e, axis=-1, keepdims=True) - largest[..., None]", "confident-and-right"),
    ("arrays", "the greater of two is counted among the others", "others += np.minimum(largest, x)", "others += x", "test_many_rows_have_the_loss_of_each"),
    ("arrays", "largest term of many short rows left as it was", "largest = np.maximum(largest, x)", "largest = largest + 0", "test_many_rows_have_the_loss_of_each"),
    ("arrays", "a glance sees no sum", "abs(sum(values) - 1) <= _slack(p.dtype, np) and", "", "test_a_mistake_is_named"),
    ("arrays", "a glance sees no sign", " and min(values) >= 0", "", "test_a_mistake_is_named"),
    ("arrays", "a row in Python is not added up", "return x.dtype.type(sum(x.tolist()))", "return x.dtype.type(max(x.tolist()))", "closed-forms"),
    ("arrays", "largest logit not taken out", "rest = others / s\n", "rest = others\n", "logits"),
    ("arrays", "sum for mean on symbols", "mean=lambda x: symbolic.sum(x) / math.prod(np.shape(x))", "mean=lambda x: symbolic.sum(x)", "nll-is-cross-entropy"),
    ("arrays", "symbolic pmf not normalised", "return normalize(w) if isinstance(k, int) else w", "return w", "kl-definition"),
    # ── claims
    ("claims", "a twin that is never refused passes", "if not refused:", "if refused < 0:", "test_verify_refuses"),
    ("claims", "NaN counts as agreement", "np.where(np.isnan(error), np.inf, error)", "np.where(np.isnan(error), 0.0, error)", "test_verify_refuses"),
    ("claims", "best draw for worst", "worst = int(np.argmax(errors))", "worst = int(np.argmin(errors))", "test_verify_refuses"),
    ("claims", "hypotheses of a draw ignored", "if claim.given(*a)][:draws]", "][:draws]", "calibration"),
    ("claims", "needed hypothesis refused", "if same(*dropped(), rtol=1e-6):", "if not same(*dropped(), rtol=1e-6):", "kl-definition"),
    ("claims", "owed marks not compared", "missing = sorted(set(claim.owes) - rows.keys())", "missing = []", "test_verify_refuses"),
    ("claims", "a pmf sums to its length", "if isinstance(f, sp.Indexed) and f.base.name in ones: return sp.Integer(1)", "if isinstance(f, sp.Indexed) and f.base.name in ones: return size", "test_a_pmf_of_any_size_sums_to_one"),
    ("claims", "a map may depend on the parameter", "if derivation.parameter in step.by(u).free_symbols:", "if derivation.parameter in set():", "test_a_derivation_refuses"),
    ("claims", "numbers confirm", "return any(route(e) == 0 for route in routes)", "return True", "test_numbers_alone_confirm_nothing"),
    # ── divergence
    ("divergence", "fraction upside down on symbols", "inside = a * xp.log(a / b) - a + b", "inside = a * xp.log(b / a) - a + b", "kl-definition"),
    ("divergence", "terms not completed", "distance == 1, xp) - excess", "distance == 1, xp)", "kl-definition"),
    ("divergence", "difference of logs reversed", "return xp.log(a / b)", "return xp.log(b / a)", "kl-definition"),
    ("divergence", "series off by one", "range(_terms(u), -1, -1)", "range(_terms(u), 0, -1)", "test_many_rows_have_the_divergence_of_each"),
    ("divergence", "series too short", "range(_terms(u), -1, -1)", "range(_terms(u) // 2, -1, -1)", "test_many_rows_have_the_divergence_of_each"),
    ("divergence", "wrong coefficients of the series", "series += 1 / (2 * k + 3)", "series += 1 / (2 * k + 1)", "test_many_rows_have_the_divergence_of_each"),
    ("divergence", "wrong weights of the powers", "1 / (2 * _POWERS + 3)", "1 / (2 * _POWERS + 1)", "kl-definition"),
    ("divergence", "missing abs", "both * phi(s), xp.abs(s)", "both * phi(s), s", "kl-definition"),
    ("divergence", "dropped where: missing support is finite", "xp.where(missed, zero + xp.inf, inside)", "inside", "test_missing_support_is_infinite"),
    ("divergence", "mass of the model on impossible outcomes lost", "blend(never, q,", "blend(never, zero,", "test_divergence_is_relative_entropy"),
    ("divergence", "axis ignored", "kl_term, axis, p=p, q=q)", "kl_term, -1, p=p, q=q)", "axes-and-units"),
    ("divergence", "unit ignored", "return in_base(nats, base,", "return in_base(nats, None,", "axes-and-units"),
    # ── entropy
    ("entropy", "dropped minus", "return -xp.log(q)", "return xp.log(q)", "kl-is-difference"),
    ("entropy", "dropped minus where nothing is impossible", "return p * -xp.log(q)", "return p * xp.log(q)", "entropy-is-self-cross-entropy"),
    ("entropy", "mask after the log", "-xp.log(xp.where(never, zero + 1, q))", "-xp.log(q)", "test_missing_support_is_infinite"),
    ("entropy", "arguments reversed", "weighed_surprisal, axis, p=p, q=q)", "weighed_surprisal, axis, p=q, q=p)", "kl-decomposition"),
    ("entropy", "unit lost on the way", "_mean_surprise(\"entropy\", p, p, axis, base)", "_mean_surprise(\"entropy\", p, p, axis, None)", "test_bits_are_nats_over_log_two"),
    ("entropy", "perplexity to base 2 of nats", "return xp.exp(nats)", "return 2**nats", "perplexity-base-free"),
    ("entropy", "perplexity of the truth alone", "p if q is None else q", "p", "perplexity-base-free"),
    # ── coding
    ("coding", "sign of the exponent in Kraft's sum", "2.0 ** -lengths", "2.0 ** lengths", "shannon-code"),
    ("coding", "wrong base", "zero - xp.log2(", "zero - xp.log(", "coding-cost"),
    ("coding", "lengths rounded down", "xp.ceil(bits)", "xp.floor(bits)", "test_kraft"),
    ("coding", "unused words may not be infinite", "xp.sum(weigh(p, lengths, xp), axis=axis)", "xp.sum(p * lengths, axis=axis)", "test_coding_cost"),
    ("coding", "the message's interval never narrows at the top", "width * (cuts[label + 1] - cuts[label])", "width * cuts[label + 1]", "message-cost"),
    ("coding", "one branch of Huffman's tree not lengthened", "lengths[left + right] += 1", "lengths[left] += 1", "test_huffman_is_the_best_code"),
    ("coding", "joined outcomes keep the larger weight", "(a + b, i, left + right)", "(max(a, b), i, left + right)", "test_huffman_is_the_best_code"),
    # ── models
    ("models", "lost constant", "/ scale) ** 2 / 2 - _log_width(scale, xp)", "/ scale) ** 2 / 2", "closed-forms"),
    ("models", "width of a normal without its constant", "xp.log(scale) + constant", "xp.log(scale)", "closed-forms"),
    ("models", "width near 1 counted from another unit", "xp.log1p(beyond / (unit + rest))", "xp.log1p(beyond)", "differential"),
    ("models", "scale for its square", "(spread / scale) ** 2 +", "(spread / scale) +", "closed-forms"),
    ("models", "missing abs", "-xp.abs(x - loc) / scale", "-(x - loc) / scale", "closed-forms"),
    ("models", "lost factor in a logarithm", "/ scale - xp.log(2 * scale)", "/ scale - xp.log(scale)", "closed-forms"),
    ("models", "lost factor of a variance", "unit_variance = 2", "unit_variance = 1", "closed-forms"),
    ("models", "scales swapped", "kl_term(s2, s1, xp) / s2", "kl_term(s1, s2, xp) / s2", "kl-is-difference"),
    ("models", "log k! lost", " - rate - special(xp, \"gammaln\", k + 1)", " - rate", "closed-forms"),
    ("models", "log (k − 1)! for log k!", " - rate - special(xp, \"gammaln\", k + 1)", " - rate - special(xp, \"gammaln\", k)", "closed-forms"),
    ("models", "step of an integral lost", "first - second, axis=-1) / 4", "first - second, axis=-1)", "closed-forms"),
    ("models", "log k! of numbers lost", "(kl_term(k, rate, xp) + _stirling_excess(k, xp))", "kl_term(k, rate, xp)", "closed-forms"),
    ("models", "log-odds with the wrong sign", "self._own(*softpluses(t, xp))", "self._own(*softpluses(-t, xp))", "bernoulli-and-softmax-are-two-rows"),
    ("models", "log for log1p", "tail = log1p(_decay(t, xp), xp)", "tail = xp.log(1 + _decay(t, xp))", "test_one_logit_is_two"),
    ("models", "1 − p rounded", "zero - log1p(-xp.where(sure, zero, p), xp)", "zero - xp.log(1 - xp.where(sure, zero, p))", "test_small_probabilities_are_kept"),
    ("models", "probabilities taken for logits", "return table if self.logits is None else softmax(table)", "return softmax(table)", "kl-is-difference"),
    ("models", "repeated values not merged", "xp.ones_like(code[:1]) > 0]))[0]", "xp.ones_like(code[:1]) > 0]) + True)[0]", "mean-is-empirical-expectation"),
    ("models", "weights ignored", "xp.ones_like(first) if weights is None else weights", "xp.ones_like(first)", "test_weights_are_repeats"),
    ("models", "mass between the atoms lost", "+ (1 - xp.sum(mass))", "", "test_divergence_of_a_sample"),
    # ── likelihood
    ("likelihood", "sum for product", "return xp.prod(xp.exp(log_q))", "return xp.sum(xp.exp(log_q))", "iid-likelihood"),
    ("likelihood", "dropped minus", "return 0 - _log_probs(model, x)", "return _log_probs(model, x)", "nll-is-cross-entropy"),
    ("likelihood", "mean for median", "loc = _median(p)", "loc = _mean(p)", "test_mle_minimizes_cross_entropy"),
    ("likelihood", "one degree of freedom too few", "(x - mean) ** 2))", "(x - mean) ** 2) * len(p.weights) / (len(p.weights) - 1))", "test_mle_is_what_scipy_fits"),
    ("likelihood", "variance for standard deviation", "_spread(xp.sqrt(variance), \"Normal\")", "_spread(variance, \"Normal\")", "test_mle_is_what_scipy_fits"),
    ("likelihood", "labels counted from 1", "p.mass(list(range(k)))", "p.mass(list(range(1, k + 1)))", "test_mle_minimizes_cross_entropy"),
    ("likelihood", "bins shifted by one", "np.floor(np.asarray(x) / width)", "np.floor(np.asarray(x) / width) + 1e5", "erratum-atoms"),
    # ── gaussian
    ("gaussian", "absolute for squared error", "return stored((a - b) ** 2, y, f)", "return stored(xp.abs(a - b), y, f)", "mse-is-gaussian-cross-entropy"),
    ("gaussian", "weights for their mean", "_squares, _shape(y), weights, y, f)", "_squares, _shape(y), None, y, f) * namespace(\"mse\", w=1.0 if weights is None else weights)[1].mean()", "test_weighted_mse"),
    ("gaussian", "variance for standard deviation", "xp.sqrt(xp.where(exact, xp.ones_like(variance), variance))", "xp.where(exact, xp.ones_like(variance), variance)", "profiled-sigma"),
    # ── losses
    ("losses", "sign of the target", "return softpluses(t, xp)[0] - y * t", "return softpluses(t, xp)[0] + y * t", "loss-rows"),
    ("losses", "lost factor ½", "lambda f: Normal(f, 1), Fraction(1, 2),", "lambda f: Normal(f, 1), 1,", "loss-rows"),
    ("losses", "log y for log y!", "special(xp, \"gammaln\", y + 1)", "special(xp, \"gammaln\", y + 2)", "loss-rows"),
    ("losses", "every loss has a model", "[0] < 1e-6)", "[0] < 1e6)", "erratum-any-loss"),
    ("losses", "no loss has a model", "[0] < 1e-6)", "[0] < 0)", "test_a_loss_is_a_cross_entropy_if_its_masses_sum_to_one"),
    # ── conditional
    ("conditional", "weight of each x ignored", "in_base(xp.sum(weigh(p_x, rows, xp), axis=-1)", "in_base(xp.sum(rows, axis=-1)", "chain-rule"),
    ("conditional", "weights of y given x ignored", "return empirical(y[at], weights=w[at])", "return empirical(y[at])", "conditional-cross-entropy"),
    ("conditional", "weights of x ignored", "return empirical(x, weights=w), p_y_given_x", "return empirical(x), p_y_given_x", "conditional-cross-entropy"),
    ("conditional", "cross-entropy for divergence", "return _over_x(kl_divergence,", "return _over_x(cross_entropy,", "chain-rule"),
    ("conditional", "target minus prediction", "return q.mean - y", "return y - q.mean", "linear-gradient"),
    ("conditional", "intercept ignored", "return x @ theta[:-1, ...] + theta[-1, ...]", "return x @ theta[:-1, ...]", "linear-gradient"),
    ("conditional", "penalty without its ½", "np.sum(l2 * theta**2) / 2", "np.sum(l2 * theta**2)", "test_fit_is_ridge_regression"),
    # ── evaluate
    ("evaluate", "means of parts averaged in spread", "self.spread + other.spread + gap * gap *", "self.spread + other.spread + 0 * gap *", "merge-spread"),
    ("evaluate", "cost of the second part lost", "_add(self.cost, other.cost)", "self.cost", "merge-is-one-pass"),
    ("evaluate", "rounding not carried along", "return s, (a - (s - t)) + (b - t)", "return s, 0 * a", "test_parts_are_added_without_rounding"),
    ("evaluate", "nats for bits", "total, 2, \"bits_per_byte\")", "total, None, \"bits_per_byte\")", "test_evaluation_of_parts"),
    ("evaluate", "m for m − 1", "/ self.weight / (self.weight - 1))", "/ self.weight / self.weight)", "test_evaluation_of_parts"),
]]

CLAIMS = """
import sys
from importlib import import_module
from xent_lit.claims import Claim, verify
root, first, *modules = sys.argv[1:]
assert import_module("xent_lit").__file__.startswith(root), "not the copy"
found = {v.id: v for m in modules for v in vars(import_module("xent_lit." + m)).values() if isinstance(v, Claim)}
print("imported", flush=True)
for name in [first] if first else found:
    try: verify(found[name])
    except Exception as why: print("refused by", name, "with", type(why).__name__); break
"""


def ask(folder, command):
    """Run a command on the copy, with every warning an error; what it printed and its exit code."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"}
    run = subprocess.run([sys.executable, "-W", "error", *command], cwd=folder, env=environment, capture_output=True, text=True)
    return run.stdout + run.stderr, run.returncode


def ask_claims(folder, modules, first=""):
    """Who refuses the copy, among the claims of these modules."""
    said, _ = ask(folder, ["-c", CLAIMS, folder, first, *modules])
    assert said.startswith("imported"), f"the mutant cannot be imported, or {first} is no claim:\n{said[-2000:]}"
    return said.partition("refused by ")[2].strip() if "refused by" in said else "" if said == "imported\n" else said


def ask_laws(folder, first=""):
    """Who refuses the copy, among the laws."""
    named = [f"{LAWS}::{first}"] if first else [str(LAWS), "-k", "not test_claim and not ledger"]
    said, code = ask(folder, ["-m", "pytest", "-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", "-c", ROOT / "pyproject.toml", *named])
    assert code in (0, 1), f"pytest could not run:\n{said[-2000:]}"
    return next((line.partition("::")[2].partition(" - ")[0] for line in said.splitlines() if line.startswith("FAILED")), "") if code else ""


def plant(mutant, folder):
    """A copy of the library with one fault."""
    shutil.copytree(ROOT / "xent_lit", Path(folder) / "xent_lit", ignore=shutil.ignore_patterns("__pycache__"))
    file = Path(folder) / f"xent_lit/{mutant.module}.py"
    source = file.read_text()
    assert source.count(mutant.old) == 1, f"{mutant.module}: {mutant.old!r} occurs {source.count(mutant.old)} times, expected once"
    file.write_text(source.replace(mutant.old, mutant.new))


def refused_by(mutant):
    """The claim or law that refuses the mutant, the one it names asked first; empty for a survivor."""
    later = LADDER[LADDER.index(mutant.module):]
    with tempfile.TemporaryDirectory() as folder:
        plant(mutant, folder)
        law = mutant.first.startswith("test_")
        return ((ask_laws(folder, mutant.first) if law else ask_claims(folder, LADDER, mutant.first))
                or ask_claims(folder, later) or ask_laws(folder))


@pytest.fixture(scope="module")
def refusals(request):
    """For each mutant asked for in this run, who refuses it; two at a time."""
    wanted = [item.callspec.params["mutant"] for item in request.session.items if "mutant" in getattr(item, "fixturenames", ()) and hasattr(item, "callspec")]
    with ThreadPoolExecutor(2) as pool:
        yield {mutant: pool.submit(refused_by, mutant) for mutant in wanted}
        pool.shutdown(cancel_futures=True)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda m: f"{m.module}: {m.mistake}")
def test_a_mutant_is_refused(mutant, refusals):
    assert refusals[mutant].result() != "", f"{mutant.module} survives with {mutant.new!r} for {mutant.old!r}; {mutant.first} should refuse it"


def test_the_library_itself_is_not_refused():
    """Else every mutant would be refused for a fault that is not its own."""
    with tempfile.TemporaryDirectory() as folder:
        plant(Mutant("arrays", "none", "def normalize(", "def normalize(", ""), folder)
        assert ask_claims(folder, LADDER) == ""


def test_each_module_has_mutants():
    assert sorted(set(LADDER) - {mutant.module for mutant in MUTANTS}) == ["ledger"], "the ledger prints what the others show"


if __name__ == "__main__":
    wanted = [mutant for mutant in MUTANTS if not sys.argv[1:] or mutant.module in sys.argv[1:]]
    with ThreadPoolExecutor(2) as pool:
        for mutant, refusal in zip(wanted, pool.map(refused_by, wanted)):
            print(f"{mutant.module:12} {mutant.mistake:50} {refusal or 'SURVIVED'}", flush=True)
