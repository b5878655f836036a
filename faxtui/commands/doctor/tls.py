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
from faxtui.commands.doctor.trust import trusting
from faxtui.commands.doctor.way import Way, connect
from faxtui.commands.doctor.words import span
from faxtui.domain.text import counted
from faxtui.errors import ServiceError, Unreachable

_SOON = 7
"""Days left from which on a certificate's end is worth a warning (our decision: most are renewed 30 days before)."""


@dataclass(frozen=True, slots=True)
class _Session:
    protocol: str
    certificate: Certificate


async def check_tls(way: Way, environ: Mapping[str, str], seconds: float) -> Finding:
    """One finding. Where the certificate can't be trusted, connects once more to see who issued it."""
    if way.proxy is not None and way.proxy.scheme != "http":
        return skipped(Topic.TLS, f"not looked into behind a proxy of this kind ({way.proxy.scheme}).")
    try:
        session = await within(seconds, lambda: _shake_hands(way, trusting(environ), seconds))
    except ssl.SSLCertVerificationError as error:
        issued = await _distrusted_certificate(way, seconds)
        return failed(Topic.TLS, distrusted(error, way.target, issued, environ))
    except TimeoutError:
        return failed(Topic.TLS, Unreachable(
            f"{way.target.place} is connected, but no secure connection came about within {span(seconds)}: a firewall "
            "may hold it up. Ask whoever runs the network, or try again in a moment."
        ))
    except ssl.SSLError as error:
        return failed(Topic.TLS, Unreachable(
            f"No secure connection to {way.target.place} came about ({_reason(error)}): check that host and port in "
            "base_url are those of https."
        ))
    except OSError as error:
        return failed(Topic.TLS, Unreachable(
            f"{way.target.place} broke off the secure connection ({_reason(error)}): a firewall may forbid it. Ask "
            "whoever runs the network."
        ))
    except ServiceError as error:
        return failed(Topic.TLS, error)
    return _established(session)


def _established(session: _Session) -> Finding:
    version = session.protocol.removeprefix("TLSv")
    days = (session.certificate.ends - datetime.now(UTC)).days
    said = f"{version}, certificate by {session.certificate.issuer}, valid {counted(days, 'more day', 'more days')}"
    if days < _SOON:
        return warning(Topic.TLS, f"{said}: whoever runs the service must renew it soon.")
    return ok(Topic.TLS, said)


async def _distrusted_certificate(way: Way, seconds: float) -> Certificate | None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        return (await within(seconds, lambda: _shake_hands(way, context, seconds))).certificate
    except (OSError, ValueError, ServiceError):
        return None


def _shake_hands(way: Way, context: ssl.SSLContext, seconds: float) -> _Session:
    with connect(way, seconds) as plain, context.wrap_socket(plain, server_hostname=way.target.place.host) as secure:
        return _Session(secure.version() or "", read_certificate(secure.getpeercert(binary_form=True) or b""))


def _reason(error: OSError) -> str:
    return (error.reason if isinstance(error, ssl.SSLError) else error.strerror) or type(error).__name__
