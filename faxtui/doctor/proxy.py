"""Check the proxy that the environment names for the service."""

from __future__ import annotations

from collections.abc import Iterator

from faxtui.doctor.network import Target
from faxtui.doctor.report import Finding, Topic, ok
from faxtui.network import Route


def check_route(target: Target, route: Route) -> Iterator[Finding]:
    """One finding, or none if no proxy is set for the service."""
    if route.proxy is not None:
        yield ok(Topic.PROXY, f"{route.proxy}, from {route.proxy.variable}")
    elif route.exemption:
        yield ok(Topic.PROXY, f"none for {target.name}: {route.exemption}")
