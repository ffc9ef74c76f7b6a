"""Puts the toy into the registry before anything has read it: `python -m pytest -p tests.toy.plugin FILES -k toy`.

So all that runs over every cell, its pages, links, figures and gradients, runs over the toy.
"""

import sys
from importlib import import_module
from pathlib import Path
from types import ModuleType

bare = ModuleType("cells")  # the package itself would make the settings, which read the registry
bare.__path__ = [str(Path(__file__).parents[2] / "cells")]
sys.modules["cells"] = bare
registry, toy = import_module("cells.registry"), import_module("tests.toy.cell").Toy
registry.CELLS[toy.name] = toy

del sys.modules["cells"]
cells = import_module("cells")
for module_name, module in list(sys.modules.items()):
    if module_name.startswith("cells.") and module_name.count(".") == 1:
        setattr(cells, module_name.partition(".")[2], module)

reference, variants = import_module("tests.cells.reference"), import_module("tests.cells.variants")
variants.FORMS["toy"] = ("toy", variants.SHORT_PERIODS)
reference.COLUMNS["toy"] = "am"


def step(self, p, x, old, t):
    """The toy's step for autograd."""
    h, act = old["h"], self.act
    a, m = reference.sigmoid(self.sum_of(p, "a", x, h)), act(self.sum_of(p, "m", x, h))
    w = self.clock(reference.torch.tensor(self.network.times[t])[:, None], p)
    return {"h": h + w * a * m}, {"a": a, "m": m, "w": w.expand_as(h)}, None


reference.Reference.toy = step
