"""Accuracy at equal file size against fastText: `make peers DATA=folder VECTORS=file`.

A bundle's zip, all that it holds included, against a `.ftz`; the same tokens, splits and word vectors for both, and
phrases for both on SST-2. Each side's settings are chosen on dev for each size; test is read for the choice alone.
Prints one `name ratio bound` line each. docs/fasttext.jsonl keeps what was tested, docs/fasttext-dev.jsonl what we
tried, .venv-peers what fastText tried; docs/fasttext.md shows the choices.
"""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import torch

from bench.fasttext_ours import tested, try_all
from bench.records import Records, parser_of
from bench.report import ratio_line, say, versions
from core.config import RunConfig
from core.data.tokenizer import tokenize
from core.events import Silent
from core.pipeline import load
from core.profiling.hits import pack_hits, unpack_hits
from core.profiling.significance import disagreement, wilson_interval
from core.stages import Loaded

ROOT = Path(__file__).resolve().parent.parent
PEERS = ROOT / ".venv-peers"
DOCUMENT = ROOT / "docs" / "fasttext.md"
TRIED = ROOT / "docs" / "fasttext-dev.jsonl"
DATASETS = ("trec6", "snips", "sst2")
SIDES = ("fastText", "Ranklens")
SIZES = (100_000, 200_000, 400_000, 1_000_000)  # bytes
HEAD = """\
# At equal file size: fastText

Test accuracy in % with its 95 % interval (Wilson). A bundle's zip, with vocabulary, model card and `predict.py`,
against a `.ftz` of fastText. Both got the same tokens, splits and word vectors (GloVe 6B 100d), phrases for training on
SST-2, and for each size the setting that is best on dev among those whose file is no larger: here the words that get a
row, the model, 8 or 4 bits and the rank, floats in half precision, re-trained on the dense model's answers unless a
setting says `distillation 0`; there dimension, n-grams, characters, rate and
epochs, with and without the vectors, how many words are kept and how they are quantised, and its own autotune. p:
McNemar's exact test on the same test texts.

Printed by `make peers DATA=folder VECTORS=file`; a bit for each test text is in `fasttext.jsonl` beside this file, and
every setting of ours that was tried on dev in `fasttext-dev.jsonl`.

| | at most | fastText | Ranklens | p | fastText's setting | Ranklens's setting |
|---|---|---|---|---|---|---|
"""


def main() -> None:
    """Run what is missing, print, write the table."""
    parser = parser_of(__doc__)
    parser.add_argument("--dataset", choices=DATASETS, help="only this one")
    parser.add_argument("--side", choices=SIDES, help="only this one")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    records = Records(DOCUMENT.with_suffix(".jsonl"), key=("side", "dataset", "size"))
    for dataset in () if arguments.render else DATASETS:
        if arguments.dataset in {None, dataset}:
            config = RunConfig(dataset=str(arguments.data / dataset), vectors=str(arguments.vectors))
            measure_missing(config, dataset, records, side=arguments.side)
            DOCUMENT.write_text(HEAD + "".join(rows(records.all)), encoding="utf-8")
    say(versions("torch"))
    for line in lines(records.all):
        say(line)
    DOCUMENT.write_text(HEAD + "".join(rows(records.all)), encoding="utf-8")


def measure_missing(config: RunConfig, dataset: str, records: Records, *, side: str | None) -> None:
    """The sides, or only `side`, at the sizes that aren't there yet."""
    for name, measure in zip(SIDES, (theirs, ours), strict=True):
        sizes = [size for size in SIZES if {"side": name, "dataset": dataset, "size": size} not in records]
        for found in measure(config, dataset, sizes) if sizes and side in {None, name} else ():
            records.add({"side": name, "dataset": dataset, **found})


def ours(config: RunConfig, dataset: str, sizes: list[int]) -> list[dict[str, Any]]:
    """Ours at its best: for each size, of all that was tried and is small enough, the best on dev."""
    tried = try_all(config, dataset, Records(TRIED, key=("dataset", "setting")))
    found: list[dict[str, Any]] = []
    known: dict[str, dict[str, Any]] = {}
    for size in sizes:
        fitting = [each for each in tried if each["bytes"] <= size]
        setting = max(fitting, key=lambda each: (each["dev"], -each["bytes"]))["setting"]
        known[setting] = known.get(setting) or tested(config, setting)
        found.append({"size": size, "setting": setting, **known[setting]})
    return found


def theirs(config: RunConfig, dataset: str, sizes: list[int]) -> list[dict[str, Any]]:
    """The peer at its best, in an environment and a process of its own."""
    folder = PEERS / "tried" / dataset
    folder.mkdir(parents=True, exist_ok=True)
    write_texts(load(config, monitor=Silent()), folder)
    command = [str(PEERS / "bin" / "python"), "-m", "bench.peers.fasttext", str(folder), *map(str, sizes)]
    output = subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout
    found = [json.loads(line) for line in output.splitlines()]
    for each in found:
        right = np.array(each.pop("hits"))
        each |= {"test": 100 * right.mean(), "texts": len(right), "hits": pack_hits(torch.from_numpy(right))}
    return found


def write_texts(loaded: Loaded, folder: Path) -> None:
    """The texts as tokens and the vectors of their words, as fastText reads them."""
    for name in ("train", "dev", "test"):
        split = getattr(loaded.corpus, name)
        texts = (" ".join(tokenize(text)) for text in split.texts)
        content = "".join(f"__label__{label} {text}\n" for text, label in zip(texts, split.labels, strict=True))
        (folder / f"{name}.txt").write_text(content, encoding="utf-8")
    known = loaded.vectors.known.nonzero()[0]
    with (folder / "vectors.vec").open("w", encoding="utf-8") as file:
        file.write(f"{len(known)} {loaded.vectors.table.shape[1]}\n")
        for row in known:
            numbers = " ".join(f"{number:.5f}" for number in loaded.vectors.table[row])
            file.write(f"{loaded.texts.vocabulary.tokens[row]} {numbers}\n")


def lines(records: list[dict[str, Any]]) -> list[str]:
    """What is printed: at each size, the ratio of accuracies."""
    printed = []
    for (dataset, size), sides in both(records).items():
        peer, ours = sides["fastText"], sides["Ranklens"]
        for name, side in sides.items():
            printed.append(f"{dataset}, {name}: {side['test']:.1f} % on test, {side['bytes']:,} bytes")
        name = f"{dataset}, at most {size // 1000} kB: Ranklens / fastText"
        printed.append(ratio_line(name, ours["test"] / peer["test"], 1.0, at_least=True))
    return printed


def rows(records: list[dict[str, Any]]) -> list[str]:
    """The table's lines."""
    written = []
    for (dataset, size), sides in both(records).items():
        peer, ours = sides["fastText"], sides["Ranklens"]
        right = [unpack_hits(side["hits"], texts=side["texts"]) for side in (peer, ours)]
        cells = [dataset, f"{size // 1000} kB", *(_accuracy(side) for side in (peer, ours))]
        cells += [f"{disagreement(*right).p_value:.2g}", peer["setting"], ours["setting"]]
        written.append(f"| {' | '.join(cells)} |\n")
    return written


def both(records: list[dict[str, Any]]) -> dict[tuple[str, int], dict[str, dict[str, Any]]]:
    """Both sides' records of each data set and size, where both are there."""
    found: dict[tuple[str, int], dict[str, dict[str, Any]]] = {}
    for dataset in DATASETS:
        for size in SIZES:
            sides = {r["side"]: r for r in records if (r["dataset"], r["size"]) == (dataset, size)}
            if len(sides) == 2:  # noqa: PLR2004 - both
                found[dataset, size] = sides
    return found


def _accuracy(side: dict[str, Any]) -> str:
    low, high = wilson_interval(round(side["test"] * side["texts"] / 100), side["texts"])
    return f"{side['test']:.1f} ({100 * low:.1f}–{100 * high:.1f}), {side['bytes'] / 1000:.0f} kB"


if __name__ == "__main__":
    main()
