"""Saving settings into config.toml on a real disk: what else is in it stays, and nothing is ever lost."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

from faxtui.config.toml_files import Change, read_table, save_settings
from faxtui.errors import StorageError

MOUSE: tuple[Change, ...] = ((("ui", "mouse"), False),)
AS_NOBODY = """
import os, sys
from pathlib import Path
import tomli_w
from faxtui.config.toml_files import save_settings
from faxtui.errors import StorageError
os.chdir(sys.argv[1])
if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    save_settings(Path("config.toml"), [(("ui", "mouse"), False)])
except StorageError as error:
    print(error)
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def others(config: Path) -> list[Path]:
    """Every file beside it but the one that is locked."""
    return [each for each in config.parent.iterdir() if each != config and not each.name.endswith(".lock")]


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_first_setting_makes_the_file_for_this_user_alone(tmp_path: Path) -> None:
    config = tmp_path / "config" / "faxtui" / "config.toml"
    assert save_settings(config, MOUSE) is None
    assert read_table(config) == {"ui": {"mouse": False}}
    assert (mode(config), mode(config.parent)) == (0o600, 0o700)


def test_everything_else_in_the_file_stays_in_its_order(config: Path) -> None:
    config.write_text(
        'version = 1\nfuture = [1, 2.5, 2026-11-23, 10:42:00]\n[profiles."a.b"]\nlogin = "é\\u001b"\n'
        "[ui]\nmouse = true\npage_size = 20\nunknown = 3\n[[list]]\na = 1\n[[list]]\nb = 2\n"
    )
    before = read_table(config)
    changes: list[Change] = [(("ui", "page_size"), 30), (("ui", "columns"), ["from", "to"]), (("keys", "quit"), "z")]
    assert save_settings(config, changes) is None
    ui = {"mouse": True, "page_size": 30, "unknown": 3, "columns": ["from", "to"]}
    after = read_table(config)
    assert after == {**before, "ui": ui, "keys": {"quit": "z"}}
    assert [name for name in after if name != "list"] == ["version", "future", "profiles", "ui", "keys"]
    assert others(config) == []


def test_a_setting_without_a_value_is_taken_out(config: Path) -> None:
    config.write_text("[ui]\nmouse = true\npage_size = 20\n")
    save_settings(config, [(("ui", "mouse"), None), (("ui", "theme"), None)])
    assert read_table(config) == {"ui": {"page_size": 20}}


def test_a_value_of_another_type_counts_as_a_change(config: Path) -> None:
    config.write_text("[ui]\nmouse = 0\n")
    save_settings(config, MOUSE)
    assert read_table(config)["ui"] == {"mouse": False}
    assert "false" in config.read_text()


def test_where_nothing_changes_the_file_is_left_alone(config: Path) -> None:
    text = "# mine\n[ui]\nmouse = false # so\n"
    config.write_text(text)
    assert save_settings(config, MOUSE) is None
    assert save_settings(config, []) is None
    assert (config.read_text(), others(config)) == (text, [])


def test_comments_are_kept_in_a_copy_for_this_user_alone(config: Path) -> None:
    text = "# mine\r\n[ui]\r\npage_size = 20 # é\r\n"
    config.write_bytes(text.encode())
    config.chmod(0o644)
    kept = save_settings(config, MOUSE)
    assert kept is not None
    assert others(config) == [kept]
    assert (kept.read_bytes().decode(), mode(kept), mode(config)) == (text, 0o600, 0o600)
    assert read_table(config) == {"ui": {"page_size": 20, "mouse": False}}


def test_a_file_that_the_program_wrote_is_not_copied_again_and_again(config: Path) -> None:
    save_settings(config, [(("profiles", "main", "password_command"), ["sh", "-c", "pass show fax # it"])])
    for size in (10, 20, 30):
        assert save_settings(config, [(("ui", "page_size"), size)]) is None
    assert others(config) == []


def test_what_stands_where_a_table_belongs_is_kept_in_a_copy(config: Path) -> None:
    config.write_text("ui = 3\n")
    kept = save_settings(config, MOUSE)
    assert kept is not None
    assert (kept.read_text(), read_table(config)) == ("ui = 3\n", {"ui": {"mouse": False}})


@pytest.mark.parametrize("content", [b"[ui\n", b"\xff\xfe", b"a = " + b"[" * 5000])
def test_a_file_that_cannot_be_read_is_set_aside(config: Path, content: bytes) -> None:
    config.write_bytes(content)
    kept = save_settings(config, MOUSE)
    assert kept is not None
    assert others(config) == [kept]
    assert kept.read_bytes() == content
    assert read_table(config) == {"ui": {"mouse": False}}


@pytest.mark.parametrize("content", ["[ui]\npage_size = 20 # mine\n", "[ui\n"])
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_a_link_and_the_file_behind_it_is_written(tmp_path: Path, content: str, is_there: bool) -> None:
    real, config = tmp_path / "dotfiles" / "real.toml", tmp_path / "config.toml"
    config.symlink_to(Path("dotfiles") / "real.toml")
    if is_there:
        real.parent.mkdir()
        real.write_text(content)
    kept = save_settings(config, MOUSE)
    assert config.is_symlink()
    assert read_table(real)["ui"] in ({"mouse": False}, {"mouse": False, "page_size": 20})
    if is_there:
        assert kept is not None
        assert not kept.is_symlink()
        assert kept.read_text() == content


def test_links_that_go_round_in_circles_are_set_aside(config: Path) -> None:
    config.symlink_to("other")
    (config.parent / "other").symlink_to("config.toml")
    assert save_settings(config, MOUSE) is not None
    assert read_table(config) == {"ui": {"mouse": False}}


def test_a_file_made_read_only_is_not_written(config: Path) -> None:
    config.write_text("[ui]\n# mine\n")
    config.chmod(0o444)
    with pytest.raises(StorageError) as caught:
        save_settings(config, MOUSE)
    assert str(caught.value) == (
        f"{config} is read-only, so nothing was saved. Run chmod u+w on it, or change it elsewhere."
    )
    assert (config.read_text(), mode(config), others(config)) == ("[ui]\n# mine\n", 0o444, [])


@pytest.mark.parametrize("content", ["[ui]\n# mine\n", "[ui\n", None])
def test_a_folder_that_may_only_be_read_is_told_of(tmp_path: Path, content: str | None) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    if content is not None:
        (folder / "config.toml").write_text(content)
    folder.chmod(0o555)
    end = subprocess.run([sys.executable, "-c", AS_NOBODY, folder], capture_output=True, text=True, check=False)
    assert (end.stdout, end.stderr) == ("config.toml can't be written: Permission denied.\n", "")
    assert [each.read_text() for each in folder.iterdir()] == ([] if content is None else [content])


@pytest.mark.parametrize("content", ["[ui]\npage_size = 20 # mine\n", "[ui\n", "[ui]\n"])
def test_a_full_disk_leaves_everything_as_it_was(config: Path, content: str) -> None:
    config.write_text(content)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StorageError, match=r"config\.toml can't be written: File too large\."):
            save_settings(config, [(("profiles", "main", "login"), "x" * 200)])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (config.read_text(), others(config)) == (content, [])


def test_a_copy_that_does_not_fit_is_not_left_half_and_nothing_is_saved(config: Path) -> None:
    text = "# mine\n" * 100
    config.write_text(text)
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StorageError, match=r"can't be written: File too large\."):
            save_settings(config, MOUSE)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert (config.read_text(), others(config)) == (text, [])


def test_a_folder_in_the_way_is_told_of(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match=r"config\.toml can't be written: Not a directory\."):
        save_settings(tmp_path / "file" / "config.toml", MOUSE)
