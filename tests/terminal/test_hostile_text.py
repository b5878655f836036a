"""What others wrote reaches the terminal as something to look at, and never as something that acts."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from configured import configured
from demo_server import demo_server, serving
from pty_session import LARGE, PROGRAM, PtySession, in_terminal

from faxtui.demo.asgi import Message, Receive, Response, Send, read_request

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
ACTING = ("\x1b[7mX", "\x1b]0;owned\x07", "\x9b7m", "\x9d", "\x00", "\x08", "\x0e", "\x7f", "\u202e", "\u200b")
TEXT_FIELDS = ("MessageId", "To", "From", "Folder", "FileName", "ReceivedDate", "Extra\x1b[7mX")
NAME = "\x1b[7mX\x1b]0;owned\x07\x9b7m\x7f\u202e\u200b"
"""The same in one name; no file and no variable can hold a null character."""
ACTED = ("\x1b[7mX", "\x1b]0;", "\x07", "\x9b", "\x7f", "\u202e", "\u200b")
MARKUP = "[bold red]no[/] [/] [@click=app.quit]q[/]"
NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
LISTING = Response.json(
    200,
    {
        "PageIndex": 1,
        "PageSize": 50,
        "TotalCount": len(ACTING),
        "TotalPageCount": 1,
        "Resources": [dict.fromkeys(TEXT_FIELDS, each + MARKUP) for each in ACTING],
        "HasPreviousPage": False,
        "HasNextPage": False,
    },
)


async def hostile_service(scope: Message, receive: Receive, send: Send) -> None:
    if scope["type"] == "http":
        await read_request(scope, receive)
        await LISTING.send(send, NOW)


def test_escapes_and_markup_in_every_text_field_are_only_seen(tmp_path: Path) -> None:
    with (
        serving(hostile_service) as address,
        in_terminal("--base-url", address, home=tmp_path, size=LARGE, environ=SIGNED_IN) as terminal,
    ):
        terminal.wait_for("page 1 of 1", "[bold red]", "␛[7mX", "␈[bold")
        for number in range(len(ACTING)):
            terminal.type("N" if number else "i")
            terminal.wait_for(f"{number + 1} of {len(ACTING)}", "Extra␛[7mX", MARKUP)
        terminal.type("qq")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
        # Textual's own choice of a mouse pointer ends with the character that rings.
        # A backspace is how the driver itself goes back; that of a fax was seen above.
        sent = terminal.sent.replace(b"\x1b]22;default\x07", b"")
    for each in ("\x1b[7mX", "\x1b]0;", "\x07", "\x9b", "\x9d", "\x00", "\x0e", "\x7f", "\u202e", "\u200b"):
        assert each.encode() not in sent


def acting(terminal: PtySession) -> list[str]:
    """What of it reached the terminal as it is."""
    sent = terminal.sent.replace(b"\x1b]22;default\x07", b"")
    return [each for each in ACTED if each.encode() in sent]


def in_toml(text: str) -> str:
    return '"' + "".join(f"\\u{ord(each):04x}" for each in text) + '"'


@pytest.mark.parametrize("language", ["C.UTF-8", "C"])
def test_names_in_the_configuration_and_the_environment_are_only_seen(tmp_path: Path, language: str) -> None:
    home = tmp_path / NAME
    name = in_toml(NAME)
    with demo_server() as address:
        configured(
            home,
            f"""
            default_profile = {name}
            {name} = 1
            [profiles.{name}]
            base_url = "{address}"
            {name} = {name}
            [profiles.other]
            login = {name}
            [ui]
            theme = {name}
            date_format = {name}
            [views.{name}]
            from = "0478"
            [views.bad]
            from = {name}
            sort = {name}
            [keys]
            "page.next" = "\\u202e"
            "page.previous" = {name}
            {name} = {name}
            """,
        )
        environ = {"FAXTUI_LOGIN": f"60300.{NAME}", "FAXTUI_PASSWORD": "demo", "LANG": language}
        with in_terminal(home=home, size=LARGE, environ=environ) as terminal:
            terminal.wait_for("[7mX")
            for key, shown in (("v", "Saved views"), ("a", "Accounts"), (",", "page_size"), ("?", "this help")):
                terminal.type(key)
                terminal.wait_for(shown)
                terminal.type("\x1b[27u")
                terminal.wait_until_gone(shown)
            terminal.type("\x03")
            terminal.wait_for_end()
            assert acting(terminal) == []


@pytest.mark.parametrize(
    "arguments",
    [
        ["config", "path"],
        ["config", "show"],
        ["doctor"],
        ["doctor", "--json"],
        ["list"],
        ["list", "--view", NAME],
        ["list", "--from", NAME],
        ["list", "--profile", NAME],
        ["list", "--config", f"/{NAME}"],
        ["list", "--page", NAME],
        ["list", f"--{NAME}"],
        [NAME],
        ["list", "--demo", "--output", f"/{NAME}/x"],
        ["download", "--verify", NAME],
        ["download", "--demo", NAME, "--to", NAME],
        ["--log-level", NAME],
        ["--base-url", f"http://127.0.0.1:1/{NAME}"],
        ["--base-url", f"https://{NAME}.invalid", "list"],
    ],
    ids=ascii,
)
def test_what_is_printed_about_them_is_only_seen(tmp_path: Path, arguments: list[str]) -> None:
    home = tmp_path / NAME
    configured(home, f"[profiles.main]\nlogin = {in_toml(NAME)}\n{in_toml(NAME)} = {in_toml(NAME)}\n")
    environ = {"FAXTUI_PROFILE": "main", "TERM": f"x{NAME}", "XDG_STATE_HOME": f"{home}/{NAME}"}
    with in_terminal(*arguments, home=home, environ=environ) as terminal:
        terminal.wait_until_silent()
        terminal.type("\x03")
        terminal.wait_for_end()
        assert terminal.text.strip()
        assert acting(terminal) == []


@pytest.mark.parametrize("kind", ["table", "csv", "json", "jsonl"])
@pytest.mark.parametrize("knows_its_size", [True, False])
def test_a_list_has_nothing_that_acts_on_a_terminal(tmp_path: Path, kind: str, knows_its_size: bool) -> None:
    with serving(hostile_service) as address:
        # A serial console says that it has no columns.
        sizes = () if knows_its_size else ("/bin/sh", "-c", 'stty cols 0 rows 0; exec "$@"', "sh")
        command = (*sizes, *PROGRAM, "list", "--format", kind, "--base-url", address)
        with in_terminal(home=tmp_path, size=LARGE, environ=SIGNED_IN, command=command) as terminal:
            terminal.wait_for_end()
            assert "[7mX" in terminal.text
            assert acting(terminal) == []
