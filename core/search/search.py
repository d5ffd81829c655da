"""Find the smallest configuration that keeps a target: screen all, re-train few, test one.

One trunk (dense model) serves all. Every choice is made on dev; test is read for the answer alone. Within one method,
more bytes are taken to mean no less accuracy after re-training, so its sizes are bisected and not all tried. The state
just before re-training takes part in re-training's choice on dev; so what keeps the target on dev without re-training
will keep it afterwards too, and is tried first. With balanced class weights that choice is by macro-F1, which may cost
accuracy: where it does, larger ones are tried; and so they are where re-training diverges.
"""

from collections.abc import Callable, Sequence
from dataclasses import asdict
from itertools import groupby

import torch

from core.config import RunConfig
from core.errors import ConfigError, DivergedError, InputError
from core.events import Monitor, Silent
from core.pipeline import compress, load, retrain, source_of, train, with_method
from core.profiling.significance import disagreement, wilson_interval
from core.results import PairedTest
from core.search.prediction import predicted
from core.search.results import Candidate, Confirmation, SearchResult, Tried
from core.search.screen import configured, deployed_bytes, screen, searchable
from core.search.target import Target
from core.stages import Branch, Loaded, Trunk
from core.training.evaluate import evaluate

FINALISTS = 5  # where only the size is given: so many, the best on the screen, are re-trained
CHECKS = 6  # re-trained besides, from the best to the worst on the screen, to see how much it is worth


def search(
    config: RunConfig,
    target: Target,
    *,
    methods: Sequence[str] = (),
    checks: int = CHECKS,
    monitor: Monitor | None = None,
) -> SearchResult:
    """The smallest of `methods`, at whatever size, that keeps `target`; with a size alone, the most accurate.

    Args:
        config: data, model and training; its own method doesn't matter.
        target: what to keep.
        methods: whose sizes are searched; all that have one where nothing is said.
        checks: how many other candidates are re-trained, to see how well the screen predicts; they may win too.
        monitor: hears what happens, and may stop the search.

    Raises:
        InputError: when data, vectors or options can't be used, or nothing is as small as asked for.
        StoppedError: when the monitor says stop.
    """
    monitor = monitor or Silent()
    methods = tuple(methods) or searchable()
    for name in methods:
        if name not in searchable():
            raise ConfigError("methods", name, f"choose some of {', '.join(searchable())}")
    torch.set_num_threads(config.threads)
    monitor.stage("load", "Reading texts and vectors")
    loaded = load(configured(config, "dense+"), monitor=monitor)
    monitor.stage("train", "Training the dense model")
    trunk = train(config, loaded, monitor=monitor)
    monitor.stage("curve", "Trying every method at every size, without re-training")
    candidates = screen(config, loaded, trunk, methods=methods, monitor=monitor)
    fitting = [candidate for candidate in candidates if target.fits(candidate.size_bytes)]
    if not candidates:
        raise InputError(f"None of {', '.join(methods)} can halve a table as small as this one: choose other methods.")
    if not fitting:
        least = candidates[0].size_bytes / 1000
        raise InputError(f"The smallest of these models takes {least:,.1f} kB: allow more, or choose other methods.")
    trials = _Trials(config, loaded, trunk, target, monitor)
    if trials.floor is None:
        most_accurate(fitting, trials.meets)
    else:
        smallest(fitting, trials.floor, trials.meets)
    for candidate in spread([each for each in fitting if each not in trials.tried], checks):
        trials.meets(candidate, check=True)
    return trials.result(candidates)


def smallest(candidates: Sequence[Candidate], floor: float, meets: Callable[[Candidate], bool]) -> None:
    """Try, by `meets`, what leads to the smallest candidate that keeps `floor`; each method's sizes are bisected."""
    sizes = _by_method(candidates)
    sure = {
        name: next((place for place, each in enumerate(of_one) if each.dev_accuracy >= floor), len(of_one))
        for name, of_one in sizes.items()
    }

    def promise(name: str) -> tuple[float, float]:
        of_one = sizes[name]
        first = of_one[sure[name]].size_bytes if sure[name] < len(of_one) else float("inf")
        return first, -max(each.dev_accuracy for each in of_one)

    best = float("inf")  # bytes of the smallest that keeps it
    for name in sorted(sizes, key=promise):
        of_one = [each for each in sizes[name] if each.size_bytes < best]
        low, high = 0, len(of_one)
        probe = min(sure[name], high - 1)  # the most likely: if even that fails, so do all smaller ones
        while low < high:
            if meets(of_one[probe]):
                best, high = of_one[probe].size_bytes, probe
            else:
                low = probe + 1
            probe = (low + high) // 2


def most_accurate(candidates: Sequence[Candidate], meets: Callable[[Candidate], bool]) -> None:
    """Try, by `meets`, each method's largest candidate, for the few of them that did best on the screen."""
    largest = [of_one[-1] for of_one in _by_method(candidates).values()]
    for candidate in sorted(largest, key=lambda each: -each.dev_accuracy)[:FINALISTS]:
        meets(candidate)


def spread(candidates: Sequence[Candidate], count: int) -> list[Candidate]:
    """`count` of the candidates, evenly from the best to the worst on the screen."""
    ordered = sorted(candidates, key=lambda each: (-each.dev_accuracy, each.size_bytes))
    count = min(count, len(ordered))
    return [ordered[round(place * (len(ordered) - 1) / max(1, count - 1))] for place in range(count)]


def _by_method(candidates: Sequence[Candidate]) -> dict[str, list[Candidate]]:
    """The candidates of each method, smallest first."""
    ordered = sorted(candidates, key=lambda each: (each.method, each.size_bytes))
    return {name: list(group) for name, group in groupby(ordered, key=lambda each: each.method)}


class _Trials:
    """Re-trains candidates, and remembers the best model of them.

    `tried` are all of them, and `path` holds those whose re-training didn't diverge.
    """

    def __init__(self, config: RunConfig, loaded: Loaded, trunk: Trunk, target: Target, monitor: Monitor) -> None:
        self.config, self.loaded, self.trunk, self.target, self.monitor = config, loaded, trunk, target, monitor
        self.floor = target.floor(trunk.dev.accuracy)
        self.tried: list[Candidate] = []
        self.path: list[Tried] = []
        self.best: tuple[Tried, Branch] | None = None
        self.diverged: DivergedError | None = None

    def meets(self, candidate: Candidate, *, check: bool = False) -> bool:
        """Re-train `candidate`; whether it keeps the target, as one whose re-training diverges doesn't."""
        self.tried.append(candidate)
        name = f"{candidate.method}, {candidate.compression:.1%} smaller"
        self.monitor.stage("retrain", f"Re-training {name} ({candidate.size_bytes / 1000:,.0f} kB)")
        config = configured(self.config, candidate.method, candidate.compression)
        loaded = with_method(config, self.loaded)
        compressed = compress(source_of(config, loaded, self.trunk), loaded.method)
        try:
            branch = retrain(config, loaded, self.trunk, compressed, monitor=self.monitor)
        except DivergedError as error:
            self.diverged = error
            return False
        meets = self.floor is None or branch.dev.accuracy >= self.floor
        tried = Tried(candidate, branch.dev.accuracy, meets, check)
        self.path.append(tried)
        if self.best is None or self._order(tried) < self._order(self.best[0]):
            self.best = tried, branch
        return meets

    def _order(self, tried: Tried) -> tuple[float, ...]:
        """Best first: what keeps the points by size; else, and where none are asked for, by accuracy."""
        if tried.meets and self.floor is not None:
            return 0, tried.candidate.size_bytes
        return 1, -tried.dev_accuracy, tried.candidate.size_bytes

    def result(self, candidates: Sequence[Candidate]) -> SearchResult:
        """What was found, the answer confirmed on test.

        Raises:
            DivergedError: when all re-training diverged.
        """
        if self.best is None:
            raise self.diverged or RuntimeError("Nothing was tried.")
        best, branch = self.best
        return SearchResult(
            config=configured(self.config, best.candidate.method, best.candidate.compression).to_dict(),
            target=asdict(self.target),
            dense_dev_accuracy=self.trunk.dev.accuracy,
            dense_size_bytes=deployed_bytes(self.trunk.dense),
            candidates=tuple(candidates),
            path=tuple(self.path),
            chosen=best if best.meets else None,
            confirmation=self._confirm(branch) if best.meets else None,
            prediction=predicted(self.path),
        )

    def _confirm(self, branch: Branch) -> Confirmation:
        self.monitor.stage("profile", "Testing the answer")
        dense, chosen = (evaluate(model, self.loaded.texts.test) for model in (self.trunk.dense, branch.compressed))
        test = disagreement(dense.right.numpy(), chosen.right.numpy())
        return Confirmation(
            dense_accuracy=dense.accuracy,
            test_accuracy=chosen.accuracy,
            test_interval=wilson_interval(int(chosen.right.sum()), len(chosen.right)),
            paired_test=PairedTest(test.p_value, test.only_first, test.only_second),
        )
