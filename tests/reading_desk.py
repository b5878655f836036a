"""A fax that is read on the screen, over the list."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from console import SMALL, Console, console
from documents_to_read import letter

from faxtui.domain.fax import Fax
from faxtui.errors import FaxtuiError
from faxtui.preview.viewport import BRAILLE
from faxtui.terminal.capabilities import Capabilities
from faxtui.ui.documents import Documents, FaxDocument
from faxtui.ui.screens.fax import FaxScreen


class GivenDocuments(Documents):
    """Documents that a test gives, in place of those of the service."""

    given: Callable[[], Awaitable[bytes]]

    async def _fetch(self, document: FaxDocument, on_size: Callable[[int], None]) -> None:
        document.content = await self.given()
        await self._drop_oldest(document)


@asynccontextmanager
async def reading(
    document: bytes | FaxtuiError | Callable[[], Awaitable[bytes]],
    *,
    size: tuple[int, int] = SMALL,
    capabilities: Capabilities | None = None,
    until: str = "page 1 of",
    view: str = "picture",
) -> AsyncIterator[Console]:
    """The reading of a document, over the list, once that text is shown."""

    async def fetch() -> bytes:
        if isinstance(document, FaxtuiError):
            raise document
        return document if isinstance(document, bytes) else await document()

    async with console(size=size, capabilities=capabilities, view=view) as desk:
        fax = Fax(folder="134296015", file_name=letter().file_name)
        browser = desk.browser
        documents = GivenDocuments(browser._operations, browser._inbox.policy, browser.options.reader)
        documents.given = fetch
        screen = FaxScreen(desk.app.options, browser._operations, browser._inbox, "", documents, fax)
        await desk.app.push_screen(screen)
        await desk.until_shown(until)
        await still(desk)
        yield desk
        await documents.aclose()


async def still(desk: Console) -> None:
    """Until everything that is wanted is drawn."""
    screen = desk.app.screen
    if isinstance(screen, FaxScreen):
        await desk.until(lambda: screen._pane.is_drawn)
    await desk.settle()


async def press(desk: Console, *keys: str) -> None:
    for key in keys:
        await desk.press(key)
        await still(desk)


def page(desk: Console) -> list[str]:
    return desk.lines[3:-1]


def quiet(desk: Console) -> str:
    """The line that says how the page is shown."""
    return desk.lines[1]


def dots(desk: Console) -> list[str]:
    rows = []
    for line in page(desk):
        codes = [BRAILLE.characters.index(sign) for sign in line]
        rows += ["".join(str(code >> bit & 1) for code in codes for bit in (2 * y, 2 * y + 1)) for y in range(4)]
    return rows
