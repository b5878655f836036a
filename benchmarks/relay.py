"""A link between a program and a service that takes its time."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress


class Relay:
    """Passes everything on; what the service answers comes ``latency`` seconds later. Counts requests."""

    def __init__(self, address: str, latency: float) -> None:
        host, _, port = address.rpartition("/")[2].partition(":")
        self._service = host, int(port)
        self._latency = latency
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self._asked: list[float] = []

    def __enter__(self) -> Relay:
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._listener.close()

    def requests_between(self, start: float, end: float) -> int:
        """Moments are in seconds, of ``time.perf_counter``."""
        return sum(start <= asked <= end for asked in self._asked)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                program, _ = self._listener.accept()
                service = socket.create_connection(self._service)
                threading.Thread(target=self._ask, args=(program, service), daemon=True).start()
                threading.Thread(target=self._answer, args=(service, program), daemon=True).start()

    def _ask(self, program: socket.socket, service: socket.socket) -> None:
        with suppress(OSError):
            while data := program.recv(65536):
                self._asked += [time.perf_counter()] * data.count(b" HTTP/1.1\r\n")
                service.sendall(data)

    def _answer(self, service: socket.socket, program: socket.socket) -> None:
        with suppress(OSError):
            while data := service.recv(65536):
                time.sleep(self._latency)
                program.sendall(data)
