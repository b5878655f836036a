"""`faxtui config` and `faxtui doctor` as programs of their own: what they print, where to, and their exit codes."""

import json
import tomllib
from pathlib import Path

import pytest
from configured import configured
from demo_server import demo_server
from pty_session import LARGE, PROGRAM, faxtui, in_terminal

from faxtui.config.settings import Profile, Ui

SECRETS: dict[str, str | None] = {"FAXTUI_PASSWORD": "hush-1234"}
SHOWN = {each.name for each in Profile.settings()}


def in_shell(script: str) -> tuple[str, ...]:
    return ("/bin/sh", "-c", script, "sh", *PROGRAM)


def origins(shown: str) -> dict[str, str]:
    """Each setting by its full name, and what is said of where it comes from."""
    lines = [line.rpartition("  # ") for line in shown.splitlines()]
    return {line.partition(" = ")[0]: origin for line, _, origin in lines}


def test_the_paths_are_told_and_which_of_them_are_there(tmp_path: Path) -> None:
    config = configured(tmp_path, "")
    end = faxtui("config", "path", home=tmp_path)
    lines = dict(line.split(maxsplit=1) for line in end.stdout.replace("site configuration", "site").splitlines())
    assert (end.returncode, end.stderr, list(lines)) == (0, "", ["configuration", "site", "state", "logs"])
    assert lines["configuration"] == str(config)
    assert lines["site"] == f"{tmp_path / 'site' / 'faxtui' / 'config.toml'}  (does not exist)"
    elsewhere = faxtui("config", "path", "--config", "/none/x.toml", home=tmp_path)
    assert "/none/x.toml  (does not exist)" in elsewhere.stdout


@pytest.mark.parametrize("text", ['default_profile = "gone"', "[ui", "version = 9"])
def test_the_paths_are_told_whatever_is_wrong_with_the_files(tmp_path: Path, text: str) -> None:
    config = configured(tmp_path, text)
    end = faxtui("config", "path", home=tmp_path)
    assert (end.returncode, end.stderr) == (0, "")
    assert str(config) in end.stdout


def test_without_files_every_setting_is_a_default(tmp_path: Path) -> None:
    end = faxtui("config", "show", home=tmp_path, environ=SECRETS)
    assert (end.returncode, end.stderr) == (0, "")
    shown = tomllib.loads(end.stdout)
    assert set(shown["profiles"]["main"]) == SHOWN
    assert set(shown["ui"]) == {each.name for each in Ui.settings()}
    assert set(origins(end.stdout).values()) == {"default"}
    assert list(tmp_path.iterdir()) == []


def test_every_setting_is_shown_with_its_value_and_its_origin_as_toml(tmp_path: Path) -> None:
    user = configured(
        tmp_path,
        'default_profile = "a.b é"\n[profiles."a.b é"]\nlogin = "60300.console"\nread_only = false\n'
        'password_command = ["sh", "-c", "printf \\"x\\" # y"]\n[ui]\npage_size = 20\n[keys]\n"page.next" = "n,right"\n'
        '[views."my own"]\nsince = 2026-11-23\nsort = "pages"\n',
    )
    site = configured(tmp_path, '[ui]\npage_size = 10\nmouse = false\n[profiles."a.b é"]\nprefetch = false', "site")
    end = faxtui("config", "show", home=tmp_path)
    shown, whence = tomllib.loads(end.stdout), origins(end.stdout)
    profile = shown["profiles"]["a.b é"]
    assert (end.returncode, end.stderr) == (0, "")
    assert profile["password_command"] == ["sh", "-c", 'printf "x" # y']
    assert (profile["login"], profile["prefetch"], profile["read_only"]) == ("60300.console", False, False)
    assert (shown["default_profile"], shown["ui"]["page_size"], shown["ui"]["mouse"]) == ("a.b é", 20, False)
    assert shown["keys"] == {"page.next": "n,right"}
    assert shown["views"] == {"my own": {"since": "2026-11-23", "sort": "pages:desc"}}
    assert {name: origin for name, origin in whence.items() if origin != "default"} == {
        "default_profile": str(user),
        'profiles."a.b é".login': str(user),
        'profiles."a.b é".password_command': str(user),
        'profiles."a.b é".read_only': str(user),
        'profiles."a.b é".prefetch': str(site),
        "ui.page_size": str(user),
        "ui.mouse": str(site),
        'keys."page.next"': str(user),
        'views."my own".since': str(user),
        'views."my own".sort': str(user),
    }


def test_options_and_environment_are_origins_and_passwords_are_never_shown(tmp_path: Path) -> None:
    configured(tmp_path, '[profiles.main]\nlogin = "own"\n[profiles.lab]\nlogin = "lab"\n')
    environ = {**SECRETS, "FAXTUI_LOGIN": "from-environment", "FAXTUI_BASE_URL": "https://e.example"}
    given = ("--base-url", "https://o.example", "--password-file", "/p", "--read-only", "--profile", "lab")
    end = faxtui("config", "show", *given, home=tmp_path, environ=environ)
    lab, whence = tomllib.loads(end.stdout)["profiles"]["lab"], origins(end.stdout)
    assert (lab["login"], lab["base_url"], lab["password_file"], lab["read_only"]) == (
        "from-environment",
        "https://o.example",
        "/p",
        True,
    )
    assert [whence[f"profiles.lab.{name}"] for name in ("login", "base_url", "password_file", "read_only")] == [
        "FAXTUI_LOGIN",
        "--base-url",
        "--password-file",
        "--read-only",
    ]
    assert whence["default_profile"] == "--profile"
    assert "hush" not in end.stdout + end.stderr
    by_environment = faxtui("config", "show", home=tmp_path, environ={**SECRETS, "FAXTUI_PROFILE": "lab"})
    assert origins(by_environment.stdout)["default_profile"] == "FAXTUI_PROFILE"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("https://me:hush-1234@fax.example/x", "https://…@fax.example/x"),
        ("https://me:hush-1234://@@fax.example", "https://…@fax.example"),
        ("me:hush-1234@fax.example", "…@fax.example"),
    ],
)
def test_a_password_written_where_none_belongs_is_not_shown(tmp_path: Path, written: str, shown: str) -> None:
    lines = f'base_url = "{written}"\nlogin = "60300.console:hush-1234"\ntoken_url = "{written}"\n'
    configured(tmp_path, f'password = "hush-1234"\n[profiles.main]\npassword = "hush-1234"\n{lines}')
    of_file = faxtui("config", "show", home=tmp_path)
    given = ("--base-url", written, "--login", "a:hush-1234")
    of_options = faxtui("config", "show", *given, home=tmp_path)
    of_environment = faxtui("config", "show", home=tmp_path, environ={"FAXTUI_BASE_URL": written})
    examined = faxtui("doctor", "--json", home=tmp_path)
    for end in (of_file, of_options, of_environment, examined):
        assert "hush" not in end.stdout + end.stderr
    main = tomllib.loads(of_file.stdout)["profiles"]["main"]
    assert (main["base_url"], main["token_url"], main["login"]) == (shown, shown, "60300.console:…")
    assert tomllib.loads(of_options.stdout)["profiles"]["main"]["base_url"] == shown


def test_what_is_wrong_is_said_on_standard_error_and_the_rest_is_shown(tmp_path: Path) -> None:
    config = configured(tmp_path, "[ui]\npage_size = 0\npagesize = 3\n[profiles.main]\nlogin = 'a'\n")
    end = faxtui("config", "show", home=tmp_path)
    assert (end.returncode, tomllib.loads(end.stdout)["profiles"]["main"]["login"]) == (0, "a")
    assert end.stderr.splitlines() == [
        f"faxtui: Ignored “page_size” in [ui] of {config}. Expected an integer from 1 to 1,000.",
        f"faxtui: There is no setting “pagesize” in [ui] of {config}. Did you mean “page_size”?",
    ]


@pytest.mark.parametrize(("arguments", "told"), [("--profile gone", "“gone”"), ("--config none", "file none.")])
def test_a_profile_or_file_that_is_not_there_is_wrong_usage(tmp_path: Path, arguments: str, told: str) -> None:
    end = faxtui("config", "show", *arguments.split(), home=tmp_path)
    assert (end.returncode, end.stdout, end.stderr.count("\n")) == (2, "", 1)
    assert told in end.stderr


def test_nothing_that_acts_is_printed_and_a_terminal_without_utf_8_is_no_obstacle(tmp_path: Path) -> None:
    configured(tmp_path, '[profiles.main]\nlogin = "é\\u001b[2J\\u202e"\n')
    for locale in ({"LANG": "C.UTF-8"}, {"LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}):
        end = faxtui(
            "config", "show", "--config", f"{tmp_path}/config/faxtui/config.toml", home=tmp_path, environ=locale
        )
        assert (end.returncode, end.stderr) == (0, "")
        assert "\x1b" not in end.stdout
        assert "\u202e" not in end.stdout
    end = faxtui("config", "path", "--config", "/é\udcff", home=tmp_path)
    assert (end.returncode, end.stderr) == (0, "")


@pytest.mark.parametrize("command", ["config show", "config path", "doctor", "doctor --json"])
def test_a_reader_that_leaves_and_an_output_that_is_closed_or_full(tmp_path: Path, command: str) -> None:
    configured(tmp_path, '[profiles.main]\nbase_url = "ftp://x"\nlogin = "a"\npassword_command = ["printf", "b"]\n')
    words = command.split()
    gone = faxtui(*words, home=tmp_path, command=in_shell('{ "$@"; echo $? >&2; } | true'))
    assert gone.stderr in ("0\n", "2\n")
    full = faxtui(*words, home=tmp_path, command=in_shell('exec "$@" >/dev/full'))
    assert (full.returncode, full.stderr) == (
        1,
        "faxtui: Could not write to standard output: No space left on device. The output is incomplete.\n",
    )
    closed = faxtui(*words, home=tmp_path, command=in_shell('exec "$@" >&- 2>&-'))
    assert (closed.returncode, closed.stdout, closed.stderr) == (2 if words[0] == "doctor" else 0, "", "")
    assert list(tmp_path.rglob("error-*")) == []


# doctor


def test_a_sound_installation_is_all_well_without_a_terminal(tmp_path: Path) -> None:
    password = tmp_path / "password"
    password.write_text("demo")
    password.chmod(0o600)
    with demo_server() as address:
        config = configured(
            tmp_path, f'[profiles.main]\nbase_url = "{address}"\nlogin = "60300.demo"\npassword_file = "{password}"\n'
        )
        config.chmod(0o600)
        text = faxtui("doctor", home=tmp_path)
        told = json.loads(faxtui("doctor", "--json", home=tmp_path).stdout)
    assert (text.returncode, text.stderr, told["exit_code"]) == (0, "", 0)
    verdicts = {each["topic"]: each["verdict"] for each in told["findings"]}
    assert verdicts["sign-in"] == "ok"
    assert "failed" not in verdicts.values()
    assert len(text.stdout.splitlines()) >= len(told["findings"])
    assert "demo" not in json.dumps(told).replace("60300.demo", "")


def test_a_refused_sign_in_is_its_exit_code_and_a_terminal_is_looked_at(tmp_path: Path) -> None:
    with demo_server() as address:
        environ = {"FAXTUI_LOGIN": "60300.demo", **SECRETS}
        end = faxtui("doctor", "--json", "--base-url", address, home=tmp_path, environ=environ)
        told = json.loads(end.stdout)
        assert (end.returncode, told["exit_code"], end.stderr) == (3, 3, "")
        assert "hush" not in end.stdout
        ours = ("doctor", "--base-url", address)
        with in_terminal(*ours, home=tmp_path, size=LARGE, environ={**environ, "FAXTUI_PASSWORD": "demo"}) as terminal:
            assert terminal.wait_for_end() == 0
            assert "120" in terminal.flowing


@pytest.mark.parametrize(
    ("text", "arguments", "told"),
    [
        ("[ui]\npage_size = = 3\n", (), "line 2, column 13"),
        (
            'default_profile = "gone"\n[profiles.a]\n',
            (),
            "There is no profile “gone” in the configuration. Choose from a.",
        ),
        ("", ("--profile", "gone"), "There is no profile “gone” in the configuration: there are none."),
        ("", ("--config", "/none.toml"), "There is no configuration file /none.toml."),
    ],
)
def test_a_configuration_that_cannot_be_used_is_a_finding(
    tmp_path: Path, text: str, arguments: tuple[str, ...], told: str
) -> None:
    configured(tmp_path, text)
    end = faxtui("doctor", "--json", *arguments, home=tmp_path, environ={"FAXTUI_BASE_URL": "http://127.0.0.1:9"})
    found = json.loads(end.stdout)
    assert (end.returncode, found["exit_code"], end.stderr) == (2, 2, "")
    assert any(told in each["sentence"] for each in found["findings"] if each["verdict"] == "failed")


def test_the_demo_has_nothing_to_examine(tmp_path: Path) -> None:
    end = faxtui("doctor", "--demo", home=tmp_path)
    assert (end.returncode, end.stdout, end.stderr.count("\n")) == (2, "", 1)
