"""What doctor says of faxtui's files."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
from doctor_report import installation

from faxtui.config.load import load_settings
from faxtui.doctor.checks import check_configuration
from faxtui.doctor.report import Finding, Installation, Topic, Verdict
from faxtui.errors import ConfigurationError


@pytest.fixture
def subject(tmp_path: Path) -> Installation:
    return installation(tmp_path, "https://fax.invalid", environ={"HOME": str(tmp_path)})


def findings(subject: Installation) -> list[Finding]:
    return list(check_configuration(replace(subject, settings=load_settings(subject.paths))))


def about(topic: Topic, subject: Installation) -> Finding:
    (finding,) = (each for each in findings(subject) if each.topic is topic)
    return finding


def write(path: Path, content: str, mode: int = 0o600) -> Path:
    path.parent.mkdir(exist_ok=True)
    path.write_text(content)
    path.chmod(mode)
    return path


def test_no_file_at_all_is_no_fault(subject: Installation) -> None:
    found = about(Topic.CONFIGURATION, subject)
    assert (found.verdict, found.sentence) == (Verdict.OK, "no ~/config.toml: using defaults")


def test_a_file_is_told_with_its_mode(subject: Installation) -> None:
    write(subject.paths.config, "[ui]\n")
    found = about(Topic.CONFIGURATION, subject)
    assert (found.verdict, found.sentence) == (Verdict.OK, "~/config.toml, mode 0600")


@pytest.mark.parametrize(("mode", "deed"), [(0o640, "read"), (0o604, "read"), (0o620, "change")])
def test_a_file_of_ones_own_is_kept_from_others(mode: int, deed: str, subject: Installation) -> None:
    write(subject.paths.config, "[ui]\n", mode)
    found = about(Topic.CONFIGURATION, subject)
    assert found.verdict is Verdict.WARNING
    assert found.sentence.endswith(f"mode {mode:04o}: others can {deed} it. Run chmod 600 on it.")


@pytest.mark.parametrize(("mode", "verdict"), [(0o644, Verdict.OK), (0o664, Verdict.WARNING)])
def test_the_machines_file_may_be_read_but_not_changed(mode: int, verdict: Verdict, subject: Installation) -> None:
    write(subject.paths.site_config, "[ui]\n", mode)
    (found,) = (each for each in findings(subject) if "site" in each.sentence)
    assert found.verdict is verdict
    assert (verdict is Verdict.OK) == ("chmod go-w" not in found.sentence)


def test_a_file_that_is_no_toml_failed_and_is_told_once(subject: Installation) -> None:
    write(subject.paths.config, "[ui\n")
    found = about(Topic.CONFIGURATION, subject)
    assert (found.verdict, found.exit_code) == (Verdict.FAILED, 2)
    assert "line 1" in found.sentence


def test_a_setting_that_is_none_is_a_warning(subject: Installation) -> None:
    write(subject.paths.config, "[ui]\nmuose = true\n")
    found = next(each for each in findings(subject) if each.verdict is Verdict.WARNING)
    assert "Did you mean “mouse”?" in found.sentence


def test_what_keeps_the_configuration_from_being_used_failed(subject: Installation) -> None:
    stopped = replace(subject, unusable=ConfigurationError("There is no profile “x”."))
    found = next(each for each in findings(stopped) if each.verdict is Verdict.FAILED)
    assert (found.sentence, found.exit_code) == ("There is no profile “x”.", 2)


def test_a_password_file_is_told_with_its_mode_and_nothing_else(subject: Installation, tmp_path: Path) -> None:
    path = write(tmp_path / "password", "hunter2\n")
    found = about(Topic.PASSWORD_FILE, replace(subject, password_file=path))
    assert (found.verdict, found.sentence) == (Verdict.OK, "~/password, mode 0600")


def test_a_password_file_that_others_can_read_failed(subject: Installation, tmp_path: Path) -> None:
    path = write(tmp_path / "password", "hunter2\n", 0o644)
    found = about(Topic.PASSWORD_FILE, replace(subject, password_file=path))
    assert (found.verdict, found.exit_code) == (Verdict.FAILED, 2)
    assert "Run chmod 600 on it" in found.sentence
    assert "hunter2" not in found.sentence


def test_a_password_from_a_pipe_is_left_in_it(subject: Installation, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe, 0o600)
    found = about(Topic.PASSWORD_FILE, replace(subject, password_file=pipe))
    assert (found.verdict, found.sentence) == (Verdict.OK, "~/pipe, read when signing in")


def test_room_that_is_not_made_yet_can_be_made(subject: Installation, tmp_path: Path) -> None:
    paths = replace(subject.paths, state=tmp_path / "not" / "yet" / "state.toml")
    found = about(Topic.STATE, replace(subject, paths=paths))
    assert (found.verdict, found.sentence) == (Verdict.OK, "~/not/yet is writable")


def test_without_room_for_state_and_log_there_are_warnings(subject: Installation, tmp_path: Path) -> None:
    blocked = write(tmp_path / "a-file", "")
    paths = replace(subject.paths, state=blocked / "state.toml", logs=blocked / "logs")
    told = {each.topic: each for each in findings(replace(subject, paths=paths))}
    assert told[Topic.STATE].verdict is told[Topic.LOG].verdict is Verdict.WARNING
    assert "will not be remembered" in told[Topic.STATE].sentence
    assert "no error reports" in told[Topic.LOG].sentence


def test_a_path_outside_the_home_folder_is_told_in_full(subject: Installation, tmp_path: Path) -> None:
    found = about(Topic.CONFIGURATION, replace(subject, environ={}))
    assert f"no {tmp_path}/config.toml" in found.sentence
