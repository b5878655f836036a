"""What a terminal can show, as far as the environment tells."""

from pathlib import Path

import pytest

from faxtui.terminal.capabilities import Colours, capabilities, charset, written_environment
from faxtui.ui.drivers import window_title


@pytest.mark.parametrize(
    ("environ", "colours"),
    [
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor"}, Colours.TRUE),
        ({"TERM": "xterm", "COLORTERM": "24bit"}, Colours.TRUE),
        ({"TERM": "xterm", "COLORTERM": "TrueColor"}, Colours.TRUE),
        ({"TERM": "xterm-direct"}, Colours.TRUE),
        ({"TERM": "xterm-256color"}, Colours.PALETTE),
        ({"TERM": "screen-256color-bce"}, Colours.PALETTE),
        ({"TERM": "vte-256color"}, Colours.PALETTE),
        ({"TERM": "xterm-256color", "COLORTERM": "yes"}, Colours.PALETTE),
        ({"TERM": "xterm"}, Colours.SIXTEEN),
        ({"TERM": "linux"}, Colours.SIXTEEN),
        ({"TERM": "screen"}, Colours.SIXTEEN),
        ({"TERM": "vt100"}, Colours.NONE),
        ({"TERM": "vt220"}, Colours.NONE),
        ({"TERM": "linux-m"}, Colours.NONE),
        ({"TERM": "xterm-256color", "COLORTERM": "truecolor", "NO_COLOR": "1"}, Colours.NONE),
        ({"TERM": "xterm-256color", "NO_COLOR": "0"}, Colours.NONE),
        ({"TERM": "xterm-256color", "NO_COLOR": ""}, Colours.PALETTE),
    ],
)
def test_colours(environ: dict[str, str], colours: Colours) -> None:
    assert capabilities(environ).colours is colours


@pytest.mark.parametrize(
    ("environ", "utf8"),
    [
        ({"LANG": "fr_FR.UTF-8"}, True),
        ({"LANG": "fr_FR.utf8"}, True),
        ({"LANG": "C.UTF-8"}, True),
        ({"LANG": "ca_ES.UTF-8@valencia"}, True),
        ({"LC_CTYPE": "UTF-8"}, True),
        ({"LANG": "C", "LC_ALL": "fr_FR.UTF-8"}, True),
        ({"LANG": "C", "LC_CTYPE": "fr_FR.UTF-8"}, True),
        ({"LANG": "C", "LC_ALL": "C.UTF-8"}, True),
        ({"LANG": "C.UTF-8", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": ""}, True),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, False),
        ({"LANG": "fr_FR.UTF-8", "LC_CTYPE": "POSIX"}, False),
        ({"LANG": "fr_FR.ISO-8859-1"}, False),
        ({"LANG": "fr_FR.ISO-8859-15"}, False),
        ({"LANG": "fr_FR"}, False),
        ({"LANG": "fr_FR.UTF-8", "LC_ALL": "de_DE.ISO-8859-1"}, False),
        ({"LANG": "fr_FR.UTF-8", "LC_CTYPE": "ru_RU.KOI8-R"}, False),
        ({"LANG": "fr_FR.no-such-charset"}, False),
        ({"LANG": "fr_FR.ISO-8859-15", "LC_CTYPE": "C.UTF-8"}, True),
        ({"LANG": "fr_FR@euro"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LANG": "fr_FR.UTF-8", "TERM": "linux"}, False),
    ],
)
def test_utf_8(environ: dict[str, str], utf8: bool) -> None:
    assert capabilities(environ).utf8 is utf8


@pytest.mark.parametrize("coerced", ["C.UTF-8", "C.utf8", "UTF-8"])
@pytest.mark.parametrize("lang", ["", "C", "POSIX", "fr_FR.ISO-8859-15", "ru_RU.KOI8-R"])
def test_what_python_makes_of_the_locale_does_not_count(tmp_path: Path, lang: str, coerced: str) -> None:
    environ = {"LANG": lang, "LC_CTYPE": coerced, "TERM": "xterm"}
    initial = tmp_path / "environ"
    assert not capabilities(written_environment(environ, initial)).utf8
    initial.write_bytes(f"TERM=xterm\0LANG={lang}\0".encode())
    assert written_environment(environ, initial) == {"LANG": lang, "TERM": "xterm"}
    assert not capabilities(written_environment(environ, initial)).utf8


@pytest.mark.parametrize("lang", ["", "C", "fr_FR.ISO-8859-15", "fr_FR.UTF-8"])
def test_a_locale_that_was_written_counts(tmp_path: Path, lang: str) -> None:
    environ = {"LANG": lang, "LC_CTYPE": "C.UTF-8"}
    initial = tmp_path / "environ"
    initial.write_bytes(f"LANG={lang}\0LC_CTYPE=C.UTF-8\0".encode())
    assert capabilities(written_environment(environ, initial)).utf8


@pytest.mark.parametrize(
    ("locale", "name"),
    [
        ("fr_FR.ISO-8859-15", "iso8859-15"),
        ("fr_FR.iso885915@euro", "iso8859-15"),
        ("fr_FR@euro", "iso8859-15"),
        ("fr_FR", "iso8859-1"),
        ("ru_RU.KOI8-R", "koi8-r"),
        ("ja_JP.eucJP", "euc_jp"),
        ("fr_FR.utf8", "utf-8"),
        ("UTF-8", "utf-8"),
        ("C", "ascii"),
        ("fr_FR.nonsense", "ascii"),
    ],
)
def test_the_character_set_is_the_locales(locale: str, name: str) -> None:
    assert charset({"LANG": locale}) == name


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
def test_a_terminal_at_the_end_of_a_line_is_remote(name: str) -> None:
    assert capabilities({name: "x"}).is_remote
    assert not capabilities({name: ""}).is_remote


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_without_a_name_or_a_cursor_is_dumb(term: str) -> None:
    assert capabilities({"TERM": term}).is_dumb
    assert capabilities({}).is_dumb
    assert not capabilities({"TERM": "vt100"}).is_dumb


@pytest.mark.parametrize(
    ("environ", "sequence"),
    [
        ({"TERM": "xterm-kitty"}, "\x1b]99;;2 new faxes\x1b\\"),
        ({"TERM": "xterm-256color", "TERM_PROGRAM": "iTerm.app"}, "\x1b]9;2 new faxes\a"),
        ({"TERM": "foot"}, "\x1b]777;notify;faxtui;2 new faxes\x1b\\"),
        ({"TERM": "xterm-256color", "VTE_VERSION": "7600"}, "\x1b]777;notify;faxtui;2 new faxes\a"),
        ({"TERM": "xterm-256color"}, ""),
        ({"TERM": "xterm-kitty", "TMUX": "/tmp/tmux"}, ""),
    ],
)
def test_desktop_notifications_go_only_to_terminals_that_have_them(environ: dict[str, str], sequence: str) -> None:
    assert capabilities(environ).desktop_notification("2 new faxes") == sequence


@pytest.mark.parametrize(("term", "has_title"), [("xterm-256color", True), ("linux", False), ("vt220", False)])
def test_only_windows_have_a_title(term: str, has_title: bool) -> None:
    assert capabilities({"TERM": term}).has_title == has_title


def test_the_window_gets_its_title_back() -> None:
    assert window_title(1, 0) == "\x1b[22;2t\x1b]2;(1) faxtui\a"
    assert window_title(1_234, 1) == "\x1b]2;(1,234) faxtui\a"
    assert window_title(0, 1_234) == "\x1b[23;2t"
