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
``export``, ``exporti``, ``exports``             a caption that links to the module, and to the documentation of what it
                                                 defines, which links back; only imports: folded
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
and every page is read again. MyST-NB keeps outputs by the code that made them, so that code is given a
first line with a digest of these files: an output computed by an older library is never shown. Of the
library only the modules count that the notebook imports, and those that they import. They must be named
as in ``from my_package.module import``. Code that uses the package in another way, as a whole or by a call
that takes its name as a string, depends on all of it.
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

RUNNERS = {"import_module", "__import__", "exec", "eval", "run", "run_module", "system", "Popen", "check_call", "check_output"}
SOURCES = {}                                    # of the library, by module; "" is a digest of all other files
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


def defined(code):
    """The functions and classes that exported code adds to the documentation, ``{name: kind}``: public, with a docstring."""
    kinds = {ast.FunctionDef: "function", ast.AsyncFunctionDef: "function", ast.ClassDef: "class"}
    try:
        body = [node for node in ast.parse(code).body if type(node) in kinds]
    except SyntaxError:
        return {}
    return {node.name: kinds[type(node)] for node in body if node.name[0] != "_" and ast.get_docstring(node)}


def label(name, kind):
    """Of the cell that defines a name. Labels do not tell small letters from capitals, so the kind is part of it."""
    return f"cell-{kind}-{name}"


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
    names = {f"{exported[0]}.{name}": kind for name, kind in defined(code).items()}
    links = ", ".join(f"{{py:obj}}`~{name}`" for name in names)
    caption = f"```{{container}} exported\nexported to {{py:mod}}`{exported[0]}`{links and ': ' + links}\n```"
    anchors = "\n".join(f"({label(*pair)})=" for pair in names.items())
    return [*map(nbformat.v4.new_markdown_cell, [anchors] if names else []), cell, nbformat.v4.new_markdown_cell(caption)]


def transform(notebook, lib, setup="", warn=log.warning):
    """The notebook as MyST-NB should see it, with code to run first. The argument is left as it was."""
    notebook = copy.deepcopy(notebook)
    parted = [split(cell.source) if cell.cell_type == "code" else ({}, "") for cell in notebook.cells]
    module = next((f"{lib}.{found['default_exp']}" for found, _ in parted if "default_exp" in found), lib)
    cells = []
    for cell, (directives, code) in zip(notebook.cells, parted):
        new = translate(cell, directives, code, lib, module, warn) if cell.cell_type == "code" else [cell]
        for i, made in enumerate(new):
            made["id"] = cell.id if made is cell else f"{cell.id}-{i}"      # the same page gives the same ids
        cells += new
    first = nbformat.v4.new_code_cell(setup, id="setup", metadata={"tags": ["remove-cell"]})
    notebook.cells = [first, *cells] if setup else cells
    return notebook


def imports(code, lib):
    """The modules of the library that code imports by name, or None if it may use others."""
    ours, shell = re.compile(rf"\b{lib.replace('_', '[-_]')}\b"), re.compile(r"^[ \t]*[%!].*", re.MULTILINE)
    try:
        nodes = list(ast.walk(ast.parse(shell.sub("pass", code))))
    except SyntaxError:                         # another language, under a cell magic
        return None
    calls = [node for node in nodes if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] in RUNNERS]
    whole = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom) and (node.level or ours.match(node.module))]
    others = [*shell.findall(code), *whole, *map(ast.unparse, calls)]
    if any(map(ours.search, others)) or any(node.module in (None, lib) for node in froms):
        return None
    return {node.module.rpartition(".")[2] for node in froms}


def depends(code, lib):
    """The modules that the code imports, and those that they import."""
    found, todo = set(), [code]
    while todo:
        names = imports(todo.pop(), lib)
        if names is None or not names <= SOURCES.keys():
            return sorted(SOURCES)
        todo += [SOURCES[name] for name in names - found]
        found |= names
    return sorted({"", *found} & SOURCES.keys())


def digest(texts):
    return hashlib.sha256("".join(f"{len(text)} {text}" for text in texts).encode()).hexdigest()[:16]


def read(text, lib, setup=""):
    """The reader to name in ``nb_custom_formats``."""
    notebook = nbformat.reads(text, as_version=4)
    code = "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "code")
    stamp = digest(f"{name}\n{SOURCES[name]}" for name in depends(code, lib))
    return transform(notebook, lib, f"{setup}\n# made with {stamp}".strip())


def tie_outputs(app, config):
    """Read the files that outputs depend on."""
    options = config.nb_custom_formats.get(".ipynb", [None, {}])[1]
    others = [sys.version]
    SOURCES.clear()
    for pattern in config.nbdev_bridge_depends:
        files = sorted(Path(app.srcdir).glob(pattern))
        if not files:
            log.warning("nbdev_bridge_depends: no file matches %r", pattern)
        for file in files:
            if file.suffix == ".py" and file.parent == Path(app.srcdir, options.get("lib", "")):
                SOURCES[file.stem] = file.read_text()
            else:
                others.append(f"{file.name} {file.read_text()}")
    SOURCES[""] = digest(others)
    config.nbdev_bridge_digest = digest(f"{name}\n{source}" for name, source in sorted(SOURCES.items()))


def example(name, cells):
    """The first code on a page, run and shown, that uses the name, defines nothing and is no show of errors; or nothing."""
    unseen, word = {"hide-input", "remove-cell", "remove-input", "skip-execution"}, re.compile(rf"\b{name.rpartition('.')[2]}\b")
    return next((cell.source for cell in cells if cell.cell_type == "code" and not unseen & {*cell.metadata.get("tags", [])}
                 and word.search(cell.source) and not re.search(r"^(def|class|#\|)|\bexcept\b", cell.source, re.MULTILINE)), "")


def find_definitions(app, env, docnames):
    """For each documented name, the page that defines it, its title and the label of the cell; and an example from there."""
    options = app.config.nb_custom_formats.get(".ipynb", [None, {}])[1]
    app.nbdev_bridge_cells, app.nbdev_bridge_examples = {}, {}
    for path in (Path(env.doc2path(name)) for name in sorted(env.found_docs) if "lib" in options):
        if path.suffix == ".ipynb":
            cells = transform(nbformat.read(path, as_version=4), options["lib"], warn=lambda message: None).cells
            text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
            title = re.search(r"^# +(.+)", text, re.MULTILINE)
            for i, cell in enumerate(cells):
                for target, name in re.findall(r"^\((cell-(?:function|class)-(.+))\)=$", cell.source, re.MULTILINE):
                    app.nbdev_bridge_cells[name] = f"{title[1] if title else path.stem} <{target}>"
                    app.nbdev_bridge_examples[name] = example(name, cells[i:])


def link_to_cell(app, what, name, obj, options, lines):
    """Say in the documentation of an object where its code is explained, with the example that runs there."""
    if code := app.nbdev_bridge_examples.get(name):
        lines += ["", ".. code-block:: python", "", *("   " + line for line in code.splitlines()), ""]
    if name in app.nbdev_bridge_cells:
        lines += ["", f"{'From' if code else 'Defined in'} :ref:`{app.nbdev_bridge_cells[name]}`.", ""]


def hide_directives(app, page, template, context, doctree):
    """Take out of the pages of source code the directives that nbdev leaves in the modules."""
    if page.startswith("_modules/") and "body" in context:
        context["body"] = re.sub(r'<span class="c1">#\|.*?</span>\n', "", context["body"])


def setup(app):
    app.add_config_value("nbdev_bridge_depends", [], "env")
    app.add_config_value("nbdev_bridge_digest", "", "env")
    app.connect("config-inited", tie_outputs)
    app.connect("env-before-read-docs", find_definitions)
    app.connect("html-page-context", hide_directives)
    app.connect("autodoc-process-docstring", link_to_cell, priority=600)    # after napoleon's 500
    return {"parallel_read_safe": True}
