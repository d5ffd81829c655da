"""Values that know their type, from JSON and Parquet, as the text that CSV would hold."""

from core.errors import DataError


def as_text(value: object) -> str | None:
    """`value` as text; None where it is of a kind that can be neither a text nor a label."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))  # pandas holds whole numbers so where one of their column is missing
    return str(value) if isinstance(value, str | int) else None


def cell_of(value: object, *, where: str, column: str) -> str:
    """`value` as text.

    Args:
        value: what the file holds.
        where: the file and the row, for the error.
        column: its name, for the error.

    Raises:
        DataError: for fractions, lists, objects, and for halves of characters.
    """
    text = as_text(value)
    if text is None:
        kinds = {float: "a fraction", list: "a list", dict: "an object"}
        kind = kinds.get(type(value), f"a value of type {type(value).__name__}")
        raise DataError(f"{where}, column {column!r}: it holds {kind}; write texts and classes as words.")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise DataError(f"{where}, column {column!r}: it holds half of a character (a lone surrogate).") from None
    return text
