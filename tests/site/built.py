"""The built book: where it is, and its pages."""

from helpers import ROOT

HTML = ROOT / "_build/html"
PAGES = sorted(
    str(page.relative_to(HTML)) for page in HTML.rglob("*.html") if "_static" not in page.parts
)


def page_with(part, what):
    """The first page whose source has this part."""
    assert PAGES, "no built book: run `make book` first"
    found = [page for page in PAGES if part in (HTML / page).read_text()]
    assert found, f"{what} stands in no page"
    return found[0]
