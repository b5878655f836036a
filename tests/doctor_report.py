"""An installation of faxtui to run_checks, what doctor tells of it, and servers that make trouble for it."""

import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from odyssey_server import PASSWORD, known_to_proxies

from faxtui.config.load import Paths
from faxtui.config.settings import Settings
from faxtui.doctor.checks import run_checks
from faxtui.doctor.report import Finding, Installation, Limits, Topic, Verdict
from faxtui.domain.account import Account
from faxtui.domain.service import FaxService
from faxtui.errors import ConfigurationError
from faxtui.odyssey.client import OdysseyService

LISTING = '{"Resources": [], "TotalCount": 1234, "PageIndex": 1, "PageSize": 1}'
IMPATIENT = Limits(prepare=10, look_up=0.05, reach=0.05, handshake=0.05, answer=0.05)
SURROUNDINGS = ("http_proxy", "https_proxy", "all_proxy", "no_proxy", "ssl_cert_file", "ssl_cert_dir")

INSPECTED = """\
-----BEGIN CERTIFICATE-----
MIIBiTCCAS+gAwIBAgIBAjAKBggqhkjOPQQDAjAxMRUwEwYDVQQKDAxac2NhbGVy
IEluYy4xGDAWBgNVBAMMD1pzY2FsZXIgUm9vdCBDQTAgFw0yMDAxMDEwMDAwMDBa
GA8yMTIwMDEwMTAwMDAwMFowFDESMBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZI
zj0CAQYIKoZIzj0DAQcDQgAEzEpc+LHFxPNUpTiC68I2T2m2niBYBpx2tf2rnqF7
YS8908EIrwN5YqTInluaUICOclt7kWf7JI9MQhfLOK7qNKNTMFEwDwYDVR0RBAgw
BocEfwAAATAfBgNVHSMEGDAWgBTbbSOjPdlJBxnh/sUltjg3/dKJLTAdBgNVHQ4E
FgQUjXn2vLTTIj0ddXnSACfAZ+rzG50wCgYIKoZIzj0EAwIDSAAwRQIgKyt6Nf/5
Z9syfHJ59TEi82gMCA0lcQqIZXA2EXqU1GQCIQC9u6nfl7hyscjFTiytMfpJSYqj
DCh6ATG3ARXwHPWTlg==
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2L+O1z4YcQBaI9Og
YxWBfpy3MEVJ5R1hT4T2/jMFq9yhRANCAATMSlz4scXE81SlOILrwjZPabaeIFgG
nHa1/aueoXthLz3TwQivA3lipMieW5pQgI5yW3uRZ/skj0xCF8s4ruo0
-----END PRIVATE KEY-----
"""
"""A certificate for 127.0.0.1 until 2120, issued by "Zscaler Inc.", and its key: made for these tests only."""

EXPIRED = """\
-----BEGIN CERTIFICATE-----
MIIBlDCCATqgAwIBAgIBAzAKBggqhkjOPQQDAjAxMRswGQYDVQQKDBJBbmNpZW5u
ZSBBdXRvcml0w6kxEjAQBgNVBAMMCTEyNy4wLjAuMTAeFw0yMDAxMDEwMDAwMDBa
Fw0yMTAxMDEwMDAwMDBaMDExGzAZBgNVBAoMEkFuY2llbm5lIEF1dG9yaXTDqTES
MBAGA1UEAwwJMTI3LjAuMC4xMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEzEpc
+LHFxPNUpTiC68I2T2m2niBYBpx2tf2rnqF7YS8908EIrwN5YqTInluaUICOclt7
kWf7JI9MQhfLOK7qNKNDMEEwDwYDVR0TAQH/BAUwAwEB/zAPBgNVHREECDAGhwR/
AAABMB0GA1UdDgQWBBSNefa8tNMiPR11edIAJ8Bn6vMbnTAKBggqhkjOPQQDAgNI
ADBFAiEAoSRz5lgX7GsruWT/2rGlsSrcGSla069MiPQPbXIwf2MCIHBWn/SnB2V3
DCs32iB+Jl9enofPDkEb9rIsOaN367kd
-----END CERTIFICATE-----
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg2L+O1z4YcQBaI9Og
YxWBfpy3MEVJ5R1hT4T2/jMFq9yhRANCAATMSlz4scXE81SlOILrwjZPabaeIFgG
nHa1/aueoXthLz3TwQivA3lipMieW5pQgI5yW3uRZ/skj0xCF8s4ruo0
-----END PRIVATE KEY-----
"""
"""A certificate for 127.0.0.1 that vouched for itself until 2021, and its key: made for these tests only."""


@dataclass(frozen=True, slots=True)
class Report:
    """What doctor told, in its order, and its exit code."""

    findings: tuple[Finding, ...]
    exit_code: int

    def of(self, topic: Topic) -> Finding:
        """The one finding about it."""
        (finding,) = (each for each in self.findings if each.topic is topic)
        return finding

    def verdict_of(self, topic: Topic) -> Verdict:
        return self.of(topic).verdict


async def report_on(subject: Installation) -> Report:
    """Examine it. Whatever is told is a whole sentence without a secret."""
    findings: list[Finding] = []
    exit_code = await run_checks(subject, findings.append)
    for each in findings:
        assert PASSWORD not in each.sentence
        assert each.sentence.endswith(".") or each.verdict is Verdict.OK
    return Report(tuple(findings), exit_code)


def installation(
    folder: Path,
    base_url: str,
    *,
    password: str = PASSWORD,
    login: str = "60300.console",
    environ: Mapping[str, str] | None = None,
    limits: Limits | None = None,
    connect: Callable[[], FaxService] | None = None,
    allow_http: bool = False,
    settings: Settings | None = None,
    password_file: Path | None = None,
    terminal: os.terminal_size | None = None,
    unusable: ConfigurationError | None = None,
) -> Installation:
    """A sound one whose files are in ``folder``, without a terminal."""
    return Installation(
        settings=settings or Settings(),
        paths=Paths(folder / "config.toml", folder / "site" / "config.toml", folder / "state.toml", folder / "logs"),
        base_url=base_url,
        login=login,
        connect=connect or (lambda: OdysseyService(Account(base_url, login, password, allow_http=allow_http))),
        environ=dict(os.environ) if environ is None else environ,
        limits=limits or Limits(),
        password_file=password_file,
        terminal=terminal,
        unusable=unusable,
    )


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


@contextmanager
def silent_port() -> Iterator[int]:
    """A port that takes connections, and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield listener.getsockname()[1]


@contextmanager
def full_port() -> Iterator[int]:
    """A port whose queue is full: a further connection never comes about."""
    with (
        socket.create_server(("127.0.0.1", 0), backlog=0) as listener,
        socket.create_connection(listener.getsockname()),
    ):
        yield listener.getsockname()[1]


@dataclass(frozen=True, slots=True)
class Proxy:
    """Where it is, and the heads of the requests that it got."""

    port: int
    requests: list[str] = field(default_factory=list)


@contextmanager
def tunnelling_proxy() -> Iterator[Proxy]:
    """A proxy that opens the tunnels it is asked for."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        proxy = Proxy(listener.getsockname()[1])
        stop = threading.Event()
        thread = threading.Thread(target=_serve, args=(listener, proxy, stop), daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            stop.set()
            with suppress(OSError):
                socket.create_connection(listener.getsockname()).close()
            thread.join()


def _serve(listener: socket.socket, proxy: Proxy, stop: threading.Event) -> None:
    while True:
        accepted, _ = listener.accept()
        if stop.is_set():
            accepted.close()
            return
        threading.Thread(target=_tunnel, args=(accepted, proxy), daemon=True).start()


def _tunnel(near: socket.socket, proxy: Proxy) -> None:
    with near, suppress(OSError):
        head = near.recv(65_536).decode()
        if not head:
            return
        proxy.requests.append(head)
        host, _, port = head.split()[1].rpartition(":")
        with socket.create_connection((known_to_proxies(host), int(port))) as far:
            near.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            back = threading.Thread(target=_pump, args=(far, near), daemon=True)
            back.start()
            _pump(near, far)
            back.join()


def _pump(source: socket.socket, sink: socket.socket) -> None:
    with suppress(OSError):
        while received := source.recv(65_536):
            sink.sendall(received)
    with suppress(OSError):
        sink.shutdown(socket.SHUT_WR)
