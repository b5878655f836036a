"""The proxy that the environment puts between here and the service, read as httpx 0.28 reads it (observed).

A desktop's own proxy settings, which httpx follows on macOS where the environment names no proxy, are not looked at.
"""

from __future__ import annotations

import base64
import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from urllib.parse import SplitResult, unquote, urlsplit

from faxtui.commands.doctor.place import Place, Target, ascii_host
from faxtui.errors import ConfigurationError

_PORTS = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
SCHEMES = ("http", "https", "all")


@dataclass(frozen=True, slots=True)
class Proxy:
    """``sign_in`` is what goes into Proxy-Authorization; empty for none."""

    place: Place
    scheme: str
    sign_in: str = field(default="", repr=False)


def proxy_in_force(target: Target, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy that ``target`` is asked through. Raises ConfigurationError where what names it can't be used."""
    if exempting(target, environ) is not None:
        return None
    for scheme in (target.scheme, "all"):
        proxy = proxy_named(scheme, environ)
        if proxy is not None:
            return proxy
    return None


def proxy_named(scheme: str, environ: Mapping[str, str]) -> Proxy | None:
    """The proxy for one scheme, or ``all``. Raises ConfigurationError where what names it can't be used."""
    variable, value = variable_for(scheme, environ)
    if not value:
        return None
    try:
        parts = urlsplit(value if "://" in value else f"http://{value}")
        host, port = ascii_host(parts.hostname or ""), parts.port
    except ValueError as error:
        raise _unusable(variable) from error
    if parts.scheme not in _PORTS or not host:
        raise _unusable(variable)
    if parts.scheme.startswith("socks") and find_spec("socksio") is None:
        raise ConfigurationError(
            f"{variable} names a SOCKS proxy, for which the Python package socksio is missing: add that to faxtui's "
            "environment, or name a proxy like http://proxy.example:3128."
        )
    return Proxy(Place(host, port or _PORTS[parts.scheme], variable), parts.scheme, _sign_in(parts))


def variable_for(scheme: str, environ: Mapping[str, str]) -> tuple[str, str]:
    """Name and value of the variable that holds, for ``http``, ``https``, ``all`` or ``no``: the lower-case one wins."""
    for name in (f"{scheme}_proxy", f"{scheme}_proxy".upper()):
        if name in environ:
            return name, environ[name].strip()
    return f"{scheme}_proxy".upper(), ""


def exemptions(environ: Mapping[str, str]) -> Sequence[str]:
    """The entries of NO_PROXY; an asterisk among them puts every other out of force."""
    _, value = variable_for("no", environ)
    entries = [each.strip() for each in value.split(",") if each.strip()]
    return ["*"] if "*" in entries else entries


def exempting(target: Target, environ: Mapping[str, str]) -> str | None:
    """The entry of NO_PROXY that keeps ``target`` away from any proxy."""
    return next((each for each in exemptions(environ) if _exempts(each, target)), None)


def breaks_connections(entry: str) -> bool:
    """Whether httpx can't read an entry of NO_PROXY, and then makes no connection at all."""
    if entry == "*" or "://" in entry or _is_address(entry):
        return False
    _, colon, port = entry.partition("/")[0].partition(":")
    return not entry.isascii() or (bool(colon) and not port.isdigit())


def misses(entry: str, target: Target) -> bool:
    """Whether an entry of NO_PROXY, by the custom of other programs, means ``target``, but does not here."""
    host = target.place.host
    if entry.startswith("*.") and len(entry) > 2:
        return host.endswith(entry[1:].lower())
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(entry, strict=False) and not _exempts(entry, target)
    except ValueError:
        return False


def _exempts(entry: str, target: Target) -> bool:
    if entry == "*":
        return True
    host = target.place.host
    scheme, separator, rest = entry.lower().rpartition("://")
    name = rest.partition("/")[0]
    if _is_address(name) or name == "localhost":
        return host == name and scheme in ("", "all", target.scheme)
    name, colon, port = name.partition(":")
    if scheme not in ("", "all", target.scheme) or (
        colon and (target.has_usual_port or port != str(target.place.port))
    ):
        return False
    if separator:
        return host == name
    return host == name or host.endswith(name if name.startswith(".") else f".{name}")


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _sign_in(parts: SplitResult) -> str:
    if parts.username is None:
        return ""
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _unusable(variable: str) -> ConfigurationError:
    return ConfigurationError(
        f"{variable} names no proxy that can be used: write it like http://proxy.example:3128, or unset it."
    )
