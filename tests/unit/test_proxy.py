"""The proxy that counts for one host, by the variables that curl reads."""

import base64
from collections.abc import Mapping

import pytest

from faxtui.errors import UnusableProxy
from faxtui.network import Proxy, Route, route_to

PROXY = "http://proxy.example:3128"


def route(environ: Mapping[str, str], host: str = "api.example.com", scheme: str = "https", port: int = 443) -> Route:
    return route_to(scheme, host, port, environ)


def proxy_of(value: str) -> Proxy:
    proxy = route({"https_proxy": value}).proxy
    assert proxy is not None
    return proxy


def trouble(environ: Mapping[str, str]) -> str:
    with pytest.raises(UnusableProxy) as caught:
        route(environ)
    assert "hunter2" not in str(caught.value)
    assert not caught.value.passing
    return str(caught.value)


def is_exempt(entries: str, host: str, scheme: str = "https", port: int = 443) -> bool:
    return route_to(scheme, host, port, {"ALL_PROXY": PROXY, "NO_PROXY": entries}).proxy is None


@pytest.mark.parametrize(
    ("scheme", "environ", "counts"),
    [
        ("https", {"https_proxy": "a", "HTTPS_PROXY": "b", "all_proxy": "c", "ALL_PROXY": "d"}, "a"),
        ("https", {"HTTPS_PROXY": "b", "all_proxy": "c", "ALL_PROXY": "d"}, "b"),
        ("https", {"all_proxy": "c", "ALL_PROXY": "d", "http_proxy": "e"}, "c"),
        ("https", {"ALL_PROXY": "d"}, "d"),
        ("http", {"http_proxy": "a", "HTTP_PROXY": "b"}, "a"),
        ("http", {"HTTP_PROXY": "b", "https_proxy": "c"}, "b"),
        ("https", {"https_proxy": "", "HTTPS_PROXY": "b"}, "b"),
        ("https", {"https_proxy": " ", "HTTPS_PROXY": "\t", "all_proxy": "c"}, "c"),
    ],
)
def test_the_lower_case_variable_comes_first_and_an_empty_one_is_not_set(
    scheme: str, environ: Mapping[str, str], counts: str
) -> None:
    proxy = route(environ, scheme=scheme).proxy
    assert proxy is not None
    assert (proxy.host, environ[proxy.variable]) == (counts, counts)


@pytest.mark.parametrize("environ", [{}, {"http_proxy": PROXY}, {"NO_PROXY": "*"}, {"https_proxy": "  "}])
def test_without_a_variable_for_the_scheme_the_way_is_direct(environ: Mapping[str, str]) -> None:
    assert route(environ) == Route()


def test_what_a_web_client_sends_a_cgi_process_names_no_proxy() -> None:
    assert route({"HTTP_PROXY": PROXY, "REQUEST_METHOD": "GET"}, scheme="http").proxy is None
    assert route({"http_proxy": PROXY, "REQUEST_METHOD": "GET"}, scheme="http").proxy is not None


@pytest.mark.parametrize(
    ("value", "scheme", "place", "pair"),
    [
        ("http://proxy.example:3128", "http", "proxy.example:3128", ""),
        ("proxy.example:3128", "http", "proxy.example:3128", ""),
        ("HTTPS://Proxy.Example", "https", "proxy.example:443", ""),
        ("http://proxy.example", "http", "proxy.example:80", ""),
        ("http://proxy.example:/", "http", "proxy.example:80", ""),
        ("  http://proxy.example:3128/ \n", "http", "proxy.example:3128", ""),
        ("http://[fd00::1]:3128", "http", "[fd00::1]:3128", ""),
        ("http://10.1.2.3:8080/path?x#y", "http", "10.1.2.3:8080", ""),
        ("http://bücher.example:1", "http", "xn--bcher-kva.example:1", ""),
        ("http://me:hunter2@proxy.example:3128", "http", "proxy.example:3128", "me:hunter2"),
        ("me:hunter2@proxy.example:3128", "http", "proxy.example:3128", "me:hunter2"),
        ("http://me:hun#ter2@proxy.example:3128", "http", "proxy.example:3128", "me:hun#ter2"),
        ("http://me:h/u?n@t:er2@proxy.example:3128", "http", "proxy.example:3128", "me:h/u?n@t:er2"),
        ("http://me:p%40ss%23%25@proxy.example:3128", "http", "proxy.example:3128", "me:p@ss#%"),
        ("http://me:100%@proxy.example:3128", "http", "proxy.example:3128", "me:100%"),
        ("http://DOMAIN%5Cme:hüsh@proxy.example:3128", "http", "proxy.example:3128", "DOMAIN\\me:hüsh"),
        ("http://me@proxy.example:3128", "http", "proxy.example:3128", "me:"),
        ("http://@proxy.example:3128", "http", "proxy.example:3128", ":"),
    ],
)
def test_an_address_of_a_proxy_is_read_as_it_is_written(value: str, scheme: str, place: str, pair: str) -> None:
    proxy = proxy_of(value)
    assert (proxy.scheme, str(proxy), proxy.variable) == (scheme, place, "https_proxy")
    assert proxy.sign_in == (f"Basic {base64.b64encode(pair.encode()).decode()}" if pair else "")


def test_bytes_in_a_proxys_password_that_are_not_utf_8_are_sent_as_they_are() -> None:
    assert (
        proxy_of("http://me:\udce9@proxy.example").sign_in
        == f"Basic {base64.b64encode(b'me:' + bytes([0xE9])).decode()}"
    )


@pytest.mark.parametrize(
    "value",
    [
        "http://",
        "//proxy",
        "http://me:hunter2@",
        "http://[::1",
        "http://fd00::x:1",
        f"http://{'x' * 64}.example",
        "gopher://me:hunter2@proxy:1",
        "http://me:hunter2@proxy:port",
        "http://me:hunter2@proxy:0",
        "http://me:hunter2@proxy:65536",
        "http://pro xy:1",
        "http://a\r\nb:1",
        "http://fd00::1:3128",
        "http://[proxy]:1",
        "http://[fd00]:1",
        f"http://proxy:{'9' * 5000}",
        "http://proxy\x00:1",
    ],
)
def test_what_is_no_address_of_a_proxy_is_told_without_its_password(value: str) -> None:
    for variable in ("https_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        assert trouble({variable: value}).startswith(f"{variable} is not the address of a proxy. Write it like ")


@pytest.mark.parametrize("scheme", ["socks5", "socks5h", "socks4", "socks4a", "SOCKS5", "socks"])
def test_a_socks_proxy_is_explained_with_what_to_do(scheme: str) -> None:
    told = trouble({"ALL_PROXY": f"{scheme}://me:hunter2@proxy:1080"})
    assert told.startswith("ALL_PROXY names a SOCKS proxy, which faxtui does not support. Set HTTPS_PROXY to ")
    assert "NO_PROXY" in told


def test_a_socks_proxy_does_not_matter_if_another_one_or_none_counts() -> None:
    socks = {"ALL_PROXY": "socks5://proxy:1080"}
    assert route({**socks, "HTTPS_PROXY": PROXY}).proxy == Proxy("http", "proxy.example", 3128, "HTTPS_PROXY")
    assert route({**socks, "NO_PROXY": ".example.com"}).proxy is None
    assert route(socks, host="localhost").proxy is None


@pytest.mark.parametrize(
    "variable", ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"]
)
@pytest.mark.parametrize(
    "host",
    [
        *("localhost", "LOCALHOST", "localhost.", "fax.localhost", "127.0.0.1", "127.9.8.7", "127.1", "0x7f.0.0.1"),
        *("::1", "::ffff:127.0.0.1", "0:0:0:0:0:0:0:1", "0.0.0.0", "::"),
    ],
)
def test_this_machine_is_never_reached_through_a_proxy(host: str, variable: str) -> None:
    scheme = "http" if "http_" in variable.lower() else "https"
    assert route({variable: PROXY}, host=host, scheme=scheme) == Route(exemption=f"{host} is this machine")
    assert route({variable: "gopher://x"}, host=host, scheme=scheme).proxy is None


@pytest.mark.parametrize(
    "host", ["localhost.example", "mylocalhost", "128.0.0.1", "1.0.0.127", "::2", "fd00::1", "127.example"]
)
def test_other_machines_are_reached_through_the_proxy(host: str) -> None:
    assert route({"ALL_PROXY": PROXY}, host=host).proxy is not None


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ("*", "api.example.com"),
        ("fd00::/8,*", "api.example.com"),
        ("example.com", "api.example.com"),
        ("example.com", "example.com"),
        (".example.com", "api.example.com"),
        (".example.com", "example.com"),
        ("*.example.com", "api.example.com"),
        ("EXAMPLE.com.", "api.example.com"),
        ("example.com", "API.EXAMPLE.COM."),
        ("other.example, example.com", "api.example.com"),
        ("other.example example.com", "api.example.com"),
        ("api.example.com:443", "api.example.com"),
        ("https://api.example.com", "api.example.com"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("10.0.0.0/8", "10.1.2.3"),
        ("10.1.2.3/8", "10.200.2.3"),
        ("10.1.2.3", "10.1.2.3"),
        ("10.1.2.0/24,192.168.0.0/16", "192.168.7.7"),
        ("0.0.0.0/0", "10.1.2.3"),
        ("10.1.2.3/32", "10.1.2.3"),
        ("fd00::/8", "fd00::1"),
        ("[fd00::]/8", "fd00::1"),
        ("::/0", "fd00::1"),
        ("fd00::1", "fd00:0:0::1"),
        ("[fd00::1]", "fd00::1"),
        ("[fd00::1]:443", "fd00::1"),
        ("10.0.0.0/8", "::ffff:10.1.2.3"),
        ("10.1.2.3:443", "10.1.2.3"),
    ],
)
def test_no_proxy_exempts_domains_addresses_and_ranges(entries: str, host: str) -> None:
    assert is_exempt(entries, host)


@pytest.mark.parametrize(
    ("entries", "host"),
    [
        ("", "api.example.com"),
        (" , ,", "api.example.com"),
        (".", "api.example.com"),
        ("ample.com", "api.example.com"),
        ("api.example.co", "api.example.com"),
        ("example.com.evil.example", "example.com"),
        ("api.example.com:8443", "api.example.com"),
        ("http://api.example.com", "api.example.com"),
        ("10.0.0.0/16", "10.1.2.3"),
        ("10.1.2", "10.1.2.3"),
        ("2.3", "10.1.2.3"),
        ("10.0.0.0/33", "10.1.2.3"),
        ("10.0.0.0/8", "fd00::1"),
        ("10.0.0.0/8", "10.example.com"),
        ("fd00::/8", "fe80::1"),
        ("fd00::/129", "fd00::1"),
        ("fd00::/8", "api.example.com"),
        ("[fd00::1]:8443", "fd00::1"),
        ("[::1", "fd00::1"),
        (f"api.example.com:{'4' * 5000}", "api.example.com"),
        (f"10.0.0.0/{'8' * 5000}", "10.1.2.3"),
        ("fax.example:port", "fax.example.com"),
        ("localhost", "api.example.com"),
        ("\udce9.example", "api.example.com"),
    ],
)
def test_other_entries_of_no_proxy_exempt_nothing_and_stop_nothing(entries: str, host: str) -> None:
    assert not is_exempt(entries, host)


def test_the_entry_that_exempts_is_named_with_its_variable() -> None:
    environ = {"ALL_PROXY": PROXY, "NO_PROXY": "10.0.0.0/8", "no_proxy": "other.example, .example.com"}
    assert route(environ) == Route(exemption=".example.com in no_proxy")
    assert route({**environ, "no_proxy": ""}, host="10.1.2.3") == Route(exemption="10.0.0.0/8 in NO_PROXY")


def test_a_sign_in_to_the_proxy_is_in_no_representation_of_it() -> None:
    proxy = proxy_of("http://me:hunter2@proxy.example:3128")
    assert "hunter2" not in f"{proxy!r} {proxy} {Route(proxy)!r}"
    assert proxy.sign_in not in f"{proxy!r} {proxy}"
