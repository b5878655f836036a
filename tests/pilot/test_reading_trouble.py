"""Reading a fax that does not come, or that can't be shown."""

import asyncio
import sys

import pytest
from console import NARROW, SMALL
from documents_to_read import a_page, claiming, protected_pdf, tiff
from PIL import Image
from reading_desk import page, press, reading

from faxtui.errors import FaxtuiError, Gone


async def test_while_it_is_fetched_that_is_said_and_esc_gives_it_up() -> None:
    begun, given_up = asyncio.Event(), asyncio.Event()

    async def fetch() -> bytes:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            given_up.set()
        return b""

    async with reading(fetch, until="Loading …") as desk:
        await begun.wait()
        await press(desk, "n", "plus", "down", "z", "b", "space")
        assert "Loading …" in desk.screen
        await press(desk, "escape")
        await desk.until_shown("Received ▼")
        await desk.until(given_up.is_set)


@pytest.mark.parametrize("size", [SMALL, NARROW], ids=str)
@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        (Gone("This fax is no longer at the service."), "This fax is no longer at the service."),
        (b"<html>", "This fax is neither a PDF nor a TIFF. Save the file, and open it with another program."),
        (protected_pdf(), "This fax is protected by a password."),
        (b"%PDF-1.4 and nothing of a PDF", "it is damaged"),
        (claiming(100_000, 100_000), "faxtui shows at most 50 million."),
    ],
    ids=["gone", "neither", "protected", "damaged", "bomb"],
)
async def test_what_can_not_be_shown_is_told_in_its_place(
    document: bytes | FaxtuiError, sentence: str, size: tuple[int, int]
) -> None:
    async with reading(document, size=size, until="End of fax") as desk:
        await desk.until(lambda: sentence in " ".join(desk.screen.split()))
        await press(desk, "n", "p", "plus", "down")
        assert sentence in " ".join(desk.screen.split())
        await press(desk, "escape")
        await desk.until_shown("Received ▼")


async def test_pages_around_one_that_can_not_be_shown_are_shown() -> None:
    large = Image.new("1", (10_000, 5_001), 1)
    async with reading(tiff(a_page(), large, a_page())) as desk:
        first = page(desk)
        await press(desk, "n")
        assert "page 2 of 3" in desk.header
        assert "faxtui shows at most" in desk.screen
        await press(desk, "plus", "down", "n")
        assert "page 3 of 3" in desk.header
        assert page(desk) == first
        await press(desk, "p", "p")
        assert page(desk) == first


async def test_without_the_extra_it_is_said_how_to_get_it_before_anything_is_fetched(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fetch() -> bytes:
        raise AssertionError("it was fetched")

    monkeypatch.setitem(sys.modules, "PIL", None)
    monkeypatch.setitem(sys.modules, "pypdfium2", None)
    async with reading(fetch, until="pip install") as desk:
        assert "needs what is not installed: pypdfium2, Pillow." in " ".join(desk.screen.split())
