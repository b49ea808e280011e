"""The exercises of the chapters, as they stand in the notebooks."""

import re

import nbformat
import pytest
import yaml
from exercises import compiled
from helpers import NBS

CHAPTERS = sorted([*NBS.glob("[01]?_*.ipynb"), NBS / "proof.ipynb"])  # the pages with exercises
OPTIONS = re.compile(r"^:{3,}\{exercise\}[^\n]*\n---\n(.*?)^---$", re.DOTALL | re.MULTILINE)


def exercises(path):
    """Each exercise of a notebook: its options, and the source of the cell that follows."""
    cells = nbformat.read(path, as_version=4).cells
    for cell, following in zip(cells, [*cells[1:], None]):
        if cell.cell_type == "markdown":
            source = following.source if following and following.cell_type == "code" else None
            for options in OPTIONS.findall(cell.source):
                yield yaml.safe_load(options), source


def titles(path):
    """The titles of the exercises of a notebook, in the order of reading."""
    cells = nbformat.read(path, as_version=4).cells
    texts = [cell.source for cell in cells if cell.cell_type == "markdown"]
    return re.findall(r"^:{3,}\{exercise\} *([^\n]*)$", "\n".join(texts), re.MULTILINE)


def wrong(options):
    """The wrong answers and their hints."""
    lines = options.get("wrong", "").splitlines()
    return [tuple(map(str.strip, line.split(": ", 1))) for line in lines]


def data(options):
    """What the page carries of an exercise."""
    variables = options.get("variables", "").split()
    given = (options.get(key, "") for key in ("wrong", "unit"))
    return compiled(options["name"], str(options["answer"]), variables, *given)


ALL = {
    options["name"]: (path.stem, options, code)
    for path in CHAPTERS
    for options, code in exercises(path)
}
each_exercise = pytest.mark.parametrize("name", ALL or [None])
