"""A bundle as a torch model that classifies texts. Shapes: `B` texts, `C` classes, `V` rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import safetensors
import torch
from safetensors.torch import load
from torch import Tensor

from core.bundles.config import BundleConfig
from core.bundles.files import VOCABULARY, WEIGHTS, Files, read_files
from core.bundles.half import in_single
from core.data.batch import Batch
from core.data.tokenizer import tokenize
from core.data.vocabulary import tokens_from_bytes
from core.errors import BundleError
from core.models import TextClassifier
from core.models.saved import rebuild

ROWS_AT_ONCE = 4096


@dataclass(frozen=True)
class Bundle:
    """A model, and the words and classes it knows.

    Attributes:
        tokens: (V,) the token of each row; row 0 stands for all others.
        max_tokens: where longer texts are cut.
        cjk: whether each Chinese or Japanese character is a token.
    """

    model: TextClassifier
    tokens: tuple[str, ...]
    classes: tuple[str, ...]
    max_tokens: int
    cjk: bool

    @cached_property
    def index(self) -> dict[str, int]:
        """The row of each token."""
        return {token: row for row, token in enumerate(self.tokens)}

    def encode(self, texts: Sequence[str]) -> Batch:
        """`texts` as one ragged batch, all of label 0; a text without tokens becomes one unknown token."""
        cut = (tokenize(text, cjk=self.cjk)[: self.max_tokens] for text in texts)
        ids = [[self.index.get(token, 0) for token in tokens] or [0] for tokens in cut]
        offsets = torch.from_numpy(np.cumsum([0, *map(len, ids)]))
        flat = torch.tensor([row for text in ids for row in text], dtype=torch.int64)
        return Batch(flat, offsets, torch.zeros(len(ids), dtype=torch.int64))

    @torch.no_grad()
    def probabilities(self, texts: Sequence[str]) -> Tensor:
        """The probability of each class, for each of `texts`: (B, C)."""
        if not texts:
            return torch.zeros(0, len(self.classes))
        return torch.softmax(self.model(self.encode(texts)), dim=1)

    def predict(self, texts: Sequence[str]) -> list[dict[str, Any]]:
        """For each text a dictionary of `text`, `label`, the likeliest class, and `probabilities` of all classes."""
        return [
            {
                "text": text,
                "label": self.classes[int(np.argmax(shares))],
                "probabilities": {name: round(share, 6) for name, share in zip(self.classes, shares, strict=True)},
            }
            for text, shares in zip(texts, self.probabilities(texts).tolist(), strict=True)
        ]


def load_bundle(path: Path) -> Bundle:
    """The bundle in the folder or the zip `path`. It is taken for hostile until all of it has been checked.

    Raises:
        BundleError: when a file is missing, was altered, or doesn't fit the others; nothing is left on the disk.
    """
    files = read_files(path)
    try:
        return _parse(files)
    except BundleError as error:
        raise BundleError(f"{path}: {error}") from None


def _parse(files: Files) -> Bundle:
    config = BundleConfig.from_files(files)
    try:
        tokens = tokens_from_bytes(files[VOCABULARY])
    except ValueError as error:
        raise BundleError(f"{VOCABULARY} can't be read ({error}); export the bundle again.") from None
    try:
        weights = in_single(load(files[WEIGHTS]))
    except safetensors.SafetensorError as error:
        raise BundleError(f"{WEIGHTS} can't be read ({error}); export the bundle again.") from None
    model = rebuild(config.description, weights)
    rows = model.embedding.num_embeddings
    if rows != len(tokens):
        raise BundleError(f"{VOCABULARY} has {len(tokens):,} lines, and the table {rows:,} rows; export it again.")
    _try_every_row(model)
    return Bundle(model, tokens, config.classes, config.max_tokens, config.cjk)


@torch.no_grad()
def _try_every_row(model: TextClassifier) -> None:
    """Look every row up, so that a code without a meaning or a number that is none is found now, not in use."""
    try:
        rows = (model.embedding(ids) for ids in torch.arange(model.embedding.num_embeddings).split(ROWS_AT_ONCE))
        whole = all(bool(each.isfinite().all()) for each in rows)
    except (IndexError, RuntimeError) as error:
        raise BundleError(f"{WEIGHTS}: the table can't be read ({error}); export the bundle again.") from None
    if not whole or not all(bool(weight.isfinite().all()) for weight in model.parameters()):
        raise BundleError(f"{WEIGHTS} holds infinite numbers or none at all (NaN); export the bundle again.")
