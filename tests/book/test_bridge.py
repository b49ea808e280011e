"""The Sphinx extensions, on notebooks of a few cells: from nbdev to MyST-NB, outputs that follow
the library, numbers of equations, links to nested modules, and the short docstrings."""

import ast
import re
import subprocess
import sys

import dependencies
import lean_site
import library_links
import nbformat
import pytest
from helpers import ROOT, modules
from nbdev.process import extract_directives
from nbdev_bridge import read, split, tell_page, transform
from source import bound, only_imports, shorten
from terse_fields import expand

new_code, new_text = nbformat.v4.new_code_cell, nbformat.v4.new_markdown_cell


def notebook(*sources):
    cells = [new_code("#| default_exp thing"), *map(new_code, sources)]
    return nbformat.v4.new_notebook(cells=cells)


def translate(*sources, lib="lib", **kw):
    """The cells of a small notebook after the bridge; an unexpected warning is an error."""

    def refuse(message):
        raise AssertionError(message)

    return transform(notebook(*sources), lib, **{"warn": refuse, **kw}).cells


# ── Directives ───────────────────────────────────────────────────────────────────────────────────

TOPS = [
    "#| export", "#|export", "# | export", "  #|  export", "#| export models.normal",
    "#| export\n#| hide", "\n#|hide\n\n#| eval: false", "#| hide:", "#|eval:false",
    "#| code-fold: true", "#| fig-cap: A caption: with colons", "#| label: fig-a",
    "#| adds: zeros, units: all", "#| default_exp some.module", "#|", "# export", "x = 1  #| hide",
]  # fmt: skip


@pytest.mark.parametrize("top", TOPS)
def test_directives_are_parsed_as_nbdev_does(top):
    source = f"{top}\nx = 1"
    ours, _ = split(source)
    cell = nbformat.from_dict({"cell_type": "code", "source": source})
    theirs = extract_directives(cell, remove=False)
    assert list(ours) == [name.rstrip(":") for name in theirs]


def test_directive_lines_are_not_shown():
    directives, code = split("#| echo: false\n#| label: fig-x\n\nx = 1\n# a comment | stays")
    assert directives == {"echo": "false", "label": "fig-x"}
    assert code == "x = 1\n# a comment | stays"
    assert split("%%time\n#| hide\nx = 1")[1] == "%%time\nx = 1"
    assert split("x = 1\n") == ({}, "x = 1")


@pytest.mark.parametrize(
    "directive, tag",
    [
        ("hide", "remove-cell"),
        ("include: false", "remove-cell"),
        ("echo: false", "remove-input"),
        ("output: false", "remove-output"),
        ("code-fold: true", "hide-input"),
        ("eval: false", "skip-execution"),
        ("warning: false", "remove-stderr"),
    ],
)
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
    figure = {"name": "fig-x", "caption": "Heads: $p$ of them"}
    assert cell.metadata.mystnb == {"figure": figure, "image": {"alt": "A bar"}}


def test_cells_for_nbdev_alone_are_dropped():
    assert translate("#| hide\nimport nbdev; nbdev.nbdev_export()", "#| hide\n") == []


@pytest.mark.parametrize(
    "call, directive",
    [
        ("f", "autofunction:: lib.thing.f"),
        ("Thing", "autoclass:: lib.thing.Thing"),
        ("Thing.run", "automethod:: lib.thing.Thing.run"),
    ],
)
def test_show_doc_becomes_autodoc(call, directive):
    [cell] = translate(f"show_doc({call})")
    assert cell.cell_type == "markdown" and directive in cell.source


@pytest.mark.parametrize(
    "directive", ["exprot", "eval: maybe", "hide_input", "column: margin", "label:", "adds: much"]
)
def test_what_is_not_understood_is_reported(directive):
    said = []
    translate(f"#| {directive}\nx = 1", warn=said.append)
    assert len(said) == 1 and directive.partition(":")[0] in said[0]


def test_setup_runs_first_and_unseen():
    first, _ = translate("x = 1", setup="y = 2")
    assert (first.source, first.metadata.tags) == ("y = 2", ["remove-cell"])


def test_the_notebook_itself_is_left_alone_and_the_result_is_stable():
    before = notebook("#| export\ndef f(): ...", "#| hide\nx = 1")
    copy = nbformat.from_dict(before)
    assert transform(before, "lib") == transform(before, "lib") and before == copy
    nbformat.validate(transform(before, "lib", setup="x = 1"))


# ── Exported cells ───────────────────────────────────────────────────────────────────────────────


def test_exported_code_names_its_module():
    code, caption = translate("#| export\ndef f(): ...")
    assert code.source == "def f(): ..." and "{py:mod}`lib.thing`" in caption.source
    assert "{py:mod}`lib.models.normal`" in translate("#| export models.normal\nx = 1")[1].source


DEFINITIONS = """#| export
def f():
    'Says f.'
class F:
    'Says F.'
def _g():
    'Private.'
def h(): ..."""


@pytest.mark.parametrize("module, full", [("", "lib.thing"), (" a.b", "lib.a.b")])
def test_definitions_and_their_documentation_lead_to_each_other(module, full):
    anchors, code, caption = translate(DEFINITIONS.replace("export", f"export{module}"))
    assert anchors.source == f"(cell-function-{full}.f)=\n(cell-class-{full}.F)="
    assert f"{{py:obj}}`~{full}.f`, {{py:obj}}`~{full}.F`" in caption.source
    assert "h`" not in caption.source
    kinds = anchors.cell_type, code.cell_type, caption.cell_type
    assert kinds == ("markdown", "code", "markdown")


def shown(source, **kw):
    """Of the one code cell: its tags, and the line of its fold."""
    [cell] = [cell for cell in translate(source, **kw) if cell.cell_type == "code"]
    button = cell.metadata.mystnb.get("code_prompt_show")
    assert cell.metadata.mystnb.get("code_prompt_hide") == button
    return cell.metadata.tags, button


@pytest.mark.parametrize(
    "top, code, line",
    [
        ("export", "def f(): ...\ndef _g(): ...", "In the library: f"),
        ("export models.normal", "class F: ...\nx, y = 1, 2", "In the library: F, x, y"),
        ("export", "def _g(): ...\n_TABLE: dict = {}", "In the library: _g, _TABLE"),
        ("export", "print(1)", "In the library"),
        (
            "export\n#| adds: zeros, units: all",
            "def f(): ...",
            "The library's version adds zeros, units: all",
        ),
        ("export\n#| code-summary: Long", "def f(): ...", "Long"),
        ("export laws.thing", "f_is_g = Claim()", "The law in code"),
    ],
)
def test_a_chapter_folds_exported_code(top, code, line):
    assert shown(f"#| {top}\n{code}", chapter=True) == (["hide-input"], line)


def test_other_pages_fold_the_laws_alone():
    assert shown("#| export models.normal\ndef f(): ...") == ([], None)
    assert shown("#| export laws.thing\nf_is_g = Claim()") == (["hide-input"], "The law in code")


def test_the_author_may_leave_it_open_or_hide_it():
    assert shown("#| export\n#| code-fold: show\ndef f(): ...", chapter=True)[0] == []
    assert shown("#| export\n#| hide\ndef f(): ...", chapter=True)[0] == ["remove-cell"]
    [cell] = translate("#| export\n#| hide\ndef f(): ...")
    assert cell.metadata.tags == ["remove-cell"]


@pytest.mark.parametrize("code", ["import math\nfrom os import path", '"""Says a."""\nimport math'])
def test_exported_imports_are_absent_from_chapters_and_folded_elsewhere(code):
    assert shown(f"#| export\n{code}", chapter=True)[0] == ["remove-cell"]
    assert shown(f"#| export a.b\n{code}") == (["hide-input"], "Show the imports")
    assert shown(code, chapter=True) == ([], None), "not exported, so it is part of the text"


def test_imports_for_the_module_alone_are_absent_everywhere():
    for chapter in True, False:
        tags, _ = shown("#| export a\n#| eval: false\nfrom lib.b import c", chapter=chapter)
        assert tags == ["remove-cell", "skip-execution"]


def test_nothing_documents_a_law():
    code, caption = translate('#| export laws.thing\ndef f():\n    "Says f."')
    assert "`lib.laws.thing`" in caption.source and "{py:" not in caption.source


@pytest.mark.parametrize("page, folded", [("nbs/01_a", True), ("nbs/a1", False), ("10_b", True)])
def test_the_name_of_a_page_makes_it_a_chapter(page, folded):
    class App:
        class env:
            doc2path = staticmethod(lambda page: f"{page}.ipynb")

    text = [nbformat.writes(notebook("#| export\nx = 1"))]
    tell_page(App, page, text)
    found = read(text[0], "lib")
    assert found.cells[1].metadata.tags == ["hide-input"] * folded
    assert "page" not in found.metadata, "it would be shown"


LONG = '''
@dataclass
class F:                                # a comment stays
    """Says “F” — in one line.

    More.
    """
    x: int = 0                          # and another

    def run(self):
        r"""Runs \\pi,
        in two lines.

        More.
        """
        def inside(): "No more."
        text = """Not a docstring.

        It stays.
        """
        return text

def g():
    """Says "g"

    More."""
'''
SHORT = '''
@dataclass
class F:                                # a comment stays
    """Says “F” — in one line."""
    x: int = 0                          # and another

    def run(self):
        r"""Runs \\pi,
        in two lines."""
        def inside(): "No more."
        text = """Not a docstring.

        It stays.
        """
        return text

def g():
    """Says "g" """
'''


def test_docstrings_are_cut_after_their_first_paragraph():
    assert shorten(LONG) == SHORT and shorten(SHORT) == SHORT
    ast.parse(SHORT)
    assert shorten("%time x\n" + LONG) == "%time x\n" + LONG, "no Python"


def test_only_exported_code_is_cut():
    code = [cell for cell in translate(f"#| export\n{LONG}", LONG) if cell.cell_type == "code"]
    assert [cell.source.strip() for cell in code] == [SHORT.strip(), LONG.strip()]


def test_the_names_that_code_defines():
    code = "import a\nx = (y, *z), w.v = 1, 2\ndef f(): u = 1\nclass F: ...\nx += 1\nt: int = 3"
    assert bound(code) == ["x", "y", "z", "f", "F", "t"]
    assert bound("%%bash\nx=1") == []
    assert only_imports("import a") and not only_imports("x = 1") and not only_imports("")


# ── Outputs follow the library ───────────────────────────────────────────────────────────────────


def build(folder, page="index"):
    """A strict Sphinx build; what it printed and a page."""
    command = [sys.executable, "-m", "sphinx", "-W", "-n", "-q", folder, folder / "_build/html"]
    env = {"PYTHONPATH": f"{ROOT / '_ext'}:{folder}", "PATH": "", "MPLBACKEND": "agg"}
    run = subprocess.run(command, capture_output=True, text=True, env=env)
    html = folder / f"_build/html/{page}.html"
    assert html.exists(), run.stderr
    return run.stderr, html.read_text()


CONF = """
extensions = ["myst_nb", "sphinx_design", "sphinx.ext.autodoc", "sphinx.ext.intersphinx",
              "nbdev_bridge", "cited_equations", "library_links"]
nb_custom_formats = {".ipynb": ["nbdev_bridge.read", {"lib": "lib"}, False]}
nb_execution_mode = "cache"
nb_render_markdown_format = "myst"
myst_enable_extensions = ["colon_fence", "dollarmath", "amsmath"]
exclude_patterns = ["_build"]
numfig = True
library_links = "lib"
nbdev_bridge_depends = ["lib/**/*.py"]
"""


def write(folder, files):
    """Modules and pages; a tuple holds the cells of a notebook, the first of them text."""
    for name, content in {"conf.py": CONF, "lib/__init__.py": "", **files}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        if isinstance(content, str):
            (folder / name).write_text(content)
        else:
            nb = notebook(*content[1:])
            nb.cells.insert(0, new_text(content[0]))
            nbformat.write(nb, folder / name)


CELLS = (
    "# Title\n\n```{eval-rst}\n.. automodule:: lib.thing\n   :members:\n```",
    "#| export\ndef f():\n    'Says f.'\n    return 'folded'",
    "#| hide\nx = 1; print('not shown')",
    "#| eval: false\n1 / 0",
    "print(x + 1)",
    "from lib.thing import answer; print('answer', answer)",
)


def test_a_page_is_built_and_follows_the_library(tmp_path):
    thing = "'''A module.'''\nanswer = 41\ndef f():\n    'Says f.'\n"
    write(
        tmp_path,
        {
            "lib/thing.py": thing,
            "1_a.ipynb": CELLS,
            "index.md": "# I\n\n[](1_a.ipynb)\n```{toctree}\n1_a\n```\n",
        },
    )
    errors, page = build(tmp_path, "1_a")
    assert errors == ""
    assert "not shown" not in page and "#|" not in page and "answer 41" in page
    fold = re.search(r'<details class="admonition hide.*?</details>', page, re.DOTALL)[0]
    assert fold.count("In the library: f") == 2 and "folded" in fold
    assert 'href="#module-lib.thing"' in fold, "the caption is in the fold"
    assert 'id="cell-function-lib-thing-f"' in fold, "so a link to the cell opens it"
    assert 'href="#cell-function-lib-thing-f"' in page, "there is a link"

    (tmp_path / "lib/thing.py").write_text(thing.replace("41", "42"))  # the notebook is unchanged
    errors, page = build(tmp_path, "1_a")
    assert errors == "" and "answer 42" in page


def test_a_notebook_runs_again_when_what_it_imports_changes_and_only_then(tmp_path):
    lib = {
        "__init__": "from . import other\nfrom .deep import thing",
        "base": "answer = 41",
        "other": "",
        "deep/__init__": "from . import side, thing",
        "deep/side": "",
        "deep/thing": "from ..base import answer",
    }
    files = {f"lib/{name}.py": source + "\n" for name, source in lib.items()}
    time = "import time; print('at', time.time_ns())"
    files["index.ipynb"] = (
        "# Title",
        time,
        "from lib.deep.thing import answer; print('answer', answer)",
        "#| eval: false\nfrom lib.other import answer",
    )
    write(tmp_path, files)

    def built():
        errors, page = build(tmp_path)
        return (errors, *re.search(r"at (\d+).*answer (\d+)", page, re.DOTALL).groups())

    _, first, _ = built()
    for name in "other", "deep/side", "deep/__init__", "__init__":
        source = lib[name] + "\nanswer = 0\n"
        (tmp_path / f"lib/{name}.py").write_text(source)
    assert built() == ("", first, "41"), "a module that it does not import changed, and it ran"
    (tmp_path / "lib/base.py").write_text("answer = 42\n")
    errors, second, answer = built()
    assert (errors, answer) == ("", "42") and second != first
    (tmp_path / "lib/base.py").write_text("answer = 41\n")
    assert built() == ("", first, "41"), "the outputs of the older library are still there"


LIBRARY = {
    "": "",
    "__init__": "from .two import g\nfrom .deep import h",
    "one": "",
    "two": "from .one import f",
    "deep": "from .three import g, h",
    "deep.three": "from ..one import f",
    "deep.four": "from . import three",
    "deep.all": "from .. import two",
}


@pytest.fixture
def library(monkeypatch):
    monkeypatch.setattr(dependencies, "SOURCES", LIBRARY)


@pytest.mark.parametrize(
    "code, found",
    [
        ("import numpy", set()),
        ("from library import f", set()),
        ("print('lib')", set()),
        ("import_module(name)", set()),
        ("from lib.one import f", {"one"}),
        ("from lib.one import f\nfrom lib.two import g", {"one", "two"}),
        ("def f():\n    from .one import g", {"one"}),
        ("%matplotlib inline\nfrom lib.one import f", {"one"}),
        ("from lib.deep.three import g", {"deep.three"}),
        ("from lib.deep import g", {"deep"}),
        ("from lib.deep import three, g", {"deep.three", "deep"}),
        ("import lib", None),
        ("from lib import f", None),
        ("from lib import *", None),
        ("from lib import g", {"two"}),
        ("from lib import g, h", {"two", "deep.three"}),
        ("from lib import one", {"one"}),
        ("from . import one", None),
        ("import lib.one", None),
        ("import lib.deep.three", None),
        ("!python -m lib", None),
        ("import_module(f'lib.{name}')", None),
        ("subprocess.run(['python', '-m', 'lib'])", None),
        ("%%bash\nlib run", None),
    ],
)
def test_imports_are_found_or_taken_to_be_all(code, found, library):
    assert dependencies.imports(code, "lib") == found


@pytest.mark.parametrize(
    "module, code, found",
    [
        ("deep.three", "from ..one import f", {"one"}),
        ("deep.three", "from .four import f", {"deep.four"}),
        ("deep.three", "from . import four", {"deep.four"}),
        ("deep", "from .three import g", {"deep.three"}),
        ("deep", "from . import three", {"deep.three"}),
        ("deep", "from ..two import f", {"two"}),
        ("two", "from .deep.three import f", {"deep.three"}),
        ("__init__", "from .one import f", {"one"}),
        ("deep.three", "from .. import one", None),
        ("deep.three", "from ... import one", None),
    ],
)
def test_a_dot_stands_for_the_package_of_the_module(module, code, found, library):
    assert dependencies.imports(code, "lib", module) == found


@pytest.mark.parametrize(
    "code, found",
    [
        ("import numpy", [""]),
        ("from lib.two import f", ["", "one", "two"]),
        ("from lib.deep import g", ["", "deep", "deep.three", "one"]),
        ("from lib.deep.four import three", ["", "deep.four", "deep.three", "one"]),
        ("from lib.deep.all import two", sorted(LIBRARY)),
        ("from lib.unknown import f", sorted(LIBRARY)),
    ],
)
def test_what_is_imported_imports(code, found, library):
    assert dependencies.depends(code, "lib") == found


EFFECTS = """
import importlib, sys, types
package = types.ModuleType("xent_lit")
package.__path__ = [sys.argv[1]]
sys.modules["xent_lit"] = package

def size(value):
    return len(value) if isinstance(value, (dict, list, set)) else 0

def state():
    found = {}
    for name, module in sys.modules.items():
        if name.startswith("xent_lit."):
            for word, value in vars(module).items():
                found[name, word] = id(value), size(value)
                if isinstance(value, type) and value.__module__ == name:
                    found |= {(name, word, key): id(inside) for key, inside in vars(value).items()
                              if key != "__abstractmethods__"}
    return found

for name in sys.argv[2:]:
    before = state()
    importlib.import_module(f"xent_lit.{name}")
    after = state()
    print(*(key for key in before if before[key] != after.get(key)))
"""


def test_no_module_changes_another_when_it_is_imported():
    """Else a notebook could depend on a module that neither it nor its imports name."""
    command = [sys.executable, "-c", EFFECTS, ROOT / "xent_lit", *modules()]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    entered = "('xent_lit.arrays.protocol', '_READERS')"  # a register, whose readers enter
    assert run.stdout.replace(entered, "") == "\n" * len(modules())


OTHERS = {  # computed imports of other libraries, and of our own by their old names
    "_renamed": ["place"],
    "arrays.types": ["module"],  # optional_import, whose calls are looked at below
}


def test_dynamic_imports_are_known():
    """An import by a computed name is taken for one of another library, unless the name of ours
    stands in the call."""
    found, optional = {}, []
    for name, path in modules().items():
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Call) and node.args:
                called, given = ast.unparse(node.func), ast.unparse(node.args[0])
                computed = not isinstance(node.args[0], ast.Constant) and "xent_lit" not in given
                if called.endswith("import_module") and computed:
                    found.setdefault(name, []).append(given)
                if called.endswith("optional_import"):
                    optional.append(given)
    from xent_lit.arrays.symbols import _ROOFS

    assert found == OTHERS
    assert [name for name in [*_ROOFS.values(), *optional] if "xent_lit" in name] == []


# ── Equations and links ──────────────────────────────────────────────────────────────────────────

VERDICT = '''
class Verdict:
    def _repr_markdown_(self):
        return """(claim-f-g)=
:::{dropdown} `f-g` They agree, `Normal` says. **CN**
:class-container: verdict

$$
f = g
$$ (eq-f-g)

| mark | what was seen |
|---|---|
| **C** | it |
:::
"""
'''
EQUATIONS = "# A\n\n$$\na\n$$ (one)\n\n$$\nb\n$$ (two)\n\n\\begin{align}\nc\n\\end{align}\n"


def test_an_equation_has_a_number_if_a_sentence_cites_it(tmp_path):
    files = {
        "1_a.ipynb": (EQUATIONS, "#| hide" + VERDICT, "Verdict()"),
        "index.md": "# I\n\n```{toctree}\n:numbered:\n1_a\n```\n\nSee {eq}`two`.",
    }
    write(tmp_path, files)
    errors, page = build(tmp_path, "1_a")
    assert errors == "" and re.findall(r'"eqno">(\(.*?\))', page) == ["(1.1)"]
    assert 'id="equation-two"' in page and "equation-one" not in page
    assert len(re.findall(r"math notranslate", page)) == 4, "all are shown"

    cited = files["index.md"] + " And {eq}`it <eq-f-g>`."
    (tmp_path / "index.md").write_text(cited)  # page a did not change
    errors, page = build(tmp_path, "1_a")
    assert errors == "" and re.findall(r'"eqno">(\(.*?\))', page) == ["(1.1)", "(1.2)"]
    assert 'id="equation-eq-f-g"' in page


NORMAL = '''"""Normal."""
class Normal:
    """A bell.

    Claim ``f-g``.
    """
'''
API = """# API

```{library-index} Families
```

## Families

```{eval-rst}
.. automodule:: lib.models
```

```{library-modules} models
```
"""
NESTED = {
    "lib/__init__.py": '"""A library.\n\nFamilies\n    Normal    a bell\n"""\n'
    "from .models import Normal\n",
    "lib/models/__init__.py": '"""Families."""\nfrom .normal import Normal\n',
    "lib/models/normal.py": NORMAL,
    "lib/laws/__init__.py": "",
    "lib/laws/models.py": "f_g = 1\n",
    "1_a.ipynb": (
        "# A page",
        "#| export models.normal\n" + NORMAL,
        "#| hide" + VERDICT,
        "Verdict()",
        "Normal()",
    ),
    "b.ipynb": (
        "# B\n\n`Normal` is a name, and `f-g` an id.",
        "from lib.models import Normal\nfrom lib.laws.models import f_g\nNormal, f_g",
    ),
    "api.md": API,
    "index.md": "# I\n\n```{toctree}\n1_a\nb\napi\n```\n\n{ref}`A law <claim-f-g>`.",
}


def test_links_lead_into_nested_modules(tmp_path):
    write(tmp_path, NESTED)
    errors, index = build(tmp_path)
    assert errors == ""
    a, b, api = (
        (tmp_path / f"_build/html/{name}.html").read_text() for name in ("1_a", "b", "api")
    )
    full = "api.html#lib.models.normal.Normal"
    assert 'href="1_a.html#claim-f-g"' in index
    assert f'href="{full}"><code' in b and 'href="1_a.html#claim-f-g"><code' in b, "prose"
    assert f'<a href="{full}">Normal</a>' in b, "a name that the package imports from a module"
    assert '<a href="1_a.html#claim-f-g">f_g</a>' in b, "a law leads to its verdict"
    assert f'<a href="{full}">Normal</a>' in a, "defined here"
    assert 'href="1_a.html#cell-class-lib-models-normal-normal"' in api, "and back"
    assert 'href="1_a.html#claim-f-g"' in api, "from a docstring"
    assert re.search(r'<li><p><a[^>]*href="#lib.models.normal.Normal"(?s:.)*? – a bell</p>', api)
    summary = re.search(
        r'<details[^>]*verdict[^>]* id="claim-f-g">\s*(<summary.*?</summary>)', a, re.S
    )
    assert "f-g" in summary[1] and "<a " not in summary[1], (
        "a link in a button is reached by no one"
    )
    assert "They agree" in summary[1] and "it" not in re.sub("<.*?>", "", summary[1]).split()


def test_each_module_but_those_of_the_laws_is_documented():
    """By a line of its own, or as one of its package."""
    text = "".join(page.read_text() for page in (ROOT / "nbs").glob("api*.md"))
    named = set(re.findall(r"automodule:: xent_lit\.(\S+)", text))
    whole = re.findall(r"\{library-modules\} (\w+)", text)
    named |= {name for name in modules() if name.partition(".")[0] in whole}
    apart = {"laws", "claims", "_renamed"}  # the last two hold old names
    assert named == {name for name in modules() if name.partition(".")[0] not in apart}


def test_names_are_followed_to_where_they_are_defined():
    assert library_links.full_name("xent_lit", "Normal") == "xent_lit.models.normal.Normal"
    assert library_links.full_name("xent_lit.models", "Normal") == "xent_lit.models.normal.Normal"
    assert library_links.full_name("xent_lit.laws.divergence", "gibbs") == (
        "xent_lit.laws.divergence.gibbs"
    )
    assert library_links.top_level("xent_lit")["Normal"] == "xent_lit.models.normal.Normal"


def test_the_line_of_a_fold_is_its_own_name():
    context = {"body": '<summary aria-label="Toggle hidden content">'}
    lean_site.mend(None, None, None, context, None)
    assert context["body"] == "<summary>"


# ── Short docstrings ─────────────────────────────────────────────────────────────────────────────


def expanded(*lines, what="function"):
    lines = list(lines)
    expand(None, what, "f", None, None, lines)
    return lines


def test_entries_of_one_line_become_numpydoc():
    lines = [
        "A : colon here.",
        "",
        "Parameters",
        "----------",
        "p, q : array, shape ``(k,)``: the.",
        "",
        "Raises",
        "------",
        "ValueError : not a pmf.",
        "",
        "Notes",
        "-----",
        "As : it is.",
    ]
    assert expanded(*lines) == [
        *lines[:4],
        "p, q",
        "    array, shape ``(k,)``: the.",
        *lines[5:8],
        "ValueError",
        "    not a pmf.",
        *lines[9:],
    ]


def test_two_errors_on_one_line_are_two():
    lines = expanded(
        "Raises",
        "------",
        "ValueError : not a pmf, or",
        "    of another shape. TypeError : not numbers.",
    )
    assert lines[2:] == [
        "ValueError",
        "    not a pmf, or",
        "    of another shape.",
        "TypeError",
        "    not numbers.",
    ]


def test_what_is_returned_is_told_in_words():
    lines = expanded("Returns", "-------", "``(xp, *arrays)`` : both.", "", "Raises")
    assert lines[2] == "``(xp,\N{NO-BREAK SPACE}*arrays)`` – both."
    assert expanded("The shape: of one.", what="property") == ["The shape – of one."]
