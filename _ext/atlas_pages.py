"""The atlas on its pages: a table of all rows that the reader can filter, and an entry for each.

    :::{atlas-table}
    :::

    :::{atlas-entries} numbers
    :::

Both are made from ``xent_lit.atlas.ATLAS`` when the book is built, so every number in them is
computed then. Without JavaScript the table is whole, and the entries are closed drop-downs.
"""

import html
import re

import numpy as np
from docutils import nodes
from docutils.statemachine import StringList
from on_demand import where
from sphinx.util.docutils import SphinxDirective

from xent_lit import nll
from xent_lit.atlas import ATLAS
from xent_lit.explanation import ANSWERS
from xent_lit.loss import GROUPS
from xent_lit.naming import LIBRARIES

SHORT = {short: name for name, shorts in LIBRARIES.items() for short in shorts}
SHORT |= {"optax": "optax", "tf": "tensorflow", "tf1": "tensorflow"}


def libraries_of(row):
    """The libraries that ship it, by the names people know."""
    return list(dict.fromkeys(SHORT.get(x, x) for x in (n.partition(".")[0] for n in row.shipped)))


# ── The table ────────────────────────────────────────────────────────────────────────────────────


class atlas_table(nodes.General, nodes.Element):
    """All rows."""


class AtlasTable(SphinxDirective):
    has_content = False

    def run(self):
        return [atlas_table()]


def visit_table(self, node):
    self.body.append(
        '<div class="atlas"><div class="atlas-controls"></div><div class="atlas-rows" tabindex="0"'
        ' role="region" aria-label="All losses of the atlas"><table><thead><tr><th>loss</th>'
        "<th>cross-entropy?</th><th>model</th><th>libraries</th></tr></thead>\n<tbody>\n"
    )
    self.body += map(_table_row, ATLAS.values())
    self.body.append("</tbody></table></div></div>\n")


def _table_row(row):
    names, libraries = " ".join((row.name, *row.aliases, *row.shipped)), libraries_of(row)
    shown = ", ".join(libraries[:4]) + (" …" if len(libraries) > 4 else "")
    answer, comma, rest = ANSWERS[row.verdict].partition(",")
    return (
        f'<tr data-group="{row.group}" data-verdict="{row.verdict}" '
        f'data-libraries="{html.escape(" ".join(libraries))}" '
        f'data-names="{html.escape(names.lower())}">'
        f'<th scope="row"><a href="atlas.html#{row.anchor}">{html.escape(row.name)}</a></th>'
        f'<td><span class="verdict-{row.verdict}">{answer}</span>{comma}{html.escape(rest)}</td>'
        f"<td>{html.escape(_model(row))}</td><td>{html.escape(shown)}</td></tr>\n"
    )


def _model(row):
    """The model in few words; none where there is none."""
    first = re.split(r"[;:]", row.assumes)[0]
    return "none" if row.assumes.startswith("no ") else first


# ── The entries ──────────────────────────────────────────────────────────────────────────────────


class atlas_curves(nodes.General, nodes.Element):
    """The loss and its model, as two small curves."""


class AtlasEntries(SphinxDirective):
    required_arguments = 1

    def run(self):
        group, = self.arguments
        if group not in GROUPS:
            raise self.error(f"atlas-entries: got {group!r}, expected one of {list(GROUPS)}")
        found = []
        for row in ATLAS.values():
            if row.group != group:
                continue
            box = nodes.container()
            self.state.nested_parse(StringList(_entry(row), "atlas"), 0, box)
            curves = _curves(row)
            if curves:
                dropdown = next(node for node in box.findall(nodes.container)
                                if node.get("design_component") == "dropdown")
                dropdown.append(atlas_curves(svg=curves))
            found += box.children
        return found


def _entry(row):
    told = {
        "loss": _escaped(row.formula),
        "a cross-entropy?": _escaped(ANSWERS[row.verdict]),
        "model": _escaped(row.assumes),
        "dropped": _escaped(row.dropped),
        "why": _escaped(row.evidence.argument(row.of)) if row.evidence else "",
        "in libraries": _escaped(row.libraries),
        "names": ", ".join(f"`{name}`" for name in row.shipped),
    }
    lines = [f"| {key} | {words} |" for key, words in told.items() if words]
    for trap in row.traps:
        thread = f" ([thread]({trap.thread}))" if trap.thread else ""
        lines.append(f"| mind | {_escaped(trap.words)}{thread} |")
    return [
        f"({row.anchor})=",
        f":::{{dropdown}} **{_escaped(row.name)}**: {_escaped(ANSWERS[row.verdict])}",
        ":class-container: loss-entry",
        "",
        "| what | in words |",
        "|---|---|",
        *lines,
        ":::",
        "",
    ]


def _escaped(text):
    """Words that Markdown takes as they are."""
    text = re.sub(r"([\\`*_{}\[\]<>$~^])", r"\\\1", text.replace("\n", " "))
    return text.replace("|", "&#124;")


# ── The curves ───────────────────────────────────────────────────────────────────────────────────


def _curves(row):
    """The loss and the probabilities of the model for one prediction, or nothing."""
    if row.model is None or row.truth or row.group not in ("numbers", "counts"):
        return ""
    if not all(np.isscalar(y) for y in row.outcomes):
        return ""
    rng = np.random.default_rng(0)
    predictions, shape = [*row.predictions(rng)], row.shapes(rng)
    if not predictions or not np.isscalar(predictions[0]):
        return ""
    f = float(np.median(predictions))
    whole = all(float(y).is_integer() for y in row.outcomes) and row.group == "counts"
    low, high = float(min(row.outcomes)), float(max(row.outcomes))
    x = np.arange(low, high + 1) if whole else np.linspace(low, high, 61)
    try:
        loss = np.array([float(row.of(y, f, *shape)) for y in x])
        q = np.array([np.exp(-float(nll(row.model(f, *shape), [y]))) for y in x])
    except (ValueError, ZeroDivisionError):
        return ""
    fine = np.isfinite(loss) & np.isfinite(q)
    if fine.sum() < 3:
        return ""
    words = f"The loss of the outcomes from {low:g} to {high:g} at the prediction {f:.3g}, and "
    words += "the probability" if whole else "the density"
    panels = _panel(x[fine], loss[fine], 0, "loss"), _panel(x[fine], q[fine], 150, "model")
    return (
        f'<svg class="atlas-curves" viewBox="0 0 290 96" role="img" aria-label="{words} of its '
        f'model">{"".join(panels)}</svg>'
    )


def _panel(x, y, left, head):
    width, height = 135, 72
    u = left + 3 + (x - x.min()) / (np.ptp(x) or 1) * (width - 6)
    v = 16 + height - (y - y.min()) / (np.ptp(y) or 1) * height
    points = " ".join(f"{a:.1f},{b:.1f}" for a, b in zip(u, v))
    return (
        f'<text x="{left + 3}" y="10">{head}</text><polyline class="{head}" points="{points}"/>'
        f'<line x1="{left}" x2="{left + width}" y1="91" y2="91"/>'
    )


def visit_curves(self, node):
    self.body.append(node["svg"])


def setup(app):
    app.add_node(atlas_table, html=(visit_table, lambda self, node: None))
    app.add_node(atlas_curves, html=(visit_curves, lambda self, node: None))
    app.add_directive("atlas-table", AtlasTable)
    app.add_directive("atlas-entries", AtlasEntries)
    app.connect("html-page-context", where((atlas_table, atlas_curves), "atlas"))
    return {"parallel_read_safe": True}
