"""Options, and the environment variables that stand for some of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from faxtui.cli.options import Options, parse
from faxtui.domain.query import FILTERS

NOTHING = Options(log_level="warning")
ACCOUNT = ("profile", "base-url", "login", "password-file")
SHOWN = (*(each.name for each in FILTERS), "view", "sort", "page", "page-size")


def test_nothing_said_is_nothing_asked_for() -> None:
    assert parse([], {}) == NOTHING
    empty = ("PROFILE", "CONFIG", "BASE_URL", "LOGIN", "PASSWORD", "LOG_LEVEL")
    assert parse([], {f"FAXTUI_{name}": "" for name in empty}) == NOTHING


def test_every_option_is_read() -> None:
    text = (
        "--profile lab --config /c --base-url https://a --login l --password-file /p --log-level debug "
        "--from 0478 --to 1342 --customer 60300 --since 7d --until today --sort pages:asc --page 3 --page-size 20"
    )
    assert parse(["--demo"], {}) == replace(NOTHING, demo=True)
    assert parse(text.split(), {}) == Options(
        profile="lab",
        config=Path("/c"),
        base_url="https://a",
        login="l",
        password_file=Path("/p"),
        log_level="debug",
        sort="pages:asc",
        page=3,
        page_size=20,
        filters=(("from", "0478"), ("to", "1342"), ("customer", "60300"), ("since", "7d"), ("until", "today")),
        password=None,
    )


@pytest.mark.parametrize("name", [each.name for each in FILTERS])
def test_every_filter_is_an_option(name: str) -> None:
    assert parse([f"--{name}", "x y"], {}).filters == ((name, "x y"),)
    assert parse([f"--{name}=+33 4"], {}).filters == ((name, "+33 4"),)


def test_the_environment_says_what_options_do_not() -> None:
    environ = {
        "FAXTUI_PROFILE": "lab",
        "FAXTUI_CONFIG": "/c",
        "FAXTUI_BASE_URL": "https://a",
        "FAXTUI_LOGIN": "l",
        "FAXTUI_PASSWORD": "p",
        "FAXTUI_LOG_LEVEL": "INFO",
    }
    options = parse([], environ)
    assert (options.profile, options.config, options.base_url) == ("lab", Path("/c"), "https://a")
    assert (options.login, options.password, options.log_level) == ("l", "p", "info")
    text = "--profile ward --config /d --base-url https://b --login m --log-level error"
    options = parse(text.split(), environ)
    assert (options.profile, options.config, options.base_url) == ("ward", Path("/d"), "https://b")
    assert (options.login, options.password, options.log_level) == ("m", "p", "error")


def test_a_tilde_is_the_home_folder() -> None:
    options = parse(["--password-file=~/p"], {"FAXTUI_CONFIG": "~/c"})
    assert (options.password_file, options.config) == (Path.home() / "p", Path.home() / "c")


def test_the_password_is_in_no_representation() -> None:
    options = parse([], {"FAXTUI_PASSWORD": "hush"})
    assert options.password == "hush"
    assert "hush" not in f"{options!r} {options}"


@pytest.mark.parametrize(
    ("arguments", "environ", "told"),
    [
        (["--page", "x"], {}, "Argument --page: expected an integer, got “x”."),
        (["--page", "1_0"], {}, "Argument --page: expected an integer, got “1_0”."),
        (["--page", "9" * 5000], {}, "Argument --page: expected an integer"),
        (["--page-size", "1.5"], {}, "Argument --page-size: expected an integer, got “1.5”."),
        (["--from"], {}, "Argument --from: expected one argument."),
        (["--bogus"], {}, "Unknown option --bogus."),
        (["--bo\x1b[2J"], {}, "Unknown option --bo␛[2J."),
        (["--prof", "x"], {}, "Unknown option --prof. Did you mean --profile?"),
        (["doctor", "--all"], {}, "Unrecognized arguments: --all."),
        (
            ["print"],
            {},
            "Argument COMMAND: invalid choice: 'print' (choose from 'list', 'download', 'text', 'journal', 'purge', "
            "'doctor', 'config', 'completion').",
        ),
        (["list", "--format", "xml"], {}, "Argument --format: invalid choice: 'xml'"),
        (["config"], {}, "The following arguments are required: path|show."),
        (["--log-level", "loud"], {}, "expected one of debug, info, warning, error, got “loud”"),
        ([], {"FAXTUI_LOG_LEVEL": "loud"}, "got “loud” (also read from FAXTUI_LOG_LEVEL)."),
        (["download", "--to", ""], {}, "Argument --to: expected a path, got an empty value."),
        (["list", "--output", ""], {}, "Argument --output: expected a path, got an empty value."),
        (["--config", "~nobody-of-that-name/c"], {}, "the home folder in “~nobody-of-that-name/c” is unknown."),
        (["--password", "hush"], {}, "Unknown option --password. Did you mean --password-file?"),
        (["--password=hush"], {}, "Unknown option --password. Did you mean --password-file?"),
    ],
)
def test_what_cannot_be_taken_is_told_in_a_sentence(
    arguments: list[str], environ: dict[str, str], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(arguments, environ)
    said = capsys.readouterr()
    assert (caught.value.code, said.out, said.err.count("\n")) == (2, "", 1)
    assert said.err.startswith("faxtui: ")
    assert told in said.err
    assert said.err.endswith(" See faxtui --help.\n")
    assert "hush" not in said.err


def test_help_names_every_option_and_leaves_well(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(["--help"], {})
    said = capsys.readouterr().out
    assert caught.value.code == 0
    options = ("demo", "profile", "config", "base-url", "login", "password-file", "log-level", "sort", "page")
    for each in (*options, "page-size", "version", *(each.name for each in FILTERS)):
        assert f"--{each}" in said


def test_common_options_stand_before_a_command_or_after_it() -> None:
    assert parse(["--profile", "lab", "list", "--all"], {}) == parse(["list", "--all", "--profile", "lab"], {})
    assert parse(["--login", "a", "list", "--login", "b"], {}).login == "b"
    assert parse(["--from", "0478", "list", "--to", "1342"], {}).filters == (("from", "0478"), ("to", "1342"))


def test_every_command_is_read() -> None:
    options = parse(["list", "--format", "csv", "--excel", "--all", "--output", "/o", "--view", "morning"], {})
    assert (options.command, options.format, options.excel, options.all) == ("list", "csv", True, True)
    assert (options.output, options.view) == (Path("/o"), "morning")
    assert parse(["download", "--sort", "pages"], {}).sort == "pages"
    options = parse(["download", "f/a.pdf", "f/b.pdf", "--to", "/d"], {})
    assert (options.command, options.faxes, options.to) == ("download", ["f/a.pdf", "f/b.pdf"], Path("/d"))
    assert parse(["download", "--verify", "/d"], {}).verify == Path("/d")
    assert parse(["doctor", "--json"], {}) == Options(command="doctor", json=True)
    assert parse(["config", "path"], {}) == Options(command="config", what="path")
    assert parse(["--read-only"], {}) == Options(read_only=True)


def test_where_to_download_to_and_the_inbound_number_share_an_option() -> None:
    options = parse(["download", "--to", "134296015", "--to", "~/faxes"], {})
    assert (options.filters, options.to) == ((("to", "134296015"),), Path.home() / "faxes")
    assert parse(["download", "--to", "./134296015"], {}).to == Path("134296015")
    assert parse(["--to", "1342", "download", "--to", "/d"], {}).filters == (("to", "1342"),)


EFFECTS = [
    ("download --page 2", "page"),
    ("download --page-size 20", "page-size"),
    ("--page 2 download", "page"),
    ("download f/a.pdf --sort pages", "sort"),
    ("list --all --page 2", "page"),
    ("--page 1 list --all", "page"),
    *((f"{command} --demo --{option} x", option) for command in ("", "list", "download") for option in ACCOUNT),
    *((f"download --verify d --{option} 1", option) for option in (*ACCOUNT, *SHOWN) if option != "to"),
    ("download --verify d --to 1342", "to"),
    ("download --verify d --demo", "demo"),
    *((f"--{option} 1 {command}", option) for command in ("doctor", "config show", "config path") for option in SHOWN),
    *((f"config path --{option} x", option) for option in ACCOUNT),
    ("config path --demo", "demo"),
]


@pytest.mark.parametrize(("text", "option"), EFFECTS, ids=[text for text, _ in EFFECTS])
def test_an_option_without_effect_is_an_error(text: str, option: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse(text.split(), {})
    said = capsys.readouterr()
    assert (caught.value.code, said.out) == (2, "")
    assert said.err.startswith(f"faxtui: --{option} has no effect ")
    assert said.err.endswith(". Omit it. See faxtui --help.\n")


@pytest.mark.parametrize("command", ["", "list", "download"])
@pytest.mark.parametrize("option", [*ACCOUNT[:3], *(each for each in SHOWN if not each.startswith("page"))])
@pytest.mark.parametrize("value", ["", " "])
def test_an_empty_value_is_an_error(command: str, option: str, value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught:
        parse([*command.split(), f"--{option}={value}"], {})
    assert caught.value.code == 2
    assert f"--{option}" in capsys.readouterr().err


@pytest.mark.parametrize(
    "text",
    [
        "--demo --config /c --read-only --log-level debug --since 7d --view v --page 2",
        "list --demo --page 2 --page-size 9 --sort pages",
        "list --all --page-size 1000 --view v --format csv --excel --output /f",
        "download --since 3d --sort received --view v --to /d --to 1342 --demo",
        "download f/a.pdf --to /d --profile p",
        "download --verify d --config /c --log-level debug",
        "config show --profile p --login l --base-url https://a --password-file /p",
        "config path --config /c",
        "doctor --json --profile p",
    ],
)
def test_options_that_each_have_an_effect_are_accepted(text: str) -> None:
    parse(text.split(), {})


def test_the_environment_may_say_what_has_no_effect() -> None:
    environ = {"FAXTUI_PROFILE": "p", "FAXTUI_LOGIN": "l", "FAXTUI_BASE_URL": "https://a"}
    assert parse(["--demo"], environ).demo
    assert parse(["download", "--verify", "d"], environ).profile == "p"
