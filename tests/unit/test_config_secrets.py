"""Password files on a real disk."""

import os
from functools import partial
from pathlib import Path

import pytest

from faxtui.config.credentials import GivenSignIn, read_password_file, resolve_sign_in, run_command
from faxtui.config.settings import Profile
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
        (b"secret\n\n", "secret"),
        (b"secret\r\n\r\n", "secret"),
        (b"secret\r", "secret"),
        (b"secret\n\r", "secret"),
        (b"secret\r\r\n\n", "secret"),
        (b" se cret \t\n", " se cret \t"),
        ("pass:wörd\n".encode(), "pass:wörd"),
        (b"\xef\xbb\xbfsecret\r\n", "secret"),
        (b"\xef\xbb\xbf\xef\xbb\xbfsecret", "secret"),
        (b"secret\nlogin: me\nurl: https://fax.example\n", "secret"),
        (b"secret\r\n\r\nnotes", "secret"),
        (b"secret\rnotes", "secret"),
        (b"secret\n\xe9\x00 of an old editor\n", "secret"),
    ],
)
def test_the_first_line_of_a_file_counts_and_a_command_s_too(tmp_path: Path, content: bytes, password: str) -> None:
    file = written(tmp_path, content)
    assert read_password_file(file) == password
    assert run_command(["cat", str(file)]) == password


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
        (b"\xef\xbb\xbf\n", "is empty"),
        (b" \t \n\n", "is empty"),
        (b"\nsecret\n\nsecret", "begins with an empty line. Write the password on the first line"),
        (b"\xef\xbb\xbf\r\nsecret", "begins with an empty line"),
        (b"  \nsecret", "begins with an empty line"),
        (b"secret\xe9\n", "is not UTF-8. Save it as UTF-8"),
        (b"\xff\xfes\0e\0c\0r\0e\0t\0", "is not UTF-8"),
        (b"s\0e\0c\0r\0e\0t\0\n\0", "contains a control character on its first line"),
        (b"sec\x00ret\n", "contains a control character"),
        (b"sec\x1b[31mret", "contains a control character"),
        (b"sec\x0bret", "contains a control character"),
        ("sec\x85ret".encode(), "contains a control character"),
        ("sec\u2028ret".encode(), "contains a control character"),
    ],
)
def test_what_holds_no_password_is_told_of_without_its_content(tmp_path: Path, content: bytes, told: str) -> None:
    file = written(tmp_path, content)
    for read in (partial(read_password_file, file), partial(run_command, ["cat", str(file)])):
        with pytest.raises(NoSignIn, match=told) as caught:
            read()
        assert "secret" not in str(caught.value)
        assert str(caught.value).isprintable()


def test_a_file_far_larger_than_a_password_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(NoSignIn, match="is far larger than a password"):
        read_password_file(written(tmp_path, b"secret" * 11_000))


@pytest.mark.parametrize(
    ("given", "password"), [("hush\n", "hush"), ("hush\r\n\n", "hush"), ("\ufeffhush\nmore", "hush")]
)
def test_the_environments_password_is_its_first_line_too(given: str, password: str) -> None:
    sign_in = resolve_sign_in(Profile(login="60300.console"), GivenSignIn(password=given), Path("config.toml"))
    assert sign_in.account().password == password


@pytest.mark.parametrize("given", ["\n", "\nhush", "hu\0sh", "hu\udce9sh"])
def test_an_environments_password_that_cannot_be_sent_is_told_of(given: str) -> None:
    sign_in = resolve_sign_in(Profile(login="60300.console"), GivenSignIn(password=given), Path("config.toml"))
    with pytest.raises(NoSignIn, match="The given password") as caught:
        sign_in.account()
    assert "hu" not in str(caught.value)


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
