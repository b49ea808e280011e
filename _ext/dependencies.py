"""What the outputs of a notebook depend on beside its own code.

``nbdev_bridge_depends`` lists files. Change one and every page is read again. MyST-NB keeps outputs
by the code that made them, so the bridge gives that code a first line with ``stamp``, a digest of
these files: an output computed by an older library is never shown. Of the library only the modules
count that the notebook imports, and those that they import, named as in ``from my_package.module
import``. A name that the package itself hands on, ``from my_package import name``, stands for the
module that defines it. Code that uses the package in another way, as a whole or by a call that
takes its name as a string, depends on all of it. To import a module also runs the
``__init__`` of its packages; that counts only where it is imported from, so no module may change
another one when it is imported.
"""

import ast
import functools
import hashlib
import re
import sys
from pathlib import Path

from sphinx.util import logging

log = logging.getLogger(__name__)

# The sources of the library, by module below the package: "models.normal", and for its package
# "models"; the package itself is "__init__". "" is a digest of all other files.
SOURCES = {}
RUNNERS = {
    "import_module",
    "__import__",
    "exec",
    "eval",
    "run",
    "run_module",
    "system",
    "Popen",
    "check_call",
    "check_output",
}
SHELL = re.compile(r"^[ \t]*[%!].*", re.MULTILINE)


def package_of(module):
    """The package that a dot stands for in a module."""
    has_modules = any(name.startswith(f"{module}.") for name in SOURCES)
    return module if has_modules else module.rpartition(".")[0]


@functools.cache
def handed_on(source):
    """The names that a package hands on, each with the module below it that it comes from."""
    froms = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.ImportFrom)]
    return {alias.name: node.module for node in froms for alias in node.names}


def home(name, module="__init__"):
    """The module that defines what a package hands on under a name, or None if nobody does."""
    below = handed_on(SOURCES[module]).get(name)
    if below is None:
        return None
    found = below if module == "__init__" else f"{module}.{below}"
    return home(name, found) if package_of(found) == found else found


def imported(node, lib, package):
    """The modules that a ``from … import`` names, or None where it may use the whole library."""
    path = package.split(".") if package else []
    if node.level:
        path = [*path[: len(path) + 1 - node.level], *(node.module or "").split(".")]
    else:
        path = node.module.split(".")[1:]
    name = ".".join(filter(None, path))
    aliases = [alias.name for alias in node.names]
    if not name:
        found = {alias if alias in SOURCES else home(alias) for alias in aliases}
        return None if node.level or None in found else found
    inside = [f"{name}.{alias}" for alias in aliases]
    return {part if part in SOURCES else name for part in inside}


def imports(code, lib, module=""):
    """The modules of the library that a module's code imports, or None if it may use others."""
    ours = re.compile(rf"\b{lib.replace('_', '[-_]')}\b")
    try:
        nodes = list(ast.walk(ast.parse(SHELL.sub("pass", code))))
    except SyntaxError:  # another language, under a cell magic
        return None
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    runs = [node for node in calls if ast.unparse(node.func).rpartition(".")[2] in RUNNERS]
    whole = [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
    if any(map(ours.search, [*SHELL.findall(code), *whole, *map(ast.unparse, runs)])):
        return None
    froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
    found = [
        imported(node, lib, package_of(module))
        for node in froms
        if node.level or node.module.partition(".")[0] == lib
    ]
    return None if None in found else set().union(*found)


def depends(code, lib):
    """The modules that the code imports, and those that they import."""
    found, todo = set(), [("", code)]
    while todo:
        module, source = todo.pop()
        names = imports(source, lib, module)
        if names is None or not names <= SOURCES.keys():
            return sorted(SOURCES)
        todo += [(name, SOURCES[name]) for name in names - found]
        found |= names
    return sorted({"", *found} & SOURCES.keys())


def digest(texts):
    parts = "".join(f"{len(text)} {text}" for text in texts)
    return hashlib.sha256(parts.encode()).hexdigest()[:16]


def stamp(code, lib):
    """A digest of all that the outputs of some code depend on."""
    return digest(f"{name}\n{SOURCES[name]}" for name in depends(code, lib))


def find_sources(app, config):
    """Read the files that outputs depend on."""
    options = config.nb_custom_formats.get(".ipynb", [None, {}])[1]
    library, others = Path(app.srcdir, options.get("lib", "")), [sys.version]
    SOURCES.clear()
    for pattern in config.nbdev_bridge_depends:
        files = sorted(Path(app.srcdir).glob(pattern))
        if not files:
            log.warning("nbdev_bridge_depends: no file matches %r", pattern)
        for file in files:
            if file.suffix == ".py" and library in file.parents:
                name = ".".join(file.relative_to(library).with_suffix("").parts)
                SOURCES[name.removesuffix(".__init__")] = file.read_text()
            else:
                others.append(f"{file.name} {file.read_text()}")
    SOURCES[""] = digest(others)
    everything = digest(f"{name}\n{source}" for name, source in sorted(SOURCES.items()))
    config.nbdev_bridge_digest = everything


def setup(app):
    app.add_config_value("nbdev_bridge_depends", [], "env")
    app.add_config_value("nbdev_bridge_digest", "", "env")
    app.connect("config-inited", find_sources)
    return {"parallel_read_safe": True}
