"""Puts the project into one folder of an environment, and that folder on the environment's path."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

ROOT, APP = Path(__file__).resolve().parent, "backflow_app"
FOLDERS = ("cells", "viz", "ui", "jobs", "lab", "lessons", "static", ".streamlit")
FILES = ("app.py", "serve.py", "backflow.py", "requirements.txt", "LICENSE")
LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.py[cod]", ".gitignore")


class Build(build_py):
    """Copies the folders as they stand: pages, texts, scripts and styles are read from beside the code."""

    def run(self) -> None:
        target = Path(self.build_lib) / APP
        shutil.rmtree(target, ignore_errors=True)  # what an earlier build left there
        for folder in FOLDERS:
            shutil.copytree(ROOT / folder, target / folder, ignore=LEFT_OUT)
        for file in FILES:
            shutil.copy2(ROOT / file, target / file)
        (target.parent / "backflow.pth").write_text(f"{APP}\n", encoding="utf-8")


setup(cmdclass={"build_py": Build})
