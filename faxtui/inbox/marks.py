"""The faxes that the operator has marked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from faxtui.domain.fax import Fax, FaxKey
from faxtui.domain.text import counted
from faxtui.errors import InvalidValue


@dataclass(frozen=True, slots=True)
class Marks:
    """Marks go by (folder, file), so that they outlast the page: two rows of one pair are one mark.

    Each is kept with what names its fax, in the order of marking. A fax without an address has nothing to mark it by.
    """

    by_key: Mapping[FaxKey, Fax] = field(default_factory=dict)

    @property
    def faxes(self) -> tuple[Fax, ...]:
        return tuple(self.by_key.values())

    def __len__(self) -> int:
        return len(self.by_key)

    def __contains__(self, key: FaxKey) -> bool:
        return key in self.by_key

    def toggled(self, fax: Fax) -> Marks:
        """With the mark of that fax set, or taken off where it was. Raises InvalidValue where it has no address."""
        if fax.key in self.by_key:
            return self.without([fax.key])
        if not fax.key.has_address:
            raise InvalidValue(
                "This fax can't be marked: the service gives it no folder and file name to know it by again."
            )
        return self.with_all([fax])

    def with_all(self, faxes: Iterable[Fax]) -> Marks:
        """With all of these marked that have an address."""
        added = {fax.key: fax for fax in faxes if fax.key.has_address}
        return Marks(MappingProxyType({**self.by_key, **added}))

    def without(self, keys: Iterable[FaxKey]) -> Marks:
        dropped = frozenset(keys)
        return Marks(MappingProxyType({key: fax for key, fax in self.by_key.items() if key not in dropped}))

    def elsewhere(self, page: Iterable[Fax]) -> tuple[Fax, ...]:
        """Those that are not among the rows of ``page``."""
        here = {fax.key for fax in page}
        return tuple(fax for key, fax in self.by_key.items() if key not in here)

    def why_cleared(self, change: str) -> str:
        """What to say where these are cleared because of ``change``, such as ``new filters``; empty without marks."""
        if not self.by_key:
            return ""
        return f"{counted(len(self), 'mark', 'marks')} taken off: {change}."
