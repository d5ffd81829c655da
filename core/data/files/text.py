"""Lines of characters from bytes: the encoding is found, every line has an end, and a broken one is named."""

import codecs
import io
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from core.data.files import Row
from core.data.files.parameters import ENCODINGS, FileParameters
from core.data.files.source import HEAD_BYTES, Source
from core.errors import DataError

MAX_LINE = 1_000_000  # characters
SAMPLE_ROWS = 1_000
BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
NUL_SHARE = 0.3  # of every other byte: what UTF-16 without a mark has, in languages with spaces and digits
C1 = range(0x80, 0xA0)  # control characters in Latin-1, quotes and dashes in Windows-1252

_ESCAPED = {"replace": re.compile("\ufffd"), "surrogateescape": re.compile("[\ud800-\udfff]")}

Reader = Callable[[str], Iterator[tuple[int, Sequence[str]]]]  # from "how to treat a bad byte" to numbered rows


def find_encoding(source: Source, parameters: FileParameters) -> str:
    """The name in `ENCODINGS` that was chosen, or that the first bytes show.

    A file that begins as UTF-8 is UTF-8: a bad byte further on is an error to mend, not another encoding.
    """
    head = source.head
    if parameters.encoding != "auto":
        return parameters.encoding
    marked = next((name for bom, name in BOMS.items() if head.startswith(bom)), None)
    if marked:
        return marked
    if head[1::2].count(0) > NUL_SHARE * len(head[1::2]):
        return "utf-16-le"
    if head[::2].count(0) > NUL_SHARE * len(head[::2]):
        return "utf-16-be"
    try:
        codecs.getincrementaldecoder("utf-8")().decode(head, final=len(head) < HEAD_BYTES)
    except UnicodeDecodeError:
        return "windows-1252" if any(byte in C1 for byte in head) else "latin-1"
    return "utf-8"


def lines_of(source: Source, encoding: str, *, newline: str, errors: str, silent: bool = False) -> Iterator[str]:
    r"""Every line with its end; `newline` as `io.TextIOWrapper` takes it: "" ends lines at \r too, "\n" doesn't.

    Raises:
        DataError: for a line that is too long or holds a NUL byte.
        UnicodeDecodeError: where `errors` is "strict".
    """
    with source.open(silent=silent) as stream:
        text = io.TextIOWrapper(stream, ENCODINGS[encoding], errors=errors, newline=newline)
        number = 0
        while line := _next(source, text, encoding):
            number += 1
            if len(line) > MAX_LINE:
                raise DataError(
                    f"{source.path}, line {number:,}: more than {MAX_LINE:,} characters; a line end is missing."
                )
            if "\0" in line:
                raise DataError(f"{source.path}, line {number:,}: there is a NUL byte, so this isn't a text file.")
            yield line


def strictly(source: Source, encoding: str, read: Reader) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of `read`; where a byte isn't of the encoding, the row that holds it is found and named.

    Raises:
        DataError: naming the row.
    """
    try:
        yield from read("strict")
    except UnicodeDecodeError:
        lenient = "replace" if encoding.startswith("utf-16") else "surrogateescape"  # UTF-16 has no escapes
        escaped = (number for number, row in read(lenient) if any(map(_ESCAPED[lenient].search, row)))
        where = f", row {next(escaped, 1):,}"
        name = encoding.upper() if encoding.startswith("utf") else encoding
        raise DataError(
            f"{source.path}{where}: this isn't {name} text; save the file as UTF-8 or choose another encoding."
        ) from None


def sample_of(rows: Iterator[tuple[int, Sequence[str]]]) -> tuple[tuple[str, ...], ...]:
    """The first rows that aren't empty lines."""
    return tuple(tuple(row) for _, row in islice(rows, SAMPLE_ROWS) if not is_blank(row))


def is_blank(row: Sequence[str]) -> bool:
    """Whether a row is an empty line."""
    return len(row) == 0 or (len(row) == 1 and not row[0])


def even_rows(
    source: Source, rows: Iterator[tuple[int, Sequence[str]]], *, width: int, positions: Sequence[int]
) -> Iterator[Row]:
    """The cells at `positions` of every row.

    Raises:
        DataError: for a row that hasn't `width` cells.
    """
    for number, row in rows:
        if is_blank(row) and width > 1:
            continue
        if len(row) != width:
            raise DataError(
                f"{source.path}, row {number:,}: {len(row)} columns where the header has {width}; mend the row."
            )
        yield number, tuple(row[position] for position in positions)


def _next(source: Source, text: io.TextIOWrapper, encoding: str) -> str:
    try:
        return text.readline(MAX_LINE + 1)
    except UnicodeDecodeError:
        raise
    except UnicodeError:
        raise DataError(f"{source.path}: this isn't {encoding} text, no mark at its start says so.") from None
