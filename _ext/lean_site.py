"""Take out of the built site what no reader needs, and mend what the theme leaves to be wished.

- The theme brings two thousand icons, as a script of 1.5 MB, as fonts and as rules. The dozen that
  the pages show become a style sheet, ``icons.css``.
- Every page loads the index of the search. Only the search page needs it.
- Code is marked up token by token. Names and punctuation look like unmarked text, so they stay
  unmarked, and so does the dot between two names.
- Pictures have six decimals in every coordinate. Two are enough for a tenth of a pixel on any
  screen.
- Source maps, translations and fonts are not served.
- The notebooks that can be downloaded have a line for each line of code, quoted and indented. They
  are written without.
- A bibliography is marked as a list without entries; its entries get the role.
- The line of a fold is read out as "Toggle hidden content" and holds two texts, one of them hidden.
  Without that label and with one text, what is seen is what is heard. So with the button of search;
  the signs that open a part of the table of contents get a name.
- What a cell prints wraps where it is sentences, and scrolls where it is a table.
- Figures have a second set of colours, for the dark.
"""

import json
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
PLAIN = re.compile(r'<span class="(?:[npw]">([^<]*)|o">(\.))</span>')
DECIMALS = re.compile(r"(scale\([^)]*\)|\.\d\d)\d*")  # a scale needs all of them
USED = re.compile(r"\bfa-(?!solid\b|lg\b)([a-z-]+)")
MENDED = {
    'role="doc-biblioentry"': 'role="listitem"',
    ' aria-label="Toggle hidden content"': "",
    "Show code cell source": "Show the code",
    "Show code cell output": "Show what it prints",
}
FOLD = re.compile(
    r'<p class="collapsed (admonition-title">.*?</p>)\s*'
    r'<p class="expanded admonition-title">.*?</p>',
    re.DOTALL,
)
LABELLED = re.compile(r'(<button class="[^"]*search-button-field[^>]*) aria-label="[^"]*"')
UNNAMED = re.compile(r'<summary>(?=<span class="toctree-toggle")')
PRINTED = re.compile(
    r'(<div class="output (?:stream|stderr|text_plain|traceback)[^"]*)(".*?</pre>)', re.DOTALL
)
TABLE = re.compile(r"\S {2,}\S|^ *\[\[|^ *[|+]|[─│]", re.MULTILINE)
# The colours of nbs/matplotlibrc, and what they are in the dark.
DARK = {
    "#0072b2": "#56b4e9",
    "#d55e00": "#ff8a3d",
    "#009e73": "#2fc79a",
    "#cc79a7": "#e39cc4",
    "#56b4e9": "#a5dcff",
}
PAPER, INK = 0x12, 0xCE  # of the page in the dark


def link_icons(app):
    if app.builder.name == "html":
        app.add_css_file("icons.css")


def mend(app, page, template, context, doctree):
    if "body" in context:
        body = FOLD.sub(r'<p class="\1', PLAIN.sub(r"\1\2", context["body"]))
        body = PRINTED.sub(wrapped, body)
        for theirs, ours in MENDED.items():
            body = body.replace(theirs, ours)
        context["body"] = body


def wrapped(found):
    """What a cell printed, marked as words if it is no table."""
    opening, rest = found.groups()
    text = re.sub("<.*?>", "", rest.partition(">")[2])
    return f"{opening}{'' if TABLE.search(text) else ' words'}{rest}"


def in_the_dark(colour):
    """A colour of a figure on a dark page: greys change places, the palette is brightened."""
    parts = {int(colour[i : i + 2], 16) for i in (1, 3, 5)}
    if len(parts) > 1:
        return DARK.get(colour, colour)
    grey = round(PAPER + (255 - parts.pop()) / 255 * (INK - PAPER))
    return "#" + 3 * f"{grey:02x}"


def shaded(picture):
    """A figure that has colours for the dark, too. A picture takes the scheme of its page."""
    rules = [f"svg{{fill:{in_the_dark('#000000')}}}"]
    for colour in sorted(set(re.findall(r"#[0-9a-f]{6}\b", picture))):
        if (other := in_the_dark(colour)) != colour:
            for what in "fill", "stroke":
                rules.append(f'[style*="{what}: {colour}"]{{{what}:{other}!important}}')
    style = f"<style>@media (prefers-color-scheme: dark){{{''.join(rules)}}}</style>"
    return re.sub(r"(<svg[^>]*>)", lambda top: top[1] + style, picture, count=1)


def icon(name, script):
    """A style rule with the drawing of an icon."""
    drawn = re.search(rf'[{{,]"?{name}"?:\[(\d+),(\d+),\[[^\]]*\],"\w+","([^"]+)"', script)
    width, height, path = drawn.groups()
    drawing = (
        f"<svg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 {width} {height}'>"
        f"<path d='{path}'/></svg>"
    )
    return f'.fa-{name} {{ --icon: url("data:image/svg+xml,{drawing}"); }}\n'


def compact(notebook):
    """The same notebook in fewer letters: a cell's source as one text, no indentation."""
    found = json.loads(notebook)
    for cell in found["cells"]:
        cell["source"] = "".join(cell["source"])
    return json.dumps(found, ensure_ascii=False, separators=(",", ":"))


def prune(app, error):
    if error or app.builder.name != "html":
        return
    out, used = Path(app.outdir), set()
    for page in out.rglob("*.html"):
        text = page.read_text()
        used |= set(USED.findall(text))
        if page.name != "search.html":
            text = SEARCH.sub("", text)
        text = LABELLED.sub(r"\1", ICON_SCRIPT.sub("", text))
        page.write_text(UNNAMED.sub('<summary aria-label="Show the pages below">', text))
    script = (out / ICONS).read_text()
    (out / "_static/icons.css").write_text("".join(icon(name, script) for name in sorted(used)))
    (out / STYLE).write_text(ICON_RULES.sub("", (out / STYLE).read_text()))
    for picture in out.glob("_images/*.svg"):
        picture.write_text(shaded(DECIMALS.sub(r"\1", picture.read_text())))
    for notebook in out.glob("_sources/**/*.ipynb"):
        notebook.write_text(compact(notebook.read_text()))
    for path in [out / ICONS, *(path for pattern in UNUSED for path in out.glob(pattern))]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()


def setup(app):
    app.connect("builder-inited", link_icons)
    app.connect("html-page-context", mend, priority=900)  # after library_links
    app.connect("build-finished", prune)
    return {"parallel_read_safe": True}
