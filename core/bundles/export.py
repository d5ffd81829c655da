"""From a finished run to a bundle."""

from pathlib import Path

import torch
from safetensors.torch import save

from core.artifacts import Artifacts, load_model
from core.bundles import predict
from core.bundles.card import Halved, model_card
from core.bundles.config import BundleConfig
from core.bundles.files import CARD, CONFIG, ONNX, SCRIPT, VOCABULARY, WEIGHTS, write_files
from core.bundles.half import in_half, rounded
from core.compression.fold import fold
from core.data.batch import Batch
from core.data.vocabulary import tokens_to_bytes
from core.errors import BundleError
from core.models import TextClassifier
from core.models.saved import describe
from core.output import output_file
from core.profiling.texts import load_texts
from core.runs.store import RunStore


def export_run(
    store: RunStore, run: str, target: Path | None = None, *, onnx: bool = False, half: bool = False
) -> Path:
    """Write the deployed model of `run` as a bundle; returns where.

    Args:
        store: where the run is.
        run: its id.
        target: a new folder, or a new zip where it ends in .zip; by default a folder here, named after the run.
        onnx: whether model.onnx is written too.
        half: whether floats are stored in two bytes instead of four.

    Raises:
        InputError: when there is no such run.
        BundleError: when the run isn't done, its files are gone, or half precision is too little.
        MissingPackageError: when `onnx` is asked for and isn't installed.
        OutputError: when `target` exists already, or can't be written.
    """
    record = store.get(run)
    if record.result is None:
        raise BundleError(f"Run {run} is {record.state}, and only one that is done can be exported.")
    folder = store.folder(run)
    left = Artifacts.read(folder)
    config = record.config
    target = output_file(target or f"{record.result.dataset.name}-{config.model}-{config.method}-{run}", new=True)
    model = load_model(folder, "deployed")
    halved = halving(model, load_texts(folder, rows=model.embedding.num_embeddings)) if half else None
    files = bundle_files(model, left, card=model_card(record.result, left, halved), onnx=onnx, half=half)
    write_files(target, files)
    return target


def halving(model: TextClassifier, texts: Batch) -> Halved:
    """What half precision does to `model`, seen on `texts`.

    Raises:
        BundleError: when a number is too large for it.
    """
    smaller = rounded(model)
    size = len(save(in_half(smaller.state_dict())))
    with torch.no_grad():
        moved = int((model(texts).argmax(1) != smaller(texts).argmax(1)).sum())
    return Halved(size_bytes=size, moved=moved, texts=len(texts))


def bundle_files(
    model: TextClassifier, left: Artifacts, *, card: str, onnx: bool = False, half: bool = False
) -> dict[str, bytes]:
    """The files of a bundle by name: `model`, folded, with the words and classes that a run `left`, and its `card`.

    Raises:
        BundleError: when predict.py doesn't know such a model, or `half` precision is too little for it.
        MissingPackageError: when `onnx` is asked for and isn't installed.
    """
    model = rounded(fold(model)) if half else fold(model)
    weights = in_half(model.state_dict()) if half else model.state_dict()
    config = BundleConfig(describe(model), left.classes, left.max_tokens, left.cjk)
    for part, known in (("model", predict.MODELS), ("embedding", predict.TABLES)):
        kind = config.description[part]["kind"]
        if kind not in known:
            raise BundleError(f"predict.py can't run the {part} {kind!r} yet; it knows {', '.join(known)}.")
    files = {
        WEIGHTS: save(weights),
        VOCABULARY: tokens_to_bytes(left.tokens),
        SCRIPT: Path(predict.__file__).read_bytes(),
        CARD: card.encode(),
    }
    if onnx:
        from core.bundles.onnx_graph import to_onnx  # noqa: PLC0415 - it takes a while, and few want it

        files[ONNX] = to_onnx(model)
    return {CONFIG: config.to_bytes(files), **files}
