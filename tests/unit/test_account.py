"""Who signs in, and where."""

from datetime import datetime, timedelta

import pytest

from faxtui.domain.account import Account
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


def test_a_password_may_hold_anything_else() -> None:
    assert Account(ADDRESS, "60300.console", "a:b ü\t€").password == "a:b ü\t€"
