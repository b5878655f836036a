"""The way to the service: straight there, or through a proxy's tunnel."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from faxtui.commands.doctor.place import Target
from faxtui.errors import Unreachable
from faxtui.network.proxy import Proxy

_LONGEST_HEAD = 16_384


@dataclass(frozen=True, slots=True)
class Way:
    """``address`` is that of the first stop, as it was reached."""

    target: Target
    proxy: Proxy | None
    address: str

    @property
    def first_port(self) -> int:
        return self.target.place.port if self.proxy is None else self.proxy.port


def connect(way: Way, seconds: float) -> socket.socket:
    """A connection to the target, on which each step may take ``seconds``. Raises OSError, or Unreachable."""
    connection = socket.create_connection((way.address, way.first_port), seconds)
    if way.proxy is not None:
        try:
            _open_tunnel(connection, way.proxy, way.target)
        except BaseException:
            connection.close()
            raise
    return connection


def _open_tunnel(connection: socket.socket, proxy: Proxy, target: Target) -> None:
    sign_in = f"Proxy-Authorization: {proxy.sign_in}\r\n" if proxy.sign_in else ""
    connection.sendall(f"CONNECT {target.place} HTTP/1.1\r\nHost: {target.place}\r\n{sign_in}\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head and len(head) < _LONGEST_HEAD:
        received = connection.recv(4096)
        if not received:
            raise Unreachable(
                f"The proxy {proxy} broke the connection instead of opening a tunnel to {target.place}: ask "
                "whoever runs the proxy."
            )
        head += received
    answer = head.partition(b"\r\n")[0].decode("latin-1")[:80]
    version, _, status = answer.partition(" ")
    if not version.startswith("HTTP/"):
        raise Unreachable(f"{proxy} does not answer as a proxy does: check host and port in {proxy.variable}.")
    if status.startswith("407"):
        raise Unreachable(
            f"The proxy {proxy} asks for a sign-in of its own, or refuses the one it got ({status}): put the "
            f"right one into {proxy.variable}, like http://USER:PASSWORD@{proxy}."
        )
    if not status.startswith("2"):
        raise Unreachable(
            f"The proxy {proxy} won't connect to {target.place} ({status}): ask whoever runs the proxy to allow "
            "it, or check the address in base_url."
        )
