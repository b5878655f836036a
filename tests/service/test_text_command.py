"""`faxtui text` and `faxtui download --text`: the text of files and faxes, with the real reader and client."""

import io
import json
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest
from demo_server import serving
from documents_to_read import letter_pdf, letter_tiff
from odyssey_server import asking
from scripted_service import AT_ONCE

from faxtui.cli.download import DownloadRequest, download
from faxtui.cli.output import Streams
from faxtui.cli.text import JSON, TextRequest, write_texts
from faxtui.demo import DemoService
from faxtui.domain.clock import ServiceClock
from faxtui.domain.fax import FaxKey
from faxtui.domain.query import FaxQuery, Filters, open_window
from faxtui.storage.journal import Journal

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
FIXED = DemoService(clock=lambda: NOW)
needs_tesseract = pytest.mark.skipif(shutil.which("tesseract") is None, reason="Tesseract is not installed")


class Run(NamedTuple):
    """Exit code, standard output and standard error."""

    code: int
    out: str
    err: str


async def read(*documents: Path | FaxKey, **options: object) -> Run:
    request = TextRequest(documents, format=str(options.get("format", "text")), retry_policy=AT_ONCE)
    out, err = io.BytesIO(), io.StringIO()
    with serving(FIXED) as address:
        async with asking(address, login="60300.demo", password="demo") as service:
            code = await write_texts(service, request, Streams(out, err))
    return Run(code, out.getvalue().decode(), err.getvalue())


@pytest.fixture
def letter(tmp_path: Path) -> Path:
    path = tmp_path / "letter.pdf"
    path.write_bytes(letter_pdf())
    return path


async def a_fax(kind: str) -> FaxKey:
    """A fax of one page whose file is of this kind."""
    with serving(FIXED) as address:
        async with asking(address, login="60300.demo", password="demo") as service:
            window = open_window(FaxQuery(Filters({"since": "7d"}), page_size=100), NOW, None)
            listed = await service.list_faxes(window, 1)
    return next(each.key for each in listed.page.faxes if each.pages == 1 and each.key.file_name.lower().endswith(kind))


async def test_pages_of_a_file_are_printed_with_a_form_feed_between(letter: Path) -> None:
    found = await read(letter)
    assert (found.code, found.err) == (0, "")
    assert found.out.count("\f") == 1
    assert found.out.endswith("\n")
    assert all(page.strip() for page in found.out.split("\f"))


async def test_a_fax_is_fetched_and_read_without_touching_the_disk() -> None:
    key = await a_fax(".pdf")
    found = await read(key)
    assert found.code == 0
    assert len(found.out.split()) > 20


async def test_json_has_every_word_with_its_box_and_confidence(letter: Path) -> None:
    found = await read(letter, format=JSON)
    (document,) = json.loads(found.out)
    assert document["name"] == str(letter)
    assert [page["page"] for page in document["pages"]] == [1, 2]
    page = document["pages"][0]
    assert (page["source"], page["turned"], page["to_check"]) == ("layer", 0, 0)
    word = page["words"][0]
    left, top, right, bottom = word["box"]
    assert left < right
    assert top < bottom
    assert (word["confidence"], word["to_check"]) == (100, False)


async def test_what_cannot_be_read_is_reported_and_the_next_is_read(letter: Path, tmp_path: Path) -> None:
    broken, missing = tmp_path / "broken.pdf", FaxKey("134296015", "no-such-fax.pdf")
    broken.write_bytes(b"%PDF-1.4 nothing")
    found = await read(broken, missing, tmp_path / "gone.pdf", letter)
    assert found.code == 1
    assert "\f" in found.out
    told = found.err.splitlines()
    assert told[0].startswith(f"faxtui: {broken}: ")
    assert told[1].startswith(f"faxtui: {missing.shown}: ")
    assert told[2] == f"faxtui: {tmp_path / 'gone.pdf'} can't be read: No such file or directory."


async def test_json_is_whole_even_if_nothing_could_be_read(tmp_path: Path) -> None:
    found = await read(tmp_path / "gone.pdf", format=JSON)
    assert (found.code, json.loads(found.out)) == (1, [])


@needs_tesseract
async def test_recognised_text_says_that_it_is(tmp_path: Path) -> None:
    path = tmp_path / "letter.tif"
    path.write_bytes(letter_tiff())
    found = await read(path)
    assert found.code == 0
    assert f"{path}: recognised text, may contain errors" in found.err


async def saved(folder: Path, key: FaxKey) -> Run:
    request = DownloadRequest(folder, keys=(key,), template="{file}", retry_policy=AT_ONCE, text_languages=("eng",))
    err = io.StringIO()
    with serving(FIXED) as address:
        async with asking(address, login="60300.demo", password="demo") as service:
            streams = Streams(io.BytesIO(), err)
            code = await download(service, ServiceClock(lambda: NOW), request, Journal(None), streams)
    return Run(code, "", err.getvalue())


async def test_a_download_writes_the_text_beside_the_file_once(tmp_path: Path) -> None:
    key = await a_fax(".pdf")
    found = await saved(tmp_path, key)
    text = tmp_path / f"{Path(key.file_name).stem}.txt"
    assert text.stat().st_mode & 0o777 == 0o600
    assert (found.code, found.err.splitlines()[-1]) == (0, "faxtui: Wrote 1 text file.")
    text.write_text("mine")
    found = await saved(tmp_path, key)
    assert (found.code, found.err.splitlines()[-1]) == (0, "faxtui: Wrote 0 text files.")
    assert text.read_text() == "mine"
