// A table that is sorted by its headings and walked through with the keyboard; of a long one only what is in view stands on the page.

const LONG = 60; // rows above which a table is cut: all of them one height, and only those in view drawn
const ROW = 32; // px of such a row, as in table.css
const SPARE = 10; // rows drawn above and below those in view
const NEXT = { none: "ascending", ascending: "descending", descending: "none" };
const MARKS = { ascending: " ▲", descending: " ▼", none: "" };
const reader = new TextDecoder();

const make = (tag, properties = {}, ...children) => {
  const made = Object.assign(document.createElement(tag), properties);
  made.append(...children);
  return made;
};

// A number as it is read: a few digits, the typographer's minus, its unit; words for what is none.
function shown({ numeric, digits, decimals, unit }, value) {
  if (value === null) return "";
  if (!numeric) return String(value);
  const number = Number(value);
  if (Number.isNaN(number)) return "NaN";
  if (!Number.isFinite(number)) return number > 0 ? "∞" : "−∞";
  const text = decimals === null ? String(Number(number.toPrecision(digits))) : number.toFixed(decimals);
  return text.replace(/-/g, "−") + unit;
}

// Rows in the order of one column: numbers by size, texts as people sort them; what is missing comes last either way.
function order({ columns, rows }, { column, way }) {
  const places = Array.from({ length: rows }, (_, place) => place);
  if (way === "none") return places;
  const { values, numeric } = columns[column], sign = way === "ascending" ? 1 : -1;
  const keys = values.map((value) => (numeric && value !== null ? Number(value) : value));
  const missing = (key) => key === null || Number.isNaN(key);
  const texts = new Intl.Collator(undefined, { numeric: true });
  const between = numeric ? (a, b) => (a < b ? -1 : a > b ? 1 : 0) : (a, b) => texts.compare(a, b);
  return places.sort((one, other) => {
    const [a, b] = [keys[one], keys[other]];
    if (missing(a) || missing(b)) return missing(a) - missing(b) || one - other;
    return sign * between(a, b) || one - other;
  });
}

function csv({ columns }, places) {
  const cell = (value) => {
    const text = value === null ? "" : String(value);
    return /[",\n]/.test(text) ? `"${text.replace(/"/g, '""')}"` : text;
  };
  const lines = places.map((place) => columns.map(({ values }) => cell(values[place])).join());
  return [columns.map(({ name }) => cell(name)).join(), ...lines, ""].join("\n");
}

function save(name, text) {
  const link = make("a", { href: URL.createObjectURL(new Blob([text], { type: "text/csv" })), download: `${name}.csv` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
}

class Table {
  constructor(box, setTriggerValue) {
    this.box = box;
    this.view = box.querySelector(".bf-rows");
    this.trigger = setTriggerValue;
    this.sorted = { column: -1, way: "none" };
    this.active = -1; // where the keyboard stands among the rows as they are sorted
    this.view.onscroll = () => this.long && this.draw();
    this.view.onkeydown = (event) => this.press(event);
    box.querySelector(".bf-csv").onclick = () => save(this.body.name, csv(this.body, this.places));
  }

  // The rows of another run: sorted as before if the columns are the same.
  take(body) {
    const heads = body.columns.map(({ name }) => name).join("\n");
    if (heads !== this.heads) [this.sorted, this.active] = [{ column: -1, way: "none" }, -1];
    [this.body, this.heads, this.long] = [body, heads, body.rows > LONG];
    this.places = order(body, this.sorted);
    this.build();
  }

  build() {
    const { view, body } = this, { scrollTop, scrollLeft } = view;
    view.setAttribute("role", body.choose ? "grid" : "table");
    for (const [name, value] of [["label", body.alt], ["rowcount", body.rows + 1], ["colcount", body.columns.length]]) {
      view.setAttribute(`aria-${name}`, value);
    }
    view.classList.toggle("bf-long", this.long);
    view.classList.toggle("bf-choose", body.choose);
    this.rows = make("tbody", { role: "rowgroup" });
    const headings = body.columns.map((column, place) => this.heading(column, place));
    const head = make("thead", { role: "rowgroup" }, make("tr", { role: "row" }, ...headings));
    view.replaceChildren(make("table", { role: "presentation" }, head, this.rows));
    this.draw();
    Object.assign(view, { scrollTop, scrollLeft });
  }

  heading({ name, numeric }, place) {
    const way = this.sorted.column === place ? this.sorted.way : "none";
    const button = make("button", { type: "button", textContent: name + MARKS[way], onclick: () => this.sort(place, NEXT[way]) });
    const head = make("th", { scope: "col", role: "columnheader", className: numeric ? "bf-number" : "" }, button);
    head.setAttribute("aria-sort", way);
    return head;
  }

  sort(column, way) {
    const before = this.places[this.active];
    this.sorted = { column, way };
    this.places = order(this.body, this.sorted);
    this.active = this.places.indexOf(before);
    this.build();
    this.view.querySelectorAll("th button")[column].focus();
  }

  draw() {
    const { view, places } = this, all = places.length;
    const first = this.long ? Math.max(0, Math.floor(view.scrollTop / ROW) - SPARE) : 0;
    const end = this.long ? Math.min(all, first + Math.ceil(view.clientHeight / ROW) + 2 * SPARE) : all;
    const drawn = [];
    for (let at = first; at < end; at++) drawn.push(this.row(at));
    this.rows.replaceChildren(this.gap(first), ...drawn, this.gap(all - end));
  }

  gap(rows) {
    const gap = make("tr", { hidden: rows === 0 }, make("td", { colSpan: this.body.columns.length }));
    gap.setAttribute("aria-hidden", "true");
    gap.firstChild.style.cssText = `height: ${rows * ROW}px; padding: 0; border: none`;
    return gap;
  }

  row(at) {
    const place = this.places[at];
    const role = this.body.choose ? "gridcell" : "cell";
    const cells = this.body.columns.map((column) =>
      make("td", { role, textContent: shown(column, column.values[place]), className: column.numeric ? "bf-number" : "" }));
    const row = make("tr", { id: `${this.body.name}-${at}`, className: at === this.active ? "bf-active" : "" }, ...cells);
    row.setAttribute("role", "row");
    row.setAttribute("aria-rowindex", at + 2);
    if (this.body.choose) row.setAttribute("aria-selected", at === this.active);
    if (this.body.choose) row.onclick = () => this.choose(at);
    return row;
  }

  choose(at) {
    this.go(at);
    this.trigger("chosen", this.places[at]);
  }

  // Stand on a row, and bring it into view below the headings.
  go(at) {
    this.active = Math.max(0, Math.min(this.places.length - 1, at));
    const head = this.view.querySelector("thead").offsetHeight, room = this.view.clientHeight - head;
    const row = this.long ? null : this.rows.children[this.active + 1];
    const [top, height] = row ? [row.offsetTop - head, row.offsetHeight] : [this.active * ROW, ROW];
    this.view.scrollTop = Math.min(top, Math.max(this.view.scrollTop, top + height - room));
    this.draw();
    this.view.setAttribute("aria-activedescendant", `${this.body.name}-${this.active}`);
  }

  press(event) {
    if (event.target !== this.view || !this.body.choose || !this.places.length) return;
    const page = Math.max(1, Math.floor(this.view.clientHeight / ROW) - 1), last = this.places.length - 1;
    const moves = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -last - 1, End: last + 1 };
    if (event.key in moves) this.go(this.active + moves[event.key]);
    else if ((event.key === "Enter" || event.key === " ") && this.active >= 0) this.choose(this.active);
    else return;
    event.preventDefault();
  }
}

export default function ({ data, parentElement, setTriggerValue }) {
  const box = parentElement.querySelector(".bf-table"), body = JSON.parse(reader.decode(data));
  box.querySelector(".bf-csv").textContent = "Save CSV";
  box.backflow ??= new Table(box, setTriggerValue);
  box.backflow.trigger = setTriggerValue;
  box.backflow.take(body);
}
