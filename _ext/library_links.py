"""Lead from every mention of a name to its documentation.

In the prose and in docstrings, `` `kl_divergence` ``, `` `kl_divergence(p, q)` ``, the id of a claim and the names that the
inventories of intersphinx hold become links, once in each section. In the code of a page the names become links that it imports
from the library or defines for it, unless they also name something else there. ``library-index`` lists the top level of the library in the order of reading, each name with the first
sentence of its docstring.

``library_links`` in the configuration names the package. Only what autodoc documents is linked, so no link is broken.
"""
import ast
import re
from importlib import import_module
from pathlib import Path

import nbformat
from docutils import nodes
from sphinx import addnodes
from sphinx.ext.intersphinx import InventoryAdapter
from sphinx.util.docutils import SphinxDirective
from sphinx.util.nodes import make_refnode

from nbdev_bridge import defined, split

CALL = re.compile(r"(\w+)(\((?:[^()]|\([^()]*\))*\))?")              # one call, with calls inside
BLOCK = re.compile(r'<div class="highlight-(?:ipython3?|python3?) .*?</pre>', re.DOTALL)
CODE = re.compile(r'(<span class="n">|'
                  r'(?:^|<span></span>)<span class="k">(?:def|class)</span>(?:<span class="w">)? (?:</span>)?<span class="n[fc]">)(\w+)(</span>)', re.MULTILINE)


def top_level(lib):
    """The functions and classes that the package itself offers: ``{name: full name}``."""
    found = vars(import_module(lib)).items()
    return {name: f"{value.__module__}.{name}" for name, value in found if callable(value) and name[0] != "_"}


def used(path, lib):
    """The names that a notebook imports from the library or exports to it, and gives to nothing else: ``{name: full name}``."""
    parted = [split(cell.source) for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    module = next((found["default_exp"] for found, _ in parted if "default_exp" in found), "")
    names, taken, top = {}, set(), top_level(lib)
    for directives, code in parted:
        code = re.sub(r"^\s*[%!].*", "", code, flags=re.MULTILINE)
        for node in ast.walk(ast.parse(code)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").split(".")[0] == lib:
                names |= {x.asname or x.name: top.get(x.name, "") if node.module == lib else f"{node.module}.{x.name}" for x in node.names}
            taken |= {node.id} if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store) else {node.arg} if isinstance(node, ast.arg) else set()
        if "export" in directives:
            names |= {name: f"{lib}.{module}.{name}" for name in defined(code)}
    return {name: full for name, full in names.items() if name not in taken}


def names_on(env, docname):
    lib, path = env.config.library_links, Path(env.doc2path(docname))
    return used(path, lib) if path.suffix == ".ipynb" else {}


def place(env, full):
    """Page and anchor of what autodoc documents, or None."""
    found = env.get_domain("py").objects.get(full)
    return found and (found.docname, found.node_id)


def elsewhere(env):
    """The names in the inventories, ``{last part of the name: address}``."""
    found = InventoryAdapter(env).main_inventory.items()
    return {name.split(".")[-1]: address for kind, names in found for name, (_, _, address, _) in names.items() if kind.startswith("py:")}


def above(node):
    """The nodes around a node, the nearest first."""
    while node.parent is not None:
        node = node.parent
        yield node


def link_prose(app, doctree, docname):
    labels, others, done = app.env.get_domain("std").anonlabels, elsewhere(app.env), set()
    names = top_level(app.config.library_links) | names_on(app.env, docname)
    for node in list(doctree.findall(nodes.literal)):
        around, text = list(above(node)), node.astext()
        call = CALL.fullmatch(text)
        word = call[1] if call else ""
        page, anchor, *_ = labels.get(f"claim-{text}") or place(app.env, names.get(word, "")) or (others.get(word), "")
        section = next((part for part in around if isinstance(part, (nodes.section, addnodes.desc_content))), doctree)
        if page is None or anchor in node.parent["ids"] or (id(section), page, anchor) in done:
            continue
        if not any(isinstance(part, (nodes.reference, nodes.title, addnodes.desc_signature)) for part in around):
            done.add((id(section), page, anchor))
            inside = node.deepcopy()
            node.replace_self(make_refnode(app.builder, docname, page, anchor, inside) if anchor else
                              nodes.reference("", "", inside, refuri=page, internal=False))


def link_code(app, page, template, context, doctree):
    if doctree is None or app.builder.name != "html":
        return
    names = {name: place(app.env, full) for name, full in names_on(app.env, page).items()}

    def link(match):
        before, name, after = match.groups()
        attribute = match.string.endswith('<span class="o">.</span>', 0, match.start())
        keyword = match.string.startswith('<span class="o">=</span>', match.end())
        if not names.get(name) or attribute or keyword:
            return match[0]
        to, anchor = names[name]
        return f'{before}<a href="{app.builder.get_relative_uri(page, to)}#{anchor}">{name}</a>{after}'
    context["body"] = BLOCK.sub(lambda block: CODE.sub(link, block[0]), context["body"])


def xref(kind, full, text):
    return addnodes.pending_xref("", nodes.literal("", text), refdomain="py", reftype=kind, reftarget=full, refwarn=True)


class LibraryIndex(SphinxDirective):
    def run(self):
        order = list(self.env.app.nbdev_bridge_cells)           # that of reading
        found = nodes.definition_list()
        for full in sorted(top_level(self.config.library_links).values(), key=order.index):
            module, _, name = full.rpartition(".")
            if not len(found) or found[-1]["module"] != module:
                found += nodes.definition_list_item("", nodes.term("", "", xref("mod", module, module)),
                                                    nodes.definition("", nodes.bullet_list()), module=module)
            summary = getattr(import_module(module), name).__doc__.strip().split("\n\n")[0]
            parts = re.split(r"``(.+?)``", summary)             # text and code in turn
            line = [nodes.literal("", part) if i % 2 else nodes.Text(part) for i, part in enumerate(parts)]
            found[-1][1][0] += nodes.list_item("", nodes.paragraph("", "", xref("obj", full, name), nodes.Text(" – "), *line))
        return [found]


def setup(app):
    app.add_config_value("library_links", "", "env", [str])
    app.add_directive("library-index", LibraryIndex)
    app.connect("doctree-resolved", link_prose)
    app.connect("html-page-context", link_code)
    return {"parallel_read_safe": True}
