// On a phone a plot is drawn for the room there is: margins as wide as their words, headings that wrap, time labels that
// do not meet, nodes that do not touch. Nothing is left out of the data, and a saved picture is drawn as anywhere else.

const backflowNarrow = (() => {
  const phone = matchMedia("(max-width: 640px)"); // where the page itself stands in one column
  const AIR = 8; // px between words and what stands beside them
  const LINE = 1.3; // a line's height in letters
  const GAP = "   "; // between the parts of a heading
  const NAMED = 24; // px from node to node that leave room for a name
  const NUMBER = 40; // px for each number that Plotly chooses
  const STRIDES = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000];
  const pen = document.createElement("canvas").getContext("2d");
  const entries = (layout, letter) => Object.entries(layout).filter(([name]) => name.startsWith(`${letter}axis`));
  const isBeside = (note, side) => note.xref === "paper" && note.x === side && note.xanchor === "left";

  function widthOf(text, size, layout) {
    pen.font = `${size}px ${layout.template?.layout?.font?.family ?? "sans-serif"}`;
    return Math.max(...String(text).split("<br>").map((line) => pen.measureText(line.replace(/<[^>]*>/g, "")).width));
  }

  // Lines no wider than the room, broken between the parts of a heading where these fit, else at blanks outside of tags.
  function wrapped(text, room, size, layout) {
    const parts = text.split(GAP), fit = parts.every((part) => widthOf(part, size, layout) <= room);
    const [pieces, between] = fit ? [parts, GAP] : [text.split(/ (?![^<]*>|%)/), " "], lines = [];
    for (const piece of pieces) {
      const tried = lines.length ? lines.at(-1) + between + piece : piece;
      if (lines.length && widthOf(tried.trim(), size, layout) > room) lines.push(piece);
      else lines.splice(-1, 1, tried);
    }
    return lines.map((line) => line.trim()).filter((line) => line);
  }

  const shared = (layout) => layout.template?.layout?.xaxis ?? {};
  const tickSize = (axis, layout) => axis.tickfont?.size ?? shared(layout).tickfont?.size ?? 13;
  const titleSize = (axis, layout) => axis.title.font?.size ?? shared(layout).title?.font?.size ?? 15;

  const widest = (axis, layout) =>
    axis.showticklabels === false || axis.visible === false ? 0
      : axis.ticktext ? Math.max(0, ...axis.ticktext.map((text) => widthOf(text, tickSize(axis, layout), layout)))
        : Infinity; // Plotly chooses the labels: what the figure left for them stays

  function leftOf(layout) {
    if (layout.annotations.some((note) => isBeside(note, 0) && note.xshift < 0)) return layout.margin.l;
    const title = (axis) => (axis.title?.text ? 2 * AIR + LINE * titleSize(axis, layout) : 0);
    const needs = entries(layout, "y").map(([, axis]) => (axis.visible === false ? 2 * AIR : AIR + widest(axis, layout) + title(axis)));
    return Math.ceil(Math.min(layout.margin.l, Math.max(...needs)));
  }

  function rightOf(data, layout) {
    const notes = layout.annotations.filter((note) => isBeside(note, 1));
    if (notes.some((note) => note.textangle)) return layout.margin.r;
    const bars = data.map((trace) => trace.colorbar).filter((bar) => bar);
    const needs = [
      ...notes.map((note) => (note.xshift ?? 0) + widthOf(note.text, note.font?.size ?? 15, layout)),
      ...bars.map((bar) => (bar.xpad ?? 10) + (bar.thickness ?? 30) + widest(bar, layout)),
    ];
    return Math.ceil(Math.min(layout.margin.r, Math.max(2 * AIR, ...needs) + AIR));
  }

  // Places of the labels that are kept: the first, the last, and those between at the smallest stride at which none meet.
  function thinned(axis, room, layout) {
    const size = tickSize(axis, layout), last = axis.tickvals.length - 1, [low, high] = axis.range;
    const at = (k) => ((axis.tickvals[k] - low) / (high - low)) * room;
    const half = axis.ticktext.map((text) => widthOf(text, size, layout) / 2);
    const meet = (j, k) => Math.abs(at(k) - at(j)) < half[j] + half[k] + AIR;
    const counts = axis.ticktext.every((text, k) => String(axis.tickvals[k]) === text);
    const inner = (stride) => axis.tickvals.map((_, k) => k).filter((k) => k > 0 && k < last && !meet(0, k) && !meet(k, last)
      && (counts ? axis.tickvals[k] : last - k) % stride === 0);
    const stride = STRIDES.find((one) => inner(one).every((k, place, kept) => !place || !meet(kept[place - 1], k)));
    return last < 1 ? [0] : [...(meet(0, last) ? [] : [0]), ...inner(stride ?? Infinity), last];
  }

  function across(axis, room, layout) {
    if (axis.nticks && !axis.tickvals) return { ...axis, nticks: Math.min(axis.nticks, Math.ceil(room / NUMBER)), tickangle: 0 };
    if (!axis.tickvals?.length || !axis.ticktext || !axis.range || axis.showticklabels === false) return axis;
    const kept = thinned(axis, room * (axis.domain ? axis.domain[1] - axis.domain[0] : 1), layout);
    return { ...axis, tickangle: 0, tickvals: kept.map((k) => axis.tickvals[k]), ticktext: kept.map((k) => axis.ticktext[k]) };
  }

  // Where everything goes once headings have more lines: panels move down by as much, and shrink so that all stays as tall.
  function moved(layout, margin, taller) {
    const before = layout.height - layout.margin.t - layout.margin.b;
    const whole = before + taller.reduce((sum, one) => sum + one.px, 0);
    const above = (y) => taller.filter((one) => one.y >= y - 1e-6).reduce((sum, one) => sum + one.px, 0);
    const shrunk = (layout.height - margin.t - margin.b) / whole;
    return { of: (y) => 1 - ((1 - y) * before + above(y)) / whole, shrunk };
  }

  function heading(note, width, margin, layout) {
    const size = note.font?.size ?? 13, room = width - AIR / 2;
    if (!(isBeside(note, 0) && note.yanchor === "bottom") || note.textangle) return { note, px: 0 };
    if (widthOf(note.text, size, layout) <= room - margin.l) return { note, px: 0 };
    const lines = wrapped(note.text, room, size, layout);
    const place = { xshift: (note.xshift ?? 0) - margin.l, align: "left", text: lines.join("<br>") };
    return { note: { ...note, ...place }, px: (lines.length - 1) * LINE * size, y: note.y };
  }

  function titled(axis, width, margin, layout) {
    if (!axis.title?.text) return { axis, px: 0 };
    const size = titleSize(axis, layout), centre = (margin.l + width - margin.r) / 2;
    const lines = wrapped(axis.title.text, 2 * Math.min(centre, width - centre) - AIR, size, layout);
    return { axis: { ...axis, title: { ...axis.title, text: lines.join("<br>") } }, px: (lines.length - 1) * LINE * size };
  }

  // Marks that say which share of the way to the next one they may cover: they shrink to it, and lose names that would meet.
  function parted(trace, room) {
    const share = trace.meta?.share, pitch = room / (trace.x?.length || 1), { marker } = trace;
    if (!share) return trace;
    const small = marker && { marker: { ...marker, size: Math.min(marker.size, share * pitch) } };
    const named = trace.mode.includes("text"), bare = marker ? { mode: "markers" } : { visible: false };
    return { ...trace, ...small, ...(named && pitch < NAMED && bare) };
  }

  const barred = (trace, place) => trace.colorbar ? { ...trace, colorbar: { ...trace.colorbar, ...barAt(trace.colorbar, place) } } : trace;

  function barAt(bar, { of, shrunk }) {
    return bar.lenmode === "pixels" ? { y: of(bar.y), len: bar.len * shrunk } : { y: of(1) / 2, len: (bar.len ?? 1) * of(1) };
  }

  function fit(plot, data, layout) {
    const width = plot.clientWidth, least = layout.meta?.least ?? 0;
    if (!phone.matches || !width || !layout.margin || layout.width) return { data, layout }; // a picture to be saved has its width
    if (least > width) return { data, layout: { ...layout, width: least, autosize: false } }; // it scrolls in its own frame
    const whole = { ...layout, annotations: layout.annotations ?? [] };
    const margin = { ...layout.margin, l: leftOf(whole), r: rightOf(data, whole) }, room = width - margin.l - margin.r;
    const xs = entries(layout, "x").map(([name, axis]) => [name, titled(across(axis, room, layout), width, margin, layout)]);
    const notes = whole.annotations.map((note) => heading(note, width, margin, layout));
    margin.b += Math.max(0, ...xs.map(([, one]) => one.px));
    const place = moved(layout, margin, notes.filter((one) => one.px));
    const up = (thing, ...keys) => thing.yref === "paper" ? { ...thing, ...Object.fromEntries(keys.map((key) => [key, place.of(thing[key])])) } : thing;
    const ys = entries(layout, "y").map(([name, axis]) => [name, { ...axis, domain: (axis.domain ?? [0, 1]).map(place.of) }]);
    const axes = Object.fromEntries([...xs.map(([name, one]) => [name, one.axis]), ...ys]);
    const drawn = { annotations: notes.map(({ note }) => up(note, "y")), shapes: (layout.shapes ?? []).map((one) => up(one, "y0", "y1")) };
    return { data: data.map((trace) => barred(parted(trace, room), place)), layout: { ...layout, ...axes, ...drawn, margin } };
  }

  // Calls `redraw` when the window becomes one of a phone or ceases to be, as long as the plot is there.
  function follow(plot, redraw) {
    phone.addEventListener("change", function turned() {
      if (plot.isConnected) redraw();
      else phone.removeEventListener("change", turned);
    });
  }

  return { fit, follow };
})();
