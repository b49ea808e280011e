"""The book as a whole: its chapters, its promises to the reader, what it runs, and the README."""

import ast
import contextlib
import inspect
import io
import re
import subprocess
import sys

import pytest
from helpers import ROOT, code, directive, exports, imported, notebooks, syntax
from nbdev_bridge import split, transform

from xent_lit.proof.claim import Claim

NOTEBOOKS = notebooks()
README = ROOT / "README.md"
HOMES = exports(NOTEBOOKS)
LAWS = [name for name in HOMES if name.startswith("laws.")]
MAKERS = "laws.members", "laws.declaration"  # of what other laws are made of
LIBRARY = [name for name in HOMES if name not in LAWS]
every_notebook = pytest.mark.parametrize("stem", NOTEBOOKS)
every_module = pytest.mark.parametrize("name", LIBRARY)


def on_the_page(stem):
    """The cells of a notebook as the book has them."""
    return transform(NOTEBOOKS[stem], "xent_lit", chapter=stem[0].isdigit()).cells


def title(notebook):
    first = next(cell.source for cell in notebook.cells if cell.source.startswith("# "))
    return first.splitlines()[0]


@pytest.mark.parametrize(
    "words",
    [
        "KL divergence: definition",
        "Entropy as H(p, p)",
        "MLE derivation",
        "MSE as Gaussian",
        "Conditional models",
    ],
)
def test_the_five_chapters_are_found_by_name(words):
    assert [stem for stem in NOTEBOOKS if words.lower() in title(NOTEBOOKS[stem]).lower()] != []


# ── The library on its pages ─────────────────────────────────────────────────────────────────────


def public(name):
    """The functions and classes that a module exports."""
    module = imported(name)
    named = {word: getattr(module, word) for word in module.__all__}
    kinds = inspect.isfunction, inspect.isclass
    return {word: value for word, value in named.items() if any(kind(value) for kind in kinds)}


@every_module
def test_public_names_have_docstrings(name):
    bare = [word for word, value in public(name).items() if not (value.__doc__ or "").strip()]
    assert bare == []


def used(node, inside=()):
    """The names in some code, outside the definition of each."""
    if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
        inside = (*inside, node.name)
    if isinstance(node, (ast.Name, ast.Attribute)):
        word = getattr(node, "id", getattr(node, "attr", ""))
        if word not in inside:
            yield word
    for child in ast.iter_child_nodes(node):
        yield from used(child, inside)


@every_module
def test_public_names_are_used_in_their_chapter(name):
    """Outside its own definition, so that the reader sees it at work."""
    words = {word for source in code(NOTEBOOKS[HOMES[name]]) for word in used(syntax(source))}
    assert sorted(public(name).keys() - words) == []


@pytest.mark.parametrize("name", LAWS)
def test_each_claim_is_verified_on_its_page(name):
    module = imported(name)
    made = {word for word in module.__all__ if isinstance(getattr(module, word), Claim)}
    verified = [
        ast.unparse(node.args[0])
        for source in code(NOTEBOOKS[HOMES[name]])
        for node in ast.walk(syntax(source))
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "verify" and node.args
    ]
    assert made or name in MAKERS
    assert sorted(made - set(verified)) == [], "made and not verified on the page"
    assert [word for word in made if verified.count(word) > 1] == [], "verified twice"


# ── What the book runs ───────────────────────────────────────────────────────────────────────────


@every_notebook
def test_the_book_runs_every_cell_that_nbdev_test_runs(stem):
    """So a built book is a run of the notebooks as tests: a cell that fails, fails the build."""
    run_by_nbdev = set()
    for cell in NOTEBOOKS[stem].cells:
        directives, source = split(cell.source) if cell.cell_type == "code" else ({}, "")
        skipped = directives.get("eval") == "false" or "nbdev_export(" in source
        documents = re.match(r"show_doc\(", source)
        if source.strip() and not skipped and not documents:
            run_by_nbdev.add(cell.id)
    run_by_the_book = {
        cell.id
        for cell in on_the_page(stem)
        if cell.cell_type == "code" and "skip-execution" not in cell.metadata.get("tags", [])
    }
    assert run_by_nbdev - run_by_the_book == set()


# ── The pages ────────────────────────────────────────────────────────────────────────────────────


@every_notebook
def test_a_sentence_after_two_code_cells(stem):
    """Never more than two code cells without a sentence, hidden and folded ones not counted."""
    unseen = {"remove-cell", "remove-input", "hide-input"}
    prose = {cell.id for cell in NOTEBOOKS[stem].cells if cell.cell_type == "markdown"}
    row, found = [], []
    for cell in on_the_page(stem):
        if cell.id in prose:
            row = []
        elif cell.cell_type == "code" and not unseen & set(cell.metadata.get("tags", [])):
            row.append(cell.id)
            if len(row) > 2:
                found.append(row[-3:])
    assert found == []


@every_notebook
def test_figures_have_label_caption_and_description(stem):
    parts = "label", "fig-cap", "fig-alt"
    found = {}
    for source in code(NOTEBOOKS[stem]):
        given = [part for part in parts if directive(source, part)]
        if ("plt.subplots" in source or given) and len(given) < 3:
            found[source[:60]] = given
    assert found == {}


@every_notebook
def test_labels_are_used_once(stem):
    """A label of a figure is found on one page only."""
    labels = {
        other: [
            directive(source, "label") for source in code(notebook) if directive(source, "label")
        ]
        for other, notebook in NOTEBOOKS.items()
    }
    others = [label for other in labels if other != stem for label in labels[other]]
    assert [
        label for label in labels[stem] if label in others or labels[stem].count(label) > 1
    ] == []


# ── The README ───────────────────────────────────────────────────────────────────────────────────


def test_the_readme_prints_what_it_shows():
    """Each block of Python is followed by its output, and that is what it prints."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", README.read_text(), re.DOTALL)
    shown = [
        (source, output)
        for (kind, source), (after, output) in zip(blocks, blocks[1:])
        if (kind, after) == ("python", "text")
    ]
    assert len(shown) == sum(kind == "python" for kind, _ in blocks) > 0
    for source, output in shown:
        run = subprocess.run(
            [sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, cwd=ROOT
        )
        assert (run.stdout, run.stderr) == (output, "")


def test_the_readme_links_to_files_that_exist():
    links = re.findall(r"\]\(([^)#]+)[^)]*\)|(?:src|href)=\"([^\"#]+)", README.read_text())
    local = [link for pair in links for link in pair if link and "://" not in link]
    assert [link for link in local if not (ROOT / link).exists()] == []
    chapters = {f"nbs/{stem}.ipynb" for stem in NOTEBOOKS}
    assert sorted(chapters - set(local)) == [], "chapters that the README does not name"


def test_the_picture_is_the_figure_of_the_index():
    """The README shows the figure fig-answer of the first page. Delete the file and run this
    test to draw it again."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("svg")
    import matplotlib.pyplot as plt

    picture, space = ROOT / "_assets/answer.svg", {}
    with (
        matplotlib.rc_context(fname=ROOT / "nbs/matplotlibrc"),
        contextlib.redirect_stdout(io.StringIO()),
    ):
        for source in code(NOTEBOOKS["index"]):
            exec(compile(source, "index", "exec"), space)
            if directive(source, "label") == "fig-answer":
                break
        file = io.StringIO()
        plt.savefig(file, metadata={"Date": None, "Creator": None})
        plt.close("all")
    drawn = re.sub(
        r' d="[^"]*"',
        lambda path: re.sub(r"\d+\.\d{3,}", lambda x: f"{float(x[0]):.2f}", path[0]),
        file.getvalue(),
    )
    if not picture.exists():
        picture.write_text(drawn)
    number = r"-?\d+\.?\d*"
    mine, shown = (
        [float(x) for x in re.findall(number, svg)] for svg in (drawn, picture.read_text())
    )
    assert mine == pytest.approx(shown, abs=0.02), "not the figure of the index"
    assert re.sub(number, "", drawn) == re.sub(number, "", picture.read_text()), (
        "not the figure of the index"
    )
    assert picture.stat().st_size < 40_000
