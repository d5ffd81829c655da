"""Notes as HTML that can do no harm: HTML in them is shown as it was typed, and nothing is loaded from elsewhere."""

from markdown_it import MarkdownIt

# Pictures would be fetched; scripts can't be linked to, since markdown-it lets no such address through.
_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable("table").disable("image")


def to_html(notes: str) -> str:
    """`notes`, Markdown, as HTML."""
    html: str = _MARKDOWN.render(notes)
    return html
