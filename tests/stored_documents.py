"""A fax service in memory that keeps documents, each of which fails as told before it comes; and downloads of them."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable, MutableMapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from scripted_service import AT_ONCE, NOW

from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import Window
from faxtui.errors import FaxtuiError, Gone, ServiceError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.download import Batch, DownloadObserver, Outcome, Progress
from faxtui.operations.download_folder import MANIFEST, DownloadFolder

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
    start: int = 0
    version: str | None = None
    proves_end: bool = True

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
    async def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AsyncIterator[Stored]:
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


@dataclass
class Run(DownloadObserver):
    """What a download told, and what it gave in the end."""

    outcomes: dict[str, Outcome] = field(default_factory=dict)
    progress: list[Progress] = field(default_factory=list)
    waits: list[tuple[str, float]] = field(default_factory=list)
    waited: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def last(self) -> Progress:
        return self.progress[-1]

    def note_outcome(self, fax: Fax, outcome: Outcome) -> None:
        self.outcomes[fax.file_name or ""] = outcome

    def note_progress(self, progress: Progress) -> None:
        self.progress.append(progress)

    def note_retry(self, fax: Fax, error: FaxtuiError, seconds: float) -> None:
        self.waits.append((str(error), seconds))
        self.waited.set()


def batch(
    service: StoredDocuments, folder: Path, run: Run, *, template: str = "{file}", retry_policy: RetryPolicy = AT_ONCE
) -> Batch:
    return Batch(service, DownloadFolder(folder, template, None), run, retry_policy=retry_policy)


async def download(
    service: StoredDocuments,
    folder: Path,
    faxes: Iterable[Fax] | AsyncIterator[Fax] | None = None,
    *,
    template: str = "{file}",
) -> Run:
    run = Run()
    await batch(service, folder, run, template=template).save(service.faxes if faxes is None else faxes)
    return run


def files(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} - {MANIFEST} if folder.exists() else set()


def manifest_of(folder: Path) -> list[dict[str, object]]:
    path = folder / MANIFEST
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


async def download_some(folder: Path, count: int = 1, size: int = 2500) -> Progress:
    """One after the other, so that the steps on the disk come in one order."""
    service = holding(count, size)
    return await Batch(
        service, DownloadFolder(folder, "{file}", None), retry_policy=AT_ONCE, at_once=1, on_disk=0
    ).save(service.faxes)
