"""A cell that a reader copies into an empty session runs there, after the page's setup and those of
the cells above that bind its names."""

import ast
import builtins
import contextlib
import functools
import io
import os
import symtable

import pytest
from helpers import NBS, directive, notebooks, syntax

NOTEBOOKS = notebooks()
SETUP = "Show the setup"
UNSEEN = "hide", "export", "exporti", "exports", "default_exp"  # absent, or in the library already
PAGES = [
    stem
    for stem, notebook in NOTEBOOKS.items()
    if any(
        cell.cell_type == "code" and directive(cell.source, "code-summary") == SETUP
        for cell in notebook.cells
    )
]
every_page = pytest.mark.parametrize("stem", PAGES)


def scopes(table):
    """A table of names and those of the functions, classes and comprehensions inside."""
    yield table
    for child in table.get_children():
        yield from scopes(child)


class Cell:
    """A cell that a reader can copy: its section, the names it binds, and those it needs."""

    def __init__(self, source, section):
        self.source, self.section, self.tree = source, section, syntax(source)
        top = symtable.symtable(ast.unparse(self.tree), "a cell", "exec")
        used = {
            one.get_name()
            for table in scopes(top)
            for one in table.get_symbols()
            if one.is_referenced() and (table is top or one.is_global())
        }
        names = top.get_symbols()
        self.bound = {one.get_name() for one in names if one.is_assigned() or one.is_imported()}
        self.needs = used - self.bound

    def run(self, space):
        exec(compile(self.tree, "a pasted cell", "exec"), space)


@functools.cache
def cells(stem):
    """The setup of a page, and its other visible cells, in their order."""
    setup, found, section = None, [], 0
    for cell in NOTEBOOKS[stem].cells:
        if cell.cell_type == "markdown":
            section += sum(line.startswith("## ") for line in cell.source.splitlines())
        elif cell.cell_type == "code" and cell.source.strip():
            if directive(cell.source, "code-summary") == SETUP:
                setup = Cell(cell.source, section)
            elif directive(cell.source, "eval") != "false" and not any(
                directive(cell.source, name) is not None for name in UNSEEN
            ):
                found.append(Cell(cell.source, section))
    return setup, found


@functools.cache
def provided(stem):
    """What the setup of a page binds. It only imports, so it runs in an instant."""
    space = {}
    cells(stem)[0].run(space)
    return frozenset(space)


def way(stem, i):
    """The cells to run between the setup and the i-th one, as few as its names ask for; and the
    names that none of them binds."""
    found = cells(stem)[1]
    have = provided(stem).union(dir(builtins), ["display"])
    before, needs = [], found[i].needs - have
    for cell in reversed(found[:i]):
        if needs & cell.bound:
            before.insert(0, cell)
            needs = (needs - cell.bound) | (cell.needs - have)
    return before, sorted(needs)


def test_each_page_for_readers_shows_its_setup():
    chapters = [stem for stem in NOTEBOOKS if stem[0].isdigit()]
    assert [stem for stem in [*chapters, "questions"] if stem not in PAGES] == []


@every_page
def test_the_setup_is_the_first_cell_that_a_reader_can_copy(stem):
    setup, found = cells(stem)
    sources = [cell.source for cell in NOTEBOOKS[stem].cells if cell.cell_type == "code"]
    assert found and all(sources.index(setup.source) < sources.index(one.source) for one in found)


@every_page
def test_every_name_in_a_visible_cell_is_bound_by_the_setup_or_above(stem):
    lost = {}
    for i, cell in enumerate(cells(stem)[1]):
        if names := way(stem, i)[1]:
            lost[cell.source.strip()[:70]] = names
    assert lost == {}, "names that neither the setup nor a visible cell above binds"


def twenty():
    """Twenty cells, those in the middle of each page and then of its first third; not those that
    verify a law, which other tests do."""
    plain = {
        stem: [i for i, cell in enumerate(cells(stem)[1]) if "verify" not in cell.needs]
        for stem in PAGES
    }
    places = [(stem, plain[stem][len(plain[stem]) // k]) for k in (2, 3) for stem in PAGES]
    return list(dict.fromkeys(places))[:20]


@pytest.mark.parametrize("stem, i", twenty())
def test_a_pasted_cell_runs(stem, i, monkeypatch):
    """In an empty session, after the setup and as little else as its names ask for."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    monkeypatch.chdir(NBS)
    monkeypatch.setitem(os.environ, "MPLBACKEND", "svg")
    setup, found = cells(stem)
    space = {"__name__": "__main__", "display": print}
    with contextlib.redirect_stdout(io.StringIO()):
        try:
            for cell in [setup, *way(stem, i)[0], found[i]]:
                cell.run(space)
        finally:
            plt.close("all")


def test_there_are_twenty():
    assert len(twenty()) == 20
