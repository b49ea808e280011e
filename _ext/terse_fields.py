"""Read numpydoc sections whose entries fill one line.

Chapters show the source, so docstrings are kept short: ``p : array_like, the truth.`` in place of a name and a type with
the description below. numpydoc would take the text for a type. This moves it to where a description belongs.
"""
import re

ENTRY, PART, ERROR = re.compile(r"(\S.*?) : (.+)"), re.compile(r" ?: "), re.compile(r"(?<=\.) (\w+Error) : ")
SECTIONS = {
    "Parameters": lambda line: ENTRY.sub(r"\1\n    \2", line, count=1),
    "Attributes": lambda line: ENTRY.sub(r"\1\n    \2", line, count=1),
    "Raises": lambda line: "\n".join(ENTRY.sub(r"\1\n    \2", part, count=1) for part in ERROR.sub(r"\n\1 : ", line).split("\n")),
    # told in words: not parted at a colon, and a star after a comma and a space is no *args
    "Returns": lambda line: PART.sub(" – ", line, count=1).replace(", *", ",\N{NO-BREAK SPACE}*"),
}


def expand(app, what, name, obj, options, lines):
    """Rewrite the lines of a docstring in place, before napoleon reads them."""
    if what in {"property", "attribute"}:       # what stands before a colon would be taken for the type
        lines[:] = [line.replace(": ", " – ") for line in lines]
    form, found = str, []
    for line, below in zip(lines, [*lines[1:], ""]):
        if below and not below.strip("-"):
            form = SECTIONS.get(line, str)
        found += form(line).split("\n")
    lines[:] = found


def setup(app):
    app.connect("autodoc-process-docstring", expand, priority=400)      # napoleon's is 500
    return {"parallel_read_safe": True}
