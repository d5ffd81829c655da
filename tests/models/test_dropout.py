"""Dropout with a cheaper mask than torch's."""

import pytest
import torch

from core.models.dropout import Dropout


@pytest.mark.parametrize("share", [0.1, 0.4, 0.9])
def test_the_asked_share_is_set_to_zero_and_the_rest_keeps_the_mean(share):
    torch.manual_seed(0)
    thinned = Dropout(share)(torch.ones(1000, 400))
    assert thinned.unique().tolist() == pytest.approx([0.0, 1 / (1 - share)])
    assert float((thinned == 0).double().mean()) == pytest.approx(share, abs=0.003)  # 3 standard errors at most
    assert float(thinned.double().mean()) == pytest.approx(1.0, abs=0.02)


def test_the_gradient_is_the_mask():
    x = torch.randn(30, 7, requires_grad=True)
    thinned = Dropout(0.5)(x)
    thinned.sum().backward()
    torch.testing.assert_close(x.grad * x.detach(), thinned.detach())


def test_nothing_is_left_out_of_a_prediction_nor_at_share_0():
    x = torch.randn(4, 3)
    assert Dropout(0.5).eval()(x) is x
    assert Dropout(0.0)(x) is x
