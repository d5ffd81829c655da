"""A change as it is shown: with its sign, and without one where it rounds to nothing."""

import pytest

from core.report.headline import Number, cell_headline
from core.sweep_table import tabulate
from tests.test_sweep_table import finished


@pytest.mark.parametrize(
    ("changed", "told", "moved"),
    [
        (None, None, False),
        (0.0, "±0.0 points", False),
        (-0.04, "±0.0 points", False),
        (0.049, "±0.0 points", False),
        (-0.06, "−0.1 points", True),
        (1.23, "+1.2 points", True),
    ],
)
def test_a_change_that_rounds_to_nothing_has_no_direction(changed, told, moved):
    number = Number("Test accuracy", "80.0%", "", "", changed)
    assert (number.change, number.moved) == (told, moved)


def test_a_cell_is_compared_with_the_dense_models_of_its_own_seeds():
    runs = [finished(rank=5, dev=0.6, dense=0.7), finished(rank=10, dev=1.0, seed=1, dense=0.9)]
    cell = next(cell for cell in tabulate(runs).cells if cell.rank == 10)
    confirmed = cell_headline(cell)[2]
    assert (confirmed.value, confirmed.change) == ("90.0%", "±0.0 points")
    assert confirmed.note.startswith("dense 90.0%")
