"""Scripts of components: files of the app's own, so that no rerun sends them again."""

import re

import pytest

from ui import static_files
from ui.platform import BROWSER
from ui.static_files import plotly_file, script_of

JS = "export default function () { return 'ψ'; }"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(static_files, "STATIC", tmp_path)
    return tmp_path


def test_a_script_becomes_a_file_named_after_what_is_in_it(folder):
    sent = script_of("chart", JS)
    (written,) = folder.iterdir()
    assert written.read_text(encoding="utf-8") == JS
    assert re.search(r'"app/static/(.+)"', sent).group(1) == written.name
    assert script_of("chart", JS) == sent and script_of("chart", f"{JS} ") != sent
    assert len(list(folder.iterdir())) == 2


def test_plotly_is_copied_whole_and_once(folder):
    name = plotly_file()
    written = (folder / name).stat()
    assert written.st_size > 4_000_000 and plotly_file() == name
    assert (folder / name).stat().st_mtime_ns == written.st_mtime_ns and len(list(folder.iterdir())) == 1


def test_where_no_file_can_be_written_the_script_is_sent_as_it_is(folder, monkeypatch):
    monkeypatch.setattr(static_files, "STATIC", folder / "none")
    assert script_of("chart", JS) == JS


def test_inside_a_browser_nothing_is_written(folder, monkeypatch):
    monkeypatch.setattr(static_files, "PLATFORM", BROWSER)
    assert script_of("chart", JS) == JS and plotly_file().startswith("plotly-")
    assert list(folder.iterdir()) == []
