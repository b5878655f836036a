"""From an empty home folder to one's own list, and signed in when it is started again."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from demo_server import demo_server
from pty_session import PtySession, in_terminal

LOGIN, PASSWORD = "60300.ward", "a secret of the ward"
ENTER, TAB, ESC, UP, DOWN = "\r", "\t", "\x1b", "\x1b[A", "\x1b[B"
CLEAR = "\x05\x15"


@pytest.fixture
def address() -> Iterator[str]:
    with demo_server(accounts={LOGIN: PASSWORD}) as address:
        yield address


def type_account(terminal: PtySession, address: str) -> None:
    terminal.wait_for("Connect to Odyssey", "Nothing is configured yet", "[ Test connection ]")
    terminal.type(f"{UP}{CLEAR}{address}{DOWN}{LOGIN}{DOWN}{PASSWORD}")
    terminal.wait_for(address, LOGIN, "•" * len(PASSWORD))


def test_with_a_command_the_second_start_is_signed_in(tmp_path: Path, address: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text(f"{PASSWORD}\n")
    with in_terminal(home=tmp_path) as terminal:
        type_account(terminal, address)
        terminal.type(f"{DOWN}{ENTER}")
        terminal.wait_for("printed by a command")
        terminal.type(f"{UP}{ENTER}")
        terminal.wait_for("Command")
        terminal.type(f"cat {secret}{ENTER}")
        terminal.wait_for("Connected:", "faxes in the last 7 days")
        terminal.type(f"{DOWN}{DOWN}{ENTER}")
        terminal.wait_for(f"main · {LOGIN}", "Received ▼", "page 1 of")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
    with in_terminal(home=tmp_path) as terminal:
        terminal.wait_for(f"main · {LOGIN}", "Received ▼", "page 1 of")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    holding = [each for each in tmp_path.rglob("*") if each.is_file() and PASSWORD.encode() in each.read_bytes()]
    assert holding == [secret]


def test_a_password_that_is_kept_nowhere_is_asked_for_at_the_second_start(tmp_path: Path, address: str) -> None:
    with in_terminal(home=tmp_path) as terminal:
        type_account(terminal, address)
        terminal.type(ENTER)
        terminal.wait_for("Connected:")
        terminal.type(f"{DOWN}{DOWN}{DOWN}{ENTER}")
        terminal.wait_for(f"main · {LOGIN}", "page 1 of")
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    with in_terminal(home=tmp_path) as terminal:
        terminal.wait_for("Sign in", f"Password of {LOGIN}", "Enter sign in")
        terminal.type(f"{PASSWORD}{ENTER}")
        terminal.wait_for(f"main · {LOGIN}", "page 1 of")
        assert PASSWORD.encode() not in terminal.sent
        terminal.type("q")
        assert terminal.wait_for_end() == 0
    assert not any(PASSWORD.encode() in each.read_bytes() for each in tmp_path.rglob("*") if each.is_file())


def test_ctrl_c_leaves_at_once_while_a_password_command_hangs(tmp_path: Path, address: str) -> None:
    config = tmp_path / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[profiles.main]\nbase_url = "{address}"\nlogin = "{LOGIN}"\npassword_command = ["sleep", "15"]\n'
    )
    with in_terminal(home=tmp_path) as terminal:
        terminal.wait_for(f"main · {LOGIN}", "fetching")
        terminal.type("?")
        terminal.wait_for("Keys")
        terminal.type("\x03")
        assert terminal.wait_for_end() == 0
        assert terminal.left_on() == set()
