"""From a finished run to a bundle."""

from pathlib import Path

from safetensors.torch import save

from core.artifacts import Artifacts, load_model
from core.bundles import predict
from core.bundles.card import model_card
from core.bundles.config import BundleConfig
from core.bundles.files import CARD, CONFIG, ONNX, SCRIPT, VOCABULARY, WEIGHTS, write_files
from core.compression.fold import fold
from core.data.vocabulary import tokens_to_bytes
from core.errors import BundleError
from core.models import TextClassifier
from core.models.saved import describe
from core.runs.store import RunStore

OVERHEAD_BYTES = 24 * 1024
"""At most what README.md, predict.py, config.json and the header of model.safetensors take together, for classes whose
names have no more than 4 kB; model.onnx and vocabulary.txt not counted. The rest is numbers."""


def export_run(store: RunStore, run: str, target: Path | None = None, *, onnx: bool = False) -> Path:
    """Write the deployed model of `run` as a bundle; returns where.

    Args:
        store: where the run is.
        run: its id.
        target: a new folder, or a new zip where it ends in .zip; by default a folder here, named after the run.
        onnx: whether model.onnx is written too.

    Raises:
        InputError: when there is no such run.
        BundleError: when the run isn't done, its files are gone, or `target` exists.
        MissingPackageError: when `onnx` is asked for and isn't installed.
        StoreError: when it can't be written.
    """
    record = store.get(run)
    if record.result is None:
        raise BundleError(f"Run {run} is {record.state}, and only one that is done can be exported.")
    folder = store.folder(run)
    left = Artifacts.read(folder)
    config = record.config
    target = target or Path(f"{record.result.dataset.name}-{config.model}-{config.method}-{run}")
    files = bundle_files(load_model(folder, "deployed"), left, card=model_card(record.result, left), onnx=onnx)
    write_files(target, files)
    return target


def bundle_files(model: TextClassifier, left: Artifacts, *, card: str, onnx: bool = False) -> dict[str, bytes]:
    """The files of a bundle by name: `model`, folded, with the words and classes that a run `left`, and its `card`.

    Raises:
        BundleError: when predict.py doesn't know such a model.
        MissingPackageError: when `onnx` is asked for and isn't installed.
    """
    model = fold(model)
    config = BundleConfig(describe(model), left.classes, left.max_tokens, left.cjk)
    for part, known in (("model", predict.MODELS), ("embedding", predict.TABLES)):
        kind = config.description[part]["kind"]
        if kind not in known:
            raise BundleError(f"predict.py can't run the {part} {kind!r} yet; it knows {', '.join(known)}.")
    files = {
        WEIGHTS: save(model.state_dict()),
        VOCABULARY: tokens_to_bytes(left.tokens),
        SCRIPT: Path(predict.__file__).read_bytes(),
        CARD: card.encode(),
    }
    if onnx:
        from core.bundles.onnx_graph import to_onnx  # noqa: PLC0415 - it takes a while, and few want it

        files[ONNX] = to_onnx(model)
    return {CONFIG: config.to_bytes(files), **files}
