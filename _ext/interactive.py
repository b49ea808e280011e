"""Figures that the reader can move, with their initial state in the page.

The name after ``interactive`` is one of those in ``_assets/interactive.js``, the content is the
caption::

    :::{interactive} areas
    :name: fig-areas
    :alt: What the picture shows, for those who cannot see it.

    The caption.
    :::

The page holds the picture as the script draws it at first, so it is there in print and without
JavaScript, and nothing jumps when the script takes over. ``python _ext/interactive.py`` draws these
pictures again, with Chromium, after a change of the script; a test compares them. A page without
such a figure loads neither the script nor its style.
"""

import html
from pathlib import Path

from docutils import nodes
from docutils.parsers.rst import directives
from on_demand import where
from sphinx.util.docutils import SphinxDirective

STILLS = Path(__file__).parent / "stills"


class interactive(nodes.General, nodes.Element):
    """A picture, a line of numbers, and room for the controls."""


class Interactive(SphinxDirective):
    required_arguments, has_content = 1, True
    option_spec = {"name": directives.unchanged_required, "alt": directives.unchanged_required}

    def run(self):
        name, file = self.arguments[0], STILLS / f"{self.arguments[0]}.html"
        known = sorted(path.stem for path in STILLS.glob("*.html"))
        if name not in known:
            raise self.error(f"interactive: got the figure {name!r}, expected one of {known}")
        if not (self.options.get("alt") and self.content):
            raise self.error(f"interactive: {name} needs an :alt: and a caption")
        self.env.note_dependency(str(file))
        inline, messages = self.state.inline_text(" ".join(self.content), self.lineno)
        picture = interactive(name=name, alt=self.options["alt"], still=file.read_text())
        figure = nodes.figure("", picture, nodes.caption("", "", *inline))
        self.set_source_info(figure)
        self.add_name(figure)
        return [figure, *messages]


def visit(self, node):
    picture, numbers = node["still"].splitlines()
    self.body.append(
        f'<div class="interactive" data-figure="{node["name"]}">'
        f'<div role="img" aria-label="{html.escape(node["alt"])}">{picture}</div>'
        f'<output aria-live="off">{numbers}</output>'
        "<noscript>The controls of this figure need JavaScript.</noscript></div>\n"
    )


def setup(app):
    app.add_node(interactive, html=(visit, lambda self, node: None))
    app.add_directive("interactive", Interactive)
    app.connect("html-page-context", where(interactive, "interactive"))
    return {"parallel_read_safe": True}


def stills(browser):
    """``{name: picture and numbers}`` as the script draws them, on two lines."""
    browser.get("about:blank")
    browser.execute_script((STILLS.parents[1] / "_assets/interactive.js").read_text())
    found = browser.execute_script(
        "return Object.fromEntries(xent.names.map(name => [name, xent.still(name)]))"
    )
    return {
        name: "".join(" ".join(part.split()) + "\n" for part in parts)
        for name, parts in found.items()
    }


if __name__ == "__main__":
    import tempfile

    import chromium

    with tempfile.TemporaryDirectory() as profile:
        browser = chromium.start(profile)
        for name, still in stills(browser).items():
            (STILLS / f"{name}.html").write_text(still)
        browser.quit()
