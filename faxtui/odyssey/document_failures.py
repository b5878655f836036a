"""What can go wrong with the document of one fax, in words that name it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from faxtui.domain.account import Account
from faxtui.domain.fax import FaxKey
from faxtui.errors import Busy, Forbidden, Gone, NoAnswer, Refused, ServiceError, UnexpectedAnswer
from faxtui.odyssey import statuses
from faxtui.odyssey.answer import Answer
from faxtui.odyssey.refusals import login_of, message_words, sign_in_refused
from faxtui.odyssey.words import named


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
    """The error that ``answer`` is to a request to delete a fax. A service that failed may have carried it out."""
    known = _own_meaning(answer, account, key, "delete")
    if known is not None:
        return known
    error = statuses.failure(answer)
    is_turned_down = 300 <= answer.status < 500 or isinstance(error, Busy)
    return _begin(error, _not_deleted(key) if is_turned_down else _not_known(key))


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
    """What a status means of a document and of nothing else (documented, public; 410 our decision)."""
    match answer.status:
        case 400:
            return Refused(
                f"{answer.place} won't take the request to {verb} the fax {named(key)} ({message_words(answer)}): "
                "tell the service's support."
            )
        case 401:
            return sign_in_refused(answer, account)
        case 403:
            return Forbidden(
                f"The login {login_of(account)} may not {verb} the fax {named(key)}: ask whoever administers the "
                "account."
            )
        case 404 | 410:
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
