"""A change as it is shown: with its sign, and without one where it rounds to nothing."""

import pytest

from core.report.headline import Number


@pytest.mark.parametrize(
    ("changed", "told", "moved"),
    [
        (None, None, False),
        (0.0, "±0.0 points", False),
        (-0.04, "±0.0 points", False),
        (0.049, "±0.0 points", False),
        (-0.06, "-0.1 points", True),
        (1.23, "+1.2 points", True),
    ],
)
def test_a_change_that_rounds_to_nothing_has_no_direction(changed, told, moved):
    number = Number("Test accuracy", "80.0%", "", "", changed)
    assert (number.change, number.moved) == (told, moved)
