"""The faxes the demo holds, in sqlite, in memory."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from faxtui.demo.traffic import ReceivedFax

SORT_COLUMNS = (
    "received",
    "message_id",
    "sender",
    "recipient",
    "folder",
    "file_name",
    "call_time",
    "pages",
    "baud_rate",
)
"""What `sortField` 0 to 8 sorts by."""

_COLUMNS = (
    "message_id, received, recipient, sender, folder, file_name, call_time, pages, baud_rate, customer_number, kind"
)
_SCHEMA = """
create table fax (
    message_id text not null collate nocase,
    received integer not null,
    recipient text not null collate nocase,
    sender text collate nocase,
    folder text not null collate nocase,
    file_name text not null collate nocase,
    call_time integer not null,
    pages integer not null,
    baud_rate integer,
    customer_number integer not null,
    kind text not null,
    primary key (folder, file_name)
)
"""
_Row = tuple[str, int, str, str | None, str, str, int, int, int | None, int, str]


@dataclass(frozen=True, slots=True)
class Selection:
    """Which faxes are asked for, in which order. Both bounds belong to the period; numbers match in part."""

    since: datetime
    until: datetime
    sender: str | None = None
    recipient: str | None = None
    customer_number: int | None = None
    sort_field: int = 0
    descending: bool = True


class Store:
    """All faxes not deleted yet."""

    def __init__(self) -> None:
        # A server may make it in one thread and serve from another, but never from two at a time.
        self._database = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        self._database.execute(_SCHEMA)

    def add(self, faxes: Iterable[ReceivedFax]) -> None:
        """Take these faxes in."""
        marks = ", ".join("?" * len(_COLUMNS.split(",")))
        self._database.execute("begin")
        self._database.executemany(f"insert into fax ({_COLUMNS}) values ({marks})", map(_row_of, faxes))
        self._database.execute("commit")

    def select(self, selection: Selection, limit: int, offset: int) -> tuple[list[ReceivedFax], int]:
        """One page of the selection, and how many faxes the whole of it has."""
        conditions = ["received >= ?", "received <= ?"]
        values: list[str | int | float] = [selection.since.timestamp(), selection.until.timestamp()]
        for column, part in (("sender", selection.sender), ("recipient", selection.recipient)):
            if part is not None:
                conditions.append(f"instr(lower({column}), lower(?)) > 0")
                values.append(part)
        if selection.customer_number is not None:
            conditions.append("customer_number = ?")
            values.append(selection.customer_number)
        where = " and ".join(conditions)
        direction = "desc" if selection.descending else "asc"
        # The rowid settles ties, so that no fax is on two pages and none on no page.
        order = f"{SORT_COLUMNS[selection.sort_field]} {direction}, received {direction}, rowid {direction}"
        (total,) = self._database.execute(f"select count(*) from fax where {where}", values).fetchone()
        rows: list[_Row] = self._database.execute(
            f"select {_COLUMNS} from fax where {where} order by {order} limit ? offset ?", [*values, limit, offset]
        ).fetchall()
        return [_fax_of(row) for row in rows], int(total)

    def find(self, folder: str, file_name: str) -> ReceivedFax | None:
        """The fax with this file, unless it was deleted or never was."""
        row: _Row | None = self._database.execute(
            f"select {_COLUMNS} from fax where folder = ? and file_name = ?", (folder, file_name)
        ).fetchone()
        return _fax_of(row) if row else None

    def delete(self, folder: str, file_name: str) -> None:
        """Delete the fax with this file, if there is one."""
        self._database.execute("delete from fax where folder = ? and file_name = ?", (folder, file_name))


def _row_of(fax: ReceivedFax) -> _Row:
    return (
        fax.message_id,
        int(fax.received.timestamp()),
        fax.to,
        fax.sender,
        fax.folder,
        fax.file_name,
        fax.call_time,
        fax.pages,
        fax.baud_rate,
        fax.customer_number,
        fax.kind,
    )


def _fax_of(row: _Row) -> ReceivedFax:
    message_id, received, to, sender, folder, file_name, call_time, pages, baud_rate, customer_number, kind = row
    return ReceivedFax(
        message_id,
        datetime.fromtimestamp(received, UTC),
        to,
        sender,
        folder,
        file_name,
        call_time,
        pages,
        baud_rate,
        customer_number,
        kind,
    )
