"""The command that lists what a screen shows is one that the command line takes, and takes for just that."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from faxtui.cli.options import parse
from faxtui.domain.fax import PAGES
from faxtui.domain.query import FROM, SINCE, TO, FaxQuery, Filters, Sort, SortDirection, list_command, parse_sort

QUERY = FaxQuery(
    Filters({FROM.name: "+33 4 (65)", TO.name: "$HOME; ls", SINCE.name: "2026-11-23 10:42"}),
    Sort(PAGES, SortDirection.ASCENDING),
    page=3,
    page_size=20,
)


def parsed(command: str) -> FaxQuery:
    program, *arguments = shlex.split(command)
    options = parse(arguments, {})
    assert (program, options.command) == ("faxtui", "list")
    assert options.sort is not None
    assert options.page is not None
    assert options.page_size is not None
    return FaxQuery(Filters(dict(options.filters)), parse_sort(options.sort), options.page, options.page_size)


def test_it_names_the_profile_or_the_demo() -> None:
    command = list_command(FaxQuery(), "main")
    assert command == "faxtui list --profile=main --sort=received:desc --page=1 --page-size=50"
    assert list_command(FaxQuery()).startswith("faxtui list --demo ")
    assert parse(shlex.split(list_command(FaxQuery(), "my ward"))[1:], {}).profile == "my ward"


def test_it_asks_for_the_same_query_again() -> None:
    assert parsed(list_command(QUERY)) == QUERY
    assert parsed(list_command(FaxQuery())) == FaxQuery()


@given(st.text(st.characters(codec="ascii", exclude_categories=["Cc"]), min_size=1, max_size=64))
def test_whatever_was_typed_is_one_word_of_the_shell(sender: str) -> None:
    if not sender.strip():
        return
    query = FaxQuery(Filters({FROM.name: sender}))
    assert parsed(list_command(query)) == query


@pytest.mark.parametrize("value", ["--output=/etc/passwd", "-x", "a b", "'", '"', "`id`", "$(id)", "\\"])
def test_nothing_in_a_value_becomes_an_option_or_a_command(value: str) -> None:
    query = FaxQuery(Filters({FROM.name: value}))
    assert parsed(list_command(query)) == query
