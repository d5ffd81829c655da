"""`python -m core search`: a target instead of a method."""

import json
from pathlib import Path

import click

from core.compression.methods import METHODS
from core.config import RunConfig, option_specs_of_all
from core.output import output_file, write_output
from core.parameters import specs
from core.search import SearchResult, Target, search
from core.search.results import Prediction
from core.search.search import CHECKS
from core.terminal import ProgressBar, option

CHOSEN_BY_THE_SEARCH = {"method", *(spec.name for method in METHODS for spec in specs(method.parameters))}


@click.command("search")
@click.option("--methods", default="", help="Names with commas between; every method that has a size by default.")
@click.option(
    "--checks", default=CHECKS, show_default=True, type=click.IntRange(0), help="Candidates re-trained besides."
)
@click.option("--json", "json_path", type=output_file, metavar="PATH", help="Write the whole result to this file.")
def search_command(methods: str, checks: int, json_path: Path | None, **texts: str | None) -> None:
    """Find the smallest model that keeps a target: --most-points, or with --most-kb too; --most-kb alone, the best.

    Every method at every size is compressed without re-training; only what looks promising is re-trained, all from one
    dense model. Choices are made on dev; test is read once, for the answer.
    """
    wanted = {spec.name: spec.parse(texts.pop(spec.name) or "") for spec in specs(Target)}
    config = RunConfig.from_text({name: text for name, text in texts.items() if text is not None})
    names = [name.strip() for name in methods.split(",") if name.strip()]
    with ProgressBar() as bar:
        result = search(config, Target(**wanted), methods=names, checks=checks, monitor=bar)
    if json_path:
        write_output(json_path, json.dumps(result.to_dict(), indent=1).encode())
    click.echo(summary(result))


def summary(result: SearchResult) -> str:
    """The path, the answer and what the screen was worth, as a few lines."""
    rows = [f"{'re-trained':20}{'asked':>8}{'size':>12}{'screen':>9}{'overlap':>9}{'dev':>8}"]
    for tried in result.path:
        each = tried.candidate
        verdict = ("keeps it" if tried.meets else "too low") + (" (check)" if tried.check else "")
        rows.append(
            f"{each.method:20}{each.compression:8.1%}{each.size_bytes / 1000:9,.0f} kB{each.dev_accuracy:9.1%}"
            f"{each.overlap:9.2f}{tried.dev_accuracy:8.1%}  {verdict}"
        )
    dense = f"The dense model: {result.dense_dev_accuracy:.1%} on dev, {result.dense_size_bytes / 1000:,.0f} kB."
    return "\n".join([*rows, dense, _answer(result), foretold(result.prediction, len(result.path))])


def foretold(prediction: Prediction, count: int) -> str:
    """What each cheap score was worth, in a sentence."""
    scores = {
        "accuracy without re-training": prediction.dev_accuracy,
        "eigenspace overlap": prediction.overlap,
        "size": prediction.size_bytes,
    }
    told = [f"{name} {value:+.2f}" for name, value in scores.items() if value is not None]
    if not told:
        return "Too few were re-trained to say how well the screen predicted."
    return f"Rank correlation with the re-trained accuracy, over {count}: {', '.join(told)}."


def _answer(result: SearchResult) -> str:
    command = RunConfig.from_dict(result.config).to_command()
    if result.chosen is None or result.confirmation is None:
        return f"Nothing that was tried keeps the target. The nearest: {command}"
    test, each = result.confirmation, result.chosen.candidate
    low, high = test.test_interval
    lost = 100 * (test.test_accuracy - test.dense_accuracy)
    return (
        f"The answer: {each.method}, {each.size_bytes / 1000:,.0f} kB, {result.chosen.dev_accuracy:.1%} on dev.\n"
        f"On test {test.test_accuracy:.1%} ({low:.1%}–{high:.1%}), {lost:+.1f} points against the dense model; "
        f"p = {test.paired_test.p_value:.2g} (McNemar).\n{command}"
    )


_offered = {spec.name: spec for spec in (*specs(Target), *specs(RunConfig), *option_specs_of_all().values())}
search_command.params += [option(spec) for name, spec in _offered.items() if name not in CHOSEN_BY_THE_SEARCH]
