"""Lists of widths, as a command line and a URL hold them."""

from core.errors import ConfigError

MOST_WIDTHS = 16


def read_widths(name: str, text: str, *, most: int) -> list[int]:
    """The whole numbers in `text`, the value of the parameter `name`, with commas between.

    Raises:
        ConfigError: when one of them isn't from 1 to `most`, or there are too many.
    """
    parts = [part.strip() for part in text.split(",")]
    widths = [int(part) if part.isdecimal() and len(part) <= len(str(most)) else 0 for part in parts]
    if len(widths) > MOST_WIDTHS or not all(1 <= width <= most for width in widths):
        allowed = (
            f"it must be at most {MOST_WIDTHS} whole numbers from 1 to {most:,} with commas between, such as 100,50"
        )
        raise ConfigError(name, text, allowed)
    return widths
