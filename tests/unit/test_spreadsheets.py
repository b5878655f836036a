"""CSV as LibreOffice reads it, where it is installed."""

import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree
from zoneinfo import ZoneInfo

import pytest

from faxtui.domain.fax import Fax, ValueFormat
from faxtui.domain.regional import region_of
from faxtui.operations.formats import Format, csv_style, writer_of

OFFICE = shutil.which("soffice")
FRENCH = region_of({"LANG": "fr_FR.UTF-8"})
FAX = Fax(
    received=datetime(2026, 11, 23, 9, 23, 24, tzinfo=UTC),
    received_text="2026-11-23T10:23:24",
    sender="0478123456",
    recipient="33142960000",
    folder="=1+1",
    file_name="été.PDF",
    duration=62,
    pages=3,
    baud_rate=9600,
    message_id="7956746",
    customer=60300,
)
SEPARATED = "Text - txt - csv (StarCalc):59/44,34,76,1,,1036,false,true,false,false,false,-1,true"
"""By ; or by a comma, in UTF-8, for France; numbers, dates and formulas are recognized as when a file is opened."""
NAMES = {
    "office": "urn:oasis:names:tc:opendocument:xmlns:office:1.0",
    "table": "urn:oasis:names:tc:opendocument:xmlns:table:1.0",
    "text": "urn:oasis:names:tc:opendocument:xmlns:text:1.0",
}


def opened(folder: Path, *paths: Path) -> list[list[list[str]]]:
    """Open files of CSV, and return the cells of each: what is a date or a number begins with that word."""
    assert OFFICE is not None
    subprocess.run(
        [
            *(OFFICE, "--headless", f"-env:UserInstallation={(folder / 'office').as_uri()}"),
            *(f"--infilter={SEPARATED}", "--convert-to", "fods", "--outdir", str(folder), *map(str, paths)),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    return [rows(ElementTree.parse(path.with_suffix(".fods"))) for path in paths]


def rows(sheet: "ElementTree.ElementTree[ElementTree.Element]") -> list[list[str]]:
    return [
        [cell(each) for each in row.findall("table:table-cell", NAMES)]
        for row in sheet.iterfind(".//table:table-row", NAMES)
    ]


def cell(element: ElementTree.Element) -> str:
    office = f"{{{NAMES['office']}}}"
    match element.get(f"{office}value-type"):
        case "date":
            return f"date {element.get(f'{office}date-value')}"
        case "float":
            return f"number {element.get(f'{office}value')}"
    return "".join(element.itertext()).strip()


@pytest.mark.skipif(OFFICE is None, reason="LibreOffice is not installed")
def test_a_french_spreadsheet_reads_numbers_times_and_accents_right(tmp_path: Path) -> None:
    paths = []
    for separator in ("", "auto"):
        writer = writer_of(
            Format.CSV, ValueFormat(2026, ZoneInfo("Europe/Paris")), style=csv_style(separator, FRENCH, excel=True)
        )
        paths.append(tmp_path / f"faxes-{separator or 'comma'}.csv")
        paths[-1].write_bytes(writer.page((FAX,)) + writer.end())
    for (header, row, *_), first in zip(opened(tmp_path, *paths), ("received", "Received"), strict=True):
        assert [header[0], *filter(None, header[11:])] == [first]
        assert row[:6] == ["date 2026-11-23T10:23:24", "0478123456", "33142960000", "number 3", "number 62", "été.PDF"]
        assert row[7] == "'=1+1"
        assert row[10] == "2026-11-23T10:23:24"
