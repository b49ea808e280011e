"""Say below each entry of the bibliography which pages cite it, with a link to the place.

The list of entries is that of sphinxcontrib-bibtex.
"""

from docutils import nodes
from sphinx.util.nodes import make_refnode


def places(env):
    """``{entry: {page: anchor of the first citation there}}``, pages in the order of reading."""
    order = {page: i for i, page in enumerate(reading(env))}
    refs = env.get_domain("cite").citation_refs
    found = {}
    for ref in sorted(refs, key=lambda ref: order.get(ref.docname, len(order))):
        for target in ref.targets:
            found.setdefault(target.key, {}).setdefault(ref.docname, ref.citation_ref_id)
    return found


def reading(env, page=None):
    """The pages in the order of the table of contents."""
    page = page or env.config.root_doc
    yield page
    for child in env.toctree_includes.get(page, []):
        yield from reading(env, child)


def add(app, doctree, docname):
    entries = list(doctree.findall(nodes.citation))
    if not entries:
        return
    keys = {one.citation_id: one.key for one in app.env.get_domain("cite").citations}
    cited = places(app.env)
    for entry in entries:
        found = cited.get(keys.get(entry["ids"][0]))
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
