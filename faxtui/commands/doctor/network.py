"""Whether a host's name can be looked up, and whether anything listens there."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from faxtui.commands.doctor.limited import within
from faxtui.commands.doctor.place import Place
from faxtui.commands.doctor.subject import Limits
from faxtui.commands.doctor.words import span
from faxtui.errors import Unreachable

LookUp = Callable[[Place], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reached:
    """The address that answered, and the seconds until the connection stood."""

    address: str
    seconds: float

    def in_words(self, place: Place, name: str) -> str:
        what = name if self.address == place.host else f"{name} is {self.address},"
        return f"{what} reached in {span(self.seconds)}"


def look_up(place: Place) -> Sequence[str]:
    """Its addresses, the system's favourite first. Raises OSError."""
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in found))


async def reach(place: Place, limits: Limits, look_up: LookUp = look_up) -> Reached:
    """Look the host up and connect to the first of its addresses that answers. Raises Unreachable."""
    try:
        addresses = await within(limits.look_up, lambda: look_up(place))
    except TimeoutError as error:
        raise Unreachable(
            f"The name {place.host} was not looked up within {span(limits.look_up)}: this machine's DNS does not "
            "answer. Check its network, and the name servers in /etc/resolv.conf."
        ) from error
    except (OSError, ValueError) as error:
        raise Unreachable(
            f"The name {place.host} can't be looked up ({_reason(error)}): check {place.setting}, and this machine's "
            "network and DNS."
        ) from error
    try:
        return await within(limits.reach, lambda: _connect(addresses, place.port, limits.reach / len(addresses)))
    except TimeoutError as error:
        raise Unreachable(
            f"No connection to {place} at {addresses[0]} came about within {span(limits.reach)}: a firewall may stand "
            f"in between, or this network wants a proxy. Check {place.setting}, and ask whoever runs the network."
        ) from error
    except ConnectionRefusedError as error:
        raise Unreachable(
            f"{place} at {addresses[0]} refuses connections: check host and port in {place.setting}, or wait until it "
            "is up."
        ) from error
    except OSError as error:
        raise Unreachable(
            f"No connection to {place} at {addresses[0]} came about ({_reason(error)}): check this machine's network."
        ) from error


def _connect(addresses: Sequence[str], port: int, seconds: float) -> Reached:
    """Raises the first address's OSError where none answers."""
    failures: list[OSError] = []
    for address in addresses:
        started = time.perf_counter()
        try:
            socket.create_connection((address, port), seconds).close()
        except OSError as error:
            failures.append(error)
        else:
            return Reached(address, time.perf_counter() - started)
    raise failures[0]


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
