"""JSON: each resource with every member that the service sent, in its own words, unknown ones too."""

from __future__ import annotations

from collections.abc import Sequence

from faxtui.domain.fax import Fax


class JsonArray:
    """One array, a resource a line; cut short, it is no JSON, so that nobody takes it for the whole."""

    def __init__(self) -> None:
        self._before = "[\n"

    def page(self, faxes: Sequence[Fax]) -> bytes:
        if not faxes:
            return b""
        text = self._before + ",\n".join(fax.resource for fax in faxes)
        self._before = ",\n"
        return _encoded(text)

    def end(self) -> bytes:
        return b"[]\n" if self._before == "[\n" else b"\n]\n"


class JsonLines:
    """A resource a line and nothing else."""

    def page(self, faxes: Sequence[Fax]) -> bytes:
        return _encoded("".join(f"{fax.resource}\n" for fax in faxes))

    def end(self) -> bytes:
        return b""


def _encoded(text: str) -> bytes:
    """In UTF-8; a lone surrogate, which has none, as the escape that JSON writes for it, too."""
    return text.encode("utf-8", "backslashreplace")
