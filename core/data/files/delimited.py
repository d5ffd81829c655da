"""What text formats with a row of cells after another share: encoding, delimiter, header, even rows."""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from core.data.files import FileParameters, Source, Table
from core.data.files.columns import name_columns
from core.data.files.text import even_rows, find_encoding, sample_of, strictly


class Delimited(ABC):
    """A format that is known by its name: any text could be one of these."""

    def recognises(self, head: bytes) -> bool:
        """Never by content."""
        del head
        return False

    @abstractmethod
    def delimiter_of(self, source: Source, encoding: str) -> str:
        """The name in `DELIMITERS` of what stands between the cells, where nobody has said it."""

    @abstractmethod
    def cells(
        self, source: Source, encoding: str, delimiter: str, *, errors: str, silent: bool
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """The rows, numbered from 1; `errors` says how to treat a bad byte, `silent` that no progress is told."""

    def open(self, source: Source, parameters: FileParameters) -> Table:
        """Look into `source`."""
        encoding = find_encoding(source, parameters)
        name = parameters.delimiter if parameters.delimiter != "auto" else self.delimiter_of(source, encoding)

        def read(errors: str, *, silent: bool = False) -> Iterator[tuple[int, Sequence[str]]]:
            return self.cells(source, encoding, name, errors=errors, silent=silent)

        first = sample_of(read("replace", silent=True))
        columns, header = name_columns(source, first, parameters)

        def rows(positions: Sequence[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
            every = even_rows(source, strictly(source, encoding, read), width=len(columns), positions=positions)
            if header:
                next(every)
            return every

        return Table(columns, first[1:] if header else first, rows, encoding, name, header)
