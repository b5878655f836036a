"""Combinations of options of which one has no effect: an error, since whoever gave it expected one.

Commands and options, and the environment variables that stand for some of them."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

from faxtui.config.logs import DEFAULT_LEVEL, LEVELS
from faxtui.domain.fax import SORTABLE
from faxtui.domain.query import FILTERS, TO
from faxtui.errors import UsageError

_ACCOUNT = ("profile", "base_url", "login", "password_file")
_FILTERS = tuple(each.parameter for each in FILTERS)
_SELECTION = (*_FILTERS, "view", "sort")
_SHOWN = (*_SELECTION, "page", "page_size")
_NAMES = {each.parameter: each.name for each in FILTERS}
_NOT_EMPTY = (*_FILTERS, "view", "sort", "profile", "base_url", "login")


def without_effect(command: str, given: Mapping[str, object]) -> str:
    """Return why an option of those ``given`` on the command line has no effect; empty if each has one."""
    for name in _NOT_EMPTY:
        value = given.get(name)
        if isinstance(value, str) and not value.strip():
            return f"{_option(name)} needs a value: leave it out, or name one"
    for present, names, reason in _rules(command, given):
        for name in names:
            if present and name in given:
                return f"{_option(name)} has no effect {reason}: leave it out"
    return ""


def _rules(command: str, given: Mapping[str, object]) -> tuple[tuple[bool, tuple[str, ...], str], ...]:
    """When, which options have no effect, and why."""
    present: AbstractSet[str] = {name for name, value in given.items() if value not in (None, False, [])}
    is_list, is_download, is_config = (command == each for each in ("list", "download", "config"))
    verifies = is_download and "verify" in present
    return (
        (is_list and "all" in present, ("page",), "with --all, which lists every page"),
        (verifies, ("demo", *_ACCOUNT, *_SHOWN), "with --verify, which looks at a folder only"),
        (is_download, ("page", "page_size"), "on a download, which saves every page"),
        (is_download and "faxes" in present, ("sort",), "on faxes that are named by FOLDER/FILE"),
        (command == "doctor", _SHOWN, "on faxtui doctor"),
        (is_config, _SHOWN, "on faxtui config"),
        (is_config and given.get("what") == "path", ("demo", *_ACCOUNT), "on faxtui config path"),
        ("demo" in present, _ACCOUNT, "with --demo, which has an account of its own"),
    )


def _option(name: str) -> str:
    return f"--{_NAMES.get(name, name).replace('_', '-')}"


BROWSE, LIST, DOWNLOAD, DOCTOR, CONFIG = "browse", "list", "download", "doctor", "config"
PATH, SHOW = "path", "show"
FORMATS = ("table", "csv", "json", "jsonl")
_DESCRIPTION = "Browse the faxes received on the Odyssey platform."
_EPILOG = "In the program, ? shows the keys. No account at hand? Look around first: faxtui --demo"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line or, where it says nothing, by the environment."""

    command: str = BROWSE
    demo: bool = False
    profile: str | None = None
    config: Path | None = None
    base_url: str | None = None
    login: str | None = None
    password_file: Path | None = None
    password: str | None = field(default=None, repr=False)
    read_only: bool = False
    log_level: str = DEFAULT_LEVEL
    view: str | None = None
    sort: str | None = None
    page: int | None = None
    page_size: int | None = None
    filters: tuple[tuple[str, str], ...] = ()
    format: str = FORMATS[0]
    all: bool = False
    output: Path | None = None
    excel: bool = False
    faxes: Sequence[str] = ()
    to: Path | None = None
    verify: Path | None = None
    json: bool = False
    what: str = SHOW


_FROM_ENVIRONMENT = ("profile", "config", "base-url", "login", "log-level")


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Raises SystemExit: 0 after --help, 2 after a usage error; what there is to say has been said then."""
    parser = _parser(_common(), _shown())
    _check_options(parser, arguments)
    variables = _as_options(environ)
    of_environment = vars(parser.parse_args(variables)) if variables else {}
    given = vars(parser.parse_args(arguments))
    try:
        given |= _places(given.pop("to", []))
    except argparse.ArgumentTypeError as error:
        parser.error(f"argument --to: {error}")
    problem = without_effect(given.get("command") or BROWSE, given)
    if problem:
        parser.error(problem)
    given = of_environment | given
    filters = [(each.name, given.pop(each.parameter, None)) for each in FILTERS]
    given["filters"] = tuple((name, value) for name, value in filters if value is not None)
    given["command"] = given.get("command") or BROWSE
    return Options(**given, password=environ.get("FAXTUI_PASSWORD") or None)


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in a sentence, without the whole usage."""

    commands: tuple[_Parser, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        from faxtui.cli.context import say
        from faxtui.terminal.capabilities import written_environment

        end = "" if message.endswith("?") else "."
        sentence = f"{message[:1].upper()}{message[1:]}{end} faxtui --help shows what there is."
        say(sentence, written_environment(os.environ))
        self.exit(UsageError.exit_code)


def _whole_number(given: str) -> int:
    if not re.fullmatch("[+-]?[0-9]{1,9}", given):
        raise argparse.ArgumentTypeError(f"it takes a whole number, not “{given}”")
    return int(given)


def _log_level(given: str) -> str:
    level = given.lower()
    if level not in LEVELS:
        raise argparse.ArgumentTypeError(
            f"it takes one of {', '.join(LEVELS)}, not “{given}” (FAXTUI_LOG_LEVEL counts as well)"
        )
    return level


def _path(given: str) -> Path:
    if not given:
        raise argparse.ArgumentTypeError("it takes a path, not an empty text")
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(f"the home folder in “{given}” is not known") from error


def _places(given: Sequence[str]) -> Mapping[str, object]:
    """What ``download --to`` was given, folder and inbound number both: only a number is a number."""
    numbers = [each for each in given if re.fullmatch(r"\+?[0-9 ]+", each)]
    folders = [each for each in given if each not in numbers]
    found: dict[str, object] = {TO.parameter: numbers[-1]} if numbers else {}
    return {**found, "to": _path(folders[-1])} if folders else found


def _as_options(environ: Mapping[str, str]) -> list[str]:
    """Variables are read as the options they stand for, before those that were given."""
    variables = {each: environ.get(f"FAXTUI_{each.upper().replace('-', '_')}") for each in _FROM_ENVIRONMENT}
    return [f"--{name}={value}" for name, value in variables.items() if value]


def _check_options(parser: _Parser, arguments: Sequence[str]) -> None:
    """An option that there is not is told of by its name alone: what was meant as its value may be a password."""
    known = [*parser.options, *(name for each in parser.commands for name in each.options)]
    for each in arguments:
        name = each.partition("=")[0]
        if name.startswith("--") and name not in ("--", *known):
            near = difflib.get_close_matches(name, known, 1)
            parser.error(f"there is no option {name}{f', did you mean {near[0]}?' if near else ''}")


def _parser(common: _Parser, shown: _Parser) -> _Parser:
    parser = _Parser(
        "faxtui",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        parents=[common, shown],
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="show the version and leave")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands (none opens the browser)")

    def command(name: str, help: str, *parents: _Parser) -> _Parser:
        return commands.add_parser(
            name, help=help, parents=[common, *parents], argument_default=argparse.SUPPRESS, allow_abbrev=False
        )

    listing = command(LIST, "print faxes, for people or scripts", shown)
    listing.add_argument("--format", choices=FORMATS, help=f"one of: {' '.join(FORMATS)}", metavar="FORMAT")
    listing.add_argument("--all", action="store_true", help="every page, not only one")
    listing.add_argument("--output", metavar="FILE", type=_path, help="write a file, whole or not at all")
    listing.add_argument("--excel", action="store_true", help="CSV in which no cell can become a formula")

    download = command(DOWNLOAD, "save the documents of faxes, every page of them", _shown(apart=TO.name))
    download.add_argument("faxes", nargs="*", metavar="FOLDER/FILE", help="these faxes, instead of all that match")
    download.add_argument(
        "--to",
        metavar="DIR",
        action="append",
        help="where to (without it, the folder of your settings); a number alone is the inbound number, as for list",
    )
    download.add_argument("--verify", metavar="DIR", type=_path, help="check what was saved there")

    doctor = command(DOCTOR, "check configuration, network, sign-in and terminal, and say what to do")
    doctor.add_argument("--json", action="store_true", help="for scripts")

    config = command(CONFIG, "where files are; every setting")
    config.add_argument(
        "what", metavar=f"{PATH}|{SHOW}", choices=(PATH, SHOW), help="where files are; every setting and its origin"
    )
    parser.commands = (listing, download, doctor, config)
    return parser


def _common() -> _Parser:
    """Options that may stand before the command or after it."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    account = parser.add_argument_group("account")
    account.add_argument("--demo", action="store_true", help="sample faxes: no account, no network needed")
    account.add_argument("--profile", metavar="NAME", help="one of the configuration's")
    account.add_argument("--base-url", metavar="URL", help="the service's address")
    account.add_argument("--login", metavar="LOGIN", help="such as 60300.console")
    account.add_argument(
        "--password-file",
        metavar="FILE",
        type=_path,
        help="a file that only you can read; FAXTUI_PASSWORD in the environment serves as well",
    )
    account.add_argument("--read-only", action="store_true", help="nothing can be deleted")
    files = parser.add_argument_group("files")
    files.add_argument("--config", metavar="FILE", type=_path, help="instead of your own configuration")
    files.add_argument("--log-level", metavar="LEVEL", type=_log_level, help=f"one of: {' '.join(LEVELS)}")
    return parser


def _shown(apart: str = "") -> _Parser:
    """The options that say what to show, but the filter of that name."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shown = parser.add_argument_group("what to show")
    for each in FILTERS:
        if each.name == apart:
            continue
        shown.add_argument(f"--{each.name}", metavar=each.metavar, dest=each.parameter, help=each.help)
    shown.add_argument("--view", metavar="NAME", help="saved filters and sort")
    names = " ".join(each.name for each in SORTABLE)
    shown.add_argument("--sort", metavar="FIELD[:asc|:desc]", help=f"by one of: {names}")
    shown.add_argument("--page", metavar="N", type=_whole_number, help="begin on this page")
    shown.add_argument("--page-size", metavar="N", type=_whole_number, help="faxes on a page")
    return parser
