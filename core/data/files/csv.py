"""Comma-separated values and their relatives: another delimiter, cells in quotes, line ends in cells."""

import csv
from collections import Counter
from collections.abc import Iterator, Sequence

from core.data.files import FORMATS, Source
from core.data.files.delimited import Delimited
from core.data.files.parameters import DELIMITERS
from core.data.files.text import MAX_LINE, is_blank, lines_of
from core.errors import DataError

SNIFFED_ROWS = 100

csv.field_size_limit(MAX_LINE)  # the module's own is one for the whole process, and too small for long documents


@FORMATS.register("csv", title="CSV", help="Cells between commas, semicolons, tabs or bars; cells may be quoted.")
class Csv(Delimited):
    """Reads `.csv` and `.txt`."""

    suffixes = (".csv", ".txt")

    def delimiter_of(self, source: Source, encoding: str) -> str:
        """See `find_delimiter`."""
        return find_delimiter(source, encoding)

    def cells(
        self, source: Source, encoding: str, delimiter: str, *, errors: str, silent: bool
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """See `Delimited.cells` and `parse`."""
        lines = lines_of(source, encoding, newline="", errors=errors, silent=silent)
        return parse(source, lines, DELIMITERS[delimiter])


def parse(source: Source, lines: Iterator[str], delimiter: str) -> Iterator[tuple[int, Sequence[str]]]:
    """The rows of CSV `lines`, numbered as a spreadsheet does.

    Raises:
        DataError: naming the row whose quotes don't close or enclose too much.
    """
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    number, line = 1, 1
    try:
        for row in reader:
            yield number, row
            number, line = number + 1, reader.line_num + 1
    except csv.Error as error:
        raise DataError(
            f"{source.path}, row {number:,} (line {line:,}): its quotes don't match ({error}); a quote inside a quoted "
            "cell must be doubled."
        ) from None


def find_delimiter(source: Source, encoding: str) -> str:
    """The delimiter that cuts most of the first rows into as many cells as the first, and those into most."""

    def score(name: str) -> tuple[float, int]:
        lines = lines_of(source, encoding, newline="", errors="replace", silent=True)
        widths: Counter[int] = Counter()
        first = 0
        try:
            for row in csv.reader(lines, delimiter=DELIMITERS[name]):
                if is_blank(row):
                    continue
                first = first or len(row)
                widths[len(row)] += 1
                if widths.total() == SNIFFED_ROWS:
                    break
        except csv.Error:
            return 0.0, 0
        return (widths[first] / widths.total(), first) if first > 1 else (0.0, 0)

    return max(DELIMITERS, key=score)
