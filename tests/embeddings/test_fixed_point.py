"""Packing against bytes written out by hand, rounding against its bound, factors against the ones they stand for."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import FlopCounterMode

from core.compression.any_model import ObservedSource
from core.compression.methods.fixed_point import FixedPoint, FixedPointParameters
from core.embeddings import FixedPointEmbedding, LowRankEmbedding, QuantizedLowRankEmbedding
from core.embeddings.fixed_point import BITS, pack, unpack
from core.errors import VectorsError

IDS, OFFSETS = torch.tensor([3, 0, 3, 39, 7]), torch.tensor([0, 2, 5])


def table(rows=40, width=11, seed=0):
    return torch.randn(rows, width, generator=torch.Generator().manual_seed(seed)) * 3 + 1


def test_bytes_are_these():
    assert pack(torch.tensor([[1, 2, 15]], dtype=torch.uint8), bits=4).tolist() == [[0x21, 0x0F]]
    assert pack(torch.tensor([[1, 0, 1, 1, 0, 0, 0, 0, 1]], dtype=torch.uint8), bits=1).tolist() == [[0b1101, 1]]
    assert pack(torch.tensor([[3, 0, 2, 1]], dtype=torch.uint8), bits=2).tolist() == [[0b01100011]]
    assert pack(torch.tensor([[250, 7]], dtype=torch.uint8), bits=8).tolist() == [[250, 7]]


@settings(max_examples=50, deadline=None)
@given(bits=st.sampled_from(BITS), rows=st.integers(1, 5), width=st.integers(1, 20), seed=st.integers(0, 1000))
def test_packing_loses_nothing(bits, rows, width, seed):
    codes = torch.randint(2**bits, (rows, width), generator=torch.Generator().manual_seed(seed), dtype=torch.uint8)
    packed = pack(codes, bits=bits)
    assert packed.shape == (rows, -(-width * bits // 8))
    assert torch.equal(unpack(packed, bits=bits, width=width), codes)


@pytest.mark.parametrize("bits", BITS)
@pytest.mark.parametrize("per", ["row", "column"])
def test_error_is_at_most_half_a_step_and_levels_are_few(bits, per):
    values = table()
    made = FixedPointEmbedding(values, bits=bits, per=per)
    dim = 1 if per == "row" else 0
    step = (values.amax(dim, keepdim=True) - values.amin(dim, keepdim=True)) / 2**bits
    worst = ((made.table() - values).abs() / step).max()
    assert 0.4 < float(worst) <= 0.5 + 1e-3  # of the step, and float32 rounding
    lines = made.table() if per == "row" else made.table().T
    assert max(len(line.unique()) for line in lines) <= 2**bits
    assert made.codes.dtype == torch.uint8
    assert made.codes.numel() == 40 * -(-11 * bits // 8)


@pytest.mark.parametrize("scale", [1e-36, 1e37])
def test_the_bound_holds_from_the_smallest_to_the_largest_numbers(scale):
    values = table(rows=400) * scale
    made = FixedPointEmbedding(values, bits=8, per="column")
    assert float(((made.table() - values).abs() / made.step).max()) <= 0.5 + 1e-3


@pytest.mark.parametrize("per", ["row", "column"])
def test_a_range_that_float32_can_not_hold_is_refused(per):
    source = ObservedSource(torch.tensor([[-2e38, 2e38], [2e38, -2e38]]), torch.ones(2), torch.eye(2), seed=0)
    with pytest.raises(VectorsError, match="too far apart"):
        FixedPoint(FixedPointParameters(bits=8, per=per)).compress(source)


@pytest.mark.parametrize("per", ["row", "column"])
def test_constant_tables_are_exact(per):
    values = torch.full((4, 3), 2.5)
    assert torch.equal(FixedPointEmbedding(values, bits=1, per=per).table(), values)


def test_three_bits_are_refused():
    with pytest.raises(ValueError, match="divide a byte"):
        FixedPointEmbedding(table(), bits=3, per="row")


def factors(bits, rank=5):
    return QuantizedLowRankEmbedding(table(40, rank), table(rank, 11, seed=1), bits=bits)


@pytest.mark.parametrize("bits", [8, 4])
@pytest.mark.parametrize("offsets", [None, OFFSETS])
def test_packed_factors_give_what_the_trained_ones_gave(bits, offsets):
    trained = factors(bits)
    packed = trained.packed()
    assert torch.equal(packed(IDS, offsets), trained(IDS, offsets))
    assert torch.equal(packed.table(), trained.table())
    assert not list(packed.parameters())
    assert packed.rank == trained.rank == 5
    assert packed.formula_bytes() == trained.formula_bytes() == 40 * -(-5 * bits // 8) + 5 * 11 + 16 * 5


@pytest.mark.parametrize("bits", [8, 4])
def test_rounding_passes_the_gradient_of_the_rounded_factors(bits):
    """Straight through: the gradient is the one that plain factors would get, had they the rounded values."""
    trained = factors(bits)
    packed = trained.packed()
    plain = LowRankEmbedding(packed.left.table(), packed.right.table())
    for made in (trained, plain):
        made(IDS, OFFSETS).square().sum().backward()
    torch.testing.assert_close(trained.left.grad, plain.left.grad)
    torch.testing.assert_close(trained.right.grad, plain.right.grad)


@pytest.mark.parametrize("bits", [8, 4])
def test_rounded_product_is_within_its_bound(bits):
    trained = factors(bits)
    left, right = trained.left.detach(), trained.right.detach()
    half_left = (left.amax(0) - left.amin(0)) / 2**bits / 2  # (r,)
    half_right = (right.amax(1) - right.amin(1))[:, None] / 2**8 / 2  # (r, 1)
    bound = half_left @ trained.packed().right.table().abs() + left.abs() @ half_right.expand_as(right)
    off = (trained.table().detach() - left @ right).abs()
    assert (off <= bound + 1e-5).all()
    assert float(off.max()) > float(bound.max()) / 20


class DecodeCounter(TorchDispatchMode):
    """Counts the numbers that a multiply-add makes."""

    def __init__(self):
        super().__init__()
        self.count = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        if function is torch.ops.aten.addcmul.default:
            self.count += made.numel()
        return made


@pytest.mark.parametrize("pooled", [False, True])
@pytest.mark.parametrize(
    "made",
    [FixedPointEmbedding(table(), bits=4, per="row"), factors(8).packed(), factors(4).packed()],
    ids=["fixed-point", "int8", "int4"],
)
def test_macs_are_the_products_and_the_numbers_decoded(made, pooled):
    ids = torch.arange(9)
    with FlopCounterMode(display=False) as products, DecodeCounter() as decoded:
        made(ids, torch.tensor([0, 9]) if pooled else None)
    assert made.macs(9, pooled=pooled) == products.get_total_flops() / 2 + decoded.count
    assert decoded.count < made.num_embeddings * made.embedding_dim, "only the rows looked up are decoded"
