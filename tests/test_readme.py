"""What the README shows is true."""

import re
from pathlib import Path

import torch
from click.testing import CliRunner

from core.cli import cli
from core.compression.methods import METHODS

README = Path(__file__).resolve().parent.parent / "README.md"
TEXT = README.read_text(encoding="utf-8")


def test_its_code_runs():
    (code,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
    names = {}
    exec(code, names)
    ids = torch.randint(5_000, (2, 12))
    smaller, deployed = names["smaller"].eval(), names["deployed"].eval()
    torch.testing.assert_close(deployed(ids), smaller(ids))
    stored = sum(value.nbytes for value in deployed.tokens.state_dict().values())
    assert stored < 0.05 * names["model"].tokens.weight.nbytes


def test_it_names_every_method_and_only_options_that_there_are():
    assert all(f"`{name}`" in TEXT for name in METHODS.names())
    commands = ("run", "factorize", "export", "predict", "data", "search", "sweep", "report", "notebook", "profile")
    offered = "".join(CliRunner().invoke(cli, [command, "--help"]).output for command in commands)
    ours = "\n".join(line for line in TEXT.splitlines() if not line.startswith("    dask "))
    named = set(re.findall(r"(--[a-z][a-z-]+)", ours))
    assert {option for option in named if option not in offered} == set()


def test_its_pictures_are_there():
    assert all((README.parent / path).is_file() for path in re.findall(r"!\[[^]]*\]\(([^)]+)\)", TEXT))
