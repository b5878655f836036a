"""A follower that is killed again and again, while another program takes the files away: each comes exactly once."""

import random
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest
from stored_documents import a_pdf

from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.operations.follow_folder import fax_number

TESTS = Path(__file__).parents[1]
FAXES, SIZE = 8, 2500
HOST = "api.example"

# Forks, so that only one interpreter has to start. Each child follows until all that is listed is saved, each command
# has run and each saved fax is deleted, or until it is killed before its step on the disk of that number. After that
# another program moves all that is in the folder into "out".
_SCRIPT = """
import asyncio, os, signal, sys, threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from scripted_service import AT_ONCE
from stored_documents import StoredDocuments, holding
from faxtui.domain.clock import ServiceClock
from faxtui.domain.query import FaxQuery
from faxtui.errors import Gone
from faxtui.operations.delete_queue import Clocks
from faxtui.operations.download_folder import MANIFEST
from faxtui.operations.follow import Follower, FollowObserver
from faxtui.operations.follow_folder import FollowConfig
from faxtui.operations.operations import DownloadTarget
from faxtui.storage.journal import AccountName, Journal
from faxtui.storage.json_lines import json_object

root, deletes = Path(sys.argv[1]), sys.argv[2] == "delete"
FAXES, SIZE, HOST = int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
kills = [int(each) for each in sys.argv[6:]]
folder, out, ran, deleted = root / "in", root / "out", root / "ran.txt", root / "deleted.txt"
numbering = threading.Lock()
steps = 0
BEGIN = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)

def numbered(name, last):
    step = getattr(os, name)
    def hooked(*args, **kwargs):
        global steps
        with numbering:
            steps += 1
            if steps == last:
                if name == "write":
                    step(args[0], bytes(args[1])[: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
        return step(*args, **kwargs)
    setattr(os, name, hooked)

class Service(StoredDocuments):
    async def delete_document(self, key):
        if key.file_name in lines(deleted):
            raise Gone("It is gone.")
        with deleted.open("a") as file:
            file.write(key.file_name + "\\n")
        self.faxes = tuple(each for each in self.faxes if each.key != key)

class Observer(FollowObserver):
    def note_problem(self, sentence):
        with (root / "problems.txt").open("a") as file:
            file.write(sentence + "\\n")

def lines(path):
    return path.read_text().splitlines() if path.exists() else []

def office(count):
    service = holding(FAXES, SIZE)
    faxes = [replace(each, received=BEGIN + timedelta(seconds=n), received_text=f"2026-11-23T10:00:{n:02}")
             for n, each in enumerate(service.faxes[:count])]
    return Service(service.answers, tuple(each for each in faxes if each.file_name not in lines(deleted)))

async def follow(count):
    service = office(count)
    config = FollowConfig(
        DownloadTarget(folder, "{file}"), AccountName(HOST, "me"), FaxQuery(), command=("sh", "-c", command),
        deletes=deletes, retry_policy=AT_ONCE,
    )
    clocks = Clocks(lambda: 0.0, lambda: 0.0, lambda _: asyncio.sleep(0))
    clock = ServiceClock(lambda: BEGIN + timedelta(minutes=1))
    follower = Follower(service, clock, config, Journal(root / "journal.jsonl"), Observer(), clocks=clocks)
    ended = {each["file"] for each in jobs() if deletes and not each["run"]}
    to_delete = ended & {each.file_name for each in service.faxes}
    task = asyncio.create_task(follower.run())
    while not task.done():
        saved, have_run = len(lines(folder / MANIFEST)), {each.split()[0] for each in lines(ran)}
        if saved >= count and len(have_run) >= count and is_idle() and to_delete <= {*lines(deleted)}:
            task.cancel()
            return
        await asyncio.sleep(0.005)
    task.result()

def jobs():
    found = {}
    for each in filter(None, map(json_object, lines(folder / "faxes.follow.jsonl"))):
        if each["event"] == "saving":
            found[each["id"]] = dict(each)
        elif each["event"] == "ended" and each["ok"] and each["id"] in found:
            found[each["id"]]["run"] = False
        elif each["event"] == "done":
            found.pop(each["id"], None)
    return found.values()

def is_idle():
    return not any(each["run"] for each in jobs())

def consume():
    out.mkdir(exist_ok=True)
    for each in folder.glob("*.pdf") if folder.exists() else ():
        assert not (out / each.name).exists(), f"{each.name} came twice"
        each.rename(out / each.name)

command = f'echo "$FAXTUI_FAX_ID $FAXTUI_ATTEMPT $(wc -c < "$FAXTUI_FILE")" >> {ran}'
for number, last in enumerate([*kills, 0, 0]):
    count = min(1 + number * FAXES // max(len(kills), 1), FAXES)
    child = os.fork()
    if child == 0:
        for name in ("open", "close", "write", "fsync", "link", "unlink", "rename", "replace", "mkdir", "ftruncate"):
            numbered(name, last)
        asyncio.run(follow(count))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    code = os.waitstatus_to_exitcode(status)
    assert code == (-signal.SIGKILL if last and code else 0), (number, last, code)
    consume()
"""


def kills() -> list[int]:
    """Steps at which followers are killed: each of the first ones, and others at random."""
    chance = random.Random(17)
    return [*range(1, 60), *(chance.randrange(1, 120) for _ in range(30))]


@pytest.mark.parametrize("deletes", [False, True], ids=["keep", "delete"])
def test_each_fax_comes_once_and_its_command_runs_at_least_once(tmp_path: Path, deletes: bool) -> None:
    options = [tmp_path, "delete" if deletes else "keep", FAXES, SIZE, HOST, *kills()]
    command = [sys.executable, "-c", _SCRIPT, *map(str, options)]
    subprocess.run(command, check=True, timeout=40, env={"PYTHONPATH": str(TESTS), "PATH": "/usr/bin:/bin"})
    found = {each.name: each.read_bytes() for each in (tmp_path / "out").iterdir()}
    assert found == {f"{number}.pdf": a_pdf(number, SIZE) for number in range(FAXES)}
    attempts = defaultdict[str, list[int]](list)
    for line in (tmp_path / "ran.txt").read_text().splitlines():
        number, attempt, size = line.split()
        attempts[number].append(int(attempt))
        assert int(size) == SIZE
    assert len(attempts) == FAXES
    assert all(max(Counter(each).values()) == 1 for each in attempts.values()), "the same attempt ran twice"
    left = {each.name for each in (tmp_path / "in").iterdir()}
    assert left <= {".faxtui-follow", "faxes.jsonl", "faxes.follow.jsonl", "faxes.follow"}
    assert not (tmp_path / "in" / "faxes.follow").exists() or not list((tmp_path / "in" / "faxes.follow").iterdir())
    if deletes:
        names = (tmp_path / "deleted.txt").read_text().splitlines()
        assert sorted(names) == [f"{number}.PDF" for number in range(FAXES)]


def test_a_fax_has_one_number_in_every_run() -> None:
    fax = FaxIdentity(FaxKey("f", "1.PDF"), "2026-11-23T10:41:07")
    assert fax_number(HOST, fax) == fax_number(HOST, fax)
    assert fax_number(HOST, fax) != fax_number("other.example", fax)
