"""What readers type leads to the heading that answers, not only to a page."""

import json
import re
from urllib.parse import quote, unquote

import pytest
import search_words
from built import HTML

TABLE = search_words.table(search_words.WORDS.read_text())
# What is typed, and what stands in the address of the first section that is found.
TWENTY = {
    "ignore_index": "questions.html#.*ignore-index",
    "KLDivLoss": "questions.html#.*kldivloss",
    "focal loss": "09_losses.html#focal",
    "BCEWithLogitsLoss": "questions.html#.*bcewithlogitsloss",
    "gradient accumulation": "questions.html#gradient-accumulation",
    "class imbalance": "questions.html#class-imbalance",
    "Brier": "13_scores.html#.*brier",
    "label smoothing": "#label-smoothing",
    "perplexity": "02_entropy.html#perplexity",
    "nn.CrossEntropyLoss": "index.html#|questions.html#binary",
    "from_logits": "questions.html#logits-or-prob",
    "softmax twice": "08_logits.html#.*softmax-twice",
    "mean squared error": "07_gaussian.html#",
    "multilabel": "questions.html#multi-label",
    "temperature scaling": "13_scores.html#temperature-scaling",
    "weight decay": "#.*weight-decay",
    "huffman": "03_coding.html#huffman",
    "InfoNCE": "15_disguises.html#",
    "kl divergence": "01_divergence.html",
    "loss is nan": "questions.html#log-0",
    "cross_entropy": "02_entropy.html#cross-entropy|xent_lit.entropy.cross_entropy",
}


@pytest.fixture(scope="module")
def search(site, browser):
    browser.get(site + "search.html?q=entropy")
    return lambda text: browser.execute_script("return findSections(arguments[0])", text)


@pytest.fixture(scope="module")
def built():
    """The list as the pages have it: sections, and the numbers of those that answer."""
    text = (HTML / "_static/search_sections.js").read_text()
    return [json.loads(part) for part in re.findall(r"^window\.\w+ = (.*);$", text, re.MULTILINE)]


@pytest.mark.parametrize("text", TWENTY)
def test_a_search_leads_to_the_heading(text, search):
    found = [address for _, _, address, _ in search(text)]
    assert found and re.search(TWENTY[text], found[0]), found[:4]


@pytest.mark.parametrize(
    "text", ["BCE with logits loss", "kl div loss", "FOCAL-LOSS", "brier score"]
)
def test_capitals_spaces_and_signs_do_not_count(text, search):
    assert (
        search(text)[0][2]
        .partition("#")[0]
        .endswith(("questions.html", "losses.html", "scores.html"))
    )


@pytest.mark.parametrize("text", ["", "  ", "!?", "zyxwvut", "<b>"])
def test_a_search_for_nothing_finds_nothing(text, search):
    assert search(text) == []


def test_every_place_of_the_table_is_a_heading(built):
    """Whoever renames a heading mends ``_ext/search_words.txt``."""
    sections, answers = built
    lost = [
        f"{typed}: {page}: {part}"
        for typed, places in TABLE.items()
        for page, part in places
        if not any(
            part.lower() in sections[i][0].lower() and f"/{page}.html" in f"/{sections[i][2]}"
            for i in answers.get(typed, [])
        )
    ]
    assert lost == []


def test_every_section_is_where_the_list_says(built):
    texts = {page: (HTML / page).read_text() for page in {s[2].partition("#")[0] for s in built[0]}}
    places = [address.partition("#") for _, _, address, _ in built[0]]
    assert [
        (page, id) for page, _, id in places if f'id="{unquote(id)}"' not in texts[page] and id
    ] == []


def test_the_search_page_shows_the_sections(site, browser):
    browser.get(site + "search.html?q=" + quote("focal loss"))
    links = browser.find_elements("css selector", "#search-sections li a")
    assert 0 < len(links) <= 10 and links[0].text.startswith("Focal")
    links[0].click()
    assert "#focal" in browser.current_url
