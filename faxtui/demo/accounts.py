"""Who may sign in, and how: by login and password, or with a token that was given out for them."""

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from faxtui.demo.asgi import Answer, Request, json_answer

CLIENTS = {"faxtui": "secret"}
"""Client ids of the token endpoint, and their secrets."""
TOKEN_LIFETIME = timedelta(hours=1)
_DOMAIN = "msg\\"
_SCOPE = "OMS"
_NO_STORE = {"Cache-Control": "no-store", "Pragma": "no-cache"}


class Accounts:
    """The accounts of the service and the tokens they hold."""

    def __init__(self, passwords: Mapping[str, str], clock: Callable[[], datetime], seed: int) -> None:
        self._passwords = passwords
        self._clock = clock
        self._seed = seed
        self._valid_until: dict[str, datetime] = {}

    def admits(self, request: Request) -> bool:
        """Whether the request carries a password or a token that holds."""
        scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() == "bearer":
            until = self._valid_until.get(credentials.strip())
            return until is not None and self._clock() < until
        return _knows(self._passwords, request)

    def give_token(self, request: Request) -> Answer:
        """Answer `POST /connect/token` (public: password grant, user `msg\\LOGIN`, scope OMS, client by Basic)."""
        if not _knows(CLIENTS, request):
            return _refused(401, "invalid_client", {"WWW-Authenticate": 'Basic realm="token"'})
        form = request.form()
        if form.get("grant_type") != "password":
            return _refused(400, "unsupported_grant_type")
        if form.get("scope") != _SCOPE:
            return _refused(400, "invalid_scope")
        user = form.get("username", "")
        login = user.removeprefix(_DOMAIN)
        if login == user or self._passwords.get(login) != form.get("password", ""):
            return _refused(400, "invalid_grant")
        token = hashlib.sha256(f"{self._seed}/{login}/{len(self._valid_until)}".encode()).hexdigest()
        self._valid_until[token] = self._clock() + TOKEN_LIFETIME
        lifetime = int(TOKEN_LIFETIME.total_seconds())
        return json_answer(200, {"access_token": token, "expires_in": lifetime, "token_type": "Bearer"}, _NO_STORE)


def _knows(passwords: Mapping[str, str], request: Request) -> bool:
    scheme, _, credentials = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return False
    try:
        name, colon, password = base64.b64decode(credentials.strip(), validate=True).decode().partition(":")
    except ValueError:  # not base64, not even ASCII, or no UTF-8 in it
        return False
    return bool(colon) and passwords.get(name) == password


def _refused(status: int, error: str, headers: Mapping[str, str] | None = None) -> Answer:
    return json_answer(status, {"error": error}, {**_NO_STORE, **(headers or {})})
