"""Text classifiers: `Batch` → logits, with a slot for the embedding table."""

from core.models.base import Readers, TextClassifier
from core.registry import Registry

MODELS: Registry[type[TextClassifier]] = Registry("model", __name__)

__all__ = ["MODELS", "Readers", "TextClassifier"]
