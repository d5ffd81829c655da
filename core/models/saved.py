"""A model as numbers and a description, from which it can be made again. No pickle."""

import dataclasses
from collections.abc import Mapping
from typing import Any

import torch
from torch import Tensor

from core.embeddings import EMBEDDINGS
from core.errors import BundleError, ConfigError
from core.models import MODELS, TextClassifier

Description = dict[str, Any]


def describe(model: TextClassifier) -> Description:
    """What it takes to make `model` again, beside its weights; in JSON's types."""
    return {
        "model": {"kind": MODELS.name_of(type(model)), **dataclasses.asdict(model.parameters_used)},
        "embedding": {"kind": EMBEDDINGS.name_of(type(model.embedding)), **model.embedding.spec()},
        "classes": model.classes,
    }


def rebuild(description: Description, weights: Mapping[str, Tensor]) -> TextClassifier:
    """The model that `describe` described, with `weights` in it, ready to classify.

    Nothing of a described size is allocated before the weights are known to have it.

    Raises:
        BundleError: when `description` describes no model, or another one than `weights` belong to.
    """
    try:
        with torch.device("meta"):
            model = _empty(description)
    except ConfigError as error:
        raise BundleError(f"the description of the model can't be used: {error}") from None
    except (LookupError, TypeError, ValueError, ArithmeticError, RuntimeError, AttributeError) as error:
        raise BundleError(f"the description of the model can't be used ({type(error).__name__}: {error}).") from None
    expected = model.state_dict()
    for name in sorted(expected.keys() ^ weights.keys()):
        raise BundleError(f"the weights {'lack' if name in expected else 'have a surplus'} {name!r}.")
    for name, value in weights.items():
        if (value.shape, value.dtype) != (expected[name].shape, expected[name].dtype):
            found, wanted = (f"{tuple(each.shape)} of {each.dtype}" for each in (value, expected[name]))
            raise BundleError(f"the weights of {name!r} are {found}, where the description says {wanted}.")
    model.load_state_dict(dict(weights), assign=True)
    return model.eval()


def _empty(description: Description) -> TextClassifier:
    parameters, table = dict(description["model"]), dict(description["embedding"])
    component = MODELS.get(parameters.pop("kind"))
    embedding = EMBEDDINGS.get(table.pop("kind")).build.from_spec(table)
    return component.build(embedding, description["classes"], component.parameters(**parameters))
