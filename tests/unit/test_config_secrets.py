"""Password files on a real disk."""

import os
from pathlib import Path

import pytest

from faxtui.config.secrets import read_password_file
from faxtui.errors import NoSignIn


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    path = folder / "password"
    path.write_bytes(content)
    path.chmod(mode)
    return path


@pytest.mark.parametrize(
    ("content", "password"),
    [
        (b"secret", "secret"),
        (b"secret\n", "secret"),
        (b"secret\r\n", "secret"),
        (b"secret\n\n", "secret\n"),
        (b"secret\r\n\r\n", "secret\r\n"),
        (b"secret\r", "secret\r"),
        (b" se cret \t\n", " se cret \t"),
        ("pass:wörd\n".encode(), "pass:wörd"),
    ],
)
def test_one_newline_at_the_end_is_no_part_of_it(tmp_path: Path, content: bytes, password: str) -> None:
    assert read_password_file(written(tmp_path, content)) == password


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_this_user_alone_is_read(tmp_path: Path, mode: int) -> None:
    assert read_password_file(written(tmp_path, b"secret", mode)) == "secret"


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644, 0o664])
def test_a_file_that_others_can_read_is_refused(tmp_path: Path, mode: int) -> None:
    with pytest.raises(NoSignIn, match=f"mode {mode:04o}.*chmod 600"):
        read_password_file(written(tmp_path, b"secret", mode))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "is empty"),
        (b"\n", "is empty"),
        (b"\n\r\n", "is empty"),
        (b"secret\xe9\n", "is not UTF-8"),
        (b"secret\nlogin: me\n", "is more than one line: it takes the password alone"),
        (b"\nsecret\n\nsecret", "is more than one line"),
        (b"secret" * 11_000, "is far larger than a password"),
    ],
)
def test_a_file_without_a_password_is_told_of_without_its_content(tmp_path: Path, content: bytes, told: str) -> None:
    with pytest.raises(NoSignIn, match=told) as caught:
        read_password_file(written(tmp_path, content))
    assert "secret" not in str(caught.value)


def test_a_file_that_is_not_there_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(NoSignIn, match="No such file or directory"):
        read_password_file(tmp_path / "none")
    with pytest.raises(NoSignIn, match="Is a directory"):
        read_password_file(tmp_path)


def test_a_pipe_that_nobody_writes_into_is_waited_for_a_limited_time(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe", 0o600)
    with pytest.raises(NoSignIn, match="did not end within"):
        read_password_file(tmp_path / "pipe", 0.1)
    writer = os.open(tmp_path / "pipe", os.O_RDWR)
    os.write(writer, b"secret")
    with pytest.raises(NoSignIn, match="did not end within"):
        read_password_file(tmp_path / "pipe", 0.1)
    os.close(writer)


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/null"])
def test_a_device_is_no_password_file(device: str) -> None:
    with pytest.raises(NoSignIn, match=f"{device}"):
        read_password_file(Path(device))


def test_what_another_program_writes_into_a_pipe_is_read() -> None:
    reading, writing = os.pipe()
    os.write(writing, b"secret\n")
    os.close(writing)
    assert read_password_file(Path(f"/dev/fd/{reading}")) == "secret"
    os.close(reading)
