"""Who signs in where: what was given over what a profile says, and never one's password to another's address."""

from pathlib import Path

import pytest

from faxtui.cli.context import load_context
from faxtui.cli.options import parse
from faxtui.config.credentials import GivenSignIn, resolve_sign_in
from faxtui.config.settings import Profile
from faxtui.domain.account import BASE_URL, Account
from faxtui.errors import ConfigurationError, NoSignIn

CONFIG = Path("/home/me/config.toml")


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile(
        "https://own.example",
        "60300.own",
        password_file=secret(tmp_path, "own"),
        service_timezone="Europe/London",
    )


def secret(folder: Path, password: str) -> Path:
    path = folder / f"password-{password}"
    path.write_text(f"{password}\n")
    path.chmod(0o600)
    return path


def settle(profile: Profile, given: GivenSignIn) -> Account:
    return resolve_sign_in(profile, given, CONFIG).account()


def test_a_profile_signs_in_at_its_own_address(profile: Profile) -> None:
    account = settle(profile, GivenSignIn())
    assert (account.base_url, account.login, account.password) == ("https://own.example", "60300.own", "own")
    assert str(account.service_zone) == "Europe/London"


def test_without_an_address_it_is_the_services(tmp_path: Path) -> None:
    assert settle(Profile(login="a", password_file=secret(tmp_path, "b")), GivenSignIn()).base_url == BASE_URL


def test_a_given_password_goes_over_the_profiles_and_a_file_over_the_environment(
    profile: Profile, tmp_path: Path
) -> None:
    file = secret(tmp_path, "from-file")
    assert settle(profile, GivenSignIn(password="given")).password == "given"
    assert settle(profile, GivenSignIn(password_file=file)).password == "from-file"
    assert settle(profile, GivenSignIn(password_file=file, password="given")).password == "from-file"


def test_the_profiles_password_goes_only_with_the_profiles_login(profile: Profile) -> None:
    assert settle(profile, GivenSignIn(login="60300.own")).password == "own"
    with pytest.raises(NoSignIn, match=r"There is no password for 60300\.other"):
        settle(profile, GivenSignIn(login="60300.other"))
    account = settle(profile, GivenSignIn(login="60300.other", password="given"))
    assert (account.base_url, account.login, account.password) == ("https://own.example", "60300.other", "given")


@pytest.mark.parametrize("address", ["https://other.example", "https://own.example"])
def test_a_given_address_gets_only_what_was_given(profile: Profile, address: str) -> None:
    for given in (GivenSignIn(address), GivenSignIn(address, password="given")):
        with pytest.raises(NoSignIn, match="There is no login"):
            settle(profile, given)
    for login in ("60300.own", "60300.other"):
        with pytest.raises(NoSignIn, match="There is no password"):
            settle(profile, GivenSignIn(address, login))
    account = settle(profile, GivenSignIn(address, "60300.other", password="given"))
    assert (account.base_url, account.login, account.password) == (address, "60300.other", "given")


@pytest.mark.parametrize("source", ["option", "environment"])
@pytest.mark.parametrize("address", ["https://other.example", "https://own.example", "http://127.0.0.1:1"])
def test_a_given_address_starts_none_of_the_profiles_commands_and_uses_nothing_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, source: str, address: str
) -> None:
    """Neither password, keyring, client, token address nor allow_http: whoever gives an address gives the rest."""
    ran = tmp_path / "ran"
    command = f'["sh", "-c", "touch {ran}; echo own"]'
    for name in ("CONFIG_HOME", "CONFIG_DIRS", "STATE_HOME"):
        monkeypatch.setenv(f"XDG_{name}", str(tmp_path / name))
    config = tmp_path / "CONFIG_HOME" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        '[profiles.main]\nbase_url = "https://own.example"\nlogin = "60300.own"\nauth = "oauth2"\nclient_id = "us"\n'
        f'token_url = "http://token.example"\nallow_http = true\nkeyring = true\nclient_secret_command = {command}\n'
        f'password_command = {command}\npassword_file = "{secret(tmp_path, "own")}"\n'
    )
    arguments = ["--base-url", address] if source == "option" else []
    environ = {} if source == "option" else {"FAXTUI_BASE_URL": address}
    with pytest.raises(NoSignIn, match="There is no login"):
        load_context(parse(arguments, {**environ, "FAXTUI_PASSWORD": "given"})).sign_in()
    for login in ("60300.own", "60300.other"):
        with pytest.raises(NoSignIn, match="There is no password"):
            load_context(parse([*arguments, "--login", login], environ)).sign_in().account()
        given = {**environ, "FAXTUI_PASSWORD": "given"}
        account = load_context(parse([*arguments, "--login", login], given)).sign_in().account()
        assert account == Account(address, login, "given", account.service_zone, None, allow_http=False)
    assert not ran.exists()


def test_what_is_missing_is_told_with_every_way_to_give_it() -> None:
    with pytest.raises(NoSignIn) as caught:
        settle(Profile(), GivenSignIn())
    told = str(caught.value)
    for each in ("--login", "FAXTUI_PASSWORD", "--password-file", "[profiles.main]", str(CONFIG), "faxtui --demo"):
        assert each in told


@pytest.mark.parametrize(
    "address",
    [
        *("http://127.0.0.1:8000", "http://127.9.9.9", "http://localhost", "http://LOCALHOST:1", "http://[::1]:8000"),
        *("http://localhost.:8000", "http://fax.localhost", "http://[::ffff:127.0.0.1]", "http://127.1"),
    ],
)
def test_plain_http_may_go_to_this_machine(address: str) -> None:
    assert settle(Profile(), GivenSignIn(address, "a", password="b")).base_url == address


@pytest.mark.parametrize(
    "address",
    [
        *("http://api.example", "http://10.0.0.1", "http://localhost.example", "http://127.0.0.1.example"),
        *("http://0.0.0.0", "http://[::2]", "http://localhostx", "http://128.0.0.1"),
    ],
)
def test_plain_http_to_other_machines_takes_a_profile_that_allows_it(address: str) -> None:
    mine = GivenSignIn(login="a", password="b")
    with pytest.raises(ConfigurationError, match="plain http, which anyone on the network can read"):
        settle(Profile(address), mine)
    assert settle(Profile(address, allow_http=True), mine).base_url == address
    with pytest.raises(ConfigurationError, match="a profile with this address and allow_http = true"):
        settle(Profile(address, allow_http=True), GivenSignIn(address, "a", password="b"))


@pytest.mark.parametrize(
    "address",
    ["api.example", "ftp://api.example", "https://", "https://a b", "https://a:port", "https://[::1", "https://a\n"],
)
def test_what_is_no_address_is_told_of(address: str) -> None:
    with pytest.raises(ConfigurationError, match=r"is not a valid URL\. Write it like https://"):
        settle(Profile(), GivenSignIn(address, "a", password="b"))


@pytest.mark.parametrize("address", ["https://me:hush@api.example", "ftp://me:hush@api.example", "me:hush@a b"])
def test_an_address_that_holds_a_password_is_refused_without_repeating_it(address: str) -> None:
    with pytest.raises(ConfigurationError, match="The address contains a login") as caught:
        settle(Profile(), GivenSignIn(address))
    assert "hush" not in str(caught.value)


def test_a_login_that_holds_a_password_is_refused_without_repeating_it() -> None:
    with pytest.raises(ConfigurationError, match="A login contains no colon") as caught:
        settle(Profile(), GivenSignIn(login="60300.console:hush"))
    assert "hush" not in str(caught.value)


def test_no_representation_holds_a_password(profile: Profile) -> None:
    given = GivenSignIn(login="60300.own", password="hush")
    assert "hush" not in f"{given!r} {given} {settle(profile, given)!r} {profile!r}"
