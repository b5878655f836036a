"""Going from one account to another: nothing of the one is left in the other."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from console import LARGE, Console
from office import LOGIN, NIGHT, NIGHT_PASSWORD, PASSWORD, Office, office

from faxtui.inbox.view import Idle


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Office]:
    with office(tmp_path, monkeypatch) as there:
        there.configure(main=PASSWORD, night=NIGHT_PASSWORD)
        there.config.write_text(f'default_profile = "main"\n{there.config.read_text()}')
        yield there


async def go_to(desk: Console, row: int) -> None:
    """Choose an account by its row in the menu."""
    await desk.press("a", "home", *["down"] * row, "enter")


async def until_listed(desk: Console, title: str) -> None:
    await desk.until_shown(title)
    await desk.until(lambda: isinstance(desk.view.activity, Idle) and desk.view.shown is not None)
    await desk.settle()


async def filter_from(desk: Console, number: str) -> None:
    await desk.press("f")
    await desk.paste(number)
    await desk.press("enter")
    await desk.until_shown(f"from {number}")
    await desk.until_idle()


async def test_the_menu_has_every_profile_the_sample_faxes_and_a_way_to_another(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("a")
        await desk.until_shown("● main", "night", "sample faxes", "another account …")


async def test_another_profile_signs_in_as_itself(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        here.service.sign_ins.clear()
        await go_to(desk, 1)
        await until_listed(desk, f"night · {NIGHT}")
        assert set(here.service.sign_ins) == {f"{NIGHT}:{NIGHT_PASSWORD}"}
        await go_to(desk, 2)
        await until_listed(desk, "demo · sample faxes")
        await go_to(desk, 0)
        await until_listed(desk, f"main · {LOGIN}")


async def test_each_account_keeps_filters_and_sort_of_its_own(here: Office) -> None:
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_idle()
        await filter_from(desk, "0478")
        await desk.press("o")
        await desk.until_shown("Received ▲")
        await go_to(desk, 1)
        await until_listed(desk, f"night · {NIGHT}")
        assert "0478" not in desk.header
        assert "Received ▼" in desk.headings
        await filter_from(desk, "0199")
        await go_to(desk, 2)
        await until_listed(desk, "demo · sample faxes")
        assert "from" not in desk.header
        await go_to(desk, 0)
        await until_listed(desk, f"main · {LOGIN}")
        assert "from 0478" in desk.header
        assert "Received ▲" in desk.headings


async def test_no_row_of_one_account_is_shown_in_the_other_even_while_that_one_does_not_answer(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        here.service.hold()
        await go_to(desk, 1)
        await desk.until_shown(f"night · {NIGHT}")
        assert "134296" not in desk.screen
        assert desk.view.shown is None
        here.service.let_go()
        await until_listed(desk, f"night · {NIGHT}")


async def test_the_account_that_is_shown_stays_as_it_is_when_it_is_chosen(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("n")
        await desk.until(lambda: desk.page.number == 2)
        asked = len(here.service.sign_ins)
        await desk.press("a", "enter")
        assert desk.page.number == 2
        assert len(here.service.sign_ins) == asked


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("[profiles.night]", "[profiles.day]", "night"),
        (f'login = "{NIGHT}"', "", "There is no login"),
        (f'login = "{NIGHT}"', f'login = "{NIGHT}:secret"', "no colon"),
    ],
)
async def test_a_profile_that_cannot_be_opened_is_told_of_and_the_rows_stay(
    here: Office, before: str, after: str, words: str
) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        rows = desk.rows
        here.config.write_text(here.config.read_text().replace(before, after))
        await go_to(desk, 1)
        await desk.until(lambda: words in desk.told)
        assert desk.rows[:5] == rows[:5]
        assert f"main · {LOGIN}" in desk.header
        await desk.press("n")
        await desk.until(lambda: desk.page.number == 2)


async def test_the_sample_faxes_are_there_whatever_the_configuration_says(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        here.config.write_text(here.config.read_text().replace('default_profile = "main"', 'default_profile = "gone"'))
        await go_to(desk, 2)
        await until_listed(desk, "demo · sample faxes")


async def test_what_was_set_for_this_run_holds_in_the_next_account(here: Office) -> None:
    async with here.faxtui() as desk:
        await desk.until_idle()
        await desk.press("comma", "down", "enter", "ctrl+u", "2", "5", "enter", "q", "n")
        await desk.until_shown("1–25 of")
        await go_to(desk, 1)
        await until_listed(desk, f"night · {NIGHT}")
        assert "1–25 of" in desk.page_bar
        await desk.press("comma")
        await desk.until_shown("* page_size         25")


async def test_read_only_is_told_in_the_title(here: Office) -> None:
    async with here.faxtui("--read-only", size=LARGE) as desk:
        await desk.until_shown(f"main · {LOGIN} · read only")
        await go_to(desk, 1)
        await until_listed(desk, f"night · {NIGHT} · read only")
        await go_to(desk, 2)
        await until_listed(desk, "demo · sample faxes · read only")


async def test_a_profile_that_is_read_only_leaves_the_sample_faxes_to_practise_on(here: Office) -> None:
    here.config.write_text(here.config.read_text().replace("[profiles.main]", "[profiles.main]\nread_only = true"))
    async with here.faxtui(size=LARGE) as desk:
        await desk.until_shown(f"main · {LOGIN} · read only")
        await go_to(desk, 2)
        await until_listed(desk, "demo · sample faxes")
        assert "read only" not in desk.header
