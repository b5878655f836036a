"""What nobody should send, and what becomes of it."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from faxtui.domain.fax import (
    BAUD,
    CUSTOMER,
    DURATION,
    FILE,
    FOLDER,
    FROM,
    MESSAGE,
    PAGES,
    RECEIVED,
    TO,
    Fax,
    ValueFormat,
)
from faxtui.domain.page import FaxPage, Listing
from faxtui.domain.query import FaxQuery, open_window
from faxtui.errors import UnexpectedResponse
from faxtui.inbox.pagination import PageStats
from faxtui.inbox.view import InboxView, Shown
from faxtui.odyssey.listing import SERVICE_NAMES, parameters_of, read_page
from faxtui.operations.formats import Format, writer_of
from faxtui.ui.status import position, state

NUMBERS = (DURATION, PAGES, BAUD, CUSTOMER)
IN_SAMPLE_S_ORDER = (MESSAGE, RECEIVED, TO, FROM, FOLDER, FILE, *NUMBERS)
PARIS = ZoneInfo("Europe/Paris")


def read(body: bytes) -> FaxPage:
    return read_page(body, page=1, page_size=50, zone=PARIS)


def read_fax(resource: bytes) -> Fax:
    (fax,) = read(b'{"Resources":[' + resource + b"]}").faxes
    return fax


@pytest.mark.parametrize(
    "text",
    ["[bold red]x[/]", "\x1b[31mred\x1b[0m", "a\tb\nc\x00\x7f\x9b", "\u202eevil\u200b", "  ", "<b>&amp;</b>", "😀é"],
)
@pytest.mark.parametrize("name", ["From", "To", "Folder", "FileName", "MessageId", "ReceivedDate"])
def test_text_comes_through_as_it_was_sent_whatever_it_would_do_to_a_terminal(name: str, text: str) -> None:
    fax = read_fax(json.dumps({name: text}).encode())
    values = (fax.sender, fax.recipient, fax.folder, fax.file_name, fax.message_id, fax.received_text)
    assert [value for value in values if value is not None] == [text]
    assert json.loads(fax.resource) == {name: text}


@pytest.mark.parametrize(
    ("body", "path"),
    [
        (b"<html>", "$"),
        (b'{"Resources":[', "$"),
        (b"[]", "$"),
        (b'"Resources"', "$"),
        (b"{}", "$.Resources"),
        (b'{"PageIndex":1}', "$.Resources"),
        (b'{"Resources":{}}', "$.Resources"),
        (b'{"ressources":"none"}', "$.ressources"),
        (b'{"Resources":7,"Ressources":{}}', "$.Resources"),
        (b"\xff\xfe\x00", "$"),
        (b"[" * 100_000, "$"),
        (b'{"Resources":[' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"]}", "$"),
    ],
)
def test_a_body_that_is_no_listing_is_an_error_that_names_the_place(body: bytes, path: str) -> None:
    with pytest.raises(UnexpectedResponse, match=r"^It is .+\.$") as caught:
        read(body)
    assert caught.value.path == path


@pytest.mark.parametrize("body", [b"", b" \r\n\t", b"\xef\xbb\xbf", b"null", b" null\n", b"\xef\xbb\xbfnull"])
@pytest.mark.parametrize("number", [1, 3])
def test_nothing_and_null_are_a_page_without_faxes(body: bytes, number: int) -> None:
    page = read_page(body, page=number, page_size=50, zone=PARIS)
    assert (page.number, page.size, page.faxes, page.has_next, page.total) == (number, 50, (), False, None)
    assert page.disagreement is None


@pytest.mark.parametrize("numeral", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999", b"9" * 5000])
def test_a_number_that_no_json_can_hold_is_its_text_and_no_count(numeral: bytes) -> None:
    fax = read_fax(b'{"Pages":' + numeral + b',"From":' + numeral + b"}")
    assert (fax.pages, fax.sender) == (None, numeral.decode())
    assert fax.as_sent == (("Pages", f'"{numeral.decode()}"'),)
    assert json.loads(fax.resource, parse_constant=pytest.fail)["Pages"] == numeral.decode()


@pytest.mark.parametrize("sent", [b'"a\\ud800"', b'"\\udfffb"', b'"\xe9t\xe9"', b'"\xed\xa0\x80"'])
def test_text_that_no_encoding_can_write_is_unknown_and_kept_in_ascii(sent: bytes) -> None:
    fax = read_fax(b'{"From":"M\xc3\xa9rieux","FileName":' + sent + b"}")
    assert (fax.sender, fax.file_name) == ("Mérieux", None)
    ((name, kept),) = fax.as_sent
    assert (name, kept.isascii(), fax.resource.isascii()) == ("FileName", True, True)
    assert not fax.key.has_address


def test_a_pair_of_surrogates_is_the_character_that_it_stands_for() -> None:
    assert read_fax(b'{"From":"\\ud83d\\ude00"}').sender == "😀"


def test_a_key_that_no_encoding_can_write_is_kept_escaped() -> None:
    assert read_fax(b'{"\\ud800":1}').as_sent == (("\\ud800", "1"),)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_numeral_is_a_number_up_to_600_digits_and_its_text_beyond(encoding: str) -> None:
    def kept(digits: int) -> str:
        (fax,) = read(f'{{"Resources":[{{"New":[{"7" * digits}]}}]}}'.encode(encoding)).faxes
        return dict(fax.as_sent)["New"]

    assert (kept(600), kept(601)) == (f"[{'7' * 600}]", f'["{"7" * 601}"]')


def test_a_byte_order_mark_is_no_matter() -> None:
    assert read(b'\xef\xbb\xbf{"Resources":[{}]}').faxes == (Fax(),)


def test_the_last_of_equal_keys_counts() -> None:
    assert read_fax(b'{"Pages":1,"Pages":2}').pages == 2


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
RESOURCES = st.dictionaries(st.sampled_from(list(SERVICE_NAMES.values())), ANYTHING) | ANYTHING


@given(st.fixed_dictionaries({"Resources": st.lists(RESOURCES, max_size=3)}, optional={"PageIndex": ANYTHING}))
def test_whatever_a_listing_holds_each_row_is_read_and_can_be_written_again(
    listing: dict[str, list[object] | object],
) -> None:
    rows = listing["Resources"]
    assert isinstance(rows, list)
    page = read(json.dumps(listing).encode())
    assert len(page.faxes) == len(rows)
    for fax in page.faxes:
        json.loads(fax.resource, parse_constant=pytest.fail)
        values = (fax.message_id, fax.received_text, fax.sender, fax.recipient, fax.folder, fax.file_name)
        kept = [text for pair in fax.as_sent for text in pair]
        written = "".join([*kept, *(value for value in values if value is not None)])
        assert written.encode().decode() == written


TEXTS = st.text(st.characters(codec=None)) | st.datetimes().map(str)
DOCUMENTED = st.fixed_dictionaries(
    {SERVICE_NAMES[each]: st.integers() if each in NUMBERS else TEXTS for each in IN_SAMPLE_S_ORDER}
)
SAMPLE = dict.fromkeys((SERVICE_NAMES[each] for each in IN_SAMPLE_S_ORDER), "0") | {
    SERVICE_NAMES[each]: 1 for each in NUMBERS
}


@example(SAMPLE, {})
@example(SAMPLE, {"ReceivedDate": "2017-07-24T07:49:08"})
@example(SAMPLE, {"ReceivedDate": "2017-07-24T07:49:08+05:30"})
@example(SAMPLE, {"CustomerNumber": 2**63 - 1, "Pages": -(2**63)})
@example(SAMPLE, {"CustomerNumber": 2**63})
@example(SAMPLE, {"CallTime": -(2**63) - 1})
@example(SAMPLE, {"Pages": 2**63})
@example(SAMPLE, {"BaudRate": 2**63})
@example(SAMPLE, {"Pages": True})
@example(SAMPLE, {"From": None})
@example(SAMPLE, {"From": 'é"\\\n\x7f\u2028'})
@example(SAMPLE, {"FileName": "\ud800"})
@given(DOCUMENTED, st.dictionaries(st.sampled_from(list(SAMPLE)), ANYTHING, max_size=1))
def test_a_resource_just_as_documented_is_read_no_differently_than_one_with_a_member_more(
    documented: dict[str, object], change: dict[str, object]
) -> None:
    resource = documented | change
    fax, wider = (read_fax(json.dumps(each).encode()) for each in (resource, resource | {"New": None}))
    assert fax == replace(wider, as_sent=wider.as_sent[:-1], resource=wider.resource.removesuffix(',"New":null}') + "}")
    assert wider.as_sent[-1] == ("New", "null")


@given(
    st.dictionaries(
        st.sampled_from(["PageIndex", "PageSize", "TotalCount", "TotalPageCount", "HasPreviousPage", "HasNextPage"]),
        ANYTHING | st.integers() | st.integers().map(str) | st.sampled_from([2**63 - 1, "true", "1e3", 1e300]),
    ),
    st.lists(RESOURCES | st.dictionaries(st.just("ReceivedDate"), st.datetimes().map(str) | ANYTHING), max_size=3),
)
@example({"PageIndex": 2**63 - 1, "PageSize": 2**63 - 1, "TotalCount": 2**63 - 1}, [{}])
@example({}, [{"ReceivedDate": "0002-01-01T00:00:00+14:00"}, {"ReceivedDate": "9998-12-31T23:59:59-23:59"}])
@example({}, [{"ReceivedDate": "2026-10-25T02:30:00"}, {"ReceivedDate": "2026-03-29T02:30:00"}])
def test_whatever_a_listing_holds_it_can_be_shown_paged_and_exported(
    told: dict[str, object], rows: list[object]
) -> None:
    page = read(json.dumps({**told, "Resources": rows}).encode())
    now = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
    window = open_window(FaxQuery(), now).closed(Listing(page, now), now)
    view = InboxView(FaxQuery(), Shown(window, 1, page, now))
    assert position(page).isprintable()
    assert state(view, 0.0).isprintable()
    assert page.number >= 1
    assert page.size >= 1
    assert dict(parameters_of(window, page.number))["filterEndDate"].endswith("Z")
    PageStats().add(page)
    for each in Format:
        writer = writer_of(each, ValueFormat(2026, PARIS))
        written = writer.page(page.faxes) + writer.end()
        assert written.decode().encode() == written
