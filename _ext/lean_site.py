"""Take out of the built site what no reader needs, and mend what the theme leaves to be wished.

- The theme brings two thousand icons, as a script of 1.5 MB, as fonts and as rules. The dozen that
  the pages show become a style sheet, ``icons.css``.
- Every page loads the index of the search. Only the search page needs it.
- Code is marked up token by token. Names and punctuation look like unmarked text, so they stay
  unmarked.
- Pictures have six decimals in every coordinate. Two are enough for a tenth of a pixel on any
  screen.
- Source maps, translations and fonts are not served.
- A bibliography is marked as a list without entries; its entries get the role.
- The line of a fold is read out as "Toggle hidden content"; without that label it is read itself.
"""

import re
import shutil
from pathlib import Path

UNUSED = "_static/**/*.map", "_static/locales", "_static/vendor"
ICONS, STYLE = "_static/scripts/fontawesome.js", "_static/styles/pydata-sphinx-theme.css"
ICON_RULES = re.compile(r'(?:\.fa-[\w-]+:before,?)+\{content:"[^"]*"\}|@font-face\{[^}]*\}')
ICON_SCRIPT = re.compile(r"\s*<script [^>]*fontawesome\.js[^>]*></script>")
SEARCH = re.compile(
    r'\s*<script src="[^"]*(?:searchtools|language_data|searchindex)\.js[^"]*"></script>'
)
PLAIN = re.compile(r'<span class="(?:n|p|w)">([^<]*)</span>')
DECIMALS = re.compile(r"(scale\([^)]*\)|\.\d\d)\d*")  # a scale needs all of them
USED = re.compile(r"\bfa-(?!solid\b|lg\b)([a-z-]+)")
MENDED = {'role="doc-biblioentry"': 'role="listitem"', ' aria-label="Toggle hidden content"': ""}


def link_icons(app):
    if app.builder.name == "html":
        app.add_css_file("icons.css")


def mend(app, page, template, context, doctree):
    if "body" in context:
        body = PLAIN.sub(r"\1", context["body"])
        for theirs, ours in MENDED.items():
            body = body.replace(theirs, ours)
        context["body"] = body


def icon(name, script):
    """A style rule with the drawing of an icon."""
    drawn = re.search(rf'[{{,]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+","([^"]+)"', script)
    width, height, path = drawn.groups()
    drawing = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
        f"<path d='{path}'/></svg>"
    )
    return f'.fa-{name} {{ --icon: url("data:image/svg+xml,{drawing}"); }}\n'


def prune(app, error):
    if error or app.builder.name != "html":
        return
    out, used = Path(app.outdir), set()
    for page in out.rglob("*.html"):
        text = page.read_text()
        used |= set(USED.findall(text))
        if page.name != "search.html":
            text = SEARCH.sub("", text)
        page.write_text(ICON_SCRIPT.sub("", text))
    script = (out / ICONS).read_text()
    (out / "_static/icons.css").write_text("".join(icon(name, script) for name in sorted(used)))
    (out / STYLE).write_text(ICON_RULES.sub("", (out / STYLE).read_text()))
    for picture in out.glob("_images/*.svg"):
        picture.write_text(DECIMALS.sub(r"\1", picture.read_text()))
    for path in [out / ICONS, *(path for pattern in UNUSED for path in out.glob(pattern))]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    app.connect("builder-inited", link_icons)
    app.connect("html-page-context", mend, priority=900)  # after library_links
    app.connect("build-finished", prune)
    return {"parallel_read_safe": True}
