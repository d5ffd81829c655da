"""The plain loop that benches compare with: the same models, trained in the same way."""

import pytest
import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence

from bench.peers import plain_torch
from bench.sweep import run_as_plain
from bench.training import as_plain, plain_settings
from core.embeddings import DenseEmbedding
from core.models import MODELS
from core.models.dropout import Dropout
from tests.conftest import ragged


@pytest.mark.parametrize("model", list(plain_torch.MODELS))
def test_a_plain_model_computes_and_drops_what_ours_does(model):
    config, table = as_plain(model), torch.randn(20, 6)
    ours = MODELS.get(model).build(DenseEmbedding(table), 3, config.parameters("model")).eval()
    plain = plain_torch.MODELS[model](table, 3, plain_settings(config, fused=False)).eval()
    plain.load_state_dict({name.replace("hidden.0", "hidden"): value for name, value in ours.state_dict().items()})
    batch = ragged([3, 5, 2], vocabulary=20, classes=3)
    padded = pad_sequence(plain_torch.texts_of(batch), batch_first=True)  # (B, T)
    torch.testing.assert_close(plain(padded, batch.lengths), ours(batch))
    dropped = [each.share for each in ours.modules() if isinstance(each, Dropout) and each.share]
    assert dropped == [each.p for each in plain.modules() if isinstance(each, nn.Dropout)]
    assert ours.word_dropout == getattr(plain, "word_dropout", 0)


@pytest.mark.parametrize("config", [as_plain("dan"), as_plain("lstm"), run_as_plain()])
def test_both_train_at_one_rate_on_labels(config):
    assert config.schedule == "constant"
    assert config.optimizer == "adam"
    assert config.highest_rate("train") == plain_settings(config, fused=False).learning_rate


def test_a_sweep_retrains_as_the_plain_loop_does():
    config = run_as_plain()
    assert config.highest_rate("retrain") == config.highest_rate("train")
    assert config.distillation == 0
