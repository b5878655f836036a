"""Views in the configuration: taken as a filter option would be, and whole or not at all."""

from pathlib import Path

import pytest

from faxtui.config.load import Paths, load_settings
from faxtui.config.settings import Settings, View
from faxtui.domain.fax import PAGES
from faxtui.domain.query import Filters, Sort, SortDirection
from faxtui.errors import InvalidValue


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths(tmp_path / "config.toml", tmp_path / "site.toml", tmp_path / "state.toml", tmp_path / "log")


def load(paths: Paths, user: str = "", site: str = "") -> Settings:
    paths.config.write_text(user, encoding="utf-8")
    paths.site_config.write_text(site, encoding="utf-8")
    return load_settings(paths)


def test_a_view_has_filters_and_a_sort_or_the_usual_one(paths: Paths) -> None:
    settings = load(
        paths, '[views.morning]\nsince = "today"\nto = "134296015"\nsort = "pages:asc"\n[views."späte Faxe"]\n'
    )
    assert settings.problems == ()
    assert settings.views == (
        View("morning", Filters({"since": "today", "to": "134296015"}), Sort(PAGES, SortDirection.ASCENDING)),
        View("späte Faxe", Filters(), Sort()),
    )
    assert settings.view_named("morning").name == "morning"


@pytest.mark.parametrize(
    ("line", "name", "value"),
    [
        ("since = 2026-11-23", "since", "2026-11-23"),
        ("since = 2026-11-23T10:42:00", "since", "2026-11-23 10:42:00"),
        ("until = 2026-11-23T10:42:00Z", "until", "2026-11-23 10:42:00+00:00"),
        ("until = 2026-11-23 10:42:00.5+02:00", "until", "2026-11-23 10:42:00.500000+02:00"),
        ("since = 10:42:00", "since", "10:42"),
        ("customer = 60300", "customer", "60300"),
        ('customer = "060300"', "customer", "60300"),
        ('from = "+33 4"', "from", "+33 4"),
    ],
)
def test_moments_and_customers_may_be_written_as_toml_has_them(paths: Paths, line: str, name: str, value: str) -> None:
    settings = load(paths, f"[views.v]\n{line}\n")
    assert settings.problems == ()
    assert settings.view_named("v").filters.as_text() == {name: value}


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("to = 134296015", "“to” needs a text in quotes."),
        ("from = true", "“from” needs a text in quotes."),
        ("from = 2026-11-23", "“from” needs a text in quotes."),
        ("since = 7", "“since” needs a text in quotes."),
        ('since = ["today"]', "“since” needs a text in quotes."),
        ("since = 10:42:30", "“10:42:30” is not a valid date or time. Write it like one of these: 2026-11-23"),
        ('since = "whenever"', "“whenever” is not a valid date or time."),
        ("customer = true", "“customer” needs a text in quotes."),
        ("customer = -1", "A customer is an integer such as 60300, not “-1”."),
        ('customer = "Smith"', "A customer is an integer such as 60300, not “Smith”."),
        ("sort = 3", "“sort” needs a text in quotes."),
        ('sort = "age"', "The service can't sort by “age”. It can sort by received"),
        ('sort = "pages:up"', "“up” is not a direction. Write pages:asc or pages:desc."),
        ('sicne = "today"', "There is no filter “sicne”. Did you mean “since”?"),
        ('sorted = "pages"', "There is no filter “sorted”. Did you mean “sort”?"),
        ("xyzzy = 1", "There is no filter “xyzzy”."),
    ],
)
def test_a_view_with_one_thing_wrong_is_left_out_whole(paths: Paths, line: str, told: str) -> None:
    settings = load(
        paths,
        f'[views.bad]\nfrom = "0478"\n{line}\n[views.good]\nfrom = "0478"\n'.replace('from = "0478"\nfrom', "from"),
    )
    assert [each.name for each in settings.views] == ["good"]
    (problem,) = settings.problems
    assert problem.startswith(f"Ignored the view “bad” in [views] of {paths.config}. {told}")
    assert problem.endswith((".", "?"))


def test_a_view_is_a_table(paths: Paths) -> None:
    settings = load(paths, '[views]\nmorning = "today"\n')
    assert settings.views == ()
    assert settings.problems == (
        f"Ignored the view “morning” in [views] of {paths.config}. Expected a table, written [views.morning].",
    )


def test_the_users_view_takes_the_place_of_the_sites_unless_it_is_left_out(paths: Paths) -> None:
    site = '[views.a]\nfrom = "1"\nto = "2"\n[views.b]\nfrom = "3"\n'
    settings = load(paths, '[views.a]\nfrom = "4"\n[views.b]\nform = "5"\n', site)
    assert {each.name: each.filters.as_text() for each in settings.views} == {"a": {"from": "4"}, "b": {"from": "3"}}
    assert dict(settings.origins) == {"views.a": paths.config, "views.b": paths.site_config}


def test_a_view_that_is_not_there_is_told_of_with_those_that_are(paths: Paths) -> None:
    with pytest.raises(InvalidValue, match=r"There is no view “x”\. Choose from a, b\."):
        load(paths, "[views.a]\n[views.b]\n").view_named("x")
    with pytest.raises(InvalidValue, match=r"There is no view “␛x”: there are none\. Write \[views\.NAME\]"):
        load(paths).view_named("\x1bx")
