"""The page Train in sessions: what may be chosen, what a link opens, what is said where nothing can be shown."""

import errno
from dataclasses import asdict, replace

import numpy as np
import pytest

import jobs
from cells.registry import CELLS
from jobs import checkpoints, tiles
from lab import RECIPES, LabSettings, runs
from lab.checkpoint import pack, unpack
from lab.cured import cured
from lab.cures import _changes as changes
from lab.record import Cure
from lab.snapshot import network_of
from lab.training import Training
from lab.writing.child import written
from lab.writing.record import Writing
from tests.lab.finished import enter, entered, left_off, stored, stored_all
from tests.ui.sessions import Session, plain
from ui.train import open_network, status, write
from ui.train import stored as stored_records
from ui.train.save import page_html
from ui.train.together import row_of


@pytest.fixture
def home(tmp_path, monkeypatch):
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


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


def press(session, key: str) -> None:
    next(node for node in session.app if getattr(node, "key", None) == key).click().run()


def offered(session) -> list[str]:
    """The charts that the dialog offers to save."""
    return next(node for node in session.app if getattr(node, "key", None) == "train_export_chart").options


def told(session) -> list[str]:
    """All sentences about what cannot be shown."""
    return errors(session) + [plain(box.value) for box in session.app.info]


def errors(session) -> list[str]:
    """Without the signs that keep Markdown from reading them."""
    return [plain(box.value) for box in session.app.error]


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
    press(session, "train_start")
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


def test_a_link_opens_a_run_for_anyone_with_its_figure_words_and_samples(ended):
    session = opened_page(run=ended)
    assert "loss" in session.verdict and "Update 40 of 40" in session.verdict
    assert "‖dL/dh" in str(session.charts["chart training"]["figure"]["layout"]["annotations"])
    assert any("after update" in box.value and "40" in box.value for box in session.app.markdown)
    assert session.query["run"] == ended


def test_the_trained_network_opens_on_the_main_page_with_the_weights_it_has_learned(ended):
    place = runs.find(runs.store(), ended)[0]
    session = opened_page(run=ended)
    press(session, "train_open")
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
    press(session, "train_open")
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
    press(session, "train_write_now")
    scrub = session.charts["chart writing"]["scrub"]
    assert scrub["said"][0]["first"] == "“n”" and 3 <= len(scrub["values"]) <= 8
    press(session, "train_export")
    assert "Written letter by letter" in offered(session)
    turn(session, "train_prompt", "7")
    press(session, "train_write_now")
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
    session = opened_page(run=stored_all(chosen, recipe="recall"))
    row = row_of("rnn 4", runs.record_of(runs.store(), runs.find(runs.store(), session.query["run"])[0]))
    assert row["T"] == 4 and 0 <= row["test accuracy"] <= 1 and row["test perplexity"] is None
    turn(session, "train_together_as", "Side by side")
    layout = session.charts["chart training_multiples"]["figure"]["layout"]
    assert [note["text"] for note in layout["annotations"]][1:] == list(chosen)
    turn(session, "train_together_as", "Accuracy by length")
    lines = session.charts["chart training_by_length"]["figure"]["data"]
    assert [line["x"] for line in lines] == [[4, 6], [4, 6]]
    assert session.charts["chart answers"]["figure"]["data"][0]["type"] == "heatmap"


def test_a_grid_is_started_from_the_page(home, monkeypatch):
    begun = []
    monkeypatch.setattr(runs, "start", lambda job: begun.append(job) or job.id)
    session = opened_page()
    turn(session, "train_recipe", "own")
    turn(session, "grid cells", ["rnn", "lstm"])
    turn(session, "grid lengths", "4, x")
    assert errors(session) == ["lengths = '4, x' is no list of whole numbers such as 0, 1, 2."]
    turn(session, "grid lengths", "4 6")
    turn(session, "grid seeds", 2)
    assert any(box.value == "8 runs: 2 cells × 2 lengths × 2 seeds." for box in session.app.caption)
    press(session, "train_start")
    (job,) = begun
    assert job.name == "Grid: palindrome" and len(job.tiles) == 8
    spec = next(one for one in job.tiles if one["label"] == "LSTM, T = 6, seed 1")["settings"]
    assert (spec["cell"], spec["length"], spec["seed"], spec["task"]) == ("lstm", 6, 1, "palindrome")


def test_a_grid_too_large_to_be_seen_at_once_is_refused(home):
    session = opened_page()
    turn(session, "train_recipe", "own")
    turn(session, "grid lengths", "4 6 8 10")
    turn(session, "grid seeds", 12)
    assert errors(session) == ["the grid has 48 runs; it takes at most 36."]


def test_the_runs_of_a_grid_stand_side_by_side_with_the_gradients_way_through_each(home):
    base = LabSettings(task="parity", length=5, hidden=4, batch=4, updates=3)
    session = opened_page(run=stored_all({f"seed {n}": base.replace(seed=n) for n in range(4)}))
    assert {one["type"] for one in session.charts["chart training_multiples"]["figure"]["data"]} == {"scatter"}
    turn(session, "train_quantity", "flow_h")
    heats = session.charts["chart training_multiples"]["figure"]["data"]
    assert [one["type"] for one in heats] == ["heatmap"] * 4
    assert len({(one["zmin"], one["zmax"]) for one in heats}) == 1
    press(session, "train_export")
    assert {"Side by side", "A network learns"} <= set(offered(session))


def test_a_link_names_one_run_of_a_job_and_follows_the_one_that_is_chosen(home):
    base = LabSettings(task="parity", length=5, hidden=4, batch=4, updates=3)
    name = stored_all({f"seed {n}": base.replace(seed=n) for n in range(3)})
    session = opened_page(run=f"{name}.2")
    key = f"train_place {name}"
    assert session.value(key) == 2 and session.query["run"] == f"{name}.2"
    turn(session, key, 1)
    assert session.query["run"] == f"{name}.1"
    turn(session, key, 0)
    assert session.query["run"] == name
    assert told(opened_page(run=f"{name}.3")) == [f"run = '{name}.3': the job has the runs 0 to 2."]


def test_runs_of_other_jobs_are_drawn_beside_a_run_and_told_apart(home):
    base = LabSettings(task="parity", length=5, hidden=4, batch=4, updates=3)
    first, second = (stored(base.replace(seed=n)) for n in range(2))
    session = opened_page(run=first)
    turn(session, "train_beside", [f"{second}.0"])
    layout = session.charts["chart training"]["figure"]["layout"]
    assert f"short ({second}.0)" in str(layout["annotations"])


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
    press(session, "train_export")
    assert has(session, "train_export_chart") and session.app.session_state["train_exporting"] == f"{ended}.0"
    session.run()
    assert has(session, "train_export_chart")


def test_an_exploded_run_is_explained_and_repeated_cured_by_one_button(home, monkeypatch):
    settings = RECIPES["exploding"].settings()["unclipped"].replace(updates=20, hidden=8, batch=8)
    name, begun = stored(settings), []
    monkeypatch.setattr(runs, "start", lambda job: begun.append(job) or enter(job))
    session = opened_page(run=name)
    assert "Exploded at update 2" in session.verdict and "would have prevented it" in session.verdict
    press(session, "train_cure")
    ((spec,),) = [job.tiles for job in begun]
    assert spec["settings"]["clip"] == 1.0
    assert spec["settings"] | {"clip": 0.0} == settings.as_json() | {"clip": 0.0}
    assert session.query["run"] == begun[0].id[:8] and session.value("train_beside") == [f"{name}.0"]


def test_what_a_run_under_way_waits_for_is_told_and_one_run_is_not_counted():
    now = jobs.JobStatus("1", "", "running", 0, 1, 0, "", 0.1, None, 120.0, None)
    assert status._under_way(now) == "Running, about 2 min left"
    assert status._under_way(replace(now, total=3)) == "Running: 0 of 3 runs are done, about 2 min left"
    waits = replace(now, waits_for="the scheduler does not answer")
    assert status._under_way(waits) == "Running, the scheduler does not answer"


def test_a_missing_result_gets_one_sentence_and_begins_anew(ended, monkeypatch):
    place, here = runs.find(runs.store(), ended)[0], runs.store()
    resumed = []
    monkeypatch.setattr(jobs, "resume", lambda store, job_id: resumed.append(job_id))
    here.tile_path(place.job, 0).unlink()
    session = opened_page(run=ended)
    assert told(session) == [f"{stored_records.MISSING}."] and not has(session, "train_step")
    press(session, "train_go_on")
    assert resumed == [place.job] and jobs.status(here, place.job).done == 0


def test_a_run_whose_processes_were_killed_shows_what_is_kept_and_offers_to_go_on(home, monkeypatch):
    job, resumed, stepped = left_off(LabSettings(task="adding", length=6, hidden=4, batch=4, updates=50), 7), [], []
    ended = []
    monkeypatch.setattr(jobs, "resume", lambda store, job_id: resumed.append(job_id))
    monkeypatch.setattr(status, "step", lambda place: stepped.append(place.name))
    monkeypatch.setattr(status, "end", lambda place: ended.append(place.name))
    session = opened_page(run=job.id[:8])
    assert "Update 7 of 50" in session.verdict
    assert any(box.value.startswith("Interrupted") for box in session.app.markdown)
    press(session, "train_go_on")
    assert resumed == [job.id]
    press(session, "train_step")
    press(session, "train_end")
    assert stepped == ended == [f"{job.id[:8]}.0"]


def test_a_full_disk_pauses_a_run_in_one_sentence_and_it_can_go_on(home):
    job = left_off(LabSettings(task="adding", length=6, hidden=4, batch=4, updates=50), 7)
    tiles.fail(runs.store(), job.id, 0, checkpoints.refusal(OSError(errno.ENOSPC, "full")))
    session = opened_page(run=job.id[:8])
    (said,) = [plain(box.value) for box in session.app.markdown if "disk" in box.value]
    assert said.startswith("Paused because the disk is full; free some space")
    assert "Update 7 of 50" in session.verdict and has(session, "train_go_on")


def test_a_run_that_has_not_begun_is_not_called_lost(home):
    job = left_off(LabSettings(task="adding", length=6, hidden=4, batch=4, updates=50), 7)
    checkpoints.drop(runs.store(), job.id, 0)
    assert told(opened_page(run=job.id[:8])) == [f"{stored_records.MISSING}."]
    never = entered({"never": LabSettings(task="adding", length=6, hidden=4, batch=4)})
    assert told(opened_page(run=never.id[:8])) == [f"{stored_records.NOT_BEGUN}."]


def test_a_full_store_is_told_in_one_sentence(ended):
    place = runs.find(runs.store(), ended)[0]
    with (runs.store().folder(place.job) / "large").open("wb") as file:
        file.truncate(2_100_000_000)  # takes no space
    session = opened_page()
    press(session, "train_start")
    assert errors(session) == ["the lab's runs take 2.1 GB, the most is 2 GB: delete some."]


def test_a_scheduler_that_has_vanished_is_told_in_one_sentence(home, monkeypatch):
    monkeypatch.setenv(runs.SCHEDULER, "tcp://127.0.0.1:9")
    session = opened_page()
    press(session, "train_start")
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
