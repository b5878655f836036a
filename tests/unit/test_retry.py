"""What is told of a request that is sent again."""

import pytest

from faxtui.errors import Busy, FaxtuiError, NoResponse, ServiceFailed, Unreachable
from faxtui.inbox.view import Retries, Waiting, retry_notice

FAILED, SILENT = ServiceFailed("It failed."), NoResponse("It was silent.")


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (Busy("Busy: wait an hour and ask again.", 3600), "service busy"),
        (FAILED, "service unavailable"),
        (SILENT, "no complete response"),
        (Unreachable("Refused."), "no connection"),
    ],
)
def test_one_sentence_tells_the_reason_and_the_next_try(error: FaxtuiError, reason: str) -> None:
    assert retry_notice(error, 3) == f"{reason}, retrying in 3 s"
    assert retry_notice(error, 0.2, 67) == f"{reason} for 1:07, retrying in 1 s"
    assert retry_notice(error, 0) == f"{reason}, retrying now"
    assert retry_notice(error, -0.1, 0.9) == f"{reason} for 0:00, retrying now"


def test_of_several_requests_the_next_one_is_told_until_it_ends() -> None:
    changes: list[Waiting | None] = []
    now = 100.0
    retries = Retries(lambda: changes.append(retries.next), lambda: now)
    retries.wait("a", FAILED, 8)
    retries.wait("b", SILENT, 3)
    now = 110.0
    retries.wait("b", FAILED, 1)
    retries.end("a")
    retries.end("b")
    retries.end("c")
    assert changes == [
        Waiting(FAILED, 100, 108),
        Waiting(SILENT, 100, 103),
        Waiting(FAILED, 100, 108),
        Waiting(FAILED, 100, 111),
        None,
    ]
