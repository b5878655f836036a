"""A document, decoded in a process of its own, and what has to be installed for that."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shlex
import shutil
import sys
import sysconfig
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Sequence
from importlib.util import find_spec
from pathlib import Path

from faxtui.domain.document import DocumentType
from faxtui.errors import PreviewNotInstalled, UnreadableDocument
from faxtui.preview import protocol
from faxtui.preview.protocol import Box, PageInfo, Raster, Request, RequestKind, ResponseKind, TextLayer
from faxtui.processes import start_worker
from faxtui.translation import _, ngettext

_PDFIUM, _PILLOW = ("pypdfium2", "pypdfium2"), ("PIL", "Pillow")


def check_requirements(document: bytes | None = None) -> None:
    """Raise PreviewNotInstalled, naming what is missing to show this document, or any document at all."""
    wanted = (
        (_PDFIUM, _PILLOW) if document is not None and DocumentType.of(document) is DocumentType.PDF else (_PILLOW,)
    )
    missing = [name for module, name in wanted if find_spec(module) is None]
    if missing and document is None:
        # Whoever installs one of them had better install both.
        missing = [name for module, name in (_PDFIUM, _PILLOW) if find_spec(module) is None]
    if missing:
        raise PreviewNotInstalled(
            _("Reading a fax on the screen needs what is not installed: {packages}. Install with: {command}").format(
                packages=", ".join(missing), command=shlex.join(install_command(missing))
            )
        )


def missing_requirements() -> str:
    """Return a sentence that says what is missing to show any document; an empty one if nothing is."""
    try:
        check_requirements()
    except PreviewNotInstalled as error:
        return str(error)
    return ""


def install_command(packages: Sequence[str], prefix: Path | None = None) -> Sequence[str]:
    """Return a command that adds packages to this installation, whichever tool made it."""
    prefix = Path(sys.prefix) if prefix is None else prefix
    if (prefix / "pipx_metadata.json").exists():
        return ("pipx", "inject", prefix.name, *packages)
    if find_spec("pip") is not None:
        is_managed = (Path(sysconfig.get_path("stdlib")) / "EXTERNALLY-MANAGED").exists()
        forced = ("--user", "--break-system-packages") if is_managed and sys.prefix == sys.base_prefix else ()
        return (sys.executable, "-m", "pip", "install", *forced, *packages)
    if (prefix / "uv-receipt.toml").exists() or shutil.which("uv") is not None:
        return ("uv", "pip", "install", "--python", sys.executable, *packages)
    return ("python3", "-m", "pip", "--python", sys.executable, "install", *packages)


PAGE_TIMEOUT = 20.0
"""Seconds that a page may take."""
_EXIT_TIMEOUT = 1.0
_COMMAND = (sys.executable, "-P", "-W", "ignore", "-m", "faxtui.preview.worker")
_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME")
"""What the process gets of the environment: it is not trusted with passwords."""


class DocumentReader:
    """The pages of a PDF or TIFF as dots, and its text layer; nothing of it is written to the disk.

    Pages are counted from 0; ``turn`` is by how many degrees a page is turned clockwise. The methods raise
    UnreadableDocument. After a page that crashed the process, the others can still be read.
    """

    def __init__(self, document: bytes, *, timeout: float = PAGE_TIMEOUT) -> None:
        self._document = document
        self._timeout = timeout
        self._process: Process | None = None
        self._lock = asyncio.Lock()
        self._is_damaged = False
        self.pages = 0

    @property
    def damage(self) -> str:
        """A sentence if pages at the end are missing; an empty one otherwise."""
        if not self._is_damaged:
            return ""
        return ngettext(
            "{count:,} page is readable, the rest is damaged.",
            "{count:,} pages are readable, the rest is damaged.",
            self.pages,
        ).format(count=self.pages)

    async def open(self) -> None:
        """Find out how many ``pages`` there are. Raises PreviewNotInstalled too."""
        check_requirements(self._document)
        if not self._document:
            raise UnreadableDocument(_("This fax is an empty file: there is nothing to show."))
        async with self._lock, self._failures_explained(_("This fax")):
            await self._start()
        if not self.pages:
            raise UnreadableDocument(
                _("This fax can't be shown: it is damaged. Save the file, and open it with another program.")
                if self._is_damaged
                else _("This fax has no pages: there is nothing to show.")
            )

    async def page_info(self, page: int, turn: int = 0) -> PageInfo:
        return protocol.unpack_page_info(await self._request(Request(RequestKind.PAGE_INFO, page, turn)))

    async def raster(self, page: int, box: Box, width: int, height: int, turn: int = 0) -> Raster:
        """Return a part of a page as so many dots."""
        request = Request(RequestKind.RASTER, page, turn, width, height, box)
        return Raster(width, height, await self._request(request))

    async def text_layer(self, page: int) -> TextLayer:
        """Return the text that a page comes with; no words if it has none."""
        return protocol.unpack_layer(await self._request(Request(RequestKind.TEXT_LAYER, page)))

    async def scan(self, page: int, dpi: int, turn: int = 0) -> bytes:
        """Return a page as a grey picture (PGM) with square pixels and without speckles, for recognition."""
        return await self._request(Request(RequestKind.SCAN, page, turn, dpi))

    async def aclose(self) -> None:
        """End the process, even if it is busy."""
        process = self._process
        self._end()
        if process is not None:
            await process.wait()

    async def _wait_for_exit(self) -> None:
        """Wait until a process that hung up has ended: the event loop misses the end of one that is killed then."""
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _EXIT_TIMEOUT)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            if process.stdin is not None:
                process.stdin.close()

    async def _request(self, request: Request) -> bytes:
        async with self._lock, self._failures_explained(_("Page {page}").format(page=request.page + 1)):
            if self._process is None:
                await self._start()
            return await self._exchange(request.pack())

    async def _start(self) -> None:
        kept = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
        environ = {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = await start_worker(_COMMAND, environ)
        count = await self._exchange(protocol.pack_length(self._document) + self._document)
        self.pages, self._is_damaged = protocol.unpack_count(count)

    async def _exchange(self, data: bytes) -> bytes:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ConnectionResetError
        process.stdin.write(data)
        # It may refuse the document before it has read all of a request: its response says why.
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        kind, length = protocol.unpack_header(await process.stdout.readexactly(protocol.HEADER_SIZE))
        content = await process.stdout.readexactly(length)
        if kind is ResponseKind.ERROR:
            raise UnreadableDocument(content.decode())
        return content

    @contextlib.asynccontextmanager
    async def _failures_explained(self, subject: str) -> AsyncIterator[None]:
        """End the process if this fails or is cancelled, so that the next page starts a new one."""
        is_done = False
        try:
            async with asyncio.timeout(self._timeout):
                yield
            is_done = True
        except UnreadableDocument:
            await self._wait_for_exit()
            raise
        except TimeoutError as error:
            raise UnreadableDocument(
                _(
                    "{subject} takes longer than {seconds:g} seconds to draw."
                    " Save the file, and open it with another program."
                ).format(subject=subject, seconds=self._timeout)
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self._wait_for_exit()
            raise UnreadableDocument(
                _(
                    "{subject} can't be shown: it is damaged or needs too much memory."
                    " Save the file, and open it with another program."
                ).format(subject=subject)
            ) from error
        except OSError as error:
            raise UnreadableDocument(
                _("{subject} can't be shown: {reason}.").format(subject=subject, reason=error.strerror or error)
            ) from error
        finally:
            if not is_done:
                self._end()
