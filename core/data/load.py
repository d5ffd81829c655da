"""A data set by name or by path."""

from pathlib import Path

from core.data.corpus import Corpus
from core.data.files import FileParameters
from core.data.files.source import Progress
from core.data.folder import read_own
from core.data.hub import PREFIX, HubParameters, load_hub, named
from core.data.packaged import CORPORA
from core.data.saved import SavedCorpora
from core.errors import UnknownSourceError
from core.events import silent
from core.parameters import Parameters
from core.paths import looking_at

PATHS = (
    "hf:owner/name of the Hugging Face hub, or the path of a CSV, TSV, JSONL or Parquet file, or of a folder of these"
)


def load_corpus(name: str, *, seed: int, parameters: Parameters | None = None, progress: Progress = silent) -> Corpus:
    """The packaged or saved data set `name`, or the one in the file or folder of that path.

    Args:
        name: a packaged name, `hf:owner/name` of the Hugging Face hub, the name of a saved corpus, or a path; the first
            of these that fits, and a path can always be written `./name`.
        seed: draws the splits that a file or folder lacks.
        parameters: how a file or folder is to be read; found by looking where nothing is said.
        progress: hears the share that was read, and may raise to stop.

    Raises:
        UnknownSourceError: when it is none of them.
        DataError: when the files can't be used.
        MissingPackageError: when the packaged data isn't installed.
    """
    if name in CORPORA.names():
        return CORPORA.get(name).build(progress)
    if name.startswith(PREFIX):
        chosen = parameters or HubParameters()
        return load_hub(named(name, chosen), parameters=chosen, seed=seed, progress=progress)
    own = parameters if isinstance(parameters, FileParameters) else FileParameters()
    saved = SavedCorpora()
    if name in saved.names():
        return saved.load(name, parameters=own, progress=progress)
    with looking_at(name):
        if not Path(name).exists():
            raise UnknownSourceError("dataset", name, [*CORPORA.names(), *saved.names()], PATHS)
    return read_own(Path(name), seed=seed, parameters=own, progress=progress)
