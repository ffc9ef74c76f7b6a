"""Streamlit's own frontend from its wheel, without what never stands on our pages; and the page each address gets."""

import json
import re
import zipfile
from pathlib import Path, PurePosixPath

STATIC = "streamlit/static/"
NEVER_USED = (  # beginnings of file names: charts, editors and diagrams of others
    *("PlotlyChart", "DeckGl", "StreamlitSyntax", "ECharts", "embed.", "GraphViz", "DataFrame.", "ArrowVega", "elk-"),
    *("cytoscape", "cose-", "mermaid", "wardley", "swimlanes", "SourceSerif", "SourceCodeVF-Italic", "fireworks"),
    *("flake-", "balloon", "MapLibre", "DateField", "ColorPicker", "reactJsonView", "AudioInput", "CameraInput"),
)
DIAGRAMS = ("iagram",)
IMPORTED = re.compile(r"""(?:from|import|import\()\s*["'`]\./([\w.-]+\.js)["'`]""")
HOST_CONFIG = {
    "allowedOrigins": [],
    "useExternalAuthToken": False,
    "enableCustomParentMessages": False,
    "enforceDownloadInNewTab": False,
    "metricsUrl": "",
    "blockErrorDialogs": False,
    "resourceCrossOriginMode": None,
}
START = Path(__file__).parents[1] / "web/start.html"
TITLE = "<title>Backflow</title>"
HEAD = '<head><link rel="stylesheet" href="./start.css"><script src="./page.js"></script>'


def write_frontend(streamlit: Path, folder: Path) -> str:
    """Unpack it into the folder; returns its page."""
    with zipfile.ZipFile(streamlit) as archive:
        for name in archive.namelist():
            if name.startswith(STATIC) and not name.endswith("/") and _is_used(PurePosixPath(name).name):
                target = folder / name.removeprefix(STATIC)
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    page = folder / "index.html"
    text = page.read_text(encoding="utf-8")
    page.unlink()
    _remove_unreached(text, folder / "static/js")
    return text


def _is_used(name: str) -> bool:
    return not name.startswith(NEVER_USED) and not any(part in name for part in DIAGRAMS) and name != "manifest.json"


def _remove_unreached(page: str, folder: Path) -> None:
    """Remove the modules that nothing asks for any more, once those that are never used are gone."""
    reached, coming = set(), set(re.findall(r"static/js/([\w.-]+\.js)", page))
    while coming:
        reached |= coming
        texts = [(folder / name).read_text(encoding="utf-8") for name in coming if (folder / name).exists()]
        coming = {name for text in texts for name in IMPORTED.findall(text)} - reached
    for path in folder.glob("*.js"):
        if path.name not in reached:
            path.unlink()


def write_pages(text: str, names: list[str], folder: Path) -> None:
    """One index.html for the root and one a page, which finds everything one folder up; plain files for the rest."""
    start = START.read_text(encoding="utf-8")
    root = text
    for old, new in (("<head>", HEAD), ("<body>", f"<body>{start}"), ("<title>Streamlit</title>", TITLE)):
        if text.count(old) != 1:
            raise ValueError(f"Streamlit's page has {text.count(old)} times {old}, where one is needed")
        root = root.replace(old, new)
    (folder / "index.html").write_text(root, encoding="utf-8")
    for name in names:
        (folder / name).mkdir()
        (folder / name / "index.html").write_text(root.replace('="./', '="../'), encoding="utf-8")
    (folder / ".nojekyll").write_text("")  # or GitHub hides what begins with an underscore
    (folder / "_stcore").mkdir()
    (folder / "_stcore/health").write_text("ok")
    (folder / "_stcore/host-config").write_text(json.dumps(HOST_CONFIG))
