"""Whether the files of faxtui can be read, by whom, and whether there is room for its own."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from faxtui.commands.doctor.finding import Finding, Topic, failed, ok, warning
from faxtui.commands.doctor.subject import Subject
from faxtui.commands.doctor.words import shown
from faxtui.config.files import read_table
from faxtui.config.secrets import read_password_file
from faxtui.errors import ConfigurationError, NoSignIn

_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def check_configuration(subject: Subject) -> Iterator[Finding]:
    unreadable: list[str] = []
    for path, kept_from in (
        (subject.paths.config, _OTHERS_READ | _OTHERS_WRITE),
        (subject.paths.site_config, _OTHERS_WRITE),
    ):
        try:
            read_table(path)
        except ConfigurationError as error:
            unreadable.append(str(error))
            yield failed(Topic.CONFIGURATION, error)
        else:
            if path.exists():
                yield _with_mode(Topic.CONFIGURATION, path, kept_from, subject)
            elif path == subject.paths.config:
                yield ok(Topic.CONFIGURATION, f"no {shown(path, subject.environ)}: the defaults hold")
    if subject.unusable is not None and str(subject.unusable) not in unreadable:
        yield failed(Topic.CONFIGURATION, subject.unusable)
    for problem in subject.settings.problems:
        if not any(problem.startswith(each) for each in unreadable):
            yield warning(Topic.CONFIGURATION, problem)
    if subject.password_file is not None:
        yield _password_file(subject.password_file, subject)
    yield from _room(subject)


def _password_file(path: Path, subject: Subject) -> Finding:
    """A pipe is left alone: what is read from it now would be missing at the sign-in."""
    if os.access(path, os.F_OK) and not path.is_file():
        return ok(Topic.PASSWORD_FILE, f"{shown(path, subject.environ)}, read when signing in")
    try:
        read_password_file(path)
    except NoSignIn as error:
        return failed(Topic.PASSWORD_FILE, error)
    return _with_mode(Topic.PASSWORD_FILE, path, _OTHERS_WRITE, subject)


def _with_mode(topic: Topic, path: Path, kept_from: int, subject: Subject) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    said = f"{shown(path, subject.environ)}, mode {mode:04o}"
    excess = mode & kept_from
    if not excess:
        return ok(topic, said)
    deed, remedy = ("change", "go-w") if excess & _OTHERS_WRITE else ("read", "go-r")
    remedy = "600" if kept_from & _OTHERS_READ else remedy
    return warning(topic, f"{said}: others can {deed} it. Run chmod {remedy} on it.")


def _room(subject: Subject) -> Iterator[Finding]:
    state, logs = subject.paths.state.parent, subject.paths.logs
    if _can_be_written(state):
        yield ok(Topic.STATE, f"{shown(state, subject.environ)} can be written")
    else:
        said = f"{shown(state, subject.environ)} can't be written: filters and sort will not be remembered."
        yield warning(Topic.STATE, f"{said} Mend its permissions.")
    if not _can_be_written(logs):
        said = f"{shown(logs, subject.environ)} can't be written: there will be no log and no reports of errors."
        yield warning(Topic.LOG, f"{said} Mend its permissions.")


def _can_be_written(folder: Path) -> bool:
    """Whether it is, or can be made, a folder with room for our files."""
    nearest = next(each for each in (folder, *folder.parents) if os.access(each, os.F_OK))
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
