"""The book as a whole: its order, its chapters, its promises to the reader, and the README."""
import ast
import contextlib
import importlib
import inspect
import io
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml

import xent_lit
from xent_lit.claims import Claim

ROOT = Path(__file__).parents[1]
NOTEBOOKS = {path.stem: nbformat.read(path, as_version=4) for path in sorted((ROOT / "nbs").glob("*.ipynb"))}
README = ROOT / "README.md"


def code(notebook):
    """The sources of the code cells."""
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def directive(source, name):
    """What stands behind ``#| name`` at the top of a cell, or None."""
    found = re.search(rf"^#\| *{name}\b:?[ \t]*(.*)$", source, re.MULTILINE)
    return found[1].strip() if found else None


def title(notebook):
    return next(re.findall(r"^# (.+)", cell.source, re.MULTILINE)[0] for cell in notebook.cells if cell.source.startswith("# "))


# Each chapter that exports a module, in the order of reading: name of the module ↦ name of the notebook.
LADDER = {name: stem for stem, notebook in NOTEBOOKS.items() for source in code(notebook) if (name := directive(source, "default_exp"))}
every_notebook = pytest.mark.parametrize("stem", NOTEBOOKS)
every_module = pytest.mark.parametrize("name", LADDER)


def tree(source):
    """The syntax of a cell; lines for IPython alone are no Python."""
    return ast.parse("\n".join(line for line in source.splitlines() if not line.startswith(("%", "!"))))


# ── The order ─────────────────────────────────────────────────────────────────────────────────────────────────────────

@every_module
def test_no_module_imports_upward(name):
    """The import graph is the table of contents: a chapter imports only from chapters before it, also inside a function."""
    source = (ROOT / f"xent_lit/{name}.py").read_text()
    ours = [node.module.rpartition(".")[2] for node in ast.walk(ast.parse(source))
            if isinstance(node, ast.ImportFrom) and (node.level or (node.module or "").startswith("xent_lit."))]
    order = list(LADDER)
    assert [other for other in ours if order.index(other) >= order.index(name)] == []


def test_every_module_is_a_chapter():
    modules = {path.stem for path in (ROOT / "xent_lit").glob("*.py") if not path.name.startswith("_")}
    assert modules == set(LADDER)


def test_the_contents_list_every_page_and_nothing_else():
    contents = yaml.safe_load((ROOT / "_toc.yml").read_text())
    listed = [contents["root"], *(chapter["file"] for part in contents["parts"] for chapter in part["chapters"])]
    pages = sorted(f"nbs/{path.stem}" for suffix in ("ipynb", "md") for path in (ROOT / "nbs").glob(f"*.{suffix}"))
    assert sorted(listed) == pages
    numbered = [file for file in listed if file.removeprefix("nbs/")[0].isdigit()]
    assert numbered == sorted(numbered), "numbered chapters stand in their order"


@pytest.mark.parametrize("words", ["KL divergence: definition", "Entropy as H(p, p)", "MLE derivation", "MSE as Gaussian", "Conditional models"])
def test_the_five_chapters_are_found_by_name(words):
    assert [stem for stem in NOTEBOOKS if words.lower() in title(NOTEBOOKS[stem]).lower()] != []


# ── The library ───────────────────────────────────────────────────────────────────────────────────────────────────────

def public(name):
    """The functions and classes that a module exports; claims and constants are data."""
    module = importlib.import_module(f"xent_lit.{name}")
    named = {word: getattr(module, word) for word in module.__all__}
    return {word: value for word, value in named.items() if callable(value) and not isinstance(value, Claim)}


@every_module
def test_public_names_have_docstrings(name):
    assert [word for word, value in public(name).items() if not (inspect.getdoc(value) or "").strip()] == []


@every_module
def test_public_names_are_used_in_their_chapter(name):
    """Outside its own definition, a name occurs in its chapter, so that the reader sees it at work."""
    def used(node, inside=()):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            inside = (*inside, node.name)
        if isinstance(node, (ast.Name, ast.Attribute)) and (word := getattr(node, "id", getattr(node, "attr", ""))) not in inside:
            yield word
        for child in ast.iter_child_nodes(node):
            yield from used(child, inside)
    words = {word for source in code(NOTEBOOKS[LADDER[name]]) for word in used(tree(source))}
    assert sorted(public(name).keys() - words) == []


@pytest.mark.parametrize("word", ["cross_entropy", "entropy", "kl_divergence", "perplexity", "normalize", "empirical", "Normal", "Laplace", "Bernoulli",
                                  "Categorical", "Poisson", "likelihood", "log_likelihood", "nll", "mle", "mse"])
def test_the_top_level_exports(word):
    assert callable(getattr(xent_lit, word))


def test_errors_are_of_few_kinds():
    """ValueError for values, TypeError for kinds, NotImplementedError, ArithmeticError; AssertionError in the claims alone."""
    kinds = {"ValueError", "TypeError", "NotImplementedError", "ArithmeticError"}
    found = []
    for path in sorted((ROOT / "xent_lit").glob("*.py")):
        allowed = kinds | ({"AssertionError"} if path.stem == "claims" else set())
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Assert):
                found.append(f"{path.name}:{node.lineno}: assert")
            elif isinstance(node, ast.Raise) and (kind := ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)) not in allowed:
                found.append(f"{path.name}:{node.lineno}: raise {kind}")
    assert found == []


# ── The pages ─────────────────────────────────────────────────────────────────────────────────────────────────────────

@every_notebook
def test_a_sentence_after_two_code_cells(stem):
    """Never more than two code cells without a sentence, hidden and folded ones not counted."""
    row, found = [], []
    for cell in NOTEBOOKS[stem].cells:
        if cell.cell_type == "markdown":
            row = []
        elif not any(directive(cell.source, name) in values for name, values in UNSEEN.items()):
            row.append(cell.id)
            if len(row) > 2:
                found.append(row[-3:])
    assert found == []


UNSEEN = {"default_exp": set(LADDER), "hide": {""}, "code-fold": {"true"}, "echo": {"false"}}


@pytest.mark.parametrize("name", [name for name in LADDER if name != "arrays"])      # arrays comes before the first claim
def test_each_chapter_verifies_a_claim_on_its_page(name):
    made = {word for word, value in vars(importlib.import_module(f"xent_lit.{name}")).items() if isinstance(value, Claim)}
    calls = [node for source in code(NOTEBOOKS[LADDER[name]]) for node in ast.walk(tree(source)) if isinstance(node, ast.Call)]
    verified = {ast.unparse(call.args[0]) for call in calls if ast.unparse(call.func) == "verify" and call.args}
    own = {word for word in made if word in importlib.import_module(f"xent_lit.{name}").__all__}
    assert sorted(own - verified) == [], "claims made and not verified on the page"
    assert own or "run" in {ast.unparse(call.func) for call in calls}, "no claim; the ledger runs those of the others"


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
    labels = {other: [directive(source, "label") for source in code(notebook) if directive(source, "label")] for other, notebook in NOTEBOOKS.items()}
    others = [label for other in labels if other != stem for label in labels[other]]
    assert [label for label in labels[stem] if label in others or labels[stem].count(label) > 1] == []


# ── The repository ────────────────────────────────────────────────────────────────────────────────────────────────────

FOREIGN = {
    "a path on one machine": r"(?<![\w.:/\[\]-])/(?:work|root|home|Users)/\w",
    "a package index": r"(?:--|PIP_)(?:extra-)?index[-_]url|\bsimple/\s*$",
    "a word about how it was made": r"\b(?:this|my|our|your|another|other) (?:session|helper|agent|task)s?\b|\bsub-?agents?\b|\bhelper session",
    "an entry of a tracker": r"\b(?:issue|ticket|PR|pull request|bug) ?#\d+|(?<![\w&/#])#[1-9]\d{0,4}\b(?![-\w;}])",
}


def tracked():
    """The text files of the repository, by name."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        pytest.skip("not a git repository")
    for name in listed.stdout.splitlines():
        with contextlib.suppress(UnicodeDecodeError, FileNotFoundError):
            yield name, (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("what", FOREIGN)
def test_the_repository_speaks_of_itself_only(what):
    found = [f"{name}: {line.strip()[:100]}" for name, text in tracked() if name != "tests/test_book.py"
             for line in text.splitlines() if re.search(FOREIGN[what], line)]
    assert found == []


@pytest.mark.parametrize("what, line", [
    ("a path on one machine", "/" + "home/me/data.csv"), ("a package index", "--index" + "-url https://somewhere"),
    ("a word about how it was made", "see my " + "session"), ("an entry of a tracker", "fixed in #" + "12")])
def test_that_search_finds_what_it_seeks(what, line):
    assert re.search(FOREIGN[what], line)


# ── The README ────────────────────────────────────────────────────────────────────────────────────────────────────────

def test_the_readme_prints_what_it_shows():
    """Each block of Python is followed by its output, and that is what it prints."""
    blocks = re.findall(r"```(\w+)\n(.*?)```", README.read_text(), re.DOTALL)
    shown = [(source, output) for (kind, source), (after, output) in zip(blocks, blocks[1:]) if (kind, after) == ("python", "text")]
    assert len(shown) == sum(kind == "python" for kind, _ in blocks) > 0
    for source, output in shown:
        run = subprocess.run([sys.executable, "-W", "error", "-c", source], capture_output=True, text=True, cwd=ROOT)
        assert (run.stdout, run.stderr) == (output, "")


def test_the_readme_links_to_files_that_exist():
    links = re.findall(r"\]\(([^)#]+)[^)]*\)|(?:src|href)=\"([^\"#]+)", README.read_text())
    local = [link for pair in links for link in pair if link and "://" not in link]
    assert [link for link in local if not (ROOT / link).exists()] == []
    chapters = {f"nbs/{stem}.ipynb" for stem in NOTEBOOKS}
    assert sorted(chapters - set(local)) == [], "chapters that the README does not name"


def test_the_picture_is_the_figure_of_the_index():
    """The README shows the figure fig-answer of the first page. Delete the file and run this test to draw it again."""
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("svg")
    import matplotlib.pyplot as plt
    picture, space = ROOT / "_assets/answer.svg", {}
    with matplotlib.rc_context(fname=ROOT / "nbs/matplotlibrc"), contextlib.redirect_stdout(io.StringIO()):
        for source in code(NOTEBOOKS["index"]):
            exec(compile(source, "index", "exec"), space)
            if directive(source, "label") == "fig-answer":
                break
        file = io.StringIO()
        plt.savefig(file, metadata={"Date": None, "Creator": None})
        plt.close("all")
    drawn = re.sub(r' d="[^"]*"', lambda path: re.sub(r"\d+\.\d{3,}", lambda x: f"{float(x[0]):.2f}", path[0]), file.getvalue())
    if not picture.exists():
        picture.write_text(drawn)
    number = r"-?\d+\.?\d*"
    mine, shown = ([float(x) for x in re.findall(number, svg)] for svg in (drawn, picture.read_text()))
    assert mine == pytest.approx(shown, abs=0.02), "not the figure of the index"
    assert re.sub(number, "", drawn) == re.sub(number, "", picture.read_text()), "not the figure of the index"
    assert picture.stat().st_size < 40_000
