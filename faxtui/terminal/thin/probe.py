"""What the terminal is asked itself, because terminfo can't tell: where its tab stops stand, and what it repeats."""

from __future__ import annotations

from dataclasses import dataclass, replace

from faxtui.terminal.thin.facts import Facts
from faxtui.terminal.thin.moves import TAB

_HOME = "\x1b[r"
"""Let all lines scroll again, which puts the cursor into the first column of the first line."""
_REPETITION = " \x1b[2b\xa0\x1b[2b"
_ONE_KIND, _BOTH_KINDS = 4, 6
"""The columns that this takes where ASCII is repeated, and where other characters are too."""
_FEWEST_TABS = 5
"""A way of fewer could be as long where tab stops stand elsewhere and something else is repeated."""
_WHERE = "\x1b[6n"


@dataclass(frozen=True, slots=True)
class Probe:
    """A question whose answer is the column that the cursor is in; nothing is seen of it.

    Of terminals that say they can repeat, tmux 3.3 does so with ASCII only (observed), and mosh not at all. Tab stops
    are where somebody put them: ``tabs -4`` in a shell's profile is enough.
    """

    facts: Facts
    columns: int

    @property
    def text(self) -> str:
        return _HOME + "\t" * self._tabs + (_REPETITION if self.facts.rep else "") + _WHERE

    def answered(self, column: int) -> Facts:
        """What is known once the cursor was in that column, from 0. On narrow screens, tabs are not relied on."""
        beyond = column - self._tabs * TAB
        return replace(
            self.facts,
            tabs=self._tabs > 0 and beyond in ((2, _ONE_KIND, _BOTH_KINDS) if self.facts.rep else (0,)),
            rep=self.facts.rep and beyond in (_ONE_KIND, _BOTH_KINDS),
            rep_of_any=self.facts.rep and beyond == _BOTH_KINDS,
        )

    @property
    def _tabs(self) -> int:
        """Up to the last stop that the rest of the question fits behind."""
        tabs = (self.columns - 1 - _BOTH_KINDS) // TAB
        return tabs if self.facts.tabs and tabs >= _FEWEST_TABS else 0
