"""Take out of the built site what no reader needs, and mend what the theme leaves to be wished.

Changed are only files of the theme, after it copied them:

- The theme draws its icons twice, by a font and by a script of 1.5 MB that replaces the font's signs. The script is emptied.
- Source maps, translations and fonts in an older format are not served.
- A bibliography is marked as a list without entries; its entries get the role.
"""
import shutil
from pathlib import Path

UNUSED = "_static/**/*.map", "_static/locales", "_static/vendor/fontawesome/webfonts/*.ttf"


def mend(app, page, template, context, doctree):
    if "body" in context:
        context["body"] = context["body"].replace('role="doc-biblioentry"', 'role="listitem"')


def prune(app, error):
    if error or app.builder.name != "html":
        return
    out = Path(app.outdir)
    for path in [path for pattern in UNUSED for path in out.glob(pattern)]:
        shutil.rmtree(path) if path.is_dir() else path.unlink()
    (out / "_static/scripts/fontawesome.js").write_text("")


def setup(app):
    app.connect("html-page-context", mend)
    app.connect("build-finished", prune)
    return {"parallel_read_safe": True}
