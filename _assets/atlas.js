// The table of losses: filters and a search. Without this script all rows are shown.
const table = document.querySelector(".atlas table");
if (table) {
  const rows = [...table.tBodies[0].rows], controls = document.querySelector(".atlas-controls");
  const add = (kind, label) => { const field = document.createElement(kind); field.ariaLabel = label; controls.append(field); return field; };
  const search = add("input", "search for a loss");
  search.type = "search";
  search.placeholder = "a name, such as HuberLoss";
  const choose = (label, name, values) => {
    const field = add("select", label);
    field.append(new Option(label, ""), ...values.map(value => new Option(value)));
    field.dataset.name = name;
    return field;
  };
  const of = name => [...new Set(rows.flatMap(row => name === "libraries" ? row.dataset.libraries.split(" ") : [row.dataset[name]]))].filter(value => value);
  const fields = [choose("any outcomes", "group", of("group")), choose("any verdict", "verdict", of("verdict")), choose("any library", "libraries", of("libraries").sort())];
  const count = add("output", "how many are shown");
  const plain = text => text.toLowerCase().replace(/[^0-9a-zα-ω]/g, "");
  const show = () => {
    const words = plain(search.value);
    let shown = 0;
    for (const row of rows) {
      const fits = plain(row.dataset.names).includes(words) && fields.every(field => !field.value || row.dataset[field.dataset.name].split(" ").includes(field.value));
      row.hidden = !fits;
      shown += fits;
    }
    count.value = `${shown} of ${rows.length}`;
  };
  [search, ...fields].forEach(field => field.addEventListener("input", show));
  show();
}

// A link to an entry opens it.
const open = () => {
  const place = document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const entry = place?.closest("details") || (place?.nextElementSibling?.matches("details") && place.nextElementSibling);
  if (entry) { entry.open = true; entry.scrollIntoView(); }
};
window.addEventListener("hashchange", open);
open();
