"""The journal of what was saved and deleted, on a real disk."""

import errno
import json
import os
import stat
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from faxtui.domain.account import Account
from faxtui.domain.fax import FaxKey
from faxtui.errors import StorageError
from faxtui.inbox.journal import AccountName, Entry, Event, Journal, Record, WasDeleted

NOW = datetime(2026, 11, 23, 9, 42, 7, 123_456, tzinfo=UTC)
ACCOUNT = AccountName("api.example", "60300.console")
OTHER = AccountName("api.example", "60300.other")
KEY = FaxKey("134296015", "0-20261123-1041-1135.PDF")
SHA256 = "a" * 64


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "faxtui" / "journal.jsonl"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path, lambda: NOW)


def entry(event: Event, key: FaxKey = KEY, account: AccountName = ACCOUNT, reason: str = "") -> Entry:
    path, sha256 = ("/copies/1.pdf", SHA256) if event is Event.SAVED else ("", "")
    return Entry(event=event, account=account, key=key, path=path, sha256=sha256, reason=reason)


def known(path: Path, key: FaxKey = KEY, account: AccountName = ACCOUNT) -> Record | None:
    """What a program that starts now reads."""
    journal = Journal(path)
    journal.read()
    return journal.records(account).get(key)


def test_an_entry_is_a_line_of_json(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.SAVED))
    (line,) = path.read_text().splitlines()
    assert json.loads(line) == {
        "at": "2026-11-23T09:42:07.123Z",
        "event": "saved",
        "host": "api.example",
        "login": "60300.console",
        "folder": KEY.folder,
        "file": KEY.file_name,
        "path": "/copies/1.pdf",
        "sha256": SHA256,
    }


def test_entries_are_only_ever_added(journal: Journal, path: Path) -> None:
    so_far = b""
    for event in Event:
        journal.append(entry(event))
        assert path.read_bytes().startswith(so_far)
        so_far = path.read_bytes()
    assert so_far.count(b"\n") == 4


def test_nobody_else_can_read_it(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.SAVED))
    path.chmod(0o644)
    journal.append(entry(Event.DELETING))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(each.stat().st_mode) for each in (path.parent, path.parent.parent)} == {0o700}


@pytest.mark.parametrize(
    ("events", "record"),
    [
        ([Event.SAVED], Record("/copies/1.pdf", SHA256)),
        ([Event.SAVED, Event.DELETING], Record("/copies/1.pdf", SHA256, WasDeleted.UNKNOWN)),
        ([Event.SAVED, Event.DELETING, Event.DELETED], Record("/copies/1.pdf", SHA256, WasDeleted.YES)),
        ([Event.SAVED, Event.DELETING, Event.FAILED], Record("/copies/1.pdf", SHA256)),
        ([Event.DELETING, Event.FAILED, Event.DELETING], Record(was_deleted=WasDeleted.UNKNOWN)),
        ([Event.DELETED, Event.SAVED], Record("/copies/1.pdf", SHA256, WasDeleted.YES)),
    ],
)
def test_the_journal_tells_what_became_of_a_fax(
    journal: Journal, path: Path, events: list[Event], record: Record
) -> None:
    for event in events:
        journal.append(entry(event))
    assert known(path) == journal.records(ACCOUNT)[KEY] == record
    assert record.is_saved is (Event.SAVED in events)


def test_faxes_and_accounts_are_kept_apart(journal: Journal, path: Path) -> None:
    other = FaxKey("134296015", "2.PDF")
    journal.append(entry(Event.DELETED))
    journal.append(entry(Event.SAVED, other))
    journal.append(entry(Event.SAVED, account=OTHER))
    assert known(path) == Record(was_deleted=WasDeleted.YES)
    assert known(path, other) == known(path, account=OTHER) == Record("/copies/1.pdf", SHA256)
    assert known(path, other, OTHER) is None


def test_an_account_is_a_host_and_a_login() -> None:
    for base_url, host in (
        ("https://api.odyssey-services.fr", "api.odyssey-services.fr"),
        ("HTTP://me:secret@API.Example:8443/base/", "api.example:8443"),
        ("nonsense", "nonsense"),
    ):
        assert AccountName.of(Account(base_url, "60300.console", "secret")) == (host, "60300.console")


def test_there_need_be_no_journal(journal: Journal) -> None:
    journal.read()
    assert journal.records(ACCOUNT) == {}
    assert journal.latest(ACCOUNT, 10) == ()


def test_what_was_read_once_does_not_change(journal: Journal) -> None:
    before = journal.records(ACCOUNT)
    journal.append(entry(Event.SAVED))
    between = journal.records(ACCOUNT)
    journal.append(entry(Event.DELETED, FaxKey("f", "2")))
    assert (len(before), len(between), len(journal.records(ACCOUNT))) == (0, 1, 2)


def test_the_latest_come_first_and_no_more_than_asked_for(journal: Journal, path: Path) -> None:
    for event in Event:
        journal.append(entry(event, reason="It was so."))
        journal.append(entry(event, account=OTHER))
    with path.open("a") as file:
        for at in ("", "2026-11-23T09:42:07", "later"):
            file.write(json.dumps({"at": at, "event": "saved", "host": ACCOUNT.host, "login": ACCOUNT.login}) + "\n")
    latest = journal.latest(ACCOUNT, 2)
    assert [each.event for _, each in latest] == [Event.FAILED, Event.DELETED]
    assert latest[0] == (NOW.replace(microsecond=123_000), entry(Event.FAILED, reason="It was so."))


def test_a_torn_last_line_is_passed_over_and_mended(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.SAVED))
    whole = path.read_bytes()
    for kept in range(len(whole)):
        path.write_bytes(whole + whole[:kept])
        assert known(path) == Record("/copies/1.pdf", SHA256)
        Journal(path).append(entry(Event.DELETED))
        assert known(path) == Record("/copies/1.pdf", SHA256, WasDeleted.YES)
        assert path.read_bytes().startswith(whole + whole[:kept])


@pytest.mark.parametrize(
    "line",
    [
        "",
        "null",
        "[]",
        "[" * 100_000,
        "{}",
        "\0" * 512,
        '{"event": "eaten"}',
        '{"event": ["saved"]}',
        '{"event": "deleted", "host": 1}',
        '{"event": "deleted", "folder": null}',
        '{"event": "deleted"} trailing',
        "1" * 5000,
    ],
)
def test_what_is_no_entry_is_passed_over(journal: Journal, path: Path, line: str) -> None:
    journal.append(entry(Event.SAVED))
    path.write_bytes(line.encode() + b"\n\xff\xfe\n" + path.read_bytes())
    assert known(path) == Record("/copies/1.pdf", SHA256)


@pytest.mark.parametrize("name", ["\ud800.pdf", "a\nb\r\u2028c", "\x00\x1b", "é" * 5000, '"\\'])
def test_any_name_is_found_again(journal: Journal, path: Path, name: str) -> None:
    key = FaxKey(name, name)
    journal.append(entry(Event.DELETED, key))
    assert path.read_bytes().count(b"\n") == 1
    assert known(path, key) == Record(was_deleted=WasDeleted.YES)


def test_two_programs_write_one_journal(path: Path) -> None:
    one, two = Journal(path), Journal(path)
    for number in range(50):
        one.append(entry(Event.DELETED, FaxKey("f", f"one-{number}")))
        two.append(entry(Event.DELETED, FaxKey("f", f"two-{number}")))
    one.read()
    assert len(one.records(ACCOUNT)) == 100


def test_an_entry_is_synced_and_so_is_the_folder_of_a_new_journal(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    path.parent.mkdir(parents=True)

    def fsync(handle: int) -> None:
        synced.append("folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else path.read_text().splitlines()[-1])

    monkeypatch.setattr(os, "fsync", fsync)
    for _ in range(2):
        journal.append(entry(Event.DELETING))
    assert [each if each == "folder" else json.loads(each)["event"] for each in synced] == [
        "deleting",
        "folder",
        "deleting",
    ]


def test_what_another_program_wrote_is_read_once_it_is_there(journal: Journal, path: Path) -> None:
    assert not journal.read_news()
    journal.append(entry(Event.SAVED))
    assert not journal.read_news()
    Journal(path).append(entry(Event.DELETED))
    assert len(journal.latest(ACCOUNT, 9)) == 2
    assert journal.records(ACCOUNT)[KEY].was_deleted is WasDeleted.NO
    assert journal.read_news()
    assert journal.records(ACCOUNT)[KEY].was_deleted is WasDeleted.YES
    assert not journal.read_news()


def test_what_another_program_wrote_between_two_entries_of_ours_is_read_too(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.DELETING))
    Journal(path).append(entry(Event.SAVED))
    journal.append(entry(Event.DELETED))
    assert journal.read_news()
    assert journal.records(ACCOUNT)[KEY] == Record("/copies/1.pdf", SHA256, WasDeleted.YES)


def test_a_journal_that_is_gone_is_read_as_empty(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.SAVED))
    path.unlink()
    assert journal.read_news()
    assert journal.records(ACCOUNT) == {}


@pytest.mark.parametrize(("number", "is_taken"), [(errno.EINVAL, True), (errno.EIO, False)])
def test_a_folder_that_knows_no_sync_is_taken_and_a_failing_one_is_not(
    journal: Journal, monkeypatch: pytest.MonkeyPatch, number: int, is_taken: bool
) -> None:
    def fsync(handle: int) -> None:
        if stat.S_ISDIR(os.fstat(handle).st_mode):
            raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", fsync)
    if is_taken:
        journal.append(entry(Event.SAVED))
    else:
        with pytest.raises(StorageError, match="Input/output error"):
            journal.append(entry(Event.SAVED))


def test_a_disk_that_is_full_half_way_is_told_of_and_leaves_a_line_to_mend(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, content: write(handle, content[: len(content) // 2]))
        with pytest.raises(StorageError, match=r"^The journal .* can't be written: the disk took only a part") as told:
            journal.append(entry(Event.DELETING))
    assert str(told.value).endswith(".")
    assert journal.records(ACCOUNT) == {}
    journal.append(entry(Event.SAVED))
    assert known(path) == Record("/copies/1.pdf", SHA256)


def test_what_can_not_be_read_or_written_is_said_in_a_sentence(journal: Journal, path: Path) -> None:
    path.mkdir(parents=True)
    for action in (journal.read, lambda: journal.append(entry(Event.SAVED)), lambda: journal.latest(ACCOUNT, 1)):
        with pytest.raises(StorageError, match=r"^The journal .*journal\.jsonl can't be .*: Is a directory\. .*\.$"):
            action()


def test_an_error_without_a_text_is_named(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(handle: int) -> None:
        raise TimeoutError

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageError, match="can't be written: TimeoutError"):
        journal.append(entry(Event.SAVED))


@pytest.mark.skipif(sys.gettrace() is not None, reason="what measures coverage takes its time")
def test_a_hundred_thousand_lines_are_read_within_a_second(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.SAVED))
    line = path.read_text()
    path.write_text("".join(line.replace("1135.PDF", f"{number}.PDF") for number in range(100_000)))
    seconds = []
    for _ in range(3):
        began = time.process_time()
        journal.read()
        seconds.append(time.process_time() - began)
    assert min(seconds) < 1
    assert len(journal.records(ACCOUNT)) == 100_000
