"""The four numbers that a run, or one way to compress of a sweep, comes down to."""

from dataclasses import dataclass

from core.counted import counted
from core.results import RunResult, percent
from core.sweep_table import Cell
from core.words import signed


@dataclass(frozen=True)
class Number:
    """A number to show in large type: what it is, its value, a `note` below, `help`, and the points it changed by."""

    label: str
    value: str
    note: str
    help: str
    changed: float | None = None

    @property
    def moved(self) -> bool:
        """Whether the change is one as it is shown."""
        return self.changed is not None and round(self.changed, 1) != 0

    @property
    def change(self) -> str | None:
        """The change in words; one that rounds to nothing has no direction."""
        if self.changed is None:
            return None
        return f"{signed(self.changed, 1)} points" if self.moved else "±0.0 points"


def headline(result: RunResult) -> tuple[Number, Number, Number, Number]:
    """Size of the table, accuracy, size of the deployed file, cost of one text."""
    dense, compressed, deployed = result.dense, result.compressed, result.deployed
    low, high = compressed.test_interval
    rank = "" if compressed.rank is None else f", now at rank {compressed.rank}"
    return (
        Number(
            *_size(compressed.compression),
            f"{dense.embedding_bytes / 1000:,.0f} kB dense{rank}",
            "The embedding table alone, in bytes.",
        ),
        Number(
            "Test accuracy",
            f"{compressed.test_accuracy:.1%}",
            f"dense {dense.test_accuracy:.1%}; 95 % interval {low:.1%} to {high:.1%}; macro-F1 "
            f"{percent(compressed.test_macro_f1)}, dense {percent(dense.test_macro_f1)}",
            "The compressed and re-trained model on texts that nothing was chosen by. Macro-F1 is the mean of F1 over "
            "classes, each class counted alike: unlike accuracy, it falls when a rare class is missed.",
            changed=100 * (compressed.test_accuracy - dense.test_accuracy),
        ),
        Number(
            "Deployed file",
            f"{deployed.bytes_on_disk / 1000:,.0f} kB",
            f"dense {dense.bytes_on_disk / 1000:,.0f} kB, the whole model",
            "The whole model with the second factor folded into the layer that reads it: the same outputs.",
        ),
        Number(
            "MACs for one text",
            f"{deployed.macs:,}",
            f"dense {dense.macs:,}, at {result.dataset.tokens_per_text} tokens",
            "Multiply–accumulates of the deployed model; FLOPs are twice as many.",
        ),
    )


def cell_headline(cell: Cell) -> tuple[Number, Number, Number, Number]:
    """Size of the table, accuracy that it was chosen by and that confirms it, size of the deployed file."""
    dev, test, seeds = cell.dev, cell.test, len(cell.runs)
    rank = "" if cell.rank is None else f" at rank {cell.rank}"
    return (
        Number(
            *_size(cell.compression),
            f"{cell.label}{rank}",
            "The embedding table, in bytes.",
        ),
        Number(
            "Accuracy on dev",
            f"{dev.mean:.1%}",
            f"dense {cell.dense_dev.mean:.1%}; 95 % interval {dev.low:.1%} to {dev.high:.1%}",
            "Chosen by.",
            changed=-100 * cell.lost,
        ),
        Number(
            "Confirmed on test",
            f"{test.mean:.1%}",
            f"dense {cell.dense_test.mean:.1%}; 95 % interval {test.low:.1%} to {test.high:.1%}",
            "On texts that nothing was chosen by.",
            changed=100 * (test.mean - cell.dense_test.mean),
        ),
        Number(
            "Deployed file",
            f"{cell.deployed_bytes / 1000:,.0f} kB",
            f"{cell.macs:,.0f} MACs for one text; {counted(seeds, 'seed')}",
            "The whole deployed model: the second factor is folded away.",
        ),
    )


def _size(compression: float) -> tuple[str, str]:
    return f"Table {'larger' if compression < 0 else 'smaller'} by", f"{abs(compression):.1%}"
