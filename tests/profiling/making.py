"""Every kind of table in every model, as training, deployment and folding leave it."""

from functools import cache

import torch

from core.compression.fold import fold
from core.compression.methods import METHODS
from core.compression.metrics import Source
from core.embeddings import DenseEmbedding
from core.models import MODELS
from tests.conftest import ragged

V, D, CLASSES = 200, 48, 3


@cache
def models():
    """`(model's name, method's name, form, model)` of each."""
    made = []
    for component in MODELS:
        torch.manual_seed(0)
        dense = component.build(DenseEmbedding(torch.randn(V, D)), CLASSES, component.example).eval()
        batch = ragged([30, 40, 20], vocabulary=V, classes=CLASSES)
        source = Source(model=dense, counts=torch.bincount(batch.ids, minlength=V), train=batch, seed=0)
        for method in METHODS:
            trained = dense.with_embedding(method.build(method.example).compress(source))
            packed = dense.with_embedding(trained.embedding.packed())
            forms = {"trained": trained, "packed": packed, "folded": fold(packed)}
            made += [(component.name, method.name, form, model) for form, model in forms.items()]
    return made
