"""One document from the service to its shelf, asked for as often as patience says."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from faxtui import errors
from faxtui.domain.fax import Fax
from faxtui.domain.text import counted
from faxtui.errors import Busy, NoAnswer, ServiceError, SignInRefused, Unreachable
from faxtui.inbox.downloads.outcomes import Failed, Gone, NoAddress, Outcome, shown
from faxtui.inbox.downloads.shelf import Copy, Shelf
from faxtui.inbox.downloads.unbroken import unbroken
from faxtui.inbox.patience import Patience
from faxtui.inbox.service import Document, DocumentService

log = logging.getLogger(__name__)
BUFFER = 256 * 1024
"""Bytes of a document that are held before they are written, so that most need one trip to the disk."""

Tell = Callable[[Outcome], None]


class Fetcher:
    """Fetches documents, ``at_once`` at a time however many it is asked for; while the service is busy, none.

    A document that has come waits for the disk while the next one is coming.
    ``on_bytes`` is told how many came, ``on_wait`` of each failure with the seconds until the next try.
    """

    def __init__(
        self,
        service: DocumentService,
        shelf: Shelf,
        patience: Patience,
        at_once: int,
        on_bytes: Callable[[int], None],
        on_wait: Callable[[Fax, ServiceError, float], None],
    ) -> None:
        self._service = service
        self._shelf = shelf
        self._patience = patience
        self._on_bytes = on_bytes
        self._on_wait = on_wait
        self._slots = asyncio.Semaphore(at_once)
        self._free = asyncio.Event()
        self._free.set()
        self._told_to_wait = 0
        self._refused: SignInRefused | None = None

    async def save(self, fax: Fax, tell: Tell) -> None:
        """Tell once what became of it; cancelled, tell only if it was saved by then, else leave nothing of it.

        Raises what goes wrong with every other document, too: SignInRefused, Unreachable, StorageError.
        """
        if not fax.key.has_address:
            return tell(NoAddress())
        found = await unbroken(self._shelf.find, fax)
        if found is not None:
            return tell(found)
        try:
            await self._fetch_patiently(fax, tell)
        except (SignInRefused, Unreachable):
            raise
        except errors.Gone:
            tell(Gone())
        except ServiceError as error:
            tell(Failed(error))

    async def _fetch_patiently(self, fax: Fax, tell: Tell) -> None:
        failures = 0
        while True:
            try:
                return await self._fetch(fax, tell)
            except ServiceError as error:
                failures += 1
                wait = self._patience.wait(error, failures)
                if wait is None:
                    raise
                log.warning("a document did not come: %s", type(error).__name__)
                self._on_wait(fax, error, wait)
                with self._busy() if isinstance(error, Busy) else nullcontext():
                    await asyncio.sleep(wait)

    @contextmanager
    def _busy(self) -> Iterator[None]:
        """Whoever is told to wait by the service waits for all."""
        self._told_to_wait += 1
        self._free.clear()
        try:
            yield
        finally:
            self._told_to_wait -= 1
            if not self._told_to_wait:
                self._free.set()

    async def _fetch(self, fax: Fax, tell: Tell) -> None:
        copy = self._shelf.begin(fax)
        try:
            async with self._slots:
                await self._free.wait()
                rest = await self._open_and_receive(fax, copy)
            await unbroken(copy.finish, rest)
        finally:
            if copy.outcome is not None:
                tell(copy.outcome)
            elif copy.is_begun:
                await unbroken(copy.discard)

    async def _open_and_receive(self, fax: Fax, copy: Copy) -> bytes:
        """Nobody asks once a sign-in was refused: accounts lock."""
        if self._refused is not None:
            raise self._refused
        try:
            async with self._service.open_document(fax.key) as document:
                return await self._receive(fax, document, copy)
        except SignInRefused as error:
            self._refused = error
            raise

    async def _receive(self, fax: Fax, document: Document, copy: Copy) -> bytes:
        """What came last, and is not written yet."""
        held = bytearray()
        received = 0
        async for chunk in document.chunks():
            held += chunk
            received += len(chunk)
            self._on_bytes(len(chunk))
            if len(held) >= BUFFER:
                await unbroken(copy.write, bytes(held))
                held.clear()
        if document.length not in (None, received):
            raise NoAnswer(
                f"The fax {shown(fax.key)} came only in part, {received:,} of "
                f"{counted(document.length or 0, 'byte', 'bytes')}: ask for it again."
            )
        return bytes(held)
