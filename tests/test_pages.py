"""The built book: every link resolves, and every page works in a browser without a network."""
import functools
import http.server
import shutil
import threading
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

HTML = Path(__file__).parents[1] / "_build/html"
PAGES = sorted(str(page.relative_to(HTML)) for page in HTML.rglob("*.html") if "_static" not in page.parts)
every_page = pytest.mark.parametrize("page", PAGES or [None])
every_page_but_the_redirect = pytest.mark.parametrize("page", [page for page in PAGES if page != "index.html"] or [None])


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
    if url.fragment and target.suffix == ".html" and unquote(url.fragment) not in parse(target.resolve()).anchors:
        return f"{link}: no such place on the page"


@every_page
def test_links_resolve_and_files_are_local(page):
    assert page, "no built book: run `make book` first"
    found = parse((HTML / page).resolve())
    foreign = [link for link in found.loads if urlsplit(link).netloc]
    lost = [why for link in found.links + found.loads if (why := broken(page, link))]
    assert (foreign, lost) == ([], []), "files from another host, and links that lead nowhere"


@pytest.fixture(scope="module")
def site():
    """The address of a local server for the book."""
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args): pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Quiet, directory=HTML)) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Chromium, unable to find any host but this one."""
    program = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    driver = shutil.which("chromedriver")
    if not (program and driver):
        pytest.skip("no Chromium with chromedriver found: pages not opened in a browser")
    from selenium import webdriver
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for flag in ("headless=new", "no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking",
                 "disable-component-update", "disable-sync", "disable-dev-shm-usage", "window-size=1280,900",
                 f"user-data-dir={tmp_path_factory.mktemp('chromium')}",
                 "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    chromium = webdriver.Chrome(options, webdriver.ChromeService(driver))
    yield chromium
    chromium.quit()


LOOK = r"""
const done = arguments[0];
Promise.resolve(window.MathJax?.startup?.promise).then(() => {
  const all = selector => [...document.querySelectorAll(selector)];
  const prose = document.querySelector("main").cloneNode(true);
  prose.querySelectorAll("pre, code, mjx-container, script, style").forEach(node => node.remove());
  done({
    "asked of another host": performance.getEntriesByType("resource").map(r => r.name)
        .filter(url => !url.startsWith(location.origin) && !/^(data|blob):/.test(url)),
    "not typeset": all(".math").filter(m => !m.querySelector("mjx-container")).map(m => m.textContent),
    "refused by MathJax": all("mjx-merror").map(m => m.getAttribute("data-mjx-error") || m.textContent),
    "TeX in the prose": prose.textContent.match(/\\[a-zA-Z]{2,}.{0,40}|\$\$.{0,40}/g) || [],
    "raw directive": all("pre").map(p => p.textContent.match(/^\s*#\s*\|.*/m)).filter(Boolean).map(m => m[0]),
    "image without a description": all("main img").filter(i => !i.alt.trim() || /\.(svg|png)$/.test(i.alt)).map(i => i.src),
    "image not loaded": all("img").filter(i => i.complete && !i.naturalWidth).map(i => i.src),
  });
});
"""
WIDER = """
const width = document.documentElement.clientWidth;
if (document.documentElement.scrollWidth <= width) return [];
return [...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > width + 1)
  .map(e => `${e.tagName}.${e.className}: ${e.textContent.trim().slice(0, 60)}`).slice(0, 5).concat(["(the page is too wide)"]);
"""


@every_page_but_the_redirect
def test_page_in_a_browser(page, site, browser):
    assert page, "no built book: run `make book` first"
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.get(site + page)
    seen = browser.execute_async_script(LOOK)
    seen["console"] = [entry["message"] for entry in browser.get_log("browser") if entry["level"] == "SEVERE"]
    phone = {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", phone)
    seen["wider than a phone"] = browser.execute_script(WIDER)
    assert {problem: found for problem, found in seen.items() if found} == {}
