"""Chromium, unable to find any host but this machine.

It opens the built pages for the tests, and prints the book.
"""

import shutil
import sys

BROWSERS = "chromium", "chromium-browser", "google-chrome"
FLAGS = (
    "headless=new",
    "no-sandbox",
    "disable-gpu",
    "disable-quic",
    "no-first-run",
    "disable-background-networking",
    "disable-component-update",
    "disable-sync",
    "disable-dev-shm-usage",
    "window-size=1280,900",
    "host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
)


def available():
    """The paths of the browser and its driver, or None."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    return browser and driver and (browser, driver)


def start(profile):
    """A browser that runs without a window and keeps its files in the folder ``profile``."""
    from selenium import webdriver

    browser, driver = available()
    options = webdriver.ChromeOptions()
    options.binary_location = browser
    for flag in (*FLAGS, f"user-data-dir={profile}"):
        options.add_argument(f"--{flag}")
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    return webdriver.Chrome(options, webdriver.ChromeService(driver))


if __name__ == "__main__" and not available():
    sys.exit(
        "This needs Chromium and chromedriver, and found none. "
        "On Debian: apt-get install chromium chromium-driver"
    )
