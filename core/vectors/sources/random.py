"""No pre-training: every row is drawn at random."""

from dataclasses import dataclass

import numpy as np

from core.data.vocabulary import Vocabulary
from core.parameters import Parameters, parameter
from core.vectors.sources import VECTORS, Found, Progress


@dataclass(frozen=True)
class RandomParameters(Parameters):
    """How wide."""

    width: int = parameter(100, minimum=1, maximum=4096, help="Numbers in each word's vector.")


@VECTORS.register(
    "random",
    title="Random",
    help="No pre-training: every vector is drawn at random.",
    example=RandomParameters(width=8),
)
def random_vectors(vocabulary: Vocabulary, parameters: RandomParameters, progress: Progress) -> Found:
    """Know no word: `load_vectors` draws the rows."""
    progress(1.0)
    return Found(np.zeros((len(vocabulary), parameters.width), np.float32), np.zeros(len(vocabulary), bool))
