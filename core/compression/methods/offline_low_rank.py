"""The offline baseline: factorise the pre-trained vectors, then train the model on the factors.

It knows nothing of the task when it compresses. It gets the whole budget of epochs, training's and re-training's.
"""

from core.compression.methods import METHODS
from core.compression.methods.low_rank import Factorization, RankParameters


@METHODS.register(
    "offline-low-rank",
    title="Low rank, compressed before training",
    help="The baseline: truncated SVD of the pre-trained vectors, then all epochs of training on the two factors.",
    example=RankParameters(rank=2),
)
class OfflineLowRank(Factorization):
    """Factorise the pre-trained table in the plain metric, before training."""

    before_training = True
