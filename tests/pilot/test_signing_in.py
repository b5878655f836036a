"""A refused sign-in: the password is asked for over the rows, and each one is tried once."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from console import Console
from office import LOGIN, PASSWORD, Office, office

from faxtui.inbox.view import Idle
from faxtui.ui.screens.browser import BrowserScreen
from faxtui.ui.screens.connect import SignInPanel

NEW = "the new secret"


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office(tmp_path, monkeypatch) as there:
        yield there


async def until_asked(desk: Console) -> None:
    await desk.until(lambda: isinstance(desk.app.screen, SignInPanel))
    await desk.settle()


async def refused(desk: Console, here: Office) -> None:
    """The service's password is changed while the list is on the screen, and the list is asked for again."""
    await desk.until_idle()
    here.service.change_passwords({LOGIN: NEW})
    here.service.sign_ins.clear()
    await desk.press("r")
    await until_asked(desk)


async def test_a_refusal_asks_for_the_password_over_the_rows_that_are_there(here: Office) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await refused(desk, here)
        assert f"Password of {LOGIN}" in desk.screen
        assert "refuses the sign-in" in desk.screen
        assert desk.screen.count("134296") > 10
        assert here.service.sign_ins == [f"{LOGIN}:{PASSWORD}"]


async def test_the_right_password_goes_on_with_what_was_asked_for(here: Office) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await desk.until_idle()
        here.service.change_passwords({LOGIN: NEW})
        await desk.press("n")
        await until_asked(desk)
        await desk.paste(NEW)
        assert NEW not in desk.screen
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.app.screen, BrowserScreen) and isinstance(desk.view.activity, Idle))
        assert desk.page.number == 2
        await desk.press("n")
        await desk.until(lambda: desk.page.number == 3)
    assert here.service.sign_ins[-1] == f"{LOGIN}:{NEW}"


async def test_a_wrong_password_is_tried_once_and_asked_for_again(here: Office) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await refused(desk, here)
        for wrong in ("first", "second"):
            here.service.sign_ins.clear()
            await desk.paste(wrong)
            await desk.press("enter")
            await desk.until(lambda: bool(here.service.sign_ins))
            await until_asked(desk)
            assert here.service.sign_ins == [f"{LOGIN}:{wrong}"]
        await desk.press("escape")
        assert "refuses the sign-in" in desk.page_bar


@pytest.mark.parametrize("source", ["kept", "typed"])
async def test_a_password_that_was_just_refused_is_not_sent_again(here: Office, source: str) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await refused(desk, here)
        wrong = PASSWORD
        if source == "typed":
            wrong = "first"
            await desk.paste(wrong)
            await desk.press("enter", "enter")
            await desk.until(lambda: f"{LOGIN}:first" in here.service.sign_ins)
            await until_asked(desk)
        asked = list(here.service.sign_ins)
        assert asked.count(f"{LOGIN}:{wrong}") == 1
        await desk.paste(wrong)
        await desk.press("enter", "enter")
        assert "This password was just refused. Sending it again may lock the account." in " ".join(desk.screen.split())
        assert wrong not in desk.screen
        assert here.service.sign_ins == asked
        await desk.press("!", "enter")
        await desk.until(lambda: here.service.sign_ins != asked)
        await until_asked(desk)
        assert here.service.sign_ins == [*asked, f"{LOGIN}:{wrong}!"]


async def test_nothing_is_tried_by_itself_after_a_refusal_even_where_pages_are_fetched_ahead(here: Office) -> None:
    here.configure(main=PASSWORD)
    here.config.write_text(here.config.read_text().replace("prefetch = false", "prefetch = true"))
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.until(lambda: len(here.service.sign_ins) == 2)
        await desk.press("n")
        await desk.until(lambda: desk.page.number == 2 and len(here.service.sign_ins) == 3)
        here.service.change_passwords({LOGIN: NEW})
        here.service.sign_ins.clear()
        await desk.press("r")
        await until_asked(desk)
        await desk.press("escape", "p", "n", "p")
        await desk.until_idle()
        assert here.service.sign_ins == [f"{LOGIN}:{PASSWORD}"]


async def test_esc_leaves_the_rows_and_r_asks_once_more_with_the_same(here: Office) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await desk.until_idle()
        rows = desk.rows
        await refused(desk, here)
        await desk.press("escape")
        assert desk.rows == rows[: len(desk.rows)]
        assert "r retry" in desk.page_bar
        await desk.press("r")
        await until_asked(desk)
        assert here.service.sign_ins == [f"{LOGIN}:{PASSWORD}"] * 2
        here.service.change_passwords({LOGIN: PASSWORD})
        await desk.press("escape", "r")
        await desk.until_idle()


async def test_a_password_that_is_kept_nowhere_is_asked_for_before_anything_is_asked(here: Office) -> None:
    here.configure(main="")
    async with here.faxtui() as desk:
        await until_asked(desk)
        assert "It is not stored: faxtui asks each time." in " ".join(desk.screen.split())
        assert here.service.sign_ins == []
        await desk.press("enter")
        assert "Type the password." in desk.screen
        await desk.paste(PASSWORD)
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.view.activity, Idle) and desk.view.shown is not None)
    assert set(here.service.sign_ins) == {f"{LOGIN}:{PASSWORD}"}
    assert PASSWORD not in here.config.read_text()


async def test_a_command_that_fails_is_told_of_and_the_password_can_be_typed(here: Office) -> None:
    here.configure(main=PASSWORD)
    here.config.write_text(here.config.read_text().replace('"printf", "%s"', '"cat"'))
    async with here.faxtui() as desk:
        await until_asked(desk)
        assert "No such file or directory" in " ".join(desk.screen.split())
        await desk.paste(PASSWORD)
        await desk.press("enter")
        await desk.until(lambda: isinstance(desk.view.activity, Idle) and desk.view.shown is not None)


async def test_a_panel_that_came_up_in_the_help_is_answered_there(here: Office) -> None:
    here.configure(main=PASSWORD)
    async with here.faxtui() as desk:
        await desk.until_idle()
        here.service.change_passwords({LOGIN: NEW})
        here.service.hold()
        await desk.press("r", "question_mark")
        await desk.until_shown("Keys")
        here.service.let_go()
        await until_asked(desk)
        await desk.press("escape", "question_mark")
        assert isinstance(desk.app.screen, BrowserScreen)
