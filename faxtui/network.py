"""The way to a host: its address, the proxy that the environment names, and the certificates that are trusted.

Variables and their order are those of curl (documented): ``https_proxy``, then ``HTTPS_PROXY``, then ``all_proxy``,
``ALL_PROXY``; an empty one counts as not set. Our decisions: a proxy without a port listens on that of its scheme, and
``HTTP_PROXY`` counts too, except in a CGI process, where a web client may have set it.
"""

from __future__ import annotations

import os
import re
import ssl
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from faxtui.domain.account import BASE_URL
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, Untrusted, UnusableProxy, why
from faxtui.translation import _

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address


DEFAULT_PORTS = {"http": 80, "https": 443}


class WebAddress(NamedTuple):
    """Scheme, host and port of a service; the host is ASCII, as it is looked up, without brackets."""

    scheme: str
    host: str
    port: int


def parse_address(name: str, value: str, example: str = BASE_URL) -> WebAddress:
    """Check and split the address of a service, which errors call ``name``.

    Raises ConfigurationError, which never shows what may be a password.
    """
    if "@" in value:
        raise ConfigurationError(_("{name} contains a login. Remove it there and set it as login.").format(name=name))
    try:
        parts = urlsplit(value)
        host, port = _ascii(parts.hostname or ""), parts.port
    except ValueError:
        raise invalid_address(name, value, example) from None
    is_split = any(each.isspace() or each in "?#" for each in value)
    if parts.scheme not in DEFAULT_PORTS or not host or port == 0 or is_split:
        raise invalid_address(name, value, example)
    return WebAddress(parts.scheme, host, port or DEFAULT_PORTS[parts.scheme])


def invalid_address(name: str, value: str, example: str = BASE_URL) -> ConfigurationError:
    return ConfigurationError(
        _("{name} “{url}” is not a valid URL. Write it like {example}.").format(
            name=name, url=_short(value), example=example
        )
    )


def check_plain_http(name: str, address: WebAddress, *, allow_http: bool) -> None:
    """Raise ConfigurationError if ``address`` is plain http to another machine, unless that is allowed."""
    if address.scheme == "http" and not allow_http and not is_loopback(address.host):
        raise ConfigurationError(
            _(
                "{name} uses plain http, which anyone on the network can read. Use https or, if the network is safe, "
                "a profile with this address and allow_http = true."
            ).format(name=name)
        )


def is_loopback(host: str) -> bool:
    """Return True if ``host`` means this machine by itself: a name of its own (RFC 6761), or a loopback address.

    A name may still be resolved to somewhere else: check the connection too, before anything secret is sent.
    """
    name = host.rstrip(".").lower()
    if name == "localhost" or name.endswith(".localhost"):
        return True
    address = ip_address_of(name)
    return address is not None and address.is_loopback


def ip_address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return the IP address in ``host``, in any notation the system connects to (``127.1``); None for a name."""
    import ipaddress
    import socket

    try:
        address = ipaddress.ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        try:
            return ipaddress.IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError):
            return None
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


_PLACE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)]|([^\s:\[\]]+))(?::([0-9]{0,5}))?")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Proxy:
    """A proxy. ``variable`` names it in the environment, ``sign_in`` is its Proxy-Authorization, empty for none."""

    scheme: str
    host: str
    port: int
    variable: str
    sign_in: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


class Route(NamedTuple):
    """Route to a host: through ``proxy``, or directly if that is None.

    ``exemption`` says why a proxy that is set is not used ("10.0.0.0/8 in NO_PROXY"); empty if none is set.
    """

    proxy: Proxy | None = None
    exemption: str = ""


def route_to(scheme: str, host: str, port: int | None, environ: Mapping[str, str]) -> Route:
    """Decide the route to one host. ``host`` is ASCII, without brackets; ``port`` is None for the scheme's own.

    This machine is never reached through a proxy, whatever the environment says. Raises UnusableProxy if the proxy
    that counts for this host can't be used; the others don't matter.
    """
    variable, value = _first_set(_variables(scheme, environ), environ)
    if not value:
        return Route()
    address = ip_address_of(host)
    if is_loopback(host) or (address is not None and address.is_unspecified):
        return Route(exemption=_("{host} is this machine").format(host=host))
    exempting, entries = _first_set(("no_proxy", "NO_PROXY"), environ)
    for entry in re.split(r"[\s,]+", entries):
        if entry and _exempts(entry, scheme, host, port or DEFAULT_PORTS[scheme]):
            return Route(exemption=_("{entry} in {variable}").format(entry=entry, variable=exempting))
    return Route(_parse(variable, value))


def _variables(scheme: str, environ: Mapping[str, str]) -> Iterator[str]:
    yield f"{scheme}_proxy"
    if scheme != "http" or "REQUEST_METHOD" not in environ:
        yield f"{scheme}_proxy".upper()
    yield from ("all_proxy", "ALL_PROXY")


def _first_set(names: Iterator[str] | tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, str]:
    """Return name and value, without blanks around it, of the first variable that is not empty."""
    return next(((name, value) for name in names if (value := environ.get(name, "").strip())), ("", ""))


def _exempts(entry: str, scheme: str, host: str, port: int) -> bool:
    """Return True if an entry of NO_PROXY means this host: ``*``, an address, a range, or a domain with all below it.

    ``HOST:PORT`` and a scheme before the host, which some programs accept, restrict it further.
    """
    if entry == "*":
        return True
    only, separator, entry = entry.lower().rpartition("://")
    if separator and only not in (scheme, "all"):
        return False
    address = ip_address_of(host)
    if _is_network(entry):
        return address is not None and _is_within(address, entry)
    name, wanted = _split_port(entry.partition("/")[0])
    if wanted is not None and wanted != port:
        return False
    if address is not None:
        return ip_address_of(name) == address
    domain = _ascii_or_empty(name.removeprefix("*").strip("."))
    return bool(domain) and f".{host.rstrip('.').lower()}".endswith(f".{domain}")


def _is_network(entry: str) -> bool:
    address, slash, length = entry.partition("/")
    return bool(slash) and length.isdecimal() and ip_address_of(address) is not None


def _is_within(address: object, entry: str) -> bool:
    import ipaddress

    try:
        return address in ipaddress.ip_network(entry.replace("[", "").replace("]", ""), strict=False)
    except ValueError:
        return False


def _split_port(text: str) -> tuple[str, int | None]:
    """Return host and port of ``HOST:PORT``; an IPv6 address without brackets has no port."""
    if ip_address_of(text) is not None:
        return text, None
    host, colon, port = text.rpartition(":")
    return (host, int(port)) if colon and re.fullmatch("[0-9]{1,5}", port) else (text, None)


def _parse(variable: str, value: str) -> Proxy:
    """Read ``[SCHEME://][USER[:PASSWORD]@]HOST[:PORT][/]``; the password may hold even ``#`` and ``@``."""
    scheme, separator, rest = value.partition("://")
    scheme = scheme.lower() if separator else "http"
    sign_in, at, place = (rest if separator else value).rpartition("@")
    place = re.split(r"[/?#]", place.strip(), maxsplit=1)[0]
    if scheme.startswith("socks"):
        raise UnusableProxy(
            _(
                "{variable} names a SOCKS proxy, which faxtui does not support. Set HTTPS_PROXY to an HTTP proxy like "
                "http://proxy.example:3128, or add the service's host to NO_PROXY if it can be reached without a proxy."
            ).format(variable=variable)
        )
    found = _PLACE.fullmatch(place)
    address, name, port = ("", "", "") if found is None else found.groups()
    host = address or _ascii_or_empty(name)
    number = int(port) if port else DEFAULT_PORTS.get(scheme, 0)
    is_host = _NAME.fullmatch(host) if name else ip_address_of(host) is not None
    if scheme not in DEFAULT_PORTS or not is_host or not 0 < number < 65536:
        raise UnusableProxy(
            _("{variable} is not the address of a proxy. Write it like http://proxy.example:3128, or unset it.").format(
                variable=variable
            )
        )
    return Proxy(scheme, host, number, variable, _authorization(sign_in) if at else "")


def _ascii_or_empty(host: str) -> str:
    """Return the name as it is looked up; empty if it can't be."""
    try:
        return _ascii(host)
    except UnicodeError:
        return ""


def _ascii(host: str) -> str:
    """Return a host as it is looked up. Raises ValueError if it can't be."""
    return host.encode("idna").decode().lower()


def _authorization(sign_in: str) -> str:
    """Return the header for ``NAME:PASSWORD``, both percent-encoded UTF-8."""
    from base64 import b64encode
    from urllib.parse import unquote_to_bytes

    name, _, password = sign_in.partition(":")
    pair = (unquote_to_bytes(each.encode("utf-8", "surrogateescape")) for each in (name, password))
    return "Basic " + b64encode(b":".join(pair)).decode()


_HASHED = re.compile("[0-9a-f]{8}\\.[0-9]+")
"""A file name by which OpenSSL finds a certificate in a folder."""


class SystemStore(NamedTuple):
    """Places where systems keep the authorities they trust; the first folder and file that exist count.

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
    """Return a client's context. Takes up to 0.1 s: keep it off the event loop.

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
    """Return a context for connections that are not secure: should one become so, no certificate is accepted."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _add_named_file(context: ssl.SSLContext, file: str) -> None:
    try:
        context.load_verify_locations(cafile=file)
    except (OSError, ValueError) as error:
        reason = _("it contains none") if isinstance(error, ssl.SSLError) else _reason(error)
        raise Untrusted(
            _(
                "The certificates in SSL_CERT_FILE ({file}) can't be read ({reason}). Set it to a file of PEM "
                "certificates, or unset it, and start faxtui again."
            ).format(file=_short(file), reason=reason)
        ) from error


def _add_named_folders(context: ssl.SSLContext, folders: str) -> None:
    """Add folders, of which one must exist. OpenSSL reads them only when it needs an authority, and reports nothing."""
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
            _(
                "The folder in SSL_CERT_DIR ({folder}) can't be read ({reason}). Set it to a folder of PEM "
                "certificates prepared with c_rehash, or unset it, and start faxtui again."
            ).format(folder=_short(folders), reason=", ".join(failures))
        )


def _add_system(context: ssl.SSLContext, system: SystemStore) -> None:
    """Add the system's folder, or its file if it has none: a file costs 50 ms, a folder nothing until it is needed."""
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
    return why(error) if isinstance(error, OSError) else _("not a valid file name")


def _short(path: str) -> str:
    seen = visible(path)
    return seen if len(seen) <= 120 else f"{seen[:119]}…"
