"""Every task: the shapes it promises, the same data again, and answers that are right."""

import numpy as np
import pytest

from cells.knobs import BadValue
from lab import TASKS
from lab.tasks import TEST, VALIDATION
from lab.tasks.surnames import LANGUAGES, STEM, split_by_stem, surnames
from lab.texts import decode, read_text, shipped
from tests.lab.small import settings_of


def task_of(name, **fields):
    settings = settings_of(name, **fields)
    return TASKS[name](settings)


def batches(task):
    return [task.train(0), task.train(1), *task.held_out(VALIDATION), *task.held_out(TEST)]


@pytest.mark.parametrize("name", TASKS)
def test_batches_have_the_shapes_that_are_promised(name):
    task = task_of(name)
    for batch in batches(task):
        T, B = batch.x.shape[:2]
        assert batch.x.ndim == 2 or batch.x.shape == (T, B, task.inputs)
        assert batch.x.ndim == 3 or (batch.x.max() < task.inputs and batch.x.min() >= 0)
        assert batch.targets.shape[:2] == batch.weights.shape and batch.weights.shape in ((T, B), (1, B))
        assert batch.targets.ndim == 2 or batch.targets.shape[2] == task.outputs
        assert batch.targets.ndim == 3 or (batch.targets.max() < task.outputs and batch.targets.min() >= 0)
        assert task.settings.length >= T and batch.weights.any(axis=0).all()


@pytest.mark.parametrize("name", TASKS)
def test_the_same_update_gives_the_same_batch_and_held_out_data_stays(name):
    one, again = (batches(task_of(name)) for _ in range(2))
    for a, b in zip(one, again, strict=True):
        np.testing.assert_array_equal(a.x, b.x)
        np.testing.assert_array_equal(a.targets, b.targets)
    held_out = [next(iter(task_of(name, seed=seed).held_out(TEST))) for seed in (1, 2)]
    np.testing.assert_array_equal(held_out[0].x, held_out[1].x)


@pytest.mark.parametrize("name", TASKS)
def test_validation_and_test_are_not_the_same_data(name):
    task = task_of(name)
    validation, test = (next(iter(task.held_out(stream))) for stream in (VALIDATION, TEST))
    assert validation.x.shape != test.x.shape or not np.array_equal(validation.x, test.x)


def test_a_palindrome_ends_as_it_began():
    batch = task_of("palindrome", length=9).train(3)
    digits = batch.x.argmax(axis=-1)
    np.testing.assert_array_equal(digits[1:], digits[:0:-1])
    np.testing.assert_array_equal(batch.targets[0], digits[0])
    scalars = task_of("palindrome", length=9, task_options={"coding": "scalar"}).train(3)
    np.testing.assert_array_equal(scalars.x[..., 0], digits)


def test_answers_follow_from_the_input():
    average = task_of("average").train(0)
    np.testing.assert_allclose(average.targets[-1], average.x.mean(axis=0))
    adding = task_of("adding").train(0)
    np.testing.assert_allclose(adding.targets[0, :, 0], adding.x.prod(axis=-1).sum(axis=0))
    assert (adding.x[..., 1].sum(axis=0) == 2).all()
    parity = task_of("parity").train(0)
    np.testing.assert_array_equal(parity.targets[0], parity.x.sum(axis=(0, 2)) % 2)
    recall = task_of("recall").train(0)
    np.testing.assert_array_equal(recall.targets[0], recall.x[0].argmax(axis=-1))
    copy = task_of("copy_memory", length=9).train(0)
    np.testing.assert_array_equal(copy.targets[-2:], copy.x[:2])
    assert copy.weights.sum() == 2 * copy.x.shape[1]


def test_frequencies_are_what_their_label_says():
    batch = task_of("frequency", length=50, batch=400).train(0)
    assert 0.4 < batch.targets.mean() < 0.6
    assert (np.diff(batch.times, axis=0) >= 0).all() and batch.times.max() <= 125


@pytest.mark.parametrize("name", ["names", "characters", "words"])
def test_what_is_written_is_read_and_the_target_is_the_next_symbol(name):
    task = task_of(name)
    batch = task.train(0)
    np.testing.assert_array_equal(batch.x[1:], batch.targets[:-1])
    text = task.decode(batch.targets[:3, 0])
    assert task.decode(task.read(text)) == text or name == "words"


def test_windows_follow_each_other_and_say_when_an_epoch_begins():
    task = task_of("characters")
    first, second = task.train(0), task.train(1)
    np.testing.assert_array_equal(first.targets[-1], second.x[0])
    assert first.fresh and not second.fresh and task.train(task.updates_an_epoch).fresh


def test_names_are_padded_with_ends_that_count_nothing():
    batch = task_of("names", length=20, batch=40).train(0)
    for column, length in enumerate(batch.lengths):
        assert batch.targets[length - 1, column] == 0 and batch.weights[:, column].sum() == length


def test_the_corpora_are_what_they_are_said_to_be():
    assert len(shipped("elements").split()) == len(set(shipped("elements").split())) == 118
    titles = shipped("titles").splitlines()
    assert len(titles) == len(set(titles)) and 240 <= len(titles) <= 300
    assert 60_000 <= len(shipped("pride_and_prejudice").split()) < 60_100


def test_surnames_belong_to_one_language_and_stems_to_one_part():
    names, labels = zip(*surnames(), strict=True)
    assert len(names) == len(set(names)) > 10_000 and set(labels) == set(range(len(LANGUAGES)))
    parts = split_by_stem(list(names))
    stems = [{names[place][:STEM] for place in places} for places in parts.values()]
    assert not (stems[0] & stems[1] or stems[0] & stems[2] or stems[1] & stems[2])
    assert task_of("surnames").class_weights.shape == (13,)


BAD_TEXTS = [
    ("names", "own", "", "text has 0 characters; it takes at least 40"),
    ("characters", "own", "x", "text has 1 characters; it takes at least 500"),
    ("words", "own", "", "text has 0 characters; it takes at least 2000"),
    ("characters", "own", "".join(map(chr, range(1000, 101_000))), "different characters; it takes at most 512"),
    ("words", "own", " ".join(f"w{chr(97 + k % 26)}{chr(97 + k // 26 % 26)}" * 2 for k in range(20)), "characters"),
]


@pytest.mark.parametrize(("task", "corpus", "text", "says"), BAD_TEXTS)
def test_a_text_that_cannot_be_learned_from_is_refused_in_one_sentence(task, corpus, text, says):
    text = "".join(c for c in text if c.isprintable() and not 0xD800 <= ord(c) < 0xE000)
    with pytest.raises(BadValue, match=says):
        settings_of(task, text=text, task_options={"corpus": corpus}, length=50)


def test_too_many_words_are_refused():
    text = " ".join("".join(chr(97 + k // 26**p % 26) for p in range(4)) for k in range(100_000))
    with pytest.raises(BadValue, match="text has 80000 different words; it takes at most 20000"):
        settings_of("words", text=text, task_options={"corpus": "own", "least": 1})


@pytest.mark.parametrize(("task", "says"), [("names", "names"), ("characters", "windows")])
def test_a_batch_larger_than_the_data_is_refused_with_what_there_is(task, says):
    more = {"task_options": {"corpus": "own"}, "text": "It is a truth. " * 60} if task == "characters" else {}
    with pytest.raises(BadValue, match=rf"batch = 4096 is outside \[1, \d+\], the {says}"):
        settings_of(task, batch=4096, **more)


def test_a_name_longer_than_the_sequence_is_refused():
    with pytest.raises(BadValue, match="length = 6 is less than the 14 steps of the longest name"):
        settings_of("names", length=6)


@pytest.mark.parametrize(("data", "says"), [
    (b"caf\xe9 au lait", "byte 4 is 0xe9, which is no UTF-8; save it as UTF-8"),
    (b"\x89PNG\r\n\x1a\n\x00\x00", "byte 1 is 0x89, which is no UTF-8; it is no text"),
    (b"abc\x00def", "character 4 is the control character"),
])  # fmt: skip
def test_bytes_that_are_no_text_are_refused_with_their_place(data, says, tmp_path):
    with pytest.raises(BadValue, match=says):
        decode(data)
    (tmp_path / "text.txt").write_bytes(data)
    with pytest.raises(BadValue, match=says):
        read_text(tmp_path / "text.txt")


def test_a_file_of_200_megabytes_is_not_read(tmp_path):
    path = tmp_path / "large.txt"
    with path.open("wb") as file:
        file.truncate(200_000_000)
    with pytest.raises(BadValue, match=r"large\.txt has 200 MB; at most 20 MB are read"):
        read_text(path)
    with pytest.raises(BadValue, match="cannot be read"):
        read_text(tmp_path / "missing.txt")
