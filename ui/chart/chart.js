// Draws one figure. The first call of a mounted chart makes the plot, every later one repaints it in place.

const CONFIG = { displayModeBar: false, responsive: true, displaylogo: false, doubleClick: "reset" };
const SAVED = { width: 1200, scale: 2 }; // px of a saved picture; a PNG has twice as many
const decoder = new TextDecoder();

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

// The words on top of a figure that is dragged: they follow it, so they are written here.
function say(host, words) {
  const make = (tag, text, className = "") => Object.assign(document.createElement(tag), { textContent: text, className });
  const sentence = make("h3", "");
  sentence.append(make("span", words.first, `bf-${words.colour}`), words.rest);
  const numbers = make("dl", "", "bf-metrics");
  for (const [label, value, meaning] of words.numbers) {
    const one = make("div", "");
    one.title = meaning;
    one.append(make("dt", label), make("dd", value));
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
    if (scrub.said.length) say(said, scrub.said[k]);
  };
  const drawn = backflowScrub.start({ Plotly, plot, figure, scrub, draw, bar, onShow });
  const keep = () => {
    drawn.pause();
    setTriggerValue("keep", drawn.present());
  };
  bar.append(button("Keep", keep));
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

export default async function ({ data, parentElement, setTriggerValue }) {
  const Plotly = await plotly();
  const plot = parentElement.querySelector(".bf-plot");
  const body = JSON.parse(decoder.decode(data));
  plot.setAttribute("aria-label", body.alt);
  parentElement.querySelector(".bf-bar").replaceChildren(
    ...(body.save ? ["svg", "png"].map((f) => button(`Save ${f.toUpperCase()}`, () => save(Plotly, plot, body.name, f))) : []),
  );
  const draw = (data, layout) => Plotly.react(plot, data, { ...layout, autosize: true }, CONFIG);
  plot.backflow?.stop();
  if (body.scrub) {
    await drag(Plotly, plot, body, parentElement, draw, setTriggerValue);
  } else {
    release(plot, parentElement);
    await draw(body.figure.data, body.figure.layout);
  }
  listen(plot, setTriggerValue);
  plot.dataset.painted = String(Number(plot.dataset.painted ?? 0) + 1);
}
