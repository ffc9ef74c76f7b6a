// Python in a worker: Pyodide with the archives it needs, each checked against the site's list of files.

import { loadPyodide } from "./python/pyodide.mjs";

export const BASE = new URL("./", import.meta.url).href;
const LOCK = { info: PYODIDE_INFO, packages: {} }; // the archives bring the packages
const PLACES = { app: "/app" }; // where an archive goes; the others are packages
const UNPACK = `
import io, lzma, sysconfig, zipfile
lambda content, place: zipfile.ZipFile(io.BytesIO(lzma.decompress(content.to_bytes()))).extractall(place or sysconfig.get_path("purelib"))`;

// A file of the site; one sentence that names it where it is missing or another than the site was built with.
async function fetched(path, files) {
  const answer = await fetch(BASE + path).catch(() => null);
  if (!answer?.ok) throw new Error(`The file ${path} of this site is missing${answer ? ` (${answer.status})` : ": there is no network"}.`);
  const content = await answer.arrayBuffer(), wanted = (await files)[path];
  if (wanted && self.crypto?.subtle && (await digest(content)) !== wanted) throw new Error(`The file ${path} of this site was altered.`);
  return content;
}

export async function digest(content) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", content));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

// The first file of these that is missing or altered, in a sentence; for when Python itself does not come up.
async function fault(paths, files) {
  for (const path of paths) {
    try {
      await fetched(path, files);
    } catch (error) {
      return error;
    }
  }
  return null;
}

// What comes of a start of Pyodide; where it complains, goes on waiting, and one of these files is the cause: that, as an error.
async function sound(begun, paths, files) {
  const { warn, error } = console;
  const complaint = new Promise((heard) => {
    for (const [name, tell] of Object.entries({ warn, error })) console[name] = (...words) => [tell.apply(console, words), heard()];
  });
  const broken = complaint.then(async () => {
    const found = await fault(paths, files);
    if (found) throw found;
    return begun; // it was about something else
  });
  return Promise.race([begun, broken]).finally(() => Object.assign(console, { warn, error }));
}

// Start Python with these archives; `tell` hears the share done and what is loaded now.
export async function startPython(archives, tell) {
  const files = fetch(`${BASE}files.json`).then((answer) => answer.json()).catch(() => ({}));
  const contents = archives.map((name) => fetched(`python/${name}.zip.xz`, files));
  for (const content of contents) content.catch(() => {}); // told below
  tell(0.1, "Loading Python");
  const library = await fetched("python/python_stdlib.zip", files);
  const options = { stdLibURL: URL.createObjectURL(new Blob([library])), indexURL: `${BASE}python/`, lockFileContents: LOCK, env: { HOME: "/home/pyodide" } };
  const runtime = ["pyodide.asm.mjs", "pyodide.asm.wasm"].map((name) => `python/${name}`);
  const begun = loadPyodide(options).catch(async (error) => {
    throw (await fault(runtime, files)) ?? error;
  });
  const python = await sound(begun, runtime, files);
  tell(0.4, "Unpacking NumPy and the app");
  const unpack = python.runPython(UNPACK);
  for (const [place, name] of archives.entries()) unpack(new Uint8Array(await contents[place]), PLACES[name]);
  python.runPython("import os, sys; os.chdir('/app'); sys.path.insert(0, '/app')");
  return python;
}
