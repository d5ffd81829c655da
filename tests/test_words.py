"""Runs in words."""

import pytest

from core.config import RunConfig
from core.words import describe


@pytest.mark.parametrize(
    ("compression", "shown"),
    [(0.9, "90%"), (0.57, "57%"), (0.955, "95.5%"), (0.995, "99.5%"), (0.9999, "99.99%"), (0.001, "0.1%")],
)
def test_a_compression_is_shown_as_it_was_asked_for(compression, shown):
    told = describe(RunConfig(options={"compression": compression}))
    assert f" · {shown} smaller · " in told
