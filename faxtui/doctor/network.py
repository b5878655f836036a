"""Where doctor goes: the service's host, or a proxy's.

Whether a host's name can be looked up, and whether anything listens there.

The way to the service: straight there, or through a proxy's tunnel.

One call of the list, and what its answer says: of the clock, the sign-in and the list itself."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address
from urllib.parse import urlsplit

from faxtui.doctor.report import Finding, Limits, Subject, Topic, failed, ok, skipped, span, warning, within
from faxtui.domain.clock import machine_now
from faxtui.domain.page import Listing
from faxtui.domain.query import FaxQuery, open_window
from faxtui.domain.service import FaxService
from faxtui.domain.text import counted
from faxtui.errors import ConfigurationError, Forbidden, NoAnswer, ServiceError, SignInRefused, Unreachable
from faxtui.network import Proxy

_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Place:
    """A host and port; ``setting`` is where they are written, and so what to mend."""

    host: str
    port: int
    setting: str

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """The service's place, and the scheme by which it is asked."""

    place: Place
    scheme: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def name(self) -> str:
        """The host, with its port where that is not the scheme's own."""
        return self.place.host if self.has_usual_port else str(self.place)

    @property
    def has_usual_port(self) -> bool:
        return self.place.port == _PORTS[self.scheme]


def target_of(base_url: str) -> Target:
    """Raises ConfigurationError, which never shows what may be a password, where this is no address."""
    try:
        parts = urlsplit(base_url)
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise _unusable(base_url) from error
    if parts.scheme not in _PORTS or not host or port == 0 or any(each.isspace() for each in base_url):
        raise _unusable(base_url)
    if parts.username is not None:
        raise ConfigurationError("The address in base_url holds a login: leave it out there, and give it as login.")
    return Target(Place(host, port or _PORTS[parts.scheme], "base_url"), parts.scheme)


def ascii_host(host: str) -> str:
    """The host as it is looked up. Raises ValueError where it can't be."""
    return host.encode("idna").decode()


def _unusable(base_url: str) -> ConfigurationError:
    shown = "" if "@" in base_url else f" “{base_url}”"
    return ConfigurationError(
        f"base_url{shown} is no address of a service: write it like https://api.odyssey-services.fr."
    )


LookUp = Callable[[Place], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reached:
    """The address that answered, and the seconds until the connection stood."""

    address: str
    seconds: float

    @property
    def is_this_machine(self) -> bool:
        return ip_address(self.address).is_loopback

    def in_words(self, place: Place, name: str) -> str:
        what = name if self.address == place.host else f"{name} is {self.address}"
        return f"{what}, reached in {span(self.seconds)}"


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


_LONGEST_HEAD = 16_384


@dataclass(frozen=True, slots=True)
class Route:
    """``address`` is that of the first stop, as it was reached."""

    target: Target
    proxy: Proxy | None
    address: str

    @property
    def first_port(self) -> int:
        return self.target.place.port if self.proxy is None else self.proxy.port


def connect(way: Route, seconds: float) -> socket.socket:
    """A connection to the target, on which each step may take ``seconds``. Raises OSError, or Unreachable."""
    connection = socket.create_connection((way.address, way.first_port), seconds)
    if way.proxy is not None:
        try:
            _open_tunnel(connection, way.proxy, way.target)
        except BaseException:
            connection.close()
            raise
    return connection


def _open_tunnel(connection: socket.socket, proxy: Proxy, target: Target) -> None:
    sign_in = f"Proxy-Authorization: {proxy.sign_in}\r\n" if proxy.sign_in else ""
    connection.sendall(f"CONNECT {target.place} HTTP/1.1\r\nHost: {target.place}\r\n{sign_in}\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        received = connection.recv(4096)
        if not received:
            raise Unreachable(
                f"The proxy {proxy} broke the connection instead of opening a tunnel to {target.place}: ask "
                "whoever runs the proxy."
            )
        head += received
    answer = head.partition(b"\r\n")[0].decode("latin-1")[:80]
    version, _, status = answer.partition(" ")
    if not version.startswith("HTTP/"):
        raise Unreachable(f"{proxy} does not answer as a proxy does: check host and port in {proxy.variable}.")
    if status.startswith("407"):
        raise Unreachable(
            f"The proxy {proxy} asks for a sign-in of its own, or refuses the one it got ({status}): put the "
            f"right one into {proxy.variable}, like http://USER:PASSWORD@{proxy}."
        )
    if not status.startswith("2"):
        raise Unreachable(
            f"The proxy {proxy} won't connect to {target.place} ({status}): ask whoever runs the proxy to allow "
            "it, or check the address in base_url."
        )


_EXACT = timedelta(seconds=2)
_WRONG = timedelta(seconds=30)
_HALF_A_DATE = timedelta(seconds=0.5)
"""``Date`` has whole seconds: on average it is half a second old."""


@dataclass(frozen=True, slots=True)
class _Answered:
    """``sent`` is by this machine's clock, ``seconds`` how long the answer took."""

    listing: Listing
    sent: datetime
    seconds: float


async def ask(service: FaxService, subject: Subject) -> Iterator[Finding]:
    """Asks once: a refused sign-in is never repeated."""
    try:
        answered = await _first_fax(service, subject)
    except ServiceError as error:
        return _refused(error, subject)
    return iter((_clock(answered), _signed_in(subject), _list(answered)))


async def _first_fax(service: FaxService, subject: Subject) -> _Answered:
    sent, started = machine_now(), time.perf_counter()
    window = open_window(FaxQuery(page_size=1), sent, subject.zone)
    try:
        async with asyncio.timeout(subject.limits.answer):
            listing = await service.list_faxes(window, 1)
    except TimeoutError as error:
        raise NoAnswer(
            f"The service did not answer within {span(subject.limits.answer)}: try again in a moment; if it lasts, "
            "tell the service's support."
        ) from error
    return _Answered(listing, sent, time.perf_counter() - started)


def _refused(error: ServiceError, subject: Subject) -> Iterator[Finding]:
    yield skipped(Topic.CLOCK, "not known: the service gave no list.")
    if isinstance(error, SignInRefused):
        yield failed(Topic.SIGN_IN, error)
        yield skipped(Topic.LIST, "not given: the sign-in was refused.")
        return
    yield _signed_in(subject) if isinstance(error, Forbidden) else skipped(Topic.SIGN_IN, "not known: see the list.")
    yield failed(Topic.LIST, error)


def _signed_in(subject: Subject) -> Finding:
    return ok(Topic.SIGN_IN, f"{subject.method}, as {subject.login}")


def _list(answered: _Answered) -> Finding:
    total = answered.listing.page.total
    what = "the faxes of" if total is None else f"{counted(total, 'fax', 'faxes')} in"
    return ok(Topic.LIST, f"{what} the last 7 days, answered in {span(answered.seconds)}")


def _clock(answered: _Answered) -> Finding:
    served_at = answered.listing.served_at
    if served_at is None:
        return skipped(Topic.CLOCK, "not known: the service tells no date.")
    half_a_trip = timedelta(seconds=answered.seconds / 2)
    behind = served_at + _HALF_A_DATE - (answered.sent + half_a_trip)
    off = abs(behind)
    if off <= _EXACT + _HALF_A_DATE + half_a_trip:
        return ok(Topic.CLOCK, "this machine and the service agree")
    whole, ahead = round(off.total_seconds()), behind < timedelta()
    said = f"this machine is {whole:,} s {'ahead of' if ahead else 'behind'} the service"
    if off <= _WRONG:
        return ok(Topic.CLOCK, said)
    return warning(Topic.CLOCK, f"{said}: “today” begins {'early' if ahead else 'late'}. Set the clock (NTP).")
