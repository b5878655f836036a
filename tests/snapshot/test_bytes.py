"""What the terminal is sent, key by key, is at most what is on record. To renew it: python tests/bytes_on_record.py"""

import json

import pytest
from bytes_on_record import RECORD, TERMINALS, measured

TOLERANCE = 1.02
"""So that another sentence or fax of the demo does not need another record."""


@pytest.mark.parametrize("terminal", TERMINALS)
async def test_no_key_takes_more_bytes_than_on_record(terminal: str) -> None:
    on_record = json.loads(RECORD.read_text(encoding="utf-8"))[terminal]
    steps = await measured(TERMINALS[terminal])
    assert [key for key, _ in steps] == [key for key, _ in on_record]
    more = [(key, now, before) for (key, now), (_, before) in zip(steps, on_record, strict=True)]
    assert [each for each in more if int(each[1]) > int(each[2]) * TOLERANCE] == []
