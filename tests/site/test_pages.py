"""The built book: every link resolves, and every page works without a network, on a phone, and
for those who do not see or do not point."""

import functools
import gzip
import inspect
import io
import os
import re
import shutil
import subprocess
import sys
import zipfile
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import edition
import nbformat
import offline
import pytest
import yaml
from built import HTML, PAGES
from helpers import NBS, ROOT, chapter, imported, modules, public_names

import xent_lit

every_page = pytest.mark.parametrize("page", PAGES or [None])
every_page_but_the_redirect = pytest.mark.parametrize(
    "page", [page for page in PAGES if page != "index.html"] or [None]
)
# One template makes the listings of source: the longest stands for all.
LISTINGS = [page for page in PAGES if page.startswith("_modules/xent_lit/")]
LONGEST = max(LISTINGS, key=lambda page: (HTML / page).stat().st_size, default=None)
OPENED = [page for page in PAGES if page not in {"index.html", *LISTINGS} or page == LONGEST]
every_opened_page = pytest.mark.parametrize("page", OPENED or [None])


class Page(HTMLParser):
    """The anchors of a page, its links, and the files it loads."""

    def __init__(self, path):
        super().__init__()
        self.anchors, self.links, self.loads = set(), [], []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        self.anchors.update(attrs[key] for key in ("id", "name") if attrs.get(key))
        if tag == "a" and attrs.get("href"):
            self.links.append(attrs["href"])
        elif tag in {"script", "img", "iframe", "source"} and attrs.get("src"):
            self.loads.append(attrs["src"])
        elif tag == "link" and attrs.get("rel") not in {"canonical"} and attrs.get("href"):
            self.loads.append(attrs["href"])


@functools.cache
def parse(path):
    return Page(path)


def broken(page, link):
    """Why an internal link leads nowhere, or None."""
    url = urlsplit(link)
    if url.scheme or url.netloc:
        return None
    target = (HTML / page).parent / unquote(url.path) if url.path else HTML / page
    if not target.is_file():
        return f"{link}: no such file"
    if (
        url.fragment
        and target.suffix == ".html"
        and unquote(url.fragment) not in parse(target.resolve()).anchors
    ):
        return f"{link}: no such place on the page"


@every_page
def test_a_page_travels_light(page):
    """Compressed, as servers send it: its text and code, without what all pages share."""
    assert len(gzip.compress((HTML / page).read_bytes())) < 150e3


@every_page
def test_links_resolve_and_files_are_local(page):
    assert page, "no built book: run `make book` first"
    found = parse((HTML / page).resolve())
    foreign = [link for link in found.loads if urlsplit(link).netloc]
    lost = [why for link in found.links + found.loads if (why := broken(page, link))]
    assert (foreign, lost) == ([], []), "files from another host, and links that lead nowhere"


PHONE = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": False}
LOOK = r"""
const done = arguments[0];
Promise.resolve(window.MathJax?.startup?.promise).then(() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const bare = text => text.replace(/\s+/g, " ").trim().toLowerCase();
  const prose = document.querySelector("main").cloneNode(true);
  prose.querySelectorAll("pre, code, mjx-container, script, style").forEach(node => node.remove());
  done({
    "asked of another host": performance.getEntriesByType("resource").map(r => r.name)
        .filter(url => !url.startsWith(location.origin) && !/^(data|blob):/.test(url)),
    "heavier than 3 MB": ["navigation", "resource"].map(t => performance.getEntriesByType(t)).flat()
        .reduce((sum, r) => sum + r.decodedBodySize, 0) >= 3e6,
    "not typeset": all(".math").filter(m => !m.querySelector("mjx-container"))
        .map(m => m.textContent),
    "formula without MathML for screen readers": all("mjx-container")
        .filter(m => !m.querySelector("mjx-assistive-mml math")).map(m => m.textContent),
    "refused by MathJax": all("mjx-merror")
        .map(m => m.getAttribute("data-mjx-error") || m.textContent),
    "TeX in the prose": prose.textContent.match(/\\[a-zA-Z]{2,}.{0,40}|\$\$.{0,40}/g) || [],
    "raw directive": all("pre").map(p => p.textContent.match(/^\s*#\s*\|.*/m)).filter(Boolean)
        .map(m => m[0]),
    "image without a description": all("main img")
        .filter(i => !i.alt.trim() || /\.(svg|png)$/.test(i.alt)).map(i => i.src),
    "called by another name than is seen": all("button, summary, [role=button], main a[href]")
        .filter(e => e.ariaLabel && e.innerText.trim())
        .filter(e => !bare(e.ariaLabel).includes(bare(e.innerText))).map(e => e.ariaLabel),
    "a fold with two lines": all("details.hide > summary")
        .filter(e => e.querySelectorAll("p").length != 1).map(e => e.textContent),
    "an opener without a name": all("summary")
        .filter(e => !(e.ariaLabel || e.textContent).trim())
        .map(e => e.parentElement.outerHTML.slice(0, 200)),
    "code smaller than 13 px": all("main pre")
        .filter(e => parseFloat(getComputedStyle(e).fontSize) < 13)
        .map(e => e.textContent.slice(0, 60)),
    "image not loaded": all("img").filter(i => i.complete && !i.naturalWidth).map(i => i.src),
  });
});
"""
WIDER = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.querySelectorAll("main *")]
  .filter(e => e.getBoundingClientRect().right > width + 1)
  .map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`).slice(0, 5)
  .concat(["(the page is too wide)"]);
"""


# ── For those who do not see well, or do not point ───────────────────────────────────────────────

# Findings of the two highest degrees that are not ours to mend: {rule: why}. None today.
ALLOWED = {}
LIGHT = {"rules": {"label-content-name-mismatch": {"enabled": True}}}
DARK = {"runOnly": ["color-contrast", "scrollable-region-focusable"]}
# axe takes nine tenths of its time to look behind every letter. Texts of one element and class, in
# one colour and size on the same painted layers, are equally readable: five of each are looked at,
# from the first to the last that are seen, and every field of a form.
ALIKE = r"""
const PLAIN = "rgba(0, 0, 0, 0),none,1,none,normal,static";
const layers = new Map([[null, ""]]), alike = new Map();
const seen = e => e.checkVisibility({visibilityProperty: true}) && e.getClientRects().length;
const layersOf = e => {
  if (!layers.has(e)) {
    const s = getComputedStyle(e), own = [s.backgroundColor, s.backgroundImage, s.opacity,
      s.filter, s.mixBlendMode, s.position].join();
    layers.set(e, layersOf(e.parentElement) + (own == PLAIN ? "" : `/${own},${s.zIndex}`));
  }
  return layers.get(e);
};
const speaks = e => [...e.childNodes].some(n => n.nodeType == Node.TEXT_NODE && n.data.trim());
for (const e of document.body.querySelectorAll("*")) {
  if (e.matches("input, select, textarea, button, label")) e.dataset.asked = "";
  else if (speaks(e) && seen(e)) {
    const s = getComputedStyle(e), look = [e.tagName, e.className, s.color, s.fontSize,
      s.fontWeight, s.textShadow, s.webkitTextStroke, s.overflow, layersOf(e)].join("|");
    if (!alike.has(look)) alike.set(look, []);
    alike.get(look).push(e);
  }
}
for (const same of alike.values())
  for (let i = 0; i < 5; i++) same[Math.round(i / 4 * (same.length - 1))].dataset.asked = "";
axe.configure({rules: [{id: "color-contrast", selector: "[data-asked]"}]});
"""
AXE = """
const [rules, done] = arguments;
axe.run(document, {...rules, resultTypes: ["violations"]}).then(found => done(found.violations
  .filter(v => ["serious", "critical"].includes(v.impact))
  .map(v => [v.id, v.nodes.map(n => n.target + ": " + n.failureSummary).slice(0, 3)])));
"""


def barriers(browser, rules):
    """What axe finds on the open page, of the two highest degrees."""
    import selenium_axe_python as axe

    browser.execute_script((Path(axe.__file__).parent / "axe-core/axe.min.js").read_text())
    browser.execute_script(ALIKE)
    found = browser.execute_async_script(AXE, rules)
    return {rule: where for rule, where in found if rule not in ALLOWED}


def in_mode(browser, site, page, mode):
    """Open a page in the light mode, or in the dark mode on a phone, with all formulas drawn."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    if mode == "dark":
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.get(site + "_static/favicon.svg")
    for key in "mode", "theme":
        browser.execute_script("localStorage.setItem(...arguments)", key, mode)
    browser.get_log("browser")  # a picture alone has no icon
    browser.get(site + page)
    browser.execute_async_script(
        "Promise.resolve(window.MathJax?.startup?.promise).then(arguments[0])"
    )


def severe(browser):
    """What the console says that is an error."""
    return [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]


@every_opened_page
def test_page_in_a_browser(page, site, browser):
    """Loaded once, in the light: what is in it, what axe finds, and whether it fits on a phone."""
    assert page, "no built book: run `make book` first"
    in_mode(browser, site, page, "light")
    seen = browser.execute_async_script(LOOK)
    seen["console"] = severe(browser)
    seen |= barriers(browser, LIGHT)
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    seen["wider than a phone"] = browser.execute_script(WIDER)
    assert {problem: found for problem, found in seen.items() if found} == {}


@every_opened_page
def test_page_is_accessible_in_the_dark(page, site, browser):
    """And on a phone: colours and what fits differ there, nothing else that axe looks at."""
    assert page, "no built book: run `make book` first"
    in_mode(browser, site, page, "dark")
    assert barriers(browser, DARK) == {}


# What is planted on a page, the rule of axe that refuses it, and where that is asked.
BARRIERS = {
    "pale words": ("p.style.color = '#bbb'", "color-contrast", LIGHT),
    "dark words in the dark": ("p.style.color = '#3a3a3a'", "color-contrast", DARK),
    "a background of a late row": (
        "document.head.insertAdjacentHTML('beforeend', '<style>main tbody tr:last-child"
        " :is(td, td *) {background: gray !important; color: #7a7a7a !important}</style>')",
        "color-contrast",
        DARK,
    ),
    "a section that fades": (
        "document.querySelector('main section section').style.opacity = .3",
        "color-contrast",
        LIGHT,
    ),
    "one kind of word in code": (
        "document.head.insertAdjacentHTML('beforeend',"
        " '<style>pre .nf, pre .nf a {color: #ccc !important}</style>')",
        "color-contrast",
        LIGHT,
    ),
    "words on a box below": (
        'p.innerHTML = \'<span style="position: relative; z-index: 0"><i style="position: absolute;'
        ' inset: 0; background: gray; z-index: -1"></i><b style="color: #7a7">words</b></span>\'',
        "color-contrast",
        LIGHT,
    ),
    "a picture without words": (
        "p.innerHTML = '<img src=\"../_static/favicon.svg\">'",
        "image-alt",
        LIGHT,
    ),
    "a button without a name": ("p.innerHTML = '<button></button>'", "button-name", LIGHT),
    "a box that only a pointer scrolls": (
        "p.innerHTML = '<span style=\"display: block; width: 9em; overflow: auto\">'"
        " + '<span style=\"display: block; width: 99em\">wide</span></span>'",
        "scrollable-region-focusable",
        DARK,
    ),
}


@pytest.mark.parametrize("barrier", BARRIERS)
def test_a_barrier_would_be_found(barrier, site, browser):
    """Also where only five of those that look alike are looked at."""
    plant, rule, rules = BARRIERS[barrier]
    in_mode(browser, site, f"nbs/{chapter('scores')}.html", "light" if rules is LIGHT else "dark")
    browser.execute_script(
        "const all = [...document.querySelectorAll('main section > p')],"
        f" p = all[Math.round(all.length / 3)]; {plant}"
    )
    assert rule in barriers(browser, rules)


def test_a_page_that_is_too_wide_would_be_found(site, browser):
    in_mode(browser, site, f"nbs/{chapter('scores')}.html", "light")
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", PHONE)
    browser.execute_script(
        "document.querySelector('main section > p').innerHTML ="
        " '<span style=\"display: inline-block; width: 600px\">wide</span>'"
    )
    assert browser.execute_script(WIDER)


PAPER = """
const all = selector => [...document.querySelectorAll(selector)];
const shown = selector => all(selector).filter(e => e.checkVisibility()).length;
return [all("div.cell details.hide").length, shown("div.cell details.hide"),
  shown("details.verdict > :not(summary)"),
  all(".cell_output img").map(e => e.getBoundingClientRect().height)];
"""


def test_paper_shows_no_machinery(site, browser):
    """Folded code is left out, what a claim saw stays closed; figures are whole."""
    in_mode(browser, site, f"nbs/{chapter('entropy')}.html", "light")
    try:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        folds, code, seen, figures = browser.execute_script(PAPER)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert folds and (code, seen) == (0, 0) and min(figures) > 50


NARROW = """
const all = selector => [...document.querySelectorAll(selector)];
const box = e => e.getBoundingClientRect();
const pictures = all('.cell_output img[src$=".svg"]');
const formula = number => box(number.parentElement.querySelector("mjx-container"));
return [pictures.map(e => getComputedStyle(e).colorScheme), pictures.map(e => box(e).width),
  all("div.math > .eqno").map(e => box(e).top >= formula(e).bottom - 16)];
"""


def test_figures_and_numbers_of_equations_on_a_phone(site, browser):
    """A figure has the width of the screen and the colours of the mode; the number of an equation
    stands below it."""
    in_mode(browser, site, f"nbs/{chapter('gaussian')}.html", "dark")
    schemes, widths, below = browser.execute_script(NARROW)
    assert schemes and set(schemes) == {"dark"}
    assert 300 < min(widths) <= max(widths) <= 390 and below and all(below)


def test_every_figure_has_colours_for_the_dark():
    pictures = list((HTML / "_images").glob("*.svg"))
    assert pictures
    assert [p.name for p in pictures if "prefers-color-scheme: dark" not in p.read_text()] == []


FOCUS = """
const e = document.activeElement, style = getComputedStyle(e);
const outlined = style.outlineStyle != "none" && style.outlineWidth != "0px";
return [outlined || style.boxShadow != "none", e.outerHTML.slice(0, 200)];
"""


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("page", [f"nbs/{chapter('entropy')}.html", "nbs/api.html"])
def test_the_tab_key_shows_where_it_is(page, mode, site, browser):
    """Each of the first places that the tab key reaches is marked when it has the focus."""
    from selenium.webdriver.common.keys import Keys

    in_mode(browser, site, page, mode)
    seen = []
    for _ in range(60):
        browser.switch_to.active_element.send_keys(Keys.TAB)
        seen.append(browser.execute_script(FOCUS))
    assert len({html for _, html in seen}) > 30
    assert [html for marked, html in seen if not marked] == []


@pytest.mark.parametrize(
    "link, shows",
    [
        ("#equation-", "mjx-container"),
        ("api.html#xent_lit.", "dt"),
        (f"{chapter('entropy')}.html#claim-", "p"),
    ],
)
def test_a_link_shows_what_it_leads_to(link, shows, site, browser):
    """With the pointer and with the tab key, and until Escape is pressed."""
    from selenium.webdriver.common.action_chains import ActionChains
    from selenium.webdriver.common.keys import Keys
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get_log("browser")  # what earlier pages left there
    page = "questions" if "claim" in link else chapter("likelihood")
    in_mode(browser, site, f"nbs/{page}.html", "light")
    found = browser.find_element("css selector", f"article p a[href*='{link}']")
    browser.execute_script(
        "arguments[0].scrollIntoView({block: 'center', behavior: 'instant'})", found
    )
    ActionChains(browser).move_to_element(found).perform()
    WebDriverWait(browser, 20).until(
        lambda b: b.find_elements("css selector", f".preview.shown {shows}")
    )
    ActionChains(browser).send_keys(Keys.ESCAPE).perform()
    assert browser.find_elements("css selector", ".preview") == []
    assert severe(browser) == []


def test_the_search_finds(site, browser):
    from selenium.webdriver.support.ui import WebDriverWait

    browser.get(site + "search.html?q=perplexity")
    found = f"#search-results li a[href*='nbs/{chapter('entropy')}.html']"
    WebDriverWait(browser, 20).until(lambda b: b.find_elements("css selector", found))


# ── The edition, and the library's pages ─────────────────────────────────────────────────────────


@every_page_but_the_redirect
def test_every_page_names_the_edition(page):
    text = " ".join((HTML / page).read_text().split())
    assert f"Edition {xent_lit.__version__}" in text
    assert edition.edition(ROOT).startswith(xent_lit.__version__)
    assert "#how-to-cite-this-book" in text and "/issues/new?template=wrong.md" in text


def test_the_citation_file_is_complete():
    """What the schema of version 1.2.0 asks for, and what the book prints."""
    given = yaml.safe_load((ROOT / "CITATION.cff").read_text())
    asked = {"cff-version", "message", "title", "authors"}
    ours = {"url", "repository-code", "version", "date-released"}
    assert asked | ours <= given.keys() <= asked | ours | {"type", "license", "keywords"}
    assert (given["cff-version"], given["type"]) == ("1.2.0", "software")
    assert all(set(author) == {"name"} for author in given["authors"])
    page = (HTML / "nbs/bibliography.html").read_text()
    assert given["version"] == xent_lit.__version__
    assert f"{given['date-released']:%Y}" in page and given["url"] in page


def listed_on(page):
    """The modules whose entries stand on a page: named there, or in a package that is."""
    text = (NBS / f"{page}.md").read_text()
    packages = re.findall(r"\{library-modules\} (\w+)", text)
    named = {*re.findall(r"automodule:: xent_lit\.(\S+)", text)}
    return [
        name
        for name, path in modules().items()
        if path.stem != "__init__" and (name in named or name.partition(".")[0] in packages)
    ]


DATA = {"losses", "batches"}  # their public names are objects, not functions or classes
LISTS = sorted(page.stem for page in NBS.glob("api*.md"))
LISTED = {name: page for page in LISTS for name in listed_on(page)}


@pytest.mark.parametrize("name", LISTED)
def test_each_public_name_has_its_entry(name):
    """From the entry links lead to the source and to the cell in the chapter, and from the
    chapter back to the entry."""
    page = f"{LISTED[name]}.html"
    module, entries = imported(name), parse((HTML / "nbs" / page).resolve())
    named = {
        word: value
        for word in module.__all__
        if inspect.isclass(value := getattr(module, word)) or inspect.isfunction(value)
        if value.__module__.startswith("xent_lit")
    }
    lost = []
    for word, value in named.items():
        full, kind = f"xent_lit.{name}.{word}", "class" if inspect.isclass(value) else "function"
        cell = f"#cell-{kind}-{re.sub('[._]', '-', full.lower())}"
        cells = [link for link in entries.links if link.endswith(cell)]
        source = f"../_modules/xent_lit/{name.replace('.', '/')}.html#{word}"
        if not cells or not {full} <= entries.anchors or source not in entries.links:
            lost.append(full)
        elif f"{page}#{full}" not in parse(HTML / "nbs" / cells[0].partition("#")[0]).links:
            lost.append(f"{full}, from its cell")
    only_data = not any(map(inspect.isfunction, vars(module).values()))
    assert lost == [] and (named or only_data or name.startswith("atlas.") or name in DATA)


def test_the_public_names_are_listed():
    homes = {getattr(xent_lit, name).__module__ for name in public_names()}
    assert sorted(homes - {f"xent_lit.{name}" for name in LISTED}) == []


def test_each_name_at_the_top_has_an_example():
    """Code from its chapter, which ran there; between the signature and the next one."""
    pages = [(HTML / f"nbs/{page}.html").read_text() for page in LISTS]
    entries = re.split(r'(?=<dt class="sig)', "".join(pages))
    for name, value in vars(xent_lit).items():
        if callable(value) and name[0] != "_":
            entry = next(part for part in entries if f'id="{value.__module__}.{name}"' in part)
            code = re.sub("<.*?>", "", "".join(re.findall(r"<pre>(.*?)</pre>", entry, re.DOTALL)))
            assert re.search(rf"\b{name}\b", code), name


def test_names_lead_to_their_documentation():
    """In code and in prose; not a method, an attribute, a keyword, or a word of a command."""

    def page(name):
        return (HTML / f"nbs/{name}.html").read_text()

    numpy = "https://numpy.org/doc/stable/reference/generated/"
    here = '<a href="api.html#xent_lit.entropy.cross_entropy">cross_entropy</a></span>'
    expected = {
        chapter("entropy"): [f'<span class="nf">{here}', f'<span class="n">{here}(['],
        "index": [
            '<a class="reference internal" href="api.html#xent_lit.divergence.kl_divergence"><code'
        ],
        "api": [f'href="{chapter("divergence")}.html#claim-gibbs"><code'],
        chapter("losses"): [f'href="{numpy}numpy.logaddexp.html#numpy.logaddexp"'],
    }
    assert [
        (name, part) for name, parts in expected.items() for part in parts if part not in page(name)
    ] == []
    code = re.findall(
        r'<div class="highlight-.*?</pre>',
        "".join(map(page, (path.stem for path in (HTML / "nbs").glob("*.html")))),
        re.DOTALL,
    )
    method = r'^ +<span class="k">def</span>.{0,30}<span class="nf"><a'
    attribute = r'<span class="o">\.</span><a'
    command = r'\A<div class="highlight-(?:bash|sh|text|none).*<a href'
    for wrong in method, attribute, command:
        found = [block for block in code if re.search(wrong, block, re.MULTILINE)]
        assert found == [], wrong


def test_nothing_is_served_that_no_page_loads():
    """The built book is small for its number of pages: no source maps, no fonts of icons, and of
    MathJax only what formulas may ask for."""
    mathjax = {
        path.relative_to(HTML / "_static/mathjax").parts[0]
        for path in (HTML / "_static/mathjax").glob("*")
    }
    assert mathjax == {"mathjax.js", "input", "output"}
    files = {
        str(path.relative_to(HTML)): path.stat().st_size
        for path in HTML.rglob("*")
        if path.is_file()
    }
    assert [
        name
        for name in files
        if name.endswith((".map", ".ttf", ".woff2", ".po")) or name.endswith("fontawesome.js")
    ] == []
    pages = len(list((HTML / "nbs").glob("*.html")))
    assert sum(files.values()) < 0.7e6 * pages, sorted(files.items(), key=lambda pair: -pair[1])[
        :10
    ]


def test_the_pages_fit_into_a_zip():
    data = offline.pages()
    packed = zipfile.ZipFile(io.BytesIO(data))
    assert (
        packed.testzip() is None
        and "xent_lit-book/index.html" in packed.namelist()
        and data == offline.pages()
    )
    assert len(data) < 5e6


# ── What a reader downloads ──────────────────────────────────────────────────────────────────────


def test_a_downloaded_notebook_runs_with_the_wheel(tmp_path):
    """The notebook behind the download button runs where nothing of this repository is but the
    wheel."""
    import nbclient

    for name in "pyproject.toml", "README.md", "LICENSE":
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(
        ROOT / "xent_lit", tmp_path / "xent_lit", ignore=shutil.ignore_patterns("__pycache__")
    )
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--quiet"]
    alone = ["--no-deps", "--no-build-isolation", "--wheel-dir", tmp_path / "dist"]
    subprocess.run([*pip, "wheel", *alone, tmp_path], check=True)
    [wheel] = (tmp_path / "dist").glob("*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", tmp_path / "site", wheel], check=True)
    notebook = nbformat.read(HTML / f"_sources/nbs/{chapter('entropy')}.ipynb", as_version=4)
    notebook.cells.append(nbformat.v4.new_code_cell("import xent_lit; print(xent_lit.__file__)"))
    (tmp_path / "empty").mkdir()
    client = nbclient.NotebookClient(
        notebook,
        timeout=120,
        kernel_name="python3",
        resources={"metadata": {"path": str(tmp_path / "empty")}},
    )
    client.execute(env={**os.environ, "PYTHONPATH": str(tmp_path / "site")})
    assert notebook.cells[-1].outputs[0].text.strip() == str(tmp_path / "site/xent_lit/__init__.py")


def test_letters_in_figures_are_as_large_as_drawn():
    """Matplotlib draws a letter at 1/64 of its size, and a leaner file must not round that to
    1/100."""
    sizes = {
        size
        for picture in HTML.glob("_images/*.svg")
        for size in re.findall(r'transform="scale\(([\d.]+)\)"', picture.read_text())
    }
    assert sizes == {str(1 / 64)}
