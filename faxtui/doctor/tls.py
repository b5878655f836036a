"""What a certificate says of its issuer and its end, read even where the certificate can't be trusted.

The standard library tells that of trusted certificates only; of others it gives the bytes (X.509, RFC 5280, in DER).


Why a certificate is not trusted, in words that say what to do about it.

Whether a secure connection comes about, and who vouches for the other end."""

from __future__ import annotations

import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from faxtui.doctor.network import Route, Target, connect
from faxtui.doctor.report import Finding, Topic, failed, ok, skipped, span, warning, within
from faxtui.domain.text import counted
from faxtui.errors import Unreachable
from faxtui.network import trust_store

_ORGANISATION, _COMMON_NAME, _UNIT = b"\x55\x04\x0a", b"\x55\x04\x03", b"\x55\x04\x0b"
_VERSION, _UTC_TIME, _BMP_STRING = 0xA0, 0x17, 0x1E
_LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Certificate:
    """``issuer`` is the organisation that issued it, or what else names the issuer; ``ends`` has a zone."""

    issuer: str
    ends: datetime


def read_certificate(der: bytes) -> Certificate | None:
    """None where this is no certificate that can be read."""
    try:
        certificate = _contents(der)[0]
        fields = _contents(_contents(certificate)[0])
        has_version = next(_elements(_contents(certificate)[0]))[0] == _VERSION
        issuer, validity = fields[2 + has_version], fields[3 + has_version]
        return Certificate(_name(issuer), _time(*list(_elements(validity))[1]))
    except (ValueError, IndexError, StopIteration):
        return None


def _elements(der: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and contents of each element."""
    start = 0
    while start < len(der):
        tag, length, start = der[start], der[start + 1], start + 2
        if length & 0x80:
            size = length & 0x7F
            length, start = int.from_bytes(der[start : start + size]), start + size
        yield tag, der[start : start + length]
        start += length


def _contents(der: bytes) -> list[bytes]:
    return [contents for _, contents in _elements(der)]


def _name(der: bytes) -> str:
    names: dict[bytes, str] = {}
    for relative_name in _contents(der):
        for attribute in _contents(relative_name):
            (_, kind), (tag, value) = _elements(attribute)
            names[kind] = value.decode("utf-16-be" if tag == _BMP_STRING else "utf-8", "replace")
    wanted = (names[kind] for kind in (_ORGANISATION, _COMMON_NAME, _UNIT) if names.get(kind))
    return next(wanted, "somebody unnamed")[:_LONGEST_NAME]


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
"""Makers of what opens secure connections on their way, and then vouches for the other end itself."""


def distrusted(
    error: ssl.SSLCertVerificationError, target: Target, certificate: Certificate | None, environ: Mapping[str, str]
) -> Unreachable:
    issuer = certificate.issuer if certificate else "somebody who could not be made out"
    what = f"The certificate of {target.place}, issued by {issuer},"
    if error.verify_code == _EXPIRED and certificate:
        return Unreachable(
            f"{what} ended on {certificate.ends:%Y-%m-%d %H:%M} UTC: check this machine's date and time; if they are "
            "right, tell whoever runs the service."
        )
    if error.verify_code in (_EXPIRED, _NOT_YET_VALID):
        return Unreachable(f"{what} is not valid today ({error.verify_message}): check this machine's date and time.")
    if error.verify_code in _OTHER_NAMES:
        return Unreachable(
            f"{what} is for another host ({error.verify_message.rstrip('.')}): check base_url; a network's sign-in "
            "page may stand in between."
        )
    return Unreachable(
        f"{what} can't be trusted ({error.verify_message}). {_who(issuer)} get its certificate from whoever runs the "
        "network, as a PEM file, and add it to the system's certificates, or name that file in SSL_CERT_FILE."
        f"{_now_named(environ)}"
    )


def _who(issuer: str) -> str:
    if any(maker.lower() in issuer.lower() for maker in _INSPECTORS):
        return f"{issuer} opens secure connections on this network to inspect them:"
    return "If that is your network's own authority,"


def _now_named(environ: Mapping[str, str]) -> str:
    for variable in ("SSL_CERT_FILE", "SSL_CERT_DIR"):
        if environ.get(variable):
            return f" Now {environ[variable]} in {variable} is all that is trusted."
    return ""


_SOON = 7
"""Days left from which on a certificate's end is worth a warning (our decision: most are renewed 30 days before)."""


@dataclass(frozen=True, slots=True)
class Session:
    """``certificate`` is None where it can't be read."""

    protocol: str
    certificate: Certificate | None


async def check_tls(way: Route, environ: Mapping[str, str], seconds: float) -> Finding:
    """One finding. Where the certificate can't be trusted, connects once more to see who issued it."""
    if way.proxy is not None and way.proxy.scheme != "http":
        return skipped(Topic.TLS, f"not looked into behind a proxy of this kind ({way.proxy.scheme}).")
    try:
        return established(await _session(way, environ, seconds), datetime.now(UTC))
    except Unreachable as error:
        return failed(Topic.TLS, error)


async def _session(way: Route, environ: Mapping[str, str], seconds: float) -> Session:
    """Raises Unreachable."""
    place = way.target.place
    try:
        return await within(seconds, lambda: _shake_hands(way, trust_store(environ), seconds))
    except ssl.SSLCertVerificationError as error:
        raise distrusted(error, way.target, await _distrusted_certificate(way, seconds), environ) from error
    except TimeoutError as error:
        raise Unreachable(
            f"{place} is connected, but no secure connection came about within {span(seconds)}: a firewall may hold "
            "it up. Ask whoever runs the network, or try again in a moment."
        ) from error
    except (ssl.SSLEOFError, ConnectionError) as error:
        raise Unreachable(
            f"{place} broke off the secure connection while it was made: a firewall may forbid it. Ask whoever runs "
            "the network."
        ) from error
    except OSError as error:
        raise Unreachable(
            f"No secure connection to {place} came about ({_reason(error)}): check that host and port in base_url are "
            "those of https."
        ) from error


def established(session: Session, now: datetime) -> Finding:
    """What is told of a connection that can be trusted."""
    version = session.protocol.removeprefix("TLSv")
    if session.certificate is None:
        return ok(Topic.TLS, f"{version}, with a certificate that is trusted")
    days = (session.certificate.ends - now).days
    said = f"{version}, certificate by {session.certificate.issuer}, valid {counted(days, 'more day', 'more days')}"
    if days < _SOON:
        return warning(Topic.TLS, f"{said}: whoever runs the service must renew it soon.")
    return ok(Topic.TLS, said)


async def _distrusted_certificate(way: Route, seconds: float) -> Certificate | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        session = await within(seconds, lambda: _shake_hands(way, context, seconds))
    except (OSError, Unreachable):
        return None
    return session.certificate


def _shake_hands(way: Route, context: ssl.SSLContext, seconds: float) -> Session:
    with connect(way, seconds) as plain, context.wrap_socket(plain, server_hostname=way.target.place.host) as secure:
        return Session(secure.version() or "", read_certificate(secure.getpeercert(binary_form=True) or b""))


def _reason(error: OSError) -> str:
    return (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or type(error).__name__
