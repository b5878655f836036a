"""What the terminal is sent, key by key, is what is on record. To renew it: python tests/bytes_on_record.py"""

import json

import pytest
from bytes_on_record import RECORD, TERMINALS, measured


@pytest.mark.parametrize("terminal", TERMINALS)
async def test_no_key_takes_another_number_of_bytes_than_on_record(terminal: str) -> None:
    on_record = json.loads(RECORD.read_text(encoding="utf-8"))
    assert await measured(TERMINALS[terminal]) == on_record[terminal]
