"""Input of the terminal: read, decoded, and reduced to keys, pastes and expected reports.

Terminals also send responses late or without a request, and slow lines cut sequences into pieces. Textual would read
both as keys, and here keys delete faxes. It also reads every number it does not know as a character: ``CSI 68 ~`` is
``D``, ``CSI 25 ~`` (F13) is Ctrl+Y, and a number above 0x10FFFF is an error. So only sequences that name a key pass,
without the parts that Textual cannot read.
"""

from __future__ import annotations

import codecs
import os
import re
import select
from collections.abc import Iterator
from typing import NamedTuple

_PARAMETERS = re.compile(r"([\d:;]*)([ABCDEFHPQS~u])")
_RXVT = re.compile(r"\d{1,2}[\^@]|(?:[378]|2[34])\$|[abcd]|1;[5-8][p-tv-y]|\[[A-E]|Z")
"""Keys of rxvt, Ctrl with a digit, F1 to F5 of the Linux console, and Shift+Tab: without modifiers to read."""
_NAMED = frozenset({1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 15, 17, 18, 19, 20, 21, 23, 24})
"""The numbers before ``~`` that name a key."""
_FROM_F13 = {25: 57376, 26: 57377, 28: 57378, 29: 57379, 31: 57380, 32: 57381, 33: 57382, 34: 57383}
"""VT220's numbers of F13 to F20, and kitty's."""
_FUNCTIONAL = range(57344, 63744)
"""Kitty's numbers of keys without a character."""
_KNOWN_FUNCTIONAL = frozenset({*range(57361, 57364), *range(57376, 57427), *range(57428, 57441)})
"""Without the lock keys (57358 to 57360) and modifiers (57441 to 57454): alone they are no key."""
_CONTROLS = frozenset({9, 13, 27, 127})
"""Tab, Enter, Escape and Backspace."""
_OTHER_KEYS = 27
"""The first parameter of xterm's modifyOtherKeys: ``CSI 27 ; modifiers ; character ~``."""
_LONGEST = 7
_SHIFT, _LOCKS = 0x1, 0x40 | 0x80
_PRESSED, _REPEATED = 1, 2


def key_sequence(body: str) -> str | None:
    """Return the key of ``CSI body`` as a sequence that Textual knows, or None if it is none, or its release.

    Source: kitty's keyboard protocol (``code:shifted:base ; modifiers:event ; text``), xterm's ctlseqs.
    """
    if _RXVT.fullmatch(body):
        return f"\x1b[{body}"
    match = _PARAMETERS.fullmatch(body)
    if match is None:
        return None
    fields = _fields(match[1])
    if fields is None:
        return None
    codes, modifiers, text = fields
    final = match[2]
    if final == "~" and codes[0] == _OTHER_KEYS:
        codes, text, final = text, (), "u"
    event = modifiers[1] if len(modifiers) > 1 else _PRESSED
    if event not in (None, _PRESSED, _REPEATED) or len(codes) > 3 or len(modifiers) > 2:
        return None
    held = _held(modifiers)
    if held is None:
        return None
    if final == "u":
        return _character_key(codes, held, text)
    return _function_key(codes[0] if codes else None, held, final)


def _fields(parameters: str) -> tuple[tuple[int | None, ...], tuple[int | None, ...], tuple[int | None, ...]] | None:
    """Return up to three parameters with their sub-parameters, None for an omitted number; None if there are more."""
    fields: list[tuple[int | None, ...]] = []
    for parameter in parameters.split(";"):
        numbers = parameter.split(":")
        if any(len(number) > _LONGEST for number in numbers):
            return None
        fields.append(tuple(int(number) if number else None for number in numbers))
    if len(fields) > 3:
        return None
    codes, modifiers, text = [*fields, (None,), (None,)][:3]
    return codes, modifiers, text


def _held(modifiers: tuple[int | None, ...]) -> int | None:
    """Return the modifiers as bits; None if the number is none of them."""
    number = modifiers[0] or 1
    return number - 1 if number <= 256 else None


def _function_key(code: int | None, held: int, final: str) -> str | None:
    if final != "~":
        code = 1 if code is None else code
        if code != 1:
            return None
    elif code in _FROM_F13:
        code, final = _FROM_F13[code], "u"
    elif code not in _NAMED:
        return None
    if held:
        return f"\x1b[{code};{held + 1}{final}"
    return f"\x1b[{code}{final}" if final in "~u" else f"\x1b[{final}"


def _character_key(codes: tuple[int | None, ...], held: int, text: tuple[int | None, ...]) -> str | None:
    code, shifted, base = [*codes, None, None][:3]
    code = code or 0
    written = [number for number in text if number]
    if not all(map(_is_character, written)):
        return None
    others = held & ~_LOCKS
    if code in _FUNCTIONAL:
        if code not in _KNOWN_FUNCTIONAL:
            return None
    elif code in _CONTROLS:
        written = []
    elif not (_is_character(code) if code else written):
        return None
    elif others & ~_SHIFT:
        # Shortcuts go by the position on the keyboard, whatever its layout.
        code = base if base and _is_character(base) else code
        written = []
    elif not written:
        written = [_shifted(code, shifted) if others & _SHIFT else code]
    modifiers = held + 1 if held else ""
    texts = ":".join(map(str, written))
    return f"\x1b[{code};{modifiers};{texts}u" if texts else f"\x1b[{code};{modifiers}u" if held else f"\x1b[{code}u"


def _shifted(code: int, shifted: int | None) -> int:
    upper = chr(code).upper()
    if shifted and _is_character(shifted):
        return shifted
    return ord(upper) if len(upper) == 1 else code


def _is_character(code: int) -> bool:
    return 0x20 <= code < 0x7F or 0xA0 <= code < 0xD800 or 0xE000 <= code <= 0x10FFFF


class Key(NamedTuple):
    """A key: one character, or the sequence of a function key in a form without sub-parameters."""

    sequence: str


class Paste(NamedTuple):
    """The content of a bracketed paste."""

    text: str


class Mouse(NamedTuple):
    """A mouse report in SGR form (xterm's ctlseqs)."""

    sequence: str


class Focus(NamedTuple):
    """The terminal's window got or lost the focus."""

    gained: bool


class NewSize(NamedTuple):
    """The terminal's window has another size (in-band resize notification, mode 2048)."""


class Synchronized(NamedTuple):
    """Response to DECRQM: whether the terminal knows synchronized output (mode 2026)."""

    supported: bool


class CursorPosition(NamedTuple):
    """Response to ``CSI 6n``: line and column, from 0."""

    line: int
    column: int


class DeviceAttributes(NamedTuple):
    """Response to ``CSI c`` (DA1): the numbers of what the terminal has."""

    numbers: frozenset[int]


class CellSize(NamedTuple):
    """Response to ``CSI 16 t``: width and height of a cell in pixels."""

    width: int
    height: int


class LargestSixel(NamedTuple):
    """Response to XTSMGRAPHICS: width and height of the largest sixel picture in pixels."""

    width: int
    height: int


class KittyGraphics(NamedTuple):
    """Response to a query of kitty's graphics protocol."""

    supported: bool


GraphicsReport = DeviceAttributes | CellSize | LargestSixel | KittyGraphics
Token = Key | Paste | Mouse | Focus | NewSize | Synchronized | CursorPosition | GraphicsReport

ESCAPE = Key("\x1b")


LOCAL_DELAY, REMOTE_DELAY = 0.1, 0.5
"""Seconds that the rest of a sequence may take, on this machine and over ssh."""
_LATE = 1.0
"""Seconds after which nothing can be the rest of a sequence that was given up."""
_STRING_SILENCE, _STRING_LIMIT = 1.0, 3.0
"""Seconds of silence, and in all, after which the end of a string is lost and the keyboard counts again."""
_PASTE_SILENCE = 5.0
"""Seconds of silence after which the end of a paste is lost."""
_PASTE_LIMIT = 1 << 20
"""Characters of a paste that are kept."""
_SEQUENCE_LIMIT = 256
"""Characters of an unfinished sequence that are kept: every valid one is shorter."""

_CSI = r"(?:\x1b\[|\x9b)"
_OSC = r"(?:\x1b\]|\x9d)"
_DCS = r"(?:\x1b[P_^X]|[\x90\x9f\x9e\x98])"
"""The introducers of DCS, APC, PM and SOS."""
_ABORTED = r"\x18|\x1a|(?=\x03|\x1b[^\\])"
"""What ends a string early: CAN, SUB, Ctrl+C, and the start of another sequence."""
_SEQUENCE = re.compile(
    rf"{_CSI}(?P<control>\[[ -~]|(?:[378]|2[34])\$|M[^\x00-\x1f\x7f]{{3}}|(?![\[M])[ -?]*[@-~])"
    r"|(?:\x1bO|\x8f)(?P<shift>[\d;]*[@-~])"
    rf"|{_OSC}[^\x03\x07\x18\x1a\x1b\x9c]*(?:\x07|\x1b\\|\x9c|{_ABORTED})"
    r"|\x1b_G(?P<kitty>[\d,=A-Za-z]*;[^\x00-\x1f\x7f-\x9f]*)\x1b\\"
    rf"|{_DCS}[^\x03\x18\x1a\x1b\x9c]*(?:\x1b\\|\x9c|{_ABORTED})"
    r"|\x1b\\"
    r"|(?P<word>\x1b[\x08\x7f])"
)
"""A complete sequence (ECMA-48). ``control`` also has F1 to F5 of the Linux console, Shift with a key in rxvt, and
the old mouse report, whose three characters would be keys; ``word`` is Alt+Backspace."""
_UNFINISHED = re.compile(
    rf"{_CSI}(?:\[|M[^\x00-\x1f\x7f]{{0,2}}|[ -?]*)\Z|(?:\x1bO|\x8f)[\d;]*\Z|\x1b\Z"
    rf"|({_OSC}|{_DCS})[^\x03\x18\x1a\x1b\x9c]*(\x1b?)\Z"
)
_RUINED = re.compile(rf"{_CSI}(?:\[|M[^\x00-\x1f\x7f]{{0,2}}|[ -?]*)")
"""A control sequence that is cut short by something else."""
_REST = re.compile(
    rf"{_CSI}[ -?]*(?:[@-~]|\Z)|\x1bO[@-~](?=\x1b|\Z)|{_OSC}[^\x07\x1b]*(?:\x07|\x1b\\)|{_DCS}[^\x1b]*\x1b\\"
)
_REST_OF_ESCAPE = re.compile(r"\x1b\][^\x07\x1b]*\x1b?\Z")
"""A sequence that was given up, and the rest of it in one read."""
_TYPED = re.compile(r"[^\x1b\x80-\x9f]+")
_PASTE_END = re.compile(rf"{_CSI}201~")
_PASTE_END_LENGTH = 6
_TWO_KEYS = re.compile(r"\x1b[]OPX^_]")
_MOUSE = re.compile(r"<\d{1,3};[1-9]\d{0,4};[1-9]\d{0,4}[Mm]")
_POSITION = re.compile(r"([1-9]\d{0,4});([1-9]\d{0,4})R")
_SYNCHRONIZED = re.compile(r"\?2026;(\d)\$y")
_NEW_SIZE = re.compile(r"48;[\d:;]+t")
_ATTRIBUTES = re.compile(r"\?(\d{1,5}(?:;\d{1,5})*)c")
_CELL_SIZE = re.compile(r"6;([1-9]\d{0,2});([1-9]\d{0,2})t")
_LARGEST_SIXEL = re.compile(r"\?2;0;([1-9]\d{0,4});([1-9]\d{0,4})S")
_KITTY = "\x1b_G"
"""The start of the one string that is read: a response of kitty's graphics protocol."""
_KITTY_LIMIT = 128


class InputFilter:
    """Read what a terminal sends, whatever it is and however it is cut into reads, as tokens.

    ``escape_delay``: seconds to wait for the rest of a sequence before ESC counts as the Esc key.
    """

    def __init__(self, escape_delay: float = LOCAL_DELAY) -> None:
        self.escape_delay = escape_delay
        self._unfinished = ""
        self._string_since: float | None = None
        self._is_late = False
        self._read_at = 0.0
        self._given_up = ""
        self._given_up_at = 0.0
        self._pasted: str | None = None
        self._has_lost_paste_end = False

    def feed(self, data: str, now: float) -> list[Token]:
        """Return the tokens of one read at the time ``now``, in seconds; ``data`` is empty if nothing came.

        Only then is a sequence given up: what the terminal sent in time may have waited for this process.
        """
        if not data:
            return list(self._after_silence(now))
        self._read_at = now
        if self._string_since is not None and now - self._string_since > _STRING_LIMIT:
            self._unfinished, self._string_since = "", None
        if self._has_lost_paste_end:
            self._has_lost_paste_end = False
            if _PASTE_END.search(data) or (len(data) > 1 and data[0] != "\x1b"):
                self._pasted = ""
        text = self._unfinished + self._after_given_up(data, now)
        self._unfinished = ""
        return list(self._tokens(text, now))

    def seconds_left(self, now: float) -> float | None:
        """Seconds of silence after which `feed` has something to do; None if it has nothing."""
        limit = self._limit
        return None if limit is None else max(self._read_at + limit - now, 0.0)

    # What is read

    def _tokens(self, text: str, now: float) -> Iterator[Token]:
        position = 0
        while position < len(text) or self._pasted is not None:
            if self._pasted is not None:
                end = self._end_of_paste(text[position:])
                if end is None:
                    return
                yield Paste(self._pasted[: end.start()][:_PASTE_LIMIT])
                text, position, self._pasted = self._pasted[end.end() :], 0, None
            elif typed := _TYPED.match(text, position):
                position = typed.end()
                yield from map(Key, typed[0])
            elif sequence := _SEQUENCE.match(text, position):
                position = sequence.end()
                yield from self._read(sequence)
            elif unfinished := _UNFINISHED.match(text, position):
                self._keep(unfinished, now)
                return
            elif ruined := _RUINED.match(text, position):
                position = ruined.end()
                self._is_late = False
            else:
                # Other control characters (C1) are no keys.
                if text[position] == "\x1b" and not self._is_late:
                    yield ESCAPE
                position += 1
                self._is_late = False

    def _read(self, sequence: re.Match[str]) -> Iterator[Token]:
        is_late, self._is_late = self._is_late, False
        self._string_since = None
        control, shift, word, kitty = sequence.group("control", "shift", "word", "kitty")
        if control == "200~":
            self._pasted = ""
        elif is_late:
            return
        elif control is not None:
            yield from _reported(control)
        elif shift is not None:
            yield Key(f"\x1bO{shift}")
        elif word is not None:
            yield Key(word)
        elif kitty is not None:
            yield KittyGraphics(kitty.partition(";")[2] == "OK")

    def _keep(self, unfinished: re.Match[str], now: float) -> None:
        """Wait for the rest of it. What a string says does not matter, unless it is a response of kitty's."""
        introducer, end = unfinished.groups()
        if introducer is None or unfinished[0] == introducer:
            self._unfinished = unfinished[0][:_SEQUENCE_LIMIT]
        elif unfinished[0].startswith(_KITTY) and len(unfinished[0]) <= _KITTY_LIMIT:
            self._unfinished = unfinished[0]
            self._string_since = now if self._string_since is None else self._string_since
        else:
            self._unfinished = f"{introducer} {end}"
            self._string_since = now if self._string_since is None else self._string_since

    def _end_of_paste(self, text: str) -> re.Match[str] | None:
        pasted = self._pasted or ""
        self._pasted = pasted + text
        end = _PASTE_END.search(self._pasted, max(len(pasted) - _PASTE_END_LENGTH, 0))
        if end is None and len(self._pasted) > _PASTE_LIMIT:
            self._pasted = self._pasted[:_PASTE_LIMIT] + self._pasted[_PASTE_LIMIT:][-_PASTE_END_LENGTH:]
        return end

    def _after_given_up(self, data: str, now: float) -> str:
        """Return the read, after the sequence that was given up if this is the rest of it."""
        given_up, self._given_up = self._given_up, ""
        if given_up and now - self._given_up_at <= _LATE:
            text = given_up + data
            if _REST.match(text) or (given_up == "\x1b" and _REST_OF_ESCAPE.match(text)):
                self._is_late = True
                return text
        return data

    # What is not read

    @property
    def _limit(self) -> float | None:
        if self._pasted is not None:
            return _PASTE_SILENCE
        if not self._unfinished:
            return None
        return self.escape_delay if self._string_since is None else max(_STRING_SILENCE, self.escape_delay)

    def _after_silence(self, now: float) -> Iterator[Token]:
        limit = self._limit
        if limit is None or now - self._read_at < limit:
            return
        if self._pasted is not None:
            yield Paste(self._pasted[:_PASTE_LIMIT])
            self._pasted, self._has_lost_paste_end = None, True
            return
        text, self._unfinished = self._unfinished, ""
        is_late, self._is_late = self._is_late, False
        if self._string_since is not None:
            self._string_since = None
            text = text[:2] if text.startswith(_KITTY) else text.partition(" ")[0]
        elif not is_late and (text in ("\x1b", "\x1b[") or _TWO_KEYS.fullmatch(text)):
            yield ESCAPE
            if _TWO_KEYS.fullmatch(text):
                yield Key(text[1])
                return
        if not is_late:
            self._given_up, self._given_up_at = text, now


def _reported(control: str) -> Iterator[Token]:
    """Yield the token of ``CSI control``, if the application may see it."""
    if control in ("I", "O"):
        yield Focus(control == "I")
    elif _MOUSE.fullmatch(control):
        yield Mouse(f"\x1b[{control}")
    elif position := _POSITION.fullmatch(control):
        yield CursorPosition(int(position[1]) - 1, int(position[2]) - 1)
    elif mode := _SYNCHRONIZED.fullmatch(control):
        yield Synchronized(mode[1] != "0")
    elif _NEW_SIZE.fullmatch(control):
        yield NewSize()
    elif attributes := _ATTRIBUTES.fullmatch(control):
        yield DeviceAttributes(frozenset(map(int, attributes[1].split(";"))))
    elif cell := _CELL_SIZE.fullmatch(control):
        yield CellSize(int(cell[2]), int(cell[1]))
    elif largest := _LARGEST_SIXEL.fullmatch(control):
        yield LargestSixel(int(largest[1]), int(largest[2]))
    elif sequence := key_sequence(control):
        yield Key(sequence)


_READ_SIZE = 4096


class TerminalClosed(Exception):
    """Raised if the terminal is closed: there will be nothing more to read."""


class TtyInput:
    """The input side of the terminal, decoded.

    A byte that is not valid in the ``charset``, such as a noisy line makes, is one replacement character.
    """

    def __init__(self, descriptor: int, charset: str) -> None:
        self._descriptor = descriptor
        self._decode = codecs.getincrementaldecoder(charset)("replace").decode

    def read(self, seconds: float) -> str | None:
        """Return what arrives within that time, or None; an empty string in the middle of a character.

        Raises TerminalClosed.
        """
        if not select.select([self._descriptor], [], [], seconds)[0]:
            return None
        try:
            data = os.read(self._descriptor, _READ_SIZE)
        except OSError as error:
            raise TerminalClosed from error
        if not data:
            raise TerminalClosed
        return self._decode(data)
