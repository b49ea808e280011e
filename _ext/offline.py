"""The book to take away: ``python _ext/offline.py pdf`` and ``python _ext/offline.py zip``.

Both are made from what was built. ``pdf`` prints the one-page build with Chromium. ``zip`` packs
the pages; unpacked, they open in a browser without a network. Each is written to ``_build``, with
its SHA-256 sum beside it.
"""

import base64
import hashlib
import sys
import tempfile
import zipfile
from pathlib import Path

import chromium
from edition import citation, edition

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "_build"
READY = """
const [line, done] = arguments, below = document.createElement("p");
const drawn = () => document.querySelectorAll("mjx-container").length;
below.textContent = line;
document.querySelector("#jb-print-docs-body h1").after(below);
window.MathJax.startup.promise.then(() => document.fonts.ready).then(() => done(drawn()));
"""
FOOT = (
    '<div style="width: 100%; font: 8px sans-serif; text-align: center">'
    '<span class="pageNumber"></span></div>'
)
PAPER = {
    "paperWidth": 8.27,
    "paperHeight": 11.69,
    "scale": 0.8,
    "marginTop": 0.7,
    "marginBottom": 0.8,
    "marginLeft": 0.8,
    "marginRight": 0.8,
    "printBackground": True,
    "generateTaggedPDF": True,
    "generateDocumentOutline": True,
    "displayHeaderFooter": True,
    "headerTemplate": "<span></span>",
    "footerTemplate": FOOT,
}


def pdf():
    """The whole book as a PDF with outline and tags."""
    given, page = citation(ROOT), BUILD / "singlehtml/book.html"
    whole = BUILD / "singlehtml/nbs/index.html"
    page.write_bytes(whole.read_bytes())  # it looks for its files from here
    line = f"{given['authors'][0]['name']}. Edition {edition(ROOT)}."
    with tempfile.TemporaryDirectory() as profile:
        browser = chromium.start(profile)
        try:
            browser.set_script_timeout(300)
            browser.get(page.as_uri())
            if not browser.execute_async_script(READY, line):
                sys.exit("offline: no formula was drawn, so nothing was printed")
            stream = browser.execute_cdp_cmd("Page.printToPDF", PAPER)
        finally:
            browser.quit()
    return base64.b64decode(stream["data"])


def pages():
    """The pages as a zip file, the same bytes for the same pages."""
    html = BUILD / "html"
    with tempfile.TemporaryFile() as file:
        with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
            for path in sorted(path for path in html.rglob("*") if path.is_file()):
                name = zipfile.ZipInfo(f"xent_lit-book/{path.relative_to(html)}")
                name.compress_type, name.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                packed.writestr(name, path.read_bytes())
        file.seek(0)
        return file.read()


def main(kind):
    data = {"pdf": pdf, "zip": pages}[kind]()
    target = BUILD / f"xent_lit-book.{kind}"
    target.write_bytes(data)
    line = f"{hashlib.sha256(data).hexdigest()}  {target.name}\n"
    target.with_suffix(f".{kind}.sha256").write_text(line)
    print(f"{target.relative_to(ROOT)}  {len(data) / 1e6:.1f} MB")


if __name__ == "__main__":
    main(sys.argv[1])
