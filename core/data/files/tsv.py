"""Tab-separated values, as corpora are published: quotes are plain characters, a line is a row."""

from collections.abc import Iterator, Sequence

from core.data.files import FORMATS, Source
from core.data.files.delimited import Delimited
from core.data.files.parameters import DELIMITERS
from core.data.files.text import lines_of


@FORMATS.register("tsv", title="TSV", help="A row a line, cells between tabs; quotes are plain characters.")
class Tsv(Delimited):
    """Reads `.tsv`; only the name tells it from CSV with tabs, whose quotes mean something."""

    suffixes = (".tsv", ".tab")

    def delimiter_of(self, source: Source, encoding: str) -> str:
        """A tab."""
        del source, encoding
        return "tab"

    def cells(
        self, source: Source, encoding: str, delimiter: str, *, errors: str, silent: bool
    ) -> Iterator[tuple[int, Sequence[str]]]:
        """See `Delimited.cells`."""
        lines = lines_of(source, encoding, newline="\n", errors=errors, silent=silent)
        for number, line in enumerate(lines, start=1):
            yield number, line.removesuffix("\n").removesuffix("\r").split(DELIMITERS[delimiter])
