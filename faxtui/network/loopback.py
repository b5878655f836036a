"""Addresses of this machine itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ipaddress import IPv4Address, IPv6Address


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
    """The IP address that ``host`` is, in any notation the system connects to (``127.1``), or None for a name."""
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
