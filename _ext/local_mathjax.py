"""Serve MathJax and its fonts from the book itself.

The package ``sphinx-mathjax-offline`` carries all of MathJax 3 (24 MB). A page asks for the parts named here, and for fonts and
TeX extensions when it needs them; only these are copied. Left out is the menu of MathJax, a third of its usual script: every
formula would be a stop of the tab key. Screen readers get each formula as MathML, which stands unseen beside the drawn one.
"""
from importlib.util import find_spec
from pathlib import Path

from sphinx.util.fileutil import copy_asset

PARTS = "core", "input/tex", "output/chtml", "output/chtml/fonts/tex", "a11y/assistive-mml"
ON_DEMAND = "output/chtml/fonts/woff-v2", "input/tex/extensions"


def choose_parts(app, config):
    config.mathjax_path = "mathjax/startup.js"
    config.mathjax3_config = {**(config.mathjax3_config or {}), "loader": {"load": list(PARTS)}}


def copy_parts(app, error):
    if error or app.builder.format != "html":
        return
    source = Path(find_spec("sphinx-mathjax-offline").origin).parent / "static/mathjax"
    for part in (*(f"{part}.js" for part in ("startup", *PARTS)), *ON_DEMAND):
        target = Path(app.outdir, "_static/mathjax", part)
        copy_asset(source / part, target if (source / part).is_dir() else target.parent)


def setup(app):
    app.connect("config-inited", choose_parts)
    app.connect("build-finished", copy_parts)
    return {"parallel_read_safe": True}
