"""The page Train in sessions: what may be chosen, what a link opens, what is said where nothing can be shown."""

from dataclasses import asdict, replace

import numpy as np
import pytest

import jobs
from cells.registry import CELLS
from jobs import arrays, checkpoints, control, lease, tiles
from lab import RECIPES, LabSettings, runs
from lab.checkpoint import pack, unpack
from lab.cured import cured
from lab.cures import _changes as changes
from lab.record import Cure
from lab.snapshot import network_of
from lab.training import Training
from lab.writing.child import written
from lab.writing.record import Writing
from tests.ui.sessions import Session
from ui.rich_text import JOINER
from ui.train import open_network, show, write
from ui.train import stored as stored_records
from ui.train.save import page_html
from ui.train.together import row_of


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


CURES = (Cure("clipping by norm at 1", True, "the loss goes from 2 to 1 in 102 updates"),)


def opened_page(**query) -> Session:
    session = Session()
    session.app.switch_page("ui/pages/train.py")
    for name, text in query.items():
        session.app.query_params[name] = text
    session.run()
    return session


def has(session, key: str) -> bool:
    return any(getattr(node, "key", None) == key for node in session.app)


def turn(session, key: str, value) -> None:
    next(node for node in session.app if getattr(node, "key", None) == key).set_value(value).run()
    assert [error.message for error in session.app.exception] == []


def errors(session) -> list[str]:
    """Without the signs that keep Markdown from reading them."""
    return [box.value.replace("\\", "").replace(JOINER, "") for box in session.app.error]


def test_the_page_opens_without_a_store_and_makes_none(home):
    session = opened_page()
    assert errors(session) == [] and not home.exists()
    assert has(session, "train_start")


def test_a_run_of_ones_own_offers_only_what_applies(home):
    session = opened_page()
    turn(session, "train_recipe", "own")
    assert has(session, "lab momentum") and not has(session, "lab rate_epoch") and not has(session, "lab dropout")
    turn(session, "lab optimiser", "adam")
    assert not has(session, "lab momentum")
    turn(session, "lab layers", 2)
    assert has(session, "lab dropout")
    turn(session, "lab cell", "lstm")
    assert has(session, "lab forget_bias")


def test_values_that_do_not_go_together_are_named_and_nothing_starts(home):
    session = opened_page()
    turn(session, "train_recipe", "own")
    turn(session, "lab length palindrome", 2000)
    turn(session, "lab hidden", 256)
    turn(session, "lab cell", "phased_lstm")
    turn(session, "lab batch palindrome", 256)
    assert any("length = 2000" in text and "at most" in text for text in errors(session))
    next(node for node in session.app if getattr(node, "key", None) == "train_start").click().run()
    assert not home.exists()


@pytest.mark.parametrize("name", ["zzz", "deadbeef", "../..", "1234"])
def test_a_link_to_no_run_says_so_in_one_sentence(home, name):
    session = opened_page(run=name)
    assert len(errors(session) + [box.value for box in session.app.info]) == 1
    assert "run" in errors(session)[0]


@pytest.fixture
def ended(home, monkeypatch):
    """A store with one short run that has ended, trained in this process."""
    return stored(LabSettings(task="names", length=14, hidden=8, batch=4, updates=40, cell="lstm"))


def stored(settings) -> str:
    """Put a run into the store as a worker would leave it; the job's name."""
    return stored_all({"short": settings})


def stored_all(chosen) -> str:
    """The same for several runs of one job."""
    job, here = runs.job_of("A short run", chosen), runs.store()
    with here.transaction() as db:
        control._enter(db, job)
    held = lease.acquire(here, job.id)
    for tile, settings in enumerate(chosen.values()):
        claim = tiles.claim(here, job.id, tile, held.epoch)
        payload = np.frombuffer(pack(trained(settings)), dtype=np.uint8)
        tiles.commit(here, arrays.encode({"run": payload}, claim.facts()))
    lease.release(here, held)
    return job.id[:8]


def trained(settings) -> Training:
    """A run that has ended; what would have cured it, if it exploded, is given."""
    training = Training(settings)
    list(training.events())
    if training.progress.halt:
        training.progress.halt = replace(training.progress.halt, cures=CURES)
    return training


def test_a_link_opens_a_run_for_anyone_with_its_figure_words_and_samples(ended):
    session = opened_page(run=ended)
    assert "loss" in session.verdict and "Update 40 of 40" in session.verdict
    assert "‖dL/dh" in str(session.charts["chart training"]["figure"]["layout"]["annotations"])
    assert any("after update" in box.value and "40" in box.value for box in session.app.markdown)
    assert session.query["run"] == ended


def test_the_trained_network_opens_on_the_main_page_with_the_weights_it_has_learned(ended):
    place = runs.find(runs.store(), ended)[0]
    session = opened_page(run=ended)
    next(node for node in session.app if getattr(node, "key", None) == "train_open").click().run()
    session.go("flow")
    network = session.value("network")
    net = unpack(runs.payload_of(runs.store(), place)).net
    for name, array in network.layers[0].items():
        learned = dict(net.layers[0].named_parameters()) | dict(net.layers[0].named_buffers())
        np.testing.assert_array_equal(array, learned[name].detach().double().numpy())
    assert session.values["signal"] == "tokens" and session.values["steps"] == 14
    assert "short, trained for 40 updates" in network.source and session.charts["chart"]


def test_truncated_credit_opens_truncated(home, monkeypatch):
    job = stored(LabSettings(task="names", length=14, hidden=4, batch=4, updates=2, truncate=5))
    monkeypatch.setattr(open_network, "keep", lambda *_: None)
    (place,) = runs.find(runs.store(), job)
    assert open_network.changes_of(place)["truncation"] == 5


def test_an_earlier_networks_weights_are_opened_from_the_list_and_from_the_scrubber(ended):
    session = opened_page(run=ended)
    turn(session, "train_view", "Update by update")
    scrub = session.charts["chart replay"]["scrub"]
    assert scrub["values"][0] == "1" and scrub["values"][-1] == "40" and scrub["keep"]
    place = runs.find(runs.store(), ended)[0]
    kept = runs.record_of(runs.store(), place).kept
    assert kept[0] == 0 and kept[-1] == 40
    turn(session, f"train_weights {place.name}", 16)
    next(node for node in session.app if getattr(node, "key", None) == "train_open").click().run()
    session.go("flow")
    assert session.value("network").source == "short, trained for 16 updates"


def test_a_trained_network_writes_after_a_prompt_and_tells_what_it_does_not_know(ended, monkeypatch):
    def here(payload, prompt, manner):  # PyTorch is loaded in the tests' own process
        return Writing.from_json(written({"prompt": prompt, "manner": asdict(manner)}, payload))

    monkeypatch.setattr(write, "write_with", here)
    session = opened_page(run=ended)
    assert has(session, "manner temperature") and not has(session, "manner length_penalty")
    turn(session, "train_prompt", "ne")
    turn(session, "manner length", 6)
    next(node for node in session.app if getattr(node, "key", None) == "train_write_now").click().run()
    scrub = session.charts["chart writing"]["scrub"]
    assert scrub["said"][0]["first"] == "“n”" and 3 <= len(scrub["values"]) <= 8
    turn(session, "train_prompt", "7")
    next(node for node in session.app if getattr(node, "key", None) == "train_write_now").click().run()
    assert errors(session) == ["prompt has '7', which the training text does not have."]


def test_only_the_knobs_that_change_what_is_written_are_offered(ended):
    session = opened_page(run=ended)
    turn(session, "manner greedy", True)
    assert not has(session, "manner temperature") and not has(session, "manner seed")
    turn(session, "manner beam", 4)
    assert has(session, "manner length_penalty") and not has(session, "manner greedy")


def test_several_runs_are_told_in_a_table_side_by_side_and_by_length(home):
    base = LabSettings(task="parity", hidden=4, batch=4, updates=3)
    chosen = {f"{cell} {n}": base.replace(cell=cell, length=n) for cell in ("rnn", "lstm") for n in (4, 6)}
    session = opened_page(run=stored_all(chosen))
    row = row_of("rnn 4", runs.record_of(runs.store(), runs.find(runs.store(), session.query["run"])[0]))
    assert row["T"] == 4 and 0 <= row["test accuracy"] <= 1 and row["test perplexity"] is None
    turn(session, "train_together_as", "Side by side")
    layout = session.charts["chart training_multiples"]["figure"]["layout"]
    assert [note["text"] for note in layout["annotations"]][1:] == list(chosen)
    turn(session, "train_together_as", "Accuracy by length")
    lines = session.charts["chart training_by_length"]["figure"]["data"]
    assert [line["x"] for line in lines] == [[4, 6], [4, 6]]
    assert session.charts["chart answers"]["figure"]["data"][0]["type"] == "heatmap"


def test_a_report_holds_every_figure_with_the_scrubber_and_all_settings(ended):
    place = runs.find(runs.store(), ended)[0]
    record = runs.record_of(runs.store(), place)
    shown = stored_records.shown_of(place, record, ())
    whole = [one for one in stored_records.exportables_of(shown) if not one.part]
    page = page_html(whole, "Update 40 of 40: loss 2.", "http://localhost/train?run=1")
    assert page.count("<section>") == 2 and '"field":"update"' in page and "Hidden units H: 8" in page
    assert "Update 40 of 40: loss 2." in page and "http://localhost/train?run=1" in page


def test_the_dialog_that_saves_opens_and_stays_open_until_it_is_closed(ended):
    session = opened_page(run=ended)
    next(node for node in session.app if getattr(node, "key", None) == "train_export").click().run()
    assert has(session, "train_export_chart") and session.app.session_state["train_exporting"] == f"{ended}.0"
    session.run()
    assert has(session, "train_export_chart")


def test_an_exploded_run_is_explained_and_repeated_cured_by_one_button(home, monkeypatch):
    settings = RECIPES["exploding"].settings()["unclipped"].replace(updates=20, hidden=8, batch=8)
    name, begun = stored(settings), []
    monkeypatch.setattr(runs, "start", lambda job: begun.append(job) or job.id)
    session = opened_page(run=name)
    assert "Exploded at update 2" in session.verdict and "would have prevented it" in session.verdict
    next(node for node in session.app if getattr(node, "key", None) == "train_cure").click().run()
    ((spec,),) = [job.tiles for job in begun]
    assert spec["settings"]["clip"] == 1.0
    assert spec["settings"] | {"clip": 0.0} == settings.as_json() | {"clip": 0.0}


def test_a_missing_checkpoint_and_a_damaged_result_get_one_sentence(ended):
    place, here = runs.find(runs.store(), ended)[0], runs.store()
    here.tile_path(place.job, 0).unlink()
    session = opened_page(run=ended)
    said = errors(session) + [box.value.replace("\\", "") for box in session.app.info]
    assert len(said) == 1 and "checkpoint" in said[0]


def test_a_run_whose_processes_were_killed_shows_what_is_kept_and_offers_to_go_on(home, monkeypatch):
    settings = LabSettings(task="adding", length=6, hidden=4, batch=4, updates=50)
    job, here, resumed = runs.job_of("Killed", {"killed": settings}), runs.store(), []
    stepped = []
    with here.transaction() as db:
        control._enter(db, job)
    training = Training(settings)
    next(event for event in training.events() if event.update == 7)
    checkpoints.write(here, job.id, 0, pack(training))
    monkeypatch.setattr(jobs, "resume", lambda store, job_id: resumed.append(job_id))
    monkeypatch.setattr(show, "step", lambda place: stepped.append(place.name))
    session = opened_page(run=job.id[:8])
    assert "Update 7 of 50" in session.verdict
    assert any(box.value.startswith("Interrupted") for box in session.app.markdown)
    next(node for node in session.app if getattr(node, "key", None) == "train_go_on").click().run()
    assert resumed == [job.id]
    next(node for node in session.app if getattr(node, "key", None) == "train_step").click().run()
    assert stepped == [f"{job.id[:8]}.0"]


def test_a_full_store_is_told_in_one_sentence(home, monkeypatch):
    def full(job):
        raise jobs.JobError("the lab's runs take 2.1 GB, the most is 2 GB: delete some")

    monkeypatch.setattr(runs, "start", full)
    session = opened_page()
    next(node for node in session.app if getattr(node, "key", None) == "train_start").click().run()
    assert errors(session) == ["the lab's runs take 2.1 GB, the most is 2 GB: delete some."]


def test_a_scheduler_that_has_vanished_is_told_in_one_sentence(home, monkeypatch):
    monkeypatch.setenv(runs.SCHEDULER, "tcp://127.0.0.1:9")
    session = opened_page()
    next(node for node in session.app if getattr(node, "key", None) == "train_start").click().run()
    (said,) = errors(session)
    assert "127.0.0.1" in said and "scheduler" in said


@pytest.mark.parametrize("cell", CELLS)
@pytest.mark.parametrize("more", [{}, {"task": "names", "length": 14, "embedding": 5, "layers": 2}])
def test_every_cells_trained_weights_are_read_without_pytorch_as_the_network_has_them(cell, more):
    base = {"task": "adding", "length": 6, "hidden": 4, "batch": 4}
    training = Training(LabSettings(cell=cell, updates=3, **(base | more)))
    list(training.events())
    network = network_of(pack(training), "it")
    for ours, theirs in zip(network.layers, training.net.layers, strict=True):
        learned = dict(theirs.named_parameters()) | dict(theirs.named_buffers())
        for name in learned.keys() & ours.keys():
            np.testing.assert_array_equal(ours[name].astype(np.float32), learned[name].detach().numpy())
        assert {name for name, _ in theirs.named_parameters()} <= ours.keys()


def test_every_change_that_is_tried_is_known_by_its_words():
    settings = RECIPES["exploding"].settings()["unclipped"]
    tried = dict(changes(settings, Training(settings)))
    assert len(tried) == 4
    for words, changed in tried.items():
        found = cured(settings, Cure(words, True, ""))
        assert found.weight_scale == pytest.approx(changed.weight_scale, rel=0.05)
        assert found.replace(weight_scale=1.0) == changed.replace(weight_scale=1.0)
