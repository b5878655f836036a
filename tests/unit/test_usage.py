"""What can't be done as it was asked for: one sentence on stderr, exit code 2, and nothing written anywhere."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from faxtui.cli import run

ENVIRON = {"TERM": "xterm", "LANG": "C.UTF-8"}
NO_TERMINAL = "The browser needs a terminal. Start faxtui in one, or use faxtui list."


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty home, and the program's logger as it was before at the end."""
    for name in ("XDG_CONFIG_HOME", "XDG_CONFIG_DIRS", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(tmp_path / name))
    ours = logging.getLogger("faxtui")
    before = ours.handlers, ours.propagate, ours.level, logging.raiseExceptions
    yield tmp_path
    ours.handlers, ours.propagate, ours.level, logging.raiseExceptions = before


def configured(home: Path, text: str) -> None:
    path = home / "XDG_CONFIG_HOME" / "faxtui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(text)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ("--page 0", "Pages are counted from 1: there is no page 0."),
        ("--page -3", "Pages are counted from 1: there is no page -3."),
        ("--page-size 0", "A page has 1 to 1,000 faxes, not 0."),
        ("--page-size 1001", "A page has 1 to 1,000 faxes, not 1,001."),
        ("--sort age", "The service can't sort by “age”. It can sort by received message from to folder"),
        ("--sort pages:up", "“up” is not a direction. Write pages:asc or pages:desc."),
        ("--since whenever", "“whenever” is not a valid date or time."),
        ("--until 25:00", "“25:00” does not exist in the calendar"),
        ("--customer 12a", "A customer is an integer such as 60300, not “12a”."),
        ("--from \x1b[2J", "A number can't contain control characters. Type it again."),
        ("--page 1", NO_TERMINAL),
    ],
)
def test_a_bad_value_is_told_in_a_sentence(
    home: Path, arguments: str, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--demo", *arguments.split()], ENVIRON) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"faxtui: {told}")
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert list(home.iterdir()) == []


def test_a_configuration_file_asked_for_must_be_there(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["--demo", "--config", str(home / "none.toml")], ENVIRON) == 2
    assert capsys.readouterr().err == f"faxtui: There is no configuration file {home / 'none.toml'}.\n"


def test_a_missing_sign_in_is_told_with_what_is_wrong_in_the_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    configured(home, '[profiles.main]\nlogin = "60300.console"\npasswordfile = "~/x"\n')
    assert run(["list"], ENVIRON) == 2
    said = capsys.readouterr().err
    assert "There is no setting “passwordfile” in [profiles.main]" in said
    assert "Did you mean “password_file”?" in said
    assert "There is no password for 60300.console." in said


def test_the_demo_needs_no_profile(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    configured(home, 'default_profile = "gone"')
    assert run([], ENVIRON) == 2
    assert "There is no profile “gone”" in capsys.readouterr().err
    assert run(["--demo"], {**ENVIRON, "FAXTUI_PROFILE": "gone"}) == 2
    assert capsys.readouterr().err == f"faxtui: {NO_TERMINAL}\n"


@pytest.mark.parametrize("arguments", [["--version"], ["--version", "--bogus"]])
def test_the_version_is_told_whatever_else_is_asked(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert run(arguments, {"FAXTUI_LOG_LEVEL": "loud"}) == 0
    assert capsys.readouterr().out.startswith("faxtui 0.")
