// The second worker: NumPy and our own code, for what takes long. Messages in: number, data. Out: share, done, failed.

import { startPython } from "./python.js";

const started = startPython(["numpy", "app"], () => {}).then((python) => python.runPython("from bridge.measuring import answer; answer"));
let line = Promise.resolve(); // one after the other

async function compute({ number, data }) {
  try {
    const answer = await started;
    const found = answer(data, (share) => postMessage({ kind: "share", number, data: share }));
    const sent = found.toJs();
    found.destroy();
    postMessage({ kind: "done", number, data: sent }, [sent.buffer]);
  } catch (error) {
    postMessage({ kind: "failed", number, data: String(error?.message ?? error) });
  }
}

onmessage = ({ data }) => (line = line.then(() => compute(data)));
