"""Numbers of things, for sentences."""


def counted(number: int, noun: str) -> str:
    """So many of what `noun` is called, which takes an s where it isn't one."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
