// Compiles the modules of archives to bytecode with the site's own Python: node compile.mjs PYTHON_FOLDER INFO PROGRAM ARCHIVE=PLACE …

import { readFileSync, writeFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", ({ message }) => {
  console.error(message);
  process.exit(1);
});
const [folder, info, program, ...archives] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const env = { HOME: "/", PYTHONNODEBUGRANGES: "1" }; // a fifth of the bytes would tell columns, which no reader sees
const python = await loadPyodide({ indexURL: folder, env, lockFileContents: { info: JSON.parse(info), packages: {} } });
python.runPython(readFileSync(program, "utf-8"));
const compiled = python.globals.get("compiled_archive");
for (const pair of archives) {
  const [path, place] = pair.split("=");
  const found = compiled(new Uint8Array(readFileSync(path)), place);
  writeFileSync(path, found.toJs());
  found.destroy();
}
