"""The operators that plant faults: each changes what it says, or says that it cannot."""

import pytest
from operators import (
    Unplantable,
    argument,
    call,
    change,
    condition,
    constant,
    drop,
    items,
    keep,
    keyword,
    planted,
    swap,
    unfiltered,
    unwrap,
    without_minus,
)

SOURCE = '''
RATE = 2

class Family:
    """A + b - c, in words."""
    scale = 3

    def cost(self, x, y):
        """Not this: 1 + 2."""
        both = x + y - 1
        if x < y and y > 0:
            both += 1
        few = [v for v in (x, y) if v > 3]
        def inside(z): return -abs(z) / 2
        return where(both > 1, xp.log(x, base=y), inside(y)), (x, y)

def other(x): return x + 5
'''
BEFORE = planted(SOURCE, "other", constant(5, 6)).replace("x + 6", "x + 5")
PLANTED = {
    "a sign": (change("+", "*"), "x + y - 1", "x * y - 1"),
    "a comparison": (change("<", "<="), "x < y", "x <= y"),
    "a second comparison": (change(">", ">=", n=3), "both > 1", "both >= 1"),
    "and for or": (change("and", "or"), "y and y", "y or y"),
    "an addend": (keep("first", "-"), "x + y - 1", "x + y"),
    "another addend": (keep("last", "+"), "x + y - 1", "y - 1"),
    "a condition of two": (keep("first", "and"), "x < y and y > 0", "x < y"),
    "a step": (keep("first", "+", n=2), "both += 1", "pass"),
    "a lost sign": (without_minus(), "-abs(z)", "abs(z)"),
    "a number": (constant(1, 7, n=2), "both += 1", "both += 7"),
    "a function": (call("log", "exp"), "xp.log(", "xp.exp("),
    "a lost function": (unwrap("abs"), "-abs(z)", "-z"),
    "a branch": (
        unwrap("where", i=2),
        "where(both > 1, xp.log(x, base=y), inside(y))",
        "inside(y)",
    ),
    "an argument twice": (argument("log", "base", 0), "base=y", "base=x"),
    "an argument that is none": (argument("log", 0, value=None), "log(x", "log(None"),
    "arguments exchanged": (swap("log", 0, "base"), "log(x, base=y)", "log(y, base=x)"),
    "another name": (keyword("log", "base", "to"), "base=y", "to=y"),
    "a condition": (condition("not"), "if x < y and y > 0", "if not (x < y and y > 0)"),
    "no condition": (condition(True), "if x < y and y > 0", "if True"),
    "no filter": (unfiltered(), "for v in (x, y) if v > 3", "for v in (x, y) if True"),
    "parts exchanged": (items(0, 1), "(x, y)", "(y, x)"),
    "a statement": (drop("AugAssign"), "both += 1", "pass"),
}


@pytest.mark.parametrize("what", PLANTED)
def test_a_fault_is_planted_where_it_is_said_and_nowhere_else(what):
    plant, old, new = PLANTED[what]
    assert planted(SOURCE, "Family.cost", plant) == BEFORE.replace(old, new, 1)


@pytest.mark.parametrize("what", PLANTED)
def test_the_names_of_variables_do_not_matter(what):
    plant, *_ = PLANTED[what]
    renamed = SOURCE.replace("both", "total").replace("z", "u")
    same = planted(SOURCE, "Family.cost", plant).replace("both", "total").replace("z", "u")
    assert planted(renamed, "Family.cost", plant) == same


def test_a_fault_may_stand_in_a_class_in_the_module_or_in_a_function_inside():
    assert "scale = 4" in planted(SOURCE, "Family", constant(3, 4))
    assert "RATE = 3" in planted(SOURCE, "", constant(2, 3))
    assert "abs(z) * 2" in planted(SOURCE, "Family.cost.inside", change("/", "*"))


@pytest.mark.parametrize(
    "name, plant, words",
    [
        ("Family.price", change("+", "-"), "no definition of Family.price"),
        ("Family.cost", change("**", "*"), r"has 0 times \*\*, not 1 times"),
        ("Family.cost", constant(1, 2, n=4), "has 3 times 1, not 4 times"),
        ("Family.cost", call("log", "exp", n=2), r"has 1 times log\(\), not 2"),
        ("Family.cost", argument("log", 3, 0), "has no argument 3"),
        ("Family.cost", swap("log", 0, "axis"), "has no argument axis"),
        ("Family.cost", change("+", "+"), "nothing changes"),
        ("other", drop("If"), "other has 0 times If"),
    ],
)
def test_a_fault_without_a_place_is_reported(name, plant, words):
    with pytest.raises(Unplantable, match=words):
        planted(SOURCE, name, plant)
