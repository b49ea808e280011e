"""Serve MathJax and its fonts from the book itself.

The package ``sphinx-mathjax-offline`` carries all of MathJax 3 (24 MB). A page asks for one script,
and for fonts and TeX extensions when it needs them. Only these are copied (3 MB).
"""
from importlib.util import find_spec
from pathlib import Path

from sphinx.util.fileutil import copy_asset

PARTS = "tex-chtml.js", "output/chtml/fonts/woff-v2", "input/tex/extensions"


def copy_parts(app, error):
    if error or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
    for part in PARTS:
        target = Path(app.outdir, "_static/mathjax", part)
        copy_asset(source / part, target if (source / part).is_dir() else target.parent)


def setup(app):
    app.config.mathjax_path = f"mathjax/{PARTS[0]}"
    app.connect("build-finished", copy_parts)
    return {"parallel_read_safe": True}
