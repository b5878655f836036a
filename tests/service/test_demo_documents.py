"""The files of the demo's faxes, as clients get and delete them: over a real socket, read by readers of our own."""

import base64
import io
import re
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TypedDict
from urllib.parse import quote

import httpx
import pytest
from demo_server import demo_server

START = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
LIST = "/api/V1/InboundFax"
SIGNED_IN = ("60300.demo", "demo")
ALL: dict[str, str | int] = {"pageSize": 1000, "filterStartDate": "2026-10-15T00:00:00.000Z"}


class Fax(TypedDict):
    """What these tests want to know of a listed fax."""

    Folder: str
    FileName: str
    Pages: int


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    with demo_server(clock=lambda: START) as address, httpx.Client(base_url=address, auth=SIGNED_IN) as client:
        yield client


@pytest.fixture
def own_client() -> Iterator[httpx.Client]:
    """Of a demo of one's own, to delete from."""
    with demo_server(clock=lambda: START) as address, httpx.Client(base_url=address, auth=SIGNED_IN) as client:
        yield client


def _faxes(client: httpx.Client, ending: str) -> list[Fax]:
    faxes: list[Fax] = client.get(LIST, params=ALL).json()["Resources"]
    return [fax for fax in faxes if fax["FileName"].endswith(ending)]


def _path(fax: Fax) -> str:
    return f"/api/V1/InboundFolders/{fax['Folder']}/HostedInboundFiles/{fax['FileName']}"


def _some_of_each_length(faxes: list[Fax]) -> list[Fax]:
    by_length = {fax["Pages"]: fax for fax in faxes if fax["Pages"] <= 30}
    assert {1, 2, 3} < set(by_length)
    return list(by_length.values())


class Pdf:
    """A PDF, read by way of its cross-reference table: `pages` holds what each page draws."""

    def __init__(self, content: bytes) -> None:
        assert content.startswith(b"%PDF-1.4\n")
        end = re.search(rb"startxref\n(\d+)\n%%EOF\n\Z", content)
        assert end
        table = re.compile(rb"xref\n0 (\d+)\n((?:\d{10} \d{5} [fn] \n)+)trailer\n").match(content, int(end[1]))
        assert table
        entries = table[2].splitlines()
        assert len(entries) == int(table[1])
        assert entries[0] == b"0000000000 65535 f "
        self._objects = {n: _object(content, n, int(entry[:10])) for n, entry in enumerate(entries) if n}
        trailer = content[table.end() :]
        assert b"/Size %d " % len(entries) in trailer
        tree = self._named(self._named(trailer, b"Root"), b"Pages")
        kids = re.search(rb"/Kids \[([^]]*)\]", tree)
        assert kids
        leaves = [self._objects[int(number)] for number in re.findall(rb"(\d+) 0 R", kids[1])]
        assert all(leaf.startswith(b"<< /Type /Page ") and self._named(leaf, b"Parent") == tree for leaf in leaves)
        assert b"/Count %d " % len(leaves) in tree
        self.pages = [_drawing(self._named(leaf, b"Contents")) for leaf in leaves]

    def _named(self, dictionary: bytes, name: bytes) -> bytes:
        reference = re.search(rb"/%s (\d+) 0 R" % name, dictionary)
        assert reference
        return self._objects[int(reference[1])]


def _object(content: bytes, number: int, start: int) -> bytes:
    opening = b"%d 0 obj\n" % number
    assert content.startswith(opening, start)
    return content[start + len(opening) : content.index(b"\nendobj\n", start)]


def _drawing(stream: bytes) -> bytes:
    head, _, packed = stream.partition(b"\nstream\n")
    length = re.search(rb"/Length (\d+) /Filter /FlateDecode", head)
    assert length
    assert packed[int(length[1]) :] == b"\nendstream"
    return zlib.decompress(packed[: int(length[1])])


def _scans(content: bytes) -> list[bytes]:
    """What the pages of a TIFF show, one bit a pixel, read directory by directory."""
    order, version, start = struct.unpack_from("<2sHI", content)
    assert (order, version) == (b"II", 42)
    scans = []
    while start:
        assert start % 2 == 0
        (count,) = struct.unpack_from("<H", content, start)
        entries = [struct.unpack_from("<HHII", content, start + 2 + 12 * n) for n in range(count)]
        tags = {tag: value for tag, _, _, value in entries}
        assert list(tags) == sorted(tags)
        assert len(tags) == count
        assert [tags[tag] for tag in (254, 256, 258, 259, 262, 277, 296)] == [2, 1728, 1, 8, 0, 1, 2]
        across, one, down, another = struct.unpack_from("<4I", content, tags[282])
        assert (across, one, another) == (204, 1, 1)
        assert (down, tags[257]) in ((196, 2292), (98, 1146))
        assert tags[278] == tags[257]
        scan = zlib.decompressobj()
        scans.append(scan.decompress(content[tags[273] : tags[273] + tags[279]]))
        assert (scan.eof, scan.unused_data) == (True, b"")
        assert len(scans[-1]) == tags[257] * 1728 // 8
        (start,) = struct.unpack_from("<I", content, start + 2 + 12 * count)
    return scans


def test_a_pdf_is_whole_and_has_the_pages_its_fax_says(client: httpx.Client) -> None:
    for fax in _some_of_each_length(_faxes(client, ".PDF")):
        answer = client.get(_path(fax))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        pages = Pdf(answer.content).pages
        count = fax["Pages"]
        assert [b"(Page %d/%d) Tj" % (n, count) in page for n, page in enumerate(pages, 1)] == [True] * count


def test_a_tiff_is_whole_and_has_the_pages_its_fax_says(client: httpx.Client) -> None:
    for fax in _some_of_each_length(_faxes(client, ".TIF")):
        answer = client.get(_path(fax))
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/tiff")
        scans = _scans(answer.content)
        assert len(scans) == fax["Pages"]
        # A letter blackens some of the paper, and by far not half of it.
        for scan in scans:
            assert 0.005 < int.from_bytes(scan, "big").bit_count() / (8 * len(scan)) < 0.2


def test_pdfium_reads_as_many_pages_and_their_text(client: httpx.Client) -> None:
    pdfium = pytest.importorskip("pypdfium2")
    for fax in _some_of_each_length(_faxes(client, ".PDF")):
        with pdfium.PdfDocument(client.get(_path(fax)).content) as document:
            assert len(document) == fax["Pages"]
            for number, page in enumerate(document, 1):
                assert f"Page {number}/{fax['Pages']}" in page.get_textpage().get_text_range()


def test_pillow_reads_as_many_scans(client: httpx.Client) -> None:
    images = pytest.importorskip("PIL.Image")
    for fax in _some_of_each_length(_faxes(client, ".TIF")):
        with images.open(io.BytesIO(client.get(_path(fax)).content)) as image:
            assert image.n_frames == fax["Pages"]
            for number in range(image.n_frames):
                image.seek(number)
                # Mostly white, but not all of it.
                assert 0.8 < image.convert("L").histogram()[255] / (image.width * image.height) < 1


def test_a_document_is_the_same_each_time_and_unlike_any_other(client: httpx.Client, own_client: httpx.Client) -> None:
    first, second = _faxes(client, ".PDF")[:2]
    content = client.get(_path(first)).content
    assert content == client.get(_path(first)).content == own_client.get(_path(first)).content
    assert content != client.get(_path(second)).content


def test_json_holds_the_same_bytes_as_base64(client: httpx.Client) -> None:
    with demo_server(clock=lambda: START, answers_json=True) as address:
        for fax in (_faxes(client, ".PDF")[0], _faxes(client, ".TIF")[0]):
            answer = httpx.get(address + _path(fax), auth=SIGNED_IN)
            assert answer.headers["content-type"] == "application/json; charset=utf-8"
            assert answer.json()["FileName"] == fax["FileName"]
            assert base64.b64decode(answer.json()["Content"], validate=True) == client.get(_path(fax)).content


def test_segments_may_be_percent_encoded_whole_and_in_any_case(client: httpx.Client) -> None:
    fax = _faxes(client, ".PDF")[0]
    content = client.get(_path(fax)).content
    encoded = "".join(f"%{ord(character):02X}" for character in fax["FileName"])
    for path in (_path(fax).replace(fax["FileName"], encoded), _path(fax).lower(), _path(fax).upper()):
        assert client.get(path).content == content


@pytest.mark.parametrize(
    "name", ["nothing.PDF", "a/b", "../InboundFax", "é € 100% + ?#&.PDF", " ", "", "\0", "x' or '1'='1"]
)
def test_a_file_that_is_not_there_is_named_as_it_was_asked_for(client: httpx.Client, name: str) -> None:
    path = f"/api/V1/InboundFolders/134296015/HostedInboundFiles/{quote(name, safe='')}"
    for method in ("GET", "DELETE"):
        answer = client.request(method, path)
        assert answer.status_code == 404
        assert answer.json() == {"Code": 40401, "Message": f"File {name} does not exist"}


def test_a_file_is_in_its_own_folder_alone_and_under_its_whole_name(client: httpx.Client) -> None:
    fax = _faxes(client, ".PDF")[0]
    elsewhere = "134296077" if fax["Folder"] != "134296077" else "134296015"
    for path in (
        _path(fax).replace(fax["Folder"], elsewhere),
        _path(fax).replace(fax["Folder"], fax["Folder"] + "%20"),
        _path(fax) + "%20",
        _path(fax)[:-1],
    ):
        assert client.get(path).json()["Code"] == 40401


def test_a_deleted_fax_is_gone_from_its_address_and_from_the_list(own_client: httpx.Client) -> None:
    before = own_client.get(LIST).json()
    fax, *others = before["Resources"]
    answer = own_client.delete(_path(fax))
    assert (answer.status_code, answer.content, answer.headers["content-length"]) == (200, b"", "0")
    for method in ("GET", "DELETE"):
        again = own_client.request(method, _path(fax))
        assert (again.status_code, again.json()["Code"]) == (404, 40401)
    after = own_client.get(LIST).json()
    assert after["TotalCount"] == before["TotalCount"] - 1
    assert after["Resources"][:9] == others


def test_nobody_gets_or_deletes_anything_without_signing_in(client: httpx.Client) -> None:
    fax = _faxes(client, ".PDF")[0]
    for method in ("GET", "DELETE"):
        for auth in (None, ("60300.demo", "wrong")):
            answer = httpx.request(method, client.base_url.join(_path(fax)), auth=auth)
            assert (answer.status_code, list(answer.json())) == (401, ["Message"])
    assert client.get(_path(fax)).status_code == 200


@pytest.mark.parametrize("method", ["HEAD", "POST", "PUT", "PATCH"])
def test_a_file_answers_to_get_and_delete_alone(client: httpx.Client, method: str) -> None:
    fax = _faxes(client, ".PDF")[0]
    answer = client.request(method, _path(fax))
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, DELETE")
    assert client.get(_path(fax)).status_code == 200


def test_a_fax_that_has_just_come_in_has_a_document() -> None:
    moments = [START, START.replace(hour=11)]
    with demo_server(clock=lambda: moments[0]) as address:
        del moments[0]
        newest = httpx.get(address + LIST, auth=SIGNED_IN).json()["Resources"][0]
        assert newest["ReceivedDate"] > "2026-11-23T11:50"
        assert httpx.get(address + _path(newest), auth=SIGNED_IN).status_code == 200
