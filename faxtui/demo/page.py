"""What is on a page, before any file format: texts and rules on a sheet of A4, in points from its top left corner."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from textwrap import wrap

WIDTH = 595
HEIGHT = 842
LEFT = 57
RIGHT = 538

_BODY = 10
_LEADING = 15
_LINE_LENGTH = 78


@dataclass(frozen=True, slots=True)
class Text:
    """A line of text; `y` is its baseline."""

    x: float
    y: float
    size: float
    text: str
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Rule:
    """A horizontal rule, `y` being its top."""

    x: float
    y: float
    width: float
    thickness: float = 0.8


@dataclass(slots=True)
class Page:
    """A page that is written from top to bottom."""

    y: float = 76
    texts: list[Text] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)

    def put(self, x: float, y: float, text: str, size: float = _BODY, bold: bool = False) -> None:
        """Put a text anywhere."""
        self.texts.append(Text(x, y, size, text, bold))

    def title(self, text: str, size: float = 17) -> None:
        """Write a title."""
        self.y += size
        self.put(LEFT, self.y, text, size, bold=True)
        self.y += 12

    def line(self, text: str, bold: bool = False, x: float = LEFT) -> None:
        """Write one line."""
        self.y += _LEADING
        self.put(x, self.y, text, bold=bold)

    def paragraph(self, text: str) -> None:
        """Write a text over as many lines as it takes, and leave a gap after it."""
        for line in wrap(text, _LINE_LENGTH):
            self.line(line)
        self.gap()

    def row(self, stops: Sequence[float], cells: Sequence[str], bold: bool = False) -> None:
        """Write one row of a table, each cell at its stop."""
        self.y += _LEADING
        for x, cell in zip(stops, cells, strict=True):
            self.put(x, self.y, cell, bold=bold)

    def rule(self, thickness: float = 0.8) -> None:
        """Draw a rule from margin to margin."""
        self.y += 6
        self.rules.append(Rule(LEFT, self.y, RIGHT - LEFT, thickness))
        self.y += 4

    def gap(self, height: float = 10) -> None:
        """Leave some white."""
        self.y += height
