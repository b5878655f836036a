"""The parts that reading on the screen needs and that are not installed with faxtui.

A document, opened in a process of its own."""

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
from faxtui.preview.protocol import Box, Kind, PageInfo, Raster, Request
from faxtui.processes import start_worker

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
            f"Reading a fax on the screen needs {' and '.join(missing)}, not installed here. "
            f"Install with: {shlex.join(install_command(missing))}"
        )


def why_nothing_can_be_read() -> str:
    """A sentence that says what is missing to show any document; empty if nothing is."""
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


PATIENCE = 20.0
"""Seconds that a page may take."""
_LAST_WORDS = 1.0
_COMMAND = (sys.executable, "-P", "-W", "ignore", "-m", "faxtui.preview.worker")
_KEPT = ("PATH", "LD_LIBRARY_PATH", "PYTHONHOME")
"""Of the environment: that process is not trusted with passwords."""
_SAVE_IT = "Save the file, and look at it with another program."


class DocumentReader:
    """Gives the pages of a PDF or TIFF as dots; nothing of it goes to the disk. Pages are counted from 0.

    The methods raise UnreadableDocument. What one page did to the process is not held against the others.
    """

    def __init__(self, document: bytes, *, patience: float = PATIENCE) -> None:
        self._document = document
        self._patience = patience
        self._process: Process | None = None
        self._turn = asyncio.Lock()
        self.pages = 0

    async def open(self) -> None:
        """Find out how many ``pages`` there are. Raises PreviewNotInstalled too."""
        check_requirements(self._document)
        if not self._document:
            raise UnreadableDocument("This fax is an empty file: there is nothing to show.")
        async with self._turn, self._careful("This fax"):
            await self._start()
        if not self.pages:
            raise UnreadableDocument("This fax has no pages: there is nothing to show.")

    async def sheet(self, page: int) -> PageInfo:
        return protocol.unpack_sheet(await self._ask(Request(page)))

    async def raster(self, page: int, box: Box, width: int, height: int) -> Raster:
        """A part of a page as so many dots."""
        return Raster(width, height, await self._ask(Request(page, width, height, box)))

    async def aclose(self) -> None:
        """End the process, whatever it is at."""
        process = self._process
        self._end()
        if process is not None:
            await process.wait()

    async def _see_it_end(self) -> None:
        """It hung up. A signal to what has ended already would keep the event loop from hearing of its end."""
        if self._process is not None:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._process.wait(), _LAST_WORDS)

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            if process.stdin is not None:
                process.stdin.close()

    async def _ask(self, request: Request) -> bytes:
        async with self._turn, self._careful(f"Page {request.page + 1}"):
            if self._process is None:
                await self._start()
            return await self._exchange(request.pack())

    async def _start(self) -> None:
        kept = {name: os.environ[name] for name in _KEPT if name in os.environ}
        environ = {**kept, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = await start_worker(_COMMAND, environ)
        count = await self._exchange(protocol.pack_length(self._document) + self._document)
        self.pages = protocol.unpack_count(count)

    async def _exchange(self, data: bytes) -> bytes:
        process = self._process
        if process is None or process.stdin is None or process.stdout is None:
            raise ConnectionResetError
        process.stdin.write(data)
        # It may refuse the document before it has taken all of a request: its answer says why.
        with contextlib.suppress(ConnectionError):
            await process.stdin.drain()
        kind, length = protocol.unpack_header(await process.stdout.readexactly(protocol.HEADER_SIZE))
        content = await process.stdout.readexactly(length)
        if kind is Kind.TROUBLE:
            raise UnreadableDocument(content.decode())
        return content

    @contextlib.asynccontextmanager
    async def _careful(self, what: str) -> AsyncIterator[None]:
        """In whatever way it ends before its time, the process is ended too, and started anew for the next page."""
        is_done = False
        try:
            async with asyncio.timeout(self._patience):
                yield
            is_done = True
        except UnreadableDocument:
            await self._see_it_end()
            raise
        except TimeoutError as error:
            raise UnreadableDocument(
                f"{what} was given up: it takes longer than {self._patience:g} seconds to draw. {_SAVE_IT}"
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self._see_it_end()
            raise UnreadableDocument(
                f"{what} can't be shown: it is damaged, or takes more memory than it may. {_SAVE_IT}"
            ) from error
        except OSError as error:
            raise UnreadableDocument(f"{what} can't be shown: {error.strerror or error}.") from error
        finally:
            if not is_done:
                self._end()
