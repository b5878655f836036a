"""A fax service in memory that keeps documents, each of which fails as the test says before it comes."""

import asyncio
from collections.abc import AsyncIterator, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from scripted_service import NOW

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.window import Window
from faxtui.errors import Gone, ServiceError

CHUNK = 1000
PDF = b"%PDF-1.7\n"


def a_pdf(number: int, size: int = 2500) -> bytes:
    """A document of that many bytes, unlike those of other numbers."""
    return (PDF + b"%d\n" % number * size)[:size]


def a_fax(number: int, folder: str = "f") -> Fax:
    return Fax(folder=folder, file_name=f"{number}.PDF", sender=f"0{number}", received_text="2026-11-23T10:41:07")


@dataclass
class Stored:
    """A document, how long the service says it is (None: it does not), and after how many bytes it breaks off."""

    content: bytes
    length: int | None = None
    breaks: ServiceError | None = None

    async def chunks(self) -> AsyncIterator[bytes]:
        for begin in range(0, len(self.content), CHUNK):
            await asyncio.sleep(0)
            yield self.content[begin : begin + CHUNK]
        if self.breaks is not None:
            raise self.breaks


Answer = Stored | ServiceError


@dataclass
class StoredDocuments:
    """Gives each document its answers in turn, the last one for ever; ``asked`` is what it was asked for, in order.

    ``gate`` is where each request waits before its answer; ``most`` is how many were there together.
    """

    answers: MutableMapping[FaxKey, list[Answer]]
    faxes: tuple[Fax, ...] = ()
    gate: asyncio.Event | None = None
    asked: list[FaxKey] = field(default_factory=list)
    coming: asyncio.Queue[FaxKey] = field(default_factory=asyncio.Queue)
    now: int = 0
    most: int = 0

    async def list_faxes(self, window: Window, page: int) -> Listing:
        begin = (page - 1) * window.page_size
        rows = self.faxes[begin : begin + window.page_size]
        has_next = begin + window.page_size < len(self.faxes)
        return Listing(FaxPage(page, window.page_size, rows, page > 1, has_next, len(self.faxes)), NOW)

    async def aclose(self) -> None:
        pass

    async def delete_document(self, key: FaxKey) -> None:
        raise AssertionError("nothing here deletes")

    @asynccontextmanager
    async def open_document(self, key: FaxKey) -> AsyncIterator[Stored]:
        self.asked.append(key)
        self.coming.put_nowait(key)
        self.now += 1
        self.most = max(self.most, self.now)
        try:
            if self.gate is not None:
                await self.gate.wait()
            answers = self.answers.get(key, [Gone("It is gone.")])
            answer = answers[min(self.asked.count(key), len(answers)) - 1]
            if isinstance(answer, ServiceError):
                raise answer
            yield answer
        finally:
            self.now -= 1


def holding(count: int, size: int = 2500) -> StoredDocuments:
    """So many documents, and the faxes that they belong to."""
    faxes = tuple(a_fax(number) for number in range(count))
    return StoredDocuments({fax.key: [Stored(a_pdf(number, size))] for number, fax in enumerate(faxes)}, faxes)
