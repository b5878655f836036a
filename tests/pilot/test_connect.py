"""Connecting to an account: what a newcomer types is tried, explained, and saved when asked."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from console import LARGE, NARROW, SMALL, Console
from office import LOGIN, NIGHT, NIGHT_PASSWORD, PASSWORD, Office, office
from textual.widgets import Button, Input, Select

from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.screens.connect import ConnectScreen


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office(tmp_path, monkeypatch) as there:
        yield there


async def type_account(desk: Console, here: Office, login: str = LOGIN, password: str = PASSWORD) -> None:
    await desk.fill("Address", here.service.address)
    await desk.fill("Login", login)
    await desk.fill("Password", password)


async def choose_command(desk: Console, command: str) -> None:
    desk.field("Password storage").query_one(Select).focus()
    await desk.press("enter", "up", "enter")
    await desk.paste(command)


async def press_button(desk: Console, label: str) -> None:
    next(each for each in desk.app.screen.query(Button) if label in str(each.label)).focus()
    await desk.press("enter")


def said_at(desk: Console, label: str) -> str:
    return desk.words(desk.field(label))


async def test_a_newcomer_gets_to_their_own_list(here: Office) -> None:
    async with here.faxtui() as desk:
        assert "Nothing is configured yet" in desk.screen
        await type_account(desk, here)
        await desk.press("enter")
        await desk.until_shown("Connected:", "faxes in the last 7 days")
        assert here.written == []
        assert PASSWORD not in desk.screen
        await press_button(desk, "Save and open")
        await desk.until_shown(f"main · {LOGIN}", "page 1 of")
        assert f"Saved in {here.config}." in desk.told
    assert here.config.stat().st_mode & 0o777 == 0o600
    assert f'login = "{LOGIN}"' in here.config.read_text()
    assert set(here.service.sign_ins) == {f"{LOGIN}:{PASSWORD}"}
    assert PASSWORD not in here.config.read_text()


async def test_nobody_is_asked_before_login_and_password_are_there(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.press("enter")
        assert "Enter the login, such as 60300.console." in said_at(desk, "Login")
        await desk.paste(LOGIN)
        assert "Type the login" not in desk.screen
        await desk.press("enter")
        assert "Type the password." in said_at(desk, "Password")
        assert desk.app.focused is desk.field("Password").field
    assert here.service.sign_ins == []


@pytest.mark.parametrize("way", ["typed", "command"])
async def test_what_was_just_refused_is_not_sent_again_by_a_second_enter(here: Office, way: str) -> None:
    field = "Password" if way == "typed" else "Command"
    async with here.faxtui() as desk:
        await type_account(desk, here, password="wrong")
        if way == "command":
            await choose_command(desk, "printf wrong")
        await desk.press("enter")
        await desk.until(lambda: "refuses the sign-in" in said_at(desk, field))
        for _ in range(3):
            await desk.press("enter")
            await desk.until(lambda: "was just refused. Sending it again may lock" in said_at(desk, field))
        assert here.service.sign_ins == [f"{LOGIN}:wrong"]
        await desk.fill(field, "wrong" if way == "typed" else "printf %s wrong")
        await desk.press("enter")
        await desk.until(lambda: "was just refused" in said_at(desk, field))
        assert here.service.sign_ins == [f"{LOGIN}:wrong"]
        await desk.fill("Login", NIGHT)
        await desk.press("enter")
        await desk.until(lambda: "refuses the sign-in" in said_at(desk, field))
        assert here.service.sign_ins == [f"{LOGIN}:wrong", f"{NIGHT}:wrong"]


async def test_enter_while_the_answer_is_on_its_way_does_not_send_it_again(here: Office) -> None:
    here.service.hold()
    async with here.faxtui() as desk:
        await type_account(desk, here, password="wrong")
        await desk.press("enter", "enter")
        await desk.until(lambda: bool(here.service.sign_ins))
        await desk.press("enter", "enter")
        here.service.let_go()
        await desk.until(lambda: "refuses the sign-in" in said_at(desk, "Password"))
    assert here.service.sign_ins == [f"{LOGIN}:wrong"]


@pytest.mark.parametrize(
    ("label", "typed", "words"),
    [
        ("Address", "fax", "“fax” is not a valid URL"),
        ("Address", "http://fax.example", "uses plain http"),
        ("Address", "https://me:word@fax.example", "contains a login"),
        ("Address", "http://127.0.0.1:1", "Connection refused"),
        ("Login", "60300.ward:secret", "no colon"),
        ("Profile", "", "needs a name"),
    ],
)
async def test_a_value_that_cannot_be_taken_is_explained_beside_its_field_and_stays(
    here: Office, label: str, typed: str, words: str
) -> None:
    async with here.faxtui() as desk:
        await type_account(desk, here)
        await desk.fill(label, typed)
        await desk.press("enter")
        await desk.until(lambda: words in said_at(desk, label))
        assert desk.app.focused is desk.field(label).field
        typed_now = [each.value for each in desk.app.screen.query(Input)]
        assert typed in typed_now
        assert PASSWORD in typed_now
    assert here.service.sign_ins == []


async def test_a_wrong_password_is_asked_for_once_and_mended_in_place(here: Office) -> None:
    async with here.faxtui() as desk:
        await type_account(desk, here, password="wrong")
        await desk.press("enter")
        await desk.until(lambda: "refuses the sign-in" in said_at(desk, "Password"))
        assert here.service.sign_ins == [f"{LOGIN}:wrong"]
        await desk.fill("Password", PASSWORD)
        assert "refuses the sign-in" not in desk.screen
        await desk.press("enter")
        await desk.until_shown("Connected:")
    assert here.service.sign_ins == [f"{LOGIN}:wrong", f"{LOGIN}:{PASSWORD}"]


async def test_arrows_go_through_fields_and_buttons_and_choose_in_a_list(here: Office) -> None:
    async with here.faxtui() as desk:
        assert desk.app.focused is desk.field("Login").field
        await desk.press("up")
        assert desk.app.focused is desk.field("Address").field
        await desk.press("down", "down", "down")
        assert desk.app.focused is desk.field("Password storage").field
        await desk.press("enter", "up", "up", "enter")
        assert "in the system's keyring" in said_at(desk, "Password storage")
        await desk.press("down")
        assert "Test connection" in desk.text(desk.app.focused or Button)
        await desk.press("right", "right", "right")
        assert "Quit" in desk.text(desk.app.focused or Button)
        await desk.press("left")
        assert "Try the demo" in desk.text(desk.app.focused or Button)


@pytest.mark.parametrize("size", [NARROW, SMALL, LARGE])
async def test_every_button_can_be_reached_and_read_on_any_terminal(here: Office, size: tuple[int, int]) -> None:
    async with here.faxtui(size=size) as desk:
        for label in ("Quit", "Try the demo", "Save and open", "Test connection"):
            button = next(each for each in desk.app.screen.query(Button) if label in str(each.label))
            while desk.app.focused is not button:
                await desk.press("up")
            await desk.until_shown(f"[ {label} ]")


async def test_a_letter_on_a_button_is_no_command(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.press("down", "down", "down")
        await desk.press("q", "a", "comma", "question_mark")
        assert isinstance(desk.app.screen, ConnectScreen)
        assert desk.app.is_running
        desk.app.screen.set_focus(None)
        await desk.press("q")
        assert desk.app.is_running


async def test_a_service_that_hangs_leaves_the_keyboard_free_and_esc_stops_asking(here: Office) -> None:
    here.service.hold()
    async with here.faxtui() as desk:
        await type_account(desk, here)
        await desk.press("enter")
        await desk.until(lambda: len(here.service.sign_ins) == 1)
        assert "connecting" in desk.screen
        await desk.fill("Login", "60300.other")
        assert "60300.other" in desk.screen
        await desk.press("escape")
        await desk.until_shown("Stopped.", "60300.other")
        here.service.let_go()
        await desk.settle()
        assert "Connected:" not in desk.screen


async def test_quit_is_at_once_while_a_service_hangs(here: Office) -> None:
    here.service.hold()
    async with here.faxtui() as desk:
        await type_account(desk, here)
        await desk.press("enter")
        await desk.until(lambda: len(here.service.sign_ins) == 1)
        await press_button(desk, "Quit")
        await desk.until(lambda: not desk.app.is_running)


async def test_a_command_takes_the_place_of_the_password_typed(here: Office) -> None:
    async with here.faxtui() as desk:
        await type_account(desk, here, password="typed before")
        await choose_command(desk, "pass 'show")
        assert not any(line.split()[0] == "Password" and "storage" not in line for line in desk.lines if line.strip())
        await desk.press("enter")
        assert "Close its quotes" in said_at(desk, "Command")
        await desk.fill("Command", "false")
        await desk.press("enter")
        await desk.until(lambda: "“false” failed (exit code 1)" in said_at(desk, "Command"))
        assert here.service.sign_ins == []
        await desk.fill("Command", f"printf %s '{PASSWORD}'")
        await desk.press("enter")
        await desk.until_shown("Connected:")
        await press_button(desk, "Save and open")
        await desk.until_shown(f"main · {LOGIN}", "page 1 of")
    assert set(here.service.sign_ins) == {f"{LOGIN}:{PASSWORD}"}
    async with here.faxtui() as desk:
        await desk.until_shown(f"main · {LOGIN}", "page 1 of")


async def test_a_command_that_hangs_holds_nothing_up(here: Office) -> None:
    pipe = here.home / "pipe"
    os.mkfifo(pipe)
    async with here.faxtui() as desk:
        await type_account(desk, here)
        await choose_command(desk, f"cat {pipe}")
        await desk.press("enter")
        await desk.until_shown("connecting")
        await desk.fill("Login", "60300.other")
        await desk.press("escape")
        await desk.until_shown("Stopped.", "60300.other")
        pipe.write_text("too late")
    assert here.service.sign_ins == []


async def test_a_missing_keyring_is_explained_and_nothing_is_saved(
    here: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    async with here.faxtui() as desk:
        await type_account(desk, here)
        desk.field("Password storage").query_one(Select).focus()
        await desk.press("enter", "up", "up", "enter")
        await press_button(desk, "Save and open")
        await desk.until_shown("The keyring needs an extra")
    assert here.written == []


async def test_a_folder_that_takes_nothing_costs_nothing_typed(here: Office) -> None:
    (here.home / "config").write_text("a file where the folder should be")
    async with here.faxtui() as desk:
        await type_account(desk, here)
        await press_button(desk, "Save and open")
        await desk.until_shown("can't be", LOGIN)
        assert PASSWORD in [each.value for each in desk.app.screen.query(Input)]


async def test_another_account_is_added_beside_what_the_file_holds(here: Office) -> None:
    here.configure(main=PASSWORD, more="# mine\n[ui]\npage_size = 25")
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("a", "end", "enter")
        await desk.until_shown("Connect to Odyssey", "Back")
        await type_account(desk, here, NIGHT, NIGHT_PASSWORD)
        await desk.fill("Profile", "night")
        await press_button(desk, "Save and open")
        await desk.until_shown(f"night · {NIGHT}", "page 1 of")
        assert "The previous file is now" in desk.told
    text = here.config.read_text()
    assert "page_size = 25" in text
    assert "[profiles.main]" in text
    assert "[profiles.night]" in text
    (kept,) = (each for each in here.config.parent.glob("config.toml.*"))
    assert "# mine" in kept.read_text()


async def test_a_profile_is_replaced_only_after_a_question(here: Office) -> None:
    here.configure(main=PASSWORD)
    before = here.config.read_text()
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("a", "end", "enter")
        await type_account(desk, here, NIGHT, NIGHT_PASSWORD)
        await desk.fill("Profile", "main")
        await press_button(desk, "Save and open")
        await desk.until_shown("Replace the profile “main”?", "Enter replace it")
        await desk.press("escape")
        await desk.until_shown("Save and open")
        assert here.config.read_text() == before
        await press_button(desk, "Save and open")
        await desk.until_shown("Enter replace it")
        await desk.press("enter")
        await desk.until_shown(f"main · {NIGHT}", "page 1 of")


async def test_esc_goes_back_to_the_rows_that_were_there(here: Office) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await desk.until_idle()
        rows = desk.rows
        await desk.press("a", "end", "enter")
        await desk.until_shown("Connect to Odyssey")
        await desk.press("escape")
        assert desk.rows == rows


@pytest.mark.parametrize("key", ["escape", "q"])
async def test_what_was_typed_is_discarded_only_after_a_question(here: Office, key: str) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("a", "end", "enter")
        await desk.until_shown("Connect to Odyssey")
        await desk.press(*"night", "down", "down", *"q7", "up", "up")
        while not isinstance(desk.app.screen.focused, Input if key == "escape" else Button):
            await desk.press("down")
        await desk.press(key)
        await desk.until_shown("Discard what you typed?", "Enter discard")
        await desk.press("escape")
        assert desk.field("Login").query_one(Input).value == "q7"
        await desk.press("escape")
        await desk.until_shown("Enter discard")
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, BrowserScreen))


async def test_looking_around_shows_sample_faxes_and_an_account_can_be_connected_from_there(here: Office) -> None:
    async with here.faxtui() as desk:
        await press_button(desk, "Try the demo")
        await desk.until_shown("demo · sample faxes", "page 1 of")
        await desk.press("a", "end", "enter")
        await desk.until_shown("Connect to Odyssey", "[ Back ]")
        await desk.press("escape")
        assert isinstance(desk.app.screen, BrowserScreen)
    assert here.written == []


async def test_a_file_that_cannot_be_read_is_told_of_and_set_aside_on_saving(here: Office) -> None:
    here.config.parent.mkdir(parents=True)
    here.config.write_text("[profiles.main\n")
    async with here.faxtui() as desk:
        await desk.until_shown("is not valid TOML", "line 1")
        await type_account(desk, here)
        await press_button(desk, "Save and open")
        await desk.until_shown(f"main · {LOGIN}", "page 1 of")
    (kept,) = (each for each in here.config.parent.glob("config.toml.*"))
    assert kept.read_text() == "[profiles.main\n"
