"""Bundles of untrained models, with every kind of table, for texts of made-up words."""

import json
import subprocess
import sys

import torch

from core.artifacts import Artifacts
from core.bundles.export import bundle_files
from core.bundles.files import write_files
from core.compression.methods import METHODS
from core.compression.metrics import Source
from core.data.vocabulary import UNKNOWN
from core.embeddings import DenseEmbedding
from core.models import MODELS
from core.models.cnn import CnnParameters
from core.models.dan import DanParameters
from core.models.lstm import LstmParameters
from tests.conftest import ragged

V, D, C = 60, 12, 3
TOKENS = (UNKNOWN, "n't", "u.s.", "naïve", "日本", "\ud800", *(f"w{row}" for row in range(6, V)))
LEFT = Artifacts(classes=("bad", "so-so", "schön"), tokens=TOKENS, max_tokens=20, models={})
TEXTS = [
    "",
    "   ",
    "Don't w7 w8",
    "W9 nowhere",
    "日本 naïve U.S. \ud800",
    " ".join(f"w{n}" for n in range(6, 50)),
    "w59",
]
MODEL_CASES = {
    "cnn": ("cnn", CnnParameters(windows="1,2,5", filters=4)),
    "dan": ("dan", DanParameters(hidden="9,7")),
    "dan-linear": ("dan", DanParameters(hidden="")),
    "lstm-mean": ("lstm", LstmParameters(units=5)),
    "lstm-max": ("lstm", LstmParameters(units=5, bidirectional=True, pooling="max")),
}
WITHOUT_TORCH = """
import runpy, sys
class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("torch", "core", "pandas", "scipy"):
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Refuse())
sys.argv = sys.argv[1:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def model_of(case, method="low-rank", **parameters):
    """A model whose table a method has compressed, packed."""
    torch.manual_seed(0)
    name, own = MODEL_CASES[case]
    dense = MODELS.get(name).build(DenseEmbedding(torch.randn(V, D)), C, own)
    batch = ragged([30, 40, 20], vocabulary=V, classes=C)
    source = Source(model=dense, counts=torch.bincount(batch.ids, minlength=V), train=batch, seed=0)
    component = METHODS.get(method)
    made = component.build(component.parameters(**parameters) if parameters else component.example).compress(source)
    return dense.with_embedding(made.packed()).eval()


def write(target, model=None, *, onnx=False, half=False, **changes):
    """A bundle at `target`, some of its files changed."""
    files = {**bundle_files(model or model_of("dan"), LEFT, card="A card.\n", onnx=onnx, half=half), **changes}
    write_files(target, {name: content for name, content in files.items() if content is not None})
    return target


def predict_py(folder, *arguments, text=None):
    """What the bundle's own predict.py does, in a fresh interpreter where torch can't be imported."""
    command = [sys.executable, "-I", "-W", "error", "-c", WITHOUT_TORCH, str(folder / "predict.py"), *arguments]
    return subprocess.run(command, input=text, capture_output=True, check=False, cwd="/", encoding="utf-8")


def lines_of(done):
    """The JSON of each line that a process wrote."""
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]
