"""What can go wrong with the document of one fax, in words that name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import httpx

from faxtui.domain.account import Account
from faxtui.domain.fax import FaxKey
from faxtui.errors import (
    Busy,
    Forbidden,
    Gone,
    NoAnswer,
    Refused,
    ServiceError,
    Unconfirmed,
    UnexpectedAnswer,
    WrongAddress,
)
from faxtui.odyssey import statuses
from faxtui.odyssey.answer import Answer
from faxtui.odyssey.refusals import lacks_route, login_of, message_words, sign_in_refused
from faxtui.odyssey.words import named

_BEFORE_ARRIVAL = (*range(300, 400), 407, 429, 511)
"""Statuses that keep a request from being carried out, whoever sends them."""


@contextmanager
def while_fetching(key: FaxKey) -> Iterator[None]:
    """Say which fax was not fetched before what a ServiceError raised within says."""
    try:
        yield
    except ServiceError as error:
        _begin(error, _not_fetched(key))
        raise


@contextmanager
def while_deleting(key: FaxKey) -> Iterator[None]:
    """Say what is known of the fax where a ServiceError is raised within, while it is asked to be deleted.

    Without a connection nothing was sent. Once there was one, a request without its answer may have been carried out.
    """
    try:
        yield
    except NoAnswer as error:
        raise NoAnswer(
            f"The service was asked to delete the fax {named(key)}, but no answer came: it is not known whether it is "
            "gone. Refresh the list to see, before you ask again."
        ) from error
    except UnexpectedAnswer as error:
        _begin(error, _not_known(key))
        raise
    except ServiceError as error:
        _begin(error, _not_deleted(key))
        raise


def not_fetched(answer: Answer, account: Account, key: FaxKey) -> ServiceError:
    """The error that ``answer``, of another status than 200, is to a request for the document of a fax."""
    return _own_meaning(answer, account, key, "fetch") or _begin(statuses.failure(answer), _not_fetched(key))


def not_deleted(answer: Answer, account: Account, key: FaxKey) -> ServiceError:
    """Return the error that ``answer`` to a delete is, if it does not confirm it.

    The request was turned down if the service says so, or if a proxy or a redirect kept it from arriving. After
    anything else it may have been carried out: a gateway that gave up on the service sends 404 or 503 as well (our
    decision).
    """
    if httpx.codes.is_success(answer.status) and (answer.message or not answer.is_html):
        return _unconfirmed(answer, key)
    known = _own_meaning(answer, account, key, "delete")
    if known is not None:
        return known
    if answer.status == httpx.codes.SERVICE_UNAVAILABLE and answer.is_foreign:
        return _begin(statuses.service_failed(answer), _not_known(key))
    error = statuses.failure(answer)
    is_turned_down = answer.status in _BEFORE_ARRIVAL or isinstance(error, Busy) or _is_refusal(answer)
    return _begin(error, _not_deleted(key) if is_turned_down else _not_known(key))


def _is_refusal(answer: Answer) -> bool:
    if answer.status in (404, 410):
        return answer.is_own_error
    return httpx.codes.is_client_error(answer.status) and not answer.is_foreign


def _unconfirmed(answer: Answer, key: FaxKey) -> Unconfirmed:
    said = f"“{answer.message}”" if answer.message else answer.described
    return Unconfirmed(
        f"{_not_known(key)} {answer.place} answered {statuses.status_words(answer)} ({said}) instead of an empty "
        "response."
    )


def no_document(answer: Answer, reason: str, path: str = "") -> UnexpectedAnswer:
    """An answer that holds no document. ``reason`` is a sentence, ``path`` the place in its JSON."""
    if answer.is_html:
        return statuses.something_else(answer, reason, path)
    return UnexpectedAnswer(
        f"{answer.place} answered with something else than {answer.purpose.wanted} ({answer.described}). {reason} "
        "Ask again; if it lasts, tell the service's support.",
        path,
    )


def _own_meaning(answer: Answer, account: Account, key: FaxKey, verb: str) -> ServiceError | None:
    """Return what a status means for a document, if the service itself sent it (documented, public; 410 our decision).

    Gone needs the service's own words, because the fax is then taken for deleted.
    """
    match answer.status:
        case 400 if not answer.is_foreign:
            return Refused(
                f"{answer.place} won't take the request to {verb} the fax {named(key)} ({message_words(answer)}): "
                "tell the service's support."
            )
        case 401 if answer.refuses_sign_in:
            return sign_in_refused(answer, account)
        case 403 if not answer.is_foreign:
            return Forbidden(
                f"The login {login_of(account)} may not {verb} the fax {named(key)}: ask whoever administers the "
                "account."
            )
        case 404 | 410 if lacks_route(answer):
            return WrongAddress(
                f"{answer.place} has nothing at the address of the fax {named(key)} ({answer.message}): check "
                f"{answer.purpose.setting}."
            )
        case 404 | 410 if answer.is_own_error:
            return Gone(
                f"The fax {named(key)} is no longer at the service: someone else took or deleted it. Refresh the list."
            )
    return None


def _begin(error: ServiceError, sentence: str) -> ServiceError:
    error.args = (f"{sentence} {error}",)
    return error


def _not_fetched(key: FaxKey) -> str:
    return f"The fax {named(key)} was not fetched."


def _not_deleted(key: FaxKey) -> str:
    return f"The fax {named(key)} was not deleted."


def _not_known(key: FaxKey) -> str:
    return f"It is not known whether the fax {named(key)} was deleted: refresh the list to see."
