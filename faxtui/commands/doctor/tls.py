"""Whether a secure connection comes about, and who vouches for the other end."""

from __future__ import annotations

import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from faxtui.commands.doctor.certificates import Certificate, read_certificate
from faxtui.commands.doctor.distrust import distrusted
from faxtui.commands.doctor.finding import Finding, Topic, failed, ok, skipped, warning
from faxtui.commands.doctor.limited import within
from faxtui.commands.doctor.way import Way, connect
from faxtui.commands.doctor.words import span
from faxtui.domain.text import counted
from faxtui.errors import Unreachable
from faxtui.network.trust import trust_store

_SOON = 7
"""Days left from which on a certificate's end is worth a warning (our decision: most are renewed 30 days before)."""


@dataclass(frozen=True, slots=True)
class Session:
    """``certificate`` is None where it can't be read."""

    protocol: str
    certificate: Certificate | None


async def check_tls(way: Way, environ: Mapping[str, str], seconds: float) -> Finding:
    """One finding. Where the certificate can't be trusted, connects once more to see who issued it."""
    if way.proxy is not None and way.proxy.scheme != "http":
        return skipped(Topic.TLS, f"not looked into behind a proxy of this kind ({way.proxy.scheme}).")
    try:
        return established(await _session(way, environ, seconds), datetime.now(UTC))
    except Unreachable as error:
        return failed(Topic.TLS, error)


async def _session(way: Way, environ: Mapping[str, str], seconds: float) -> Session:
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


async def _distrusted_certificate(way: Way, seconds: float) -> Certificate | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        session = await within(seconds, lambda: _shake_hands(way, context, seconds))
    except (OSError, Unreachable):
        return None
    return session.certificate


def _shake_hands(way: Way, context: ssl.SSLContext, seconds: float) -> Session:
    with connect(way, seconds) as plain, context.wrap_socket(plain, server_hostname=way.target.place.host) as secure:
        return Session(secure.version() or "", read_certificate(secure.getpeercert(binary_form=True) or b""))


def _reason(error: OSError) -> str:
    return (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or type(error).__name__
