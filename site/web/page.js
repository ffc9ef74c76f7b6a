// What the page has in place of a server: a worker that answers its websocket, its uploads and its downloads.

(() => {
  const ROOT = new URL(".", document.currentScript.src).href;
  const STREAM = "_stcore/stream", UPLOADS = `${ROOT}_stcore/upload_file/`, MEDIA = `${ROOT}media/`;
  const AGAIN = "backflow started again"; // when the page last came back by itself
  const PATIENCE = 120000; // ms between two ends of memory after which the page comes back once more
  const INSIDE = { OPENING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 };
  window.__streamlit = { BACKEND_BASE_URL: ROOT };

  const sockets = new Map(), answers = new Map();
  let worker = null, number = 0;

  // ── what is said

  const part = (id) => document.getElementById(id);
  const whenThere = (act) => (document.body ? act() : addEventListener("DOMContentLoaded", act));

  function say(text, share) {
    whenThere(() => {
      if (part("bf-told")) part("bf-told").textContent = text;
      if (part("bf-share") && share) part("bf-share").value = share;
    });
  }

  // A sentence that stays, with a button, on the start screen or over the page.
  function stop(text, label = "Start again", act = () => location.reload()) {
    whenThere(() => {
      const start = part("bf-start"), button = Object.assign(document.createElement("button"), { textContent: label, onclick: act });
      start?.classList.add("bf-failed");
      const place = start ? part("bf-told") : (part("bf-news") ?? document.body.appendChild(Object.assign(document.createElement("div"), { id: "bf-news" })));
      place.setAttribute("role", "alert");
      place.replaceChildren(text, button);
    });
  }

  function failed({ text, memory }) {
    if (!memory) return stop(text);
    const last = Number(sessionStorage.getItem(AGAIN) ?? 0);
    if (Date.now() - last < PATIENCE) return stop("The memory of this tab is full once more: choose a smaller run, or close other tabs.");
    sessionStorage.setItem(AGAIN, Date.now());
    stop("The memory of this tab is full. The page comes back with the same view.");
    setTimeout(() => location.reload(), 2500);
  }

  // ── the websocket

  class LocalSocket extends EventTarget {
    constructor(url, protocols) {
      super();
      Object.assign(this, { url, readyState: INSIDE.OPENING, binaryType: "blob", bufferedAmount: 0, extensions: "", protocol: "", number: ++number });
      sockets.set(this.number, this);
      worker.postMessage({ kind: "open", number: this.number, query: new URL(url).search.slice(1), protocols: [].concat(protocols ?? []) });
      setTimeout(() => this.opened(protocols)); // at once: Streamlit gives up a socket that is slow, and the worker keeps what it is sent
    }

    opened(protocols) {
      this.readyState = INSIDE.OPEN;
      this.protocol = [].concat(protocols ?? [""])[0];
      this.fire(new Event("open"));
    }

    fire(event) {
      this.dispatchEvent(event);
      this[`on${event.type}`]?.(event);
    }

    send(data) {
      const bytes = (data instanceof ArrayBuffer ? new Uint8Array(data) : new Uint8Array(data.buffer, data.byteOffset, data.byteLength)).slice();
      worker.postMessage({ kind: "send", number: this.number, data: bytes.buffer }, [bytes.buffer]);
    }

    close(code = 1000) {
      if (this.readyState === INSIDE.CLOSED) return;
      worker.postMessage({ kind: "close", number: this.number });
      this.closed(code);
    }

    closed(code) {
      this.readyState = INSIDE.CLOSED;
      sockets.delete(this.number);
      this.fire(new CloseEvent("close", { code }));
    }

    message(data) {
      this.fire(new MessageEvent("message", { data: this.binaryType === "arraybuffer" ? data : new Blob([data]) }));
    }
  }

  Object.assign(LocalSocket, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
  Object.assign(LocalSocket.prototype, { CONNECTING: 0, OPEN: 1, CLOSING: 2, CLOSED: 3 });
  window.WebSocket = new Proxy(window.WebSocket, {
    construct: (Real, [url, protocols]) => (String(url).includes(STREAM) ? new LocalSocket(String(url), protocols) : new Real(url, protocols)),
  });

  // ── requests: uploads that Streamlit makes with XMLHttpRequest, downloads that it makes with links

  function ask(method, url, headers, body) {
    const told = new URL(url, ROOT), path = `/${told.href.slice(ROOT.length).split(/[?#]/)[0]}`;
    return new Promise((done) => {
      answers.set(++number, done);
      worker.postMessage({ kind: "request", number, method, path, query: told.search.slice(1), headers, body });
    });
  }

  const { open, send, setRequestHeader } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    const full = new URL(url, location.href).href;
    this.backflow = full.startsWith(UPLOADS) ? { method, url: full, headers: [] } : null;
    return open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.setRequestHeader = function (name, value) {
    this.backflow?.headers.push([name, value]);
    return setRequestHeader.call(this, name, value);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (!this.backflow) return send.call(this, body);
    sendHere(this, body);
  };

  async function sendHere(request, body) {
    const { method, url, headers } = request.backflow, packed = new Response(body ?? null);
    const kind = packed.headers.get("content-type"), told = headers.filter(([name]) => name.toLowerCase() !== "content-type");
    const found = await ask(method, url, kind ? [...told, ["content-type", kind]] : headers, await packed.arrayBuffer());
    const text = new TextDecoder().decode(found.body);
    const answer = { readyState: 4, status: found.status, statusText: "", responseText: text, response: text, responseURL: url };
    for (const [name, value] of Object.entries(answer)) Object.defineProperty(request, name, { value });
    request.getAllResponseHeaders = () => found.headers.map((pair) => pair.join(": ")).join("\r\n");
    for (const name of ["readystatechange", "load", "loadend"]) request.dispatchEvent(new ProgressEvent(name));
  }

  // Streamlit asks for a download's address before it follows it.
  const { fetch } = window;
  window.fetch = (asked, how) => {
    const url = new URL(asked?.url ?? asked, location.href).href;
    return url.startsWith(MEDIA) ? fetchHere(url, how?.method ?? asked?.method ?? "GET") : fetch(asked, how);
  };

  async function fetchHere(url, method) {
    const { status, headers, body } = await ask(method, url, [], null);
    return new Response(method === "HEAD" ? null : body, { status, headers });
  }

  const { click } = HTMLAnchorElement.prototype;
  HTMLAnchorElement.prototype.click = function () {
    if (this.href.startsWith(MEDIA)) save(this.href, this.download);
    else click.call(this);
  };

  async function save(url, name) {
    const found = await ask("GET", url, [], null), told = Object.fromEntries(found.headers);
    const [, given] = told["content-disposition"]?.match(/filename\*?=(?:utf-8'')?"?([^";]+)/i) ?? [];
    const link = Object.assign(document.createElement("a"), { href: URL.createObjectURL(new Blob([found.body], { type: told["content-type"] })) });
    link.download = given ? decodeURIComponent(given) : name;
    click.call(link);
    setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  }

  // ── the worker

  function hear({ data: message }) {
    if (message.kind === "progress") say(`${message.text} …`, message.share);
    else if (message.kind === "failed") failed(message);
    else if (message.kind === "ready") say("Drawing the first view …", 0.95);
    else if (message.kind === "message") sockets.get(message.number)?.message(message.data);
    else if (message.kind === "close") sockets.get(message.number)?.closed(message.data);
    else if (message.kind === "answer") {
      answers.get(message.number)?.(message);
      answers.delete(message.number);
    }
  }

  // The start screen goes when the live view stands below it: its chart is painted, or the script has nothing more to say.
  function watch() {
    const live = document.querySelector(".stMain .bf-plot[data-painted]");
    const still = document.querySelector(".stApp[data-test-script-state=notRunning] .stMain .stElementContainer");
    if (live || (still && !document.querySelector("[data-testid=stSkeleton]"))) {
      part("bf-start")?.remove();
      performance.mark("backflow live");
      keep();
    } else setTimeout(watch, 50);
  }

  function begin() {
    worker = new Worker(`${ROOT}worker.js`, { type: "module" });
    worker.onmessage = hear;
    worker.onerror = (event) => failed({ text: event.message ? `The worker of this page ended: ${event.message}` : "The file worker.js of this site is missing.", memory: /memory/i.test(event.message ?? "") });
    watch();
  }

  addEventListener("error", ({ target }) => {
    const url = target?.src ?? target?.href;
    if (typeof url === "string" && url.startsWith(ROOT)) failed({ text: `The file ${url.slice(ROOT.length)} of this site is missing.` });
  }, true);

  // ── the picture: the default view as it was when the site was built, until the live one is there

  function picture() {
    const names = location.href.slice(ROOT.length).split("#")[0];
    if (names && names !== "index.html") return;
    const script = Object.assign(document.createElement("script"), { src: `${ROOT}PLOTLY_FILE` });
    window.backflowPlotly = new Promise((resolve, reject) => Object.assign(script, { onload: () => resolve(window.Plotly), onerror: reject }));
    document.head.append(script);
    const theme = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
    Promise.all([window.backflowPlotly, fetch(`${ROOT}picture-${theme}.json`).then((answer) => answer.json())]).then(draw);
  }

  async function draw([Plotly, { figure, finding }]) {
    if (!part("bf-picture")) return;
    part("bf-finding").innerHTML = finding; // made when the site was built
    const top = part("bf-picture").getBoundingClientRect().top, [least, most] = figure.layout.meta?.fits ?? [figure.layout.height, figure.layout.height];
    const height = Math.round(Math.min(most, Math.max(least, innerHeight - top - 8)));
    await Plotly.newPlot(part("bf-picture"), figure.data, { ...figure.layout, height, autosize: true }, { staticPlot: true });
    performance.mark("backflow picture");
  }

  // ── without a network: the second start takes everything from what this one has kept

  function keep() {
    navigator.serviceWorker?.register(`${ROOT}sw.js`).then(news).catch(() => {}); // a private window has none: all the rest works
  }

  function news(registration) {
    const offer = (waiting) => {
      if (!navigator.serviceWorker.controller) return;
      stop("A newer version of Backflow is there.", "Take it", () => waiting.postMessage("take over"));
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
    };
    if (registration.waiting) offer(registration.waiting);
    registration.addEventListener("updatefound", () => {
      const coming = registration.installing;
      coming.addEventListener("statechange", () => coming.state === "installed" && offer(coming));
    });
    navigator.serviceWorker.addEventListener("message", ({ data }) => data.kind === "altered" && stop(`The file ${data.path} of this site is missing or was altered.`));
  }

  // Streamlit takes the icon from beside the address, which is a page's own folder here: it stays where the page has it.
  whenThere(() => {
    const icon = document.querySelector("link[rel='shortcut icon']");
    if (icon) Object.defineProperty(icon, "href", { get: () => `${ROOT}favicon.png`, set: () => {} });
  });

  const able = typeof WebAssembly === "object" && typeof BigInt64Array === "function" && "noModule" in document.createElement("script");
  if (able) {
    picture();
    begin();
  } else stop("Backflow computes in the browser and needs a newer one, with WebAssembly: Chrome or Edge 112, Firefox 115, Safari 16.4.");
})();
