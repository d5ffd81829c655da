"""Metrics: the Fisher information against one text at a time, and the layer's own weights."""

import pytest
import torch
import torch.nn.functional as F

from core.compression.metrics import METRICS, Source
from core.compression.source import fisher
from core.embeddings import DenseEmbedding
from core.models import MODELS
from tests.conftest import ragged

V, D, C = 30, 6, 3


def source(name):
    torch.manual_seed(0)
    model = MODELS.get(name).build(DenseEmbedding(torch.randn(V, D)), C, MODELS.get(name).example)
    batch = ragged([4, 1, 3, 6], vocabulary=V, classes=C)
    return Source(model=model, counts=torch.bincount(batch.ids, minlength=V), train=batch, seed=0)


def test_fisher_of_the_dan_equals_the_gradient_at_the_mean():
    """For a mean of T rows, each row's gradient is the mean's gradient over T."""
    given = source("dan")
    model, batch = given.model.eval(), given.train
    found = fisher(model, batch, generator=torch.Generator().manual_seed(5))
    logits = model(batch)
    labels = torch.multinomial(logits.detach().softmax(1), 1, generator=torch.Generator().manual_seed(5))[:, 0]
    total = torch.zeros(D, D, dtype=torch.float64)
    for position, text in enumerate(batch.split(1)):
        mean = model.embedding(text.ids, text.offsets).detach().requires_grad_()
        hidden = mean
        for layer in model.hidden:
            hidden = layer(hidden).relu()
        (gradient,) = torch.autograd.grad(F.cross_entropy(model.output(hidden), labels[position : position + 1]), mean)
        gradient = gradient.double() / len(text.ids)
        total += len(text.ids) * gradient.T @ gradient
    torch.testing.assert_close(found, total / len(batch.ids), rtol=1e-4, atol=1e-10)


@pytest.mark.parametrize("model", MODELS.names())
@pytest.mark.parametrize("metric", METRICS.names())
def test_metric_is_symmetric_positive_and_repeatable(model, metric):
    built = [METRICS.get(metric).build(source(model), None) for _ in range(2)]
    directions = built[0].directions
    torch.testing.assert_close(directions, directions.T)
    assert float(torch.linalg.eigvalsh(directions)[0]) > -1e-9 * float(directions.abs().max())
    assert (built[0].row_weights > 0).all()
    assert torch.equal(directions, built[1].directions)
