"""An account as it is typed on the connect screen: what is tried, and what is written when it is saved."""

from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from faxtui.config.credentials import GivenSignIn, resolve_sign_in
from faxtui.config.load import Paths, load_settings
from faxtui.config.new_account import NewAccount, PasswordStorage
from faxtui.config.settings import Profile
from faxtui.config.toml_files import read_table
from faxtui.domain.account import BASE_URL
from faxtui.errors import ConfigurationError, FaxtuiError, InvalidValue, NoSignIn, StorageError

LOGIN, SECRET = "60300.console", "hush:wörd"
TYPED = NewAccount(login=LOGIN, password=SECRET, storage=PasswordStorage.NOWHERE)


class Box(KeyringBackend):
    priority = 1

    def __init__(self) -> None:
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        if username.startswith("refused@"):
            raise RuntimeError("full")
        self.kept[service, username] = password


@pytest.fixture(autouse=True)
def box() -> Iterator[Box]:
    before, box = keyring.get_keyring(), Box()
    keyring.set_keyring(box)
    yield box
    keyring.set_keyring(before)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def enrolment(storage: PasswordStorage, *, password: str = SECRET, command: str = "", login: str = LOGIN) -> NewAccount:
    return NewAccount(login=login, password=password, storage=storage, command=command)


def signs_in(config: Path) -> str:
    """The password with which the saved profile signs in the next time."""
    folder = config.parent
    settings = load_settings(Paths(config, folder / "site", folder / "state", folder / "log"))
    assert settings.problems == ()
    return resolve_sign_in(settings.profile, GivenSignIn(), config).account().password


def test_what_was_typed_is_tried_as_it_is(config: Path) -> None:
    account = TYPED.sign_in(config).account()
    assert (account.base_url, account.login, account.password) == (BASE_URL, LOGIN, SECRET)
    by_command = enrolment(PasswordStorage.COMMAND, password="", command="printf 'a b'")
    assert by_command.sign_in(config).account().password == "a b"
    assert not config.exists()


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        (NewAccount(profile=" ", login=LOGIN), "profile"),
        (NewAccount(login=" "), "login"),
        (NewAccount(login=LOGIN, storage=PasswordStorage.COMMAND, command="pass 'show"), "command"),
    ],
)
def test_what_cannot_be_taken_is_told_at_its_field(config: Path, typed: NewAccount, field: str) -> None:
    for do in (typed.sign_in, typed.save):
        with pytest.raises(InvalidValue) as caught:
            do(config)
        assert caught.value.field == field
        assert str(caught.value).endswith(".")
    assert not config.exists()


@pytest.mark.parametrize("address", ["http://api.example", "api.example", "https://me:hush@api.example", ""])
def test_a_bad_address_is_neither_tried_nor_saved(config: Path, address: str) -> None:
    typed = NewAccount(base_url=address, login=LOGIN, password=SECRET, storage=PasswordStorage.KEYRING)
    for do in (typed.sign_in, typed.save):
        with pytest.raises(ConfigurationError):
            do(config)
    assert not config.exists()


def test_without_a_password_there_is_nothing_to_try_it_with(config: Path) -> None:
    with pytest.raises(NoSignIn, match=f"There is no password for {LOGIN}"):
        enrolment(PasswordStorage.NOWHERE, password="").sign_in(config).account()


def test_a_password_that_is_asked_for_each_time_is_written_nowhere(config: Path, box: Box) -> None:
    assert TYPED.save(config) is None
    assert read_table(config) == {
        "default_profile": "main",
        "profiles": {"main": {"base_url": BASE_URL, "login": LOGIN}},
    }
    assert box.kept == {}
    with pytest.raises(NoSignIn):
        signs_in(config)


def test_a_command_is_written_as_a_list(config: Path) -> None:
    enrolment(PasswordStorage.COMMAND, command="printf 'a b' # no").save(config)
    assert load_settings(Paths(config, config, config, config)).profile.password_command == ("printf", "a b", "#", "no")
    assert SECRET not in config.read_text()
    assert signs_in(config) == "a b"


def test_the_keyring_keeps_the_password_and_the_file_says_so(config: Path, box: Box) -> None:
    enrolment(PasswordStorage.KEYRING).save(config)
    assert box.kept == {("faxtui", f"{LOGIN}@api.odyssey-services.fr"): SECRET}
    assert SECRET not in config.read_text()
    assert signs_in(config) == SECRET


def test_a_keyring_without_a_password_or_that_fails_leaves_the_file_alone(config: Path) -> None:
    for typed, error in (
        (enrolment(PasswordStorage.KEYRING, password=""), InvalidValue),
        (enrolment(PasswordStorage.KEYRING, login="refused"), NoSignIn),
    ):
        with pytest.raises(error):
            typed.save(config)
        assert not config.exists()


@pytest.mark.parametrize("storage", PasswordStorage)
def test_the_way_chosen_last_is_the_only_one(config: Path, storage: PasswordStorage) -> None:
    config.write_text(
        f'[profiles.main]\nlogin = "{LOGIN}"\npassword_command = ["printf", "old"]\npassword_file = "~/old"\n'
        "keyring = true\nread_only = true\n"
    )
    enrolment(storage, command="printf new").save(config)
    kept = load_settings(Paths(config, config, config, config)).profile
    assert kept == Profile(
        login=LOGIN,
        read_only=True,
        password_command=("printf", "new") if storage is PasswordStorage.COMMAND else (),
        keyring=storage is PasswordStorage.KEYRING,
    )


def test_another_profile_leaves_those_that_are_there(config: Path) -> None:
    config.write_text('default_profile = "main"\n[profiles.main]\nlogin = "old"\n[ui]\nmouse = false\n')
    NewAccount(profile="a.b “ward”", login=LOGIN, password=SECRET, storage=PasswordStorage.NOWHERE).save(config)
    settings = load_settings(Paths(config, config.parent / "site", config, config))
    assert (settings.profile_name, settings.profile_names) == ("a.b “ward”", ("main", "a.b “ward”"))
    assert settings.profile.login == LOGIN
    assert not settings.ui.mouse


def test_a_file_with_comments_or_one_that_cannot_be_read_is_kept(config: Path) -> None:
    for text in ("# mine\n", "[profiles\n"):
        config.write_text(text)
        kept = TYPED.save(config)
        assert kept is not None
        assert kept.read_text() == text
        kept.unlink()


def test_a_file_that_cannot_be_written_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError):
        TYPED.save(tmp_path / "file" / "config.toml")


def test_no_representation_and_no_error_holds_the_password(config: Path) -> None:
    assert SECRET not in f"{TYPED!r} {TYPED} {TYPED.sign_in(config)!r}"
    for typed in (enrolment(PasswordStorage.KEYRING, login="refused"), enrolment(PasswordStorage.COMMAND, command="'")):
        with pytest.raises(FaxtuiError) as caught:
            typed.save(config)
        assert SECRET not in str(caught.value)
