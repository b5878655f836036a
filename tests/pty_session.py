"""The real program in a real terminal: a pty with a screen behind it that keeps what would be seen."""

import fcntl
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from fork_server import Forked, spawn
from repeating_pyte import RepeatingScreen, RepeatingStream

PATIENCE = 20.0
"""Seconds that anything waited for may take on a busy machine."""
ROUND = 0.02
"""Seconds between two looks at what sends nothing when it changes."""
PROGRAM = (sys.executable, "-m", "faxtui")
SMALL, LARGE = (80, 24), (120, 40)
SUSPEND, REPAINT = "\x1a", "\x0c"
"""Ctrl+Z and Ctrl+L."""

_FOREIGN = re.compile(rb"\x1b\[[<=>][0-9;]*u|\x1b\[\?[0-9;]*\$p")
"""Sequences that terminals know and pyte would print."""
_UNFINISHED = re.compile(rb"\x1b(?:\[[^@-~]*)?\Z")
_PRIVATE_MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
_KEYBOARD = re.compile(rb"\x1b\[([<>])[0-9]*u")
_COLOURS = re.compile(rb"\x1b\[(?:[0-9;:]*[;:])?(?:3[0-8]|4[0-8]|9[0-7]|10[0-7])(?:[;:][0-9;:]*)?m")
_ON_AT_FIRST = {"7", "25"}
"""Line wrap and cursor."""
KEYBOARD = "kitty keyboard"

# The session's leader gets its controlling terminal by opening it; a fork with code of ours in it would not be safe.
_IN_TERMINAL = 'exec 0<>"$0" 1>&0 2>&0; exec "$@"'


def environment(home: Path, changed: Mapping[str, str | None] | None = None) -> dict[str, str]:
    """Everything the program is told by its environment, with a home of its own; None takes a variable away."""
    plain: dict[str, str | None] = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.environ.get("PYTHONPATH"),
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_CONFIG_DIRS": str(home / "site"),
        "XDG_STATE_HOME": str(home / "state"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "TZ": "Europe/Paris",
    }
    return {name: value for name, value in {**plain, **(changed or {})}.items() if value is not None}


def faxtui(
    *arguments: str,
    home: Path,
    environ: Mapping[str, str | None] | None = None,
    command: Sequence[str] = PROGRAM,
    fresh: bool = False,
) -> subprocess.CompletedProcess[str]:
    """The program without a terminal, run to its end; ``fresh``: by an interpreter of its own."""
    told = environment(home, environ)
    if not fresh and tuple(command) == PROGRAM and can_be_forked(told):
        return _run_forked(arguments, told)
    return subprocess.run(
        [*command, *arguments],
        env=told,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


def can_be_forked(environ: Mapping[str, str]) -> bool:
    """Whether nothing is asked of Python's own start, such as another locale."""
    return environ.get("LANG") == "C.UTF-8" and not any(
        name.startswith(("LC_", "PYTHON")) for name in environ if name != "PYTHONPATH"
    )


def _run_forked(arguments: Sequence[str], environ: Mapping[str, str]) -> subprocess.CompletedProcess[str]:
    nothing = os.open(os.devnull, os.O_RDONLY)
    out, err = os.pipe(), os.pipe()
    process = spawn(arguments, environ, (nothing, out[1], err[1]))
    for each in (nothing, out[1], err[1]):
        os.close(each)
    sent = {out[0]: b"", err[0]: b""}
    still_open = set(sent)
    deadline = time.monotonic() + PATIENCE
    try:
        while still_open:
            ready = select.select(list(still_open), [], [], max(deadline - time.monotonic(), 0))[0]
            if not ready:
                raise subprocess.TimeoutExpired(["faxtui", *arguments], PATIENCE)
            for each in ready:
                data = os.read(each, 65536)
                sent[each] += data
                if not data:
                    still_open.discard(each)
        code = process.wait(max(deadline - time.monotonic(), ROUND))
    finally:
        process.kill()
        process.wait()
        for each in sent:
            os.close(each)
    return subprocess.CompletedProcess(
        ["faxtui", *arguments], code, *(sent[each].decode().replace("\r\n", "\n") for each in (out[0], err[0]))
    )


class PtySession:
    """A program in a terminal. ``sent`` is every byte that it sent, ``screen`` what they make of a screen.

    ``answers``: whether the terminal answers what it is asked.
    """

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> None:
        self.screen = RepeatingScreen(*size)
        self.answers = True
        self.sent = b""
        self._unfinished = b""
        self._terminal, slave = pty.openpty()
        self._name = os.ttyname(slave)
        self.resize(*size)
        self._settings = termios.tcgetattr(self._terminal)
        try:
            self._process: subprocess.Popen[bytes] | Forked
            if tuple(command[: len(PROGRAM)]) == PROGRAM and can_be_forked(environ):
                self._process = spawn(command[len(PROGRAM) :], environ, (slave, slave, slave), self._name)
            else:
                self._process = subprocess.Popen(
                    ["/bin/sh", "-c", _IN_TERMINAL, self._name, *command],
                    env=dict(environ),
                    start_new_session=True,
                    stdin=slave,
                    stdout=slave,
                    stderr=slave,
                )
        finally:
            os.close(slave)

    # What is seen

    @property
    def screen(self) -> RepeatingScreen:
        return self._screen

    @screen.setter
    def screen(self, screen: RepeatingScreen) -> None:
        self._screen = screen
        self._stream = RepeatingStream(screen)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines)

    @property
    def flowing(self) -> str:
        """What is on the screen as one line, as if nothing had been wrapped."""
        return "".join(self.screen.display)

    def has_cursor_on(self, text: str) -> bool:
        """Whether the first character of a text is painted unlike the second, as a field paints its cursor."""
        line = next((y for y, each in enumerate(self.lines) if text in each), None)
        if line is None:
            return False
        cells, x = self.screen.buffer[line], self.lines[line].index(text)
        first, second = cells[x], cells[x + 1]
        return (first.fg, first.bg, first.reverse) != (second.fg, second.bg, second.reverse)

    def left_on(self) -> set[str]:
        """The terminal modes that are not as they were before the program: private ones by number."""
        modes = set(_ON_AT_FIRST)
        for numbers, switch in _PRIVATE_MODES.findall(self.sent):
            for number in numbers.decode().split(";"):
                modes = modes | {number} if switch == b"h" else modes - {number}
        keyboard = [match[1] for match in _KEYBOARD.finditer(self.sent)]
        changed = modes ^ _ON_AT_FIRST
        return changed | ({KEYBOARD} if keyboard.count(b">") > keyboard.count(b"<") else set())

    def colours_sent(self) -> list[bytes]:
        return _COLOURS.findall(self.sent)

    @property
    def echoes(self) -> bool:
        """Whether the terminal treats what is typed as it did before the program."""
        return termios.tcgetattr(self._terminal) == self._settings

    def memory(self, what: str = "VmRSS") -> float:
        """MiB that the program has in memory now, or with ``VmHWM`` had at most."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return int(status.partition(f"{what}:")[2].split()[0]) / 1024

    # What a person does

    def type(self, keys: str) -> None:
        os.write(self._terminal, keys.encode("utf-8", "surrogateescape"))

    def resize(self, columns: int, lines: int) -> None:
        fcntl.ioctl(self._terminal, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))
        self.screen.resize(lines, columns)

    def kill(self, number: signal.Signals) -> None:
        self._process.send_signal(number)

    @property
    def number(self) -> int:
        """The process's."""
        return self._process.pid

    @property
    def has_ended(self) -> bool:
        return self._process.poll() is not None

    def hang_up(self) -> None:
        """Take the terminal away."""
        os.close(self._terminal)
        self._terminal = -1

    # Waiting

    def wait_for(self, *texts: str) -> None:
        """Until all of these are on the screen."""
        self.wait_until(lambda: all(text in self.text for text in texts), f"{texts} on the screen")

    def wait_until_gone(self, text: str) -> None:
        self.wait_until(lambda: text not in self.text, f"no {text!r} on the screen")

    def wait_until(self, is_so: Callable[[], bool], what: str = "it") -> None:
        """Until that is so, whether or not the program sends anything for it."""
        deadline = time.monotonic() + PATIENCE
        while not is_so():
            if not self._read(time.monotonic() + ROUND) and (self.has_ended or time.monotonic() > deadline):
                raise AssertionError(f"Waited in vain for {what}. The screen was:\n{self.text}")

    def wait_until_silent(self, seconds: float = 0.8) -> None:
        """Until nothing was sent for so long."""
        deadline = time.monotonic() + PATIENCE
        while self._read(time.monotonic() + seconds):
            assert time.monotonic() < deadline, f"It went on sending. The screen was:\n{self.text}"

    def sends_something_within(self, seconds: float) -> bool:
        return self._read(time.monotonic() + seconds)

    def stop_taking(self) -> None:
        """Leave unread what is sent, until the terminal holds all that it can, and takes nothing."""
        deadline = time.monotonic() + PATIENCE
        program_side = os.open(self._name, os.O_WRONLY | os.O_NOCTTY)
        while select.select([], [program_side], [], 0)[1]:
            assert time.monotonic() < deadline, "The terminal could hold everything."
            self.type(REPAINT)
            time.sleep(ROUND)
        os.close(program_side)

    @contextmanager
    def shell_behind(self) -> Iterator[None]:
        """Something else has the terminal open too, and goes on when the program has ended."""
        shell = os.open(self._name, os.O_RDWR | os.O_NOCTTY)
        try:
            yield
        finally:
            os.close(shell)

    def wait_for_end_unread(self) -> int:
        """Its exit code, without a byte taken from it."""
        return self._process.wait(PATIENCE)

    def wait_until_stopped(self) -> None:
        """Until the program has put itself to sleep, as Ctrl+Z does, and all that it sent before was taken in."""
        deadline = time.monotonic() + PATIENCE
        while os.waitid(os.P_PID, self._process.pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is None:
            assert time.monotonic() < deadline, f"The program did not stop. The screen was:\n{self.text}"
            self._read(time.monotonic() + ROUND)
        while self._read(time.monotonic()):
            pass

    def wait_for_end(self) -> int:
        """The program's exit code; negative for the signal that it died of."""
        deadline = time.monotonic() + PATIENCE
        while self._terminal >= 0 and self._read(deadline):
            pass
        return self._process.wait(max(deadline - time.monotonic(), ROUND))

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        if self._terminal >= 0:
            os.close(self._terminal)

    def _read(self, deadline: float) -> bool:
        """Take in what was sent; False when nothing came in time, or nothing will."""
        ready, _, _ = select.select([self._terminal], [], [], max(deadline - time.monotonic(), 0))
        if not ready:
            return False
        try:
            sent = os.read(self._terminal, 65536)
        except OSError:
            return False
        self.sent += sent
        known = _FOREIGN.sub(b"", self._unfinished + sent)
        cut = _UNFINISHED.search(known)
        end = cut.start() if cut else len(known)
        self._unfinished = known[end:]
        self._stream.feed(known[:end])
        answers = self.screen.take_answers()
        if self.answers:
            self.type(answers)
        return bool(sent)


@contextmanager
def in_terminal(
    *arguments: str,
    home: Path,
    size: tuple[int, int] = SMALL,
    environ: Mapping[str, str | None] | None = None,
    command: Sequence[str] = PROGRAM,
) -> Iterator[PtySession]:
    """The program, started in a terminal; it is gone at the end in any case."""
    session = PtySession([*command, *arguments], environment(home, environ), size)
    try:
        yield session
    finally:
        session.close()
