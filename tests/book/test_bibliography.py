"""The bibliography: every entry is cited by some page, every citation has an entry."""

import re

from helpers import NBS, notebooks

BIB = re.findall(r"^@(\w+)\{([^,\s]+),", (NBS / "references.bib").read_text(), re.MULTILINE)
CITE = re.compile(r"\{cite(?::\w+)?\}`([^`]+)`")


def cited():
    """The keys that the pages cite. Those of the verdicts and tables stand in code cells."""
    texts = [cell.source for notebook in notebooks().values() for cell in notebook.cells]
    texts += [path.read_text() for path in NBS.glob("*.md")]
    return {key.strip() for text in texts for keys in CITE.findall(text) for key in keys.split(",")}


def test_every_entry_is_cited_and_every_citation_has_an_entry():
    keys = [key for _, key in BIB]
    assert len(set(keys)) == len(keys)
    assert sorted(set(keys) ^ cited()) == []


def test_books_and_papers_are_cited_where_they_are_used():
    assert sum(kind != "misc" for kind, _ in BIB) >= 25
