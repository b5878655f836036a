"""``faxtui download --follow``, ``journal`` and ``purge`` as a shell runs them."""

import csv
import json
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from demo_server import demo_server
from pty_session import PATIENCE, PROGRAM, environment, faxtui

from faxtui.errors import ConfigurationError, StorageError

SIGNED_IN = {"FAXTUI_LOGIN": "60300.demo", "FAXTUI_PASSWORD": "demo"}


def name_files(home: Path) -> None:
    """Have saved files called as the service calls them."""
    config = home / "config" / "faxtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[download]\nname = "{file}"\n')


def until(is_so: Callable[[], bool]) -> None:
    """Wait for a condition of another process."""
    deadline = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < deadline
        time.sleep(0.02)


def pdfs(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir() if each.suffix in (".pdf", ".tif")} if folder.exists() else set()


def test_a_follower_ends_in_time_and_the_next_one_goes_on_where_it_was(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    name_files(tmp_path)
    command = [*PROGRAM, "download", "--follow", "--since", "2d", "--to", str(folder), "--base-url"]
    with demo_server() as address:
        env = {**environment(tmp_path), **SIGNED_IN}
        options = {"env": env, "stderr": subprocess.PIPE, "text": True}
        with subprocess.Popen([*command, address], **options) as first:  # type: ignore[call-overload]
            until(lambda: (folder / "faxes.jsonl").exists() and len(pdfs(folder)) > 10)
            second = subprocess.run([*command, address], check=False, timeout=PATIENCE, **options)  # type: ignore[call-overload]
            assert second.returncode == StorageError.exit_code
            assert f"{folder} is already followed by process {first.pid} on " in second.stderr
            began = time.monotonic()
            first.send_signal(signal.SIGTERM)
            assert first.wait(PATIENCE) == 143
            assert time.monotonic() - began < 1.5
        taken = pdfs(folder)
        for each in taken:
            (folder / each).unlink()
        done = faxtui(
            *("download", "--new", "--since", "2d", "--to", str(folder), "--base-url", address),
            home=tmp_path,
            environ=SIGNED_IN,
        )
        assert (done.returncode, pdfs(folder) & taken) == (0, set())


def test_deleting_needs_somebody_to_ask_or_yes_and_never_read_only(tmp_path: Path) -> None:
    folder = str(tmp_path / "in")
    commands = (
        ("download", "--follow", "--delete", "--to", folder),
        ("download", "--follow", "--delete", "--yes", "--read-only", "--to", folder),
        ("download", "--follow", "--run", "no-such-program", "--to", folder),
        ("download", "--delete", "--to", folder),
        ("purge", "--older", "1d"),
    )
    nowhere = ("--base-url", "http://127.0.0.1:9")
    ends = [faxtui(*each, *nowhere, home=tmp_path, environ=SIGNED_IN) for each in commands]
    assert {each.returncode for each in ends} == {ConfigurationError.exit_code}
    said = [each.stderr for each in ends]
    words = ("Add --yes", "Read-only: deleting is disabled", "no-such-program", "without --follow", "--saved")
    assert [word in each for word, each in zip(words, said, strict=True)] == [True] * 5


def purged(home: Path) -> tuple[Path, list[str]]:
    """A home in which some faxes were saved, one file was lost, and the rest were purged; what was printed."""
    name_files(home)
    folder = home / "in"
    with demo_server() as address:
        account = ("--base-url", address)
        faxtui("download", "--since", "2d", "--to", str(folder), *account, home=home, environ=SIGNED_IN)
        sorted(folder.glob("*.pdf"))[0].unlink()
        purge = ("purge", "--older", "0m", "--saved", *account)
        ends = [
            faxtui(*purge, "--dry-run", home=home, environ=SIGNED_IN),
            faxtui(*purge, "--yes", home=home, environ=SIGNED_IN),
            faxtui(*purge, "--yes", home=home, environ=SIGNED_IN),
        ]
        journal = ("journal", *account)
        ends += [
            faxtui(*journal, "--format", name, "--find", "in/0-2", home=home, environ=SIGNED_IN)
            for name in ("table", "csv", "json", "jsonl")
        ]
        ends += [faxtui(*journal, "--format", "jsonl", home=home, environ=SIGNED_IN)]
        ends += [faxtui(*journal, "--format", "jsonl", "--from", "0478123456", home=home, environ=SIGNED_IN)]
    assert [each.returncode for each in ends] == [0] * len(ends)
    return folder, [each.stderr + each.stdout for each in ends]


def test_purge_deletes_what_is_saved_and_the_journal_is_printed_in_every_format(tmp_path: Path) -> None:
    folder, (dry, wet, again, table, as_csv, as_json, as_jsonl, all_lines, of_one) = purged(tmp_path)
    saved = len(pdfs(folder))
    assert f"{saved} of " in dry
    assert "older, saved here and intact." in dry
    assert f"{saved} faxes were deleted from the service." in wet
    assert "0 of " in again
    everything = [json.loads(each) for each in all_lines.splitlines()]
    events = [each["event"] for each in everything]
    assert (events.count("deleting"), events.count("deleted")) == (saved, saved)
    found = [json.loads(each) for each in of_one.splitlines()]
    assert found == [each for each in everything if each["from"] == "0478123456"] != []
    entries = [each for each in everything if "in/0-2" in each["path"]]
    assert len(table.splitlines()) == len(entries) > 10
    assert "  saved" in table
    assert list(csv.DictReader(as_csv.splitlines())) == json.loads(as_json) == entries
    assert [json.loads(each) for each in as_jsonl.splitlines()] == entries
