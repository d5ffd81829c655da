"""The command line: `python -m core run …`. Exit code 0 done, 2 bad input, 130 interrupted."""

import importlib
import json
import pkgutil
from pathlib import Path

import click

from core import commands
from core.commands.terminal import ProgressBar, option
from core.config import RunConfig, option_specs_of_all
from core.errors import RanklensError, StoppedError
from core.output import output_file, write_output
from core.parameters import specs
from core.results import RunResult, percent
from core.runs.records import Unreadable
from core.runs.store import RunStore
from core.runs.sweeps import SweepStore
from core.runs.worker import execute


@click.group()
def cli() -> None:
    """Ranklens shows what each rank costs: train, compress the embedding table, re-train, profile."""


@cli.command()
@click.option("--json", "json_path", type=output_file, metavar="PATH", help="Write the whole result to this file.")
def run(json_path: Path | None, **texts: str | None) -> None:
    """Train a text classifier, compress its embedding table, re-train it and print what that cost."""
    config = RunConfig.from_text({name: text for name, text in texts.items() if text is not None})
    store = RunStore()
    with ProgressBar() as bar:
        result = execute(store, store.create(config, state="running"), watcher=bar)
    if json_path:
        write_output(json_path, json.dumps(result.to_dict(), indent=1).encode())
    click.echo(summary(result))


@cli.group()
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


def summary(result: RunResult) -> str:
    """The result as a small table."""
    before = result.compressed.before_retraining
    rows = [f"{'':18}{'test':>7}{'dev':>8}{'macro-F1':>10}{'on disk':>13}{'MACs':>12}{'latency':>11}"]
    rows += [
        f"{name:18}{m.test_accuracy:7.1%}{m.dev_accuracy:8.1%}{percent(m.test_macro_f1):>10}"
        f"{m.bytes_on_disk / 1000:10,.0f} kB{m.macs:12,}{m.latency_ms:8.2f} ms"
        for name, m in (
            ("dense", result.dense),
            ("re-trained", result.compressed),
            ("deployed (folded)", result.deployed),
        )
    ]
    told = f"{before.test_accuracy:7.1%}{before.dev_accuracy:8.1%}{percent(before.test_macro_f1):>10}"
    rows.insert(2, f"{'just compressed':18}{told}")
    rank = "" if result.compressed.rank is None else f" at rank {result.compressed.rank}"
    low, high = result.dense.test_interval
    test = result.paired_test
    rows += [
        f"Embedding table {result.compressed.compression:.1%} smaller{rank}; dense test interval {low:.1%}–{high:.1%}.",
        f"Right only by the dense model: {test.only_dense_right} test texts; only by the compressed one: "
        f"{test.only_compressed_right}; p = {test.p_value:.2g} (McNemar).",
        f"{result.vectors.coverage:.1%} of all words have a vector in {result.vectors.name}.",
    ]
    return "\n".join([*rows, *(f"Warning: {warning}" for warning in result.warnings)])


run.params += [option(spec) for spec in {**{s.name: s for s in specs(RunConfig)}, **option_specs_of_all()}.values()]
for _module in pkgutil.iter_modules(commands.__path__):  # a command is a file there, and called as the file is
    for _command in vars(importlib.import_module(f"core.commands.{_module.name}")).values():
        if isinstance(_command, click.Command) and _command.name == _module.name:
            cli.add_command(_command)


def main(arguments: list[str] | None = None) -> int:
    """Run the command line on `arguments`, or the process's own; returns the exit code."""
    try:
        cli.main(args=arguments, prog_name="python -m core", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return 2
    except click.ClickException as error:
        click.echo(f"Error: {error.format_message()}", err=True)
        return 2
    except (click.Abort, KeyboardInterrupt):
        click.echo("Interrupted.", err=True)
        return StoppedError.exit_code
    except RanklensError as error:
        click.echo(f"Error: {error}", err=True)
        return error.exit_code
    return 0
