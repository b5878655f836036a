"""How `faxtui list` signs in, as a program of its own: every way to a password, OAuth2, TLS, proxies, refusals."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from configured import configured, oauth2_profile, profile
from doctor_report import tunnelling_proxy
from odyssey_server import (
    CERTIFICATE,
    CLIENT_SECRET,
    LOGIN,
    NAMED_CERTIFICATE,
    PASSWORD,
    RawServer,
    WatchedDemo,
    answer,
    answering,
    behind_a_proxy,
    watched_demo,
)
from pty_session import environment, faxtui

LISTING = answer(200, '{"Resources": [], "TotalCount": 0}', {"Content-Type": "application/json"})
WRONG = "hush-1234"
FAILING = """
from faxtui.cli import main
from faxtui.odyssey.client import OdysseyService

def fail(self, account, **kwargs):
    password = account.password
    raise LookupError(f"it was {password} of {account}")

OdysseyService.__init__ = fail
main()
"""
LISTS_ARGUMENTS = 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " " >"$0"; printf %s secret'


@pytest.fixture
def demo() -> Iterator[WatchedDemo]:
    with watched_demo() as demo:
        yield demo


def kept(folder: Path, password: str, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_text(f"{password}\n")
    path.chmod(mode)
    return path


def lists(home: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    """The list as JSON; whatever comes of it, no password is told."""
    # The demo's clock stands still: what it has is older from day to day.
    end = faxtui("list", "--since", "2026-11-16", "--format", "json", *arguments, home=home, environ=dict(environ))
    for secret in (PASSWORD, WRONG):
        assert secret not in end.stdout + end.stderr
    return end


def assert_listed(end: "subprocess.CompletedProcess[str]") -> None:
    assert (end.returncode, end.stderr, bool(json.loads(end.stdout))) == (0, "", True)


# Ways to a password


def test_every_way_to_a_password_of_a_profile_signs_in(tmp_path: Path, demo: WatchedDemo) -> None:
    file = kept(tmp_path, PASSWORD)
    for line in (f'password_command = ["printf", "%s\\\\n", "{PASSWORD}"]', f'password_file = "{file}"'):
        configured(tmp_path, profile(demo.address, line))
        assert_listed(lists(tmp_path))
    configured(tmp_path, profile(demo.address))
    assert_listed(lists(tmp_path, FAXTUI_PASSWORD=PASSWORD))
    assert_listed(lists(tmp_path, "--password-file", str(file)))
    assert demo.asked == ["list"] * 4


def test_options_and_environment_go_over_the_profile(tmp_path: Path, demo: WatchedDemo) -> None:
    configured(tmp_path, profile(demo.address, 'password_command = ["printf", "wrong"]'))
    assert_listed(lists(tmp_path, FAXTUI_PASSWORD=PASSWORD))
    assert_listed(lists(tmp_path, "--password-file", str(kept(tmp_path, PASSWORD)), FAXTUI_PASSWORD=WRONG))


def test_an_address_that_was_given_gets_nothing_of_the_profile(tmp_path: Path, demo: WatchedDemo) -> None:
    ran = tmp_path / "ran"
    configured(tmp_path, profile("https://own.invalid", f'password_command = ["touch", "{ran}"]'))
    for arguments, environ in (
        (("--base-url", demo.address), {}),
        (("--base-url", demo.address, "--login", LOGIN), {}),
        ((), {"FAXTUI_BASE_URL": demo.address}),
    ):
        end = lists(tmp_path, *arguments, **environ)
        assert (end.returncode, end.stderr.count("\n")) == (2, 1)
        assert "There is no " in end.stderr
    assert_listed(lists(tmp_path, "--base-url", demo.address, "--login", LOGIN, FAXTUI_PASSWORD=PASSWORD))
    assert (ran.exists(), demo.asked) == (False, ["list"])


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("", f"There is no password for {LOGIN}. Give --login with FAXTUI_PASSWORD or --password-file"),
        ('password_command = ["sh", "-c", "echo locked >&2; exit 1"]', "failed (exit code 1): locked."),
        ('password_command = ["true"]', "The output of “true” is empty: it contains no password."),
        ('password_command = ["no-such-program"]', "“no-such-program” can't be run: No such file or directory."),
        ('password_file = "none"', "The password file none can't be read: No such file or directory."),
        ("keyring = true", "The system's keyring can't be used: "),
    ],
)
def test_with_nobody_to_ask_what_is_missing_is_told_in_a_sentence(tmp_path: Path, line: str, told: str) -> None:
    configured(tmp_path, profile("https://own.invalid", line))
    end = lists(tmp_path, PYTHON_KEYRING_BACKEND="keyring.backends.fail.Keyring")
    assert (end.returncode, end.stdout, end.stderr.count("\n")) == (2, "", 1)
    assert told in end.stderr


def test_a_password_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    file = kept(tmp_path, PASSWORD, 0o644)
    end = lists(tmp_path, "--login", LOGIN, "--password-file", str(file))
    assert (end.returncode, end.stderr) == (
        2,
        f"faxtui: Others can read the password file {file} (mode 0644). Run chmod 600 on it.\n",
    )


def test_where_there_are_several_profiles_and_none_was_chosen_they_are_named(tmp_path: Path) -> None:
    configured(tmp_path, "[profiles.lab]\n[profiles.ward]\n")
    end = lists(tmp_path)
    assert end.returncode == 2
    assert end.stderr.startswith("faxtui: Choose a profile with --profile or default_profile. Available: lab, ward. ")


def test_what_is_wrong_in_the_file_is_told_once(tmp_path: Path) -> None:
    configured(tmp_path, "[profiles.main]\nlogn = 'x'\n")
    end = lists(tmp_path)
    assert (end.returncode, end.stderr.count("There is no setting “logn”")) == (2, 1)
    assert "Did you mean “login”?" in end.stderr


# Refusals and OAuth2


def test_a_wrong_password_is_tried_once(tmp_path: Path, demo: WatchedDemo) -> None:
    end = lists(tmp_path, "--base-url", demo.address, "--login", LOGIN, FAXTUI_PASSWORD=WRONG)
    assert (end.returncode, end.stdout, end.stderr.count("\n"), demo.asked) == (3, "", 1, ["list"])
    assert f"refuses the sign-in of “{LOGIN}”" in end.stderr


def test_by_oauth2_a_token_is_asked_for_once_for_every_page(tmp_path: Path, demo: WatchedDemo) -> None:
    configured(tmp_path, oauth2_profile(demo.address))
    end = lists(tmp_path, "--all", "--page-size", "50", FAXTUI_PASSWORD=PASSWORD)
    assert_listed(end)
    assert demo.asked[0] == "token"
    assert demo.asked[1:] == ["list"] * (len(demo.asked) - 1)
    assert len(demo.asked) > 3


@pytest.mark.parametrize(("password", "secret"), [(WRONG, CLIENT_SECRET), (PASSWORD, "wrong")])
def test_what_the_token_address_refuses_is_a_refused_sign_in(
    tmp_path: Path, demo: WatchedDemo, password: str, secret: str
) -> None:
    configured(tmp_path, oauth2_profile(demo.address, secret))
    end = lists(tmp_path, FAXTUI_PASSWORD=password)
    assert (end.returncode, end.stdout, end.stderr.count("\n"), demo.asked) == (3, "", 1, ["token"])


def test_an_oauth2_profile_with_something_missing_says_what(tmp_path: Path, demo: WatchedDemo) -> None:
    whole = oauth2_profile(demo.address)
    for text, told in (
        (whole.replace("client_id", "client"), "needs client_id and client_secret_command"),
        (whole.replace('["printf', '["no-such-program'), "There is no client secret. “no-such-program"),
        (whole.replace(f"{demo.address}/con", "http://oauth.example/con"), "token_url http://oauth.example"),
    ):
        configured(tmp_path, text)
        end = lists(tmp_path, FAXTUI_PASSWORD=PASSWORD)
        assert (end.returncode, end.stdout) == (2, "")
        assert told in end.stderr
    assert demo.asked == []


# TLS and proxies


@contextmanager
def over_tls() -> Iterator[RawServer]:
    with answering(LISTING, tls=True) as server:
        yield server


def test_a_certificate_of_ones_own_is_trusted_where_ssl_cert_file_names_it(tmp_path: Path) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(CERTIFICATE)
    with over_tls() as server:
        ours = ("--base-url", server.address, "--login", LOGIN)
        end = lists(tmp_path, *ours, FAXTUI_PASSWORD=PASSWORD, SSL_CERT_FILE=str(authority))
        assert (end.returncode, end.stdout, len(server.requests)) == (0, "[]\n", 1)


def test_one_that_nobody_trusts_gets_no_password_and_a_missing_authority_is_told_of(tmp_path: Path) -> None:
    with over_tls() as server:
        command = [sys.executable, "-m", "faxtui", "list", "--base-url", server.address, "--login", LOGIN]
        environ = environment(tmp_path, {"FAXTUI_PASSWORD": PASSWORD})
        with subprocess.Popen(command, env=environ, stderr=subprocess.PIPE, text=True) as process:
            assert process.stderr is not None
            said = process.stderr.readline()
            process.kill()
        assert "can't be trusted" in said
        assert "SSL_CERT_FILE" in said
        end = lists(tmp_path, *command[4:], FAXTUI_PASSWORD=PASSWORD, SSL_CERT_FILE=str(tmp_path / "none.pem"))
        assert (end.returncode, end.stderr.count("\n")) == (1, 1)
        assert "SSL_CERT_FILE" in end.stderr
        assert server.requests == []


def test_it_goes_through_the_proxy_that_is_set_but_not_to_this_machine_or_where_no_proxy_says_so(
    tmp_path: Path, demo: WatchedDemo
) -> None:
    authority = tmp_path / "authority.pem"
    authority.write_text(NAMED_CERTIFICATE)
    with answering(LISTING, certificate=NAMED_CERTIFICATE) as server, tunnelling_proxy() as proxy:
        through = f"http://127.0.0.1:{proxy.port}"
        environ = {"FAXTUI_PASSWORD": PASSWORD, "SSL_CERT_FILE": str(authority), "ALL_PROXY": through}
        elsewhere = ("--base-url", behind_a_proxy(server.address), "--login", LOGIN)
        end = lists(tmp_path, *elsewhere, **environ, NO_PROXY="fd00::/8, [::1], 10.0.0.0/8")
        assert (end.returncode, end.stdout) == (0, "[]\n")
        assert [each.split()[:2] for each in proxy.requests] == [["CONNECT", elsewhere[1].removeprefix("https://")]]
        assert "Authorization" not in proxy.requests[0]
        end = lists(tmp_path, *elsewhere, **environ, NO_PROXY=".example")
        assert "Cannot find fax.example:" in end.stderr
        assert_listed(lists(tmp_path, "--base-url", demo.address, "--login", LOGIN, **environ, HTTP_PROXY=through))
        assert (len(proxy.requests), demo.asked) == (1, ["list"])


# Where a password never is


def test_a_crash_tells_no_password_and_neither_does_its_report(tmp_path: Path, demo: WatchedDemo) -> None:
    environ = {"FAXTUI_BASE_URL": demo.address, "FAXTUI_LOGIN": LOGIN, "FAXTUI_PASSWORD": PASSWORD}
    end = faxtui("list", home=tmp_path, environ=environ, command=(sys.executable, "-c", FAILING))
    assert (end.returncode, end.stdout, end.stderr.count("\n")) == (1, "", 1)
    (report,) = tmp_path.rglob("error-*.txt")
    assert report.name in end.stderr
    assert "builtins.LookupError" in report.read_text()
    assert PASSWORD not in end.stderr + report.read_text()
    closed = ("/bin/sh", "-c", 'exec "$@" 2>&-', "sh", sys.executable, "-c", FAILING)
    end = faxtui("list", home=tmp_path, environ=environ, command=closed)
    assert (end.returncode, end.stdout, end.stderr) == (1, "", "")


THREAD_FAILING = """
import sys
import threading
import faxtui.cli
import faxtui.cli.list

class Noisy:
    def __del__(self):
        raise LookupError("it was hush-1234 at last")

def fail():
    raise LookupError("it was hush-1234")

def run_list(at, environ):
    thread = threading.Thread(target=fail)
    thread.start()
    thread.join()
    noisy = Noisy()
    del noisy
    return 0

faxtui.cli.list.run_list = run_list
faxtui.cli.main()
"""


def test_an_error_in_a_thread_tells_no_secret_either(tmp_path: Path) -> None:
    end = faxtui("list", "--demo", home=tmp_path, command=(sys.executable, "-c", THREAD_FAILING))
    assert (end.returncode, end.stdout, end.stderr) == (0, "", "")
    reports = [each.read_text() for each in tmp_path.rglob("error-*.txt")]
    assert len(reports) == 2
    assert all("builtins.LookupError" in each and "hush" not in each for each in reports)


def test_the_log_holds_no_secret_at_any_level(tmp_path: Path, demo: WatchedDemo) -> None:
    configured(tmp_path, oauth2_profile(demo.address))
    for password in (PASSWORD, WRONG):
        lists(tmp_path, "--log-level", "debug", FAXTUI_PASSWORD=password)
    logged = "".join(each.read_text() for each in tmp_path.rglob("*.log*"))
    assert not any(each in logged for each in (PASSWORD, WRONG, "Authorization", "Basic "))


def test_no_process_has_a_secret_among_its_arguments(tmp_path: Path, demo: WatchedDemo) -> None:
    seen = tmp_path / "arguments"
    script = tmp_path / "script"
    script.write_text(LISTS_ARGUMENTS)
    command = f'["/bin/sh", "-c", ". {script}", "{seen}"]'
    configured(tmp_path, oauth2_profile(demo.address).replace(f'["printf", "{CLIENT_SECRET}"]', command))
    for arguments, environ in (
        (("--password-file", str(kept(tmp_path, PASSWORD))), {}),
        ((), {"FAXTUI_PASSWORD": PASSWORD}),
    ):
        assert_listed(faxtui("list", "--format", "json", *arguments, home=tmp_path, environ=environ, fresh=True))
        assert "faxtui list" in seen.read_text()
        assert PASSWORD not in seen.read_text()
