"""The text of a page on a screen: what part of it is shown, and which words in it are pointed at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from rich.text import Text

from faxtui.preview.text import PageText, TextLine

_MARGIN = 1
"""Blank columns beside the text."""
_MARKED, _FOUND, _POINTED_AT = "bold", "underline", "reverse"
"""What is marked stands in brackets, too; the other two only add to what is read."""


@dataclass(frozen=True, slots=True)
class Match:
    """A part of a line, both counted from 0."""

    line: int
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class TextView:
    """``rows`` lines of a page from ``top`` on, ``columns`` cells wide, from column ``left`` on.

    ``sought`` is marked wherever it stands; ``pointer`` is the match or the doubtful word that was gone to last.
    """

    text: PageText
    columns: int
    rows: int
    lines: tuple[TextLine, ...]
    top: int = 0
    left: int = 0
    sought: str = ""
    pointer: Match | None = None

    @classmethod
    def of(cls, text: PageText, columns: int, rows: int) -> TextView:
        """Return the start of a page."""
        return cls(text, columns, rows, text.lay_out(max(columns - 2 * _MARGIN, 1)))

    def resized(self, columns: int, rows: int) -> TextView:
        """Return the same place on a screen of another size."""
        fresh = TextView.of(self.text, columns, rows).at_pixel(self.pixel)
        return replace(fresh, left=self.left, sought=self.sought)._clamped()

    def with_text(self, text: PageText) -> TextView:
        """Return the same place in another reading of the page."""
        fresh = TextView.of(text, self.columns, self.rows)
        is_alike = len(fresh.lines) == len(self.lines)
        placed = replace(fresh, top=self.top) if is_alike else fresh.at_pixel(self.pixel)
        return replace(placed, left=self.left, sought=self.sought)._clamped()

    def moved(self, columns: int, rows: int) -> TextView:
        return replace(self, left=self.left + columns, top=self.top + rows)._clamped()

    def at_start(self) -> TextView:
        return replace(self, top=0, left=0)

    def at_end(self) -> TextView:
        return replace(self, top=len(self.lines), left=0)._clamped()

    def at_pixel(self, pixel: float) -> TextView:
        """Return the line at that height of the page, in pixels, as the first one."""
        line = next((number for number, each in enumerate(self.lines) if each.bottom > pixel), len(self.lines))
        return replace(self, top=0 if pixel <= 0 else line)._clamped()

    @property
    def pixel(self) -> float:
        """Where on the page the first line is, in pixels; 0 at the start."""
        return self.lines[self.top].top if self.top and self.lines else 0

    @property
    def is_at_start(self) -> bool:
        return self.top == 0

    @property
    def is_at_end(self) -> bool:
        return self.top + self.rows >= len(self.lines)

    @property
    def share_read(self) -> float:
        """The share of the page above the end of what is shown, from 0 to 1."""
        return min(1.0, (self.top + self.rows) / max(len(self.lines), 1))

    # Matches

    def seek(self, sought: str) -> TextView:
        """Return it with the first match at or below its first line shown, or the same place if there is none.

        Without a text to seek, what was found last stays pointed at.
        """
        if not sought:
            return replace(self, sought="")
        seeking = replace(self, sought=sought, pointer=None)
        matches = seeking.matches()
        found = next((each for each in matches if each.line >= self.top), matches[0] if matches else None)
        return seeking if found is None else seeking.pointed_at(found)

    def matches(self) -> list[Match]:
        """Return where the sought text stands, whatever its case and its brackets."""
        return list(_matches(self.lines, self.sought)) if self.sought else []

    def doubtful(self) -> list[Match]:
        """Return the words that are to be checked."""
        return [Match(line, *span) for line, each in enumerate(self.lines) for span in each.to_check]

    def after_pointer(self, matches: list[Match]) -> Match | None:
        """Return the match after the one that is pointed at, or the first one of what is shown."""
        if self.pointer is None:
            return next((each for each in matches if each.line >= self.top), None)
        here = self.pointer.line, self.pointer.start
        return next((each for each in matches if (each.line, each.start) > here), None)

    def pointed_at(self, match: Match) -> TextView:
        """Return a part of the page in which that match is seen."""
        top = self.top if self.top <= match.line < self.top + self.rows else match.line - self.rows // 3
        width = self.columns - 2 * _MARGIN
        left = self.left if self.left <= match.start and match.end <= self.left + width else match.end - width
        return replace(self, pointer=match, top=top, left=left)._clamped()

    # How it is painted

    def painted(self) -> Text:
        """Return the lines shown, with marks, matches and the pointer."""
        found = self.matches()
        lines = []
        for number in range(self.top, min(self.top + self.rows, len(self.lines))):
            line = Text(self.lines[number].text)
            for span in self.lines[number].to_check:
                line.stylize(_MARKED, *span)
            for match in found:
                if match.line == number:
                    line.stylize(_FOUND, match.start, match.end)
            if self.pointer is not None and self.pointer.line == number:
                line.stylize(_POINTED_AT, self.pointer.start, self.pointer.end)
            shown = line[self.left : self.left + self.columns - 2 * _MARGIN]
            lines.append(Text(" " * _MARGIN).append_text(shown))
        return Text("\n", no_wrap=True, overflow="crop", end="").join(lines)

    def _clamped(self) -> TextView:
        longest = max((len(each.text) for each in self.lines), default=0)
        left = max(0, min(self.left, longest + 2 * _MARGIN - self.columns))
        return replace(self, left=left, top=max(0, min(self.top, len(self.lines) - self.rows)))


def _matches(lines: tuple[TextLine, ...], sought: str) -> Iterator[Match]:
    wanted = sought.casefold()
    for number, line in enumerate(lines):
        text = line.text.casefold()
        if len(text) != len(line.text):
            # A letter such as ß has another length then.
            text = line.text.lower() if len(line.text.lower()) == len(line.text) else line.text
        start = text.find(wanted)
        while start >= 0:
            yield Match(number, start, start + len(wanted))
            start = text.find(wanted, start + len(wanted))
