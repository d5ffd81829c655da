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
    "pool-first": "factorised, pool first",
    "factorised": "factorised",
    "folded": "folded",
    "compressed": "compressed",
    "fixed-point": "fixed-point, 8 bits",
    "torch-ao": "torch.ao, 8 bits",
}


def names(*, rank: int | None, pooled: bool) -> dict[str, str]:
    """What the three models of a run are called here, by the names of their files.

    One without a rank isn't folded: what is deployed is the compressed model itself.
    """
    if rank is None:
        return {"dense": "dense", "compressed": "compressed"}
    return {"dense": "dense", "compressed": "pool-first" if pooled else "factorised", "deployed": "folded"}


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
    compressed = load_model(folder, "compressed")
    table, pooled = compressed.embedding, isinstance(compressed, PooledClassifier)
    made = {name: load_model(folder, file) for file, name in names(rank=table.rank, pooled=pooled).items()}
    if isinstance(table, LowRankEmbedding) and pooled:
        made["naive"] = compressed.with_embedding(NaiveLowRankEmbedding(table.left, table.right))
    dense = made["dense"]
    fixed_point = FixedPointEmbedding(dense.embedding.table(), bits=FIXED_POINT_BITS, per="row")
    made["fixed-point"] = dense.with_embedding(fixed_point)
    return {name: made[name].eval() for name in TITLES if name in made}
