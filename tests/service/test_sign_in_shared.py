"""Requests that need a token at the same time, over a real socket."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from demo_server import serving
from odyssey_server import PASSWORD, WINDOW, Ending, answering, asking, client_of

from faxtui.demo import DemoService
from faxtui.demo.asgi import Message, Receive, Send
from faxtui.domain.page import Listing
from faxtui.errors import NoAnswer, SignInRefused
from faxtui.odyssey.client import OdysseyService

LOGIN = "60300.console"


class Gate:
    """A door that tells when somebody stands before it, and opens once."""

    def __init__(self) -> None:
        self._reached = threading.Event()
        self._open = threading.Event()

    async def pass_through(self) -> None:
        self._reached.set()
        await asyncio.to_thread(self._open.wait)

    async def reached(self) -> None:
        await asyncio.to_thread(self._reached.wait)

    def open(self) -> None:
        self._open.set()


@dataclass
class Demo:
    """The demo; what ``held`` names, such as ``token 2`` for the second request for a token, waits at its gate."""

    address: str = ""
    accounts: dict[str, str] = field(default_factory=lambda: {LOGIN: PASSWORD})
    now: datetime = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
    tokens: int = 0
    lists: int = 0
    held: dict[str, Gate] = field(default_factory=dict)

    def hold(self, request: str) -> Gate:
        return self.held.setdefault(request, Gate())


@contextmanager
def held_up() -> Iterator[Demo]:
    demo = Demo()
    service = DemoService(accounts=demo.accounts, clock=lambda: demo.now)

    async def holding(scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            if scope["path"] == "/connect/token":
                demo.tokens += 1
                name = f"token {demo.tokens}"
            else:
                demo.lists += 1
                name = f"list {demo.lists}"
            if name in demo.held:
                await demo.held[name].pass_through()
        await service(scope, receive, send)

    with serving(holding) as demo.address:
        try:
            yield demo
        finally:
            for gate in demo.held.values():
                gate.open()


@pytest.fixture
def demo() -> Iterator[Demo]:
    with held_up() as demo:
        yield demo


def burst(service: OdysseyService, times: int = 5) -> list[asyncio.Task[Listing]]:
    return [asyncio.create_task(service.list_faxes(WINDOW, page)) for page in range(1, times + 1)]


async def with_a_token(demo: Demo, then: Callable[[OdysseyService], Awaitable[None]]) -> None:
    """Do something with a service that has a token, which has just ended."""
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        await service.list_faxes(WINDOW, 1)
        demo.now += timedelta(hours=1)
        await then(service)


async def test_a_burst_at_the_start_asks_for_one_token(demo: Demo) -> None:
    gate = demo.hold("token 1")
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        requests = burst(service)
        await gate.reached()
        gate.open()
        listings = await asyncio.gather(*requests)
    assert [listing.page.number for listing in listings] == [1, 2, 3, 4, 5]
    assert (demo.tokens, demo.lists) == (1, 5)


async def test_a_burst_with_a_token_that_has_ended_renews_it_once(demo: Demo) -> None:
    async def all_at_once(service: OdysseyService) -> None:
        await asyncio.gather(*burst(service))

    await with_a_token(demo, all_at_once)
    assert (demo.tokens, demo.lists) == (2, 11)


async def test_a_burst_with_a_wrong_password_is_one_attempt(demo: Demo) -> None:
    demo.accounts[LOGIN] = "changed"
    gate = demo.hold("token 1")
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        requests = burst(service)
        await gate.reached()
        gate.open()
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
        assert [type(each) for each in outcomes] == [SignInRefused] * 5
        assert (demo.tokens, demo.lists) == (1, 0)
        # Asked for once more, it is tried once more.
        with pytest.raises(SignInRefused):
            await service.list_faxes(WINDOW, 1)
    assert demo.tokens == 2


async def test_a_401_that_comes_late_shares_the_refusal_of_the_renewal_before_it(demo: Demo) -> None:
    late = demo.hold("list 2")

    async def one_after_the_other(service: OdysseyService) -> None:
        demo.accounts[LOGIN] = "changed"
        (held,) = burst(service, 1)
        await late.reached()
        with pytest.raises(SignInRefused):
            await service.list_faxes(WINDOW, 1)
        assert demo.tokens == 2
        late.open()
        with pytest.raises(SignInRefused):
            await held

    await with_a_token(demo, one_after_the_other)
    assert demo.tokens == 2


async def test_a_401_that_comes_late_uses_the_token_of_the_renewal_before_it(demo: Demo) -> None:
    late = demo.hold("list 2")

    async def one_after_the_other(service: OdysseyService) -> None:
        (held,) = burst(service, 1)
        await late.reached()
        await service.list_faxes(WINDOW, 1)
        late.open()
        assert (await held).page.faxes

    await with_a_token(demo, one_after_the_other)
    assert demo.tokens == 2


async def test_an_attempt_goes_on_for_others_when_the_one_that_began_it_is_cancelled(demo: Demo) -> None:
    gate = demo.hold("token 1")
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        first, second = burst(service, 2)
        await gate.reached()
        first.cancel()
        await asyncio.wait([first])
        assert first.cancelled()
        gate.open()
        assert (await second).page.number == 2
    assert demo.tokens == 1


async def test_closing_ends_a_sign_in_that_is_on_its_way() -> None:
    with answering(b"", Ending.HANG) as tokens:
        async with asking("http://127.0.0.1:9", oauth2=client_of(tokens.address)) as service:
            (request,) = burst(service, 1)
            await asyncio.to_thread(tokens.asked.wait)
            await service.aclose()
            with pytest.raises(NoAnswer, match="closed during the sign-in"):
                await request
            with pytest.raises(NoAnswer, match="closed during the sign-in"):
                await service.list_faxes(WINDOW, 1)
