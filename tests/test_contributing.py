"""The method in CONTRIBUTING is whole: put where it says, and nothing else touched, it keeps the contract."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
COPIED = ("core", "tests/contracts")
NEEDED = ("tests/__init__.py", "tests/conftest.py", "tests/test_pipeline.py", "pyproject.toml")


@pytest.fixture
def project(tmp_path):
    """A copy of the core and of its contracts, with the example put in."""
    folder = tmp_path / "project"
    for name in COPIED:
        shutil.copytree(ROOT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in NEEDED:
        shutil.copy(ROOT / name, folder / name)
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    (path,) = re.findall(r"`(core/compression/methods/[a-z_]+\.py)`; a test puts it there", TEXT)
    assert len(code.splitlines()) <= 35
    (folder / path).write_text(code, encoding="utf-8")
    return folder


def python(project, *arguments):
    return subprocess.run([sys.executable, *arguments], cwd=project, capture_output=True, text=True, check=False)


def test_its_example_is_a_method(project):
    contracts = python(project, "-m", "pytest", "-q", "tests/contracts", "-k", "kept-columns")
    assert contracts.returncode == 0, contracts.stdout
    passed = re.search(r"(\d+) passed", contracts.stdout)
    assert int(passed[1]) >= 10
    offered = python(project, "-m", "core", "run", "--help").stdout
    assert "kept-columns" in offered
    assert "--columns-by" in offered
