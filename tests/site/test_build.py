"""What the build refuses, and in which words; no file of the lock is taken that is another."""

import hashlib
import io
import lzma
import zipfile
from dataclasses import replace

import pytest
from plotly.offline import get_plotlyjs_version

from builder import lock
from builder.archives import pack, write_library
from builder.frontend import _remove_unreached, write_pages
from builder.lock import Lock, Missing, gather, read_lock
from builder.site import build

PAGE = '<html><head><title>Streamlit</title></head><body><script src="./static/a.js"></script></body></html>'
CONTENT = b"a file"


@pytest.fixture
def small(monkeypatch):
    """A lock of one file whose host nobody reaches."""
    name = "numpy-1-py3-none-any.whl"
    return Lock("1", "http://127.0.0.1:9/", {}, {name: hashlib.sha256(CONTENT).hexdigest()}, {})


def test_the_lock_names_every_file_with_its_digest():
    found = read_lock()
    names = found.runtime | found.wheels
    assert all(len(sha) == 64 for sha in names.values()) and len(names) >= 15
    assert found.version in found.url and found.numpy.startswith("numpy-")


def test_the_pins_are_those_of_the_app():
    pins = dict(
        line.split("==") for line in (lock.LOCK.parents[1] / "requirements.txt").read_text().split() if "==" in line
    )
    for package in ("streamlit", "plotly"):
        assert any(name.startswith(f"{package}-{pins[package]}-") for name in read_lock().wheels)


def test_the_small_plotly_is_of_the_version_that_the_app_has():
    assert list(read_lock().npm) == [f"plotly.js-cartesian-dist-min-{get_plotlyjs_version()}.tgz"]


def test_a_package_of_javascript_that_npm_cannot_bring_is_named(small, tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "npm", lambda: ["false"])
    asked = replace(small, runtime={}, npm={"plotly.js-dist-min-1.2.3.tgz": ""})
    with pytest.raises(Missing, match=r"npm could not download plotly.js-dist-min@1.2.3: bring"):
        gather(asked, tmp_path / "kept")


def test_without_node_the_site_does_without_packages_of_javascript(small, tmp_path, monkeypatch):
    monkeypatch.setattr(lock, "npm", lambda: None)
    assert gather(replace(small, runtime={}, npm={"plotly.js-dist-min-1.2.3.tgz": ""}), tmp_path / "kept") == {}


def zip_of(files: dict[str, str]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return packed.getvalue()


def test_an_archive_is_packed_as_a_whole(tmp_path):
    (tmp_path / "app.zip").write_bytes(zip_of({"a.py": "one", "b.py": "two"}))
    pack(tmp_path / "app.zip")
    (packed,) = tmp_path.iterdir()
    assert packed.name == "app.zip.xz"
    with zipfile.ZipFile(io.BytesIO(lzma.decompress(packed.read_bytes()))) as archive:
        assert archive.read("b.py") == b"two"


def test_the_library_comes_without_debuggers_and_codecs_of_old(tmp_path):
    names = ("os.py", "json/__init__.py", "encodings/utf_8.py", "encodings/cp865.py", "pdb.py", "unittest/mock.py")
    (tmp_path / "whole.zip").write_bytes(zip_of(dict.fromkeys(names, "")))
    write_library(tmp_path / "whole.zip", tmp_path / "small.zip")
    assert zipfile.ZipFile(tmp_path / "small.zip").namelist() == list(names[:3])


def test_modules_of_the_frontend_that_nothing_imports_are_left_out(tmp_path):
    modules = {"a.js": "import`./b.js`;import('./gone.js')", "b.js": 'export{x}from"./c.js"', "c.js": "", "d.js": ""}
    for name, text in modules.items():
        (tmp_path / name).write_text(text)
    _remove_unreached('<script src="./static/js/a.js"></script>', tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.js", "b.js", "c.js"]


def test_a_file_that_was_brought_is_used(small, tmp_path):
    (tmp_path / small.numpy).write_bytes(CONTENT)
    assert gather(small, tmp_path / "kept", tmp_path) == {small.numpy: tmp_path / small.numpy}


def test_an_altered_file_is_named(small, tmp_path):
    (tmp_path / small.numpy).write_bytes(b"another file")
    with pytest.raises(Missing, match=f"{small.numpy} is not the file that lock.json names"):
        gather(small, tmp_path / "kept", tmp_path)


def test_a_folder_without_it_is_told_what_it_lacks(small, tmp_path):
    with pytest.raises(Missing, match=f"has no {small.numpy}"):
        gather(small, tmp_path / "kept", tmp_path)


def test_without_a_network_one_sentence_says_what_to_bring(small, tmp_path):
    with pytest.raises(Missing, match=r"cannot be reached .*: bring a folder with .*--pyodide"):
        gather(small, tmp_path / "kept")


def test_what_came_with_another_digest_is_thrown_away(small, tmp_path):
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / small.numpy).write_bytes(b"cut short")
    with pytest.raises(Missing):
        gather(replace(small, url="http://127.0.0.1:9/"), tmp_path / "kept")


def test_a_folder_with_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("years of work")
    with pytest.raises(Missing, match="holds something that is no site of ours"):
        build(tmp_path)
    assert (tmp_path / "thesis.tex").read_text() == "years of work"


def test_every_page_has_an_index_that_finds_its_files_one_folder_up(tmp_path):
    write_pages(PAGE, ["credit"], tmp_path)
    root, page = ((tmp_path / name).read_text() for name in ("index.html", "credit/index.html"))
    assert 'src="./page.js"' in root and 'src="../page.js"' in page and 'src="../static/a.js"' in page
    assert (tmp_path / ".nojekyll").exists() and (tmp_path / "_stcore/health").read_text() == "ok"


def test_a_streamlit_page_of_another_form_is_refused(tmp_path):
    with pytest.raises(ValueError, match="where one is needed"):
        write_pages(PAGE.replace("<title>Streamlit</title>", ""), [], tmp_path)
