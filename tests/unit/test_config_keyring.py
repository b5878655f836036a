"""The system's keyring, with back ends of the test's own behind the real library."""

import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from faxtui.config.credentials import (
    KEYRING_LIMIT,
    GivenSignIn,
    name_in_keyring,
    read_keyring,
    resolve_sign_in,
    write_keyring,
)
from faxtui.config.settings import Profile
from faxtui.errors import NoSignIn

LOGIN = "60300.console"
SECRET = "hush:wörd"
LIMIT = 0.2
NOT_INSTALLED = """
import sys
class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "keyring":
            raise ModuleNotFoundError(name)
sys.meta_path.insert(0, Hidden())
from faxtui.config.credentials import read_keyring, write_keyring
from faxtui.errors import NoSignIn
for do in (lambda: read_keyring("me"), lambda: write_keyring("me", "hush")):
    try:
        do()
    except NoSignIn as error:
        print(error)
"""


class Box(KeyringBackend):
    """Keeps passwords in memory."""

    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password


class Broken(KeyringBackend):
    """Raises an error of its own, which repeats whatever it was given."""

    priority = 1

    def __init__(self, words: str) -> None:
        self._words = words

    def get_password(self, service: str, username: str) -> str | None:
        raise RuntimeError(self._words)

    def set_password(self, service: str, username: str, password: str) -> None:
        raise RuntimeError(f"{self._words} {password}")


class Locked(KeyringBackend):
    """Answers nobody until it is opened."""

    priority = 1

    def __init__(self) -> None:
        self.opened = threading.Event()

    def get_password(self, service: str, username: str) -> str | None:
        self.opened.wait()
        return None

    def set_password(self, service: str, username: str, password: str) -> None:
        self.opened.wait()


@pytest.fixture(autouse=True)
def box() -> Iterator[Box]:
    before, box = keyring.get_keyring(), Box()
    keyring.set_keyring(box)
    yield box
    keyring.set_keyring(before)


@pytest.fixture
def locked() -> Iterator[Locked]:
    locked = Locked()
    keyring.set_keyring(locked)
    yield locked
    locked.opened.set()


def test_what_was_kept_is_found(box: Box) -> None:
    write_keyring(LOGIN, SECRET)
    assert box.kept == {("faxtui", LOGIN): SECRET}
    assert read_keyring(LOGIN) == SECRET


@pytest.mark.parametrize("kept", [{}, {("faxtui", LOGIN): ""}, {("faxtui", "other"): SECRET}])
def test_where_there_is_none_it_says_how_to_put_one_there(box: Box, kept: dict[tuple[str, str], str]) -> None:
    box.kept.update(kept)
    with pytest.raises(NoSignIn) as caught:
        read_keyring(LOGIN)
    assert str(caught.value) == (f"The system's keyring has no password for {LOGIN}. Run keyring set faxtui {LOGIN}.")


@pytest.mark.parametrize(
    ("words", "told"), [("no \x1b[2J\nservice.", "no ␛[2J service"), ("", "RuntimeError"), ("x" * 900, "x" * 200)]
)
def test_a_back_end_that_fails_is_told_of(words: str, told: str) -> None:
    keyring.set_keyring(Broken(words))
    with pytest.raises(NoSignIn) as caught:
        read_keyring(LOGIN)
    assert str(caught.value) == f"The system's keyring can't be used: {told}."


def test_a_back_end_that_fails_to_keep_a_password_does_not_tell_it() -> None:
    keyring.set_keyring(Broken("can't keep"))
    with pytest.raises(NoSignIn) as caught:
        write_keyring(LOGIN, SECRET)
    error: BaseException | None = caught.value
    assert str(error) == "The system's keyring can't be used: can't keep …."
    assert error is not None
    assert error.__cause__ is None
    assert error.__suppress_context__


@pytest.mark.usefixtures("locked")
def test_one_that_does_not_answer_is_not_waited_for() -> None:
    began = time.monotonic()
    for ask in (lambda: read_keyring(LOGIN, LIMIT), lambda: write_keyring(LOGIN, SECRET, LIMIT)):
        with pytest.raises(NoSignIn, match=r"The system's keyring did not respond within 0 s. Is it locked\?"):
            ask()
    assert 2 * LIMIT <= time.monotonic() - began < 2 * LIMIT + 2
    assert KEYRING_LIMIT == 3


def test_without_the_extra_it_is_named() -> None:
    end = subprocess.run([sys.executable, "-c", NOT_INSTALLED], capture_output=True, text=True, check=False)
    told = "The keyring needs an extra. Install faxtui[keyring], or use password_command.\n"
    assert (end.stdout, end.stderr) == (told * 2, "")


def test_a_profile_that_says_so_signs_in_with_it_and_another_login_or_address_does_not(box: Box) -> None:
    box.kept = {("faxtui", f"{login}@api.odyssey-services.fr"): SECRET for login in (LOGIN, "other")}
    profile = Profile(login=LOGIN, keyring=True)
    assert resolve_sign_in(profile, GivenSignIn(), Path("c")).account().password == SECRET
    for given in (GivenSignIn(login="other"), GivenSignIn("https://other.example", LOGIN)):
        with pytest.raises(NoSignIn, match="There is no password for"):
            resolve_sign_in(profile, given, Path("c")).account()


def test_a_password_kept_for_one_address_never_goes_to_another(box: Box) -> None:
    write_keyring(name_in_keyring(LOGIN, "https://Ward.example:8443/"), SECRET)
    for base_url, has_one in (("https://ward.example:8443", True), ("https://ward.example", False)):
        sign_in = resolve_sign_in(Profile(base_url=base_url, login=LOGIN, keyring=True), GivenSignIn(), Path("c"))
        if has_one:
            assert sign_in.account().password == SECRET
        else:
            with pytest.raises(NoSignIn, match=r"no password for .*@ward\.example. Run keyring set"):
                sign_in.account()
