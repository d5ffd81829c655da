"""Training by windows of rows, against optimisers that see the whole table."""

import pytest
import torch
import torch.nn.functional as F

from core.training.optimizers import OPTIMIZERS
from core.training.rows import RowWindow
from tests.conftest import ragged

V, D, RATE = 40, 3, 0.1
TEXTS = ragged([3, 2, 4] * 6, vocabulary=V, classes=2)
BATCHES = list(TEXTS.split(3))
TARGET = torch.randn(3, D, generator=torch.Generator().manual_seed(9))


def train(optimizer_of, *, window):
    """The table and its optimiser's moments after one pass over `BATCHES`; `window` 0 trains the whole table."""
    table = torch.nn.Parameter(torch.randn(V, D, generator=torch.Generator().manual_seed(1)))
    optimizer = optimizer_of(table)
    narrow = RowWindow([table] if window else [], optimizer)
    for texts in torch.arange(len(TEXTS)).split(3 * (window or 1)):
        with narrow.over(TEXTS.select(texts)) as narrowed:
            for batch in narrowed.split(3):
                step(table, optimizer, batch)
    return table.detach(), optimizer.state[table]


def step(table, optimizer, batch):
    optimizer.zero_grad(set_to_none=True)
    means = F.embedding_bag(batch.ids, table, batch.offsets, mode="mean", include_last_offset=True)
    (means - TARGET).square().sum().backward()
    optimizer.step()


@pytest.mark.parametrize("window", [1, 2, 4])
def test_without_momentum_it_equals_the_dense_optimiser(window):
    def plain(table):
        return torch.optim.SGD([table], lr=RATE)

    torch.testing.assert_close(train(plain, window=window)[0], train(plain, window=0)[0])


def test_a_window_of_one_batch_equals_sparse_adam():
    table = torch.nn.Parameter(torch.randn(V, D, generator=torch.Generator().manual_seed(1)))
    sparse = torch.optim.SparseAdam([table], lr=RATE)
    for batch in BATCHES:
        sparse.zero_grad(set_to_none=True)
        means = F.embedding_bag(batch.ids, table, batch.offsets, mode="mean", include_last_offset=True, sparse=True)
        (means - TARGET).square().sum().backward()
        sparse.step()
    found, _ = train(lambda parameter: torch.optim.Adam([parameter], lr=RATE), window=1)
    torch.testing.assert_close(found, table.detach(), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("name", OPTIMIZERS.names())
def test_any_optimiser_leaves_other_rows_alone_and_its_state_whole(name):
    component = OPTIMIZERS.get(name)
    before = torch.randn(V, D, generator=torch.Generator().manual_seed(1))
    table, state = train(lambda parameter: component.build([parameter], RATE, component.parameters()), window=3)
    seen = torch.unique(TEXTS.ids)
    others = torch.ones(V, dtype=torch.bool).index_fill(0, seen, False)
    assert others.any()
    assert torch.equal(table[others], before[others])
    assert (table[seen] != before[seen]).any(1).all()
    assert {tuple(value.shape) for value in state.values() if isinstance(value, torch.Tensor)} <= {(), (V, D)}


def test_an_interrupt_writes_back_what_was_trained():
    table = torch.nn.Parameter(torch.zeros(V, D))
    optimizer = torch.optim.Adam([table], lr=RATE)

    def interrupted():
        with RowWindow([table], optimizer).over(TEXTS) as narrowed:
            step(table, optimizer, next(narrowed.split(3)))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert table.shape == (V, D)
    assert table[BATCHES[0].ids].abs().min() > 0
