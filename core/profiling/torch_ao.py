"""The peer: torch's own 8-bit embedding, `torch.ao.nn.quantized`, in one of our models.

Torch has announced that this part of it will leave; until then it is what "an 8-bit table in torch" means, and its
kernel (FBGEMM's) reads a byte a number, a scale and an offset a row.
"""

import warnings

from torch import Tensor, nn
from torch.ao.nn import quantized
from torch.ao.quantization import float_qparams_weight_only_qconfig

from core.embeddings.base import FLOAT_BYTES
from core.models.base import TextClassifier


class TorchAoEmbedding(nn.Module):
    """A table in 8 bits a number that gives out rows and mean rows as `core.embeddings.Embedding` does."""

    def __init__(self, table: Tensor) -> None:
        """Quantise `table` (V, d), each row for itself."""
        super().__init__()
        self.num_embeddings, self.embedding_dim = table.shape
        # In 8 bits, torch sums a text's rows whatever mode is asked for; the mean is taken behind it.
        bag = nn.EmbeddingBag.from_pretrained(table.detach(), mode="sum", include_last_offset=True)
        rows = nn.Embedding.from_pretrained(table.detach())
        bag.qconfig = rows.qconfig = float_qparams_weight_only_qconfig  # type: ignore[assignment]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of its leaving, see above
            self.bag = quantized.EmbeddingBag.from_float(bag)
            self.rows = quantized.Embedding.from_float(rows)

    def forward(self, ids: Tensor, offsets: Tensor | None = None) -> Tensor:
        """The rows of tokens `ids` (N,), as (N, d); with `offsets` (B + 1,), the mean row of each text, as (B, d)."""
        if offsets is None:
            return self.rows(ids)  # type: ignore[no-any-return]
        return self.bag(ids, offsets) / offsets.diff()[:, None]  # type: ignore[no-any-return]

    def formula_bytes(self) -> int:
        """V·d, and two floats a row."""
        return self.num_embeddings * (self.embedding_dim + 2 * FLOAT_BYTES)


def with_torch_ao(model: TextClassifier) -> nn.Module:
    """A copy of `model` whose table is torch's 8-bit one."""
    rest = model.with_embedding(model.embedding)
    rest.embedding = TorchAoEmbedding(model.embedding.table())  # type: ignore[assignment]
    return rest.eval()
