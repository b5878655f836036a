"""A download that is killed at any step leaves every file whole or absent, and goes on when it is started again."""

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from scripted_service import AT_ONCE
from stored_documents import a_pdf, holding

from faxtui.operations.download import Batch
from faxtui.operations.download_folder import BUFFER, MANIFEST, CopyState, DownloadFolder, Verification

TESTS = Path(__file__).parents[1]
FAXES = 2
SIZE = BUFFER + 10_000
"""There are steps between the first byte on the disk and the last one."""

# Numbers each step on the disk, and is killed before the one of that number, or, of a write, in the midst of it. Forks,
# so that only one interpreter has to start; nothing has run in it by then.
_SCRIPT = f"""
import asyncio, os, signal, sys, threading
from pathlib import Path
from scripted_service import AT_ONCE
from stored_documents import holding
from faxtui.operations.download import Batch
from faxtui.operations.download_folder import DownloadFolder

numbering = threading.Lock()
steps = 0

def numbered(name, last, halfway):
    step = getattr(os, name)
    def hooked(*args, **kwargs):
        global steps
        with numbering:
            steps += 1
            if steps == last:
                if halfway and name == "write":
                    step(args[0], bytes(args[1])[: len(args[1]) // 2])
                os.kill(os.getpid(), signal.SIGKILL)
        return step(*args, **kwargs)
    setattr(os, name, hooked)

def download(folder, at_once, last, halfway):
    for name in ("open", "close", "write", "fsync", "link", "unlink", "rename", "replace", "mkdir", "ftruncate"):
        numbered(name, last, halfway)
    service = holding({FAXES}, {SIZE})
    shelf = DownloadFolder(folder, "{{file}}", None)
    asyncio.run(Batch(service, shelf, retry_policy=AT_ONCE, at_once=at_once, on_disk=at_once - 1).save(service.faxes))

root, at_once, halfway, everywhere = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3] == "halfway", sys.argv[4] == "new"
last, was_killed = 0, True
while was_killed:
    last += 1
    child = os.fork()
    if child == 0:
        download(root / (str(last) if everywhere else "same"), at_once, last, halfway)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    was_killed = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
sys.exit(os.waitstatus_to_exitcode(status))
"""


WHOLE = {f"{number}.pdf": a_pdf(number, SIZE) for number in range(FAXES)}


def killed_at_every_step(root: Path, at_once: int, *, halfway: bool = False, same_folder: bool = False) -> list[Path]:
    """The folders of downloads each of which was killed one step later than the one before; the last one was not."""
    where = "same" if same_folder else "new"
    command = [sys.executable, "-c", _SCRIPT, str(root), str(at_once), "halfway" if halfway else "before", where]
    subprocess.run(command, check=True, timeout=60, env={"PYTHONPATH": str(TESTS)})
    return list(root.iterdir())


def files(folder: Path) -> dict[str, bytes]:
    return {each.name: each.read_bytes() for each in folder.iterdir() if each.name != MANIFEST}


def whole_lines(folder: Path) -> list[dict[str, object]]:
    path = folder / MANIFEST
    lines = path.read_bytes().splitlines(keepends=True) if path.exists() else []
    return [json.loads(line) for line in lines if line.endswith(b"\n")]


async def check(folder: Path) -> None:
    """What a killed run left is whole, and the next run brings the rest."""
    left = files(folder)
    assert {name: content for name, content in left.items() if not name.endswith(".part")}.items() <= WHOLE.items()
    assert all(each["name"] in left for each in whole_lines(folder))
    service = holding(FAXES, SIZE)
    progress = await Batch(service, DownloadFolder(folder, "{file}", None), retry_policy=AT_ONCE).save(service.faxes)
    assert progress.done == progress.saved + progress.already_there == FAXES
    assert files(folder) == WHOLE
    entries = {str(each["name"]): each["sha256"] for each in map(json.loads, (folder / MANIFEST).open())}
    assert entries == {name: hashlib.sha256(content).hexdigest() for name, content in WHOLE.items()}
    assert [each.state async for each in Verification(folder).checked()] == [CopyState.WHOLE] * FAXES


@pytest.mark.parametrize(("at_once", "halfway"), [(1, False), (1, True), (2, False)])
async def test_killed_at_any_step_it_goes_on_where_it_was(tmp_path: Path, at_once: int, halfway: bool) -> None:
    folders = killed_at_every_step(tmp_path, at_once, halfway=halfway)
    assert len(folders) > 10 * FAXES
    assert any(name.endswith(".part") for folder in folders for name in files(folder))
    for folder in folders:
        await check(folder)


async def test_killed_again_and_again_it_comes_to_its_end(tmp_path: Path) -> None:
    (folder,) = killed_at_every_step(tmp_path, 1, halfway=True, same_folder=True)
    assert files(folder) == WHOLE
    await check(folder)
