"""Deleting from a real service over a real socket, with what can go wrong on the way."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from deletion_desk import ACCOUNT, Desk, deletion_desk
from demo_server import serving
from odyssey_server import LOGIN, PASSWORD, WINDOW, Ending, answering, asking, fetched

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send
from faxtui.domain.fax import Fax
from faxtui.errors import Gone
from faxtui.odyssey.client import OdysseyService
from faxtui.operations.deletion import (
    Confirming,
    Deleted,
    Limits,
    NotDeleted,
    Pending,
    Save,
    SavedCopy,
    State,
    Undone,
    Unknown,
)
from faxtui.storage.journal import WasDeleted


@dataclass
class Counter:
    """A demo that counts requests to delete and spoils the next ones.

    A number is answered as a status, bytes as the body of a 200, without anything being done; ``arrives`` and
    ``is lost`` break off the answer to a request that is carried out and to one that is not.
    """

    demo: DemoService = field(default_factory=lambda: DemoService(accounts={LOGIN: PASSWORD}))
    deletes: int = 0
    faults: list[int | bytes | str] = field(default_factory=list)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        is_delete = scope["type"] == "http" and scope["method"] == "DELETE"
        self.deletes += is_delete
        fault = self.faults.pop(0) if is_delete and self.faults else None
        if fault is None:
            await self.demo(scope, receive, send)
            return
        if fault == "arrives":
            await self.demo(scope, receive, _nowhere)
        status, length = (fault, 0) if isinstance(fault, int) else (200, 10)
        body = fault if isinstance(fault, bytes) else b""
        headers = [(b"content-length", b"%d" % (len(body) or length)), (b"retry-after", b"7")]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})


async def _nowhere(message: Message) -> None:
    pass


@contextmanager
def counter() -> Iterator[tuple[Counter, str]]:
    application = Counter()
    with serving(application) as address:
        yield application, address


def saving_to(service: OdysseyService, folder: Path) -> Save:
    async def save(fax: Fax) -> SavedCopy:
        content = await fetched(service, fax.key)
        path = folder / fax.key.file_name
        path.write_bytes(content)
        return SavedCopy(path, hashlib.sha256(content).hexdigest())

    return save


@asynccontextmanager
async def desk_at(address: str, folder: Path) -> AsyncIterator[tuple[Desk, OdysseyService]]:
    async with (
        asking(address) as service,
        deletion_desk(folder, service=service, save=saving_to(service, folder)) as desk,
    ):
        yield desk, service


async def some_faxes(service: OdysseyService, count: int) -> list[Fax]:
    return [*(await service.list_faxes(WINDOW, 1)).page.faxes[:count]]


async def sent(desk: Desk, faxes: list[Fax]) -> list[State | None]:
    """Delete these, with copies; gives what became of them."""
    await desk.pending(*faxes, with_copies=True)
    await desk.time.goes_by(10)
    return await outcome(desk, faxes)


async def outcome(desk: Desk, faxes: list[Fax]) -> list[State | None]:
    over = (Deleted, NotDeleted, Undone, Unknown)
    await desk.until(lambda: all(isinstance(desk.state_of(fax), over) for fax in faxes))
    return [desk.state_of(fax) for fax in faxes]


async def is_there(service: OdysseyService, fax: Fax) -> bool:
    try:
        await fetched(service, fax.key)
    except Gone:
        return False
    return True


async def test_faxes_are_saved_and_then_deleted(tmp_path: Path) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 3)
            contents = [await fetched(service, fax.key) for fax in faxes]
            assert await sent(desk, faxes) == [Deleted(by_us=True)] * 3
            assert [(tmp_path / fax.key.file_name).read_bytes() for fax in faxes] == contents
            assert [await is_there(service, fax) for fax in faxes] == [False] * 3
            assert server.deletes == 3


async def test_what_is_taken_back_never_reaches_the_service(tmp_path: Path) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 2)
            await desk.pending(*faxes, with_copies=True)
            await desk.time.goes_by(9.75)
            desk.deletions.undo()
            await desk.time.goes_by(60)
            assert [await is_there(service, fax) for fax in faxes] == [True] * 2
            assert server.deletes == 0


@pytest.mark.parametrize("fault", ["arrives", 500, 502, "is lost"])
async def test_a_request_without_an_answer_is_sent_once_and_settled(tmp_path: Path, fault: int | str) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            fax, other = await some_faxes(service, 2)
            server.faults = [fault]
            state, state_of_other = await sent(desk, [fax, other])
            assert isinstance(state, Deleted if fault == "arrives" else NotDeleted)
            assert await is_there(service, fax) is (fault != "arrives")
            assert state_of_other == Deleted(by_us=True)
            assert server.deletes == 2
            assert Confirming() in [view.of(fax.key) for view in desk.views]


async def test_a_fax_that_someone_else_deleted_during_the_grace_is_gone(tmp_path: Path) -> None:
    with counter() as (_, address):
        async with desk_at(address, tmp_path) as (desk, service):
            (fax,) = await some_faxes(service, 1)
            await desk.pending(fax, with_copies=True)
            await service.delete_document(fax.key)
            await desk.time.goes_by(10)
            (state,) = await outcome(desk, [fax])
            assert isinstance(state, Deleted)
            assert not state.by_us


async def test_a_fax_that_is_not_ours_to_delete_comes_back_and_the_others_go(tmp_path: Path) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 3)
            server.faults = [403]
            forbidden, *others = await sent(desk, faxes)
            assert isinstance(forbidden, NotDeleted)
            assert LOGIN in forbidden.reason
            assert others == [Deleted(by_us=True)] * 2


async def test_a_sign_in_that_is_refused_half_way_brings_the_rest_back(tmp_path: Path) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 4)
            await desk.pending(*faxes, with_copies=True)
            server.demo = DemoService(accounts={LOGIN: "changed"})
            await desk.time.goes_by(10)
            assert [type(state) for state in await outcome(desk, faxes)] == [NotDeleted] * 4
            await desk.time.goes_by(60)
            assert server.deletes == 1


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_service_is_asked_once_more_after_the_wait_that_it_asks_for(tmp_path: Path, status: int) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            (fax,) = await some_faxes(service, 1)
            server.faults = [status]
            await desk.pending(fax, with_copies=True)
            await desk.time.goes_by(10)
            await desk.until(lambda: desk.state_of(fax) == Pending(7, is_held_up=True))
            assert await is_there(service, fax)
            await desk.time.goes_by(7)
            assert await outcome(desk, [fax]) == [Deleted(by_us=True)]
            assert server.deletes == 2


async def test_a_link_that_is_lost_during_the_grace_brings_every_row_back(tmp_path: Path) -> None:
    with ExitStack() as stack:
        server, address = stack.enter_context(counter())
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 3)
            await desk.pending(*faxes, with_copies=True)
            stack.close()
            await desk.time.goes_by(10)
            assert not {Deleted} & {type(state) for state in await outcome(desk, faxes)}
            await desk.time.goes_by(60)
        assert server.deletes == 0


@pytest.mark.parametrize("ending", [Ending.CLOSE, Ending.RESET])
async def test_what_nobody_can_tell_is_unknown_until_the_operator_asks(tmp_path: Path, ending: Ending) -> None:
    fax, other = Fax(folder="f", file_name="a.pdf"), Fax(folder="f", file_name="b.pdf")
    with answering(b"", ending) as server:
        async with desk_at(server.address, tmp_path) as (desk, _):
            await desk.pending(fax, other)
            await desk.time.goes_by(10)
            unknown, back = await outcome(desk, [fax, other])
            assert isinstance(unknown, Unknown)
            assert isinstance(back, NotDeleted)
            await desk.time.goes_by(60)
            assert [request.split()[0] for request in server.requests] == ["DELETE", "GET"]
            desk.deletions.confirm([fax])
            await desk.until(lambda: len(server.requests) == 3 and isinstance(desk.state_of(fax), Unknown))
            assert [request.split()[0] for request in server.requests] == ["DELETE", "GET", "GET"]
            assert desk.journal.records(ACCOUNT).of(fax.identity).was_deleted is WasDeleted.UNKNOWN


async def test_a_yes_with_words_in_it_is_unconfirmed_and_the_others_go_on(tmp_path: Path) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 2)
            server.faults = [b'{"Code":42301,"Message":"The file is locked"}']
            await desk.pending(*faxes, with_copies=True)
            await desk.time.goes_by(10)
            first, second = await outcome(desk, faxes)
            assert isinstance(first, Unknown)
            assert "(“The file is locked, code 42301”)" in first.reason
            assert second == Deleted(by_us=True)
            assert desk.journal.records(ACCOUNT).of(faxes[0].identity).was_deleted is WasDeleted.UNKNOWN
            assert server.deletes == 2
            assert await is_there(service, faxes[0])


@pytest.mark.parametrize("fault", [404, 410, b"<h1>Not Found</h1>"])
async def test_what_somebody_else_says_of_a_fax_is_not_believed(tmp_path: Path, fault: int | bytes) -> None:
    with counter() as (server, address):
        async with desk_at(address, tmp_path) as (desk, service):
            faxes = await some_faxes(service, 1)
            server.faults = [fault]
            (state,) = await sent(desk, faxes)
            assert isinstance(state, NotDeleted)
            record = desk.journal.records(ACCOUNT).of(faxes[0].identity)
            assert record.was_deleted is WasDeleted.NO
            assert server.deletes == 1


@asynccontextmanager
async def dripping(method: str) -> AsyncIterator[str]:
    """A service that answers requests of that method with headers, without end, and others with 500."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            if not request.startswith(method.encode()):
                writer.write(b"HTTP/1.1 500 Broken\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            else:
                writer.write(b"HTTP/1.1 200 OK\r\n")
                while not writer.is_closing():
                    writer.write(b"X: y\r\n")
                    await writer.drain()
                    await asyncio.sleep(0.02)
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        host, port = server.sockets[0].getsockname()
        yield f"http://{host}:{port}"


@pytest.mark.parametrize("method", ["DELETE", "GET"])
async def test_a_service_that_drips_ends_neither_a_delete_nor_the_question_about_it_and_others_are_told(
    tmp_path: Path, method: str
) -> None:
    fax, other = Fax(folder="f", file_name="a.pdf"), Fax(folder="f", file_name="b.pdf")
    limits = Limits(deleting=0.2, confirming=0.2)
    async with (
        dripping(method) as address,
        asking(address) as service,
        deletion_desk(tmp_path, service=service, limits=limits) as desk,
    ):
        await desk.pending(fax, other)
        await desk.time.goes_by(10)
        unknown, back = await outcome(desk, [fax, other])
        assert isinstance(unknown, Unknown)
        assert isinstance(back, NotDeleted)
        if method == "GET":
            assert "did not complete its response within 0.2 seconds" in unknown.reason
