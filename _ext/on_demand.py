"""Scripts and styles that only some pages need."""


def where(node, name):
    """A handler of ``html-page-context`` that gives pages with such a node a style and a script."""

    def load(app, page, template, context, doctree):
        kinds = node if isinstance(node, tuple) else (node,)
        if doctree is not None and any(next(doctree.findall(kind), None) for kind in kinds):
            app.add_css_file(f"{name}.css")
            app.add_js_file(f"{name}.js", loading_method="defer")

    return load
