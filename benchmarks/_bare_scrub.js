// Four panels of one line each, repainted by Plotly.react through all frames as fast as the screen takes them.
async ([frames, steps, sweeps]) => {
  const plot = document.getElementById("chart"), panels = [1, 2, 3, 4];
  const wave = (panel, k) => Array.from({ length: steps }, (_, t) => Math.sin((t * panel) / 9 + k / 7));
  const axes = Object.fromEntries(panels.map((n) => [`yaxis${n === 1 ? "" : n}`, { domain: [1 - n / 4 + 0.02, 1 - (n - 1) / 4], range: [-1.1, 1.1] }]));
  const layout = { height: 720, showlegend: false, xaxis: { range: [0, steps] }, ...axes };
  const data = (k) => panels.map((n) => ({ y: wave(n, k), yaxis: `y${n === 1 ? "" : n}`, mode: "lines" }));
  await Plotly.newPlot(plot, data(0), layout);
  const started = performance.now();
  for (let sweep = 0; sweep < sweeps; sweep++) {
    for (let k = 0; k < frames; k++) {
      await Plotly.react(plot, data(k), layout);
      await new Promise(requestAnimationFrame);
    }
  }
  return (performance.now() - started) / 1000;
}
