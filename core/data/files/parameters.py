"""How a file of the user's own is to be read. All of it is found by looking; each can be said instead."""

from dataclasses import dataclass

from core.parameters import Parameters, parameter

FOUND = "found by looking"
NO_COLUMN = "none"
DELIMITERS = {"comma": ",", "semicolon": ";", "tab": "\t", "bar": "|"}
ENCODINGS = {
    "utf-8": "utf-8-sig",  # with or without a byte order mark
    "utf-16": "utf-16",
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    "latin-1": "latin-1",
    "windows-1252": "cp1252",
}


def _formats() -> tuple[str, ...]:
    from core.data.files import FORMATS  # noqa: PLC0415 - every format reads these parameters

    return ("auto", *FORMATS.names())


@dataclass(frozen=True)
class FileParameters(Parameters):
    """Which columns to take, and how the file is written."""

    format: str = parameter(
        "auto",
        choices=_formats,
        advanced=True,
        help="How the file is written, where its content and name don't say it.",
    )
    text_column: str | None = parameter(
        None, unset=FOUND, advanced=True, help="The column with the texts; columns without a name are 1, 2, …."
    )
    label_column: str | None = parameter(None, unset=FOUND, advanced=True, help="The column with the classes.")
    split_column: str | None = parameter(
        None,
        unset=FOUND,
        advanced=True,
        help=f"The column that says train, dev or test; {NO_COLUMN!r} draws them anew.",
    )
    test_share: float = parameter(
        0.1, minimum=0.01, maximum=0.5, advanced=True, help="Share of each class drawn as test, where no test is given."
    )
    dev_share: float = parameter(
        0.1, minimum=0.01, maximum=0.5, advanced=True, help="Share of what is left drawn as dev, where no dev is given."
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
