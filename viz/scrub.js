// Drags a figure along one knob: every value is a frame that came with the figure, so nothing is asked of a server.
//
// A frame goes to the screen the fast way where only numbers of lines and colours differ: they are put where Plotly
// keeps what it draws from, and its own drawing of the plotting area is called, without axes, words and checks. Once
// the hand rests, the same frame is drawn in full by Plotly.react. Whatever the fast way cannot do is drawn in full.

const backflowScrub = (() => {
  const SETTLE_MS = 180; // rest after which a frame is drawn in full
  const PLAY_MS = 90; // a frame while playing
  const DERIVED = "%{text}"; // hover texts made here, from log10 values
  const SUPERSCRIPTS = Object.fromEntries([..."-0123456789"].map((letter, at) => [letter, "⁻⁰¹²³⁴⁵⁶⁷⁸⁹"[at]]));

  const trimmed = (text) => (text.includes(".") ? text.replace(/\.?0+$/, "") : text);

  // 10^log10 to two digits, as the figures write it: 81, 0.02, 2·10⁻³.
  function fromLog10(log10) {
    if (!Number.isFinite(log10)) return "";
    let exponent = Math.floor(log10);
    let mantissa = 10 ** (log10 - exponent);
    if (mantissa >= 9.95) [mantissa, exponent] = [1, exponent + 1];
    if (exponent >= -2 && exponent <= 3) return trimmed((mantissa * 10 ** exponent).toFixed(Math.max(0, 1 - exponent)));
    const power = "10" + String(exponent).replace(/./g, (letter) => SUPERSCRIPTS[letter]);
    const leading = trimmed(mantissa.toFixed(1));
    return leading === "1" ? power : `${leading}·${power}`;
  }

  // A column of values, one a frame, as a function of the frame: a list, or 4-byte floats, as lists end to end or matrices.
  function reader(column) {
    if (Array.isArray(column)) return (k) => column[k];
    const bytes = Uint8Array.from(atob(column.bdata), (letter) => letter.charCodeAt(0));
    const floats = new Float32Array(bytes.buffer);
    if (column.ends) return (k) => floats.subarray(column.ends[k - 1] ?? 0, column.ends[k]);
    const [, rows, width] = column.shape.split(",").map(Number);
    return (k) => Array.from({ length: rows }, (_, row) => floats.subarray((k * rows + row) * width, (k * rows + row + 1) * width));
  }

  // What changes, by trace: {slot: {key: reader}}; and of the layout: notes that move, and what else there is.
  function unpack(changes) {
    const traces = {}, notes = {}, rest = {};
    for (const [slot, key, column] of changes.data) (traces[slot] ??= {})[key] = reader(column);
    for (const [place, key, column] of changes.layout) {
      if (key === null) rest[place] = reader(column);
      else (notes[place] ??= {})[key] = reader(column);
    }
    return { traces, notes, rest };
  }

  const number = (value) => (Number.isFinite(value) ? value : undefined); // Plotly's own word for nothing
  const quick = { scatter: ["x", "y"], heatmap: ["z"] };

  // Whether the fast way can draw all there is to change.
  function canRepaint(figure, { traces, notes, rest }) {
    const simple = Object.entries(traces).every(([slot, keys]) =>
      Object.keys(keys).every((key) => quick[figure.data[slot].type].includes(key) && (key !== "z" || Array.isArray(keys.z(0)))));
    const moved = Object.values(notes).every((keys) => Object.keys(keys).every((key) => key === "y" || key === "yshift"));
    return simple && moved && Object.keys(rest).every((key) => key === "shapes");
  }

  function start({ Plotly, plot, figure, scrub, draw, bar, onShow }) {
    const changes = unpack(scrub.changes), fast = canRepaint(figure, changes), last = scrub.values.length - 1;
    let shown = scrub.at, settling = 0, playing = 0, wanted = null, full = null;

    const hovered = (slot) => figure.data[slot].hovertemplate === DERIVED;
    const merged = (record, keys, k) =>
      keys ? Object.assign({}, record, Object.fromEntries(Object.entries(keys).map(([key, read]) => [key, read(k)]))) : record;

    function traceAt(slot, k) {
      const trace = merged(figure.data[slot], changes.traces[slot], k);
      if (changes.traces[slot] && hovered(slot)) trace.text = Array.from(trace.y, fromLog10);
      return trace;
    }

    function layoutAt(k) {
      const layout = merged(figure.layout, changes.rest, k);
      const annotations = layout.annotations.map((note, place) => merged(note, changes.notes[place], k));
      return { ...layout, annotations };
    }

    async function drawInFull(k) {
      moveNotes(null);
      full = k;
      await draw(figure.data.map((_, slot) => traceAt(slot, k)), layoutAt(k));
    }

    function pointsAt(slot, k, kept) {
      const trace = traceAt(slot, k);
      const points = Array.from(trace.y, (y, i) => ({ i, x: number(trace.x[i]), y: number(y) }));
      if (hovered(slot)) kept.trace.text = trace.text;
      return Object.assign(points, { 0: { ...points[0], t: kept.t, trace: kept.trace } });
    }

    function put(k) {
      for (const slot of Object.keys(changes.traces)) {
        const drawn = plot.calcdata[slot];
        if (figure.data[slot].type === "heatmap") {
          drawn[0].z = changes.traces[slot].z(k).map((row) => Array.from(row, number));
        } else {
          plot.calcdata[slot] = pointsAt(slot, k, drawn[0]);
        }
      }
    }

    // Labels slide by as much as their places differ from those drawn in full; lines back to their ends wait for rest.
    function moveNotes(k) {
      for (const [place, keys] of Object.entries(changes.notes)) {
        const element = plot.querySelector(`.annotation[data-index="${place}"]`);
        if (element) element.style.transform = k === null ? "" : `translateY(${heightOf(place, keys, k) - heightOf(place, keys, full)}px)`;
      }
      const hidden = k !== null && k !== full && "shapes" in changes.rest;
      plot.querySelectorAll(".shapelayer path").forEach((path) => {
        const shape = figureShapes()[path.dataset.index];
        path.style.visibility = hidden && shape?.type === "line" ? "hidden" : "";
      });
    }

    const figureShapes = () => (changes.rest.shapes && full !== null ? changes.rest.shapes(full) : figure.layout.shapes);

    function heightOf(place, keys, k) {
      const note = merged(figure.layout.annotations[place], keys, k);
      return plot._fullLayout["yaxis" + note.yref.slice(1)].l2p(note.y) - (note.yshift ?? 0);
    }

    async function repaint(k) {
      const area = plot._fullLayout?._basePlotModules?.find((module) => module.name === "cartesian");
      clearTimeout(settling);
      if (plot._hoverdata) Plotly.Fx.unhover(plot); // it would go on naming the values of another frame
      if (fast && area && full !== null && plot.calcdata?.length === figure.data.length) {
        put(k);
        area.plot(plot);
        moveNotes(k);
        settling = setTimeout(() => drawInFull(shown), SETTLE_MS);
      } else {
        await drawInFull(k);
      }
      plot.dataset.at = String(k);
      plot.dataset.painted = String(Number(plot.dataset.painted ?? 0) + 1);
    }

    // However fast the hand, one repaint a frame of the screen, always of the latest value.
    async function show(k) {
      shown = k;
      const busy = wanted !== null;
      wanted = k;
      say(k);
      if (busy) return;
      await new Promise(requestAnimationFrame);
      while (wanted !== null) {
        const next = wanted;
        await repaint(next);
        if (wanted === next) wanted = null;
        else await new Promise(requestAnimationFrame);
      }
    }

    function say(k) {
      slider.value = k;
      slider.setAttribute("aria-valuetext", `${scrub.label} ${scrub.values[k]}`);
      value.textContent = scrub.values[k];
      onShow(k);
    }

    function pause() {
      clearInterval(playing);
      playing = 0;
      button.textContent = "▶";
      button.setAttribute("aria-label", `Play ${scrub.label}`);
    }

    // A slow machine plays slower: no value is left out.
    function playOn() {
      if (shown === last) pause();
      else if (wanted === null) show(shown + 1);
    }

    function play() {
      if (shown === last) show(0);
      playing = setInterval(playOn, PLAY_MS);
      button.textContent = "❚❚";
      button.setAttribute("aria-label", "Pause");
    }

    const { slider, value, button } = controls(bar, scrub, last);
    slider.oninput = () => {
      pause();
      show(Number(slider.value));
    };
    button.onclick = () => (playing ? pause() : play());
    pause();

    return {
      pause,
      field: scrub.field,
      count: scrub.values.length,
      at: scrub.at,
      present: () => shown,
      first: async (k) => {
        shown = k;
        say(k);
        await drawInFull(k);
        plot.dataset.at = String(k);
      },
      stop: () => {
        pause();
        clearTimeout(settling);
        wanted = null;
        moveNotes(null);
      },
    };
  }

  // Play, the slider with its name, and the value under it.
  function controls(bar, scrub, last) {
    const button = Object.assign(document.createElement("button"), { type: "button", className: "bf-play" });
    const name = Object.assign(document.createElement("span"), { className: "bf-knob", textContent: scrub.label });
    const slider = Object.assign(document.createElement("input"), { type: "range", min: 0, max: last, step: 1, value: scrub.at });
    slider.setAttribute("aria-label", `Scrub ${scrub.label}`);
    const value = Object.assign(document.createElement("output"), { className: "bf-value" });
    value.style.minWidth = `${Math.max(...scrub.values.map((text) => text.length))}ch`;
    const ends = [0, last].map((k) => Object.assign(document.createElement("small"), { textContent: scrub.values[k] }));
    const focused = bar.contains(document.activeElement); // keys go on working when the figure is replaced
    bar.replaceChildren(button, name, value, ends[0], slider, ends[1]);
    if (focused) slider.focus();
    return { slider, value, button };
  }

  return { start, fromLog10, reader };
})();
