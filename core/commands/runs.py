"""`python -m core runs`: what was run."""

import click

from core.commands.run import summary
from core.runs.records import Unreadable
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.worker import execute
from core.terminal import ProgressBar


@click.group()
def runs() -> None:
    """List, show and delete runs."""


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


@runs.command("delete")
@click.argument("run")
def delete_run(run: str) -> None:
    """Delete a run, or a sweep and its runs; `runs restore` brings it back."""
    store = SweepStore()
    if store.knows_sweep(run):
        store.delete_sweep(run)
    else:
        store.delete(store.find(run).id)
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
