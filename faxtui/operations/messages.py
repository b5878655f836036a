"""What there is to tell of deletions that ended."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from faxtui.domain.fax import FaxKey
from faxtui.domain.text import counted
from faxtui.operations.deletion import Deleted, Deletion, DeletionsView, NotDeleted, State, Unknown

_TOLD = 3
"""How many sentences there are at most, from when deletions begin until none is under way, before the rest is told."""


@dataclass(frozen=True, slots=True)
class DeleteMessage:
    """A sentence; ``is_wrong``: not everything went as it was meant to."""

    sentence: str
    is_wrong: bool = False


class DeleteMessages:
    """Tells of each end of a deletion once: by itself where something is to be known about it, else by their number."""

    def __init__(self) -> None:
        self._over: frozenset[tuple[FaxKey, State]] = frozenset()
        self._deleted = 0
        self._told = 0
        self._untold = 0

    def of(self, view: DeletionsView) -> Iterator[DeleteMessage]:
        """What is new in a view that is later than those before."""
        over = {(key, each.state): each for key, each in view.by_key.items() if not each.is_under_way}
        ended = [each for ending, each in over.items() if ending not in self._over]
        self._over = frozenset(over)
        self._deleted += sum(isinstance(each.state, Deleted) and not _remark(each) for each in ended)
        remarks = [remark for remark in map(_remark, ended) if remark]
        self._untold += len(remarks)
        # What ended together ended for one reason.
        if remarks and self._told < _TOLD:
            self._told += 1
            self._untold -= 1
            yield DeleteMessage(remarks[0], is_wrong=True)
        if not view.is_under_way:
            yield from self._in_numbers()

    def _in_numbers(self) -> Iterator[DeleteMessage]:
        if self._untold:
            yield DeleteMessage(f"{counted(self._untold, 'more fax', 'more faxes')} ended like that.", is_wrong=True)
        if self._deleted:
            yield DeleteMessage(f"{counted(self._deleted, 'fax is', 'faxes are')} deleted from the service.")
        self._deleted = self._told = self._untold = 0


def _remark(deletion: Deletion) -> str:
    match deletion.state:
        case NotDeleted(reason=reason) | Unknown(reason=reason) | Deleted(remark=reason):
            return reason
    return ""
