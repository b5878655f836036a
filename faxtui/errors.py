"""Everything that can go wrong, as one tree.

FaxtuiError                     exit code 1
├── UsageError                  2   what was asked for can't be done as it was asked
│   ├── InvalidValue            2   a value that can't be taken, and the field it was meant for
│   ├── ConfigurationError      2   a configuration that can't be used
│   └── NoSignIn                2   no login or no password, and nobody to ask
├── ServiceError                1   the service, or what stands between it and us
│   ├── Unreachable             1   no connection: name look-up, refusal, TLS, proxy
│   │   ├── Untrusted           1   certificates that can't be trusted, or can't be read
│   │   └── UnusableProxy       1   a proxy in the environment that can't be used
│   ├── NoAnswer                1   connected, but no whole answer came in time
│   ├── ServiceFailed           1   the service says that it failed (5xx)
│   ├── Busy                    1   the service asks to wait (429, 503)
│   ├── Refused                 1   the service won't take the request (400), field by field
│   ├── SignInRefused           3   wrong or changed credentials (401)
│   ├── Forbidden               1   signed in, but not allowed (403)
│   ├── WrongAddress            1   no such service at this address (404 on the list), or no address for this fax
│   ├── Gone                    1   the document is no longer there (404 on it)
│   └── UnexpectedAnswer        1   an answer that is not what was asked for
│       └── Unconfirmed         1   a delete that was answered, but not with the documented confirmation
├── StorageError                1   a file or folder that can't be read or written
├── UnreadableDocument          1   a document that can't be shown on the screen
└── PreviewNotInstalled         1   what shows documents on the screen is not installed

The text of an error is a whole sentence, or two, for the person at the screen: what happened, to what, what to do.
"""

from __future__ import annotations

from typing import ClassVar


class FaxtuiError(Exception):
    """The root: whatever faxtui itself can explain."""

    exit_code: ClassVar[int] = 1
    passing: ClassVar[bool] = False
    """Whether asking again may well help."""


class UsageError(FaxtuiError):
    """What was asked for can't be done as it was asked."""

    exit_code = 2


class InvalidValue(UsageError):
    """A value that can't be taken; ``field`` names the filter or setting it was meant for, where known."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ConfigurationError(UsageError):
    """A configuration that can't be used."""


class NoSignIn(UsageError):
    """No login or no password, and nobody to ask."""


class ServiceError(FaxtuiError):
    """The service, or what stands between it and us."""


class Unreachable(ServiceError):
    """No connection could be made: name look-up, refusal, TLS, proxy."""

    passing = True


class Untrusted(Unreachable):
    """The service's certificate can't be trusted, or the trusted ones can't be read: trying again changes nothing."""

    passing = False


class UnusableProxy(Unreachable):
    """The environment names a proxy that can't be used: trying again changes nothing."""

    passing = False


class NoAnswer(ServiceError):
    """Connected, but no whole answer came in time."""

    passing = True


class ServiceFailed(ServiceError):
    """The service says that it failed (5xx)."""

    passing = True


class Busy(ServiceError):
    """The service asks to wait ``retry_after`` seconds (429, or 503 with Retry-After)."""

    passing = True

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ServiceError):
    """The service won't take the request (400).

    ``reasons`` pairs a query parameter, as the service spells it, with what it says about it.
    """

    def __init__(self, message: str, reasons: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons


class SignInRefused(ServiceError):
    """Wrong or changed credentials (401). Never retried by itself: accounts lock.

    ``password`` is the one that was refused, for whoever is about to send it again; empty if something else was.
    """

    exit_code = 3

    def __init__(self, message: str, password: str = "") -> None:
        super().__init__(message)
        self.password = password


class Forbidden(ServiceError):
    """Signed in, but not allowed (403)."""


class WrongAddress(ServiceError):
    """There is no such service at this address (404 on the list), or this fax has no address there."""


class Gone(ServiceError):
    """The document is no longer there (404 on it): someone else took or deleted it."""


class UnexpectedAnswer(ServiceError):
    """An answer that is not what was asked for; ``path`` is the place in its JSON, such as ``$.Resources``."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class Unconfirmed(UnexpectedAnswer):
    """A delete that was answered with success, but not as documented: the fax may be deleted or not.

    Its text holds what the service said. The next listing shows which of both it is.
    """


class StorageError(FaxtuiError):
    """A file or folder that can't be read or written."""


class UnreadableDocument(FaxtuiError):
    """A document that can't be shown on the screen: damaged, protected, or too large."""


class PreviewNotInstalled(FaxtuiError):
    """What shows documents on the screen is not installed."""


def why(error: OSError) -> str:
    """Why the system did not do it, in its own words."""
    return error.strerror or type(error).__name__
