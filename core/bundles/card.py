"""The model card: a bundle's README.md."""

from dataclasses import dataclass

from core.artifacts import Artifacts
from core.compression.methods import METHODS
from core.config import RunConfig
from core.models import MODELS
from core.parameters import specs
from core.profiling.significance import LEVEL
from core.results import Measurement, RunResult, percent

CARD = """\
# {dataset}: {classes} classes, {size} kB

A text classifier whose embedding table was compressed by Ranklens. It needs Python, NumPy and safetensors:

    python predict.py "a text"
    python predict.py < texts.txt

prints one line of JSON for each text: `text`, `label` and the probability of each class. In Python:

    from predict import Classifier
    Classifier("this/folder").predict(["a text"])

## What it is
- **Model**: {model}, {parameters:,} numbers, {macs:,} multiply–accumulates for a text of {tokens} tokens.
- **Compression**: {method}{options}: the table is {saved:.1%} smaller{rank}.
- **Classes**: {names}.
- **Words**: {vocabulary:,} rows, the first of which stands for every word not in `vocabulary.txt`.{halved}{noted}

## How good it is
| | test accuracy | 95 % interval (Wilson) | test macro-F1 | dev accuracy | weights on disk | latency, one text |
|---|---|---|---|---|---|---|
| dense, before | {dense} |
| this model | {deployed} |

Measured once, on {test:,} test texts; always giving the commonest class reaches {majority:.1%}. The dense model alone
has {only_dense} of them right, the compressed one alone {only_compressed}: by McNemar's exact test,
p = {p_value:.3g}{verdict}. Trained on {train:,} texts; every choice was made on {dev:,} others (dev).

## What it was made from
- **Texts**: {dataset}{source}. Licence: {data_licence}.
- **Word vectors**: {vectors}, {width} wide. Licence: {vectors_licence}.

What those licences ask of you holds for this model too. It has seen nothing but such texts: try it on your own before
you rely on it.
"""
UNKNOWN = "not known to Ranklens; ask where you had it from"
HALVED = """
- **Numbers**: its floats are stored in half precision (16 bits), {size} kB instead of {full}, rounded after all that is
  measured below. Of {texts} test texts kept with the run, {moved} get another class than before rounding."""


@dataclass(frozen=True)
class Halved:
    """What half precision did: the weights' bytes now, and how many of so many texts it moved to another class."""

    size_bytes: int
    moved: int
    texts: int


def model_card(result: RunResult, left: Artifacts, halved: Halved | None = None) -> str:
    """The card of the deployed model of a run, from what it found, what it `left`, and what rounding did, if any."""
    rank = result.compressed.rank
    config, dataset, test = RunConfig.from_dict(result.config), result.dataset, result.paired_test
    return CARD.format(
        dataset=dataset.name,
        classes=len(dataset.classes),
        size=_kilobytes(halved.size_bytes if halved else result.deployed.bytes_on_disk),
        halved=_halved(halved, result.deployed.bytes_on_disk) if halved else "",
        noted="".join(f"\n- **Note**: {warning}" for warning in result.warnings),
        model=MODELS.get(config.model).title,
        parameters=result.deployed.parameters,
        macs=result.deployed.macs,
        tokens=dataset.tokens_per_text,
        method=METHODS.get(config.method).title,
        options=_options(config),
        saved=1 - result.deployed.embedding_bytes / result.dense.embedding_bytes,
        rank=f", at rank {rank}, its second factor folded into the layer behind it" if rank else "",
        names=", ".join(dataset.classes),
        vocabulary=dataset.vocabulary,
        dense=_row(result.dense),
        deployed=_row(result.deployed),
        test=dataset.test,
        majority=dataset.majority_share,
        only_dense=test.only_dense_right,
        only_compressed=test.only_compressed_right,
        p_value=test.p_value,
        verdict="" if test.p_value <= LEVEL else ", so the difference may well be chance",
        train=dataset.train,
        dev=dataset.dev,
        source=f" ({left.source})" if left.source else "",
        data_licence=left.data_licence or UNKNOWN,
        vectors=result.vectors.name,
        width=result.vectors.width,
        vectors_licence=left.vectors_licence or ("none needed" if config.vectors == "random" else UNKNOWN),
    )


def _options(config: RunConfig) -> str:
    """The method's parameters that were set, in brackets."""
    chosen = config.parameters("method")
    named = {spec.name: getattr(chosen, spec.name) for spec in specs(type(chosen))}
    texts = [f"{name.replace('_', ' ')} {value}" for name, value in named.items() if value is not None]
    return f" ({', '.join(texts)})" if texts else ""


def _row(model: Measurement) -> str:
    low, high = model.test_interval
    return (
        f"{model.test_accuracy:.1%} | {low:.1%}–{high:.1%} | {percent(model.test_macro_f1)} | "
        f"{model.dev_accuracy:.1%} | {_kilobytes(model.bytes_on_disk)} kB | {model.latency_ms:.2f} ms"
    )


def _halved(halved: Halved, full_bytes: int) -> str:
    return HALVED.format(
        size=_kilobytes(halved.size_bytes),
        full=_kilobytes(full_bytes),
        texts=halved.texts,
        moved=halved.moved or "none",
    )


def _kilobytes(size_bytes: int) -> str:
    return f"{size_bytes / 1000:,.0f}"
