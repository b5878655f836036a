"""One document on the screen: a page of it, or the part of a page that fits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rich.padding import Padding
from rich.text import Text
from textual.message import Message
from textual.widgets import Static

from faxtui.errors import FaxtuiError
from faxtui.preview.client import DocumentReader
from faxtui.preview.viewport import ASCII, BRAILLE, HALF_BLOCKS, QUADRANTS, Drawing, Fit, Viewport
from faxtui.translation import N_, _
from faxtui.ui.display import DisplayOptions
from faxtui.ui.documents import FaxDocument

_PAN, _SCREEN, _WHEEL = 0.5, 0.9, 0.2
"""Screens that one step goes: what is at an edge is seen twice, so that nothing is missed."""
_FITS = {Fit.PAGE: N_("whole page"), Fit.WIDTH: N_("fit width")}


@dataclass(frozen=True, slots=True)
class _Place:
    """What is wanted of a document: a page, counted from 0, and what part of it; None until its size is known.

    ``at_end``: the page is shown from its end.
    """

    number: int
    view: Viewport | None = None
    at_end: bool = False


class DocumentPane(Static):
    """Keys act at once on what is wanted; drawing follows, and leaves out what was wanted in between."""

    DEFAULT_CSS = "DocumentPane { height: 1fr; width: 1fr; }"

    class Changed(Message):
        """Something else is shown, or what is wanted has changed."""

    class Failed(Message):
        """A page can't be shown; the pane says why."""

    def __init__(self, options: DisplayOptions) -> None:
        super().__init__(markup=False)
        self._options = options
        self._drawings = (BRAILLE, QUADRANTS, HALF_BLOCKS) if options.glyphs.utf8 else (ASCII,)
        self._drawing = self._drawings[0]
        self._document: FaxDocument | None = None
        self._reader: DocumentReader | None = None
        self._place = _Place(0)
        self._shown: _Place | None = None
        self._last_view: Viewport | None = None
        self._failed: _Place | None = None
        self._has_shown = False
        self._round: object | None = None

    # What is shown

    def show_sentence(self, sentence: str) -> None:
        """Show words in place of a document."""
        self._document = self._reader = self._shown = self._failed = None
        self._place = _Place(0)
        self._has_shown = False
        self._round = None
        self._write(sentence)

    def open(self, document: FaxDocument, reader: DocumentReader, *, at_end: bool = False) -> None:
        """Show this document, from the start of its first page, or up to the end of its last one."""
        self._document, self._reader = document, reader
        self._place = _Place(reader.pages - 1 if at_end else 0, at_end=at_end)
        self._shown = self._failed = self._round = None
        self._has_shown = False
        self._follow()

    @property
    def pages(self) -> int:
        """How many pages the document has; 0 until it is open."""
        return 0 if self._reader is None else self._reader.pages

    @property
    def page(self) -> int:
        """The page that is wanted, counted from 1."""
        return self._place.number + 1

    @property
    def is_waiting(self) -> bool:
        """True while it is not known how the page looks that is wanted."""
        return self._reader is not None and self._place.view is None and self._failed != self._place

    @property
    def has_shown(self) -> bool:
        """True once a page of this document is on the screen."""
        return self._has_shown

    @property
    def is_at_start(self) -> bool:
        view = self._place.view
        return not self._place.number and (view is None or _is_at_head(view))

    @property
    def is_at_end(self) -> bool:
        """True while nothing of the document is left to be shown."""
        view = self._place.view
        is_last = self._place.number >= self.pages - 1
        return is_last and not self.is_waiting and (view is None or view.is_at_end)

    @property
    def remarks(self) -> tuple[str, ...]:
        """How the page is shown, and what part of it, most important first."""
        view = self._place.view
        if view is None:
            return ()
        zoom = _(_FITS[view.zoom]) if isinstance(view.zoom, Fit) else f"{view.magnification:.1f}×"
        blank = (_("blank page"),) if view.page.is_blank else ()
        return (*blank, zoom, _position(view))

    # What a person does

    def forward(self) -> bool:
        """Go on by a screen or to the next page. Return False at the end of the document."""
        if self.is_at_end:
            return False
        view = self._place.view
        if view is None or view.is_at_end:
            self.turn(1)
        else:
            self.change(lambda view: view.moved(0, _SCREEN))
        return True

    def backward(self) -> bool:
        """Go back by a screen or to the end of the previous page. Return False at the start of the document."""
        if self.is_at_start:
            return False
        view = self._place.view
        if view is None or _is_at_head(view):
            self.go_to(self.page - 1, at_end=True)
        else:
            self.change(lambda view: view.moved(0, -_SCREEN))
        return True

    def turn(self, by: int) -> None:
        self.go_to(self.page + by)

    def go_to(self, page: int, *, at_end: bool = False) -> None:
        """Show the page of this number, counted from 1, or the nearest one."""
        number = max(0, min(page, self.pages) - 1)
        if self._reader is not None and number != self._place.number:
            self._place = _Place(number, at_end=at_end)
            self._follow()

    def pan(self, across: int, down: int) -> None:
        self.change(lambda view: view.moved(across * _PAN, down * _PAN))

    def change_drawing(self) -> None:
        self._drawing = self._drawings[(self._drawings.index(self._drawing) + 1) % len(self._drawings)]
        self.on_resize()

    def change(self, change: Callable[[Viewport], Viewport]) -> None:
        """Look at another part of the page; nothing while it is not known how it looks."""
        if self._place.view is not None:
            self._place = _Place(self._place.number, change(self._place.view))
            self._follow()

    def on_mouse_scroll_down(self) -> None:
        self.change(lambda view: view.moved(0, _WHEEL))

    def on_mouse_scroll_up(self) -> None:
        self.change(lambda view: view.moved(0, -_WHEEL))

    def on_resize(self) -> None:
        drawing, columns, rows = self._screen
        if self._last_view is not None:
            self._last_view = self._last_view.resized(columns, rows, drawing)
        if self._place.view is not None:
            self._place = _Place(self._place.number, self._place.view.resized(columns, rows, drawing))
        if self._reader is not None:
            self._follow()

    # Drawing

    def _follow(self) -> None:
        """Draw what is wanted, unless something is being drawn: that is followed by what is wanted then."""
        self.post_message(self.Changed())
        if self._round is None and self._reader is not None and self.size.width:
            self._round = object()
            self.run_worker(self._draw(self._reader, self._round))

    async def _draw(self, reader: DocumentReader, round_: object) -> None:
        # Nothing is cancelled: the process that draws would have to be started again.
        while self._round is round_ and self._place not in (self._shown, self._failed):
            wanted = self._place
            try:
                if wanted.view is None:
                    view = await self._first_view(reader, wanted)
                    if self._round is round_ and self._place == wanted:
                        # Keys act on it from here on, however long it takes to draw.
                        self._place = _Place(wanted.number, view)
                        self.post_message(self.Changed())
                    continue
                raster = await reader.raster(wanted.number, wanted.view.box, *wanted.view.dots)
            except FaxtuiError as error:
                if self._round is round_ and self._place == wanted:
                    self._failed, self._shown = wanted, None
                    self._write(str(error))
                    self.post_message(self.Failed())
                continue
            if self._round is round_ and self._place.number == wanted.number:
                self._shown, self._failed, self._last_view = wanted, None, wanted.view
                self._has_shown = True
                lines = wanted.view.drawing.draw(raster, wanted.view.ink_threshold)
                self.update(Text("\n".join(lines), no_wrap=True, overflow="crop", end=""), layout=False)
                self.post_message(self.Changed())
        if self._round is round_:
            self._round = None

    async def _first_view(self, reader: DocumentReader, wanted: _Place) -> Viewport:
        """Return what is seen of a page at first: as large as the last one was. Raises UnreadableDocument."""
        page = await reader.page_info(wanted.number)
        fresh = Viewport(page, *self._screen)
        view = fresh.at_start() if self._last_view is None else self._last_view.on_page(page)
        return view.at_end() if wanted.at_end else view

    @property
    def _screen(self) -> tuple[Drawing, int, int]:
        return self._drawing, max(self.size.width, 1), max(self.size.height, 1)

    def _write(self, sentence: str) -> None:
        self.update(Padding(Text(self._options.glyphs.write(sentence)), 1), layout=False)
        self.post_message(self.Changed())


def _is_at_head(view: Viewport) -> bool:
    return view.moved(0, -1).top >= view.top


def _position(view: Viewport) -> str:
    """Return what part of the page is seen."""
    if _is_at_head(view):
        return _("all of it") if view.is_at_end else _("top of page")
    return _("end of page") if view.is_at_end else _("{share:.0%} down").format(share=view.share_read)
