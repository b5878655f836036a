"""The certificates that a secure connection is checked against: those that httpx 0.28 takes (observed)."""

from __future__ import annotations

import ssl
from collections.abc import Mapping

from faxtui.errors import ConfigurationError


def trusting(environ: Mapping[str, str]) -> ssl.SSLContext:
    """SSL_CERT_FILE, else SSL_CERT_DIR, else certifi's. Raises ConfigurationError where the file can't be used."""
    file, folder = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        return _from_file(file)
    if folder:
        return ssl.create_default_context(capath=folder)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _from_file(file: str) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=file)
    except OSError as error:
        reason = "it holds none" if isinstance(error, ssl.SSLError) else error.strerror
        raise ConfigurationError(
            f"The certificates in SSL_CERT_FILE ({file}) can't be read ({reason}): name a file of PEM certificates "
            "there, or unset it."
        ) from error
