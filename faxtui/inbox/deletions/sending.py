"""One request to delete, and what is then known."""

from __future__ import annotations

from dataclasses import dataclass

from faxtui.domain.fax import FaxKey
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    Refused,
    ServiceError,
    SignInRefused,
    Unconfirmed,
    Unreachable,
    WrongAddress,
)
from faxtui.inbox.service import DocumentService

NOT_CARRIED_OUT = (Busy, Refused, SignInRefused, Forbidden, WrongAddress, Unreachable)
"""What a request that failed so certainly did not do; after anything else the fax may be gone."""
FAILS_ALL = (SignInRefused, Unreachable)
"""What the next request would meet as well: wrong credentials, which lock accounts, and a link that is down."""


@dataclass(frozen=True, slots=True)
class Vanished:
    """The fax is no longer there; not ``by_us``: it was not there when the request arrived."""

    by_us: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """The request was not carried out."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class StillThere:
    """The request had no answer, and the fax is there all the same."""


@dataclass(frozen=True, slots=True)
class Unsure:
    """Nobody knows."""

    error: ServiceError


@dataclass(frozen=True, slots=True)
class Unproven:
    """The service answered, but not with the documented confirmation: the next listing settles it."""

    error: Unconfirmed


async def delete_once(service: DocumentService, key: FaxKey) -> Vanished | Kept | Unproven | Unsure:
    """Send the one request."""
    try:
        await service.delete_document(key)
    except Gone:
        return Vanished(by_us=False)
    except NOT_CARRIED_OUT as error:
        return Kept(error)
    except Unconfirmed as error:
        return Unproven(error)
    except ServiceError as error:
        return Unsure(error)
    return Vanished(by_us=True)


async def settle(service: DocumentService, key: FaxKey) -> Vanished | StillThere | Unsure:
    """Ask what became of a request that had no answer: what is gone now counts as deleted by it.

    The request is not sent again.
    """
    try:
        async with service.open_document(key):
            return StillThere()
    except Gone:
        return Vanished(by_us=True)
    except ServiceError as error:
        return Unsure(error)
