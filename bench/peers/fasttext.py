"""fastText at given file sizes, at its best: `python -m bench.peers.fasttext FOLDER BYTES…`, in the peers' environment.

FOLDER has train.txt, dev.txt and test.txt in fastText's format, and vectors.vec, word vectors as text. Settings are
chosen on dev: first the training's (with and without the vectors), then how far to prune and quantise the best of them,
which is fastText's own way to a `.ftz` file (Joulin et al., *FastText.zip*, 2016); beside them fastText's own autotune
for that file size. What was tried stays in FOLDER, so an interrupted search goes on where it stopped. Prints a line of
JSON for each size: what was chosen, its bytes, dev accuracy and test hits.
"""

import argparse
import itertools
import json
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasttext

from bench.records import Records

COMMON = {"thread": 1, "seed": 0, "verbose": 0, "loss": "softmax", "bucket": 200_000}
RATES = {"lr": (0.1, 0.5), "epoch": (5, 25)}
GRIDS: tuple[dict[str, tuple[Any, ...]], ...] = (
    {"dim": (10, 50), "wordNgrams": (1, 2), **RATES},
    {"dim": (50,), "wordNgrams": (1, 2), "minn": (3,), "maxn": (5,), **RATES},
    {"vectors": (True,), "wordNgrams": (1, 2), "lr": (0.05, 0.25), "epoch": (5, 25)},
)
BEST = 3  # trainings that are pruned and quantised
CUTOFFS = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000)  # until the largest size is passed
PIECES = (2, 4)  # numbers that share a code

Texts = list[tuple[str, str]]
Found = dict[str, Any]


@dataclass(frozen=True)
class Search:
    """Where everything is, and what was tried there."""

    folder: Path
    dev: Texts
    tried: Records

    def attempt(self, setting: Found, suffix: str, make: Callable[[], Any]) -> Found:
        """The model of a `setting`, in a file of its own: made, unless it is there, and how it does on dev, in %."""
        name = ", ".join(f"{key} {value}" for key, value in setting.items())
        path = self.folder / f"{name}.{suffix}"
        if {"name": path.name} not in self.tried:
            model = make()
            model.save_model(str(path))
            found = {"bytes": path.stat().st_size, "dev": accuracy(model, self.dev)}
            self.tried.add({"name": path.name, "path": str(path), "setting": setting, "told": name, **found})
        return next(each for each in self.tried.all if each["name"] == path.name)


def main() -> None:
    """Train, quantise, choose, test, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("sizes", type=int, nargs="+", metavar="BYTES", help="file sizes to stay within")
    parser.add_argument("--autotune-seconds", type=int, default=60, help="for each size")
    arguments = parser.parse_args()
    folder: Path = arguments.folder
    dev, test = (read(folder / f"{split}.txt") for split in ("dev", "test"))
    search = Search(folder, dev, Records(folder / "tried.jsonl", key=("name",)))
    candidates = [*quantised(search, most=max(arguments.sizes))]
    candidates += autotuned(search, arguments.sizes, seconds=arguments.autotune_seconds)
    for size in arguments.sizes:
        best = max(
            (each for each in candidates if each["bytes"] <= size), key=lambda each: (each["dev"], -each["bytes"])
        )
        right = [bool(hit) for hit in hits(fasttext.load_model(best["path"]), test)]
        found = {"size": size, "setting": best["told"], "bytes": best["bytes"], "dev": best["dev"], "hits": right}
        sys.stdout.write(json.dumps(found) + "\n")


def quantised(search: Search, *, most: int) -> Iterator[Found]:
    """The best trainings, each pruned to every cutoff and quantised, up to files of `most` bytes."""
    trained = [
        search.attempt(setting, "bin", lambda setting=setting: train(search.folder, setting))
        for grid in GRIDS
        for setting in (dict(zip(grid, values, strict=True)) for values in itertools.product(*grid.values()))
    ]
    trained.sort(key=lambda each: each["dev"], reverse=True)
    for other in trained[BEST:]:  # files of up to 100 MB that nobody reads again
        Path(other["path"]).unlink(missing_ok=True)
    for best in trained[:BEST]:
        for pieces in PIECES:
            for cutoff in CUTOFFS:
                setting = {**best["setting"], "cutoff": cutoff, "dsub": pieces}
                found = search.attempt(
                    setting, "ftz", lambda best=best, setting=setting: quantise(search.folder, best, setting)
                )
                if found["bytes"] > most:
                    break
                yield found


def autotuned(search: Search, sizes: list[int], *, seconds: int) -> Iterator[Found]:
    """What fastText's own search finds for each size; nothing where it finds nothing."""
    how = {"autotuneValidationFile": str(search.folder / "dev.txt"), "autotuneDuration": seconds}
    for size in sizes:
        how["autotuneModelSize"] = str(size)
        try:
            yield search.attempt(
                {"autotune": size},
                "ftz",
                lambda: fasttext.train_supervised(str(search.folder / "train.txt"), verbose=0, thread=1, **how),
            )
        except RuntimeError:  # no model of its search was so small
            continue


def train(folder: Path, setting: Found) -> Any:
    """A model as `setting` says."""
    own = {name: value for name, value in setting.items() if name != "vectors"}
    if "vectors" in setting:
        own |= {"dim": width(folder), "pretrainedVectors": str(folder / "vectors.vec")}
    return fasttext.train_supervised(str(folder / "train.txt"), **COMMON, **{"minn": 0, "maxn": 0, **own})


def quantise(folder: Path, trained: Found, setting: Found) -> Any:
    """The `trained` model, pruned, its words trained on, and quantised, as `setting` says."""
    model = fasttext.load_model(trained["path"])
    how = {name: setting[name] for name in ("cutoff", "dsub", "lr", "epoch")}
    model.quantize(str(folder / "train.txt"), retrain=True, qnorm=True, thread=1, verbose=0, **how)
    return model


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


if __name__ == "__main__":
    main()
