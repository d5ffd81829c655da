"""The user's own texts as files. One file a format; each is hostile until parsed."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from core.data.files.parameters import FileParameters
from core.data.files.source import Source
from core.registry import Registry

Row = tuple[int, tuple[str, ...]]  # its number, as an editor or a spreadsheet counts, and the cells asked for


@dataclass(frozen=True)
class Table:
    """A file that was looked into, not yet read.

    Attributes:
        columns: the name of each column; "1", "2", … where the file names none.
        sample: the first rows' cells; None is a value that can be neither a text nor a label.
        rows: reads the whole file: the cells at the given positions of every row. Cells are checked there, not before.
        encoding: how characters are written; "" where the format leaves no choice.
        delimiter: what stands between cells; "" where the format leaves no choice.
        header: whether the first row names the columns.
    """

    columns: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    rows: Callable[[Sequence[int]], Iterator[Row]]
    encoding: str = ""
    delimiter: str = ""
    header: bool = True


class FileFormat(Protocol):
    """How one format is recognised and looked into."""

    @property
    def suffixes(self) -> tuple[str, ...]:
        """How names of such files end, in lower case."""

    def recognises(self, head: bytes) -> bool:
        """Whether a file that begins with `head` is of this format, whatever it is called."""

    def open(self, source: Source, parameters: FileParameters) -> Table:
        """Look into `source`.

        Raises:
            DataError: naming the file, the row and what to do.
        """


FORMATS: Registry[Callable[[], FileFormat]] = Registry("format", __name__)

__all__ = ["FORMATS", "FileFormat", "FileParameters", "Row", "Source", "Table"]
