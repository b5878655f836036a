"""Which columns the list has, and how wide they are."""

from collections.abc import Mapping

import pytest

from faxtui.domain.fax import BAUD, CUSTOMER, DURATION, FILE, FOLDER, FROM, MESSAGE, PAGES, RECEIVED, TO, Field
from faxtui.ui.display import Glyphs
from faxtui.ui.widgets.fax_table import Column, fit

ROOM = 75
"""Cells for columns on a terminal of 80."""
CONTENTS = {FROM: 18, TO: 9, FILE: 22, FOLDER: 9, MESSAGE: 8}
ALL = (RECEIVED, FROM, TO, PAGES, DURATION, FILE, BAUD, FOLDER, MESSAGE, CUSTOMER)


def widths(
    room: int, sort: Field = RECEIVED, chosen: tuple[Field, ...] = (), contents: Mapping[Field, int] = CONTENTS
) -> dict[Field, int]:
    columns = fit(room, chosen, sort, contents)
    assert needed(columns) <= room or len(columns) == 1
    return {each.field: each.width for each in columns}


def needed(columns: tuple[Column, ...]) -> int:
    return sum(each.width + each.gap for each in columns)


def test_sender_and_recipient_are_shown_in_full_before_the_file() -> None:
    shown = widths(ROOM)
    assert (shown[FROM], shown[TO]) == (18, 9)
    assert 10 <= shown[FILE] < 22


def test_nothing_is_cut_while_columns_stand_empty() -> None:
    for room in range(40, 240):
        columns = fit(room, (), RECEIVED, CONTENTS)
        shown = {each.field: each.width for each in columns}
        if any(shown.get(each, width) < width for each, width in CONTENTS.items()):
            assert needed(columns) == room
            assert not {BAUD, FOLDER, MESSAGE, CUSTOMER} & shown.keys()


@pytest.mark.parametrize("chosen", [(), ALL, (RECEIVED, FROM)], ids=["automatic", "all", "two"])
def test_the_column_that_is_sorted_by_is_always_there(chosen: tuple[Field, ...]) -> None:
    for sort in (FROM, TO, DURATION, PAGES, FILE, BAUD, FOLDER, MESSAGE):
        for room in (36, 55, ROOM, 115, 155):
            assert sort in widths(room, sort, chosen)


def test_a_column_is_as_wide_as_a_longer_date_needs() -> None:
    assert widths(ROOM, contents={**CONTENTS, RECEIVED: 19})[RECEIVED] == 19


def test_one_long_sender_leaves_room_for_the_file() -> None:
    shown = widths(115, contents={**CONTENTS, FROM: 400})
    assert shown[FILE] == 22
    assert shown[FROM] > 30


def test_of_a_file_name_the_beginning_is_cut() -> None:
    assert Glyphs().cut_start("0-20261123-1041-1135087.PDF", 12) == "…1135087.PDF"
    assert Glyphs(utf8=False).cut_start("0-20261123-1041-1135087.PDF", 12) == "..135087.PDF"
    assert Glyphs().cut_start("日本語日本語.PDF", 8) == "…語.PDF"
    assert Glyphs().cut_start("a.PDF", 12) == "a.PDF"
