"""A learning rate over a run, drawn."""

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from core.charts.rates import rates_chart
from core.config import RunConfig
from core.lessons.exercises import EXERCISES, Choice, Exercise, Number, Shown, Slider
from core.parameters import Parameters, parameter
from core.runs.finished import FinishedRun
from core.training.rates import planned_rates
from core.training.schedules import SCHEDULES

NEARLY = 0.5  # of the highest rate


@dataclass(frozen=True)
class ScheduleParameters(Parameters):
    """How much there is to read, and what is drawn at first."""

    texts: int = parameter(5_000, minimum=50, maximum=1_000_000, unit="texts", help="Training texts.")
    start: str = parameter("calr", choices=SCHEDULES.names, help="The schedule that is drawn at first.")
    step: int = parameter(0, minimum=0, maximum=5_000, unit="iterations", help="CALR's step; 0 for half an epoch.")


@EXERCISES.register(
    "schedule",
    title="A schedule",
    help="The rate at each iteration, and what it is on average.",
    example=ScheduleParameters(texts=500),
)
class Schedule(Exercise[ScheduleParameters]):
    """The schedules' own code, stepped through a run's iterations."""

    def controls(self) -> tuple[Choice | Slider, ...]:
        """See `Exercise.controls`."""
        return (
            Choice("schedule", "Schedule", SCHEDULES.names(), self.parameters.start, "How the rate moves."),
            Slider("epochs", "Epochs of training", 1, 12, 10, "Before compression; there are no others here."),
        )

    def show(self, values: Mapping[str, Any], runs: Sequence[FinishedRun], *, dark: bool) -> Shown:
        """See `Exercise.show`."""
        del runs
        chosen = RunConfig(schedule=str(values["schedule"]), pretrain_epochs=int(values["epochs"]), retrain_epochs=0)
        if chosen.schedule == "calr" and self.parameters.step:
            chosen = RunConfig.from_dict({**chosen.to_dict(), "step_size": self.parameters.step})
        rates = planned_rates(chosen, train_texts=self.parameters.texts)["train"]
        per_epoch = len(rates) // chosen.pretrain_epochs
        peaks = [max(rates[start : start + per_epoch]) for start in range(0, len(rates), per_epoch)]
        average = statistics.fmean(rates) / chosen.learning_rate
        restart = next((epoch for epoch, (a, b) in enumerate(pairwise(peaks), 2) if b > 2 * a), 0)
        numbers = (
            Number("Iterations an epoch", f"{per_epoch:,}", "Texts divided by the batch size of 50."),
            Number("Highest reached", f"{max(rates) / chosen.learning_rate:.0%}", "Of the learning rate."),
            Number("On average", f"{average:.0%}", "Of the learning rate, over all iterations."),
        )
        facts = {"schedule": chosen.schedule, "per_epoch": per_epoch, "average": 100 * average, "restart": restart}
        facts |= {"reached": 100 * max(rates) / chosen.learning_rate, "above_half": average > NEARLY}
        chart = rates_chart({"train": rates}, logarithmic=chosen.schedule in ("calr", "rising"), dark=dark, height=300)
        return Shown(facts, numbers, (chart,))
