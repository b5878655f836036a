"""`python -m faxtui.demo` as scripts run it: a process of its own, found by the address it prints."""

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from demo_server import demo_server

from faxtui.demo.__main__ import main

LIST = "/api/V1/InboundFax"
SIGNED_IN = ("60300.demo", "demo")
HELP_LINE = "Sign in as 60300.demo, password demo. Ctrl+C ends the demo.\n"
STANDING = ("--at", "2026-11-23T09:42:00Z")


@contextmanager
def running(*options: str) -> Iterator[tuple[subprocess.Popen[str], str]]:
    """The demo as a process, and its address."""
    command = [sys.executable, "-m", "faxtui.demo", *options]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout
            yield process, process.stdout.readline().removesuffix("\n")
        finally:
            process.kill()


def _content(*options: str) -> bytes:
    with running(*STANDING, *options) as (_, address):
        return httpx.get(address + LIST, auth=SIGNED_IN).raise_for_status().content


def test_the_first_line_is_an_address_on_this_machine_that_answers() -> None:
    with running() as (_, address):
        url = httpx.URL(address)
        assert (url.scheme, url.host, url.path) == ("http", "127.0.0.1", "/")
        assert address == f"http://127.0.0.1:{url.port}"
        assert len(httpx.get(address + LIST, auth=SIGNED_IN).json()["Resources"]) == 10


def test_an_answer_has_one_date_the_services_own_and_names_no_server() -> None:
    with running(*STANDING) as (_, address):
        headers = httpx.get(address + LIST, auth=SIGNED_IN).headers
    assert headers.get_list("date") == ["Mon, 23 Nov 2026 09:42:00 GMT"]
    assert "server" not in headers


def test_a_clock_that_stands_gives_the_same_bytes_to_every_process() -> None:
    with demo_server(clock=lambda: datetime(2026, 11, 23, 9, 42, tzinfo=UTC)) as address:
        expected = httpx.get(address + LIST, auth=SIGNED_IN).content
    assert _content() == _content("--at", "2026-11-23T10:42+01:00") == expected


def test_another_seed_gives_other_faxes() -> None:
    assert _content("--seed", "7") != _content()


def test_documents_come_as_json_where_that_is_asked_for() -> None:
    for options, content_type in (((), "application/pdf"), (("--json-documents",), "application/json; charset=utf-8")):
        with running(*STANDING, *options) as (_, address), httpx.Client(base_url=address, auth=SIGNED_IN) as client:
            faxes = client.get(LIST).json()["Resources"]
            fax = next(fax for fax in faxes if fax["FileName"].endswith(".PDF"))
            path = f"/api/V1/InboundFolders/{fax['Folder']}/HostedInboundFiles/{fax['FileName']}"
            assert client.get(path).headers["content-type"] == content_type


def test_answers_are_held_back_by_the_latency() -> None:
    with running("--latency", "0.1") as (_, address):
        assert httpx.get(address + LIST, auth=SIGNED_IN).elapsed >= timedelta(seconds=0.1)


@pytest.mark.parametrize(("number", "exit_code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_ends_it_at_once_and_quietly(number: signal.Signals, exit_code: int) -> None:
    with running("--latency", "3600") as (process, address):
        url = httpx.URL(address)
        with socket.create_connection((url.host, url.port or 0)) as waiting:
            waiting.sendall(f"GET {LIST} HTTP/1.1\r\nHost: {url.host}\r\n\r\n".encode())
            process.send_signal(number)
            assert process.communicate(timeout=20) == ("", HELP_LINE)
    assert process.returncode == exit_code


def test_a_port_can_be_chosen_and_one_that_is_taken_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with running("--port", str(port)) as (process, address):
            assert address == ""
            assert process.stderr
            assert f"Could not listen on port {port}: " in process.stderr.read()
        assert process.returncode == 1
    with running("--port", str(port)) as (_, address):
        assert address == f"http://127.0.0.1:{port}"


def test_without_uvicorn_it_says_how_to_install_it() -> None:
    code = "import sys; sys.modules['uvicorn'] = None; from faxtui.demo.__main__ import main; sys.exit(main([]))"
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr == "The demo needs uvicorn, which is not installed. Install with: pip install uvicorn\n"


def test_the_demo_itself_needs_nothing_but_the_standard_library() -> None:
    code = (
        "import sys; before = set(sys.modules); import faxtui.demo; faxtui.demo.DemoService();"
        "print(*sorted(set(sys.modules) - before))"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    names = ended.stdout.split()
    # zoneinfo looks up how Python was built, and falls back to tzdata where the system has no time zones.
    packages = {name.split(".")[0] for name in names if not name.startswith("_sysconfigdata")}
    assert packages - sys.stdlib_module_names - {"tzdata"} == {"faxtui"}
    assert {name for name in names if name.startswith("faxtui.")} == {
        name for name in names if name.startswith("faxtui.demo")
    }


@pytest.mark.parametrize(
    ("option", "value", "said"),
    [
        ("--port", "65536", "expected a port from 0 to 65535"),
        ("--port", "http", "expected a port from 0 to 65535"),
        ("--seed", "x", "invalid int value"),
        ("--latency", "-1", "seconds like 0.3"),
        ("--latency", "inf", "seconds like 0.3"),
        ("--latency", "soon", "seconds like 0.3"),
        ("--at", "noon", "a time like 2026-11-23T09:42:00Z"),
        ("--at", "1999-12-31", "from 2018 to 2099"),
    ],
)
def test_a_value_that_cannot_be_taken_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], option: str, value: str, said: str
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([f"{option}={value}"])
    assert ended.value.code == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert f"argument {option}: " in captured.err
    assert said in captured.err
