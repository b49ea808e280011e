"""The exercises in a browser: the script reads what SymPy reads, accepts every stated answer, and
gives its hint for every wrong one that is foreseen."""

import json
import re

import pytest
from built import HTML, PAGES, page_with
from exercise_sources import ALL, data, each_exercise, wrong
from exercises import values
from helpers import ROOT

SCRIPT = (ROOT / "_assets/exercises.js").read_text()


# ── The reader of expressions, against SymPy ─────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def script(browser):
    """Chromium on an empty page with the script."""
    browser.get("about:blank")
    browser.execute_script(SCRIPT)
    return browser


def read(script, text, names=(), points=((),)):
    return script.execute_script(
        "const f = exercise.read(arguments[0], arguments[1]); return arguments[2].map(f)",
        text,
        list(names),
        [list(x) for x in points],
    )


NAMES, POINTS = (
    ["p", "q", "K", "sigma", "mu", "x1", "lam"],
    [[0.3, 0.8, 0.15, 0.7, 0.45, 0.6, 0.4], [0.9, 0.2, 0.55, 0.35, 0.62, 0.11, 0.7]],
)
READABLE = [
    "1",
    "3.25",
    ".5",
    "2.",
    "1e-3",
    "2.5E2",
    "1/2",
    "-1",
    "+1",
    "--1",
    "2-3-4",
    "2/3/4",
    "2/3*4",
    "1-2*3+4",
    "2^3^2",
    "-2^2",
    "(-2)^2",
    "2^-1",
    "2*-3",
    "-2*-3",
    "2**3",
    "2^-3^2",
    "6/(2*(1 + 2))",
    "((((7))))",
    "log(2)",
    "ln(2)",
    "log2(8)",
    "exp(1)",
    "sqrt(2)",
    "pi",
    "e",
    "e^2",
    "2*e^-1",
    "-log(1/2)/log(2)",
    "exp(-x1^2/2)/sqrt(2*pi)",
    "p - q",
    "p*log(p/q) + (1-p)*log((1-p)/(1-q))",
    "K/(K+1)",
    "e/(e + K - 1)",
    "log(2*pi*e*sigma^2)/2",
    "(1+mu^2)/(2*sigma^2) + log(sigma)",
    "1 - p*q^2/(x1 - 3)",
    "exp(exp(p))",
    "log(exp(p)^q)",
    "p^q^K",
    "-p^2",
    "sqrt(p)*sqrt(q)",
    "  p  +q ",
    "softplus(p - q)",
    "sigmoid(mu)",
]
SPELLED = {
    "2·p": "2*p",
    "p × q": "p*q",
    "p ÷ q": "p/q",
    "−p": "-p",
    "σ²": "sigma^2",
    "½·log(2π)": "log(2*pi)/2",
    "½log(2πσ²)": "log(2*pi*sigma^2)/2",
    "½·log(2·π)": "log(2*pi)/2",
    "¾ + μ³": "3/4 + mu^3",
    "√(2)": "sqrt(2)",
    "LOG(P)": "log(p)",
    "k + Sigma": "K + sigma",
    "log₂(8)": "3",
    "1/√3": "1/sqrt(3)",
    "2*√k": "2*sqrt(K)",
    "(½*¼*⅛)": "1/64",
    "1½": "3/2",
    "log₂8": "3",
    "log2 8": "3",
    "log_2(8)": "3",
    "log10(1000)": "3",
    "ln2": "log(2)",
    "ln 2": "log(2)",
    "log 3": "log(3)",
    "log 8 - log 4": "log(2)",
    "log p^2": "log(p^2)",
    "exp -p": "exp(-p)",
    "2 log(3)": "2*log(3)",
    "2log 3": "2*log(3)",
    "2pi": "2*pi",
    "0.5p": "p/2",
    "2 p": "2*p",
    "p q": "p*q",
    "pqK": "p*q*K",
    "(p)(q)": "p*q",
    "p(1-p)": "p*(1-p)",
    "2p^2": "2*p^2",
    "2p/3": "2*p/3",
    "-p log p - (1-p) log(1-p)": "-p*log(p) - (1-p)*log(1-p)",
    "1/2 log(3)": "log(3)/2",
    "1/(2 sigma^2)": "1/(2*sigma^2)",
    "[p + 1] q": "(p + 1)*q",
    "σ(1 - p)": "sigma*(1 - p)",
    "softplus p": "log(1 + exp(p))",
    "λ²": "lam^2",
    "lambda^2": "lam^2",
    "x₁²": "x1^2",
    "√σ": "sqrt(sigma)",
    "p⁻¹ + 3·10⁻³": "1/p + 3/1000",
    "1⁄2": "1/2",
    "= 0.5": "1/2",
    "2e^-1": "2*exp(-1)",
}


@pytest.mark.parametrize("text, sympy", [*((text, text) for text in READABLE), *SPELLED.items()])
def test_the_script_reads_what_sympy_reads(text, sympy, script):
    assert read(script, text, NAMES, POINTS) == pytest.approx(
        values(sympy, NAMES, POINTS), rel=1e-14
    )


def test_sigma_is_the_sigmoid_where_it_is_no_variable(script):
    assert read(script, "σ(0)") == [0.5]
    assert read(script, "σ(2)", ["sigma"], [[3]]) == [6]


UNREADABLE = {
    "": "Please type",
    "   ": "Please type",
    "p 2": "Please write * for a product, before “2”",
    "2 3": "Please write *",
    "p/2q": "read in two ways",
    "1/2log(3)": "read in two ways",
    "p/q K": "read in two ways",
    "log": "Please write log(…), with brackets",
    "log + 1": "with brackets",
    "log^2(p)": "with brackets",
    "log 3/2": "not clear where they would end",
    "log 2 p": "not clear where they would end",
    "log p q": "not clear where they would end",
    "log3": "with brackets in place of “log3”",
    "0,5": "with a point",
    "log(1,5)": "with a point",
    "(1": "not closed",
    "log(2": "not closed",
    "1)": "not expected",
    "1 +": "ends too early",
    "*2": "was expected in place of “*”",
    "2//3": "was expected in place of “/”",
    "()": "was expected in place of “)”",
    "p = q": "not expected",
    "1.2.3": "no number",
    "1.5 bits": "leave out the unit",
    "60%": "in place of a percentage",
    "z": "“z” has no meaning here. Known are p, q, K",
    "pz": "“pz” has no meaning here",
    "constructor": "has no meaning",
    "__proto__": "has no meaning",
    "toString(1)": "has no meaning",
    "alert(1)": "has no meaning",
    "I have no idea": "has no meaning",
    "'1'": "was expected",
    "p;q": "not expected",
    "🙂": "was expected",
    "<b>1</b>": "was expected",
    "p ! ": "not expected",
    "(" * 100: "ends too early",
}


@pytest.mark.parametrize("text", UNREADABLE)
def test_what_cannot_be_read_gets_a_polite_message(text, script):
    kind, words = script.execute_script(
        "return exercise.judge(arguments[0], arguments[1])",
        text,
        data({"name": "x", "answer": "p", "variables": "p q K"}),
    )
    assert (
        kind == "unread"
        and UNREADABLE[text] in words
        and words[0].isupper() | (words[0] == "“")
        and words[-1] == "."
    ), words


def judged(script, text, answer, variables="", wrong="", unit=""):
    given = {"name": "x", "answer": answer, "variables": variables, "wrong": wrong, "unit": unit}
    return script.execute_script(
        "return exercise.judge(arguments[0], arguments[1])", text, data(given)
    )


@pytest.mark.parametrize(
    "text, kind",
    [
        ("log(4/3)/log(4)", "right"),
        ("(2*log(2) - log(3))/(2*log(2))", "right"),
        ("0.2075187496394219", "right"),
        ("0.208", "right"),
        ("0.20752", "right"),
        ("  .208 ", "right"),
        ("0.207", "hint"),
        ("0.21", "hint"),
        (" 0.21 ", "hint"),
        ("+0.2075", "right"),
        ("−0.2075", "hint"),
        ("0.2075 nats", "right"),
        ("≈ 0.208", "right"),
        ("2.075e-1", "right"),
        ("0.2065", "hint"),
        ("0.2", "hint"),
        ("0.2075188", "hint"),
        ("0.2075187", "right"),
        ("0.209", "hint"),
        ("-0.208", "hint"),
        ("log(4/3)/log(4)*(1 + 1e-7)", "hint"),
        ("0.144", "hint"),
        ("log(0)", "unread"),
        ("1/0", "unread"),
        ("sqrt(-1)", "unread"),
    ],
)
def test_numbers_are_right_exactly_or_to_their_last_digit(text, kind, script):
    found, words = judged(
        script, text, "log(4/3)/(2*log(2))", wrong="log(4/3)/2: Other logarithms.", unit="nats"
    )
    special = {"0.144": "Other logarithms", "−0.2075": "sign", "-0.208": "sign"}
    assert found == kind and special.get(text, "") in words
    assert ("Close" in words) == (kind == "hint" and text not in special)


@pytest.mark.parametrize(
    "text, unit, words",
    [
        ("log(3)/log(2)", "nats", "in bits. The question asks for nats"),
        ("1.585", "nats", "in bits. The question asks for nats"),
        ("0.7615", "bits", "in nats. The question asks for bits"),
        ("log(3)/log(2)", "", "Not yet"),
        ("-log 3", "nats", "The size is right"),
        ("log(1/3)", "", "The size is right"),
        ("log10(3)", "nats", "to the base 10"),
        ("1/log(3)", "nats", "reciprocal"),
        ("1 - ln 3", "nats", "1 minus"),
        ("2 log 3", "nats", "twice"),
        ("log(3)/2", "nats", "half"),
        ("log(3) bits", "nats", "The answer is asked for in nats"),
        ("ln 3 nats", "nats", "Right."),
        ("1.0986 nat", "nats", "Right, to the digits"),
        ("1.0986 days", "days", "Right, to the digits"),
        ("log(3) per hour ", "per hour", "Right."),
        ("1.1 days", "nats", "has no meaning"),
    ],
)
def test_mistakes_that_any_question_invites_have_a_hint(text, unit, words, script):
    """Also where the author has foreseen none; what the author says comes first."""
    assert words in judged(script, text, "log(3)", unit=unit)[1]
    assert judged(script, "-log(3)", "log(3)", "", "-log(3): Mine.", unit)[1] == "Mine."


def test_one_number_is_no_answer_that_holds_for_all(script):
    kind, words = judged(script, "0.576", "e/(e + K - 1)", "K")
    assert kind == "hint" and "one number" in words and "with K" in words
    assert judged(script, "7", "p*q", "p q")[1].count("with p and q") == 1
    assert judged(script, "0.576", "e/(e + 2)")[0] == "right"
    assert judged(script, "7", "e/(e + 2)")[0] == "wrong"


@pytest.mark.parametrize(
    "text, kind",
    [
        ("m/(m + 1)", "right"),
        ("1 - 1/(1 + m)", "right"),
        ("(m^2 + m)/(1 + m)^2", "right"),
        ("M/(1+M)", "right"),
        ("m/(m - 1)", "wrong"),
        ("1/(m + 1)", "hint"),
        ("0.5", "hint"),
        ("m/(m + 1.0001)", "hint"),
        ("log(m - 1)", "unread"),
    ],
)
def test_expressions_are_compared_as_functions(text, kind, script):
    assert judged(script, text, "m/(m + 1)", "m", "1/(m + 1): The rest.")[0] == kind


# ── The pages ────────────────────────────────────────────────────────────────────────────────────


def opened(browser, site, name):
    """The exercise in the browser, on a page that is loaded once."""
    url = site + page_with(f'id="{name}"', f"the exercise {name!r}")
    if browser.current_url.partition("#")[0] != url:
        browser.get(url)
        wait_for_fields(browser)
    return browser.find_element("id", name)


def wait_for_fields(browser):
    """A page may count as loaded before its script has put the fields in."""
    from selenium.webdriver.support.ui import WebDriverWait

    WebDriverWait(browser, 20).until(lambda b: b.find_elements("css selector", "form.check"))


# What a page says to each of some answers. They are put in as an editor does that types, and Enter
# sends the form as this does; the keys themselves are pressed in another test.
SAID = """
const [box, texts] = arguments;
const form = box.querySelector("form"), field = box.querySelector("input");
const output = box.querySelector("output");
return texts.map(text => {
  field.focus(); field.select();
  document.execCommand("delete");
  const left = field.value + output.innerText;
  field.select();
  document.execCommand("insertText", false, text);
  form.requestSubmit();
  return [left, field.value, form.dataset.said, output.checkVisibility() ? output.innerText : ""];
});
"""


@each_exercise
def test_the_page_knows_right_wrong_and_unreadable_answers(name, site, browser):
    assert name, "no exercise in any chapter"
    options, box = ALL[name][1], opened(browser, site, name)
    form, answer, foreseen = (
        box.find_element("css selector", "form"),
        str(options["answer"]),
        wrong(options),
    )
    assert json.loads(form.get_attribute("data-check")) == data(options)
    texts = [answer, *(text for text, _ in foreseen), "no idea", "123.456"]
    said = browser.execute_script(SAID, box, texts)
    assert [(left, put) for left, put, _, _ in said] == [("", text) for text in texts]
    right, *hints, unread, far = [(kind, words) for _, _, kind, words in said]
    assert right == ("right", "Right.")
    assert hints == [("hint", hint) for _, hint in foreseen]
    assert unread[0] == "unread" and "has no meaning here" in unread[1]
    varies = set(options.get("variables", "").split()).intersection(re.findall(r"\w+", answer))
    assert far[0] == "hint" and "one number" in far[1] if varies else far[0] == "wrong"


def test_a_star_is_read_out(site, browser):
    """The mark of the exercises that ask for more."""
    page = page_with('class="star"', "a starred exercise")
    browser.get(site + page)
    mark = browser.find_element("css selector", ".exercise > .admonition-title > .star")
    assert (mark.aria_role, mark.accessible_name) == ("image", "starred: asks for more")
    assert mark.text == "★"


@each_exercise
def test_the_field_is_labelled_and_works_from_the_keyboard(name, site, browser):
    from selenium.webdriver.common.keys import Keys

    options, box = ALL[name][1], opened(browser, site, name)
    field, button, fold = (
        box.find_element("css selector", selector) for selector in ("input", "button", "summary")
    )
    label = field.accessible_name
    assert (
        label.startswith("Your answer")
        and options.get("unit", "") in label
        and all(variable in label for variable in options.get("variables", "").split())
    )
    field.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    assert box.find_element("css selector", "output").text == ""
    field.send_keys("no idea", Keys.ENTER)
    assert field.get_attribute("aria-invalid") == "true"
    said = browser.find_element("id", field.get_attribute("aria-describedby"))
    assert said.get_attribute("aria-live") == "polite" and said.text
    field.send_keys(Keys.CONTROL, "a", Keys.DELETE)
    field.send_keys(str(options["answer"]), Keys.TAB)
    assert browser.switch_to.active_element == button
    button.send_keys(Keys.SPACE)
    assert said.text == "Right." and field.get_attribute("aria-invalid") is None
    button.send_keys(Keys.TAB)
    assert browser.switch_to.active_element == fold
    shown = box.find_element("css selector", "details.solution .cell pre")
    before = shown.is_displayed()
    fold.send_keys(Keys.ENTER)
    assert shown.is_displayed() != before
    fold.send_keys(Keys.ENTER)


VISIBLE = """
const height = selector => [...document.querySelectorAll(selector)]
  .map(e => e.getBoundingClientRect().height);
return [height("form.check"), height("details.solution > p, details.solution pre")];
"""


def test_on_paper_the_solution_stands_in_place_of_the_field(site, browser):
    assert ALL, "no exercise in any chapter"
    name = min(ALL)
    opened(browser, site, name)
    browser.refresh()
    wait_for_fields(browser)
    fields, solutions = browser.execute_script(VISIBLE)
    assert min(fields) > 20
    try:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
        fields, solutions = browser.execute_script(VISIBLE)
    finally:
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert max(fields) == 0 and min(solutions) > 10


def test_without_javascript_there_is_no_field_and_the_solution_opens(site, browser):
    assert ALL, "no exercise in any chapter"
    url = site + page_with(f'id="{min(ALL)}"', "an exercise")
    try:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
        browser.get(url)
        forms, folds = (
            browser.find_elements("css selector", selector)
            for selector in ("form.check", "details.solution > summary")
        )
        assert forms and not any(form.is_displayed() for form in forms)
        assert len(folds) == len(forms) and all(fold.is_displayed() for fold in folds)
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})
    browser.get(url)


def test_only_pages_with_exercises_load_the_script():
    assert PAGES, "no built book: run `make book` first"
    texts = [(HTML / page).read_text() for page in PAGES]
    assert [text for text in texts if ("exercises.js" in text) != ('class="check"' in text)] == []
    assert all('defer="defer" src="' in text for text in texts if "exercises.js" in text)
