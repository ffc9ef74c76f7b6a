// Notes when the charts of the page were last painted after a key press, and which of them.
(() => {
  const seen = { pressed: 0, changed: 0, painted: 0, charts: new Set() };
  const channel = new MessageChannel(); // what a frame's callback posts arrives when the frame is painted
  let waiting = false;
  channel.port1.onmessage = () => {
    waiting = false;
    seen.painted = performance.now();
  };
  addEventListener("keydown", (event) => {
    Object.assign(seen, { pressed: event.timeStamp, changed: 0, painted: 0, charts: new Set() });
  }, true);

  function chartsOf({ target, addedNodes }) {
    const element = target.nodeType === Node.ELEMENT_NODE ? target : target.parentElement;
    const around = element?.closest(".js-plotly-plot");
    if (around) return [around];
    const added = [...addedNodes].filter((node) => node.nodeType === Node.ELEMENT_NODE);
    return added.flatMap((node) => [...(node.matches(".js-plotly-plot") ? [node] : node.querySelectorAll(".js-plotly-plot"))]);
  }

  new MutationObserver((records) => {
    const charts = records.flatMap(chartsOf);
    if (!charts.length) return;
    charts.forEach((chart) => seen.charts.add(chart));
    seen.changed = performance.now();
    if (!waiting) requestAnimationFrame(() => channel.port2.postMessage(0));
    waiting = true;
  }).observe(document, { subtree: true, childList: true, attributes: true, attributeFilter: ["d", "transform", "href"] });

  window.backflowProbe = {
    isQuiet: (ms) => seen.changed > 0 && !waiting && performance.now() - seen.changed > ms,
    result: () => {
      const charts = [...document.querySelectorAll(".js-plotly-plot")];
      const missed = charts.filter((chart) => !seen.charts.has(chart)).length;
      return { ms: seen.painted - seen.pressed, charts: charts.length, missed };
    },
  };
})();
