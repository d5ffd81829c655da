"""An embedding table: how large it is, what a row looks like, and which rows are near each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.charts.bars import bar_chart
from core.charts.heat import heat_chart
from core.compression.size import dense_bytes
from core.lessons.exercises import EXERCISES, Choice, Exercise, Number, Shown, Slider
from core.lessons.words import listed, rows_of
from core.parameters import Parameters, parameter
from core.runs.finished import FinishedRun

MEGABYTE = 1e6
WORDS = "who what where when how many river lake city country king queen good bad seven nine"


@dataclass(frozen=True)
class TableParameters(Parameters):
    """Which words are shown."""

    words: str = parameter(WORDS, help="Words, with spaces between.")

    @property
    def listed(self) -> tuple[str, ...]:
        """The words, one by one."""
        return listed(self.words)

    @property
    def rows(self) -> NDArray[np.float32]:
        """Their vectors (V, d)."""
        return rows_of(self.listed)


@EXERCISES.register(
    "table",
    title="A table's size",
    help="Some rows of a real table, and how large all of it is.",
    example=TableParameters(words="who what"),
)
class Table(Exercise[TableParameters]):
    """Rows as colours; V·d numbers in all."""

    def controls(self) -> tuple[Slider, ...]:
        """See `Exercise.controls`."""
        return (
            Slider("thousands", "Words in the table, in thousands", 1, 400, 10, "V: each has a row of its own."),
            Slider("width", "Numbers in each row", 10, 300, 50, "d: the width of the table."),
        )

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        words, table = self.parameters.listed, self.parameters.rows
        rows, width = 1000 * int(values["thousands"]), int(values["width"])
        count, megabytes = rows * width, dense_bytes(rows=rows, width=width) / MEGABYTE
        numbers = (
            Number("Numbers", f"{count:,}", "V·d."),
            Number("Size", f"{megabytes:,.1f} MB", "Four bytes a number."),
        )
        title = f"{len(words)} rows of GloVe, {table.shape[1]} numbers each"
        chart = heat_chart(table.tolist(), title=title, most=float(np.abs(table).max()), rows=words, dark=dark)
        return Shown({"numbers": count, "megabytes": megabytes, "over_100": megabytes > 100}, numbers, (chart,))  # noqa: PLR2004


@EXERCISES.register(
    "neighbours",
    title="Neighbours",
    help="How near the other words' rows are to one word's.",
    example=TableParameters(words="who what where"),
)
class Neighbours(Exercise[TableParameters]):
    """Cosines between one row and the others, the nearest first."""

    def controls(self) -> tuple[Choice, ...]:
        """See `Exercise.controls`."""
        words = self.parameters.listed
        return (Choice("word", "Word", words, words[0], "Whose neighbours?"),)

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        words, table = self.parameters.listed, self.parameters.rows
        unit = table / np.linalg.norm(table, axis=1, keepdims=True)
        found = {word: self._ranked(words, unit, word) for word in words}
        word = str(values["word"])
        cosines = found[word]
        chart = bar_chart(
            cosines, unit=f"cosine with “{word}”", pattern="{:.2f}", dark=dark, many=True, height=26 * len(cosines) + 80
        )
        nearest, *_, farthest = cosines
        facts = {"word": word, "nearest": nearest, "cosine": cosines[nearest], "farthest": farthest}
        return Shown(facts | {f"nearest_{each}": next(iter(near)) for each, near in found.items()}, (), (chart,))

    @staticmethod
    def _ranked(words: tuple[str, ...], unit: NDArray[np.float32], word: str) -> dict[str, float]:
        """The cosine of `word` with each of the others, the nearest first; `unit` (V, d) has rows of length 1."""
        cosines = unit @ unit[words.index(word)]
        return {words[place]: float(cosines[place]) for place in np.argsort(-cosines) if words[place] != word}
