// The page's own server: Streamlit in this worker. Messages in: open, send, close, request. Out: progress, ready, failed, and answers.

import { BASE, startPython } from "./python.js";
import { Measures } from "./measures.js";

const waiting = []; // messages that came before the server was there
let page = null, ready = false;

const tell = (share, text) => postMessage({ kind: "progress", share, text });
const failed = (error) => postMessage({ kind: "failed", text: String(error?.message ?? error), memory: isMemory(error) });
const isMemory = (error) => /memory|Array buffer allocation|RangeError/i.test(`${error?.name} ${error?.message ?? error}`);

async function start() {
  const python = await startPython(["numpy", "packages", "app"], tell);
  tell(0.6, "Starting the app");
  const measures = new Measures();
  python.registerJsModule("backflow_worker", {
    measure: measures.measure,
    stop: measures.stop,
    failed: (text) => failed(new Error(text)),
    plotly: () => read(`${BASE}app/static/${python.runPython("from ui.static_files import plotly_file; plotly_file()")}`),
  });
  page = python.runPython("from bridge.page import Page; Page('/app/app.py')");
  await page.start();
  tell(0.85, "Drawing the first view");
  ready = true;
  for (const message of waiting.splice(0)) handle(message);
  postMessage({ kind: "ready" });
  setTimeout(() => measures.warm(), 1500); // once the first view is drawn
}

// A file of the site as text, at once: Python cannot wait.
function read(url) {
  const request = new XMLHttpRequest();
  request.open("GET", url, false);
  request.send();
  if (request.status !== 200) throw new Error(`${url} is missing (${request.status})`);
  return request.responseText;
}

const send = (number, kind, data) => {
  const sent = kind === "message" ? data.slice().buffer : data;
  postMessage({ kind, number, data: sent }, kind === "message" ? [sent] : []);
};

async function answer({ number, method, path, query, headers, body }) {
  const [status, told, content] = await page.request(method, path, query, headers, body ? new Uint8Array(body) : null);
  const sent = content.slice().buffer;
  postMessage({ kind: "answer", number, status, headers: told, body: sent }, [sent]);
}

function handle(message) {
  try {
    if (message.kind === "open") page.connect(message.number, message.query, message.protocols, send);
    else if (message.kind === "send") page.receive(message.number, new Uint8Array(message.data));
    else if (message.kind === "close") page.close(message.number);
    else if (message.kind === "request") answer(message).catch(failed);
  } catch (error) {
    failed(error);
  }
}

onmessage = ({ data }) => (ready ? handle(data) : waiting.push(data));
onunhandledrejection = ({ reason }) => failed(reason);
start().catch(failed);
