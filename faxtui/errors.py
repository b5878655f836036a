"""The errors that faxtui can explain, as one tree.

FaxtuiError                     exit code 1
├── UsageError                  2   a request that can't be carried out as it was given
│   ├── InvalidValue            2   an invalid value, and the field it was meant for
│   ├── ConfigurationError      2   an unusable configuration
│   └── NoSignIn                2   no login or no password, and nobody to ask
├── ServiceError                1   the service, or what stands between it and this program
│   ├── Unreachable             1   no connection: name look-up, refusal, TLS, proxy
│   │   ├── Untrusted           1   certificates that are not trusted, or can't be read
│   │   └── UnusableProxy       1   an unusable proxy in the environment
│   ├── NoResponse              1   connected, but no complete response in time
│   ├── ServiceFailed           1   the service reports a failure of its own (5xx)
│   ├── Busy                    1   the service limits requests (429, 503)
│   ├── Refused                 1   the service rejects the request (400), field by field
│   ├── SignInRefused           3   wrong or changed credentials (401)
│   ├── Forbidden               1   signed in, but not allowed (403)
│   ├── WrongAddress            1   no such service at this address (404 on the list), or no address for this fax
│   ├── Gone                    1   the document is no longer there (404 on it)
│   └── UnexpectedResponse      1   a response of the wrong kind
│       └── Unconfirmed         1   a delete without the documented confirmation
├── StorageError                1   a file or folder that can't be read or written
├── UnreadableDocument          1   a document that can't be shown on the screen
├── PreviewNotInstalled         1   the packages that show documents are not installed
└── TextUnavailable             1   a page whose text can't be read

The text of an error is a whole sentence, or two, for the person at the screen: what failed, why, what to do.
"""

from __future__ import annotations

from typing import ClassVar


class FaxtuiError(Exception):
    """Any error that faxtui can explain."""

    exit_code: ClassVar[int] = 1
    passing: ClassVar[bool] = False
    """True if the same request may succeed later."""


class UsageError(FaxtuiError):
    """A request that can't be carried out as it was given."""

    exit_code = 2


class InvalidValue(UsageError):
    """An invalid value. ``field`` is the filter or setting that it was meant for, empty if unknown."""

    def __init__(self, message: str, field: str = "") -> None:
        super().__init__(message)
        self.field = field


class ConfigurationError(UsageError):
    """An unusable configuration."""


class NoSignIn(UsageError):
    """No login or no password, and nobody to ask."""


class ServiceError(FaxtuiError):
    """A failure of the service, or of what stands between it and this program.

    ``was_sent`` is False if the request was not even sent, or not carried out, because it could not be authenticated.
    """

    was_sent: bool = True


class Unreachable(ServiceError):
    """No connection could be made: name look-up, refusal, TLS, proxy."""

    passing = True


class Untrusted(Unreachable):
    """The service's certificate is not trusted, or the trusted ones can't be read: a retry changes nothing."""

    passing = False


class UnusableProxy(Unreachable):
    """The environment names an unusable proxy: a retry changes nothing."""

    passing = False


class NoResponse(ServiceError):
    """Connected, but no complete response came in time."""

    passing = True


class ServiceFailed(ServiceError):
    """The service reports a failure of its own (5xx)."""

    passing = True


class Busy(ServiceError):
    """The service limits requests: wait ``retry_after`` seconds (429, or 503 with Retry-After)."""

    passing = True

    def __init__(self, message: str, retry_after: float) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refused(ServiceError):
    """The service rejects the request (400).

    ``reasons`` pairs the name of a filter, or of another query parameter, with the service's message about it.
    """

    def __init__(self, message: str, reasons: tuple[tuple[str, str], ...] = ()) -> None:
        super().__init__(message)
        self.reasons = reasons


class SignInRefused(ServiceError):
    """Wrong or changed credentials (401). Never retried by itself: accounts lock.

    ``password`` is the refused one, so that it is not sent again; empty if something else was refused.
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
    """The document is no longer there (404 on it): it was deleted elsewhere."""


class UnexpectedResponse(ServiceError):
    """A response of the wrong kind. ``path`` is the place in its JSON, such as ``$.Resources``."""

    def __init__(self, message: str, path: str = "") -> None:
        super().__init__(message)
        self.path = path


class Unconfirmed(UnexpectedResponse):
    """A successful response to a delete, but not the documented one: the fax may or may not be deleted.

    Its text holds the service's message. The next listing shows which it is.
    """


class StorageError(FaxtuiError):
    """A file or folder that can't be read or written."""


class UnreadableDocument(FaxtuiError):
    """A document that can't be shown on the screen: damaged, protected, or too large."""


class PreviewNotInstalled(FaxtuiError):
    """The packages that show documents are not installed."""


class TextUnavailable(FaxtuiError):
    """The text of a page can't be read: no text layer, and nothing installed that recognises text."""


def why(error: OSError) -> str:
    """Return the reason for a failure in the words of the operating system."""
    return error.strerror or type(error).__name__
