// Draws one figure. The first call of a mounted chart makes the plot, every later one repaints it in place.

const CONFIG = { displayModeBar: false, displaylogo: false, doubleClick: false };
const SAVED = { width: 1200, scale: 2 }; // px of a saved picture; a PNG has twice as many
const BELOW = 8; // px between a figure that fills the window and its edge
const LONG = 150; // ms after which a drawing counts as long
const PAPER = 718; // px: an upright page of A4 between the browser's own margins
const decoder = new TextDecoder();

async function save(Plotly, plot, name, format) {
  const link = document.createElement("a");
  const figure = backflowZoom.given(plot), { height } = figure.layout;
  link.href = await Plotly.toImage(figure, { format, width: SAVED.width, height, scale: format === "png" ? SAVED.scale : 1 });
  link.download = `${name}.${format}`;
  link.click();
}

function button(text, act) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.onclick = act;
  return made;
}

// The words on top of a figure that is dragged: they follow it, so they are written here.
function say(host, words, terms) {
  const make = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  const sentence = make("h3", "");
  sentence.append(make("span", words.first, `bf-${words.colour}`), words.rest);
  const numbers = make("dl", "", "bf-metrics");
  for (const [label, value, meaning] of words.numbers) {
    const one = make("div", "");
    const named = make("dt", label), given = make("dd", value);
    if (terms[label]) named.innerHTML = terms[label]; // made by the page itself, of its own words
    given.title = meaning;
    one.append(named, given);
    numbers.append(one);
  }
  const band = make("div", "", "bf-verdict");
  band.append(sentence, ...(words.more ? [make("p", words.more)] : []));
  host.replaceChildren(band, numbers);
  host.style.minHeight = `${Math.max(parseFloat(host.style.minHeight) || 0, host.offsetHeight)}px`; // nothing below moves
}

// A figure with frames: a scrubber above it, which stays where it was if the same knob is dragged as before.
async function drag(Plotly, plot, body, parentElement, draw, setTriggerValue) {
  const { figure, scrub } = body, before = plot.backflow;
  const [said, bar] = [".bf-said", ".bf-scrub"].map((name) => parentElement.querySelector(name));
  const onShow = (k) => {
    plot.setAttribute("aria-label", scrub.alts[k]);
    if (scrub.said.length) say(said, scrub.said[k], scrub.terms ?? {});
  };
  const drawn = backflowScrub.start({ Plotly, plot, figure, scrub, draw, bar, onShow });
  const keep = () => {
    drawn.pause();
    setTriggerValue("keep", drawn.present());
  };
  if (scrub.keep) bar.append(button(scrub.keep, keep));
  if (scrub.note) bar.append(Object.assign(document.createElement("small"), { className: "bf-note", textContent: scrub.note }));
  const same = before && ["field", "count", "at"].every((key) => before[key] === drawn[key]);
  plot.backflow = drawn;
  await drawn.first(same ? before.present() : drawn.at);
}

function release(plot, parentElement) {
  plot.backflow?.stop();
  plot.backflow = undefined;
  for (const name of [".bf-said", ".bf-scrub"]) parentElement.querySelector(name).replaceChildren();
  parentElement.querySelector(".bf-said").style.minHeight = "";
}

// A click on a point goes to the page, where the figure's `meta` says that it acts on one.
function listen(plot, setTriggerValue) {
  plot.removeAllListeners("plotly_click");
  if (plot.layout.meta?.clicks) plot.on("plotly_click", ({ points: [point] }) => setTriggerValue("click", { x: point.x, y: point.y }));
}

// A figure whose `meta` has a least and a largest height in px fills what the window leaves below its top.
function fitted(plot, layout) {
  if (!layout.meta?.fits) return layout;
  const [least, most] = layout.meta.fits;
  const above = plot.getBoundingClientRect().top + (plot.closest(".stMain")?.scrollTop ?? 0);
  return { ...layout, height: Math.round(Math.min(most, Math.max(least, window.innerHeight - above - BELOW))) };
}

function followWindow(Plotly, plot) {
  if (plot.backflowFits || !plot.layout.meta?.fits) return;
  plot.backflowFits = true;
  const fit = () => {
    if (!plot.isConnected) return window.removeEventListener("resize", fit);
    const { height } = fitted(plot, plot.layout);
    if (height !== plot.layout.height) Plotly.relayout(plot, { height });
  };
  window.addEventListener("resize", fit);
}

// How light a CSS colour is, 0 to 1, as the browser itself reads it.
function lightness(colour) {
  const context = document.createElement("canvas").getContext("2d");
  context.fillStyle = colour;
  context.fillRect(0, 0, 1, 1);
  const [red, green, blue] = context.getImageData(0, 0, 1, 1).data;
  return (0.3 * red + 0.59 * green + 0.11 * blue) / 255;
}

// Streamlit does not say when the reader changes the theme: look, and ask for the figure in the other one.
function followTheme(plot, layout, setTriggerValue) {
  clearInterval(plot.backflowWatch);
  const ink = layout.template?.layout?.font?.color;
  if (!ink) return;
  plot.backflowWatch = setInterval(() => {
    if (!plot.isConnected) return clearInterval(plot.backflowWatch);
    const ground = getComputedStyle(plot).getPropertyValue("--st-background-color").trim();
    const dark = lightness(ground) < 0.5;
    if (!ground || dark === lightness(ink) > 0.5) return;
    clearInterval(plot.backflowWatch);
    setTriggerValue("theme", dark ? "dark" : "light");
  }, 400);
}

// The plot follows its own width, which the sidebar changes as well as the window; its own redrawing is no change.
function followWidth(Plotly, plot) {
  plot.backflowWidth ??= new ResizeObserver(([{ contentRect }]) => {
    enlarge(plot);
    makeRoom(plot);
    const drawn = plot._fullLayout?.width;
    if (!drawn || !contentRect.width || Math.abs(contentRect.width - drawn) < 1) return;
    cancelAnimationFrame(plot.backflowFrame);
    plot.backflowFrame = requestAnimationFrame(() => plot.isConnected && Plotly.Plots.resize(plot));
  });
  plot.backflowWidth.observe(plot);
}

// On paper a plot is drawn as wide as an upright page, and scales with the paper; the browser prints at once after this.
function toPaper(Plotly, plot) {
  Plotly.relayout(plot, { width: PAPER });
  const size = [plot._fullLayout.width, plot._fullLayout.height];
  plot.style.setProperty("--bf-ratio", String(size[0] / size[1]));
  plot.querySelectorAll(".main-svg").forEach((svg) => svg.setAttribute("viewBox", `0 0 ${size.join(" ")}`));
}

function toScreen(Plotly, plot) {
  plot.querySelectorAll(".main-svg").forEach((svg) => svg.removeAttribute("viewBox"));
  Plotly.relayout(plot, { width: null, autosize: true });
}

function followPaper(Plotly, plot) {
  if (plot.backflowPaper) return;
  plot.backflowPaper = true;
  for (const [event, act] of [["beforeprint", toPaper], ["afterprint", toScreen]]) {
    window.addEventListener(event, function listen() {
      if (plot.isConnected) act(Plotly, plot);
      else window.removeEventListener(event, listen);
    });
  }
}

// A plot that takes long to draw rests as long before it is drawn anew, so that the buttons beside it can be pressed while
// figures keep coming. Only the latest of those that came meanwhile is drawn.
async function rest(plot) {
  const left = (plot.backflowRest ?? 0) - performance.now();
  if (left > 0) await new Promise((resolve) => setTimeout(resolve, left));
}

function restAfter(plot, began) {
  const ended = performance.now(), took = ended - began;
  plot.backflowRest = took > LONG ? ended + took : 0;
}

export default async function ({ data, parentElement, setTriggerValue }) {
  const plot = parentElement.querySelector(".bf-plot");
  const turn = (plot.backflowTurn = (plot.backflowTurn ?? 0) + 1), isLatest = () => turn === plot.backflowTurn;
  plot.setAttribute("aria-busy", "true");
  const Plotly = await plotly();
  await rest(plot);
  if (!isLatest()) return;
  const began = performance.now();
  const body = JSON.parse(decoder.decode(data));
  plot.setAttribute("aria-label", body.alt);
  parentElement.querySelector(".bf-bar").replaceChildren(
    ...(body.save ? ["svg", "png"].map((f) => button(`Save ${f.toUpperCase()}`, () => save(Plotly, plot, body.name, f))) : []),
  );
  const draw = (data, layout) => backflowZoom.draw(Plotly, plot, data, { ...layout, autosize: true }, CONFIG);
  plot.backflow?.stop();
  enlarge(plot);
  if (body.scrub) {
    await drag(Plotly, plot, body, parentElement, draw, setTriggerValue);
  } else {
    release(plot, parentElement);
    await draw(body.figure.data, body.save ? body.figure.layout : fitted(plot, body.figure.layout));
  }
  makeRoom(plot);
  followWidth(Plotly, plot);
  followPaper(Plotly, plot);
  if (!body.save) followWindow(Plotly, plot);
  listen(plot, setTriggerValue);
  if (!body.save) followTheme(plot, body.figure.layout, setTriggerValue);
  plot.dataset.painted = String(Number(plot.dataset.painted ?? 0) + 1);
  if (isLatest()) plot.removeAttribute("aria-busy");
  requestAnimationFrame(() => setTimeout(() => restAfter(plot, began)));
}
