"""What comes back the next time."""

from pathlib import Path

from console import LARGE, Console, console

from faxtui.config.settings import Ui
from faxtui.config.state import SavedState, StateFile
from faxtui.domain.fax import BAUD
from faxtui.domain.query import FROM, FaxQuery, Filters, Sort, SortDirection


def state_text(folder: Path) -> str:
    return (folder / "state.toml").read_text()


async def use(desk: Console) -> None:
    """Filter, sort, and hide the sidebar."""
    await desk.press("f")
    await desk.paste("0478")
    await desk.press("enter")
    await desk.until_idle()
    await desk.press("s", "end", "enter")
    await desk.until_asked(3)
    await desk.until_idle()
    await desk.press("F")


async def test_filters_sort_and_sidebar_come_back(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "state.toml", "main")
    async with console(size=LARGE, state=state) as desk:
        await use(desk)
    remembered, problem = state.load()
    assert problem == ""
    assert remembered.filters.get(FROM) == "0478"
    assert remembered == SavedState(Filters({"from": "0478"}), Sort(BAUD, SortDirection.DESCENDING), sidebar=False)
    query = FaxQuery(filters=remembered.filters, sort=remembered.sort)
    async with console(size=LARGE, state=state, query=query, sidebar=remembered.sidebar) as desk:
        assert (desk.wire.last["filterfrom"], desk.wire.last["sortfield"]) == ("0478", "8")
        assert "from 0478" in desk.header
        assert "From number" not in desk.screen


async def test_a_state_that_cannot_be_written_is_told_of_and_nothing_ends(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    async with console(state=StateFile(blocked / "state.toml", "main")) as desk:
        await desk.press("o")
        await desk.until_told("state.toml can't be written", "there the next time")
        await desk.until_idle()


async def test_the_sidebar_alone_is_remembered_where_filters_are_not_to_be(tmp_path: Path) -> None:
    state = StateFile(tmp_path / "state.toml", "main", with_filters=False)
    async with console(size=LARGE, state=state, ui=Ui(remember_filters=False)) as desk:
        await use(desk)
    assert "0478" not in state_text(tmp_path)
    assert state.load()[0].sidebar is False
