"""The last step on the way to a plain terminal: only its own colours, and only characters that it can show."""

from __future__ import annotations

from functools import lru_cache

from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from faxtui.domain.text import in_ascii
from faxtui.terminal.thin.widths import clusters

_REVERSED = Style(color=RichColor.default(), bgcolor=RichColor.default(), reverse=True)
_GLYPHS = str.maketrans(
    {
        **dict.fromkeys("─━═▔", "-"),
        **dict.fromkeys("│┃║▌▐▎▏▕", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("▁▂▃▄▅▆▇", " "),
        "█": "#",
    }
)
"""What Textual draws rules, frames and the ends of scroll bars with."""


class ReversedBackgrounds(LineFilter):
    """A background of any colour becomes the terminal's own colours, reversed.

    That can be read on black and on white, and is seen where there are no colours.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and _reversed(style), control) for text, style, control in segments]


class AsciiOnly(LineFilter):
    """For each character one in ASCII, as wide as it is."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(_in_ascii(text), style, control) for text, style, control in segments]


@lru_cache(maxsize=1024)
def _reversed(style: Style) -> Style:
    return style if style.bgcolor is None or style.bgcolor.is_default else style + _REVERSED


@lru_cache(maxsize=4096)
def _in_ascii(text: str) -> str:
    if text.isascii():
        return text
    written = ((in_ascii(cluster), width) for cluster, width in clusters(text.translate(_GLYPHS)))
    return "".join(plain[:width].ljust(width) for plain, width in written)
