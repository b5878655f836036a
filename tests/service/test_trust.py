"""Which certificates are trusted, over real connections."""

import asyncio
import os
import socket
import ssl
from pathlib import Path

import pytest
from odyssey_server import CERTIFICATE, NAMED_CERTIFICATE, PASSWORD, WINDOW, answer, answering, asking
from wire import Connects

from faxtui.domain.account import Account
from faxtui.errors import Untrusted
from faxtui.inbox.connection import LazyService
from faxtui.network import SystemStore, trust_store
from faxtui.odyssey.client import OdysseyService

LISTING = answer(200, '{"Resources": []}')
NOWHERE = SystemStore((), ())
HASHED = "ce275665.0"
"""The file name by which OpenSSL finds `CERTIFICATE` in a folder (``openssl x509 -subject_hash``)."""


@pytest.fixture(autouse=True)
def nothing_named(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


def written(path: Path, content: str = CERTIFICATE) -> str:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    return str(path)


def trusts(context: ssl.SSLContext, certificate: str = CERTIFICATE, name: str = "127.0.0.1") -> bool:
    """Shake hands with a server that has this certificate."""
    with answering(LISTING, certificate=certificate) as server:
        place = ("127.0.0.1", int(server.address.rpartition(":")[2]))
        try:
            context.wrap_socket(socket.create_connection(place), server_hostname=name).close()
        except ssl.SSLCertVerificationError:
            return False
    return True


def test_the_systems_authorities_are_trusted_beside_certifis(tmp_path: Path) -> None:
    """A hospital adds the authority of what inspects its connections to the system's."""
    file = written(tmp_path / "bundle.pem")
    certifis = trust_store({}, NOWHERE).cert_store_stats()["x509_ca"]
    both = trust_store({}, SystemStore((), ("/no/such/file", file)))
    assert certifis > 100
    assert both.cert_store_stats()["x509_ca"] == certifis + 1
    assert trusts(both)
    assert not trusts(trust_store({}, NOWHERE))


def test_the_systems_folder_is_read_when_an_authority_is_looked_for(tmp_path: Path) -> None:
    written(tmp_path / "hashed" / HASHED)
    (tmp_path / "empty").mkdir()
    folders = (str(tmp_path / "none"), str(tmp_path / "empty"), str(tmp_path / "hashed"))
    context = trust_store({}, SystemStore(folders, (written(tmp_path / "bundle.pem", NAMED_CERTIFICATE),)))
    assert trusts(context)
    assert not trusts(context, NAMED_CERTIFICATE, "fax.example")


def test_a_system_without_a_usable_store_is_left_to_certifi(tmp_path: Path) -> None:
    broken = written(tmp_path / "broken.pem", "no certificate")
    context = trust_store({}, SystemStore((broken,), (broken, str(tmp_path), "/no/such/file")))
    assert context.cert_store_stats() == trust_store({}, NOWHERE).cert_store_stats()


def test_this_machines_own_store_is_used_if_it_has_one() -> None:
    """The authorities of the distribution can be read with what we know of its places."""
    context = trust_store({})
    assert context.cert_store_stats()["x509_ca"] >= trust_store({}, NOWHERE).cert_store_stats()["x509_ca"]
    assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)


@pytest.mark.parametrize("name", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_what_the_environment_names_is_all_that_is_trusted(name: str, tmp_path: Path) -> None:
    named = written(tmp_path / "named" / HASHED)
    system = SystemStore((), (written(tmp_path / "bundle.pem", NAMED_CERTIFICATE),))
    context = trust_store({name: named if name == "SSL_CERT_FILE" else f"/no/such/folder:{tmp_path / 'named'}"}, system)
    assert trusts(context)
    assert not trusts(context, NAMED_CERTIFICATE, "fax.example")
    assert context.cert_store_stats()["x509_ca"] <= 1


def test_a_file_and_a_folder_are_both_trusted(tmp_path: Path) -> None:
    written(tmp_path / "named" / HASHED)
    file = written(tmp_path / "file.pem", NAMED_CERTIFICATE)
    context = trust_store({"SSL_CERT_FILE": file, "SSL_CERT_DIR": str(tmp_path / "named")})
    assert trusts(context)
    assert trusts(context, NAMED_CERTIFICATE, "fax.example")


def test_an_empty_variable_names_nothing() -> None:
    assert trust_store({"SSL_CERT_FILE": "", "SSL_CERT_DIR": ""}, NOWHERE).cert_store_stats()["x509_ca"] > 100


def test_authorities_without_the_extensions_that_rfc_5280_wants_are_trusted(tmp_path: Path) -> None:
    context = trust_store({"SSL_CERT_FILE": written(tmp_path / "file.pem", NAMED_CERTIFICATE)})
    assert not context.verify_flags & ssl.VERIFY_X509_STRICT
    assert trusts(context, NAMED_CERTIFICATE, "fax.example")
    assert not trusts(context, NAMED_CERTIFICATE, "other.example")


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("SSL_CERT_FILE", "/no/such/file", "SSL_CERT_FILE (/no/such/file) can't be read (No such file or directory)"),
        ("SSL_CERT_FILE", "/", "SSL_CERT_FILE (/) can't be read"),
        ("SSL_CERT_FILE", "/dev/null", "SSL_CERT_FILE (/dev/null) can't be read (it contains none)"),
        ("SSL_CERT_FILE", "/a\nb", "SSL_CERT_FILE (/a"),
        ("SSL_CERT_DIR", "/no/such/folder", "SSL_CERT_DIR (/no/such/folder) can't be read (No such file or directory)"),
        ("SSL_CERT_DIR", "/dev/null", "SSL_CERT_DIR (/dev/null) can't be read (Not a directory)"),
    ],
)
def test_certificates_that_cannot_be_read_are_named_with_what_to_do(
    name: str, value: str, told: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(Untrusted) as caught:
        OdysseyService(Account("https://fax.example", "60300.console", PASSWORD))
    message = str(caught.value)
    assert told in message
    assert message.endswith("or unset it, and start faxtui again.")
    assert message.isprintable()
    assert not caught.value.passing


async def test_plain_http_on_this_machine_needs_no_certificates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/no/such/file")
    with answering(LISTING) as server:
        async with asking(server.address) as service:
            assert (await service.list_faxes(WINDOW, 1)).page.faxes == ()


async def test_nothing_waits_while_certificates_are_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file is a pipe, into which nobody has written as yet."""
    pipe = tmp_path / "authorities.pem"
    os.mkfifo(pipe)
    monkeypatch.setenv("SSL_CERT_FILE", str(pipe))
    with answering(LISTING, tls=True) as server:
        service = LazyService(Connects(lambda: OdysseyService(Account(server.address, "60300.console", PASSWORD))))
        asking = asyncio.create_task(service.list_faxes(WINDOW, 1))
        # Opening it for writing returns once it is being read.
        writing = await asyncio.to_thread(os.open, pipe, os.O_WRONLY)
        assert not asking.done()
        os.write(writing, CERTIFICATE.encode())
        os.close(writing)
        assert (await asking).page.faxes == ()
        await service.aclose()
