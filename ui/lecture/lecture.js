// Keys of the page: those of lecture mode, with a bar that says which there are; and Escape, which closes what a term means.

const MOVES = { ArrowRight: 1, PageDown: 1, ArrowLeft: -1, PageUp: -1 }; // the Page keys are those of a presenter
const TYPED = "textarea, [contenteditable=true], input:not([type=range], [type=radio], [type=checkbox])";
const STEERED = `${TYPED}, input, select, [role=slider], [role=radio], [role=combobox], [role=listbox], [role=menu], [role=application], [role=grid], [role=tablist]`;
const room = (window.backflowRoom ??= { facts: {}, act: {}, dark: null, clock: null, reader: "", turned: 0 });

function make(tag, className, text = "") {
  return Object.assign(document.createElement(tag), { className, textContent: text });
}

function black() {
  if (room.dark) return room.dark.remove(), (room.dark = null), undefined;
  room.dark = make("div", "bf-black");
  room.dark.setAttribute("role", "img");
  room.dark.setAttribute("aria-label", "The screen is black; b brings the page back.");
  room.dark.onclick = black;
  document.body.append(room.dark);
}

const written = (seconds) => `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;

function stopThinking() {
  clearInterval(room.clock.timer);
  room.clock.face.remove();
  room.clock = null;
}

function think() {
  if (room.clock) return stopThinking();
  const face = make("div", "bf-think", written(room.facts.think)), end = Date.now() + 1000 * room.facts.think;
  face.setAttribute("role", "timer");
  face.onclick = stopThinking;
  document.body.append(face);
  const timer = setInterval(() => {
    const left = Math.max(0, Math.round((end - Date.now()) / 1000));
    face.textContent = left ? written(left) : "Time is up";
    if (!left) clearInterval(timer);
  }, 250);
  room.clock = { face, timer };
}

const answer = () => document.querySelector(".bf-guess:not([data-revealed]) .bf-main")?.click();

// What a term means stays shut until the pointer or the keyboard comes to it anew.
function shutTerm() {
  const term = document.querySelector(".bf-term:is(:hover, :focus, :focus-within):not(.bf-shut)");
  if (!term) return false;
  term.classList.add("bf-shut");
  for (const gone of ["pointerleave", "focusout"]) term.addEventListener(gone, () => term.classList.remove("bf-shut"), { once: true });
  return true;
}

function leave() {
  if (room.dark) black();
  if (room.clock) stopThinking();
  room.act.lecture(false);
}

function heard(event) {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = event.target instanceof Element ? event.target : document.body;
  if (at.closest(TYPED)) return;
  const does = room.facts.on ? { b: black, t: think, a: answer, l: leave } : { l: () => room.act.lecture(true) };
  const move = room.facts.on && !at.closest(STEERED) ? MOVES[event.key] : undefined;
  if (event.key === "Escape" && room.dark) black();
  else if (event.key === "Escape" && shutTerm());
  else if (move && room.facts.where) room.act.turn(move);
  else if (!event.repeat && does[event.key]) does[event.key]();
  else return;
  event.preventDefault();
}

function key(sign, text, act) {
  const button = make("button", "");
  button.type = "button";
  button.append(make("kbd", "", sign), text);
  button.onclick = act;
  return button;
}

function bar() {
  const made = make("nav", "bf-lecture-bar");
  made.setAttribute("aria-label", "Lecture");
  const ways = [key("←", "Back", () => room.act.turn(-1)), key("→", "Next", () => room.act.turn(1))];
  const where = room.facts.where ? [make("span", "bf-where", room.facts.where), ...ways] : [];
  made.append(...where, key("t", "Think", think), key("b", "Black", black), key("l", "Leave", leave));
  return made;
}

export default function ({ data, parentElement, setTriggerValue }) {
  room.facts = JSON.parse(data.json);
  room.act = {
    turn: (by) => setTriggerValue("turn", (room.turned += by)), // all turns so far: one message may stand for others
    lecture: (on) => setTriggerValue("lecture", on),
  };
  const { reader, asked } = room.facts;
  if (room.reader !== reader) [room.reader, room.turned] = [reader, asked]; // every session counts anew
  if (room.turned !== asked) room.act.turn(0); // what was pressed while the page was turned may not have been heard
  parentElement.querySelector(".bf-lecture").replaceChildren(...(room.facts.on ? [bar()] : []));
  if (!room.listens) document.addEventListener("keydown", (event) => room.hear(event));
  room.listens = true;
  room.hear = heard;
}
