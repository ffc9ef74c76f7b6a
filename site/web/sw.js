// Keeps the whole site, so that the next start needs no network. Its version changes with any file, and so does the browser's copy of it.

const SCOPE = new URL(self.registration.scope);
const VERSION = `backflow ${SCOPE.pathname} SITE_VERSION`;
const TOGETHER = 6; // files fetched at a time

self.addEventListener("install", (event) => event.waitUntil(keepAll()));
self.addEventListener("activate", (event) => event.waitUntil(takeOver()));
self.addEventListener("message", ({ data }) => data === "take over" && self.skipWaiting());

async function keepAll() {
  const list = await fetch(new URL("files.json", SCOPE), { cache: "no-cache" }), cache = await caches.open(VERSION);
  const files = Object.entries(await list.clone().json());
  await cache.put(list.url, list);
  const next = async () => {
    for (let file = files.pop(); file; file = files.pop()) await keepOne(cache, ...file);
  };
  await Promise.all(Array.from({ length: TOGETHER }, next));
}

async function keepOne(cache, path, wanted) {
  const url = new URL(path.replace(/(^|\/)index\.html$/, "$1"), SCOPE);
  if (await cache.match(url)) return;
  let answer = await fetch(url);
  if (!(await isSound(answer, wanted))) answer = await fetch(url, { cache: "reload" }); // the browser's own copy may be an older one
  if (!(await isSound(answer, wanted))) return tellAltered(path);
  await cache.put(url, answer);
}

async function isSound(answer, wanted) {
  if (!answer.ok) return false;
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", await answer.clone().arrayBuffer()));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("") === wanted;
}

async function tellAltered(path) {
  for (const page of await self.clients.matchAll({ type: "window", includeUncontrolled: true })) page.postMessage({ kind: "altered", path });
  throw new Error(`${path} is missing or was altered`); // this version is not taken
}

async function takeOver() {
  for (const name of await caches.keys()) if (name !== VERSION && name.startsWith(`backflow ${SCOPE.pathname} `)) await caches.delete(name);
  await self.clients.claim();
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method === "GET" && url.href.startsWith(SCOPE.href)) event.respondWith(kept(event.request, url));
});

async function kept(request, url) {
  const cache = await caches.open(VERSION), place = new URL(url.pathname, SCOPE);
  const found = await cache.match(place);
  if (!found && request.mode === "navigate" && (await cache.match(new URL(`${place.href}/`)))) {
    return Response.redirect(`${place.href}/${url.search}`); // as a host would: the page finds its files one folder up
  }
  return found ?? fetch(request);
}
