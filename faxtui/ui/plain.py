"""The last step on the way to a terminal: nothing that acts, and on a plain one only what it can show."""

from __future__ import annotations

from functools import lru_cache

from rich.cells import cell_len
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter

from faxtui.domain.text import in_ascii, visible
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


class VisibleOnly(LineFilter):
    """Visible marks in place of control, bidirectional and zero-width characters, wherever a text came from.

    Texts from outside are marked earlier, where they are measured, so that they keep their place. This catches the
    rest: a line stays as wide as it was, at the cost of its end.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(_is_visible(segment.text) for segment in segments):
            return segments
        width = sum(cell_len(segment.text) for segment in segments)
        marked = [Segment(visible(text), style) for text, style, _ in segments]
        return Segment.adjust_line_length(marked, width)


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


@lru_cache(maxsize=4096)
def _is_visible(text: str) -> bool:
    return visible(text) == text


@lru_cache(maxsize=1024)
def _reversed(style: Style) -> Style:
    return style if style.bgcolor is None or style.bgcolor.is_default else style + _REVERSED


@lru_cache(maxsize=4096)
def _in_ascii(text: str) -> str:
    if text.isascii():
        return text
    written = ((in_ascii(cluster), width) for cluster, width in clusters(text.translate(_GLYPHS)))
    return "".join(plain[:width].ljust(width) for plain, width in written)
