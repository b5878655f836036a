"""The fewest bytes: moves, styles, repetition and erasing, and what no terminal is asked that can't do it."""

import subprocess
import sys
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st
from repeating_pyte import RepeatingScreen, RepeatingStream
from thin_stream import COLUMNS, LINUX, TMUX, VT100, XTERM, Thin, at

from faxtui.terminal.capabilities import UNKNOWN, Terminfo
from faxtui.terminal.driver.driver import Probe
from faxtui.terminal.driver.output import Invalidate, OutputQueue
from faxtui.terminal.driver.output_parser import Effect, RawSequence
from faxtui.terminal.driver.painter import Frame
from faxtui.terminal.driver.pen import apply_sgr, move_length, sgr_between, shortest_move
from faxtui.terminal.driver.screen import PLAIN, Screen, Style

BOLD_RED = Style("31", "", frozenset({1}))


def after(thin: Thin, *texts: tuple[str, str]) -> str:
    """What a line of these, and blanks after them, takes on an empty screen."""
    thin.sent(at(0, 0, ("", "x")))
    thin.sent(at(0, 0, ("", " " * COLUMNS)))
    return thin.sent(at(0, 0, *texts)).lstrip("\r")


@pytest.mark.parametrize(
    ("line", "column", "to", "way"),
    [
        (None, None, (0, 0), "\x1b[H"),
        (3, None, (3, 0), "\r"),
        (3, 4, (3, 4), ""),
        (3, 4, (3, 2), "\b\b"),
        (3, 4, (4, 4), "\n"),
        (3, 4, (2, 4), "\x1bM"),
        (3, 4, (3, 8), "\t"),
        (3, 4, (3, 5), "\x1b[C"),
        (9, 40, (0, 12), "\x1b[;13H"),
        (2, 79, (3, 0), "\n\r"),
    ],
)
def test_the_cursor_takes_the_shortest_way(line: int | None, column: int | None, to: tuple[int, int], way: str) -> None:
    assert shortest_move(line, column, to, 80, XTERM) == way


@given(st.integers(0, 23), st.integers(0, 79) | st.none(), st.integers(0, 23), st.integers(0, 79))
def test_a_move_is_hardly_shorter_than_is_told(line: int, column: int | None, to_line: int, to_column: int) -> None:
    for facts in (XTERM, UNKNOWN):
        way = shortest_move(line, column, (to_line, to_column), 80, facts)
        assert len(way) <= move_length(line, column, (to_line, to_column), 80, facts) <= len(way) + 3


def test_styles_change_by_what_differs() -> None:
    assert sgr_between(PLAIN, BOLD_RED, True) == "\x1b[1;31m"
    assert sgr_between(BOLD_RED, PLAIN, True) == "\x1b[m"
    assert sgr_between(BOLD_RED, Style("31"), True) == "\x1b[22m"
    assert sgr_between(BOLD_RED, Style("31", "44", frozenset({1})), True) == "\x1b[44m"
    assert sgr_between(Style(codes=frozenset({1, 2})), Style(codes=frozenset({2})), True) == "\x1b[;2m"
    assert sgr_between(None, BOLD_RED, True) == "\x1b[;1;31m"


def test_a_terminal_that_can_not_turn_off_one_starts_anew() -> None:
    assert sgr_between(BOLD_RED, Style("31"), False) == "\x1b[;31m"
    assert sgr_between(Style("31"), BOLD_RED, False) == "\x1b[1m"


@given(st.lists(st.sampled_from(["1", "2", "22", "4", "24", "7", "27", "31", "39", "48;2;1;2;3", "49", "0", "58;5;3"])))
def test_switching_leads_to_the_style_that_was_wanted(parameters: list[str]) -> None:
    pen = PLAIN
    for each in parameters:
        wanted = apply_sgr(pen, each)
        for turns_off in (True, False):
            way = sgr_between(pen, wanted, turns_off)
            assert not way or apply_sgr(pen, way[2:-1]) == wanted
        pen = wanted


def test_ascii_is_repeated_and_other_characters_only_where_the_terminal_has_shown_it() -> None:
    assert after(Thin(XTERM), ("", "-" * 20)) == "-\x1b[19b"
    assert after(Thin(XTERM), ("", "─" * 20)) == "─" * 20
    probe = Probe(XTERM, columns=80)
    assert after(Thin(probe.result(72 + 6)), ("", "─" * 20)) == "─\x1b[19b"
    assert after(Thin(probe.result(72 + 4)), ("", "─" * 20)) == "─" * 20
    assert after(Thin(probe.result(72 + 2)), ("", "-" * 20)) == "-" * 20
    assert after(Thin(LINUX), ("", "-" * 20)) == "-" * 20


@pytest.mark.parametrize("facts", [XTERM, TMUX, VT100, Terminfo(rep=True)])
def test_nothing_is_relied_on_that_the_terminal_can_not_do(facts: Terminfo) -> None:
    for columns, apart, repeated in product((7, 20, 46, 47, 80, 120), (4, 7, 8, 9, 10, 16), ("", " ", " \xa0")):
        screen = RepeatingScreen(columns, 2, repeated.__contains__)
        screen.tabstops = set(range(apart, columns, apart))
        probe = Probe(facts, columns)
        RepeatingStream(screen).feed(probe.text.encode())
        learned = probe.result(screen.cursor.x)
        assert learned.tabs == (facts.tabs and apart == 8 and columns >= 47)
        if learned.tabs or not facts.tabs:
            assert learned.rep == (facts.rep and " " in repeated)
            assert learned.rep_of_any == (facts.rep and "\xa0" in repeated)
        else:
            assert learned.rep <= (facts.rep and " " in repeated)


@pytest.mark.parametrize("look", ["7", "4", "21", "9", "53"])
def test_nothing_is_erased_under_what_shows_on_a_blank(look: str) -> None:
    for facts in (XTERM, LINUX, TMUX, VT100):
        sent = after(Thin(facts), (look, " " * COLUMNS))
        assert "K" not in sent
        assert "X" not in sent


def test_a_background_is_erased_only_with_bce() -> None:
    assert after(Thin(XTERM), ("44", " " * COLUMNS)) == "\x1b[44m\r\x1b[K"
    assert after(Thin(LINUX), ("44", " " * COLUMNS)) == "\x1b[44m\r\x1b[K"
    assert after(Thin(TMUX), ("44", " " * COLUMNS)) == f"\x1b[44m\r{' ' * COLUMNS}"


def test_after_a_character_of_unsure_width_the_cursor_is_put_anew() -> None:
    assert after(Thin(XTERM), ("", "e\u0301a")) == "e\u0301\x1b[2Ga"
    assert after(Thin(XTERM), ("", "世a")) == "  \r世\x1b[3Ga"


def test_while_nothing_is_taken_only_the_newest_frame_waits_and_all_sequences() -> None:
    queue = OutputQueue()
    frames = [Frame(Screen(1, 1)) for _ in range(3)]
    bell, mode = RawSequence("\x07", Effect.NONE), RawSequence("\x1b[?2004h", Effect.NONE)
    for item in (frames[0], bell, frames[1], mode, Invalidate(), frames[2]):
        queue.put(item)
    assert queue.get_all() == [bell, mode, Invalidate(), frames[2]]


def test_a_frame_that_a_picture_is_drawn_on_waits_for_it() -> None:
    queue = OutputQueue()
    frames = [Frame(Screen(1, 1)) for _ in range(2)]
    picture = RawSequence("\x1bPq~\x1b\\", Effect.CURSOR, (0, 0))
    for item in (frames[0], picture, frames[1]):
        queue.put(item)
    assert queue.get_all() == [frames[0], picture, frames[1]]


def test_at_the_end_no_frame_is_sent_any_more() -> None:
    queue = OutputQueue()
    queue.put(Frame(Screen(1, 1)))
    queue.put(RawSequence("\x1b[?1049l", Effect.SCREEN))
    queue.close()
    assert queue.get_all() == [RawSequence("\x1b[?1049l", Effect.SCREEN)]
    assert queue.get_all() == []


@pytest.mark.parametrize(
    ("term", "facts"), [("vt100", VT100), ("linux", LINUX), ("xterm-256color", XTERM), ("no-such-terminal", UNKNOWN)]
)
def test_terminfo_tells_what_a_terminal_can_do(term: str, facts: Terminfo) -> None:
    asked = f"from faxtui.terminal.capabilities import *; print(read_terminfo({term!r}))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout
    assert told.strip() == repr(facts)
