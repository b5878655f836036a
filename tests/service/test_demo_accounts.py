"""Signing in to the demo with a token, as the vendor's OAuth2 address gives them out."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from demo_server import demo_server

START = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
TOKEN = "/connect/token"
LIST = "/api/V1/InboundFax"
CLIENT = ("faxtui", "secret")
FORM = {"grant_type": "password", "scope": "OMS", "username": "msg\\60300.demo", "password": "demo"}


class Clock:
    """A clock that stands until it is put forward."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def client(clock: Clock) -> Iterator[httpx.Client]:
    with demo_server(clock=clock) as address, httpx.Client(base_url=address) as client:
        yield client


def _listed(client: httpx.Client, token: str, scheme: str = "Bearer") -> int:
    return client.get(LIST, headers={"Authorization": f"{scheme} {token}"}).status_code


def test_a_token_lists_faxes_as_the_password_does(client: httpx.Client) -> None:
    answer = client.post(TOKEN, data=FORM, auth=CLIENT)
    token = answer.json()["access_token"]
    assert (answer.status_code, answer.json()) == (
        200,
        {"access_token": token, "expires_in": 3600, "token_type": "Bearer"},
    )
    with_token = client.get(LIST, headers={"Authorization": f"bearer {token}"})
    assert with_token.json() == client.get(LIST, auth=("60300.demo", "demo")).json()


def test_a_token_is_not_to_be_stored_on_the_way(client: httpx.Client) -> None:
    for answer in (client.post(TOKEN, data=FORM, auth=CLIENT), client.post(TOKEN, data=FORM)):
        assert answer.headers["cache-control"] == "no-store"


def test_a_form_may_come_in_pieces(client: httpx.Client) -> None:
    body = str(httpx.QueryParams(FORM)).encode()
    answer = client.post(TOKEN, content=(body[n : n + 7] for n in range(0, len(body), 7)), auth=CLIENT)
    assert answer.status_code == 200


def test_a_token_holds_for_an_hour(client: httpx.Client, clock: Clock) -> None:
    token = client.post(TOKEN, data=FORM, auth=CLIENT).json()["access_token"]
    clock.now += timedelta(seconds=3599)
    assert _listed(client, token) == 200
    clock.now += timedelta(seconds=1)
    assert _listed(client, token) == 401


def test_a_new_token_leaves_the_old_one_valid(client: httpx.Client) -> None:
    first, second = (client.post(TOKEN, data=FORM, auth=CLIENT).json()["access_token"] for _ in range(2))
    assert first != second
    assert [_listed(client, token) for token in (first, second)] == [200, 200]


def test_a_token_is_good_for_bearer_alone_and_only_whole(client: httpx.Client) -> None:
    token = client.post(TOKEN, data=FORM, auth=CLIENT).json()["access_token"]
    assert [_listed(client, token, "Basic"), _listed(client, token[:-1])] == [401, 401]


def test_tokens_are_the_same_for_the_same_seed(client: httpx.Client, clock: Clock) -> None:
    token = client.post(TOKEN, data=FORM, auth=CLIENT).json()["access_token"]
    for seed, is_same in ((60300, True), (1, False)):
        with demo_server(seed=seed, clock=clock) as address:
            other = httpx.post(address + TOKEN, data=FORM, auth=CLIENT).json()["access_token"]
        assert (other == token) is is_same


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "client_credentials"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"scope": "oms"}, "invalid_scope"),
        ({"username": "60300.demo"}, "invalid_grant"),
        ({"username": "msg\\60300.nobody"}, "invalid_grant"),
        ({"username": "msg\\msg\\60300.demo"}, "invalid_grant"),
        ({"password": "wrong"}, "invalid_grant"),
        ({"password": ""}, "invalid_grant"),
    ],
)
def test_a_form_that_will_not_do_is_refused_by_name(client: httpx.Client, changed: dict[str, str], error: str) -> None:
    answer = client.post(TOKEN, data=FORM | changed, auth=CLIENT)
    assert (answer.status_code, answer.json()) == (400, {"error": error})


def test_nobody_signs_in_with_a_password_that_was_left_out(clock: Clock) -> None:
    form = {name: value for name, value in FORM.items() if name != "password"}
    with demo_server(clock=clock, accounts={"60300.demo": "demo"}) as address:
        answer = httpx.post(address + TOKEN, data=form, auth=CLIENT)
    assert answer.json() == {"error": "invalid_grant"}


@pytest.mark.parametrize("auth", [("faxtui", "wrong"), ("60300.demo", "demo"), ("", "")])
def test_an_unknown_client_is_refused_before_its_form_is_read(client: httpx.Client, auth: tuple[str, str]) -> None:
    answer = client.post(TOKEN, data={}, auth=auth)
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})
    assert answer.headers["www-authenticate"].startswith("Basic")


def test_tokens_are_given_out_to_posts_alone(client: httpx.Client) -> None:
    answer = client.get(TOKEN, auth=CLIENT)
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("credentials", [b"\xe9", b"4pyT", b"/w==", b"YQ", b"YWI6Yw=="])
def test_credentials_that_cannot_be_read_are_wrong_ones(client: httpx.Client, credentials: bytes) -> None:
    answer = client.get(LIST, headers=[(b"Authorization", b"Basic " + credentials)])
    assert (answer.status_code, list(answer.json())) == (401, ["Message"])
