"""What a run leaves in its folder beside weights, so that its models can be used when its data is gone.

`models.json` says how each model is made and which classes it tells apart; `vocabulary.txt` has a line for each row of
the table.
"""

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import safetensors
from safetensors.torch import load_file

from core.atomic import write_atomically
from core.data.vocabulary import tokens_from_bytes, tokens_to_bytes
from core.errors import BundleError
from core.models import TextClassifier
from core.models.saved import Description, rebuild

SCHEMA = 1
MODELS_FILE, VOCABULARY_FILE = "models.json", "vocabulary.txt"


@dataclass(frozen=True)
class Artifacts:
    """What a run's models need and say.

    Attributes:
        tokens: (V,) the token of each row; row 0 stands for all others.
        max_tokens: where longer texts are cut.
        cjk: whether each Chinese or Japanese character is a token.
        models: how to make the models `dense`, `compressed` and `deployed`, from `core.models.saved.describe`.
        source: where the texts are from, and under which `data_licence`; empty where nobody knows.
        vectors_licence: the licence of the word vectors.
    """

    classes: tuple[str, ...]
    tokens: tuple[str, ...]
    max_tokens: int
    models: Mapping[str, Description]
    cjk: bool = False
    source: str = ""
    data_licence: str = ""
    vectors_licence: str = ""

    def write(self, folder: Path) -> None:
        """Write both files to `folder`.

        Raises:
            StoreError: when the disk is full or the folder can't be written.
        """
        values = {field.name: getattr(self, field.name) for field in dataclasses.fields(self)}
        tokens = values.pop("tokens")
        write_atomically(folder / VOCABULARY_FILE, tokens_to_bytes(tokens))
        write_atomically(folder / MODELS_FILE, json.dumps({"schema": SCHEMA, **values}, indent=1).encode())

    @classmethod
    def read(cls, folder: Path) -> "Artifacts":
        """What `write` wrote to `folder`.

        Raises:
            BundleError: when it isn't there or can't be read.
        """
        try:
            values: dict[str, Any] = json.loads((folder / MODELS_FILE).read_bytes())
            tokens = tokens_from_bytes((folder / VOCABULARY_FILE).read_bytes())
            schema, classes = values.pop("schema"), tuple(values.pop("classes"))
            if schema != SCHEMA:
                raise ValueError(f"its schema is {schema!r}, and {SCHEMA} is known")
            return cls(classes=classes, tokens=tokens, **values)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BundleError(f"{folder}: what the run left can't be read ({error}); run it again.") from None


def load_model(folder: Path, name: str) -> TextClassifier:
    """The model `name` (`dense`, `compressed` or `deployed`) that a run left in `folder`, ready to classify.

    Raises:
        BundleError: when its weights or its description are missing or don't fit each other.
    """
    path = folder / f"{name}.safetensors"
    try:
        return rebuild(Artifacts.read(folder).models[name], load_file(path))
    except (OSError, KeyError, safetensors.SafetensorError) as error:
        raise BundleError(f"{path} can't be read ({error}); run it again.") from None
    except BundleError as error:
        raise BundleError(f"{path}: {error}") from None
