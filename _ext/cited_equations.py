"""Number only the equations that a sentence cites.

A number is there to be referred to. ``$$ … $$ (label)`` may be written in the text or printed by
code; where no page says ``{eq}`label` ``, the equation is shown without number and anchor. So a
label that is cited later needs no other change, and a citation that only a running program writes
finds no equation: a strict build refuses it.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx.transforms import SphinxTransform

CITATION = re.compile(r"\{eq\}`(?:[^`<]*<)?([^`<>]+)>?`")


def find_cited(app, env, added, changed, removed):
    """Look through all pages; read them all again when the set of cited labels is another one."""
    before = getattr(env, "cited_equations", None)
    pages = [Path(env.doc2path(page)).read_text() for page in env.found_docs]
    env.cited_equations = {label for text in pages for label in CITATION.findall(text)}
    return env.found_docs if env.cited_equations != before else []


class DropUncited(SphinxTransform):
    default_priority = 200  # before targets give their names to what follows

    def apply(self):
        equations = self.env.get_domain("math").equations
        for equation in list(self.document.findall(nodes.math_block)):
            name = equation.get("label")
            if name and name not in self.env.cited_equations:
                equation["label"] = equation["number"] = None
                equations.pop(name, None)
                anchor = equation.parent[equation.parent.index(equation) - 1]
                if anchor["ids"] == [nodes.make_id(f"equation-{name}")]:
                    equation.parent.remove(anchor)


def setup(app):
    app.add_transform(DropUncited)
    app.connect("env-get-outdated", find_cited)
    return {"parallel_read_safe": True}
