"""What plain and far terminals are sent: little, nothing while nobody does anything, and only what they can show."""

import signal
from functools import partial
from pathlib import Path

import pytest
from pty_session import PtySession, in_terminal
from setting_on_a_terminal import choose_setting

FAR = {"SSH_CONNECTION": "192.0.2.7 50022 192.0.2.1 22", "COLORTERM": None}
MOUSE = {"1002", "1006"}
ANY_MOUSE = {"9", "1000", "1001", "1002", "1003", "1005", "1006", "1015", "1016"}
PLAIN = [
    {"TERM": "linux", **FAR},
    {"TERM": "vt100", "LANG": "C", **FAR},
    {"LANG": "C", "NO_COLOR": "1"},
    {"LC_ALL": "C", "TERM": "xterm-256color"},
]
SCREENS = {
    "f": "Tab next field",
    "f\x1b[Z ": "Yesterday",
    "s": "Sort by",
    "c": "Baud rate",
    "g": "Go to page",
    "x": "Export",
    "y": "Copy",
    "a": "Accounts",
    "v": "Saved views",
    "D": "type delete: without a copy",
    ",": "page_size",
    "?": "this help",
    "i": "Customer",
    "\x10": "Search for commands",
}
"""Every screen, the keys to it from the list, and what is written there."""


def reversed_lines(terminal: PtySession) -> list[str]:
    """What is written in the terminal's own colours, reversed, from line to line."""
    lines = []
    for y in range(terminal.screen.lines):
        cells = [terminal.screen.buffer[y][x] for x in range(terminal.screen.columns)]
        text = "".join(each.data for each in cells if each.reverse and (each.fg, each.bg) == ("default", "default"))
        if text:
            lines.append(text.strip())
    return lines


def is_chosen(terminal: PtySession, text: str) -> bool:
    return any(text in each for each in reversed_lines(terminal))


def leave(terminal: PtySession, shown: str) -> None:
    """Close it, and wait until it is gone."""
    terminal.type("\x1b")
    terminal.wait_until_gone(shown)


def mouse_modes(terminal: PtySession) -> set[str]:
    return terminal.left_on() & ANY_MOUSE


@pytest.mark.parametrize(
    ("keys", "seconds"),
    [("", 3), ("f\t", 1.2), (",", 1.2), ("\x10", 1.2)],
    ids=["list", "field", "settings", "commands"],
)
def test_left_alone_it_sends_nothing(tmp_path: Path, keys: str, seconds: float) -> None:
    with in_terminal("--demo", home=tmp_path, environ=FAR) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        terminal.type(keys)
        terminal.wait_until_silent()
        assert not terminal.sends_something_within(seconds)


def configured(home: Path, text: str) -> None:
    config = home / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(text)


@pytest.mark.parametrize("thin", ['"auto"', "false"])
def test_the_mouse_is_followed_only_where_it_clicks_and_not_after_it_was_switched_off(
    tmp_path: Path, thin: str
) -> None:
    configured(tmp_path, f"[ui]\nthin = {thin}\n")
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.wait_until(lambda: mouse_modes(terminal) == MOUSE, "the mouse on")
        terminal.type("M")
        terminal.wait_until(lambda: mouse_modes(terminal) == set(), "the mouse off")
        terminal.type("M")
        terminal.wait_until(lambda: mouse_modes(terminal) == MOUSE, "the mouse on")
        assert b"1003" not in terminal.sent


def test_the_mouse_is_switched_off_in_the_settings(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        terminal.wait_until(lambda: mouse_modes(terminal) == MOUSE, "the mouse on")
        choose_setting(terminal, "mouse")
        terminal.wait_until(lambda: mouse_modes(terminal) == set(), "the mouse off")


def test_sending_everything_it_reads_any_byte_and_paints_again_after_a_stop_from_outside(tmp_path: Path) -> None:
    configured(tmp_path, "[ui]\nthin = false\n")
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        terminal.type("\udcff\udce9")
        terminal.type("s")
        terminal.wait_for(SCREENS["s"])
        leave(terminal, SCREENS["s"])
        terminal.wait_until_silent()
        before = terminal.text
        terminal.kill(signal.SIGSTOP)
        terminal.wait_until_stopped()
        terminal.screen.reset()
        terminal.kill(signal.SIGCONT)
        terminal.wait_until(lambda: terminal.text == before, "the same screen")
        terminal.type("q")
        assert terminal.wait_for_end() == 0


def test_a_mouse_that_the_settings_leave_out_is_never_asked_for(tmp_path: Path) -> None:
    configured(tmp_path, "[ui]\nmouse = false\n")
    with in_terminal("--demo", home=tmp_path) as terminal:
        terminal.wait_for("page 1 of")
        terminal.wait_until_silent()
        assert not any(mode.encode() in terminal.sent for mode in MOUSE)


@pytest.mark.parametrize("environ", PLAIN, ids=["linux", "vt100", "no colours", "locale"])
def test_where_there_is_no_utf8_every_screen_is_ascii(tmp_path: Path, environ: dict[str, str | None]) -> None:
    with in_terminal("--demo", home=tmp_path, environ=environ) as terminal:
        terminal.wait_for("page 1 of")
        for keys, written in SCREENS.items():
            terminal.type(keys)
            terminal.wait_for(written)
            leave(terminal, written)
            if written == "Yesterday":
                leave(terminal, SCREENS["f"])
        # Whether it repeats what is not ASCII is found out by asking, and wiped away again.
        assert terminal.sent.replace("\xa0\x1b[2b\x1b[6n".encode(), b"").isascii()


@pytest.mark.parametrize(
    "environ", [FAR, {"NO_COLOR": "1"}, {"TERM": "vt100", **FAR}], ids=["sixteen", "none", "vt100"]
)
def test_what_is_chosen_is_seen_on_black_on_white_and_without_colours(
    tmp_path: Path, environ: dict[str, str | None]
) -> None:
    with in_terminal("--demo", home=tmp_path, environ=environ) as terminal:
        terminal.wait_for("page 1 of")
        for keys, chosen, another in (
            ("s", "▼ Received      newest first (Enter: oldest first)", "Message id    A–Z"),
            (",", "theme", "page_size"),
        ):
            terminal.type(keys)
            terminal.wait_for(SCREENS[keys])
            terminal.wait_until(partial(is_chosen, terminal, chosen), chosen)
            if another is not None:
                terminal.type("\x1b[B")
                terminal.wait_until(partial(is_chosen, terminal, another), another)
                assert not is_chosen(terminal, chosen)
            leave(terminal, SCREENS[keys])
        terminal.type("g")
        terminal.wait_until(lambda: "(" in reversed_lines(terminal), "the cursor in the field")
        leave(terminal, SCREENS["g"])
        terminal.type("f\x1b[Z")
        terminal.wait_until(partial(is_chosen, terminal, "Last 7 days "), "the period")
        terminal.type("\t" * 5)
        terminal.wait_until(lambda: "Apply" in reversed_lines(terminal), "the button")


def test_over_ssh_only_the_terminals_own_colours_are_used(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path, environ=FAR) as terminal:
        terminal.wait_for("page 1 of")
        terminal.type("f")
        terminal.wait_for("Tab next field")
        assert terminal.colours_sent()
        assert not any(b"38;" in each or b"48;" in each for each in terminal.colours_sent())


def test_the_filters_are_opened_in_few_bytes(tmp_path: Path) -> None:
    with in_terminal("--demo", home=tmp_path, environ={**FAR, "TERM": "xterm"}) as terminal:
        terminal.wait_for("page 1 of", "? Help")
        terminal.wait_until_silent()
        before = len(terminal.sent)
        terminal.type("f")
        terminal.wait_for("Tab next field")
        terminal.wait_until_silent()
        assert len(terminal.sent) - before < 1000
