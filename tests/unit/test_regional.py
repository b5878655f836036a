"""What is customary where the operator is."""

import pytest

from faxtui.domain.regional import MONTH_FIRST, region_of


@pytest.mark.parametrize(
    ("environ", "this_year"),
    [
        ({}, MONTH_FIRST.this_year),
        ({"LANG": "C.UTF-8"}, MONTH_FIRST.this_year),
        ({"LANG": "en_US.UTF-8"}, MONTH_FIRST.this_year),
        ({"LANG": "sv_SE.UTF-8"}, MONTH_FIRST.this_year),
        ({"LANG": "fr_FR.UTF-8"}, "%d/%m %H:%M:%S"),
        ({"LANG": "fr"}, "%d/%m %H:%M:%S"),
        ({"LANG": "en_GB.UTF-8"}, "%d/%m %H:%M:%S"),
        ({"LANG": "de_DE@euro"}, "%d.%m %H:%M:%S"),
        ({"LANG": "en_US.UTF-8", "LC_TIME": "fr_FR.UTF-8"}, "%d/%m %H:%M:%S"),
        ({"LANG": "fr_FR.UTF-8", "LC_TIME": "fr_FR.UTF-8", "LC_ALL": "C"}, MONTH_FIRST.this_year),
        ({"LANG": "fr_FR.UTF-8", "LC_TIME": ""}, "%d/%m %H:%M:%S"),
    ],
)
def test_dates_follow_the_order_of_the_locale(environ: dict[str, str], this_year: str) -> None:
    assert region_of(environ).dates.this_year == this_year


@pytest.mark.parametrize(
    ("environ", "separator"),
    [
        ({}, ","),
        ({"LANG": "en_GB.UTF-8"}, ","),
        ({"LANG": "fr_FR.UTF-8"}, ";"),
        ({"LANG": "es_ES.UTF-8"}, ";"),
        ({"LANG": "es_MX.UTF-8"}, ","),
        ({"LANG": "C.UTF-8", "LC_NUMERIC": "de_DE.UTF-8"}, ";"),
    ],
)
def test_cells_are_separated_as_spreadsheets_of_the_locale_expect(environ: dict[str, str], separator: str) -> None:
    assert region_of(environ).separator == separator
