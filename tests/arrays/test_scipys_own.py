"""SciPy's own tests of `scipy.stats.entropy`, run on our functions where the contracts agree.

SciPy takes the first axis by default and normalises in silence, so the stand-in does both in the
open."""

import numpy as np
import pytest

from xent_lit import entropy, kl_divergence, normalize

theirs = pytest.importorskip(
    "scipy.stats.tests.test_entropy", reason="this SciPy was installed without its tests"
)

DIFFERENT = {
    "test_entropy_broadcasting": "one outcome is not repeated to fit three",
    "test_entropy_raises_value_error": "our message has other words",
    "test_entropy_shape_mismatch": "our message has other words",
    "test_input_validation": "our message has other words",
}
SHARED = sorted(
    name for name in dir(theirs.TestEntropy) if name.startswith("test_") and name not in DIFFERENT
)
REFUSED = {
    "shapes": lambda: ours(np.ones((3, 2)), np.ones((2, 2))),
    "batches": lambda: ours(np.ones((10, 1, 12)), np.ones((11, 2))),
    "base": lambda: ours(np.ones(10), base=-2),
}


def ours(pk, qk=None, base=None, axis=0):
    p = normalize(pk, axis=axis)
    return (
        entropy(p, axis=axis, base=base)
        if qk is None
        else kl_divergence(p, normalize(qk, axis=axis), axis=axis, base=base)
    )


@pytest.mark.parametrize("name", SHARED)
def test_shared(name, monkeypatch):
    calls = []
    monkeypatch.setattr(
        theirs.stats,
        "entropy",
        lambda *args, **options: calls.append(args) or ours(*args, **options),
    )
    getattr(theirs.TestEntropy(), name)(np)
    assert calls, "our function was asked"


def test_the_stand_in_can_fail(monkeypatch):
    monkeypatch.setattr(
        theirs.stats, "entropy", lambda *args, **options: ours(*args, **options) * (1 + 1e-5)
    )
    for name in "test_entropy_zero", "test_entropy_2d":
        with pytest.raises(AssertionError):
            getattr(theirs.TestEntropy(), name)(np)


@pytest.mark.parametrize("call", REFUSED.values(), ids=REFUSED)
def test_what_scipy_refuses_is_refused(call):
    with pytest.raises(ValueError, match="expected"):
        call()
