"""Say on every page which edition it is, how to cite it, and where to report an error.

The edition is the version in ``settings.ini`` and, in a Git repository, the commit.
``how-to-cite`` prints ``CITATION.cff`` as a sentence and as BibTeX.
"""

import configparser
import subprocess
from pathlib import Path

import yaml
from docutils import nodes
from sphinx.util.docutils import SphinxDirective


def commit(root):
    """The commit that is built, with ``-dirty`` after changes; nothing outside a repository of our
    own."""

    def git(*arguments):
        command = ["git", "-C", root, *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    try:
        if git("rev-parse", "--show-prefix"):
            return ""
        return git("describe", "--always", "--dirty", "--exclude=*", "--abbrev=10")
    except (OSError, subprocess.CalledProcessError):
        return ""


def edition(root):
    """``0.1.0 (0123456789)``"""
    settings = configparser.ConfigParser()
    settings.read(Path(root, "settings.ini"))
    of = commit(root)
    return settings["DEFAULT"]["version"] + (of and f" ({of})")


def citation(root):
    return yaml.safe_load(Path(root, "CITATION.cff").read_text())


def as_bibtex(given, authors, year):
    fields = {
        "author": f"{{{authors}}}",
        "title": f"{{{given['title']}}}",
        "year": year,
        "version": given["version"],
        "url": given["url"],
    }
    lines = [f"  {key} = {{{value}}}," for key, value in fields.items()]
    return "\n".join(["@software{xent_lit,", *lines, "}"])


class HowToCite(SphinxDirective):
    def run(self):
        root = self.env.srcdir
        given = citation(root)
        authors = ", ".join(author["name"] for author in given["authors"])
        year = f"{given['date-released']:%Y}"
        bibtex = as_bibtex(given, authors, year)
        title, version, url = (given[key] for key in ("title", "version", "url"))
        sentence = f"{authors} ({year}). {title} Version {version}. {url}"
        this = f"This is edition {self.env.config.edition}. Name it where the exact text matters."
        self.env.note_dependency(str(Path(root, "CITATION.cff")))
        return [
            nodes.paragraph("", sentence),
            nodes.literal_block(bibtex, bibtex, language="bibtex"),
            nodes.paragraph("", this),
        ]


def set_edition(app, config):
    config.edition = edition(app.srcdir)


def foot(app, page, template, context, doctree):
    bibliography = context["pathto"]("nbs/bibliography").rstrip("#")
    report = f"{citation(app.srcdir)['repository-code']}/issues/new?template=wrong.md"
    context["theme_extra_footer"] = (
        f"Edition {app.config.edition}. "
        f'<a href="{bibliography}#how-to-cite-this-book">How to cite</a>. '
        f'<a href="{report}">Report an error</a>.'
    )


def setup(app):
    app.add_config_value("edition", "", "env", [str])
    app.add_directive("how-to-cite", HowToCite)
    app.connect("config-inited", set_edition)
    app.connect("html-page-context", foot)
    return {"parallel_read_safe": True}
