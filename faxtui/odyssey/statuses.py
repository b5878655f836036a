"""What a status other than 200 means whatever was asked for (documented, see the table of errors), in words."""

from __future__ import annotations

from http.client import responses

from faxtui.domain.text import duration
from faxtui.errors import (
    Busy,
    NoAnswer,
    ServiceError,
    ServiceFailed,
    UnexpectedAnswer,
    Unreachable,
    WrongAddress,
)
from faxtui.odyssey.answer import Answer


def failure(answer: Answer) -> ServiceError:
    """The error that ``answer`` is, where its status means the same for every request."""
    status = answer.status
    if status == 407:
        return Unreachable(
            f"The proxy between here and {answer.place} asks for a sign-in of its own (407): put it into the proxy's "
            "address, in HTTPS_PROXY or HTTP_PROXY."
        )
    if status == 408:
        return NoAnswer(f"{answer.place} gave up waiting for the request (408): ask again in a moment.")
    if status == 429 or (status == 503 and answer.asks_to_wait):
        return _busy(answer)
    if status == 511:
        return Unreachable(
            f"The network between here and {answer.place} asks for a sign-in of its own (511): open a web browser to "
            "sign in there, and ask again."
        )
    if 500 <= status < 600:
        return service_failed(answer)
    if 300 <= status < 400 and answer.sends_on_to:
        return WrongAddress(
            f"{answer.place} sends requests on to {answer.sends_on_to} ({status_words(answer)}), where your sign-in "
            "does not go: sign in to this network if it asks you to, or put the right address into "
            f"{answer.purpose.setting}."
        )
    return something_else(answer)


def service_failed(answer: Answer) -> ServiceFailed:
    return ServiceFailed(
        f"{answer.place} says that it failed ({status_words(answer)}): ask again in a moment; if it lasts, tell the "
        "service's support."
    )


def something_else(answer: Answer, reason: str = "", path: str = "") -> UnexpectedAnswer:
    """An answer that is not what was asked for. ``reason`` is a sentence, ``path`` the place in its JSON."""
    said = f" {reason}" if reason else ""
    cause = "A proxy or a network's sign-in page may stand in between: " if answer.is_html else ""
    advice = f"{cause}check {answer.purpose.setting} and this machine's network."
    return UnexpectedAnswer(
        f"{answer.place} answered {status_words(answer)} with something else than {answer.purpose.wanted} "
        f"({answer.described}).{said} {advice[0].upper()}{advice[1:]}",
        path,
    )


def status_words(answer: Answer) -> str:
    """``502 Bad Gateway``; the number alone where nobody knows it."""
    return f"{answer.status} {responses.get(answer.status, '')}".rstrip()


def _busy(answer: Answer) -> Busy:
    wait = answer.retry_after
    return Busy(
        f"{answer.place} is busy ({status_words(answer)}) and asks to be left alone for "
        f"{duration(wait)}: wait that long and ask again.",
        wait,
    )
