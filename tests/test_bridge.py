"""The Sphinx extensions: the bridge between nbdev and MyST-NB, on notebooks of a few cells, and the short docstrings."""
import ast
import re
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbdev.process import extract_directives

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "_ext"))
import nbdev_bridge  # noqa: E402
from nbdev_bridge import split, transform  # noqa: E402
from terse_fields import expand  # noqa: E402

new_code, new_text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def notebook(*sources):
    return nbformat.v4.new_notebook(cells=[new_code("#| default_exp thing"), *map(new_code, sources)])


def translate(*sources, lib="lib", **kw):
    """The cells of a small notebook after the bridge; an unexpected warning is an error."""
    def refuse(message):
        raise AssertionError(message)
    return transform(notebook(*sources), lib, **{"warn": refuse, **kw}).cells


@pytest.mark.parametrize("top", [
    "#| export", "#|export", "# | export", "  #|  export", "#| export\n#| hide", "\n#|hide\n\n#| eval: false", "#| hide:",
    "#|eval:false", "#| code-fold: true", "#| fig-cap: A caption: with colons", "#| label: fig-a",
    "#| default_exp some.module", "#|", "# export", "x = 1  #| hide"])
def test_directives_are_parsed_as_nbdev_does(top):
    source = f"{top}\nx = 1"
    ours, _ = split(source)
    theirs = extract_directives(nbformat.from_dict({"cell_type": "code", "source": source}), remove=False)
    assert list(ours) == [name.rstrip(":") for name in theirs]


def test_directive_lines_are_not_shown():
    assert split("#| echo: false\n#| label: fig-x\n\nx = 1\n# a comment | stays") == (
        {"echo": "false", "label": "fig-x"}, "x = 1\n# a comment | stays")
    assert split("%%time\n#| hide\nx = 1")[1] == "%%time\nx = 1"
    assert split("x = 1\n") == ({}, "x = 1")


@pytest.mark.parametrize("directive, tag", [
    ("hide", "remove-cell"), ("include: false", "remove-cell"), ("echo: false", "remove-input"), ("output: false", "remove-output"),
    ("code-fold: true", "hide-input"), ("eval: false", "skip-execution"), ("warning: false", "remove-stderr")])
def test_directives_become_tags(directive, tag):
    [cell] = translate(f"#| {directive}\nx = 1")
    assert (cell.source, cell.metadata.tags) == ("x = 1", [tag])


def test_defaults_become_no_tags():
    [cell] = translate("#| echo: true\n#| eval: true\n#| code-fold: show\nx = 1")
    assert cell.metadata.tags == []


def test_tags_and_metadata_of_the_author_stay():
    before = notebook("#| echo: false\nx = 1")
    before.cells[1].metadata = {"tags": ["mine"], "mystnb": {"number_source_lines": True}}
    metadata = transform(before, "lib").cells[0].metadata
    assert metadata == {"tags": ["mine", "remove-input"], "mystnb": {"number_source_lines": True}}


def test_a_labelled_cell_becomes_a_figure():
    [cell] = translate("#| label: fig-x\n#| fig-cap: Heads: $p$ of them\n#| fig-alt: A bar\nplot()")
    assert cell.metadata.mystnb == {"figure": {"name": "fig-x", "caption": "Heads: $p$ of them"}, "image": {"alt": "A bar"}}


def test_exported_code_names_its_module():
    code, caption = translate("#| export\ndef f(): ...")
    assert code.source == "def f(): ..." and "{py:mod}`lib.thing`" in caption.source
    assert "{py:mod}`lib.other`" in translate("#| export other\nx = 1")[1].source


def test_definitions_and_their_documentation_lead_to_each_other():
    anchors, code, caption = translate("#| export\ndef f():\n    'Says f.'\nclass F:\n    'Says F.'\ndef _g():\n    'Private.'\ndef h(): ...")
    assert anchors.source == "(cell-function-lib.thing.f)=\n(cell-class-lib.thing.F)="
    assert "{py:obj}`~lib.thing.f`, {py:obj}`~lib.thing.F`" in caption.source and "h`" not in caption.source
    assert (anchors.cell_type, code.cell_type, caption.cell_type) == ("markdown", "code", "markdown")


def test_exported_imports_are_folded_and_hidden_exports_absent():
    [cell] = translate("#| export\nimport math\nfrom os import path")
    assert cell.metadata.tags == ["hide-input"]
    [cell] = translate("#| export\n#| hide\ndef f(): ...")
    assert cell.metadata.tags == ["remove-cell"]


def test_cells_for_nbdev_alone_are_dropped():
    assert translate("#| hide\nimport nbdev; nbdev.nbdev_export()", "#| hide\n") == []


@pytest.mark.parametrize("call, directive", [
    ("f", "autofunction:: lib.thing.f"), ("Thing", "autoclass:: lib.thing.Thing"), ("Thing.run", "automethod:: lib.thing.Thing.run")])
def test_show_doc_becomes_autodoc(call, directive):
    [cell] = translate(f"show_doc({call})")
    assert cell.cell_type == "markdown" and directive in cell.source


@pytest.mark.parametrize("directive", ["exprot", "eval: maybe", "hide_input", "column: margin"])
def test_an_unknown_directive_is_reported(directive):
    said = []
    translate(f"#| {directive}\nx = 1", warn=said.append)
    assert len(said) == 1 and directive in said[0]


def test_setup_runs_first_and_unseen():
    first, _ = translate("x = 1", setup="y = 2")
    assert (first.source, first.metadata.tags) == ("y = 2", ["remove-cell"])


def test_the_notebook_itself_is_left_alone_and_the_result_is_stable():
    before = notebook("#| export\ndef f(): ...", "#| hide\nx = 1")
    copy = nbformat.from_dict(before)
    assert transform(before, "lib") == transform(before, "lib") and before == copy
    nbformat.validate(transform(before, "lib", setup="x = 1"))


CONF = """
extensions = ["myst_nb", "sphinx.ext.autodoc", "nbdev_bridge"]
nb_custom_formats = {".ipynb": ["nbdev_bridge.read", {"lib": "lib"}, False]}
nb_execution_mode = "cache"
exclude_patterns = ["_build"]
nbdev_bridge_depends = ["lib/*.py"]
"""
CELLS = "#| export\nprint('shown and run')", "#| hide\nx = 1; print('not shown')", "#| eval: false\n1 / 0", "print(x + 1)"


def build(folder):
    """A strict Sphinx build; what it printed and the page."""
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", folder, folder / "_build/html"]
    run = subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": f"{ROOT / '_ext'}:{folder}", "PATH": ""})
    return run.stderr, (folder / "_build/html/index.html").read_text()


def test_a_page_is_built_and_follows_the_library(tmp_path):
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib/__init__.py").touch()
    library = tmp_path / "lib/thing.py"
    library.write_text("'''A module.'''\nanswer = 41\n")
    nb = notebook(*CELLS, "from lib.thing import answer; print('answer', answer)")
    nb.cells = [new_text("# Title\n\n```{eval-rst}\n.. automodule:: lib.thing\n```"), *nb.cells]
    nbformat.write(nb, tmp_path / "index.ipynb")

    errors, page = build(tmp_path)
    assert errors == ""
    assert "shown and run" in page and "not shown" not in page and "#|" not in page
    assert 'href="#module-lib.thing"' in page and "answer 41" in page

    library.write_text("'''A module.'''\nanswer = 42\n")        # the notebook is unchanged
    errors, page = build(tmp_path)
    assert errors == "" and "answer 42" in page


def test_a_notebook_runs_again_when_what_it_imports_changes_and_only_then(tmp_path):
    (tmp_path / "conf.py").write_text(CONF)
    (tmp_path / "lib").mkdir()
    modules = {"__init__": "from . import base, other, thing", "base": "answer = 41", "other": "", "thing": "from .base import answer"}
    for name, source in modules.items():
        (tmp_path / f"lib/{name}.py").write_text(source + "\n")
    nb = notebook("import time; print('at', time.time_ns())", "from lib.thing import answer; print('answer', answer)")
    nb.cells.insert(0, new_text("# Title"))
    nbformat.write(nb, tmp_path / "index.ipynb")

    def built():
        errors, page = build(tmp_path)
        return (errors, *re.search(r"at (\d+).*answer (\d+)", page, re.DOTALL).groups())
    _, first, _ = built()
    (tmp_path / "lib/other.py").write_text("answer = 0\n")
    assert built() == ("", first, "41"), "a module that the notebook does not import changed, and it ran again"
    (tmp_path / "lib/base.py").write_text("answer = 42\n")
    errors, second, answer = built()
    assert (errors, answer) == ("", "42") and second != first
    (tmp_path / "lib/base.py").write_text("answer = 41\n")
    assert built() == ("", first, "41"), "the outputs of the older library are still there"


@pytest.mark.parametrize("code, modules", [
    ("import numpy", set()), ("from lib.one import f", {"one"}), ("from lib.one import f\nfrom lib.two import g", {"one", "two"}),
    ("def f():\n    from .one import g", {"one"}), ("%matplotlib inline\nfrom lib.one import f", {"one"}),
    ("import lib", None), ("from lib import f", None), ("from . import one", None), ("import lib.one", None), ("!python -m lib", None),
    ("import_module(f'lib.{name}')", None), ("import_module(name)", set()), ("subprocess.run(['python', '-m', 'lib'])", None),
    ("%%bash\nlib run", None), ("print('lib')", set())])
def test_imports_are_found_or_taken_to_be_all(code, modules):
    assert nbdev_bridge.imports(code, "lib") == modules


EFFECTS = """
import importlib, sys, types
package = types.ModuleType("xent_lit")
package.__path__ = [sys.argv[1]]
sys.modules["xent_lit"] = package

def state():
    found = {}
    for name, module in sys.modules.items():
        if name.startswith("xent_lit."):
            for word, value in vars(module).items():
                found[name, word] = id(value), len(value) if isinstance(value, (dict, list, set)) else 0
                if isinstance(value, type) and value.__module__ == name:
                    found |= {(name, word, key): id(inside) for key, inside in vars(value).items() if key != "__abstractmethods__"}
    return found

for name in sys.argv[2:]:
    before = state()
    importlib.import_module(f"xent_lit.{name}")
    after = state()
    print(*(key for key in before if before[key] != after.get(key)))
"""


def test_dynamic_imports_are_known():
    """The bridge takes an import by a computed name for one of another library, unless the name of ours stands in the call."""
    found = {}
    for path in (ROOT / "xent_lit").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module") and not isinstance(node.args[0], ast.Constant):
                found.setdefault(path.stem, []).append(ast.unparse(node.args[0]))
    from xent_lit.arrays import _ROOFS
    assert found == {"arrays": ["_ROOFS.get(library, 'scipy.special')"], "ledger": ["f'xent_lit.{chapter}'"]}
    assert not any(name.startswith("xent_lit") for name in _ROOFS.values())


def test_no_module_changes_another_when_it_is_imported():
    """Else a notebook could depend on a module that neither it nor its imports name."""
    from xent_lit.ledger import CHAPTERS
    names = ["arrays", *CHAPTERS, "ledger"]
    run = subprocess.run([sys.executable, "-c", EFFECTS, ROOT / "xent_lit", *names], capture_output=True, text=True, check=True)
    assert run.stdout == "\n" * len(names)


def test_entries_of_one_line_become_numpydoc():
    lines = ["A : colon here.", "", "Parameters", "----------", "p, q : array, shape ``(k,)``: the truth.", "", "Raises", "------",
             "ValueError : not a pmf.", "", "Notes", "-----", "As : it is."]
    expand(None, "function", "f", None, None, lines)
    assert lines == ["A : colon here.", "", "Parameters", "----------", "p, q", "    array, shape ``(k,)``: the truth.", "",
                     "Raises", "------", "ValueError", "    not a pmf.", "", "Notes", "-----", "As : it is."]


def test_two_errors_on_one_line_are_two():
    lines = ["Raises", "------", "ValueError : not a pmf, or", "    of another shape. TypeError : not numbers."]
    expand(None, "function", "f", None, None, lines)
    assert lines[2:] == ["ValueError", "    not a pmf, or", "    of another shape.", "TypeError", "    not numbers."]


def test_what_is_returned_is_told_in_words():
    lines = ["Returns", "-------", "``(xp, *arrays)`` : both.", "", "Raises", "------", "ValueError : not a pmf."]
    expand(None, "function", "f", None, None, lines)
    assert lines[2] == "``(xp,\N{NO-BREAK SPACE}*arrays)`` – both."
    lines = ["The shape: of one."]
    expand(None, "property", "f", None, None, lines)
    assert lines == ["The shape – of one."]
