"""`config.json`: how a bundle's model is made, what it says, and the hash of every other file."""

import hashlib
import json
from dataclasses import dataclass
from typing import Any

from core.bundles.files import CONFIG, Files
from core.bundles.predict import SCHEMA, TOKENIZER
from core.errors import BundleError
from core.models.saved import Description


@dataclass(frozen=True)
class BundleConfig:
    """What `config.json` says.

    Attributes:
        description: how the model is made, from `core.models.saved.describe`.
        classes: the names of the classes.
        max_tokens: where longer texts are cut.
        cjk: whether each Chinese or Japanese character is a token.
    """

    description: Description
    classes: tuple[str, ...]
    max_tokens: int
    cjk: bool

    def to_bytes(self, others: Files) -> bytes:
        """The file, for a bundle whose other files are `others`."""
        values = {
            "schema": SCHEMA,
            "model": self.description["model"],
            "embedding": self.description["embedding"],
            "classes": self.classes,
            "tokenizer": {"rule": TOKENIZER, "max_tokens": self.max_tokens, "cjk": self.cjk},
            "files": {name: hashlib.sha256(content).hexdigest() for name, content in others.items()},
        }
        return (json.dumps(values, indent=1, ensure_ascii=False) + "\n").encode()

    @classmethod
    def from_files(cls, files: Files) -> "BundleConfig":
        """The configuration in `files`, all of which are what it says they are.

        Raises:
            BundleError: when it can't be read, is of another schema, or a file was altered.
        """
        try:
            values = json.loads(files[CONFIG])
            schema = values["schema"]
        except (ValueError, KeyError, TypeError, RecursionError):
            raise BundleError(f"{CONFIG} isn't that of a bundle; export the bundle again.") from None
        if schema != SCHEMA:
            raise BundleError(f"{CONFIG} has the schema {schema!r}, and {SCHEMA} is known here; update Ranklens.")
        try:
            return cls._from_values(values, {name: files[name] for name in files if name != CONFIG})
        except (ValueError, LookupError, TypeError, AttributeError) as error:
            raise BundleError(f"{CONFIG} can't be used ({error!r}); export the bundle again.") from None

    @classmethod
    def _from_values(cls, values: dict[str, Any], others: Files) -> "BundleConfig":
        for name in sorted(values["files"].keys() ^ others.keys()):
            raise BundleError(
                f"{name} is {'missing' if name in values['files'] else 'not in ' + CONFIG}; export the bundle again."
            )
        for name, content in others.items():
            if hashlib.sha256(content).hexdigest() != values["files"][name]:
                raise BundleError(f"{name} isn't the file that was exported: its hash differs. Copy the bundle again.")
        rule, max_tokens = values["tokenizer"]["rule"], values["tokenizer"]["max_tokens"]
        cjk, classes = values["tokenizer"].get("cjk"), values["classes"]
        if rule != TOKENIZER:
            raise ValueError(f"the tokenizer is {rule!r}, and {TOKENIZER!r} is known")
        if type(max_tokens) is not int or max_tokens < 1:
            raise ValueError(f"max_tokens is {max_tokens!r}")
        if not isinstance(cjk, bool):
            raise ValueError(f"cjk is {cjk!r}")
        if not isinstance(classes, list) or not all(isinstance(name, str) for name in classes):
            raise ValueError("classes isn't a list of names")
        if len(classes) < 2 or len(set(classes)) < len(classes):  # noqa: PLR2004 - two is what "classification" means
            raise ValueError("classes aren't two or more different names")
        description = {"model": values["model"], "embedding": values["embedding"], "classes": len(classes)}
        return cls(description, tuple(classes), max_tokens, cjk)
