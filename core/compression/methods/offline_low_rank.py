"""The offline baseline: factorise the pre-trained vectors, then train the model on the factors.

It knows nothing of the task when it compresses: ‖W − A B‖_F = √Σ_{i>r} σᵢ², the least there is. It gets the whole
budget of epochs, training's and re-training's.
"""

from core.compression.methods import METHODS
from core.compression.methods.low_rank import EnergyParameters, Factorization


@METHODS.register(
    "offline-low-rank",
    title="Low rank, compressed before training",
    help="The baseline: truncated SVD of the pre-trained vectors, then all epochs of training on the two factors.",
    example=EnergyParameters(rank=2),
)
class OfflineLowRank(Factorization[EnergyParameters]):
    """Factorise the pre-trained table in the plain metric, before training."""

    before_training = True
    retrains = "Both factors train, from the start."
