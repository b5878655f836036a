"""The documents of the faxes read in this run: fetched once, the next one ahead, held in memory within bounds."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Callable

from faxtui.config.settings import Reader
from faxtui.domain.fax import Fax, FaxIdentity
from faxtui.errors import FaxtuiError
from faxtui.inbox.inbox import FetchPolicy
from faxtui.operations.operations import FaxOperations
from faxtui.preview.client import DocumentReader, check_requirements
from faxtui.preview.recognition import TextReader
from faxtui.preview.text import PageText

log = logging.getLogger(__name__)
MOST_BYTES = 64_000_000
"""Bytes of all documents held in memory."""
MOST_PAGES_AHEAD = 10
"""Pages of a fax that is fetched before it is requested."""
_MOST_READERS = 3
"""Documents whose process is kept: the one on the screen, and those beside it."""
_MOST_KEPT = 500
"""Faxes of which anything is kept."""


class FaxDocument:
    """The document of one fax, with the texts of its pages that were read, counted from 0.

    ``turn`` is by how many degrees the operator turned it clockwise, from what makes a page ``upright``. ``size`` is
    what the service announced, in bytes; None until then.
    """

    def __init__(self, fax: Fax) -> None:
        self.fax = fax
        self.size: int | None = None
        self.content: bytes | None = None
        self.reader: DocumentReader | None = None
        self.text_reader: TextReader | None = None
        self.texts: dict[int, PageText] = {}
        self.turn = 0
        self.upright: dict[int, int] = {}
        self.lock = asyncio.Lock()
        self._ahead: tuple[int, asyncio.Task[PageText]] | None = None

    def read_ahead(self, page: int) -> None:
        """Begin to read the text of a page that is probably shown next."""
        texts = self.text_reader
        if texts is None or self.turn or texts.known(page) is not None or self.reading_ahead(page) is not None:
            return
        self.stop_reading_ahead()
        task = asyncio.create_task(texts.read(page))
        # Whoever shows the page hears of an error then.
        task.add_done_callback(lambda task: task.cancelled() or task.exception())
        self._ahead = page, task

    def reading_ahead(self, page: int) -> asyncio.Task[PageText] | None:
        """Return what reads the text of this page ahead, if anything does."""
        return self._ahead[1] if self._ahead is not None and self._ahead[0] == page else None

    def stop_reading_ahead(self) -> None:
        if self._ahead is not None:
            self._ahead[1].cancel()
            self._ahead = None

    @property
    def is_ready(self) -> bool:
        """Whether its pages can be drawn at once."""
        return self.reader is not None and self.reader.pages > 0


class Documents:
    """Nothing of them is written to the disk. ``wants_text`` is how the operator looks at them in this run."""

    def __init__(
        self,
        operations: FaxOperations,
        fetch_policy: FetchPolicy,
        reading: Reader,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self.wants_text = reading.view != "picture"
        self.languages = reading.languages
        self._operations = operations
        self._fetch_policy = fetch_policy
        self._most_bytes = most_bytes
        self._kept: OrderedDict[FaxIdentity, FaxDocument] = OrderedDict()

    def of(self, fax: Fax) -> FaxDocument:
        """Return what is known of the document of this fax; it is the last one to be dropped from now on."""
        document = self._kept.setdefault(fax.identity, FaxDocument(fax))
        self._kept.move_to_end(fax.identity)
        while len(self._kept) > _MOST_KEPT:
            self._kept.popitem(last=False)
        return document

    def text_of(self, fax: Fax) -> str:
        """Return the texts of the pages of a fax that were read in this run."""
        document = self._kept.get(fax.identity)
        texts = [] if document is None else [text for _page, text in sorted(document.texts.items())]
        return "\n".join(text.reading_order for text in texts)

    async def open(self, fax: Fax, on_size: Callable[[int], None] = lambda _: None) -> DocumentReader:
        """Return the reader of this fax's document, fetched unless it is there or on its way. Raises FaxtuiError.

        ``on_size`` is called with the bytes that the service announces.
        """
        check_requirements()
        document = self.of(fax)
        self.stop_reading_ahead(document)
        async with document.lock:
            if document.content is None:
                self._fetch_policy.bucket.drain()
                await self._fetch(document, on_size)
            return await self._open(document)

    async def fetch_ahead(self, fax: Fax) -> None:
        """Make this document ready, if it is short and the budget of requests allows it."""
        document = self._kept.get(fax.identity) or FaxDocument(fax)
        is_short = fax.pages is not None and fax.pages <= MOST_PAGES_AHEAD
        if not (self._fetch_policy.prefetch and is_short and fax.key.has_address) or document.is_ready:
            return
        self._kept.setdefault(fax.identity, document)
        try:
            async with document.lock:
                if document.content is None:
                    if not self._fetch_policy.bucket.spare():
                        return
                    await self._fetch(document, lambda _: None)
                # The first page is decoded, too.
                await (await self._open(document)).page_info(0)
        except FaxtuiError as error:
            log.info("a document fetched ahead did not come: %s", type(error).__name__)

    def read_ahead(self, fax: Fax) -> None:
        """Begin to read the first page of a fax that was fetched ahead."""
        document = self._kept.get(fax.identity)
        if document is not None and document.is_ready and self.wants_text:
            document.read_ahead(0)

    def stop_reading_ahead(self, wanted: FaxDocument | None = None) -> None:
        """Stop reading texts ahead, but those of a document that is ``wanted`` now."""
        for document in self._kept.values():
            if document is not wanted:
                document.stop_reading_ahead()

    async def aclose(self) -> None:
        """End the processes that decode documents."""
        self.stop_reading_ahead()
        documents = [each for each in self._kept.values() if each.reader is not None]
        self._kept.clear()
        await asyncio.gather(*(each.reader.aclose() for each in documents if each.reader is not None))

    async def _fetch(self, document: FaxDocument, on_size: Callable[[int], None]) -> None:
        def note_size(size: int) -> None:
            document.size = size
            on_size(size)

        document.content = await self._operations.read(document.fax, note_size)
        document.size = len(document.content)
        await self._drop_oldest(document)

    async def _open(self, document: FaxDocument) -> DocumentReader:
        if document.reader is None and document.content is not None:
            reader = DocumentReader(document.content)
            try:
                await reader.open()
                document.reader, document.text_reader = reader, TextReader(reader, self.languages)
            finally:
                if document.reader is None:
                    await reader.aclose()
        assert document.reader is not None
        others = [each for each in self._kept.values() if each.reader is not None and each is not document]
        for each in others[: -(_MOST_READERS - 1)]:
            if each.reader is not None:
                await each.reader.aclose()
        return document.reader

    async def _drop_oldest(self, newest: FaxDocument) -> None:
        held = [each for each in self._kept.values() if each.content is not None]
        size = sum(len(each.content or b"") for each in held)
        for each in held:
            if size <= self._most_bytes or each is newest:
                continue
            size -= len(each.content or b"")
            reader, each.reader, each.text_reader, each.content = each.reader, None, None, None
            if reader is not None:
                await reader.aclose()
