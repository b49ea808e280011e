"""Fixtures of all layers, the bare machine, and what the last lines say of the tests that were
skipped."""

import collections
import importlib.abc
import os
import re
import shutil
import sys

import pytest

BARE = os.environ.get("XENT_LIT_BARE") == "1"


class Absent(importlib.abc.MetaPathFinder):
    """Finds that PyTorch and CuPy are not installed."""

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("torch", "cupy"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


if BARE:  # the machine of a reader who installed the book alone
    sys.meta_path.insert(0, Absent())
    present = shutil.which

    def which(command, *args, **options):
        browser = "chrom" in os.path.basename(command)
        return None if browser else present(command, *args, **options)

    shutil.which = which


@pytest.fixture
def block(monkeypatch):
    """A function that sets the numbers in a block, in every module that goes by it."""

    def set_size(size):
        for name, module in list(sys.modules.items()):
            if name.startswith("xent_lit.") and hasattr(module, "BLOCK"):
                monkeypatch.setattr(module, "BLOCK", size)

    return set_size


@pytest.fixture
def cores(monkeypatch):
    """A function that lets the machine have so many cores."""

    def set_number(number):
        monkeypatch.setattr(os, "sched_getaffinity", lambda pid: range(number), raising=False)

    return set_number


def pytest_report_header():
    return "a bare machine: PyTorch, CuPy and the browser are not found" if BARE else None


def pytest_terminal_summary(terminalreporter):
    """How many tests were skipped, for each reason."""
    reasons = collections.Counter()
    for report in terminalreporter.stats.get("skipped", ()):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        missing = re.search(r"could not import '(\w+)", reason)
        reasons[
            f"{missing[1]} is not installed" if missing else reason.removeprefix("Skipped: ")
        ] += 1
    for reason, count in reasons.most_common():
        terminalreporter.write_line(f"{count} skipped: {reason}")
