"""How the demo draws its faxes: no sign it can't draw, nothing off the paper, nothing for nobody."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from itertools import combinations

import pytest

from faxtui.demo.data import ReceivedFax, history
from faxtui.demo.documents import ASCENT, CELL_WIDTH, HEIGHT, WIDTH, Page, draw, write_pages
from faxtui.demo.service import written


@pytest.fixture(scope="module")
def faxes() -> list[ReceivedFax]:
    return history(60300, datetime(2026, 11, 23, 9, 42, tzinfo=UTC))[-400:]


def test_every_sign_that_a_fax_has_is_drawn_and_looks_like_no_other(faxes: list[ReceivedFax]) -> None:
    signs = {sign for fax in faxes for page in write_pages(fax) for text in page.texts for sign in text.text}
    looks = {sign: draw(sign) for sign in signs}
    assert len(signs) > 80
    # As on many a typewriter, a zero looks like an O.
    assert [pair for pair in combinations(sorted(signs), 2) if looks[pair[0]] == looks[pair[1]]] == [("0", "O")]


def test_a_text_is_a_row_of_cells_with_room_for_accents_and_tails() -> None:
    rows = draw("Ég")
    assert {len(row) for row in rows} == {2 * CELL_WIDTH}
    assert len(rows) == ASCENT + 2
    assert all("1" in row for row in rows)
    assert draw("") == []


def test_an_accent_is_there_however_it_is_composed() -> None:
    for letter, plain in zip("éèêëÉç", "eeeeEc", strict=True):
        assert draw(letter) != draw(plain)
    assert draw("e\N{COMBINING ACUTE ACCENT}") == draw("é")


def test_a_sign_that_the_font_lacks_is_a_question_mark() -> None:
    assert draw("漢") == draw("?")


def test_nothing_is_written_off_the_paper(faxes: list[ReceivedFax]) -> None:
    for page in (page for fax in faxes for page in write_pages(fax)):
        assert all(0 < text.x < WIDTH and text.size < text.y < HEIGHT for text in page.texts)
        assert all(0 < rule.x < rule.x + rule.width < WIDTH and 0 < rule.y < HEIGHT for rule in page.rules)


def test_what_nobody_waits_for_any_more_is_not_drawn_to_its_end() -> None:
    is_drawing, may_go_on = threading.Event(), threading.Event()
    drawn = []

    def pages() -> Iterator[Page]:
        for number in range(200):
            drawn.append(number)
            yield Page()
            is_drawing.set()
            may_go_on.wait()

    def write(pages: Iterable[Page]) -> bytes:
        return bytes(len(list(pages)))

    async def give_up() -> None:
        task = asyncio.create_task(written(write, pages()))
        await asyncio.to_thread(is_drawing.wait)
        task.cancel()
        await asyncio.wait([task])
        may_go_on.set()

    asyncio.run(give_up())
    assert drawn == [0, 1]
