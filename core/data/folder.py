"""A data set of the user's own: a folder with train.tsv and, if there are, dev.tsv and test.tsv."""

from pathlib import Path

from core.data.corpus import Corpus
from core.data.splits import Labelled, build_corpus
from core.errors import DataError

COLUMNS = ("text", "label")


def read_folder(folder: Path, *, seed: int) -> Corpus:
    """The corpus in `folder`; a missing dev or test is split off train.

    Raises:
        DataError: naming the file, the row and what to do.
    """
    if not (folder / "train.tsv").is_file():
        raise DataError(f"{folder}: there is no train.tsv; give a folder with train.tsv, its columns text and label.")
    parts = {name: folder / f"{name}.tsv" for name in ("train", "dev", "test")}
    rows = {name: read_tsv(path) for name, path in parts.items() if path.is_file()}
    return build_corpus(folder.resolve().name, rows["train"], rows.get("dev"), rows.get("test"), seed=seed)


def read_tsv(path: Path) -> Labelled:
    """The rows of a tab-separated file with a header that names `text` and `label`; quotes are plain characters.

    Raises:
        DataError: naming the file, the row and what to do.
    """
    try:
        lines = path.read_bytes().decode("utf-8-sig").split("\n")
    except UnicodeDecodeError as error:
        bad = path.read_bytes()[: error.start].count(b"\n") + 1
        raise DataError(f"{path}, row {bad}: this isn't UTF-8 text; save the file as UTF-8.") from None
    except OSError as error:
        raise DataError(f"{path} can't be read: {error.strerror}.") from None
    header, *rows = (line.removesuffix("\r").split("\t") for line in lines)
    absent = [column for column in COLUMNS if column not in header]
    if absent:
        raise DataError(f"{path}, row 1: there is no column {absent[0]!r}; the header must name text and label.")
    text_column, label_column = (header.index(column) for column in COLUMNS)
    texts, labels = [], []
    for number, row in enumerate(rows, start=2):
        if row == [""]:
            continue
        if len(row) != len(header):
            raise DataError(
                f"{path}, row {number}: {len(row)} columns where the header has {len(header)}; mend the row."
            )
        if not row[label_column].strip():
            raise DataError(f"{path}, row {number}: the label is empty; give one or drop the row.")
        texts.append(row[text_column])
        labels.append(row[label_column].strip())
    return Labelled(tuple(texts), tuple(labels))
