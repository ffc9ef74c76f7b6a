"""A store per test, whose supervisors do not outlive it."""

import pytest

from jobs import Store
from tests.jobs.live import ALLOW, end_all_of


@pytest.fixture
def store(tmp_path):
    """An empty store that allows the functions of tilework; what still runs for it at the end is killed."""
    made = Store(tmp_path / "home", allow=ALLOW, lease=10.0)
    yield made
    end_all_of(made)
