"""Deleting a fax: one request for each time it is asked, and words for what is known of it, over a real socket."""

import asyncio
import gzip
import socket
from collections.abc import Iterator

import pytest
from demo_server import serving
from odyssey_server import (
    KEY,
    LOGIN,
    PASSWORD,
    WINDOW,
    Ending,
    WatchedDemo,
    answer,
    answering,
    asking,
    client_of,
    failure_to,
    fetched,
    watched_demo,
)

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send
from faxtui.domain.fax import FaxKey
from faxtui.domain.service import DocumentService
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    NoResponse,
    Refused,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    Unconfirmed,
    UnexpectedResponse,
    Unreachable,
    WrongAddress,
)
from faxtui.odyssey.client import DEFAULT_LIMITS
from faxtui.odyssey.transport import Limits

NAMED = "the fax “0-20170711-0714-1126279.PDF” in folder “134296015”"
NOT_DELETED = f"T{NAMED[1:]} was not deleted. "
NOT_KNOWN = f"T{NAMED[1:]} may or may not be deleted. Refresh the list to see. "
HTML = {"Content-Type": "text/html"}


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


async def newest(service: DocumentService) -> FaxKey:
    return (await service.list_faxes(WINDOW, 1)).page.faxes[0].key


async def failure(said: bytes, ending: Ending = Ending.CLOSE, limits: Limits = DEFAULT_LIMITS) -> ServiceError:
    """The error that an answer leads to, of the one request that was sent."""
    return await failure_to(lambda service: service.delete_document(KEY), said, ending, limits)


async def test_a_deleted_fax_is_gone(demo: WatchedDemo) -> None:
    async with asking(demo.address) as service:
        key = await newest(service)
        await service.delete_document(key)
        assert await newest(service) != key
        with pytest.raises(Gone, match="is no longer at the service"):
            await service.delete_document(key)
        with pytest.raises(Gone, match="is no longer at the service"):
            await fetched(service, key)
    assert demo.asked == ["list", "delete", "list", "delete", "document"]


@pytest.mark.parametrize(
    "said",
    [
        answer(200),
        answer(200, headers=HTML),
        answer(200, " \r\n\t"),
        answer(200, b"\xef\xbb\xbf"),
        answer(200, gzip.compress(b"", mtime=0), {"Content-Encoding": "gzip"}),
        answer(200, headers={"Content-Encoding": "gzip"}),
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 100 Continue\r\n\r\n" + answer(200),
    ],
)
async def test_an_empty_answer_confirms_a_delete(said: bytes) -> None:
    with answering(said) as server:
        async with asking(server.address) as service:
            await service.delete_document(KEY)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (404, '{"Code":40401,"Message":"File 0 does not exist"}'),
        (404, '{"Message":"File 0 does not exist"}'),
        (410, '{"Code":40401}'),
    ],
)
async def test_a_fax_that_is_not_there_any_more_is_gone(status: int, body: str) -> None:
    error = await failure(answer(status, body))
    assert isinstance(error, Gone)
    assert NAMED.removeprefix("the ") in str(error)


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (answer(200, '{"Code":42301,"Message":"File 0 is locked"}'), "200 OK (“File 0 is locked, code 42301”)"),
        (answer(200, '{"message":"Queued\\u001b[2J"}'), "200 OK (“Queued␛[2J”)"),
        (answer(200, '{"Code":42301}', HTML), "(“code 42301”)"),
        (answer(200, "true", {"Content-Type": "application/json"}), "application/json, beginning “true”"),
        (answer(200, "{}"), "beginning “{}”"),
        (answer(200, "null"), "beginning “null”"),
        (answer(200, "."), "beginning “.”"),
        (answer(202), "202 Accepted"),
        (answer(202, '{"Message":"Queued"}'), "202 Accepted (“Queued”)"),
        (answer(203), "203 Non-Authoritative"),
        (answer(206), "206 Partial"),
    ],
)
async def test_any_other_success_leaves_a_delete_unconfirmed_and_tells_what_was_said(said: bytes, words: str) -> None:
    error = await failure(said)
    assert isinstance(error, Unconfirmed)
    assert str(error).startswith(NOT_KNOWN)
    assert words in str(error)


@pytest.mark.parametrize("status", [404, 410])
@pytest.mark.parametrize(
    "body",
    ["<h1>Not Found</h1>", "", "{}", '{"message":"no Route matched with those values"}', '{"Code":null}', '"Message"'],
)
async def test_a_404_of_somebody_else_leaves_it_unknown(status: int, body: str) -> None:
    error = await failure(answer(status, body))
    assert type(error) is UnexpectedResponse
    assert str(error).startswith(NOT_KNOWN)


async def test_a_404_of_the_service_s_framework_is_a_wrong_address() -> None:
    error = await failure(answer(404, '{"Message":"No HTTP resource was found that matches the request URI."}'))
    assert isinstance(error, WrongAddress)
    assert f"nothing at the address of {NAMED} (No HTTP resource" in str(error)


@pytest.mark.parametrize(
    ("status", "headers"), [(400, {}), (401, {}), (403, {}), (405, {}), (503, {"Retry-After": "30"})]
)
async def test_a_page_of_somebody_else_leaves_it_unknown(status: int, headers: dict[str, str]) -> None:
    error = await failure(answer(status, "<h1>Blocked</h1>", {**HTML, **headers}))
    assert type(error) in (UnexpectedResponse, ServiceFailed)
    assert str(error).startswith(NOT_KNOWN)


async def test_a_fax_that_one_may_not_delete_is_named_with_the_login() -> None:
    error = await failure(answer(403))
    assert isinstance(error, Forbidden)
    assert f"“60300.console” may not delete {NAMED}." in str(error)


async def test_a_refused_request_is_told_with_what_the_service_says() -> None:
    error = await failure(answer(400, '{"Message": "Locked."}'))
    assert isinstance(error, Refused)
    assert f"rejected the request to delete {NAMED} (Locked.)" in str(error)


async def test_a_refused_sign_in_is_told_as_for_a_list() -> None:
    assert isinstance(await failure(answer(401)), SignInRefused)


@pytest.mark.parametrize(
    ("status", "headers", "kind"),
    [
        (429, {}, Busy),
        (503, {"Retry-After": "30"}, Busy),
        (302, {"Location": "https://login.example.com/"}, WrongAddress),
        (405, {}, UnexpectedResponse),
        (511, {}, Unreachable),
        (407, {}, Unreachable),
        (408, {}, NoResponse),
    ],
)
async def test_where_the_request_was_turned_down_the_fax_was_not_deleted(
    status: int, headers: dict[str, str], kind: type[ServiceError]
) -> None:
    error = await failure(answer(status, headers=headers))
    assert type(error) is kind
    assert str(error).startswith(NOT_DELETED)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
async def test_of_a_service_that_failed_it_is_not_known_whether_it_deleted(status: int) -> None:
    error = await failure(answer(status, "<h1>Bad Gateway</h1>", HTML))
    assert isinstance(error, ServiceFailed)
    assert str(error).startswith(NOT_KNOWN)


@pytest.mark.parametrize(
    "said",
    [
        answer(200, "<h1>Welcome</h1>", HTML),
        answer(200, "<h1>Welcome</h1>"),
        answer(202, headers=HTML),
        answer(200, "packed", {"Content-Encoding": "gzip"}),
        answer(200, "x" * 70_000),
        b"220 fax ESMTP\r\n\r\n",
    ],
)
async def test_an_answer_that_is_no_yes_leaves_it_unknown(said: bytes) -> None:
    error = await failure(said)
    assert isinstance(error, UnexpectedResponse)
    assert str(error).startswith(NOT_KNOWN)


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET, Ending.HANG])
@pytest.mark.parametrize("said", [b"", b"HTTP/1.1 200 OK\r\n", answer(200, headers={"Content-Length": "9"})])
async def test_a_request_without_its_answer_leaves_it_unknown(said: bytes, ending: Ending) -> None:
    error = await failure(said, ending, Limits(read=0.2))
    assert isinstance(error, NoResponse)
    assert f"to delete {NAMED} was sent, but no response came: it may or may not be deleted." in str(error)


async def test_an_answer_that_drips_without_end_leaves_it_unknown() -> None:
    error = await failure(b"HTTP/1.1 200 OK\r\nX: ", Ending.DRIP, Limits(whole=0.3))
    assert isinstance(error, NoResponse)
    assert "it may or may not be deleted" in str(error)


async def test_where_there_is_no_connection_the_fax_was_not_deleted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with asking(address) as service:
        with pytest.raises(Unreachable, match="Connection refused") as caught:
            await service.delete_document(KEY)
    assert str(caught.value).startswith(NOT_DELETED)


@pytest.mark.parametrize("arrives", [True, False])
async def test_a_delete_that_timed_out_is_settled_by_asking_for_the_document(arrives: bool) -> None:
    demo = DemoService(accounts={LOGIN: PASSWORD})
    over = asyncio.Event()
    deletes: list[str] = []

    async def silent_about_deletes(scope: Message, receive: Receive, send: Send) -> None:
        async def say_nothing(message: Message) -> None:
            if message["type"] == "http.response.start":
                await over.wait()

        if scope["type"] == "http" and scope["method"] == "DELETE":
            deletes.append(str(scope["path"]))
            if not arrives:
                await over.wait()
            await demo(scope, receive, say_nothing)
        else:
            await demo(scope, receive, send)

    with serving(silent_about_deletes) as address:
        async with asking(address) as service, asking(address, Limits(read=0.2)) as impatient:
            key = await newest(service)
            with pytest.raises(NoResponse):
                await impatient.delete_document(key)
            assert deletes == [f"/api/V1/InboundFolders/{key.folder}/HostedInboundFiles/{key.file_name}"]
            if arrives:
                with pytest.raises(Gone):
                    await fetched(service, key)
            else:
                assert await fetched(service, key)


async def test_a_token_that_has_ended_is_renewed_and_the_delete_sent_again(demo: WatchedDemo) -> None:
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        key = await newest(service)
        demo.seconds += 3600
        await service.delete_document(key)
        with pytest.raises(Gone):
            await fetched(service, key)
    assert demo.asked == ["token", "list", "delete", "token", "delete", "document"]


async def test_a_delete_is_not_sent_a_third_time() -> None:
    given = answer(200, '{"access_token": "t0ken"}')
    with answering(given) as tokens, answering(answer(401)) as server:
        async with asking(server.address, oauth2=client_of(tokens.address)) as service:
            for sent in (1, 3):
                with pytest.raises(SignInRefused):
                    await service.delete_document(KEY)
                assert len(server.requests) == sent


async def test_where_no_token_can_be_had_nothing_is_sent() -> None:
    with answering(b"") as tokens, answering(answer(200)) as server:
        async with asking(server.address, oauth2=client_of(tokens.address)) as service:
            with pytest.raises(NoResponse) as caught:
                await service.delete_document(KEY)
    assert "may or may not" not in str(caught.value)
    assert server.requests == []


async def test_a_delete_that_is_given_up_is_sent_once() -> None:
    with answering(b"", Ending.HANG) as server:
        async with asking(server.address) as service:
            request = asyncio.create_task(service.delete_document(KEY))
            await asyncio.to_thread(server.asked.wait)
            request.cancel()
            await asyncio.wait([request])
    assert request.cancelled()
    assert len(server.requests) == 1
