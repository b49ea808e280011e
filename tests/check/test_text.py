"""What the prose and the docstrings name exists: claims, functions, parameters."""

import ast
import builtins
import inspect
import re

import nbformat
import pytest
from helpers import NBS, imported, modules

from xent_lit.ledger import claims

PAGES = sorted([*NBS.glob("*.ipynb"), *NBS.glob("*.md")])
MODULES = {name: imported(name) for name in modules()}
# Names of other libraries and tools, used in the prose.
ELSEWHERE = set(
    """KLDivLoss kl_div batchmean log1p log2 logaddexp log_loss log_softmax nansum numpy scipy sympy
    torch constriction kraft_mcmillan_inequality klDiv_eq_zero_iff memmap pip NaN Sum Piecewise
    stats where jensenshannon LogisticRegression LinearRegression pydoc_data textgenrnn""".split()
)


def text_of(page):
    """The prose of a page."""
    if page.suffix == ".md":
        return re.sub(r"```\{eval-rst\}.*?```", "", page.read_text(), flags=re.DOTALL)
    return "\n".join(
        cell.source
        for cell in nbformat.read(page, as_version=4).cells
        if cell.cell_type == "markdown"
    )


def known_names(page):
    """Public and private names of the library, their parameters and attributes, and the names
    that the page's own cells define."""
    found = (
        set(dir(builtins))
        | ELSEWHERE
        | set(claims())
        | {"xent_lit", *(part for name in MODULES for part in name.split("."))}
    )
    for module in MODULES.values():
        for name, value in vars(module).items():
            found.add(name)
            if inspect.isclass(value):
                found |= set(dir(value)) | set(getattr(value, "__dataclass_fields__", ()))
            if callable(value) and getattr(value, "__module__", "").startswith("xent_lit"):
                found |= set(inspect.signature(value).parameters)
    if page.suffix == ".ipynb":
        for cell in nbformat.read(page, as_version=4).cells:
            if cell.cell_type == "code":
                tree = ast.parse(re.sub(r"(?m)^\s*[%!].*$", "", cell.source))
                found |= {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
                found |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
                found |= {
                    node.arg for node in ast.walk(tree) if isinstance(node, (ast.arg, ast.keyword))
                }
                found |= {
                    alias.name.split(".")[0]
                    for node in ast.walk(tree)
                    if isinstance(node, (ast.Import, ast.ImportFrom))
                    for alias in node.names
                }
    return found


def names_in(code):
    """The identifiers of a piece of inline code, or none if it is no Python expression (a
    command, a file, TeX)."""
    try:
        tree = ast.parse(code.replace("²", "**2").replace("√", "").strip(), mode="eval")
    except SyntaxError:
        return set()
    return {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)} | {
        node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)
    }


def unknown(text, known):
    """Identifiers in inline code that nothing defines. A claim id is one name, hyphens and all."""
    codes = set(re.findall(r"(?<![`}])`([^`\n]+)`(?!`)", text)) - known
    return sorted({name for code in codes for name in names_in(code)} - known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_identifiers_in_the_text_exist(page):
    assert unknown(text_of(page), known_names(page)) == []


def test_the_check_refuses_an_unknown_name():
    assert unknown("call `cros_entropy(p, q)`, see `entropy`", {"p", "q", "entropy"}) == [
        "cros_entropy"
    ]


def docstrings():
    for module in MODULES.values():
        for name, value in vars(module).items():
            if getattr(value, "__module__", "") == module.__name__ and value.__doc__:
                yield f"{module.__name__}.{name}", value.__doc__


def test_claims_named_in_docstrings_exist():
    named = {
        (where, id)
        for where, text in docstrings()
        for line in re.findall(r"Claims? (``.*)", text)
        for id in re.findall(r"``([\w-]+)``", line)
    }
    assert named and sorted((where, id) for where, id in named if id not in claims()) == []


def test_equations_referred_to_exist():
    text = {page: text_of(page) for page in PAGES}
    labels = {label for t in text.values() for label in re.findall(r"\$\$ \(([\w-]+)\)", t)} | {
        f"eq-{id}" for id in claims()
    }
    used = {
        (page.stem, label)
        for page, t in text.items()
        for label in re.findall(r"\{eq\}`([\w-]+)`", t)
    }
    assert sorted((page, label) for page, label in used if label not in labels) == []
