"""The worked example in docs/ runs from top to bottom."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
QUIET = "import webbrowser\nwebbrowser.open = lambda *_: True\n"  # outside of a notebook figures open in a browser


def test_every_cell_of_the_notebook_runs(tmp_path):
    notebook = json.loads((ROOT / "docs/notebook.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    assert all(not cell["outputs"] for cell in cells)
    script = (
        QUIET + f"import sys\nsys.path.append({str(ROOT)!r})\n" + "\n".join("".join(cell["source"]) for cell in cells)
    )
    (tmp_path / "script.py").write_text(script, encoding="utf-8")
    done = subprocess.run([sys.executable, "script.py"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "(31, 4, 16)" in done.stdout and "step 25: total" in done.stdout
    assert (tmp_path / "keras-gru.html").stat().st_size > 10**6
