"""Questions that destroy something: what is no deliberate answer is none, whatever it is and however it arrives."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from console import NARROW
from deletion_desk import Time
from handling_desk import WITHOUT_COPIES, Desk, handling
from textual import events

from faxtui.ui.typed_keys import Silence

ASKS = "This cannot be undone there."
KEYS = "Enter save a copy, then delete"
LONG_ENOUGH = 0.75
"""Seconds after which a silence is over: half a second, and the margin, in steps of the clock."""


@asynccontextmanager
async def asked(tmp_path: Path, time: Time, *before: str) -> AsyncIterator[Desk]:
    """The question before a delete, painted just now."""
    silence = Silence(time.clocks.monotonic, time.sleep)
    async with handling(tmp_path, silence=silence) as desk:
        await desk.press(*before, "D")
        await desk.until_shown(ASKS)
        yield desk


def names_keys(desk: Desk) -> bool:
    return "Esc cancel" in desk.console.screen


def is_asking(desk: Desk) -> bool:
    return ASKS in desk.console.screen


async def test_the_keys_are_named_after_half_a_second_of_silence_and_count_from_then_on(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        assert not names_keys(desk)
        await time.goes_by(0.5)
        await desk.console.settle()
        assert not names_keys(desk)
        await time.goes_by(0.25)
        await desk.until_shown(KEYS)
        await desk.press("enter")
        await desk.until_shown("deleting 1 in")


async def test_an_early_enter_is_dropped_and_the_silence_begins_again(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        for _ in range(5):
            await time.goes_by(0.25)
            await desk.press("enter")
        assert is_asking(desk)
        assert not names_keys(desk)
        await time.goes_by(0.5)
        await desk.console.settle()
        assert not names_keys(desk)
        await time.goes_by(0.25)
        await desk.until_shown(KEYS)
    assert desk.demo.asked == ["list"]


@pytest.mark.parametrize("key", ["x", "q", "u", "D", "tab", "space", "n", "ctrl+p", "question_mark", "f5", "backspace"])
@pytest.mark.parametrize("seconds", [0, LONG_ENOUGH], ids=["early", "late"])
async def test_a_key_that_is_no_answer_cancels_at_once_and_what_follows_is_dropped(
    tmp_path: Path, key: str, seconds: float
) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(seconds)
        await desk.console.settle()
        await desk.press(key)
        if key == "backspace" and seconds:
            assert is_asking(desk)
            return
        assert not is_asking(desk)
        await desk.until_shown("Cancelled")
        for each in "jD sn":
            await time.goes_by(0.25)
            await desk.press("space" if each == " " else each)
        await desk.press("D", "enter", "delete")
        assert desk.console.table.cursor_row == 0
        assert not is_asking(desk)
        assert "page 1 of" in desk.console.page_bar
        await time.goes_by(0.5)
        await desk.press("j")
        assert desk.console.table.cursor_row == 1
    assert desk.demo.asked == ["list"]


async def test_keys_that_were_waiting_behind_the_wrong_one_are_dropped_too(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await desk.console.press_at_once(*"r Max", "enter", *"n D", "enter")
        assert not is_asking(desk)
        assert desk.console.table.cursor_row == 0
        assert "page 1 of" in desk.console.page_bar
    assert desk.demo.asked == ["list"]


async def test_the_key_that_quits_from_anywhere_works_while_others_are_dropped(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await desk.press("r", "ctrl+c")
        assert desk.console.app._exit


async def test_esc_keeps_the_fax_and_the_next_key_counts(tmp_path: Path) -> None:
    async with asked(tmp_path, Time()) as desk:
        await desk.press("escape", "j")
        assert not is_asking(desk)
        assert desk.console.table.cursor_row == 1
        assert "Cancelled" not in desk.console.screen


@pytest.mark.parametrize("seconds", [0, LONG_ENOUGH], ids=["early", "late"])
@pytest.mark.parametrize("text", ["\r", "delete\r", "Dr Max\r", "n"])
async def test_a_paste_is_never_an_answer(tmp_path: Path, text: str, seconds: float) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(seconds)
        await desk.console.settle()
        await desk.console.paste(text)
        assert not is_asking(desk)
        await time.goes_by(0.25)
        await desk.console.paste("D\r")
        await desk.press("enter")
        assert "deleting" not in desk.console.screen
        assert not is_asking(desk)
    assert desk.demo.asked == ["list"]


async def test_typed_in_full_and_then_nothing_the_word_deletes_without_a_copy(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown("type delete: without a copy")
        await desk.press(*WITHOUT_COPIES)
        await desk.until_shown("Typed: delete", "Enter without a copy")
        await time.goes_by(0.5)
        await desk.console.settle()
        assert is_asking(desk)
        await time.goes_by(0.25)
        await desk.until_shown("deleting 1 in")
        assert desk.saved == []


async def test_enter_after_the_word_does_not_wait(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)
        await desk.press(*"delx"[:3], "backspace", *"lete", "enter")
        await desk.until_shown("deleting 1 in")
        assert desk.saved == []


@pytest.mark.parametrize(
    "keys",
    [(*"delete", "d"), (*"delete", "space"), ("d", "enter"), (*"delet", "enter"), ("E",), tuple("DELETE"), tuple("dd")],
    ids=str,
)
async def test_anything_but_the_word_cancels(tmp_path: Path, keys: tuple[str, ...]) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)
        await desk.press(*keys)
        assert not is_asking(desk)
        await time.goes_by(2)
        await desk.console.settle()
        assert "deleting" not in desk.console.screen
    assert desk.demo.asked == ["list"]


async def test_a_word_that_came_too_early_has_to_be_typed_again(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await desk.press(*WITHOUT_COPIES, "enter")
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)
        assert "Typed" not in desk.console.screen
        await time.goes_by(2)
        assert is_asking(desk)
        await desk.press("e")
        assert not is_asking(desk)


async def test_taken_back_in_time_a_word_does_nothing(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)
        await desk.press(*WITHOUT_COPIES, "backspace")
        await time.goes_by(2)
        await desk.until_shown("Typed: delet ")
        await desk.press(*["backspace"] * 9)
        await desk.until_shown(KEYS)


async def test_what_is_no_key_is_no_answer(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        for _ in range(2):
            app = desk.console.app
            app.post_message(events.AppBlur())
            app.post_message(events.AppFocus())
            await desk.press("ctrl+l")
            await desk.console.resize(NARROW)
            await desk.console.resize((80, 24))
            await desk.press("up", "down", "pagedown", "pageup")
            assert is_asking(desk)
            await time.goes_by(LONG_ENOUGH)
            await desk.until_shown(KEYS)
        await desk.press("down", "enter")
        await desk.until_shown("deleting 1 in")


async def test_the_list_of_faxes_scrolls_and_all_are_in_it(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time, "A") as desk:
        seen = set()
        for _ in range(60):
            seen |= {line.strip()[:14] for line in desk.console.lines if " page" in line}
            await desk.press("down")
        received = {f"{fax.received:%d}" for fax in desk.faxes if fax.received}
        assert len(seen) >= len(received)
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown("Delete 50 faxes", "Copies:", "Enter save copies")
        await desk.press("pageup", "pageup", "pageup")
        await desk.until_shown("Delete 50 faxes", "Copies:", "Enter save copies")


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10)], ids=str)
@pytest.mark.parametrize("marked", [1, 2, 9, 50])
async def test_the_keys_are_in_sight_however_many_faxes_and_few_lines(
    tmp_path: Path, size: tuple[int, int], marked: int
) -> None:
    async with handling(tmp_path, size=size) as desk:
        await desk.press(*(["A"] if marked == 50 else ["space"] * marked), "D")
        copies = "save a copy" if marked == 1 else "save copies"
        await desk.until_shown(f"Enter {copies}, then delete", "Esc cancel", "type delete: without")
        assert f"Delete {marked} fax" in desk.console.screen


async def test_covered_by_something_else_the_question_waits_for_silence_again(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)
        desk.console.app.ask_for_password("The service refuses the sign-in.", "")
        await desk.until_shown("Password of")
        await desk.press("escape")
        await desk.until_shown(ASKS)
        assert not names_keys(desk)
        await desk.press("enter")
        assert is_asking(desk)


async def test_the_number_of_many_faxes_has_a_silence_of_its_own(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time, "A") as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown("Enter save copies")
        await desk.press("enter", *"50", "enter")
        await desk.until_shown("Save copies of 50 faxes")
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown("Type 50 to confirm")
        assert desk.demo.asked == ["list"]
        await desk.press(*"50", "enter")
        await desk.until_shown("saving")


async def test_time_in_which_the_program_did_not_run_is_no_silence(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.jumps(30, 30)
        await desk.console.settle()
        assert not names_keys(desk)
        await desk.press("enter")
        assert is_asking(desk)
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)


async def test_to_finish_and_then_quit_needs_a_silence_and_to_quit_now_does_not(tmp_path: Path) -> None:
    time = Time()
    async with asked(tmp_path, time) as desk:
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown(KEYS)
        await desk.press("enter")
        await desk.until_shown("deleting 1 in")
        await desk.press("q", "enter")
        await desk.until_shown("Quit while faxes wait to be deleted?")
        assert "then quitting" not in desk.console.screen
        await desk.press("r")
        assert "Quit while" not in desk.console.screen
        await time.goes_by(0.5)
        await desk.press("q")
        await time.goes_by(LONG_ENOUGH)
        await desk.until_shown("Enter finish, then quit", "q quit now and keep them")
        await desk.press("enter")
        await desk.until_shown("then quitting")
        await desk.press("q", "q")
        assert desk.console.app._exit
