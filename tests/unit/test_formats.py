"""What faxes look like as CSV, JSON and as a table."""

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.cli.list import ListRequest
from faxtui.domain.fax import FIELDS, Fax, ValueFormat
from faxtui.domain.query import FaxQuery
from faxtui.domain.regional import region_of
from faxtui.errors import InvalidValue
from faxtui.operations.formats import PLAIN_CSV, CsvStyle, Format, Terminal, cells_of, csv_style, cut, writer_of

PARIS = ZoneInfo("Europe/Paris")
READING = ValueFormat(2026, PARIS)
FRENCH = region_of({"LANG": "fr_FR.UTF-8"})
FAX = Fax(
    message_id="7956746",
    received=datetime(2026, 11, 23, 9, 23, 24, tzinfo=UTC),
    received_text="2026-11-23T10:23:24",
    sender="EHPAD Les Tilleuls",
    recipient="134296015",
    folder="134296015",
    file_name="0-20261123-1023-8533965.PDF",
    duration=62,
    pages=3,
    baud_rate=9600,
    customer=60300,
    resource='{"MessageId":"7956746","New":[1,{"é":null}]}',
)
HEADER = "received,from,to,pages,duration,file,baud,folder,message,customer,received_raw"


def written(kind: Format, *pages: tuple[Fax, ...], excel: bool = False) -> str:
    writer = writer_of(kind, READING, style=CsvStyle(excel=excel))
    return b"".join([*(writer.page(each) for each in pages), writer.end()]).decode()


def table(*pages: tuple[Fax, ...], width: int | None = None, utf8: bool = True) -> list[str]:
    terminal = Terminal(width, utf8) if width or not utf8 else None
    writer = writer_of(Format.TABLE, READING, terminal=terminal)
    return b"".join([*(writer.page(each) for each in pages), writer.end()]).decode().split("\n")


def cells(text: str) -> dict[str, str]:
    (row,) = csv.DictReader(io.StringIO(text, newline=""))
    return row


def test_csv_has_every_field_under_its_name_and_values_that_programs_read() -> None:
    assert written(Format.CSV, (FAX,)) == (
        f"{HEADER}\r\n"
        "2026-11-23T10:23:24+01:00,EHPAD Les Tilleuls,134296015,3,62,0-20261123-1023-8533965.PDF,9600,134296015,"
        "7956746,60300,2026-11-23T10:23:24\r\n"
    )
    assert ",".join([*(field.name for field in FIELDS), "received_raw"]) == HEADER


def test_csv_moments_have_the_operators_offset_on_that_day() -> None:
    in_july = replace(FAX, received=datetime(2026, 7, 23, 9, 23, 24, tzinfo=UTC))
    assert cells(written(Format.CSV, (in_july,)))["received"] == "2026-07-23T11:23:24+02:00"


def test_csv_has_one_header_however_many_pages_and_one_even_without_faxes() -> None:
    lines = written(Format.CSV, (FAX,), (FAX, FAX), ()).split("\r\n")
    assert (lines.count(HEADER), len(lines)) == (1, 5)
    assert written(Format.CSV, ()) == f"{HEADER}\r\n"


def test_what_is_unknown_is_an_empty_cell() -> None:
    assert written(Format.CSV, (Fax(),)) == f"{HEADER}\r\n,,,,,,,,,,\r\n"


def test_csv_quotes_commas_quotes_and_line_ends_and_changes_no_text() -> None:
    text = written(Format.CSV, (replace(FAX, sender='a,"b"', recipient="c\r\nd\ne", folder=" \x1b[2J\u202e "),))
    assert '"a,""b"""' in text
    row = cells(text)
    assert (row["from"], row["to"], row["folder"]) == ('a,"b"', "c\r\nd\ne", " \x1b[2J\u202e ")


@given(texts=st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=3, max_size=3), excel=st.booleans())
def test_any_text_comes_back_from_csv(texts: list[str], excel: bool) -> None:
    fax = Fax(sender=texts[0], recipient=texts[1], received_text=texts[2])
    text = written(Format.CSV, (fax,), excel=excel).removeprefix("\ufeff")
    row = cells(text)
    read = [row["from"], row["to"], row["received_raw"]]
    assert (read == texts) or (excel and [unmarked(each) for each in read] == [each.replace("'", "") for each in texts])


def unmarked(cell: str) -> str:
    return (cell[2:-1] if cell.startswith('="') else cell).replace("'", "")


@pytest.mark.parametrize("kind", [Format.CSV, Format.JSON, Format.JSONL, Format.TABLE])
def test_a_lone_surrogate_is_written_as_an_escape(kind: Format) -> None:
    text = written(kind, (Fax(sender="a\ud800b", resource='{"From":"a\ud800b"}'),))
    assert ("a\N{REPLACEMENT CHARACTER}b" if kind is Format.TABLE else "a\\ud800b") in text


def test_csv_for_excel_begins_with_a_byte_order_mark_and_has_one_only() -> None:
    text = written(Format.CSV, (FAX,), (FAX,), excel=True)
    assert text.startswith(f"\ufeff{HEADER}\r\n")
    assert text.count("\ufeff") == 1
    assert "\ufeff" not in written(Format.CSV, (FAX,))


@pytest.mark.parametrize(
    ("sent", "safe"),
    [
        ("=1+1", "'=1+1"),
        ("+33478123456", '="+33478123456"'),
        ("-1", '="-1"'),
        ("0478123456", '="0478123456"'),
        ("1E5", '="1E5"'),
        ("5/11", '="5/11"'),
        ("2026-11-23T10:23:24", '="2026-11-23T10:23:24"'),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        ("\r=1", "'\r'=1"),
        (" =1", "' =1"),
        ("＝1", "'＝1"),
        ("x;=1", "x;'=1"),
        ('x;""=1', 'x;\'""=1'),
        ("x\n@y", "x\n'@y"),
        ("a=b", "a=b"),
        ("a;b", "a;b"),
        ("", ""),
        ("0478 12-34", '="0478 12-34"'),
    ],
)
def test_csv_for_excel_holds_no_text_that_excel_would_run(sent: str, safe: str) -> None:
    fax = Fax(sender=sent, received_text=sent)
    row = cells(written(Format.CSV, (fax,), excel=True).removeprefix("\ufeff"))
    assert (row["from"], row["received_raw"]) == (safe, safe)
    assert cells(written(Format.CSV, (fax,)))["from"] == sent


def test_csv_for_excel_has_numbers_and_local_times() -> None:
    row = cells(written(Format.CSV, (replace(FAX, duration=-5),), excel=True).removeprefix("\ufeff"))
    assert (row["duration"], row["received"]) == ("-5", "2026-11-23 10:23:24")


def test_json_is_one_array_of_what_the_service_sent_a_resource_a_line() -> None:
    other = Fax(resource='{"MessageId":"1"}')
    assert written(Format.JSON, (FAX,), (), (other, FAX)) == (
        f'[\n{FAX.resource},\n{{"MessageId":"1"}},\n{FAX.resource}\n]\n'
    )


def test_json_without_faxes_is_an_empty_array() -> None:
    assert json.loads(written(Format.JSON)) == json.loads(written(Format.JSON, (), ())) == []


def test_json_that_was_cut_short_is_no_json() -> None:
    writer = writer_of(Format.JSON, READING)
    with pytest.raises(ValueError, match="Expecting"):
        json.loads(writer.page((FAX,)))


def test_json_lines_are_a_resource_each() -> None:
    lines = written(Format.JSONL, (FAX,), (), (FAX, FAX)).splitlines()
    assert lines == [FAX.resource] * 3
    assert written(Format.JSONL, ()) == ""


def test_each_page_of_json_ends_with_its_line() -> None:
    writer = writer_of(Format.JSON, READING)
    assert [writer.page((FAX,)), writer.page((Fax(),))] == [b"[\n", f"{FAX.resource},\n".encode()]


@pytest.mark.parametrize(
    ("style", "option"), [(CsvStyle(excel=True), "excel"), (CsvStyle(";"), "separator"), (CsvStyle(";", True), "excel")]
)
def test_a_style_is_about_csv_alone(style: CsvStyle, option: str) -> None:
    with pytest.raises(InvalidValue, match=f"--{option} needs CSV. Add --format csv") as caught:
        ListRequest(FaxQuery(), Format.JSON, style=style)
    assert (caught.value.field, ListRequest(FaxQuery(), Format.CSV, style=style).style) == (option, style)


@pytest.mark.parametrize(
    ("separator", "style"),
    [
        ("", PLAIN_CSV),
        (";", CsvStyle(";")),
        ("tab", CsvStyle("\t")),
        ("\t", CsvStyle("\t")),
        ("auto", CsvStyle(";", has_labels=True)),
    ],
)
def test_cells_are_separated_by_any_one_mark_or_as_is_customary(separator: str, style: CsvStyle) -> None:
    assert csv_style(separator, FRENCH) == style
    writer = writer_of(Format.CSV, READING, style=style)
    text = (writer.page((FAX,)) + writer.end()).decode()
    header, row = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=style.separator)
    assert (header[1], row[1]) == ("From number" if style.has_labels else "from", FAX.sender)
    assert text.startswith("\ufeff") is style.has_labels


@pytest.mark.parametrize("separator", ["ab", "1", "a", '"', "'", "\n", " ", "."])
def test_what_would_break_cells_separates_none(separator: str) -> None:
    with pytest.raises(InvalidValue, match="can't separate cells") as caught:
        csv_style(separator, FRENCH)
    assert caught.value.field == "separator"


def test_a_table_has_the_columns_that_fit_80_cells_numbers_to_the_right() -> None:
    assert table((FAX,), width=80) == [
        "Received        From            To            Pages  Duration  File",
        "11-23 10:23:24  EHPAD Les Til…  134296015         3      1:02  0-20261123-1023-…",
        "",
    ]


def test_the_file_name_takes_what_a_wider_terminal_leaves() -> None:
    heading, row, _ = table((FAX,), width=91)
    assert row.endswith("  1:02  0-20261123-1023-8533965.PDF")
    assert heading.split() == ["Received", "From", "To", "Pages", "Duration", "File"]
    heading, row, _ = table((FAX,), width=99)
    assert heading.split() == ["Received", "From", "To", "Pages", "Duration", "Baud", "File"]
    assert row.endswith("   9600  0-20261123-1023-8533965.PDF")


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (200, 10),
        (73, 6),
        (72, 5),
        (61, 5),
        (60, 4),
        (44, 3),
        (43, 2),
        (30, 2),
        (29, 1),
        (14, 1),
    ],
)
def test_where_room_is_short_the_least_important_columns_go(width: int, shown: int) -> None:
    heading, row, _ = table((FAX,), width=width)
    assert len(heading.split()) == shown
    assert cells_of(row) <= width


def test_a_terminal_too_narrow_for_any_column_shows_what_fits() -> None:
    assert table((FAX,), width=8) == ["Received", "11-23 1…", ""]


@given(width=st.integers(1, 250), sender=st.text(max_size=30), name=st.text(max_size=60))
def test_no_line_is_longer_than_the_terminal_is_wide(width: int, sender: str, name: str) -> None:
    for line in table((replace(FAX, sender=sender, file_name=name),), width=width):
        assert cells_of(line) <= width


def test_a_table_that_is_no_terminals_has_every_column_and_cuts_nothing() -> None:
    later = replace(FAX, sender="x" * 60)
    heading, row, other, longer, _ = table((FAX, Fax()), (later,))
    assert " ".join(heading.split()) == "Received From To Pages Duration Baud Folder Message Customer File"
    assert row.split()[-8:] == ["134296015", "3", "1:02", "9600", "134296015", "7956746", "60300", FAX.file_name]
    assert other.split() == ["—"] * 10
    assert row.index("134296015") == heading.index("To") == 16 + len("EHPAD Les Tilleuls") + 2
    assert "x" * 60 in longer


def test_one_long_value_does_not_widen_a_column_without_end() -> None:
    heading, *_ = table((replace(FAX, sender="x" * 5000),))
    assert heading.index("To") == 16 + 40 + 2


def test_a_table_has_its_headings_once_and_even_without_faxes() -> None:
    assert len(table((FAX,), (FAX,))) == 4
    assert table((), width=80)[0].startswith("Received")


def test_a_table_shows_what_would_act_as_visible_marks() -> None:
    _, row, _ = table((replace(FAX, sender="\x1b[2J\u202ea\nb"),), width=80)
    assert "␛[2J\N{REPLACEMENT CHARACTER}a␊b" in row


def test_without_utf8_a_table_is_ascii() -> None:
    _, row, _ = table((replace(FAX, sender="Hôpital de la Croix", recipient=None),), width=80, utf8=False)
    assert row == "11-23 10:23:24  Hopital de l..  -                 3      1:02  0-20261123-1023.."


def test_wide_characters_take_two_cells_and_combining_ones_none() -> None:
    assert (cells_of("abc"), cells_of("病院"), cells_of("e\u0301a")) == (3, 4, 2)
    assert (cut("病院です", 5), cut("病院です", 8), cut("病院です", 4)) == ("病院…", "病院です", "病…")
    _, wide, narrow, _ = table((replace(FAX, sender="病院"), FAX), width=80)
    assert cells_of(wide[: wide.index("134296015")]) == cells_of(narrow[: narrow.index("134296015")])


def test_a_cut_needs_room_for_its_mark() -> None:
    assert (cut("abc", 1), cut("abc", 1, ".."), cut("a  bc", 4)) == ("…", ".", "a…")


ACTING = "a\x1b[7m\x7f\x9b\u200b\u202e\u2028\ufeff\U000e0001é"
RESOURCE = json.dumps({"From": ACTING}, ensure_ascii=False)


def written_on(terminal: Terminal | None, kind: Format, fax: Fax, *, excel: bool = False) -> str:
    writer = writer_of(kind, READING, style=CsvStyle(excel=excel), terminal=terminal)
    return (writer.page((fax,)) + writer.end()).decode()


@pytest.mark.parametrize("kind", [Format.JSON, Format.JSONL])
@pytest.mark.parametrize("terminal", [None, Terminal(80), Terminal(None, utf8=False)])
def test_json_escapes_what_is_invisible_and_says_the_same(kind: Format, terminal: Terminal | None) -> None:
    text = written_on(terminal, kind, replace(FAX, resource=RESOURCE))
    assert r"\u007f\u009b\u200b\u202e\u2028\ufeff\udb40\udc01" in text
    assert all(each.isprintable() or each == "\n" for each in text)
    assert text.isascii() == (terminal is not None and not terminal.utf8)
    read = json.loads(text)
    assert (read[0] if kind is Format.JSON else read) == {"From": ACTING}


@given(st.text())
def test_json_says_the_same_of_any_text(text: str) -> None:
    resource = json.dumps({"From": text}, ensure_ascii=False)
    for terminal in (None, Terminal(80, utf8=False)):
        assert json.loads(written_on(terminal, Format.JSONL, replace(FAX, resource=resource))) == {"From": text}


def test_csv_is_data_in_a_file_and_marks_what_acts_on_a_terminal() -> None:
    fax = replace(FAX, sender=f"{ACTING}\r\nx")
    assert cells(written_on(None, Format.CSV, fax))["from"] == f"{ACTING}\r\nx"
    seen = cells(written_on(Terminal(80), Format.CSV, fax))
    assert seen["from"] == "a␛[7m␡\ufffd\ufffd\ufffd\ufffd\ufffd\ufffdé␍␊x"
    assert cells(written_on(Terminal(80), Format.CSV, fax, excel=True))["from"] == seen["from"]
    assert written_on(Terminal(80, utf8=False), Format.CSV, fax).isascii()


def test_elsewhere_than_on_a_terminal_other_characters_stay_in_json() -> None:
    resource = json.dumps({"From": "é\u00a0病👍\U0001f3fb\u0301"}, ensure_ascii=False)
    assert written_on(None, Format.JSONL, replace(FAX, resource=resource)) == f"{resource}\n"
