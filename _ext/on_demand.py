"""Scripts and styles that only some pages need."""


def where(node, name):
    """A handler of ``html-page-context`` that adds ``name.css`` and ``name.js`` to the pages with such a node."""
    def load(app, page, template, context, doctree):
        if doctree is not None and next(doctree.findall(node), None):
            app.add_css_file(f"{name}.css")
            app.add_js_file(f"{name}.js", loading_method="defer")
    return load
