"""What others wrote reaches the terminal as something to look at, and never as something that acts."""

from datetime import UTC, datetime
from pathlib import Path

from demo_server import serving
from pty_session import LARGE, in_terminal

from faxtui.demo.asgi import Message, Receive, Send, json_answer, read_request

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
ACTING = ("\x1b[7mX", "\x1b]0;owned\x07", "\x9b7m", "\x9d", "\x00", "\x08", "\x0e", "\x7f", "\u202e", "\u200b")
TEXT_FIELDS = ("MessageId", "To", "From", "Folder", "FileName", "ReceivedDate", "Extra\x1b[7mX")
MARKUP = "[bold red]no[/] [/] [@click=app.quit]q[/]"
NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
LISTING = json_answer(
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
            terminal.type("n" if number else "\r")
            terminal.wait_for(f"{number + 1} of {len(ACTING)}", "Extra␛[7mX", MARKUP)
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
        # Textual's own choice of a mouse pointer ends with the character that rings.
        # A backspace is how the driver itself goes back; that of a fax was seen above.
        sent = terminal.sent.replace(b"\x1b]22;default\x07", b"")
    for each in ("\x1b[7mX", "\x1b]0;", "\x07", "\x9b", "\x9d", "\x00", "\x0e", "\x7f", "\u202e", "\u200b"):
        assert each.encode() not in sent
