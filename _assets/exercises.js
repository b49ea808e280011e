/* Exercises: reads the expression that was typed, without eval, and compares it with the values that the build computed by SymPy. */
"use strict";
(() => {
const FUNCTIONS = {log: Math.log, ln: Math.log, log2: Math.log2, exp: Math.exp, sqrt: Math.sqrt}, CONSTANTS = {pi: Math.PI, e: Math.E};
const SPELLED = {"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "÷": "/", "**": "^", "²": "^2", "³": "^3", "½": "(1/2)", "¼": "(1/4)", "¾": "(3/4)", "⅛": "(1/8)", "⅓": "(1/3)", "⅔": "(2/3)",
  "₁": "1", "₂": "2", "₃": "3",
  "√": "sqrt", "π": "pi", "μ": "mu", "σ": "sigma", "τ": "tau", "ε": "epsilon", "ϵ": "epsilon", "θ": "theta"};
class Unread extends Error {}

// The function of a point that a text stands for: terms with + and −, of factors with * and /, of powers.
function read(text, names) {
  const joined = text.replace(/√\s*([\d.]+|\p{L}[\w₁₂₃]*)/gu, "√($1)").replace(/(\d+)([½¼¾⅛⅓⅔])/g, "($1+$2)");
  const plain = joined.replace(/\*\*|[^\x00-\x7f]/gu, sign => SPELLED[sign] ?? sign);
  const tokens = plain.match(/(\d+\.?\d*|\.\d+)(e[+-]?\d+)?(?![\w.])|[\d.][\w.]*|[a-z_]\w*|\S/giu) ?? [];
  const fail = words => { throw new Unread(words); }, isName = token => /^[a-z_]/i.test(token ?? "");
  let at = 0;
  const take = sign => tokens[at] === sign && ++at;
  const join = (part, signs) => () => {
    let left = part();
    while (Object.hasOwn(signs, tokens[at])) { const f = signs[tokens[at++]], a = left, b = part(); left = x => f(a(x), b(x)); }
    return left;
  };
  const expression = join(() => term(), {"+": (a, b) => a + b, "-": (a, b) => a - b});
  const term = join(() => factor(), {"*": (a, b) => a * b, "/": (a, b) => a / b});
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
    if (isName(token)) return named(token);
    const rest = token.replace(/^[\d.]+(e[+-]?\d+)?/i, "");
    if (rest || isNaN(token)) fail(rest === token ? `A number, a name or a bracket was expected in place of “${token}”.` : rest ? before(rest) : `“${token}” is no number.`);
    return () => Number(token);
  };
  const named = token => {
    const word = token.toLowerCase(), index = names.findIndex(name => name.toLowerCase() === word);
    if (index >= 0) return x => x[index];
    if (Object.hasOwn(CONSTANTS, word)) return () => CONSTANTS[word];
    if (!Object.hasOwn(FUNCTIONS, word)) fail(`“${token}” has no meaning here. Known are ${[...names, "pi", "e", "log", "log2", "exp"].join(", ")} and sqrt; log is the natural one.`);
    if (!take("(")) fail(`Please write ${token}(…), with brackets.`);
    const a = inside();
    return x => FUNCTIONS[word](a(x));
  };
  const before = token => token === "," ? "Please write decimals with a point." : /^(bit|nat)s?$/i.test(token) ? "Please leave out the unit."
    : token === "%" ? "Please write a number in place of a percentage." : /^[\w.(]/.test(token) ? `Please write * for a product, before “${token}”.` : `“${token}” was not expected there.`;
  if (!tokens.length) fail("Please type a number or an expression, such as log(3)/2.");
  const whole = expression();
  if (at < tokens.length) fail(before(tokens[at]));
  return whole;
}

// [kind, words] for what was typed; kind is right, hint, wrong or unread.
function judge(text, {names, points, answer, wrong}) {
  let found;
  try { found = points.map(read(text, names)); }
  catch (error) { if (error instanceof Unread) return ["unread", error.message]; throw error; }
  if (!found.every(Number.isFinite)) return ["unread", "This is not a finite number" + (names.length ? " for all positive values of its variables." : ".")];
  const [, digits] = text.trim().match(/^[-−–+]?\d*\.(\d+)$/) ?? [];          // a decimal is right to its last digit, if it has three
  const half = digits && text.replace(/^[-−–+0.\s]+|[.\s]/g, "").length > 2 ? .5000001 * 10 ** -digits.length : 0;
  const near = (values, share, slack = 0) => values.every((v, i) => Math.abs(v - found[i]) <= Math.max(slack, share * Math.max(Math.abs(v), Math.abs(found[i]))));
  if (near(answer, 1e-9)) return ["right", "Right."];
  if (near(answer, 0, half)) return ["right", "Right, to the digits given."];
  for (const {values, hint} of wrong) if (near(values, 1e-9, half)) return ["hint", hint];
  const rough = digits ? .5000001 * 10 ** -digits.length : 0;             // fewer digits: not enough for a verdict, but for a word
  if (digits?.length > 1 && !near(answer, .01, rough)) for (const {values, hint} of wrong) if (near(values, 0, rough)) return ["hint", hint];
  return near(answer, .01, rough) ? ["hint", "Close, but not equal. Give more digits, or an expression such as log(3)/2."] : ["wrong", "Not yet. Try again, or open the solution."];
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
