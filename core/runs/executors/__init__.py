"""Who executes the runs of a sweep, or works on a large table. One file an executor."""

from collections.abc import Callable
from typing import Protocol

from core.compression.gram import Spread
from core.registry import Registry
from core.runs.sweeps import SweepStore


class Executor(Protocol):
    """Takes up the queued runs of a sweep, in processes that outlive whoever asked; works on chunks of tables."""

    def start(self, store: SweepStore, sweep: str) -> bool:
        """See that the sweep is being executed; cheap where it is already.

        Returns:
            Whether whoever sees to it had to be started.

        Raises:
            RanklensError: when it can't be.
        """

    @property
    def spread(self) -> Spread:
        """What works on the chunks of a large table there."""


ExecutorBuilder = Callable[[str], Executor]
EXECUTORS: Registry[ExecutorBuilder] = Registry("executor", __name__)


def executor_at(address: str) -> Executor:
    """The executor of an address: its name alone, or `name://place`.

    Raises:
        ConfigError: when there is no such executor, or it can't be at such a place.
    """
    name, _, place = address.partition("://")
    return EXECUTORS.get(name).build(place)


__all__ = ["EXECUTORS", "Executor", "ExecutorBuilder", "executor_at"]
