"""The four numbers that a run comes down to."""

from dataclasses import dataclass

from core.results import RunResult, percent


@dataclass(frozen=True)
class Number:
    """A number to show in large type: what it is, its value, by how much it `changed`, a `note` below, and `help`."""

    label: str
    value: str
    note: str
    help: str
    changed: str | None = None


def headline(result: RunResult) -> tuple[Number, Number, Number, Number]:
    """Size of the table, accuracy, size of the deployed file, cost of one text."""
    dense, compressed, deployed = result.dense, result.compressed, result.deployed
    points = 100 * (compressed.test_accuracy - dense.test_accuracy)
    low, high = compressed.test_interval
    rank = "" if compressed.rank is None else f", now at rank {compressed.rank}"
    return (
        Number(
            "Table smaller by",
            f"{compressed.compression:.1%}",
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
            changed=f"{points:+.1f} points",
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
