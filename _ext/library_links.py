"""Lead from every mention of a name to its documentation.

In the prose and in docstrings, `` `kl_divergence` ``, `` `kl_divergence(p, q)` ``, the id of a
claim and the names that the inventories of intersphinx hold become links, once in each section. In
the code of a page the names become links that it imports from the library or defines for it, unless
they also name something else there; that of a law leads to its verdict. ``library-index`` lists a
group of names at the top level of the library, each with its line in the docstring of the package,
and with an example that runs when the book is built; without a group it shows what the examples
begin with. They stand in the file that ``library_examples`` names. ``library-modules`` documents
the modules of a package, each in a section, so a module that is added needs no other line.

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


def groups(text):
    """``{title: {name: what it is}}``, read from the docstring of the package."""
    found, inside = {}, {}
    for line in text.splitlines():
        name, _, words = line.strip().partition(" ")
        if line[:1] not in ("", " ") and not line.endswith("."):
            inside = found.setdefault(line.strip(), {})
        elif line.startswith("    ") and words.strip():
            inside[name] = words.strip()
    return {title: names for title, names in found.items() if names}


def examples(path):
    """What the examples begin with, and ``{name: example}``."""
    lines = path.read_text().splitlines()
    code = [line for line in lines if line[:1] != "#"]
    first = code.index("")
    pairs = [line.split(": ", 1) for line in code[first:] if line]
    return "\n".join(code[:first]), dict(pairs)


def shown(value):
    """A value as people write it: four digits."""
    import numpy as np

    with np.printoptions(precision=4, legacy="1.25"):
        if isinstance(value, tuple):
            return ", ".join(map(shown, value))
        if isinstance(value, bool) or not np.issubdtype(np.asarray(value).dtype, np.number):
            return str(value)
        return f"{float(value):.4g}" if np.ndim(value) == 0 else str(np.asarray(value))


def entry(full, words, example, space):
    """A name, what it is, and an example with what it gives."""
    name = full.rpartition(".")[2]
    line = nodes.paragraph("", "", xref("obj", full, name), nodes.Text(f" – {words}"))
    if not example:
        return nodes.list_item("", line)
    code = f">>> {example}\n{shown(eval(example, space))}"
    block = nodes.literal_block(code, code, language="pycon", classes=["example"])
    return nodes.list_item("", line, block)


class LibraryIndex(SphinxDirective):
    optional_arguments, final_argument_whitespace = 1, True

    def run(self):
        lib, before, lines, space = self.config.library_links, "", {}, {}
        if self.config.library_examples:
            path = Path(self.env.srcdir, self.config.library_examples)
            before, lines = examples(path)
            self.env.note_dependency(str(path))
        if not self.arguments:
            return [nodes.literal_block(before, before, language="python")]
        found = groups(import_module(lib).__doc__).get(self.arguments[0])
        if not found:
            raise self.error(f"library-index: {lib} has no group {self.arguments[0]!r}")
        exec(before, space)
        names = top_level(lib)
        items = [entry(names[name], words, lines.get(name), space) for name, words in found.items()]
        return [nodes.bullet_list("", *items, classes=["library-index"])]


def document_modules(app, page, text):
    """Write the sections of ``library-modules``: a directive could not hold them."""

    def sections(package):
        inside = f"{app.config.library_links}.{package[1]}."
        names = [name for name in app.nbdev_bridge_modules if name.startswith(inside)]
        return "\n\n".join(map(SECTION.format, names))

    text[0] = MODULES.sub(sections, text[0])


def setup(app):
    app.add_config_value("library_links", "", "env", [str])
    app.add_config_value("library_examples", "", "env", [str])
    app.add_directive("library-index", LibraryIndex)
    app.connect("source-read", document_modules)
    app.connect("doctree-resolved", link_prose)
    app.connect("html-page-context", link_code)
    return {"parallel_read_safe": True}
