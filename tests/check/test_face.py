"""The public face: what `import xent_lit` offers and `help` says of it, and the names of before."""

import importlib
import pydoc
import re
import subprocess
import sys

import pytest
from helpers import PACKAGE, public_names

import xent_lit
from xent_lit import _renamed

NAMES = public_names()


def command(*arguments):
    run = [sys.executable, "-W", "error", "-m", "xent_lit", *arguments]
    return subprocess.run(run, capture_output=True, text=True)


def test_all_lists_what_is_imported_once():
    """In the order of the docstring, which is that of the book."""
    assert sorted(xent_lit.__all__) == sorted(NAMES)
    told = re.findall(r"^    (\w+)(?:\s{2,}|$)", xent_lit.__doc__, re.MULTILINE)
    assert [name for name in told if name in NAMES] == xent_lit.__all__


def test_a_star_takes_what_all_lists():
    space = {}
    exec("from xent_lit import *", space)
    assert sorted(space.keys() - {"__builtins__"}) == sorted(xent_lit.__all__)


@pytest.mark.parametrize("name", NAMES)
def test_help_has_a_line_for_each_name(name):
    """Before the list of modules: the name, and what it is for."""
    text = pydoc.plain(pydoc.render_doc(xent_lit)).partition("PACKAGE CONTENTS")[0]
    assert re.search(rf"^ *{name}\b\W+\w+ \w+", text, re.MULTILINE)


def test_every_public_name_has_a_docstring_of_its_own():
    documented = {name: getattr(xent_lit, name).__doc__ for name in NAMES}
    assert [name for name, text in documented.items() if not text] == []
    assert len(set(documented.values())) == len(documented)


def test_the_package_is_typed():
    assert (PACKAGE / "py.typed").exists()


# ── The command line ─────────────────────────────────────────────────────────────────────────────


def test_the_command_says_its_version():
    run = command("--version")
    assert (run.returncode, run.stdout.split()[-1]) == (0, xent_lit.__version__), run.stderr


def test_the_command_explains_a_loss():
    run = command("explain", "squared error")
    assert run.returncode == 0 and "Normal" in run.stdout, run.stderr


def test_the_command_names_the_losses_it_knows():
    run = command("explain", "no such loss")
    assert run.returncode == 2 and "squared error" in run.stderr


def test_the_command_shows_a_claim():
    run = command("verify", "--only", "gibbs")
    assert run.returncode == 0 and "gibbs [SCNTF]" in run.stdout, run.stderr


def test_the_command_knows_its_claims():
    run = command("verify", "--only", "gibs")
    assert run.returncode == 2 and "'gibs'" in run.stderr and "gibbs" in run.stderr


# ── The names of 0.1 ─────────────────────────────────────────────────────────────────────────────

MOVED = [
    (f"{module}.{old}", f"xent_lit.{place}.{new[0] if new else old}")
    for module, lines in _renamed.MOVED.items()
    for old, place, *new in map(str.split, lines.strip().splitlines())
]
# These at least, of what others may have written.
OFTEN = "reliability", "baseline", "arrays.namespace", "arrays.softmax", "claims.verify"
OFTEN += "conditional.fit", "conditional.split", "evaluate.baseline", "losses.explain"


def test_the_names_that_were_used_most_have_moved():
    assert {f"xent_lit.{name}" for name in OFTEN} <= {old for old, _ in MOVED}


def found(path):
    """The object at a dotted path."""
    module, _, name = path.rpartition(".")
    return getattr(importlib.import_module(module), name)


@pytest.mark.parametrize("old, new", MOVED)
def test_a_name_of_before_works_and_says_where_it_went(old, new):
    with pytest.warns(DeprecationWarning, match=re.escape(new)):
        assert found(old) is found(new)


def test_a_name_that_never_was_is_refused():
    for module in "xent_lit", "xent_lit.arrays":
        with pytest.raises(AttributeError, match="no_such_name"):
            importlib.import_module(module).no_such_name
