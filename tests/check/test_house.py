"""The house: three bands of modules, rooms that can be read in one sitting, and what each may hold.

Chapters import earlier chapters and the foundation; the foundation imports no chapter; the laws
import both, and nothing imports them but the ledger and the command line. Within a band, reading
order is import order.
"""

import ast
import collections
import io
import re
import tokenize

import pytest
import yaml
from helpers import NBS, PACKAGE, ROOT, code, directive, modules, notebooks

MODULES = modules()
CONTENTS = yaml.safe_load((ROOT / "_toc.yml").read_text())
SOURCES = {name: path.read_text() for name, path in MODULES.items()}
TREES = {name: ast.parse(source) for name, source in SOURCES.items()}
LIBRARY = [name for name in MODULES if not name.startswith(("laws", "proof"))]


# ── The bands ────────────────────────────────────────────────────────────────────────────────────


def pages_of(part):
    """The files of a part of the contents, each chapter before its sections."""
    for chapter in part["chapters"]:
        yield chapter["file"]
        yield from (section["file"] for section in chapter.get("sections", ()))


def reading_order():
    """Each module by its place in the book: whether in a chapter, and on which page."""
    pages = notebooks()
    numbered = {
        file.removeprefix("nbs/"): bool(part.get("numbered"))
        for part in CONTENTS["parts"]
        for file in pages_of(part)
    }
    places = {}
    for page, stem in enumerate(stem for stem in numbered if stem in pages):
        sources = code(pages[stem])
        own = next(filter(None, (directive(source, "default_exp") for source in sources)), "")
        for source in sources:
            name = directive(source, "export")
            if name is not None:
                places.setdefault(name or own, (numbered[stem], page))
    return places


PLACES = reading_order()


def whole(name):
    """A module, or those of a package."""
    inside = [other for other in PLACES if other.startswith(f"{name}.")]
    return [name] if name in PLACES else inside


def imports(name, tree=None):
    """The modules of the package that a module imports, also inside a function."""
    path = MODULES[name].relative_to(PACKAGE)
    home = list(path.parent.parts)
    for node in ast.walk(tree or TREES[name]):
        if isinstance(node, ast.ImportFrom):
            start = home[: len(home) - node.level + 1] if node.level else []
            parts = [*start, *filter(None, (node.module or "").split("."))]
            if not node.level and parts.pop(0) != "xent_lit":
                continue
            for alias in node.names:
                inside = whole(".".join([*parts, alias.name]))
                yield from inside or whole(".".join(parts))
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name.startswith("xent_lit."):
                    yield from whole(alias.name.removeprefix("xent_lit."))


def refused(name, other):
    """Why a module may not import another one, or None."""
    (chapter, page), (of_chapter, on_page) = PLACES[name], PLACES[other]
    if other.startswith("laws.") and not name.startswith("laws."):
        return "no module but the ledger imports laws"
    if of_chapter and not chapter:
        return "the foundation imports no chapter"
    if name.startswith("laws.") and other.startswith("proof."):
        return None  # also those of the foundation, which come before the page on proofs
    later = of_chapter == chapter and on_page > page  # a page may put the idea before its parts
    return "it is read later" if later else None


IMPORTERS = [name for name in PLACES if name in MODULES and name != "ledger"]


@pytest.mark.parametrize("name", IMPORTERS)
def test_a_module_imports_what_is_read_before_it(name):
    found = {other: refused(name, other) for other in imports(name) if other != name}
    assert {other: why for other, why in found.items() if why} == {}


def test_imports_form_no_circle():
    below = {name: {*imports(name)} - {name} for name in IMPORTERS}

    def lowest_first(name, above=()):
        assert name not in above, " imports ".join([*above, name])
        for other in below.get(name, ()):
            lowest_first(other, (*above, name))

    for name in IMPORTERS:
        lowest_first(name)


@pytest.mark.parametrize(
    "name, line, why",
    [
        ("entropy", "from .likelihood import nll", "it is read later"),
        ("terms", "from xent_lit.divergence import kl_divergence", "imports no chapter"),
        ("terms", "from xent_lit.proof.claim import Claim", "it is read later"),
        ("entropy", "def f():\n    from .laws import entropy", "imports laws"),
        ("laws.entropy", "from ..models import Normal", "it is read later"),
        ("models.normal", "from ..gaussian import mse", "it is read later"),
    ],
)
def test_an_import_out_of_order_is_found(name, line, why):
    found = [refused(name, other) for other in imports(name, ast.parse(line))]
    assert any(why in (reason or "") for reason in found)


def test_only_the_ledger_names_the_laws():
    named = [name for name in MODULES if re.search(r"xent_lit\.laws", SOURCES[name])]
    assert [name for name in named if not name.startswith("laws")] == ["ledger"]


def test_every_module_is_exported_by_a_notebook():
    packages = {name for name, path in MODULES.items() if path.stem == "__init__"}
    by_hand = {"_renamed", "claims"}  # the old names
    assert set(MODULES) - packages - by_hand == set(PLACES)


def names_defined_twice(modules):
    """The names that two of these modules define, with the modules."""
    homes = collections.defaultdict(list)
    for name in modules:
        for node in TREES[name].body:
            for target in getattr(node, "targets", [node]):
                names = {n.id for n in ast.walk(target) if isinstance(n, ast.Name)}
                if isinstance(node, ast.FunctionDef | ast.ClassDef):
                    names = {node.name}
                elif not isinstance(node, ast.Assign):
                    names = set()
                for word in names - {"__all__"}:
                    homes[word].append(name)
    return {word: found for word, found in homes.items() if len(set(found)) > 1}


@pytest.mark.parametrize("page", sorted({page for _, page in PLACES.values()}))
def test_a_page_defines_a_name_once(page):
    """All modules of a page share its names when it runs."""
    modules = [name for name, (_, own) in PLACES.items() if own == page]
    assert names_defined_twice(set(modules) & set(MODULES)) == {}


def test_a_name_defined_twice_is_found():
    assert "claims" in names_defined_twice(["laws.families", "ledger"])


def test_the_contents_list_every_page_and_nothing_else():
    files = [file for part in CONTENTS["parts"] for file in pages_of(part)]
    pages = [path for path in NBS.iterdir() if path.suffix in (".ipynb", ".md")]
    assert sorted([CONTENTS["root"], *files]) == sorted(f"nbs/{path.stem}" for path in pages)
    numbered = [file for file in files if file.removeprefix("nbs/")[0].isdigit()]
    assert numbered == sorted(numbered), "numbered chapters stand in their order"


# ── The rooms ────────────────────────────────────────────────────────────────────────────────────


def lines_and_tokens(source):
    """How many lines hold code, docstrings apart, and how many tokens stand on them."""
    texts = [
        node.body[0]
        for node in ast.walk(ast.parse(source))
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and ast.get_docstring(node) is not None
    ]
    prose = {line for text in texts for line in range(text.lineno, text.end_lineno + 1)}
    kinds = tokenize.NAME, tokenize.OP, tokenize.NUMBER, tokenize.STRING
    tokens = [
        token.start[0]
        for token in tokenize.generate_tokens(io.StringIO(source).readline)
        if token.type in kinds and token.start[0] not in prose
    ]
    return len(set(tokens)), len(tokens)


def test_a_module_can_be_read_in_one_sitting():
    sizes = {name: lines_and_tokens(SOURCES[name])[0] for name in LIBRARY}
    assert {name: size for name, size in sizes.items() if size > 300} == {}


def test_a_line_of_code_takes_one_step():
    """At most 12 tokens a line on the average; other libraries of its kind have 7 to 11."""
    lines, tokens = map(sum, zip(*(lines_and_tokens(SOURCES[name]) for name in LIBRARY)))
    assert tokens / lines <= 12


def calls(tree, word):
    """The calls of a function or a class of that name."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == word:
            yield node


def test_claims_are_made_in_the_laws():
    made = {
        name: [ast.unparse(call)[:60] for word in ("Claim", "Derivation") for call in found]
        for name in LIBRARY
        if (found := [*calls(TREES[name], "Claim"), *calls(TREES[name], "Derivation")])
    }
    assert made == {}


def test_definitions_know_no_blocks_and_no_threads():
    """How an array is cut, and among how many cores, is known in arrays/ alone."""
    words = {"BLOCK", "SHORT", "threading", "ThreadPoolExecutor"}
    found = {
        name: sorted(words & set(re.findall(r"\w+", SOURCES[name])))
        for name in MODULES
        if not name.startswith("arrays")
    }
    assert {name: named for name, named in found.items() if named} == {}


def test_definitions_do_not_ask_for_numpys_arrays():
    """arrays/ does, and the two modules that compute NumPy's numbers in another way."""
    apart = "arrays", "terms", "scale"
    found = {
        name: [ast.unparse(call) for call in calls(TREES[name], "isinstance")]
        for name in LIBRARY
        if not name.startswith(apart)
    }
    asking = {name: [c for c in made if "ndarray" in c] for name, made in found.items()}
    assert {name: made for name, made in asking.items() if made} == {}


ASKING = "models.distribution", "models.adapted", "models.foreign", "models.from_"
ASKING += "models.tensor_distribution", "models.estimate"


def test_arguments_are_asked_what_they_have_at_the_door():
    """In arrays/, in models.distribution and by the readers of what others call a distribution;
    elsewhere in a few lines."""
    found = [
        f"{name}: {ast.unparse(call)}"
        for name in LIBRARY
        if not name.startswith(("arrays", *ASKING))
        for call in calls(TREES[name], "hasattr")
    ]
    assert len(found) <= 8, found


def test_errors_are_of_few_kinds():
    """Of values, of kinds, of what is not there, and of numbers that cannot be had; a claim that
    does not hold is an AssertionError."""
    kinds = {"ValueError", "TypeError", "ArithmeticError"}
    kinds |= {"NotImplementedError", "ModuleNotFoundError"}
    found = []
    for name, tree in TREES.items():
        allowed = kinds | ({"AssertionError"} if name.startswith("proof") else set())
        allowed |= {"AttributeError"} if name == "_renamed" else set()
        allowed |= {"Infinite"} if name == "models.quadrature" else set()  # the integral says inf
        for node in ast.walk(tree):
            if isinstance(node, ast.Assert):
                found.append(f"{name}: {ast.unparse(node)}")
            elif isinstance(node, ast.Raise) and node.exc:
                kind = node.exc.func if isinstance(node.exc, ast.Call) else node.exc
                if ast.unparse(kind) not in allowed:
                    found.append(f"{name}: raise {ast.unparse(kind)}")
    assert found == []
