"""Whether the proxy settings can be used, and which of them counts for the service."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from faxtui.commands.doctor.finding import Finding, Topic, failed, ok, warning
from faxtui.commands.doctor.place import Target
from faxtui.commands.doctor.proxies import (
    SCHEMES,
    breaks_connections,
    exempting,
    exemptions,
    misses,
    proxy_in_force,
    proxy_named,
    variable_for,
)
from faxtui.errors import ConfigurationError


def check_proxies(target: Target, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Nothing where nothing is set. A variable that can't be read stops faxtui even if it is not for this target."""
    errors = [*_broken_exemptions(environ), *_broken_proxies(environ)]
    if errors:
        yield from (failed(Topic.PROXY, each) for each in errors)
        return
    proxy = proxy_in_force(target, environ)
    if proxy is not None:
        yield ok(Topic.PROXY, f"{proxy.place}, from {proxy.place.setting}")
        for entry in exemptions(environ):
            if misses(entry, target):
                yield warning(Topic.PROXY, _missed(entry, target, environ))
    elif _would_apply(target, environ):
        variable, _ = variable_for("no", environ)
        yield ok(Topic.PROXY, f"none: {exempting(target, environ)} in {variable} exempts {target.name}")


def _broken_exemptions(environ: Mapping[str, str]) -> Iterator[ConfigurationError]:
    variable, _ = variable_for("no", environ)
    for entry in filter(breaks_connections, exemptions(environ)):
        if ":" in entry and "/" in entry:
            what = f"“{entry}” in {variable} is a range of IPv6 addresses"
            remedy = "take it out, or write the single addresses that are meant, such as fd00::1"
        else:
            what = f"“{entry}” in {variable} is no host that can be read"
            remedy = "write a name, an address without brackets, or HOST:PORT"
        yield ConfigurationError(
            f"{what}: the HTTP library that faxtui uses stops at it, and makes no connection at all. "
            f"{remedy[0].upper()}{remedy[1:]}; then start faxtui again."
        )


def _broken_proxies(environ: Mapping[str, str]) -> Iterator[ConfigurationError]:
    if "*" in exemptions(environ):
        return
    for scheme in SCHEMES:
        try:
            proxy_named(scheme, environ)
        except ConfigurationError as error:
            yield error


def _would_apply(target: Target, environ: Mapping[str, str]) -> bool:
    return any(variable_for(scheme, environ)[1] for scheme in (target.scheme, "all"))


def _missed(entry: str, target: Target, environ: Mapping[str, str]) -> str:
    variable, _ = variable_for("no", environ)
    better = entry[1:] if entry.startswith("*") else target.place.host
    return f"“{entry}” in {variable} does not exempt {target.name} here: write {better} if it should go without a proxy."
