"""`python -m core runs`: what was run."""

import click

from core.commands.run import summary
from core.errors import InputError
from core.events import Command
from core.home import RESTORABLE_SECONDS
from core.runs.records import RunRecord, Unreadable
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.worker import execute
from core.terminal import ProgressBar


@click.group()
def runs() -> None:
    """List, show, stop and delete runs."""


@runs.command("list")
def list_runs() -> None:
    """The newest runs, a line each."""
    for record in RunStore().newest():
        if isinstance(record, Unreadable):
            click.echo(f"{record.id}  {record.error}")
            continue
        found = record.result
        accuracy = f"{found.dense.test_accuracy:.1%} → {found.compressed.test_accuracy:.1%}" if found else ""
        config = record.config
        click.echo(f"{record.id}  {record.state:8} {config.dataset}  {config.model}  {config.method}  {accuracy}")


@runs.command("show")
@click.argument("run")
def show_run(run: str) -> None:
    """What a run found, or what became of it."""
    record = RunStore().get(run)
    click.echo(f"{record.id}: {record.state}. {record.config.to_command()}")
    click.echo(summary(record.result) if record.result else record.error or record.note)


@runs.command("resume")
@click.argument("run")
def resume_run(run: str) -> None:
    """Go on with a run that was stopped, lost or failed, from its last checkpoint."""
    store = RunStore()
    store.resume(run, state="running")
    with ProgressBar() as bar:
        result = execute(store, run, watcher=bar)
    click.echo(summary(result))


@runs.command("stop")
@click.argument("run")
def stop_run(run: str) -> None:
    """Stop a run, or cancel a sweep; what is done stays, and either can be resumed."""
    store = SweepStore()
    is_sweep = store.knows_sweep(run)
    record = store.sweep(run) if is_sweep else store.get(run)
    if not record.active:
        raise InputError(f"{run} isn't going on, it is {record.state}.")
    if is_sweep:
        store.cancel_sweep(run)
    else:
        store.send(run, Command("stop"))
    click.echo(f"Asked {run} to stop.")


@runs.command("delete")
@click.argument("run")
def delete_run(run: str) -> None:
    """Delete a run, or a sweep and its runs; for a day, `runs restore` brings it back."""
    store = SweepStore()
    store.purge(older_than=RESTORABLE_SECONDS)
    is_sweep = store.knows_sweep(run)
    record = store.find_sweep(run) if is_sweep else store.find(run)
    if record.active:
        raise InputError(f"{run} is going on: `runs stop {run}` stops it, then it can be deleted.")
    if isinstance(record, RunRecord) and record.sweep:
        raise InputError(f"Run {run} is part of sweep {record.sweep}: delete that.")
    (store.delete_sweep if is_sweep else store.delete)(run)
    click.echo(f"Deleted {run}; `runs restore {run}` brings it back.")


@runs.command("restore")
@click.argument("run")
def restore_run(run: str) -> None:
    """Bring a deleted run or sweep back."""
    store = SweepStore()
    store.restore_sweep(run)
    if not store.knows_sweep(run):
        store.restore(run)
        store.find(run)
    click.echo(f"Restored {run}.")
