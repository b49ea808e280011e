"""The exercises in the notebooks: each has its answer from the library, and a hint for every wrong
answer that is foreseen."""

import ast
import re

import pytest
from exercise_sources import ALL, CHAPTERS, data, each_exercise, exercises, titles, wrong
from exercises import STAR, expression, values
from helpers import ROOT

SCRIPT = (ROOT / "_assets/exercises.js").read_text()


# ── The sources ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_four_to_seven_in_each_chapter_each_with_a_name_of_its_own(path):
    """On the page about proofs, which is no chapter, three are enough."""
    names = [options["name"] for options, _ in exercises(path)]
    assert (
        (4 if path.stem[0].isdigit() else 3) <= len(names) <= 7
        and all(ALL[name][0] == path.stem for name in names)
        and len(set(names)) == len(names)
    )


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_the_starred_exercises_of_a_chapter_are_its_last(path):
    """A proof, a simulation, a design, real data: at least one in each numbered chapter."""
    starred = [title.startswith(STAR) for title in titles(path)]
    assert starred == sorted(starred)
    assert any(starred) or not path.stem[0].isdigit()


@each_exercise
def test_the_library_computes_the_stated_answer(name):
    """The cell after an exercise ends in ``assert same(what the library says, the answer)``."""
    assert name, "no exercise in any chapter"
    _, options, code = ALL[name]
    assert code, "no code cell follows"
    last = ast.parse(code).body[-1]
    assert isinstance(last, ast.Assert) and isinstance(last.test, ast.Call), (
        "the last line is no such assert"
    )
    stated = ast.unparse(last.test.args[1])
    stated = re.sub(r"\b(?:np|sp|math)\.", "", stated)
    names = options.get("variables", "").split()
    for variable in names:
        stated = stated.replace(
            f"{variable}_", variable
        )  # where the library has a function of that name
    point = [[(i + 1) / 7 for i in range(len(names))]]
    assert values(stated, names, point) == pytest.approx(
        values(str(options["answer"]), names, point), rel=1e-12
    )


@each_exercise
def test_each_wrong_answer_has_a_hint_of_its_own(name):
    hints = [hint for _, hint in wrong(ALL[name][1])] if name else [""]
    assert all(hints) and len(set(hints)) == len(hints) >= 2
    assert len(data(ALL[name][1])["wrong"]) == len(hints)


@pytest.mark.parametrize(
    "options, words",
    [
        ({"answer": "1/2", "wrong": "2/4: The same."}, "equals an answer before it"),
        (
            {"answer": "1/2", "wrong": "1/3: One.\n0.33333: Nearly the same."},
            "equals an answer before it",
        ),
        ({"answer": "p", "variables": "p", "wrong": "q: Unknown."}, "variables ['q']"),
        ({"answer": "1/2", "wrong": "1/3"}, "has no hint"),
        ({"answer": "log(p - 1)", "variables": "p"}, "not finite and real"),
        ({"answer": "1/0"}, "not finite and real"),
    ],
)
def test_the_build_refuses_a_careless_exercise(options, words):
    with pytest.raises(ValueError, match=re.escape(words)):
        data({"name": "careless", **options})


# ── The script ───────────────────────────────────────────────────────────────────────────────────


def test_the_expression_is_sympys():
    assert (
        str(expression("p^2 - e*log2(8)*p", ["p"])) == "p**2 - E*p*log(8)/log(2)"
        or expression("log2(8)") == 3
    )
    with pytest.raises(ValueError, match="variables"):
        expression("p + q", ["p"])


def test_the_script_is_small_and_never_evaluates_text():
    assert len(SCRIPT.encode()) < 12000
    assert not re.search(
        r"\beval\b(?! and)|\bFunction\(|innerHTML|setTimeout|fetch|import\b",
        SCRIPT.replace("without eval,", ""),
    )
