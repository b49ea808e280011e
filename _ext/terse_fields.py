"""Read numpydoc sections whose entries fill one line.

Chapters show the source, so docstrings are kept short: ``p : array_like, the truth.`` in place of a name and a type with
the description below. numpydoc would take the text for a type. This moves it to where a description belongs.
"""
import re

ENTRY = re.compile(r"(\S.*?) : (.+)")
SECTIONS = {
    "Parameters": r"\1\n    \2",
    "Attributes": r"\1\n    \2",
    "Raises": r"\1\n    \2",
    "Returns": r"\1 – \2",
}


def expand(app, what, name, obj, options, lines):
    """Rewrite the lines of a docstring in place, before napoleon reads them."""
    form, found = None, []
    for line, below in zip(lines, [*lines[1:], ""]):
        if below and not below.strip("-"):
            form = SECTIONS.get(line)
        found += (ENTRY.sub(form, line, count=1) if form else line).split("\n")
    lines[:] = found


def setup(app):
    app.connect("autodoc-process-docstring", expand, priority=400)      # napoleon's is 500
    return {"parallel_read_safe": True}
