"""Who signs in, and where."""

from datetime import datetime, timedelta

import pytest

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import ConfigurationError

ADDRESS = "https://api.example.com"


def test_a_password_is_never_shown() -> None:
    account = Account(ADDRESS, "60300.console", "s3cret")
    assert "s3cret" not in repr(account)
    assert "s3cret" not in f"{account}"


def test_the_service_s_clock_is_that_of_paris_unless_told_otherwise() -> None:
    zone = Account(ADDRESS, "60300.console", "x").service_zone
    july, november = datetime(2026, 7, 1, tzinfo=zone), datetime(2026, 11, 23, tzinfo=zone)
    assert (july.utcoffset(), november.utcoffset()) == (timedelta(hours=2), timedelta(hours=1))


@pytest.mark.parametrize("login", ["60300:console", "60300.console\n", "\x1b[31m"])
def test_a_login_that_http_basic_cannot_carry_is_refused(login: str) -> None:
    with pytest.raises(ConfigurationError, match="login"):
        Account(ADDRESS, login, "x")


def test_a_password_in_another_encoding_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError, match="UTF-8") as caught:
        Account(ADDRESS, "60300.console", b"p\xe9ss".decode("utf-8", "surrogateescape"))
    assert "ss" not in str(caught.value).replace("password", "")


@pytest.mark.parametrize("broken", ["hush\n", "hu\rsh", "hush\0", "\x1bhush", "hu\x7fsh", "hu\x85sh", "hu\u2028sh"])
def test_a_secret_with_a_line_break_or_another_control_character_is_never_sent(broken: str) -> None:
    for make in (
        lambda: Account(ADDRESS, "60300.console", broken),
        lambda: OAuth2(client_id="faxtui", client_secret=broken),
    ):
        with pytest.raises(ConfigurationError, match="contains a line break or another control character") as caught:
            make()
        assert "hu" not in str(caught.value)


def test_an_account_signs_in_with_basic_unless_told_otherwise() -> None:
    assert Account(ADDRESS, "60300.console", "x").oauth2 is None


def test_a_client_is_known_at_the_service_s_own_address_and_its_secret_is_never_shown() -> None:
    oauth2 = OAuth2(client_id="faxtui", client_secret="s3cret")
    assert oauth2.token_url == "https://oauth.odyssey-services.fr/connect/token"
    assert "s3cret" not in f"{oauth2} {oauth2!r} {Account(ADDRESS, '60300.console', 'x', oauth2=oauth2)}"


@pytest.mark.parametrize("client_id", ["fax:tui", "faxtui\n"])
def test_a_client_that_http_basic_cannot_carry_is_refused(client_id: str) -> None:
    with pytest.raises(ConfigurationError, match="client_id"):
        OAuth2(client_id=client_id, client_secret="x")


def test_a_client_s_secret_in_another_encoding_is_refused_without_showing_it() -> None:
    with pytest.raises(ConfigurationError, match="UTF-8") as caught:
        OAuth2(client_id="faxtui", client_secret=b"h\xe9bete".decode("utf-8", "surrogateescape"))
    assert "bete" not in str(caught.value)


def test_a_password_may_hold_anything_else() -> None:
    assert Account(ADDRESS, "60300.console", "a:b ü\t€").password == "a:b ü\t€"
