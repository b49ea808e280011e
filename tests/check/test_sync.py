"""The library is what the notebooks export, and the notebooks are clean."""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest
from helpers import NBS, ROOT

import xent_lit

NOTEBOOKS = sorted(NBS.glob("*.ipynb"))


def test_the_library_is_what_the_notebooks_export():
    export = [sys.executable, ROOT / "_ext/export.py", "--check"]
    run = subprocess.run(export, cwd=ROOT, capture_output=True, text=True)
    assert (run.returncode, run.stdout) == (0, ""), f"run `make export`\n{run.stderr}"


def test_cleaning_the_notebooks_changes_nothing(tmp_path):
    shutil.copy(ROOT / "settings.ini", tmp_path)
    shutil.copytree(NBS, tmp_path / "nbs", ignore=shutil.ignore_patterns(".ipynb_checkpoints"))
    subprocess.run([Path(sys.executable).with_name("nbdev_clean")], cwd=tmp_path, check=True)
    changed = [
        p.name for p in NOTEBOOKS if p.read_text() != (tmp_path / "nbs" / p.name).read_text()
    ]
    assert changed == [], "run `make export`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_carry_no_results(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [
        cell.source for cell in cells if cell.get("outputs") or cell.get("execution_count")
    ] == []


def test_the_version_is_the_same_everywhere():
    places = {
        "settings.ini": r"\nversion = (.+)",
        "CITATION.cff": r"\nversion: (\S+)",
        "CHANGELOG.md": r"\n## \[?([\d.]+)",
    }
    found = {name: re.search(word, (ROOT / name).read_text())[1] for name, word in places.items()}
    assert found == dict.fromkeys(places, xent_lit.__version__)


def test_import_needs_only_what_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert [re.match(r"[\w-]+", line)[0] for line in declared] == ["numpy", "array-api-compat"]
    heavy = "sympy", "scipy", "torch", "jax", "dask", "sklearn", "matplotlib", "cupy"
    code = f"import sys, xent_lit; print([name for name in {heavy} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout == "[]\n"
