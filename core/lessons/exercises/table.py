"""An embedding table: how large it is, what a row looks like, and which rows are near each other."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from core.charts.bars import bar_chart
from core.charts.heat import heat_chart
from core.lessons.exercises import EXERCISES, Choice, Exercise, Number, Shown, Slider
from core.lessons.words import listed, rows_of
from core.parameters import Parameters, parameter
from core.runs.finished import FinishedRun

FLOAT_BYTES, MEGABYTE = 4, 1e6
WORDS = "who what where when how many river lake city country king queen good bad seven nine"


@dataclass(frozen=True)
class TableParameters(Parameters):
    """Which words are shown."""

    words: str = parameter(WORDS, help="Words, with spaces between.")


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
        words, table = listed(self.parameters.words), rows_of(listed(self.parameters.words))
        count = 1000 * int(values["thousands"]) * int(values["width"])
        megabytes = FLOAT_BYTES * count / MEGABYTE
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
        words = listed(self.parameters.words)
        return (Choice("word", "Word", words, words[0], "Whose neighbours?"),)

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        words, table = listed(self.parameters.words), rows_of(listed(self.parameters.words))
        unit = table / np.linalg.norm(table, axis=1, keepdims=True)
        nearest = {word: self._nearest(words, unit, word) for word in words}
        word = str(values["word"])
        cosines = unit @ unit[words.index(word)]
        order = [words[i] for i in np.argsort(-cosines) if words[i] != word]
        shown = {each: float(cosines[words.index(each)]) for each in order}
        chart = bar_chart(
            shown, unit=f"cosine with “{word}”", pattern="{:.2f}", dark=dark, many=True, height=26 * len(order) + 80
        )
        facts = {"word": word, "nearest": order[0], "cosine": shown[order[0]], "farthest": order[-1]}
        return Shown(facts | {f"nearest_{each}": near for each, near in nearest.items()}, (), (chart,))

    @staticmethod
    def _nearest(words: tuple[str, ...], unit: Any, word: str) -> str:
        cosines = unit @ unit[words.index(word)]
        return words[int(np.argsort(-cosines)[1])]
