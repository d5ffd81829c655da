"""Every page of the app, found by its file `pages/<group>/<place>_<name>.py`, titled by its docstring."""

import ast
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

PAGES = Path(__file__).resolve().parent.parent / "pages"
GROUPS = ("explore", "understand", "use")
HOME = "live_run"


def navigation() -> dict[str, list[StreamlitPage]]:
    """The pages of each group, in the order of their place."""
    groups = {group.capitalize(): [_page(path) for path in _files(group)] for group in GROUPS}
    return {group: pages for group, pages in groups.items() if pages}


def page_file(name: str) -> str:
    """The file of the page called `name`, as `st.switch_page` and `st.page_link` want it.

    Raises:
        KeyError: when there is no such page.
    """
    return {_name(path): str(path.relative_to(PAGES)) for group in GROUPS for path in _files(group)}[name]


def page_names() -> list[str]:
    """The last part of every page's address."""
    return [_address(path) for group in GROUPS for path in _files(group)]


def _page(path: Path) -> StreamlitPage:
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return st.Page(path, title=docstring.partition(":")[0], url_path=_address(path), default=_name(path) == HOME)


def _files(group: str) -> list[Path]:
    return sorted((PAGES / group).glob("[0-9]*_*.py"))


def _address(path: Path) -> str:
    return _name(path).replace("_", "-")


def _name(path: Path) -> str:
    return path.stem.partition("_")[2]
