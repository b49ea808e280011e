"""The claims: which ones the book owes, each on random numbers beside its twin, and a checker that
can fail.

On symbols, and without its hypotheses, a claim is checked on its page: see "What is checked where"
in CONTRIBUTING.md.
"""

import dataclasses
import pkgutil

import numpy as np
import pytest
from helpers import imported

import xent_lit.laws
from xent_lit import ledger
from xent_lit.arrays.symbols import symbols_vector
from xent_lit.laws.members import registered_families
from xent_lit.laws.models import registered_pairs
from xent_lit.losses import LOSSES
from xent_lit.proof.algebra import same
from xent_lit.proof.claim import Claim, together, verify
from xent_lit.proof.derivation import Derivation, Step
from xent_lit.proof.pmfs import symbols_pmf

# What the book owes: the ids of its claims and the marks to be shown for each.
# S: symbols, any size. C: symbols, through the shipped code. N: random numbers. T: a twin refused.
# H: no hypothesis can be dropped. F: a formal proof exists elsewhere.
LEDGER = {
    # what the article states
    "kl-definition": "CNT",
    "kl-decomposition": "SCNTH",
    "kl-asymmetric": "CTH",
    "coding-cost": "NT",
    "shannon-code": "SNTF",
    "entropy-is-self-cross-entropy": "SCNT",
    "iid-likelihood": "CNTH",
    "log-keeps-argmax": "NTH",
    "mean-keeps-argmax": "NTH",
    "mean-is-empirical-expectation": "SCNT",
    "kl-is-expected-log-ratio": "SCNTH",
    "min-kl-is-min-cross-entropy-is-mle": "SCNTHF",
    "nll-is-cross-entropy": "CNT",
    "mse-is-gaussian-cross-entropy": "SCNTH",
    "bernoulli-and-softmax-are-two-rows": "CNT",
    "conditional-mle": "CNTH",
    "conditional-expectation": "SCNT",
    "conditional-cross-entropy": "SCNT",
    "conditional-kl": "SCNTF",
    # what a reader needs next
    "gibbs": "SNTF",
    "cross-entropy-floor": "SNT",
    "entropy-ceiling": "SCNT",
    "baseline": "NT",
    "perplexity-base-free": "NT",
    "logits": "NT",
    "gradient": "NT",
    "forward-reverse": "NT",
    "sample-to-population": "NTH",
    "differential": "NT",
    "profiled-sigma": "NT",
    "unbounded-likelihood": "NT",
    "chain-rule": "NT",
    "autoregressive": "NT",
    "paired-error": "NT",
    "error-by-groups": "NT",
    "calibration": "NT",
    "map-is-penalised-cross-entropy": "NT",
    "closed-forms": "NT",
    # what holds for every family by its declaration
    "exponential-family-cross-entropy": "SCNT",
    "exponential-family-mean": "SCNT",
    "exponential-family-covariance": "SCNT",
    "exponential-family-bregman": "CNT",
    "averaged-curvature": "CNT",
    "registered-forms": "NT",
}


def found(kind):
    """What the chapters of laws make: claims, or derivations, which functions make."""
    for info in pkgutil.iter_modules(xent_lit.laws.__path__):
        module = imported(f"laws.{info.name}")
        for word, value in vars(module).items():
            own = getattr(value, "__module__", "") == module.__name__
            if own and word.endswith("_derivation"):
                yield from [value()] * (kind is Derivation)
            elif own and word == "claims":
                yield from value() if kind is Claim else ()
            elif isinstance(value, kind) and word in module.__all__:
                yield value


CLAIMS, DERIVATIONS = list(found(Claim)), list(found(Derivation))
IDS = [claim.id for claim in CLAIMS + DERIVATIONS]


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_holds_on_numbers_and_its_twin_is_refused(claim):
    numbers = {"symbols": list, "general": list, "hypotheses": {}, "required_marks": "NT"}
    if set("NT") & set(claim.required_marks):
        assert verify(dataclasses.replace(claim, **numbers)).marks[:2] == "NT"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_claim_asks_of_itself_what_the_book_owes(claim):
    """On its page it is then refused if a mark cannot be shown."""
    assert set(LEDGER.get(claim.id, "")) <= set(claim.required_marks)
    asked = {"S": claim.general(), "C": claim.symbols(), "H": claim.hypotheses, "F": claim.mathlib}
    assert {mark for mark in claim.required_marks if not asked.get(mark, True)} == set()


def test_every_loss_is_drawn():
    draw = {claim.id: claim.draw for claim in CLAIMS}
    modelled = {name for name, row in LOSSES.items() if row.model}
    for id, wanted in ("loss-rows", modelled), ("erratum-any-loss", LOSSES.keys()):
        rng = np.random.default_rng(0)
        assert {draw[id](rng)[0] for _ in range(300)} == wanted


def test_every_entry_of_the_tables_is_drawn():
    """Of the closed forms of two families none is left out, whichever family registers it; those
    of a base class are shown for each of its families by the claims of that family."""
    claim = {claim.id: claim for claim in CLAIMS}["registered-forms"]
    rng = np.random.default_rng(0)
    drawn = {claim.draw(rng)[0] for _ in range(claim.draws)}
    missing = registered_pairs().keys() - drawn
    assert [entry for entry in missing if {*entry[1:]} <= {*registered_families()}] == []


@pytest.mark.parametrize("derivation", DERIVATIONS, ids=lambda derivation: derivation.id)
def test_every_step_of_a_derivation_is_confirmed(derivation):
    """The signs start with a maximum."""
    signs = derivation.signs()
    assert signs[0] == 1 and len(signs) == len(derivation.steps)


def test_the_ledger_is_complete():
    """Each id that is owed exists, and no two claims share one."""
    assert sorted({name for name in IDS if IDS.count(name) > 1}) == [], "two claims with one id"
    assert sorted(LEDGER.keys() - set(IDS)) == [], "owed and not in the book"
    assert sorted(ledger.claims().keys() ^ set(IDS)) == [], "in the book or in its ledger alone"


def test_claims_rest_on_claims():
    """What a claim uses is in the book, and no claim rests on itself."""
    uses = {claim.id: claim.uses for claim in CLAIMS}
    assert [(name, used) for name in uses for used in uses[name] if used not in IDS] == []

    def below(name, seen=()):
        assert name not in seen, f"a circle: {seen}"
        return [below(used, (*seen, name)) for used in uses.get(name, ())]

    for name in uses:
        below(name)


# ── A check that cannot fail is a defect ─────────────────────────────────────────────────────────


def demo(**changed):
    """A sound claim, log(a b) = log a + log b, with some of its parts replaced by faulty ones."""
    import sympy as sp

    def log(x):
        return sp.log(x) if hasattr(x, "free_symbols") else np.log(x)

    parts = {
        "law": lambda a, b: (log(a * b), log(a) + log(b)),
        "twin": lambda a, b: (log(a * b), log(a) - log(b)),
        "draw": lambda rng: tuple(rng.uniform(1, 2, size=2)),
        "symbols": lambda: [sp.symbols("a b", positive=True)],
        "rtol": 1e-12,
    }
    return Claim(**{"id": "demo", "statement": "log(ab) = log a + log b.", **parts, **changed})


def test_verify_accepts_a_sound_claim():
    assert verify(demo()).marks == "CNT"
    assert (
        verify(demo(hypotheses={"b is b": lambda: (1.0, 2.0)}, required_marks="CNTH")).marks
        == "CNTH"
    )


SOUND = demo()
FAULTS = {
    "a law that is false on symbols": (dict(law=SOUND.twin), "not shown on symbols"),
    "a law that is false on numbers": (
        dict(law=SOUND.twin, symbols=list, required_marks="NT"),
        "relative error",
    ),
    "a law that is off by one part in a million": (
        dict(
            law=lambda a, b: (SOUND.law(a, b)[0] * (1 + 1e-6), SOUND.law(a, b)[1]),
            symbols=list,
            required_marks="NT",
        ),
        "relative error",
    ),
    "a law that is NaN": (
        dict(law=lambda a, b: (np.nan, 1.0), symbols=list, required_marks="NT"),
        "relative error",
    ),
    "a law that holds on the first draw only": (
        dict(law=lambda a, b: (a, np.where(a < 1.9, a, 2 * a)), symbols=list, required_marks="NT"),
        "relative error",
    ),
    "a twin that is true": (dict(twin=SOUND.law), "twin is accepted on symbols"),
    "a twin that is true on numbers": (
        dict(twin=SOUND.law, symbols=list, required_marks="NT"),
        "twin is accepted on all",
    ),
    "hypotheses that no draw meets": (dict(given=lambda a, b: a > 3), "0 of 500 draws"),
    "hypotheses that few draws meet": (
        dict(given=lambda a, b: a > 1.95),
        "draws met the hypotheses",
    ),
    "a hypothesis that is not needed": (
        dict(hypotheses={"b > 1": lambda: (1.0, 1.0)}),
        "still holds without",
    ),
    "a mark that is owed": (dict(required_marks="SCNT"), "owes the marks ['S']"),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_verify_refuses(fault):
    changed, words = FAULTS[fault]
    with pytest.raises(AssertionError) as refused:
        verify(demo(**changed))
    assert words in str(refused.value)


def test_verdicts_together_stand_in_one_fold():
    """Each of them whole, in the order given; a derivation is named by itself."""
    verdict, derivation = verify(demo()), DERIVATIONS[0]
    both = together(verdict, derivation)
    shown = both._repr_markdown_()
    assert shown.startswith(f"::::{{dropdown}} Checked: `{verdict.claim.id}`, `{derivation.id}`\n")
    parts = [part._repr_markdown_() for part in (verdict, derivation)]
    assert "\n\n".join(parts) in shown and shown.endswith("\n::::")
    assert repr(both) == f"{verdict!r}\n{derivation!r}"


def test_numbers_alone_confirm_nothing():
    """An expression that is next to nothing wherever it is tried is still not zero."""
    import sympy as sp

    x = sp.Symbol("x", positive=True)
    assert not same(x / 10**20, 0 * x)
    assert same((x + 1) ** 2, x**2 + 2 * x + 1) and not same((x + 1) ** 2, x**2 + 2 * x)


def test_a_pmf_of_any_size_sums_to_one():
    """Σ p = 1 is used for the vectors that are said to be pmfs, and for no others."""
    import sympy as sp

    K = sp.Symbol("K", integer=True, positive=True)
    p, w = symbols_pmf("p", K), symbols_vector("w", K, positive=True)

    def total(v):
        return sp.Sum(v.data.item(), (v.over[0], 1, K))

    assert same(total(p), sp.Integer(1), sum_to_one=("p",)) and not same(total(p), sp.Integer(1))
    assert not same(total(w), sp.Integer(1), sum_to_one=("p",)) and same(
        total(w) / 2 + total(w) / 2, total(w)
    )


@pytest.mark.parametrize(
    "to, by, words",
    [
        (lambda t: 2 * t, lambda t, u: u, "and not to"),
        (lambda t: (t - 1) ** 2, lambda t, u: (u - 1) ** 2, "not strictly monotone"),
        (lambda t: t**2, lambda t, u: u**2, "not strictly monotone"),
        (lambda t: t / t, lambda t, u: u / t, "depends on theta"),
    ],
    ids=[
        "leads elsewhere",
        "not monotone",
        "monotone where positive only",
        "not free of the parameter",
    ],
)
def test_a_derivation_refuses(to, by, words):
    import sympy as sp

    theta = sp.Symbol("theta", positive=True)
    with pytest.raises(AssertionError) as refused:
        Derivation(
            "demo",
            "",
            theta,
            (Step(theta, "start"), Step(to(theta), "a false step", by=lambda u: by(theta, u))),
        ).signs()
    assert words in str(refused.value)
