"""What the terminal is asked itself, because terminfo can't tell: where its tab stops stand, and what it repeats."""

from __future__ import annotations

from dataclasses import dataclass, replace

from faxtui.terminal.thin.facts import Facts
from faxtui.terminal.thin.moves import TAB

_HOME = "\x1b[r"
"""Let all lines scroll again, which puts the cursor into the first column of the first line."""
_ASCII_REPETITION, _OTHER_REPETITION = " \x1b[2b", "\xa0\x1b[2b"
_REPEATED, _NOT_REPEATED = 3, 1
"""The columns that each takes."""
_WIDEST = 2 * _REPEATED
_FEWEST_TABS = 5
"""A way of fewer could be as long where tab stops stand elsewhere and something else is repeated."""
_WHERE = "\x1b[6n"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question whose answer is the column that the cursor is in; nothing is seen of it.

    Of terminals that say they can repeat, tmux 3.3 does so with ASCII only (observed), and mosh not at all. Tab stops
    are where somebody put them: ``tabs -4`` in a shell's profile is enough. ``utf8``: it may be sent more than ASCII.
    """

    facts: Facts
    columns: int
    utf8: bool = True

    @property
    def text(self) -> str:
        return _HOME + "\t" * self._tabs + (self._repetition if self.facts.rep else "") + _WHERE

    def answered(self, column: int) -> Facts:
        """What is known once the cursor was in that column, from 0. On narrow screens, tabs are not relied on."""
        beyond = column - self._tabs * TAB
        others = (_NOT_REPEATED, _REPEATED) if self.utf8 else (0,)
        if not self.facts.rep:
            return replace(self.facts, tabs=self._tabs > 0 and beyond == 0, rep_of_any=False)
        repeated = beyond in [_REPEATED + other for other in others]
        return replace(
            self.facts,
            tabs=self._tabs > 0 and (repeated or beyond == _NOT_REPEATED + others[0]),
            rep=repeated,
            rep_of_any=self.utf8 and beyond == _WIDEST,
        )

    @property
    def _repetition(self) -> str:
        return _ASCII_REPETITION + (_OTHER_REPETITION if self.utf8 else "")

    @property
    def _tabs(self) -> int:
        """Up to the last stop that the rest of the question fits behind."""
        tabs = (self.columns - 1 - _WIDEST) // TAB
        return tabs if self.facts.tabs and tabs >= _FEWEST_TABS else 0
