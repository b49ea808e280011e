"""The ledger of claims: it reports what holds and what fails, and how far a claim stands up."""

import json
import subprocess
import sys

import numpy as np
import pytest

from xent_lit import ledger
from xent_lit.proof.claim import Claim


def claim(id, shift=0.0, uses=()):
    """log ab = log a + log b, or nearly."""
    return Claim(
        id=id,
        statement="log(ab) = log a + log b.",
        law=lambda a, b: (np.log(a * b), np.log(a) + np.log(b) + shift),
        twin=lambda a, b: (np.log(a * b), np.log(a) - np.log(b)),
        draw=lambda rng: tuple(rng.uniform(1, 2, size=2)),
        required_marks="NT",
        uses=uses,
    )


@pytest.fixture
def small(monkeypatch):
    """A ledger of three claims, the last of which fails."""
    made = [claim("low"), claim("high", uses=("low",)), claim("wrong", 0.1, uses=("high", "low"))]
    monkeypatch.setattr(ledger, "claims", lambda: {c.id: ("demo", c) for c in made})


def test_a_row_says_what_was_shown(small):
    row = ledger.row("low")
    assert (row["id"], row["chapter"], row["failure"]) == ("low", "demo", "")
    assert "".join(row["marks"]) == "NT" and row["draws"] == 100
    assert 0 <= row["worst_error"] <= row["tolerance"] and "NT" in row.values()


def test_a_row_says_why_a_claim_fails(small):
    row = ledger.row("wrong")
    assert row["marks"] == {} and "relative error" in row["failure"]


def test_the_table_counts_what_fails(small):
    head, *lines, last = ledger.table(ledger.run()).splitlines()
    assert lines[2].split() == ["wrong", "demo", "-"] and "FAILED AssertionError" in lines[3]
    assert last == "2 claims hold, 1 failed"


def test_the_command_fails_if_a_claim_does(small, tmp_path, capsys):
    assert ledger.main(["verify", "--json", str(tmp_path / "seen.json")]) == 1
    assert "2 claims hold, 1 failed" in capsys.readouterr().out
    rows = json.loads((tmp_path / "seen.json").read_text())["claims"]
    assert [bool(row["failure"]) for row in rows] == [False, False, True]
    assert ledger.main(["verify", "--only", "high"]) == 0
    assert ledger.main(["verify", "--only", "wrong"]) == 1


def test_a_claim_stands_as_high_as_its_longest_chain(small):
    assert [ledger.depth(id) for id in ("low", "high", "wrong")] == [0, 1, 2]


def test_a_circle_and_an_unknown_claim_are_refused(monkeypatch):
    made = [
        claim("one", uses=("two",)),
        claim("two", uses=("one",)),
        claim("three", uses=("four",)),
    ]
    monkeypatch.setattr(ledger, "claims", lambda: {c.id: ("demo", c) for c in made})
    with pytest.raises(ValueError, match="one → two → one is a circle"):
        ledger.depth("one")
    with pytest.raises(ValueError, match="three uses four"):
        ledger.depth("three")


def test_a_derivation_is_shown_step_by_step():
    shown = ledger.show("mle-derivation")
    assert shown.startswith("mle-derivation: ") and " max  " in shown and " min  " in shown
    assert ledger.row("mle-derivation")["failure"] == ""


def test_a_reader_who_stops_early_is_no_error():
    """As ``xent-lit losses | head -1``."""
    code = "from xent_lit.ledger import main; raise SystemExit(main(['losses']))"
    told = subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    told.stdout.close()
    assert (told.stderr.read(), told.wait()) == (b"", 0)
    told.stderr.close()
