"""The certificates that a secure connection is checked against."""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass

from faxtui.domain.text import visible
from faxtui.errors import Untrusted, why

_HASHED = re.compile("[0-9a-f]{8}\\.[0-9]+")
"""A file name by which OpenSSL finds a certificate in a folder."""


@dataclass(frozen=True, slots=True)
class SystemStore:
    """Where a system keeps the authorities that it trusts; the first folder and file that are there count.

    OpenSSL's own places come first, but Python builds for any system know none that exist.
    """

    folders: tuple[str, ...] = (
        ssl.get_default_verify_paths().openssl_capath,
        "/etc/ssl/certs",
        "/etc/pki/ca-trust/extracted/pem/directory-hash",
    )
    files: tuple[str, ...] = (
        ssl.get_default_verify_paths().openssl_cafile,
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
        "/etc/pki/tls/certs/ca-bundle.crt",
        "/etc/ssl/ca-bundle.pem",
        "/etc/ssl/cert.pem",
    )


def trust_store(environ: Mapping[str, str], system: SystemStore | None = None) -> ssl.SSLContext:
    """A client's context. Takes up to 0.1 s: keep it off the event loop.

    SSL_CERT_FILE and SSL_CERT_DIR name all that is trusted; without them it is certifi's authorities and the
    system's, to which hospitals add the one that inspects their TLS. Raises Untrusted if they can't be read.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # ssl.create_default_context would set this from Python 3.13 on; many inspecting authorities lack what it wants.
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT
    file, folders = environ.get("SSL_CERT_FILE"), environ.get("SSL_CERT_DIR")
    if file:
        _add_named_file(context, file)
    if folders:
        _add_named_folders(context, folders)
    if not file and not folders:
        import certifi

        context.load_verify_locations(cafile=certifi.where())
        _add_system(context, system or SystemStore())
    return context


def trusting_nobody() -> ssl.SSLContext:
    """A context for connections that are not secure: should one become so, no certificate is accepted."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _add_named_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ValueError) as error:
        reason = "it holds none" if isinstance(error, ssl.SSLError) else _reason(error)
        raise Untrusted(
            f"The certificates in SSL_CERT_FILE ({_short(file)}) can't be read ({reason}). Set it to a file of PEM "
            "certificates, or unset it, and start faxtui again."
        ) from error


def _add_named_folders(context: ssl.SSLContext, folders: str) -> None:
    """One that is there is enough. OpenSSL reads a folder only when it looks for an authority, and reports nothing."""
    failures: list[str] = []
    found = list(filter(None, folders.split(os.pathsep)))
    for folder in found:
        try:
            os.scandir(folder).close()
            context.load_verify_locations(capath=folder)
        except (OSError, ValueError) as error:
            failures.append(_reason(error))
    if len(failures) == len(found):
        raise Untrusted(
            f"The folder in SSL_CERT_DIR ({_short(folders)}) can't be read ({', '.join(failures)}). Set it to a folder "
            "of PEM certificates prepared with c_rehash, or unset it, and start faxtui again."
        )


def _add_system(context: ssl.SSLContext, system: SystemStore) -> None:
    """A folder costs nothing until an authority is looked for in it, a file 50 ms: read one only without the other."""
    folder = next((each for each in system.folders if _is_hashed(each)), None)
    if folder is not None:
        context.load_verify_locations(capath=folder)
        return
    for file in system.files:
        try:
            context.load_verify_locations(cafile=file)
        except OSError:
            continue
        return


def _is_hashed(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(_HASHED.fullmatch(each.name) for each in entries)
    except OSError:
        return False


def _reason(error: OSError | ValueError) -> str:
    return why(error) if isinstance(error, OSError) else "no file has such a name"


def _short(path: str) -> str:
    seen = visible(path)
    return seen if len(seen) <= 120 else f"{seen[:119]}…"
