"""A trained dense model as bytes, with all that a run says while it trains one, so that other runs can say it too."""

from dataclasses import asdict, dataclass

from torch import Tensor

from core.compression.source import Memory
from core.config import RunConfig
from core.embeddings import DenseEmbedding
from core.events import Command, Monitor, Point, Stage
from core.pipeline import build, train
from core.results import RankCurves
from core.sealed import seal, unseal
from core.stages import Loaded, Trunk
from core.training.checkpoints import Checkpoint
from core.training.evaluate import Evaluation
from core.training.fit import Position


@dataclass(frozen=True)
class StoredTrunk:
    """What training left behind.

    Attributes:
        weights: the dense model's, by name.
        right: (B,) bool, which dev texts it has right.
        loss: on dev, in nats.
        macro_f1: on dev.
        position: where training ended.
        points: what was measured on the way.
        marks: the milestones on the way, by name.
    """

    weights: dict[str, Tensor]
    right: Tensor
    loss: float
    macro_f1: float
    position: Position
    points: tuple[Point, ...]
    marks: dict[str, dict[str, float]]

    def to_bytes(self) -> bytes:
        """For a file or a wire."""
        about = {
            "loss": self.loss,
            "macro_f1": self.macro_f1,
            "position": asdict(self.position),
            "points": [[point.stage, point.iteration, point.epoch, point.values] for point in self.points],
            "marks": self.marks,
        }
        return seal({"right": self.right, **{f"weights.{name}": value for name, value in self.weights.items()}}, about)

    @classmethod
    def from_bytes(cls, content: bytes) -> "StoredTrunk":
        """What `to_bytes` made.

        Raises:
            ValueError: when it was changed since.
        """
        tensors, about = unseal(content)
        return cls(
            weights={name.removeprefix("weights."): value for name, value in tensors.items() if name != "right"},
            right=tensors["right"],
            loss=about["loss"],
            macro_f1=about["macro_f1"],
            position=Position(**about["position"]),
            points=tuple(Point(*point) for point in about["points"]),
            marks=about["marks"],
        )


def grow(
    config: RunConfig, loaded: Loaded, monitor: Monitor, checkpoint: Checkpoint | None = None
) -> tuple[Trunk, StoredTrunk | None]:
    """Train the dense model; what to keep of it is None where it was cut short, so isn't what `config` trains."""
    recorder = Recorder(monitor)
    trunk = train(config, loaded, monitor=recorder, checkpoint=checkpoint)
    if trunk.command:
        return trunk, None
    weights, points = trunk.dense.state_dict(), tuple(recorder.points)
    dev = trunk.dev
    stored = StoredTrunk(weights, dev.right, dev.loss, dev.macro_f1, trunk.position, points, recorder.marks)
    return trunk, stored


def restore(config: RunConfig, loaded: Loaded, stored: StoredTrunk, memory: Memory) -> Trunk:
    """What `core.pipeline.train` would give, bit for bit."""
    untrained = build(config, loaded)
    dense = untrained.with_embedding(DenseEmbedding(untrained.embedding.table()))
    dense.load_state_dict(stored.weights)
    dev = Evaluation(stored.right, stored.loss, stored.macro_f1)
    return Trunk(untrained, dense.train(), dev, stored.position, None, memory)


def replay(stored: StoredTrunk, monitor: Monitor) -> None:
    """Say what `core.pipeline.train` would have said."""
    for point in stored.points:
        monitor.point(point)
    for name, values in stored.marks.items():
        monitor.mark(name, values)


class Recorder:
    """A monitor that keeps the points and marks that it passes on."""

    def __init__(self, listener: Monitor) -> None:
        """Pass everything on to `listener`."""
        self.listener = listener
        self.points: list[Point] = []
        self.marks: dict[str, dict[str, float]] = {}

    def stage(self, stage: Stage, note: str) -> None:
        """See `Monitor.stage`."""
        self.listener.stage(stage, note)

    def progress(self, fraction: float) -> None:
        """See `Monitor.progress`."""
        self.listener.progress(fraction)

    def point(self, point: Point) -> None:
        """See `Monitor.point`."""
        self.points.append(point)
        self.listener.point(point)

    def mark(self, name: str, values: dict[str, float]) -> None:
        """See `Monitor.mark`."""
        self.marks[name] = values
        self.listener.mark(name, values)

    def curves(self, curves: RankCurves) -> None:
        """See `Monitor.curves`."""
        self.listener.curves(curves)

    def command(self) -> Command | None:
        """See `Monitor.command`."""
        return self.listener.command()
