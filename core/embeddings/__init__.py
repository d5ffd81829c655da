"""What fits in a model's embedding slot: a dense table, and everything smaller that can stand in for one."""

from core.embeddings.base import EMBEDDINGS, Embedding, TableSpec
from core.embeddings.dense import DenseEmbedding
from core.embeddings.fixed_point import FixedPointEmbedding
from core.embeddings.hashed import HashedEmbedding
from core.embeddings.low_rank import LowRankEmbedding
from core.embeddings.product_quantized import ProductQuantizedEmbedding
from core.embeddings.pruned import PrunedEmbedding
from core.embeddings.quantized_low_rank import PackedLowRankEmbedding, QuantizedLowRankEmbedding
from core.embeddings.tensor_train import TensorTrainEmbedding

__all__ = [
    "EMBEDDINGS",
    "DenseEmbedding",
    "Embedding",
    "FixedPointEmbedding",
    "HashedEmbedding",
    "LowRankEmbedding",
    "PackedLowRankEmbedding",
    "ProductQuantizedEmbedding",
    "PrunedEmbedding",
    "QuantizedLowRankEmbedding",
    "TableSpec",
    "TensorTrainEmbedding",
]
