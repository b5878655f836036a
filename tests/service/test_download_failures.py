"""Saving documents that do not come, or not whole: what becomes of them, and of the rest."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from scripted_service import TOO_LONG, settle
from stored_documents import (
    Answer,
    Run,
    Stored,
    StoredDocuments,
    a_fax,
    a_pdf,
    batch,
    download,
    files,
    holding,
    manifest_of,
)

from faxtui.domain.fax import Fax
from faxtui.errors import (
    Busy,
    Forbidden,
    NoResponse,
    ServiceError,
    ServiceFailed,
    SignInRefused,
    UnexpectedResponse,
    Unreachable,
)
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.download import Batch, DownloadFailed, NoLongerThere, Outcome, Progress
from faxtui.operations.download_folder import BUFFER, DownloadFolder, Saved

CUT = NoResponse("The document broke off. Ask for it again.")
BUSY = Busy("The service is busy. Ask again later.", 0)


async def outcome_of(folder: Path, *answers: Answer) -> Outcome:
    """What becomes of one fax whose document gives these answers in turn; nothing else is ever left of it."""
    fax = a_fax(1)
    service = StoredDocuments({fax.key: list(answers)})
    run = await download(service, folder, [fax])
    assert len(service.asked) == len(answers)
    outcome = run.outcomes["1.PDF"]
    assert files(folder) == ({"1.pdf"} if isinstance(outcome, Saved) else set())
    return outcome


def stops(service: StoredDocuments, number: int, error: ServiceError) -> None:
    service.answers[a_fax(number).key] = [error]


async def test_a_document_that_someone_else_took_is_gone(tmp_path: Path) -> None:
    service = holding(2)
    del service.answers[a_fax(0).key]
    run = await download(service, tmp_path)
    assert run.outcomes["0.PDF"] == NoLongerThere()
    assert (run.last.gone, run.last.saved, files(tmp_path)) == (1, 1, {"1.pdf"})


async def test_what_may_pass_is_asked_for_again_from_the_beginning(tmp_path: Path) -> None:
    partly = Stored(a_pdf(1)[:1500], breaks=CUT)
    whole = Stored(a_pdf(1), length=2500)
    outcome = await outcome_of(tmp_path, ServiceFailed("It failed."), partly, BUSY, whole)
    assert isinstance(outcome, Saved)
    assert (tmp_path / "1.pdf").read_bytes() == a_pdf(1)


async def test_patience_with_a_document_comes_to_an_end(tmp_path: Path) -> None:
    broken = Stored(a_pdf(1, 2 * BUFFER), breaks=CUT)
    assert await outcome_of(tmp_path, broken, broken, broken, broken) == DownloadFailed(CUT)


async def test_a_document_of_the_wrong_length_is_not_saved(tmp_path: Path) -> None:
    short = Stored(a_pdf(1), length=2501)
    outcome = await outcome_of(tmp_path, short, short, short, short)
    assert isinstance(outcome, DownloadFailed)
    assert str(outcome.error) == "The fax f/1.PDF is incomplete: 2,500 of 2,501 bytes. Retry in a moment."


@pytest.mark.parametrize("content", [b"", b"<html>", b"%PD", b"<" * 2 * BUFFER], ids=["empty", "HTML", "cut", "large"])
async def test_what_is_no_document_is_not_saved(tmp_path: Path, content: bytes) -> None:
    outcome = await outcome_of(tmp_path, Stored(content))
    assert isinstance(outcome, DownloadFailed)
    assert isinstance(outcome.error, UnexpectedResponse)


async def test_what_is_not_allowed_fails_and_the_rest_goes_on(tmp_path: Path) -> None:
    service = holding(6)
    refused = Forbidden("This number is not yours.")
    stops(service, 2, refused)
    run = await download(service, tmp_path)
    assert run.outcomes["2.PDF"] == DownloadFailed(refused)
    assert (run.last.saved, run.last.failed, len(service.asked)) == (5, 1, 6)


@pytest.mark.parametrize("error", [SignInRefused("Wrong password."), Unreachable("No connection.")])
async def test_what_would_go_wrong_with_every_document_stops_the_rest(tmp_path: Path, error: ServiceError) -> None:
    service = holding(40)
    stops(service, 6, error)
    run = Run()
    with pytest.raises(type(error)):
        await batch(service, tmp_path, run, retry_policy=RetryPolicy(waits=())).save(service.faxes)
    assert len(service.asked) <= 16
    assert files(tmp_path) == {f"{name.removesuffix('.PDF')}.pdf" for name in run.outcomes}
    assert len(manifest_of(tmp_path)) == run.last.saved == len(run.outcomes)


async def test_nothing_is_asked_for_once_a_sign_in_was_refused(tmp_path: Path) -> None:
    service = holding(40)
    for number in range(40):
        stops(service, number, SignInRefused("Wrong password."))
    service.gate = asyncio.Event()
    task = asyncio.create_task(batch(service, tmp_path, Run()).save(service.faxes))
    for _ in range(4):
        await asyncio.wait_for(service.coming.get(), TOO_LONG)
    service.gate.set()
    with pytest.raises(SignInRefused):
        await task
    assert len(service.asked) == 4


async def test_a_busy_service_is_asked_for_nothing_at_all(tmp_path: Path) -> None:
    service = holding(40)
    stops(service, 0, Busy("Ask again in an hour.", 3600))
    run = Run()
    task = asyncio.create_task(
        batch(service, tmp_path, run, retry_policy=RetryPolicy(longest=7200)).save(service.faxes)
    )
    await asyncio.wait_for(run.waited.wait(), TOO_LONG)
    while service.now:
        await service.coming.get()
        await settle()
    asked = len(service.asked)
    await settle()
    assert len(service.asked) == asked < 16
    assert run.waits == [("Ask again in an hour.", 3600)]
    task.cancel()
    await asyncio.wait([task])


async def test_cancelled_it_leaves_nothing_that_is_not_whole(tmp_path: Path) -> None:
    service = holding(40, 3 * BUFFER)
    halfway = asyncio.Event()

    class Halfway(Run):
        def note_progress(self, progress: Progress) -> None:
            if progress.received > 6 * BUFFER:
                halfway.set()

    run = Halfway()
    task = asyncio.create_task(Batch(service, DownloadFolder(tmp_path, "{file}", None), run).save(service.faxes))
    await asyncio.wait_for(halfway.wait(), TOO_LONG)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not any(name.endswith(".part") for name in files(tmp_path))
    assert {each["name"] for each in manifest_of(tmp_path)} == files(tmp_path)
    assert len(run.outcomes) == len(files(tmp_path)) < 40
    assert (await download(service, tmp_path)).last.done == 40


async def test_what_was_listed_before_the_list_broke_off_is_saved(tmp_path: Path) -> None:
    service = holding(6)

    async def coming() -> AsyncIterator[Fax]:
        for fax in service.faxes:
            yield fax
        raise ServiceFailed("The list failed.")

    run = Run()
    with pytest.raises(ServiceFailed, match="The list failed"):
        await batch(service, tmp_path, run).save(coming())
    assert (run.last.saved, len(files(tmp_path))) == (6, 6)


async def test_a_sign_in_refused_to_the_list_stops_everything_at_once(tmp_path: Path) -> None:
    service = holding(2)
    service.gate = asyncio.Event()

    async def coming() -> AsyncIterator[Fax]:
        for fax in service.faxes:
            yield fax
        raise SignInRefused("Wrong password.")

    with pytest.raises(SignInRefused):
        await batch(service, tmp_path, Run()).save(coming())
    assert files(tmp_path) == set()
