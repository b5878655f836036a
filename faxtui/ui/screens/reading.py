"""The pages of a fax."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from rich.text import Text
from textual.app import ComposeResult
from textual.widgets import Static

from faxtui.domain.fax import UNKNOWN, Fax
from faxtui.domain.text import visible
from faxtui.errors import FaxtuiError
from faxtui.preview.client import DocumentReader, check_requirements
from faxtui.preview.viewport import (
    ASCII,
    BRAILLE,
    HALF_BLOCKS,
    QUADRANTS,
    DocumentView,
    Fit,
    PageView,
    Picture,
    Viewport,
)
from faxtui.translation import _
from faxtui.ui.display import DisplayOptions
from faxtui.ui.keymap import PROGRAM_WIDE, READING, READING_GROUPS, UNDO, bindings
from faxtui.ui.screens.dialog import ClosesOnce
from faxtui.ui.widgets.bars import KeyBar, TopLine

_PAN, _READ_ON, _WHEEL = 0.5, 0.9, 0.2
"""Screens that one step goes: what is at an edge is seen twice, so that nothing is missed."""


class ReadingScreen(ClosesOnce[None]):
    """The document of a fax. ``fetch`` gets it (raises FaxtuiError); closing the screen cancels it.

    ``seen`` is called once the first page is shown.
    """

    DEFAULT_CSS = """
    ReadingScreen {
        & > TopLine { text-style: bold; }
        & > #page { height: 1fr; width: 1fr; }
        & > #page.-words { padding: 1; }
    }
    """
    BINDINGS = bindings((*READING, UNDO))
    HELP_GROUPS = READING_GROUPS

    def __init__(
        self, options: DisplayOptions, fax: Fax, fetch: Callable[[], Awaitable[bytes]], seen: Callable[[], None]
    ) -> None:
        super().__init__()
        self._options = options
        self._fax_name = _("Fax {name}").format(name=visible(fax.file_name or UNKNOWN))
        self._fetch = fetch
        self._seen = seen
        self._title = TopLine(options.glyphs, self._fax_name)
        self._page = Static(id="page", markup=False)
        self._drawings = (BRAILLE, QUADRANTS, HALF_BLOCKS) if options.glyphs.utf8 else (ASCII,)
        self._drawing = self._drawings[0]
        self._reader: DocumentReader | None = None
        self._book: DocumentView | None = None
        self._shown: PageView | None = None
        self._is_drawing = False
        self._is_opening = False
        self._status = ""
        self._told: tuple[str, ...] = ()
        self._has_shown = False

    def compose(self) -> ComposeResult:
        yield self._title
        yield self._page
        yield KeyBar(self._options, (*READING, *PROGRAM_WIDE))

    def on_mount(self) -> None:
        self._say_title()
        self.action_retry()

    async def on_unmount(self) -> None:
        if self._reader is not None:
            await self._reader.aclose()

    def on_resize(self) -> None:
        if self._book is not None:
            self._book.resize(self._drawing, *self._room)
            self._follow()

    # What a person does

    def action_next_sheet(self) -> None:
        self._turn(1)

    def action_previous_sheet(self) -> None:
        self._turn(-1)

    def action_read_on(self) -> None:
        viewport = self._book.current.viewport if self._book is not None else None
        if viewport is None or viewport.is_at_end:
            self._turn(1)
        else:
            self._change(lambda viewport: viewport.moved(0, _READ_ON))

    def action_read_back(self) -> None:
        self._change(lambda viewport: viewport.moved(0, -_READ_ON))

    def action_pan(self, across: int, down: int) -> None:
        self._change(lambda viewport: viewport.moved(across * _PAN, down * _PAN))

    def action_start(self) -> None:
        self._change(Viewport.at_start)

    def action_end(self) -> None:
        self._change(Viewport.at_end)

    def action_zoom_in(self) -> None:
        self._change(lambda viewport: viewport.zoomed(closer=True))

    def action_zoom_out(self) -> None:
        self._change(lambda viewport: viewport.zoomed(closer=False))

    def action_fit(self) -> None:
        self._change(lambda viewport: viewport.at_zoom(Fit.WIDTH if viewport.zoom is Fit.PAGE else Fit.PAGE))

    def action_change_drawing(self) -> None:
        place = self._drawings.index(self._drawing)
        self._drawing = self._drawings[(place + 1) % len(self._drawings)]
        self.on_resize()

    def on_mouse_scroll_down(self) -> None:
        self._change(lambda viewport: viewport.moved(0, _WHEEL))

    def on_mouse_scroll_up(self) -> None:
        self._change(lambda viewport: viewport.moved(0, -_WHEEL))

    def action_retry(self) -> None:
        """Fetch the document, unless it is there or on its way."""
        if self._book is None and not self._is_opening:
            self._is_opening = True
            self.run_worker(self._open())

    def action_back(self) -> None:
        self.dismiss()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Return None to dim a key."""
        book = self._book
        can_be_done = {
            "next_sheet": book is not None and book.has_next,
            "previous_sheet": book is not None and book.has_previous,
            "retry": book is None,
            "change_drawing": len(self._drawings) > 1,
        }
        return True if can_be_done.get(action, True) else None

    # What is shown

    @property
    def _room(self) -> tuple[int, int]:
        """Columns and rows for the page, without the title and the key bar."""
        return max(self.size.width, 1), max(self.size.height - 2, 1)

    async def _open(self) -> None:
        self._say(_("fetching …"))
        try:
            check_requirements()
            self._reader = DocumentReader(await self._fetch())
            await self._reader.open()
        except FaxtuiError as error:
            self._say(str(error))
            return
        finally:
            self._is_opening = False
        self._book = DocumentView(self._reader, self._drawing, *self._room)
        self._follow()

    def _turn(self, by: int) -> None:
        if self._book is not None:
            self._book.move(by)
            self._follow()

    def _change(self, change: Callable[[Viewport], Viewport]) -> None:
        if self._book is not None:
            self._book.change(change)
            self._follow()

    def _follow(self) -> None:
        self.refresh_bindings()
        if not self._is_drawing and self._book is not None and self._book.current != self._shown:
            self._is_drawing = True
            self.run_worker(self._draw(self._book))

    async def _draw(self, book: DocumentView) -> None:
        """Draw what is wanted, and again if that is something else by then; what was wanted in between is left out."""
        try:
            while (wanted := book.current) != self._shown:
                if wanted.viewport is None:
                    self._say_title(f"drawing {self._page_words(wanted)} …")
                try:
                    picture = await book.draw()
                except FaxtuiError as error:
                    self._shown = book.current
                    self._say_title(self._page_words(wanted))
                    self._say(str(error))
                else:
                    self._show(picture)
        finally:
            self._is_drawing = False

    def _show(self, picture: Picture) -> None:
        if not self._has_shown:
            self._has_shown = True
            self._seen()
        self._shown = picture.view
        viewport = picture.view.viewport
        if viewport is not None:
            page = self._page_words(picture.view)
            zoom = f"{viewport.magnification:.1f}×" if not isinstance(viewport.zoom, Fit) else viewport.zoom.value
            if viewport.page.is_blank:
                page += " · blank"
            self._say_title(f"{page} · {zoom} · {viewport.share_read:.0%} down", f"{page} · {zoom}", page)
        self._page.remove_class("-words")
        self._page.update(Text("\n".join(picture.lines), no_wrap=True, overflow="crop", end=""))

    def show_status(self, status: str) -> None:
        """Show what is running, such as the countdown of a delete, before what is told of the page."""
        if status != self._status:
            self._status = status
            self._say_title(*self._told)

    def _say_title(self, *ways: str) -> None:
        self._told = ways
        with_status = [f"{self._status} · {way}" for way in ways] if self._status else ways
        self._title.show(self._fax_name, *with_status, *([self._status] if self._status else []))

    def _say(self, sentence: str) -> None:
        """In place of the page."""
        self._page.add_class("-words")
        self._page.update(Text(self._options.glyphs.write(sentence)))

    def _page_words(self, view: PageView) -> str:
        pages = self._reader.pages if self._reader is not None else 0
        return _("page {number:,} of {count:,}").format(number=view.number + 1, count=pages)
