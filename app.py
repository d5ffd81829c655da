"""The web server: Streamlit's pages, security headers, and plotly.js served from the installed package."""

import contextlib
import importlib
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import plotly
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.responses import FileResponse, HTMLResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core.errors import RanklensError
from ui.navigation import addresses

PLOTLY_JS = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
# Streamlit's page looks for its server below its own address first, and the console then shows two errors. Tell it.
WHERE = "<head><script>window.__streamlit = {BACKEND_BASE_URL: new URL('.', location).href}</script>"
INDEX = (Path(st.__file__).parent / "static" / "index.html").read_text(encoding="utf-8").replace("<head>", WHERE, 1)
HEADERS = {
    b"x-content-type-options": b"nosniff",
    b"x-frame-options": b"SAMEORIGIN",
    b"referrer-policy": b"same-origin",
}


class SecurityHeaders:
    """Adds `HEADERS` to every answer."""

    def __init__(self, app: ASGIApp) -> None:
        """Wrap `app`."""
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the wrapped app does, with the headers."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", []), *HEADERS.items()]
            await send(message)

        await self.app(scope, receive, with_headers)


async def plotly_js(_: object) -> FileResponse:
    """The installed plotly's script."""
    return FileResponse(PLOTLY_JS, media_type="text/javascript", headers={"Cache-Control": "max-age=86400"})


async def index(_: object) -> HTMLResponse:
    """Streamlit's page, which finds its server at once."""
    return HTMLResponse(INDEX, headers={"Cache-Control": "no-cache"})


@asynccontextmanager
async def lifespan(_: Starlette) -> AsyncIterator[None]:
    """Import torch and wake the supervisor while the browser is still opening, so that nobody waits for them."""
    threading.Thread(target=warm_up, daemon=True).start()
    yield


def warm_up() -> None:
    """Start what the first page and the first run need; imported here, since torch takes seconds to load."""
    supervisor = importlib.import_module("core.runs.supervisor")
    with contextlib.suppress(RanklensError):  # the page will say what is wrong, to somebody who can read it
        supervisor.ensure(supervisor.RunStore())


app = st.App(
    "pages/_shell.py",
    lifespan=lifespan,
    middleware=[Middleware(SecurityHeaders)],
    routes=[Route("/vendor/plotly.min.js", plotly_js), *(Route(f"/{name}", index) for name in addresses().values())],
)
