"""The settings: in force at once, in the file when asked."""

import tomllib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from console import LARGE, Console
from office import NIGHT_PASSWORD, PASSWORD, Office, office
from textual.widgets import Input

from faxtui.config.settings import SECTIONS
from faxtui.ui.screens.settings import SettingsScreen


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office(tmp_path, monkeypatch) as there:
        there.configure(main=PASSWORD)
        yield there


def ui(here: Office) -> object:
    return tomllib.loads(here.config.read_text()).get("ui", {})


def line(desk: Console, name: str) -> str:
    return next(each for each in desk.lines if f" {name} " in each and "[" not in each)


async def choose(desk: Console, name: str) -> None:
    """Enter on the setting of that name."""
    await desk.press("home")
    while f"] {name}" not in desk.screen:
        await desk.press("down")
    await desk.press("enter")


async def change(desk: Console, name: str, text: str) -> None:
    await choose(desk, name)
    await desk.press("ctrl+u")
    await desk.paste(text)
    await desk.press("enter")


async def test_every_setting_is_there_with_its_value_and_what_it_is_for(here: Office) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("comma")
        for name, value in (("theme", "auto"), ("page_size", "50"), ("timezone", "local"), ("mouse", "true")):
            assert value in line(desk, name)
        assert "colours; auto fits the terminal (auto, dark, light, ansi)" in desk.screen


async def test_a_setting_holds_at_once_and_is_in_the_file_only_when_asked(here: Office) -> None:
    before = here.config.read_text()
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "page_size", "25")
        await change(desk, "timezone", "Asia/Tokyo")
        assert line(desk, "page_size").startswith(" * page_size         25")
        assert "* unsaved" in desk.header
        assert here.config.read_text() == before
        await desk.press("escape", "n")
        await desk.until_shown("1–25 of")
        await desk.press("comma")
        assert line(desk, "page_size").startswith(" * page_size         25")
        await desk.press("s")
        await desk.until(lambda: "Saved in" in desk.told)
        assert "not saved yet" not in desk.header
    assert ui(here) == {"page_size": 25, "timezone": "Asia/Tokyo"}
    assert "[profiles.main]" in here.config.read_text()
    async with here.faxtui() as desk:
        await desk.until_shown("1–25 of")


async def test_dates_are_written_in_the_zone_and_the_way_that_were_set(here: Office) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "date_format", "%d.%m.%y")
        await desk.press("escape", "n")
        received = desk.page.faxes[0].received
        assert received is not None
        assert f"{received:%d.%m.%y}" in desk.rows[0]


async def test_a_zone_that_was_set_says_when_today_begins(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "timezone", "Pacific/Kiritimati")
        await desk.press("escape", "n", "f", "up", "space", "home", "enter")
        await desk.until_idle()
        assert "Today" in desk.header
        start = desk.app.inbox.view.shown
        assert start is not None
        assert start.window.start.utctimetuple().tm_hour == 10


# Every setting takes effect in the running session, or says that it needs a restart


Effect = Callable[[Console, Office], Awaitable[None]]


async def theme(desk: Console, here: Office) -> None:
    before = desk.app.theme
    await choose(desk, "theme")
    await choose(desk, "theme")
    assert "light" in line(desk, "theme")
    assert desk.app.theme != before


async def page_size(desk: Console, here: Office) -> None:
    await change(desk, "page_size", "25")
    await leave(desk)
    await desk.until_shown("1–25 of")


async def timezone(desk: Console, here: Office) -> None:
    asked = len(here.service.sign_ins)
    await change(desk, "timezone", "Pacific/Kiritimati")
    await leave(desk)
    received = desk.page.faxes[0].received
    assert received is not None
    there = received.astimezone(ZoneInfo("Pacific/Kiritimati"))
    await desk.until(lambda: f"{there:%m-%d %H:%M:%S}" in desk.rows[0])
    # "Today" begins at another moment there.
    await desk.until(lambda: len(here.service.sign_ins) > asked)


async def date_format(desk: Console, here: Office) -> None:
    await change(desk, "date_format", "%d.%m.%y")
    await leave(desk)
    received = desk.page.faxes[0].received
    assert received is not None
    assert f"{received:%d.%m.%y}" in desk.rows[0]


async def columns(desk: Console, here: Office) -> None:
    await change(desk, "columns", "message, baud")
    await leave(desk)
    assert desk.headings.split() == ["Message", "Baud", "Received", "▼"]


async def remember_filters(desk: Console, here: Office) -> None:
    await choose(desk, "remember_filters")
    await leave(desk)
    await desk.press("f")
    await desk.paste("0478")
    await desk.press("enter")
    await desk.until_shown("from 0478")
    await desk.until(here.state.exists)
    assert "0478" not in here.state.read_text()


async def folder(desk: Console, here: Office) -> None:
    await change(desk, "folder", str(here.home / "elsewhere"))
    await leave(desk)
    await desk.press("d")
    await desk.until(lambda: "1 fax saved" in desk.told)
    assert list((here.home / "elsewhere").glob("*.pdf"))


async def name(desk: Console, here: Office) -> None:
    await change(desk, "name", "mine-{file}")
    await leave(desk)
    await desk.press("d")
    await desk.until(lambda: "1 fax saved" in desk.told)
    assert list((here.home / "saved").glob("mine-*.pdf"))


async def grace(desk: Console, here: Office) -> None:
    await change(desk, "grace", "3600")
    await leave(desk)
    await desk.press("D", "enter")
    await desk.until_shown("deleting 1 in 60:00")
    await desk.press("U")


async def watching(desk: Console, here: Office) -> None:
    await choose(desk, "enabled")
    await leave(desk)
    assert not desk.app.settings.watch.enabled
    await desk.press("w")
    await desk.until_told("Watching for new faxes.")


async def watched(desk: Console, name: str, text: str, value: object) -> None:
    """Announcements read these settings when faxes arrive: see test_announcements.py."""
    await (change(desk, name, text) if text else choose(desk, name))
    await leave(desk)
    assert desk.app.session is not None
    assert getattr(desk.app.session.watch_settings, name) == value


EFFECTS: Mapping[str, Effect] = {
    "watch.enabled": watching,
    "watch.interval": lambda desk, here: watched(desk, "interval", "60", 60),
    "watch.bell": lambda desk, here: watched(desk, "bell", "", True),
    "watch.notify": lambda desk, here: watched(desk, "notify", "", True),
    "watch.command": lambda desk, here: watched(desk, "command", "notify-send fax", ("notify-send", "fax")),
    "watch.remind": lambda desk, here: watched(desk, "remind", "30m", "30m"),
    "ui.theme": theme,
    "ui.page_size": page_size,
    "ui.timezone": timezone,
    "ui.date_format": date_format,
    "ui.columns": columns,
    "ui.remember_filters": remember_filters,
    "download.folder": folder,
    "download.name": name,
    "delete.grace": grace,
}
ON_A_TERMINAL = {"ui.mouse", "ui.escape_delay"}
"""Those that only a real terminal shows: see test_cheap_look.py and test_input.py in tests/terminal."""
SETTINGS = {f"{name}.{each.name}": each for name, kind in SECTIONS.items() for each in kind.settings()}


async def leave(desk: Console) -> None:
    """Back to the list, with what was changed."""
    await desk.press("escape")
    await desk.until_shown("Save the settings?")
    await desk.press("n")
    await desk.settle()


@pytest.mark.parametrize("setting", SETTINGS)
async def test_each_setting_takes_effect_at_once_or_says_that_it_needs_a_restart(here: Office, setting: str) -> None:
    if setting in ON_A_TERMINAL:
        return
    here.configure(main=PASSWORD, more=f'[download]\nfolder = "{here.home / "saved"}"')
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("comma")
        if SETTINGS[setting].needs_restart:
            assert "(after a restart)" in line(desk, setting.partition(".")[2])
        else:
            assert setting in EFFECTS, "a new setting needs a check here, or needs_restart"
            await EFFECTS[setting](desk, here)


async def test_a_setting_changed_over_a_fax_changes_it(here: Office) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("i")
        await desk.until_shown("Service time")
        await desk.press("comma")
        await change(desk, "timezone", "Asia/Tokyo")
        await leave(desk)
        await desk.until_shown("(Asia/Tokyo)")


async def test_a_setting_holds_for_an_account_that_is_opened_later(here: Office) -> None:
    here.configure(main=PASSWORD, night=NIGHT_PASSWORD)
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await choose(desk, "remember_filters")
        await leave(desk)
        await desk.press("a")
        await desk.until_shown("night")
        await desk.press("down", "enter")
        await desk.until_shown("night · ")
        await desk.until_idle()
        await desk.press("f")
        await desk.paste("0478")
        await desk.press("enter")
        await desk.until_shown("from 0478")
        await desk.until(here.state.exists)
    assert "0478" not in here.state.read_text()


async def test_columns_chosen_in_the_list_outlast_the_mouse_being_switched_off(here: Office) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("c", "home", "space", "enter")
        headings, asked = desk.headings.split(), len(here.service.sign_ins)
        await desk.press("M")
        assert desk.headings.split() == headings
        assert len(here.service.sign_ins) == asked


async def test_filters_are_no_longer_remembered_once_that_is_turned_off(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await choose(desk, "remember_filters")
        await desk.press("escape", "n", "f")
        await desk.paste("0478")
        await desk.press("enter")
        await desk.until_shown("from 0478")
        await desk.until(here.state.exists)
    assert "0478" not in here.state.read_text()


@pytest.mark.parametrize(
    ("name", "typed", "words"),
    [
        ("page_size", "many", "Expected an integer from 1 to 1,000."),
        ("page_size", "0", "Expected an integer from 1 to 1,000."),
        ("escape_delay", "soon", "Expected auto or an integer from 1 to 5,000."),
        ("escape_delay", "0", "Expected auto or an integer from 1 to 5,000."),
        ("timezone", "Mars/Olympus", "There is no time zone “Mars/Olympus”"),
        ("columns", "from, age", "There is no column “age”"),
    ],
)
async def test_a_value_that_cannot_be_taken_is_explained_and_kept(
    here: Office, name: str, typed: str, words: str
) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, name, typed)
        assert words in desk.screen
        assert desk.app.screen.query_one(Input).value == typed
        await desk.press("escape", "s")
        assert "No changes to save" in desk.told


async def test_columns_and_page_size_chosen_in_the_list_are_kept_and_can_be_saved(here: Office) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await desk.press("c", "home", "space", "enter")
        headings = desk.headings.split()
        await desk.press("comma")
        assert line(desk, "columns").startswith(" * columns")
        await choose(desk, "theme")
        await desk.press("s")
        await desk.until(lambda: "Saved in" in desk.told)
        await desk.press("escape")
        assert desk.headings.split() == headings
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        assert desk.headings.split() == headings


async def test_comments_that_would_be_lost_are_kept_in_a_copy_that_is_told_of(here: Office) -> None:
    here.configure(main=PASSWORD, more="# for the ward")
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await choose(desk, "mouse")
        await desk.press("s")
        await desk.until(lambda: "The previous file is now" in desk.told)
    (kept,) = here.config.parent.glob("config.toml.*")
    assert "# for the ward" in kept.read_text()
    assert ui(here) == {"mouse": False}


async def test_a_save_that_fails_is_told_of_and_loses_nothing(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "page_size", "25")
        here.close_folder()
        await desk.press("s")
        await desk.until(lambda: "can't be" in desk.told)
        assert line(desk, "page_size").startswith(" * page_size         25")
        assert isinstance(desk.app.screen, SettingsScreen)
        here.open_folder()
        await desk.press("s")
        await desk.until(lambda: "Saved in" in desk.told)
    assert ui(here) == {"page_size": 25}


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_leaving_with_unsaved_settings_asks_and_can_save_them(here: Office, key: str) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "page_size", "25")
        await choose(desk, "mouse")
        await desk.press(key)
        await desk.until_shown("Save the settings?", "Changed: page_size, mouse", "Enter save   n don't save")
        await desk.press("escape")
        assert isinstance(desk.app.screen, SettingsScreen)
        await desk.press(key)
        await desk.until_shown("Enter save")
        await desk.press("enter")
        await desk.until_shown("1–25 of")
        await desk.until_told("Saved in")
    assert ui(here) == {"page_size": 25, "mouse": False}


async def test_leaving_without_saving_keeps_the_settings_until_the_program_ends(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "page_size", "25")
        await desk.press("q", "n")
        await desk.until_shown("1–25 of")
        await desk.press("comma", "q")
        await desk.until_shown("1–25 of")
    assert ui(here) == {}


async def test_settings_that_cannot_be_saved_are_not_left(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "page_size", "25")
        here.close_folder()
        await desk.press("q", "enter")
        await desk.until(lambda: "can't be" in desk.told)
        assert isinstance(desk.app.screen, SettingsScreen)
        here.open_folder()


async def test_ctrl_c_quits_from_the_settings_at_once(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma")
        await change(desk, "page_size", "25")
        await desk.press("ctrl+c")
        assert desk.app._exit
