"""Tab-separated values, as corpora are published: quotes are plain characters, a line is a row."""

from collections.abc import Iterator, Sequence

from core.data.files import FORMATS, FileParameters, Source, Table
from core.data.files.columns import name_columns
from core.data.files.parameters import DELIMITERS
from core.data.files.text import even_rows, find_encoding, lines_of, sample_of, strictly


@FORMATS.register("tsv", title="TSV", help="A row a line, cells between tabs; quotes are plain characters.")
class Tsv:
    """Reads `.tsv`."""

    suffixes = (".tsv", ".tab")

    def recognises(self, head: bytes) -> bool:
        """Never by content: only the name tells it from CSV with tabs, whose quotes mean something."""
        del head
        return False

    def open(self, source: Source, parameters: FileParameters) -> Table:
        """Look into `source`."""
        encoding = find_encoding(source, parameters)
        name = "tab" if parameters.delimiter == "auto" else parameters.delimiter

        def read(errors: str, *, silent: bool = False) -> Iterator[tuple[int, Sequence[str]]]:
            lines = lines_of(source, encoding, newline="\n", errors=errors, silent=silent)
            for number, line in enumerate(lines, start=1):
                yield number, line.removesuffix("\n").removesuffix("\r").split(DELIMITERS[name])

        first = sample_of(read("replace", silent=True))
        columns, header = name_columns(source, first, parameters)

        def rows(positions: Sequence[int]) -> Iterator[tuple[int, tuple[str, ...]]]:
            every = even_rows(source, strictly(source, encoding, read), width=len(columns), positions=positions)
            if header:
                next(every)
            return every

        return Table(columns, first[1:] if header else first, rows, encoding, name, header)
