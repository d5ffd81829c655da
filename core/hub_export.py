"""A Hugging Face data set as plain Parquet files: a program of its own, `python -m core.hub_export REQUEST`.

It runs beside whoever asked, so that it can be stopped at any moment, and what the library brings along (serialised
objects, threads, caches) stays out of the asker's process. It ends with a sentence on stderr where it can't be done.
"""

import importlib
import json
import sys
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import pyarrow
import pyarrow.compute
import pyarrow.parquet
import pyarrow.types

FORMATS = ("parquet", "csv", "json")  # what is read; anything else could hold a program, or no texts
PLAIN = ("is_string", "is_large_string", "is_integer", "is_boolean", "is_null")
CARD, SIZE, CACHE = "card.json", "bytes.txt", "cache"  # in the folder, beside the splits
UNREACHED = {"ConnectionError", "ConnectError", "ConnectTimeout", "ReadTimeout", "ReadError", "RemoteProtocolError",
             "LocalEntryNotFoundError", "OfflineModeIsEnabled"}  # fmt: skip


@dataclass(frozen=True)
class Request:
    """What to export.

    Attributes:
        repository: `owner/name` on the hub, or the path of a folder like one there.
        subset: which of its configurations; "" for its default.
        folder: where a file for each split is written, called as the split.
        splits: the names of splits to take; others aren't even fetched.
        max_bytes: more than so much isn't fetched.
    """

    repository: str
    subset: str
    folder: str
    splits: tuple[str, ...]
    max_bytes: int

    def to_text(self) -> str:
        """As an argument of the program."""
        return json.dumps(asdict(self))


class ExportError(Exception):
    """A sentence about what can't be done."""


def export(request: Request) -> None:
    """Write what is asked for.

    Raises:
        ExportError: when there is no such data set, it can't be reached, or isn't made of plain tables.
    """
    local = Path(request.repository).is_absolute()
    if not local:
        _knock(request.repository)
    datasets = importlib.import_module("datasets")
    datasets.disable_progress_bars()
    address = request.repository if local else f"hf://datasets/{request.repository}"
    folder = Path(request.folder)
    builder = datasets.load_dataset_builder(address, request.subset or None, cache_dir=str(folder / CACHE))
    kind = type(builder).__module__.rpartition(".")[2]
    if kind not in FORMATS:
        raise ExportError(f"its files are of the kind {kind!r}, but only Parquet, CSV and JSON are read")
    files = builder.config.data_files or {}
    wanted = {split: paths for split, paths in files.items() if str(split) in request.splits}
    if not wanted:
        raise ExportError(f"its splits are {', '.join(map(str, files)) or 'none'}, and none of them is called train")
    size = sum(_size_bytes(path) for paths in wanted.values() for path in paths)
    if size > request.max_bytes:
        raise ExportError(f"its files have {size:,} bytes, more than {request.max_bytes:,}; take a smaller subset")
    (folder / SIZE).write_text(str(size), encoding="utf-8")
    builder.config.data_files = type(files)(wanted)
    builder.download_and_prepare(verification_mode="no_checks")
    for split in wanted:
        part = builder.as_dataset(split=str(split))
        pyarrow.parquet.write_table(_plain(part), folder / f"{split}.parquet", compression="zstd")
    (folder / CARD).write_text(json.dumps({"licence": _licence(request.repository)}), encoding="utf-8")


def _knock(repository: str) -> None:
    """Ask for `repository` once: where nobody answers, what follows would try again for half a minute.

    `HF_HUB_ETAG_TIMEOUT` says how many seconds are waited for the answer.
    """
    hub = importlib.import_module("huggingface_hub")
    hub.HfApi().dataset_info(repository, timeout=hub.constants.HF_HUB_ETAG_TIMEOUT)


def _plain(part: Any) -> pyarrow.Table:
    """The columns of a split that can hold texts or classes; classes by their names, null where there is none (−1)."""
    columns = {}
    for name, feature in part.features.items():
        values = part.data.column(name)
        if hasattr(feature, "names"):
            numbers = values.combine_chunks()
            known = pyarrow.compute.greater_equal(numbers, 0)
            places = pyarrow.compute.if_else(known, numbers, pyarrow.scalar(None, numbers.type))
            columns[name] = pyarrow.array(feature.names, pyarrow.string()).take(places)
        elif any(getattr(pyarrow.types, test)(values.type) for test in PLAIN):
            columns[name] = values
    return pyarrow.table(columns)


def _size_bytes(address: str) -> int:
    filesystem, path = importlib.import_module("fsspec").core.url_to_fs(address)
    return int(filesystem.info(path)["size"] or 0)


def _licence(repository: str) -> str:
    """What the repository's card says; "" where it says nothing."""
    hub = importlib.import_module("huggingface_hub")
    place = str(Path(repository) / "README.md") if Path(repository).is_absolute() else repository
    try:
        licence = hub.DatasetCard.load(place).data.license
    except (hub.errors.EntryNotFoundError, FileNotFoundError, ValueError):
        return ""
    return ", ".join(licence) if isinstance(licence, list) else str(licence or "")


def explain(error: Exception) -> str:
    """What `error`, of the library's, means, and what to do."""
    text = " ".join(str(error).split())
    names = {type(error).__name__, type(error.__cause__).__name__}
    if isinstance(error, ExportError):
        return text
    if "scripts are no longer supported" in text:
        return "it needs a program of its own to be read, which is never run; look for a copy of it in Parquet"
    if names & {"DatasetNotFoundError", "RepositoryNotFoundError"}:
        return "there is none of that name, or it is private or asks for an account; check the name"
    if names & UNREACHED:
        return "the hub can't be reached, so this machine seems to be offline; connect it, or give a folder's path"
    if "onfig" in text and "[" in text:  # BuilderConfig 'x' not found. Available: [...]; Config name is missing.
        return f"choose a subset, out of {text[text.index('[') + 1 : text.rindex(']')]}"
    return f"{type(error).__name__}: {text[:300]}"


if __name__ == "__main__":
    try:
        export(Request(**json.loads(sys.argv[1])))
    except Exception as error:  # the library raises of all kinds, and this is where the process ends
        sys.exit(f"error: {explain(error)}")
