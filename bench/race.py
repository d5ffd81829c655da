"""Where CALR stands among schedules, and Adam among optimisers: `make race`.

UIUC questions, DAN, GloVe 50d; the packaged data, so anyone can run it. Two races: training from the start, and
re-training one compressed trunk on the labels (90 % smaller in the paper's metric). Each contender runs at every rate
of a grid with every seed, and is judged at the rate that is best for it on dev, in each race of its own; test is only
reported. Each finished pair of laps is a line in a JSONL file, so an interrupted race goes on where it stopped.

Schedules race with Adam. With `--optimizers`, every other optimiser races too, each with a constant rate and with CALR,
over a grid of its own: `OPTIMIZERS` says how many times higher than Adam's. `bench.results` renders the tables.
"""

import argparse
import statistics
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import torch

from bench.records import Records
from core.config import RunConfig
from core.events import Point, Silent, Stage
from core.pipeline import compress, load, retrain, source_of, train
from core.stages import Loaded, Trunk
from core.training.evaluate import evaluate
from core.training.racing import lap_of

BASE = RunConfig(distillation=0.0, options={"metric": "plain", "compression": 0.9})
SCHEDULES: dict[str, dict[str, Any]] = {
    "constant": {"schedule": "constant"},
    "CALR": {"schedule": "calr"},
    "one-cycle": {"schedule": "one-cycle"},
    "SGDR": {"schedule": "sgdr"},
    "CLR": {"schedule": "clr"},
    "linear": {"schedule": "linear"},
    "exponential": {"schedule": "exponential"},
    "CALR, the authors' step of 1000 and ε of 0.01": {"schedule": "calr", "step_size": 1000, "epsilon": 0.01},
}
OPTIMIZERS = {"sgd": 32, "adagrad": 4, "adadelta": 256, "rmsprop": 1, "amsgrad": 1, "adamw": 1, "nadam": 1}
RATES = (0.001, 0.002, 0.004, 0.008, 0.016, 0.032, 0.064)
SEEDS = (0, 1, 2, 3, 4)
RACES: dict[str, str] = {"train": "Training from the start", "retrain": "Re-training one compressed trunk"}
KEY = ("contender", "rate", "seed")
SCHEDULES_FILE, OPTIMIZERS_FILE = (
    Path(__file__).resolve().parent.parent / "docs" / name for name in ("race.jsonl", "optimizers.jsonl")
)


@dataclass(frozen=True)
class Contender:
    """Options beside the rate, and the rates to try."""

    options: Mapping[str, Any]
    rates: tuple[float, ...] = RATES


def contenders(optimizers: Mapping[str, int]) -> dict[str, Contender]:
    """Each of `optimizers` with a constant rate and with CALR, by name; the values say how high its rates are."""
    return {
        f"{name}, {title}": Contender({"optimizer": name, "schedule": schedule}, tuple(rate * high for rate in RATES))
        for name, high in optimizers.items()
        for title, schedule in (("constant", "constant"), ("CALR", "calr"))
    }


class Ears(Silent):
    """Remembers every point."""

    def __init__(self) -> None:
        """Nothing yet."""
        self.points: list[Point] = []

    def point(self, point: Point) -> None:
        """Remember it."""
        self.points.append(point)


def main() -> None:
    """Run what is missing."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--optimizers", action="store_true", help="race the other optimisers too")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    schedules = {name: Contender(options) for name, options in SCHEDULES.items()}
    races = [(SCHEDULES_FILE, schedules)]
    races += [(OPTIMIZERS_FILE, contenders(OPTIMIZERS))] if arguments.optimizers else []
    for path, racing in races:
        records = Records(path, key=KEY)
        for seed in SEEDS:
            race(seed, records, racing)


def race(seed: int, records: Records, racing: Mapping[str, Contender]) -> None:
    """The missing laps of one seed, on one trunk."""
    cells = [{"contender": name, "rate": rate, "seed": seed} for name, each in racing.items() for rate in each.rates]
    missing = [cell for cell in cells if cell not in records]
    if not missing:
        return
    base = replace(BASE, seed=seed)
    loaded = load(base, monitor=Silent())
    trunk = train(base, loaded, monitor=Silent())
    for cell in missing:
        rates = {"learning_rate": cell["rate"], "retrain_learning_rate": cell["rate"]}
        own = {**racing[cell["contender"]].options, **rates}
        config = RunConfig.from_dict(base.to_dict() | own)
        records.add(cell | {"train": from_start(config, loaded), "retrain": from_trunk(config, loaded, trunk)})


def from_start(config: RunConfig, loaded: Loaded) -> dict[str, float]:
    """A lap of training."""
    ears = Ears()
    trained = train(config, loaded, monitor=ears)
    return measured(ears, "train", evaluate(trained.dense, loaded.texts.test).accuracy)


def from_trunk(config: RunConfig, loaded: Loaded, trunk: Trunk) -> dict[str, float]:
    """A lap of re-training."""
    ears = Ears()
    branch = retrain(config, loaded, trunk, compress(source_of(config, loaded, trunk), loaded.method), monitor=ears)
    return measured(ears, "retrain", evaluate(branch.compressed, loaded.texts.test).accuracy)


def measured(ears: Ears, stage: Stage, test: float) -> dict[str, float]:
    """The best on dev, test at that point, both in %, and the epochs to 99 % of that best."""
    lap = lap_of(ears.points, stage)
    assert lap
    return {"dev": 100 * lap.best, "test": 100 * test, "epochs": lap.epochs_to_nearly_best}


def render() -> list[str]:
    """Lines of the document on results: a table for each race, the best on dev first."""
    lines = [
        "",
        "# The race of learning rates",
        "",
        f"{BASE.dataset}, DAN, {BASE.vectors}, batches of {BASE.batch_size}; {len(SEEDS)} seeds. Each schedule ran",
        f"with Adam at the highest rates {', '.join(f'{rate:g}' for rate in RATES)}; shown is the rate with the",
        "best mean on dev. Test is the accuracy of the state that is best on dev. ± is the standard deviation over",
        "seeds. Printed by `make race`; single laps are in `race.jsonl` and `optimizers.jsonl` beside this file.",
    ]
    schedules, optimizers = (Records(path, key=KEY).all for path in (SCHEDULES_FILE, OPTIMIZERS_FILE))
    adam = [
        record | {"contender": f"adam, {record['contender']}"}
        for record in schedules
        if record["contender"] in ("constant", "CALR")
    ]
    for race_name, title in RACES.items():
        epochs = BASE.pretrain_epochs if race_name == "train" else BASE.retrain_epochs
        found = sorted(rows(schedules, race_name), reverse=True)
        lines += ["", f"## {title}, {epochs} epochs", "", *_table("schedule", found), "", _verdict(found)]
        if optimizers:
            others = sorted(rows([*adam, *optimizers], race_name), reverse=True)
            lines += ["", f"### {title}, {epochs} epochs: optimisers", "", *_table("optimiser, schedule", others)]
    return lines


def _table(what: str, found: list[tuple[float, str, list[str]]]) -> list[str]:
    head = f"| {what} | highest rate | best dev, % | test, % | epochs to 99 % of the best |"
    return [head, "|---|---|---|---|---|", *(f"| {name} | {' | '.join(cells)} |" for _, name, cells in found)]


def rows(records: list[dict[str, Any]], race_name: str) -> list[tuple[float, str, list[str]]]:
    """Each contender's mean on dev at the rate that is best for it, its name, and its cells of the table."""
    groups: dict[str, dict[float, list[dict[str, float]]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        groups[record["contender"]][record["rate"]].append(record[race_name])
    found = []
    for name, by_rate in groups.items():
        rate, laps = max(by_rate.items(), key=lambda item: statistics.fmean(lap["dev"] for lap in item[1]))
        cells = [f"{rate:g}", *(_spread([lap[key] for lap in laps]) for key in ("dev", "test", "epochs"))]
        found.append((statistics.fmean(lap["dev"] for lap in laps), name, cells))
    return found


def _verdict(found: list[tuple[float, str, list[str]]]) -> str:
    """Where CALR stands, in a sentence; `found` is in order."""
    names = [name for _, name, _ in found]
    place = names.index("CALR")
    behind = found[0][0] - found[place][0]
    return f"CALR is number {place + 1} of {len(names)} on dev, {behind:.1f} points behind {names[0]}."


def _spread(values: list[float]) -> str:
    spread = f" ± {statistics.stdev(values):.1f}" if len(values) > 1 else ""
    return f"{statistics.fmean(values):.1f}{spread}"


if __name__ == "__main__":
    main()
