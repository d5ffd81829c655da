"""Every form of a run's model that is worth a price tag: what they are called, and how they are made."""

from pathlib import Path

from torch import Tensor

from core.artifacts import load_model
from core.embeddings import FixedPointEmbedding, LowRankEmbedding
from core.embeddings.dense import look_up, pool
from core.models.base import PooledClassifier, TextClassifier

FIXED_POINT_BITS = 8
TITLES = {
    "dense": "dense",
    "naive": "factorised, naive",
    "compressed": "compressed",
    "deployed": "deployed",
    "fixed-point": "fixed-point, 8 bits",
    "torch-ao": "torch.ao, 8 bits",
}
FACTORISED_TITLES = {"compressed": "factorised, pool first", "deployed": "folded"}


class NaiveLowRankEmbedding(LowRankEmbedding):
    """The factorisation as it is usually written: every token's row is multiplied out, and only then averaged."""

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """See `Embedding.forward`."""
        return pool(look_up(self.left, ids, None) @ self.right, offsets)  # (N, r) @ (r, d)

    def macs(self, tokens: int, *, pooled: bool = False) -> int:
        """r·d for every token, averaged afterwards or not."""
        del pooled
        return super().macs(tokens)


def variants(folder: Path) -> dict[str, TextClassifier]:
    """The models that a run left in `folder`, and others made of them, by name, in the order of `TITLES`.

    The naive one is there where a pooling model was factorised: a model that reads every row has to multiply it out.

    Raises:
        BundleError: when what the run left can't be used.
    """
    dense, compressed = load_model(folder, "dense"), load_model(folder, "compressed")
    table = compressed.embedding
    made = {"dense": dense, "compressed": compressed, "deployed": load_model(folder, "deployed")}
    if isinstance(table, LowRankEmbedding) and isinstance(compressed, PooledClassifier):
        made["naive"] = compressed.with_embedding(NaiveLowRankEmbedding(table.left, table.right))
    made["fixed-point"] = dense.with_embedding(
        FixedPointEmbedding(dense.embedding.table(), bits=FIXED_POINT_BITS, per="row")
    )
    return {name: made[name].eval() for name in TITLES if name in made}
