"""What the inbox needs of a fax service."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from typing import Protocol

from faxtui.domain.fax import FaxKey
from faxtui.domain.page import Listing
from faxtui.domain.window import Window


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
        """How many bytes it has in all, where the service told."""

    def chunks(self) -> AsyncIterator[bytes]:
        """Its bytes, once. Raises ServiceError where they break off or are no PDF or TIFF."""


class DocumentService(FaxService, Protocol):
    """A service whose faxes can be fetched and deleted as well."""

    def open_document(self, key: FaxKey) -> AbstractAsyncContextManager[Document]:
        """The file of a fax; raises Gone where it is no longer there."""

    async def delete_document(self, key: FaxKey) -> None:
        """Delete a fax for good, asking once; raises Gone where it is no longer there."""
