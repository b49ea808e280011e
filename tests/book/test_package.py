"""The package as it is handed out: the wheel holds all modules, and the source distribution is
complete: its tests run in it."""

import os
import re
import subprocess
import sys
import tarfile
import tomllib
import zipfile

import pytest
from helpers import PACKAGE, ROOT, modules

import xent_lit

NAME = f"xent_lit-{xent_lit.__version__}"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the source distribution, unpacked, and a wheel that was built from it."""
    folder = tmp_path_factory.mktemp("built")
    build = f"from setuptools import build_meta as b; b.build_sdist({str(folder)!r})"
    subprocess.run([sys.executable, "-c", build], cwd=ROOT, check=True, capture_output=True)
    with tarfile.open(folder / f"{NAME}.tar.gz") as packed:
        packed.extractall(folder, filter="data")
    build = f"from setuptools import build_meta as b; b.build_wheel({str(folder)!r})"
    subprocess.run(
        [sys.executable, "-c", build], cwd=folder / NAME, check=True, capture_output=True
    )
    return folder


def test_the_wheel_holds_every_module_and_the_mark_that_it_is_typed(built):
    with zipfile.ZipFile(built / f"{NAME}-py3-none-any.whl") as packed:
        held = {name for name in packed.namelist() if name.startswith("xent_lit/")}
    paths = [*modules().values(), PACKAGE / "__init__.py", PACKAGE / "__main__.py"]
    assert held == {"xent_lit/py.typed"} | {path.relative_to(ROOT).as_posix() for path in paths}


def test_the_source_distribution_holds_what_the_repository_holds(built):
    git = ["git", "ls-files", "nbs", "tests", "bench", "_ext", "xent_lit"]
    listed = subprocess.run(git, cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    files = [name for name in listed.stdout.splitlines() if (ROOT / name).exists()]
    assert [name for name in files if not (built / NAME / name).exists()] == []


@pytest.mark.parametrize(
    "chosen",
    [["--collect-only"], ["tests/check/test_laws.py", "tests/check/test_text.py", "-k", "entropy"]],
    ids=["all are found", "some run"],
)
def test_the_tests_of_the_source_distribution_run_in_it(built, chosen):
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *chosen]
    environment = {**os.environ, "PYTHONPATH": str(built / NAME)}
    run = subprocess.run(command, cwd=built / NAME, env=environment, capture_output=True, text=True)
    if run.returncode:
        pytest.fail(run.stdout[-3000:] + run.stderr[-1000:])


def test_each_extra_that_is_named_exists():
    """In a message of the library, or in the text for its users."""
    texts = [path.read_text() for path in [*modules().values(), ROOT / "README.md"]]
    named = {
        extra for text in texts for extra in re.findall(r"xent_lit\[(\w+)\]|\.\[(\w+)\]", text)
    }
    assert {a or b for a, b in named} <= PROJECT["optional-dependencies"].keys()
