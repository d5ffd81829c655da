"""What is wanted of a model, instead of how to make it."""

from dataclasses import dataclass

from core.errors import ConfigError
from core.parameters import Parameters, parameter


@dataclass(frozen=True)
class Target(Parameters):
    """At most so many kilobytes, at most so many points lost, or both."""

    most_kb: float | None = parameter(
        None,
        minimum=0,
        exclusive=True,
        unit="kB",
        start=500.0,
        unset="any size",
        help="At most so many kilobytes (1,000 bytes) for the deployed model's weights.",
    )
    most_points: float | None = parameter(
        None,
        minimum=0,
        maximum=100,
        unit="points",
        start=0.5,
        unset="as few as can be",
        help="At most so many points of dev accuracy below the dense model.",
    )

    def __post_init__(self) -> None:
        """Check the fields, and that there is a target."""
        super().__post_init__()
        if self.most_kb is None and self.most_points is None:
            raise ConfigError("most_kb", None, "give --most-kb, --most-points, or both")

    def fits(self, size_bytes: int) -> bool:
        """Whether a deployed model of `size_bytes` is small enough."""
        return self.most_kb is None or size_bytes <= 1000 * self.most_kb

    def floor(self, dense_accuracy: float) -> float | None:
        """The least accuracy on dev, 0 to 1, that keeps the target; None where any does."""
        # The nudge makes a model that is exactly so many points below keep it, however the difference is rounded.
        return None if self.most_points is None else dense_accuracy - self.most_points / 100 - 1e-9
