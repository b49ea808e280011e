"""Lead from every mention of a name to its documentation.

In the prose and in docstrings, `` `kl_divergence` ``, `` `kl_divergence(p, q)` ``, the id of a
claim and the names that the inventories of intersphinx hold become links, once in each section. In
the code of a page the names become links that it imports from the library or defines for it, unless
they also name something else there; that of a law leads to its verdict. ``library-index`` lists the
top level of the library in the order of reading, each name with the first sentence of its
docstring. ``library-modules`` documents the modules of a package, each in a section, so a module
that is added needs no other line.

``library_links`` in the configuration names the package. Only what autodoc documents is linked, so
no link is broken.
"""

import ast
import re
from importlib import import_module
from pathlib import Path

import nbformat
from docutils import nodes
from nbdev_bridge import defined, exported, is_law, parted
from source import parsed
from sphinx import addnodes
from sphinx.ext.intersphinx import InventoryAdapter
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode
from sphinx_design.dropdown import dropdown_title

CALL = re.compile(r"(\w+)(\((?:[^()]|\([^()]*\))*\))?")  # one call, with calls inside
BLOCK = re.compile(r'<div class="highlight-(?:ipython3?|python3?) .*?</pre>', re.DOTALL)
CODE = re.compile(
    r'(<span class="n">|(?:^|<span></span>)<span class="k">(?:def|class)</span>'
    r'(?:<span class="w">)? (?:</span>)?<span class="n[fc]">)(\w+)(</span>)',
    re.MULTILINE,
)
MODULES = re.compile(r"^```\{library-modules\} (\w+)\n```$", re.MULTILINE)
SECTION = "### {0}\n\n```{{eval-rst}}\n.. automodule:: {0}\n   :members:\n```"
UNLINKED = nodes.reference, nodes.title, addnodes.desc_signature, dropdown_title


def top_level(lib):
    """The functions and classes that the package itself offers: ``{name: full name}``."""
    found = vars(import_module(lib)).items()
    return {
        name: f"{value.__module__}.{name}"
        for name, value in found
        if callable(value) and name[0] != "_"
    }


def full_name(module, name):
    """Of what is imported from a module: it may have been defined in another one."""
    value = getattr(import_module(module), name, None)
    home = value.__module__ if getattr(value, "__qualname__", "") == name else module
    return f"{home}.{name}"


def imported(node, lib):
    """The names that a statement imports from the library: ``{name: full name}``."""
    if not isinstance(node, ast.ImportFrom) or (node.module or "").partition(".")[0] != lib:
        return {}
    return {one.asname or one.name: full_name(node.module, one.name) for one in node.names}


def given(node):
    """The name that a piece of code gives to something of its own, or nothing."""
    if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        return {node.id}
    return {node.arg} if isinstance(node, ast.arg) else set()


def used(path, lib):
    """The names that a notebook imports from the library or exports to it, and gives to nothing
    else: ``{name: full name}``."""
    found, default = parted(nbformat.read(path, as_version=4))
    names, taken = {}, set()
    for directives, code in found:
        for node in ast.walk(parsed(re.sub(r"^\s*[%!].*", "", code, flags=re.MULTILINE))):
            names |= imported(node, lib)
            taken |= given(node)
        if module := exported(directives, lib, default):
            names |= {name: f"{module}.{name}" for name in defined(code)}
    return {name: full for name, full in names.items() if name not in taken}


def names_on(env, docname):
    lib, path = env.config.library_links, Path(env.doc2path(docname))
    return used(path, lib) if path.suffix == ".ipynb" else {}


def verdict(env, id):
    """Page and anchor of the verdict on a claim, or None."""
    return env.get_domain("std").anonlabels.get(f"claim-{id}")


def place(env, full):
    """Page and anchor of what autodoc documents, or of the verdict on a law; or None."""
    if is_law(full, env.config.library_links):
        return verdict(env, full.rpartition(".")[2].replace("_", "-"))
    found = env.get_domain("py").objects.get(full)
    return found and (found.docname, found.node_id)


def elsewhere(env):
    """The names in the inventories, ``{last part of the name: address}``."""
    found = InventoryAdapter(env).main_inventory.items()
    return {
        name.split(".")[-1]: address
        for kind, names in found
        if kind.startswith("py:")
        for name, (_, _, address, _) in names.items()
    }


def above(node):
    """The nodes around a node, the nearest first."""
    while node.parent is not None:
        node = node.parent
        yield node


def link(app, docname, page, anchor, text):
    if anchor:
        return make_refnode(app.builder, docname, page, anchor, text)
    return nodes.reference("", "", text, refuri=page, internal=False)


def link_prose(app, doctree, docname):
    others, done = elsewhere(app.env), set()
    names = top_level(app.config.library_links) | names_on(app.env, docname)
    for node in list(doctree.findall(nodes.literal)):
        around, text = list(above(node)), node.astext()
        if any(isinstance(part, UNLINKED) for part in around):
            continue
        call = CALL.fullmatch(text)
        word = call[1] if call else ""
        ours = verdict(app.env, text) or place(app.env, names.get(word, ""))
        page, anchor = ours or (others.get(word), "")
        parts = (nodes.section, addnodes.desc_content)
        section = next((part for part in around if isinstance(part, parts)), doctree)
        here = any(anchor in part["ids"] for part in around)
        if page and not here and (id(section), page, anchor) not in done:
            done.add((id(section), page, anchor))
            node.replace_self(link(app, docname, page, anchor, node.deepcopy()))


def link_code(app, page, template, context, doctree):
    if doctree is None or app.builder.name != "html":
        return
    names = {name: place(app.env, full) for name, full in names_on(app.env, page).items()}

    def linked(match):
        before, name, after = match.groups()
        attribute = match.string.endswith('<span class="o">.</span>', 0, match.start())
        keyword = match.string.startswith('<span class="o">=</span>', match.end())
        if not names.get(name) or attribute or keyword:
            return match[0]
        to, anchor = names[name]
        uri = app.builder.get_relative_uri(page, to)
        return f'{before}<a href="{uri}#{anchor}">{name}</a>{after}'

    context["body"] = BLOCK.sub(lambda block: CODE.sub(linked, block[0]), context["body"])


def xref(kind, full, text):
    literal = nodes.literal("", text)
    return addnodes.pending_xref(
        "", literal, refdomain="py", reftype=kind, reftarget=full, refwarn=True
    )


def entry(full):
    """A line of the index: the name, and the first sentence of its docstring."""
    module, _, name = full.rpartition(".")
    summary = getattr(import_module(module), name).__doc__.strip().split("\n\n")[0]
    parts = re.split(r"``(.+?)``", summary)  # text and code in turn
    line = [nodes.literal("", part) if i % 2 else nodes.Text(part) for i, part in enumerate(parts)]
    return nodes.list_item(
        "", nodes.paragraph("", "", xref("obj", full, name), nodes.Text(" – "), *line)
    )


class LibraryIndex(SphinxDirective):
    def run(self):
        order = {name: i for i, name in enumerate(self.env.app.nbdev_bridge_cells)}  # of reading
        names = top_level(self.config.library_links).values()
        groups = {}  # by module, or the package it is in
        for full in sorted(names, key=lambda full: order.get(full, len(order))):
            groups.setdefault(".".join(full.split(".")[:2]), []).append(full)
        found = nodes.definition_list()
        for module, inside in groups.items():
            lines = nodes.bullet_list("", *map(entry, inside))
            found += nodes.definition_list_item(
                "", nodes.term("", "", xref("mod", module, module)), nodes.definition("", lines)
            )
        return [found]


def document_modules(app, page, text):
    """Write the sections of ``library-modules``: a directive could not hold them."""

    def sections(package):
        inside = f"{app.config.library_links}.{package[1]}."
        names = [name for name in app.nbdev_bridge_modules if name.startswith(inside)]
        return "\n\n".join(map(SECTION.format, names))

    text[0] = MODULES.sub(sections, text[0])


def setup(app):
    app.add_config_value("library_links", "", "env", [str])
    app.add_directive("library-index", LibraryIndex)
    app.connect("source-read", document_modules)
    app.connect("doctree-resolved", link_prose)
    app.connect("html-page-context", link_code)
    return {"parallel_read_safe": True}
