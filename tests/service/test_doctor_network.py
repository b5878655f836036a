"""What doctor finds between here and the service: names, ports and secure connections, over real sockets."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from doctor_report import (
    EXPIRED,
    IMPATIENT,
    INSPECTED,
    LISTING,
    SURROUNDINGS,
    free_port,
    full_port,
    installation,
    report_on,
    silent_port,
)
from odyssey_server import CERTIFICATE, Ending, RawServer, answer, answering

from faxtui.doctor.network import first_address, look_up
from faxtui.doctor.report import Limits, Topic, Verdict, within
from faxtui.errors import Unreachable


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
def secure() -> Iterator[RawServer]:
    with answering(answer(200, LISTING), tls=True) as server:
        yield server


@pytest.fixture
def trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file of authorities that holds the test server's."""
    return trust(CERTIFICATE, tmp_path, monkeypatch)


def trust(certificate: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    path = folder / "authorities.pem"
    path.write_text(certificate)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    return path


async def unreached(base_url: str, folder: Path) -> str:
    """What is reported of an address that is not reached."""
    report = await report_on(installation(folder, base_url, limits=IMPATIENT))
    assert report.verdict_of(Topic.ADDRESS) is Verdict.FAILED
    assert report.verdict_of(Topic.TLS) is Verdict.SKIPPED
    return report.of(Topic.ADDRESS).sentence


async def test_a_name_is_told_with_its_address(tmp_path: Path) -> None:
    with answering(answer(200, LISTING)) as server:
        report = await report_on(installation(tmp_path, server.address.replace("127.0.0.1", "localhost")))
    host = server.address.removeprefix("http://").replace("127.0.0.1", "localhost")
    assert report.of(Topic.ADDRESS).sentence.startswith(f"{host} is 127.0.0.1, connected in ")
    assert report.of(Topic.TLS).sentence == "not used: the service is on this machine."


def test_this_machine_looks_up_itself() -> None:
    assert set(look_up("localhost", 80)) <= {"127.0.0.1", "::1"}


async def test_a_look_up_that_hangs_is_given_up_on() -> None:
    released = threading.Event()

    def hangs(host: str, port: int) -> tuple[str, ...]:
        released.wait()
        return ()

    try:
        with pytest.raises(Unreachable, match=r"Could not look up fax.example within 50 ms: DNS does not respond"):
            await first_address("fax.example", 443, "base_url", 0.05, hangs)
    finally:
        released.set()


async def test_a_name_that_nobody_knows_is_told_with_where_it_is_written() -> None:
    def unknown(host: str, port: int) -> tuple[str, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    with pytest.raises(Unreachable, match=r"\(Name or service not known\). Check HTTPS_PROXY"):
        await first_address("proxy.example", 3128, "HTTPS_PROXY", 5, unknown)


async def test_a_port_that_refuses_is_named(tmp_path: Path) -> None:
    port = free_port()
    assert f"Connection refused by 127.0.0.1:{port}." in await unreached(f"https://127.0.0.1:{port}", tmp_path)


async def test_a_port_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    with full_port() as port:
        told = await unreached(f"https://127.0.0.1:{port}", tmp_path)
    assert f"127.0.0.1:{port} at 127.0.0.1 within 50 ms. A firewall may block it" in told


async def test_a_network_that_is_not_there_is_told(tmp_path: Path) -> None:
    # A link-local address without its link is nowhere.
    told = await unreached("https://[fe80::1]", tmp_path)
    assert told.startswith("Could not connect to [fe80::1] (")


async def test_work_that_hangs_holds_nothing_up() -> None:
    released, ended = threading.Event(), threading.Event()

    def hangs() -> None:
        released.wait()
        ended.set()

    started = time.perf_counter()
    with pytest.raises(TimeoutError):
        await within(0.01, hangs)
    assert time.perf_counter() - started < 5
    released.set()
    assert ended.wait(5)


async def test_an_error_that_nobody_expected_is_passed_on() -> None:
    def broken() -> None:
        raise LookupError("broken")

    with pytest.raises(LookupError, match="broken"):
        await within(5, broken)


async def test_a_trusted_certificate_is_told_with_its_issuer_and_end(
    secure: RawServer, trusted: Path, tmp_path: Path
) -> None:
    report = await report_on(installation(tmp_path, secure.address))
    assert report.exit_code == 0
    assert report.verdict_of(Topic.TLS) is Verdict.OK
    assert report.of(Topic.TLS).sentence.startswith("1.3, certificate by localhost, expires in 3")
    assert report.of(Topic.TLS).sentence.endswith(" days")
    assert report.verdict_of(Topic.LIST) is Verdict.OK


async def test_an_unknown_authority_is_named_with_what_to_set(secure: RawServer, tmp_path: Path) -> None:
    report = await report_on(installation(tmp_path, secure.address))
    assert report.exit_code == 1
    told = report.of(Topic.TLS).sentence
    assert report.verdict_of(Topic.TLS) is Verdict.FAILED
    assert "can't be trusted (self-signed certificate)" in told
    assert "set SSL_CERT_FILE to its PEM file." in told
    assert "It was issued by localhost and is valid until 2120-01-01" in told
    assert report.verdict_of(Topic.LIST) is Verdict.SKIPPED
    assert not any("Authorization" in head for head in secure.requests)


async def test_what_inspects_the_network_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odyssey_server.CERTIFICATE", INSPECTED)
    trusted = trust(CERTIFICATE, tmp_path, monkeypatch)
    with answering(b"", tls=True) as server:
        report = await report_on(installation(tmp_path, server.address))
    told = report.of(Topic.TLS).sentence
    assert (
        "It was issued by Zscaler Inc. and is valid until 2120-01-01 00:00 UTC. "
        "Zscaler Inc. inspects secure connections on this network. Ask the network administrator for its certificate"
        in told
    )
    assert told.endswith(f"Only {trusted} from SSL_CERT_FILE is trusted now.")


async def test_a_certificate_that_ended_is_told_with_its_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("odyssey_server.CERTIFICATE", EXPIRED)
    trust(EXPIRED, tmp_path, monkeypatch)
    with answering(b"", tls=True) as server:
        report = await report_on(installation(tmp_path, server.address))
    told = report.of(Topic.TLS).sentence
    assert "can't be trusted (certificate has expired). Check base_url and this machine's date." in told
    assert "It was issued by Ancienne Autorité and is valid until 2021-01-01 00:00 UTC." in told


async def test_a_certificate_for_another_host_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # It is for 127.0.0.1; names are checked before dates.
    monkeypatch.setattr("odyssey_server.CERTIFICATE", EXPIRED)
    trust(EXPIRED, tmp_path, monkeypatch)
    with answering(b"", tls=True) as server:
        report = await report_on(installation(tmp_path, server.address.replace("127.0.0.1", "localhost")))
    told = report.of(Topic.TLS).sentence
    assert "certificate is not valid for 'localhost'). Check base_url" in told
    assert "It was issued by Ancienne Autorité" in told


async def test_a_folder_of_authorities_is_trusted_in_place_of_others(
    secure: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    report = await report_on(installation(tmp_path, secure.address))
    assert report.of(Topic.TLS).sentence.endswith(f"Only {tmp_path} from SSL_CERT_DIR is trusted now.")


@pytest.mark.parametrize(("content", "reason"), [(None, "No such file or directory"), ("none", "it contains none")])
async def test_authorities_that_cannot_be_read_are_named(
    content: str | None, reason: str, secure: RawServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "authorities.pem"
    if content:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    report = await report_on(installation(tmp_path, secure.address))
    assert report.exit_code == 1
    assert f"SSL_CERT_FILE ({path}) can't be read ({reason})" in report.of(Topic.TLS).sentence
    assert report.verdict_of(Topic.LIST) is Verdict.SKIPPED


async def test_a_port_that_speaks_no_tls_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        greeter = threading.Thread(target=greet, args=(listener, b"SSH-2.0-OpenSSH_9.6\r\n", 1), daemon=True)
        greeter.start()
        report = await report_on(installation(tmp_path, f"https://127.0.0.1:{listener.getsockname()[1]}"))
        greeter.join()
    assert "Check host and port in base_url" in report.of(Topic.TLS).sentence


async def test_a_handshake_that_is_broken_off_is_told(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        greeter = threading.Thread(target=greet, args=(listener, b"", 1), daemon=True)
        greeter.start()
        report = await report_on(installation(tmp_path, f"https://127.0.0.1:{listener.getsockname()[1]}"))
        greeter.join()
    assert "closed the connection during the TLS handshake" in report.of(Topic.TLS).sentence


async def test_a_handshake_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    with silent_port() as port:
        subject = installation(tmp_path, f"https://127.0.0.1:{port}", limits=Limits(handshake=0.05))
        report = await report_on(subject)
    assert "the TLS handshake timed out after 50 ms" in report.of(Topic.TLS).sentence
    assert report.verdict_of(Topic.LIST) is Verdict.SKIPPED


async def test_a_secure_service_that_hangs_up_on_the_second_look_is_told_without_its_issuer(tmp_path: Path) -> None:
    with answering(b"", Ending.CLOSE, tls=True) as server:
        host, port = server.address.removeprefix("https://").split(":")
        with socket.create_server((host, 0)) as listener:
            relay = threading.Thread(target=relay_once, args=(listener, int(port)), daemon=True)
            relay.start()
            report = await report_on(installation(tmp_path, f"https://{host}:{listener.getsockname()[1]}"))
            relay.join()
    assert "It was issued by an unknown authority." in report.of(Topic.TLS).sentence


def greet(listener: socket.socket, words: bytes, times: int) -> None:
    """Say something to whoever connects, and hang up once they have said something themselves."""
    for _ in range(times):
        connection, _ = listener.accept()
        with connection, suppress(OSError):
            connection.sendall(words)
            connection.recv(65_536)


def relay_once(listener: socket.socket, port: int) -> None:
    """The first connection is passed on, the second is closed."""
    near, _ = listener.accept()
    with near, socket.create_connection(("127.0.0.1", port)) as far, suppress(OSError):
        far.sendall(near.recv(65_536))
        while received := far.recv(65_536):
            near.sendall(received)
            if not (said := near.recv(65_536)):
                break
            far.sendall(said)
    listener.accept()[0].close()
