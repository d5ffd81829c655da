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


def addresses() -> dict[str, str]:
    """Where each page is in the app, behind its root, by the page's name."""
    return {_name(path): _address(_name(path)) for group in GROUPS for path in _files(group)}


def back(label: str) -> None:
    """The way from what the URL names back to the page as it is without."""
    if st.button(f"← {label}", type="tertiary", key="back"):
        st.query_params.clear()
        st.rerun()


def offer_to_start() -> None:
    """The way to a first run, where a page has nothing to show yet."""
    st.page_link(page_file("live_run"), label="Start one on the page Live run", icon=":material/play_arrow:")


def _page(path: Path) -> StreamlitPage:
    name, docstring = _name(path), ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return st.Page(path, title=docstring.partition(":")[0], url_path=_address(name), default=name == HOME)


def _files(group: str) -> list[Path]:
    return sorted((PAGES / group).glob("[0-9]*_*.py"))


def _address(name: str) -> str:
    return "" if name == HOME else name.replace("_", "-")


def _name(path: Path) -> str:
    return path.stem.partition("_")[2]
