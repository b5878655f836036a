"""Key sequences of terminals, reduced to the forms that Textual reads correctly.

Textual reads every number it does not know as a character: ``CSI 68 ~`` is ``D``, ``CSI 25 ~`` (F13) is Ctrl+Y, and
a number above 0x10FFFF is an error. Only sequences that name a key pass, without the parts that Textual cannot read.
"""

from __future__ import annotations

import re

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
    """Up to three parameters with their sub-parameters; None is a number left out. None if there are more."""
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
    """The modifiers as bits; None if the number is none of them."""
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
        # Shortcuts go by the place on the keyboard, whatever its layout.
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
