"""How the demo draws its faxes: no sign it can't draw, nothing off the paper, nothing for nobody."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from PIL import Image, ImageChops

from faxtui.demo.data import ReceivedFax, history
from faxtui.demo.documents import HEIGHT, WIDTH, Page, Scanner, draw, write_pages, write_tiff
from faxtui.demo.service import written


@pytest.fixture(scope="module")
def faxes() -> list[ReceivedFax]:
    return history(60300, datetime(2026, 11, 23, 9, 42, tzinfo=UTC))[-400:]


def test_every_sign_that_a_fax_has_is_drawn_and_looks_like_no_other(faxes: list[ReceivedFax]) -> None:
    signs = {sign for fax in faxes for page in write_pages(fax) for text in page.texts for sign in text.text}
    looks = {sign: tuple(draw(sign, 10)[1]) for sign in signs}
    assert len(signs) > 80
    assert len(set(looks.values())) == len(signs)


def test_an_accent_is_there_however_it_is_composed() -> None:
    for letter, plain in zip("éèêëÉç", "eeeeEc", strict=True):
        assert draw(letter, 10) != draw(plain, 10)
    assert draw("e\N{COMBINING ACUTE ACCENT}", 10) == draw("é", 10)


def test_a_sign_that_the_font_lacks_is_a_question_mark() -> None:
    assert draw("漢", 10) == draw("?", 10)


def test_a_scan_is_what_its_scanner_makes_of_a_page() -> None:
    page = Page()
    page.line("Résultats d'analyses")
    fine, standard, dusty, turned = (
        Image.open(BytesIO(write_tiff([page], scanner)))
        for scanner in (Scanner(), Scanner(is_standard=True), Scanner(speckles=50), Scanner(turned_page=1))
    )
    assert (fine.size, standard.size) == ((1728, 2292), (1728, 1146))
    assert (fine.info["dpi"], standard.info["dpi"]) == ((204, 196), (204, 98))
    assert sum(ImageChops.logical_xor(fine, dusty).convert("L").histogram()[1:]) == 50
    assert ImageChops.difference(fine, turned.rotate(180)).getbbox() is None


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
