"""How doctor writes durations."""

import pytest

from faxtui.doctor.report import span


@pytest.mark.parametrize(
    ("seconds", "words"), [(0.00001, "1 ms"), (0.0214, "21 ms"), (0.9996, "1.0 s"), (2.44, "2.4 s")]
)
def test_times_are_told_as_short_as_they_can_be(seconds: float, words: str) -> None:
    assert span(seconds) == words
