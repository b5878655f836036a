"""Signing in to the demo with login and password, and with tokens, over a real socket."""

import logging
import math
from collections.abc import Iterator
from urllib.parse import parse_qsl

import pytest
from odyssey_server import (
    CLIENT_SECRET,
    LOGIN,
    PASSWORD,
    WINDOW,
    WatchedDemo,
    answer,
    answering,
    asking,
    client_of,
    watched_demo,
)

from faxtui.errors import ServiceError, SignInRefused
from faxtui.odyssey.auth import Token
from faxtui.odyssey.client import OdysseyService

AWKWARD = [":", "a:b:c", "wörd €", " +%2B&=;\\\"'", "msg\\x", "\t", "日本"]


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


async def lists_faxes(service: OdysseyService) -> bool:
    return bool((await service.list_faxes(WINDOW, 1)).page.faxes)


async def refusal(service: OdysseyService) -> str:
    with pytest.raises(SignInRefused) as caught:
        await service.list_faxes(WINDOW, 1)
    message = str(caught.value)
    assert message.isprintable()
    assert message.endswith(".")
    assert not any(secret in message for secret in (PASSWORD, f"“{CLIENT_SECRET}”"))
    return message


async def test_login_and_password_go_with_every_request(demo: WatchedDemo) -> None:
    async with asking(demo.address) as service:
        assert await lists_faxes(service)
        assert await lists_faxes(service)
    assert demo.asked == ["list", "list"]


@pytest.mark.parametrize("password", AWKWARD)
async def test_a_password_is_sent_as_it_is_with_basic_and_for_a_token(demo: WatchedDemo, password: str) -> None:
    demo.accounts[LOGIN] = password
    for oauth2 in (None, client_of(demo.address)):
        async with asking(demo.address, password=password, oauth2=oauth2) as service:
            assert await lists_faxes(service)


async def test_a_wrong_password_is_refused_once_for_each_time_that_it_is_asked(demo: WatchedDemo) -> None:
    async with asking(demo.address, password="wrong") as service:
        for times in (1, 2):
            assert "“60300.console”. Check login and password" in await refusal(service)
            assert demo.asked == ["list"] * times


async def test_a_password_that_changes_while_running_is_refused_from_then_on(demo: WatchedDemo) -> None:
    async with asking(demo.address) as service:
        assert await lists_faxes(service)
        demo.accounts[LOGIN] = "changed"
        assert "Check login and password" in await refusal(service)
        demo.accounts[LOGIN] = PASSWORD
        assert await lists_faxes(service)


async def test_a_token_is_asked_for_once_and_goes_with_every_request(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        assert await lists_faxes(service)
        assert await lists_faxes(service)
    assert demo.asked == ["token", "list", "list"]


async def test_a_token_is_asked_for_as_the_service_wants_it() -> None:
    given = answer(200, '{"access_token": "t0ken", "token_type": "Bearer"}')
    with answering(given) as tokens, answering(answer(200, '{"Resources": []}')) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address)) as service:
            await service.list_faxes(WINDOW, 1)
    asked, listed = tokens.requests[0].lower(), lists.requests[0]
    assert dict(parse_qsl(tokens.bodies[0], strict_parsing=True)) == {
        "grant_type": "password",
        "scope": "OMS",
        "username": r"msg\60300.console",
        "password": PASSWORD,
    }
    assert asked.startswith("post /connect/token http/1.1\r\n")
    # base64 of faxtui:secret
    assert "authorization: basic zmf4dhvponnly3jlda==\r\n" in asked
    assert "content-type: application/x-www-form-urlencoded\r\n" in asked
    assert "Authorization: Bearer t0ken\r\n" in listed


async def test_where_nothing_is_listed_no_token_is_asked_for(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)):
        pass
    assert demo.asked == []


async def test_a_wrong_login_or_password_gets_no_token_and_asks_for_no_list(demo: WatchedDemo) -> None:
    async with asking(demo.address, password="wrong", oauth2=client_of(demo.address)) as service:
        for times in (1, 2):
            assert "refuses the login “60300.console” or its password" in await refusal(service)
            assert demo.asked == ["token"] * times


@pytest.mark.parametrize(("client_id", "secret"), [("faxtui", "wrong"), ("nobody", CLIENT_SECRET)])
async def test_a_wrong_client_is_told_from_a_wrong_password(demo: WatchedDemo, client_id: str, secret: str) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address, client_id, secret)) as service:
        assert f"refuses the client “{client_id}” or its secret" in await refusal(service)
    assert demo.asked == ["token"]


async def test_a_token_that_has_ended_is_renewed_and_the_list_asked_for_again(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        assert await lists_faxes(service)
        demo.seconds += 3600
        assert await lists_faxes(service)
    assert demo.asked == ["token", "list", "list", "token", "list"]


async def test_a_token_is_renewed_a_minute_before_it_ends(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address), clock=demo.running) as service:
        assert await lists_faxes(service)
        demo.seconds += 3539
        assert await lists_faxes(service)
        demo.seconds += 1
        assert await lists_faxes(service)
    assert demo.asked == ["token", "list", "list", "token", "list"]


@pytest.mark.parametrize(
    ("expires_in", "holds", "ends"),
    [
        ("100", 89.9, 90.0),
        ('"100"', 89.9, 90.0),
        ("600", 539.0, 540.0),
        ("1", 0.8, 0.9),
        ("0", 1e9, math.inf),
        ("-5", 1e9, math.inf),
        ("null", 1e9, math.inf),
        ('"soon"', 1e9, math.inf),
        ("1e400", 1e9, math.inf),
    ],
)
async def test_a_short_life_is_used_to_nine_tenths_and_one_that_is_not_told_to_its_end(
    expires_in: str, holds: float, ends: float
) -> None:
    given = answer(200, f'{{"access_token": "t0ken", "expires_in": {expires_in}}}')
    now = 0.0
    with answering(given) as tokens, answering(answer(200, '{"Resources": []}')) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address), clock=lambda: now) as service:
            await service.list_faxes(WINDOW, 1)
            now = holds
            await service.list_faxes(WINDOW, 1)
            assert len(tokens.requests) == 1
            now = ends
            await service.list_faxes(WINDOW, 1)
    assert len(tokens.requests) == 2


async def test_a_new_token_that_is_refused_is_not_renewed_again() -> None:
    with answering(answer(200, '{"access_token": "t0ken"}')) as tokens, answering(answer(401)) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address)) as service:
            assert "refuses the new token of “60300.console”" in await refusal(service)
            assert (len(tokens.requests), len(lists.requests)) == (1, 1)
            # Asked once more, it tries the token it has, and then one new one.
            await refusal(service)
    assert (len(tokens.requests), len(lists.requests)) == (2, 3)


async def test_a_password_that_changes_while_running_is_noticed_when_the_token_ends(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        assert await lists_faxes(service)
        demo.accounts[LOGIN] = "changed"
        demo.seconds += 3600
        assert "or its password" in await refusal(service)
        assert demo.asked == ["token", "list", "list", "token"]
        demo.accounts[LOGIN] = PASSWORD
        assert await lists_faxes(service)


@pytest.mark.parametrize("token", ["", "a b", "a\\r\\nHost: x", "é", "\\ud800", "\\u0000"])
async def test_a_token_that_no_header_can_carry_is_none(token: str) -> None:
    with answering(answer(200, f'{{"access_token": "{token}"}}')) as tokens, answering(answer(200)) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address)) as service:
            with pytest.raises(ServiceError, match="no valid access_token"):
                await service.list_faxes(WINDOW, 1)
    assert lists.requests == []


async def test_neither_secrets_nor_tokens_are_logged_or_shown(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    given = answer(200, '{"access_token": "t0ken"}')
    with answering(given) as tokens, answering(answer(200, '{"Resources": []}')) as lists:
        async with asking(lists.address, oauth2=client_of(tokens.address)) as service:
            await service.list_faxes(WINDOW, 1)
            shown = [repr(vars(service)), *(repr(getattr(each, "__dict__", each)) for each in vars(service).values())]
    for secret in (PASSWORD, "'secret'", "t0ken"):
        assert not any(secret in each for each in shown)
        assert secret not in caplog.text
    assert "renew_at=inf" in " ".join(shown)
    assert "t0ken" not in repr(Token("t0ken", renew_at=0.0))
