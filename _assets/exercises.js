/* Exercises: reads the expression that was typed, without eval, and compares it with the values that the build computed by SymPy. */
"use strict";
(() => {
const sigmoid = x => 1 / (1 + Math.exp(-x)), softplus = x => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
const FUNCTIONS = {log: Math.log, ln: Math.log, log2: Math.log2, log_2: Math.log2, log10: Math.log10, log_10: Math.log10, exp: Math.exp, sqrt: Math.sqrt, abs: Math.abs, tanh: Math.tanh,
  sigmoid, softplus, sigma: sigmoid}, CONSTANTS = {pi: Math.PI, e: Math.E}, UNIT = /^(bit|nat)s?$/i;
const SPELLED = {"−": "-", "–": "-", "·": "*", "⋅": "*", "∗": "*", "×": "*", "÷": "/", "∕": "/", "⁄": "/", "**": "^", "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅛": "(1/8)", "⅓": "(1/3)", "⅔": "(2/3)",
  "[": "(", "{": "(", "]": ")", "}": ")", "√": " sqrt ", "π": " pi ", "α": " alpha ", "β": " beta ", "γ": " gamma ", "δ": " delta ", "ε": " epsilon ", "ϵ": " epsilon ", "η": " eta ", "θ": " theta ",
  "λ": " lam ", "μ": " mu ", "ν": " nu ", "ρ": " rho ", "σ": " sigma ", "τ": " tau ", "φ": " phi ", "ω": " omega ", "ℓ": " l "};
const HIGH = "⁰¹²³⁴⁵⁶⁷⁸⁹⁻", LOW = "₀₁₂₃₄₅₆₇₈₉";
class Unread extends Error {}

// Plain letters for what keyboards, phones and copied text have.
const spelled = text => text.replace(/^\s*[=≈~]/, "")
  .replace(/√\s*([\d.]+|\p{L}[\w₀-₉]*)/gu, "√($1)").replace(/(\d+)([½¼¾⅛⅓⅔])/g, "($1+$2)")
  .replace(/[⁰¹²³⁴-⁹⁻]+/g, found => `^(${[...found].map(c => c === "⁻" ? "-" : HIGH.indexOf(c)).join("")})`)
  .replace(/\s?[₀-₉]+/g, found => [...found.trim()].map(c => LOW.indexOf(c)).join("") + " ")
  .replace(/(\p{Script=Greek})(\d)/gu, (both, letter, digit) => SPELLED[letter] ? SPELLED[letter].trimEnd() + digit : both)
  .replace(/\*\*|[[\]{}]|[^\x00-\x7f]/gu, sign => SPELLED[sign] ?? sign);

// The function of a point that a text stands for: terms with + and −, of factors with *, / or side by side, of powers.
function read(text, names, unit = "") {
  const found = [...spelled(text).matchAll(/(\s*)((?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+(?![\w.]))?|[a-z_]\w*|\S)/giu)];
  const tokens = found.map(match => match[2]), apart = found.map(match => match[1] !== "");
  const fail = words => { throw new Unread(words); }, isNumber = token => /^\.?\d/.test(token ?? "");
  const variable = word => { const i = names.indexOf(word); return i >= 0 ? i : names.findIndex(name => [word.toLowerCase(), {lambda: "lam"}[word.toLowerCase()]].includes(name.toLowerCase())); };
  const isUnit = token => UNIT.test(token) && variable(token) < 0, opens = token => token === "(" || /^[a-z_]/i.test(token ?? "") && !isUnit(token);
  let at = 0;
  const take = sign => tokens[at] === sign && ++at;
  const expression = () => {
    let left = term();
    while (tokens[at] === "+" || tokens[at] === "-") { const a = left, s = tokens[at++] === "+" ? 1 : -1, b = term(); left = x => a(x) + s * b(x); }
    return left;
  };
  const term = () => {
    let from = at, left = factor(), divided = false;
    for (;;) {
      const a = left, plain = at === from + 3 && isNumber(tokens[from]) && isNumber(tokens[at - 1]);       // 1/2 and a space: a number
      if (take("*")) { const b = factor(); left = x => a(x) * b(x); divided = false; }
      else if (take("/")) { const b = factor(); left = x => a(x) / b(x); divided = true; }
      else if (opens(tokens[at])) {
        if (divided && !(plain && apart[at])) fail("This can be read in two ways. Please write brackets, as in (a/b) c or a/(b c).");
        const b = factor();
        left = x => a(x) * b(x);
      } else return left;
    }
  };
  const factor = () => {
    if (take("+")) return factor();
    if (take("-")) { const a = factor(); return x => -a(x); }
    const a = atom();
    if (!take("^")) return a;
    const b = factor();
    return x => a(x) ** b(x);
  };
  const inside = () => {
    const a = expression();
    if (!take(")")) fail(at < tokens.length ? before(tokens[at]) : "A bracket is not closed.");
    return a;
  };
  const atom = () => {
    const token = tokens[at++];
    if (token === undefined) fail("The expression ends too early.");
    if (token === "(") return inside();
    if (/^[a-z_]/i.test(token)) return named(token);
    if (!isNumber(token)) fail(`A number, a name or a bracket was expected in place of “${token}”.`);
    if (isNumber(tokens[at]) && !apart[at]) fail(`“${token}${tokens[at]}” is no number.`);
    return () => Number(token);
  };
  const named = token => {
    const word = token.toLowerCase(), index = variable(token);
    if (index >= 0) return x => x[index];
    if (Object.hasOwn(CONSTANTS, word)) return () => CONSTANTS[word];
    if (/^ln\d+$/.test(word)) return () => Math.log(word.slice(2));
    if (Object.hasOwn(FUNCTIONS, word)) return applied(token, FUNCTIONS[word]);
    const product = letters(token);
    if (product) return x => product.reduce((result, i) => result * x[i], 1);
    if (/^log_?\d/.test(word)) fail(`Please write log(…) with brackets in place of “${token}”; log2 is known, to the base 2.`);
    fail(`“${token}” has no meaning here. Known are ${[...names, "pi", "e", "log", "log2", "exp", "sigmoid", "softplus"].join(", ")} and sqrt; log is the natural one.`);
  };
  const applied = (name, f) => {
    if (take("(")) { const a = inside(); return x => f(a(x)); }
    if (!isNumber(tokens[at]) && !opens(tokens[at]) && tokens[at] !== "-") fail(`Please write ${name}(…), with brackets.`);
    const a = factor();
    if (["*", "/"].includes(tokens[at]) || opens(tokens[at])) fail(`Please write ${name}(…), with brackets: it is not clear where they would end.`);
    return x => f(a(x));
  };
  const letters = word => {                                              // pq for p q
    for (let i = word.length; i > 0; i--) {
      const first = names.indexOf(word.slice(0, i)), rest = first < 0 ? null : i === word.length ? [] : letters(word.slice(i));
      if (rest) return [first, ...rest];
    }
    return null;
  };
  const before = token => token === "," ? "Please write decimals with a point." : isUnit(token) ? unit ? `The answer is asked for in ${unit}.` : "Please leave out the unit."
    : token === "%" ? "Please write a number in place of a percentage." : isNumber(token) ? `Please write * for a product, before “${token}”.` : `“${token}” was not expected there.`;
  if (!tokens.length) fail("Please type a number or an expression, such as log(3)/2.");
  const whole = expression();
  if (isUnit(tokens[at]) && unit && tokens[at].toLowerCase().replace(/s$/, "") === unit.replace(/s$/, "")) at++;
  if (at < tokens.length) fail(before(tokens[at]));
  return whole;
}

// Mistakes that any question invites: [what the right value becomes, hint].
const common = unit => [
  ...unit === "nats" ? [[v => v / Math.LN2, "That is the answer in bits. The question asks for nats: natural logarithms."]] : [],
  ...unit === "bits" ? [[v => v * Math.LN2, "That is the answer in nats. The question asks for bits: logarithms to the base 2."]] : [],
  [v => -v, "The size is right, the sign is not."],
  [v => v / Math.LN10, "That is with logarithms to the base 10. Here log is the natural one."],
  [v => 1 / v, "That is the reciprocal, 1 divided by the answer."],
  [v => 1 - v, "That is 1 minus the answer."],
  [v => 2 * v, "That is twice the answer."], [v => v / 2, "That is half of the answer."],
];

// [kind, words] for what was typed; kind is right, hint, wrong or unread.
function judge(text, {names, points, answer, wrong, unit = ""}) {
  let found;
  if (unit && !UNIT.test(unit)) text = text.replace(new RegExp(`(?<=[\\d)\\s])\\s*${unit.replace(/s$/, "s?")}\\s*$`, "i"), "");      // 24 days, where days are asked for
  try { found = points.map(read(text, names, unit)); }
  catch (error) { if (error instanceof Unread) return ["unread", error.message]; throw error; }
  if (!found.every(Number.isFinite)) return ["unread", "This is not a finite number" + (names.length ? " for all positive values of its variables." : ".")];
  const bare = text.replace(/^\s*[=≈~]\s*/, "").replace(/\s*(bit|nat)s?\s*$/i, "").trim();
  const [, digits, power = 0] = bare.match(/^[-−–+]?\d*\.(\d+)(?:e([+-]?\d+))?$/i) ?? [];      // a decimal is right to its last digit, if it has three
  const rough = digits ? .5000001 * 10 ** (power - digits.length) : 0, half = digits && bare.replace(/e.*/i, "").replace(/^[-−–+0.\s]+|\./g, "").length > 2 ? rough : 0;
  const near = (values, share, slack = 0) => values.every((v, i) => Number.isFinite(v) && Math.abs(v - found[i]) <= Math.max(slack, share * Math.max(Math.abs(v), Math.abs(found[i]))));
  if (near(answer, 1e-9)) return ["right", "Right."];
  if (near(answer, 0, half)) return ["right", "Right, to the digits given."];
  for (const {values, hint} of wrong) if (near(values, 1e-9, half)) return ["hint", hint];
  // fewer digits: not enough for a verdict, but for a word
  if (digits?.length > 1 && !near(answer, .01, rough)) for (const {values, hint} of wrong) if (near(values, 0, rough)) return ["hint", hint];
  if (near(answer, .01, rough)) return ["hint", "Close, but not equal. Give more digits, or an expression such as log(3)/2."];
  for (const [mistake, hint] of common(unit)) if (near(answer.map(mistake), 1e-9, half)) return ["hint", hint];
  if (names.length && found.every(v => v === found[0]) && new Set(answer).size > 1)
    return ["hint", `That is one number, at most the value at one place. The answer is asked for with ${names.join(", ").replace(/, ([^,]*)$/, " and $1")}, and holds for all of their values.`];
  return ["wrong", "Not yet. Try again, or open the solution."];
}

window.exercise = {read, judge};
for (const form of document.querySelectorAll("form.check")) {
  const data = JSON.parse(form.dataset.check), field = form.elements.answer, said = form.querySelector("output");
  const say = (kind, words) => {
    form.dataset.said = kind;
    said.textContent = words;
    if (kind && kind !== "right") field.setAttribute("aria-invalid", "true"); else field.removeAttribute("aria-invalid");
  };
  form.hidden = false;
  form.addEventListener("input", () => say("", ""));
  form.addEventListener("submit", event => { event.preventDefault(); say(...judge(field.value, data)); });
}
addEventListener("beforeprint", () => { for (const fold of document.querySelectorAll("details.solution")) fold.open = true; });
})();
