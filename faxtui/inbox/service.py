"""What the inbox needs of a fax service."""

from __future__ import annotations

from typing import Protocol

from faxtui.domain.page import Listing
from faxtui.domain.window import Window


class FaxService(Protocol):
    """A service that keeps received faxes. Every method raises ServiceError, and only that."""

    async def list_faxes(self, window: Window, page: int) -> Listing:
        """One page of a window, counted from 1."""

    async def aclose(self) -> None:
        """Close every connection. Nothing can be asked afterwards."""
