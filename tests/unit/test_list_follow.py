"""`faxtui list --follow` in virtual time: each new fax is printed once, as it arrives."""

import asyncio
import io
import json
from collections.abc import Callable, Coroutine
from datetime import timedelta

import pytest
from virtual_time import run_virtually
from watched_office import BEGIN, DOWN, HOUR, MINUTE, Office

from faxtui.cli.list import FollowRequest, follow_faxes
from faxtui.cli.output import Streams
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import Filters
from faxtui.errors import InvalidValue, SignInRefused
from faxtui.operations.formats import Format


def printed(out: io.BytesIO) -> list[str]:
    """The names of the faxes printed so far as CSV."""
    return [line.split(",")[5] for line in out.getvalue().decode().splitlines()[1:]]


async def follow(
    office: Office, shift: Callable[[io.BytesIO], Coroutine[None, None, None]], request: FollowRequest | None = None
) -> str:
    """Follow while the shift lasts; returns what was said to a person."""
    out, err = io.BytesIO(), io.StringIO()
    request = request or FollowRequest(Filters(), format=Format.CSV)
    clock = ServiceClock(lambda: office.now() + office.machine_ahead)
    task = asyncio.create_task(follow_faxes(office, clock, request, Streams(out, err)))
    await shift(out)
    if task.done():
        task.result()
    task.cancel()
    return err.getvalue()


def test_a_new_fax_is_printed_once_and_the_header_at_once() -> None:
    async def work() -> None:
        office = Office()
        office.arrive("old", late=60)

        async def shift(out: io.BytesIO) -> None:
            await asyncio.sleep(1)
            assert out.getvalue().startswith(b"received,")
            await asyncio.sleep(MINUTE)
            office.arrive("new")
            await asyncio.sleep(2 * MINUTE)
            assert printed(out) == ["new"]
            await asyncio.sleep(3 * HOUR)
            assert printed(out) == ["new"]

        assert await follow(office, shift) == ""

    run_virtually(work())


def test_with_a_beginning_it_prints_what_came_since_then_too() -> None:
    async def work() -> None:
        office = Office()
        office.arrive("before", late=3 * HOUR)
        office.arrive("since", late=HOUR)
        request = FollowRequest(Filters({"since": "2h"}), BEGIN - timedelta(hours=2), Format.CSV)

        async def shift(out: io.BytesIO) -> None:
            await asyncio.sleep(MINUTE)
            assert printed(out) == ["since"]

        await follow(office, shift, request)

    run_virtually(work())


def test_an_outage_is_told_once_and_loses_nothing() -> None:
    async def work() -> None:
        office = Office()

        async def shift(out: io.BytesIO) -> None:
            await asyncio.sleep(MINUTE)
            office.error = DOWN
            await asyncio.sleep(MINUTE)
            office.arrive("meanwhile")
            await asyncio.sleep(HOUR)
            office.error = None
            await asyncio.sleep(10 * MINUTE)
            assert printed(out) == ["meanwhile"]

        told = (await follow(office, shift)).splitlines()
        assert [line.split(":")[1].strip() for line in told] == [
            "No faxes can be listed now",
            "Faxes can be listed again. Those that arrived meanwhile follow.",
        ]

    run_virtually(work())


@pytest.mark.parametrize("ahead", [-HOUR, HOUR, 24 * HOUR])
def test_a_wrong_clock_of_this_machine_changes_nothing(ahead: float) -> None:
    async def work() -> None:
        office = Office(machine_ahead=timedelta(seconds=ahead))
        office.arrive("old", late=60)

        async def shift(out: io.BytesIO) -> None:
            await asyncio.sleep(MINUTE)
            office.arrive("new")
            await asyncio.sleep(2 * HOUR)
            assert printed(out) == ["new"]

        await follow(office, shift)

    run_virtually(work())


def test_a_refused_sign_in_ends_it() -> None:
    async def work() -> None:
        office = Office()

        async def shift(out: io.BytesIO) -> None:
            await asyncio.sleep(MINUTE)
            office.error = SignInRefused("The password has changed.")
            await asyncio.sleep(HOUR)

        with pytest.raises(SignInRefused):
            await follow(office, shift)
        assert len(office.asked_at) < 6

    run_virtually(work())


def test_jsonl_is_a_resource_a_line_and_json_is_refused() -> None:
    async def work() -> None:
        office = Office()

        async def shift(out: io.BytesIO) -> None:
            await asyncio.sleep(MINUTE)
            office.arrive("one")
            office.arrive("two")
            await asyncio.sleep(MINUTE)
            assert len([json.loads(line) for line in out.getvalue().splitlines()]) == 2

        await follow(office, shift, FollowRequest(Filters(), format=Format.JSONL))

    run_virtually(work())
    with pytest.raises(InvalidValue, match="--format jsonl"):
        FollowRequest(Filters(), format=Format.JSON)
