"""A corpus as one Parquet file: a text, its label and its split a row, train first."""

import io
from pathlib import Path

import pyarrow
import pyarrow.parquet

from core.data.corpus import Corpus
from core.errors import DataError


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


def first_rows(path: Path, limit: int) -> list[tuple[str, str]]:
    """The text and the label of the first rows, at most `limit`; no more is read.

    Raises:
        DataError: when the file is gone or damaged.
    """
    try:
        with pyarrow.parquet.ParquetFile(path) as file:
            batch = next(file.iter_batches(limit, columns=["text", "label"]), None)
    except (pyarrow.ArrowException, OSError) as error:
        reason = " ".join(str(error).split())[:200]
        raise DataError(f"{path} can't be read ({reason}); delete the corpus and add it again.") from None
    return [] if batch is None else list(zip(*(batch.column(place).to_pylist() for place in (0, 1)), strict=True))
