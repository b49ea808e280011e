/* Figures the reader can move. First the quantities, as in xent_lit (tests/test_interactive.py compares them), then how to
   draw, then the figures. A figure is controls and a function from their values to a picture and a line of numbers. */
(() => {
"use strict";
const {abs, ceil, cos, exp, floor, log, log1p, max, min, round, sqrt, PI, LN2} = Math;
const sum = a => a.reduce((s, x) => s + x, 0), mean = a => sum(a) / a.length;
const span = (n, f) => Array.from({length: n}, (_, i) => f(i));

/* ---- quantities, in nats; (p, q) is (truth, model) ---- */

const normalize = w => { const total = sum(w); return w.map(x => x / total); };
const surprisal = q => q === 0 ? Infinity : -log(q);
const weigh = (w, a) => w === 0 ? 0 : w * a;                                    // 0 · ∞ = 0
const crossEntropy = (p, q) => sum(p.map((w, k) => weigh(w, surprisal(q[k]))));
const entropy = p => crossEntropy(p, p);

const phi = s => {                                                              // (1 + s) artanh(s) − s, |s| ≤ 1/3
  let series = 0;
  for (let k = 17; k >= 0; k--) series = series * s * s + 1 / (2 * k + 3);
  return s * s * (1 + (s * s + s) * series);
};
const klTerm = (p, q) => {                                                      // p log(p/q) − p + q, never negative
  if (p === 0) return q;
  if (q === 0) return Infinity;
  const s = (p - q) / (p + q);
  return abs(s) <= 1 / 3 ? (p + q) * phi(s) : p * (log(p) - log(q)) - p + q;
};
const klDivergence = (p, q) => sum(p.map((w, k) => klTerm(w, q[k])));

const logSoftmax = z => {
  const m = max(...z), n = z.filter(v => v === m).length;
  const gaps = z.map(v => v === m && m === Infinity ? 0 : v - m);
  const excess = log(n) + log1p(sum(gaps.map((g, k) => z[k] === m ? 0 : exp(g))) / n);
  return gaps.map(g => g - excess);
};
const softmax = z => logSoftmax(z).map(exp);
const naiveLoss = (z, k) => -log(exp(z[k]) / sum(z.map(exp)));                  // what not to do

const likelihood = (theta, x) => x.reduce((product, v) => product * (v ? theta : 1 - theta), 1);
const bernoulliNll = (theta, x) => crossEntropy([1 - mean(x), mean(x)], [1 - theta, theta]);

const mse = (y, f) => mean(y.map(v => (v - f) ** 2));
const normalNll = (y, f, sigma) => mean(y.map(v => ((v - f) / sigma) ** 2)) / 2 + log(sigma * sqrt(2 * PI));
const profiledNll = (y, f) => log(2 * PI * Math.E * mse(y, f)) / 2;

const logGamma = x => {                                      // Stirling's series from 10 on, and below by x Γ(x) = Γ(x + 1)
  let shift = 0;
  for (; x < 10; x++) shift += log(x);
  const u = 1 / (x * x);
  return (x - .5) * log(x) - x + log(2 * PI) / 2 + (1 / 12 - u * (1 / 360 - u * (1 / 1260 - u * (1 / 1680 - u * (1 / 1188 - u * 691 / 360360))))) / x - shift;
};
const countProb = (k, rate, r, zero) => {                   // a zero for certain with the probability zero, else a negative binomial; r = ∞: Poisson
  const none = r === Infinity ? -rate : -r * log1p(rate / r), more = i => r === Infinity ? rate : (r + i) * rate / (r + rate);
  return (k === 0 ? zero : 0) + (1 - zero) * exp(none + sum(span(k, i => log(more(i) / (i + 1)))));
};
const countNll = (y, rate, r, zero) => mean(y.map(k => -log(countProb(k, rate, r, zero))));
const studentNll = (y, df, loc, s) => mean(y.map(v => log1p(((v - loc) / s) ** 2 / df))) * (df + 1) / 2
  + logGamma(df / 2) - logGamma((df + 1) / 2) + log(df * PI) / 2 + log(s);
const fitStudent = (y, df) => {                             // draws far from the middle count less; [loc, scale] after many rounds
  let loc = [...y].sort((a, b) => a - b)[floor(y.length / 2)], s = sqrt(mse(y, loc));
  for (let round = 0; round < 300; round++) {
    const w = y.map(v => (df + 1) / (df + ((v - loc) / s) ** 2));
    loc = sum(y.map((v, i) => w[i] * v)) / sum(w);
    s = sqrt(mean(y.map((v, i) => w[i] * (v - loc) ** 2)));
  }
  return [loc, s];
};
const partsNll = (y, parts) => mean(y.map(v => {            // of a mixture of Normals, each [share, mean, σ]
  const a = parts.map(([w, m, s]) => log(w) - log(s) - ((v - m) / s) ** 2 / 2), top = max(...a);
  return log(2 * PI) / 2 - top - log(sum(a.map(b => exp(b - top))));
}));
const fitParts = (y, k, least) => {                         // by EM from the quantiles on; no σ below the least one
  const sorted = [...y].sort((a, b) => a - b), width = sqrt(mse(y, mean(y)));
  let parts = span(k, j => [1 / k, sorted[floor((j + .5) * y.length / k)], max(width / k, least)]);
  for (let round = 0; round < 100; round++) {
    const owns = y.map(v => softmax(parts.map(([w, m, s]) => log(w) - log(s) - ((v - m) / s) ** 2 / 2)));
    parts = span(k, j => {
      const own = owns.map(o => o[j]), n = sum(own) + 1e-12, m = sum(y.map((v, i) => own[i] * v)) / n;
      return [n / y.length, m, max(least, sqrt(sum(y.map((v, i) => own[i] * (v - m) ** 2)) / n))];
    });
  }
  return parts;
};

const bell = (x, m, s) => softmax(x.map(v => -(((v - m) / s) ** 2) / 2));

const GAUSS = [[.1488743389816312, .2955242247147529], [.4333953941292472, .2692667193099963], [.6794095682990244, .2190863625159820],
               [.8650633666889845, .1494513491505806], [.9739065285171717, .0666713443086881]];
const logNormalMass = (middle, width) => {                  // of [middle ± width/2] under N(0, 1), by Gauss's rule on short panels
  const panels = ceil(width * (1 + abs(middle) / 4)), h = width / panels / 2, peak = max(0, abs(middle) - width / 2);
  const at = z => exp((peak - z) * (peak + z) / 2);
  const mass = sum(span(panels, i => middle + (2 * i + 1 - panels) * h).map(c => sum(GAUSS.map(([t, w]) => w * (at(c - t * h) + at(c + t * h))))));
  return log(h * mass) - peak ** 2 / 2 - log(2 * PI) / 2;
};
const counted = (y, width) => {                             // [bin, share of the draws] for each bin that holds a draw
  const bins = new Map();
  for (const v of y) { const k = floor(v / width); bins.set(k, (bins.get(k) || 0) + 1 / y.length); }
  return [...bins];
};
const binned = (y, m, s, width) => {                        // [H, CE] of the binned sample and the binned model
  const bins = counted(y, width);
  return [sum(bins.map(([, w]) => weigh(w, surprisal(w)))), -sum(bins.map(([k, w]) => w * logNormalMass(((k + .5) * width - m) / s, width / s)))];
};

/* ---- drawing ---- */

const raised = n => String(n).replace(/./g, c => "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"["-0123456789".indexOf(c)]);
const power = v => { const e = floor(log(v) / Math.LN10 + 1e-9), m = v / 10 ** e; return `${m.toFixed(1)}·10${raised(e)}`; };
const say = (v, digits = 3) => Number.isNaN(v) ? "NaN" : abs(v) === Infinity ? (v < 0 ? "−∞" : "∞")
  : v === 0 ? "0" : abs(v) < 10 ** (1 - digits) ? (v < 0 ? "−" : "") + power(abs(v)) : v.toFixed(digits).replace("-", "−");

const P = '<i class="p">p</i>', Q = '<i class="q">q</i>', PHAT = '<i class="p">p̂</i>', PTHETA = '<i class="q">p<sub>θ</sub></i>';
const tspan = name => `<tspan class="${name}">${name}</tspan>`;
const number = (key, label, value, line = "", unit = "nats") =>
  `<span>${line && `<b class="key ${line}"></b>`}${label} <data value="${value}" data-key="${key}">${say(value)}</data> ${unit}</span>`;

const LEFT = 38, RIGHT = 12, TOP = 26, BOTTOM = 40;         // room around a panel: numbers, last number, title, name of the axis
const px = v => round(v * 10) / 10;
const plain = t => String(t).replace("-", "−");
const ticks = (lo, hi, n) => {
  const e = 10 ** floor(log((hi - lo) / n) / Math.LN10), step = e * [1, 2, 5, 10].find(s => s * e * n >= (hi - lo) * .999);
  return span(floor((hi - lo) / step + 1e-9) + 1, i => +((ceil(lo / step - 1e-9) + i) * step).toFixed(9)).filter(t => t <= hi + 1e-9);
};
function panel(y, width, height, [x0, x1], [y0, y1], {title, xname, left = 0,
  xticks = ticks(x0, x1, width > 400 ? 8 : 5), yticks = ticks(y0, y1, 4), xsay = plain, ysay = plain}) {
  const w = width - LEFT - RIGHT, h = height - TOP - BOTTOM;
  const X = v => px(w * (v - x0) / (x1 - x0));
  const Y = v => px(h * (y1 - max(y0 - 9 * (y1 - y0), min(y1 + 9 * (y1 - y0), v))) / (y1 - y0));    // far off the panel at most
  const gap = (points, i) => i < 0 || Number.isNaN(points[i][1]);
  const path = points => points.map(([a, b], i) => gap(points, i) ? "" : `${gap(points, i - 1) ? "M" : "L"}${X(a)} ${Y(b)}`).join("");
  return {
    line: (points, look) => `<path class="line ${look}" d="${path(points)}"/>`,
    curve(f, look, n = 100) { return this.line(span(n + 1, i => { const a = x0 + (x1 - x0) * i / n; return [a, f(a)]; }), look); },
    area: (points, look) => `<path class="area ${look}" d="${path(points)}Z"/>`,
    bar: (a, b, lo, hi, look) => `<rect class="area ${look}" x="${X(a)}" y="${Y(hi)}" width="${px(max(X(b) - X(a), 1.2))}" height="${px(Y(lo) - Y(hi))}"/>`,
    rule: (a, look) => `<path class="rule ${look}" d="M${X(a)} 0V${h}"/>`,
    dot: (a, b, look) => Number.isFinite(b) ? `<circle class="dot ${look}" cx="${X(a)}" cy="${Y(b)}" r="4.5"/>` : "",
    text: (a, b, words) => `<text x="${X(a)}" y="${Y(b) + 4}" text-anchor="middle">${words}</text>`,
    show: (...marks) => `<g transform="translate(${left + LEFT} ${y + TOP})"><text class="title" x="${8 - LEFT}" y="-11">${title}</text>`
      + yticks.map(t => `<path class="grid" d="M0 ${Y(t)}H${w}"/><text class="tick" x="-7" y="${Y(t) + 4}" text-anchor="end">${ysay(t)}</text>`).join("")
      + `<svg width="${w}" height="${h}">${marks.flat().join("")}</svg><path class="axis" d="M0 ${h}H${w}"/>`
      + xticks.map(t => `<text class="tick" x="${X(t)}" y="${h + 16}" text-anchor="middle">${xsay(t)}</text>`).join("")
      + `<text class="tick" x="${w / 2}" y="${h + 33}" text-anchor="middle">${xname}</text></g>`,
  };
}
const picture = (width, height, ...panels) => `<svg viewBox="0 0 ${width} ${height}">${panels.join("")}</svg>`;

/* ---- controls ---- */

const slider = (name, label, [lo, hi, step], value, words, look = "") => ({name, label, value, words, look,
  html: `<input type="range" name="${name}" min="${lo}" max="${hi}" step="${step}" value="${value}">`});
const choice = (name, label, options) => ({name, label, value: options[0][0], look: "wide",
  html: `<select name="${name}">${options.map(([value, words]) => `<option value="${value}">${words}</option>`).join("")}</select>`});

/* ---- the figures ---- */

const figures = {};

figures.surprise = {
  controls: [slider("q", Q, [.01, 1, .01], .7, s => s.q.toFixed(2), "q wide")],
  drag: ["q", 0, 1],
  draw(s, width) {
    const on = panel(0, width, 260, [0, 1], [0, 5], {title: "loss (nats)", xname: `${tspan("q")}, the probability given to what happened`});
    const half = s.q / 2, curve = span(200, i => [(i + 1) / 200, surprisal((i + 1) / 200)]);
    return [picture(width, 260, on.show(on.rule(s.q, "q"), on.line(curve, "q"), on.dot(half, surprisal(half), "q open"), on.dot(1, 0, "p"), on.dot(s.q, surprisal(s.q), "q"))),
      `${number("L", `−log ${s.q.toFixed(2)} =`, surprisal(s.q), "q")} ${number("H", `at half of it, −log ${half.toFixed(3)} =`, surprisal(half))}`];
  },
};

const OUTCOMES = [..."abc"], pmf = (s, name) => normalize(OUTCOMES.map((_, k) => s[name + k]));
figures.areas = {
  controls: [...OUTCOMES.flatMap((o, k) => [["p", [6, 3, 1], P], ["q", [3, 3, 4], Q]].map(([name, start, letter]) =>
      slider(name + k, `${letter}(${o})`, [0, 10, 1], start[k], s => plain(pmf(s, name)[k].toFixed(2)), name))),
    choice("unit", "unit", [[2, "bits"], [1, "nats"]])],
  draw(s, width) {
    const p = pmf(s, "p"), q = pmf(s, "q"), [unit, u] = s.unit === 2 ? ["bits", LN2] : ["nats", 1];
    const side = width >= 560, w = side ? width / 2 : width, h = 255, top = 5 * LN2 / u;
    for (const [name, values] of [["p", p], ["q", q]]) if (values.some(Number.isNaN))
      return [picture(width, 60), `<span>All weights of <i class="${name}">${name}</i> are 0. They make no pmf.</span>`];
    const under = (truth, name, model, i) => {
      const start = truth.map((_, k) => sum(truth.slice(0, k))), middle = truth.map((t, k) => start[k] + t / 2);
      const on = panel(side ? 0 : i * h, w, h, [0, 1], [0, top], {left: side ? i * w : 0,
        title: `truth ${tspan(name)}, model ${tspan(model)}: surprise (${unit})`, xname: `outcomes, as wide as ${tspan(name)}`,
        xticks: middle.filter((_, k) => truth[k] > .03), xsay: t => OUTCOMES[middle.indexOf(t)]});
      return on.show(truth.map((t, k) => {
        if (t === 0) return "";
        const a = surprisal(p[k]) / u, b = surprisal(q[k]) / u, [lo, hi] = a < b ? [a, b] : [b, a], from = start[k], to = from + t;
        const sign = hi === Infinity ? "+∞" : (a > b) === (name === "q") ? "+" : "−";
        return on.bar(from, to, 0, lo, "both") + on.bar(from, to, lo, hi, a > b ? "p" : "q")
          + on.line([[from, a], [to, a]], "p thick") + on.line([[from, b], [to, b]], "q thick")
          + ((hi - lo) * t > .1 / u ? on.text(middle[k], (lo + min(hi, top)) / 2, sign) : "");
      }));
    };
    const row = (t, m, T, M, name) => `<div>${number("H" + name, `H(${T})`, entropy(t) / u, "", "")} +
      ${number("D" + name, `D(${T}‖${M})`, klDivergence(t, m) / u, "", "")} =
      ${number("C" + name, `H(${T}, ${M})`, crossEntropy(t, m) / u, "", "")} ${unit}</div>`;
    return [picture(width, side ? h : 2 * h, under(p, "p", "q", 0), under(q, "q", "p", 1)), row(p, q, P, Q, "p") + row(q, p, Q, P, "q")];
  },
};

const draws = s => span(10, i => s["x" + i]);
figures.likelihood = {
  controls: [slider("theta", '<i class="q">θ</i>', [0, 1, .01], .3, s => s.theta.toFixed(2), "q wide")],
  flips: [1, 1, 0, 1, 0, 1, 1, 0, 1, 0],
  drag: ["theta", 0, 1],
  actions: [["θ to the maximum", s => ({theta: mean(draws(s))})]],
  draw(s, width) {
    const x = draws(s), own = mean(x), p = [1 - own, own];
    const high = t => likelihood(t, x) / likelihood(own, x), cross = t => bernoulliNll(t, x), apart = t => klDivergence(p, [1 - t, t]);
    const along = f => span(101, i => (1 - cos(PI * i / 100)) / 2).map(t => [t, f(t)]);    // dense where the curves are steep
    const top = panel(0, width, 190, [0, 1], [0, 1.1], {title: "likelihood / its maximum", xname: "θ, the model's probability of a 1", yticks: [0, .5, 1]});
    const low = panel(190, width, 240, [0, 1], [0, 2.5], {title: "nats", xname: "θ"});
    const rules = on => on.rule(own, "p") + on.rule(s.theta, "q"), dots = (on, ...fs) => fs.map(f => on.dot(s.theta, f(s.theta), "q")).join("");
    return [picture(width, 430,
      top.show(rules(top), top.curve(high, "q"), dots(top, high)),
      low.show(low.area([...along(cross), ...along(apart).reverse()], "p"), rules(low), low.line(along(cross), "q"), low.line(along(apart), "q dashed"),
        dots(low, cross, apart))),
      `${number("L", "likelihood", likelihood(s.theta, x), "", "")} ${number("C", `H(${PHAT}, ${PTHETA}) = −log(likelihood)/10 =`, cross(s.theta), "q")}
       ${number("D", `D(${PHAT}‖${PTHETA})`, apart(s.theta), "q dashed")} ${number("H", `H(${PHAT})`, entropy(p), "p box")}`];
  },
};

const Y5 = [.5, 1, 2, 2.5, 4];
figures.sigma = {
  controls: [slider("f", "prediction f", [-1, 5, .05], 0, s => plain(s.f.toFixed(2))),
    slider("sigma", "σ of the model", [.5, 4, .05], 2, s => s.sigma.toFixed(2), "q")],
  drag: ["f", -1, 5],
  actions: [["f to the mean", s => ({f: mean(Y5)})], ["σ to √MSE", s => ({sigma: sqrt(mse(Y5, s.f))})]],
  draw(s, width) {
    const error = f => mse(Y5, f), nll = f => normalNll(Y5, f, s.sigma), free = f => profiledNll(Y5, f);
    const top = panel(0, width, 180, [-1, 5], [0, 11], {title: "MSE (squared units of y)", xname: "prediction f", yticks: [0, 5, 10]});
    const low = panel(180, width, 250, [-1, 5], [1, 6], {title: "NLL (nats)", xname: "prediction f"});
    const middle = mean(Y5), reach = sqrt(s.sigma ** 2 - error(middle)), rules = on => on.rule(middle, "p") + on.rule(s.f, "");
    return [picture(width, 430,
      top.show(rules(top), top.curve(error, "ink"), top.dot(s.f, error(s.f), "ink"), Y5.map(v => top.line([[v, 0], [v, 1]], "p thick"))),
      low.show(rules(low), low.curve(free, "q dashed"), low.curve(nll, "q"),
        [middle - reach, middle + reach].map(f => low.dot(f, free(f), "q open")),           // the curves touch where MSE = σ²
        low.dot(s.f, nll(s.f), "q"), low.dot(s.f, free(s.f), "q"))),
      `${number("M", "MSE", error(s.f), "ink", "units²")} ${number("N", `NLL at σ = ${s.sigma.toFixed(2)}:`, nll(s.f), "q")}
       ${number("F", `NLL at σ = √MSE = ${sqrt(error(s.f)).toFixed(2)}:`, free(s.f), "q dashed")}`];
  },
};

const X61 = span(61, i => -6 + i * .2), RIGHT_MODE = bell(X61, 2.5, .7), MODES = bell(X61, -2.5, .7).map((v, i) => .6 * v + .4 * RIGHT_MODE[i]);
const forward = (m, s) => klDivergence(MODES, bell(X61, m, s)), reverse = (m, s) => klDivergence(bell(X61, m, s), MODES);
const downhill = loss => s => {                             // the best of this and the eight neighbouring positions of the sliders
  const near = [-1, 0, 1].flatMap(i => [-1, 0, 1].map(j => ({m: +(s.m + i / 10).toFixed(1), s: +(s.s + j / 10).toFixed(1)})));
  return [s, ...near.filter(t => abs(t.m) <= 4 && t.s >= .4 && t.s <= 4)].reduce((a, b) => loss(b.m, b.s) < loss(a.m, a.s) ? b : a);
};
figures.modes = {
  controls: [slider("m", `mean of ${Q}`, [-4, 4, .1], 1, s => plain(s.m.toFixed(1)), "q"),
    slider("s", `width of ${Q}`, [.4, 4, .1], 1, s => s.s.toFixed(1), "q")],
  drag: ["m", -6, 6],
  actions: [["go down D(p‖q)", downhill(forward)], ["go down D(q‖p)", downhill(reverse)]],
  draw(s, width) {
    const shape = values => X61.map((x, i) => [x, values[i]]), along = f => span(121, i => -6 + i / 10).map(m => [m, f(m, s.s)]);
    const top = panel(0, width, 210, [-6, 6], [0, .2], {title: "probability", xname: "outcome", yticks: [0, .1, .2]});
    const low = panel(210, width, 220, [-6, 6], [0, 10], {title: "divergence (nats) at this width", xname: `mean of ${tspan("q")}`});
    return [picture(width, 430,
      top.show(top.area([[-6, 0], ...shape(MODES), [6, 0]], "p"), top.line(shape(MODES), "p"), top.line(shape(bell(X61, s.m, s.s)), "q")),
      low.show(low.rule(s.m, "q"), low.line(along(forward), "ink"), low.line(along(reverse), "ink dashed"),
        low.dot(s.m, forward(s.m, s.s), "ink"), low.dot(s.m, reverse(s.m, s.s), "ink open"))),
      `${number("D", `forward D(${P}‖${Q})`, forward(s.m, s.s), "ink")} ${number("R", `reverse D(${Q}‖${P})`, reverse(s.m, s.s), "ink dashed")}`];
  },
};

const Y20 = [2.0820666, -.0798351, .0145695, -1.1191709, -1.6520286, -2.1035081, 2.0036561, 3.2392325, 1.8820921, 1.5709713, 1.5858934, .7487807,
             2.9458079, -.5524763, 3.1435702, .6863442, .8894985, -1.4500294, 1.1598462, 5.9427683];
figures.bins = {
  controls: [slider("e", "bin width ε", [-6, .4, .1], 0, s => say(10 ** s.e, 2)),
    slider("m", "mean of the model", [-1, 3, .1], .5, s => plain(s.m.toFixed(1)), "q")],
  draw(s, width) {
    const eps = 10 ** s.e, narrow = eps < .05, density = normalNll(Y20, s.m, 2), at = e => binned(Y20, s.m, 2, 10 ** e), [h, ce] = at(s.e);
    const top = panel(0, width, 200, [-6, 8], [0, .42], {title: "probability of a bin / ε", xname: "y", yticks: [0, .2, .4]});
    const low = panel(200, width, 260, [-6, .4], [0, 17], {title: "nats", xname: "bin width ε",
      xticks: [-6, -4, -2, 0, ...(width > 400 ? [-5, -3, -1] : [])], xsay: t => t ? `10${raised(t)}` : "1"});
    const first = floor(-6 / eps), step = k => exp(logNormalMass(((k + .5) * eps - s.m) / 2, eps / 2)) / eps;
    const model = narrow ? top.curve(y => exp(-normalNll([y], s.m, 2)), "q")
      : top.line(span(ceil(14 / eps) + 1, i => first + i).flatMap(k => [[k * eps, step(k)], [(k + 1) * eps, step(k)]]), "q");
    const all = span(65, i => (i - 60) / 10).map(e => [e, ...at(e)]), line = (f, look) => low.line(all.map(([e, h, ce]) => [e, f(h, ce, e)]), look);
    return [picture(width, 460,
      top.show(counted(Y20, eps).map(([k, w]) => top.bar(k * eps, (k + 1) * eps, 0, w / eps, narrow ? "p full" : "p")), model),
      low.show(low.rule(s.e, ""), line(() => density, "thin"), line(h => h, "p"), line((h, ce) => ce, "q"), line((h, ce) => ce - h, "q dashed"),
        line((h, ce, e) => ce + e * Math.LN10, "q dotted"),
        low.dot(s.e, h, "p"), low.dot(s.e, ce, "q"), low.dot(s.e, ce - h, "q"), low.dot(s.e, ce + log(eps), "q open"))),
      `${number("H", "H<sub>ε</sub>", h, "p")} ${number("C", "CE<sub>ε</sub>", ce, "q")} ${number("D", "D<sub>ε</sub>", ce - h, "q dashed")}
       ${number("S", "CE<sub>ε</sub> + log ε", ce + log(eps), "q dotted")} ${number("N", "NLL of the density", density, "thin")}`];
  },
};

const WEEKS = [[0, 23], [1, 2], [2, 2], [3, 2], [4, 3], [5, 2], [6, 2], [7, 1], [8, 1], [9, 1], [10, 1]].flatMap(([k, n]) => span(n, () => k));
figures.counts = {
  controls: [slider("m", "mean sales if there is demand", [.5, 8, .1], 2, s => s.m.toFixed(1), "q"),
    slider("w", "share of weeks without demand", [0, .7, .01], 0, s => s.w.toFixed(2), "q"),
    slider("e", "dispersion r", [-.6, 2, .1], 2, s => s.e >= 2 ? "∞" : (10 ** s.e).toFixed(10 ** s.e < 10 ? 1 : 0), "q wide")],
  actions: [["Poisson", () => ({m: 2, w: 0, e: 2})], ["negative binomial", () => ({m: 2, w: 0, e: -.5})], ["zero-inflated Poisson", () => ({m: 4.7, w: .57, e: 2})]],
  draw(s, width) {
    const r = s.e >= 2 ? Infinity : 10 ** s.e, q = k => countProb(k, s.m, r, s.w), k = span(15, i => i);
    const on = panel(0, width, 240, [-.6, 14.6], [0, .65], {title: "share of the weeks", xname: "pieces sold in a week", xticks: k.filter(i => i % 2 === 0), yticks: [0, .2, .4, .6]});
    const expected = (1 - s.w) * s.m, spread = expected * (1 + s.m / r + s.w * s.m);
    return [picture(width, 240, on.show(
      k.map(i => on.bar(i - .4, i + .4, 0, WEEKS.filter(v => v === i).length / WEEKS.length, "p")), on.line(k.map(i => [i, q(i)]), "q"), k.map(i => on.dot(i, q(i), "q")))),
      `${number("N", "loss", countNll(WEEKS, s.m, r, s.w), "q", "nats a week")} ${number("M", "mean", expected, "", "")} ${number("V", "variance", spread, "", "")}
       ${number("Z", "no sale", q(0), "", "")} ${number("T", "more than 5 sold", max(0, 1 - sum(span(6, q))), "", "")}`];
  },
};

const NEAR = [-1.6, -1.1, -.8, -.5, -.3, -.1, .1, .2, .4, .7, 1, 1.5];
figures.tails = {
  controls: [slider("d", "the far draw", [0, 20, .5], 8, s => s.d.toFixed(1), "p"),
    slider("e", "degrees of freedom", [0, 2, .1], 2, s => s.e >= 2 ? "∞" : (10 ** s.e).toFixed(10 ** s.e < 10 ? 1 : 0), "q")],
  drag: ["d", -4, 21],
  actions: [["Normal", () => ({e: 2})], ["Student t, 2 degrees", () => ({e: .3})]],
  draw(s, width) {
    const y = [...NEAR, s.d], df = 10 ** s.e, heavy = s.e < 2, [loc, scale] = heavy ? fitStudent(y, df) : [mean(y), sqrt(mse(y, mean(y)))];
    const loss = a => heavy ? studentNll(a, df, loc, scale) : normalNll(a, loc, scale);
    const on = panel(0, width, 230, [-4, 21], [0, .5], {title: "density of the best fit", xname: "draws", yticks: [0, .2, .4]});
    return [picture(width, 230, on.show(y.map(v => on.line([[v, 0], [v, .05]], "p thick")), on.rule(loc, "q"), on.curve(v => exp(-loss([v])), "q", 250))),
      `${number("L", "middle", loc, "q", "")} ${number("S", "scale", scale, "", "")} ${number("N", "loss", loss(y), "q")} ${number("F", "of which the far draw", loss([s.d]) / y.length)}`];
  },
};

const SEEN = [0.44, 1.05, 1.15, 1.4, 1.43, 1.61, 3.27, 3.68, 3.76, 3.9, 4.31, 4.38, 4.39, 4.4, 6.11, 6.41, 6.52, 6.65, 6.79, 7, 7.11, 7.45, 7.51, 7.89], NEW = [0.9, 0.98, 1.09, 1.11, 1.2, 1.38, 1.42, 1.43, 2.03, 2.71, 3.24, 3.61, 3.72, 4.74, 4.82, 5.99, 6.11, 6.11, 6.29, 6.8, 6.95, 7, 7.48, 7.61];
const fits = new Map(), fitted = e => { if (!fits.has(e)) fits.set(e, span(8, i => fitParts(SEEN, i + 1, 10 ** e))); return fits.get(e); };
figures.parts = {
  controls: [slider("k", "parts", [1, 8, 1], 1, s => String(s.k), "q"), slider("e", "least σ", [-6, 0, .1], -1, s => say(10 ** s.e, 2), "q")],
  draw(s, width) {
    const all = fitted(s.e), own = all[s.k - 1], loss = (y, i) => partsNll(y, all[i]);
    const top = panel(0, width, 165, [-1, 9], [0, 1], {title: "density", xname: "y", yticks: [0, .5, 1]});
    const low = panel(165, width, 195, [.8, 8.2], [0, 5], {title: "loss (nats)", xname: "parts", xticks: span(8, i => i + 1)});
    const peaks = own.flatMap(([, m, sd]) => span(17, i => m + (i - 8) / 3 * sd)), x = [...span(201, i => i / 20 - 1), ...peaks].sort((a, b) => a - b);
    return [picture(width, 360,
      top.show(SEEN.map(v => top.line([[v, 0], [v, .1]], "p thick")), NEW.map(v => top.line([[v, 0], [v, .1]], "ink")), top.line(x.map(v => [v, exp(-partsNll([v], own))]), "q")),
      low.show(low.rule(s.k, "q"), low.line(all.map((_, i) => [i + 1, loss(SEEN, i)]), "q"), low.line(all.map((_, i) => [i + 1, loss(NEW, i)]), "q dashed"),
        low.dot(s.k, loss(SEEN, s.k - 1), "q"), low.dot(s.k, loss(NEW, s.k - 1), "q open"))),
      `${number("T", "training loss", loss(SEEN, s.k - 1), "q")} ${number("H", "held-out loss", loss(NEW, s.k - 1), "q dashed")}`];
  },
};

figures.logits = {
  controls: [...[2, 1, 0].map((start, k) => slider("z" + k, `logit ${k + 1}`, [-10, 50, 1], start, s => plain(s["z" + k]), "q")),
    slider("c", "added to all", [-1000, 1000, 20], 0, s => plain(s.c))],
  drag: ["z0", -10, 50],
  draw(s, width) {
    const row = first => [first, s.z1, s.z2].map(v => v + s.c), exact = first => -logSoftmax(row(first))[0], naive = first => naiveLoss(row(first), 0);
    const magnitude = f => first => f(first) === 0 ? NaN : log(f(first)) / Math.LN10;       // 0 has no place on a logarithmic axis
    const top = panel(0, width, 180, [.4, 3.6], [0, 1.1], {title: "probability", xname: "outcome", xticks: [1, 2, 3], yticks: [0, .5, 1]});
    const low = panel(180, width, 250, [-10, 50], [-22, 3], {title: "−log probability of outcome 1 (nats)", xname: "logit 1",
      yticks: [-20, -15, -10, -5, 0], ysay: t => t ? `10${raised(t)}` : "1"});
    return [picture(width, 430,
      top.show(top.line([[.6, 0], [.6, 1], [1.4, 1], [1.4, 0]], "p"), softmax(row(s.z0)).map((v, k) => top.bar(k + .7, k + 1.3, 0, v, "q full"))),
      low.show(low.rule(s.z0, "q"), low.curve(magnitude(exact), "q"), low.curve(magnitude(naive), "ink dashed", 300),
        low.dot(s.z0, magnitude(exact)(s.z0), "q"), low.dot(s.z0, magnitude(naive)(s.z0), "ink open"))),
      `${number("L", '−log softmax(<i class="q">z</i>)₁', exact(s.z0), "q")}
       ${number("N", "as typed, −log(e<sup>z₁</sup>/Σe<sup>z</sup>)", naive(s.z0), "ink dashed")}`];
  },
};

/* ---- on the page ---- */

const initial = ({controls, flips = []}) => Object.fromEntries([...controls.map(c => [c.name, c.value]), ...flips.map((v, i) => ["x" + i, v])]);
const still = name => figures[name].draw(initial(figures[name]), 640);

function mount(root) {
  const {controls, flips = [], actions = [], drag, draw} = figures[root.dataset.figure], [view, readout] = root.children;
  const form = document.createElement("form");
  form.innerHTML = controls.map(c => `<label class="${c.look}"><span>${c.label}</span>${c.html}<b aria-hidden="true"></b></label>`).join("")
    + (flips.length ? `<fieldset><legend>draws (press one to flip it)</legend>${flips.map((v, i) =>
      `<button type="button" name="x${i}" value="${v}"></button>`).join("")}</fieldset>` : "")
    + (actions.length ? `<div>${actions.map(([words], i) => `<button type="button" data-action="${i}">${words}</button>`).join("")}</div>` : "");
  root.append(form);
  const fields = [...form.elements].filter(e => e.name), field = name => form.elements[name];
  let width = 0, moving;
  const state = () => Object.fromEntries(fields.map(e => [e.name, +e.value]));
  const show = () => {
    const s = state();
    [view.innerHTML, readout.innerHTML] = draw(s, width);
    for (const c of controls) if (c.words) field(c.name).setAttribute("aria-valuetext", field(c.name).nextSibling.textContent = c.words(s));
    for (const i of flips.keys()) { const b = field("x" + i); b.textContent = b.value; b.setAttribute("aria-label", `draw ${i + 1}: ${b.value}`); }
  };
  const set = values => { for (const name in values) field(name).value = values[name]; show(); };
  const run = step => {                                     // one step for each frame, unless the reader wants no motion
    const before = JSON.stringify(state());
    set(step(state()));
    const moved = JSON.stringify(state()) !== before;
    readout.setAttribute("aria-busy", moved);
    if (!moved) return;
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) run(step); else moving = requestAnimationFrame(() => run(step));
  };
  const stop = () => { cancelAnimationFrame(moving); readout.setAttribute("aria-busy", false); };
  form.addEventListener("focusin", () => readout.setAttribute("aria-live", "polite"));
  form.addEventListener("input", () => { stop(); show(); });
  form.addEventListener("submit", event => event.preventDefault());
  form.addEventListener("click", ({target}) => {
    if (target.type !== "button") return;
    stop();
    if (target.name) set({[target.name]: 1 - target.value});
    else run(actions[target.dataset.action][1]);
  });
  if (drag) {
    const [name, lo, hi] = drag, move = event => {
      if (!event.buttons) return;
      stop();
      set({[name]: lo + (hi - lo) * (event.clientX - view.getBoundingClientRect().left - LEFT) / (width - LEFT - RIGHT)});
    };
    view.classList.add("drag");
    view.addEventListener("pointerdown", event => { view.setPointerCapture(event.pointerId); move(event); });
    view.addEventListener("pointermove", move);
  }
  const fit = () => { const now = view.clientWidth; if (now && now !== width) { width = now; show(); } };
  new ResizeObserver(() => requestAnimationFrame(fit)).observe(view);
}

window.xent = {crossEntropy, entropy, klDivergence, logSoftmax, softmax, naiveLoss, likelihood, bernoulliNll, mse, normalNll, profiledNll,
  countNll, studentNll, fitStudent, partsNll, fitParts, bell, logNormalMass, binned, samples: {sigma: Y5, bins: Y20, weeks: WEEKS, near: NEAR, seen: SEEN, held: NEW}, names: Object.keys(figures), still};
for (const root of document.querySelectorAll(".interactive")) mount(root);
})();
