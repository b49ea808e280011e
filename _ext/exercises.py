"""Exercises whose answer the page can check: ``exercise`` and, inside it, ``solution``.

The answer and the wrong answers that are foreseen, each with a hint, are SymPy expressions. They
are written here and nowhere else::

    ::::{exercise} A fair coin
    ---
    name: ex-fair-coin
    answer: log(2)
    unit: nats
    variables: p sigma
    wrong: |
        1: That is in bits.
        log(1/2): The sign. A surprise is not negative.
    ---
    What is the entropy of a fair coin?

    :::{solution}
    Both outcomes have the surprise log 2.
    :::
    ::::

``variables`` are those of the answer, ``unit`` its unit; both may be missing. The code cell that
follows is moved into the solution. A title that begins with "★ " is that of an exercise which asks
for more; the star is read out. The build computes the value of each expression at random points
between 0 and 1. The page holds these values, and ``_assets/exercises.js`` reads what is typed and
compares. It also knows the mistakes that any question invites: the other unit, the sign, the
reciprocal, one number where letters are asked for. Without JavaScript and on paper there is no
field, and on paper the solution is open. A page without exercises loads neither the script nor its
style.
"""

import html
import json
import random

from docutils import nodes
from docutils.parsers.rst import directives
from on_demand import where
from sphinx.util.docutils import SphinxDirective

STAR = "★ "


class check(nodes.General, nodes.Element):
    """The field for the answer."""


class star(nodes.Inline, nodes.Element):
    """The mark of an exercise that asks for more."""


class solution(nodes.General, nodes.Element):
    """A fold."""


def expression(text, names=()):
    """The SymPy expression that a text stands for; its variables are positive."""
    import sympy as sp

    symbols = {name: sp.Symbol(name, positive=True) for name in names}
    known = {
        "e": sp.E,
        "log2": lambda x: sp.log(x, 2),
        "softplus": lambda x: sp.log(1 + sp.exp(x)),
        "sigmoid": lambda x: 1 / (1 + sp.exp(-x)),
        **symbols,
    }
    found = sp.sympify(text, locals=known, rational=True)
    if strange := sorted(map(str, found.free_symbols - set(symbols.values()))):
        raise ValueError(f"{text!r} has the variables {strange}, expected {list(names)}")
    return found


def values(text, names, points):
    """The values of an expression at points, to double precision."""
    e, symbols = expression(text, names), [expression(name, names) for name in names]
    found = [complex(e.subs(dict(zip(symbols, point, strict=True))).evalf(17)) for point in points]
    if any(v.imag or v.real - v.real for v in found):
        raise ValueError(f"{text!r} is not finite and real at {points}")
    return [v.real for v in found]


def same(a, b):
    """Whether two rows of values would be taken for one answer."""
    pairs = zip(a, b, strict=True)
    return all(abs(u - v) <= 1e-3 * max(abs(u), abs(v)) for u, v in pairs)


def compiled(name, answer, names=(), wrong="", unit=""):
    """What the script needs: points, the values of the answer there, and those of each wrong answer
    with its hint; and the unit."""
    import sympy as sp

    dice = random.Random(name)
    points = [
        [sp.Rational(dice.randint(100, 900), 1000) for _ in names] for _ in range(5 if names else 1)
    ]
    right, foreseen = values(answer, names, points), []
    for line in filter(None, map(str.strip, wrong.splitlines())):
        text, colon, hint = line.partition(": ")
        if not hint.strip():
            raise ValueError(f"{line!r} has no hint, expected 'expression: hint'")
        foreseen.append({"values": values(text, names, points), "hint": hint.strip()})
    every = [right, *(one["values"] for one in foreseen)]
    for i, a in enumerate(every):
        if any(same(a, b) for b in every[:i]):
            raise ValueError(f"the {i}th wrong answer of {name} equals an answer before it")
    return {
        "names": list(names),
        "points": [[float(x) for x in point] for point in points],
        "answer": right,
        "wrong": foreseen,
        "unit": unit,
    }


class Exercise(SphinxDirective):
    required_arguments, final_argument_whitespace, has_content = 1, True, True
    option_spec = dict.fromkeys(
        ("name", "answer", "unit", "variables", "wrong"), directives.unchanged_required
    )

    def compiled(self):
        given = self.options
        if not (given.get("name") and given.get("answer")):
            raise self.error("exercise: expected a name and an answer")
        names, wrong = given.get("variables", "").split(), given.get("wrong", "")
        try:
            return compiled(given["name"], given["answer"], names, wrong, given.get("unit", ""))
        except (ValueError, TypeError, SyntaxError) as refused:
            raise self.error(f"exercise: {refused}") from refused

    def run(self):
        data = self.compiled()
        number, title = self.env.new_serialno("exercise") + 1, self.arguments[0]
        starred = [star()] if title.startswith(STAR) else []
        inline, messages = self.state.inline_text(title.removeprefix(STAR), self.lineno)
        words = [nodes.Text(f"Exercise {number}. "), *starred, *inline]
        box = nodes.admonition("", nodes.title("", "", *words), classes=["exercise"])
        self.set_source_info(box)
        self.add_name(box)
        self.state.nested_parse(self.content, self.content_offset, box)
        folds = list(box.findall(solution))
        if len(folds) != 1 or box[-1] is not folds[0]:
            raise self.error(
                f"exercise: {self.options['name']} has {len(folds)} solutions, "
                "expected one, at its end"
            )
        box.insert(
            len(box) - 1,
            check(
                data=json.dumps(data, ensure_ascii=False),
                unit=self.options.get("unit", ""),
                names=data["names"],
                said=f"{box['ids'][0]}-said",
            ),
        )
        return [box, *messages]


class Solution(SphinxDirective):
    has_content = True

    def run(self):
        fold = solution()
        self.state.nested_parse(self.content, self.content_offset, fold)
        return [fold]


def gather(app, doctree):
    """Move the code cell that follows an exercise into its solution."""
    for fold in list(doctree.findall(solution)):
        cell = fold.parent.next_node(descend=False, siblings=True)
        if isinstance(cell, nodes.container) and cell.get("nb_element") == "cell_code":
            cell.parent.remove(cell)
            fold.append(cell)


def visit_check(self, node):
    *names, last = [f"<code>{name}</code>" for name in node["names"]] or [""]
    names = f"{', '.join(names)} and {last}" if names else last
    unit = html.escape(node["unit"])
    label = f"Your answer{unit and ' in '}{unit}{names and ', with '}{names}"
    self.body.append(
        f'<form class="check" hidden data-check="{html.escape(node["data"])}"><label>{label}'
        f'<input name="answer" aria-describedby="{node["said"]}" maxlength="200" '
        'autocomplete="off" autocapitalize="off" spellcheck="false"></label><button>Check</button>'
        f'<output id="{node["said"]}" aria-live="polite"></output></form>\n'
    )


def visit_star(self, node):
    self.body.append(
        '<span class="star" role="img" aria-label="starred: asks for more" '
        'title="starred: asks for more">★</span> '
    )


def visit_solution(self, node):
    self.body.append('<details class="solution"><summary>Solution</summary>\n')


def depart_solution(self, node):
    self.body.append("</details>\n")


def setup(app):
    app.add_node(check, html=(visit_check, lambda self, node: None))
    app.add_node(star, html=(visit_star, lambda self, node: None))
    app.add_node(solution, html=(visit_solution, depart_solution))
    app.add_directive("exercise", Exercise)
    app.add_directive("solution", Solution)
    app.connect("doctree-read", gather)
    app.connect("html-page-context", where(check, "exercises"))
    return {"parallel_read_safe": True}
