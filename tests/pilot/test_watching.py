"""Faxes that arrive, on the screen: counted in the page bar, brought in when asked, and nothing moves before."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from console import Console, console
from wire import NOW, Wire, listing, resource

from faxtui.config.settings import Watch
from faxtui.domain.fax import Fax
from faxtui.errors import NoResponse, SignInRefused
from faxtui.inbox.watch import WatchView
from faxtui.ui.session import Session, SessionConfig

OLD = [resource(number) for number in range(1, 11)]
NEW = resource(0, ReceivedDate="2026-11-23T10:41:00", FileName="new.pdf")
ARRIVED = (Fax(folder="134296015", file_name="new.pdf"),)


def session_of(desk: Console) -> Session:
    assert desk.app.session is not None
    return desk.app.session


async def test_the_page_bar_counts_and_the_rows_stay_until_r_brings_them_in_marked() -> None:
    wire = Wire(listing(OLD))
    async with console(wire=wire) as desk:
        await desk.press("down", "down", "down")
        rows = desk.rows
        session_of(desk).watch_changed(WatchView(is_on=True, new=ARRIVED))
        await desk.settle()
        assert "1 new ↑" in desk.page_bar
        assert desk.rows == rows
        wire.says = listing([NEW, *OLD])
        current = desk.current
        await desk.press("r")
        await desk.until(lambda: desk.page.faxes[0].file_name == "new.pdf")
        session_of(desk).faxes_brought_in(desk.page.faxes[:1])
        session_of(desk).watch_changed(WatchView(is_on=True))
        await desk.until_idle()
        assert desk.current == current
        assert desk.rows[0].startswith("  N ")
        assert "1 new ↑" in desk.page_bar
        await desk.press("home")
        assert "new" not in desk.page_bar
        await desk.press("down")
        assert desk.rows[0].startswith("    ")


async def test_home_at_the_top_brings_them_in() -> None:
    wire = Wire(listing(OLD))
    async with console(wire=wire) as desk:
        await desk.press("home")
        assert len(wire.queries) == 1
        session_of(desk).watch_changed(WatchView(is_on=True, new=ARRIVED))
        wire.says = listing([NEW, *OLD])
        await desk.press("home")
        await desk.until(lambda: desk.page.faxes[0].file_name == "new.pdf")
        assert desk.current.file_name == "new.pdf"


async def test_sorted_otherwise_there_is_no_arrow() -> None:
    async with console(wire=Wire(listing(OLD))) as desk:
        await desk.press("o")
        await desk.until_idle()
        session_of(desk).watch_changed(WatchView(is_on=True, new=ARRIVED))
        await desk.settle()
        assert "1 new" in desk.page_bar
        assert "new ↑" not in desk.page_bar


async def test_that_nothing_is_seen_is_said_until_it_is_over() -> None:
    async with console(wire=Wire(listing(OLD))) as desk:
        as_of = desk.page_bar.split("as of")[1].split()[0]
        session = session_of(desk)
        session.watch_changed(
            WatchView(is_on=True, failing_since=NOW + timedelta(minutes=3), error=NoResponse("No response came."))
        )
        await desk.settle()
        assert "! not watching since 10:45" in desk.page_bar
        assert f"as of {as_of}" in desk.page_bar
        session.watch_changed(WatchView(is_on=True, missing=2))
        await desk.settle()
        assert "! the service counts 2 more faxes than it lists" in desk.page_bar
        session.watch_changed(WatchView(is_on=True))
        await desk.settle()
        assert "!" not in desk.page_bar


async def test_a_rejected_poll_asks_for_the_password_once() -> None:
    async with console(wire=Wire(listing(OLD))) as desk:
        session, error = session_of(desk), SignInRefused("The password is not valid.")
        refused = WatchView(is_on=True, failing_since=NOW, error=error)
        session.watch_changed(refused)
        await desk.until_shown("Sign in", "The password is not valid.")
        await desk.press("escape")
        session.watch_changed(replace(refused, new=ARRIVED))
        await desk.settle()
        assert "The password is not valid." not in desk.screen
        assert "! not watching since" in desk.page_bar


async def test_w_stops_watching_and_says_so() -> None:
    async with console(wire=Wire(listing(OLD))) as desk:
        await desk.press("w")
        await desk.until_told("Not watching for new faxes.")
        assert "not watching" in desk.page_bar
        await desk.press("w")
        await desk.until_told("Watching for new faxes.")
        assert "not watching" not in desk.page_bar


async def test_commands_run_one_after_the_other_also_for_faxes_of_two_polls(tmp_path: Path) -> None:
    """Commands that hang would take the threads that saving and reading need."""
    script = tmp_path / "command"
    script.write_text('#!/bin/sh\necho begins >>"$0.log"\ncat >/dev/null\nsleep 0.05\necho ends >>"$0.log"\n')
    script.chmod(0o700)
    log = tmp_path / "command.log"

    def with_command(config: SessionConfig) -> SessionConfig:
        return replace(config, settings=replace(config.settings, watch=Watch(command=(str(script),))))

    async with console(wire=Wire(listing(OLD)), change=with_command) as desk:
        session_of(desk).run_for(ARRIVED * 2)
        session_of(desk).run_for(ARRIVED)
        await desk.until(lambda: log.exists() and log.read_text().count("ends") == 3)
    assert log.read_text().split() == ["begins", "ends"] * 3
