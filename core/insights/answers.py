"""One text through a run's models, and why they answer as they do; and the test texts on which they disagree."""

import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch

from core.bundles.bundle import Bundle
from core.compression.gram import unsplit
from core.data import tokenize
from core.data.batch import Batch
from core.data.vocabulary import UNKNOWN
from core.insights.attribution import attribute
from core.insights.opened import Models, Texts
from core.profiling.latency import race
from core.record import Record

LATENCY_ROUNDS, LATENCY_SECONDS = 9, 1.0
BATCH_TEXTS = 200
MOST_EXAMPLES = 12

Progress = Callable[[float], object]


@dataclass(frozen=True)
class Answer(Record):
    """One model's answer to a text.

    Attributes:
        model: `dense`, `compressed` or `deployed`.
        probabilities: of each class.
        shares: what each token adds to the difference of two classes' logits; see `core.insights.attribution`.
        baseline: the difference without any word.
        difference: the difference; `baseline` and `shares` add up to it.
        exact: whether they do so to rounding.
        latency_ms: median time to classify the text, alone, in this process.
    """

    model: str
    probabilities: tuple[float, ...]
    shares: tuple[float, ...]
    baseline: float
    difference: float
    exact: bool
    latency_ms: float

    @property
    def label(self) -> int:
        """The likeliest class."""
        return max(range(len(self.probabilities)), key=self.probabilities.__getitem__)


@dataclass(frozen=True)
class Explained(Record):
    """A text, and every model's answer to the same question: why `towards` rather than `against`.

    Attributes:
        tokens: what the models read of it.
        known: whether each token has a row of its own.
        classes: the names of all classes.
        towards: the class that the dense model takes for the likeliest.
        against: the one that the compressed model prefers, or else the dense model's second.
        label: the right class, where it is known.
        unread: how many tokens come after those, too late to be read.
    """

    text: str
    tokens: tuple[str, ...]
    known: tuple[bool, ...]
    classes: tuple[str, ...]
    towards: int
    against: int
    answers: tuple[Answer, ...]
    label: int | None = None
    unread: int = 0

    def answer(self, model: str) -> Answer:
        """The answer of the model so called."""
        return next(answer for answer in self.answers if answer.model == model)

    @property
    def flipped(self) -> bool:
        """Whether the dense and the compressed model disagree."""
        return self.answer("dense").label != self.answer("compressed").label

    def moved(self) -> list[tuple[str, float]]:
        """How much compression moved each token's share, the largest first; these add up to the difference's move.

        That is but for the baselines' move, which no word has caused.
        """
        shares = zip(self.answer("compressed").shares, self.answer("dense").shares, strict=True)
        moves = [(token, after - before) for token, (after, before) in zip(self.tokens, shares, strict=True)]
        return sorted(moves, key=lambda move: -abs(move[1]))


@dataclass(frozen=True)
class Examples(Record):
    """Test texts to look at, those on which dense and compressed disagree first; `flips` of all `texts` are such."""

    texts: int
    flips: int
    examples: tuple[Explained, ...]


def explain(models: Models, text: str, *, label: int | None = None) -> Explained:
    """What the `models` say to `text`, and why."""
    dense = models["dense"]
    batch = dense.encode([text])
    every = tokenize(text, cjk=dense.cjk)
    tokens = tuple(every[: dense.max_tokens]) or (UNKNOWN,)
    with unsplit():  # a single text is too little to be shared among threads
        probabilities = {name: bundle.probabilities([text])[0] for name, bundle in models.items()}
        towards, second = (int(place) for place in probabilities["dense"].topk(2).indices)
        preferred = int(probabilities["compressed"].argmax())
        against = second if preferred == towards else preferred
        times = race(
            {name: bundle.model for name, bundle in models.items()},
            [batch],
            seconds=LATENCY_SECONDS,
            most_rounds=LATENCY_ROUNDS,
        )
        answers = tuple(
            _answer(name, bundle, batch, towards=towards, against=against, latency_ms=statistics.median(times[name]))
            for name, bundle in models.items()
        )
    known = tuple(token in dense.index and token != UNKNOWN for token in tokens)
    return Explained(
        text, tokens, known, dense.classes, towards, against, answers, label, max(0, len(every) - len(tokens))
    )


def _answer(name: str, bundle: Bundle, batch: Batch, *, towards: int, against: int, latency_ms: float) -> Answer:
    with torch.no_grad():
        probabilities = bundle.model(batch).softmax(1)[0]
    found = attribute(bundle.model, batch.ids, towards=towards, against=against)
    return Answer(
        model=name,
        probabilities=tuple(probabilities.tolist()),
        shares=tuple(found.shares.tolist()),
        baseline=found.baseline,
        difference=found.difference,
        exact=found.exact,
        latency_ms=latency_ms,
    )


def flips(models: Models, texts: Texts, *, progress: Progress) -> list[int]:
    """The places of the test texts to which the dense and the compressed model give different labels."""
    found: list[int] = []
    done = 0
    for batch in texts.test.split(BATCH_TEXTS):
        with torch.no_grad():
            before, after = (models[name].model(batch).argmax(1) for name in ("dense", "compressed"))
        found += [done + place for place in (before != after).nonzero()[:, 0].tolist()]
        done += len(batch)
        progress(done / len(texts.test))
    return found


def examples(models: Models, texts: Texts, *, progress: Progress, most: int = MOST_EXAMPLES) -> Examples:
    """At most `most` test texts, explained: those that flipped, then others in their order."""
    flipped = flips(models, texts, progress=lambda share: progress(share / 2))
    places = list(dict.fromkeys([*flipped, *range(len(texts.test))]))[:most]
    found = []
    for place in places:
        label = int(texts.corpus.test.labels[place])
        found.append(explain(models, texts.corpus.test.texts[place], label=label))
        progress(0.5 + 0.5 * len(found) / len(places))
    return Examples(len(texts.test), len(flipped), tuple(found))


def classify(models: Mapping[str, Bundle], texts: Sequence[str], *, progress: Progress) -> list[dict[str, object]]:
    """A row for each of `texts`: the text, and each model's likeliest class and its probability."""
    table: list[dict[str, object]] = []
    for start in range(0, len(texts), BATCH_TEXTS):
        part = texts[start : start + BATCH_TEXTS]
        found = {name: bundle.probabilities(part) for name, bundle in models.items()}
        for place, text in enumerate(part):
            row: dict[str, object] = {"text": text}
            for name, bundle in models.items():
                best = int(found[name][place].argmax())
                row |= {name: bundle.classes[best], f"{name} probability": float(found[name][place, best])}
            table.append(row)
        progress(len(table) / len(texts))
    return table
