"""What is remembered, on a real disk."""

import logging
from pathlib import Path

import pytest

from faxtui.config.state import SavedState, StateFile
from faxtui.config.toml_files import locked, read_table, write_table
from faxtui.domain.fax import PAGES
from faxtui.domain.query import FROM, SINCE, TO, Filters, Sort, SortDirection
from faxtui.errors import StorageError

BY_PAGES = Sort(PAGES, SortDirection.ASCENDING)
ALL = SavedState(Filters({"from": "0478", "since": "30d"}), BY_PAGES, sidebar=False)


def test_nothing_is_remembered_at_first(tmp_path: Path) -> None:
    assert StateFile(tmp_path / "state.toml", "main").load() == (SavedState(), "")


def test_what_was_saved_comes_back(tmp_path: Path) -> None:
    path = tmp_path / "state" / "state.toml"
    StateFile(path, "main").save(ALL)
    assert StateFile(path, "main").load() == (ALL, "")
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_each_profile_has_its_own_and_leaves_the_others(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    names = ("main", "a.b", "é “x”")
    for number, name in enumerate(names):
        StateFile(path, name).save(SavedState(Filters({"to": str(number)})))
    write_table(path, {**read_table(path), "newer": {"version": 2}})
    StateFile(path, "main").save(ALL)
    assert StateFile(path, "main").load() == (ALL, "")
    assert [StateFile(path, name).load()[0].filters.get(TO) for name in names] == [None, "1", "2"]
    assert read_table(path)["newer"] == {"version": 2}


def test_filters_are_neither_kept_nor_taken_where_they_are_not_to_be_remembered(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    StateFile(path, "main").save(ALL)
    without = StateFile(path, "main", with_filters=False)
    assert without.load() == (SavedState(sort=BY_PAGES, sidebar=False), "")
    without.save(ALL)
    assert "0478" not in path.read_text()
    assert StateFile(path, "main").load() == (SavedState(sort=BY_PAGES, sidebar=False), "")


@pytest.mark.parametrize("content", [b"[profiles.main\n", b"\xff\xfe", b'[profiles.main]\nsort = "\x01"'])
def test_a_file_that_cannot_be_read_is_told_of_set_aside_and_never_overwritten(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "state.toml"
    path.write_bytes(content)
    state = StateFile(path, "main")
    remembered, problem = state.load()
    assert remembered == SavedState()
    assert problem.startswith(f"{path} ")
    assert "line 1, column" in problem or "line 2, column" in problem
    assert path.read_bytes() == content
    state.save(ALL)
    assert state.load() == (ALL, "")
    (kept,) = tmp_path.glob("state.toml.*")
    assert kept.name.startswith("state.toml.unreadable-")
    assert kept.read_bytes() == content


@pytest.mark.parametrize(
    "odd",
    [
        'sort = "age"',
        "sort = 3",
        'sort = "pages:up"',
        "sidebar = 3",
        "filters = 3",
        "unknown = 3",
        'filters = {customer = "abc"}',
        'filters = {since = "whenever"}',
        "filters = {to = [1, 2]}",
        "filters = {to = true}",
        'filters = {colour = "red"}',
    ],
)
def test_an_odd_value_costs_only_itself(tmp_path: Path, odd: str) -> None:
    path = tmp_path / "state.toml"
    name = odd.partition(" ")[0]
    whole = {"sort": 'sort = "pages:asc"', "sidebar": "sidebar = false", "filters": 'filters = {from = "0478"}'}
    odd = odd.replace("{", '{from = "0478", ')
    path.write_text("\n".join(["[profiles.main]", *{**whole, name: odd}.values()]))
    remembered, problem = StateFile(path, "main").load()
    assert problem == ""
    assert remembered == SavedState(
        Filters() if odd == "filters = 3" else Filters({"from": "0478"}),
        Sort() if name == "sort" else BY_PAGES,
        sidebar=name == "sidebar",
    )


def test_the_log_names_what_was_left_out_and_not_its_value(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path = tmp_path / "state.toml"
    path.write_text('[profiles.main.filters]\ncustomer = "Mrs Smith"\nsince = "30d"\n')
    logger = logging.getLogger("faxtui")
    was, logger.propagate = logger.propagate, True
    try:
        remembered, _ = StateFile(path, "main").load()
    finally:
        logger.propagate = was
    assert [*remembered.filters] == [(SINCE, "30d")]
    assert remembered.filters.get(FROM) is None
    assert "customer" in caplog.text
    assert "Smith" not in caplog.text


def test_a_state_that_cannot_be_kept_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    state = StateFile(tmp_path / "state" / "state.toml", "main")
    remembered, problem = state.load()
    assert (remembered, problem.count("Not a directory")) == (SavedState(), 1)
    with pytest.raises(StorageError, match="Not a directory"):
        state.save(ALL)


def test_a_state_that_another_program_keeps_locked_is_a_storage_error_and_stays(tmp_path: Path) -> None:
    path = tmp_path / "state.toml"
    StateFile(path, "main").save(ALL)
    with locked(path), pytest.raises(StorageError, match="another program has locked it"):
        StateFile(path, "main").save(SavedState())
    assert StateFile(path, "main").load() == (ALL, "")
