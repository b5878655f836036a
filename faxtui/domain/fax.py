"""A received fax, as the service tells of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

_NO_ADDRESS = frozenset({"", ".", ".."})


class FaxKey(NamedTuple):
    """What identifies a fax: where its file is. (Our decision: the documented sample's MessageId is ``"0"``.)"""

    folder: str
    file_name: str

    @property
    def has_address(self) -> bool:
        """Whether its file can be asked for: HTTP clients fold empty and dotted segments into another address."""
        return self.folder not in _NO_ADDRESS and self.file_name not in _NO_ADDRESS

    @property
    def is_plain(self) -> bool:
        """Whether no part of it could lead elsewhere, should a server decode the address before it folds dots."""
        return self.has_address and not any(part in _NO_ADDRESS for name in self for part in re.split(r"[/\\]", name))


class FaxIdentity(NamedTuple):
    """Which fax it is: the service uses a name again for another fax, so a name alone identifies only a document.

    ``received`` is what the service wrote. Two of the same value are the same fax if it `is_certain`.
    """

    key: FaxKey
    received: str | None = None
    sender: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    pages: int | None = None

    @property
    def is_certain(self) -> bool:
        """Return whether more is known of it than a name: every row of a list has the date of its arrival."""
        return self.received is not None

    @property
    def name_only(self) -> FaxIdentity:
        return FaxIdentity(self.key)


@dataclass(frozen=True, slots=True)
class Fax:
    """One resource of the list. ``None`` is a value that the service did not give, or that could not be read.

    ``received`` is an instant with a zone (the service's own unless the service sent an offset), never so near an end
    of the calendar that another zone has no word for it, and ``received_text`` what the service wrote; ``duration``
    is in seconds (our decision).
    ``as_sent`` pairs the name and JSON text of whatever is not in the other attributes: keys nobody knows and
    values that could not be read. ``resource`` is the whole resource as JSON text.
    """

    message_id: str | None = None
    received: datetime | None = None
    received_text: str | None = None
    sender: str | None = None
    recipient: str | None = None
    folder: str | None = None
    file_name: str | None = None
    duration: int | None = None
    pages: int | None = None
    baud_rate: int | None = None
    customer: int | None = None
    as_sent: tuple[tuple[str, str], ...] = ()
    resource: str = "{}"

    @property
    def key(self) -> FaxKey:
        return FaxKey(self.folder or "", self.file_name or "")

    @property
    def identity(self) -> FaxIdentity:
        return FaxIdentity(self.key, self.received_text, self.sender, self.recipient, self.message_id, self.pages)
