"""The library is what the notebooks export, and the notebooks are clean."""
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "nbs").glob("*.ipynb"))


def tree(folder):
    """Every notebook and module below a folder, by name."""
    return {str(file.relative_to(folder)): file.read_text() for file in sorted(folder.glob("*/*"))
            if file.suffix in (".ipynb", ".py")}


def test_export_and_clean_change_nothing(tmp_path):
    shutil.copy(ROOT / "settings.ini", tmp_path)
    for name in "nbs", "xent_lit":
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints"))
    before = tree(tmp_path)
    for module in (tmp_path / "xent_lit").glob("*.py"):
        if not module.name.startswith("__"):            # __init__ is written by hand
            module.unlink()                             # a module without a notebook does not come back
    for command in "nbdev_export", "nbdev_clean":
        subprocess.run([Path(sys.executable).with_name(command)], cwd=tmp_path, check=True)
    after = tree(tmp_path)
    assert sorted(before.keys() - after.keys()) == [], "in the repository, but exported by no notebook"
    assert sorted(after.keys() - before.keys()) == [], "exported, but not in the repository: run `make export`"
    assert [name for name in before if before[name] != after[name]] == [], "not in step: run `make export`"


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_notebooks_carry_no_results(path):
    cells = nbformat.read(path, as_version=4).cells
    assert [cell.source for cell in cells if cell.get("outputs") or cell.get("execution_count")] == []


def test_the_version_is_the_same_everywhere():
    version = re.search(r"version = (.+)", (ROOT / "settings.ini").read_text())[1]
    places = {
        "xent_lit/__init__.py": r'__version__ = "(.+?)"',
        "CITATION.cff": r"\nversion: (\S+)",
        "CHANGELOG.md": r"\n## \[?([\d.]+)",
    }
    found = {name: re.search(pattern, (ROOT / name).read_text())[1] for name, pattern in places.items()}
    assert found == dict.fromkeys(places, version)


def test_import_needs_only_what_is_declared():
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"]
    assert [re.match(r"[\w-]+", line)[0] for line in declared] == ["numpy", "array-api-compat"]
    heavy = "sympy", "scipy", "torch", "jax", "dask", "sklearn", "matplotlib", "cupy"
    code = f"import sys, xent_lit; print([name for name in {heavy} if name in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
