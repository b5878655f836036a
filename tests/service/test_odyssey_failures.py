"""What the service answers instead of a listing, and what the operator is told, over a real socket."""

import gzip
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from demo_server import demo_server
from odyssey_server import PASSWORD, Ending, answer, answering, asking, client_of, failure, failure_of

from faxtui.domain.query import FaxQuery, Filters, Window, open_window
from faxtui.errors import (
    Busy,
    Forbidden,
    NoResponse,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    UnexpectedResponse,
    Unreachable,
    WrongAddress,
)

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
WINDOW = open_window(FaxQuery(), NOW)
HTML = {"Content-Type": "text/html; charset=utf-8"}


async def test_a_filter_that_the_service_will_not_take_is_named_with_its_reason() -> None:
    state = {"filterStartDate": ["The value 'x' is not valid for DateTime."], "pageSize": ["Too many.", "Not 0."]}
    error = await failure_of(400, json.dumps({"Message": "The request is invalid.", "ModelState": state}))
    assert isinstance(error, Refused)
    assert error.reasons == (
        ("since", "The value 'x' is not valid for DateTime."),
        ("pageSize", "Too many."),
        ("pageSize", "Not 0."),
    )
    assert "since: The value 'x' is not valid for DateTime; pageSize: Too many;" in str(error)


async def test_the_demo_refuses_a_filter_in_the_same_words() -> None:
    window = open_window(FaxQuery(Filters({"customer": "999999999"})), NOW)
    unsortable = Window(window.filters, window.sort, 0, window.start)
    with demo_server(accounts={"60300.console": PASSWORD}) as address:
        async with asking(address) as service:
            with pytest.raises(Refused) as caught:
                await service.list_faxes(unsortable, 1)
    ((name, reason),) = caught.value.reasons
    assert (name, "'0'" in reason) == ("pageSize", True)


async def test_reasons_are_read_in_any_case_from_a_packed_answer_and_made_safe() -> None:
    body = gzip.compress(json.dumps({"MODELSTATE": {"x\x1b[2J": "[red]\x07" + "long " * 200, "y": [1, None]}}).encode())
    error = await failure_of(400, body, {"Content-Encoding": "gzip"})
    assert isinstance(error, Refused)
    ((name, reason),) = error.reasons
    assert name == "x␛[2J"
    assert reason.startswith("[red]␇long")
    assert len(reason) == 200


async def test_not_all_of_a_thousand_reasons_are_told() -> None:
    error = await failure_of(400, json.dumps({"ModelState": {f"field{n}": ["No."] for n in range(1000)}}))
    assert isinstance(error, Refused)
    assert len(error.reasons) == 12


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"Message": "Not today."}', "Not today."),
        ('{"Message": "Not today.", "Code": 40001}', "(Not today., code 40001)"),
        ('{"Code": "E7"}', "(code E7)"),
        ('{"Message": 7, "ModelState": []}', "{"),
        ("{}", "{}"),
        ("", "without text"),
    ],
)
async def test_a_refusal_without_reasons_tells_what_there_is(body: str, told: str) -> None:
    error = await failure_of(400, body)
    assert isinstance(error, Refused)
    assert error.reasons == ()
    assert told in str(error)


FOREIGN = [
    ("<h1>Please sign in</h1>", HTML),
    ("Please sign in", {"Content-Type": "text/plain"}),
    ("Please sign in", {}),
    ('{"Message": "Please', {"Content-Type": "application/json"}),
    ("[" * 50_000, {}),
    ("\x89PNG", {"Content-Type": "image/png"}),
    ("{}", {"Content-Encoding": "br"}),
]
"""Bodies that the service would not write, and their headers."""


@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(("body", "headers"), FOREIGN)
async def test_a_page_of_somebody_else_is_no_refusal_of_the_service(
    status: int, body: str, headers: dict[str, str]
) -> None:
    error = await failure_of(status, body, headers)
    assert type(error) is UnexpectedResponse
    assert not error.passing
    assert f"returned {status} " in str(error)


@pytest.mark.parametrize(
    "challenge", ['Basic realm="fax"', "bearer", 'Negotiate, Basic realm="a, b"', "BEARER error=x"]
)
async def test_a_page_with_a_challenge_that_a_password_answers_is_a_refusal(challenge: str) -> None:
    error = await failure_of(401, "<h1>Unauthorized</h1>", {**HTML, "WWW-Authenticate": challenge})
    assert isinstance(error, SignInRefused)


@pytest.mark.parametrize("challenge", ["Negotiate", "NTLM", 'Digest realm="basics"', "", "Basically"])
async def test_a_challenge_that_a_password_does_not_answer_makes_a_page_no_refusal(challenge: str) -> None:
    error = await failure_of(401, "<h1>Unauthorized</h1>", {**HTML, "WWW-Authenticate": challenge})
    assert type(error) is UnexpectedResponse


@pytest.mark.parametrize("body", ["", '{"Message": "Authorization has been denied."}', '{"error": "x"}', " "])
async def test_without_a_page_401_is_a_refusal(body: str) -> None:
    assert isinstance(await failure_of(401, body), SignInRefused)


async def test_a_token_is_not_renewed_because_of_a_page_of_somebody_else() -> None:
    listed = answer(200, '{"Resources": []}')
    with (
        answering(answer(200, '{"access_token": "t0ken"}')) as tokens,
        answering([listed, answer(401, "<h1>Please sign in</h1>", HTML)]) as server,
    ):
        async with asking(server.address, oauth2=client_of(tokens.address)) as service:
            await service.list_faxes(WINDOW, 1)
            with pytest.raises(UnexpectedResponse, match="Please sign in"):
                await service.list_faxes(WINDOW, 1)
    assert (len(tokens.requests), len(server.requests)) == (1, 2)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ('{"Code":40402,"Message":"Customer 60314 does not exist"}', "(Customer 60314 does not exist, code 40402)"),
        ('{"Code":1,"Message":"No such number\\u001b[2J."}', "(No such number␛[2J., code 1)"),
        ('{"Code":40402}', "(code 40402)"),
    ],
)
async def test_a_404_of_the_service_is_told_in_its_own_words(body: str, told: str) -> None:
    error = await failure_of(404, body)
    assert isinstance(error, WrongAddress)
    assert told in str(error)
    assert "Check the filters" in str(error)


async def test_a_404_without_a_code_is_a_wrong_address_told_with_what_it_says() -> None:
    error = await failure_of(404, '{"Message":"No HTTP resource was found that matches the request URI."}')
    assert isinstance(error, WrongAddress)
    assert "There is no fax service at http://127.0.0.1" in str(error)
    assert "(No HTTP resource was found that matches the request URI.)" in str(error)


async def test_a_network_that_wants_a_sign_in_of_its_own_is_told() -> None:
    error = await failure_of(511, "<h1>Please sign in</h1>", HTML)
    assert isinstance(error, Unreachable)
    assert "(511)" in str(error)


async def test_wrong_credentials_are_told_with_the_login() -> None:
    error = await failure_of(401, '{"Message": "Authorization has been denied for this request."}')
    assert isinstance(error, SignInRefused)
    assert "“60300.console”" in str(error)
    assert not error.passing


async def test_the_demo_refuses_a_wrong_password() -> None:
    with demo_server() as address:
        async with asking(address, login="60300.demo") as service:
            with pytest.raises(SignInRefused, match=r"60300\.demo"):
                await service.list_faxes(WINDOW, 1)


@pytest.mark.parametrize(
    ("filters", "told"),
    [
        ({}, "may not list received faxes"),
        ({"since": "3d"}, "may not list received faxes"),
        ({"customer": "60314"}, "the faxes of customer 60314."),
        (
            {"customer": "60314", "to": "134296040", "from": "0478"},
            "the faxes of customer 60314 and number 134296040 and sender 0478.",
        ),
    ],
)
async def test_what_is_forbidden_is_named(filters: dict[str, str], told: str) -> None:
    error = await failure_of(403, window=open_window(FaxQuery(Filters(filters)), NOW))
    assert isinstance(error, Forbidden)
    assert "60300.console" in str(error)
    assert told in str(error)


async def test_an_address_without_the_service_is_told_whole() -> None:
    error = await failure(answer(404, "<h1>Not Found</h1>", HTML), path="/fax")
    assert isinstance(error, WrongAddress)
    assert "/fax" in str(error)
    assert "base_url" in str(error)


async def test_the_demo_has_nothing_at_another_address() -> None:
    with demo_server() as address:
        async with asking(f"{address}/elsewhere") as service:
            with pytest.raises(WrongAddress, match="/elsewhere"):
                await service.list_faxes(WINDOW, 1)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120.0),
        ("0", 0.0),
        (".5", 0.5),
        ("1.5", 1.5),
        ("2.", 2.0),
        ("1", 1.0),
        ("86400", 86400.0),
        ("Mon, 23 Nov 2026 09:42:30 GMT", 30.0),
        ("Mon, 23 Nov 2026 09:41:00 GMT", 0.0),
        ("Thu, 01 Jan 1970 00:00:00 GMT", 0.0),
        ("Tue, 24 Nov 2026 09:43:00 GMT", 86400.0),
        ("Fri, 31 Dec 9998 23:59:59 GMT", 86400.0),
        ("Fri, 31 Dec 99999 23:59:59 GMT", 5.0),
        ("Mon, 23 Nov 2026 09:42:30 -2359", 86370.0),
        ("-5", 5.0),
        ("soon", 5.0),
        ("nan", 5.0),
        ("inf", 5.0),
        ("86401", 86400.0),
        ("9" * 300, 86400.0),
        ("9" * 4000, 86400.0),
        ("0" * 4000, 0.0),
        ("1e9", 5.0),
        ("+5", 5.0),
        ("0x10", 5.0),
        ("5 minutes", 5.0),
        ("", 5.0),
    ],
)
async def test_a_busy_service_says_how_long_to_wait(status: int, header: str, seconds: float) -> None:
    error = await failure_of(status, headers={"Retry-After": header, "Date": "Mon, 23 Nov 2026 09:42:00 GMT"})
    assert isinstance(error, Busy)
    assert error.retry_after == seconds
    assert len(str(error)) < 200


@pytest.mark.parametrize(
    ("header", "told"),
    [
        ("1", "1 second"),
        ("119", "119 seconds"),
        ("120", "2 minutes"),
        ("7140", "119 minutes"),
        ("7201", "3 hours"),
        ("9" * 300, "24 hours"),
    ],
)
async def test_a_wait_is_told_in_a_unit_that_people_count_in(header: str, told: str) -> None:
    assert f" {told}." in str(await failure_of(429, headers={"Retry-After": header}))


async def test_a_date_to_wait_for_counts_from_this_machine_s_clock_where_the_service_tells_none() -> None:
    until = format_datetime(datetime.now(UTC) + timedelta(seconds=300), usegmt=True)
    error = await failure_of(429, headers={"Retry-After": until})
    assert isinstance(error, Busy)
    assert 200 < error.retry_after <= 300


async def test_too_many_requests_without_a_wait_are_five_seconds() -> None:
    error = await failure_of(429)
    assert isinstance(error, Busy)
    assert (error.retry_after, "5 seconds" in str(error)) == (5.0, True)


@pytest.mark.parametrize("status", [500, 501, 502, 503, 504, 507])
async def test_a_service_that_failed_is_told_with_its_status(status: int) -> None:
    error = await failure_of(status, "<h1>\x1b[31mBad Gateway</h1>", HTML)
    assert isinstance(error, ServiceFailed)
    assert f"({status} " in str(error)


@pytest.mark.parametrize(
    ("status", "kind"), [(407, Unreachable), (408, NoResponse), (405, UnexpectedResponse), (202, UnexpectedResponse)]
)
async def test_other_answers_are_told_by_their_status(status: int, kind: type[ServiceError]) -> None:
    error = await failure_of(status)
    assert type(error) is kind
    assert str(status) in str(error)


async def test_a_status_that_nobody_knows_is_told_as_a_number() -> None:
    error = await failure(b"HTTP/1.1 299 \x1b[2J\r\nContent-Length: 0\r\n\r\n".replace(b"\x1b", b""))
    assert isinstance(error, UnexpectedResponse)
    assert "returned 299, but not" in str(error)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_told_and_credentials_do_not_follow_it(status: int) -> None:
    with answering(answer(200, '{"Resources": []}')) as elsewhere:
        target = f"{elsewhere.address}/login?secret=1"
        error = await failure_of(status, headers={"Location": target})
    assert isinstance(error, WrongAddress)
    assert elsewhere.address.removeprefix("http://") in str(error)
    assert "secret" not in str(error)
    assert elsewhere.requests == []


async def test_a_redirect_within_the_service_names_its_own_host() -> None:
    with answering(answer(301, headers={"Location": "/v2/"})) as server:
        async with asking(server.address) as service:
            with pytest.raises(WrongAddress) as caught:
                await service.list_faxes(WINDOW, 1)
    assert str(caught.value).count(server.address.removeprefix("http://")) == 2


@pytest.mark.parametrize("headers", [{}, {"Location": "http://[::1"}])
@pytest.mark.parametrize("status", [300, 302])
async def test_a_redirect_to_nowhere_is_an_unexpected_answer(status: int, headers: dict[str, str]) -> None:
    assert isinstance(await failure_of(status, headers=headers), UnexpectedResponse)


async def test_a_redirect_to_a_host_that_cannot_be_one_is_told() -> None:
    error = await failure_of(302, headers={"Location": "http://xn--a/"})
    assert isinstance(error, Unreachable)
    assert "redirects to: check" in str(error)


async def test_a_failure_that_names_another_place_is_a_failure() -> None:
    assert isinstance(await failure_of(502, headers={"Location": "https://status.example.com"}), ServiceFailed)


@pytest.mark.parametrize("status", [401, 403, 404, 500])
@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
async def test_a_failure_whose_body_is_cut_off_is_still_what_its_status_says(status: int, ending: Ending) -> None:
    whole = await failure_of(status, "x")
    cut = await failure(answer(status, "x", {"Content-Length": "100"}), ending=ending)
    assert type(cut) is type(whole)


@pytest.mark.parametrize(
    "headers", [{"Content-Encoding": "gzip"}, {"Content-Encoding": "br"}, {"Content-Encoding": "gzip, gzip"}]
)
async def test_a_failure_whose_body_cannot_be_unpacked_is_still_what_its_status_says(headers: dict[str, str]) -> None:
    assert isinstance(await failure_of(500, "nothing packed", headers), ServiceFailed)


async def test_of_a_failure_only_the_beginning_is_read() -> None:
    assert isinstance(await failure(answer(500, b"x" * 1_000_000)), ServiceFailed)
