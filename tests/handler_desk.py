"""What is done with faxes, without a screen: time that the test moves, and everything that is told."""

import asyncio
from collections.abc import AsyncIterator, Callable
from collections.abc import Set as AbstractSet
from contextlib import asynccontextmanager
from pathlib import Path

from deletion_desk import ACCOUNT, Documents, Time
from scripted_service import TOO_LONG

from faxtui.domain.fax import Fax, FaxKey
from faxtui.errors import FaxtuiError, SignInRefused
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.deletion import DeletionsView
from faxtui.operations.operations import (
    DownloadTarget,
    FaxOperations,
    OperationContext,
    OperationsObserver,
    OperationsView,
)
from faxtui.storage.journal import Journal


class Desk(OperationsObserver):
    """Operations on faxes, and everything that they reported."""

    is_blind = False

    def __init__(
        self,
        tmp_path: Path,
        read_only: bool,
        where: Callable[[], DownloadTarget] | None,
        journal: Journal,
        retry_policy: RetryPolicy,
    ) -> None:
        self.service, self.time = Documents(), Time()
        self.said: list[str] = []
        self.wrong: list[str] = []
        self.errors: list[FaxtuiError] = []
        self.refused: list[FaxtuiError] = []
        self.listings: list[AbstractSet[FaxKey]] = []
        self.crashes: list[BaseException] = []
        self.tasks: list[str] = []
        self._changed = asyncio.Event()
        self._where = where or (lambda: DownloadTarget(tmp_path / "faxes", "{file}"))
        context = OperationContext(
            *(self.service, ACCOUNT, journal),
            grace=10,
            read_only=read_only,
            clocks=self.time.clocks,
            retry_policy=retry_policy,
        )
        self.handling = FaxOperations(context, self)

    @property
    def download_target(self) -> DownloadTarget:
        return self._where()

    def show_operations(self, view: OperationsView) -> None:
        self._changed.set()
        if [view.task] != self.tasks[-1:]:
            self.tasks.append(view.task)

    def notify(self, sentence: str) -> None:
        self.said.append(sentence)

    def warn(self, sentence: str) -> None:
        self.wrong.append(sentence)

    def operation_failed(self, error: FaxtuiError) -> None:
        self.errors.append(error)

    def sign_in_refused(self, error: SignInRefused) -> None:
        self.refused.append(error)

    def rows_deleted(self) -> None:
        self.listings.append(self.deletions.deleted)

    def crash(self, error: BaseException) -> None:
        self.crashes.append(error)

    @property
    def view(self) -> OperationsView:
        return self.handling.view

    @property
    def deletions(self) -> DeletionsView:
        return self.view.deletions or DeletionsView()

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(TOO_LONG):
            while not is_so():
                self._changed.clear()
                await self._changed.wait()

    async def over(self) -> None:
        await self.until(lambda: not self.handling.is_busy)

    async def delete(self, *faxes: Fax, with_copies: bool = False) -> None:
        """Ask, and let the grace go by."""
        self.handling.delete(self.handling.deletions.plan(faxes), with_copies=with_copies)
        await self.until(lambda: "saving" not in self.deletions.progress)
        await self.time.goes_by(10)
        await self.until(lambda: not self.deletions.is_in_progress)


@asynccontextmanager
async def at_desk(
    tmp_path: Path,
    *,
    read_only: bool = False,
    where: Callable[[], DownloadTarget] | None = None,
    journal: Journal | None = None,
    retry_policy: RetryPolicy | None = None,
    begins: bool = True,
) -> AsyncIterator[Desk]:
    journal = journal or Journal(tmp_path / "state" / "journal.jsonl")
    desk = Desk(tmp_path, read_only, where, journal, retry_policy or RetryPolicy(waits=()))
    if begins:
        await desk.handling.load_journal()
    try:
        yield desk
    finally:
        desk.service.door.set()
        ending = asyncio.create_task(desk.handling.aclose())
        while not ending.done():
            await desk.time.goes_by(1)
    assert desk.crashes == []


def files(folder: Path) -> list[Path]:
    return list(folder.iterdir())
