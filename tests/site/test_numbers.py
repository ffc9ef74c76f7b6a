"""The numbers of the site's Python beside those of this one, over settings drawn at random."""

import json
import subprocess

import numpy as np
import pytest

from builder.lock import read_lock
from builder.node import node as find_node
from cells import CELLS, RunSettings, run
from cells.activations import ACTIVATIONS
from cells.analysis import lyapunov
from cells.initialisers import INITIALISERS

pytestmark = [pytest.mark.slow, pytest.mark.site]

COUNT, SEED = 50, 7
DIGITS = 1e-12


def drawn() -> list[dict]:
    """Settings of every cell, activation and initialiser, small enough for a browser."""
    rng = np.random.default_rng(SEED)
    pick = lambda names: str(rng.choice(list(names)))  # noqa: E731
    return [
        {
            "cell": pick(CELLS),
            "activation": pick(ACTIVATIONS),
            "init": pick(INITIALISERS),
            "loss": pick(("last", "all")),
            "steps": int(rng.integers(2, 120)),
            "hidden": int(rng.integers(1, 48)),
            "batch": int(rng.integers(1, 12)),
            "layers": int(rng.integers(1, 3)),
            "weight_scale": round(float(rng.uniform(0.2, 2.5)), 2),
            "seed": int(rng.integers(0, 1000)),
        }
        for _ in range(COUNT)
    ]


def is_chaotic(fields: dict) -> bool:
    """Whether nearby states part: then every rounding decides, and no two programs agree in every digit."""
    try:
        return float(np.max(lyapunov(run(RunSettings(**fields))).exponents)) > 0
    except Exception:
        return False


def test_the_numbers_are_the_same_to_twelve_digits(site_folder, site):
    (folder,) = site_folder.parent.glob("below/site/python")
    node = find_node()
    assert node, "Node runs the site's Python without a browser"
    asked = drawn()
    command = [node, __file__.replace("test_numbers.py", "numbers.mjs"), str(folder), json.dumps(read_lock().info)]
    done = subprocess.run(command, input=json.dumps(asked), capture_output=True, text=True, timeout=1200)
    assert done.returncode == 0, done.stderr[-2000:]
    chaotic = []
    for fields, found in zip(asked, json.loads(done.stdout), strict=True):
        trace = run(RunSettings(**fields))
        if is_chaotic(fields):
            chaotic.append(fields)
            continue
        np.testing.assert_allclose(found["loss"], trace.loss, rtol=DIGITS, err_msg=str(fields))
        for name, values in trace.log10_grad_norms.items():
            np.testing.assert_allclose(found[name], values, rtol=DIGITS, atol=DIGITS, err_msg=str(fields))
    assert len(chaotic) < COUNT / 2, chaotic
