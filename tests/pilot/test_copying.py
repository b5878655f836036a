"""Copying through the terminal: what is shown is what is sent, and nobody claims that it was taken."""

from pathlib import Path

import pytest
from handling_desk import Desk, handling
from wire import resource


def clipboard(desk: Desk) -> str:
    return desk.console.app.clipboard


@pytest.mark.parametrize(
    ("downs", "value"),
    [(0, "0478123456"), (1, "134296015"), (2, "0-20261123-0959-0000001.PDF"), (3, "7945001")],
    ids=["from", "to", "file", "message"],
)
async def test_a_value_of_the_fax_is_sent_and_shown(tmp_path: Path, downs: int, value: str) -> None:
    async with handling(tmp_path, rows=[resource(1)]) as desk:
        await desk.press("y")
        await desk.until_shown("Copy", value)
        await desk.press(*["down"] * downs, "enter")
        await desk.until_shown(f"Sent to the terminal's clipboard: {value}")
        assert clipboard(desk) == value


async def test_the_command_lists_the_same_view(tmp_path: Path) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("f", *"0478", "enter")
        await desk.console.until_idle()
        await desk.press("y", "end", "enter")
        assert clipboard(desk) == "faxtui list --demo --from=0478 --sort=received:desc --page=1 --page-size=50"


async def test_it_is_the_fax_under_the_cursor_whatever_is_marked(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1), resource(2, From="anonymous")]) as desk:
        await desk.press("space", "y", "enter")
        assert clipboard(desk) == "anonymous"


async def test_in_a_fax_it_is_the_one_shown(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1), resource(2, From="anonymous")]) as desk:
        await desk.press("enter", "N", "y", "enter")
        assert clipboard(desk) == "anonymous"


async def test_what_the_fax_does_not_have_is_not_offered(tmp_path: Path) -> None:
    async with handling(tmp_path, rows=[resource(1, From=None, MessageId="")]) as desk:
        await desk.press("y")
        await desk.until_shown("Copy")
        assert "From  " not in desk.console.screen.split("Copy")[1]
        await desk.press("escape")
        assert clipboard(desk) == ""


@pytest.mark.parametrize("value", ["\x1b[31mred", "one\nrm -rf ~\n", "\u202e5140", "[red]x[/red]"])
async def test_what_would_act_where_it_is_pasted_is_sent_as_it_is_seen(tmp_path: Path, value: str) -> None:
    async with handling(tmp_path, rows=[resource(1, From=value)]) as desk:
        await desk.press("y", "enter")
        sent = clipboard(desk)
        assert sent.isprintable()
        assert len(sent) == len(value)
        await desk.until_shown(sent)
