"""A corpus as one Parquet file: a text, its label and its split a row, train first."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.parquet

from core.data.corpus import Corpus
from core.data.files.source import Progress
from core.data.splits import Labelled
from core.errors import DataError

BATCH_ROWS = 8_192
COLUMNS = ("text", "label", "split")


def pack(corpus: Corpus) -> bytes:
    """The Parquet file's bytes."""
    splits = {"train": corpus.train, "dev": corpus.dev, "test": corpus.test}
    names = pyarrow.array(corpus.classes, pyarrow.string())
    tables = [
        pyarrow.table(
            {
                "text": pyarrow.array(split.texts, pyarrow.string()),
                "label": names.take(pyarrow.array(split.labels)),
                "split": pyarrow.array([name] * len(split), pyarrow.string()),
            }
        )
        for name, split in splits.items()
    ]
    buffer = io.BytesIO()
    pyarrow.parquet.write_table(pyarrow.concat_tables(tables), buffer, compression="zstd")
    return buffer.getvalue()


def unpack(path: Path, progress: Progress) -> dict[str, Labelled]:
    """The texts and labels by split, all of them: together they may be more than one file of the user's may hold.

    Args:
        path: the file.
        progress: hears the share that was read, and may raise to stop.

    Raises:
        DataError: when the file is gone or damaged.
    """
    texts: dict[str, list[str]] = {"train": [], "dev": [], "test": []}
    labels: dict[str, list[str]] = {name: [] for name in texts}
    known: dict[str, str] = {}  # one object a class, not one a row
    done = 0
    with _opened(path) as file:
        for batch in file.iter_batches(BATCH_ROWS):
            for text, label, split in zip(*(batch.column(name).to_pylist() for name in COLUMNS), strict=True):
                texts[split].append(text)
                labels[split].append(known.setdefault(label, label))
            done += batch.num_rows
            progress(done / file.metadata.num_rows)
    return {name: Labelled(tuple(texts[name]), tuple(labels[name])) for name in texts}


def first_rows(path: Path, limit: int) -> list[tuple[str, str]]:
    """The text and the label of the first rows, at most `limit`; no more is read.

    Raises:
        DataError: when the file is gone or damaged.
    """
    with _opened(path) as file:
        batch = next(file.iter_batches(limit, columns=["text", "label"]), None)
    return [] if batch is None else list(zip(*(batch.column(place).to_pylist() for place in (0, 1)), strict=True))


@contextmanager
def _opened(path: Path) -> Iterator[Any]:
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            yield file
    except (pyarrow.ArrowException, OSError, KeyError) as error:  # the last for other columns and splits than `pack`'s
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path} can't be read ({reason}); delete the corpus and add it again.") from None
