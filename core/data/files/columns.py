"""Which column is which: by name, then by content."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from core.data.files import Table
from core.data.files.parameters import NO_COLUMN, FileParameters
from core.data.files.source import Source
from core.errors import DataError

TEXT_NAMES = (
    "text", "sentence", "review", "content", "message", "question", "tweet", "utterance", "comment", "body",
    "document", "description", "phrase", "title",
)  # fmt: skip
LABEL_NAMES = (
    "label", "class", "category", "target", "sentiment", "intent", "topic", "tag", "emotion", "polarity", "rating",
    "stars", "y",
)  # fmt: skip
SPLIT_NAMES = ("split", "set", "partition", "subset", "fold")
SPLITS = {
    "train": "train", "training": "train", "dev": "dev", "development": "dev", "val": "dev", "valid": "dev",
    "validation": "dev", "test": "test", "testing": "test",
}  # fmt: skip
# Each text fits in one way at most: where there are several, a cell of 20,000 digits and a letter takes minutes.
NUMBER = re.compile(r"\s*[-+]?(?:\d+(?:[.,]\d*)?|[.,]\d+)(?:e[-+]?\d+)?\s*", re.IGNORECASE)


@dataclass(frozen=True)
class Columns:
    """The positions of the columns to read."""

    text: int
    label: int
    split: int | None


@dataclass(frozen=True)
class Guess:
    """The positions of the columns to read as far as they are known, and in a sentence why not all of them are."""

    text: int | None = None
    label: int | None = None
    split: int | None = None
    problem: str = ""


def name_columns(
    source: Source, first: Sequence[Sequence[str]], parameters: FileParameters
) -> tuple[tuple[str, ...], bool]:
    """The columns' names, and whether they stand in the first row; else they are "1", "2", ….

    Raises:
        DataError: when there is no row.
    """
    if not first:
        raise DataError(f"{source.path}: the file holds empty lines only; give one with rows.")
    header = _is_header(first, parameters) if parameters.header == "auto" else parameters.header == "yes"
    names = first[0] if header else [str(position + 1) for position in range(len(first[0]))]
    return tuple(name.strip() for name in names), header


def _is_header(first: Sequence[Sequence[str]], parameters: FileParameters) -> bool:
    """Whether the first row names the columns: it holds a wanted name, or a known one that doesn't come back below.

    Where it holds neither, it names them if all its cells are different words and none comes back below.
    """
    names = [name.strip() for name in first[0]]
    wanted = {parameters.text_column, parameters.label_column, parameters.split_column} - {None, NO_COLUMN}
    if wanted & set(names):
        return True
    below = [{row[position].strip() for row in first[1:] if position < len(row)} for position in range(len(names))]
    new = [name for name, seen in zip(names, below, strict=True) if name not in seen]
    if {name.lower() for name in new} & {*TEXT_NAMES, *LABEL_NAMES}:
        return True
    if len(first) == 1 or any(NUMBER.fullmatch(name) or not name for name in names):
        return False
    return len(set(names)) == len(names) == len(new)


def choose_columns(source: Source, table: Table, parameters: FileParameters) -> Columns:
    """The columns that `parameters` name; the others by their names, then by what the sample holds.

    Raises:
        DataError: for a name that isn't there or stands twice, for labels that are measures, as `is_fraction` says, or
            when there is nothing to choose from.
    """
    guess = guess_columns(source, table, parameters)
    if guess.text is None or guess.label is None:
        raise DataError(guess.problem)
    return Columns(guess.text, guess.label, guess.split)


def guess_columns(source: Source, table: Table, parameters: FileParameters) -> Guess:
    """See `choose_columns`; what can't be chosen is left open.

    Raises:
        DataError: for a name that isn't there or stands twice, or when there is one column only.
    """
    names = table.columns
    drawn = parameters.split_column == NO_COLUMN and NO_COLUMN not in names
    text, label, split = (
        None if wanted is None else _find(source, names, wanted)
        for wanted in (parameters.text_column, parameters.label_column, None if drawn else parameters.split_column)
    )
    if len(names) < 2:  # noqa: PLR2004 - a text and a label
        raise DataError(
            f"{source.path}: there is one column only, {names[0][:40]!r}; a text and a label are needed. "
            "If cells are cut by something else, choose the delimiter."
        )
    if split is None and not drawn:
        split = next((place for place in _named(names, SPLIT_NAMES) if _says_splits(table, place)), None)
    free = [place for place in range(len(names)) if place not in (text, label, split) and _usable(table, place)]
    classes = [place for place in free if _measure(table, place) is None]
    if text is None:
        text = next((place for place in _named(names, TEXT_NAMES) if place in free), None)
    if label is None:
        called = [place for place in _named(names, LABEL_NAMES) if place in free and place != text]
        label = next((place for place in called if place in classes), called[0] if called else None)
    if text is None:
        text = max((place for place in free if place != label), key=lambda place: _length(table, place), default=None)
    if label is None:
        rest = [place for place in classes if place != text and _variety(table, place) > 1]
        label = min(rest, key=lambda place: _variety(table, place), default=None)
    if text is None or label is None or text == label:
        missing = "text" if text is None else "label"
        problem = f"{source.path}: no column looks like a {missing}; choose a text and a label column out of "
        problem += f"{', '.join(name[:40] for name in names)}."
        return Guess(None if text == label else text, None if text == label else label, split, problem)
    measure = _measure(table, label)
    if measure is not None:
        return Guess(text, None, split, measure_problem(measure, where=str(source.path), column=names[label]))
    return Guess(text, label, split)


def is_fraction(cell: str) -> bool:
    """Whether `cell` is a number with a fraction part, such as `4.5`, `3,25` or `1e-3`.

    Where all labels are numbers and one has a fraction part, they are ratings or measures, and no classes. Whole
    numbers are classes, also as `4.0`, which is how pandas writes whole numbers where one of their column is missing.
    """
    return bool(NUMBER.fullmatch(cell)) and not float(cell.strip().replace(",", ".")).is_integer()


def measure_problem(label: str, *, where: str, column: str) -> str:
    """That labels such as `label` aren't classes, in a sentence."""
    return (
        f"{where}: column {column[:40]!r} holds numbers with a fraction, such as {label.strip()[:40]}, which rate or "
        "measure, and no classes; write classes as words or whole numbers, or choose another column."
    )


def _find(source: Source, names: Sequence[str], wanted: str) -> int:
    found = [place for place, name in enumerate(names) if name == wanted]
    if not found:
        raise DataError(
            f"{source.path}, row 1: there is no column {wanted!r}; the header must name text and label, or choose out "
            f"of {', '.join(name[:40] for name in names)}."
        )
    if len(found) > 1:
        raise DataError(f"{source.path}, row 1: {len(found)} columns are called {wanted!r}; rename one.")
    return found[0]


def _named(names: Sequence[str], known: Sequence[str]) -> list[int]:
    lower = [name.lower() for name in names]
    return [lower.index(name) for name in known if name in lower]


def _cells(table: Table, place: int) -> list[str | None]:
    return [row[place] for row in table.sample if place < len(row)]


def _usable(table: Table, place: int) -> bool:
    return all(cell is not None for cell in _cells(table, place))


def _measure(table: Table, place: int) -> str | None:
    """A cell with a fraction, where all of the column's are numbers."""
    cells = [cell for cell in _cells(table, place) if cell and not cell.isspace()]
    fraction = next(filter(is_fraction, cells), None)
    return fraction if all(map(NUMBER.fullmatch, cells)) else None


def _says_splits(table: Table, place: int) -> bool:
    cells = _cells(table, place)
    return bool(cells) and all(cell is not None and cell.strip().lower() in SPLITS for cell in cells)


def _length(table: Table, place: int) -> int:
    return sum(len(cell or "") for cell in _cells(table, place) if not NUMBER.fullmatch(cell or ""))


def _variety(table: Table, place: int) -> int:
    return len({cell.strip() for cell in _cells(table, place) if cell})
