// Asks a question before a figure is seen: choose, draw the curve on empty axes, or give a number; then shows the
// computed curve over the guess and says how far off it was. Nothing is asked of a server.

const backflowGuess = (() => {
  const SVG = "http://www.w3.org/2000/svg";
  const HEIGHT = 330, LEFT = 64, RIGHT = 130, TOP = 14, BOTTOM = 44; // px
  const SUPERSCRIPTS = Object.fromEntries([..."-0123456789"].map((letter, at) => [letter, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[at]]));
  const CLOSE = 0.35, NEAR = 1.2; // powers of ten at the far end that count as right, and as close

  const power = (exponent) => "10" + String(exponent).replace(/./g, (letter) => SUPERSCRIPTS[letter]);

  // 10^log10 to two digits, as the page writes it.
  function spelled(log10) {
    if (log10 === null || !Number.isFinite(log10)) return "exactly 0";
    let exponent = Math.floor(log10), mantissa = 10 ** (log10 - exponent);
    if (mantissa >= 9.95) [mantissa, exponent] = [1, exponent + 1];
    if (exponent >= -2 && exponent <= 3) return String(Number((mantissa * 10 ** exponent).toPrecision(2)));
    const leading = String(Number(mantissa.toFixed(1)));
    return leading === "1" ? power(exponent) : `${leading}·${power(exponent)}`;
  }

  const percent = (share) => `${Number((100 * share).toPrecision(share < 0.99 ? 2 : 3))} %`;
  const decades = (count) => `${Number(count.toFixed(1))} ${count.toFixed(1) === "1.0" ? "power" : "powers"} of ten`;
  const fateOf = (end, back) => (Math.abs(end) < 1 && Math.abs(end) < 0.1 * back ? "stay" : end < 0 ? "vanish" : "explode");

  function element(tag, { text = "", ...attributes } = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...(text ? [text] : []), ...children);
    return made;
  }

  function drawn(tag, attributes, text) {
    const made = document.createElementNS(SVG, tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  const inked = ([light, dark]) => `stroke: light-dark(${light}, ${dark})`;
  const lettered = ([light, dark]) => `fill: light-dark(${light}, ${dark})`;

  // The plotting area: places of steps and decades, and back.
  function areaOf(width, last, low, high) {
    const [right, bottom] = [width - RIGHT, HEIGHT - BOTTOM];
    const span = Math.max(1, last - 1);
    return {
      low, high, last, right, bottom, width,
      x: (step) => LEFT + ((step - 1) / span) * (right - LEFT),
      y: (value) => TOP + ((high - Math.min(high, Math.max(low, value))) / (high - low)) * (bottom - TOP),
      step: (x) => Math.min(last, Math.max(1, Math.round(1 + ((x - LEFT) / (right - LEFT)) * span))),
      value: (y) => high - ((Math.min(bottom, Math.max(TOP, y)) - TOP) / (bottom - TOP)) * (high - low),
    };
  }

  function roundStep(least) {
    for (let scale = 1; ; scale *= 10) for (const digit of [1, 2, 5]) if (digit * scale >= least) return digit * scale;
  }

  function axes(area) {
    const made = [], every = roundStep((area.high - area.low) / 8), apart = roundStep((area.last - 1) / 10);
    for (let at = Math.ceil(area.low / every) * every; at <= area.high + 1e-9; at += every) {
      made.push(drawn("line", { class: at ? "bf-grid" : "bf-one", x1: LEFT, x2: area.right, y1: area.y(at), y2: area.y(at) }));
      made.push(drawn("text", { x: LEFT - 8, y: area.y(at) + 4, "text-anchor": "end" }, at ? power(at) : "1"));
    }
    for (let step = 1; step <= area.last; step = step === 1 && apart > 1 ? apart : step + apart) {
      made.push(drawn("text", { x: area.x(step), y: area.bottom + 18, "text-anchor": "middle" }, String(step)));
    }
    const middle = (LEFT + area.right) / 2;
    made.push(drawn("text", { x: middle, y: HEIGHT - 6, "text-anchor": "middle" }, "step t   (the gradient travels to the left)"));
    made.push(drawn("text", { class: "bf-word", x: area.right + 8, y: area.y(0) + 4 }, `step ${area.last}: 1`));
    return made;
  }

  const path = (area, points) => {
    let pen = "M";
    return points.map(([step, value]) => {
      if (value === null) return (pen = "M"), "";
      const word = `${pen}${area.x(step).toFixed(1)} ${area.y(value).toFixed(1)}`;
      pen = "L";
      return word;
    }).join("");
  };

  // The reader's curve: values at some steps, straight lines between them, and the same line on to step 1.
  function pencil(last) {
    const knots = new Map([[last, 0]]);
    const ordered = () => [...knots].sort(([a], [b]) => a - b);
    function at(step) {
      const known = ordered();
      let k = known.findIndex(([place]) => place >= step);
      if (k > 0 && known[k][0] !== step) k -= 1;
      const [[a, low], [b, high]] = k >= 0 && known[k + 1] ? [known[k], known[k + 1]] : [known[k], known[k]];
      return a === b ? low : low + ((high - low) * (step - a)) / (b - a);
    }
    function between(from, to) {
      const count = Math.abs(to[0] - from[0]);
      for (let k = 1; k <= count; k += 1) {
        const step = from[0] + Math.sign(to[0] - from[0]) * k;
        if (step < last) knots.set(step, from[1] + ((to[1] - from[1]) * k) / count);
      }
      if (!count && to[0] < last) knots.set(to[0], to[1]);
    }
    return {
      at, between, set: (step, value) => step < last && knots.set(step, value), points: () => [1, ...knots.keys()].sort((a, b) => a - b)
        .filter((step, k, all) => step !== all[k - 1]).map((step) => [step, at(step)]),
      clear: () => { knots.clear(); knots.set(last, 0); }, empty: () => knots.size === 1, knots,
    };
  }

  function start({ host, question, onReveal = () => {} }) {
    const last = question.at[question.at.length - 1], back = Math.max(1, last - 1);
    const isCurve = question.kind === "curve", isFate = question.kind === "fate";
    const pen = pencil(last);
    let revealed = false, cursor = Math.max(1, Math.round(last / 2)), from = null, chosen = null;

    const heard = element("div", { class: "bf-heard", "aria-live": "polite" });
    const told = element("div", { class: "bf-told", "aria-live": "polite" });
    const svg = drawn("svg", { height: HEIGHT, role: "img" });
    const reveal = element("button", { type: "button", class: "bf-main", text: "Show me" });
    const clear = element("button", { type: "button", text: "Clear" });
    const acts = element("div", { class: "bf-acts" }, reveal, ...(isCurve ? [clear] : []));
    const field = isFate ? fates() : isCurve ? how() : number();
    const box = element("section", { class: "bf-guess", "aria-label": "Question" }, element("h3", { text: question.text }), field, svg, told, acts, heard);
    host.replaceChildren(box);

    function fates() {
      const name = `bf-fate-${Math.random().toString(36).slice(2)}`;
      const labels = Object.entries(question.fates).map(([fate, text]) => {
        const input = element("input", { type: "radio", name, value: fate });
        input.onchange = () => { chosen = fate; ready(); };
        return element("label", {}, input, text);
      });
      return element("fieldset", { "aria-label": "Your guess" }, ...labels);
    }

    function how() {
      return element("p", { class: "bf-how", text: "Draw it from right to left, with the mouse or a finger. With keys: ← → choose the step, ↑ ↓ set the height, Enter shows the answer." });
    }

    function number() {
      const input = element("input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": "Your guess" });
      input.oninput = () => {
        const value = Number(input.value.trim().replace(",", "."));
        chosen = input.value.trim() !== "" && Number.isFinite(value) ? value : null;
        ready();
      };
      input.onkeydown = (event) => event.key === "Enter" && chosen !== null && answer();
      return element("p", {}, element("label", {}, "Your guess: ", input, question.unit));
    }

    const guessed = () => (isCurve ? !pen.empty() : chosen !== null);
    function ready() {
      reveal.textContent = guessed() ? "Reveal" : "Show me";
      clear.disabled = pen.empty();
    }

    function limits() {
      if (!revealed) return [-question.reach, question.reach];
      const values = [...question.truth, ...question.known.flatMap((one) => one.values), ...(isCurve && guessed() ? pen.points().map(([, value]) => value) : [])];
      const known = values.filter((value) => value !== null);
      const [low, high] = [Math.min(-1, ...known), Math.max(1, ...known)];
      return [low - 0.06 * (high - low), high + 0.06 * (high - low)];
    }

    function paint() {
      const shown = isCurve || revealed || question.known.length > 0;
      svg.style.display = shown ? "" : "none";
      const large = Number(getComputedStyle(box).getPropertyValue("--bf-large")) || 1; // in lecture mode
      const width = Math.max(320, Math.round((box.clientWidth || 640) - 32) / large), area = areaOf(width, last, ...limits());
      svg.setAttribute("height", HEIGHT * large);
      svg.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
      const parts = axes(area);
      for (const one of question.known) parts.push(...line(area, one.at.map((step, k) => [step, one.values[k]]), "bf-other", question.colours.pin1, one.name));
      if (isCurve && !revealed) parts.push(drawn("line", { class: "bf-cursor", x1: area.x(cursor), x2: area.x(cursor), y1: TOP, y2: area.bottom }));
      if (isCurve && guessed()) parts.push(drawn("path", { class: "bf-drawn", d: path(area, pen.points()) }));
      if (isCurve && !revealed) parts.push(drawn("circle", { cx: area.x(cursor), cy: area.y(pen.at(cursor)), r: 6, fill: "currentColor" }));
      if (revealed) parts.push(...line(area, question.at.map((step, k) => [step, question.truth[k]]), "bf-true", question.colours.total, "the run"));
      if (revealed && isCurve && guessed()) parts.push(drawn("text", { x: area.x(1) + 6, y: area.y(pen.at(1)) + (end === null || pen.at(1) >= end ? -10 : 20) }, "your guess"));
      svg.replaceChildren(...parts);
      return area;
    }

    function line(area, points, className, colour, name) {
      const seen = points.filter(([, value]) => value !== null);
      if (!seen.length) return [];
      const [step, value] = seen[0];
      const word = drawn("text", { class: "bf-word", x: area.x(step) + 6, y: area.y(value) + beside(value), style: lettered(colour) }, name);
      return [drawn("path", { class: className, style: inked(colour), d: path(area, points) }), word];
    }

    // Words at the line's end stand on the side where the other line is not.
    function beside(value) {
      return revealed && isCurve && guessed() && value > pen.at(1) ? -8 : 18;
    }

    function answer() {
      if (revealed) return;
      revealed = true;
      const lines = verdict();
      told.replaceChildren(...lines.map((text, k) => element("p", {}, k ? text : element("strong", { text }))));
      paint();
      svg.classList.remove("bf-pad");
      svg.removeAttribute("tabindex");
      svg.setAttribute("role", "img");
      svg.setAttribute("aria-label", lines.join(" "));
      box.querySelectorAll("input").forEach((input) => (input.disabled = true));
      reveal.textContent = "Ask again";
      clear.remove();
      box.dataset.revealed = "true";
      requestAnimationFrame(() => setTimeout(onReveal)); // what else there is to draw waits until this is seen
    }

    function again() {
      revealed = false;
      start({ host, question, onReveal });
    }

    const end = question.truth[0];
    function verdict() {
      const why = question.why ? [question.why] : [];
      const said = `Step 1 gets ${question.end} of what step ${last} gets.`;
      if (!guessed()) return [`${isFate ? `${question.fates[question.answer]}.` : isCurve ? said : plainAnswer()}`, ...(isFate ? [said] : []), ...why];
      if (isFate) return [chosen === question.answer ? `Right: ${lower(question.fates[question.answer])}.` : `Not so: ${lower(question.fates[question.answer])}.`, said, ...why];
      return [...(isCurve ? curveWords(said) : numberWords()), ...why];
    }
    const lower = (text) => text[0].toLowerCase() + text.slice(1);

    function curveWords(said) {
      const mine = pen.at(1);
      if (end === null) return [`You drew ${spelled(mine)} at step 1; the run ends at ${question.end}.`, said];
      const off = end - mine, sameWay = fateOf(mine, back) === question.answer;
      const verb = { vanish: "vanishes", explode: "explodes", stay: "stays about the same" }[question.answer];
      const first = Math.abs(off) <= CLOSE ? "Right." : Math.abs(off) <= NEAR ? "Close." : sameWay ? "The right direction." : `It ${verb}, and you drew that it does not.`;
      const gap = Math.abs(off) <= 0.05 ? "exactly that" : `${decades(Math.abs(off))} ${off < 0 ? "less" : "more"}`;
      const kept = `A step back ${rate(mine / back)} in your curve and ${rate(end / back)} in the run.`;
      return [first, `You drew ${spelled(mine)} at step 1, the run gives ${spelled(end)}: ${gap}. ${kept}`];
    }
    const rate = (log10) => (log10 > 0.3 ? `multiplies by ${spelled(log10)}` : `keeps ${percent(10 ** log10)}`);

    const amount = (value) => (Math.abs(value) >= 1e4 || (value && Math.abs(value) < 1e-2) ? spelled(Math.log10(Math.abs(value))) : String(Number(value.toPrecision(3))));
    const plainAnswer = () => (question.answer === null ? "There is no such number here: nothing is ever lost, or nothing arrives." : `It is ${amount(question.answer)} ${question.unit}`.trim() + ".");
    function numberWords() {
      if (question.answer === null) return [plainAnswer()];
      const exact = Number.isInteger(question.answer) && chosen === question.answer;
      const ratio = chosen / question.answer, off = Math.abs(ratio - 1);
      const first = exact || off <= 0.05 ? "Right." : off <= 0.25 ? "Close." : "Not quite.";
      const times = !(ratio > 0) ? "" : exact ? "" : ratio >= 2 || ratio <= 0.5 ? ` Yours is ${amount(ratio > 1 ? ratio : 1 / ratio)} times too ${ratio > 1 ? "large" : "small"}.` : ` Yours is ${percent(off)} too ${ratio > 1 ? "large" : "small"}.`;
      return [first, `You said ${amount(chosen)}. ${plainAnswer()}${off < 0.005 ? "" : times}`];
    }

    function move(event, area) {
      const bounds = svg.getBoundingClientRect(), scale = area.width / bounds.width;
      const to = [area.step((event.clientX - bounds.left) * scale), area.value((event.clientY - bounds.top) * scale)];
      pen.between(from ?? to, to);
      [from, cursor] = [to, to[0]];
      ready();
      return paint();
    }

    function key(event) {
      const far = event.shiftKey ? 5 : 1, high = question.reach;
      const walks = { ArrowLeft: -far, ArrowRight: far, Home: -last, End: last }[event.key];
      const climbs = { ArrowUp: far, ArrowDown: -far }[event.key];
      if (walks) cursor = Math.min(last, Math.max(1, cursor + walks));
      else if (climbs && cursor < last) pen.set(cursor, Math.min(high, Math.max(-high, pen.at(cursor) + (climbs * high) / 20)));
      else if (event.key === "Enter" && guessed()) return answer();
      else if (!climbs) return undefined;
      event.preventDefault();
      event.stopPropagation();
      heard.textContent = cursor === last ? `step ${last}: 1, where it begins` : `step ${cursor}: ${spelled(pen.at(cursor))}`;
      ready();
      return paint();
    }

    reveal.onclick = () => (revealed ? again() : answer());
    clear.onclick = () => { pen.clear(); ready(); paint(); };
    if (isCurve) {
      svg.classList.add("bf-pad");
      svg.setAttribute("tabindex", "0");
      svg.setAttribute("role", "application");
      svg.setAttribute("aria-label", `Empty axes: the gradient at steps 1 to ${last}, relative to step ${last}. Draw your guess; with the arrow keys choose a step and set its height.`);
      let area = null;
      svg.onpointerdown = (event) => {
        if (revealed) return;
        svg.setPointerCapture(event.pointerId);
        [area, from] = [paint(), null];
        area = move(event, area);
      };
      svg.onpointermove = (event) => { if (area && !revealed) area = move(event, area); };
      svg.onpointerup = svg.onpointercancel = () => { area = from = null; };
      svg.onkeydown = (event) => !revealed && key(event);
    } else svg.setAttribute("aria-label", "The gradient at every step");
    new ResizeObserver(() => box.isConnected && paint()).observe(box);
    ready();
    paint();
    return { reveal: answer, revealed: () => revealed };
  }

  return { start, spelled };
})();
