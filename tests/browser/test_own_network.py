"""Your network in a real browser: bring a file, choose a module, walk through every page, come back by link."""

from contextlib import nullcontext, suppress

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from tests.browser.visit import PATIENCE

PAGES = ("credit", "jacobians", "paths", "gate", "fan", "phase", "table", "equations")
FAULTS = "[data-testid=stException]"


class Model(nn.Module):
    """Three recurrent modules, of which one is bidirectional, and one that is none."""

    def __init__(self):
        super().__init__()
        self.encoder, self.decoder = nn.LSTM(2, 8, 2), nn.GRU(2, 6)
        self.both, self.head = nn.RNN(2, 4, bidirectional=True), nn.Linear(8, 3)


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """model.safetensors, model.pt and data.csv."""
    torch.manual_seed(0)
    folder, model = tmp_path_factory.mktemp("brought"), Model()
    save_file(model.state_dict(), folder / "model.safetensors")
    torch.save({"state_dict": model.state_dict()}, folder / "model.pt")
    names = "red", "green", "blue"
    rows = [
        f"{1714557600 + 3 * t},{q},{t % 4},{t % 5},{names[t % 3]}" for q, n in (("p", 9), ("q", 6)) for t in range(n)
    ]
    (folder / "data.csv").write_text("\n".join(["time,sequence,a,b,class", *rows]), encoding="utf-8")
    return folder


def bring(page, key, path):
    page.locator(f".st-key-{key} input[type=file]").set_input_files(path)


@pytest.fixture
def own(visit):
    """The page of one's own network."""
    return visit("own", until=".st-key-weights_file input[type=file]")


def walk(visit, name, tries=4):
    """To a page by the menu, which a busy machine may close again before it is clicked."""
    for left in reversed(range(tries)):
        with nullcontext() if left == 0 else suppress(AssertionError):
            visit.turn_to(name)
            break
    visit.wait_still()


def choose(visit, module):
    visit.page.locator(".st-key-module").get_by_text(module, exact=True).click()
    visit.page.wait_for_selector(".st-key-draw_weights", timeout=PATIENCE)
    visit.wait_still()


def saved_weights(visit):
    """The names in the file of weights that the export dialog saves."""
    visit.press("export")
    dialog = visit.page.get_by_role("dialog")
    with visit.page.expect_download(timeout=PATIENCE) as coming:
        dialog.get_by_role("button", name="Save weights", exact=True).click()
    return set(load_file(coming.value.path()))


def test_a_module_is_chosen_runs_on_every_page_and_comes_back_by_link(own, files):
    visit, page = own, own.page
    bring(page, "weights_file", files / "model.safetensors")
    choose(visit, "encoder")
    assert "nn.LSTM, 2 layers of 8 units, 2 inputs" in page.locator(".st-key-module").inner_text()
    assert page.get_by_text("both directions together").count() == 1  # of `both`: said once
    assert "Weights: encoder of" in page.locator("section.stSidebar").inner_text()
    bring(page, "csv_file", files / "data.csv")
    page.get_by_text("2 sequences of 6 to 9 steps, 2 inputs").wait_for(timeout=PATIENCE)
    visit.wait_still()
    visit.choose("readout", "head: 8 to 3")
    page.locator("section.stSidebar").get_by_text("read out by head").wait_for(timeout=PATIENCE)
    visit.wait_still()
    address, verdict = page.url, visit.verdict
    assert "network=" in address and "recording=" in address
    for name in PAGES:
        walk(visit, name)
        assert page.locator(FAULTS).count() == 0, name
    page.goto(address)  # a new session: the link says what to bring
    page.locator(".st-key-complaints").wait_for(timeout=PATIENCE)
    complaint = page.locator(".st-key-complaints").inner_text()
    assert "upload" not in complaint and complaint.count("whose SHA-256 begins with") == 2
    bring(page, "weights_file", files / "model.safetensors")
    page.locator(".st-key-module").wait_for(timeout=PATIENCE)
    visit.wait_still()
    bring(page, "csv_file", files / "data.csv")
    page.wait_for_selector(".st-key-draw_weights", timeout=PATIENCE)
    visit.wait_still()
    assert page.url == address and visit.verdict == verdict
    assert saved_weights(visit) >= {"layers.1.W_h", "readout.W_y"}


def test_a_checkpoint_is_read_and_a_bad_file_gets_a_sentence(own, files):
    visit = own
    bring(visit.page, "weights_file", files / "model.pt")
    choose(visit, "state_dict.decoder")
    (files / "bad.safetensors").write_bytes((2**31).to_bytes(8, "little") + b"{}" * 50)
    bring(visit.page, "weights_file", files / "bad.safetensors")
    visit.page.get_by_text("safetensors is no safetensors file: its header").wait_for(timeout=PATIENCE)
    visit.page.get_by_role("button", name="Draw weights instead").click()
    visit.page.wait_for_selector(".st-key-draw_weights", state="detached", timeout=PATIENCE)
    assert visit.page.locator(FAULTS).count() == 0
