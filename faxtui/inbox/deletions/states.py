"""What becomes of a deletion: values for the screen, made anew at every change."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from faxtui.domain.fax import Fax, FaxKey


@dataclass(frozen=True, slots=True)
class Saving:
    """Its copy is being saved, or ``is_saved`` and waits for the others that were asked for with it."""

    is_saved: bool = False


@dataclass(frozen=True, slots=True)
class Pending:
    """Nothing was sent yet, and nothing is for ``seconds_left``; ``is_held_up``: a busy service asked to wait."""

    seconds_left: int
    is_held_up: bool = False


@dataclass(frozen=True, slots=True)
class Deleting:
    """The request is on its way: it can't be taken back."""


@dataclass(frozen=True, slots=True)
class Settling:
    """The request had no answer: the service is asked whether the fax is still there."""


@dataclass(frozen=True, slots=True)
class Deleted:
    """It is no longer there; not ``by_us``: someone else took it. ``remark`` is a sentence, or empty."""

    by_us: bool
    remark: str = ""


@dataclass(frozen=True, slots=True)
class Back:
    """It was not deleted, for a ``reason`` that is a sentence: its row is as before."""

    reason: str


@dataclass(frozen=True, slots=True)
class Undone:
    """The operator took it back before anything was sent."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The request may or may not have arrived, and the service could not be asked: only the operator asks again."""

    reason: str


Unsent = Saving | Pending
UnderWay = Saving | Pending | Deleting | Settling
Over = Deleted | Back | Undone | Unknown
State = UnderWay | Over


@dataclass(frozen=True, slots=True)
class Deletion:
    """One document and what becomes of it."""

    fax: Fax
    state: State

    @property
    def is_under_way(self) -> bool:
        """Whether its rows are struck through."""
        return isinstance(self.state, UnderWay)

    @property
    def is_unsent(self) -> bool:
        """Whether it can be taken back."""
        return isinstance(self.state, Unsent)


@dataclass(frozen=True, slots=True)
class DeletionsView:
    """Every deletion asked for in this run, by (folder, file), those that are over too."""

    by_key: Mapping[FaxKey, Deletion] = field(default_factory=dict)

    def of(self, key: FaxKey) -> State | None:
        found = self.by_key.get(key)
        return None if found is None else found.state

    @property
    def unsent(self) -> tuple[Fax, ...]:
        """What quitting now would drop."""
        return tuple(each.fax for each in self.by_key.values() if each.is_unsent)

    @property
    def is_under_way(self) -> bool:
        return any(each.is_under_way for each in self.by_key.values())

    @property
    def deleted(self) -> frozenset[FaxKey]:
        """What is no longer there, whatever an older page shows."""
        return frozenset(key for key, each in self.by_key.items() if isinstance(each.state, Deleted))

    @property
    def progress(self) -> str:
        """What goes on, for the page bar: ``saving 1 first, deleting 2 in 0:07``; empty where nothing does."""
        states = [each.state for each in self.by_key.values()]
        saving = sum(isinstance(each, Saving) for each in states)
        waits = [each.seconds_left for each in states if isinstance(each, Pending)]
        now = sum(isinstance(each, Deleting) for each in states)
        asking = sum(isinstance(each, Settling) for each in states)
        said = (
            (saving, f"saving {saving:,} first"),
            (now, f"deleting {now:,} now"),
            (asking, f"asking what became of {asking:,}"),
            (len(waits), _countdown(waits)),
        )
        return ", ".join(words for count, words in said if count)


@dataclass(frozen=True, slots=True)
class Closing:
    """What the end of the program left: faxes for which nothing was sent, and those of which nobody knows."""

    dropped: tuple[Fax, ...] = ()
    unknown: tuple[Fax, ...] = ()


def _countdown(waits: list[int]) -> str:
    if not waits:
        return ""
    minutes, seconds = divmod(min(waits), 60)
    first = "" if min(waits) == max(waits) else "the first "
    return f"deleting {len(waits):,}{', ' if first else ' '}{first}in {minutes}:{seconds:02}"
