"""`python -m core sweep`: the whole curve, on every core or on a cluster; the same records as the page *Sweep*."""

import json
import sys
import time
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click

from core.compression.size import HOW_FAR
from core.config import RunConfig, option_specs_of_all
from core.errors import ConfigError, InputError, StoppedError
from core.output import output_file, write_output
from core.parameters import specs
from core.runs.executors import executor_at
from core.runs.sweep_record import SweepRecord, duration
from core.runs.sweeps import LOCAL, SweepStore
from core.sweep_config import AXES, HELP, SweepConfig
from core.sweep_table import SweepTable, pareto_front, tabulate
from core.terminal import option

SCHEMA = 1
LOOK_SECONDS = 0.25


@click.command()
@click.option("--json", "json_path", type=output_file, metavar="PATH", help="Write runs and table to this file.")
@click.option("--resume", metavar="SWEEP", help="Go on with that sweep; with lists, add what they hold to its own.")
@click.option("--executor", help=f"{LOCAL}, or dask://HOST:PORT for a running scheduler. [default: {LOCAL}]")
def sweep(json_path: Path | None, resume: str | None, executor: str | None, **texts: str | None) -> None:
    """Compress one set-up in many ways: sizes × methods × metrics × seeds. Lists have commas between."""
    given = {name: text for name, text in texts.items() if text is not None}
    store = SweepStore()
    if resume:
        name = _resume(store, resume, given, executor)
    else:
        config = SweepConfig.from_text(given)
        executor_at(executor or LOCAL)  # refused before anything is kept
        name = store.create_sweep(config, executor=executor or LOCAL)
    click.echo(f"Sweep {name}, {len(store.sweep(name).runs)} runs.", err=True)
    record = _watch(store, name)
    table = tabulate(record.runs)
    if json_path:
        write_output(json_path, json.dumps(to_json(record, table), indent=1).encode())
    if table:
        click.echo(summary(table))
    _judge(record)


def _resume(store: SweepStore, sweep: str, given: dict[str, str], executor: str | None) -> str:
    """Queue again what is unfinished, and add what the lists hold."""
    if executor:
        raise ConfigError("executor", executor, "a sweep that is resumed stays where it was started")
    config = store.sweep(sweep).config
    if others := [name for name in given if name not in AXES]:
        raise ConfigError(others[0].replace("_", "-"), given[others[0]], "with --resume, only lists may be given")
    if given:
        store.extend_sweep(sweep, config.grown(given))
    store.resume_sweep(sweep)
    return sweep


def _watch(store: SweepStore, sweep: str) -> SweepRecord:
    """Draw a bar until nothing goes on any more; Ctrl-C cancels."""
    record = store.sweep(sweep)
    executor = executor_at(record.executor)
    seen = ""
    try:
        with click.progressbar(length=len(record.runs), file=sys.stderr, hidden=not sys.stderr.isatty()) as bar:
            while record.active:
                executor.start(store, sweep)
                bar.label, ended = said(record), round(record.progress * len(record.runs))
                bar.update(ended - bar.pos)
                bar.render_progress()
                if not sys.stderr.isatty() and seen != f"{record.trunks} {ended}":
                    click.echo(bar.label, err=True)
                    seen = f"{record.trunks} {ended}"
                time.sleep(LOOK_SECONDS)
                record = store.sweep(sweep)
            bar.label = said(record)
            bar.update(len(record.runs) - bar.pos)
    except KeyboardInterrupt:
        store.cancel_sweep(sweep)
        while store.sweep(sweep).active:
            time.sleep(LOOK_SECONDS)
        click.echo(f"Cancelled; `python -m core sweep --resume {sweep}` goes on.", err=True)
        raise
    return record


def said(record: SweepRecord) -> str:
    """Where a sweep stands, in words."""
    done, left = record.counts["done"], record.seconds_left
    told = f"{record.trunks}/{len(record.config.seeds)} dense models, {done}/{len(record.runs)} runs"
    return told if not record.active or left is None else f"{told}, {duration(left)} left"


def to_json(record: SweepRecord, table: SweepTable | None) -> dict[str, Any]:
    """The machine-readable sweep; its keys are stable."""
    runs = [
        {"id": run.id, "state": run.state, "error": run.error, "result": run.result and run.result.to_dict()}
        for run in record.runs
    ]
    found = {"schema": SCHEMA, "sweep": record.id, "state": record.state, "config": record.config.to_dict()}
    return found | {"table": table and asdict(table), "runs": runs}


def summary(table: SweepTable) -> str:
    """The table as text; a star is on the Pareto front."""
    rows = [
        f"{'':28}{'rank':>6}{'smaller by':>12}{'dev':>8}{'test':>8}{'95 % interval':>18}{'before':>9}{'deployed':>12}"
    ]
    dense = table.dense_test
    rows.append(f"{'dense':28}{'':18}{table.dense_dev.mean:8.1%}{dense.mean:8.1%}{_interval(dense.low, dense.high)}")
    best = {cell.runs for cell in pareto_front(table.cells)}
    rows += [
        f"{'* ' if cell.runs in best else '  '}{cell.method + (f', {cell.metric}' if cell.metric else ''):26}"
        f"{cell.rank or '':>6}{cell.compression:12.1%}{cell.dev.mean:8.1%}{cell.test.mean:8.1%}"
        f"{_interval(cell.test.low, cell.test.high)}{cell.before_dev.mean:9.1%}{cell.deployed_bytes / 1000:9,.0f} kB"
        for cell in table.cells
    ]
    return "\n".join(rows)


def _interval(low: float, high: float) -> str:
    return f"{f'{low:.1%}–{high:.1%}':>18}"


def _judge(record: SweepRecord) -> None:
    """Raise where not all is done."""
    if record.error:
        raise InputError(record.error)
    failed = [run for run in record.runs if run.state in ("failed", "lost")]
    if failed:
        raise InputError(f"{len(failed)} of {len(record.runs)} runs failed; the first: {failed[0].error}")
    if record.state != "done":
        raise StoppedError(f"The sweep is {record.state}; `python -m core sweep --resume {record.id}` goes on.")


_every = {**{spec.name: spec for spec in specs(RunConfig)}, **option_specs_of_all()}
sweep.params += [
    click.Option([f"--{name}"], metavar="LIST", help=f"{HELP[name]} [default: {default}]")
    for name, default in (
        (name, ",".join(map(str, getattr(SweepConfig(RunConfig()), name))) or "none") for name in AXES
    )
]
sweep.params += [option(spec) for spec in _every.values() if spec.name not in AXES.values() and spec.one_of != HOW_FAR]
