"""Pages already fetched."""

from dataclasses import replace
from datetime import timedelta

from scripted_service import NOW, page_of

from faxtui.domain.fax import Fax
from faxtui.domain.query import TO, FaxQuery, Window, open_window
from faxtui.inbox.prefetch import PageCache
from faxtui.inbox.view import Shown

QUERY = FaxQuery()
OTHER = QUERY.with_filter(TO, "134296015")


def window_of(query: FaxQuery, minutes: int = 0) -> Window:
    now = NOW + timedelta(minutes=minutes)
    return replace(open_window(query, now), end=now)


WINDOW, LATER = window_of(QUERY), window_of(QUERY, minutes=1)


def shown(window: Window, page: int, characters: int = 0) -> Shown:
    faxes = (Fax(resource="x" * characters),)
    return Shown(window, page, replace(page_of(page), faxes=faxes), as_of=window.end or NOW)


def test_a_page_is_found_by_its_window_and_number_only() -> None:
    cache, first = PageCache(), shown(WINDOW, 1)
    cache.keep(first)
    assert cache.get(WINDOW, 1) is first
    assert cache.get(WINDOW, 2) is cache.get(LATER, 1) is None


def test_a_page_fetched_again_replaces_the_old_one() -> None:
    cache = PageCache(characters=100)
    for _ in range(5):
        newest = shown(WINDOW, 1, characters=60)
        cache.keep(newest)
    cache.keep(shown(WINDOW, 2, characters=40))
    assert (len(cache), cache.get(WINDOW, 1)) == (2, newest)


def test_the_page_not_used_for_longest_goes_first() -> None:
    cache = PageCache(pages=3)
    for number in (1, 2, 3):
        cache.keep(shown(WINDOW, number))
    cache.get(WINDOW, 1)
    cache.keep(shown(WINDOW, 4))
    assert [number for number in range(1, 5) if cache.get(WINDOW, number)] == [1, 3, 4]


def test_it_is_bounded_in_characters() -> None:
    cache = PageCache(characters=100)
    for number in range(1, 9):
        cache.keep(shown(WINDOW, number, characters=30))
    assert [number for number in range(1, 9) if cache.get(WINDOW, number)] == [6, 7, 8]


def test_the_newest_page_is_kept_however_large_it_is() -> None:
    cache = PageCache(characters=100)
    cache.keep(shown(WINDOW, 1, characters=30))
    cache.keep(shown(WINDOW, 2, characters=500))
    assert (len(cache), cache.get(WINDOW, 2) is not None) == (1, True)


def test_a_query_seen_before_is_found_as_it_was_last() -> None:
    cache, older, newer, second = PageCache(), shown(WINDOW, 1), shown(LATER, 1), shown(WINDOW, 2)
    for each in (newer, older, second):
        cache.keep(each)
    assert cache.seen_before(QUERY) is newer
    cache.keep(newer)
    assert cache.seen_before(QUERY) is newer
    assert cache.seen_before(QUERY.at_page(2)) is second
    for never_seen in (QUERY.at_page(3), OTHER, QUERY.with_page_size(10), QUERY.sorted_by(QUERY.sort.reversed())):
        assert cache.seen_before(never_seen) is None


def test_a_query_is_forgotten_with_its_last_page() -> None:
    cache = PageCache(pages=1)
    cache.keep(shown(WINDOW, 1))
    cache.keep(shown(window_of(OTHER), 1))
    assert cache.seen_before(QUERY) is None
    assert cache.seen_before(OTHER) is not None


def test_the_pages_of_one_window_can_be_forgotten() -> None:
    cache = PageCache(characters=100)
    for each in (shown(WINDOW, 1, 40), shown(WINDOW, 2, 40), shown(LATER, 1, 20)):
        cache.keep(each)
    cache.forget(WINDOW)
    assert [cache.get(WINDOW, 1), cache.get(WINDOW, 2)] == [None, None]
    assert cache.get(LATER, 1) is not None
    cache.keep(shown(LATER, 2, 80))
    assert len(cache) == 2
