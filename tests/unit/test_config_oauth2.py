"""Settling a sign-in by oauth2: whose client, whose token address, and never for an address that was given."""

from pathlib import Path

import pytest

from faxtui.config.credentials import GivenSignIn, resolve_sign_in
from faxtui.config.settings import OAUTH2, Profile
from faxtui.domain.account import TOKEN_URL, Account, OAuth2
from faxtui.errors import ConfigurationError, NoSignIn

SECRET = "cli3nt:ßecret"
TYPED = GivenSignIn(password="typed")
CLIENT = ("sh", "-c", "printf 'cli3nt:\\303\\237ecret\\n'")


def profile(
    *,
    token_url: str = TOKEN_URL,
    client_id: str = "ours",
    client_secret_command: tuple[str, ...] = CLIENT,
    allow_http: bool = False,
) -> Profile:
    return Profile(
        login="60300.own",
        auth=OAUTH2,
        token_url=token_url,
        client_id=client_id,
        client_secret_command=client_secret_command,
        allow_http=allow_http,
        password_command=("printf", "own"),
    )


def settle(own: Profile, given: GivenSignIn = TYPED) -> Account:
    return resolve_sign_in(own, given, Path("/c")).account()


def failure(own: Profile) -> str:
    with pytest.raises(ConfigurationError) as caught:
        settle(own)
    assert SECRET not in str(caught.value)
    return str(caught.value)


def test_the_client_is_the_profiles_and_its_secret_what_the_command_prints() -> None:
    account = settle(profile(), GivenSignIn())
    assert (account.login, account.password) == ("60300.own", "own")
    assert account.oauth2 == OAuth2(token_url=TOKEN_URL, client_id="ours", client_secret=SECRET)


def test_without_auth_oauth2_there_is_none_and_the_command_is_not_run(tmp_path: Path) -> None:
    own = Profile(login="a", client_id="ours", client_secret_command=("touch", str(tmp_path / "ran")))
    assert settle(own).oauth2 is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("client_id", "command"), [("", CLIENT), ("ours", ()), ("", ())])
def test_a_client_takes_an_id_and_a_secret(client_id: str, command: tuple[str, ...]) -> None:
    told = failure(profile(client_id=client_id, client_secret_command=command))
    assert told.startswith("Signing in by oauth2 needs client_id and client_secret_command in the profile")


def test_a_secret_that_cannot_be_had_is_told_apart_from_a_missing_password() -> None:
    told = failure(profile(client_secret_command=("sh", "-c", "echo locked >&2; exit 2")))
    assert told == "There is no client secret. “sh -c echo locked >&2; exit 2” failed (exit code 2): locked."
    assert failure(profile(client_secret_command=("true",))).startswith(
        "There is no client secret. The output of “true”"
    )


@pytest.mark.parametrize(
    ("token_url", "told"),
    [
        ("http://oauth.example/token", "token_url http://oauth.example/token uses plain http, which anyone"),
        ("oauth.example", "token_url “oauth.example” is not a valid URL. Write it like https://"),
        ("", "token_url “” is not a valid URL"),
        ("ftp://oauth.example", "token_url “ftp://oauth.example” is not a valid URL"),
        ("https://me:hush@oauth.example", "token_url contains a login. Remove it there"),
    ],
)
def test_a_token_address_is_looked_at_like_the_services(token_url: str, told: str) -> None:
    complaint = failure(profile(token_url=token_url))
    assert complaint.startswith(told)
    assert "hush" not in complaint


def test_plain_http_to_the_token_address_takes_loopback_or_the_profiles_word() -> None:
    for own in (
        profile(token_url="http://127.0.0.1:9/token"),
        profile(token_url="http://oauth.example/token", allow_http=True),
    ):
        oauth2 = settle(own).oauth2
        assert oauth2 is not None
        assert oauth2.token_url == own.token_url


def test_what_is_wrong_is_told_before_any_command_is_run(tmp_path: Path) -> None:
    own = Profile(
        login="a", auth=OAUTH2, password_command=("touch", str(tmp_path / "ran")), token_url="http://oauth.example"
    )
    with pytest.raises(ConfigurationError, match="needs client_id"):
        settle(own, GivenSignIn())
    assert list(tmp_path.iterdir()) == []


def test_an_address_that_was_given_gets_nothing_of_the_profile(tmp_path: Path) -> None:
    ran = ("touch", str(tmp_path / "ran"))
    own = Profile(
        login="60300.own",
        auth=OAUTH2,
        client_id="ours",
        client_secret_command=ran,
        password_command=ran,
        password_file=tmp_path / "password",
        keyring=True,
    )
    sign_in = resolve_sign_in(own, GivenSignIn("https://other.example", "60300.own"), Path("/c"))
    with pytest.raises(NoSignIn, match=r"There is no password for 60300\.own"):
        sign_in.account()
    assert sign_in.password_file is None
    account = settle(own, GivenSignIn("https://other.example", "60300.own", password="given"))
    assert (account.password, account.oauth2) == ("given", None)
    assert list(tmp_path.iterdir()) == []


def test_of_the_profiles_ways_to_a_password_a_command_comes_first_then_a_file(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text("filed")
    file.chmod(0o600)
    both = Profile(login="a", password_command=("printf", "printed"), password_file=file, keyring=True)
    one = Profile(login="a", password_file=file, keyring=True)
    for own, password, shown in ((both, "printed", None), (one, "filed", file)):
        sign_in = resolve_sign_in(own, GivenSignIn(), Path("/c"))
        assert (sign_in.account().password, sign_in.password_file) == (password, shown)
        assert sign_in.account("typed").password == "typed"


def test_no_representation_holds_a_secret() -> None:
    sign_in = resolve_sign_in(profile(), TYPED, Path("/c"))
    shown = f"{sign_in!r} {sign_in.account()!r} {sign_in.account('hush')!r}"
    assert not any(secret in shown for secret in (SECRET, "'typed'", "hush"))
