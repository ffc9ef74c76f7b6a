// One clock to be dragged: the curve follows in the browser; the page hears of it when a slider is let go.

const NAMES = ["tau", "s", "r_on", "leak"];
const LOGARITHMIC = { tau: true, r_on: true };
const EXPLORER = { displayModeBar: false, responsive: true, displaylogo: false, doubleClick: "reset" };
const text = new TextDecoder();

const short = (value, digits) => Number(value.toPrecision(digits));
const said = (value) => String(short(value, 4)).replace("-", "−");

function read(sliders) {
  const at = (name) => (LOGARITHMIC[name] ? Math.exp(sliders[name].valueAsNumber) : sliders[name].valueAsNumber);
  const clock = Object.fromEntries(NAMES.map((name) => [name, short(at(name), 3)]));
  return { ...clock, r_on: Math.min(1, Math.max(0.001, clock.r_on)), s: Math.min(clock.s, clock.tau) };
}

function put(sliders, clock) {
  sliders.s.max = clock.tau;
  for (const name of NAMES) sliders[name].value = LOGARITHMIC[name] ? Math.log(clock[name]) : clock[name];
}

// What the curve says in words: as viz/gate/explorer.py has it.
function tell(clock, sign) {
  const peak = (((0.5 * clock.r_on * clock.tau - sign * clock.s) % clock.tau) + clock.tau) % clock.tau;
  const { phi } = timeGate(0, clock, sign);
  return `Open ${said(100 * clock.r_on)} % of the time, ${said(clock.r_on * clock.tau)} of every ${said(clock.tau)}; ` +
    `k peaks at 1 at t = ${said(peak)}; φ = ${said(short(phi, 3))} at t = 0; while closed k = αφ, at most ${said(clock.leak)}.`;
}

export default async function ({ data, parentElement, setTriggerValue }) {
  const Plotly = await plotly();
  const { figure } = JSON.parse(text.decode(data));
  const { clock: begun, sign, span, samples } = figure.layout.meta.explored;
  const plot = parentElement.querySelector(".bf-plot"), words = parentElement.querySelector(".bf-told");
  const sliders = Object.fromEntries(NAMES.map((name) => [name, parentElement.querySelector(`[name=${name}]`)]));
  const read_outs = Object.fromEntries(NAMES.map((name) => [name, parentElement.querySelector(`output[for=${name}]`)]));
  let waiting = 0;

  function name(clock) {
    for (const one of NAMES) read_outs[one].textContent = said(clock[one]);
    words.textContent = tell(clock, sign);
    plot.setAttribute("aria-label", words.textContent);
  }

  function draw() {
    waiting = 0;
    const clock = read(sliders), curve = clockCurve(clock, sign, span);
    const sampled = samples.map((t) => timeGate(t, clock, sign).k);
    Plotly.restyle(plot, { x: [curve.t, samples, curve.t], y: [curve.k, sampled, curve.phi] }, [0, 1, 2]);
    plot.dataset.painted = String(Number(plot.dataset.painted) + 1);
  }

  function dragged() {
    const clock = read(sliders);
    sliders.s.max = clock.tau;
    name(clock);
    waiting ||= requestAnimationFrame(draw);
  }

  for (const one of NAMES) {
    sliders[one].oninput = dragged;
    sliders[one].onchange = () => setTriggerValue("released", read(sliders));
  }
  put(sliders, begun);
  name(begun);
  await Plotly.react(plot, figure.data, { ...figure.layout, autosize: true }, EXPLORER);
  plot.dataset.painted = String(Number(plot.dataset.painted ?? 0) + 1);
}
