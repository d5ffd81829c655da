"""fastText at given file sizes, at its best: `python -m bench.peers.fasttext FOLDER BYTES…`, in the peers' environment.

FOLDER has train.txt, dev.txt and test.txt in fastText's format, and vectors.vec, word vectors as text. Settings are
chosen on dev: first the training's (with and without the vectors), then how far to prune and quantise the best of them,
which is fastText's own way to a `.ftz` file (Joulin et al., *FastText.zip*, 2016); beside them fastText's own autotune
for that file size. Prints a line of JSON for each size: what was chosen, its bytes, dev accuracy and test hits.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import fasttext

LABEL = "__label__"
COMMON = {"thread": 1, "seed": 0, "verbose": 0, "loss": "softmax", "bucket": 200_000}
GRID = {"dim": (10, 50), "wordNgrams": (1, 2), "lr": (0.1, 0.5), "epoch": (5, 25), "maxn": (0, 5)}
VECTORS_GRID = {"wordNgrams": (1, 2), "lr": (0.05, 0.25), "epoch": (5, 25)}
BEST = 4  # trainings that are quantised; a codebook takes at least 256 rows
CUTOFFS = (300, 500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000)  # until the largest size is passed

Texts = list[tuple[str, str]]
Found = dict[str, Any]


def main() -> None:
    """Train, quantise, choose, test, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", metavar="BYTES", help="file sizes to stay within")
    parser.add_argument("--autotune-seconds", type=int, default=60, help="for each size")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    dev, test = (read(folder / f"{split}.txt") for split in ("dev", "test"))
    candidates = list(quantised(folder, dev, most=max(arguments.sizes)))
    for size in arguments.sizes:
        tuned = autotuned(folder, dev, size=size, seconds=arguments.autotune_seconds)
        fitting = [each for each in (*candidates, *tuned) if each["bytes"] <= size]
        best = max(fitting, key=lambda each: (each["dev"], -each["bytes"]))
        model = fasttext.load_model(best.pop("path"))
        sys.stdout.write(json.dumps({"size": size, **best, "hits": [bool(hit) for hit in hits(model, test)]}) + "\n")
        sys.stdout.flush()


def quantised(folder: Path, dev: Texts, *, most: int) -> Iterator[Found]:
    """The best trainings, each pruned to every cutoff and quantised, up to files of `most` bytes."""
    settings = [dict(zip(GRID, values, strict=True)) for values in itertools.product(*GRID.values())]
    for values in itertools.product(*VECTORS_GRID.values()):
        own = {"dim": width(folder), "maxn": 0, "pretrainedVectors": str(folder / "vectors.vec")}
        settings.append({**own, **dict(zip(VECTORS_GRID, values, strict=True))})
    trained = []
    for number, setting in enumerate(settings):
        model = fasttext.train_supervised(str(folder / "train.txt"), **COMMON, **_characters(setting))
        path = folder / f"{number}.bin"
        model.save_model(str(path))
        trained.append((accuracy(model, dev), -number, setting, path))
    for _, number, setting, path in sorted(trained, key=lambda each: each[:2], reverse=True)[:BEST]:
        for cutoff in CUTOFFS:
            model = fasttext.load_model(str(path))
            how = {"cutoff": cutoff, "retrain": True, "qnorm": True, "thread": 1, "verbose": 0}
            how |= {"epoch": setting["epoch"], "lr": setting["lr"]}
            model.quantize(str(folder / "train.txt"), **how)
            named = {name: value for name, value in setting.items() if name != "pretrainedVectors"}
            named["vectors"] = "pretrainedVectors" in setting
            found = saved(model, folder / f"{-number}-{cutoff}.ftz", dev, {**named, "cutoff": cutoff})
            if found["bytes"] > most:
                break
            yield found


def autotuned(folder: Path, dev: Texts, *, size: int, seconds: int) -> Iterator[Found]:
    """What fastText's own search finds for that size; nothing where it finds nothing."""
    how = {"autotuneValidationFile": str(folder / "dev.txt"), "autotuneDuration": seconds, "verbose": 0, "thread": 1}
    try:
        model = fasttext.train_supervised(str(folder / "train.txt"), autotuneModelSize=str(size), **how)
    except RuntimeError:  # no model of its search was so small
        return
    yield saved(model, folder / f"autotuned-{size}.ftz", dev, {"autotune": True})


def saved(model: Any, path: Path, dev: Texts, setting: Found) -> Found:
    """The model in a file, its bytes and its accuracy on dev."""
    model.save_model(str(path))
    return {"path": str(path), "bytes": path.stat().st_size, "dev": accuracy(model, dev), "setting": setting}


def hits(model: Any, texts: Texts) -> list[bool]:
    """Whether each text is classified right."""
    labels, _ = model.predict([text for _, text in texts])
    return [found[:1] == [wanted] for found, (wanted, _) in zip(labels, texts, strict=True)]


def accuracy(model: Any, texts: Texts) -> float:
    """In %."""
    right = hits(model, texts)
    return 100 * sum(right) / len(right)


def read(path: Path) -> Texts:
    """Label and text of each line."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return [(label, text) for label, _, text in (line.partition(" ") for line in lines)]


def width(folder: Path) -> int:
    """Numbers in each word vector."""
    with (folder / "vectors.vec").open(encoding="utf-8") as file:
        return int(file.readline().split()[1])


def _characters(setting: Found) -> Found:
    """Pieces of words from 3 characters on, where there are any."""
    return {**setting, "minn": 3 if setting["maxn"] else 0}


if __name__ == "__main__":
    main()
