"""Serve MathJax and its fonts from the book itself.

The package ``sphinx-mathjax-offline`` carries all of MathJax 3 (24 MB). A page asks for one script,
made of the parts named here, and for fonts and TeX extensions when it needs them; only these are
copied (2 MB). Left out is the menu of MathJax, a third of its usual script: every formula would be
a stop of the tab key. Screen readers get each formula as MathML, which stands unseen beside the
drawn one.
"""

from importlib.util import find_spec
from pathlib import Path

from sphinx.util.fileutil import copy_asset

PARTS = (
    "startup",
    "core",
    "input/tex",
    "output/chtml",
    "output/chtml/fonts/tex",
    "a11y/assistive-mml",
)  # joined in this order
ON_DEMAND = "output/chtml/fonts/woff-v2", "input/tex/extensions"


def copy_parts(app, error):
    if error or app.builder.format != "html":
        return
    package = Path(find_spec("sphinx-mathjax-offline").origin).parent
    source, target = package / "static/mathjax", Path(app.outdir, "_static/mathjax")
    for part in ON_DEMAND:
        copy_asset(source / part, target / part)
    script = ";\n".join((source / f"{part}.js").read_text() for part in PARTS)
    (target / "mathjax.js").write_text(script)


def setup(app):
    app.config.mathjax_path = "mathjax/mathjax.js"
    app.connect("build-finished", copy_parts)
    return {"parallel_read_safe": True}
