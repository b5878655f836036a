"""One request to delete, and what is then known."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from faxtui.domain.fax import FaxKey
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    NoAnswer,
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


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for one request to delete, and for one question whether a fax is still there (our decision).

    Each step of a request has a limit of its own, but a service that drips never reaches it, and other deletes wait.
    """

    deleting: float = 60.0
    settling: float = 20.0


async def delete_once(service: DocumentService, key: FaxKey, limit: float) -> Vanished | Kept | Unproven | Unsure:
    """Send the one request."""
    try:
        async with asyncio.timeout(limit):
            await service.delete_document(key)
    except TimeoutError:
        return Unsure(_too_slow(limit))
    except Gone:
        return Vanished(by_us=False)
    except NOT_CARRIED_OUT as error:
        return Kept(error)
    except Unconfirmed as error:
        return Unproven(error)
    except ServiceError as error:
        return Unsure(error)
    return Vanished(by_us=True)


async def settle(service: DocumentService, key: FaxKey, limit: float) -> Vanished | StillThere | Unsure:
    """Ask what became of a request that had no answer: what is gone now counts as deleted by it.

    The request is not sent again.
    """
    try:
        async with asyncio.timeout(limit), service.open_document(key):
            return StillThere()
    except TimeoutError:
        return Unsure(_too_slow(limit))
    except Gone:
        return Vanished(by_us=True)
    except ServiceError as error:
        return Unsure(error)


def _too_slow(limit: float) -> NoAnswer:
    return NoAnswer(f"The service did not complete its response within {limit:g} seconds. Try again in a moment.")
