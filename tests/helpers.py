"""What several tests need: the places, the notebooks as sources, and arrays of every library."""

import ast
import importlib
import re
from pathlib import Path

import nbformat
import numpy as np
import pytest
from array_api_compat import is_dask_array, to_device

ROOT = Path(__file__).parents[1]
NBS = ROOT / "nbs"
PACKAGE = ROOT / "xent_lit"


# ── Notebooks and modules ────────────────────────────────────────────────────────────────────────


def notebooks():
    """Each notebook, by the stem of its file."""
    return {path.stem: nbformat.read(path, as_version=4) for path in sorted(NBS.glob("*.ipynb"))}


def chapter(name):
    """The stem of a chapter's notebook: ``entropy`` is called 02_entropy."""
    [path] = NBS.glob(f"[0-9][0-9]_{name}.ipynb")
    return path.stem


def code(notebook):
    """The sources of the code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def directive(source, name):
    """What stands behind ``#| name`` at the top of a cell, or None."""
    found = re.search(rf"^#\| *{name}\b:?[ \t]*(.*)$", source, re.MULTILINE)
    return found[1].strip() if found else None


def exports(notebooks):
    """The notebook of each module that is exported, in the order of reading."""
    found = {}
    for stem, notebook in notebooks.items():
        own = ""
        for source in code(notebook):
            own = directive(source, "default_exp") or own
            name = directive(source, "export")
            if name is not None:
                found.setdefault(name or own, stem)
    return found


def syntax(source):
    """The syntax of a cell; lines for IPython alone are no Python."""
    lines = [line for line in source.splitlines() if not line.startswith(("%", "!"))]
    return ast.parse("\n".join(lines))


def modules():
    """The file of each module below the package: ``models.normal``; ``models`` for a package."""
    found = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        parts = path.relative_to(PACKAGE).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if name and name != "__main__":
            found[name] = path
    return found


def public_names():
    """What the package imports for its users, in the order of its source."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text())
    lines = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    lines = [node for node in lines if node.module[0] != "_"]
    names = [alias.asname or alias.name for node in lines for alias in node.names]
    return [name for name in names if name[0] != "_"]


def families():
    """The public classes of distributions."""
    import xent_lit
    from xent_lit.models import Distribution

    offered = [getattr(xent_lit, name) for name in public_names()]
    return [f for f in offered if isinstance(f, type) and issubclass(f, Distribution)]


def imported(name):
    """The module of that name below the package."""
    return importlib.import_module(f"xent_lit.{name}")


# ── Arrays ───────────────────────────────────────────────────────────────────────────────────────

LIBRARIES = {
    "numpy": "array_api_compat.numpy",
    "strict": "array_api_strict",
    "jax": "jax.numpy",
    "torch": "array_api_compat.torch",
    "dask": "array_api_compat.dask.array",
}


def library(name):
    """The namespace of an array library, or the test is skipped."""
    pytest.importorskip({"strict": "array_api_strict"}.get(name, name))
    return importlib.import_module(LIBRARIES[name])


def values(x):
    """Any array as NumPy's."""
    if is_dask_array(x):
        x = x.compute()
    home = type(x).__module__
    if "strict" in home:
        x = x.to_device(x.device.__class__("CPU_DEVICE"))
    return np.asarray(to_device(x, "cpu") if home.startswith(("torch", "cupy")) else x)


def assert_close(a, b, rtol):
    """Equal values up to a relative error, of arrays of any library."""
    np.testing.assert_allclose(values(a), values(b), rtol=rtol, atol=0)


# ── Evaluations ──────────────────────────────────────────────────────────────────────────────────

EPS = 2.0**-52


def close(a, b, rtol):
    """Whether two numbers are equal, up to a relative error."""
    return a == b or abs(a - b) <= rtol * max(abs(a), abs(b))


def agree(a, b, rtol=4 * EPS):
    """Whether two evaluations say the same."""
    pairs = [(a.weight, b.weight), (a.total, b.total), *zip(a.counts, b.counts)]
    same = len(a.counts) == len(b.counts) and all(close(x, y, rtol) for x, y in pairs)
    return same and close(a.spread, b.spread, 1e-11)
