"""What each form of an embedding costs, in closed form, and the same with a model's own numbers put in.

Counted are the table and the layer that reads it; all else is the same in every form. Letters: `V` rows, `d` width, `r`
rank, `h` numbers that the reading layer gives out (all gates of all directions in an LSTM), `T` tokens of a text.
"""

from dataclasses import dataclass
from math import prod

import torch

from core.config import RunConfig
from core.embeddings import DenseEmbedding
from core.models import MODELS
from core.models.base import PooledClassifier
from core.results import RunResult

Term = tuple[str, ...]  # a product of letters and whole numbers


@dataclass(frozen=True)
class Shape:
    """A model's sizes: see the letters above.

    Attributes:
        pooled: whether the reader reads one mean row a text, or every token's row.
        other_macs: of one text, for all but the table and its reader.
    """

    rows: int
    width: int
    reader: int
    tokens: int
    pooled: bool
    other_macs: int

    def letters(self, rank: int) -> dict[str, int]:
        """What each letter stands for."""
        return {"V": self.rows, "d": self.width, "r": rank, "h": self.reader, "T": self.tokens}


@dataclass(frozen=True)
class Form:
    """One form's cost as sums of products: bytes stored, and MACs for one text."""

    name: str
    bytes_stored: tuple[Term, ...]
    macs: tuple[Term, ...]


def shape_of(config: RunConfig, result: RunResult) -> Shape:
    """The sizes of the model that a run trained, from its configuration and its result alone."""
    rows, width, tokens = result.dataset.vocabulary, result.vectors.width, result.dataset.tokens_per_text
    component, parameters = MODELS.get(config.model), config.parameters("model")
    with torch.device("meta"):  # nothing of any size is allocated
        model, wider = (
            component.build(DenseEmbedding(torch.empty(rows, each)), len(result.dataset.classes), parameters)
            for each in (width, width + 1)
        )
    reading = (wider.macs(tokens) - model.macs(tokens)) * width
    return Shape(
        rows=rows,
        width=width,
        reader=sum(len(weight) for weight in model.readers().values()),
        tokens=tokens,
        pooled=isinstance(model, PooledClassifier),
        other_macs=model.macs(tokens) - reading,
    )


def forms(shape: Shape) -> list[Form]:
    """Every form that the model can take, the dense one first."""
    each: Term = () if shape.pooled else ("T",)  # how often the reader reads
    dense, factors, reader = ("4", "V", "d"), (("4", "V", "r"), ("4", "r", "d")), ("4", "d", "h")
    multiplied = Form(
        "naive" if shape.pooled else "factorised", (*factors, reader), (("T", "r", "d"), (*each, "d", "h"))
    )
    pool_first = [Form("pool-first", (*factors, reader), (("r", "d"), ("d", "h")))] if shape.pooled else []
    return [
        Form("dense", (dense, reader), ((*each, "d", "h"),)),
        multiplied,
        *pool_first,
        Form("folded", (("4", "V", "r"), ("4", "r", "h")), ((*each, "r", "h"),)),
        Form("fixed-point", (("V", "d"), ("8", "V"), reader), (("T", "d"), (*each, "d", "h"))),
    ]


def value(terms: tuple[Term, ...], letters: dict[str, int]) -> int:
    """What a sum of products comes to."""
    return sum(prod(letters[factor] if factor in letters else int(factor) for factor in term) for term in terms)


def written(terms: tuple[Term, ...]) -> str:
    """A sum of products in letters, such as T·r·d + d·h."""
    return " + ".join("·".join(term) for term in terms)


def put_in(terms: tuple[Term, ...], letters: dict[str, int]) -> str:
    """A sum of products with its numbers put in, such as 10·4·50 + 50·300."""
    numbers = {letter: f"{number:,}" for letter, number in letters.items()}
    return " + ".join("·".join(numbers.get(factor, factor) for factor in term) for term in terms)
