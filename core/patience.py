"""Waiting for a call that can't be interrupted, without being deaf meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")
LISTEN_SECONDS = 0.25


def patiently(call: Callable[[], T], *, meanwhile: Callable[[], None]) -> T:
    """The result of `call`, made in a thread of its own.

    Args:
        call: may block for long, as reading from a network does; left alone where `meanwhile` gives up.
        meanwhile: called every quarter of a second, and may raise to give up waiting.

    Raises:
        BaseException: what `call` or `meanwhile` raises.
    """
    future: Future[T] = Future()
    threading.Thread(target=_settle, args=(future, call), daemon=True).start()
    while not wait([future], LISTEN_SECONDS).done:
        meanwhile()
    return future.result()


def _settle(future: "Future[T]", call: Callable[[], T]) -> None:
    try:
        future.set_result(call())
    except BaseException as error:  # handed to whoever waits
        future.set_exception(error)
