"""Read nbdev notebooks in Sphinx (MyST-NB or Jupyter Book 1).

nbdev steers a cell by the comments on its top, ``#| hide``. MyST-NB steers it by tags and metadata.
This extension translates the first into the second while a page is read. Both tools then mean the
same, no directive is shown raw, and the notebook on disk is left alone. In ``conf.py``, or under
``sphinx: config:`` in the ``_config.yml`` of a Jupyter Book::

    extensions = ["myst_nb", ..., "nbdev_bridge"]
    nb_custom_formats = {".ipynb": ["nbdev_bridge.read", {"lib": "my_package"}, False]}
    nbdev_bridge_depends = ["my_package/*.py"]

================================================ =====================================================
in the notebook                                  on the page
================================================ =====================================================
``export``, ``exporti``, ``exports``             a caption that links to the module; only imports: folded
``hide``, ``include: false``                     absent, but run
``echo: false``, ``output: false``               without its code, without its output
``code-fold: true`` (``code-summary: text``)     code folded under a button
``eval: false``                                  shown, not run
``warning: false``                               without what it wrote to standard error
``label: x``, ``fig-cap: text``, ``fig-alt: text`` a numbered figure ``x``, with caption and alt text
``show_doc(f)``                                  the signature and docstring, by autodoc
``default_exp``, ``nbdev_export()``              absent, and not run
any other directive                              a warning, so a strict build fails
================================================ =====================================================

``setup`` beside ``lib`` is code to run, unseen, before each notebook.
``nbdev_bridge_depends`` lists the files that outputs depend on beside the notebook itself. Change one
and every page is stale, and MyST-NB's execution cache moves to another folder: an output computed by
an older library is never shown.
"""
import ast
import copy
import hashlib
import re
import sys
from pathlib import Path

import nbformat
from sphinx.util import logging

log = logging.getLogger(__name__)

DIRECTIVE, MAGIC = re.compile(r"\s*#\s*\|(.*)"), re.compile(r"\s*%%\w")
EXPORTS = {"export", "exporti", "exports"}
TEXTS = {"label", "fig-cap", "fig-alt", "code-summary"}
TAGS = {
    "hide": {"": "remove-cell", "true": "remove-cell", "false": None},
    "include": {"true": None, "false": "remove-cell"},
    "echo": {"true": None, "false": "remove-input"},
    "output": {"true": None, "false": "remove-output"},
    "code-fold": {"true": "hide-input", "show": None, "false": None},
    "eval": {"true": None, "false": "skip-execution"},
    "warning": {"true": None, "false": "remove-stderr"},
}


def split(source):
    """Part a cell's source into its directives, a dict, and its code. Cell magics stay with the code."""
    lines = source.splitlines(keepends=True)
    is_top = [not line.strip() or bool(DIRECTIVE.match(line) or MAGIC.match(line)) for line in lines]
    top = is_top.index(False) if False in is_top else len(lines)
    found = [DIRECTIVE.match(line) for line in lines[:top]]
    pairs = [re.match(r"([^\s:]*)\s*:?\s*(.*)", m[1].strip()).groups() for m in found if m]
    code = [line for line, m in zip(lines, found) if not m] + lines[top:] if any(found) else lines
    return {name: value for name, value in pairs if name}, "".join(code).strip("\n")


def only_imports(code):
    """Whether the code is nothing but import statements."""
    try:
        body = ast.parse(code).body
    except SyntaxError:                         # a magic or a shell line
        return False
    return bool(body) and all(isinstance(node, (ast.Import, ast.ImportFrom)) for node in body)


def tags(directives, code, warn):
    """The cell tags that say the same as the directives."""
    for name, value in directives.items():
        if name in TAGS and value.lower() not in TAGS[name] or name not in {*TAGS, *TEXTS, *EXPORTS}:
            warn(f"nbdev directive not understood: '#| {name}{value and ': '}{value}'")
    found = {TAGS[name].get(value.lower()) for name, value in directives.items() if name in TAGS}
    if EXPORTS & directives.keys() and only_imports(code):
        found.add("hide-input")
    return sorted(found - {None})


def options(directives, code):
    """MyST-NB's cell options for figures and for the button of folded code."""
    button = "Show the imports" if EXPORTS & directives.keys() and only_imports(code) else None
    figure = {"name": directives.get("label"), "caption": directives.get("fig-cap")}
    found = {
        "figure": {key: value for key, value in figure.items() if value},
        "image": {"alt": directives["fig-alt"]} if "fig-alt" in directives else {},
        "code_prompt_show": directives.get("code-summary", button),
    }
    return {key: value for key, value in found.items() if value}


def documentation(name, module):
    """A Markdown cell in which autodoc documents an object; as in PEP 8, a capital makes it a class."""
    *owner, last = name.split(".")
    kind = "autoclass" if last[0].isupper() else "automethod" if owner else "autofunction"
    return nbformat.v4.new_markdown_cell(f"```{{eval-rst}}\n.. {kind}:: {module}.{name}\n   :noindex:\n```")


def translate(cell, directives, code, lib, module, warn):
    """The cells that a code cell becomes on the page."""
    if "default_exp" in directives or re.search(r"\bnbdev_export\(", code) or directives and not code:
        return []
    if shown := re.match(r"show_doc\(\s*([\w.]+)", code):
        return [documentation(shown[1], module)]
    if re.search(r"#\|\s*hide_line\s*$", code, re.MULTILINE):
        warn("nbdev directive not understood: '#| hide_line'")
    new = tags(directives, code, warn)
    cell.source = code
    cell.metadata["tags"] = sorted({*cell.metadata.get("tags", []), *new})
    cell.metadata["mystnb"] = {**cell.metadata.get("mystnb", {}), **options(directives, code)}
    exported = [f"{lib}.{value}" if value else module for name, value in directives.items() if name in EXPORTS]
    if not exported or "remove-cell" in new or only_imports(code):
        return [cell]
    caption = f"```{{container}} exported\nexported to {{py:mod}}`{exported[0]}`\n```"
    return [cell, nbformat.v4.new_markdown_cell(caption)]


def transform(notebook, lib, setup="", warn=log.warning):
    """The notebook as MyST-NB should see it, with code to run first. The argument is left as it was."""
    notebook = copy.deepcopy(notebook)
    parted = [split(cell.source) if cell.cell_type == "code" else ({}, "") for cell in notebook.cells]
    module = next((f"{lib}.{found['default_exp']}" for found, _ in parted if "default_exp" in found), lib)
    cells = []
    for cell, (directives, code) in zip(notebook.cells, parted):
        new = translate(cell, directives, code, lib, module, warn) if cell.cell_type == "code" else [cell]
        for i, made in enumerate(new):
            made["id"] = f"{cell.id}-{i}" if i else cell.id     # the same page gives the same ids
        cells += new
    first = nbformat.v4.new_code_cell(setup, id="setup", metadata={"tags": ["remove-cell"]})
    notebook.cells = [first, *cells] if setup else cells
    return notebook


def read(text, lib, setup=""):
    """The reader to name in ``nb_custom_formats``."""
    return transform(nbformat.reads(text, as_version=4), lib, setup)


def tie_outputs(app, config):
    """Bind pages and cached outputs to the files they depend on."""
    digest = hashlib.sha256(sys.version.encode())
    for pattern in config.nbdev_bridge_depends:
        files = sorted(Path(app.srcdir).glob(pattern))
        if not files:
            log.warning("nbdev_bridge_depends: no file matches %r", pattern)
        for file in files:
            digest.update(f"{file.name} {file.stat().st_size} ".encode() + file.read_bytes())
    config.nbdev_bridge_digest = digest.hexdigest()[:16]
    config.nb_execution_cache_path = str(Path(app.outdir).parent / ".jupyter_cache" / config.nbdev_bridge_digest)


def setup(app):
    app.add_config_value("nbdev_bridge_depends", [], "env")
    app.add_config_value("nbdev_bridge_digest", "", "env")
    app.connect("config-inited", tie_outputs)
    return {"parallel_read_safe": True}
