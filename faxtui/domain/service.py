"""What the inbox needs of a fax service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from faxtui.domain.document import ResumePoint
from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.query import Window


class FaxService(Protocol):
    """A service that keeps received faxes. Every method raises ServiceError, and only that."""

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """One page of a window, counted from 1."""

    async def aclose(self) -> None:
        """Close every connection. Nothing can be asked afterwards."""


class Document(Protocol):
    """A fax's file on its way from the service."""

    @property
    def length(self) -> int | None:
        """Bytes of the whole file, if the service told."""

    @property
    def start(self) -> int:
        """Offset of its first chunk: above 0 only if it was asked for from there on."""

    @property
    def version(self) -> str | None:
        """Strong ETag, which has the rest sent if the connection is lost; None if the file has to come at one go."""

    @property
    def proves_end(self) -> bool:
        """Whether the transport proves that all of it came; otherwise only its content can."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, once. Raises ServiceError where they break off or are no PDF or TIFF."""


class DocumentService(FaxService, Protocol):
    """A service whose faxes can be fetched and deleted as well."""

    def open_document(self, key: FaxKey, resume: ResumePoint | None = None) -> AbstractAsyncContextManager[Document]:
        """Fetch the file of a fax, from ``resume`` on if the service can do that. Raises Gone."""

    async def delete_document(self, key: FaxKey) -> None:
        """Delete a fax for good, asking once; raises Gone where it is no longer there."""
