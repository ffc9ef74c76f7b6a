"""Modules as bytecode: a browser takes longer to compile Python than to run it. Runs in the site's own Python."""

# pyright: reportAttributeAccessIssue=false
import ast
import importlib._bootstrap_external as external
import importlib.util
import io
import zipfile

SOURCES_READ = ("app.py", "ui/pages/", "anyio/")  # by Streamlit, which runs pages as text; by anyio's own importer
DOCS_READ = ("numpy/", "pyodide/", "_pyodide/")  # which write some docstrings from others
DOCUMENTED = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
SAME_TIME = (2020, 1, 1, 0, 0, 0)  # so that equal files make equal archives


def compiled_archive(archive, place: str) -> bytes:
    """Return the archive with .pyc in place of .py, for modules that will lie below `place`."""
    packed = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(archive.to_bytes())) as old,
        zipfile.ZipFile(packed, "w", compresslevel=9) as new,
    ):
        method = old.infolist()[0].compress_type
        for name in old.namelist():
            for written, content in _compiled(name, old.read(name), place):
                info = zipfile.ZipInfo(written, SAME_TIME)
                info.compress_type = method
                new.writestr(info, content)
    return packed.getvalue()


def _without_docs(content: bytes) -> ast.Module:
    """Return the module without its docstrings, a third of the bytes that a reader would load."""
    module = ast.parse(content)
    for node in ast.walk(module):
        if isinstance(node, DOCUMENTED) and ast.get_docstring(node, clean=False) is not None:
            node.body = node.body[1:] or [ast.copy_location(ast.Pass(), node.body[0])]
    return module


def _compiled(name: str, content: bytes, place: str) -> list[tuple[str, bytes]]:
    if not name.endswith(".py"):
        return [(name, content)]
    source = content if name.startswith(DOCS_READ) else _without_docs(content)
    code = compile(source, f"{place}/{name}", "exec", dont_inherit=True)
    found = external._code_to_hash_pyc(code, importlib.util.source_hash(content), checked=False)
    if name.startswith(SOURCES_READ):
        folder, _, module = name.rpartition("/")
        cached = importlib.util.cache_from_source(module)
        return [(name, content), (f"{folder}/{cached}" if folder else cached, found)]
    return [(f"{name}c", found)]
