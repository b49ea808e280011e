"""What every family must pass, as functions of the class alone: its laws, every array library,
the edges, and the digits. The tests call them for each family of the registry, and for families
that are declared in a test.
"""

import math
import re

import family_references
import mpmath
import numpy as np
import pytest
from array_api_compat import device, is_dask_array
from helpers import assert_close, library

import xent_lit as xl
from xent_lit.arrays.door import WeakArray
from xent_lit.laws.families import family_claims
from xent_lit.laws.members import (
    draw_member,
    is_resolved,
    is_within_reach,
    nodes,
    registered_families,
)
from xent_lit.proof.claim import verify

FAMILIES = registered_families()
every_family = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.__name__)


# ── Laws ─────────────────────────────────────────────────────────────────────────────────────────


def check_claims(family):
    """Its laws hold, and their twins are refused."""
    for claim in family_claims(family):
        assert set(verify(claim).marks) >= set(claim.required_marks)


def refused_claims(family):
    """The names of the laws that do not hold: what stands behind the family's name."""
    found = []
    for claim in family_claims(family):
        try:
            verify(claim)
        except AssertionError:
            found.append(claim.id.rpartition("-")[2])
    return found


# ── Members in batches ───────────────────────────────────────────────────────────────────────────


def parameters(model):
    """What was given, as NumPy's arrays, by name."""
    return {name: np.asarray(value, float) for name, value in model._given().items()}


def draw_batches(family, rng, count=3):
    """Parameters of two batches of members, in one form, and an outcome of each of the first."""
    members, first = [], draw_member(family, rng)
    while len(members) < 2 * count:
        member = draw_member(family, rng)
        same = [(k, v.shape) for k, v in parameters(member).items()] == [
            (k, v.shape) for k, v in parameters(first).items()
        ]
        if same and is_resolved(member) and (first.discrete or is_within_reach_of_all(member)):
            members.append(member)
    p, q = (
        {name: np.stack([parameters(m)[name] for m in part]) for name in parameters(first)}
        for part in (members[:count], members[count:])
    )
    return p, q, np.stack([likely(member, rng) for member in members[:count]])


def is_within_reach_of_all(member):
    """Whether its surprise at itself is an integral that floats can find."""
    return bool(member.support.kind) or is_within_reach(member, member.log_mass)


def likely(model, rng):
    """An outcome, by its probability among the nodes."""
    x, w = nodes(model)
    with np.errstate(all="ignore"):
        mass = w * np.exp(np.asarray(model.log_prob(x), float))
    return x[rng.choice(len(x), p=mass / mass.sum())]


# ── Array libraries ──────────────────────────────────────────────────────────────────────────────

QUANTITIES = {
    "log_prob": lambda p, q, x: p.log_prob(x),
    "entropy": lambda p, q, x: xl.entropy(p),
    "cross_entropy": lambda p, q, x: xl.cross_entropy(p, q),
    "kl_divergence": lambda p, q, x: xl.kl_divergence(p, q),
    "nll": lambda p, q, x: xl.nll(p, x),
}


def check_backend(family, where, dtype):
    """NumPy's value, of the library, the type and the device of the parameters."""
    xp = library(where)
    place = {"device": xp.Device("device1")} if where == "strict" else {}
    p, q, x = draw_batches(family, np.random.default_rng(0))

    def run(quantity, a):
        sides = [family(**{name: a(v) for name, v in d.items()}) for d in (p, q)]
        return QUANTITIES[quantity](*sides, a(x))

    for quantity in QUANTITIES:
        want = run(quantity, lambda v: np.asarray(v, float))
        try:
            found = run(quantity, lambda v: xp.asarray(np.asarray(v, dtype), **place))
        except NotImplementedError as why:  # an integral needs values, and lazy arrays have none
            assert where == "dask" and "lazy" in str(why), (quantity, str(why))
            continue
        assert_close(found, want, 1e-11 if dtype == "float64" else 1e-4)
        if isinstance(found, WeakArray):  # an integral, by quadrature on plain numbers
            continue
        where_found = xp.asarray(np.zeros(1, dtype), **place)
        kinds = type(where_found), type(xp.sum(where_found))  # a sum of NumPy's is a number
        assert type(found) in kinds or is_dask_array(found), (quantity, type(found))
        assert found.dtype == getattr(xp, dtype), (quantity, found.dtype)
        assert device(found) == device(where_found), quantity


# ── Edges ────────────────────────────────────────────────────────────────────────────────────────

CANDIDATES = math.nan, math.inf, -math.inf, -1.0, 0.0, 0.5, 1.5, -1e-300


def check_edges(family):
    """Wrong parameters are refused with their name, batches must fit, NaN and what is outside
    have their answers, and a sample is not empty; without a warning."""
    rng = np.random.default_rng(0)
    member = draw_member(family, rng)
    _check_wrong_parameters(family, rng)
    _check_batches(family, member)
    _check_outcomes(member, likely(member, rng))


def _check_wrong_parameters(family, rng):
    asked = set()
    for _ in range(8):  # each of alternatives has its turn
        given = parameters(draw_member(family, rng))
        for name in given.keys() - asked:
            asked.add(name)
            _check_one_parameter(family, given, name)
    assert asked == family.rules.keys() or hasattr(family, "drawn")  # may draw one form only


def _check_one_parameter(family, given, name):
    rule = family.rules[name]
    for wrong in CANDIDATES:
        value = np.full_like(given[name], wrong) if rule.ndims else wrong
        if bool(np.all(rule.fits(np.asarray(value), np))):
            continue
        shown = "" if rule.ndims else re.escape(str(wrong))
        with pytest.raises(ValueError, match=f"{family.__name__}: {name}.*{shown}"):
            family(**{**given, name: value}).log_prob(0)  # logits are looked at when used
    for wrong in ("ab", [None, 1.0], 1j, {"a": 1.0}):
        with pytest.raises(TypeError, match=r"\w+: .*expected"):
            family(**{**given, name: wrong})


def _check_batches(family, member):
    given = parameters(member)

    def batch(size, value):
        return np.broadcast_to(value, (size, *value.shape))

    if len(given) > 1:
        sizes = {name: batch(2 + (i > 0), v) for i, (name, v) in enumerate(given.items())}
        with pytest.raises(ValueError, match="broadcast"):
            family(**sizes)
    two, none = (family(**{k: batch(n, v) for k, v in given.items()}) for n in (2, 0))
    x = likely(member, np.random.default_rng(0))
    assert two.batch_shape == (2,) and none.batch_shape == (0,)
    assert np.shape(two.log_prob(np.stack([x, x]))) == (2,)
    assert np.shape(none.log_prob(np.empty((0, *np.shape(x))))) == (0,)
    with pytest.raises(ValueError, match="broadcast"):
        two.log_prob(np.stack([x] * 3))
    with pytest.raises(ValueError, match="batch shape"):
        xl.nll(two, np.stack([x] * 3))


def _check_outcomes(member, x):
    with pytest.raises(ValueError, match="empty sample"):
        xl.nll(member, np.empty((0, *np.shape(x))))
    assert np.all(member.prob(x) > 0)
    unknown = np.full_like(x, math.nan, dtype=float)
    if member.discrete:
        with pytest.raises(ValueError, match=r"label|count"):
            member.log_prob(unknown)
    else:
        assert np.isnan(member.log_prob(unknown)) and np.isnan(xl.nll(member, unknown[None]))
    if not member.support.kind:
        _check_ends(member)


def _check_ends(member):
    low, high = float(member.support.low), float(member.support.high)
    beyond = [v for v in (low - 1, high + 1, -math.inf, math.inf) if not low <= v <= high]
    beyond += [v for v in (-math.inf, math.inf) if v in (low, high)]
    for v in beyond:
        if member.discrete:
            with pytest.raises(ValueError, match="label"):
                member.log_prob(v)
        else:
            assert member.log_prob(v) == -math.inf and member.prob(v) == 0
    for v in (low, high):
        if math.isfinite(v):
            assert not np.isnan(member.log_prob(v))  # and without a warning


# ── Digits ───────────────────────────────────────────────────────────────────────────────────────

SINGLE, DOUBLE = np.float32, np.float64
NEAR = {DOUBLE: (1e-12, 1e-10, 1e-8, 1e-6, 1e-4, 1e-3), SINGLE: (1e-6, 1e-5, 1e-4, 1e-3)}
FAR = {DOUBLE: (1e-200, 1e-30, 1e-8, 1e3, 1e8, 1e30, 1e200), SINGLE: (1e-30, 1e-8, 1e3, 1e8, 1e30)}


def pairs(family, dtype, count=3):
    """Parameters of two members, stored in that type, and the words for it: as drawn, moved by a
    little, and with one parameter small or large, as its rule allows."""
    rng = np.random.default_rng(1)
    for _ in range(count):
        p, q = (parameters(draw_member(family, rng)) for _ in range(2))
        if p.keys() == q.keys() and all(p[k].shape == q[k].shape for k in p):
            yield "drawn", _stored(p, dtype), _stored(q, dtype)
        for size in NEAR[dtype]:
            moved = {k: _moved(family.rules[k], v, size, rng) for k, v in p.items()}
            yield f"near by {size:g}", _stored(p, dtype), _stored(moved, dtype)
        for name, value in p.items():
            for size in _sizes(family.rules[name], dtype):
                far = {**p, name: value * size}
                yield f"{name} times {size:g}", _stored(far, dtype), _stored(p, dtype)
                yield f"{name} times {size:g}, the model", _stored(p, dtype), _stored(far, dtype)


def _sizes(rule, dtype):
    """By what a parameter may be multiplied: what is ≥ 0 by anything; a logit, say, which the
    exponential function blows up, by less; a number of draws stays, or its sums had no end."""
    if "whole" in rule.words:
        return []
    bounded = "> 0" in rule.words or ">= 0" in rule.words or rule.words == "a finite number"
    most = 1e3 if dtype == DOUBLE else 1.0  # e^500 is beyond single precision
    return [size for size in FAR[dtype] if bounded or size <= most]


def _stored(given, dtype):
    return {name: np.asarray(value, dtype) for name, value in given.items()}


def _moved(rule, value, size, rng):
    """A parameter, moved by a relative step; whole ones stay, pmfs stay pmfs."""
    if rule.ndims == 2 or np.all(value == np.floor(value)):
        return value * (1 + size * (rule.ndims == 2))
    moved = value * (1 + size * rng.choice([-1, 1], size=np.shape(value)))
    is_pmf = rule.ndims and abs(np.sum(value) - 1) < 1e-9
    return moved / np.sum(moved) if is_pmf else moved


def members_of(family, dtype, count=3):
    """Pairs of members that the family takes, beside the exact parameters of both."""
    for words, p, q in pairs(family, dtype, count):
        try:
            models = family(**p), family(**q)
        except ValueError:  # a step out of the rule, or of what fits together
            continue
        exact = [{k: family_references.exact(v) for k, v in d.items()} for d in (p, q)]
        yield words, (p, q), models, exact


def errors(family, reference, dtype):
    """(error in eps, quantity, words, parameters) for all that is asked. A divergence is judged
    by its own size; what may cross 0 by what a rounding of its parameters would move, too."""
    for words, stored, (p, q), (a, b) in members_of(
        family, dtype, count=1 if reference.slow else 3
    ):
        if reference.slow and words in ("near by 1e-10", "near by 1e-06", "near by 1e-05"):
            continue
        with mpmath.workdps(family_references.digits_for(*stored)):
            try:
                found = list(_errors_of_pair(words, p, q, a, b, reference, dtype))
            except ArithmeticError as why:  # a sum or integral that says that it cannot be had
                assert str(why).startswith("expect: "), why
                continue
        yield from found


def _errors_of_pair(words, p, q, a, b, reference, dtype):
    entropy, divergence = reference.entropy(**a), reference.divergence(a, b)
    where = f"{words}: {p} {q}"
    unit = _sway(lambda d: reference.entropy(**d), a)
    yield error(xl.entropy(p), entropy, dtype, unit), "H", where
    if divergence is not None:  # a reference by quadrature does not reach far
        ours = xl.kl_divergence(p, q), xl.cross_entropy(p, q)
        if reference.slow == "by quadrature":  # on plain numbers
            ours = map(dtype, ours)
        found, cost = ours
        yield error(found, divergence, dtype), "D", where
        if 1 < divergence < mpmath.inf:
            unit += _sway(lambda d: reference.divergence(a, d), b)
        yield error(cost, entropy + divergence, dtype, unit), "H(p, q)", where
    for x in reference.outcomes(a):
        stored = np.asarray(np.array(x, dtype=float), dtype)
        if not np.all(np.isfinite(stored)):
            continue
        x = family_references.exact(stored)

        def cost(d):
            return reference.log_prob(d.pop("x"), **d)

        unit = _sway(cost, {**a, "x": x}, whole=p.discrete)
        exact = reference.log_prob(x, **a)
        yield error(p.log_prob(stored), exact, dtype, unit), f"log q({stored})", where


def error(value, exact, dtype, unit=0):
    """The error in eps of the value, or of the unit, if that is larger."""
    if mpmath.isnan(exact):
        return 0.0  # the reference has no answer here
    assert np.asarray(value).dtype == dtype, "the type of the parameters is kept"
    kind, value = np.finfo(dtype), mpmath.mpf(float(value))
    if abs(exact) > mpmath.mpf(float(kind.max)):
        exact = mpmath.sign(exact) * mpmath.inf
    if not (mpmath.isfinite(value) and mpmath.isfinite(exact)):
        return 0.0 if value == exact else math.inf
    size = max(abs(exact), abs(unit)) * mpmath.mpf(float(kind.eps))
    return float(abs(value - exact) / max(size, mpmath.mpf(float(kind.smallest_subnormal))))


def _sway(f, given, whole=False):
    """Σ |θ ∂f/∂θ|: by how much f moves where its arguments are rounded, in relative units."""
    total, step = mpmath.mpf(0), mpmath.mpf(10) ** (-mpmath.mp.dps // 3)
    base = f(dict(given))
    for name, value in given.items():
        if name == "x" and whole:
            continue
        moved = f({**given, name: _times(value, 1 + step)})
        if mpmath.isfinite(moved) and mpmath.isfinite(base):
            total += abs(moved - base) / step
    return total


def _times(value, factor):
    return [_times(v, factor) for v in value] if isinstance(value, list) else value * factor


def check_accuracy(family, reference, dtype, budget):
    """Log-probability, entropy, cross-entropy and divergence within so many eps."""
    worst = max(errors(family, reference, dtype), key=lambda found: found[0])
    assert worst[0] <= budget, worst
