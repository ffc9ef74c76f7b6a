// Draws one figure. The first call of a mounted chart makes the plot, every later one repaints it in place.

const FILE = "app/static/PLOTLY_FILE";
const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, doubleClick: "reset" };
const SAVED = { width: 1200, scale: 2 }; // px of a saved picture; a PNG has twice as many
const decoder = new TextDecoder();

// Plotly.js is asked for once a page, from the app itself.
function plotly() {
  window.backflowPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(FILE, document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("Plotly.js could not be loaded from the app."));
    document.head.append(script);
  });
  return window.backflowPlotly;
}

async function save(Plotly, plot, name, format) {
  const link = document.createElement("a");
  const height = plot.layout.height;
  link.href = await Plotly.toImage(plot, { format, width: SAVED.width, height, scale: format === "png" ? SAVED.scale : 1 });
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

// A click on a point goes to the page, where the figure's `meta` says that it acts on one.
function listen(plot, setTriggerValue) {
  plot.removeAllListeners("plotly_click");
  if (plot.layout.meta?.clicks) plot.on("plotly_click", ({ points: [point] }) => setTriggerValue("click", { x: point.x, y: point.y }));
}

export default async function ({ data, parentElement, setTriggerValue }) {
  const Plotly = await plotly();
  const plot = parentElement.querySelector(".bf-plot");
  const body = JSON.parse(decoder.decode(data));
  plot.setAttribute("aria-label", body.alt);
  parentElement.querySelector(".bf-bar").replaceChildren(
    ...(body.save ? ["svg", "png"].map((f) => button(`Save ${f.toUpperCase()}`, () => save(Plotly, plot, body.name, f))) : []),
  );
  await Plotly.react(plot, body.figure.data, { ...body.figure.layout, autosize: true }, CONFIG);
  listen(plot, setTriggerValue);
  plot.dataset.painted = String(Number(plot.dataset.painted ?? 0) + 1);
}
