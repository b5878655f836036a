"""What a terminal sends: keys, pastes and expected reports pass, everything else is dropped."""

import os
import string
from collections.abc import Iterable
from itertools import pairwise
from math import inf

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from unwanted_input import NO_KEYS, RESPONSES

from faxtui.terminal.driver.driver import KeyReader
from faxtui.terminal.driver.input import (
    ESCAPE,
    LOCAL_DELAY,
    REMOTE_DELAY,
    CellSize,
    CursorPosition,
    DeviceAttributes,
    Focus,
    InputFilter,
    Key,
    KittyGraphics,
    LargestSixel,
    Mouse,
    NewSize,
    Paste,
    Synchronized,
    TerminalClosed,
    Token,
    TtyInput,
)

KEYS = {
    "\x1b[A": "up",
    "\x1bOA": "up",
    "\x9bA": "up",
    "\x1b[1;1:1B": "down",
    "\x1b[1;1:2B": "down",
    "\x1b[1;5C": "ctrl+right",
    "\x1b[H": "home",
    "\x1bOF": "end",
    "\x1b[6~": "pagedown",
    "\x1b[5;1:2~": "pageup",
    "\x1b[3;2~": "shift+delete",
    "\x1b[Z": "shift+tab",
    "\x1bOP": "f1",
    "\x1b[[A": "f1",
    "\x1b[15~": "f5",
    "\x1b[25~": "f13",
    "\x1b[3$": "shift+delete",
    "\x1b[7^": "ctrl+end",
    "\x1b[a": "shift+up",
    "\x1b[27u": "escape",
    "\x1b[27;1:2u": "escape",
    "\x1b[13u": "enter",
    "\x1b[9;2u": "shift+tab",
    "\x1b[110u": "n",
    "\x1b[110;1:2u": "n",
    "\x1b[110;;110u": "n",
    "\x1b[97:65;2u": "A",
    "\x1b[97:65:97;2;65u": "A",
    "\x1b[97;2u": "A",
    "\x1b[97;66u": "A",
    "\x1b[97;5u": "ctrl+a",
    "\x1b[1089::99;5u": "ctrl+c",
    "\x1b[27;5;99~": "ctrl+c",
    "\x1b[27;2;68~": "D",
    "\x1b[0;;233u": "é",
    "\x1b[57399;;48u": "0",
    "\x1b[57419u": "up",
    "\x1b\x7f": "ctrl+w",
}
"""Keys as terminals send them, and as the application has to see them."""

REPORTS: dict[str, Token] = {
    "\x1b[I": Focus(gained=True),
    "\x1b[O": Focus(gained=False),
    "\x1b[<0;12;7M": Mouse("\x1b[<0;12;7M"),
    "\x1b[<65;223;100m": Mouse("\x1b[<65;223;100m"),
    "\x1b[48;24;80;480;1600t": NewSize(),
    "\x1b[?2026;2$y": Synchronized(supported=True),
    "\x1b[?2026;0$y": Synchronized(supported=False),
    "\x1b[1;79R": CursorPosition(0, 78),
    "\x1b[?62;4;22c": DeviceAttributes(frozenset({62, 4, 22})),
    "\x1b[6;20;10t": CellSize(10, 20),
    "\x1b[?2;0;1000;800S": LargestSixel(1000, 800),
    "\x1b_Gi=31;OK\x1b\\": KittyGraphics(supported=True),
    "\x1b_Gi=31;ENOTSUP:no\x1b\\": KittyGraphics(supported=False),
    "\x1b[200~D\x1b[DéÉ\r\x1b]0;x\x07\x1b[201~": Paste("D\x1b[DéÉ\r\x1b]0;x\x07"),
    "\x1b[200~\x1b[201~": Paste(""),
    "\x9b200~x\x1b[200~\x9b201~": Paste("x\x1b[200~"),
}
"""What passes besides keys."""


def tokens(*reads: str, every: float = 0.001, source: InputFilter | None = None) -> list[Token]:
    """The tokens of some reads, so many seconds apart, and of a long silence after them."""
    source = source or InputFilter()
    found: list[Token] = []
    now = 0.0
    for read in reads:
        found += silence(source, now - every, now)
        found += source.feed(read, now)
        now += every
    return found + silence(source, now - every)


def silence(source: InputFilter, now: float, until: float = inf) -> list[Token]:
    found: list[Token] = []
    while (left := source.seconds_left(now)) is not None and now + left < until:
        now += left + 1e-6
        found += source.feed("", now)
    return found


def names(found: Iterable[Token]) -> list[str]:
    """The keys as Textual names them; what else there is, as it is."""
    keys = KeyReader()
    read: list[str] = []
    for token in found:
        read += (
            [key.character or key.key for key in keys.keys(token.sequence)] if isinstance(token, Key) else [str(token)]
        )
    return read


def key_names(*reads: str, every: float = 0.001) -> list[str]:
    keys = KeyReader()
    return [
        key.key for token in tokens(*reads, every=every) if isinstance(token, Key) for key in keys.keys(token.sequence)
    ]


def in_pieces(text: str, cuts: Iterable[int]) -> list[str]:
    places = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    return [text[start:end] for start, end in pairwise(places) if start < end]


cuts = st.lists(st.integers(0, 400), max_size=12)
reports = st.sampled_from([*RESPONSES, *NO_KEYS])


@pytest.mark.parametrize(("sequence", "key"), KEYS.items(), ids=map(repr, KEYS))
def test_a_key_is_read_in_every_form(sequence: str, key: str) -> None:
    assert names(tokens(sequence)) == [key] or key_names(sequence) == [key]


@pytest.mark.parametrize("sequence", NO_KEYS, ids=repr)
def test_a_release_a_modifier_alone_and_what_cannot_be_read_are_no_keys(sequence: str) -> None:
    assert key_names(f"{sequence}j") == ["j"]


@pytest.mark.parametrize("sequence", RESPONSES, ids=repr)
def test_a_response_that_nobody_requested_is_dropped(sequence: str) -> None:
    assert tokens(f"j{sequence}k") == [Key("j"), Key("k")]


@pytest.mark.parametrize("sequence", RESPONSES, ids=repr)
@given(cuts)
def test_it_is_dropped_however_it_is_cut(sequence: str, places: list[int]) -> None:
    assert tokens(*in_pieces(f"j{sequence}k", places)) == [Key("j"), Key("k")]


@pytest.mark.parametrize(("sequence", "token"), REPORTS.items(), ids=map(repr, REPORTS))
@given(cuts)
def test_pastes_and_expected_reports_pass_however_they_are_cut(sequence: str, token: Token, places: list[int]) -> None:
    assert tokens(*in_pieces(f"j{sequence}k", places)) == [Key("j"), token, Key("k")]


@given(st.lists(reports | st.sampled_from([*KEYS, *REPORTS, "j", "D", "\r"]), max_size=8), cuts)
def test_it_does_not_matter_how_any_of_it_is_cut(sequences: list[str], places: list[int]) -> None:
    text = "".join(sequences)
    assert tokens(*in_pieces(text, places)) == tokens(text)


# Esc


def test_esc_alone_is_esc_after_the_delay_and_at_once_in_kittys_form() -> None:
    for delay in (LOCAL_DELAY, REMOTE_DELAY):
        source = InputFilter(delay)
        assert source.feed("\x1b", 0) == []
        assert source.feed("", delay - 0.01) == []
        assert source.feed("", delay + 0.01) == [ESCAPE]
        assert key_names("\x1b[27u") == ["escape"]
        assert source.feed("\x1b[27u", 9) != []


@pytest.mark.parametrize("character", string.printable.replace("[", ""))
def test_esc_and_a_key_in_one_read_are_both(character: str) -> None:
    if character == "\\":
        assert tokens("\x1b\\") == []
    else:
        assert tokens(f"\x1b{character}") == [ESCAPE, Key(character)]
        assert tokens("\x1b", character) == [ESCAPE, Key(character)]


def test_esc_twice_and_esc_before_an_arrow_are_both() -> None:
    assert tokens("\x1b\x1b") == [ESCAPE, ESCAPE]
    assert key_names("\x1b\x1b[A") == ["escape", "up"]


@pytest.mark.parametrize("rest", ["[D", "[A", "[1;5C", "[3~", "OD", "[110;1:3u", "[<0;3;4M", "[I", "]11;rgb:0/0/0\x07"])
def test_the_rest_of_a_sequence_that_comes_after_its_esc_is_swallowed(rest: str) -> None:
    assert tokens("\x1b", f"{rest}", "j", every=0.25) == [ESCAPE, Key("j")]
    assert tokens("\x1b", f"{rest}\x1b[6~n", every=0.9) == [ESCAPE, Key("\x1b[6~"), Key("n")]


def test_over_ssh_the_rest_may_take_longer() -> None:
    source = InputFilter(REMOTE_DELAY)
    assert names(tokens("\x1b", "[D", every=0.25, source=source)) == ["left"]
    assert names(tokens("\x1b", "[", "D", every=0.4, source=source)) == ["left"]


def test_a_paste_whose_esc_came_first_is_still_a_paste() -> None:
    assert tokens("\x1b", "[200~Dr Max\x1b[201~j", every=0.25) == [ESCAPE, Paste("Dr Max"), Key("j")]


@pytest.mark.parametrize("cut", range(2, 6))
def test_a_sequence_cut_anywhere_never_becomes_letters(cut: int) -> None:
    sequence = "\x1b[1;5D"
    assert tokens(sequence[:cut], sequence[cut:], "j", every=0.3) in ([ESCAPE, Key("j")], [Key("j")])


def test_keys_typed_after_esc_are_keys() -> None:
    assert tokens("\x1b", "O", "D", every=0.3) == [ESCAPE, Key("O"), Key("D")]
    assert tokens("\x1b", "[D", every=1.2) == [ESCAPE, Key("["), Key("D")]
    assert tokens("\x1b", "P", "x", every=0.3) == [ESCAPE, Key("P"), Key("x")]


# What has no end


@pytest.mark.parametrize(
    "start", ["\x1b]11;rgb", "\x1bP>|tmux", "\x1b_G", "\x1b^p", "\x1bXtext", "\x9d0;", "\x90q", "\x98"]
)
def test_a_string_without_an_end_does_not_swallow_the_keyboard(start: str) -> None:
    assert tokens(start, "j", "k", every=2) == [Key("j"), Key("k")]
    assert tokens(start, *"jjjjjjjjjk", every=0.5)[-1] == Key("k")
    assert tokens(f"{start}x\x03") == [Key("\x03")]
    assert names(tokens(f"{start}x\x1b[Bj")) == ["down", "j"]


def test_the_end_of_a_string_that_comes_late_is_swallowed() -> None:
    assert tokens("\x1b]11;rgb:", "ffff\x1b\\", every=1.5) == []


def test_a_sequence_without_an_end_is_dropped() -> None:
    assert tokens("\x1b[1;", "j", every=2) == [Key("j")]
    assert tokens(f"\x1b[{'1;' * 100_000}", "u", "j") == [Key("j")]
    assert tokens("\x1b[12\rj") == [Key("\r"), Key("j")]
    assert tokens("\x1b[MD\x1b[B") == [Key("\x1b[B")]


def test_a_paste_without_an_end_is_a_paste_and_what_follows_at_once_belongs_to_it() -> None:
    assert tokens("\x1b[200~Dr Max", "j", every=6) == [Paste("Dr Max"), Key("j")]
    assert tokens("\x1b[200~Dr Max", " Dupont\x1b[201~", "j", every=6) == [Paste("Dr Max"), Paste(" Dupont"), Key("j")]
    assert tokens("\x1b[200~Dr Max", "\x1b[B", "j", every=6) == [Paste("Dr Max"), Key("\x1b[B"), Key("j")]


def test_of_an_endless_paste_only_the_beginning_is_kept() -> None:
    pieces = ["\x1b[200~", *["D" * 4096] * 400, "\x1b[20", "1~j"]
    found = tokens(*pieces, every=1e-6)
    assert isinstance(found[0], Paste)
    assert found[0].text == "D" * (1 << 20)
    assert found[1:] == [Key("j")]


# Anything

_CONTROLS = ["\x1b", "\x1b\\", "\x07", "\x9b", "\x9d", "\x90", "\x9c", "\r", "\x03", "\x00", "\ufffd"]
_PIECES = st.sampled_from(
    [
        *_CONTROLS,
        *[
            "[",
            "]",
            "P",
            "_",
            "O",
            "M",
            ";",
            ":",
            "1",
            "27",
            "1114112",
            "u",
            "~",
            "R",
            "t",
            "A",
            "200~",
            "201~",
            "D",
            "$",
            "y",
            "<",
            "?",
        ],
    ]
)
streams = st.lists(_PIECES | st.text(max_size=3) | st.binary(max_size=4).map(lambda each: each.decode("latin-1")))


@given(streams, cuts, st.sampled_from([0.0, 0.05, 0.3, 2.0]))
@example(["\x1b[57u"], [], 0.0)
def test_no_stream_of_characters_raises_or_silences_the_keyboard(
    stream: list[str], places: list[int], every: float
) -> None:
    source = InputFilter()
    found = tokens(*in_pieces("".join(stream), places), every=every, source=source)
    names(found)
    for token in found:
        if isinstance(token, Mouse):
            KeyReader().mouse(token.sequence)
    late = 1000.0
    assert silence(source, late) == []
    assert source.feed("j", late + 10) == [Key("j")]


@pytest.mark.parametrize("charset", ["utf-8", "iso8859-15", "euc_jp"])
@given(stream=st.binary(max_size=200), lengths=st.lists(st.integers(1, 9), min_size=1))
def test_no_stream_of_bytes_ends_the_reading(charset: str, stream: bytes, lengths: list[int]) -> None:
    ours, terminals = os.pipe()
    tty, source = TtyInput(ours, charset), InputFilter()
    found: list[Token] = []
    for number in range(len(stream)):
        piece, stream = stream[: lengths[number % len(lengths)]], stream[lengths[number % len(lengths)] :]
        if not piece:
            break
        os.write(terminals, piece)
        text = tty.read(1)
        assert text is not None
        found += source.feed(text, number) if text else []
    names(found + silence(source, 1000.0))
    os.write(terminals, b"jj")
    assert source.feed(tty.read(1) or "", 2000.0)[-1] == Key("j")
    os.close(terminals)
    with pytest.raises(TerminalClosed):
        tty.read(1)
    os.close(ours)


def test_an_8_bit_terminal_sends_8_bit_sequences() -> None:
    ours, terminals = os.pipe()
    os.write(terminals, b"\x9bB\x9d11;rgb:0/0/0\x9c\xe9")
    found = names(InputFilter().feed(TtyInput(ours, "iso8859-15").read(1) or "", 0))
    assert found == ["down", "é"]
    os.close(ours)
    os.close(terminals)


@given(st.text("0123456789;:<=>?!% ", max_size=30), st.characters(min_codepoint=0x40, max_codepoint=0x7E))
def test_no_control_sequence_is_a_letter(parameters: str, final: str) -> None:
    assert not [
        each for each in tokens(f"\x1b[{parameters}{final}j")[:-1] if isinstance(each, Key) and len(each.sequence) < 3
    ]
