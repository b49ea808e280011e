"""The page of the library: public names by task, each with a line and an example that runs."""

import re
from pathlib import Path

import library_links
import numpy as np
import pytest
import yaml
from helpers import NBS, ROOT

import xent_lit
from xent_lit.losses import LOSSES

TEXT = (NBS / "api.md").read_text()
CONFIG = yaml.safe_load((ROOT / "_config.yml").read_text())["sphinx"]["config"]
BEFORE, EXAMPLES = library_links.examples(Path(ROOT, CONFIG["library_examples"]))
GROUPS = library_links.groups(xent_lit.__doc__)


def test_every_public_name_stands_in_one_group_of_the_page():
    shown = re.findall(r"^```\{library-index\} (.+)$", TEXT, re.MULTILINE)
    assert sorted(shown) == sorted(GROUPS) and len(set(shown)) == len(shown)
    names = [name for inside in GROUPS.values() for name in inside]
    assert sorted(names) == sorted(xent_lit.__all__)


def test_each_has_an_example_and_no_other_name_has():
    assert sorted(EXAMPLES) == sorted(xent_lit.__all__)
    assert [name for name, code in EXAMPLES.items() if not re.search(rf"\b{name}\b", code)] == []


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_example_runs_and_is_short(name):
    if "dask" in EXAMPLES[name] + BEFORE:
        pytest.importorskip("dask")
    space = {}
    exec(BEFORE, space)
    said = library_links.shown(eval(EXAMPLES[name], space))
    assert said and max(map(len, said.splitlines())) < 90 and said.count("\n") < 5
    assert not re.search(r"\d\.\d{7,}|\barray\(|np\.", said), said


def test_the_losses_of_the_book_are_listed():
    assert [name for name in LOSSES if f"`{name}`" not in TEXT] == []


@pytest.mark.parametrize(
    "value, words",
    [
        (0.0992727, "0.09927"),
        (np.float64(-1.04394), "-1.044"),
        (1.0, "1"),
        (False, "False"),
        ("Bernoulli(f)", "Bernoulli(f)"),
        (np.array([0.66524096, 0.3]), "[0.6652 0.3   ]"),
        ((np.array([1, 2]), 0.5), "[1 2], 0.5"),
    ],
)
def test_values_are_shown_as_people_write_them(value, words):
    assert library_links.shown(value) == words
