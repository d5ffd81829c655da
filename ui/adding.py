"""Adding texts of one's own: where they are, how they are read, which column is which, what they will be called."""

import dataclasses
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from core.counted import counted
from core.data import FORMATS, Description, FileParameters, SavedCorpora
from core.data.adding import Adding, Addition
from core.data.files.parameters import NO_COLUMN
from core.data.files.read import glance_at
from core.data.folder import train_file
from core.data.saved import suggest_name
from core.data.spool import Spool, plain_name
from core.errors import DataError, RanklensError
from core.parameters import MOST_SEED, Spec, specs
from core.paths import looking_at
from ui.rows import LONGEST_CELL, rows_table
from ui.words import escape

SHOWN_ROWS = 6
NAMED_CLASSES = 8
HOW = ("format", "delimiter", "encoding", "header")
DRAWN, BY_COLUMN, OWN_FILES = "Drawn by chance", "Said by a column", "Files of their own"
SPECS: dict[str, Spec] = {spec.name: spec for spec in specs(FileParameters)}


@dataclass(frozen=True)
class Given:
    """What is to be added: a file or folder, what its owner calls it, and the private place of an upload."""

    path: Path
    title: str
    spool: Spool

    def hide(self, error: RanklensError) -> str:
        """`error` without the place where an upload is kept, which is nobody's business."""
        return escape(str(error).replace(f"{self.spool.folder}/", ""))


def add_texts() -> Adding | None:
    """The whole way, as far as it has come; returns the addition once Save is pressed.

    Raises:
        DataError: when nothing is at the path.
    """
    given: Given | None = st.session_state.get("given")
    if given is None:
        _ask_for_it()
        return None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(given.title, width="content")
        if st.button("Take another", key="another", help="Forgets this one; nothing was saved of it."):
            forget()
            st.rerun()
    try:
        parameters, found = _how_it_is_read(given)
        return _save(given, parameters, found)
    except RanklensError as error:
        st.error(given.hide(error))
        return None


def forget() -> None:
    """Remove an upload that waits."""
    given = st.session_state.pop("given", None)
    if given:
        given.spool.close()


def _ask_for_it() -> None:
    """An upload or a path; once there is one, the page is drawn anew with it.

    Raises:
        DataError: when nothing is there, or it can't be looked at.
    """
    st.caption("One row for each text, its class in another column. How the file is written is found by looking.")
    where = st.segmented_control(
        "Where it is",
        ["Upload", "Path"],
        default="Upload",
        required=True,
        key="where",
        help="On your machine, or here.",
    )
    if where == "Upload":
        told = "Also gzipped. It is read as text and kept on this machine; nothing in it is run."
        uploaded = st.file_uploader("CSV, TSV, JSON Lines or Parquet", key="upload", help=told)
        if uploaded:
            spool = Spool()
            path = spool.add(uploaded.name, uploaded)
            st.session_state["given"] = Given(path, uploaded.name, spool)
            st.rerun()
        return
    told = "On the machine that Ranklens runs on. A folder holds train and, if you have them, dev and test."
    typed = st.text_input("Path of a file or folder", key="own-path", help=told).strip()
    if typed:
        with looking_at(typed):
            path = Path(typed).expanduser()
            if not path.exists():
                raise DataError(f"{typed}: there is no such file or folder; check the path.")
        st.session_state["given"] = Given(path, typed, Spool())
        st.rerun()


def _how_it_is_read(given: Given) -> tuple[FileParameters, Description]:
    """Controls for what was found by looking, and a preview that follows them.

    Raises:
        DataError: when the file can't be read so.
    """
    keys = {name: f"{name}-{given.spool.folder.name}" for name in (*HOW, "text_column", "label_column")}
    chosen = {name: st.session_state.get(keys[name], "auto") for name in HOW}
    with looking_at(given.path):
        file = train_file(given.path) if given.path.is_dir() else given.path
        changed = file.stat().st_mtime
    problem: RanklensError | None = None
    found: Description | None = None
    try:
        found = _glance(str(file), changed, FileParameters(**chosen))
    except RanklensError as error:
        problem = error
    for column, name in zip(st.columns(len(HOW)), HOW, strict=True):
        column.selectbox(
            name.capitalize(),
            SPECS[name].choices or (),
            format_func=lambda choice, name=name: _as_found(name, choice, found),
            key=keys[name],
            help=SPECS[name].help,
        )
    if problem or found is None:
        raise problem or AssertionError
    names = list(dict.fromkeys(found.columns))
    left, right = st.columns(2)
    text, label = (
        column.selectbox(
            title,
            names,
            names.index(guess) if guess in names else None,
            key=keys[kind],
            placeholder="choose a column",
            help=SPECS[kind].help,
        )
        for column, title, kind, guess in (
            (left, "Text", "text_column", found.text_column),
            (right, "Class", "label_column", found.label_column),
        )
    )
    _preview(found, text, label)
    if text is None or label is None:
        st.warning(escape(found.problem.replace(f"{given.spool.folder}/", "")))
    header = "yes" if found.header else "no"
    parameters = FileParameters(**{**chosen, "header": header}, text_column=text, label_column=label)
    return parameters, found


def _as_found(name: str, choice: str, found: Description | None) -> str:
    """How a choice is shown: "auto" as what was found."""
    if name == "format" and choice != "auto":
        return FORMATS.get(choice).title
    if choice != "auto":
        return choice
    held = {
        "format": found and FORMATS.get(found.format).title + (", gzipped" if found.compressed else ""),
        "delimiter": found and found.delimiter,
        "encoding": found and found.encoding,
        "header": found and ("yes" if found.header else "no"),
    }[name]
    return f"{held} (found)" if held else "none" if found else "found by looking"


def _preview(found: Description, text: str | None, label: str | None) -> None:
    """The first rows, what the columns are taken for, and the classes among the rows looked at."""
    marks = [{text: "text", label: "class", found.split_column: "split"}.get(name, "") for name in found.columns]
    width = len(found.columns)
    even = [(*row[:width], *[""] * (width - len(row))) for row in found.sample[:SHOWN_ROWS]]
    rows_table(found.columns, even, marks=marks)
    if label is not None:
        place = found.columns.index(label)
        counts = Counter(row[place].strip() for row in found.sample if place < len(row) and row[place])  # type: ignore[union-attr]
        most = ", ".join(f"{name} ({count:,})" for name, count in counts.most_common(NAMED_CLASSES))
        more = f" and {len(counts) - NAMED_CLASSES:,} more" if len(counts) > NAMED_CLASSES else ""
        first = f"the first {counted(len(found.sample), 'row')}" if len(found.sample) > 1 else "the first row"
        classes = "One class" if len(counts) == 1 else f"{len(counts):,} classes"
        st.caption(escape(f"{classes} in {first}: {most}{more}."))


@st.cache_resource(max_entries=16, show_spinner="Looking into the file …")
def _glance(path: str, changed: float, parameters: FileParameters) -> Description:
    """What the file holds, long cells cut, so that little of it is kept."""
    del changed  # only there to tell versions apart
    found = glance_at(Path(path), parameters)
    cut = tuple(tuple(cell and cell[: LONGEST_CELL + 1] for cell in row) for row in found.sample)
    return dataclasses.replace(found, sample=cut)


def _splits(given: Given, parameters: FileParameters, found: Description) -> tuple[dict[str, object], int, Path]:
    """Where dev and test come from: the parameters and the seed that say so, and the file or folder to read."""
    if given.path.is_dir():
        st.caption("Splits that the folder lacks are drawn by chance.")
        return {}, 0, given.path
    usual = BY_COLUMN if found.split_column else DRAWN
    told = "Dev is what every choice is made on; test is reported once. Where one is missing, it is drawn from train."
    how = st.segmented_control(
        "Splits", [DRAWN, BY_COLUMN, OWN_FILES], default=usual, required=True, key="splits", help=told
    )
    if how == BY_COLUMN:
        names = list(dict.fromkeys(found.columns))
        index = names.index(found.split_column) if found.split_column else None
        picked = st.selectbox("Column", names, index, key="split-column", placeholder="choose a column", help=told)
        return {"split_column": picked}, 0, given.path
    left, middle, right = st.columns(3)
    values: dict[str, object] = {"split_column": NO_COLUMN} if found.split_column else {}
    for column, name in ((left, "test_share"), (middle, "dev_share")):
        label = name.replace("_", " ").capitalize()
        values[name] = column.slider(label, 0.01, 0.5, 0.1, 0.01, format="percent", key=name, help=SPECS[name].help)
    seed = right.number_input("Seed", 0, MOST_SEED, 0, key="split-seed", help="Same seed, same splits.")
    return values, int(seed), _with_files(given, parameters, found) if how == OWN_FILES else given.path


def _with_files(given: Given, parameters: FileParameters, found: Description) -> Path:
    """A folder of the file and of those that are uploaded beside it, called as a folder of splits must be.

    Raises:
        DataError: when one of them can't be read as the first is.
    """
    folder = given.spool.folder / "splits"
    folder.mkdir(exist_ok=True)
    uploads = {
        split: column.file_uploader(
            f"The file with {split}",
            key=f"upload-{split}",
            help=f"Its columns are called as in the first file. Without it, {split} is drawn from train.",
        )
        for column, split in zip(st.columns(2), ("dev", "test"), strict=True)
    }
    links = {"train": found}
    for split, uploaded in uploads.items():
        if uploaded:
            path = given.spool.folder / plain_name(f"{split}-{uploaded.name}")
            if st.session_state.get(f"kept-{split}") != (path, uploaded.file_id):
                given.spool.add(path.name, uploaded)
                st.session_state[f"kept-{split}"] = (path, uploaded.file_id)
            links[split] = _glance(str(path), path.stat().st_mtime, parameters)
            if links[split].problem:
                raise DataError(links[split].problem)
    for old in folder.iterdir():
        old.unlink()
    for split, file in links.items():
        suffix = FORMATS.get(file.format).build().suffixes[0] + (".gz" if file.compressed else "")
        (folder / f"{split}{suffix}").symlink_to(file.path.absolute())
    return folder


def _save(given: Given, parameters: FileParameters, found: Description) -> Adding | None:
    """Splits, name and Save; returns the addition once it is pressed.

    Raises:
        ConfigError: when the name can't be one, or is taken.
        DataError: when a file with dev or test can't be read as the first is.
    """
    values, seed, path = _splits(given, parameters, found)
    saved = SavedCorpora()
    left, middle = st.columns(2)
    wanted = saved.free_name(suggest_name(Path(given.title.replace("\\", "/").rpartition("/")[2])))
    name = left.text_input("Name", wanted, key=f"name-{given.spool.folder.name}", help="How the form will call it.")
    licence = middle.text_input("Licence", key="licence", placeholder="optional", help="Goes into models made from it.")
    ready = None not in (parameters.text_column, parameters.label_column, values.get("split_column", ""))
    told = "Reads all of it, in a process of its own, and keeps it in Ranklens's home."
    pressed = st.button("Save", type="primary", key="save", disabled=not ready, help=told)
    chosen = dataclasses.replace(parameters, **values)  # type: ignore[arg-type]
    here = not path.is_relative_to(given.spool.folder)
    addition = Addition(path, name.strip(), chosen, seed, "" if here else given.title, licence.strip())
    if ready and here:
        with st.expander("Copy as command"):
            st.code(addition.to_command(), language="bash", wrap_lines=True)
    if not pressed:
        return None
    saved.check_name(addition.name)
    return Adding(addition, given.spool)
