"""What the file of a saved fax is called."""

import re
import unicodedata
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxtui.domain.fax import Fax
from faxtui.domain.filename import (
    DEFAULT_TEMPLATE,
    MOST_BYTES,
    MOST_NUMBER,
    PART,
    fields_in,
    numbered,
    safe_name,
    with_extension,
)
from faxtui.errors import InvalidValue

PARIS = ZoneInfo("Europe/Paris")
FAX = Fax(
    message_id="7956746",
    received=datetime(2026, 11, 23, 9, 41, 7, tzinfo=UTC),
    sender="0478123456",
    recipient="134296015",
    folder="134296015",
    file_name="0-20261123-1041-1135.PDF",
    pages=3,
    customer=60300,
)
PDF, TIFF, BIG_TIFF = b"%PDF-1.7\n", b"II*\0\x08\0\0\0", b"MM\0+\0\x08\0\0"
PJL = b"\x1b%-12345X@PJL ENTER LANGUAGE=PDF\r\n"


def name_of(file_name: str | None, template: str = "{file}") -> str:
    return safe_name(template, Fax(file_name=file_name), UTC)


def test_the_usual_template_tells_when_from_whom_and_which_file() -> None:
    assert safe_name(DEFAULT_TEMPLATE, FAX, PARIS) == "20261123-1041_0478123456_0-20261123-1041-1135.pdf"


def test_every_field_can_stand_in_a_template() -> None:
    template = "{to} {folder} {message} {customer} {pages} {{x}}"
    assert safe_name(template, FAX, PARIS) == "134296015 134296015 7956746 60300 3 {x}.pdf"


def test_dates_are_on_the_clock_of_the_operator() -> None:
    assert safe_name("{received}", FAX, PARIS) == "20261123-104107.pdf"
    assert safe_name("{received:%H%%%M}", FAX, UTC) == "09%41.pdf"


def test_what_is_not_known_is_called_unknown() -> None:
    assert safe_name(DEFAULT_TEMPLATE, Fax()) == "unknown_unknown_unknown"
    assert safe_name("{from}", Fax(sender="  ")) == "unknown"


def test_a_date_that_cannot_be_read_is_in_the_name_as_it_was_sent() -> None:
    fax = Fax(received_text="le 24/07 à 7:49", file_name="a.PDF")
    assert safe_name("{received:%Y}_{file}", fax) == "le 24_07 à 7_49_a.pdf"


@pytest.mark.parametrize(
    "template",
    [
        "{}",
        "{0}",
        "{sender}",
        "{from.real}",
        "{from[0]}",
        "{from!r}",
        "{from:>20}",
        "{received:%Q}",
        "{received:%}",
        "{received:{from}}",
        "{from",
        "from}",
        "{received:%H",
        "{folder}/{file}",
        "a\\{file}",
        "{received:%Y/%m}",
        "../{file}",
    ],
)
def test_a_template_that_cannot_be_taken_is_refused(template: str) -> None:
    with pytest.raises(InvalidValue) as caught:
        safe_name(template, FAX)
    assert caught.value.field == "name"
    assert str(caught.value).endswith(".")


def test_a_template_is_refused_whatever_the_fax_is() -> None:
    with pytest.raises(InvalidValue, match="Only received has one"):
        safe_name("{received:%Q}", Fax())
    with pytest.raises(InvalidValue, match=re.escape("It can contain {received} {from} {to} {folder} {file} ")):
        fields_in("{baud}")


def test_a_template_tells_which_fields_it_uses() -> None:
    assert fields_in(DEFAULT_TEMPLATE) == {"received", "from", "file"}
    assert fields_in("fax") == frozenset()


@pytest.mark.parametrize(
    ("file_name", "saved_as"),
    [
        ("../../x", "_.._x"),
        ("..", "unknown"),
        (".bashrc", "bashrc"),
        ("-rf", "rf"),
        ("  -. x . ", "x"),
        ('a/b\\c:d|e?f*g<h>i"j', "a_b_c_d_e_f_g_h_i_j"),
        ("a\0b\x1b[2Jc\x7f\x9b.pdf", "a_b_[2Jc__.pdf"),
        ("a\u202efdp.exe", "a_fdp.exe"),
        ("a\u200bb\ufeffc\u2066d\u00ade", "a_b_c_d_e"),
        ("a\u3164b\ufe0fc", "a_b_c"),
        ("a\u2028b\ud800c", "a_b_c"),
        ("a\u00a0b\u3000c", "a b c"),
        ("e\u0301", "é"),
        ("con", "_con"),
        ("CON.PDF", "_CON.pdf"),
        ("nul.tar.pdf", "_nul.tar.pdf"),
        ("Com1 .x", "_Com1 .x"),
        ("lpt³", "_lpt³"),
        ("console.pdf", "console.pdf"),
        (".PDF", "unknown.pdf"),
        ("x.pdf. ", "x.pdf"),
        ("x.TIFF", "x.tiff"),
        ("x.Tif", "x.tif"),
        ("x .pdf", "x.pdf"),
        ("x.exe", "x.exe"),
        ("faxes.jsonl", "faxes.jsonl"),
    ],
)
def test_a_hostile_name_becomes_a_harmless_one(file_name: str, saved_as: str) -> None:
    assert name_of(file_name) == saved_as


def test_an_extension_comes_once_and_last() -> None:
    assert name_of("x.PDF", "{file}.pdf") == "x.pdf"
    assert name_of("x.PDF", "{file}_{from}") == "x_unknown.pdf"


@pytest.mark.parametrize(
    ("name", "head", "saved_as"),
    [
        ("x", PDF, "x.pdf"),
        ("x.exe", TIFF, "x.exe.tif"),
        ("x.pdf", PDF, "x.pdf"),
        ("x.pdf", TIFF, "x.tif"),
        ("x.pdf", BIG_TIFF, "x.tif"),
        ("x.tif", PDF, "x.pdf"),
        ("x.tiff", PDF, "x.pdf"),
        ("x.tif", TIFF, "x.tif"),
        ("x.tiff", TIFF, "x.tiff"),
        ("x.pdf", PJL + PDF, "x.pdf"),
        ("x", PJL + PDF, "x.pdf"),
        ("x.pdf", TIFF + PDF, "x.tif"),
        ("x", b"<html>", "x"),
    ],
)
def test_the_extension_is_that_of_the_content(name: str, head: bytes, saved_as: str) -> None:
    assert with_extension(name, head) == saved_as


def test_a_number_goes_before_the_extension() -> None:
    assert [numbered("a.b.pdf", each) for each in (1, 2, 12)] == ["a.b.pdf", "a.b (2).pdf", "a.b (12).pdf"]
    assert numbered("x", 2) == "x (2)"


@pytest.mark.parametrize("letter", ["x", "é", "漢", "🖷"])
def test_a_long_name_is_cut_between_characters_and_keeps_its_extension(letter: str) -> None:
    name = name_of(letter * 400 + ".TIFF")
    assert name.startswith(letter * 40)
    assert name.endswith(f"{letter}.tiff")
    assert 170 < len(name.encode()) < MOST_BYTES


@given(
    st.text(),
    st.text(),
    st.sampled_from([DEFAULT_TEMPLATE, "{file}", "{from}", "-{from}.{file}"]),
    st.sampled_from([PDF, TIFF, BIG_TIFF]),
)
@example("", "0-20261123-1041-1135.PDF", "{file}", TIFF)
@example("", ".pdf", "{file}", TIFF)
@example("x.tif", "", "{from}", PDF)
def test_whatever_the_service_says_a_name_is_safe(sender: str, file_name: str, template: str, content: bytes) -> None:
    for extension in ("", ".PDF", ".TIFF"):
        name = with_extension(safe_name(template, Fax(sender=sender, file_name=file_name + extension), UTC), content)
        assert name.isprintable()
        assert not re.search(r'[<>:"/\\|?*]', name)
        assert name[0] not in " .-"
        assert name.endswith(".pdf" if content == PDF else (".tif", ".tiff"))
        assert not re.match(r"(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])[ .]", name, re.IGNORECASE)
        assert unicodedata.is_normalized("NFC", name)
        assert len((numbered(name, MOST_NUMBER) + PART).encode()) <= MOST_BYTES
