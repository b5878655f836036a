"""Protocols of a fax service and its documents."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.query import Window


class FaxService(Protocol):
    """A service that stores received faxes. Every method raises only ServiceError."""

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """Return one page of a window, counted from 1."""

    async def aclose(self) -> None:
        """Close every connection. No request can be sent afterwards."""


class Document(Protocol):
    """A fax's file on its way from the service."""

    @property
    def length(self) -> int | None:
        """Bytes of the whole file, None if unknown."""

    @property
    def start(self) -> int:
        """Offset of its first chunk: above 0 only if the rest of a file was requested."""

    @property
    def version(self) -> str | None:
        """Strong ETag with which the rest can be requested if the connection is lost; None if it can't be resumed."""

    @property
    def proves_end(self) -> bool:
        """True if the transport proves that it is complete; otherwise only its content can."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Yield its bytes, once. Raises ServiceError if the connection is lost."""


class DocumentService(FaxService, Protocol):
    """A service whose faxes can also be downloaded and deleted."""

    def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AbstractAsyncContextManager[Document]:
        """Open the file of a fax, from ``resume`` on if the service supports that. Raises Gone."""

    async def delete_document(self, key: FaxKey) -> None:
        """Delete a fax permanently with one request. Raises Gone if it is no longer there."""
