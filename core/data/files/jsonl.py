"""JSON Lines: one object a line."""

import json
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from core.data.files import FORMATS, FileParameters, Row, Source, Table
from core.data.files.text import SAMPLE_ROWS, find_encoding, lines_of, strictly
from core.data.files.values import as_text, cell_of
from core.errors import DataError


@FORMATS.register("jsonl", title="JSON Lines", help="One JSON object a line, its keys are the columns.")
class JsonLines:
    """Reads `.jsonl`, `.ndjson` and `.json`."""

    suffixes = (".jsonl", ".ndjson", ".json")

    def recognises(self, head: bytes) -> bool:
        """A file that begins with an object."""
        return head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"

    def open(self, source: Source, parameters: FileParameters) -> Table:
        """Look into `source`."""
        encoding = find_encoding(source, parameters)

        def read(errors: str, *, silent: bool = False) -> Iterator[tuple[int, Sequence[str]]]:
            lines = lines_of(source, encoding, newline="\n", errors=errors, silent=silent)
            return ((number, (line,)) for number, line in enumerate(lines, start=1) if not line.isspace())

        first = [parse(source, number, line) for number, (line,) in islice(read("replace", silent=True), SAMPLE_ROWS)]
        columns = tuple(dict.fromkeys(key for row in first for key in row))
        if not columns:
            raise DataError(
                f"{source.path}: there is no row with a key; give an object with a text and a label a line."
            )

        def rows(positions: Sequence[int]) -> Iterator[Row]:
            keys = [columns[position] for position in positions]
            for number, (line,) in strictly(source, encoding, read):
                row = parse(source, number, line)
                where = f"{source.path}, row {number:,}"
                absent = [key for key in keys if key not in row]
                if absent:
                    raise DataError(f"{where}: the key {absent[0]!r} is missing; add it or drop the row.")
                yield number, tuple(cell_of(row[key], where=where, column=key) for key in keys)

        sample = tuple(tuple(as_text(row.get(column)) for column in columns) for row in first)
        return Table(columns, sample, rows, encoding)


def parse(source: Source, number: int, line: str) -> dict[str, Any]:
    """The object on one line.

    Raises:
        DataError: when it isn't one.
    """
    where = f"{source.path}, row {number:,}"
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"{where}: this isn't JSON ({error}); write one object a line.") from None
    if not isinstance(row, dict):
        raise DataError(f"{where}: this isn't an object in braces; write one object a line, not one list of all.")
    return row
