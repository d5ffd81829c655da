"""A file as labelled texts: format, columns and splits are found, or taken as said."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from core.data.files import FORMATS, FileFormat, FileParameters, Source, Table
from core.data.files.columns import (
    NUMBER,
    SPLITS,
    Columns,
    Guess,
    choose_columns,
    guess_columns,
    is_fraction,
    measure_problem,
)
from core.data.files.source import Progress
from core.data.splits import Labelled
from core.errors import DataError

MAX_ROWS = 2_000_000
MAX_CLASSES = 1_000
MAX_LABEL = 200  # characters
POINT_ZERO = re.compile(r"(?<=\d)\.0$")


@dataclass(frozen=True)
class Description:
    """What was found by looking into a file: each of these can be said instead, in `FileParameters`.

    Attributes:
        problem: why no text or no label column could be found, in a sentence; that one is empty then.
    """

    path: Path
    format: str
    compressed: bool
    encoding: str
    delimiter: str
    header: bool
    columns: tuple[str, ...]
    sample: tuple[tuple[str | None, ...], ...]
    text_column: str
    label_column: str
    split_column: str | None
    problem: str = ""


@dataclass
class _Part:
    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)

    def labelled(self) -> Labelled:
        return Labelled(tuple(self.texts), tuple(self.labels))


def describe_file(path: Path, parameters: FileParameters) -> Description:
    """Look into the first rows of `path`.

    Raises:
        DataError: when it can't be read, or has no text and label column.
    """
    source = Source(path, lambda _: None)
    name, table, columns = _look(source, parameters)
    return _describe(source, name, table, Guess(columns.text, columns.label, columns.split))


def glance_at(path: Path, parameters: FileParameters) -> Description:
    """Look into the first rows of `path`, also where nobody can tell yet which column is which.

    Raises:
        DataError: when it can't be read.
    """
    source = Source(path, lambda _: None)
    name, table = _open(source, parameters)
    try:
        return _describe(source, name, table, guess_columns(source, table, parameters))
    except DataError as error:
        return _describe(source, name, table, Guess(problem=str(error)))


def read_file(path: Path, parameters: FileParameters, progress: Progress) -> dict[str, Labelled]:
    """The rows of `path` by split: "train" alone, or what the split column says.

    Args:
        path: the file.
        parameters: what not to guess.
        progress: hears the share that was read, and may raise to stop.

    Raises:
        DataError: naming the file, the row and what to do.
    """
    source = Source(path, progress)
    _, table, columns = _look(source, parameters)
    positions = [columns.text, columns.label, *([] if columns.split is None else [columns.split])]
    parts: dict[str, _Part] = {}
    labels: dict[str, str] = {}  # one object a class, not one a row
    measure: tuple[str, str] | None = None  # the first label with a fraction, and where it is
    for count, (number, (text, raw, *split)) in enumerate(table.rows(positions), start=1):
        where = f"{path}, row {number:,}"
        label = raw.strip()
        if not label:
            raise DataError(f"{where}: the label is empty; give one or drop the row.")
        if label not in labels:
            _refuse_label(label, labels, where=where, column=table.columns[columns.label])
            measure = measure or ((label, where) if is_fraction(label) else None)
        if count > MAX_ROWS:
            raise DataError(f"{where}: there are more than {MAX_ROWS:,} rows; give a sample of them.")
        part = _split_of(split[0], where=where) if split else "train"
        rows = parts.setdefault(part, _Part())
        rows.texts.append(text)
        rows.labels.append(labels.setdefault(label, label))
    if measure and all(map(NUMBER.fullmatch, labels)):
        raise DataError(measure_problem(measure[0], where=measure[1], column=table.columns[columns.label]))
    if parts and "train" not in parts:
        raise DataError(f"{path}: no row is of the train split; column {table.columns[positions[2]]!r} must say it.")
    return {name: part.labelled() for name, part in parts.items()} or {"train": Labelled((), ())}


def whole_numbers(parts: Mapping[str, Labelled]) -> dict[str, Labelled]:
    """`parts` with labels such as 4.0 as 4, the same class in whichever file; where one is a word, all stay."""
    labels = {label for part in parts.values() for label in part.labels}
    if not all(map(NUMBER.fullmatch, labels)):
        return dict(parts)
    written = {label: POINT_ZERO.sub("", label) for label in labels}
    return {name: Labelled(part.texts, tuple(map(written.__getitem__, part.labels))) for name, part in parts.items()}


def _look(source: Source, parameters: FileParameters) -> tuple[str, Table, Columns]:
    name, table = _open(source, parameters)
    return name, table, choose_columns(source, table, parameters)


def _open(source: Source, parameters: FileParameters) -> tuple[str, Table]:
    name, file_format = _format_of(source, parameters.format)
    return name, file_format.open(source, parameters)


def _describe(source: Source, name: str, table: Table, guess: Guess) -> Description:
    names = table.columns
    text, label = ("" if place is None else names[place] for place in (guess.text, guess.label))
    split = None if guess.split is None else names[guess.split]
    return Description(
        source.path, name, source.compressed, table.encoding, table.delimiter, table.header, names, table.sample,
        text, label, split, guess.problem,
    )  # fmt: skip


def _format_of(source: Source, chosen: str) -> tuple[str, FileFormat]:
    """The format that was chosen, else the one that the file's content shows, else its name."""
    if chosen != "auto":
        return chosen, FORMATS.get(chosen).build()
    known = [(component.name, component.build()) for component in FORMATS]
    tests: tuple[Callable[[FileFormat], bool], ...] = (
        lambda candidate: candidate.recognises(source.head),
        lambda candidate: source.suffix in candidate.suffixes,
    )
    for test in tests:
        for name, candidate in known:
            if test(candidate):
                return name, candidate
    endings = ", ".join(suffix for _, candidate in known for suffix in candidate.suffixes)
    raise DataError(f"{source.path}: the name says no format that is known; end it in one of {endings}.")


def _refuse_label(label: str, known: dict[str, str], *, where: str, column: str) -> None:
    if len(known) == MAX_CLASSES:
        raise DataError(
            f"{where}: column {column!r} holds more than {MAX_CLASSES:,} different labels, as names or numbers do; "
            "choose the column with the classes."
        )
    if len(label) > MAX_LABEL:
        raise DataError(
            f"{where}: the label in column {column!r} has {len(label):,} characters, more than {MAX_LABEL}; "
            "choose the column with the classes."
        )


def _split_of(cell: str, *, where: str) -> str:
    try:
        return SPLITS[cell.strip().lower()]
    except KeyError:
        raise DataError(f"{where}: the split is {cell[:40]!r}; it must be train, dev or test.") from None
