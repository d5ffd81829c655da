"""What a run will have to fetch before it can begin."""

from core.config import OR_A_PATH, REGISTRIES, RunConfig
from core.data.hub import PREFIX, named


def awaited(config: RunConfig) -> dict[str, str]:
    """A sentence for each choice of `config`, "dataset" or "vectors", that isn't on this machine yet.

    Raises:
        InputError: when it can't be fetched here, saying what to do.
    """
    sentences: dict[str, str] = {}
    for kind in OR_A_PATH:
        registry, name = REGISTRIES[kind], getattr(config, kind)
        if name in registry.names():
            sentences[kind] = registry.get(name).awaits(config.parameters(kind))
        elif name.startswith(PREFIX):
            sentences[kind] = named(name, config.parameters(kind)).awaits()
    return {kind: sentence for kind, sentence in sentences.items() if sentence}
