"""The demo's traffic looks like that of a hospital and its insurer, and is the same for the same seed and clock."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from statistics import median

import pytest

from faxtui.demo.data import HISTORY, LINES, LONGEST, PARIS, SLOT, ReceivedFax, arrivals, history

NOVEMBER = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)
STARTS = [
    (60300, NOVEMBER),
    (1, NOVEMBER),
    (60300, datetime(2026, 2, 1, tzinfo=UTC)),
    (60300, datetime(2026, 5, 10, 22, 5, tzinfo=UTC)),
    (2, datetime(2031, 9, 1, 12, 0, tzinfo=UTC)),
]


@pytest.fixture(scope="module", params=STARTS, ids=lambda start: f"{start[0]}-{start[1]:%Y-%m}")
def faxes(request: pytest.FixtureRequest) -> list[ReceivedFax]:
    seed, until = request.param
    return history(seed, until)


def _share(some: int, faxes: list[ReceivedFax]) -> float:
    return some / len(faxes)


def test_ninety_days_bring_about_2500_faxes_oldest_first(faxes: list[ReceivedFax]) -> None:
    assert 2200 <= len(faxes) <= 2800
    received = [fax.received for fax in faxes]
    assert received == sorted(received)
    assert HISTORY - timedelta(days=1) < received[-1] - received[0] <= HISTORY


def test_weekdays_are_busy_saturdays_calm_and_sundays_calmer(faxes: list[ReceivedFax]) -> None:
    days = Counter(fax.received.astimezone(PARIS).weekday() for fax in faxes)
    assert min(days[day] for day in range(5)) > 3 * days[5] > 3 * days[6] > 0


def test_most_faxes_come_in_office_hours_and_some_at_night(faxes: list[ReceivedFax]) -> None:
    hours = Counter(fax.received.astimezone(PARIS).hour for fax in faxes)
    assert _share(sum(hours[hour] for hour in range(8, 18)), faxes) > 0.8
    assert hours[9] > hours[12] < hours[14]
    assert 0 < _share(sum(hours[hour] for hour in range(6)), faxes) < 0.03


def test_a_public_holiday_is_as_calm_as_a_sunday() -> None:
    days = Counter(fax.received.astimezone(PARIS).date() for fax in history(60300, NOVEMBER))
    armistice = datetime(2026, 11, 11, tzinfo=PARIS).date()
    assert days[armistice + timedelta(days=1)] > 25
    assert days[armistice] < 10


def test_three_senders_send_two_fifths_and_many_write_once(faxes: list[ReceivedFax]) -> None:
    senders = Counter(fax.sender for fax in faxes)
    assert 0.35 < _share(sum(count for _, count in senders.most_common(3)), faxes) < 0.5
    assert sum(count == 1 for count in senders.values()) > 100


@pytest.mark.parametrize("sender", [None, "", "0", "anonymous"])
def test_some_senders_are_unknown_each_way_there_is(faxes: list[ReceivedFax], sender: str | None) -> None:
    assert 0.003 < _share(sum(fax.sender == sender for fax in faxes), faxes) < 0.1


def test_all_lines_get_faxes_the_first_the_most(faxes: list[ReceivedFax]) -> None:
    lines = Counter((fax.to, fax.customer_number) for fax in faxes)
    assert set(lines) == {(line.number, line.customer) for line in LINES}
    assert lines.most_common(1)[0][0] == ("134296015", 60300)
    assert all(fax.folder == fax.to for fax in faxes)


def test_a_third_is_one_page_and_some_are_long(faxes: list[ReceivedFax]) -> None:
    pages = [fax.pages for fax in faxes]
    assert 0.25 < _share(pages.count(1), faxes) < 0.4
    assert 5 <= sum(count >= 20 for count in pages) <= 60
    assert 50 <= max(pages) <= LONGEST
    assert min(pages) == 1


def test_long_faxes_take_longer(faxes: list[ReceivedFax]) -> None:
    short = [fax.call_time for fax in faxes if fax.pages == 1]
    long = [fax.call_time for fax in faxes if fax.pages >= 20]
    assert min(short) >= 15
    assert 5 * median(short) < median(long)


def test_few_values_are_missing_and_some_message_ids_are_the_samples_zero(faxes: list[ReceivedFax]) -> None:
    assert 0 < _share(sum(fax.baud_rate is None for fax in faxes), faxes) < 0.05
    assert 0 < _share(sum(fax.message_id == "0" for fax in faxes), faxes) < 0.02


def test_a_file_is_named_after_the_minute_it_came_and_like_no_other(faxes: list[ReceivedFax]) -> None:
    assert len({fax.file_name.casefold() for fax in faxes}) == len(faxes)
    for fax in faxes:
        name, _, ending = fax.file_name.partition(".")
        assert name.startswith(f"0-{fax.received.astimezone(PARIS):%Y%m%d-%H%M}-")
        assert ending in ("PDF", "TIF")
    assert 0.04 < _share(sum(fax.file_name.endswith("TIF") for fax in faxes), faxes) < 0.1


def test_the_same_seed_and_moment_give_the_same_faxes() -> None:
    assert history(60300, NOVEMBER) == history(60300, NOVEMBER)
    assert history(60300, NOVEMBER) != history(60301, NOVEMBER)


def test_a_day_looks_the_same_from_a_week_later() -> None:
    later = NOVEMBER + timedelta(days=7)
    shared = [fax for fax in history(60300, later) if fax.received <= NOVEMBER]
    assert shared == [fax for fax in history(60300, NOVEMBER) if fax.received > later - HISTORY]


def test_new_faxes_come_every_minute_or_two() -> None:
    coming = [fax.received for fax in islice(arrivals(60300, NOVEMBER), 500)]
    # Times are cut to whole seconds.
    gaps = [(after - before).total_seconds() for before, after in pairwise([NOVEMBER, *coming])]
    assert SLOT - 1 <= min(gaps) <= max(gaps) <= 3 * SLOT + 1
    assert len(set(gaps)) > 50
    assert [fax.received for fax in islice(arrivals(60300, NOVEMBER), 500)] == coming


@pytest.mark.parametrize("seconds", range(0, SLOT, 3))
def test_a_new_fax_has_the_file_of_no_older_one(seconds: int) -> None:
    start = NOVEMBER + timedelta(seconds=seconds, microseconds=999_999)
    taken = {fax.file_name for fax in history(60300, start)[-50:]}
    new = [fax.file_name for fax in islice(arrivals(60300, start), 200)]
    assert len(taken.union(new)) == 250
