"""Let the search lead to a section, not only to a page.

Sphinx ranks pages. Here the sections are listed before them: first those that ``search_words.txt``
names for what was typed, then those whose heading has the words, then those whose text has. A
function or a class of the library counts as a section. ``_assets/search.js`` reads the list, which
is written beside it as ``search_sections.js``: title, page, address and words of each section.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

WORDS = Path(__file__).with_suffix(".txt")
WORD = re.compile(r"[^\W\d_][\w.]+")


def table(text):
    """``{what is typed: [(page, part of a heading), …]}``"""
    found = {}
    for line in text.splitlines():
        if line.strip() and line[0] != "#":
            typed, _, targets = line.partition(" = ")
            places = [tuple(one.strip().split(": ", 1)) for one in targets.split(" | ")]
            found |= {one.strip(): places for one in typed.split(";")}
    return found


def own_text(node):
    """The text of a section without that of the sections inside."""
    if isinstance(node, (nodes.section, addnodes.desc)):
        return ""
    if isinstance(node, nodes.Text):
        return node.astext()
    return " ".join(map(own_text, node.children))


def words(node):
    """The different words of a section, and the parts of those with dots and lines."""
    text = " ".join(own_text(child) for child in node.children)
    found = {word.strip("._").lower() for word in WORD.findall(text)}
    parts = {part for word in found for part in re.split(r"[._]", word)}
    return " ".join(sorted(word for word in found | parts if 1 < len(word) < 30))


def sections(doctree):
    """Title, anchor and words of each section of a page, and of each documented object."""
    for node in doctree.findall(nodes.section):
        if title := node.next_node(nodes.title):
            yield title.astext(), node["ids"][0], words(node)
    for node in doctree.findall(addnodes.desc):
        signature = node.next_node(addnodes.desc_signature)
        if signature is not None and signature["ids"]:
            full = signature["ids"][0]
            yield full.rpartition(".")[2], full, words(node)


def listed(env):
    """Each section of the book: title, title of its page, address, words."""
    found = []
    for page in sorted(env.found_docs):
        home = env.titles[page].astext()
        for i, (title, anchor, text) in enumerate(sections(env.get_doctree(page))):
            found.append([title, home, f"{page}.html#{anchor}" if i else f"{page}.html", text])
    return found


def answers(found, wanted):
    """``{what is typed: numbers of sections}``; what is nowhere is left out."""
    numbers = {}
    for typed, places in wanted.items():
        for page, part in places:
            for i, (title, _, address, _) in enumerate(found):
                if (
                    Path(address.partition(".html")[0]).name == page
                    and part.lower() in title.lower()
                ):
                    numbers.setdefault(typed, []).append(i)
                    break
    return numbers


def write(app, error):
    if error or app.builder.name != "html":
        return
    found = listed(app.env)
    numbers = answers(found, table(WORDS.read_text()))
    text = f"window.sections = {json.dumps(found, ensure_ascii=False)};\n"
    text += f"window.answers = {json.dumps(numbers, ensure_ascii=False)};\n"
    Path(app.outdir, "_static/search_sections.js").write_text(text)


def load(app, page, template, context, doctree):
    if page == "search":
        app.add_js_file("search_sections.js", loading_method="defer")
        app.add_js_file("search.js", loading_method="defer")


def setup(app):
    app.connect("html-page-context", load)
    app.connect("build-finished", write)
    return {"parallel_read_safe": True}
