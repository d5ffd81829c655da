"""The driver of one sweep on a Dask cluster: hands out its tasks, and writes what it hears to the store.

Trunk and branches are a graph: each branch takes its seed's trunk as a result of another task. Dask takes up again what
a dead worker had; a trunk is copied to every worker, so that only a lost branch is done twice. A driver that dies
leaves tasks that notice it by the stop variable, and runs that the next driver takes up. What waits for a disk or for
workers, which are busy, is done by threads of its own: whoever wants to stop isn't to wait for it.
"""

import contextlib
import json
import logging
import queue
import secrets
import sys
import time
from concurrent.futures import Future as LocalFuture
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from distributed import Client, Future, Variable

from core.atomic import write_atomically
from core.errors import RanklensError, SupersededError
from core.events import Point, Silent
from core.pipeline import load
from core.results import RunResult
from core.runs.claim import Claim
from core.runs.cluster.connection import connect
from core.runs.cluster.parcel import pack, shared_json
from core.runs.cluster.tasks import Outcome, execute_branch, stop_variable, train_trunk
from core.runs.records import RunRecord
from core.runs.store import STOPPED
from core.runs.stored_trunk import StoredTrunk
from core.runs.sweep_record import SweepRecord
from core.runs.sweeps import SweepStore
from core.runs.trunk_store import DENSE, TrunkStore, content_hash, trunk_key
from core.runs.worker import BEAT_SECONDS, StoreMonitor

POLL_SECONDS = 0.2
THREADS = 4
RETRIES = 2
LOST = "The cluster lost the run's data or its workers again and again; see the scheduler's log."

T = TypeVar("T")
Prepared = tuple[Future[bytes], Future[Outcome] | None, str]  # parcel, trunk where it is known, and its key

log = logging.getLogger(__name__)


@dataclass
class Seed:
    """What the runs of one seed share.

    Attributes:
        parcel: texts and vectors, on every worker.
        trunk: the dense model: a task's result, or found here and sent.
        key: of the trunk, where it is kept on this machine.
        kept: what brings the trunk here and to every worker, once it stands; its result says whether it did, which an
            unfinished training doesn't.
    """

    parcel: Future[bytes]
    trunk: Future[Outcome]
    key: str
    kept: LocalFuture[bool] | None = None

    @property
    def lost(self) -> bool:
        """Whether the workers that had it are gone."""
        return bool({self.trunk.status, self.parcel.status} & LOSSES)


@dataclass
class Task:
    """What a worker does for a run: its name, what it will give, and what fetches that."""

    name: str
    future: Future[Outcome]
    fetched: LocalFuture[Outcome] | None = None


class Driver:
    """Drives one sweep until nothing of it is active any more."""

    def __init__(self, store: SweepStore, sweep: str, client: Client) -> None:
        """Drive `sweep` of `store` on the cluster of `client`."""
        self.store, self.sweep, self.client = store, sweep, client
        self.trunks = TrunkStore(store.root)
        self.session = f"ranklens-{sweep}/{secrets.token_hex(4)}"
        self.stop = Variable(stop_variable(self.session), client=client)
        self.stopped: list[str] = []
        self.threads = ThreadPoolExecutor(THREADS)
        self.preparing: dict[int, LocalFuture[Prepared]] = {}
        self.seeds: dict[int, Seed] = {}
        self.branches: dict[str, Task] = {}  # by run
        self.runs_of: dict[str, str] = {}  # by task
        self.ears: dict[str, StoreMonitor] = {}  # of the runs that go on
        self.events: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()

    def drive(self) -> None:
        """Until nothing is active: hand out what is queued, write what is heard, stop what is to stop.

        Raises:
            ConnectionError: when the scheduler is gone.
        """
        self._say_stopped()
        self.client.subscribe_topic(self.session, lambda event: self.events.put(event[1]))
        self.store.take_back(self.sweep)
        beaten = 0.0
        while True:
            if self.client.status != "running":
                raise ConnectionError("the connection is lost")
            record = self.store.sweep(self.sweep)
            self._obey(record)
            if not record.held:
                self._hand_out(record)
            self._listen()
            self._collect()
            if not self.branches and not record.active:
                return
            if time.monotonic() - beaten > BEAT_SECONDS:
                self._beat(record)
                beaten = time.monotonic()
            time.sleep(POLL_SECONDS)

    def _beat(self, record: SweepRecord) -> None:
        """Renew the leases. A run that somebody has queued again is taken back, to be handed out anew."""
        lost = []
        for run in record.runs:
            try:
                if ear := self.ears.get(run.id):
                    ear.claim.beat()
            except SupersededError:
                lost.append(run)
        if lost:
            self._withdraw(lost)

    def _hand_out(self, record: SweepRecord) -> None:
        """Submit every queued run that isn't submitted and whose texts and vectors have been sent."""
        failed = set()
        for run in record.runs:
            if run.state != "queued" or run.id in self.branches:
                continue
            try:
                seed = self._seed(run)
            except RanklensError as error:
                with contextlib.suppress(SupersededError):  # cancelled meanwhile
                    Claim(self.store, run.id).finish("failed", error=str(error))
                failed.add(run.config.seed)
                continue
            if seed:
                task = f"{run.id}-{secrets.token_hex(2)}"
                config = json.dumps(run.config.to_dict())
                future = self._submit(execute_branch, task, config, seed.parcel, seed.trunk)
                self.branches[run.id], self.runs_of[task] = Task(task, future), run.id
        for number in failed:
            del self.preparing[number]  # whoever resumes the sweep may have mended it

    def _seed(self, run: RunRecord) -> Seed | None:
        """What the run shares with others of its seed, once that is read and sent.

        Raises:
            RanklensError: when it can't be read.
        """
        number = run.config.seed
        if number in self.seeds and not self.seeds[number].lost:
            return self.seeds[number]
        if number not in self.preparing:
            self.store.update(run.id, note="Reading texts and vectors")
            self.preparing[number] = self.threads.submit(self._prepare, run)
        if not self.preparing[number].done():
            return None
        parcel, trunk, key = self.preparing[number].result()
        del self.preparing[number]
        kept = done(True) if trunk else None
        if trunk is None:
            task = f"trunk-{number}-{secrets.token_hex(2)}"
            self.runs_of[task] = run.id
            trunk = self._submit(train_trunk, task, shared_json(run.config), parcel)
        self.seeds[number] = Seed(parcel, trunk, key, kept)
        return self.seeds[number]

    def _prepare(self, run: RunRecord) -> Prepared:
        """In a thread: read texts and vectors and send them, and the trunk too where it is known."""
        loaded = load(run.config, monitor=Silent())
        key = trunk_key(run.config, loaded, content_hash(loaded))
        parcel = self.client.scatter(pack(loaded), broadcast=True, hash=False)
        found = self.trunks.get(key)
        trunks = self.client.scatter([{"trunk": found.to_bytes()}], broadcast=True, hash=False) if found else [None]
        return parcel, trunks[0], key

    def _submit(self, function: Any, task: str, *arguments: Any) -> "Future[Outcome]":
        key = f"{self.session}/{task}"
        future = self.client.submit(function, self.session, task, *arguments, key=key, retries=RETRIES, pure=False)
        return cast("Future[Outcome]", future)

    def _obey(self, record: SweepRecord) -> None:
        """Stop what was told to stop, all of a sweep that is cancelled, and what hasn't begun of one that is paused."""
        withdrawn = []
        for run in record.runs:
            if run.id not in self.branches:
                continue
            ear, command = self.ears.get(run.id), None
            with contextlib.suppress(SupersededError):  # the next beat sees to it
                command = ear and ear.claim.take_command()
            told = record.held == "cancelled" or run.state == "stopped" or (command and command.name == "stop")
            if told or (record.held and not ear):
                withdrawn.append(run)
        if withdrawn:
            self._withdraw(withdrawn)

    def _withdraw(self, runs: list[RunRecord]) -> None:
        """Take tasks back, all at once: each question to the scheduler takes a moment."""
        tasks = [self.branches.pop(run.id) for run in runs]
        names, futures = [task.name for task in tasks], [task.future for task in tasks]
        for name in names:
            self.runs_of.pop(name)
        needed = {self._seed_of(run) for run in self.branches}
        for number in {run.config.seed for run in runs} - needed:
            if (seed := self.seeds.get(number)) and not seed.kept:  # nobody needs its trunk any more
                del self.seeds[number]
                futures.append(seed.trunk)
                names += [name for name in self.runs_of if name.startswith(f"trunk-{number}-")]
        self.stopped += names
        self._say_stopped()
        for run in runs:
            if ear := self.ears.pop(run.id, None):
                with contextlib.suppress(SupersededError):
                    ear.claim.finish("stopped", error=STOPPED)
        self.client.cancel(futures)

    def _seed_of(self, run: str) -> int:
        return self.store.get(run).config.seed

    def _say_stopped(self) -> None:
        self.stop.set(json.dumps({"session": self.session, "stopped": self.stopped}))

    def _listen(self) -> None:
        """Write what the tasks have told until now; what they go on to tell has to wait, so that commands don't."""
        for _ in range(self.events.qsize()):
            event = self.events.get()
            run = self.runs_of.get(event["task"])
            if run in self.branches:
                with contextlib.suppress(SupersededError):  # the next beat sees to it
                    self._write(run, event)

    def _write(self, run: str, event: dict[str, Any]) -> None:
        if event["what"] == "begin":
            self.ears[run] = StoreMonitor(self.store.begin(run), lambda: None, Silent())
        ear = self.ears.get(run)
        if ear is None:
            return
        if event["what"] == "stage":
            ear.stage(event["stage"], event["note"])
        elif event["what"] == "progress":
            ear.progress(event["fraction"])
        elif event["what"] == "points":
            ear.claim.write([Point(**point) for point in json.loads(event["points"])])
        elif event["what"] == "mark":
            ear.mark(event["name"], event["values"])
        elif event["what"] == "curves":
            ear.claim.update(curves=event["curves"])

    def _collect(self) -> None:
        """Keep what has been found."""
        for number, seed in list(self.seeds.items()):
            if seed.kept is None and seed.trunk.status == "finished":
                seed.kept = self.threads.submit(self._keep, seed)
            elif seed.kept and seed.kept.done() and not brought(seed.kept):
                del self.seeds[number]  # its branches say why; whoever resumes them needs another
        for run, task in list(self.branches.items()):
            if task.future.status == "finished" and not task.fetched:
                task.fetched = self.threads.submit(task.future.result)
            if task.future.status == "pending" or (task.fetched and not task.fetched.done()):
                continue
            self._listen()  # what it told before it ended
            del self.branches[run]
            self.runs_of.pop(task.name)
            ear = self.ears.pop(run, None)
            with contextlib.suppress(SupersededError):  # queued again or cancelled meanwhile
                self._end(ear.claim if ear else Claim(self.store, run), task)

    def _keep(self, seed: Seed) -> bool:
        """In a thread: bring the trunk to every worker and here; False where its training came to nothing."""
        outcome = seed.trunk.result()
        if "trunk" not in outcome:
            return False
        self.client.replicate([seed.trunk])
        self.trunks.put(seed.key, StoredTrunk.from_bytes(outcome["trunk"]))
        return True

    def _end(self, claim: Claim, task: Task) -> None:
        folder = self.store.folder(claim.run)
        if outcome := task.fetched and brought(task.fetched):
            if "result" not in outcome:
                claim.finish(outcome["state"], error=outcome["error"])
                return
            for name, content in outcome["files"].items():
                write_atomically(folder / name, content)
            if seed := self.seeds.get(self._seed_of(claim.run)):
                self.trunks.share(seed.key, folder / DENSE)
            claim.finish("done", result=RunResult.from_dict(json.loads(outcome["result"])))
        elif task.future.status == "error":
            error = task.future.exception()
            claim.finish("failed", error=f"The cluster gave the run up ({type(error).__name__}: {error}).")
        elif not self.store.retry(claim.run):  # what it was given is lost with all workers that had it: send it anew
            claim.finish("failed", error=LOST)


def brought(fetched: LocalFuture[T]) -> T | None:
    """What has been fetched; None where the cluster has lost it meanwhile.

    Raises:
        RanklensError: when this machine is what it failed on.
    """
    error = fetched.exception()
    if isinstance(error, RanklensError):
        raise error
    return None if error else fetched.result()


def done(result: bool) -> LocalFuture[bool]:
    """What needn't be run, as if it had been."""
    future: LocalFuture[bool] = LocalFuture()
    future.set_result(result)
    return future


LOSSES = {"cancelled", "lost", "error"}


def main() -> None:
    """Drive the sweep that the second argument names; the first is the lock that this process holds."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    store, sweep = SweepStore(), sys.argv[2]
    try:
        place = store.sweep(sweep).executor.partition("://")[2]
        try:
            with store.kept_open(), connect(place) as client:
                Driver(store, sweep, client).drive()
        except RanklensError:
            raise
        except Exception as error:
            log.exception("The driver ends.")
            told = f"The sweep's driver failed ({type(error).__name__}: {error}); its log says where."
            if isinstance(error, OSError) and error.filename is None:  # else a file of this machine is what it is about
                told = f"The scheduler at {place} doesn't answer ({error}): start it, then resume."
            store.take_back(sweep)
            store.fail_sweep(sweep, told)
    except RanklensError as error:  # the store or the sweep is gone
        log.info("Leaving: %s", error)


if __name__ == "__main__":
    main()
