// The sections of the book that answer a search, before the pages: what search_words.txt names, then headings, then texts.
(() => {
const bare = text => text.normalize("NFKD").toLowerCase().replace(/[^\p{L}\p{N}]/gu, ""), MOST = 10;

function find(query) {
  const whole = bare(query), words = query.toLowerCase().split(/[^\p{L}\p{N}_.]+/u).map(word => word.replace(/^[._]+|[._]+$/g, "")).filter(Boolean);
  if (whole.length < 2) return [];
  const score = new Map(), add = (i, points) => score.set(i, Math.max(points, score.get(i) ?? 0));
  for (const [typed, places] of Object.entries(answers)) {
    const key = bare(typed), longer = Math.max(key.length, whole.length), shorter = Math.min(key.length, whole.length);
    const points = key === whole ? 1000 : shorter > 3 && (key.includes(whole) || whole.includes(key)) ? 500 + 100 * shorter / longer : 0;
    if (points) places.forEach((i, rank) => add(i, points - rank));
  }
  sections.forEach(([title, , , text], i) => {
    const head = bare(title), inside = ` ${text} `;
    if (head === whole) add(i, 800);
    else if (words.length && words.every(word => head.includes(bare(word)))) add(i, 300 + 100 * whole.length / head.length);
    else if (words.length && words.every(word => inside.includes(` ${word}`))) add(i, words.filter(word => inside.includes(` ${word} `)).length / words.length);
  });
  return [...score].sort(([i, a], [j, b]) => b - a || i - j).slice(0, MOST).map(([i]) => sections[i]);
}

window.findSections = find;
const results = document.getElementById("search-results"), query = new URLSearchParams(location.search).get("q") ?? "";
if (!results || !query.trim()) return;
const found = find(query), box = document.createElement("section"), head = document.createElement("h2"), list = document.createElement("ol");
head.textContent = found.length ? "Sections" : "No section has these words";
for (const [title, page, address] of found) {
  const item = document.createElement("li"), link = document.createElement("a");
  link.href = address;
  link.textContent = title;
  item.append(link, title === page ? "" : ` — ${page}`);
  list.append(item);
}
box.id = "search-sections";
box.append(head, ...found.length ? [list] : []);
results.before(box);
})();
