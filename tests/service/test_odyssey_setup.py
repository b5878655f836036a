"""Addresses and surroundings that no service can be asked with."""

from pathlib import Path

import pytest
from odyssey_server import PASSWORD, asking

from faxtui.domain.account import Account
from faxtui.errors import ConfigurationError, Untrusted, UnusableProxy
from faxtui.odyssey.client import OdysseyService


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "http://user:hunter2@proxy:port"),
        ("HTTPS_PROXY", "gopher://user:hunter2@proxy:1"),
        ("ALL_PROXY", "socks5://user:hunter2@proxy:1"),
    ],
)
def test_proxy_settings_that_cannot_be_used_are_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(UnusableProxy, match=name) as caught:
        OdysseyService(Account("https://api.example.com", "60300.console", PASSWORD))
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("content", [None, "no certificate"])
def test_certificates_that_cannot_be_read_are_named(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(Untrusted, match="SSL_CERT_FILE") as caught:
        OdysseyService(Account("https://api.example.com", "60300.console", PASSWORD))
    assert str(path)[:20] in str(caught.value)


@pytest.mark.parametrize(
    "base_url",
    [
        "",
        "api.example.com",
        "//api.example.com",
        "ftp://api.example.com",
        "https://",
        "https:api.example.com",
        "https://api example.com",
        "https://api.example.com ",
        "https://api.example.com/a b",
        "https://api.example.com\n",
        "https://api.example.com:port",
        "https://api.example.com:99999",
        "https://api.example.com:0",
        "https://[::1",
        "https://xn--a",
        "https://api.example.com?x=1",
        "https://api.example.com#x",
        "https://" + "a" * 100_000,
    ],
)
def test_an_address_that_cannot_be_one_is_said_to_be_so(base_url: str) -> None:
    with pytest.raises(ConfigurationError, match=r"base_url .+ is not a valid URL\. Write it like") as caught:
        OdysseyService(Account(base_url, "60300.console", PASSWORD))
    assert len(str(caught.value)) < 250
    assert str(caught.value).isprintable()


def test_a_password_in_the_address_is_refused_without_showing_it() -> None:
    for base_url in ("https://me:hunter2@api.example.com", "https://me:hunter2@api.example.com:port"):
        with pytest.raises(ConfigurationError) as caught:
            OdysseyService(Account(base_url, "60300.console", PASSWORD))
        assert "hunter2" not in str(caught.value)


async def test_nothing_that_is_made_shows_the_password() -> None:
    async with asking("https://api.example.com") as service:
        assert PASSWORD not in repr(service)
        assert PASSWORD not in repr(vars(service))
