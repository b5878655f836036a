"""The journal of what was saved and deleted, on a real disk."""

import errno
import fcntl
import json
import os
import stat
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from planted import PLANTED, plant

from faxtui.domain.account import Account
from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.errors import StorageError
from faxtui.storage.journal import AccountName, Event, Journal, JournalEntry, Record, WasDeleted

NOW = datetime(2026, 11, 23, 9, 42, 7, 123_456, tzinfo=UTC)
ACCOUNT = AccountName("api.example", "60300.console")
OTHER = AccountName("api.example", "60300.other")
KEY = FaxKey("134296015", "0-20261123-1041-1135.PDF")
FAX = FaxIdentity(KEY, "2026-11-23T10:41:07", "0478123456", "134296015", "0", 3)
SHA256 = "a" * 64
TESTS = Path(__file__).parents[1]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "faxtui" / "journal.jsonl"


@pytest.fixture
def journal(path: Path) -> Journal:
    return Journal(path, lambda: NOW)


def entry(event: Event, fax: FaxIdentity = FAX, account: AccountName = ACCOUNT, reason: str = "") -> JournalEntry:
    path, sha256 = ("/copies/1.pdf", SHA256) if event is Event.SAVED else ("", "")
    return JournalEntry(event=event, account=account, fax=fax, path=path, sha256=sha256, reason=reason)


def called(*names: str) -> FaxIdentity:
    return FAX._replace(key=FaxKey(*names))


def known(path: Path, fax: FaxIdentity = FAX, account: AccountName = ACCOUNT) -> Record:
    """What a program that starts now reads."""
    journal = Journal(path)
    journal.read()
    return journal.records(account).of(fax)


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
        "received": "2026-11-23T10:41:07",
        "from": "0478123456",
        "to": "134296015",
        "message": "0",
        "pages": 3,
        "path": "/copies/1.pdf",
        "sha256": SHA256,
    }


def test_entries_are_only_ever_added(journal: Journal, path: Path) -> None:
    so_far = b""
    for event in Event:
        journal.append(entry(event))
        assert path.read_bytes().startswith(so_far)
        so_far = path.read_bytes()
    assert so_far.count(b"\n") == len(Event)


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
    assert known(path) == journal.records(ACCOUNT).of(FAX) == record
    assert record.is_saved is (Event.SAVED in events)


def test_faxes_and_accounts_are_kept_apart(journal: Journal, path: Path) -> None:
    other = called("134296015", "2.PDF")
    journal.append(entry(Event.DELETED))
    journal.append(entry(Event.SAVED, other))
    journal.append(entry(Event.SAVED, account=OTHER))
    assert known(path) == Record(was_deleted=WasDeleted.YES)
    assert known(path, other) == known(path, account=OTHER) == Record("/copies/1.pdf", SHA256)
    assert known(path, other, OTHER) == Record()


def test_an_account_is_a_host_and_a_login() -> None:
    for base_url, host in (
        ("https://api.odyssey-services.fr", "api.odyssey-services.fr"),
        ("HTTP://me:secret@API.Example:8443/base/", "api.example:8443"),
        ("nonsense", "nonsense"),
    ):
        assert AccountName.of(Account(base_url, "60300.console", "secret")) == (host, "60300.console")


def test_there_need_be_no_journal(journal: Journal) -> None:
    journal.read()
    assert journal.records(ACCOUNT).of(FAX) == Record()
    assert list(journal.entries(ACCOUNT)) == []


def test_the_latest_come_first_and_no_more_than_asked_for(journal: Journal, path: Path) -> None:
    for event in Event:
        journal.append(entry(event, reason="It was so."))
        journal.append(entry(event, account=OTHER))
    with path.open("a") as file:
        for at in ("", "2026-11-23T09:42:07", "later"):
            file.write(json.dumps({"at": at, "event": "saved", "host": ACCOUNT.host, "login": ACCOUNT.login}) + "\n")
    latest = [*journal.entries(ACCOUNT)][:-3:-1]
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
    fax = called(name, name)
    journal.append(entry(Event.DELETED, fax))
    assert path.read_bytes().count(b"\n") == 1
    assert known(path, fax) == Record(was_deleted=WasDeleted.YES)


def test_two_programs_write_one_journal(path: Path) -> None:
    one, two = Journal(path), Journal(path)
    for number in range(50):
        one.append(entry(Event.DELETED, called("f", f"one-{number}")))
        two.append(entry(Event.DELETED, called("f", f"two-{number}")))
    one.read()
    written = [called("f", f"{name}-{number}") for name in ("one", "two") for number in range(50)]
    assert all(one.records(ACCOUNT).of(each).was_deleted is WasDeleted.YES for each in written)


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
    assert not journal.read()
    journal.append(entry(Event.SAVED))
    assert not journal.read()
    Journal(path).append(entry(Event.DELETED))
    assert len([*journal.entries(ACCOUNT)]) == 2
    assert journal.records(ACCOUNT).of(FAX).was_deleted is WasDeleted.NO
    assert journal.read()
    assert journal.records(ACCOUNT).of(FAX).was_deleted is WasDeleted.YES
    assert not journal.read()


def test_what_another_program_wrote_between_two_entries_of_ours_is_read_too(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.DELETING))
    Journal(path).append(entry(Event.SAVED))
    journal.append(entry(Event.DELETED))
    assert journal.read()
    assert journal.records(ACCOUNT).of(FAX) == Record("/copies/1.pdf", SHA256, WasDeleted.YES)


def test_a_journal_that_is_gone_is_read_as_empty(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.SAVED))
    path.unlink()
    assert journal.read()
    assert journal.records(ACCOUNT).of(FAX) == Record()


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


def test_a_disk_that_is_full_half_way_is_reported_and_leaves_nothing_of_the_line(
    journal: Journal, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    with monkeypatch.context() as patched:
        patched.setattr(os, "write", lambda handle, content: write(handle, content[: len(content) // 2]))
        with pytest.raises(StorageError, match=r"^The journal .* can't be written: the disk took only a part") as told:
            journal.append(entry(Event.DELETING))
    assert str(told.value).endswith(".")
    assert path.read_bytes() == b""
    assert journal.records(ACCOUNT).of(FAX) == Record()
    journal.append(entry(Event.SAVED))
    assert known(path) == Record("/copies/1.pdf", SHA256)


def test_what_can_not_be_read_or_written_is_said_in_a_sentence(journal: Journal, path: Path) -> None:
    path.mkdir(parents=True)
    for action in (journal.read, lambda: journal.append(entry(Event.SAVED)), lambda: [*journal.entries(ACCOUNT)]):
        with pytest.raises(StorageError, match=r"^The journal .*journal\.jsonl can't be .*: Is a directory\. .*\.$"):
            action()


def test_an_error_without_a_text_is_named(journal: Journal, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(handle: int) -> None:
        raise TimeoutError

    monkeypatch.setattr(os, "fsync", fsync)
    with pytest.raises(StorageError, match="can't be written: TimeoutError"):
        journal.append(entry(Event.SAVED))


# Which fax an entry is about


OTHERS = {
    "received": FAX._replace(received="2026-11-24T10:41:07"),
    "sender": FAX._replace(sender="0478123457"),
    "no sender": FAX._replace(sender=None),
    "recipient": FAX._replace(recipient="134296016"),
    "no recipient": FAX._replace(recipient=None),
    "message id": FAX._replace(message_id="1"),
    "no message id": FAX._replace(message_id=None),
    "pages": FAX._replace(pages=4),
    "no pages": FAX._replace(pages=None),
}


@pytest.mark.parametrize("other", OTHERS.values(), ids=OTHERS)
def test_a_copy_of_another_fax_with_the_same_name_is_none_of_this_one(
    journal: Journal, path: Path, other: FaxIdentity
) -> None:
    journal.append(entry(Event.SAVED), entry(Event.DELETED))
    assert known(path, other) == journal.records(ACCOUNT).of(other) == Record()
    journal.append(entry(Event.SAVED, other))
    assert known(path) == Record("/copies/1.pdf", SHA256, WasDeleted.YES)


@pytest.mark.parametrize("missing", ["received", "from", "to", "message", "pages"])
def test_an_entry_of_an_older_version_counts_for_no_copy_but_for_its_delete(
    journal: Journal, path: Path, missing: str
) -> None:
    journal.append(entry(Event.SAVED), entry(Event.DELETING))
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    path.write_text("".join(json.dumps({k: v for k, v in each.items() if k != missing}) + "\n" for each in lines))
    assert known(path) == Record(was_deleted=WasDeleted.UNKNOWN)
    journal.append(entry(Event.FAILED))
    assert known(path) == Record()


@pytest.mark.parametrize(
    ("name", "odd"), [("pages", "3"), ("pages", True), ("received", None), ("from", 478), ("to", [])]
)
def test_an_entry_with_an_odd_member_is_about_no_fax_for_certain(
    journal: Journal, path: Path, name: str, odd: object
) -> None:
    journal.append(entry(Event.SAVED))
    path.write_text(json.dumps({**json.loads(path.read_text()), name: odd}) + "\n")
    assert not known(path).is_saved


def test_of_a_fax_without_a_date_no_copy_counts(journal: Journal, path: Path) -> None:
    """As those that `faxtui download` was given by name: nothing tells them from another fax of that name."""
    nameless = FaxIdentity(KEY)
    journal.append(entry(Event.SAVED, nameless))
    assert not known(path, nameless).is_saved
    assert not journal.records(ACCOUNT).of(nameless).is_saved


# Other programs, and what others plant


def test_a_journal_that_another_program_has_locked_is_waited_for_a_second_and_no_longer(
    journal: Journal, path: Path
) -> None:
    journal.append(entry(Event.SAVED))
    before = path.read_bytes()
    with path.open("rb") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        began = time.monotonic()
        with pytest.raises(StorageError, match=r"can't be written: another program has locked it\. Try again"):
            journal.append(entry(Event.DELETING))
        assert 0.9 < time.monotonic() - began < 3
        assert Journal(path).read()
    assert path.read_bytes() == before
    assert journal.records(ACCOUNT).of(FAX).was_deleted is WasDeleted.NO


@pytest.mark.parametrize("kind", PLANTED)
def test_what_somebody_planted_in_place_of_the_journal_is_neither_read_nor_written(
    journal: Journal, path: Path, kind: str
) -> None:
    if kind == "file of another user" and os.geteuid():
        pytest.skip("only root can give a file away")
    path.parent.mkdir(parents=True)
    plant(kind, path)
    for action in (lambda: journal.append(entry(Event.DELETING)), journal.read):
        with pytest.raises(StorageError, match=r"^The journal .*journal\.jsonl can't be "):
            action()
    assert (path.parent / "mine").read_bytes() == b"mine"
    assert journal.records(ACCOUNT).of(FAX) == Record()


# Long journals


def many(path: Path, journal: Journal, count: int) -> None:
    """A journal with copies of so many faxes."""
    journal.append(entry(Event.SAVED))
    line = path.read_text()
    path.write_text("".join(line.replace("1135.PDF", f"{number}.PDF") for number in range(count)))


@pytest.mark.skipif(sys.gettrace() is not None, reason="what measures coverage takes its time")
def test_a_hundred_thousand_lines_are_read_quickly_and_after_that_only_what_is_new(
    journal: Journal, path: Path
) -> None:
    many(path, journal, 100_000)
    reader = Journal(path)
    began = time.process_time()
    assert reader.read()
    whole = time.process_time() - began
    assert whole < 3
    assert reader.records(ACCOUNT).of(called(KEY.folder, KEY.file_name.replace("1135", "99999"))).is_saved
    appended, read = [], []
    for _ in range(5):
        began = time.process_time()
        journal.append(entry(Event.DELETING))
        appended.append(time.process_time() - began)
        began = time.process_time()
        assert reader.read()
        read.append(time.process_time() - began)
    assert max(min(appended), min(read)) < whole / 100
    assert reader.records(ACCOUNT).of(FAX).was_deleted is WasDeleted.UNKNOWN


def test_nothing_is_told_of_half_a_journal(journal: Journal, path: Path) -> None:
    """What was about to be deleted may have been deleted a thousand lines later."""
    journal.append(entry(Event.DELETING))
    path.write_text(path.read_text() + "x\n" * 200_000)
    with path.open("a") as file:
        file.write(path.read_text().splitlines()[0].replace('"deleting"', '"deleted"') + "\n")
    reader = Journal(path)
    seen: set[WasDeleted] = set()
    reading = threading.Thread(target=reader.read)
    reading.start()
    while reading.is_alive():
        seen.add(reader.records(ACCOUNT).of(FAX).was_deleted)
    seen.add(reader.records(ACCOUNT).of(FAX).was_deleted)
    assert seen == {WasDeleted.NO, WasDeleted.YES}


def test_while_one_thread_reads_another_does_not_wait_for_it(path: Path) -> None:
    path.parent.mkdir(parents=True)
    path.write_text("x\n" * 1_000_000)
    journal = Journal(path)
    with ThreadPoolExecutor() as threads:
        results = [threads.submit(journal.read) for _ in range(20)]
        assert sum(each.result() for each in results) == 1


def test_what_was_opened_is_known_in_later_runs_until_it_is_marked_unopened(journal: Journal, path: Path) -> None:
    journal.append(entry(Event.OPENED), entry(Event.OPENED, called("f", "2")))
    journal.append(entry(Event.UNOPENED, called("f", "2")), entry(Event.UNSAVED, reason="No."))
    later = Journal(path)
    later.read()
    for each in (journal, later):
        assert each.records(ACCOUNT).is_opened(FAX)
        assert not each.records(ACCOUNT).is_opened(called("f", "2"))
        assert not each.records(OTHER).is_opened(FAX)
        assert each.records(ACCOUNT).of(FAX) == Record()
    again = Journal(path)
    again.append(entry(Event.UNOPENED))
    later.read()
    assert not later.records(ACCOUNT).is_opened(FAX)


def at(days: float, keep: int | None, path: Path) -> Journal:
    return Journal(path, lambda: NOW + timedelta(days=days), None if keep is None else timedelta(days=keep))


def test_entries_older_than_kept_are_removed_and_all_others_stay(path: Path) -> None:
    one, two, three = (called("f", name) for name in "123")
    at(0, None, path).append(entry(Event.SAVED, one), entry(Event.DELETED, two, reason="Once."))
    with path.open("a") as file:
        file.write("not ours\n")
    at(60, None, path).append(entry(Event.DELETING, three), entry(Event.DELETED, three))
    journal = at(98, 90, path)
    journal.read()
    journal.compact()
    assert [json.loads(each)["event"] for each in path.read_text().splitlines()[1:]] == ["deleting", "deleted"]
    assert path.read_text().startswith("not ours\n")
    assert [known(path, each).was_deleted for each in (one, two, three)] == [*[WasDeleted.NO] * 2, WasDeleted.YES]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert not journal.read()
    journal.append(entry(Event.FAILED, three))
    assert known(path, three).was_deleted is WasDeleted.NO
    assert not journal.read()


@pytest.mark.parametrize(("days", "keep"), [(1000, None), (89, 90), (96, 90)], ids=["for ever", "kept", "slack"])
def test_a_journal_without_expired_entries_stays_as_it_is(path: Path, days: int, keep: int | None) -> None:
    at(0, None, path).append(*[entry(Event.SAVED) for _ in range(500)])
    before = path.read_bytes()
    journal = at(days, keep, path)
    journal.read()
    journal.compact()
    assert path.read_bytes() == before


def test_nothing_that_other_programs_append_is_lost_while_expired_entries_are_removed(path: Path) -> None:
    script = f"""
from pathlib import Path
from test_journal import Event, Journal, called, entry
journal = Journal(Path({str(path)!r}))
for number in range(300):
    journal.append(entry(Event.DELETED, called("other", str(number))))
"""
    # NOW is long ago for the other program, which reads the clock.
    journal = Journal(path, keep=timedelta(days=1))
    at(-1000, None, path).append(entry(Event.SAVED))
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(map(str, (TESTS, TESTS / "unit")))}
    with subprocess.Popen([sys.executable, "-c", script], env=environment) as other:
        while other.poll() is None:
            at(-1000, None, path).append(*[entry(Event.SAVED) for _ in range(1000)])
            journal.read()
            with suppress(StorageError):
                journal.compact()
        assert other.returncode == 0
    read = Journal(path)
    read.read()
    records = read.records(ACCOUNT)
    assert all(records.of(called("other", str(number))).was_deleted is WasDeleted.YES for number in range(300))
