"""Network checks with the real client: proxy, address, connection and TLS, then one request for the list."""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address

from faxtui.doctor.report import Finding, Installation, Limits, Topic, failed, ok, skipped, span, warning, within
from faxtui.domain.clock import machine_now
from faxtui.domain.page import Listing
from faxtui.domain.query import FaxQuery, open_window
from faxtui.domain.service import FaxService
from faxtui.errors import Forbidden, NoResponse, ServiceError, SignInRefused, Unreachable, Untrusted
from faxtui.network import DEFAULT_PORTS, Proxy, Route, trust_store, trusting_nobody
from faxtui.odyssey.address import URL, place
from faxtui.odyssey.errors import causes
from faxtui.odyssey.response import Expected
from faxtui.odyssey.transport import Limits as ClientLimits
from faxtui.odyssey.transport import Line, Transport
from faxtui.translation import _, ngettext

_SOON = 7
"""Days left below which a certificate gets a warning (our decision: most are renewed 30 days before the end)."""
_LONGEST_NAME = 80
_NO_CHECK_TIME = 0x200000
"""OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which the ssl module does not name."""


def check_proxy(host: str, route: Route) -> Iterator[Finding]:
    """Yield one finding, or none if no proxy is set for the service."""
    if route.proxy is not None:
        yield ok(Topic.PROXY, _("{proxy}, from {variable}").format(proxy=route.proxy, variable=route.proxy.variable))
    elif route.exemption:
        yield ok(Topic.PROXY, _("none for {host}: {reason}").format(host=host, reason=route.exemption))


LookUp = Callable[[str, int], Sequence[str]]


def look_up(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host in the system's order of preference. Raises OSError or ValueError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_rest, address in found))


async def first_address(host: str, port: int, setting: str, limit: float, look_up: LookUp = look_up) -> str:
    """Return the first address of a host that ``setting`` names. Raises Unreachable after ``limit`` seconds."""
    try:
        return (await within(limit, lambda: look_up(host, port)))[0]
    except TimeoutError as error:
        raise Unreachable(
            _(
                "Could not look up {host} within {time}: DNS does not respond. Check the network and the name servers "
                "in /etc/resolv.conf."
            ).format(host=host, time=span(limit))
        ) from error
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        raise Unreachable(
            _("Cannot find {host} ({reason}). Check {setting}, your network and DNS.").format(
                host=host, reason=reason, setting=setting
            )
        ) from error


class _Ready(Exception):
    """The connection is as far as it is checked; nothing has been sent to the service."""


@dataclass(slots=True)
class _Attempt:
    """Progress of a connection: the address that accepted it, after how many seconds, and its TLS object."""

    needs_tls: bool
    limits: Limits
    address: str = ""
    seconds: float = 0.0
    tls: ssl.SSLObject | None = None
    _began: float = 0.0
    _deadline: asyncio.Timeout | None = None

    async def run(self, url: URL, context: ssl.SSLContext) -> None:
        """Connect as the client does, without a request. Raises ServiceError or TimeoutError."""
        line = Line(url, lambda: context, allow_http=True, observer=self)
        transport = Transport(_WITHIN_OURS, line, None)
        self._began = time.perf_counter()
        try:
            async with asyncio.timeout(self.limits.reach) as self._deadline:
                await transport.send("GET", url, _NOTHING)
        except _Ready:
            pass
        finally:
            await transport.aclose()

    def connected(self, address: str) -> None:
        self.address, self.seconds = address, time.perf_counter() - self._began
        if not self.needs_tls:
            raise _Ready
        if self._deadline is not None:
            self._deadline.reschedule(asyncio.get_running_loop().time() + self.limits.handshake)

    def secured(self, tls: ssl.SSLObject) -> None:
        self.tls = tls
        raise _Ready


_WITHIN_OURS = ClientLimits(connect=30, read=30)
"""Limits of the client beyond those of the checks."""
_NOTHING = Expected("", "base_url", most=0)


async def check_connection(
    url: URL, proxy: Proxy | None, installation: Installation, report: Callable[[Finding], None]
) -> str:
    """Report on address and TLS, and return the obstacle; empty if there is none."""
    limits, name = installation.limits, place(url)
    context, untrusted = trusting_nobody(), None
    if url.scheme == "https":
        try:
            context = await asyncio.to_thread(trust_store, installation.environ)
        except Untrusted as error:
            untrusted = error
    is_tls_of_proxy = proxy is not None and proxy.scheme != "http"
    attempt = _Attempt(url.scheme == "https" and untrusted is None and not is_tls_of_proxy, limits)
    failure: ServiceError | TimeoutError | None = untrusted
    first = ""
    host, port, setting = (
        (url.raw_host.decode("ascii"), url.port or DEFAULT_PORTS[url.scheme], "base_url")
        if proxy is None
        else (proxy.host, proxy.port, proxy.variable)
    )
    try:
        first = await first_address(host, port, setting, limits.look_up)
        await attempt.run(url, context)
    except (ServiceError, TimeoutError) as error:
        failure = error
    if not attempt.address:
        unreachable = failure if isinstance(failure, ServiceError) else _no_connection(name, first, setting, limits)
        report(failed(Topic.ADDRESS, unreachable))
        report(skipped(Topic.TLS, _("not tried: could not connect.")))
        return _("could not connect")
    reached = name if proxy is None else _("the proxy {host}").format(host=proxy.host)
    text = (
        _("{name}, connected in {time}") if attempt.address == host else _("{name} is {address}, connected in {time}")
    )
    report(ok(Topic.ADDRESS, text.format(name=reached, address=attempt.address, time=span(attempt.seconds))))
    if failure is not None:
        report(failed(Topic.TLS, await _tls_error(failure, url, installation)))
        return _("TLS failed")
    if attempt.tls is not None:
        report(check_certificate(attempt.tls.version() or "", read_certificate(attempt.tls), datetime.now(UTC)))
    elif is_tls_of_proxy and url.scheme == "https":
        report(skipped(Topic.TLS, _("not checked through an https proxy.")))
    elif proxy is None and ip_address(attempt.address).is_loopback:
        report(skipped(Topic.TLS, _("not used: the service is on this machine.")))
    else:
        text = _(
            "not used: others on the network can read the password and the faxes sent to {host}. Use https in "
            "base_url if the service supports it."
        )
        report(warning(Topic.TLS, text.format(host=name)))
    return ""


def _no_connection(name: str, address: str, setting: str, limits: Limits) -> Unreachable:
    return Unreachable(
        _(
            "Could not connect to {host} at {address} within {time}. A firewall may block it, or this network "
            "requires a proxy. Check {setting} and ask the network administrator."
        ).format(host=name, address=address, time=span(limits.reach), setting=setting)
    )


async def _tls_error(error: ServiceError | TimeoutError, url: URL, installation: Installation) -> ServiceError:
    """Explain why there is no TLS; for an untrusted certificate, connect again to see who issued it."""
    for cause in causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError) and isinstance(error, ServiceError):
            certificate = await _presented_certificate(url, installation.limits)
            return untrusted_error(error, certificate, installation.environ)
        if isinstance(cause, ssl.SSLEOFError | ConnectionError):
            text = _("{host} closed the connection during the TLS handshake. A firewall may block it.")
            return Unreachable(text.format(host=place(url)))
    if isinstance(error, ServiceError):
        return error
    return Unreachable(
        _(
            "{host} accepted the connection, but the TLS handshake timed out after {time}. A firewall may delay it. "
            "Ask the network administrator, or retry."
        ).format(host=place(url), time=span(installation.limits.handshake))
    )


@dataclass(frozen=True, slots=True)
class Certificate:
    """Issuer (its organisation or another name) and the end of validity, an aware datetime."""

    issuer: str
    ends: datetime


def read_certificate(tls: ssl.SSLObject) -> Certificate | None:
    """Return the certificate of a verified connection, None if it can't be read."""
    decoded = tls.getpeercert() or {}
    issuer, ends = decoded.get("issuer"), decoded.get("notAfter")
    if not isinstance(issuer, tuple) or not isinstance(ends, str):
        return None
    names = {str(pair[0]): str(pair[1]) for group in issuer for pair in group if len(pair) > 1}
    kinds = ("organizationName", "commonName", "organizationalUnitName")
    name = next((names[each] for each in kinds if names.get(each)), _("an unnamed authority"))
    return Certificate(name[:_LONGEST_NAME], datetime.fromtimestamp(ssl.cert_time_to_seconds(ends), UTC))


async def _presented_certificate(url: URL, limits: Limits) -> Certificate | None:
    """Return a certificate that is not trusted, None if it can't be had.

    The ssl module decodes verified certificates only. So the first connection verifies nothing, and the second one
    trusts just the certificate of the first. Nothing is sent on either.
    """
    anyone = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    just_this = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    anyone.check_hostname = just_this.check_hostname = False
    anyone.verify_mode = ssl.CERT_NONE
    just_this.verify_flags |= ssl.VerifyFlags(ssl.VERIFY_X509_PARTIAL_CHAIN | _NO_CHECK_TIME)
    first, second = _Attempt(True, limits), _Attempt(True, limits)
    try:
        async with asyncio.timeout(limits.handshake):
            await first.run(url, anyone)
            just_this.load_verify_locations(cadata=(first.tls and first.tls.getpeercert(binary_form=True)) or b"")
            await second.run(url, just_this)
    except (ServiceError, OSError, ValueError):
        return None
    return None if second.tls is None else read_certificate(second.tls)


_INSPECTORS = (
    "Avast",
    "Bitdefender",
    "Blue Coat",
    "Check Point",
    "Cisco",
    "ESET",
    "Forcepoint",
    "Fortinet",
    "Kaspersky",
    "McAfee",
    "Netskope",
    "Palo Alto",
    "Skyhigh",
    "Sophos",
    "Stormshield",
    "Symantec",
    "Trend Micro",
    "WatchGuard",
    "Zscaler",
)
"""Vendors of TLS inspection, which replaces the certificates of the sites."""


def untrusted_error(error: ServiceError, certificate: Certificate | None, environ: Mapping[str, str]) -> Unreachable:
    """Return the client's error for a certificate with its issuer and end; None if these are not known."""
    issuer = certificate.issuer if certificate else _("an unknown authority")
    sentences = [str(error), _("It was issued by {issuer}.").format(issuer=issuer)]
    if certificate is not None:
        sentences[1] = _("It was issued by {issuer} and is valid until {end:%Y-%m-%d %H:%M} UTC.").format(
            issuer=issuer, end=certificate.ends
        )
    if any(vendor.lower() in issuer.lower() for vendor in _INSPECTORS):
        text = _(
            "{issuer} inspects secure connections on this network. Ask the network administrator for its certificate "
            "as a PEM file."
        )
        sentences.append(text.format(issuer=issuer))
    variable = next((each for each in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(each)), "")
    if variable:
        text = _("Only {path} from {variable} is trusted now.")
        sentences.append(text.format(path=environ[variable], variable=variable))
    return Unreachable(" ".join(sentences))


def check_certificate(protocol: str, certificate: Certificate | None, now: datetime) -> Finding:
    """Return the finding for a trusted connection; the certificate is None if it can't be read."""
    version = protocol.removeprefix("TLSv")
    if certificate is None:
        return ok(Topic.TLS, _("{version}, trusted certificate").format(version=version))
    days = (certificate.ends - now).days
    text = ngettext(
        "{version}, certificate by {issuer}, expires in {count:,} day",
        "{version}, certificate by {issuer}, expires in {count:,} days",
        days,
    ).format(version=version, issuer=certificate.issuer, count=days)
    if days < _SOON:
        return warning(Topic.TLS, _("{certificate}. The service must renew it soon.").format(certificate=text))
    return ok(Topic.TLS, text)


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
