"""Reading CSV whose unclosed quotes swallowed tab-separated neighbours: every physical line is a row."""

from collections.abc import Iterator


def rows_of(text: str) -> Iterator[list[str]]:
    """The fields of each line behind the header: `id,value,text` with quotes, or tab-separated as it once was."""
    for line in text.split("\n")[1:]:
        row = line.removesuffix("\r")
        first = row.split("\t")
        if len(first) > 1 and "," not in first[0]:
            yield [*first[:-1], unquote(first[-1])]
        elif row:
            yield [unquote(field) for field in row.split(",", 2)]


def unquote(field: str) -> str:
    """The text of a CSV field that may have lost its opening or its closing quote; doubled quotes stand for one."""
    field = field.removeprefix('"')
    if field.count('"') % 2:
        field = field.removesuffix('"')
    return field.replace('""', '"')
