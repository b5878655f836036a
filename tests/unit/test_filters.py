"""What a listing can be narrowed by."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.domain.query import (
    CUSTOMER,
    FILTERS,
    FROM,
    PERIODS,
    SINCE,
    TO,
    UNTIL,
    Filters,
    Period,
    filter_named,
    in_words,
    period_in_words,
    period_of,
    typed_number,
)
from faxtui.errors import InvalidValue

NUMBERS = st.text(st.characters(categories=["L", "N", "P"]), min_size=1, max_size=64)


def test_values_are_kept_without_blanks_around_them_and_empty_ones_are_no_filter() -> None:
    filters = Filters({"from": " 0478 ", "to": "  ", "customer": "0060300", "since": "Today"})
    assert filters.as_text() == {"from": "0478", "customer": "60300", "since": "Today"}
    assert [(each.name, value) for each, value in filters] == [*filters.as_text().items()]
    assert (len(filters), filters.get(FROM), filters.get(TO)) == (3, "0478", None)
    assert not Filters()


def test_changing_a_filter_gives_new_filters_and_leaves_the_old() -> None:
    old = Filters({"from": "0478"})
    new = old.with_value(TO, "134296015")
    assert (old.as_text(), new.as_text()) == ({"from": "0478"}, {"from": "0478", "to": "134296015"})
    assert new.with_value(TO, "") == old


def test_filters_cannot_be_changed_from_outside() -> None:
    given_values = {"from": "0478"}
    filters = Filters(given_values)
    given_values["from"] = "changed"
    filters.as_text()["from"] = "changed"
    assert filters.get(FROM) == "0478"
    assert not hasattr(filters, "__dict__")


@given(sender=NUMBERS, recipient=NUMBERS)
def test_equal_filters_are_one_key_in_whatever_order_they_were_given(sender: str, recipient: str) -> None:
    one, other = Filters({"from": sender, "to": recipient}), Filters({"to": recipient, "from": sender})
    assert (one, hash(one), repr(one)) == (other, hash(other), repr(other))
    assert Filters(one.as_text()) == one != one.with_value(FROM, "")
    assert one != one.as_text()


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("from", "04\x1b78", "control characters"),
        ("to", "04\n78", "control characters"),
        ("to", "0" * 65, "at most 64 characters"),
        ("customer", "60300.console", "an integer such as 60300"),
        ("customer", "-1", "an integer"),
        ("customer", "٣", "an integer"),
        ("since", "soon", "is not a valid date or time"),
        ("until", "2026-02-30", "does not exist in the calendar"),
    ],
)
def test_a_value_that_cannot_be_taken_is_explained_and_its_filter_named(name: str, value: str, said: str) -> None:
    with pytest.raises(InvalidValue, match=said) as refused:
        Filters({"from": "0478", name: value})
    assert refused.value.field == name
    with pytest.raises(InvalidValue, match=said) as refused:
        Filters().with_value(filter_named(name), value)
    assert refused.value.field == name


def test_a_filter_nobody_knows_is_refused_with_those_there_are() -> None:
    for ask in (lambda: filter_named("colour"), lambda: Filters({"colour": ""})):
        with pytest.raises(InvalidValue, match="filters are: from, to, customer, since, until") as refused:
            ask()
        assert refused.value.field == "colour"


def test_every_filter_is_found_by_its_name() -> None:
    assert [filter_named(each.name) for each in FILTERS] == [FROM, TO, CUSTOMER, SINCE, UNTIL]


@pytest.mark.parametrize("period", PERIODS, ids=lambda period: period.label)
def test_a_named_period_is_recognised_by_what_it_types(period: Period) -> None:
    filters = Filters({"since": period.since.upper(), "until": period.until})
    assert period_of(filters) is period
    assert period_in_words(filters) == period.label


def test_no_period_is_the_last_seven_days() -> None:
    assert period_in_words(Filters()) == "Last 7 days"


@pytest.mark.parametrize(
    ("filters", "said"),
    [
        ({"since": "2026-11-01"}, "since 2026-11-01"),
        ({"since": "2026-11-01", "until": "2026-11-07"}, "since 2026-11-01 · until 2026-11-07"),
        ({"until": "yesterday"}, "since 7d · until yesterday"),
        ({"to": "134296015", "since": "today"}, "Today · to 134296015"),
        ({"from": "0478", "customer": "60300"}, "Last 7 days · from 0478 · customer 60300"),
    ],
)
def test_filters_are_said_in_one_line(filters: dict[str, str], said: str) -> None:
    assert in_words(Filters(filters)) == said


@pytest.mark.parametrize(
    ("name", "given_value", "value"),
    [
        ("from", "\u202a+33 4\u00a078\u202c", "+33 4 78"),
        ("to", "\ufeff134296015\u200b", "134296015"),
        ("customer", "\u200e60300\u00ad", "60300"),
        ("since", "\u200f7d", "7d"),
        ("until", "to\u00adday", "today"),
        ("from", "\u200b\u2060", None),
    ],
)
def test_characters_that_nobody_can_see_are_no_part_of_a_filter(name: str, given_value: str, value: str | None) -> None:
    assert Filters({name: given_value}).get(filter_named(name)) == value


@pytest.mark.parametrize(
    ("typed", "sender", "recipient"),
    [
        ("04 78 12 34 56", "0478123456", "478123456"),
        ("04.78.12.34.56", "0478123456", "478123456"),
        ("+33 4 78 12 34 56", "0478123456", "478123456"),
        ("+33 (0)4 78 12 34 56", "0478123456", "478123456"),
        ("0033478123456", "0478123456", "478123456"),
        ("tel:+33-4-78-12-34-56", "0478123456", "478123456"),
        ("\u202a0478\u00a012 34 56", "0478123456", "478123456"),
        ("134 296 015", "134296015", "134296015"),
        ("+49 30 23125481", "+493023125481", "+493023125481"),
        ("0049 30 23125481", "+493023125481", "+493023125481"),
        ("0478", "0478", "0478"),
        ("0", "0", "0"),
        ("Labo 12", "Labo 12", "Labo 12"),
        ("", "", ""),
    ],
)
def test_a_number_is_typed_in_any_way_and_sent_as_the_service_writes_it(
    typed: str, sender: str, recipient: str
) -> None:
    assert (typed_number(FROM, typed), typed_number(TO, typed)) == (sender, recipient)
    assert typed_number(CUSTOMER, typed) == typed
