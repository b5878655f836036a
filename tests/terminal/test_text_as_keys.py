"""Text that arrives as keys, as from a bar-code reader or a serial line: it deletes nothing, whatever it contains."""

import signal
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from handling_desk import ToldDemo, told_demo
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from pty_session import SUSPEND, PtySession, in_terminal
from wire import resource

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}
SILENCE = 0.5
ROWS = [resource(number) for number in range(1, 13)]
TOO_BUSY = "This machine was too busy to type without a pause."
PASTE = "\x1b[200~{}\x1b[201~"


@contextmanager
def browsing(home: Path, size: tuple[int, int] = (80, 24)) -> Iterator[tuple[PtySession, ToldDemo]]:
    """Deletes are sent after the shortest grace, and need no copies: what is deleted is seen at the service."""
    config = home / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True, exist_ok=True)
    config.write_text(f'[download]\nfolder = "{home / "faxes"}"\n[delete]\ngrace = 1\n')
    with (
        told_demo(ROWS) as demo,
        in_terminal("--base-url", demo.address, home=home, environ=SIGNED_IN, size=size) as terminal,
    ):
        terminal.wait_for("page 1 of")
        yield terminal, demo


def type_slowly(terminal: PtySession, chunks: Iterable[tuple[str, float]]) -> bool:
    """Write one chunk after the other, each after a gap. False if a busy machine made one of them a silence."""
    before = time.monotonic()
    for text, gap in chunks:
        go_by(gap)
        if time.monotonic() - before >= SILENCE:
            return False
        before = time.monotonic()
        terminal.type(text)
    return True


def assert_nothing_was_done(terminal: PtySession, demo: ToldDemo) -> None:
    """Neither a delete nor the copy before it: not now, and not after a silence."""
    terminal.wait_until_silent(1.2)
    assert {each.split()[0] for each in demo.asked} == {"list"}
    assert "deleting" not in terminal.text


def go_by(seconds: float) -> None:
    """Time is the subject here."""
    threading.Event().wait(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "Dr Max",
        "Dr Martin\r",
        "Ddelete\r",
        "Ddelete\n",
        "D\r\r\r",
        "DD\rD\r",
        "Durand, Denis\rDuval\rDupuy\r",
        "CHU Dijon\rDr D. Delattre\r",
        "AD\r12\r",
        "ADdelete12\r",
        "  D\x1b[B\x1b[B\r",
        "\x1b[3~\r",
        PASTE.format("D\r"),
        "D" + PASTE.format("\rdelete\r"),
        "D" + PASTE.format("") + "\r",
    ],
    ids=repr,
)
def test_text_in_one_piece_deletes_nothing(tmp_path: Path, text: str) -> None:
    with browsing(tmp_path) as (terminal, demo):
        terminal.type(text)
        assert_nothing_was_done(terminal, demo)


@pytest.mark.parametrize(
    ("text", "gap"),
    [("Dupont\r", 0.3), ("Ddelete\r\r", 0.02), ("Ddelete\r\r", 0.1), ("D\r\rD\r", 0.4), ("AD12\r", 0.1)],
)
def test_text_key_by_key_deletes_nothing(tmp_path: Path, text: str, gap: float) -> None:
    with browsing(tmp_path) as (terminal, demo):
        if not type_slowly(terminal, [(each, gap) for each in text]):
            pytest.skip(TOO_BUSY)
        assert_nothing_was_done(terminal, demo)


@pytest.mark.parametrize(
    "chunks",
    [
        ("Mme D", "upont\r"),
        ("D", "\rdelete\r"),
        ("Dr ", "D\r\r"),
        ("D", "delete", "\r"),
        ("D", PASTE.format("x"), "\r"),
        # Bytes that are no keys break the silence too.
        ("D", "\x1bPab", "cd", "\x1b\\", "\r"),
        ("D", "\x1b]0;a", "b", "\a", "\r"),
    ],
    ids=repr,
)
def test_text_in_several_reads_deletes_nothing(tmp_path: Path, chunks: tuple[str, ...]) -> None:
    with browsing(tmp_path) as (terminal, demo):
        if not type_slowly(terminal, [(each, 0.3) for each in chunks]):
            pytest.skip(TOO_BUSY)
        assert_nothing_was_done(terminal, demo)


@pytest.mark.parametrize("size", [(80, 24), (60, 16), (40, 10)], ids=str)
@pytest.mark.parametrize(("answer", "copies"), [("\r", 1), ("delete\r", 0), ("delete", 0)], ids=repr)
def test_an_answer_given_after_the_keys_are_named_deletes(
    tmp_path: Path, size: tuple[int, int], answer: str, copies: int
) -> None:
    with browsing(tmp_path, size) as (terminal, demo):
        terminal.type("\x1b[BD")
        terminal.wait_until(lambda: all(each in terminal.flowing for each in ("Enter", "Esc", "delete:")), "the keys")
        terminal.type(answer)
        terminal.wait_until(lambda: any(each != "list" for each in demo.asked), "a request")
        kinds = [each.split()[0] for each in demo.asked if each != "list"]
        assert kinds[0] == ("GET" if copies else "DELETE")


def test_after_sleep_the_question_waits_for_a_silence_again(tmp_path: Path) -> None:
    with browsing(tmp_path) as (terminal, demo):
        terminal.type("D")
        terminal.wait_for("Enter save a copy, then delete")
        terminal.type(SUSPEND)
        terminal.wait_until_stopped()
        terminal.kill(signal.SIGCONT)
        terminal.wait_until_gone("Enter save a copy, then delete")
        terminal.type("\r")
        terminal.wait_for("Enter save a copy, then delete")
        assert_nothing_was_done(terminal, demo)


_WORDS = st.sampled_from(
    (*"DDD\r\r Axnde,sé\x0c\x7f", "delete", "delete\r", "12", "\x1b[B", "\x1b[6~", "Dr ", PASTE.format("D\rdelete\r"))
)
_GAPS = st.sampled_from([0.0, 0.01, 0.05, 0.2, 0.35])


@settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(_WORDS, _GAPS), min_size=2, max_size=12))
def test_whatever_comes_without_half_a_second_of_silence_deletes_nothing(stream: list[tuple[str, float]]) -> None:
    with TemporaryDirectory() as home, browsing(Path(home)) as (terminal, demo):
        assume(type_slowly(terminal, [("D", 0), *stream]))
        assert_deleted_nothing(terminal, demo)


def assert_deleted_nothing(terminal: PtySession, demo: ToldDemo) -> None:
    """A file may have been fetched to be shown or saved: such keys are among those typed."""
    terminal.wait_until_silent(1.2)
    assert demo.deleted() == []
    assert "deleting" not in terminal.text
