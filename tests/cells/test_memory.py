"""What a run frees stays with the process."""

import ctypes

import pytest

from cells import memory


def test_the_c_library_is_asked_to_keep_freed_memory(monkeypatch):
    asked = {}

    class Library:
        def mallopt(self, option, value):
            asked[option] = value
            return 1

    monkeypatch.setattr(ctypes, "CDLL", lambda name: Library())
    assert memory.keep_freed_memory()
    assert asked == {memory.ARENA_MAX: 1, memory.TRIM_THRESHOLD: memory.KEPT, memory.MMAP_THRESHOLD: memory.WITHIN}


@pytest.mark.parametrize("error", [AttributeError, OSError, TypeError])
def test_another_c_library_is_left_alone(monkeypatch, error):
    def load(name):
        raise error

    monkeypatch.setattr(ctypes, "CDLL", load)
    assert not memory.keep_freed_memory()
