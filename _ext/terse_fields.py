"""Read numpydoc sections whose entries fill one line.

The pages show the source, so docstrings are kept short: ``p : array_like, the truth.`` in place of
a name and a type with the description below. numpydoc would take the text for a type. This moves it
to where a description belongs.
"""

import re

ENTRY, PART = re.compile(r"(\S.*?) : (.+)"), re.compile(r" ?: ")
ERROR = re.compile(r"(?<=\.) (\w+Error) : ")


def entry(line):
    """A name, and its description on a line of its own."""
    return ENTRY.sub(r"\1\n    \2", line, count=1)


def errors(line):
    """One or more errors on a line."""
    return "\n".join(map(entry, ERROR.sub(r"\n\1 : ", line).split("\n")))


def words(line):
    """Not parted at a colon, and a star after a comma and a space is no ``*args``."""
    return PART.sub(" – ", line, count=1).replace(", *", ",\N{NO-BREAK SPACE}*")


SECTIONS = {"Parameters": entry, "Attributes": entry, "Raises": errors, "Returns": words}


def expand(app, what, name, obj, options, lines):
    """Rewrite the lines of a docstring in place, before napoleon reads them."""
    if what in {"property", "attribute"}:  # what stands before a colon is taken for the type
        lines[:] = [line.replace(": ", " – ") for line in lines]
    form, found = str, []
    for line, below in zip(lines, [*lines[1:], ""], strict=False):
        if below and not below.strip("-"):
            form = SECTIONS.get(line, str)
        found += form(line).split("\n")
    lines[:] = found


def setup(app):
    app.connect("autodoc-process-docstring", expand, priority=400)  # napoleon's is 500
    return {"parallel_read_safe": True}
