// Runs settings in the site's own Python: node numbers.mjs PYTHON_FOLDER INFO < settings.json > norms.json

import { readFileSync } from "node:fs";
import { pathToFileURL } from "node:url";

process.on("uncaughtException", ({ message }) => {
  console.error(message);
  process.exit(1);
});
const [folder, info] = process.argv.slice(2);
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`));
const python = await loadPyodide({ indexURL: folder, lockFileContents: { info: JSON.parse(info), packages: {} } });
const unpack = python.runPython(`
import io, lzma, sysconfig, zipfile
lambda content, place: zipfile.ZipFile(io.BytesIO(lzma.decompress(content.to_bytes()))).extractall(place or sysconfig.get_path("purelib"))`);
for (const [name, place] of [["numpy", ""], ["app", "/app"]]) unpack(new Uint8Array(readFileSync(`${folder}/${name}.zip.xz`)), place);
python.globals.set("asked", readFileSync(0, "utf-8"));
process.stdout.write(python.runPython(`
import sys
sys.path.insert(0, "/app")
import json
from cells import RunSettings, run

def norms(fields):
    trace = run(RunSettings(**fields))
    found = {"loss": float(trace.loss)}
    return found | {name: values.tolist() for name, values in trace.log10_grad_norms.items()}

json.dumps([norms(fields) for fields in json.loads(asked)])
`));
