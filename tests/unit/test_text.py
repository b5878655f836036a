"""Text that others wrote, made safe to look at."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.domain.text import first_line, visible, without_invisible


@pytest.mark.parametrize("code", [*range(0x20), 0x7F])
def test_an_ascii_control_character_becomes_its_picture(code: int) -> None:
    shown = visible(f"a{chr(code)}b")
    assert (shown[0], shown[2], len(shown)) == ("a", "b", 3)
    assert unicodedata.name(shown[1]).startswith("SYMBOL FOR ")


@pytest.mark.parametrize(
    "codes",
    [
        range(0x80, 0xA0),
        [0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
        [0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0x180E, 0x034F],
        [0x2028, 0x2029],
        [0xD800, 0xDBFF, 0xDC00, 0xDFFF],
        [0x115F, 0x1160, 0x3164, 0xFFA0],
        [0xFE00, 0xFE0F, 0xE0100, 0xE01EF, 0xE0001, 0xE0041],
        range(0x1F3FB, 0x1F400),
        [*range(0x1F1E6, 0x1F200), 0x2630, 0x4DC0, 0x302E],
    ],
    ids=[
        "C1",
        "bidi",
        "zero width",
        "line separators",
        "surrogates",
        "fillers",
        "variation selectors, tags",
        "emoji modifiers",
        "unsure widths",
    ],
)
def test_what_would_act_or_hide_becomes_a_mark(codes: range | list[int]) -> None:
    for code in codes:
        assert visible(chr(code)) == "\ufffd"
        assert visible(f"é{chr(code)}\x1b") == "é\ufffd␛"


@pytest.mark.parametrize("mark", ["\u0301", "\u20e3", "\u0903", "\u093e", "\u1161", "\u11a8", "\ud7b0", "\u0f71"])
def test_what_combines_with_nothing_becomes_a_mark(mark: str) -> None:
    assert visible(f"{mark}{mark}a{mark}") in (f"\ufffd\ufffda{mark}", "\ufffd\ufffda\ufffd")
    assert visible(f"a {mark}☎\u0301 \x1b") == "a \ufffd☎\u0301 ␛"
    assert visible(f"\u200b{mark}") == "\ufffd\ufffd"


@pytest.mark.parametrize("text", ["e\u0301e\u0301\u0302", "\u1100\u1161\u11a8", "किताब", "1\u20e3", "\u0627\u064e"])
def test_what_combines_with_the_character_before_stays(text: str) -> None:
    assert visible(text) == text


def test_unusual_spaces_become_plain_ones() -> None:
    assert visible("1\u00a0234\u2003x\u3000") == "1 234 x "


@pytest.mark.parametrize("text", ["", "0478 12-34", "Hôpital Édouard-Herriot", "e\u0301", "病院", "مستشفى", "☎"])
def test_ordinary_text_stays(text: str) -> None:
    assert visible(text) == text


@given(text=st.text(st.characters(codec=None)))
def test_what_is_shown_is_printable_as_long_as_before_and_stays_when_shown_again(text: str) -> None:
    shown = visible(text)
    assert shown.isprintable()
    assert len(shown) == len(text)
    assert visible(shown) == shown
    assert shown.encode().decode() == shown


INVISIBLE = (
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2060\u2064\u2066\u206f"
    "\u2800\u3164\ufe0f\ufeff\uffa0\ufff9\U000e0020\U000e01ef\U0001d173"
)


@pytest.mark.parametrize("character", INVISIBLE)
def test_what_nobody_can_see_is_removed_wherever_it_stands(character: str) -> None:
    assert without_invisible(f"{character}04{character}{character}78{character}") == "0478"


@pytest.mark.parametrize("text", ["0478", "Élodie Müller", "日本語", "e\u0301", "🙂", "+33 4 78", "a\tb\x1b"])
def test_what_can_be_seen_stays(text: str) -> None:
    assert without_invisible(text) == text


@pytest.mark.parametrize("space", "\u00a0\u2007\u2009\u202f\u3000")
def test_unusual_spaces_in_what_is_typed_become_plain_ones(space: str) -> None:
    assert without_invisible(f"04{space}78") == "04 78"


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("0478", "0478"),
        ("\n0478", "0478"),
        ("\r\n\r\n  0478 \r\n0499", "0478"),
        ("\u2028 \u200b\n\u202a0478\u202c\n", "0478"),
        ("\x0b\x0c\x85 0478\t\n", "0478"),
        ("", ""),
        ("\n \n\ufeff\n", ""),
    ],
)
def test_the_first_line_with_text_counts_trimmed(text: str, line: str) -> None:
    assert first_line(text) == line


@given(st.text())
def test_a_first_line_is_one_line_without_what_cannot_be_seen(text: str) -> None:
    line = first_line(text)
    assert len(line.splitlines()) <= 1
    assert line == line.strip()
    assert without_invisible(line) == line
