"""Which proxy counts, and which settings stop everything: as the HTTP library itself has it."""

import os
import ssl

import httpx
import pytest
from doctor_report import SURROUNDINGS

from faxtui.commands.doctor.finding import Finding, Verdict
from faxtui.commands.doctor.place import target_of
from faxtui.commands.doctor.proxies import proxy_in_force
from faxtui.commands.doctor.proxy_check import check_proxies

PROXY = "http://proxy.example:3128"
TARGETS = (
    "https://api.example.com",
    "https://api.example.com:8443",
    "http://api.example.com",
    "https://example.com",
    "https://10.1.2.3",
    "https://[fd00::1]",
    "http://localhost:8000",
)
WITHOUT_VERIFICATION = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def findings(base_url: str, environ: dict[str, str]) -> list[Finding]:
    return list(check_proxies(target_of(base_url), environ))


def finding(base_url: str, environ: dict[str, str]) -> Finding:
    (found,) = findings(base_url, environ)
    return found


def library_goes_through_a_proxy(base_url: str, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> bool:
    """Raises InvalidURL, ValueError or ImportError where the library can't use the settings."""
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert os.environ.items() >= environ.items()
    with httpx.Client(verify=WITHOUT_VERIFICATION) as client:
        return client._transport_for_url(httpx.URL(base_url)) is not client._transport


@pytest.mark.parametrize("base_url", TARGETS)
@pytest.mark.parametrize(
    "environ",
    [
        {},
        {"HTTPS_PROXY": PROXY},
        {"http_proxy": "proxy.example:3128"},
        {"ALL_PROXY": PROXY},
        {"HTTPS_PROXY": PROXY, "https_proxy": ""},
        *(
            {"ALL_PROXY": PROXY, "NO_PROXY": entries}
            for entries in (
                "*",
                "fd00::/8,*",
                "example.com",
                ".example.com",
                "EXAMPLE.com",
                "*.example.com",
                "ample.com",
                "api.example.com:8443",
                "api.example.com:443",
                "10.0.0.0/8",
                "10.1.2.3",
                "10.1.2.3/8",
                "::1, fd00::1",
                "localhost",
                "https://api.example.com",
                "http://example.com",
                " , ",
            )
        ),
    ],
)
def test_the_proxy_that_counts_is_the_one_that_the_library_takes(
    environ: dict[str, str], base_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    proxy = proxy_in_force(target_of(base_url), environ)
    assert (proxy is not None) == library_goes_through_a_proxy(base_url, environ, monkeypatch)
    if proxy is not None:
        assert str(proxy.place) == "proxy.example:3128"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NO_PROXY", "fd00::/8"),
        ("no_proxy", "localhost,::1/128"),
        ("NO_PROXY", "[::1]"),
        ("NO_PROXY", "fax.example:port"),
        ("NO_PROXY", "télécopie.example"),
        ("HTTPS_PROXY", "http://user:hunter2@proxy:port"),
        ("HTTP_PROXY", "gopher://user:hunter2@proxy:1"),
        ("ALL_PROXY", "socks5://user:hunter2@proxy:1"),
    ],
)
def test_settings_that_stop_the_library_are_told_and_no_others(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ = {name: value}
    with pytest.raises((httpx.InvalidURL, ValueError, ImportError)):
        library_goes_through_a_proxy("https://api.example.com", environ, monkeypatch)
    found = finding("https://api.example.com", environ)
    assert (found.verdict, found.exit_code) == (Verdict.FAILED, 1)
    assert name in found.sentence
    assert "hunter2" not in found.sentence


def test_a_range_is_told_to_be_one() -> None:
    assert "is a range of IPv6 addresses" in finding("https://fax.example", {"NO_PROXY": "fd00::/8"}).sentence


def test_a_missing_library_for_socks_is_named() -> None:
    assert "package socksio is missing" in finding("https://fax.example", {"ALL_PROXY": "socks5h://proxy"}).sentence


@pytest.mark.parametrize("value", ["http://", "//proxy", "http://[::1", f"http://{'x' * 64}.example"])
def test_a_proxy_without_a_host_is_told(value: str) -> None:
    assert "names no proxy that can be used" in finding("https://fax.example", {"HTTPS_PROXY": value}).sentence


def test_nothing_is_said_where_nothing_is_set() -> None:
    assert findings("https://fax.example", {}) == []


def test_every_proxy_is_put_out_of_force_by_an_asterisk() -> None:
    found = finding("https://fax.example", {"HTTPS_PROXY": "gopher://x", "NO_PROXY": "fd00::/8,*"})
    assert found.sentence == "none: * in NO_PROXY exempts fax.example"


@pytest.mark.parametrize(
    ("base_url", "entry", "better"),
    [
        ("https://api.example.com", "*.example.com", ".example.com"),
        ("https://10.1.2.3", "10.0.0.0/8", "10.1.2.3"),
    ],
)
def test_an_exemption_that_does_not_hold_here_is_a_warning(base_url: str, entry: str, better: str) -> None:
    proxy, missed = findings(base_url, {"HTTPS_PROXY": PROXY, "NO_PROXY": f"{entry},other.example"})
    assert proxy.sentence == "proxy.example:3128, from HTTPS_PROXY"
    assert missed.verdict is Verdict.WARNING
    assert f"“{entry}” in NO_PROXY does not exempt" in missed.sentence
    assert f"write {better} " in missed.sentence


def test_a_sign_in_to_the_proxy_is_in_no_representation_of_it() -> None:
    proxy = proxy_in_force(target_of("https://fax.example"), {"HTTPS_PROXY": "http://me:hunter2@proxy.example:3128"})
    assert proxy is not None
    assert proxy.sign_in.startswith("Basic ")
    assert "hunter2" not in repr(proxy)
    assert proxy.sign_in not in repr(proxy)
