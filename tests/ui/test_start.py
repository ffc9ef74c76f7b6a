"""What a server has loaded after every page was drawn: nothing that no page needs."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
HEAVY = ("pandas", "pyarrow", "PIL.Image", "torch")  # Streamlit itself loads plotly wherever it is installed
VISIT = f"""
import sys
from pathlib import Path
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest
manifest_scanner.scan_component_manifests = list
app = AppTest.from_file(Path("app.py").resolve(), default_timeout=120)
for name in ("steps", "hidden", "batch", "map_size"):
    app.query_params[name] = "4"
app.run()
for page in sorted(Path("ui/pages").glob("[!_]*.py")):
    app.switch_page(str(page)).run()
    assert not app.exception, app.exception
print([name for name in {HEAVY} if name in sys.modules])
"""


def test_no_page_loads_what_it_does_not_need():
    answer = subprocess.run([sys.executable, "-c", VISIT], cwd=ROOT, capture_output=True, text=True, timeout=240)
    assert answer.stdout.strip() == "[]", answer.stderr[-2000:]
