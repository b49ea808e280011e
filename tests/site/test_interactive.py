"""The figures that the reader can move: their numbers are the library's, from the keyboard, and
the page carries their first state."""

import math
import re

import numpy as np
import pytest
from built import HTML, PAGES, page_with
from helpers import ROOT
from interactive import STILLS, stills
from mpmath import mp, mpf

import xent_lit as xl
from xent_lit.laws.likelihood import binned

NAMES = sorted(path.stem for path in STILLS.glob("*.html"))
TEXT = {page: (HTML / page).read_text() for page in PAGES}
each_figure = pytest.mark.parametrize("name", NAMES)


def page_of(name):
    return page_with(f'class="interactive" data-figure="{name}"', f"the figure {name!r}")


# ── The functions, against the library ─────────────────────────────────────────────────────────

CALL = """
const number = v => Array.isArray(v) ? v.map(number) : typeof v === "string" ? Number(v) : v;
const text = v => Array.isArray(v) ? v.map(text) : String(v);
return arguments[1].map(args => text(xent[arguments[0]](...number(args))));
"""


def wire(x):
    """JSON knows no infinity, so infinities travel as text."""
    if isinstance(x, (int, float)):
        return x if math.isfinite(x) else "NaN" if x != x else "Infinity" if x > 0 else "-Infinity"
    return [wire(v) for v in np.asarray(x, dtype=float).tolist()]


def pmf_pairs(rng):
    p, q = rng.dirichlet(np.ones(5), size=2)
    near = xl.normalize(p * (1 + 1e-7 * rng.normal(size=5)))
    p_zero, q_zero = (xl.normalize(v * (np.arange(5) != k)) for v, k in ((p, 1), (q, 3)))
    return [(p, q), (p, near), (p_zero, q), (p, q_zero), (p_zero, q_zero), (p_zero, p_zero)]


def samples(rng):
    y, f, s = rng.normal(size=7), rng.normal(), rng.uniform(0.3, 3)
    return [(y, f, s)]


def rows(rng):
    z = 30 * rng.normal(size=4)
    return [
        (z,),
        (z + 1000,),
        (np.where([True, False, False, False], -np.inf, z),),
        (np.where([True, False, False, False], np.inf, z),),
        ([2.0, 2.0, 2.0],),
    ]


def coins(rng):
    return [(theta, rng.integers(0, 2, size=10)) for theta in (0.0, 0.3, float(rng.uniform()), 1.0)]


def bells(rng):
    return [(np.linspace(-6, 6, 61), rng.uniform(-4, 4), rng.uniform(0.4, 4))]


def shop(rng):
    return [(rng.integers(0, 12, size=6), *rng.uniform(0.5, 8, size=2), rng.uniform(0, 0.7))]


def shop_model(rate, r, zero):
    rest = xl.NegativeBinomial(r, probs=rate / (r + rate))
    return xl.Mixture([zero, 1 - zero], [xl.Poisson(0.0), rest])


def heavy(rng):
    return [(rng.normal(size=5), rng.uniform(0.5, 50), rng.normal(), rng.uniform(0.3, 3))]


def three_parts(rng):
    shares, places = rng.dirichlet([1, 1, 1]), rng.uniform(0.5, 2, size=(2, 3))
    return [(rng.normal(size=5), np.stack([shares, *places], axis=1))]


def parts_model(own):
    return xl.Mixture(own[:, 0], [xl.Normal(m, s) for _, m, s in own])


def windows(rng):
    return [(z, width) for width in (1e-6, 0.01, 1.0, 3.7) for z in (0.0, rng.normal(), -9.0, 38.0)]


def mass(z, width):
    """log of what a standard Normal puts on [z ± width/2], with 60 digits."""
    with mp.workdps(60):
        a, b = sorted((abs(mpf(z)) + mpf(width) / 2, abs(mpf(z)) - mpf(width) / 2))
        return float(mp.log(mp.erfc(a / mp.sqrt(2)) / 2 - mp.erfc(b / mp.sqrt(2)) / 2))


# In order: the function in JavaScript, where its arguments come from, the library's, and a twin
# that must be refused.
LAWS = {
    "crossEntropy": (pmf_pairs, xl.cross_entropy, lambda p, q: xl.cross_entropy(q, p)),
    "klDivergence": (
        pmf_pairs,
        xl.kl_divergence,
        lambda p, q: xl.cross_entropy(p, q) - xl.entropy(p),
    ),
    "entropy": (
        lambda rng: [(p,) for p, _ in pmf_pairs(rng)],
        xl.entropy,
        lambda p: xl.entropy(p, base=2),
    ),
    "softmax": (rows, xl.softmax, lambda z: xl.softmax(xl.softmax(z))),
    "logSoftmax": (rows, xl.log_softmax, lambda z: z - np.log(np.sum(np.exp(z)))),
    "likelihood": (
        coins,
        lambda t, x: xl.likelihood(xl.Bernoulli(t), x),
        lambda t, x: np.sum(np.where(x, t, 1 - t)),
    ),
    "bernoulliNll": (
        coins,
        lambda t, x: xl.nll(xl.Bernoulli(t), x),
        lambda t, x: xl.nll(xl.Bernoulli(t), 1 - x),
    ),
    "mse": (
        lambda rng: [a[:2] for a in samples(rng)],
        lambda y, f: np.mean((y - f) ** 2),
        lambda y, f: np.mean(y - f) ** 2,
    ),
    "normalNll": (
        samples,
        lambda y, f, s: xl.nll(xl.Normal(f, s), y),
        lambda y, f, s: xl.nll(xl.Normal(f, s**2), y),
    ),
    "profiledNll": (
        lambda rng: [a[:2] for a in samples(rng)],
        lambda y, f: xl.nll(xl.Normal(f, math.sqrt(np.mean((y - f) ** 2))), y),
        lambda y, f: xl.nll(xl.Normal(f, 1.0), y),
    ),
    "countNll": (
        shop,
        lambda y, *a: xl.nll(shop_model(*a), y),
        lambda y, rate, r, zero: xl.nll(shop_model(rate, 1 / r, zero), y),
    ),
    "studentNll": (
        heavy,
        lambda y, df, m, s: xl.nll(xl.StudentT(df, m, s), y),
        lambda y, df, m, s: xl.nll(xl.Normal(m, s), y),
    ),
    "partsNll": (
        three_parts,
        lambda y, own: xl.nll(parts_model(own), y),
        lambda y, own: xl.nll(parts_model(own[:, [0, 2, 1]]), y),
    ),
    "bell": (
        bells,
        lambda x, m, s: xl.softmax(-0.5 * ((x - m) / s) ** 2),
        lambda x, m, s: xl.softmax(-(((x - m) / s) ** 2)),
    ),
    "logNormalMass": (
        windows,
        mass,
        lambda z, width: -(z**2) / 2 - math.log(2 * math.pi) / 2 + math.log(width),
    ),
}


@pytest.fixture(scope="module")
def script(browser):
    browser.get("about:blank")
    browser.execute_script((ROOT / "_assets/interactive.js").read_text())
    return browser


def agree(left, right, rtol=1e-12):
    return np.allclose(
        np.asarray(left, dtype=float),
        np.asarray(right, dtype=float),
        rtol=rtol,
        atol=0,
        equal_nan=True,
    )


@pytest.mark.parametrize("name", LAWS)
def test_function_is_the_librarys(name, script):
    draw, law, twin = LAWS[name]
    rng = np.random.default_rng(0)
    cases = [case for _ in range(100) for case in draw(rng)]
    found = script.execute_script(CALL, name, [[wire(a) for a in case] for case in cases])
    with np.errstate(all="ignore"):
        wrong = [
            (case, got, law(*case)) for case, got in zip(cases, found) if not agree(got, law(*case))
        ]
        assert wrong[:1] == []
        assert not all(agree(got, twin(*case)) for case, got in zip(cases, found)), (
            "the check accepts a false law"
        )


def test_fitted_members_are_the_best(script):
    """Student's t and the mixtures of the sliders: no neighbour pays less for the draws."""
    rng = np.random.default_rng(0)
    cases = [(rng.normal(size=13), df) for df in (1.0, 3.0, 30.0) for _ in range(5)]
    found = script.execute_script(CALL, "fitStudent", [[wire(a) for a in case] for case in cases])
    for (y, df), at in zip(cases, found):
        m, s = map(float, at)
        least = xl.nll(xl.StudentT(df, m, s), y)
        for dm, ds in ((0.01, 0), (-0.01, 0), (0, 0.01), (0, -0.01)):
            assert least < xl.nll(xl.StudentT(df, m + dm, s + ds), y), (df, dm, ds)
    y = np.concatenate([rng.normal(0, 0.5, size=12), rng.normal(5, 0.5, size=12)])
    [own] = script.execute_script(CALL, "fitParts", [[wire(y), 2, 0.01]])
    own = np.array(own, dtype=float)
    assert agree(own[:, 0].sum(), 1.0, rtol=1e-9)
    for nudge in np.eye(4):
        for step in (0.01, -0.01):
            moved = own + step * np.insert(nudge.reshape(2, 2), 0, 0, axis=1)
            assert xl.nll(parts_model(own), y) < xl.nll(parts_model(moved), y)


def test_bins_are_the_librarys(script):
    """The library takes the mass of a bin from two tails, which costs digits when the bin is
    narrow; hence two tolerances."""
    rng = np.random.default_rng(0)
    cases = [
        (rng.normal(1, 2, size=20), rng.normal(), rng.uniform(0.5, 2), width)
        for width in (3.0, 0.3, 1e-2, 1e-4, 1e-6)
        for _ in range(20)
    ]
    found = script.execute_script(CALL, "binned", [[wire(a) for a in case] for case in cases])
    for (y, m, s, width), got in zip(cases, found):
        assert agree(
            got, binned(xl.Normal(m, s), y, width), rtol=1e-12 if width >= 1e-2 else 1e-9
        ), (m, s, width)
        assert not agree(got, binned(xl.Normal(m, s * 1.001), y, width), rtol=1e-9), (
            "the check accepts a false law"
        )


# ── The page: what is in it, and what it loads ─────────────────────────────────────────────────


@each_figure
def test_page_carries_the_first_state(name, browser):
    """The still in the page is what the script draws; numbers may differ by a rounding of the
    last digit."""
    still, drawn = (STILLS / f"{name}.html").read_text(), stills(browser)[name]
    number = re.compile(r"-?\d+\.?\d*(?:e-?\d+)?")
    assert number.sub("", still) == number.sub("", drawn), "run `python _ext/interactive.py`"
    assert np.allclose(
        *([float(v) for v in number.findall(text)] for text in (still, drawn)), rtol=0, atol=0.11
    ), "run `python _ext/interactive.py`"
    assert all(line in TEXT[page_of(name)] for line in re.findall(r'd="[^"]{40,}"', still))


def test_script_loads_where_it_is_needed():
    assert PAGES, "no built book: run `make book` first"
    for page, text in TEXT.items():
        assert len(re.findall(r"<script[^>]*interactive\.js", text)) == (
            'class="interactive"' in text
        ), page
        assert len(re.findall(r"<link[^>]*interactive\.css", text)) == (
            'class="interactive"' in text
        ), page


def test_script_knows_the_same_figures(script):
    assert sorted(script.execute_script("return xent.names")) == NAMES


# ── The reader at the keyboard ─────────────────────────────────────────────────────────────────


class Figure:
    """One figure on its page, driven by keys."""

    def __init__(self, browser, site, name):
        self.browser, self.name = browser, name
        browser.execute_cdp_cmd(
            "Emulation.setEmulatedMedia",
            {"media": "", "features": [{"name": "prefers-reduced-motion", "value": "reduce"}]},
        )
        browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
        # a window that no desktop has put in front would not show where the focus is
        browser.execute_cdp_cmd("Emulation.setFocusEmulationEnabled", {"enabled": True})
        browser.get_log("browser")
        browser.get(site + page_of(name))
        self.root = f'.interactive[data-figure="{name}"]'
        browser.execute_async_script(
            f"const done = arguments[0], wait = () => document.querySelector('{self.root} form "
            f"b')?.textContent ? done() : setTimeout(wait, 20); wait()"
        )

    def ask(self, javascript, *args, wait=False):
        return (self.browser.execute_async_script if wait else self.browser.execute_script)(
            f"const root = document.querySelector('{self.root}'); {javascript}", *args
        )

    def press(self, control, *keys):
        """Focus the control by name, or the button by its words or label, and press keys."""
        from selenium.webdriver.common.keys import Keys

        element = self.ask(
            """return [...root.querySelector("form").elements].find(e => e.name === arguments[0] ||
            e.textContent === arguments[0] || e.getAttribute("aria-label") === arguments[0])""",
            control,
        )
        self.browser.execute_script("arguments[0].focus()", element)
        for key in keys:
            self.browser.switch_to.active_element.send_keys(getattr(Keys, key))
        assert self.browser.switch_to.active_element == element, "the focus is lost"
        assert (
            self.ask("return getComputedStyle(document.activeElement).outlineStyle") == "solid"
        ), "the focus is not seen"

    @property
    def state(self):
        return self.ask(
            "return Object.fromEntries([...root.querySelector('form').elements].filter(e => "
            "e.name).map(e => [e.name, +e.value]))"
        )

    @property
    def numbers(self):
        return {
            key: float(value)
            for key, value in self.ask(
                "return [...root.querySelectorAll('data')].map(d => [d.dataset.key, d.value])"
            )
        }

    @property
    def picture(self):
        return self.ask("return root.firstElementChild.innerHTML")


def surprise(s, script):
    def loss(q):
        return xl.cross_entropy([1, 0], [q, 1 - q])

    return {"L": loss(s["q"]), "H": loss(s["q"] / 2)}


def areas(s, script):
    p, q = (xl.normalize([s[name + k] for k in "012"]) for name in "pq")
    base = {2: 2, 1: None}[s["unit"]]
    return {
        "Hp": xl.entropy(p, base=base),
        "Hq": xl.entropy(q, base=base),
        "Cp": xl.cross_entropy(p, q, base=base),
        "Cq": xl.cross_entropy(q, p, base=base),
        "Dp": xl.kl_divergence(p, q, base=base),
        "Dq": xl.kl_divergence(q, p, base=base),
    }


def likelihood(s, script):
    model, x = xl.Bernoulli(s["theta"]), [s[f"x{i}"] for i in range(10)]
    p_hat = xl.empirical(x)
    return {
        "L": xl.likelihood(model, x),
        "C": xl.nll(model, x),
        "D": xl.kl_divergence(p_hat, model),
        "H": xl.entropy(p_hat),
    }


def sigma(s, script):
    y = np.array(script("return xent.samples.sigma"))
    mse = np.mean((y - s["f"]) ** 2)
    return {
        "M": mse,
        "N": xl.nll(xl.Normal(s["f"], s["sigma"]), y),
        "F": xl.nll(xl.Normal(s["f"], math.sqrt(mse)), y),
    }


OUTCOMES = np.linspace(-6, 6, 61)
TRUTH = 0.6 * xl.softmax(-0.5 * ((OUTCOMES + 2.5) / 0.7) ** 2) + 0.4 * xl.softmax(
    -0.5 * ((OUTCOMES - 2.5) / 0.7) ** 2
)


def both_divergences(m, s):
    q = xl.softmax(-0.5 * ((OUTCOMES - m) / s) ** 2)
    return {"D": xl.kl_divergence(TRUTH, q), "R": xl.kl_divergence(q, TRUTH)}


def modes(s, script):
    return both_divergences(s["m"], s["s"])


def bins(s, script):
    y, model, width = (
        np.array(script("return xent.samples.bins")),
        xl.Normal(s["m"], 2.0),
        10 ** s["e"],
    )
    h, ce = binned(model, y, width)
    return {"H": h, "C": ce, "D": ce - h, "S": ce + math.log(width), "N": xl.nll(model, y)}


def logits(s, script):
    z = np.array([s["z0"], s["z1"], s["z2"]]) + s["c"]
    with np.errstate(all="ignore"):
        naive = -np.log(np.exp(z[0]) / np.sum(np.exp(z)))
    return {"L": -xl.log_softmax(z)[0], "N": naive}


def counts(s, script):
    y, r = np.array(script("return xent.samples.weeks")), 10 ** s["e"]
    if s["e"] >= 2:
        q = xl.Mixture([s["w"], 1 - s["w"]], [xl.Poisson(0.0), xl.Poisson(s["m"])])
    else:
        q = shop_model(s["m"], r, s["w"])
    return {
        "N": xl.nll(q, y),
        "M": q.mean,
        "V": q.variance,
        "Z": q.prob(0),
        "T": 1 - np.sum(q.prob(np.arange(6))),
    }


def tails(s, script):
    y = np.array([*script("return xent.samples.near"), s["d"]])
    df, q = 10 ** s["e"], xl.mle(xl.Normal, y)
    if s["e"] < 2:
        q = xl.StudentT(df, *script("return xent.fitStudent(...arguments)", y.tolist(), df))
    far = -q.log_prob(s["d"]) / len(y)
    return {"L": q.loc, "S": q.scale, "N": xl.nll(q, y), "F": far}


def parts(s, script):
    y, new = (np.array(script(f"return xent.samples.{name}")) for name in ("seen", "held"))
    call = "return xent.fitParts(...arguments)"
    q = parts_model(np.array(script(call, y.tolist(), s["k"], 10 ** s["e"])))
    return {"T": xl.nll(q, y), "H": xl.nll(q, new)}


# What a reader presses, in order: a control and its keys.
VISITS = {
    surprise: [("q", "ARROW_LEFT"), ("q", "HOME"), ("q", "END")],
    areas: [
        ("p0", "ARROW_RIGHT"),
        ("unit", "ARROW_DOWN"),
        ("q1", "HOME"),
        ("p1", "HOME"),
        ("q2", "ARROW_LEFT", "ARROW_LEFT"),
        ("p2", "END"),
    ],
    likelihood: [
        ("theta", "ARROW_RIGHT"),
        ("draw 3: 0", "SPACE"),
        ("draw 1: 1", "ENTER"),
        ("θ to the maximum", "SPACE"),
        ("theta", "HOME"),
        ("theta", "END"),
    ],
    sigma: [
        ("f", "ARROW_RIGHT"),
        ("sigma", "HOME"),
        ("σ to √MSE", "ENTER"),
        ("f to the mean", "SPACE"),
        ("sigma", "END"),
        ("f", "END"),
    ],
    modes: [("m", "ARROW_LEFT"), ("s", "HOME"), ("m", "END"), ("s", "END")],
    bins: [("e", "ARROW_LEFT"), ("m", "ARROW_RIGHT"), ("e", "HOME"), ("m", "END"), ("e", "END")],
    counts: [
        ("m", "ARROW_RIGHT"),
        ("negative binomial", "SPACE"),
        ("w", "END"),
        ("e", "HOME"),
        ("zero-inflated Poisson", "ENTER"),
        ("m", "END"),
    ],
    tails: [("d", "END"), ("Student t, 2 degrees", "SPACE"), ("d", "ARROW_LEFT"), ("e", "HOME")],
    parts: [("k", "ARROW_RIGHT"), ("e", "HOME"), ("k", "END"), ("e", "END")],
    logits: [("z0", "ARROW_RIGHT"), ("z0", "END"), ("c", "END"), ("z1", "HOME"), ("c", "HOME")],
}


@pytest.mark.parametrize("expected", VISITS, ids=lambda f: f.__name__)
def test_numbers_follow_the_keyboard(expected, site, browser):
    figure = Figure(browser, site, expected.__name__)
    tolerance = 1e-8 if expected is bins else 1e-12
    seen = figure.state
    for control, *keys in [(next(iter(seen)),), *VISITS[expected]]:
        before, picture, was = figure.numbers, figure.picture, figure.state
        figure.press(control, *keys)
        state, numbers, true = (
            figure.state,
            figure.numbers,
            expected(figure.state, browser.execute_script),
        )
        assert numbers.keys() == true.keys()
        wrong = {
            key: (numbers[key], float(true[key]))
            for key in true
            if not agree(numbers[key], true[key], rtol=tolerance)
            and abs(numbers[key] - true[key]) > 1e-15
        }
        assert (control, state, wrong) == (control, state, {})
        moved = state != was and (numbers, figure.picture) != (before, picture)
        assert moved or not keys, f"{control} moves nothing"
    assert [
        entry["message"]
        for entry in browser.get_log("browser")
        if entry["level"] in ("SEVERE", "WARNING")
    ] == []


def test_visits_cover_every_figure():
    assert sorted(f.__name__ for f in VISITS) == NAMES


def test_no_weight_is_no_pmf(site, browser):
    figure = Figure(browser, site, "areas")
    for k in "012":
        figure.press("p" + k, "HOME")
    assert (
        "no pmf" in figure.ask("return root.querySelector('output').textContent")
        and figure.numbers == {}
    )
    figure.press("p1", "ARROW_RIGHT")
    assert figure.numbers["Hp"] == 0


def test_the_three_optima_are_one(site, browser):
    """No theta on the slider beats the frequency, for the likelihood, the cross-entropy or the
    divergence."""
    figure = Figure(browser, site, "likelihood")
    figure.press("theta", "HOME")
    seen = []
    for _ in range(101):
        seen.append((figure.state["theta"], figure.numbers))
        figure.press("theta", "ARROW_RIGHT")
    assert {
        max(seen, key=lambda t: t[1]["L"])[0],
        min(seen, key=lambda t: t[1]["C"])[0],
        min(seen, key=lambda t: t[1]["D"])[0],
    } == {0.6}
    figure.press("θ to the maximum", "ENTER")
    assert figure.state["theta"] == 0.6


def test_sigma_follows_the_error(site, browser):
    """The buttons lead to the mean, and to the slider position next to √MSE."""
    figure = Figure(browser, site, "sigma")
    y = np.array(figure.ask("return xent.samples.sigma"))
    for button in ("σ to √MSE", "f to the mean", "σ to √MSE"):
        figure.press(button, "SPACE")
        if button[0] == "σ":
            assert (
                abs(figure.state["sigma"] - math.sqrt(np.mean((y - figure.state["f"]) ** 2)))
                <= 0.025
            )
    assert figure.state["f"] == y.mean()


GRID = {
    (round(m, 1), round(s, 1)): both_divergences(m, s)
    for m in np.linspace(-4, 4, 81)
    for s in np.linspace(0.4, 4, 37)
}
# What a reader presses first, and where the reverse descent then ends. The forward one has a single
# end.
STARTS = [
    ([("m", "HOME"), ("s", "HOME")], (-2.5, 0.7)),
    ([("m", "END"), ("s", "HOME")], (2.5, 0.7)),
    ([], (2.5, 0.7)),
    ([("m", "END"), ("s", "END")], (-0.4, 2.5)),
]


@pytest.mark.parametrize(("presses", "end"), STARTS)
def test_downhill(presses, end, site, browser):
    """From every start the forward descent ends at the least of all slider positions; the
    reverse one at what is least nearby."""
    figure = Figure(browser, site, "modes")
    for action, key, target in (
        ("go down D(q‖p)", "R", end),
        ("go down D(p‖q)", "D", min(GRID, key=lambda at: GRID[at]["D"])),
    ):
        for control, press in presses:
            figure.press(control, press)
        figure.press(action, "ENTER")
        m, s = place = figure.state["m"], figure.state["s"]
        near = [
            (round(m + i / 10, 1), round(s + j / 10, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1)
        ]
        assert (place, min(near, key=lambda at: GRID[at][key])) == (target, target)


def test_downhill_moves_frame_by_frame(site, browser):
    """The same end where motion is welcome, and another touch stops it."""
    figure = Figure(browser, site, "modes")
    browser.execute_cdp_cmd(
        "Emulation.setEmulatedMedia",
        {"media": "", "features": [{"name": "prefers-reduced-motion", "value": "no-preference"}]},
    )
    figure.press("go down D(q‖p)", "ENTER")
    figure.ask(
        """const done = arguments[0], output = root.querySelector("output");
        const ready = () => output.getAttribute("aria-busy") === "false";
        const wait = () => ready() ? done() : setTimeout(wait, 20);
        wait()""",
        wait=True,
    )
    assert (figure.state["m"], figure.state["s"]) == (2.5, 0.7)


@pytest.mark.parametrize(
    ("name", "control", "lo", "hi"),
    [
        ("surprise", "q", 0, 1),
        ("likelihood", "theta", 0, 1),
        ("sigma", "f", -1, 5),
        ("modes", "m", -6, 6),
        ("logits", "z0", -10, 50),
    ],
)
def test_picture_can_be_dragged(name, control, lo, hi, site, browser):
    from selenium.webdriver import ActionChains

    figure = Figure(browser, site, name)
    view = figure.ask("return root.firstElementChild")
    left, right = (view.rect["width"] * x for x in (-0.25, 0.25))
    ActionChains(browser).move_to_element_with_offset(view, left, 0).click_and_hold().perform()
    first = figure.state[control]
    ActionChains(browser).move_to_element_with_offset(view, right, 0).release().perform()
    assert [(value - lo) / (hi - lo) for value in (first, figure.state[control])] == pytest.approx(
        [0.25, 0.75], abs=0.06
    )


# ── The look ───────────────────────────────────────────────────────────────────────────────────


@each_figure
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_figure_on_a_phone(name, theme, site, browser):
    figure = Figure(browser, site, name)
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": 390, "height": 844, "deviceScaleFactor": 2, "mobile": False},
    )
    browser.execute_script("document.documentElement.dataset.theme = arguments[0]", theme)
    browser.execute_async_script(
        "requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(arguments[0], 50)))"
    )
    wide = figure.ask("""const right = root.getBoundingClientRect().right;
        return [...root.querySelectorAll("text, span, label, input, select, button")]
          .filter(e => e.getBoundingClientRect().right > right + .5).map(e => e.textContent)""")
    assert wide == []
    assert browser.execute_script("return document.documentElement.scrollWidth") <= 390
    size = figure.ask("""const tick = root.querySelector("text.tick");
        return tick.getScreenCTM().a * parseFloat(getComputedStyle(tick).fontSize)""")
    assert size >= 11, "small print"
    colors = figure.ask(
        "return ['.p', '.q'].map(c => getComputedStyle(root.querySelector('svg ' + c)).color)"
    )
    assert (
        colors
        == {
            "light": ["rgb(0, 114, 178)", "rgb(213, 94, 0)"],
            "dark": ["rgb(86, 180, 233)", "rgb(255, 138, 61)"],
        }[theme]
    )


@each_figure
def test_figure_in_print(name, site, browser):
    figure = Figure(browser, site, name)
    browser.execute_script("document.documentElement.dataset.theme = 'dark'")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    shown = figure.ask(
        "return ['svg', 'output', 'form'].map(e => "
        "root.querySelector(e).getBoundingClientRect().height > 0)"
    )
    ink = figure.ask("return getComputedStyle(root.querySelector('svg')).color")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert (shown, ink) == ([True, True, False], "rgb(34, 34, 34)")
