// The list of lessons, each with how far one has come.

export default function ({ data, parentElement, setTriggerValue }) {
  const host = parentElement.querySelector(".bf-lessons");
  const make = (tag, className, text = "") => Object.assign(document.createElement(tag), { className, textContent: text });

  function card(lesson) {
    const known = backflowProgress.read()[lesson.name], furthest = Math.min(Number(known?.furthest) || 0, lesson.steps);
    const done = furthest === lesson.steps, from = furthest && !done ? Math.min(Number(known.last) || 1, lesson.steps) : 1;
    const item = make("li", "bf-lesson-card"), link = make("a", "bf-lesson-link", lesson.title);
    link.href = `lessons?lesson=${encodeURIComponent(lesson.name)}${from > 1 ? `&lesson_step=${from}` : ""}`;
    link.onclick = (event) => {
      if (event.metaKey || event.ctrlKey || event.shiftKey) return; // in a window of its own
      event.preventDefault();
      setTriggerValue("open", { lesson: lesson.name, step: from });
    };
    const state = done ? "done" : furthest ? `${furthest} of ${lesson.steps} steps, go on` : "start";
    const bar = Object.assign(make("progress", "bf-steps"), { max: lesson.steps, value: furthest });
    bar.setAttribute("aria-label", `${furthest} of ${lesson.steps} steps read`);
    const head = make("h2", "");
    head.append(make("span", "bf-lesson-order", lesson.label), link);
    const facts = make("p", "bf-lesson-facts", `${lesson.minutes} minutes · ${lesson.steps} steps · ${state}`);
    item.append(head, make("p", "bf-lesson-needs", `Needs: ${lesson.needs}`), facts, bar);
    return item;
  }

  function draw() {
    const list = make("ol", "bf-lesson-list");
    list.append(...JSON.parse(data.json).lessons.map(card));
    const clear = make("button", "bf-copy", "Forget how far I have come");
    clear.type = "button";
    clear.onclick = () => (backflowProgress.forget(), draw());
    host.replaceChildren(list, ...(Object.keys(backflowProgress.read()).length ? [clear] : []));
  }
  draw();
}
