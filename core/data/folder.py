"""A data set of the user's own: one file, or a folder with train and, if there are, dev and test."""

import dataclasses
from pathlib import Path

from core.data.corpus import Corpus
from core.data.files import FORMATS, FileParameters, Source
from core.data.files.read import read_file, whole_numbers
from core.data.files.source import Progress
from core.data.leaks import drop_leaks
from core.data.splits import Labelled, build_corpus
from core.errors import DataError
from core.events import silent
from core.paths import looking_at


def read_own(path: Path, *, seed: int, parameters: FileParameters, progress: Progress = silent) -> Corpus:
    """The corpus in the file or folder at `path`; a missing dev or test is split off train, drawn by `seed`.

    Raises:
        DataError: naming the file, the row and what to do.
    """
    corpus = read_folder if path.is_dir() else read_single
    found = corpus(path, seed=seed, parameters=parameters, progress=progress)
    return drop_leaks(found) if parameters.drop_leaks else found


def read_single(path: Path, *, seed: int, parameters: FileParameters, progress: Progress = silent) -> Corpus:
    """The corpus in one file, which may say in a column which row is of which split.

    Raises:
        DataError: naming the file, the row and what to do.
    """
    rows = read_file(path, parameters, progress)
    return _corpus(Source(path, progress).stem, rows, seed=seed, parameters=parameters)


def read_folder(
    folder: Path, *, seed: int, parameters: FileParameters | None = None, progress: Progress = silent
) -> Corpus:
    """The corpus in `folder`, whose files may each be of another format.

    Raises:
        DataError: naming the file, the row and what to do.
    """
    parameters = parameters or FileParameters()
    paths = {"train": train_file(folder)}
    paths |= {name: path for name in ("dev", "test") if (path := _file_of(folder, name))}
    rows: dict[str, Labelled] = {}
    for position, (name, path) in enumerate(paths.items()):

        def share(fraction: float, position: int = position) -> None:
            progress((position + fraction) / len(paths))

        read = read_file(path, _strict(parameters) if _is_tsv(path) else parameters, share)
        if set(read) != {"train"}:
            raise DataError(
                f"{path}: a column says train, dev or test, and so does the file's name; give one file or drop it."
            )
        rows[name] = read["train"]
    return _corpus(folder.resolve().name, rows, seed=seed, parameters=parameters)


def train_file(folder: Path) -> Path:
    """The file in `folder` that holds the training texts.

    Raises:
        DataError: when there is none, or two.
    """
    found = _file_of(folder, "train")
    if found is None:
        raise DataError(
            f"{folder}: there is no train.tsv; give a folder with train.tsv, its columns text and label, or with "
            "train.csv, train.jsonl or train.parquet."
        )
    return found


def _corpus(name: str, rows: dict[str, Labelled], *, seed: int, parameters: FileParameters) -> Corpus:
    rows = whole_numbers(rows)
    return build_corpus(
        name,
        rows["train"],
        rows.get("dev"),
        rows.get("test"),
        seed=seed,
        dev_share=parameters.dev_share,
        test_share=parameters.test_share,
    )


def _strict(parameters: FileParameters) -> FileParameters:
    """What train.tsv must be where its columns aren't said: UTF-8, with a header that names text and label."""
    if parameters.text_column and parameters.label_column:
        return parameters
    return dataclasses.replace(
        parameters,
        text_column=parameters.text_column or "text",
        label_column=parameters.label_column or "label",
        encoding="utf-8" if parameters.encoding == "auto" else parameters.encoding,
        header="yes" if parameters.header == "auto" else parameters.header,
    )


def _is_tsv(path: Path) -> bool:
    return Path(path.name.removesuffix(".gz")).suffix == ".tsv"


def _file_of(folder: Path, split: str) -> Path | None:
    """The file in `folder` that holds `split`; None where there is none.

    Raises:
        DataError: when there are two, or the folder may not be entered.
    """
    suffixes = [suffix + packed for file in FORMATS for suffix in file.build().suffixes for packed in ("", ".gz")]
    with looking_at(folder):
        found = [path for suffix in suffixes if (path := folder / (split + suffix)).is_file()]
    if len(found) > 1:
        raise DataError(f"{folder}: both {found[0].name} and {found[1].name} hold {split}; leave one of them there.")
    return found[0] if found else None
