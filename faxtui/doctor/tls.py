"""TLS check: handshake, certificate, and why a certificate is not trusted.

The standard library decodes trusted certificates only; others are read here from DER (X.509, RFC 5280).
"""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from faxtui.doctor.network import ResolvedRoute, Target, connect
from faxtui.doctor.report import Finding, Topic, failed, ok, skipped, span, warning, within
from faxtui.errors import Unreachable
from faxtui.network import trust_store
from faxtui.translation import _, ngettext

_ORGANISATION, _COMMON_NAME, _UNIT = b"\x55\x04\x0a", b"\x55\x04\x03", b"\x55\x04\x0b"
_VERSION, _UTC_TIME, _BMP_STRING = 0xA0, 0x17, 0x1E
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Certificate:
    """Issuer (its organisation or another name) and the end of validity, an aware datetime."""

    issuer: str
    ends: datetime


def read_certificate(der: bytes) -> Certificate | None:
    """Return the certificate, or None if it can't be decoded."""
    try:
        certificate = _contents(der)[0]
        fields = _contents(_contents(certificate)[0])
        has_version = next(_elements(_contents(certificate)[0]))[0] == _VERSION
        issuer, validity = fields[2 + has_version], fields[3 + has_version]
        return Certificate(_name(issuer), _time(*list(_elements(validity))[1]))
    except (ValueError, IndexError, StopIteration):
        return None


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield tag and contents of each element."""
    start = 0
    while start < len(der):
        tag, length, start = der[start], der[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(der[start : start + size]), start + size
        yield tag, der[start : start + length]
        start += length


def _contents(der: bytes) -> list[bytes]:
    return [contents for _tag, contents in _elements(der)]


def _name(der: bytes) -> str:
    names: dict[bytes, str] = {}
    for relative_name in _contents(der):
        for attribute in _contents(relative_name):
            (_tag, kind), (tag, value) = _elements(attribute)
            names[kind] = value.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", "replace")
    wanted = (names[kind] for kind in (_ORGANISATION, _COMMON_NAME, _UNIT) if names.get(kind))
    return next(wanted, _("an unnamed authority"))[:_LONGEST_NAME]


def _time(tag: int, value: bytes) -> datetime:
    form = "%y%m%d%H%M%SZ" if tag == _UTC_TIME else "%Y%m%d%H%M%SZ"
    return datetime.strptime(value.decode("ascii"), form).replace(tzinfo=UTC)


_NOT_YET_VALID, _EXPIRED, _OTHER_NAMES = 9, 10, (62, 64)
"""OpenSSL's verification codes; the last are for a name and for an address."""
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


def certificate_error(
    error: ssl.SSLCertVerificationError, target: Target, certificate: Certificate | None, environ: Mapping[str, str]
) -> Unreachable:
    issuer = certificate.issuer if certificate else _("an unknown authority")
    if error.verify_code == _EXPIRED and certificate:
        return Unreachable(
            _(
                "The certificate of {place}, issued by {issuer}, expired on {end:%Y-%m-%d %H:%M} UTC. Check this "
                "machine's date and time; if they are right, contact support."
            ).format(place=target.place, issuer=issuer, end=certificate.ends)
        )
    if error.verify_code in (_EXPIRED, _NOT_YET_VALID):
        return Unreachable(
            _(
                "The certificate of {place}, issued by {issuer}, is not valid today ({reason}). Check this machine's "
                "date and time."
            ).format(place=target.place, issuer=issuer, reason=error.verify_message)
        )
    if error.verify_code in _OTHER_NAMES:
        return Unreachable(
            _(
                "The certificate of {place}, issued by {issuer}, is for another host ({reason}). Check base_url; a "
                "network's sign-in page may have intercepted the connection."
            ).format(place=target.place, issuer=issuer, reason=error.verify_message.rstrip("."))
        )
    sentences = [
        _("The certificate of {place}, issued by {issuer}, is not trusted ({reason}).").format(
            place=target.place, issuer=issuer, reason=error.verify_message
        ),
        _issuer_hint(issuer),
        _("Ask the network administrator for its certificate as a PEM file."),
        _("Add it to the system's certificates, or set SSL_CERT_FILE to it."),
    ]
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if environ.get(variable):
            sentences.append(
                _("Only {path} from {variable} is trusted now.").format(path=environ[variable], variable=variable)
            )
            break
    return Unreachable(" ".join(sentences))


def _issuer_hint(issuer: str) -> str:
    if any(vendor.lower() in issuer.lower() for vendor in _INSPECTORS):
        return _("{issuer} inspects secure connections on this network.").format(issuer=issuer)
    return _("It may be your network's own authority.")


_SOON = 7
"""Days left below which a certificate gets a warning (our decision: most are renewed 30 days before the end)."""


@dataclass(frozen=True, slots=True)
class TlsSession:
    """TLS version and certificate of the other end; None if it can't be decoded."""

    protocol: str
    certificate: Certificate | None


async def check_tls(route: ResolvedRoute, environ: Mapping[str, str], seconds: float) -> Finding:
    """Return the finding. For an untrusted certificate, connect once more to see who issued it."""
    if route.proxy is not None and route.proxy.scheme != "http":
        return skipped(Topic.TLS, _("not checked through an {scheme} proxy.").format(scheme=route.proxy.scheme))
    try:
        return session_finding(await _session(route, environ, seconds), datetime.now(UTC))
    except Unreachable as error:
        return failed(Topic.TLS, error)


async def _session(route: ResolvedRoute, environ: Mapping[str, str], seconds: float) -> TlsSession:
    """Shake hands. Raises Unreachable."""
    place = route.target.place
    try:
        return await within(seconds, lambda: _shake_hands(route, trust_store(environ), seconds))
    except ssl.SSLCertVerificationError as error:
        raise certificate_error(error, route.target, await _distrusted_certificate(route, seconds), environ) from error
    except TimeoutError as error:
        raise Unreachable(
            _(
                "{place} accepted the connection, but the TLS handshake timed out after {time}. A firewall may delay "
                "it. Ask the network administrator, or retry."
            ).format(place=place, time=span(seconds))
        ) from error
    except (ssl.SSLEOFError, ConnectionError) as error:
        raise Unreachable(
            _("{place} closed the connection during the TLS handshake. A firewall may block it.").format(place=place)
        ) from error
    except OSError as error:
        raise Unreachable(
            _("TLS with {place} failed ({reason}). Check that host and port in base_url are for https.").format(
                place=place, reason=_reason(error)
            )
        ) from error


def session_finding(session: TlsSession, now: datetime) -> Finding:
    """Return the finding for a trusted connection."""
    version = session.protocol.removeprefix("TLSv")
    if session.certificate is None:
        return ok(Topic.TLS, _("{version}, trusted certificate").format(version=version))
    days = (session.certificate.ends - now).days
    text = ngettext(
        "{version}, certificate by {issuer}, expires in {count:,} day",
        "{version}, certificate by {issuer}, expires in {count:,} days",
        days,
    ).format(version=version, issuer=session.certificate.issuer, count=days)
    if days < _SOON:
        return warning(Topic.TLS, _("{certificate}. The service must renew it soon.").format(certificate=text))
    return ok(Topic.TLS, text)


async def _distrusted_certificate(route: ResolvedRoute, seconds: float) -> Certificate | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        session = await within(seconds, lambda: _shake_hands(route, context, seconds))
    except (OSError, Unreachable):
        return None
    return session.certificate


def _shake_hands(route: ResolvedRoute, context: ssl.SSLContext, seconds: float) -> TlsSession:
    with (
        connect(route, seconds) as plain,
        context.wrap_socket(plain, server_hostname=route.target.place.host) as secure,
    ):
        return TlsSession(secure.version() or "", read_certificate(secure.getpeercert(binary_form=True) or b""))


def _reason(error: OSError) -> str:
    return (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or type(error).__name__
