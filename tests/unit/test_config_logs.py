"""The log and the reports of errors: only for this user's eyes, and without anybody's secrets."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from faxtui.config.logs import LEVELS, explanation, start_log, write_report

SECRET = "0478-hush-1234"


@pytest.fixture(autouse=True)
def logger() -> Iterator[logging.Logger]:
    """The program's own logger, as it was before at the end."""
    ours = logging.getLogger("faxtui")
    before = ours.handlers, ours.propagate, ours.level, logging.raiseExceptions
    yield ours
    for each in ours.handlers:
        each.close()
    ours.handlers, ours.propagate, ours.level, logging.raiseExceptions = before


def fail(password: str) -> None:
    raise LookupError(f"it was {password}")


def fail_again() -> None:
    try:
        fail(SECRET)
    except LookupError as error:
        raise ValueError(SECRET) from error


def caught() -> BaseException:
    with pytest.raises(ValueError, match=SECRET) as error:
        fail_again()
    return error.value


def test_a_log_is_made_for_this_user_when_there_is_something_to_write(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "log"
    start_log(folder, "warning")
    logging.getLogger("faxtui.part").info("nothing")
    assert list(tmp_path.iterdir()) == []
    logging.getLogger("faxtui.part").warning("“%s” happened", "it")
    (path,) = folder.iterdir()
    assert path.name == "faxtui.log"
    assert path.read_text().endswith(" WARNING faxtui.part: “it” happened\n")
    assert path.stat().st_mode & 0o777 == 0o600
    assert {each.stat().st_mode & 0o777 for each in (folder, folder.parent)} == {0o700}


def test_a_full_log_is_kept_once_and_both_are_for_this_user(tmp_path: Path) -> None:
    start_log(tmp_path, "debug")
    for _ in range(25):
        logging.getLogger("faxtui").debug("x" * 100_000)
    assert sorted(each.name for each in tmp_path.iterdir()) == ["faxtui.log", "faxtui.log.1"]
    assert {each.stat().st_mode & 0o777 for each in tmp_path.iterdir()} == {0o600}


def test_a_log_that_cannot_be_written_costs_only_the_line(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], logger: logging.Logger
) -> None:
    (tmp_path / "file").touch()
    start_log(tmp_path / "file", "warning")
    logger.error("lost")
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("level", LEVELS)
def test_every_level_can_be_chosen(tmp_path: Path, level: str, logger: logging.Logger) -> None:
    start_log(tmp_path, level)
    assert logging.getLevelName(logger.level) == level.upper()


def test_a_report_says_where_it_happened_and_holds_no_messages_and_no_locals(tmp_path: Path) -> None:
    folder = tmp_path / "state" / "log"
    path = write_report(folder, caught())
    assert path is not None
    report = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert {each.stat().st_mode & 0o777 for each in (folder, folder.parent)} == {0o700}
    assert SECRET not in report
    assert report.index("builtins.LookupError") < report.index("builtins.ValueError")
    for each in ("faxtui 0.", "Python 3.", "in fail\n", "in fail_again\n", "test_config_logs.py"):
        assert each in report


def test_errors_that_go_round_in_circles_are_reported(tmp_path: Path) -> None:
    first, second = ValueError(), LookupError()
    first.__cause__, second.__cause__ = second, first
    path = write_report(tmp_path, first)
    assert path is not None
    assert path.read_text().count("builtins.") == 2


def test_an_unexpected_error_is_explained_in_a_sentence_or_two(tmp_path: Path) -> None:
    told = explanation(tmp_path, caught())
    (report,) = tmp_path.iterdir()
    assert told == (f"faxtui crashed (ValueError). The report is in {report}.")
    for nowhere in (None, report / "file"):
        assert explanation(nowhere, caught()) == ("faxtui crashed (ValueError). No report could be written.")
