"""How faxes that arrive are announced, in virtual time."""

import asyncio
from pathlib import Path

import pytest
from virtual_time import run_virtually
from watched_console import console
from watched_office import DOWN, HOUR, MINUTE

from faxtui.config.settings import Watch
from faxtui.domain.fax import Fax
from faxtui.domain.query import FROM, UNTIL, FaxQuery, Filters
from faxtui.ui.announcements import run_command

LOUD = Watch(bell=True, notify=True, command=("echo",))


def test_what_arrives_is_counted_at_once_and_marked_when_it_is_brought_in() -> None:
    async def shift() -> None:
        async with console() as here:
            here.office.arrive("a")
            here.office.arrive("b")
            await asyncio.sleep(MINUTE)
            assert [fax.file_name for fax in here.state.new] == ["a", "b"]
            assert (here.marked, here.sentences) == ([], [])
            here.inbox.refresh()
            await here.settle()
            assert (sorted(here.marked), here.state.new) == (["a", "b"], ())
            await asyncio.sleep(HOUR)
            assert sorted(here.marked) == ["a", "b"]

    run_virtually(shift())


def test_bell_desktop_and_command_once_for_each_arrival_and_with_counts_only() -> None:
    async def shift() -> None:
        async with console(LOUD) as here:
            here.office.arrive("a")
            here.office.arrive("b")
            await asyncio.sleep(10 * MINUTE)
            assert (here.bells, here.desktop, here.commands) == (1, ["2 new faxes"], ["a", "b"])
        async with console() as quiet:
            quiet.office.arrive("a")
            await asyncio.sleep(10 * MINUTE)
            assert (quiet.bells, quiet.desktop, quiet.commands) == (0, [], [])

    run_virtually(shift())


def test_an_outage_is_said_once_and_its_end_with_what_came() -> None:
    async def shift() -> None:
        async with console(LOUD) as here:
            await asyncio.sleep(2 * MINUTE)
            here.office.error = DOWN
            await asyncio.sleep(HOUR)
            assert len(here.sentences) == len(here.desktop) == here.bells == 1
            assert here.sentences[0].startswith("! Not watching since 09:4")
            here.office.arrive("a")
            here.office.error = None
            await asyncio.sleep(6 * MINUTE)
            assert here.sentences[1].startswith("1 fax arrived since 09:4")
            assert here.desktop[1:] == ["1 new fax"]
            here.office.error = DOWN
            await asyncio.sleep(HOUR)
            here.office.error = None
            await asyncio.sleep(6 * MINUTE)
            assert here.sentences[3].startswith("Watching again. No fax arrived since 10:")

    run_virtually(shift())


def test_a_fax_that_nobody_opened_is_said_once_more() -> None:
    async def shift() -> None:
        async with console(Watch(remind="30m", bell=True)) as here:
            here.office.arrive("opened")
            here.office.arrive("forgotten")
            await asyncio.sleep(10 * MINUTE)
            here.touched.add("opened")
            await asyncio.sleep(HOUR)
            assert here.sentences == ["1 fax has not been opened for 30m."]
            assert here.bells == 2

    run_virtually(shift())


def test_other_filters_are_watched_from_there_on() -> None:
    async def shift() -> None:
        async with console() as here:
            await asyncio.sleep(MINUTE)
            here.inbox.open(here.query.filtered(Filters({FROM.name: "0478"})))
            await here.settle()
            here.office.arrive("a")
            await asyncio.sleep(MINUTE)
            assert here.office.windows[-1].filters == Filters({FROM.name: "0478"})
            assert [fax.file_name for fax in here.state.new] == ["a"]

    run_virtually(shift())


@pytest.mark.parametrize("until", ["yesterday", "2026-11-01"])
def test_a_period_that_has_ended_is_not_watched(until: str) -> None:
    async def shift() -> None:
        query = FaxQuery(Filters({UNTIL.name: until, "since": "2026-10-01"}))
        async with console(query=query) as here:
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            assert len(here.office.asked_at) == asked
            here.announcements.toggle()
            assert here.sentences == ["Not watching: no fax can arrive in a period that has ended."]

    run_virtually(shift())


def test_switched_off_it_asks_nothing_until_it_is_switched_on() -> None:
    async def shift() -> None:
        async with console() as here:
            here.announcements.toggle()
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            here.inbox.refresh()
            await here.settle()
            assert len(here.office.asked_at) == asked + 1
            assert here.state.is_switched_off
            here.announcements.toggle()
            here.office.arrive("a")
            await asyncio.sleep(MINUTE)
            assert [fax.file_name for fax in here.state.new] == ["a"]
            assert here.sentences == ["Not watching for new faxes.", "Watching for new faxes."]

    run_virtually(shift())


def test_settings_apply_at_once() -> None:
    async def shift() -> None:
        async with console(Watch(enabled=False)) as here:
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            assert len(here.office.asked_at) == asked
            here.watch_settings = Watch(interval=600)
            here.announcements.apply()
            await asyncio.sleep(HOUR)
            assert 5 <= len(here.office.asked_at) - asked <= 8
            here.watch_settings = Watch(enabled=False)
            here.announcements.apply()
            asked = len(here.office.asked_at)
            await asyncio.sleep(HOUR)
            assert len(here.office.asked_at) == asked

    run_virtually(shift())


async def test_a_command_gets_the_fax_as_json_on_its_input(tmp_path: Path) -> None:
    got = tmp_path / "got"
    fax = Fax(folder="f", file_name="a", resource='{"FileName": "a"}')
    assert await run_command(("sh", "-c", f"cat > {got}"), fax) == ""
    assert got.read_text() == '{"FileName": "a"}\n'


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (("sh", "-c", "cat; exit 3"), "The command for new faxes failed (exit code 3): sh."),
        (("/no/such/program",), "The command for new faxes could not be started (No such file or directory)."),
    ],
)
async def test_a_command_that_fails_is_reported_without_what_it_printed(command: tuple[str, ...], reason: str) -> None:
    told = await run_command(command, Fax(folder="f", file_name="a", resource='{"From": "0478"}'))
    assert told.startswith(reason)
    assert "0478" not in told
