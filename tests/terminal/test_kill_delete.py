"""Killed at any step of a deletion: nothing is deleted that was not saved, and the journal tells no lies."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import deletion_run
import httpx
import pytest
from demo_server import demo_server
from odyssey_server import LOGIN, PASSWORD

from faxtui.domain.fax import FaxIdentity, FaxKey
from faxtui.storage.journal import AccountName, Journal, WasDeleted

TESTS = Path(__file__).parents[1]
UNTOLD = ("about to send", "sent", "answered")
"""Steps between the two lines on one deletion."""


class Service:
    """A demo, and three of its faxes with their contents."""

    def __init__(self, client: httpx.Client, address: str) -> None:
        self._client = client
        self.address = address
        listed = client.get("/api/V1/InboundFax").json()["Resources"][:3]
        self.contents = {
            key: self.get(key).content for key in (FaxKey(fax["Folder"], fax["FileName"]) for fax in listed)
        }

    def get(self, key: FaxKey) -> httpx.Response:
        return self._client.get(f"/api/V1/InboundFolders/{key.folder}/HostedInboundFiles/{key.file_name}")

    def has(self, key: FaxKey) -> bool:
        return self.get(key).status_code == 200


@pytest.fixture
def service() -> Iterator[Service]:
    with (
        demo_server(accounts={LOGIN: PASSWORD}) as address,
        httpx.Client(base_url=address, auth=(LOGIN, PASSWORD)) as client,
    ):
        yield Service(client, address)


def run(service: Service, folder: Path, step: str, copies: str) -> int:
    names = ["/".join(key) for key in service.contents]
    command = [sys.executable, str(TESTS / "deletion_run.py"), service.address, str(folder), step, copies, *names]
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    return subprocess.run(command, env=environment, timeout=60, check=False).returncode


def told(service: Service, folder: Path) -> dict[FaxKey, WasDeleted]:
    """What the journal says of each fax."""
    journal = Journal(folder / "journal.jsonl")
    journal.read()
    records = journal.records(AccountName(urlsplit(service.address).netloc, LOGIN))
    return {key: records.of(FaxIdentity(key)).was_deleted for key in service.contents}


def assert_nothing_is_lost(service: Service, folder: Path) -> None:
    for key, content in service.contents.items():
        copy = folder / key.file_name
        assert copy.exists() or service.has(key)
        assert not copy.exists() or copy.read_bytes() == content


def assert_the_journal_is_true(service: Service, folder: Path) -> None:
    for key, was_deleted in told(service, folder).items():
        assert was_deleted is WasDeleted.UNKNOWN or service.has(key) is (was_deleted is WasDeleted.NO)


@pytest.mark.parametrize("step", deletion_run.STEPS)
def test_killed_at_any_step_no_fax_is_gone_without_its_copy(service: Service, tmp_path: Path, step: str) -> None:
    assert run(service, tmp_path, step, "copies") == -signal.SIGKILL
    assert_nothing_is_lost(service, tmp_path)
    assert_the_journal_is_true(service, tmp_path)

    assert run(service, tmp_path, deletion_run.NEVER, "copies") == 0
    assert_nothing_is_lost(service, tmp_path)
    assert set(told(service, tmp_path).values()) == {WasDeleted.YES}
    assert not any(service.has(key) for key in service.contents)


@pytest.mark.parametrize("step", UNTOLD)
def test_killed_at_any_step_without_copies_the_journal_tells_the_truth(
    service: Service, tmp_path: Path, step: str
) -> None:
    assert run(service, tmp_path, step, "none") == -signal.SIGKILL
    assert_the_journal_is_true(service, tmp_path)
    assert [*told(service, tmp_path).values()] == [WasDeleted.YES, WasDeleted.UNKNOWN, WasDeleted.NO]

    assert run(service, tmp_path, deletion_run.NEVER, "none") == 0
    assert set(told(service, tmp_path).values()) == {WasDeleted.YES}
