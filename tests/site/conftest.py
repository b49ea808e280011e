"""A server for the built book, and a browser that finds no other host."""

import functools
import http.server
import threading

import chromium
import pytest
from built import HTML


@pytest.fixture(scope="module")
def site():
    """The address of a local server for the book."""

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *args):
            pass

    handler = functools.partial(Quiet, directory=HTML)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    """Chromium, unable to find any host but this one."""
    if not chromium.available():
        pytest.skip("no Chromium with chromedriver found: pages not opened in a browser")
    started = chromium.start(tmp_path_factory.mktemp("chromium"))
    started.set_script_timeout(300)
    yield started
    started.quit()
