"""A proxy between here and the service, over real sockets."""

from pathlib import Path

import pytest
from demo_server import demo_server
from doctor_report import LISTING, SURROUNDINGS, free_port, installation, report_on, tunnelling_proxy
from odyssey_server import NAMED_CERTIFICATE, PASSWORD, answer, answering, behind_a_proxy

from faxtui.doctor.report import Topic, Verdict

TARGET = "https://fax.invalid"


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def tls_through(said: bytes, folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """What is told of TLS where the proxy answers this."""
    with answering(said) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        report = await report_on(installation(folder, TARGET))
    assert proxy.requests[0].startswith("CONNECT fax.invalid:443 HTTP/1.1\r\n")
    assert report.exit_code == 1
    assert report.verdict_of(Topic.TLS) is Verdict.FAILED
    assert report.verdict_of(Topic.LIST) is Verdict.SKIPPED
    return report.of(Topic.TLS).sentence


async def test_a_secure_connection_is_looked_at_through_the_proxys_tunnel(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authorities = tmp_path / "authorities.pem"
    authorities.write_text(NAMED_CERTIFICATE)
    monkeypatch.setenv("SSL_CERT_FILE", str(authorities))
    with tunnelling_proxy() as proxy, answering(answer(200, LISTING), certificate=NAMED_CERTIFICATE) as server:
        address = behind_a_proxy(server.address)
        monkeypatch.setenv("HTTPS_PROXY", f"http://operator:p%40ss@127.0.0.1:{proxy.port}")
        report = await report_on(installation(tmp_path, address))
    assert report.exit_code == 0
    assert report.of(Topic.PROXY).sentence == f"127.0.0.1:{proxy.port}, from HTTPS_PROXY"
    assert report.of(Topic.ADDRESS).sentence.startswith("the proxy 127.0.0.1, connected in ")
    assert "certificate by fax.example" in report.of(Topic.TLS).sentence
    assert report.of(Topic.LIST).sentence.startswith("1,234 faxes")
    assert [head.split()[1] for head in proxy.requests] == [address.removeprefix("https://")] * 2
    # operator:p@ss
    assert all("Basic b3BlcmF0b3I6cEBzcw==" in head for head in proxy.requests)


async def test_a_service_without_tls_is_asked_through_the_proxy_with_a_warning(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(answer(200, LISTING)) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.address)
        report = await report_on(installation(tmp_path, "http://fax.invalid", allow_http=True))
    assert report.exit_code == 0
    assert report.verdict_of(Topic.TLS) is Verdict.WARNING
    assert proxy.requests[-1].startswith("GET http://fax.invalid/api/V1/InboundFax?")


async def test_a_proxy_that_wants_a_sign_in_is_told_with_where_to_write_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = await tls_through(answer(407), tmp_path, monkeypatch)
    assert "requires a sign-in" in told
    assert "(407 Proxy Authentication Required). Set it in HTTPS_PROXY" in told


async def test_a_proxy_that_will_not_is_told_with_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await tls_through(answer(403), tmp_path, monkeypatch)
    assert "could not connect to fax.invalid (403 Forbidden). Check HTTPS_PROXY, or contact the administrator" in told


async def test_a_proxy_that_hangs_up_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await tls_through(b"", tmp_path, monkeypatch)
    assert "closed the connection" in told
    assert "HTTPS_PROXY routes this through the proxy" in told


async def test_what_is_no_proxy_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = await tls_through(b"220 mail.example ESMTP\r\n\r\n", tmp_path, monkeypatch)
    assert "sent invalid HTTP" in told
    assert "HTTPS_PROXY routes this through the proxy" in told


async def test_a_proxy_that_is_not_there_is_told_with_the_variable_that_names_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("all_proxy", f"127.0.0.1:{free_port()}")
    report = await report_on(installation(tmp_path, TARGET))
    assert ". Check host and port in all_proxy" in report.of(Topic.ADDRESS).sentence


async def test_tls_behind_a_proxy_that_speaks_tls_is_not_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with answering(b"", tls=True) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy.address)
        report = await report_on(installation(tmp_path, TARGET))
    assert report.verdict_of(Topic.TLS) is Verdict.SKIPPED
    assert report.verdict_of(Topic.LIST) is Verdict.FAILED


@pytest.mark.parametrize("value", ["socks5://me:hunter2@proxy.example:1080", "gopher://me:hunter2@proxy.example"])
async def test_a_proxy_that_cannot_be_used_is_explained_and_nothing_else_is_tried(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    report = await report_on(installation(tmp_path, TARGET))
    assert report.exit_code == 1
    told = report.of(Topic.PROXY).sentence
    assert told.startswith("ALL_PROXY ")
    assert "hunter2" not in told
    for topic in (Topic.ADDRESS, Topic.TLS, Topic.CLOCK, Topic.SIGN_IN, Topic.LIST):
        assert report.of(topic).sentence == "not tried: the proxy settings can't be used."


async def test_a_range_of_ipv6_addresses_in_no_proxy_stops_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "localhost,fd00::/8,[::1]")
    with demo_server(accounts={"60300.console": PASSWORD}) as address:
        report = await report_on(installation(tmp_path, address))
    assert report.exit_code == 0
    assert report.verdict_of(Topic.LIST) is Verdict.OK


async def test_a_proxy_that_is_not_used_is_told_with_why(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.invalid:3128")
    monkeypatch.setenv("NO_PROXY", "other.example,.invalid")
    with demo_server(accounts={"60300.console": PASSWORD}) as address:
        report = await report_on(installation(tmp_path, address))
    host = address.removeprefix("http://")
    assert report.of(Topic.PROXY).sentence == f"none for {host}: 127.0.0.1 is this machine"
    assert report.verdict_of(Topic.LIST) is Verdict.OK
    report = await report_on(installation(tmp_path, TARGET))
    assert report.of(Topic.PROXY).sentence == "none for fax.invalid: .invalid in NO_PROXY"
