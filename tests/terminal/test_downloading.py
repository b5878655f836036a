"""``faxtui download`` as a shell runs it."""

import signal
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import pytest
from demo_server import demo_server
from pty_session import PATIENCE, PROGRAM, ROUND, environment, faxtui, in_terminal
from traced import traced

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}


def files(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()} - {"faxes.jsonl"}


def test_all_that_match_are_saved_once_and_checked(tmp_path: Path) -> None:
    folder = tmp_path / "faxes"
    with demo_server() as address:
        ours = ("download", "--base-url", address, "--since", "3d", "--to", "134296015", "--to", str(folder))
        first = faxtui(*ours, home=tmp_path, environ=SIGNED_IN)
        assert (first.returncode, first.stdout) == (0, "")
        saved = files(folder)
        assert f"{len(saved)} faxes saved" in first.stderr
        again = faxtui(*ours, home=tmp_path, environ=SIGNED_IN)
        assert f"0 faxes saved, {len(saved)} already there" in again.stderr
        assert files(folder) == saved
    checked = faxtui("download", "--verify", str(folder), home=tmp_path)
    assert (checked.returncode, checked.stdout) == (0, "")
    assert f"{len(saved)} of {len(saved)} files" in checked.stderr
    next(folder.glob("*.pdf")).write_bytes(b"%PDF-")
    assert faxtui("download", "--verify", str(folder), home=tmp_path).returncode == 1


def test_without_a_folder_it_takes_the_one_that_is_set(tmp_path: Path) -> None:
    config = tmp_path / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(f'[download]\nfolder = "{tmp_path / "mine"}"\nname = "{{file}}"\n')
    with demo_server() as address:
        end = faxtui("download", "--base-url", address, "--since", "1d", home=tmp_path, environ=SIGNED_IN)
    assert end.returncode == 0
    assert all(name.startswith("0-") for name in files(tmp_path / "mine"))


def name_files(home: Path) -> None:
    """Have saved files called as the service calls them."""
    config = home / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[download]\nname = "{file}"\n')


def test_a_power_cut_never_leaves_a_name_without_its_file(tmp_path: Path) -> None:
    folder = tmp_path / "faxes"
    name_files(tmp_path)
    run = traced("download", "--demo", "--since", "1d", "--to", str(folder), home=tmp_path)
    saved = files(folder)
    assert (run.code, bool(saved)) == (0, True)
    for name in saved:
        file, part = folder / name, folder / f"{name}.part"
        on_disk = run.first("fsync", part)
        named = run.first("link", file)
        kept = run.first("fsync", folder, after=named)
        listed = run.first("write", folder / "faxes.jsonl", after=kept)
        run.first("fsync", folder / "faxes.jsonl", after=listed)
        assert on_disk.ended < named.began
        assert all(each.ended < on_disk.began for each in run.steps if each.call == "write" and str(part) in each.files)


@pytest.mark.parametrize(
    ("error", "calls"),
    [
        ("EACCES", ("link", "linkat")),
        ("EXDEV", ("link", "linkat")),
        ("EIO", ("link", "linkat", "renameat2")),
        ("EINVAL", ("link", "linkat", "renameat2")),
    ],
)
def test_a_file_system_without_links_gets_the_files_by_other_means(
    tmp_path: Path, error: str, calls: tuple[str, ...]
) -> None:
    folder = tmp_path / "faxes"
    name_files(tmp_path)
    download = ("download", "--demo", "--since", "1d", "--to", str(folder))
    run = traced(*download, home=tmp_path, refuses=dict.fromkeys(calls, error))
    saved = files(folder)
    assert run.code == 0, run.said
    assert not any(name.endswith(".part") for name in saved)
    assert all(
        run.first("fsync", folder / f"{name}.part").ended < run.first("rename", folder / name).began for name in saved
    )
    assert faxtui("download", "--verify", str(folder), home=tmp_path).returncode == 0


@pytest.mark.parametrize("error", ["ENOSPC", "EDQUOT", "EROFS", "ENOENT"])
def test_a_disk_that_can_not_take_a_name_ends_the_download(tmp_path: Path, error: str) -> None:
    folder = tmp_path / "faxes"
    run = traced(
        *("download", "--demo", "--since", "1d", "--to", str(folder)),
        home=tmp_path,
        refuses={"link": error, "linkat": error},
    )
    assert run.code == 1
    assert "Saved files are kept." in run.said
    assert files(folder) == set()


def test_sample_faxes_are_kept_apart_from_real_ones(tmp_path: Path) -> None:
    assert faxtui("download", "--demo", "--since", "1d", home=tmp_path).returncode == 0
    assert {each.name for each in (tmp_path / "Downloads" / "faxes").iterdir()} == {"demo"}
    assert files(tmp_path / "Downloads" / "faxes" / "demo")


@pytest.mark.parametrize(("typed", "code"), [("\n", 1), ("n\n", 1), ("\x04", 1), ("\x03", 130)])
def test_every_fax_is_saved_only_if_somebody_says_so(tmp_path: Path, typed: str, code: int) -> None:
    with in_terminal("download", "--demo", home=tmp_path) as terminal:
        terminal.wait_for("Save every fax of the last 7 days in", "[y/N]")
        terminal.type(typed)
        assert terminal.wait_for_end() == code
    assert not (tmp_path / "Downloads").exists()


def test_what_can_not_be_done_is_told_in_a_sentence(tmp_path: Path) -> None:
    folder = str(tmp_path / "faxes")
    with demo_server() as address:
        signed_in = ("--base-url", address)
        wrong = {**SIGNED_IN, "FAXTUI_PASSWORD": "hush"}
        ends = {
            (2, "not both"): faxtui("download", "f/a.pdf", "--since", "1d", "--demo", home=tmp_path),
            (2, "Name a fax by its folder and file"): faxtui("download", "a.pdf", "--demo", home=tmp_path),
            (2, "Add filters or --all"): faxtui("download", "--demo", home=tmp_path),
            (2, "Omit --to"): faxtui("download", "--verify", folder, "--to", folder, home=tmp_path),
            (1, "no longer on the service"): faxtui(
                "download", "f/a.pdf", "--to", folder, *signed_in, home=tmp_path, environ=SIGNED_IN
            ),
            (3, "refuses the sign-in"): faxtui(
                "download", "--all", "--to", folder, *signed_in, home=tmp_path, environ=wrong
            ),
            (1, "There is no faxes.jsonl"): faxtui("download", "--verify", str(tmp_path), home=tmp_path),
        }
    for (code, told), end in ends.items():
        assert (end.returncode, end.stdout) == (code, "")
        assert told in end.stderr


def test_a_run_that_is_ended_leaves_whole_files_only_and_goes_on_the_next_time(tmp_path: Path) -> None:
    folder = tmp_path / "faxes"
    with demo_server() as address:
        command = [*PROGRAM, "download", "--base-url", address, "--since", "10d", "--to", str(folder)]
        for number, code in ((signal.SIGTERM, 143), (signal.SIGKILL, -9)):
            before = len(files(folder)) if folder.exists() else 0
            with subprocess.Popen(
                command, env=environment(tmp_path, SIGNED_IN), stderr=subprocess.PIPE, stdin=subprocess.DEVNULL
            ) as process:
                until = time.monotonic() + PATIENCE
                while not (folder.exists() and len(files(folder)) > before + 3):
                    assert time.monotonic() < until
                    with suppress(subprocess.TimeoutExpired):
                        process.wait(ROUND)
                process.send_signal(number)
                assert process.wait(PATIENCE) == code
        assert faxtui("download", "--verify", str(folder), home=tmp_path).returncode == 0
        assert faxtui(*command[len(PROGRAM) :], home=tmp_path, environ=SIGNED_IN).returncode == 0
    assert not [name for name in files(folder) if name.endswith(".part")]
