"""One document on the screen: a page as picture or as text, or the part of it that fits."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, replace

from rich.padding import Padding
from rich.text import Text
from textual.message import Message
from textual.widgets import Static

from faxtui.errors import FaxtuiError, TextUnavailable
from faxtui.preview.client import DocumentReader
from faxtui.preview.recognition import TextReader
from faxtui.preview.text import PageText, TextSource
from faxtui.preview.viewport import ASCII, BRAILLE, HALF_BLOCKS, QUADRANTS, Drawing, Fit, Viewport
from faxtui.terminal.graphics import Graphics
from faxtui.translation import N_, _, ngettext
from faxtui.ui.display import DisplayOptions
from faxtui.ui.documents import FaxDocument
from faxtui.ui.drivers import request_graphics, show_picture
from faxtui.ui.pictures import encode, pixel_drawing
from faxtui.ui.typed_keys import AttentiveApp
from faxtui.ui.widgets.text_view import Match, TextView

_PAN, _SCREEN, _WHEEL = 0.5, 0.9, 0.2
"""Screens of a picture that one step goes: what is at an edge is seen twice, so that nothing is missed."""
_PAN_COLUMNS, _WHEEL_LINES = 8, 3
"""Columns and lines of a text that one step goes."""
_CONTEXT = 0.3
"""Screens of the picture that are shown above a word that was pointed at."""
_REST = 0.3
"""Seconds that a page stays on the screen before its text is recognised, if the page before it did not."""
_PATIENCE = 0.2
"""Seconds that a text may take before it is said that it is being read."""
_FITS = {Fit.PAGE: N_("whole page"), Fit.WIDTH: N_("fit width")}

View = Viewport | TextView


@dataclass(frozen=True, slots=True)
class _Place:
    """What is wanted of a document: a page, counted from 0, and what part of it; None until it is known how it looks.

    ``at_end``: the page is shown from its end; ``pixel``: from that height on, with so many screens ``above`` it.
    ``is_checked``: with its first doubtful word pointed at. ``round`` tells two requests apart.
    """

    number: int
    view: View | None = None
    at_end: bool = False
    pixel: float = 0
    above: float = 0
    is_checked: bool = False
    round: int = 0


class DocumentPane(Static):
    """Keys act at once on what is wanted; drawing follows, and leaves out what was wanted in between."""

    DEFAULT_CSS = "DocumentPane { height: 1fr; width: 1fr; }"

    class Changed(Message):
        """Something else is shown, or what is wanted has changed."""

    class Failed(Message):
        """A page can't be shown; the pane says why."""

    def __init__(self, options: DisplayOptions, *, wants_text: bool) -> None:
        super().__init__(markup=False)
        self.wants_text = wants_text
        self.sought = ""
        self.text_problem = ""
        """Why the text of the page is not shown, though it is wanted."""
        self._options = options
        self._drawings: tuple[Drawing, ...] = (BRAILLE, QUADRANTS, HALF_BLOCKS) if options.glyphs.utf8 else (ASCII,)
        self._drawing = self._drawings[0]
        self._graphics = Graphics()
        self._document: FaxDocument | None = None
        self._reader: DocumentReader | None = None
        self._texts: TextReader | None = None
        self._place = _Place(0)
        self._shown: _Place | None = None
        self._last_viewport: Viewport | None = None
        self._failed: _Place | None = None
        self._has_shown = False
        self._round: object | None = None
        self._reading: asyncio.Task[PageText] | None = None
        self._turned_at = 0.0

    # What is shown

    def show_sentence(self, sentence: str) -> None:
        """Show words in place of a document."""
        self._stop_reading()
        if self._document is not None:
            self._document.stop_reading_ahead()
        self._document = self._reader = self._texts = self._shown = self._failed = self._round = None
        self._place = _Place(0)
        self._has_shown = False
        self.text_problem = ""
        self._write(sentence)

    def open(self, document: FaxDocument, reader: DocumentReader, texts: TextReader, *, at_end: bool = False) -> None:
        """Show this document, from the start of its first page, or up to the end of its last one."""
        self._document, self._reader, self._texts = document, reader, texts
        self._shown = self._failed = self._round = None
        self._has_shown = False
        self._want(_Place(reader.pages - 1 if at_end else 0, at_end=at_end))

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
    def is_drawn(self) -> bool:
        """True while everything that is wanted is shown."""
        return self._round is None

    @property
    def has_shown(self) -> bool:
        """True once a page of this document is on the screen."""
        return self._has_shown

    @property
    def is_read(self) -> bool:
        """True once the text of the last page is there, and nothing of it is read a second time."""
        view = self.text_view
        return view is not None and view.text.is_final and self.page == self.pages

    @property
    def text_view(self) -> TextView | None:
        """The text that is shown, if it is one."""
        return self._place.view if isinstance(self._place.view, TextView) else None

    @property
    def is_at_start(self) -> bool:
        view = self._place.view
        return not self._place.number and (view is None or _is_at_start(view))

    @property
    def is_at_end(self) -> bool:
        """True while nothing of the document is left to be shown."""
        view = self._place.view
        is_last = self._place.number >= self.pages - 1
        return is_last and not self.is_waiting and (view is None or view.is_at_end)

    def remarks(self, check_key: str, view_key: str) -> tuple[tuple[int, str, str], ...]:
        """Return what is to be said of the page, each with its rank, the lowest the most important, and in short."""
        damage = () if self._reader is None or not self._reader.damage else ((1, self._reader.damage, _("damaged")),)
        match self._place.view:
            case TextView() as view:
                return (*damage, *_text_remarks(view, check_key, view_key))
            case Viewport() as view:
                zoom = _(_FITS[view.zoom]) if isinstance(view.zoom, Fit) else f"{view.magnification:.1f}×"
                blank = ((1, _("blank page"), ""),) if view.page.is_blank else ()
                sentence = _("no text of this page, {key}: why").format(key=view_key)
                problem = ((1, sentence, _("no text")),) if self.text_problem else ()
                other = () if problem else ((8, _("{key} text").format(key=view_key), ""),)
                return (*damage, *problem, *blank, (3, zoom, ""), (2, _position(view), ""), *other)
        return ()

    # What a person does

    def forward(self) -> bool:
        """Go on by a screen or to the next page. Return False at the end of the document."""
        if self.is_at_end:
            return False
        match self._place.view:
            case Viewport() as view if not view.is_at_end:
                self._look(view.moved(0, _SCREEN))
            case TextView() as view if not view.is_at_end:
                self._look(view.moved(0, max(view.rows - 1, 1)))
            case _:
                self.turn(1)
        return True

    def backward(self) -> bool:
        """Go back by a screen or to the end of the previous page. Return False at the start of the document."""
        if self.is_at_start:
            return False
        match self._place.view:
            case Viewport() as view if not _is_at_start(view):
                self._look(view.moved(0, -_SCREEN))
            case TextView() as view if not view.is_at_start:
                self._look(view.moved(0, -max(view.rows - 1, 1)))
            case _:
                self.go_to(self.page - 1, at_end=True)
        return True

    def turn(self, by: int) -> None:
        self.go_to(self.page + by)

    def go_to(self, page: int, *, at_end: bool = False) -> None:
        """Show the page of this number, counted from 1, or the nearest one."""
        number = max(0, min(page, self.pages) - 1)
        if self._reader is not None and number != self._place.number:
            self._want(_Place(number, at_end=at_end))

    def pan(self, across: int, down: int) -> None:
        match self._place.view:
            case Viewport() as view:
                self._look(view.moved(across * _PAN, down * _PAN))
            case TextView() as view:
                self._look(view.moved(across * _PAN_COLUMNS, down))

    def to_start(self) -> None:
        if self._place.view is not None:
            self._look(self._place.view.at_start())

    def to_end(self) -> None:
        if self._place.view is not None:
            self._look(self._place.view.at_end())

    def zoom(self, change: Callable[[Viewport], Viewport]) -> None:
        """Change how large a picture is shown."""
        if isinstance(self._place.view, Viewport):
            self._look(change(self._place.view))

    def look_at_text(self, change: Callable[[TextView], TextView]) -> None:
        """Show another part of a text, or point at something else in it."""
        if isinstance(self._place.view, TextView):
            self._look(change(self._place.view))

    def change_drawing(self) -> None:
        self._drawing = self._drawings[(self._drawings.index(self._drawing) + 1) % len(self._drawings)]
        self.on_resize()

    def seek(self, sought: str) -> int:
        """Mark what is sought on every page, and go to it on the page shown. Return how often it is there."""
        self.sought = sought
        self.look_at_text(lambda view: view.seek(sought))
        return 0 if self.text_view is None else len(self.text_view.matches())

    def seek_next(self) -> bool:
        """Go to the next match of the page. Return False if there is none."""
        view = self.text_view
        found = None if view is None else view.after_pointer(view.matches())
        if view is not None and found is not None:
            self._look(view.pointed_at(found))
        return found is not None

    async def pages_with(self, sought: str) -> AsyncIterator[tuple[int, bool]]:
        """Read the pages after this one, then those before it, and yield each with whether it has the sought text.

        Raises FaxtuiError.
        """
        document, texts, count = self._document, self._texts, self.pages
        first = self._place.number
        for number in [(first + step) % count for step in range(1, count + 1)]:
            if document is None or texts is None:
                return
            text = texts.known(number) or document.texts.get(number) or await texts.read(number)
            document.texts[number] = text
            document.upright.setdefault(number, text.turned)
            yield number + 1, bool(TextView.of(text, *self._room).seek(sought).matches())

    def next_to_check(self) -> bool:
        """Point at the next doubtful word, also of a later page that was read, or else at the first one of the page.

        Return False if there is none.
        """
        view, document = self.text_view, self._document
        if view is None or document is None:
            return False
        doubtful = view.doubtful()
        found = view.after_pointer(doubtful)
        later = [page for page, text in document.texts.items() if page > self._place.number and text.to_check]
        if found is None and later:
            self._want(_Place(min(later), is_checked=True))
        elif doubtful:
            self._look(view.pointed_at(found or doubtful[0]))
        return bool(doubtful or later)

    def switch_view(self) -> None:
        """Show the text in place of the picture, or the picture in place of the text, at the same place."""
        self.wants_text = not self.wants_text
        if self._reader is None:
            return
        match self._place.view:
            case TextView(pointer=Match(line=line)) as view:
                # The word that is pointed at is what is to be seen in the picture.
                self._want(_Place(self._place.number, pixel=view.lines[line].top, above=_CONTEXT))
            case TextView() as view:
                self._want(_Place(self._place.number, pixel=view.pixel))
            case Viewport() as view if not _is_at_start(view):
                self._want(_Place(self._place.number, pixel=view.top))
            case _:
                self._want(_Place(self._place.number))

    def turn_right(self) -> None:
        """Turn the document by a quarter, clockwise, for as long as the program runs."""
        if self._document is not None and self._reader is not None:
            self._document.turn = (self._document.turn + 90) % 360
            self._want(_Place(self._place.number))

    def on_mouse_scroll_down(self) -> None:
        self._scroll(1)

    def on_mouse_scroll_up(self) -> None:
        self._scroll(-1)

    def _scroll(self, by: int) -> None:
        match self._place.view:
            case Viewport() as view:
                self._look(view.moved(0, by * _WHEEL))
            case TextView() as view:
                self._look(view.moved(0, by * _WHEEL_LINES))

    def on_resize(self) -> None:
        drawing, columns, rows = self._screen
        if self._last_viewport is not None:
            self._last_viewport = self._last_viewport.resized(columns, rows, drawing)
        match self._place.view:
            case Viewport() as view:
                self._place = _Place(self._place.number, view.resized(columns, rows, drawing))
            case TextView() as view:
                self._place = _Place(self._place.number, view.resized(*self._room))
        if self._reader is not None:
            self._follow()

    def on_unmount(self) -> None:
        self._stop_reading()
        show_picture(self._app.driver_in_use, None)

    # Drawing

    def _look(self, view: View) -> None:
        self._place = _Place(self._place.number, view)
        self._follow()

    def _want(self, place: _Place) -> None:
        """Show another page, or the same one in another way."""
        self._stop_reading()
        if self._document is not None and self._document.reading_ahead(place.number) is None:
            self._document.stop_reading_ahead()
        self._failed = None
        self._place = replace(place, round=self._place.round + 1)
        self.text_problem = ""
        self._follow()

    def _follow(self) -> None:
        """Draw what is wanted, unless something is being drawn: that is followed by what is wanted then."""
        self.post_message(self.Changed())
        if self._round is None and self._reader is not None and self._texts is not None and self.size.width:
            self._round = object()
            self.run_worker(self._draw(self._reader, self._texts, self._round))

    async def _draw(self, reader: DocumentReader, texts: TextReader, round_: object) -> None:
        # Drawing is never cancelled: the process that draws would have to be started again.
        while self._round is round_ and self._place not in (self._shown, self._failed):
            await self._find_graphics()
            wanted = self._place
            try:
                if wanted.view is None:
                    view = await self._first_view(reader, texts, wanted)
                    if view is not None and self._round is round_ and self._place == wanted:
                        # Keys act on it from here on, however long it takes to draw.
                        self._place = _Place(wanted.number, view)
                        self.post_message(self.Changed())
                    continue
                painted = await self._painted(reader, wanted.number, wanted.view)
            except FaxtuiError as error:
                if self._round is round_ and self._place == wanted:
                    self._failed, self._shown = wanted, None
                    self._write(str(error))
                    self.post_message(self.Failed())
                continue
            if self._round is round_ and self._place.number == wanted.number:
                self._show(wanted, painted)
                if isinstance(wanted.view, TextView) and not wanted.view.text.is_final:
                    self.run_worker(self._check(texts, wanted.view.text), group="check", exclusive=True)
                elif isinstance(wanted.view, TextView):
                    self._read_ahead(wanted.number)
        if self._round is round_:
            self._round = None

    def _show(self, wanted: _Place, painted: Text) -> None:
        self._shown, self._failed, self._has_shown = wanted, None, True
        if isinstance(wanted.view, Viewport):
            self._last_viewport = wanted.view
        self.update(painted, layout=False)
        self.post_message(self.Changed())

    async def _painted(self, reader: DocumentReader, number: int, view: View) -> Text:
        if isinstance(view, TextView):
            return view.painted()
        raster = await reader.raster(number, view.box, *view.dots, turn=self._turn(number))
        drawing = view.drawing
        if drawing.is_pixels:
            size, threshold, capabilities = (view.columns, view.rows), view.ink_threshold, self._options.capabilities
            picture = await asyncio.to_thread(encode, raster, threshold, *size, self._graphics, capabilities)
            if picture is not None:
                show_picture(self._app.driver_in_use, picture)
                return Text(picture.placeholders, no_wrap=True, overflow="crop", end="")
            drawing = self._characters
            raster = await reader.raster(number, view.box, *view.resized(*size, drawing).dots, turn=self._turn(number))
        lines = drawing.draw(raster, view.ink_threshold)
        return Text("\n".join(lines), no_wrap=True, overflow="crop", end="")

    async def _find_graphics(self) -> None:
        """Prefer pixels if the terminal shows pictures, which it is asked once; the size of its cells may change."""
        capabilities = self._options.capabilities
        if not capabilities.may_show_pictures:
            return
        self._graphics = await request_graphics(self._app.driver_in_use, is_remote=capabilities.is_remote)
        pixels = pixel_drawing(self._graphics)
        before = next((each for each in self._drawings if each.is_pixels), None)
        if pixels == before:
            return
        others = tuple(each for each in self._drawings if not each.is_pixels)
        is_in_use = before is None or self._drawing == before
        self._drawings = others if pixels is None else (pixels, *others)
        if is_in_use:
            self._drawing = self._drawings[0]
            self.on_resize()

    @property
    def _characters(self) -> Drawing:
        """The finest drawing style of characters."""
        return next(each for each in self._drawings if not each.is_pixels)

    @property
    def _app(self) -> AttentiveApp:
        app = self.app
        assert isinstance(app, AttentiveApp)
        return app

    async def _first_view(self, reader: DocumentReader, texts: TextReader, wanted: _Place) -> View | None:
        """Return what is seen of a page at first; None if something else is wanted by then. Raises FaxtuiError."""
        drawing, columns, rows = self._screen
        if self.wants_text:
            try:
                text = await self._text(texts, wanted.number)
            except TextUnavailable as error:
                self.text_problem = str(error)
            else:
                if text is None:
                    return None
                if text.words or (await reader.page_info(wanted.number)).is_blank:
                    view = TextView.of(text, *self._room)
                    placed = view.at_end() if wanted.at_end else view.at_pixel(wanted.pixel)
                    if wanted.is_checked and (doubtful := view.doubtful()):
                        return placed.pointed_at(doubtful[0])
                    return placed.seek(self.sought) if self.sought else placed
                self.text_problem = _("There is no text on this page.")
        page = await reader.page_info(wanted.number, self._turn(wanted.number))
        fresh = Viewport(page, drawing, columns, rows)
        picture = fresh.at_start() if self._last_viewport is None else self._last_viewport.on_page(page)
        if wanted.pixel:
            down = (wanted.pixel - picture.top) / (picture.box.bottom - picture.box.top)
            return picture.moved(0, down - wanted.above)
        return picture.at_end() if wanted.at_end else picture

    # Text

    async def _text(self, texts: TextReader, number: int) -> PageText | None:
        """Return the text of a page, or None if the operator moved on meanwhile. Raises FaxtuiError."""
        document = self._document
        turn = self._turn(number) if document is not None and document.turn else None
        text = texts.known(number, turn)
        if text is None:
            is_moving = time.monotonic() - self._turned_at < _REST
            self._turned_at = time.monotonic()
            reading = None if document is None or turn is not None else document.reading_ahead(number)
            if reading is None or reading.cancelled():
                reading = asyncio.create_task(_read(texts, number, turn, _REST if is_moving else 0))
            self._reading = reading
            try:
                await asyncio.wait([reading], timeout=_PATIENCE)
                if not reading.done():
                    self._write(_("Reading the text …"))
                    await asyncio.wait([reading])
            finally:
                reading.cancel()
            if reading.cancelled():
                return None
            text = reading.result()
        if document is not None:
            document.texts[number] = text
            if turn is None:
                document.upright[number] = text.turned
        return text

    async def _check(self, texts: TextReader, text: PageText) -> None:
        """Read the numbers of a page a second time, and show those that are in doubt."""
        try:
            checked = await texts.check(text)
        except FaxtuiError:
            # They stay marked.
            checked = text
        self._read_ahead(text.page)
        view = self._place.view
        if self._document is not None and isinstance(view, TextView) and view.text is text and checked is not text:
            self._document.texts[text.page] = checked
            self._look(view.with_text(checked))

    def _read_ahead(self, number: int) -> None:
        """Read the next page, once nothing is left to be read of this one."""
        if self._document is not None and self._place.number == number < self.pages - 1:
            self._document.read_ahead(number + 1)

    def _turn(self, number: int) -> int:
        """Degrees by which a page is turned: to be upright, and as the operator turned the document."""
        document = self._document
        return 0 if document is None else (document.turn + document.upright.get(number, 0)) % 360

    def _stop_reading(self) -> None:
        if self._reading is not None:
            self._reading.cancel()
        self.workers.cancel_group(self, "check")

    @property
    def _room(self) -> tuple[int, int]:
        return max(self.size.width, 1), max(self.size.height, 1)

    @property
    def _screen(self) -> tuple[Drawing, int, int]:
        """How a picture is drawn, and in how many columns and rows."""
        columns, rows = self._room
        if self._drawing.is_pixels:
            columns, rows = self._graphics.room(columns, rows)
        return self._drawing, columns, rows

    def _write(self, sentence: str) -> None:
        self.update(Padding(Text(self._options.glyphs.write(sentence)), 1), layout=False)
        self.post_message(self.Changed())


async def _read(texts: TextReader, number: int, turn: int | None, delay: float) -> PageText:
    await asyncio.sleep(delay)
    return await texts.read(number, turn)


def _is_at_start(view: View) -> bool:
    return view.is_at_start if isinstance(view, TextView) else view.moved(0, -1).top >= view.top


def _position(view: View) -> str:
    """Return what part of the page is seen."""
    if _is_at_start(view):
        return _("all of it") if view.is_at_end else _("top of page")
    return _("end of page") if view.is_at_end else _("{share:.0%} down").format(share=view.share_read)


def _text_remarks(view: TextView, check_key: str, view_key: str) -> tuple[tuple[int, str, str], ...]:
    text, parts = view.text, list[tuple[int, str, str]]()
    if text.source is TextSource.LAYER:
        parts.append((3, _("Text of the document"), ""))
    else:
        parts.append((1, _("Recognised text, may contain errors"), _("may contain errors")))
        if not text.is_final:
            parts.append((1, _("reading its numbers again …"), _("numbers unchecked")))
    if text.is_final and text.to_check:
        one = ngettext("{count:,} to check ({key})", "{count:,} to check ({key})", text.to_check)
        parts.append((1, one.format(count=text.to_check, key=check_key), ""))
    if text.turned == 180:
        parts.append((2, _("page turned upside down"), ""))
    elif text.turned:
        parts.append((2, _("page turned by {degrees} degrees").format(degrees=text.turned), ""))
    parts.append((7, _position(view), ""))
    parts.append((8, _("{key} picture").format(key=view_key), ""))
    return tuple(parts)
