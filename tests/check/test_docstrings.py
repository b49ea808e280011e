"""The example in each public docstring prints what it says."""

import doctest
import inspect

import numpy as np
import pytest
from helpers import public_names

import xent_lit
from xent_lit import models

PUBLIC = {name: getattr(xent_lit, name) for name in public_names()}
PUBLIC |= {name: getattr(models, name) for name in ("Distribution", "Empirical")}
FLAGS = doctest.NORMALIZE_WHITESPACE | doctest.ELLIPSIS


@pytest.mark.parametrize("name", PUBLIC)
def test_the_example_of_a_docstring_is_right(name):
    """At least one for each name, and all those of its methods; NumPy is at hand as ``np``."""
    value = PUBLIC[name]
    space = {**PUBLIC, "np": np}
    found = doctest.DocTestFinder().find(value, name, inspect.getmodule(value), globs=space)
    assert any(test.name == name and test.examples for test in found), "no example in its docstring"
    told = []
    runner = doctest.DocTestRunner(optionflags=FLAGS)
    for test in found:
        runner.run(test, out=told.append)
    assert runner.failures == 0, "".join(told)
