"""TOML files on a real disk: read whole, written whole or not at all."""

import errno
import os
import resource
import signal
import subprocess
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from faxtui.config.toml_files import LARGEST, locked, read_table, set_aside, write_instead, write_table
from faxtui.errors import ConfigurationError, StorageError

SAVES_WITHOUT_END = """
import sys
from itertools import count
from pathlib import Path
from faxtui.config.toml_files import write_table
for number in count():
    write_table(Path(sys.argv[1]), {"number": number, "filler": "x" * 100_000, "end": number})
    if number == 5:
        print("saving", flush=True)
"""
SAVES_WHERE_IT_MAY_NOT = """
import os, sys
from pathlib import Path
import tomli_w
from faxtui.config.toml_files import write_table
from faxtui.errors import StorageError
os.chdir(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    write_table(Path("state.toml"), {"a": 1})
except StorageError as error:
    print(error)
"""


def test_no_file_is_an_empty_table(tmp_path: Path) -> None:
    assert read_table(tmp_path / "none" / "config.toml") == {}


def test_what_was_written_is_read(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    table = {"a": 1, "b": {"c": ["é", True], "d.e": "“x”\n"}}
    write_table(path, table)
    assert read_table(path) == table
    write_table(path, {"other": 2})
    assert read_table(path) == {"other": 2}
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


def test_files_and_the_folders_made_for_them_are_this_users_only(tmp_path: Path) -> None:
    path = tmp_path / "a" / "b" / "c" / "config.toml"
    write_table(path, {})
    assert {oct(each.stat().st_mode & 0o777) for each in (path, *list(path.parents)[:3])} == {"0o600", "0o700"}
    assert oct(path.stat().st_mode & 0o777) == "0o600"
    path.chmod(0o644)
    write_table(path, {})
    assert oct(path.stat().st_mode & 0o777) == "0o600"


def test_a_file_system_that_can_not_sync_is_good_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(_: int) -> None:
        raise OSError(errno.EINVAL, "Invalid argument")

    monkeypatch.setattr(os, "fsync", unsupported)
    write_table(tmp_path / "new" / "config.toml", {"a": 1})
    assert read_table(tmp_path / "new" / "config.toml") == {"a": 1}


def test_a_link_stays_a_link_and_the_file_behind_it_is_written(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles" / "config.toml", tmp_path / "config.toml"
    real.parent.mkdir()
    link.symlink_to(real)
    write_table(link, {"a": 1})
    assert link.is_symlink()
    assert read_table(real) == {"a": 1}


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"[ui]\npage_size = = 3\n", "is not valid TOML: Invalid value (at line 2, column 13). Correct it"),
        (b'a = "\xe9"', "is not UTF-8 (at line 1, column 6). Save it as UTF-8"),
        ("# é\nb = 'é".encode() + b"\xff'", "is not UTF-8 (at line 2, column 7). Save it as UTF-8"),
        (b"a = " + b"9" * 5000, "a value in it is far too large"),
        (b"a = " + b"[" * 5000, "a value in it is far too large"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_of_with_the_place_and_left_alone(
    tmp_path: Path, content: bytes, told: str
) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        read_table(path)
    assert str(caught.value).startswith(f"{path} ")
    assert told in str(caught.value)
    assert path.read_bytes() == content


def test_a_byte_order_mark_is_no_part_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"\xef\xbb\xbfa = 1\r\n")
    assert read_table(path) == {"a": 1}


def test_what_is_no_file_is_told_of(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="Is a directory"):
        read_table(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError, match="Not a directory"):
        read_table(tmp_path / "file" / "config.toml")


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (lambda path: path.write_bytes(b"#" * (LARGEST + 1)), "larger than 1,000,000 bytes"),
        (os.mkfifo, "not a regular file"),
        (lambda path: path.symlink_to("/dev/zero"), "not a regular file"),
        (lambda path: path.symlink_to("/dev/tty"), "not a regular file|No such device"),
    ],
    ids=["large", "pipe", "endless", "terminal"],
)
def test_a_file_that_can_not_be_a_configuration_is_refused_at_once(
    tmp_path: Path, make: Callable[[Path], object], told: str
) -> None:
    path = tmp_path / "config.toml"
    make(path)
    with pytest.raises(ConfigurationError, match=told):
        read_table(path)


def test_a_large_configuration_is_read_up_to_its_limit(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(b"a = 1\n".ljust(LARGEST, b"#"))
    assert read_table(path) == {"a": 1}


def test_a_link_in_place_of_the_lock_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / ".state.toml.lock").symlink_to("elsewhere")
    with pytest.raises(StorageError, match="can't be written"), locked(tmp_path / "state.toml"):
        pass
    assert not (tmp_path / "elsewhere").exists()


def test_whatever_the_umask_files_and_folders_are_this_users_only(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        with locked(tmp_path / "a" / "state.toml"):
            write_table(tmp_path / "a" / "state.toml", {"a": 1})
    finally:
        os.umask(before)
    assert {each.name: each.stat().st_mode & 0o777 for each in tmp_path.rglob("*")} == {
        "a": 0o700,
        "state.toml": 0o600,
        ".state.toml.lock": 0o600,
    }


def test_a_file_set_aside_keeps_its_content_under_a_new_name(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    for content in ("a = [", "b = ["):
        path.write_text(content)
        assert set_aside(path).read_text() == content
        assert not path.exists()
    assert sorted(each.read_text() for each in tmp_path.iterdir()) == ["a = [", "b = ["]


def test_what_is_set_aside_is_the_file_behind_a_link(tmp_path: Path) -> None:
    real, link = tmp_path / "dotfiles.toml", tmp_path / "state.toml"
    real.write_text("a = [")
    link.symlink_to(real)
    kept = write_instead(link, {"a": 1})
    assert (kept.read_text(), kept.is_symlink(), link.is_symlink()) == ("a = [", False, True)
    assert read_table(real) == {"a": 1}


def test_a_file_set_aside_is_back_where_nothing_can_be_written_in_its_place(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    path.write_text("a = [")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (10, before[1]))
    try:
        with pytest.raises(StorageError, match="File too large"):
            write_instead(path, {"a": "x" * 100})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert [(each.name, each.read_text()) for each in tmp_path.iterdir()] == [("state.toml", "a = [")]


def test_a_place_that_takes_no_files_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"state\.toml can't be written: "):
        write_table(tmp_path / "file" / "state.toml", {})
    with pytest.raises(StorageError, match=r"state\.toml can't be set aside: "):
        set_aside(tmp_path / "file" / "state.toml")


def test_a_folder_that_may_only_be_read_is_a_storage_error(tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    (folder / "state.toml").write_text("before = 1")
    folder.chmod(0o555)
    end = subprocess.run(
        [sys.executable, "-c", SAVES_WHERE_IT_MAY_NOT, folder], capture_output=True, text=True, check=False
    )
    assert (end.stdout, end.stderr) == ("state.toml can't be written: Permission denied.\n", "")
    assert [(each.name, each.read_text()) for each in folder.iterdir()] == [("state.toml", "before = 1")]


@pytest.mark.parametrize("kill", range(3))
def test_a_program_killed_while_it_saves_leaves_a_whole_file(tmp_path: Path, kill: int) -> None:
    path = tmp_path / "state.toml"
    with subprocess.Popen([sys.executable, "-c", SAVES_WITHOUT_END, path], stdout=subprocess.PIPE) as saving:
        assert saving.stdout is not None
        assert saving.stdout.readline() == b"saving\n"
        os.kill(saving.pid, signal.SIGKILL)
    kept = tomllib.loads(path.read_text())
    assert kept["end"] == kept["number"] >= 5
