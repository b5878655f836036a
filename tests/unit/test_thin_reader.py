"""Whatever the thin driver does not know reaches the terminal unchanged, and in its place."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from thin_stream import COLUMNS, LINES, Thin, at, frames, whole

from faxtui.terminal.driver.output_parser import OutputParser
from faxtui.terminal.driver.screen import Screen

ASIDE = (
    "\x1b[?2004h",
    "\x1b[?1002;1006h",
    "\x1b[>25u",
    "\x1b[<u",
    "\x1b[>4;2m",
    "\x1b[?2026$p",
    "\x1b[6n",
    "\x1b[c",
    "\x1b[3 q",
    "\x1b[22;0t",
    "\x1b]52;c;ZmF4\x07",
    "\x1b]0;title\x1b\\",
    "\x07",
)
GRAPHICS = ("\x1b_Gf=100;AAAA\x1b\\", "\x1bPq#0~~\x1b\\")
CHANGING = ("\x1b[?1049h", "\x1b[2L", "\x1bc", "\x1b[3;4r", "\x1b(0", "\x0e")


def shown(*writes: str) -> list[str]:
    reader = OutputParser(Screen(COLUMNS, LINES))
    for write in writes:
        assert not list(reader.parse(write))
    return ["".join(cell.text for cell in row).rstrip() for row in reader.screen.rows]


@pytest.mark.parametrize("sequence", ASIDE)
def test_a_sequence_beside_the_screen_passes_alone(sequence: str) -> None:
    thin = Thin()
    thin.sent(at(0, 0, ("", "fax")))
    assert thin.sent(sequence) == sequence
    assert thin.sent(at(0, 0, ("", "fax"))) == ""


@pytest.mark.parametrize("sequence", GRAPHICS)
def test_a_picture_is_drawn_where_textual_left_the_cursor(sequence: str) -> None:
    thin = Thin()
    thin.sent(at(0, 0, ("", "fax")))
    assert thin.sent(f"\x1b[3;5H{sequence}") == f"\n\n\x1b[C{sequence}"
    assert thin.sent(at(0, 0, ("", "tax"))) == "\x1b[m\x1b[Ht"


@pytest.mark.parametrize("sequence", CHANGING)
def test_after_a_sequence_that_may_change_the_screen_all_of_it_is_painted(sequence: str) -> None:
    thin = Thin()
    thin.sent(at(0, 0, ("", "fax")))
    assert thin.sent(sequence).endswith(sequence)
    assert thin.sent(at(1, 0, ("", "x"))) == "\x1b[m\x1b[H\x1b[Jfax\n\rx"


@given(frames, st.lists(st.sampled_from(ASIDE + GRAPHICS + CHANGING), max_size=6))
def test_all_of_them_come_in_order(writes: list[str], sequences: list[str]) -> None:
    thin = Thin()
    sent = ""
    for number, sequence in enumerate(sequences):
        sent += thin.sent(writes[number % len(writes)] + sequence)
    place = 0
    for sequence in sequences:
        place = sent.index(sequence, place) + len(sequence)


@given(frames, st.lists(st.integers(1, 40), min_size=1))
def test_it_does_not_matter_how_writes_are_cut(writes: list[str], lengths: list[int]) -> None:
    stream = "".join(writes)
    cut: list[str] = []
    while stream:
        length = lengths[len(cut) % len(lengths)]
        cut.append(stream[:length])
        stream = stream[length:]
    if not any(character in "".join(writes) for character in "\u0301"):
        assert shown(*cut) == shown(*writes)


def test_line_feeds_returns_moves_and_erasures_are_understood() -> None:
    assert shown(whole(["one", "two"])) == ["one", "two", "", "", ""]
    assert shown("\n\n\n\none\r\ntwo") == ["", "", "", "one", "two"]
    assert shown("abc\x1b[2Dx\b\bz") == ["zxc", "", "", "", ""]
    assert shown("\x1b[2;3Ha\x1b[Ab\x1b[Bc\x1b[3Gd\x1b[4de\x1b[Ef\x1b[Fg") == ["   b", "  d c", "", "g  e", "f"]
    assert shown("abcdef\x1b[3D\x1b[K") == ["abc", "", "", "", ""]
    assert shown("a\nb\nc\x1b[2;1H\x1b[J") == ["a", "", "", "", ""]
    assert shown("a\nb\nc\x1b[2;1H\x1b[1J") == ["", "", "c", "", ""]
    assert shown("a\nb\x1b[2J") == [""] * LINES


def test_nothing_is_painted_past_the_last_column() -> None:
    assert shown(f"\x1b[1;{COLUMNS - 1}Habcd")[0].strip() == "ad"


def test_frames_are_synchronized_once_textual_has_done_so() -> None:
    thin = Thin()
    thin.sent(at(0, 0, ("", "fax")))
    assert thin.sent("\x1b[?2026h", at(0, 0, ("", "tax")), "\x1b[?2026l") == "\x1b[?2026h\rt\x1b[?2026l"
    assert thin.sent("\x1b[?2026h", at(0, 0, ("", "tax")), "\x1b[?2026l") == ""


def test_a_link_is_closed_in_every_frame() -> None:
    opened, closed = "\x1b]8;id=1;http://a\x1b\\", "\x1b]8;;\x1b\\"
    thin = Thin()
    thin.sent(at(0, 0, ("", "fax")))
    assert thin.sent(f"\x1b[2;1H{opened}fax{closed}") == f"{opened}\n\rfax{closed}"
