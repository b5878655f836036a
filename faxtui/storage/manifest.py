"""The manifest beside the files: a line of JSON for each that was saved, only ever added to.

A run that is killed while it adds a line leaves a torn one at the end: readers pass it over, and the next line that is
added takes its place.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.storage.json_lines import JsonLines, Position, identity_in, identity_members, json_object

NAME = "faxes.jsonl"
_BEGINNING = b'{"folder": "'


@dataclass(frozen=True, slots=True)
class Entry:
    """A file that was saved: of which fax on which host, as what name in this folder, and when (ISO 8601, UTC).

    ``size`` is in bytes, ``sha256`` in hexadecimal digits.
    """

    host: str
    fax: FaxIdentity
    name: str
    size: int
    sha256: str
    saved: str

    def line(self) -> bytes:
        members = {
            "folder": self.fax.key.folder,
            "file": self.fax.key.file_name,
            "host": self.host,
            **identity_members(self.fax),
            "name": self.name,
            "bytes": self.size,
            "sha256": self.sha256,
            "saved": self.saved,
        }
        return json.dumps(members).encode() + b"\n"


class Manifest:
    """What a folder's manifest tells: the last entry of each fax of each host. Everything raises OSError.

    ``unreadable`` counts the lines that are none of ours, a torn last one aside.
    """

    def __init__(self, folder: Path) -> None:
        self._file = JsonLines(folder / NAME, _BEGINNING)
        self._adding = threading.Lock()
        self._entries: dict[tuple[str, FaxIdentity], Entry] = {}
        self.unreadable = 0
        for each in self._read():
            if each is None:
                self.unreadable += 1
            else:
                self._entries[each.host, each.fax] = each

    @property
    def exists(self) -> bool:
        return self._file.path.exists()

    def find(self, host: str, fax: FaxIdentity) -> Entry | None:
        return self._entries.get((host, fax))

    def add(self, entry: Entry) -> None:
        """The entry is safe on the disk once this returns; where it can't be, there is nothing of it."""
        with self._adding:
            self._file.append(entry.line())
            self._entries[entry.host, entry.fax] = entry

    def files(self) -> list[Entry]:
        """The last entry of each fax, in the order of the manifest: an earlier file of it may have been damaged."""
        by_name = {each.name: each for each in self._read() if each is not None}
        by_fax: dict[tuple[str, FaxIdentity], Entry] = {}
        for each in by_name.values():
            by_fax.pop((each.host, each.fax.name_only), None)
            by_fax[each.host, each.fax] = each
        return list(by_fax.values())

    def _read(self) -> Iterator[Entry | None]:
        with self._file.reading(Position()) as reader:
            if reader is None:
                return
            for lines in reader.blocks():
                yield from map(_entry, lines)
            rest = _entry(reader.rest())
        if rest is not None:
            yield rest


def _entry(line: str) -> Entry | None:
    """None where the line is no entry, or names a file that is not in this folder."""
    members = json_object(line) or {}
    match members:
        case {"folder": str(folder), "file": str(file), "name": str(name), "bytes": int(size), "sha256": str(sha256)}:
            if "\0" in name or Path(name).name != name:
                return None
            host, saved = (_text(members.get(each)) for each in ("host", "saved"))
            return Entry(host, identity_in(members, FaxKey(folder, file)), name, size, sha256, saved)
    return None


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
