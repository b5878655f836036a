"""A host to sign in to with ssh: an sshd of our own on this machine, and a slow line to it."""

from __future__ import annotations

import getpass
import os
import shlex
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pty_session import PATIENCE, ROUND, SMALL, PtySession, environment
from relay import Relay, relay_to

SSHD = shutil.which("sshd", path=os.pathsep.join(["/usr/sbin", "/usr/local/sbin", os.environ["PATH"]]))
MISSING = "There is no ssh, sshd or ssh-keygen here: install openssh-client and openssh-server."
IS_THERE = SSHD is not None and shutil.which("ssh") is not None and shutil.which("ssh-keygen") is not None
_PRIVILEGES_DROPPED_IN = Path("/run/sshd")
"""Where sshd wants an empty folder when root starts it."""
_SETTINGS = """
ListenAddress 127.0.0.1
Port {port}
HostKey {folder}/host
AuthorizedKeysFile {folder}/user.pub
PidFile none
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
PrintMotd no
PrintLastLog no
"""
_OPTIONS = {
    "IdentitiesOnly": "yes",
    "StrictHostKeyChecking": "no",
    "UserKnownHostsFile": "/dev/null",
    "GlobalKnownHostsFile": "/dev/null",
    "LogLevel": "ERROR",
    "BatchMode": "yes",
}
_KEEPING_ITS_CODE = 'trap : HUP; read -r begin; "$@"; echo $? >code.new; mv code.new code'
"""Begins at Enter. A hang-up ends the program, and not who notes how it ended."""


@dataclass(frozen=True, slots=True)
class SshHost:
    """``line`` is what every connection to it goes over."""

    folder: Path
    line: Relay

    @contextmanager
    def running(
        self, command: Sequence[str], term: str, environ: Mapping[str, str | None], size: tuple[int, int] = SMALL
    ) -> Iterator[PtySession]:
        """The command, in a terminal of that kind that ssh made for it; it begins at Enter."""
        home = self.folder / term
        home.mkdir()
        there = environment(home, {**environ, "TERM": term, "COLORTERM": None})
        there["PYTHONPATH"] = os.pathsep.join([str(Path.cwd()), there.get("PYTHONPATH", "")])
        settings = [f"{name}={value}" for name, value in there.items() if name != "TERM"]
        remote = shlex.join(
            ["exec", "env", "-C", str(home), *settings, "/bin/sh", "-c", _KEEPING_ITS_CODE, "sh", *command]
        )
        options = [part for name, value in _OPTIONS.items() for part in ("-o", f"{name}={value}")]
        place = ["-p", str(self.line.port), "-l", getpass.getuser(), "127.0.0.1"]
        ssh = ["ssh", "-F", "none", "-tt", "-i", str(self.folder / "user"), *options, *place, remote]
        session = PtySession(ssh, {"PATH": os.environ["PATH"], "HOME": str(home), "TERM": term}, size)
        try:
            yield session
        finally:
            session.close()

    def exit_code(self, term: str) -> int:
        """With what the program ended there, once it has."""
        noted = self.folder / term / "code"
        deadline = time.monotonic() + PATIENCE
        while not noted.exists():
            assert time.monotonic() < deadline, "The program has not ended."
            time.sleep(ROUND)
        return int(noted.read_text())


@contextmanager
def ssh_host(folder: Path) -> Iterator[SshHost]:
    assert SSHD is not None
    for name in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = folder / "sshd_config"
    settings.write_text(_SETTINGS.format(folder=folder, port=port))
    if os.geteuid() == 0:
        _PRIVILEGES_DROPPED_IN.mkdir(mode=0o755, exist_ok=True)
    with (folder / "sshd.log").open("wb") as log:
        sshd = subprocess.Popen([SSHD, "-D", "-e", "-f", str(settings)], stderr=log)
    try:
        _wait_until_listening(port)
        with relay_to(f"127.0.0.1:{port}") as line:
            yield SshHost(folder, line)
    finally:
        sshd.terminate()
        sshd.wait()


def _wait_until_listening(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except ConnectionRefusedError:
            assert time.monotonic() < deadline, "sshd does not listen."
            time.sleep(ROUND)
        else:
            return
