"""Network checks: address, proxy and connection, then one request for the list (clock, sign-in, list)."""

from __future__ import annotations

import asyncio
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from ipaddress import ip_address

from faxtui.doctor.report import Finding, Installation, Limits, Topic, failed, ok, skipped, span, warning, within
from faxtui.domain.clock import machine_now
from faxtui.domain.page import Listing
from faxtui.domain.query import FaxQuery, open_window
from faxtui.domain.service import FaxService
from faxtui.errors import Forbidden, NoResponse, ServiceError, SignInRefused, Unreachable
from faxtui.network import DEFAULT_PORTS, Proxy, Route, parse_address
from faxtui.translation import _, ngettext


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Host and port; ``setting`` is where they are configured, and so what to correct."""

    host: str
    port: int
    setting: str

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Target:
    """Host and port of the service, and the scheme of its URL."""

    place: Endpoint
    scheme: str

    @property
    def is_secure(self) -> bool:
        return self.scheme == "https"

    @property
    def name(self) -> str:
        """Host, with its port unless that is the scheme's default."""
        return self.place.host if self.has_usual_port else str(self.place)

    @property
    def has_usual_port(self) -> bool:
        return self.place.port == DEFAULT_PORTS[self.scheme]


def target_of(base_url: str) -> Target:
    """Parse ``base_url``. Raises ConfigurationError, which never shows what may be a password."""
    address = parse_address("base_url", base_url)
    return Target(Endpoint(address.host, address.port, "base_url"), address.scheme)


def check_route(target: Target, route: Route) -> Iterator[Finding]:
    """One finding, or none if no proxy is set for the service."""
    if route.proxy is not None:
        yield ok(Topic.PROXY, _("{proxy}, from {variable}").format(proxy=route.proxy, variable=route.proxy.variable))
    elif route.exemption:
        yield ok(Topic.PROXY, _("none for {host}: {reason}").format(host=target.name, reason=route.exemption))


LookUp = Callable[[Endpoint], Sequence[str]]


@dataclass(frozen=True, slots=True)
class Reached:
    """Address that accepted a connection, and the seconds it took."""

    address: str
    seconds: float

    @property
    def is_this_machine(self) -> bool:
        return ip_address(self.address).is_loopback

    def description(self, place: Endpoint, name: str) -> str:
        """Return ``name`` with the address and time."""
        if self.address == place.host:
            return _("{name}, connected in {time}").format(name=name, time=span(self.seconds))
        return _("{name} is {address}, connected in {time}").format(
            name=name, address=self.address, time=span(self.seconds)
        )


def look_up(place: Endpoint) -> Sequence[str]:
    """Return the addresses in the system's order of preference. Raises OSError."""
    found = socket.getaddrinfo(place.host, place.port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_rest, address in found))


async def reach(place: Endpoint, limits: Limits, look_up: LookUp = look_up) -> Reached:
    """Look the host up and connect to the first of its addresses that accepts. Raises Unreachable."""
    try:
        addresses = await within(limits.look_up, lambda: look_up(place))
    except TimeoutError as error:
        raise Unreachable(
            _(
                "Could not look up {host} within {time}: DNS does not respond. Check the network and the name servers "
                "in /etc/resolv.conf."
            ).format(host=place.host, time=span(limits.look_up))
        ) from error
    except (OSError, ValueError) as error:
        raise Unreachable(
            _("Cannot find {host} ({reason}). Check {setting}, your network and DNS.").format(
                host=place.host, reason=_reason(error), setting=place.setting
            )
        ) from error
    try:
        return await within(limits.reach, lambda: _connect(addresses, place.port, limits.reach / len(addresses)))
    except TimeoutError as error:
        raise Unreachable(
            _(
                "Could not connect to {place} at {address} within {time}. A firewall may block it, or this network "
                "requires a proxy. Check {setting} and ask the network administrator."
            ).format(place=place, address=addresses[0], time=span(limits.reach), setting=place.setting)
        ) from error
    except ConnectionRefusedError as error:
        raise Unreachable(
            _("{place} at {address} refuses connections. Check host and port in {setting}, or try later.").format(
                place=place, address=addresses[0], setting=place.setting
            )
        ) from error
    except OSError as error:
        raise Unreachable(
            _("Could not connect to {place} at {address} ({reason}). Check your network.").format(
                place=place, address=addresses[0], reason=_reason(error)
            )
        ) from error


def _connect(addresses: Sequence[str], port: int, seconds: float) -> Reached:
    """Connect to the first address that accepts. Raises the first one's OSError if none does."""
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
class ResolvedRoute:
    """Route with the ``address`` of its first host, the proxy or the target, that accepted a connection."""

    target: Target
    proxy: Proxy | None
    address: str

    @property
    def first_port(self) -> int:
        return self.target.place.port if self.proxy is None else self.proxy.port


def connect(route: ResolvedRoute, seconds: float) -> socket.socket:
    """Connect to the target; each step may take ``seconds``. Raises OSError or Unreachable."""
    connection = socket.create_connection((route.address, route.first_port), seconds)
    if route.proxy is not None:
        try:
            _open_tunnel(connection, route.proxy, route.target)
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
                _(
                    "The proxy {proxy} closed the connection instead of opening a tunnel to {place}. Ask its "
                    "administrator."
                ).format(proxy=proxy, place=target.place)
            )
        head += received
    status_line = head.partition(b"\r\n")[0].decode("latin-1")[:80]
    version, _space, status = status_line.partition(" ")
    if not version.startswith("HTTP/"):
        raise Unreachable(
            _("{proxy} does not respond like a proxy. Check host and port in {variable}.").format(
                proxy=proxy, variable=proxy.variable
            )
        )
    if status.startswith("407"):
        raise Unreachable(
            _(
                "The proxy {proxy} requires a sign-in or rejected it ({status}). Set it in {variable}, like "
                "http://USER:PASSWORD@{proxy}."
            ).format(proxy=proxy, status=status, variable=proxy.variable)
        )
    if not status.startswith("2"):
        raise Unreachable(
            _(
                "The proxy {proxy} refused to connect to {place} ({status}). Ask its administrator to allow it, or "
                "check base_url."
            ).format(proxy=proxy, place=target.place, status=status)
        )


_EXACT = timedelta(seconds=2)
_WRONG = timedelta(seconds=30)
_HALF_A_DATE = timedelta(seconds=0.5)
"""``Date`` has whole seconds: on average it is half a second old."""


@dataclass(frozen=True, slots=True)
class _Response:
    """Listing with the time it was requested by this machine's clock, and the seconds it took."""

    listing: Listing
    sent: datetime
    seconds: float


async def check_service(service: FaxService, installation: Installation) -> Iterator[Finding]:
    """Request the list once: a refused sign-in is never repeated."""
    try:
        response = await _first_fax(service, installation)
    except ServiceError as error:
        return _refused(error, installation)
    return iter((_clock(response), _signed_in(installation), _list(response)))


async def _first_fax(service: FaxService, installation: Installation) -> _Response:
    sent, started = machine_now(), time.perf_counter()
    window = open_window(FaxQuery(page_size=1), sent, installation.zone)
    try:
        async with asyncio.timeout(installation.limits.answer):
            listing = await service.list_faxes(window, 1)
    except TimeoutError as error:
        raise NoResponse(
            _("The service did not respond within {time}. Retry; if it persists, contact support.").format(
                time=span(installation.limits.answer)
            )
        ) from error
    return _Response(listing, sent, time.perf_counter() - started)


def _refused(error: ServiceError, installation: Installation) -> Iterator[Finding]:
    yield skipped(Topic.CLOCK, _("unknown: the service returned no list."))
    if isinstance(error, SignInRefused):
        yield failed(Topic.SIGN_IN, error)
        yield skipped(Topic.LIST, _("not available: the sign-in was refused."))
        return
    yield (
        _signed_in(installation)
        if isinstance(error, Forbidden)
        else skipped(Topic.SIGN_IN, _("unknown: see the list."))
    )
    yield failed(Topic.LIST, error)


def _signed_in(installation: Installation) -> Finding:
    return ok(Topic.SIGN_IN, _("{method}, as {login}").format(method=installation.method, login=installation.login))


def _list(response: _Response) -> Finding:
    total = response.listing.page.total
    time = span(response.seconds)
    if total is None:
        return ok(Topic.LIST, _("faxes of the last 7 days, received in {time}").format(time=time))
    text = ngettext(
        "{count:,} fax in the last 7 days, received in {time}",
        "{count:,} faxes in the last 7 days, received in {time}",
        total,
    )
    return ok(Topic.LIST, text.format(count=total, time=time))


def _clock(response: _Response) -> Finding:
    served_at = response.listing.served_at
    if served_at is None:
        return skipped(Topic.CLOCK, _("unknown: no Date header."))
    half_a_trip = timedelta(seconds=response.seconds / 2)
    behind = served_at + _HALF_A_DATE - (response.sent + half_a_trip)
    off = abs(behind)
    if off <= _EXACT + _HALF_A_DATE + half_a_trip:
        return ok(Topic.CLOCK, _("this machine and the service agree"))
    whole, ahead = round(off.total_seconds()), behind < timedelta()
    if off <= _WRONG:
        text = (
            _("this machine is {seconds:,} s ahead of the service")
            if ahead
            else _("this machine is {seconds:,} s behind the service")
        )
        return ok(Topic.CLOCK, text.format(seconds=whole))
    text = (
        _("this machine is {seconds:,} s ahead of the service: “today” begins early. Set the clock (NTP).")
        if ahead
        else _("this machine is {seconds:,} s behind the service: “today” begins late. Set the clock (NTP).")
    )
    return warning(Topic.CLOCK, text.format(seconds=whole))
