"""Check the proxy that the environment names for the service."""

from __future__ import annotations

from collections.abc import Iterator

from faxtui.commands.doctor.finding import Finding, Topic, ok
from faxtui.commands.doctor.place import Target
from faxtui.network.proxy import Route


def check_route(target: Target, route: Route) -> Iterator[Finding]:
    """One finding, or none if no proxy is set for the service."""
    if route.proxy is not None:
        yield ok(Topic.PROXY, f"{route.proxy}, from {route.proxy.variable}")
    elif route.exemption:
        yield ok(Topic.PROXY, f"none for {target.name}: {route.exemption}")
