// What scrolls sideways is reached by the tab key. The theme sees to code; this sees to formulas, once they are drawn.
const reach = () => document.querySelectorAll("div.math, mjx-container[display=true]").forEach(box => {
  if (box.scrollWidth > box.clientWidth) box.tabIndex = 0; else box.removeAttribute("tabindex");
});
window.addEventListener("load", () => window.MathJax?.startup?.promise?.then(reach));
window.addEventListener("resize", reach);
