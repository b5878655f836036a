"""The answer to the list call, as the service documents it and as it may write it all the same."""

import json
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from faxtui.domain.fax import FIELDS, Fax
from faxtui.domain.page import FaxPage
from faxtui.odyssey.listing import read_page

PARIS = ZoneInfo("Europe/Paris")
RESOURCE = {
    "MessageId": "0",
    "ReceivedDate": "2017-07-24T07:49:08",
    "To": "1342960000",
    "From": "0",
    "Folder": "134296000",
    "FileName": "0-20170724-0749-1135087.PDF",
    "CallTime": 1,
    "Pages": 1,
    "BaudRate": 33,
    "CustomerNumber": 60300,
}
SAMPLE = {
    "PageIndex": 1,
    "PageSize": 1,
    "TotalCount": 3,
    "TotalPageCount": 1,
    "Resources": [RESOURCE],
    "HasPreviousPage": False,
    "HasNextPage": False,
}
"""The documented answer."""


def read(answer: object, page: int = 1, page_size: int = 50) -> FaxPage:
    return read_page(json.dumps(answer).encode(), page=page, page_size=page_size, zone=PARIS)


def read_fax(**members: object) -> Fax:
    (fax,) = read({"Resources": [members]}).faxes
    return fax


def test_the_documented_sample_is_read_whole() -> None:
    assert read(SAMPLE) == FaxPage(
        number=1,
        size=1,
        faxes=(
            Fax(
                message_id="0",
                received=datetime(2017, 7, 24, 7, 49, 8, tzinfo=PARIS),
                received_text="2017-07-24T07:49:08",
                sender="0",
                recipient="1342960000",
                folder="134296000",
                file_name="0-20170724-0749-1135087.PDF",
                duration=1,
                pages=1,
                baud_rate=33,
                customer=60300,
                resource=json.dumps(RESOURCE, separators=(",", ":")),
            ),
        ),
        has_previous=False,
        has_next=False,
        total=3,
        page_count=1,
    )


def test_the_spellings_of_the_documented_table_are_read_alike() -> None:
    renamed = {"Calltime" if name == "CallTime" else name: value for name, value in RESOURCE.items()}
    answer = {"Ressources" if name == "Resources" else name: value for name, value in SAMPLE.items()}
    (fax,) = read(answer | {"Ressources": [renamed]}).faxes
    assert (fax.duration, fax.as_sent) == (1, ())


@pytest.mark.parametrize("change", [str.lower, str.upper, str.swapcase])
def test_keys_are_read_in_any_case(change: "type[str]") -> None:
    resource = {str(change(name)): value for name, value in RESOURCE.items()}
    answer = {str(change(name)): value for name, value in (SAMPLE | {"Resources": [resource]}).items()}
    page, expected = read(answer), read(SAMPLE)
    assert (page.total, page.page_count, page.size) == (3, 1, 1)
    for field in FIELDS:
        assert field.value(page.faxes[0]) == field.value(expected.faxes[0])


def test_every_field_of_the_domain_is_read() -> None:
    (fax,) = read(SAMPLE).faxes
    assert all(field.value(fax) is not None for field in FIELDS)


def test_of_two_spellings_the_sample_s_own_counts_and_the_other_is_kept() -> None:
    fax = read_fax(calltime=2, CallTime=1, CALLTIME=3)
    assert (fax.duration, fax.as_sent) == (1, (("calltime", "2"), ("CALLTIME", "3")))
    (kept,) = read({"Ressources": [], "resources": [], "Resources": [{"Pages": 1}]}).faxes
    assert kept.pages == 1


def test_a_list_under_either_name_is_taken_where_the_other_holds_none() -> None:
    assert len(read({"Resources": None, "Ressources": [{}, {}]}).faxes) == 2


def test_a_list_of_null_lists_nothing() -> None:
    assert read({"Resources": None, "TotalCount": 0}).faxes == ()


def test_page_and_size_are_those_asked_for_where_the_answer_has_none_that_can_be() -> None:
    for told in ({}, {"PageIndex": None, "PageSize": "many"}, {"PageIndex": 0, "PageSize": 0}):
        page = read({"Resources": [], **told}, page=7, page_size=25)
        assert (page.number, page.size, page.total, page.page_count) == (7, 25, None, None)
    told_otherwise = read({"Resources": [], "PageIndex": "8", "PageSize": 20.0}, page=7, page_size=25)
    assert (told_otherwise.number, told_otherwise.size) == (8, 20)


def test_totals_that_cannot_be_counts_are_unknown() -> None:
    page = read({"Resources": [], "TotalCount": -1, "TotalPageCount": "?"})
    assert (page.total, page.page_count) == (None, None)


@pytest.mark.parametrize("spelled", [True, "true", "True", " TRUE ", 1, "1"])
def test_a_flag_is_up_however_true_is_spelled(spelled: object) -> None:
    page = read({"Resources": [], "HasNextPage": spelled, "haspreviouspage": spelled})
    assert (page.has_previous, page.has_next) == (True, True)


@pytest.mark.parametrize("spelled", [False, None, 0, "false", "yes", 2, 1.5, [True], {"": True}])
def test_a_flag_is_down_for_anything_else(spelled: object) -> None:
    page = read({"Resources": [], "HasNextPage": spelled, "TotalPageCount": 9})
    assert (page.has_previous, page.has_next) == (False, False)


@pytest.mark.parametrize(
    ("sent", "read_as"),
    [(3, 3), (3.0, 3), ("3", 3), (" 3 ", 3), ("3.0", 3), ("-3", -3), ("+3", 3), (2**63 - 1, 2**63 - 1)],
)
def test_a_whole_number_is_read_however_it_is_written(sent: object, read_as: int) -> None:
    fax = read_fax(Pages=sent)
    assert (fax.pages, fax.as_sent) == (read_as, ())


@pytest.mark.parametrize("sent", [True, False, 3.5, "three", "", "1_0", "٣", "0x3", [], {}, 2**63, 1e30, "9" * 19])
def test_what_is_no_whole_number_is_unknown_and_kept(sent: object) -> None:
    fax = read_fax(Pages=sent, From="0478123456")
    assert (fax.pages, fax.sender) == (None, "0478123456")
    assert fax.as_sent == (("Pages", json.dumps(sent, ensure_ascii=False, separators=(",", ":"))),)


def test_a_number_where_a_text_should_be_is_its_text() -> None:
    fax = read_fax(To=134296015, From=-0.5, MessageId=2**70)
    assert (fax.recipient, fax.sender, fax.message_id, fax.as_sent) == ("134296015", "-0.5", str(2**70), ())


@pytest.mark.parametrize("sent", [True, [], {"a": 1}, ["x"]])
def test_what_is_no_text_is_unknown_and_kept(sent: object) -> None:
    fax = read_fax(From=sent)
    assert (fax.sender, fax.as_sent) == (None, (("From", json.dumps(sent, separators=(",", ":"))),))


def test_null_and_missing_are_unknown_and_nothing_to_keep() -> None:
    assert read_fax(Pages=None, From=None, ReceivedDate=None).as_sent == ()
    assert read_fax() == Fax()


def test_keys_that_nobody_knows_are_kept_as_they_were_sent() -> None:
    fax = read_fax(Pages=2, Priority=None, Tags=["é", {"a": 1}])
    assert fax.as_sent == (("Priority", "null"), ("Tags", '["é",{"a":1}]'))
    assert fax.resource == '{"Pages":2,"Priority":null,"Tags":["é",{"a":1}]}'


@pytest.mark.parametrize("sent", [None, 7, "text", ["a"], True])
def test_a_row_that_is_no_resource_stays_a_row(sent: object) -> None:
    page = read({"resources": [{"Pages": 1}, sent]})
    text = json.dumps(sent)
    assert page.faxes[1] == Fax(as_sent=(("$.resources[1]", text),), resource=text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2017-07-24T07:49:08", datetime(2017, 7, 24, 5, 49, 8, tzinfo=UTC)),
        ("2017-11-24 07:49", datetime(2017, 11, 24, 6, 49, tzinfo=UTC)),
        ("2017-07-24T07:49:08.5", datetime(2017, 7, 24, 5, 49, 8, 500_000, tzinfo=UTC)),
        ("2017-07-24T07:49:08.1234567", datetime(2017, 7, 24, 5, 49, 8, 123_456, tzinfo=UTC)),
        ("2017-07-24T07:49:08.123456789012", datetime(2017, 7, 24, 5, 49, 8, 123_456, tzinfo=UTC)),
        ("2017-07-24T07:49:08Z", datetime(2017, 7, 24, 7, 49, 8, tzinfo=UTC)),
        ("2017-07-24T07:49:08+05:30", datetime(2017, 7, 24, 2, 19, 8, tzinfo=UTC)),
        (" 2017-07-24T07:49:08 ", datetime(2017, 7, 24, 5, 49, 8, tzinfo=UTC)),
        ("24/07/2017 07:49:08", datetime(2017, 7, 24, 5, 49, 8, tzinfo=UTC)),
        ("5/11/2017 7:49", datetime(2017, 11, 5, 6, 49, tzinfo=UTC)),
        ("24.07.2017 à 7h49", datetime(2017, 7, 24, 5, 49, tzinfo=UTC)),
        ("24-07-2017T07:49", datetime(2017, 7, 24, 5, 49, tzinfo=UTC)),
        ("/Date(1500875348000)/", datetime(2017, 7, 24, 5, 49, 8, tzinfo=UTC)),
        ("/Date(1500875348000+0200)/", datetime(2017, 7, 24, 5, 49, 8, tzinfo=UTC)),
        # The clocks go back on that night: the hour comes twice, and is taken as it comes first.
        ("2026-10-25T02:30:00", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),
    ],
)
def test_a_received_date_is_on_the_service_s_clock_unless_it_has_an_offset(text: str, moment: datetime) -> None:
    fax = read_fax(ReceivedDate=text)
    assert fax.received is not None
    assert (fax.received.astimezone(UTC), fax.received_text, fax.as_sent) == (moment, text, ())


def test_the_clock_of_the_service_is_the_one_it_is_told_to_be() -> None:
    zone = timezone(timedelta(hours=-8))
    body = json.dumps(SAMPLE).encode()
    (fax,) = read_page(body, page=1, page_size=1, zone=zone).faxes
    assert fax.received == datetime(2017, 7, 24, 15, 49, 8, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "yesterday",
        "2017-07-24",
        "20170724",
        "2017-13-24T07:49:08",
        "2017-07-24T24:49:08",
        "2017-07-24T07:49:08+99:00",
        "24/07/2017",
        "24/13/2017 07:49:08",
        "07/24/2017 07:49:08",
        "0001-01-01T00:00:00",
        "9999-12-31T23:59:59",
        "2017-07-24x07:49:08",
        "/Date(-62135596800000)/",
        "/Date(999999999999999)/",
    ],
)
def test_a_received_date_that_is_no_moment_keeps_its_text(text: str) -> None:
    fax = read_fax(ReceivedDate=text)
    assert (fax.received, fax.received_text) == (None, text)


def test_a_received_date_that_is_no_text_is_kept() -> None:
    assert read_fax(ReceivedDate=1500875348).received_text == "1500875348"
    assert read_fax(ReceivedDate={"day": 1}).as_sent == (("ReceivedDate", '{"day":1}'),)
