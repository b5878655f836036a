"""A service that is connected to beside everything else."""

import asyncio
import threading
from datetime import timedelta

import pytest
from deletion_desk import A, Documents
from scripted_service import NOW, settle
from wire import Connects

from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery, open_window
from faxtui.errors import ConfigurationError, SignInRefused, Unreachable
from faxtui.inbox.connection import LazyService, check_connection

WINDOW = open_window(FaxQuery(), NOW)


async def test_one_connection_is_made_and_only_when_something_is_asked() -> None:
    made, connections = Documents(), list[Documents]()

    def connect() -> Documents:
        connections.append(made)
        return made

    service = LazyService(Connects(connect))
    assert connections == []
    asking = [asyncio.create_task(service.list_faxes(WINDOW, page)) for page in (1, 2)]
    for _ in asking:
        await made.answer_next()
    assert [listing.page.number for listing in await asyncio.gather(*asking)] == [1, 2]
    await service.aclose()
    assert (connections, made.is_closed) == ([made], True)


async def test_a_connection_that_failed_is_tried_anew() -> None:
    made = Documents()
    failures = [Unreachable("No network: check it.")]

    def connect() -> Documents:
        if failures:
            raise failures.pop()
        return made

    service = LazyService(Connects(connect))
    with pytest.raises(Unreachable):
        await service.list_faxes(WINDOW, 1)
    asking = asyncio.create_task(service.list_faxes(WINDOW, 1))
    await made.answer_next()
    assert (await asking).page.number == 1


async def test_a_connection_begun_ahead_answers_the_first_question() -> None:
    made, connections = Documents(), list[Documents]()

    def connect() -> Documents:
        connections.append(made)
        return made

    service = LazyService(Connects(connect))
    await service.begin()
    asking = asyncio.create_task(service.list_faxes(WINDOW, 1))
    await made.answer_next()
    assert (await asking).page.number == 1
    assert connections == [made]


async def test_a_connection_begun_ahead_that_failed_is_told_before_it_is_tried_anew() -> None:
    """Else a password command that prints nothing would run twice before anything is said."""
    tried = list[int]()

    def connect() -> Documents:
        tried.append(len(tried))
        raise Unreachable("No network: check it.")

    service = LazyService(Connects(connect))
    await asyncio.wait([service.begin()])
    for tries in (1, 2):
        with pytest.raises(Unreachable):
            await service.list_faxes(WINDOW, 1)
        assert len(tried) == tries


async def test_all_who_wait_for_a_connection_are_told_that_it_failed() -> None:
    tried, may_fail = list[int](), threading.Event()

    def connect() -> Documents:
        may_fail.wait()
        tried.append(len(tried))
        raise Unreachable("No network: check it.")

    service = LazyService(Connects(connect))
    asking = [asyncio.create_task(service.list_faxes(WINDOW, page)) for page in (1, 2)]
    await asyncio.sleep(0)
    may_fail.set()
    outcomes = await asyncio.gather(*asking, return_exceptions=True)
    assert [type(each) for each in outcomes] == [Unreachable, Unreachable]
    assert len(tried) == 1


async def test_what_was_never_connected_closes_without_a_word() -> None:
    def connect() -> Documents:
        raise Unreachable("No network: check it.")

    await LazyService(Connects(connect)).aclose()


async def test_a_connection_under_way_outlives_who_asked_first() -> None:
    made, connections, may_connect = Documents(), list[Documents](), threading.Event()

    def connect() -> Documents:
        may_connect.wait()
        connections.append(made)
        return made

    service = LazyService(Connects(connect))
    first = asyncio.create_task(service.list_faxes(WINDOW, 1))
    await asyncio.sleep(0)
    first.cancel()
    second = asyncio.create_task(service.list_faxes(WINDOW, 2))
    may_connect.set()
    await made.answer_next()
    assert (await second).page.number == 2
    assert (connections, first.cancelled()) == ([made], True)


async def test_what_keeps_it_from_connecting_is_told_as_it_is() -> None:
    def connect() -> Documents:
        raise ConfigurationError("The address has no such port: mend base_url.")

    with pytest.raises(ConfigurationError, match="mend base_url"):
        await LazyService(Connects(connect)).list_faxes(WINDOW, 1)


async def test_documents_are_fetched_and_deleted_through_it() -> None:
    made = Documents()
    service = LazyService(Connects(lambda: made))
    async with service.open_document(A.key):
        assert made.looked == [A.key]
    await service.delete_document(A.key)
    assert made.sent == [A.key]


async def test_after_a_sign_in_the_earlier_connection_is_closed_at_the_end() -> None:
    connections = [Documents(), Documents()]
    made = iter(connections)
    service = LazyService(Connects(lambda: next(made)))
    await service.begin()
    service.sign_in("another password")
    await service.begin()
    await service.aclose()
    assert [each.is_closed for each in connections] == [True, True]


async def test_a_check_counts_faxes_and_closes_the_service() -> None:
    made = Documents()
    checking = asyncio.create_task(check_connection(made, ServiceClock(lambda: NOW)))
    await made.answer_next()
    result = await checking
    assert (result.total, result.ahead, made.is_closed) == (450, timedelta(), True)


async def test_a_typed_password_is_tried_by_one_request_and_its_rejection_shared() -> None:
    made = Documents()
    service = LazyService(Connects(lambda: made))
    service.sign_in("typed")
    first = asyncio.create_task(service.list_faxes(WINDOW, 1))
    call = await made.next_call()
    second = asyncio.create_task(service.delete_document(A.key))
    await settle()
    assert made.sent == []
    call.fail(SignInRefused("The password is not valid."))
    outcomes = await asyncio.gather(first, second, return_exceptions=True)
    assert [type(each) for each in outcomes] == [SignInRefused, SignInRefused]
    with pytest.raises(SignInRefused):
        await service.delete_document(A.key)
    assert made.sent == []
    service.sign_in("another one")
    third = asyncio.create_task(service.list_faxes(WINDOW, 1))
    await made.answer_next()
    await third


async def test_once_a_typed_password_is_valid_requests_wait_for_nothing() -> None:
    made = Documents()
    service = LazyService(Connects(lambda: made))
    service.sign_in("typed")
    first = asyncio.create_task(service.list_faxes(WINDOW, 1))
    second = asyncio.create_task(service.delete_document(A.key))
    await made.answer_next()
    await asyncio.gather(first, second)
    assert made.sent == [A.key]
    third = asyncio.create_task(service.list_faxes(WINDOW, 2))
    await made.next_call()
    await service.delete_document(A.key)
    assert made.sent == [A.key, A.key]
    third.cancel()
