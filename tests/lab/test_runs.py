"""Runs as jobs: stopped, killed and resumed they end as if nothing had happened; what is wrong is one sentence."""

import errno
import json
import os
import random
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

import jobs
from cells.knobs import BadValue
from jobs import checkpoints, control, tiles
from lab import RECIPES, TASKS, runs, train
from lab.checkpoint import pack, unpack
from lab.command import _parser as parser
from lab.command import chosen_runs, main
from lab.export import weights_of
from lab.grid import grid
from lab.model import RecurrentNet
from lab.record import Cure, Halt, read_record
from lab.stepping import end_here, step, step_here
from lab.training import Training
from tests.jobs.live import end_all_of, supervisor, wait_for_end, wait_until, workers
from tests.lab.small import settings_of

torch.set_num_threads(1)


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A store of its own, in which checkpoints are written ten times a second."""
    monkeypatch.setenv("BACKFLOW_HOME", str(tmp_path / "home"))
    monkeypatch.setenv(runs.EVERY, "0.1")
    yield tmp_path / "home"
    if runs.is_any():
        end_all_of(runs.store())


class Desk:
    """What a worker gives a tile's function, without a worker: it asks to stop at chosen moments."""

    def __init__(self, stops=()):
        self.settings, self.stops, self.asked, self.payload, self.shares = {"text": ""}, set(stops), 0, None, []

    def report(self, share):
        self.shares.append(share)

    def stop_requested(self):
        self.asked += 1
        return self.asked in self.stops

    def keep(self, payload):
        self.payload = payload

    def kept(self):
        return self.payload


def tile_of(settings):
    return {"label": "run", "settings": settings.as_json()}


def to_the_end(settings, stops=()):
    """A tile asked to stop at these moments and given out again each time; the bytes it ends with."""
    desk, found = Desk(stops), None
    while found is None:
        found = runs.train_tile(tile_of(settings), desk)
    return found["run"].tobytes()


@pytest.mark.parametrize("task", ["palindrome", "names", pytest.param("words", marks=pytest.mark.slow)])
def test_a_run_that_is_stopped_again_and_again_ends_the_same_to_the_bit(task, monkeypatch):
    monkeypatch.setenv(runs.EVERY, "0")
    settings = settings_of(task, dropout=0.2, layers=2, carry=task == "words", updates=9)
    assert to_the_end(settings, stops=(2, 3, 6)) == to_the_end(settings)


def test_a_checkpoint_that_is_damaged_or_of_another_run_is_none():
    settings = settings_of()
    for payload in (b"nonsense", pack(Training(settings_of("average")))):
        desk = Desk()
        desk.payload = payload
        assert runs.train_tile(tile_of(settings), desk)["run"].tobytes() == to_the_end(settings)


class SmallDisk(Desk):
    """Takes so many checkpoints, and no more until there is space."""

    def __init__(self, takes, stops):
        super().__init__(stops)
        self.takes = takes

    def keep(self, payload):
        if self.takes == 0:
            raise jobs.JobError(checkpoints.refusal(OSError(errno.ENOSPC, "")))
        self.takes -= 1
        super().keep(payload)


def test_a_full_disk_pauses_a_run_which_ends_the_same_to_the_bit_once_there_is_space(monkeypatch):
    monkeypatch.setenv(runs.EVERY, "1000")  # written at a stop alone
    settings, disk = settings_of(updates=9), SmallDisk(1, stops=(2, 5))
    assert runs.train_tile(tile_of(settings), disk) is None
    with pytest.raises(jobs.JobError, match=r"^paused because the disk is full; free some space and resume"):
        runs.train_tile(tile_of(settings), disk)
    assert read_record(disk.payload).progress.update == 2
    disk.takes = -1
    assert runs.train_tile(tile_of(settings), disk)["run"].tobytes() == to_the_end(settings)


def test_a_run_that_could_not_write_is_said_to_be_paused_and_resumes(home, monkeypatch):
    monkeypatch.setattr(control.launch, "launch", lambda store, job_id: os.getpid())
    here, place = paused(settings_of(updates=4), 2)
    with here.transaction() as db:
        db.execute("UPDATE jobs SET wanted = 'run'")
    tiles.fail(here, place.job, 0, checkpoints.refusal(OSError(errno.ENOSPC, "")))
    now = jobs.status(here, place.job, "runs")
    assert (now.state, now.message) == (
        "interrupted",
        "Paused because the disk is full; free some space and resume: it goes on from the last checkpoint. "
        "0 of 1 runs are done.",
    )
    assert runs.record_of(here, place).progress.update == 2
    jobs.resume(here, place.job)
    assert jobs.status(here, place.job).state == "starting"


def test_a_halted_run_keeps_what_was_tried():
    more = {"activation": "relu", "init": "identity", "weight_scale": 1.1, "optimiser": "sgd", "rate": 0.01}
    record = read_record(to_the_end(settings_of("average", length=50, hidden=16, clip=0.0, updates=30, **more)))
    assert record.progress.reason == "halted" and record.progress.halt.cures
    assert record.flow.shape == (1, 50) and "would have prevented it" in record.progress.halt.sentence


def test_what_would_have_prevented_a_halt_is_a_sentence():
    def story(*changes):
        cures = tuple(Cure(change, prevents, "") for change, prevents in changes)
        return Halt(2, "the state h at step 3 of 5", "It grows.", cures).story

    assert story() == "It grows."
    assert story(("clipping", False)) == "It grows. None of the changes that were tried would have prevented it."
    assert story(("clipping", True), ("a", False)) == "It grows. Clipping would have prevented it: it was tried."
    assert story(("a", True), ("b", True), ("c", True)).endswith(
        "Either a, b or c would have prevented it: it was tried."
    )


def test_a_run_goes_on_where_runs_begin_today(home, monkeypatch):
    monkeypatch.setattr(control.launch, "launch", lambda store, job_id: os.getpid())
    here, place = paused(settings_of(updates=4), 2)
    jobs.move(here, place.job, "tcp://127.0.0.1:9")  # it began at a scheduler that is gone
    monkeypatch.setenv(runs.SCHEDULER, "tcp://127.0.0.1:9")
    with pytest.raises(jobs.JobError, match=r"^no scheduler answers at tcp://127.0.0.1:9"):
        runs.go_on(here, place.job)
    assert here.job(place.job)["wanted"] == "stop"
    monkeypatch.delenv(runs.SCHEDULER)
    runs.go_on(here, place.job)
    assert here.job(place.job)["scheduler"] is None and jobs.status(here, place.job).state == "starting"


def test_a_job_runs_in_processes_of_its_own_and_survives_the_death_of_its_worker(home):
    settings = settings_of(updates=300, hidden=8)
    job_id = runs.start(runs.job_of("test", {"run": settings}), workers=1)
    here, place = runs.store(), runs.find(runs.store(), job_id[:8])[0]
    wait_until(lambda: checkpoints.read(here, job_id, 0), "there is a checkpoint")
    workers(supervisor(here, job_id))[0].kill()
    before = runs.record_of(here, place).progress.update
    assert wait_for_end(here, job_id).state == "done"
    assert runs.record_of(here, place).progress.update == 300 > before > 0
    assert runs.payload_of(here, place) == pack(train(settings).training)
    assert checkpoints.read(here, job_id, 0) is None


def survive(settings, blows, strike):
    """Strike at random moments; what the last checkpoint held is never lost. The bytes it ends with."""
    rng, here = random.Random(0), runs.store()
    job = runs.job_of("test", {"run": settings})
    job_id = runs.start(job, workers=1)
    place, reached = runs.find(here, job_id)[0], 0
    for _ in range(blows):
        wait_until(lambda at=reached: moved_on(here, place, at), "it goes beyond the last checkpoint", 300)
        time.sleep(rng.uniform(0, 0.3))
        reached = runs.record_of(here, place).progress.update
        strike(here, job_id)
        if not jobs.status(here, job_id).alive:
            runs.start(job, workers=1)
        assert runs.record_of(here, place).progress.update >= reached
    assert wait_for_end(here, job_id, 600).state == "done"
    return runs.payload_of(here, place)


def moved_on(here, place, reached):
    if not jobs.status(here, place.job).alive:
        jobs.resume(here, place.job)
    record = runs.record_of(here, place)
    return record is not None and record.progress.update > reached


def kill_worker(here, job_id):
    process = wait_until(lambda: supervisor(here, job_id), "there is a supervisor")
    for worker in workers(process)[:1]:
        worker.kill()


def kill_supervisor(here, job_id):
    process = wait_until(lambda: supervisor(here, job_id), "there is a supervisor")
    process.kill()
    process.wait(10)


def paused(settings, updates):
    """A run in the store that was left after so many updates, as a stop leaves it."""
    job, here = runs.job_of("test", {"run": settings}), runs.store()
    with here.transaction() as db:
        control._enter(db, job)
        db.execute("UPDATE jobs SET wanted = 'stop'")
    training = Training(settings)
    for _ in zip(range(updates), training.events(), strict=False):
        pass
    checkpoints.write(here, job.id, 0, pack(training))
    return here, runs.find(here, job.id[:8])[0]


def test_a_paused_run_does_one_update_at_a_time_and_no_bit_differs(home, capsys):
    settings = settings_of(updates=4)
    here, place = paused(settings, 2)
    assert main(["step", place.name]) == 0
    assert capsys.readouterr().out == f"{place.name} is at update 3 of 4.\n"
    step_here(here, place)
    with pytest.raises(jobs.JobError, match="has done all its updates; going on measures it"):
        step_here(here, place)
    assert jobs.status(here, place.job).state == "stopped"
    training = Training(settings)
    for _ in zip(range(4), training.events(), strict=False):
        pass
    assert checkpoints.read(here, place.job, 0) == pack(training)


def test_a_paused_run_is_ended_where_it_is_and_measured_like_any_other(home, capsys):
    here, place = paused(settings_of(updates=4), 2)
    assert main(["end", place.name]) == 0
    assert capsys.readouterr().out == f"{place.name} has ended at update 2 of 4.\n"
    ended = runs.record_of(here, place)
    assert ended.progress.reason == "stopped" and ended.progress.update == 2
    alike = Training(settings_of(updates=2))
    list(alike.events())
    assert ended.progress.metrics == alike.progress.metrics
    assert jobs.status(here, place.job).state == "done" and checkpoints.read(here, place.job, 0) is None
    for again in (end_here, step_here):
        with pytest.raises(jobs.JobError, match="has ended: there is no further update"):
            again(here, place)


def test_a_run_that_has_done_nothing_is_not_ended(home):
    here, place = paused(settings_of(updates=4), 0)
    with pytest.raises(jobs.JobError, match="has done no update yet"):
        end_here(here, place)
    assert jobs.status(here, place.job).state == "stopped"


def test_a_run_at_work_takes_no_single_step_and_one_asked_for_meanwhile_goes_on(home, monkeypatch):
    here, place = paused(settings_of(updates=4), 1)
    launched = []
    monkeypatch.setattr(control.launch, "launch", lambda store, job_id: launched.append(job_id) or 1)
    with jobs.hold(here, place.job):
        with pytest.raises(jobs.JobError, match="is at work: pause it first"):
            step_here(here, place)
        jobs.resume(here, place.job)
        assert launched == []
    assert launched == [place.job]


@pytest.mark.slow
@pytest.mark.parametrize(("blows", "strike"), [(50, kill_worker), (20, kill_supervisor)])
def test_random_kills_lose_at_most_one_checkpoint_interval_and_change_no_bit(home, blows, strike):
    settings = settings_of("names", updates=60_000 if blows == 50 else 25_000, hidden=16, batch=1)
    assert survive(settings, blows, strike) == pack(train(settings).training)


@pytest.mark.slow
def test_a_stop_is_carried_out_within_two_seconds(home):
    job_id = runs.start(runs.job_of("test", {"run": settings_of(updates=1_000_000)}), workers=1)
    here = runs.store()
    wait_until(lambda: checkpoints.read(here, job_id, 0), "there is a checkpoint")
    asked = time.monotonic()
    jobs.stop(here, job_id)
    wait_until(lambda: time.time() - checkpoints.written_at(here, job_id, 0) > 0.5, "it writes no more")
    assert time.monotonic() - asked < 2.5
    assert wait_for_end(here, job_id).state == "stopped"


def test_the_quota_of_jobs_and_of_disk_is_told_in_one_sentence(home, monkeypatch):
    job = runs.job_of("test", {"run": settings_of()})
    monkeypatch.setattr(runs, "disk_use", lambda here: 3_000_000_000)
    with pytest.raises(jobs.JobError, match=r"the lab's runs take 3\.0 GB, the most is 2 GB: delete some"):
        runs.start(job)
    monkeypatch.setattr(runs, "all_jobs", lambda here: [Alive()] * 8)
    with pytest.raises(jobs.JobError, match="8 jobs of the lab run already, the most is 8"):
        runs.start(job)


class Alive:
    alive, id = True, "other"


def test_the_same_runs_are_the_same_job_and_text_is_kept_once():
    text = "it is a truth universally acknowledged\n" * 20
    own = settings_of("characters", text=text, task_options={"corpus": "own"})
    one, again = (runs.job_of(name, {"a": own, "b": own.replace(seed=1)}) for name in ("one", "again"))
    assert one.id == again.id and one.settings["text"] == text and one.tiles[0]["settings"]["text"] == ""
    with pytest.raises(BadValue, match="text differs between the runs"):
        runs.job_of("two", {"a": own, "b": own.replace(text=text + "more")})


def test_a_grid_has_a_run_for_each_combination():
    found = grid(settings_of(), {"cell": ["rnn", "lstm"], "length": [4, 5], "seed": range(3)})
    assert len(found) == 12 and found["LSTM, T = 5, seed 2"].length == 5
    with pytest.raises(BadValue, match="the grid has 600 runs; it takes at most 500"):
        grid(settings_of(), {"seed": range(600)})


def words(*given):
    return parser().parse_args(["run", *given])


def test_set_takes_fields_and_knobs_of_the_cell_and_the_task():
    found = chosen_runs(words("palindrome", "--set", "hidden=8", "--set", "coding=scalar", "--seeds", "0,1"))
    assert len(found) == 2 * len(RECIPES["palindrome"].runs)
    assert {s.hidden for s in found.values()} == {8} and {s.task_options.coding for s in found.values()} == {"scalar"}
    one = chosen_runs(words("parity", "--set", "cell=lstm", "--set", "chrono=true", "--set", "rate=1e-2"))["parity"]
    assert one.options.chrono is True and one.rate == 0.01
    lecture = chosen_runs(words("palindrome", "--lecture", "--only", "rnn 10"))
    assert list(lecture) == ["rnn 10"] and lecture["rnn 10"].updates == 1000


@pytest.mark.parametrize(("given", "says"), [
    (["run", "chess"], "recipe = 'chess' is none of palindrome"),
    (["run", "average", "--set", "rate=0"], "rate = 0.0 is outside"),
    (["run", "average", "--set", "rate=fast"], "rate = 'fast' is no number"),
    (["run", "average", "--set", "speed=1"], "set: speed is no field"),
    (["run", "average", "--set", "rate"], "set = 'rate' is not of the form key=value"),
    (["run", "average", "--seeds", "a"], "seeds = 'a' is no list"),
    (["run", "average", "--only", "x"], "only = 'x' is none of the runs"),
    (["run", "names", "--set", "corpus=own", "--set", "text=@/nowhere"], "text: /nowhere cannot be read"),
    (["show", "zz"], "run = 'zz' names no run"),
])  # fmt: skip
def test_bad_words_are_one_sentence(given, says, home, capsys):
    assert main(given) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1


@pytest.mark.parametrize("cell", ["rnn", "gru", "lstm"])
@pytest.mark.parametrize("layers", [1, 2])
def test_exported_weights_load_into_pytorchs_modules_and_compute_the_same(cell, layers, tmp_path):
    net: RecurrentNet = Training(settings_of(cell=cell, layers=layers, precision="float64")).net
    module = getattr(torch.nn, cell.upper())(10, 8, layers, dtype=torch.float64)
    module.load_state_dict(weights_of(net)[cell])
    linear = torch.nn.Linear(8, 10, dtype=torch.float64)
    linear.load_state_dict(weights_of(net)["readout"])
    x = torch.rand(5, 3, 10, dtype=torch.float64)
    ours = net.read_out(net(x, np.ones((5, 3))).h)
    torch.testing.assert_close(linear(module(x)[0]), ours, rtol=1e-10, atol=1e-12)


def test_the_command_line_runs_shows_exports_and_deletes(home, tmp_path, capsys):
    assert main(["run", "parity", "--set", "updates=30", "--set", "hidden=4", "--set", "cell=lstm"]) == 0
    assert main(["list"]) == 0
    name = capsys.readouterr().out.splitlines()[-1].split()[0]
    assert main(["show", name]) == 0 and "update 30 of 30" in capsys.readouterr().out
    assert main(["export", name, "--to", str(tmp_path / "out")]) == 0
    folder = tmp_path / "out" / name
    torch.nn.LSTM(1, 4).load_state_dict(load_file(folder / "parity" / "lstm.safetensors"))
    rows = (folder / "parity" / "history.csv").read_text(encoding="utf-8").splitlines()
    assert len(rows) == 31 and rows[0].startswith("update,loss,")
    page = (folder / "report.html").read_text(encoding="utf-8")
    assert page.count("<polyline") >= 3 and "<rect" in page and "http" not in page.replace("http-equiv", "")
    assert main(["delete", name]) == 0 and main(["show", name]) == 2


def left(recipe, updates, home):
    """A job of a recipe's runs in the store, each left after a few updates."""
    chosen = {label: s.replace(hidden=8) for label, s in RECIPES[recipe].runs.items()}
    job, here = runs.job_of("test", chosen, recipe), runs.store()
    with here.transaction() as db:
        control._enter(db, job)
    for tile, settings in enumerate(chosen.values()):
        training = Training(settings)
        for _ in zip(range(updates), training.events(), strict=False):
            pass
        checkpoints.write(here, job.id, tile, pack(training))
    return job.id[:8]


def test_names_are_written_to_the_length_that_a_first_network_predicts(home, capsys):
    name = left("lengths", 3, home)
    assert main(["write", name, "--prompt", "he", "--count", "4", "--set", "temperature=0.5"]) == 0
    written = capsys.readouterr().out.splitlines()
    assert len(written) == 4 and all(text.startswith("he") and len(text) > 2 for text in written)
    assert main(["write", f"{name}.2", "--count", "3"]) == 0 and len(capsys.readouterr().out.splitlines()) == 3


@pytest.mark.parametrize(("number", "given", "says"), [
    (0, [], "run has no network that writes"),
    (1, [], "none that predicts it: see the recipe lengths"),
    (2, ["--set", "heat=1"], "set = 'heat=1' is not key=value with a key of temperature, greedy"),
    (2, ["--set", "temperature=0"], "temperature = 0.0 is outside"),
    (2, ["--count", "0"], "count = 0 is outside [1, 1000]"),
    (2, ["--prompt", "ß"], "ß"),
])  # fmt: skip
def test_what_cannot_be_written_is_one_sentence(number, given, says, home, capsys):
    assert main(["write", f"{left('lengths', 1, home)}.{number}", *given]) == 2
    told = capsys.readouterr().err
    assert says in told and told.count("\n") == 1


def test_a_record_is_read_without_pytorch():
    code = "import sys, lab.runs, lab.record; sys.exit('torch' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", code], env=os.environ | {"PYTHONPATH": str(Path.cwd())}).returncode == 0
    )


def test_settings_survive_json():
    settings = settings_of("names", cell="phased_lstm", options={"sampling": "own", "timestamps": (1.0, 2.5, 4.0)})
    assert type(settings).from_json(json.loads(json.dumps(settings.as_json()))) == settings
    assert replace(settings, seed=3) == settings.replace(seed=3)
    assert unpack(pack(Training(settings))).settings == settings


@pytest.mark.parametrize("task", TASKS)
def test_every_task_may_be_run_by_its_name_alone(task):
    assert chosen_runs(words(task))


@pytest.mark.slow
def test_a_single_step_in_a_process_of_its_own_says_where_it_is_or_why_not(home):
    _, place = paused(settings_of(updates=2), 1)
    assert step(place) == f"{place.name} is at update 2 of 2."
    with pytest.raises(jobs.JobError, match=r"has done all its updates; going on measures it on the test data$"):
        step(place)
