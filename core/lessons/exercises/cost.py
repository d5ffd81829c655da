"""What a compressed model costs to run, counted by the models' own closed forms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from core.charts.bars import bar_chart
from core.compression.fold import fold
from core.embeddings import DenseEmbedding, LowRankEmbedding
from core.lessons.exercises import EXERCISES, Choice, Exercise, Number, Shown, Slider
from core.models import MODELS
from core.parameters import Parameters, parameter
from core.runs.finished import FinishedRun

CLASSES = 6
WIDTH = 300  # of the table, as in the paper
HALF = 0.5


@dataclass(frozen=True)
class CostParameters(Parameters):
    """Where the rank starts."""

    start: int = parameter(30, minimum=1, maximum=WIDTH, help="The rank to start at.")


@EXERCISES.register(
    "cost",
    title="Costs",
    help="Multiply–accumulates of one text, dense, factorised and folded.",
    example=CostParameters(start=50),
)
class Cost(Exercise[CostParameters]):
    """Real models with empty tables: their counts don't depend on what is in them."""

    def controls(self) -> tuple[Choice | Slider, ...]:
        """See `Exercise.controls`."""
        return (
            Choice("model", "Model", MODELS.names(), "dan", "What reads the rows of the table."),
            Slider("rank", "Rank", 1, WIDTH, self.parameters.start, "Width of the narrow table."),
            Slider("tokens", "Tokens in the text", 1, 100, 20, "T."),
        )

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        rank, tokens, component = int(values["rank"]), int(values["tokens"]), MODELS.get(str(values["model"]))
        table = DenseEmbedding(torch.zeros(2, WIDTH))  # V changes no count
        dense = component.build(table, CLASSES, component.parameters())
        factored = dense.with_embedding(LowRankEmbedding(torch.zeros(2, rank), torch.zeros(rank, WIDTH)))
        folded = fold(factored)
        macs = {"dense": dense.macs(tokens), "two factors": factored.macs(tokens), "folded": folded.macs(tokens)}
        numbers = (
            Number("A look-up", f"{table.macs(tokens):,}", "MACs for taking rows out of the dense table."),
            Number("Factors add", f"{macs['two factors'] - macs['dense']:,}", "MACs for multiplying rows by B."),
            Number("Folding saves", f"{1 - macs['folded'] / macs['dense']:.0%}", "Of the dense model's MACs."),
        )
        chart = bar_chart(macs, unit="MACs for one text", pattern="{:,.0f}", dark=dark)
        facts: dict[str, Any] = {
            "lookup": table.macs(tokens),
            "added": macs["two factors"] - macs["dense"],
            "rank": rank,
        }
        facts["dearer"] = "yes" if macs["two factors"] > macs["dense"] else "no"
        facts |= {name.replace(" ", "_"): count for name, count in macs.items()}
        return Shown(facts | {"halved": macs["folded"] <= HALF * macs["dense"]}, numbers, (chart,))
