"""What nobody should send, and what becomes of it."""

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from faxtui.domain.fax import Fax
from faxtui.domain.fields import FIELDS
from faxtui.domain.page import FaxPage
from faxtui.errors import UnexpectedAnswer
from faxtui.odyssey.wire import read_page

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
        (b"", "$"),
        (b"<html>", "$"),
        (b'{"Resources":[', "$"),
        (b"[]", "$"),
        (b"null", "$"),
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
    with pytest.raises(UnexpectedAnswer, match=r"^It is .+\.$") as caught:
        read(body)
    assert caught.value.path == path


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


def test_a_byte_order_mark_is_no_matter() -> None:
    assert read(b'\xef\xbb\xbf{"Resources":[{}]}').faxes == (Fax(),)


def test_the_last_of_equal_keys_counts() -> None:
    assert read_fax(b'{"Pages":1,"Pages":2}').pages == 2


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=8,
)
RESOURCES = st.dictionaries(st.sampled_from([each.service_name for each in FIELDS]), ANYTHING) | ANYTHING


@settings(max_examples=150, deadline=None)
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
