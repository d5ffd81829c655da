"""How a file of the user's own is to be read. All of it is found by looking; each can be said instead."""

from dataclasses import dataclass

from core.parameters import Parameters, parameter

FOUND = "found by looking"
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
ENCODINGS = {
    "utf-8": "utf-8-sig",  # with or without a byte order mark
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "latin-1": "latin-1",
    "windows-1252": "cp1252",
}


@dataclass(frozen=True)
class FileParameters(Parameters):
    """Which columns to take, and how the file is written."""

    text_column: str | None = parameter(
        None, unset=FOUND, advanced=True, help="The column with the texts; columns without a name are 1, 2, …."
    )
    label_column: str | None = parameter(None, unset=FOUND, advanced=True, help="The column with the classes.")
    split_column: str | None = parameter(
        None, unset=FOUND, advanced=True, help="The column that says train, dev or test of each row, if there is one."
    )
    delimiter: str = parameter(
        "auto", choices=("auto", *DELIMITERS), advanced=True, help="What stands between the cells of a row."
    )
    encoding: str = parameter(
        "auto", choices=("auto", *ENCODINGS), advanced=True, help="How the file writes its characters."
    )
    header: str = parameter(
        "auto", choices=("auto", "yes", "no"), advanced=True, help="Whether the first row names the columns."
    )
    drop_leaks: bool = parameter(
        False, advanced=True, help="Drop training texts that dev or test holds too, and dev texts that test holds."
    )
