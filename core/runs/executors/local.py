"""This machine: one process a core, one thread each, forked by the supervisor."""

from itertools import starmap

from core.compression.gram import Spread
from core.errors import ConfigError
from core.runs.executors import EXECUTORS
from core.runs.supervisor import ensure
from core.runs.sweeps import LOCAL, SweepStore


@EXECUTORS.register(LOCAL, title="This machine", help="One process for each processor core.")
class Local:
    """The store's supervisor."""

    spread: Spread = starmap

    def __init__(self, place: str) -> None:
        """There is only one place.

        Raises:
            ConfigError: when another `place` is named.
        """
        if place:
            raise ConfigError("executor", f"{LOCAL}://{place}", f"this machine is called {LOCAL} and nothing more")

    def start(self, store: SweepStore, sweep: str) -> bool:
        """See `Executor.start`."""
        del sweep
        return ensure(store)
