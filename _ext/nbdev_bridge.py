"""Read nbdev notebooks in Sphinx (MyST-NB or Jupyter Book 1).

nbdev steers a cell by the comments on its top, ``#| hide``. MyST-NB steers it by tags and metadata.
This extension translates the first into the second while a page is read. Both tools then mean the
same, no directive is shown raw, and the notebook on disk is left alone. In ``conf.py``, or under
``sphinx: config:`` in the ``_config.yml`` of a Jupyter Book::

    extensions = ["myst_nb", ..., "nbdev_bridge"]
    nb_custom_formats = {".ipynb": ["nbdev_bridge.read", {"lib": "my_package"}, False]}
    nbdev_bridge_depends = ["my_package/**/*.py"]

=================================== ================================================================
in the notebook                     on the page
=================================== ================================================================
``export``, ``exporti``,            docstrings cut after their first paragraph, and a caption that
``exports``                         links to the module and to the documentation of what the cell
                                    defines, which links back; folded as told below
``adds: text``                      folded under "The library's version adds", and the text
``hide``, ``include: false``        absent, but run
``echo: false``, ``output: false``  without its code, without its output
``code-fold: true``                 the code folded under a button, which ``code-summary: text``
                                    names; ``code-fold: show`` leaves exported code open
``eval: false``                     shown, not run
``warning: false``                  without what it wrote to standard error
``label: x``, ``fig-cap: text``,    a numbered figure ``x``, with caption and alt text
``fig-alt: text``
``show_doc(f)``                     the signature and docstring, by autodoc
``default_exp``, ``nbdev_export()`` absent, and not run
any other directive                 a warning, so a strict build fails
=================================== ================================================================

A reader meets the idea first and the library's code behind it. A notebook whose name begins with a
digit is a chapter. There exported code is folded, under what it ``adds`` or the names it defines,
and its imports are absent. Elsewhere it stands open, with the imports folded, unless it says
``code-fold: true``. What is exported to a module of ``laws`` is folded everywhere. Imports that
are exported and not run are absent.

``setup`` beside ``lib`` is code to run, unseen, before each notebook. Which files outputs depend on
is told in ``dependencies``, where ``nbdev_bridge_depends`` is read.
"""

import copy
import json
import re
from pathlib import Path

import nbformat
from dependencies import stamp
from docutils import nodes
from source import bound, docstring, only_imports, parsed, shorten
from sphinx.util import logging

log = logging.getLogger(__name__)

DIRECTIVE, MAGIC = re.compile(r"\s*#\s*\|(.*)"), re.compile(r"\s*%%\w")
EXPORTS = {"export", "exporti", "exports"}
TEXTS = {"label", "fig-cap", "fig-alt", "code-summary", "adds"}
TAGS = {
    "hide": {"": "remove-cell", "true": "remove-cell", "false": None},
    "include": {"true": None, "false": "remove-cell"},
    "echo": {"true": None, "false": "remove-input"},
    "output": {"true": None, "false": "remove-output"},
    "code-fold": {"true": "hide-input", "show": None, "false": None},
    "eval": {"true": None, "false": "skip-execution"},
    "warning": {"true": None, "false": "remove-stderr"},
}
CHAPTER = re.compile(r"(?:.*/)?\d[^/]*")  # the name of a page


def split(source):
    """Part a cell's source into its directives, a dict, and its code, where cell magics stay."""
    lines = source.splitlines(keepends=True)
    is_top = [
        not line.strip() or bool(DIRECTIVE.match(line) or MAGIC.match(line)) for line in lines
    ]
    top = is_top.index(False) if False in is_top else len(lines)
    found = [DIRECTIVE.match(line) for line in lines[:top]]
    pairs = [re.match(r"([^\s:]*)\s*:?\s*(.*)", m[1].strip()).groups() for m in found if m]
    kept = [line for line, m in zip(lines[:top], found, strict=True) if not m]
    code = kept + lines[top:] if any(found) else lines
    return {name: value for name, value in pairs if name}, "".join(code).strip("\n")


def parted(notebook):
    """Of each code cell the directives and the code, of other cells nothing; the default module."""
    found = [
        split(cell.source) if cell.cell_type == "code" else ({}, "") for cell in notebook.cells
    ]
    return found, next((d["default_exp"] for d, _ in found if "default_exp" in d), "")


def exported(directives, lib, default):
    """The module that a cell is exported to, or None."""
    named = [value or default for name, value in directives.items() if name in EXPORTS]
    return f"{lib}.{named[0]}".rstrip(".") if named else None


def is_law(module, lib):
    """Whether a module holds laws: nothing documents it, its cells are folded on every page."""
    return module.startswith(f"{lib}.laws.")


def defined(code):
    """The functions and classes that exported code adds to the documentation: public, with a
    docstring. ``{name: kind}``"""
    tree = [node for node in parsed(code).body if hasattr(node, "body") and hasattr(node, "name")]
    return {
        node.name: "class" if hasattr(node, "bases") else "function"
        for node in tree
        if node.name[0] != "_" and docstring(node)
    }


def label(name, kind):
    """Of the cell that defines a name. Labels do not tell small letters from capitals, so the kind
    is part of it."""
    return f"cell-{kind}-{name}"


def fold(directives, code, module, lib, chapter):
    """The line that exported code is folded under, or None where it stands open."""
    if only_imports(code):
        return "Show the imports"
    if is_law(module, lib):
        return "The law in code"
    if not chapter and directives.get("code-fold") != "true":
        return None
    if directives.get("adds"):
        return f"The library's version adds {directives['adds']}"
    names = bound(code)
    public = [name for name in names if name[0] != "_"] or names
    return "In the library" + (": " * bool(public) + ", ".join(public))


def tags(directives, code, line, chapter, warn):
    """The cell tags that say the same as the directives; ``line`` is that of a fold."""
    for name, value in directives.items():
        known = value.lower() in TAGS[name] if name in TAGS else value if name in TEXTS else True
        if not known or name not in {*TAGS, *TEXTS, *EXPORTS}:
            warn(f"nbdev directive not understood: '#| {name}{value and ': '}{value}'")
    found = {TAGS[name].get(value.lower()) for name, value in directives.items() if name in TAGS}
    if line and (chapter or "skip-execution" in found) and only_imports(code):
        found.add("remove-cell")
    elif line and "code-fold" not in directives and "remove-cell" not in found:
        found.add("hide-input")
    return sorted(found - {None})


def options(directives, line):
    """MyST-NB's cell options for figures, and for the button of folded code, open and closed."""
    button = directives.get("code-summary", line)
    figure = {"name": directives.get("label"), "caption": directives.get("fig-cap")}
    found = {
        "figure": {key: value for key, value in figure.items() if value},
        "image": {"alt": directives["fig-alt"]} if "fig-alt" in directives else {},
        "code_prompt_show": button,
        "code_prompt_hide": button,
    }
    return {key: value for key, value in found.items() if value}


def documentation(name, module):
    """A Markdown cell in which autodoc documents an object; as in PEP 8, classes are capital."""
    *owner, last = name.split(".")
    kind = "autoclass" if last[0].isupper() else "automethod" if owner else "autofunction"
    text = f"```{{eval-rst}}\n.. {kind}:: {module}.{name}\n   :noindex:\n```"
    return nbformat.v4.new_markdown_cell(text)


def captioned(cell, code, module, lib):
    """An exported cell between the anchors and the caption that tie it to the documentation."""
    law = is_law(module, lib)
    names = {} if law else {f"{module}.{name}": kind for name, kind in defined(code).items()}
    anchors = "\n".join(f"({label(*pair)})=" for pair in names.items())
    links = ", ".join(f"{{py:obj}}`~{name}`" for name in names)
    place = f"`{module}`" if law else f"{{py:mod}}`{module}`"
    caption = f"```{{container}} exported\nexported to {place}{links and ': '}{links}\n```"
    above = [nbformat.v4.new_markdown_cell(anchors)] if names else []
    return [*above, cell, nbformat.v4.new_markdown_cell(caption)]


def translate(cell, directives, code, lib, default, chapter, warn):
    """The cells that a code cell becomes on the page."""
    runs_export = re.search(r"\bnbdev_export\(", code)
    if "default_exp" in directives or runs_export or directives and not code:
        return []
    if shown := re.match(r"show_doc\(\s*([\w.]+)", code):
        return [documentation(shown[1], f"{lib}.{default}")]
    if re.search(r"#\|\s*hide_line\s*$", code, re.MULTILINE):
        warn("nbdev directive not understood: '#| hide_line'")
    module = exported(directives, lib, default)
    if "adds" in directives and not module:
        warn("'#| adds' is for exported cells")
    line = fold(directives, code, module, lib, chapter) if module else None
    new = tags(directives, code, line, chapter, warn)
    cell.source = shorten(code) if module else code
    cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), *new})
    cell.metadata["mystnb"] = {**cell.metadata.get("mystnb", {}), **options(directives, line)}
    if not module or "remove-cell" in new or only_imports(code):
        return [cell]
    return captioned(cell, code, module, lib)


def transform(notebook, lib, setup="", chapter=False, warn=log.warning):
    """The notebook as MyST-NB should see it, with code to run first; the argument is left alone."""
    notebook = copy.deepcopy(notebook)
    found, default = parted(notebook)
    cells = []
    for cell, (directives, code) in zip(notebook.cells, found, strict=True):
        new = [cell]
        if cell.cell_type == "code":
            new = translate(cell, directives, code, lib, default, chapter, warn)
        for i, made in enumerate(new):  # the same page gives the same ids
            made["id"] = cell.id if made is cell else f"{cell.id}-{i}"
        cells += new
    first = nbformat.v4.new_code_cell(setup, id="setup", metadata={"tags": ["remove-cell"]})
    notebook.cells = [first, *cells] if setup else cells
    return notebook


def tell_page(app, page, text):
    """Write the name of the page into its notebook, since MyST-NB gives ``read`` the text alone."""
    if app.env.doc2path(page).endswith(".ipynb"):
        notebook = json.loads(text[0])
        notebook["metadata"]["page"] = page
        text[0] = json.dumps(notebook)


def read(text, lib, setup=""):
    """The reader to name in ``nb_custom_formats``."""
    notebook = nbformat.reads(text, as_version=4)
    chapter = CHAPTER.fullmatch(notebook.metadata.pop("page", ""))
    run = [code for directives, code in parted(notebook)[0] if directives.get("eval") != "false"]
    made_with = stamp("\n".join(run), lib)
    return transform(notebook, lib, f"{setup}\n# made with {made_with}".strip(), bool(chapter))


def tuck(app, doctree):
    """Move caption and anchors of folded code into the fold, which opens for who follows a link."""
    for caption in list(doctree.findall(nodes.container)):
        if "exported" in caption["classes"]:
            row = caption.parent
            cell = row[row.index(caption) - 1]
            if cell.get("hide_mode") == "input":
                row.remove(caption)
                cell[0].append(caption)
                cell[0]["ids"], cell["ids"] = cell["ids"], []


def example(name, cells):
    """The first code on a page, run and shown, that uses the name, defines nothing and is no show
    of errors; or nothing."""
    unseen = {"hide-input", "remove-cell", "remove-input", "skip-execution"}
    word = re.compile(rf"\b{name.rpartition('.')[2]}\b")
    other = re.compile(r"^(def|class|#\|)|\bexcept\b", re.MULTILINE)
    shown = [
        cell.source
        for cell in cells
        if cell.cell_type == "code" and not unseen & {*cell.metadata.get("tags", [])}
    ]
    return next((code for code in shown if word.search(code) and not other.search(code)), "")


def find_definitions(app, env, docnames):
    """For each documented name, the page that defines it, its title and the label of the cell; and
    an example from there. And the modules that are exported, in the order of reading."""
    options = app.config.nb_custom_formats.get(".ipynb", [None, {}])[1]
    app.nbdev_bridge_cells, app.nbdev_bridge_examples, app.nbdev_bridge_modules = {}, {}, []
    anchor = re.compile(r"^\((cell-(?:function|class)-(.+))\)=$", re.MULTILINE)
    for page in sorted(env.found_docs) if "lib" in options else []:
        path = Path(env.doc2path(page))
        if path.suffix != ".ipynb":
            continue
        notebook, chapter = nbformat.read(path, as_version=4), bool(CHAPTER.fullmatch(page))
        found, default = parted(notebook)
        modules = [exported(directives, options["lib"], default) for directives, _ in found]
        app.nbdev_bridge_modules += dict.fromkeys(filter(None, modules))
        cells = transform(notebook, options["lib"], "", chapter, lambda message: None).cells
        text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
        title = re.search(r"^# +(.+)", text, re.MULTILINE)
        for i, cell in enumerate(cells):
            for target, name in anchor.findall(cell.source):
                app.nbdev_bridge_cells[name] = f"{title[1] if title else path.stem} <{target}>"
                app.nbdev_bridge_examples[name] = example(name, cells[i:])


def link_to_cell(app, what, name, obj, options, lines):
    """Say in the documentation of an object where its code is explained, with the example that runs
    there."""
    if code := app.nbdev_bridge_examples.get(name):
        indented = ["   " + line for line in code.splitlines()]
        lines += ["", ".. code-block:: python", "", *indented, ""]
    if name in app.nbdev_bridge_cells:
        place = f":ref:`{app.nbdev_bridge_cells[name]}`"
        lines += ["", f"{'From' if code else 'Defined in'} {place}.", ""]


def setup(app):
    app.setup_extension("dependencies")
    app.connect("source-read", tell_page)
    app.connect("doctree-read", tuck)
    app.connect("env-before-read-docs", find_definitions)
    app.connect("autodoc-process-docstring", link_to_cell, priority=600)  # after napoleon's 500
    return {"parallel_read_safe": True}
