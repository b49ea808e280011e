// What scrolls sideways is reached by the tab key. The theme sees to code; this sees to figures, and to formulas once they are drawn.
// A formula wider than its box is drawn smaller first, to three quarters.
const fit = () => document.querySelectorAll("mjx-container[display=true]").forEach(formula => {
  formula.dataset.size ??= formula.style.fontSize || "100%";
  formula.style.fontSize = formula.dataset.size;
  const box = formula.closest("div.math") ?? formula, share = Math.min(box.clientWidth / box.scrollWidth, formula.clientWidth / formula.scrollWidth);
  if (share < 1) formula.style.fontSize = `${Math.max(.75, .99 * share) * parseFloat(formula.dataset.size)}%`;
});
const reach = () => document.querySelectorAll("div.math, mjx-container[display=true], .cell_output figure").forEach(box => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
});
const settle = () => { fit(); reach(); };
window.addEventListener("load", () => { reach(); window.MathJax?.startup?.promise?.then(settle); });
window.addEventListener("resize", settle);

// A link to an equation, a claim or a function shows it under the pointer, and when the tab key reaches the link.
const pages = new Map(), box = document.createElement("aside");
let wanted, timer;
box.className = "preview";
box.setAttribute("aria-hidden", "true");        // the link itself is what a screen reader follows

const page = address => {
  if (address === location.href.split("#")[0]) return document;
  if (!pages.has(address)) pages.set(address, fetch(address).then(answer => answer.text()).then(text => new DOMParser().parseFromString(text, "text/html")));
  return pages.get(address);
};

const parts = place => {
  const next = place.nextElementSibling;
  if (place.matches("dt.sig")) return [place, next?.querySelector("p")];
  if (place.id.startsWith("claim-")) return [place, next?.matches("div.math") && next];
  return place.id.startsWith("equation-") ? [place] : [];
};

const show = async link => {
  const [address, name] = link.href.split("#"), found = await Promise.resolve(page(address)).catch(() => null);
  const place = found?.getElementById(decodeURIComponent(name)), shown = place ? parts(place).filter(part => part && (window.MathJax || !part.matches(".math"))) : [];
  if (link !== wanted || !shown.length) return;         // another link meanwhile, or nothing to show; no page is read from file://
  box.replaceChildren(...shown.map(part => document.importNode(part, true)));
  box.querySelectorAll("[id], [tabindex], .headerlink, a").forEach(part => {
    part.removeAttribute("id"); part.removeAttribute("tabindex");
    if (part.matches(".headerlink, .viewcode-link")) part.remove(); else if (part.matches("a")) part.replaceWith(...part.childNodes);
  });
  document.querySelector("main").append(box);
  await window.MathJax?.typesetPromise?.([...box.querySelectorAll(".math")].filter(part => !part.querySelector("mjx-container")));
  const at = link.getBoundingClientRect(), room = document.documentElement.clientWidth - box.offsetWidth - 8;
  box.style.left = `${Math.max(8, Math.min(at.left, room)) + scrollX}px`;
  box.style.top = `${at.bottom + scrollY + 6}px`;
  box.classList.add("shown");
};

const hide = () => { clearTimeout(timer); wanted = undefined; box.classList.remove("shown"); box.remove(); };
const leads = event => event.target.closest?.("article a[href*='#']:not(.headerlink)");

document.addEventListener("mouseover", event => {
  const link = leads(event);
  if (link && link !== wanted) { hide(); wanted = link; timer = setTimeout(show, 250, link); }
  else if (!link && wanted && !box.contains(event.target)) { clearTimeout(timer); timer = setTimeout(hide, 250); }
  else if (box.contains(event.target)) clearTimeout(timer);
});
document.addEventListener("focusin", event => {
  hide();
  if (leads(event)?.matches(":focus-visible")) { wanted = leads(event); show(wanted); }
});
document.addEventListener("keydown", event => { if (event.key === "Escape") hide(); });

// Paper is white: a page that is dark on the screen is printed light.
let shade;
window.addEventListener("beforeprint", () => { shade = document.documentElement.dataset.theme; document.documentElement.dataset.theme = "light"; });
window.addEventListener("afterprint", () => { document.documentElement.dataset.theme = shade; });
