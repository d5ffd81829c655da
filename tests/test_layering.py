"""The core stands alone, in a fresh interpreter: no user interface, and no network once installed."""

import subprocess
import sys

import pytest

ALL_OF_CORE = """
import importlib, pkgutil, sys, core
for module in pkgutil.walk_packages(core.__path__, "core."):
    if not module.name.endswith("__main__"):
        importlib.import_module(module.name)
sys.exit(" ".join(name for name in sys.modules if name.split(".")[0] == "streamlit") or 0)
"""

WITHOUT_NETWORK = """
import socket, sys
def refused(self, address):
    raise AssertionError(f"a connection was tried: {address}")
socket.socket.connect = socket.socket.connect_ex = refused
from core.cli import main
sys.exit(main(["run", "--pretrain-epochs", "1", "--retrain-epochs", "1"]))
"""

# What reads texts starts at once, in the page's process for an upload too; so does what only tells of the commands.
WITHOUT_TORCH = """
import sys
from core.cli import main
code = main({arguments})
sys.exit(" ".join(name for name in ("torch", "scipy", "streamlit") if name in sys.modules) or code)
"""


def in_a_fresh_interpreter(code):
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)


def test_core_imports_no_streamlit():
    done = in_a_fresh_interpreter(ALL_OF_CORE)
    assert done.returncode == 0, done.stderr


def test_a_run_on_packaged_data_opens_no_connection():
    done = in_a_fresh_interpreter(WITHOUT_NETWORK)
    assert done.returncode == 0, done.stderr
    assert "smaller at rank" in done.stdout


@pytest.mark.parametrize("arguments", [["data", "list"], ["--help"]])
def test_what_reads_texts_or_tells_of_the_commands_needs_no_torch(arguments):
    done = in_a_fresh_interpreter(WITHOUT_TORCH.format(arguments=arguments))
    assert done.returncode == 0, done.stderr
