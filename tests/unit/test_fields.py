"""Each field of a fax, and how a person reads it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.domain.fax import (
    CUSTOMER,
    DURATION,
    FIELDS,
    FILE,
    FROM,
    LONGEST_SHOWN,
    PAGES,
    RECEIVED,
    SORTABLE,
    Fax,
    FaxKey,
    Field,
    ValueFormat,
    field_named,
)
from faxtui.errors import InvalidValue

PARIS = ZoneInfo("Europe/Paris")
READING = ValueFormat(2026, PARIS)
FAX = Fax(
    message_id="0",
    received=datetime(2026, 11, 23, 9, 41, 7, tzinfo=UTC),
    received_text="2026-11-23T10:41:07",
    sender="0478123456",
    recipient="134296015",
    folder="134296015",
    file_name="0-20261123-1041-1135.PDF",
    duration=62,
    pages=3,
    baud_rate=14400,
    customer=60300,
)


def test_every_field_reads_as_an_operator_reads_it() -> None:
    assert {each.name: each.text(FAX, READING) for each in FIELDS} == {
        "received": "11-23 10:41:07",
        "from": "0478123456",
        "to": "134296015",
        "pages": "3",
        "duration": "1:02",
        "file": "0-20261123-1041-1135.PDF",
        "baud": "14400",
        "folder": "134296015",
        "message": "0",
        "customer": "60300",
    }


@pytest.mark.parametrize("field", FIELDS, ids=lambda field: field.name)
def test_what_is_not_known_is_a_dash(field: Field) -> None:
    assert field.text(Fax(), READING) == "—"
    assert field.text(Fax(sender="", file_name="", folder="", message_id="", recipient=""), READING) == "—"


@pytest.mark.parametrize(
    ("seconds", "read"), [(0, "0:00"), (9, "0:09"), (60, "1:00"), (3725, "62:05"), (-1, "-0:01"), (-62, "-1:02")]
)
def test_a_duration_is_minutes_and_seconds(seconds: int, read: str) -> None:
    assert DURATION.text(Fax(duration=seconds), READING) == read


@given(seconds=st.integers(-(10**6), 10**6))
def test_a_duration_loses_no_second(seconds: int) -> None:
    minutes, rest = DURATION.text(Fax(duration=seconds), READING).removeprefix("-").split(":")
    assert int(minutes) * 60 + int(rest) == abs(seconds)


def test_no_pages_is_a_number_too() -> None:
    assert PAGES.text(Fax(pages=0), READING) == "0"


def test_a_moment_of_another_year_has_its_year_and_no_seconds() -> None:
    # On the operator's clock it is next year already.
    new_year = Fax(received=datetime(2026, 12, 31, 23, 30, tzinfo=UTC))
    assert RECEIVED.text(new_year, READING) == "27-01-01 00:30"
    assert RECEIVED.text(new_year, ValueFormat(2026, UTC)) == "12-31 23:30:00"
    assert RECEIVED.text(FAX, ValueFormat(2027, PARIS)) == "26-11-23 10:41"
    assert all(len(RECEIVED.text(FAX, ValueFormat(year, PARIS))) == RECEIVED.width for year in (2026, 2027))


def test_each_moment_is_converted_on_its_own_summer_or_winter() -> None:
    july = Fax(received=datetime(2026, 7, 1, 10, tzinfo=UTC))
    november = Fax(received=datetime(2026, 11, 1, 10, tzinfo=UTC))
    assert [RECEIVED.text(each, READING) for each in (july, november)] == ["07-01 12:00:00", "11-01 11:00:00"]


def test_a_moment_sent_with_an_offset_is_read_on_the_operators_clock() -> None:
    sent = Fax(received=datetime(2026, 11, 23, 10, tzinfo=timezone(timedelta(hours=-5))))
    assert RECEIVED.text(sent, READING) == "11-23 16:00:00"


def test_moments_can_be_written_in_the_operators_own_way() -> None:
    assert RECEIVED.text(FAX, ValueFormat(2026, PARIS, "%d/%m/%Y %Hh%M")) == "23/11/2026 10h41"
    assert RECEIVED.text(FAX, ValueFormat(2026, PARIS, "%H\x1b%M")) == "10␛41"


def test_a_duration_of_the_wrong_kind_is_unknown() -> None:
    assert replace(DURATION, value=lambda fax: fax.sender).text(FAX, READING) == "—"


def test_a_date_that_cannot_be_read_is_shown_as_it_was_sent() -> None:
    assert RECEIVED.text(Fax(received_text="le 24\x07 juillet"), READING) == "le 24␇ juillet"
    assert RECEIVED.text(Fax(received_text=""), READING) == "—"


def test_text_from_the_service_cannot_act_on_the_terminal() -> None:
    nasty = Fax(sender="\x1b[2J0478", file_name="invoice\u202efdp.exe")
    assert (FROM.text(nasty, READING), FILE.text(nasty, READING)) == ("␛[2J0478", "invoice\ufffdfdp.exe")


def test_numbers_stand_at_the_right() -> None:
    assert {each.name for each in FIELDS if each.is_right_aligned} == {"pages", "duration", "baud", "customer"}


def test_the_service_sorts_by_every_field_but_the_customer() -> None:
    assert set(FIELDS) - set(SORTABLE) == {CUSTOMER}
    assert [each for each in FIELDS if not each.is_sortable] == [CUSTOMER]


def test_a_field_is_found_by_its_name() -> None:
    assert [field_named(each.name) for each in FIELDS] == list(FIELDS)
    with pytest.raises(InvalidValue, match=r"There is no field “colour”\. The fields are: received, from, to"):
        field_named("colour")


def test_a_fax_is_known_by_its_folder_and_file_name() -> None:
    assert FAX.key == FaxKey("134296015", "0-20261123-1041-1135.PDF")
    assert FAX.key.has_address


@pytest.mark.parametrize("part", [None, "", ".", ".."])
def test_a_fax_without_a_folder_or_a_file_name_of_its_own_has_no_address(part: str | None) -> None:
    assert not Fax(folder=part, file_name="a.PDF").key.has_address
    assert not Fax(folder="f", file_name=part).key.has_address
    assert Fax(folder="...", file_name="..a").key.has_address


def test_of_a_long_value_the_beginning_is_shown() -> None:
    fax = Fax(sender="\u200b" * 8000, file_name="f" * LONGEST_SHOWN)
    assert FROM.text(fax, READING) == "\N{REPLACEMENT CHARACTER}" * LONGEST_SHOWN + "…"
    assert FILE.text(fax, READING) == "f" * LONGEST_SHOWN
