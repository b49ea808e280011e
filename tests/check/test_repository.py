"""The repository speaks of its subject: no place, person or tool that made it."""

import contextlib
import re
import subprocess

import pytest
from helpers import ROOT

FOREIGN = {
    "a path on one machine": r"(?<![\w.:/\[\]-])/(?:work|root|home|Users)/\w",
    "a package index": r"(?:--|PIP_)(?:extra-)?index[-_]url|\bsimple/\s*$",
    "a word about how it was made": "|".join(
        [
            r"\b(?:this|my|our|your|another|other) (?:session|helper|agent|task)s?\b",
            r"\bsub-?agents?\b",
            r"\bhelper session",
        ]
    ),
    "an entry of a tracker": "|".join(
        [r"\b(?:issue|ticket|PR|pull request|bug) ?#\d+", r"(?<![\w&/#])#[1-9]\d{0,4}\b(?![-\w;}])"]
    ),
}


def tracked():
    """The text files of the repository, by name."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if listed.returncode:
        pytest.skip("not a git repository")
    for name in listed.stdout.splitlines():
        with contextlib.suppress(UnicodeDecodeError, FileNotFoundError):
            yield name, (ROOT / name).read_text(encoding="utf-8")


@pytest.mark.parametrize("what", FOREIGN)
def test_the_repository_speaks_of_itself_only(what):
    found = [
        f"{name}: {line.strip()[:100]}"
        for name, text in tracked()
        if name != "tests/check/test_repository.py"
        for line in text.splitlines()
        if re.search(FOREIGN[what], line)
    ]
    assert found == []


@pytest.mark.parametrize(
    "what, line",
    [
        ("a path on one machine", "/" + "home/me/data.csv"),
        ("a package index", "--index" + "-url https://somewhere"),
        ("a word about how it was made", "see my " + "session"),
        ("an entry of a tracker", "fixed in #" + "12"),
    ],
)
def test_that_search_finds_what_it_seeks(what, line):
    assert re.search(FOREIGN[what], line)
