"""JSON: each resource with every member that the service sent, in its own words, unknown ones too."""

from __future__ import annotations

from collections.abc import Sequence

from faxtui.domain.fax import Fax


class JsonArray:
    """One array, a resource a line; cut short, it is no JSON, so that nobody takes it for the whole.

    Pages end with their line, so that words on the same terminal don't run into it: the comma which that takes is
    only known to be right when another resource comes, so the last one is held back until then.
    """

    def __init__(self) -> None:
        self._held_back: str | None = None

    def page(self, faxes: Sequence[Fax]) -> bytes:
        if not faxes:
            return b""
        resources = [fax.resource for fax in faxes]
        begin = "[\n" if self._held_back is None else f"{self._held_back},\n"
        self._held_back = resources.pop()
        return _encoded(begin + "".join(f"{each},\n" for each in resources))

    def end(self) -> bytes:
        return b"[]\n" if self._held_back is None else _encoded(f"{self._held_back}\n]\n")


class JsonLines:
    """A resource a line and nothing else."""

    def page(self, faxes: Sequence[Fax]) -> bytes:
        return _encoded("".join(f"{fax.resource}\n" for fax in faxes))

    def end(self) -> bytes:
        return b""


def _encoded(text: str) -> bytes:
    """In UTF-8; a lone surrogate, which has none, as the escape that JSON writes for it, too."""
    return text.encode("utf-8", "backslashreplace")
