"""Names of version 0.1 that still work, with a warning. This file goes in version 0.3."""

import sys
import warnings
from importlib import import_module

# where a name stood: its old name, where it stands, and its name there if that changed
MOVED = {
    "xent_lit": """
        baseline      evaluate         marginal_entropy
        reliability   calibration      calibration_table""",
    "xent_lit.arrays": """
        namespace     arrays.door      as_arrays
        SymArray      arrays.symbols
        symbolic      arrays.symbols
        lift          arrays.symbols
        symbols_vector arrays.symbols
        symbols_pmf   proof.pmfs
        check_pmf     arrays.checks
        normalize     arrays.checks
        in_base       arrays.units
        logsumexp     logits
        log_softmax   logits
        softmax       logits""",
    "xent_lit.claims": """
        Claim         proof.claim
        Verdict       proof.claim
        verify        proof.claim
        Step          proof.derivation
        Derivation    proof.derivation
        same          proof.algebra
        vanishes      proof.algebra
        relative_error proof.algebra
        draw_pmfs     proof.pmfs
        few_pmfs      proof.pmfs
        general_pmfs  proof.pmfs""",
    "xent_lit.likelihood": """
        mle           mle
        mle_derivation laws.likelihood""",
    "xent_lit.losses": """
        explain       explanation
        is_cross_entropy assumptions
        nearest_model assumptions""",
    "xent_lit.conditional": """
        split         conditional      factorize
        fit           regression
        Fit           regression
        linear        regression
        linear_gradient regression
        linear_regression regression
        logistic_regression regression
        softmax_regression regression
        poisson_regression regression""",
    "xent_lit.evaluate": """
        baseline      evaluate         marginal_entropy
        reliability   calibration      calibration_table""",
}


def old_names(module):
    """A ``__getattr__`` that leads from the old names of a module to the new ones."""
    moved = {}
    for line in MOVED[module].strip().splitlines():
        old, place, *new = line.split()
        moved[old] = f"xent_lit.{place}", new[0] if new else old

    def __getattr__(name):
        if name not in moved:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        place, new = moved[name]
        warnings.warn(f"{module}.{name} is now {place}.{new}; the old name goes in version 0.3",
                      DeprecationWarning, stacklevel=2)
        return getattr(import_module(place), new)
    return __getattr__


def install():
    """Let every module of the table that is loaded know its old names."""
    for module in MOVED.keys() & sys.modules.keys():
        sys.modules[module].__getattr__ = old_names(module)
