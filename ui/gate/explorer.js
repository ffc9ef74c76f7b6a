// One clock to be dragged: the curve follows in the browser; the page hears of it when a slider is let go.

const NAMES = ["tau", "s", "r_on", "leak"];
const EXPLORER = { displayModeBar: false, responsive: true, displaylogo: false, doubleClick: false };
const text = new TextDecoder();

const short = (value, digits) => Number(value.toPrecision(digits));
const said = (value) => String(short(value, 4)).replace("-", "−");

// A logarithmic slider counts stops from its low end to its high one.
function valueOf(slider) {
  const { low, high } = slider.dataset;
  return short(low ? low * (high / low) ** (slider.valueAsNumber / slider.max) : slider.valueAsNumber, 3);
}

function placeOf(slider, value) {
  const { low, high } = slider.dataset;
  return low ? (slider.max * Math.log(value / low)) / Math.log(high / low) : value;
}

function put(sliders, clock) {
  sliders.s.max = clock.tau;
  for (const name of NAMES) sliders[name].value = placeOf(sliders[name], clock[name]);
}

// What the curve says in words: as viz/analysis/clock_curve.py has it.
function tell(clock, sign) {
  const peak = (((0.5 * clock.r_on * clock.tau - sign * clock.s) % clock.tau) + clock.tau) % clock.tau;
  const { phi } = timeGate(0, clock, sign);
  return `Open ${said(100 * clock.r_on)} % of the time, ${said(clock.r_on * clock.tau)} of every ${said(clock.tau)}; ` +
    `k peaks at 1 at t = ${said(peak)}; φ = ${said(short(phi, 3))} at t = 0; while closed k = αφ, at most ${said(clock.leak)}.`;
}

// Whether this is the answer to an earlier value of a slider that the reader still holds: it must not set that back.
function isOvertaken(plot, parentElement, begun) {
  const released = plot.backflowReleased;
  if (released && parentElement.contains(document.activeElement) && NAMES.some((one) => released[one] !== begun[one])) return true;
  plot.backflowReleased = undefined;
  return false;
}

export default async function ({ data, parentElement, setTriggerValue }) {
  const Plotly = await plotly();
  const { figure } = JSON.parse(text.decode(data));
  const { clock: begun, sign, span, samples } = figure.layout.meta.explored;
  const plot = parentElement.querySelector(".bf-plot");
  if (isOvertaken(plot, parentElement, begun)) return;
  const words = parentElement.querySelector(".bf-told");
  const sliders = Object.fromEntries(NAMES.map((name) => [name, parentElement.querySelector(`[name=${name}]`)]));
  const read_outs = Object.fromEntries(NAMES.map((name) => [name, parentElement.querySelector(`output[for=${name}]`)]));
  let clock = begun, waiting = 0; // a slider's stops are coarser than what a link may hold: only the dragged one is read

  function name() {
    for (const one of NAMES) read_outs[one].textContent = said(clock[one]);
    words.textContent = tell(clock, sign);
    plot.setAttribute("aria-label", words.textContent);
  }

  function draw() {
    waiting = 0;
    const curve = clockCurve(clock, sign, span);
    const sampled = samples.map((t) => timeGate(t, clock, sign).k);
    Plotly.restyle(plot, { x: [curve.t, samples, curve.t], y: [curve.k, sampled, curve.phi] }, [0, 1, 2]);
    plot.dataset.painted = String(Number(plot.dataset.painted) + 1);
  }

  function dragged(one) {
    clock = { ...clock, [one]: valueOf(sliders[one]) };
    clock.s = Math.min(clock.s, clock.tau);
    sliders.s.max = clock.tau;
    name();
    waiting ||= requestAnimationFrame(draw);
  }

  for (const one of NAMES) {
    sliders[one].oninput = () => dragged(one);
    sliders[one].onchange = () => {
      plot.backflowReleased = clock;
      setTriggerValue("released", clock);
    };
  }
  put(sliders, begun);
  name();
  enlarge(plot);
  await backflowZoom.draw(Plotly, plot, figure.data, { ...figure.layout, autosize: true }, EXPLORER);
  makeRoom(plot);
  plot.dataset.painted = String(Number(plot.dataset.painted ?? 0) + 1);
}
