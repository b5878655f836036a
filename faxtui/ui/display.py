"""How the screen writes for this operator and terminal: glyphs, formats, line filters and themes."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, tzinfo
from functools import lru_cache

from rich.cells import cell_len, set_cell_size
from rich.color import Color as RichColor
from rich.segment import Segment
from rich.style import Style
from textual.color import Color
from textual.filter import LineFilter
from textual.theme import Theme

from faxtui.config.settings import Reader
from faxtui.domain.fax import ValueFormat
from faxtui.domain.query import SortDirection
from faxtui.domain.regional import DEFAULT_REGION, Region
from faxtui.domain.text import in_ascii, visible
from faxtui.terminal.capabilities import Capabilities, Colours
from faxtui.terminal.driver.screen import clusters
from faxtui.terminal.graphics import PLACEHOLDERS
from faxtui.ui.keymap import Keys


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The few characters beyond ASCII that the screen uses; without UTF-8, ASCII in their place."""

    utf8: bool = True
    bar: str = field(init=False)
    marked: str = field(init=False)
    ellipsis: str = field(init=False)
    thumb: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "bar", self.write("▌"))
        object.__setattr__(self, "marked", self.write("●"))
        object.__setattr__(self, "ellipsis", self.write("…"))
        object.__setattr__(self, "thumb", "▐" if self.utf8 else "|")

    def write(self, text: str) -> str:
        return text if self.utf8 else in_ascii(text)

    def sort(self, direction: SortDirection) -> str:
        return self.write("▲" if direction is SortDirection.ASCENDING else "▼")

    def cut(self, text: str, width: int) -> str:
        """Return ``text`` in at most ``width`` cells, with ``…`` if the end was cut."""
        written = self.write(text)
        if cell_len(written) <= width:
            return written
        return set_cell_size(written, max(width - len(self.ellipsis), 0)).rstrip() + self.ellipsis[:width]

    def cut_start(self, text: str, width: int) -> str:
        """Return ``text`` in at most ``width`` cells, with ``…`` if the start was cut: names differ at the end."""
        written = self.write(text)
        surplus = cell_len(written) - width
        if surplus <= 0:
            return written
        start, cut = 0, 0
        while cut < surplus + len(self.ellipsis) and start < len(written):
            cut += cell_len(written[start])
            start += 1
        return self.ellipsis[:width] + written[start:]


@dataclass(frozen=True, slots=True)
class DisplayOptions:
    """What widgets need to know besides what they show.

    ``zone`` None is this machine's; ``date_format`` a strftime format, empty for the short one of ``region``.
    """

    glyphs: Glyphs = field(default_factory=Glyphs)
    keys: Keys = field(default_factory=Keys)
    zone: tzinfo | None = None
    date_format: str = ""
    reader: Reader = field(default_factory=Reader)
    capabilities: Capabilities = field(default_factory=Capabilities)
    region: Region = DEFAULT_REGION

    def reading(self, now: datetime) -> ValueFormat:
        return ValueFormat(now.astimezone(self.zone).year, self.zone, self.date_format, self.region.dates)

    def time_of_day(self, moment: datetime) -> str:
        """Return ``10:45``: the time of day, to the minute."""
        return moment.astimezone(self.zone).strftime("%H:%M")

    def clock(self, moment: datetime) -> str:
        """Return the time of day, to the second."""
        return moment.astimezone(self.zone).strftime("%H:%M:%S")


_REVERSED = Style(color=RichColor.default(), bgcolor=RichColor.default(), reverse=True)
_DRAWN = str.maketrans(
    {
        **dict.fromkeys("─━═▔", "-"),
        **dict.fromkeys("│┃║▌▐▎▏▕", "|"),
        **dict.fromkeys("┌┐└┘├┤┬┴┼", "+"),
        **dict.fromkeys("▁▂▃▄▅▆▇", " "),
        "█": "#",
    }
)
"""Characters of Textual's rules, frames and scroll bars."""


class VisibleOnly(LineFilter):
    """Replaces control, bidirectional and zero-width characters by visible ones, wherever a text came from.

    Texts from outside are made visible earlier, where they are measured, so that they keep their place. This catches
    the rest: a line stays as wide as it was, at the cost of its end.
    """

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        if all(_is_visible(segment.text) for segment in segments):
            return segments
        width = sum(cell_len(segment.text) for segment in segments)
        marked = [Segment(text if _is_picture(text) else visible(text), style) for text, style, _ in segments]
        return Segment.adjust_line_length(marked, width)


class ReversedBackgrounds(LineFilter):
    """Shows any background as the terminal's own colours, reversed: legible on black, on white and without colours."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(text, style and _reversed(style), control) for text, style, control in segments]


class AsciiOnly(LineFilter):
    """Replaces each character by ASCII of the same width."""

    def apply(self, segments: list[Segment], background: Color) -> list[Segment]:
        return [Segment(_in_ascii(text), style, control) for text, style, control in segments]


_UNDER_PICTURES = " ".join(["", *PLACEHOLDERS])


@lru_cache(maxsize=4096)
def _is_visible(text: str) -> bool:
    return _is_picture(text) or visible(text) == text


def _is_picture(text: str) -> bool:
    """Return whether these are cells under a picture. No text from outside has such characters."""
    return text[:1] in PLACEHOLDERS and not text.strip(_UNDER_PICTURES)


@lru_cache(maxsize=1024)
def _reversed(style: Style) -> Style:
    return style if style.bgcolor is None or style.bgcolor.is_default else style + _REVERSED


@lru_cache(maxsize=4096)
def _in_ascii(text: str) -> str:
    if text.isascii() or _is_picture(text):
        return text
    written = ((in_ascii(cluster), width) for cluster, width in clusters(text.translate(_DRAWN)))
    return "".join(plain[:width].ljust(width) for plain, width in written)


_AT_LEAST = 4.0
_READ = 15.0
"""Seconds for a short sentence, and characters that are read in each further one."""
_AT_MOST = 20.0


def seconds_to_read(sentence: str, *, is_warning: bool = False) -> float:
    """Return for how long a notification is shown: a warning twice as long."""
    seconds = _AT_LEAST + len(sentence) / _READ
    return min(2 * seconds, _AT_MOST) if is_warning else seconds


AUTO, DARK, LIGHT, ANSI = "auto", "dark", "light", "ansi"
_PREFIX = "faxtui-"
_CHOSEN = "ansi_white"
"""Shown as the terminal's own colours, reversed: `ReversedBackgrounds` does so for any background."""


def _cursor(background: str, foreground: str) -> dict[str, str]:
    """Return the variables that make the chosen line of a menu look like the cursor's line of the table."""
    return {
        "block-cursor-background": background,
        "block-cursor-foreground": foreground,
        "block-cursor-text-style": "none",
        "block-cursor-blurred-background": background,
        "block-cursor-blurred-foreground": foreground,
    }


THEMES: tuple[Theme, ...] = (
    Theme(
        _PREFIX + DARK,
        primary="#6cb6d9",
        accent="#6cb6d9",
        error="#e88873",
        warning="#e0b05c",
        success="#7fbf8f",
        foreground="#d3d9e0",
        background="#14181d",
        surface="#14181d",
        panel="#1b2128",
        boost="#1b2128",
        variables={"quiet": "#8793a0", "rule": "#333d47", "line": "#263441", **_cursor("#263441", "#d3d9e0")},
    ),
    Theme(
        _PREFIX + LIGHT,
        primary="#0b6288",
        accent="#0b6288",
        error="#a8321c",
        warning="#7a5200",
        success="#1f6b36",
        foreground="#1d252c",
        background="#fbfbf9",
        surface="#fbfbf9",
        panel="#f0f0ec",
        boost="#f0f0ec",
        dark=False,
        variables={"quiet": "#5a6670", "rule": "#c8cdd1", "line": "#dbe7ee", **_cursor("#dbe7ee", "#1d252c")},
    ),
    Theme(
        _PREFIX + ANSI,
        ansi=True,
        primary="ansi_magenta",
        accent="ansi_magenta",
        error="ansi_red",
        warning="ansi_yellow",
        success="ansi_green",
        foreground="ansi_default",
        background="ansi_default",
        surface="ansi_default",
        panel="ansi_default",
        boost="ansi_default",
        variables={
            "ansi-background": "ansi_default",
            "ansi-foreground": "ansi_default",
            "border": "ansi_default",
            "border-blurred": "ansi_default",
            "quiet": "ansi_default",
            "rule": "ansi_default",
            "line": _CHOSEN,
            "text-error": "ansi_red",
            "input-cursor-background": _CHOSEN,
            "input-cursor-text-style": "none",
            "input-selection-background": _CHOSEN,
            "scrollbar": "ansi_default",
            "scrollbar-hover": "ansi_default",
            "scrollbar-active": "ansi_default",
            "scrollbar-background": "ansi_default",
            "scrollbar-background-hover": "ansi_default",
            "scrollbar-background-active": "ansi_default",
            **_cursor(_CHOSEN, "ansi_default"),
        },
    ),
)


def theme_for(wanted: str, capabilities: Capabilities) -> str:
    """Return the theme's name in Textual. Without colours, and over ssh, only the terminal's own are used."""
    if capabilities.colours is Colours.NONE:
        return _PREFIX + ANSI
    if wanted != AUTO:
        return _PREFIX + wanted
    return _PREFIX + (ANSI if capabilities.is_remote or capabilities.colours < Colours.PALETTE else DARK)
