// The second worker, from the first one's side: computes one measure at a time, and is ended and begun anew to stop one.

export class Measures {
  constructor() {
    this.worker = null;
    this.measure = (number, data, told) => this.begin(number, data.toJs ? data.toJs() : data, told);
    this.stop = () => this.end();
  }

  warm() {
    if (this.worker) return;
    this.worker = new Worker(new URL("./measure.js", import.meta.url), { type: "module" });
    this.worker.onmessage = ({ data: { kind, number, data } }) => this.told?.(number, kind, data);
    this.worker.onerror = (event) => this.told?.(this.number, "failed", event.message || "the second worker ended");
  }

  begin(number, data, told) {
    this.warm();
    [this.number, this.told] = [number, told.copy()];
    this.worker.postMessage({ number, data });
  }

  end() {
    this.worker?.terminate();
    [this.worker, this.told] = [null, null];
    this.warm();
  }
}
