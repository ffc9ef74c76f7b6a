// Where components get Plotly.js from.

const FILE = "app/static/PLOTLY_FILE";

// Plotly.js is asked for once a page, from the app itself.
function plotly() {
  window.backflowPlotly ??= new Promise((resolve, reject) => {
    const script = document.createElement("script");
    script.src = new URL(FILE, window.__streamlit?.BACKEND_BASE_URL ?? document.baseURI).href;
    script.onload = () => resolve(window.Plotly);
    script.onerror = () => reject(new Error("Plotly.js could not be loaded from the app."));
    document.head.append(script);
  });
  return window.backflowPlotly;
}
