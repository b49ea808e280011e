"""The built book: where it is, and its pages."""

import functools

from helpers import ROOT

HTML = ROOT / "_build/html"
PAGES = sorted(
    str(page.relative_to(HTML)) for page in HTML.rglob("*.html") if "_static" not in page.parts
)


@functools.cache
def page_with(part, what):
    """The first page whose source has this part."""
    assert PAGES, "no built book: run `make book` first"
    found = next((page for page in PAGES if part in (HTML / page).read_text()), None)
    assert found, f"{what} stands in no page"
    return found
