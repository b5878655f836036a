"""Requests that need a token at the same time, over a real socket."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator

import pytest
from odyssey_server import LOGIN, WINDOW, Ending, WatchedDemo, answering, asking, client_of, watched_demo

from faxtui.domain.page import Listing
from faxtui.errors import NoResponse, SignInRefused
from faxtui.odyssey.client import OdysseyService


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


def burst(service: OdysseyService, times: int = 5) -> list[asyncio.Task[Listing]]:
    return [asyncio.create_task(service.list_faxes(WINDOW, page)) for page in range(1, times + 1)]


async def with_a_token(demo: WatchedDemo, then: Callable[[OdysseyService], Awaitable[None]]) -> None:
    """Do something with a service that has a token, which has just ended."""
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        await service.list_faxes(WINDOW, 1)
        demo.seconds += 3600
        await then(service)


async def test_a_burst_at_the_start_asks_for_one_token(demo: WatchedDemo) -> None:
    gate = demo.hold("token", 1)
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        requests = burst(service)
        await gate.reached()
        gate.open()
        listings = await asyncio.gather(*requests)
    assert [listing.page.number for listing in listings] == [1, 2, 3, 4, 5]
    assert demo.asked == ["token", *["list"] * 5]


async def test_a_burst_with_a_token_that_has_ended_renews_it_once(demo: WatchedDemo) -> None:
    async def all_at_once(service: OdysseyService) -> None:
        await asyncio.gather(*burst(service))

    await with_a_token(demo, all_at_once)
    assert (demo.asked.count("token"), demo.asked.count("list")) == (2, 11)


async def test_a_burst_with_a_wrong_password_is_one_attempt(demo: WatchedDemo) -> None:
    demo.accounts[LOGIN] = "changed"
    gate = demo.hold("token", 1)
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        requests = burst(service)
        await gate.reached()
        gate.open()
        outcomes = await asyncio.gather(*requests, return_exceptions=True)
        assert [type(each) for each in outcomes] == [SignInRefused] * 5
        assert demo.asked == ["token"]
        # Asked for once more, it is tried once more.
        with pytest.raises(SignInRefused):
            await service.list_faxes(WINDOW, 1)
    assert demo.asked.count("token") == 2


async def test_a_401_that_comes_late_shares_the_refusal_of_the_renewal_before_it(demo: WatchedDemo) -> None:
    late = demo.hold("list", 2)

    async def one_after_the_other(service: OdysseyService) -> None:
        demo.accounts[LOGIN] = "changed"
        (held,) = burst(service, 1)
        await late.reached()
        with pytest.raises(SignInRefused):
            await service.list_faxes(WINDOW, 1)
        assert demo.asked.count("token") == 2
        late.open()
        with pytest.raises(SignInRefused):
            await held

    await with_a_token(demo, one_after_the_other)
    assert demo.asked.count("token") == 2


async def test_a_401_that_comes_late_uses_the_token_of_the_renewal_before_it(demo: WatchedDemo) -> None:
    late = demo.hold("list", 2)

    async def one_after_the_other(service: OdysseyService) -> None:
        (held,) = burst(service, 1)
        await late.reached()
        await service.list_faxes(WINDOW, 1)
        late.open()
        assert (await held).page.faxes

    await with_a_token(demo, one_after_the_other)
    assert demo.asked.count("token") == 2


async def test_an_attempt_goes_on_for_others_when_the_one_that_began_it_is_cancelled(demo: WatchedDemo) -> None:
    gate = demo.hold("token", 1)
    async with asking(demo.address, oauth2=client_of(demo.address)) as service:
        first, second = burst(service, 2)
        await gate.reached()
        first.cancel()
        await asyncio.wait([first])
        assert first.cancelled()
        gate.open()
        assert (await second).page.number == 2
    assert demo.asked.count("token") == 1


async def test_closing_ends_a_sign_in_that_is_on_its_way() -> None:
    with answering(b"", Ending.HANG) as tokens:
        async with asking("http://127.0.0.1:9", oauth2=client_of(tokens.address)) as service:
            (request,) = burst(service, 1)
            await asyncio.to_thread(tokens.asked.wait)
            await service.aclose()
            with pytest.raises(NoResponse, match="was closed"):
                await request
            with pytest.raises(NoResponse, match="was closed"):
                await service.list_faxes(WINDOW, 1)
