"""Texts and vectors as bytes, so that workers need none of the data: they get what the driver read, to the last bit."""

import json
from functools import lru_cache

import torch

from core.config import RunConfig
from core.data import Corpus, Split
from core.data.encode import encode_corpus
from core.pipeline import method_of
from core.runs.trunk_store import trunk_part
from core.sealed import seal, unseal
from core.stages import Loaded
from core.vectors import Vectors

SPLITS = ("train", "dev", "test")


def pack(loaded: Loaded) -> bytes:
    """The corpus and the table of `loaded`; what follows from them is left out."""
    corpus, vectors = loaded.corpus, loaded.vectors
    texts = json.dumps({name: getattr(corpus, name).texts for name in SPLITS}, ensure_ascii=False)
    tensors = {f"labels.{name}": torch.from_numpy(getattr(corpus, name).labels) for name in SPLITS}
    tensors["texts"] = torch.frombuffer(bytearray(texts.encode()), dtype=torch.uint8)
    tensors |= {"table": torch.from_numpy(vectors.table), "known": torch.from_numpy(vectors.known)}
    about = {
        "corpus": {name: getattr(corpus, name) for name in ("name", "classes", "source", "licence", "notes")},
        "vectors": {"name": vectors.name, "licence": vectors.licence, "duplicates": vectors.duplicates},
    }
    return seal(tensors, about)


@lru_cache(maxsize=1)  # a worker has many runs on the same texts
def unpack(parcel: bytes, config_json: str) -> Loaded:
    """What `pack` was given, for a run of the configuration `config_json`.

    Raises:
        ValueError: when the parcel was changed on the way.
    """
    tensors, about = unseal(parcel)
    config = RunConfig.from_dict(json.loads(config_json))
    texts = json.loads(bytes(tensors["texts"].numpy()))
    train, dev, test = (Split(tuple(texts[name]), tensors[f"labels.{name}"].numpy()) for name in SPLITS)
    lists = {name: tuple(about["corpus"][name]) for name in ("classes", "notes")}
    corpus = Corpus(train=train, dev=dev, test=test, **about["corpus"] | lists)
    encoded = encode_corpus(
        corpus,
        max_vocabulary=config.max_vocabulary,
        min_count=config.min_count,
        max_tokens=config.max_tokens,
        cjk=config.cjk,
    )
    vectors = Vectors(table=tensors["table"].numpy(), known=tensors["known"].numpy(), **about["vectors"])
    return Loaded(corpus, encoded, vectors, *method_of(config, corpus, vectors))


def shared_json(config: RunConfig) -> str:
    """The configuration of a control on the same trunk: equal for all runs that share it."""
    return json.dumps(RunConfig.from_dict({**trunk_part(config), "method": "dense+"}).to_dict())
