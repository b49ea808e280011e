"""Say below each entry of the bibliography which pages cite it, with a link to the place.

The list of entries is that of sphinxcontrib-bibtex.
"""

from docutils import nodes
from sphinx.util.nodes import make_refnode


def places(env, key):
    """``{page: anchor of the first citation there}`` in the order of reading."""
    order = {page: i for i, page in enumerate(reading(env))}
    found = {}
    for ref in env.get_domain("cite").citation_refs:
        if key in {target.key for target in ref.targets}:
            found.setdefault(ref.docname, ref.citation_ref_id)
    return dict(sorted(found.items(), key=lambda pair: order.get(pair[0], len(order))))


def reading(env, page=None):
    """The pages in the order of the table of contents."""
    page = page or env.config.root_doc
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from reading(env, child)


def add(app, doctree, docname):
    keys = {one.citation_id: one.key for one in app.env.get_domain("cite").citations}
    for entry in doctree.findall(nodes.citation):
        found = places(app.env, keys.get(entry["ids"][0]))
        if not found:
            continue
        line = nodes.paragraph("", "Cited in ", classes=["cited-in"])
        for i, (page, anchor) in enumerate(found.items()):
            title = nodes.Text(app.env.titles[page].astext())
            line += [nodes.Text(", ")] if i else []
            line += make_refnode(app.builder, docname, page, anchor, title)
        line += nodes.Text(".")
        entry += line


def setup(app):
    app.connect("doctree-resolved", add)
    return {"parallel_read_safe": True}
