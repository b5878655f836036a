"""The proxy between here and one host, as the environment names it.

Variables and their order are those of curl (documented): ``https_proxy``, then ``HTTPS_PROXY``, then ``all_proxy``,
``ALL_PROXY``; an empty one counts as not set. Our decisions: a proxy without a port listens on that of its scheme, and
``HTTP_PROXY`` counts too, except in a CGI process, where a web client may have set it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from faxtui.errors import UnusableProxy
from faxtui.network.loopback import ip_address_of, is_loopback

DEFAULT_PORTS = {"http": 80, "https": 443}
_PLACE = re.compile(r"(?:\[([0-9A-Fa-f:.]+)]|([^\s:\[\]]+))(?::([0-9]{0,5}))?")
_NAME = re.compile(r"[A-Za-z0-9_.-]+")


@dataclass(frozen=True, slots=True)
class Proxy:
    """``variable`` names it in the environment. ``sign_in`` is the value of Proxy-Authorization, empty for none."""

    scheme: str
    host: str
    port: int
    variable: str
    sign_in: str = field(default="", repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Route:
    """The way to a host: through ``proxy``, or directly if that is None.

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
        return Route(exemption=f"{host} is this machine")
    exempting, entries = _first_set(("no_proxy", "NO_PROXY"), environ)
    for entry in re.split(r"[\s,]+", entries):
        if entry and _exempts(entry, scheme, host, port or DEFAULT_PORTS[scheme]):
            return Route(exemption=f"{entry} in {exempting}")
    return Route(_parse(variable, value))


def _variables(scheme: str, environ: Mapping[str, str]) -> Iterator[str]:
    yield f"{scheme}_proxy"
    if scheme != "http" or "REQUEST_METHOD" not in environ:
        yield f"{scheme}_proxy".upper()
    yield from ("all_proxy", "ALL_PROXY")


def _first_set(names: Iterator[str] | tuple[str, ...], environ: Mapping[str, str]) -> tuple[str, str]:
    """Name and value, without blanks around it, of the first variable that is not empty."""
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
    """Host and port of ``HOST:PORT``; an IPv6 address without brackets has no port."""
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
            f"{variable} names a SOCKS proxy, which faxtui does not support. Set HTTPS_PROXY to an HTTP proxy like "
            "http://proxy.example:3128, or add the service's host to NO_PROXY if it can be reached without a proxy."
        )
    found = _PLACE.fullmatch(place)
    address, name, port = ("", "", "") if found is None else found.groups()
    host = address or _ascii_or_empty(name)
    number = int(port) if port else DEFAULT_PORTS.get(scheme, 0)
    is_host = _NAME.fullmatch(host) if name else ip_address_of(host) is not None
    if scheme not in DEFAULT_PORTS or not is_host or not 0 < number < 65536:
        raise UnusableProxy(
            f"{variable} is not the address of a proxy. Write it like http://proxy.example:3128, or unset it."
        )
    return Proxy(scheme, host, number, variable, _authorization(sign_in) if at else "")


def _ascii_or_empty(host: str) -> str:
    """The name as it is looked up; empty if it can't be."""
    try:
        return host.encode("idna").decode().lower()
    except UnicodeError:
        return ""


def _authorization(sign_in: str) -> str:
    """Name and password are percent-encoded UTF-8."""
    from base64 import b64encode
    from urllib.parse import unquote_to_bytes

    name, _, password = sign_in.partition(":")
    pair = (unquote_to_bytes(each.encode("utf-8", "surrogateescape")) for each in (name, password))
    return "Basic " + b64encode(b":".join(pair)).decode()
