"""What waits to be sent: of screens only the newest, of everything else all, in order."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from faxtui.terminal.thin.facts import Facts
from faxtui.terminal.thin.painter import Frame
from faxtui.terminal.thin.reader import Passage


@dataclass(frozen=True, slots=True)
class Forget:
    """What the terminal shows is not known any more."""


@dataclass(frozen=True, slots=True)
class Learned:
    """What the terminal turned out to be able to do."""

    facts: Facts


Item = Frame | Passage | Forget | Learned


class Outbox:
    """Filled by the event loop, which never waits here, and emptied by the writer.

    Signal handlers fill it too: they may run while the event loop's thread is at it, so the lock is reentrant.
    """

    def __init__(self) -> None:
        self._items: list[Item] = []
        self._is_closed = False
        self._changed = threading.Condition(threading.RLock())

    def put(self, item: Item) -> None:
        """A frame takes the place of one still waiting, unless what came after that needs its screen."""
        with self._changed:
            if isinstance(item, Frame) and not any(_needs_a_screen(each) for each in self._items):
                self._drop_frames()
            self._items.append(item)
            self._changed.notify()

    def close(self) -> None:
        """Nothing more will come, and nobody will look at the frames that wait."""
        with self._changed:
            self._drop_frames()
            self._is_closed = True
            self._changed.notify()

    def take(self) -> list[Item]:
        """Wait for something, and take all of it; empty once closed."""
        with self._changed:
            while not self._items and not self._is_closed:
                self._changed.wait()
            return self.take_what_is_there()

    def take_what_is_there(self) -> list[Item]:
        with self._changed:
            taken, self._items = self._items, []
            return taken

    def _drop_frames(self) -> None:
        self._items = [each for each in self._items if not isinstance(each, Frame)]


def _needs_a_screen(item: Item) -> bool:
    return isinstance(item, Passage) and item.at is not None
