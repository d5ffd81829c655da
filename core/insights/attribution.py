"""How much each word of a text moves a model towards one class and away from another: integrated gradients.

Let m be the difference of two classes' logits, as a function of the rows e₁ … e_T of a text's tokens. Token t's share,

    share_t = ∫₀¹ e_t · ∂m/∂e_t (α e₁, …, α e_T) dα,

is such that all of them add up to m(e₁, …, e_T) − m(0, …, 0), whatever the model; m(0, …, 0), the *baseline*, is what
the model says when it reads nothing but zeros. A DAN reads only the mean x of the rows, and is linear between the
points where a ReLU bends; along the way from 0 to x these points are known in closed form, so its integral is a finite
sum and its shares are exact to rounding. Any other model is integrated numerically, by captum, in more steps until the
sum is right.

Shapes: `T` tokens of a text, `d` width of the rows that the model reads, `h` width of a layer, `K` points on the way.
Source: Sundararajan, Taly, Yan, *Axiomatic Attribution for Deep Networks*, ICML 2017.
"""

import copy
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.func import functional_call

from core.data.batch import Batch
from core.embeddings import DenseEmbedding
from core.models import TextClassifier
from core.models.dan import Dan

STEPS = (32, 128, 512)  # points at which captum evaluates the gradient: more, until the shares add up
BATCH_TOKENS = 20_000  # at a time: an LSTM keeps some 10 kB for each until the gradient is known
TOLERANCE = 1e-3  # of the difference, or of one where it is smaller: how far off the sum may be


@dataclass(frozen=True)
class Attribution:
    """What moves a model towards one class rather than another.

    Attributes:
        shares: (T,) what each token adds to the difference of the two logits.
        baseline: the difference for rows of zeros.
        difference: the difference for the text; shares and baseline add up to it.
        exact: whether they do so to rounding, by a closed form.
    """

    shares: Tensor
    baseline: float
    difference: float
    exact: bool

    @property
    def missing(self) -> float:
        """What the shares and the baseline lack to add up to the difference."""
        return self.difference - self.baseline - float(self.shares.sum())


def attribute(model: TextClassifier, ids: Tensor, *, towards: int, against: int) -> Attribution:
    """What each token of `ids` (T,) adds to the logit of class `towards`, less that of class `against`."""
    with torch.no_grad():
        rows = model.embedding(ids)  # (T, d)
    if isinstance(model, Dan):
        return _closed_form(model, rows, towards, against)
    return _by_captum(model, rows, towards, against)


@torch.no_grad()
def _closed_form(model: Dan, rows: Tensor, towards: int, against: int) -> Attribution:
    """See the module's formula; m is linear on each piece of the way, so one gradient a piece is enough."""
    rows = rows.double()
    hidden, output = copy.deepcopy(model.hidden).double(), copy.deepcopy(model.output).double()
    weights = [layer.get_parameter("weight") for layer in hidden]
    contrast = output.weight[towards] - output.weight[against]  # (h,)
    bias = output.bias[towards] - output.bias[against]

    def forward(inputs: Tensor, depth: int) -> tuple[Tensor, list[Tensor]]:
        """What comes out of the first `depth` layers, and what went into their ReLUs."""
        before: list[Tensor] = []
        for layer in hidden[:depth]:
            before.append(layer(inputs))
            inputs = before[-1].relu()
        return inputs, before

    mean = rows.mean(0)  # (d,)
    stops = torch.tensor([0.0, 1.0], dtype=torch.float64)  # (K,), where m may bend, as parts of the way
    for depth in range(1, len(hidden) + 1):
        before = forward(stops[:, None] * mean, depth)[1][-1]  # (K, h), linear between stops
        low, high = before[:-1], before[1:]
        bends = stops[:-1, None] + stops.diff()[:, None] * low / (low - high)
        stops = torch.cat([stops, bends[low * high < 0]]).unique()
    middles = (stops[1:] + stops[:-1])[:, None] / 2 * mean  # (K − 1, d)
    gradient = contrast.expand(len(middles), -1)
    for weight, given in reversed(list(zip(weights, forward(middles, len(hidden))[1], strict=True))):
        gradient = (gradient * (given > 0)) @ weight
    slope = stops.diff() @ gradient  # (d,) the mean gradient of m on the way
    ends = forward(stops[[0, -1], None] * mean, len(hidden))[0] @ contrast + bias
    return Attribution(rows @ slope / len(rows), float(ends[0]), float(ends[1]), exact=True)


def _by_captum(model: TextClassifier, rows: Tensor, towards: int, against: int) -> Attribution:
    from captum.attr import IntegratedGradients  # noqa: PLC0415 - it takes a second, and DANs don't need it

    tapped = model.with_embedding(DenseEmbedding(rows)).eval()

    def difference(texts: Tensor) -> Tensor:
        """The difference (K,) for the rows of K texts (K, T, d)."""
        count, tokens, _ = texts.shape
        offsets = torch.arange(count + 1) * tokens
        batch = Batch(torch.arange(count * tokens), offsets, torch.zeros(count, dtype=torch.int64))
        logits: Tensor = functional_call(tapped, {"embedding.weight": texts.flatten(0, 1)}, (batch,))  # (K, C)
        return logits[:, towards] - logits[:, against]

    with torch.no_grad():
        baseline, whole = difference(torch.stack([torch.zeros_like(rows), rows])).tolist()
    texts = max(1, BATCH_TOKENS // len(rows))
    for steps in STEPS:
        integral = IntegratedGradients(difference)
        found = integral.attribute(rows[None], n_steps=steps, internal_batch_size=texts)  # (1, T, d)
        attribution = Attribution(found[0].sum(1).detach(), baseline, whole, exact=False)
        if abs(attribution.missing) <= TOLERANCE * max(1.0, abs(whole - baseline)):
            break
    return attribution
