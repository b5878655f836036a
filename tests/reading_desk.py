"""A fax that is read on the screen, over the list."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from console import SMALL, Console, console
from documents_to_read import letter

from faxtui.domain.fax import Fax
from faxtui.errors import FaxtuiError
from faxtui.preview.viewport import BRAILLE
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.screens.reading import ReadingScreen


@asynccontextmanager
async def reading(
    document: bytes | FaxtuiError | Callable[[], Awaitable[bytes]],
    *,
    size: tuple[int, int] = SMALL,
    capabilities: Capabilities | None = None,
    until: str = "page 1 of",
) -> AsyncIterator[Console]:
    """The reading of a document, over the list, once that text is shown."""

    async def fetch() -> bytes:
        if isinstance(document, FaxtuiError):
            raise document
        return document if isinstance(document, bytes) else await document()

    async with console(size=size, capabilities=capabilities) as desk:
        fax = Fax(folder="134296015", file_name=letter().file_name)
        await desk.app.push_screen(ReadingScreen(desk.app.options, fax, fetch, lambda: None))
        await desk.until_shown(until)
        await still(desk)
        yield desk


async def still(desk: Console) -> None:
    """Until everything that is wanted is drawn."""
    screen = desk.app.screen
    if isinstance(screen, ReadingScreen):
        await desk.until(lambda: not screen._is_drawing)
    await desk.settle()


async def press(desk: Console, *keys: str) -> None:
    for key in keys:
        await desk.press(key)
        await still(desk)


def page(desk: Console) -> list[str]:
    return desk.lines[1:-1]


def dots(desk: Console) -> list[str]:
    rows = []
    for line in page(desk):
        codes = [BRAILLE.characters.index(sign) for sign in line]
        rows += ["".join(str(code >> bit & 1) for code in codes for bit in (2 * y, 2 * y + 1)) for y in range(4)]
    return rows
