"""What became of each fax of a download, and how far the whole of it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from faxtui.domain.fax import FaxKey
from faxtui.domain.text import counted, visible
from faxtui.errors import ServiceError


@dataclass(frozen=True, slots=True)
class Saved:
    """Its file was written, and is safe on the disk: ``size`` in bytes, ``sha256`` in hexadecimal digits."""

    path: Path
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class AlreadyThere:
    """A file with the same content is in the folder, safe on the disk and in the manifest."""

    path: Path
    sha256: str


@dataclass(frozen=True, slots=True)
class NoLongerThere:
    """The service has no such document any more."""


@dataclass(frozen=True, slots=True)
class NoAddress:
    """Its folder or file name is none that can be asked for; nothing was."""


@dataclass(frozen=True, slots=True)
class DownloadFailed:
    """It did not come, however often it was asked for."""

    error: ServiceError


Outcome = Saved | AlreadyThere | NoLongerThere | NoAddress | DownloadFailed


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is: faxes by what became of them, of ``total`` (None: not known yet).

    ``size`` is how many bytes were saved, ``received`` how many came from the service in ``seconds``, failed attempts
    and what is not whole yet among them.
    """

    total: int | None = None
    saved: int = 0
    already_there: int = 0
    gone: int = 0
    no_address: int = 0
    failed: int = 0
    size: int = 0
    received: int = 0
    seconds: float = 0.0

    @property
    def done(self) -> int:
        return self.saved + self.already_there + self.unsaved

    @property
    def unsaved(self) -> int:
        """How many are done with, and not in the folder."""
        return self.gone + self.no_address + self.failed

    @property
    def left(self) -> int | None:
        return None if self.total is None else max(self.total - self.done, 0)

    @property
    def rate(self) -> float:
        """Bytes a second."""
        return self.received / self.seconds if self.seconds else 0.0

    @property
    def seconds_left(self) -> float | None:
        """At the speed so far; None while nobody can tell."""
        if self.left is None or not self.saved:
            return None
        return self.left * self.seconds / self.saved


def shown(key: FaxKey) -> str:
    """``134296015/0-….PDF``: which fax it is, for a sentence."""
    return visible(f"{key.folder}/{key.file_name}")


def in_words(progress: Progress) -> str:
    """``12 of 200 faxes · 1.2 MB · 340 kB/s · 9 s left``, for a line that is shown while it goes on."""
    of_all = f"{progress.done:,}" if progress.total is None else f"{progress.done:,} of {progress.total:,}"
    parts = [f"{of_all} faxes", size_in_words(progress.received), f"{size_in_words(progress.rate)}/s"]
    if progress.seconds_left is not None:
        parts.append(f"{_time_in_words(progress.seconds_left)} left")
    if progress.unsaved:
        parts.append(f"{progress.unsaved:,} not saved")
    return " · ".join(parts)


def summary(progress: Progress) -> str:
    """``12 faxes saved (1.2 MB), 3 already there, 1 failed``, once it is over."""
    others = (
        (progress.already_there, "already there"),
        (progress.gone, "no longer on the service"),
        (progress.no_address, "without an address"),
        (progress.failed, "failed"),
    )
    size = f" ({size_in_words(progress.size)})" if progress.saved else ""
    saved = f"{counted(progress.saved, 'fax', 'faxes')} saved{size}"
    return ", ".join([saved, *(f"{number:,} {what}" for number, what in others if number)])


def size_in_words(size: float) -> str:
    """``1.2 MB``: bytes in the unit of thousands that suits them."""
    for unit in ("B", "kB", "MB"):
        if size < 999.5:
            return f"{size:.0f} {unit}" if unit == "B" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:,.1f} GB"


def _time_in_words(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest:02} s" if minutes else f"{rest} s"
