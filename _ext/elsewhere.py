"""Links to the documentation of other libraries, without a network.

``elsewhere.txt`` lists the names that the book uses. sphinx.ext.intersphinx reads an inventory for
each library. These are written from the list, next to the built book.
"""

import zlib
from pathlib import Path

LIST = Path(__file__).with_suffix(".txt")
HEAD = (
    "# Sphinx inventory version 2\n# Project: {}\n# Version: \n"
    "# The remainder of this file is compressed using zlib.\n"
)


def inventories(text):
    """``{library: (address, lines of its inventory)}``"""
    found = {}
    for line in text.splitlines():
        words = line.split()
        if words and words[0] != "#" and line[0] != " ":
            lines = found.setdefault(words[0], (words[1], []))[1]
        elif words and words[0] != "#":
            role, name, page = words
            lines.append(f"{name} {role} 1 {page} -\n")
    return found


def write(app, config):
    folder = Path(app.outdir).parent / "inventories"
    folder.mkdir(parents=True, exist_ok=True)
    for name, (address, lines) in inventories(LIST.read_text()).items():
        file = folder / f"{name}.inv"
        file.write_bytes(HEAD.format(name).encode() + zlib.compress("".join(lines).encode()))
        config.intersphinx_mapping[name] = (address, str(file))


def setup(app):
    app.setup_extension("sphinx.ext.intersphinx")
    app.connect("config-inited", write, priority=100)  # before intersphinx reads its mapping
    return {"parallel_read_safe": True}
