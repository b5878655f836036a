"""Why a certificate is not trusted, in words that say what to do about it."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from faxtui.commands.doctor.certificates import Certificate
from faxtui.commands.doctor.place import Target
from faxtui.errors import Unreachable

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
