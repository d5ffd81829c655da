"""Any of our embeddings where a model of torch's has an `nn.Embedding` or an `nn.EmbeddingBag`.

Shapes: `V` vocabulary, `d` width, `N` tokens, `G` bags.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from core.embeddings.base import Embedding
from core.errors import ConfigError

Slot = nn.Embedding | nn.EmbeddingBag


class DropIn(nn.Module):
    """What both drop-ins share: the `embedding`, and the padding token, whose row stays as it was.

    Gradients are dense and not scaled, whatever the slot's `sparse` and `scale_grad_by_freq` say.
    """

    padding_row: Tensor

    def __init__(self, embedding: Embedding, slot: Slot) -> None:
        """Stand in for `slot`, giving out the rows of `embedding`.

        Raises:
            ConfigError: when the slot rewrites its own rows as it looks them up, or does more than look them up.
        """
        super().__init__()
        if type(slot).forward not in (nn.Embedding.forward, nn.EmbeddingBag.forward):
            kind = type(slot).__name__
            raise ConfigError("path", kind, "its own forward would be lost; do what it does in a module of its own")
        if slot.max_norm is not None:
            raise ConfigError("max_norm", slot.max_norm, "a compressed table can't renormalise its rows; leave it out")
        self.embedding = embedding
        self.num_embeddings, self.embedding_dim = embedding.num_embeddings, embedding.embedding_dim
        self.padding_idx = slot.padding_idx
        padding = slot.weight.detach()[slot.padding_idx or 0].clone()
        self.register_buffer("padding_row", padding if slot.padding_idx is not None else padding[:0])

    @property
    def weight(self) -> Tensor:
        """The table written out (V, d), for whatever reads the slot's weight, such as a tied output layer."""
        table = self.embedding.table().to(self.padding_row.dtype)
        if self.padding_idx is None:
            return table
        ids = torch.arange(len(table), device=table.device)
        return torch.where((ids == self.padding_idx)[:, None], self.padding_row, table)

    def rows(self, ids: Tensor) -> Tensor:
        """The rows (N, d) of `ids` (N,), in the type of number that the slot's were."""
        rows: Tensor = self.embedding(ids).to(self.padding_row.dtype)
        if self.padding_idx is None:
            return rows
        return torch.where((ids == self.padding_idx)[:, None], self.padding_row, rows)


class DropInEmbedding(DropIn):
    """In place of an `nn.Embedding`: ids of any shape (…) → (…, d)."""

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - torch's name, which callers may use
        """The rows of `input`."""
        return self.rows(input.flatten()).reshape(*input.shape, self.embedding_dim)


class DropInBag(DropIn):
    """In place of an `nn.EmbeddingBag`: one row (G, d) a bag."""

    def __init__(self, embedding: Embedding, slot: nn.EmbeddingBag) -> None:
        """See `DropIn`."""
        super().__init__(embedding, slot)
        self.mode, self.include_last_offset = slot.mode, slot.include_last_offset

    def forward(
        self,
        input: Tensor,  # noqa: A002 - torch's names, which callers may use
        offsets: Tensor | None = None,
        per_sample_weights: Tensor | None = None,
    ) -> Tensor:
        """See `torch.nn.EmbeddingBag.forward`."""
        last = self.include_last_offset
        if input.dim() == 2:  # noqa: PLR2004 - bags of equal size, one a row
            offsets, last = torch.arange(input.shape[0], device=input.device) * input.shape[1], False
        ids = input.flatten()  # (N,)
        rows = self.rows(ids)  # (N, d)
        index = torch.arange(ids.shape[0], device=ids.device)
        padding = None
        if self.padding_idx is not None:  # tokens that count for nothing share one index of their own
            padding = ids.shape[0]
            index = torch.where(ids == self.padding_idx, padding, index)
            rows = torch.cat([rows, rows.new_zeros(1, self.embedding_dim)])
        weights = None if per_sample_weights is None else per_sample_weights.flatten()
        return F.embedding_bag(
            index,
            rows,
            offsets,
            mode=self.mode,
            per_sample_weights=weights,
            include_last_offset=last,
            padding_idx=padding,
        )


def drop_in(embedding: Embedding, slot: Slot) -> DropIn:
    """The drop-in for `slot` that gives out the rows of `embedding`."""
    return DropInBag(embedding, slot) if isinstance(slot, nn.EmbeddingBag) else DropInEmbedding(embedding, slot)
