"""What the comparison with other libraries leaves behind: a table, and ``--write`` for the page."""

import json

import comparison
import pytest

SEEN = {}  # row → shipped name → the largest difference of its values, and of its slopes


def pytest_addoption(parser):
    parser.addoption("--write", action="store_true", help="put what was seen into seen.json")


@pytest.fixture
def seen():
    """A function that keeps a difference for the table."""

    def keep(row, name, kind, difference):
        SEEN.setdefault(row, {}).setdefault(name, {})[kind] = difference

    return keep


def largest(names):
    return max(difference for kinds in names.values() for difference in kinds.values())


def pytest_terminal_summary(terminalreporter, config):
    for row in filter(SEEN.get, comparison.ROWS):
        count = len(SEEN[row])
        losses = "1 loss" if count == 1 else f"{count} losses"
        terminalreporter.write_line(f"{largest(SEEN[row]):8.1e}  {losses:10}  {row}")


def pytest_sessionfinish(session, exitstatus):
    if session.config.getoption("--write") and exitstatus == 0:
        rows = {row: SEEN[row] for row in comparison.ROWS if row in SEEN}
        digits = json.loads(json.dumps(rows), parse_float=lambda x: float(f"{float(x):.1e}"))
        names = [name for names in comparison.ROWS.values() for name in names]
        left = {name: why for name in names if (why := comparison.reason(name))}
        fronts = {front: package for front, (_, package) in comparison.LIBRARIES.items()}
        found = {
            "versions": comparison.versions(),
            "packages": fronts,
            "differences": digits,
            "left out": left,
        }
        text = json.dumps(found, indent=1, ensure_ascii=False)
        (comparison.HERE / "seen.json").write_text(text + "\n", encoding="utf-8")
