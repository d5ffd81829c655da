"""The fair yardstick: no compression, the same extra training. Its error is zero."""

from core.compression.methods import METHODS, Method
from core.compression.metrics import TableSource
from core.embeddings import DenseEmbedding
from core.parameters import Parameters


@METHODS.register(
    "dense+",
    title="Dense, trained on",
    help="The control: no compression, the same extra training as every method gets.",
    example=Parameters(),
)
class DensePlus(Method[Parameters]):
    """Leave the table as it is."""

    compresses = False
    retrains = "The whole table trains."

    def compress(self, source: TableSource) -> DenseEmbedding:
        """A copy of the table."""
        return DenseEmbedding(source.table)
