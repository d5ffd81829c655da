"""Exercises about real runs: every metric at a rank, a guessed curve against the truth, two methods against another."""

import dataclasses
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from core.charts.bars import bar_chart
from core.charts.guess import Truth, guess_chart
from core.charts.ranks import at_rank, rank_chart
from core.config import RunConfig
from core.errors import ConfigError
from core.lessons.exercises import EXERCISES, Control, Exercise, Guess, Number, Shown, Slider
from core.parameters import Parameters, parameter
from core.results import RankCurves
from core.runs.finished import FinishedRun
from core.sweep_config import SweepConfig


def config_of(text: str) -> RunConfig:
    """The configuration that options such as `model=dan rank=3` stand for.

    Raises:
        ConfigError: when they stand for none.
    """
    pairs = [part.partition("=") for part in text.split()]
    for name, sign, _ in pairs:
        if not sign:
            raise ConfigError("run", name, "each option is a name, = and a value")
    return RunConfig.from_text({name: value for name, _, value in pairs})


@dataclass(frozen=True)
class RunParameters(Parameters):
    """A run, said as its link says it."""

    run: str = parameter("", help="Options, such as `model=dan pretrain_epochs=5`, with spaces between.")

    @property
    def config(self) -> RunConfig:
        """The run's configuration."""
        return config_of(self.run)

    def __post_init__(self) -> None:
        """Check the fields, and that the run is one."""
        super().__post_init__()
        _ = self.config


@EXERCISES.register(
    "metrics",
    title="Every metric at a rank",
    help="Accuracy before re-training in each metric, at any rank, of a real run.",
    example=RunParameters(run="pretrain_epochs=5"),
)
class Metrics(Exercise[RunParameters]):
    """The run's rank curves."""

    def controls(self) -> tuple[Control, ...]:
        """See `Exercise.controls`."""
        return (Slider("rank", "Rank", 1, 50, 4, "The same for every metric."),)

    def runs(self) -> tuple[RunConfig, ...]:
        """See `Exercise.runs`."""
        return (dataclasses.replace(self.parameters.config, seed=self.seed),)

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        if not runs:
            return Shown({})
        curves = curves_of(runs[0])
        rank = min(int(values["rank"]), curves.rows, curves.width)
        found = {curve.metric: 100 * at_rank(curve, rank) for curve in curves.curves}
        dense = runs[0].marks["dense"]["dev_accuracy"]
        best = max(found, key=lambda metric: found[metric])
        numbers = tuple(Number(metric, f"{value:.1f} %", "Accuracy on dev.") for metric, value in found.items())
        facts = found | {"rank": rank, "best": best, "dense": 100 * dense}
        facts |= {"gap": found["task"] - found["plain"], "smallest_good_rank": smallest_good_rank(curves, dense)}
        facts["at_smallest_good_rank"] = rank == facts["smallest_good_rank"]
        return Shown(facts, numbers, (rank_chart(curves, rank=rank, dense=dense, dark=dark),))


@dataclass(frozen=True)
class PredictParameters(RunParameters):
    """A run, and the ranks at which it is guessed and made."""

    ranks: str = parameter("1,2,4,8,16", help="Whole numbers with commas between.")

    @property
    def listed(self) -> tuple[int, ...]:
        """The ranks, one by one."""
        return tuple(int(rank) for rank in self.ranks.split(","))

    def __post_init__(self) -> None:
        """Check the fields, and that the ranks are numbers."""
        super().__post_init__()
        if not all(rank.strip().isdecimal() for rank in self.ranks.split(",")):
            raise ConfigError("ranks", self.ranks, "give whole numbers with commas between, such as 1,2,4")


@EXERCISES.register(
    "predict",
    title="Draw the curve you expect",
    help="Guess what each rank gives after re-training, then run it and see.",
    example=PredictParameters(ranks="1,2"),
)
class Predict(Exercise[PredictParameters]):
    """A guess, real runs at the same ranks, and how far the guess was off."""

    def controls(self) -> tuple[Control, ...]:
        """See `Exercise.controls`."""
        told = "Click into the chart at each rank, or type: the accuracy that you expect after re-training."
        return (Guess("guess", "Your guess", self.parameters.listed, told),)

    def runs(self) -> tuple[RunConfig, ...]:
        """See `Exercise.runs`: one a rank, in the order in which they are listed."""
        sweep, method = self.sweep(), self.parameters.config.method
        return tuple(
            sweep.run(method, metric, ("rank", rank), self.seed)
            for metric in sweep.metrics
            for rank in self.parameters.listed
        )

    def sweep(self) -> SweepConfig:
        """See `Exercise.sweep`: the ranks are all that it varies."""
        base, ranks = self.parameters.config, self.parameters.listed
        metrics = (base.options["metric"],) if "metric" in base.options else SweepConfig.metrics
        return SweepConfig(base, methods=(base.method,), metrics=metrics, ranks=ranks, seeds=(self.seed,))

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`: the truth stays hidden until every rank was guessed."""
        ranks, guess = self.parameters.listed, dict(values["guess"])
        if not runs or not all(rank in guess for rank in ranks):
            return Shown({}, (), (guess_chart(ranks, guess, None, dark=dark),))
        truth = truth_of(ranks, runs)
        score = score_of(guess, truth.after)
        back = {rank: truth.after[rank] - truth.before[rank] for rank in ranks}
        most = max(back, key=lambda rank: back[rank])
        facts = {"ran": True, "score": score, "dense": truth.dense, "best_back_rank": most, "best_back": back[most]}
        facts |= {"before": truth.before[most], "after": truth.after[most]}
        numbers = (
            Number("You were off by", f"{score:.1f} points", "Mean absolute difference to the re-trained accuracies."),
            Number("Dense", f"{truth.dense:.1f} %", "Accuracy on dev of the model that was compressed."),
        )
        return Shown(facts, numbers, (guess_chart(ranks, guess, truth, dark=dark),))


@dataclass(frozen=True)
class ContestParameters(Parameters):
    """Two runs."""

    first: str = parameter("method=fixed-point bits=1", help="Options of the first run, with spaces between.")
    second: str = parameter("", help="Options of the second.")

    def __post_init__(self) -> None:
        """Check the fields, and that both are runs."""
        super().__post_init__()
        _ = config_of(self.first), config_of(self.second)


@EXERCISES.register(
    "contest",
    title="Two runs against each other",
    help="Accuracy and bytes of two methods on the same trunk.",
    example=ContestParameters(second="rank=2"),
)
class Contest(Exercise[ContestParameters]):
    """Test accuracy and size of both, beside dense."""

    def controls(self) -> tuple[Control, ...]:
        """See `Exercise.controls`."""
        return ()

    def runs(self) -> tuple[RunConfig, ...]:
        """See `Exercise.runs`."""
        both = (config_of(self.parameters.first), config_of(self.parameters.second))
        return tuple(dataclasses.replace(config, seed=self.seed) for config in both)

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del values
        if not runs:
            return Shown({})
        first = runs[0]
        names = [run.config.method for run in runs]
        accuracy = {"dense": 100 * first.result.dense.test_accuracy}
        accuracy |= {run.config.method: 100 * run.result.compressed.test_accuracy for run in runs}
        size = {"dense": first.result.dense.embedding_bytes / 1000}
        size |= {run.config.method: run.result.compressed.embedding_bytes / 1000 for run in runs}
        winner = max(names, key=lambda name: accuracy[name])
        facts = {"winner": winner, "first": accuracy[names[0]], "second": accuracy[names[1]]}
        facts |= {"dense": accuracy["dense"], "first_kb": size[names[0]], "second_kb": size[names[1]]}
        charts = (
            bar_chart(accuracy, unit="test accuracy, %", pattern="{:.1f}", dark=dark),
            bar_chart(size, unit="embedding table, kB", pattern="{:,.0f}", dark=dark),
        )
        return Shown(facts, (), charts)


def curves_of(run: FinishedRun) -> RankCurves:
    """The run's rank curves.

    Raises:
        ConfigError: when its method has none.
    """
    if run.curves is None:
        raise ConfigError("run", run.config.method, "choose a method that factorises, such as low-rank")
    return run.curves


def smallest_good_rank(curves: RankCurves, dense: float) -> int:
    """The smallest rank that loses at most a point of dev accuracy before re-training, in the task's metric."""
    (task,) = (curve for curve in curves.curves if curve.metric == "task")
    good = (rank for rank, accuracy in zip(task.ranks, task.dev_accuracy, strict=True) if accuracy >= dense - 0.01)
    return next(good, task.ranks[-1])


def truth_of(ranks: Sequence[int], runs: Sequence[FinishedRun]) -> Truth:
    """What the runs, one a rank, came to on dev."""
    results = dict(zip(ranks, (run.result for run in runs), strict=True))
    return Truth(
        {rank: 100 * result.compressed.before_retraining.dev_accuracy for rank, result in results.items()},
        {rank: 100 * result.compressed.dev_accuracy for rank, result in results.items()},
        100 * runs[0].result.dense.dev_accuracy,
    )


def score_of(guess: Mapping[int, float], truth: Mapping[int, float]) -> float:
    """The mean absolute difference over the ranks, in points: 0 is a perfect guess."""
    return statistics.fmean(abs(guess[rank] - value) for rank, value in truth.items())
