"""Opening the saved file with the desktop's program: a script that stands for it, and why not."""

from pathlib import Path

import pytest
from handling_desk import Desk, handling


class Opened:
    """The file in which the desktop's program writes what it was asked to open."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def file(self) -> str:
        """Empty where it was asked for nothing."""
        return self.path.read_text().strip() if self.path.exists() else ""


@pytest.fixture
def opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Opened:
    for name in ("SSH_CONNECTION", "SSH_TTY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}:/usr/bin:/bin")
    told = tmp_path / "opened"
    program(tmp_path, f'echo "$1" > {told}.part; mv {told}.part {told}')
    return Opened(told)


def program(tmp_path: Path, script: str) -> None:
    path = tmp_path / "bin" / "xdg-open"
    path.parent.mkdir(exist_ok=True)
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)


async def saved(desk: Desk) -> None:
    await desk.press("enter", "d")
    await desk.until_shown("1 fax saved")


async def test_the_saved_file_is_handed_to_the_desktop_s_program(tmp_path: Path, opened: Opened) -> None:
    async with handling(tmp_path) as desk:
        await saved(desk)
        await desk.press("O")
        (name,) = desk.saved
        await desk.until(lambda: opened.file == str(desk.folder / name))
        await desk.until_shown("Opened in the default application.")


async def test_what_is_not_saved_has_to_be_first(tmp_path: Path, opened: Opened) -> None:
    async with handling(tmp_path) as desk:
        await desk.press("enter", "O")
        await desk.until_shown("Not saved yet. Press d to save it.")
    assert opened.file == ""


async def test_over_ssh_it_says_why_not(tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSH_CONNECTION", "10.0.0.1 2 10.0.0.2 22")
    async with handling(tmp_path) as desk:
        await saved(desk)
        await desk.press("O")
        await desk.until_shown("Over ssh, the file would open", "Copy it to this one first.")
    assert opened.file == ""


async def test_where_there_is_no_desktop_it_says_so(
    tmp_path: Path, opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY")
    async with handling(tmp_path) as desk:
        await saved(desk)
        await desk.press("O")
        await desk.until_shown("There is no desktop:")
    assert opened.file == ""


async def test_a_file_that_was_taken_away_is_told_of(tmp_path: Path, opened: Opened) -> None:
    async with handling(tmp_path) as desk:
        await saved(desk)
        (desk.folder / desk.saved[0]).unlink()
        await desk.press("O")
        await desk.until_shown("is gone. Save the fax again.")
    assert opened.file == ""


async def test_a_program_that_fails_is_told_of(tmp_path: Path, opened: Opened) -> None:
    program(tmp_path, "exit 3")
    async with handling(tmp_path) as desk:
        await saved(desk)
        await desk.press("O")
        await desk.until_shown("xdg-open could not open", "(exit code 3). Is there an application for such files?")
    assert opened.file == ""
