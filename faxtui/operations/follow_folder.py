"""The folder of a follower: each fax is put into it exactly once, and a log says what is still to be done.

This holds although the process may be killed at any moment and other programs may take files away: a line in the follow
log says which file is about to get its name, the file gets it by a rename, and a line in the manifest says that it has
it. If the process was killed in between, the missing part proves that the file was there.

A command runs at least once: a line says that it started, another how it ended. If the second one is missing, nobody
knows whether it worked.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import socket
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from faxtui.domain.fax import Fax, FaxIdentity, FaxKey
from faxtui.domain.filename import MOST_NUMBER, PART, numbered
from faxtui.domain.query import PERIOD, FaxQuery
from faxtui.domain.text import visible
from faxtui.errors import StorageError
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.operations.download_folder import CopyState, DownloadFolder, check_copy, storage_errors
from faxtui.operations.operations import DownloadTarget
from faxtui.storage.files import is_at, lock, make_folder, open_own, rename_new, replaced, sync
from faxtui.storage.journal import AccountName
from faxtui.storage.json_lines import JsonLines, Position, identity_in, identity_members, json_object
from faxtui.translation import _

COVERED_INTERVAL = timedelta(minutes=5)
"""How often the log gets a line on how far the service was polled: a restart goes back further anyway."""
_MOST_LINES = 10_000
"""Lines of the follow log from which on those that are done are removed."""


@dataclass(frozen=True, slots=True)
class FollowConfig:
    """What to follow and what to do with each fax.

    ``command`` is empty if there is none. ``skips_in_doubt``: a command that may have worked isn't run again.
    ``interval`` is in seconds.
    """

    target: DownloadTarget
    account: AccountName
    query: FaxQuery = field(default_factory=FaxQuery)
    manifest: Path | None = None
    command: tuple[str, ...] = ()
    skips_in_doubt: bool = False
    deletes: bool = False
    interval: float = 30.0
    retry_policy: RetryPolicy = field(default_factory=RetryPolicy)


@dataclass(frozen=True, slots=True)
class Job:
    """A fax that is saved, and what is still to be done: run the command, delete it from the service.

    ``number`` identifies the fax for commands. ``attempts`` counts the starts of its command, ``ended_at`` (seconds
    since 1970) is when the last one failed, None if its end is unknown.
    """

    number: str
    fax: FaxIdentity
    resource: str
    received: datetime | None
    part: str
    name: str
    size: int
    sha256: str
    runs: bool = False
    deletes: bool = False
    attempts: int = 0
    ended_at: float | None = None

    @property
    def is_in_doubt(self) -> bool:
        return self.runs and self.attempts > 0 and self.ended_at is None

    def members(self) -> Mapping[str, object]:
        return {
            "event": "saving",
            "id": self.number,
            "folder": self.fax.key.folder,
            "file": self.fax.key.file_name,
            **identity_members(self.fax),
            "at": None if self.received is None else self.received.isoformat(),
            "resource": self.resource,
            "part": self.part,
            "name": self.name,
            "bytes": self.size,
            "sha256": self.sha256,
            "run": self.runs,
            "delete": self.deletes,
        }


def _job(members: Mapping[str, object]) -> Job | None:
    match members:
        case {
            "id": str(number),
            "folder": str(folder),
            "file": str(file_name),
            "at": at,
            "resource": str(resource),
            "part": str(part),
            "name": str(name),
            "bytes": int(size),
            "sha256": str(sha256),
            "run": bool(runs),
            "delete": bool(deletes),
        } if all(Path(each).name == each and "\0" not in each for each in (part, name, number)):
            fax = identity_in(members, FaxKey(folder, file_name))
            return Job(number, fax, resource, _moment(at), part, name, size, sha256, runs, deletes)
    return None


def _moment(text: object) -> datetime | None:
    with suppress(ValueError):
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        return moment if moment is not None and moment.tzinfo else None
    return None


def fax_number(host: str, fax: FaxIdentity) -> str:
    """Return what identifies a fax for commands, the same in every run."""
    return hashlib.sha256(json.dumps([host, *fax.key, *fax[1:]]).encode()).hexdigest()[:32]


class FollowLog:
    """What is to be done with faxes, written ahead: which file gets its name, which command starts. Raises OSError.

    ``covered`` is the time (the service's) up to which all faxes of these filters are known.
    """

    def __init__(self, path: Path, filters: str) -> None:
        self.jobs: dict[str, Job] = {}
        self.covered: datetime | None = None
        self._file = JsonLines(path, is_private=True)
        self._filters = filters
        self._appending = threading.Lock()
        self._lines = 0
        self._read()

    def save(self, job: Job) -> None:
        """Write that a file is about to get its name."""
        self._append(job.members(), job)

    def start(self, job: Job) -> Job:
        """Write that a command is about to start, and return the job with that attempt."""
        started = replace(job, attempts=job.attempts + 1, ended_at=None)
        self._append({"event": "started", "id": job.number, "attempt": started.attempts}, started)
        return started

    def end(self, job: Job, *, has_worked: bool, now: float) -> Job:
        """Write how a command ended, and return what is left to do."""
        ended = replace(job, runs=False) if has_worked else replace(job, ended_at=now)
        self._append({"event": "ended", "id": job.number, "attempt": job.attempts, "ok": has_worked, "at": now}, ended)
        return ended

    def finish(self, job: Job) -> None:
        """Write that nothing is left to do."""
        self._append({"event": "done", "id": job.number})
        self.forget(job)

    def forget(self, job: Job) -> None:
        """Forget a job of which the manifest says all there is to know."""
        with self._appending:
            self.jobs.pop(job.number, None)

    def cover(self, until: datetime) -> None:
        """Write up to when all faxes are known, not more often than every few minutes."""
        if self.covered is None or abs(until - self.covered) >= COVERED_INTERVAL:
            self._append({"event": "covered", "until": until.isoformat(), "filters": self._filters})
            self.covered = until

    def compact(self, *, always: bool = False) -> None:
        """Remove the lines about what is done."""
        if not always and self._lines < _MOST_LINES:
            return
        with self._appending:
            lines = [] if self.covered is None else [self._covered_members()]
            for each in self.jobs.values():
                lines.append(each.members())
                if each.attempts:
                    lines.append({"event": "started", "id": each.number, "attempt": each.attempts})
                if each.ended_at is not None:
                    ended = {"event": "ended", "id": each.number, "attempt": each.attempts, "ok": False}
                    lines.append({**ended, "at": each.ended_at})
            with replaced(self._file.path) as file:
                file.write(b"".join(json.dumps(each).encode() + b"\n" for each in lines))
            self._lines = len(lines)

    def _covered_members(self) -> Mapping[str, object]:
        until = None if self.covered is None else self.covered.isoformat()
        return {"event": "covered", "until": until, "filters": self._filters}

    def _append(self, members: Mapping[str, object], job: Job | None = None) -> None:
        with self._appending:
            self._file.append(json.dumps(members).encode() + b"\n")
            self._lines += 1
            if job is not None:
                self.jobs[job.number] = job

    def _read(self) -> None:
        with self._file.reading(Position()) as reader:
            if reader is not None:
                for lines in reader.blocks():
                    for line in lines:
                        self._add(json_object(line) or {})

    def _add(self, members: Mapping[str, object]) -> None:
        """Add what a line says; skip one that is broken."""
        number = members.get("id")
        job = self.jobs.get(number) if isinstance(number, str) else None
        match members:
            case {"event": "saving"} if (new := _job(members)) is not None:
                self.jobs[new.number] = new
            case {"event": "started", "attempt": int(attempt)} if job is not None:
                self.jobs[job.number] = replace(job, attempts=attempt, ended_at=None)
            case {"event": "ended", "ok": True} if job is not None:
                self.jobs[job.number] = replace(job, runs=False)
            case {"event": "ended", "at": float(at)} if job is not None:
                self.jobs[job.number] = replace(job, ended_at=at)
            case {"event": "done"} if job is not None:
                del self.jobs[job.number]
            case {"event": "covered", "until": until, "filters": self._filters}:
                self.covered = _moment(until)


@dataclass(frozen=True, slots=True)
class FollowLock:
    """A lock that is held: the file at ``path``, open as ``handle``."""

    path: Path
    handle: int

    def check(self) -> None:
        """Raise OSError if the file is gone, as with a share of which only the empty mount point is left."""
        if not is_at(self.handle, self.path):
            raise OSError(errno.ESTALE, os.strerror(errno.ESTALE))


class FollowFolder(DownloadFolder):
    """A folder that every fax is put into once, even if its file was taken away since."""

    part_suffix = f".follow{PART}"

    def __init__(self, config: FollowConfig, lock: FollowLock) -> None:
        target = config.target
        super().__init__(
            *(target.folder, target.template, target.zone, config.account.host),
            manifest=config.manifest,
            only_new=True,
        )
        self._config = config
        self._lock = lock
        manifest = self._manifest_path
        self.copies = manifest.with_name(f"{manifest.stem}.follow")
        self.log = FollowLog(manifest.with_name(f"{manifest.stem}.follow.jsonl"), _filters_text(config))

    def recover(self) -> None:
        """Record the files that got their names before a run was killed, and forget those that did not."""
        with storage_errors(self.folder):
            make_folder(self.folder)
            self._manifest.check_writable()
            unnamed = []
            for job in list(self.log.jobs.values()):
                part = self.folder / job.part
                if not self.is_recorded(job) and part.exists():
                    unnamed.append(part)
                    self.log.forget(job)
                    continue
                self._record(job.fax, job.name, job.size, job.sha256)
                if not job.runs and not job.deletes:
                    self.log.forget(job)
            # Parts go only once the log says nothing of them: without its part, a file counts as named.
            self.log.compact(always=True)
            for each in unnamed:
                each.unlink(missing_ok=True)
            self._clear_copies()

    def keep(self, fax: Fax, part: Path, name: str, size: int, sha256: str) -> tuple[Path, bool]:
        self._lock.check()
        number = fax_number(self._host, fax.identity)
        if self._config.command:
            self._copy(part, self.copy_path(number, part.name.removesuffix(self.part_suffix)))
        job = Job(
            *(number, fax.identity, fax.resource, fax.received, part.name, name, size, sha256),
            runs=bool(self._config.command),
            deletes=self._config.deletes and fax.identity.is_certain,
        )
        for index in count(1):
            target = part.with_name(numbered(name, index))
            self.log.save(replace(job, name=target.name))
            is_new = rename_new(part, target)
            if is_new or check_copy(target, sha256, size) is CopyState.WHOLE:
                break
            if index == MOST_NUMBER:
                raise OSError(errno.EEXIST, f"all names from {name} to {target.name} are taken")
        if not is_new:
            sync(target)
            part.unlink(missing_ok=True)
        sync(self.folder)
        self.record(fax, target.name, size, sha256)
        if not job.runs and not job.deletes:
            self.log.forget(job)
        return target, is_new

    def cover(self, until: datetime) -> None:
        """Note up to when all faxes are known. Raises StorageError, also if the folder is no longer the locked one."""
        with storage_errors(self.folder):
            self._lock.check()
            self.log.cover(until)

    def may_discard(self, part: Path) -> bool:
        """Keep a part of which the log says that it is about to get its name: it proves that it did not."""
        return all(each.part != part.name or self.is_recorded(each) for each in list(self.log.jobs.values()))

    def is_recorded(self, job: Job) -> bool:
        """Return True if the file of a job has its name and is in the manifest."""
        return self._manifest.find(self._host, job.fax) is not None

    def copy_path(self, number: str, name: str) -> Path:
        """Return where the private copy for a command is."""
        return self.copies / f"{number}{Path(name).suffix}"

    def private_copy(self, job: Job) -> Path | None:
        """Return the private copy for a command, made again if it is missing; None if the file is missing, too."""
        path, saved = self.copy_path(job.number, job.name), self.folder / job.name
        with storage_errors(self.copies):
            if check_copy(path, job.sha256) is not CopyState.WHOLE:
                if check_copy(saved, job.sha256) is not CopyState.WHOLE:
                    return None
                self._copy(saved, path)
        return path

    def end(self, job: Job, *, has_worked: bool, now: float) -> None:
        """Note how a command ended; after a success, remove the private copy, and finish unless there is more to do."""
        with storage_errors(self.copies.parent):
            job = self.log.end(job, has_worked=has_worked, now=now)
            if has_worked:
                self.copy_path(job.number, job.name).unlink(missing_ok=True)
        if not job.runs and not job.deletes:
            self.finish(job)

    def finish(self, job: Job) -> None:
        """Note that nothing is left to do, and remove the private copy."""
        with storage_errors(self.copies.parent):
            self.log.finish(job)
            self.copy_path(job.number, job.name).unlink(missing_ok=True)
            self.log.compact()

    def _copy(self, source: Path, path: Path) -> None:
        make_folder(path.parent)
        with source.open("rb") as content, replaced(path) as file:
            while block := content.read(1 << 20):
                file.write(block)

    def _clear_copies(self) -> None:
        with suppress(FileNotFoundError):
            for each in list(self.copies.iterdir()):
                job = self.log.jobs.get(each.stem)
                if job is None or not job.runs:
                    each.unlink()


def _filters_text(config: FollowConfig) -> str:
    """Return a text of the account and the filters without their period: the log is about these."""
    names = {each.name for each in PERIOD}
    filters = {name: value for name, value in config.query.filters.as_text().items() if name not in names}
    return json.dumps([*config.account, filters], sort_keys=True)


@contextmanager
def follow_lock(path: Path) -> Iterator[FollowLock]:
    """Hold the lock of a followed folder. Raises StorageError if another follower holds it."""
    with storage_errors(path.parent):
        make_folder(path.parent)
        handle = open_own(path, os.O_RDWR | os.O_CREAT)
    try:
        try:
            # A command of a follower that was killed may hold it for a moment more.
            lock(handle)
        except TimeoutError as error:
            holder = os.pread(handle, 200, 0).decode(errors="replace").strip() or _("another program")
            text = _("{folder} is already followed by {holder}. Stop that first, or choose another folder.")
            raise StorageError(text.format(folder=visible(str(path.parent)), holder=visible(holder))) from error
        with storage_errors(path.parent):
            since = datetime.now(UTC).astimezone().isoformat(sep=" ", timespec="minutes")
            text = _("process {pid} on {host} since {since}")
            os.ftruncate(handle, 0)
            os.pwrite(handle, text.format(pid=os.getpid(), host=socket.gethostname(), since=since).encode(), 0)
        yield FollowLock(path, handle)
    finally:
        os.close(handle)
