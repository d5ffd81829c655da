"""`python -m core run`: the whole way, from texts to what compression cost."""

import json
from pathlib import Path

import click

from core.config import RunConfig, option_specs_of_all
from core.output import output_file, write_output
from core.parameters import specs
from core.results import RunResult, percent
from core.runs.store import RunStore
from core.runs.worker import execute
from core.terminal import ProgressBar, option


@click.command()
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
            ("deployed" if result.compressed.rank is None else "deployed (folded)", result.deployed),
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
