"""A Dask cluster that is running already. A driver process on this machine hands out the work and tells the store."""

from functools import partial
from importlib import import_module
from importlib.util import find_spec

from core.compression.gram import Spread
from core.errors import ConfigError, MissingPackageError
from core.runs.daemon import ensure_daemon
from core.runs.executors import EXECUTORS
from core.runs.supervisor import ensure
from core.runs.sweeps import SweepStore


@EXECUTORS.register("dask", title="Dask cluster", help="The workers of a Dask scheduler that is running already.")
class Dask:
    """The cluster of one scheduler."""

    def __init__(self, place: str) -> None:
        """Its scheduler listens at `place`, as HOST:PORT.

        Raises:
            ConfigError: when that is no address.
            MissingPackageError: when Dask isn't installed here.
        """
        host, _, port = place.rpartition(":")
        if not host or not port.isdecimal():
            raise ConfigError("executor", f"dask://{place}", "give the scheduler's address as dask://HOST:PORT")
        if find_spec("distributed") is None:
            raise MissingPackageError("Dask isn't installed here: run `pip install -r requirements-cluster.txt`.")
        self.place = place

    @property
    def spread(self) -> Spread:
        """See `Executor.spread`."""
        module = import_module("core.runs.cluster.spread")  # only where Dask is installed
        return partial(module.spread_over, self.place)

    def start(self, store: SweepStore, sweep: str) -> bool:
        """See `Executor.start`; the supervisor replaces a driver that dies when nobody is looking."""
        ensure(store)
        return ensure_daemon(store.root, f"sweep-{sweep}", "core.runs.cluster.driver", sweep)
