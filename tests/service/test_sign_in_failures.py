"""What the address for tokens answers instead of one, and what the operator is told, over a real socket."""

import gzip
import json
import socket
from collections.abc import Mapping

import pytest
from odyssey_server import (
    CLIENT_SECRET,
    PASSWORD,
    WINDOW,
    Ending,
    answer,
    answering,
    asking,
    client_of,
)

from faxtui.domain.account import Account, OAuth2
from faxtui.errors import (
    Busy,
    ConfigurationError,
    NoResponse,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    UnexpectedResponse,
    Unreachable,
    WrongAddress,
)
from faxtui.odyssey.client import DEFAULT_LIMITS, OdysseyService
from faxtui.odyssey.transport import Limits

SECRET = f"x {CLIENT_SECRET} y"
TOKEN = "t0ken" * 8
GIVEN = answer(200, json.dumps({"access_token": TOKEN}))
HTML = {"Content-Type": "text/html"}


async def failure_at(tokens: str, limits: Limits = DEFAULT_LIMITS) -> ServiceError:
    """The error of signing in at an address for tokens: the service itself is asked for nothing."""
    with answering(answer(200, '{"Resources": []}')) as lists:
        async with asking(lists.address, limits, oauth2=client_of(tokens, client_secret=SECRET)) as service:
            with pytest.raises(ServiceError) as caught:
                await service.list_faxes(WINDOW, 1)
    message = str(caught.value)
    assert lists.requests == []
    assert message.isprintable()
    assert message.endswith(".")
    assert len(message) < 600
    assert not any(secret in message for secret in (PASSWORD, SECRET, TOKEN[:10]))
    return caught.value


async def failure(said: bytes, ending: Ending = Ending.CLOSE, limits: Limits = DEFAULT_LIMITS) -> ServiceError:
    with answering(said, ending) as tokens:
        error = await failure_at(tokens.address, limits)
    assert len(tokens.requests) == 1
    return error


async def failure_of(status: int, body: bytes | str = b"", headers: Mapping[str, str] | None = None) -> ServiceError:
    return await failure(answer(status, body, headers))


@pytest.mark.parametrize(
    ("status", "body", "told"),
    [
        (400, '{"error": "invalid_grant"}', "refuses the login “60300.console” or its password (400 Bad Request, inva"),
        (401, '{"error": "invalid_grant"}', "refuses the login “60300.console” or its password (401 Unauthorized, inv"),
        (401, '{"error": "invalid_client"}', "refuses the client “faxtui” or its secret (401 Unauthorized, invalid_"),
        (400, '{"error": "invalid_client"}', "refuses the client “faxtui” or its secret (400 Bad Request, invalid_"),
        (401, "", "refuses the client “faxtui” or its secret (401 Unauthorized)."),
        (
            400,
            '{"error": "invalid_scope"}',
            "refuses to sign in “60300.console” with the client “faxtui” (400 Bad Request, ",
        ),
        (400, '{"error": ["x"]}', "with the client “faxtui” (400 Bad Request)."),
        (
            401,
            '{"error": "unauthorized_client"}',
            "refuses to sign in “60300.console” with the client “faxtui” (401 Un",
        ),
        (403, "", "with the client “faxtui” (403 Forbidden)."),
    ],
)
async def test_a_refusal_says_whether_it_is_the_password_or_the_client(status: int, body: str, told: str) -> None:
    error = await failure_of(status, body)
    assert isinstance(error, SignInRefused)
    assert told in str(error)
    assert not error.passing


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize("body", ["<h1>No</h1>", "No", "[" * 50_000, '{"error": "inv'])
async def test_a_page_of_somebody_else_refuses_nobody(status: int, body: str) -> None:
    error = await failure_of(status, body)
    assert type(error) is UnexpectedResponse
    assert f"returned {status} " in str(error)
    assert "token_url" in str(error)


async def test_a_page_with_a_challenge_refuses_the_client() -> None:
    error = await failure_of(401, "<h1>No</h1>", {"WWW-Authenticate": 'Basic realm="tokens"'})
    assert isinstance(error, SignInRefused)


async def test_what_a_refusal_says_is_told_short_and_safe() -> None:
    described = "The account\nis locked.\x1b[2J" + " very" * 200
    error = await failure_of(400, json.dumps({"error": "invalid_grant", "error_description": described}))
    assert "(400 Bad Request, invalid_grant, The account is locked.␛[2J very very" in str(error)


@pytest.mark.parametrize("secret", [PASSWORD, SECRET])
async def test_what_a_refusal_says_is_not_told_where_it_repeats_a_secret(secret: str) -> None:
    said = {"error": "invalid_grant", "error_description": f"“{secret}” is wrong"}
    assert "(400 Bad Request, invalid_grant)" in str(await failure_of(400, json.dumps(said)))


@pytest.mark.parametrize(
    ("body", "headers", "told"),
    [
        (f"<html>Wi-Fi {TOKEN}</html>", HTML, "(text/html). It has no valid access_token. A proxy or"),
        (f'{{"token": "{TOKEN}"}}', {"Content-Type": "application/json"}, "but not a token (application/json). It"),
        (f'"{TOKEN}"', {}, "(no content type)"),
        (f'{{"access_token": ["{TOKEN}"]}}', {}, "no valid access_token"),
        ("", {}, "no valid access_token"),
        ("[" * 50_000, {}, "no valid access_token"),
        (TOKEN, {}, "Check token_url and the network."),
    ],
)
async def test_an_answer_without_a_token_is_told_without_its_words(
    body: str, headers: dict[str, str], told: str
) -> None:
    error = await failure_of(200, body, headers)
    assert isinstance(error, UnexpectedResponse)
    assert error.path == "$.access_token"
    assert told in str(error)


@pytest.mark.parametrize("status", [404, 405])
async def test_an_address_that_gives_out_no_tokens_is_told_whole(status: int) -> None:
    error = await failure_of(status, "<h1>Not Found</h1>", HTML)
    assert isinstance(error, WrongAddress)
    assert f"/connect/token ({status} " in str(error)
    assert str(error).endswith("Check token_url.")


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (500, {}, ServiceFailed),
        (503, {}, ServiceFailed),
        (503, {"Retry-After": "7"}, Busy),
        (429, {"Retry-After": "7"}, Busy),
        (407, {}, Unreachable),
        (408, {}, NoResponse),
        (204, {}, UnexpectedResponse),
        (418, {}, UnexpectedResponse),
    ],
)
async def test_other_answers_mean_what_they_mean_for_the_service(
    status: int, headers: dict[str, str], kind: type[ServiceError]
) -> None:
    error = await failure_of(status, TOKEN, headers)
    assert type(error) is kind
    assert str(status) in str(error)
    assert getattr(error, "retry_after", 7.0) == 7.0


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_redirect_of_the_sign_in_is_not_followed(status: int) -> None:
    with answering(GIVEN) as elsewhere:
        error = await failure_of(status, headers={"Location": f"{elsewhere.address}/connect/token?x={TOKEN}"})
    assert isinstance(error, WrongAddress)
    assert elsewhere.address.removeprefix("http://") in str(error)
    assert "token_url" in str(error)
    assert elsewhere.requests == []


@pytest.mark.parametrize("status", [302, 307])
async def test_a_redirect_of_the_service_takes_no_token_elsewhere(status: int) -> None:
    with (
        answering(GIVEN) as tokens,
        answering(answer(200, '{"Resources": []}')) as elsewhere,
        answering(answer(status, headers={"Location": elsewhere.address})) as lists,
    ):
        async with asking(lists.address, oauth2=client_of(tokens.address)) as service:
            with pytest.raises(WrongAddress, match="base_url"):
                await service.list_faxes(WINDOW, 1)
    assert elsewhere.requests == []


@pytest.mark.parametrize(
    ("body", "headers"),
    [(b" " * 70_000, {}), (gzip.compress(b" " * 5_000_000), {"Content-Encoding": "gzip"})],
)
async def test_an_answer_that_is_too_large_for_a_token_is_refused(body: bytes, headers: dict[str, str]) -> None:
    error = await failure_of(200, body, headers)
    assert isinstance(error, UnexpectedResponse)
    assert str(error).endswith("more than 65,536 bytes, too many for a token. Check token_url.")


@pytest.mark.parametrize(
    ("said", "ending", "limits", "told"),
    [
        (b"", Ending.HANG, Limits(read=0.05), "in time"),
        (GIVEN.replace(b"Length: ", b"Length: 9"), Ending.DRIP, Limits(whole=0.2), "within 0.2 seconds"),
        (GIVEN.replace(b"Length: ", b"Length: 9"), Ending.CLOSE, DEFAULT_LIMITS, "was lost during"),
        (b"", Ending.RESET, DEFAULT_LIMITS, "closed the connection"),
    ],
)
async def test_a_sign_in_that_gets_no_whole_answer_is_told(
    said: bytes, ending: Ending, limits: Limits, told: str
) -> None:
    error = await failure(said, ending, limits)
    assert isinstance(error, NoResponse)
    assert told in str(error)


async def test_an_address_for_tokens_that_nobody_listens_at_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    error = await failure_at(f"http://127.0.0.1:{port}")
    assert isinstance(error, Unreachable)
    assert f"Connection refused by 127.0.0.1:{port}. Check host and port in token_url" in str(error)


async def test_a_failure_that_passes_is_asked_about_again_with_the_next_request() -> None:
    with answering(answer(500)) as tokens:
        async with asking("http://127.0.0.1:9", oauth2=client_of(tokens.address)) as service:
            for times in (1, 2):
                with pytest.raises(ServiceFailed):
                    await service.list_faxes(WINDOW, 1)
                assert len(tokens.requests) == times


@pytest.mark.parametrize("token_url", ["", "oauth.example.com", "https://me:hunter2@example.com", "https://a/b?c"])
def test_an_address_for_tokens_that_cannot_be_one_is_said_to_be_so(token_url: str) -> None:
    oauth2 = OAuth2(token_url=token_url, client_id="faxtui", client_secret=SECRET)
    with pytest.raises(ConfigurationError, match=r"token_url .*(is not a valid URL|contains a login)") as caught:
        OdysseyService(Account("https://api.example.com", "60300.console", PASSWORD, oauth2=oauth2))
    assert "hunter2" not in str(caught.value)
