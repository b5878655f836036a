"""A program that deletes faxes and is killed at the step it is told to, when it comes there for the second time.

    deletion_run.py ADDRESS FOLDER STEP COPIES FOLDER/FILE …

First it settles what an earlier run left unknown.
"""

import asyncio
import hashlib
import os
import signal
import sys
from collections import Counter
from pathlib import Path
from unittest.mock import patch

import httpx
from odyssey_server import LOGIN, PASSWORD, fetched

from faxtui.domain.account import Account
from faxtui.domain.fax import Fax, FaxKey
from faxtui.errors import SignInRefused
from faxtui.odyssey.client import OdysseyService
from faxtui.operations.delete_queue import Clocks, Deletions, DeletionsObserver
from faxtui.operations.deletion import DeletionsView, SavedCopy
from faxtui.operations.operations import OperationContext
from faxtui.storage.journal import AccountName, Event, Journal, JournalEntry

STEPS = (
    "saving",
    "noting the copy",
    "in the line on the copy",
    "copy noted",
    "in the line on deleting",
    "syncing the line on deleting",
    "about to send",
    "sent",
    "answered",
    "in the line on deleted",
    "deleted",
)
NEVER = "never"
_TOO_LONG = 60
_step = NEVER
_passed: Counter[str] = Counter()
_write = os.write


def at(step: str) -> bool:
    """Whether this is the moment."""
    _passed[step] += 1
    return step == _step != NEVER and _passed[step] == 2


def pass_by(step: str) -> None:
    if at(step):
        die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


class KilledJournal(Journal):
    """Dies before, in or after a line."""

    def append(self, *entries: JournalEntry) -> None:
        (entry,) = entries
        before, within, after = {
            Event.SAVED: ("noting the copy", "in the line on the copy", "copy noted"),
            Event.DELETING: (NEVER, "in the line on deleting", "about to send"),
            Event.DELETED: ("answered", "in the line on deleted", "deleted"),
            Event.FAILED: (NEVER, NEVER, NEVER),
        }[entry.event]
        pass_by(before)
        if at(within):
            patch("os.write", _torn).start()
        if entry.event is Event.DELETING and at("syncing the line on deleting"):
            patch("os.fsync", _unsynced).start()
        super().append(entry)
        pass_by(after)


def _torn(handle: int, content: bytes) -> int:
    _write(handle, content[: len(content) // 2])
    die()
    return 0


def _unsynced(handle: int) -> None:
    die()


class KilledTransport(httpx.AsyncHTTPTransport):
    """Dies once a request to delete is on its way, before the answer."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.method == "DELETE":
            request.extensions = {**request.extensions, "trace": _trace}
        return await super().handle_async_request(request)


async def _trace(event: str, _: object) -> None:
    if event == "http11.send_request_body.complete":
        pass_by("sent")


async def run(address: str, folder: Path, with_copies: bool, faxes: list[Fax]) -> None:
    account = Account(address, LOGIN, PASSWORD)
    service = OdysseyService(account, transport=KilledTransport())
    journal = KilledJournal(folder / "journal.jsonl")
    journal.read()
    over = asyncio.Event()

    async def save(fax: Fax) -> SavedCopy:
        content = await fetched(service, fax.key)
        part = folder / f"{fax.file_name}.part"
        with part.open("wb") as file:
            file.write(content[: len(content) // 2])
            file.flush()
            pass_by("saving")
            file.write(content[len(content) // 2 :])
            file.flush()
            os.fsync(file.fileno())
        path = part.with_suffix("")
        part.replace(path)
        return SavedCopy(path, hashlib.sha256(content).hexdigest())

    class Observer(DeletionsObserver):
        is_blind = False

        def deletions_changed(self, view: DeletionsView) -> None:
            if not view.is_in_progress:
                over.set()

        def sign_in_refused(self, error: SignInRefused) -> None:
            os._exit(1)

        def crash(self, error: BaseException) -> None:
            os._exit(1)

    async def until_over() -> None:
        await asyncio.wait_for(over.wait(), _TOO_LONG)
        over.clear()

    clocks = Clocks(lambda: 0.0, lambda: 0.0, lambda _: asyncio.sleep(0))
    deletions = Deletions(
        OperationContext(service, AccountName.of(account), journal, grace=0, clocks=clocks),
        save,
        Observer(),
    )
    deletions.confirm(faxes)
    if deletions.view.by_key:
        await until_over()
    deletions.drop_finished()
    over.clear()
    if deletions.request(faxes, with_copies=with_copies).documents:
        await until_over()
    await deletions.aclose()
    await service.aclose()


if __name__ == "__main__":
    address, folder, _step, copies, *names = sys.argv[1:]
    keys = [FaxKey(*name.split("/")) for name in names]
    faxes = [Fax(folder=key.folder, file_name=key.file_name) for key in keys]
    asyncio.run(run(address, Path(folder), copies == "copies", faxes))
