"""Apache Parquet."""

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pyarrow.types

from core.data.files import FORMATS, FileParameters, Row, Source, Table
from core.data.files.source import MAX_BYTES
from core.data.files.text import MAX_LINE, SAMPLE_ROWS
from core.data.files.values import as_text, cell_of
from core.errors import DataError

BATCH_ROWS = 8_192
MAGIC = b"PAR1"


@FORMATS.register("parquet", title="Parquet", help="Typed columns in one binary file.")
class Parquet:
    """Reads `.parquet`."""

    suffixes = (".parquet", ".pq")

    def recognises(self, head: bytes) -> bool:
        """Its first four bytes say so."""
        return head.startswith(MAGIC)

    def open(self, source: Source, parameters: FileParameters) -> Table:
        """Look into `source`."""
        del parameters
        with opened(source) as file:
            names = tuple(file.schema_arrow.names)
            if len(set(names)) < len(names):
                raise DataError(f"{source.path}: two columns have the same name; rename one.")
            kinds = dict(zip(names, file.schema_arrow.types, strict=True))
            plain = [name for name in names if _is_plain(kinds[name])]
            batch = next(file.iter_batches(SAMPLE_ROWS, columns=plain), None)
            _refuse_long(source, batch, 1)
            held = {name: batch.column(name).to_pylist() if batch else [] for name in plain}
        sample = tuple(
            tuple(as_text(held[name][row]) if name in held else None for name in names)
            for row in range(batch.num_rows if batch else 0)
        )

        def rows(positions: Sequence[int]) -> Iterator[Row]:
            chosen = [names[position] for position in positions]
            bad = next((name for name in chosen if name not in plain), None)
            if bad:
                raise DataError(
                    f"{source.path}, column {bad!r}: it holds values of type {kinds[bad]}; write texts and classes as "
                    "words or whole numbers."
                )
            return _rows(source, chosen)

        return Table(names, sample, rows)


def _rows(source: Source, chosen: Sequence[str]) -> Iterator[Row]:
    with opened(source, dictionaries=chosen) as file:
        number, characters = 1, 0
        for batch in file.iter_batches(BATCH_ROWS, columns=list(dict.fromkeys(chosen))):
            characters += _refuse_long(source, batch, number)
            if characters > MAX_BYTES:
                raise DataError(f"{source.path} unpacks to more than {MAX_BYTES:,} bytes; give a sample of it.")
            columns = [batch.column(name).to_pylist() for name in chosen]
            for values in zip(*columns, strict=True):
                where = f"{source.path}, row {number:,}"
                cells = zip(values, chosen, strict=True)
                yield number, tuple(cell_of(value, where=where, column=column) for value, column in cells)
                number += 1
            source.progress(min(1.0, number / max(1, file.metadata.num_rows)))


@contextmanager
def opened(source: Source, *, dictionaries: Sequence[str] = ()) -> Iterator[Any]:
    """The file, looked into; a gzipped one is unpacked into a temporary file, within the limits.

    Args:
        source: the file.
        dictionaries: columns to leave as values and indices, so that a long value that comes back often is held once.

    Raises:
        DataError: when it is damaged or unpacks to too much.
    """
    with ExitStack() as stack:
        try:
            binary: IO[bytes] = stack.enter_context(source.path.open("rb"))
            if source.compressed:
                binary = stack.enter_context(tempfile.TemporaryFile())
                with source.open(silent=True) as stream:
                    shutil.copyfileobj(stream, binary)
            yield pyarrow.parquet.ParquetFile(binary, read_dictionary=list(dictionaries))
        except (pyarrow.ArrowException, OSError, UnicodeDecodeError) as error:  # the last for texts that aren't UTF-8
            reason = " ".join(str(error).split())[:200]
            raise DataError(f"{source.path} can't be read as Parquet: {reason}.") from None


def _is_plain(kind: Any) -> bool:
    """Whether a column may hold texts or labels."""
    kind = kind.value_type if pyarrow.types.is_dictionary(kind) else kind
    tests = ("is_string", "is_large_string", "is_integer", "is_floating", "is_boolean", "is_null")
    return any(getattr(pyarrow.types, test)(kind) for test in tests)


def _refuse_long(source: Source, batch: Any, first: int) -> int:
    """The characters in `batch`, whose first row has the number `first`."""
    total = 0
    for name in batch.schema.names if batch else ():
        column = batch.column(name)
        coded = pyarrow.types.is_dictionary(column.type)
        values = column.dictionary if coded else column
        if not pyarrow.types.is_string(values.type) and not pyarrow.types.is_large_string(values.type):
            continue
        lengths = pyarrow.compute.binary_length(values)
        lengths = (lengths.take(column.indices) if coded else lengths).fill_null(0)
        total += pyarrow.compute.sum(lengths).as_py() or 0
        if (pyarrow.compute.max(lengths).as_py() or 0) > MAX_LINE:
            number = first + pyarrow.compute.index(pyarrow.compute.greater(lengths, MAX_LINE), True).as_py()
            raise DataError(f"{source.path}, row {number:,}, column {name!r}: more than {MAX_LINE:,} bytes; cut it.")
    return total
