"""What a terminal can show, as far as the environment tells."""

import pytest

from faxtui.terminal.capabilities import Colours, capabilities


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
        ({"LANG": "fr_FR@euro"}, False),
        ({"LANG": "C"}, False),
        ({}, False),
        ({"LANG": "fr_FR.UTF-8", "TERM": "linux"}, False),
    ],
)
def test_utf_8(environ: dict[str, str], utf8: bool) -> None:
    assert capabilities(environ).utf8 is utf8


@pytest.mark.parametrize("lang", [{}, {"LANG": ""}, {"LANG": "C"}, {"LANG": "POSIX"}])
@pytest.mark.parametrize("coerced", ["C.UTF-8", "C.utf8"])
def test_what_python_makes_of_a_plain_locale_is_no_utf_8(lang: dict[str, str], coerced: str) -> None:
    assert not capabilities({**lang, "LC_CTYPE": coerced}).utf8


@pytest.mark.parametrize("name", ["SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"])
def test_a_terminal_at_the_end_of_a_line_is_remote(name: str) -> None:
    assert capabilities({name: "x"}).is_remote
    assert not capabilities({name: ""}).is_remote


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_a_terminal_without_a_name_or_a_cursor_is_dumb(term: str) -> None:
    assert capabilities({"TERM": term}).is_dumb
    assert capabilities({}).is_dumb
    assert not capabilities({"TERM": "vt100"}).is_dumb
