"""Textual's writes, real and made up, and what the thin driver sends in their place."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from hypothesis import strategies as st

from faxtui.terminal.capabilities import UNKNOWN, Terminfo
from faxtui.terminal.driver.output_parser import OutputParser
from faxtui.terminal.driver.painter import Frame, Painter
from faxtui.terminal.driver.screen import Screen

XTERM = Terminfo(ech=True, rep=True, bce=True, hpa=True, vpa=True, tabs=True, turns_off=True, alternate=True)
TMUX = Terminfo(hpa=True, vpa=True, tabs=True, turns_off=True, alternate=True)
LINUX = Terminfo(ech=True, bce=True, hpa=True, vpa=True, tabs=True, turns_off=True)
VT100 = Terminfo(tabs=True)
ALL_FACTS = (XTERM, TMUX, LINUX, VT100, UNKNOWN)
COLUMNS, LINES = 21, 5

LOOKS = ("", "1", "2", "7", "4", "31", "7;31", "44", "1;38;2;1;2;3;48;2;20;24;29", "48;2;20;24;29", "2;9", "4;38;5;99")
"""Styles as Textual writes them: the codes of one SGR, ended by a reset."""
_CHARACTERS = st.sampled_from(["a", "b", "9", "─", "é", "▌", " ", " ", " ", "    "])
_UNSURE = st.sampled_from(["世", "e\u0301", "한", "☎"])


@dataclass
class Thin:
    """The thin driver without a driver: no thread, and no frame dropped. The cursor is hidden."""

    facts: Terminfo = XTERM
    columns: int = COLUMNS
    lines: int = LINES

    def __post_init__(self) -> None:
        self.reader = OutputParser(Screen(self.columns, self.lines))
        self.reader.shows_cursor = False
        self.painter = Painter(self.facts)

    def sent(self, *writes: str) -> str:
        parts = []
        for write in writes:
            for raw in self.reader.parse(write):
                parts += [self._frame(), self.painter.raw(raw)]
            parts.append(self._frame())
        return "".join(parts)

    def _frame(self) -> str:
        if not self.reader.has_painted:
            return ""
        self.reader.has_painted = False
        return self.painter.frame(Frame(self.reader.screen.copy(), synchronized=self.reader.synchronized))


def at(line: int, column: int, *texts: tuple[str, str]) -> str:
    """What Textual writes for a part of a line: each text in its look."""
    painted = (f"\x1b[{look}m{text}\x1b[0m" if look else text for look, text in texts)
    return f"\x1b[{line + 1};{column + 1}H{''.join(painted)}"


def whole(lines: Sequence[str]) -> str:
    """What Textual writes for a whole screen."""
    return "\n".join(lines) + "\x1b[1;1H"


def _texts(width: int, characters: st.SearchStrategy[str]) -> st.SearchStrategy[list[tuple[str, str]]]:
    pieces = st.lists(st.tuples(st.sampled_from(LOOKS), st.lists(characters, min_size=1, max_size=9)), max_size=6)
    return pieces.map(lambda found: list(_fitted(found, width)))


def _fitted(pieces: Iterable[tuple[str, list[str]]], width: int) -> Iterable[tuple[str, str]]:
    """Exactly so wide. What ends in the last column is narrow: tmux combines a mark there with the column before it."""
    for look, characters in pieces:
        text = ""
        for character in characters:
            needed = 2 if character in "世한" else 1 if character == "e\u0301" else len(character)
            if needed < width or (needed == width and character not in "世한e\u0301"):
                text += character
                width -= needed
        if text:
            yield look, text
    if width:
        yield "", " " * width


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Some whole lines, with any characters."""
    characters = draw(st.sampled_from([_CHARACTERS, _CHARACTERS | _UNSURE]))
    chosen = draw(st.lists(st.integers(0, LINES - 1), min_size=1, max_size=LINES, unique=True))
    return "".join(at(line, 0, *draw(_texts(COLUMNS, characters))) for line in sorted(chosen))


@st.composite
def parts(draw: st.DrawFn) -> str:
    """Parts of lines, of the narrow characters that nobody is in doubt about."""
    painted = []
    for _ in range(draw(st.integers(1, 4))):
        column = draw(st.integers(0, COLUMNS - 1))
        texts = draw(_texts(draw(st.integers(1, COLUMNS - column)), _CHARACTERS))
        painted.append(at(draw(st.integers(0, LINES - 1)), column, *texts))
    return "".join(painted)


narrow_frames = st.lists(parts(), min_size=1, max_size=5)
any_frames = st.lists(lines(), min_size=1, max_size=5)
frames = narrow_frames | any_frames
