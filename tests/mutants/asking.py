"""Who refuses a faulty library: asked in a process of its own, which has not imported it yet."""

import contextlib
import importlib.machinery
import importlib.util
import io
import sys
import warnings
from pathlib import Path

ROOT = Path(__file__).parents[2]
LAWS = "tests/check/test_laws.py"


class Planted(importlib.machinery.SourceFileLoader):
    """Finds one module of the library, and loads another source in its place."""

    def __init__(self, module, source):
        path = ROOT.joinpath("xent_lit", *module.split(".")).with_suffix(".py")
        super().__init__(f"xent_lit.{module}", str(path))
        self.source = source

    def find_spec(self, name, path=None, target=None):
        if name == self.name:
            return importlib.util.spec_from_file_location(name, self.path, loader=self)

    def get_code(self, name):
        return compile(self.source, self.path, "exec", dont_inherit=True)


class Failures:
    """Counts the tests that pytest runs, and keeps the first that fails."""

    def __init__(self):
        self.ran, self.first = 0, ""

    def pytest_runtest_logreport(self, report):
        self.ran += report.when == "call"
        if report.failed and not self.first:
            self.first = report.nodeid.partition("::")[2]


def by_claims(ids=None):
    """The first of these claims, or of all, that does not hold; with its error."""
    from xent_lit.ledger import claims
    from xent_lit.proof.claim import Claim, verify

    try:
        found = claims()
    except Exception as why:  # some are made by looking at the families
        return f"the making of claims, {type(why).__name__}"
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for id in found if ids is None else ids:
            _, claim = found[id]
            try:
                verify(claim) if isinstance(claim, Claim) else claim.signs()
            except Exception as why:
                return f"{id}, {type(why).__name__}"
    return ""


def by_tests(file, name=None):
    """The first test that fails, among those of a file or by name."""
    import pytest

    seen = Failures()
    chosen = f"{file}::{name}" if name else str(file)
    loaded = "-Wignore::pytest.PytestAssertRewriteWarning"  # before this process was forked
    options = ["-x", "-q", "--no-header", "--tb=no", "-p", "no:cacheprovider", loaded, "-c"]
    with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
        pytest.main([*options, str(ROOT / "pyproject.toml"), chosen], plugins=[seen])
    if not seen.ran and not seen.first:
        raise LookupError(f"no test {chosen}")
    return seen.first


def where(name):
    """The file of a test in Python alone, first of the fast layer."""
    name = name.partition("[")[0]
    for layer in "check", "arrays":
        for path in sorted((ROOT / "tests" / layer).glob("test_*.py")):
            if f"def {name}(" in path.read_text():
                return path
    raise LookupError(f"no test {name}")


def refused_by(module, source, first):
    """The claim or test that refuses the library with this source of a module; empty if none does.

    The one that is named is asked first, then all claims, then all laws.
    """
    loader = Planted(module, source)
    sys.meta_path.insert(0, loader)
    sys.path.insert(0, str(ROOT))
    import xent_lit

    if not xent_lit.__file__.startswith(str(ROOT)):
        raise ImportError(f"not this library: {xent_lit.__file__}")
    importlib.import_module(loader.name)
    named = by_tests(where(first), first) if first.startswith("test_") else by_claims([first])
    return named or by_claims() or by_tests(ROOT / LAWS)


def tell(pipe, *asked):
    """Send the answer, or the error that there is none."""
    try:
        pipe.send(refused_by(*asked))
    except Exception as why:
        pipe.send(LookupError(f"{type(why).__name__}: {why}"))
