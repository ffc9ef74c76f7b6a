"""The trust badge: what every oracle found, what is unfit and why, and a process that ends when nobody waits."""

import pytest

from cells import RunSettings
from cells.analysis.gradcheck.check import GradientCheck
from cells.analysis.gradcheck.oracles import Check
from tests.ui.analysis_pages import on, text, until
from ui.analysis import check_badge, oracle
from ui.server.background import GivenUp


def test_the_badge_names_what_every_oracle_found():
    session = on("credit", cell="lstm")
    session.press("check credit")
    until(session, lambda: "Checking" not in text(session) and not session.app.get("progress"))
    assert "places" in text(session)
    for name in ("complex step", "difference quotient", "autograd"):
        assert f"**{name}**" in text(session)


def test_an_unfit_oracle_is_said_to_be_unfit_and_why():
    session = on("jacobians", activation="identity", init="orthogonal", weight_scale="0.2", steps="900")
    session.press("check prediction")
    until(session, lambda: "Checking" not in text(session) and not session.app.get("progress"))
    assert "unfit at dL/dh at step 1" in text(session)
    assert "it has no exponents, and the gradient is about" in text(session)


def test_a_change_of_settings_asks_for_a_new_check():
    session = on("credit")
    session.press("check credit")
    session.set("seed", 5)
    until(session, lambda: not session.app.get("progress"))
    assert session.shows("check credit") and "**autograd**" not in text(session)


def test_autograd_s_process_is_killed_when_nobody_waits(monkeypatch):
    started = []

    class Watched(oracle.subprocess.Popen):
        def __init__(self, *args, **more):
            super().__init__(*args, **more)
            started.append(self)

    monkeypatch.setattr(oracle, "GLANCE", 0.01)
    monkeypatch.setattr(oracle.subprocess, "Popen", Watched)

    def give_up(share):
        raise GivenUp

    with pytest.raises(GivenUp):
        oracle.autograd_checks(RunSettings(steps=5), give_up)
    assert started[0].poll() not in (None, 0)


def test_a_process_that_fails_is_an_unfit_oracle(monkeypatch):
    monkeypatch.setattr(oracle, "COMMAND", [oracle.sys.executable, "-c", "raise SystemExit(3)"])
    (only,) = oracle.autograd_checks(RunSettings(steps=5), lambda share: None)
    assert only.unfit == "PyTorch's process ended with exit code 3"


def test_the_badge_takes_the_worst_of_the_exact_oracles():
    found = GradientCheck(
        (
            Check("autograd", "dL/dh at step 1", 1e-15),
            Check("complex step", "dL/dh at step 1", 2e-9),
            Check("difference quotient", "dL/dh at step 1", 1e-2),
        )
    )
    assert check_badge.worst(found) == 2e-9
    assert check_badge.worst(GradientCheck((Check("autograd", "everything", float("nan"), "of a reason"),))) != 0
