"""Commands, their options, and the environment variables that stand for some of them.

An option without effect is an error, since its user expected one.
"""

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
from faxtui.domain.query import FILTERS, TO, UNTIL, Filter
from faxtui.domain.when import EXAMPLES
from faxtui.errors import UsageError
from faxtui.translation import N_, _

BROWSE, LIST, DOWNLOAD, TEXT, DOCTOR, CONFIG = "browse", "list", "download", "text", "doctor", "config"
JOURNAL, PURGE = "journal", "purge"
PATH, SHOW = "path", "show"
IN_DOUBT = ("retry", "skip")
FORMATS = ("table", "csv", "json", "jsonl")
TEXT_FORMATS = ("text", "json")
_DESCRIPTION = N_("Browse the faxes received on the Odyssey platform.")
_EPILOG = N_("In the program, ? shows the keys. To try it without an account: faxtui --demo")


@dataclass(frozen=True, slots=True)
class Options:
    """Values given on the command line or, for options missing there, by the environment."""

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
    follow: bool = False
    output: Path | None = None
    excel: bool = False
    separator: str = ""
    faxes: Sequence[str] = ()
    to: Path | None = None
    verify: Path | None = None
    text: bool = False
    documents: Sequence[str] = ()
    text_format: str = TEXT_FORMATS[0]
    reading_order: bool = False
    new: bool = False
    run: str | None = None
    in_doubt: str = IN_DOUBT[0]
    delete: bool = False
    yes: bool = False
    manifest: Path | None = None
    find: str | None = None
    older: str | None = None
    saved: bool = False
    dry_run: bool = False
    json: bool = False
    what: str = SHOW


_FROM_ENVIRONMENT = ("profile", "config", "base-url", "login", "log-level")


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Return the options. Raises SystemExit after printing: 0 for --help, 2 for a usage error."""
    parser = _parser(_common_options(), _selection_options())
    _check_options(parser, arguments)
    variables = _as_options(environ)
    from_environment = vars(parser.parse_args(variables)) if variables else {}
    given = vars(parser.parse_args(arguments))
    try:
        given |= _split_to(given.pop("to", []))
    except argparse.ArgumentTypeError as error:
        parser.error(f"argument --to: {error}")
    problem = problem_with(given.get("command") or BROWSE, given)
    if problem:
        parser.error(problem)
    given = from_environment | given
    filters = [(each.name, given.pop(_destination(each), None)) for each in FILTERS]
    given["filters"] = tuple((name, value) for name, value in filters if value is not None)
    given["command"] = given.get("command") or BROWSE
    return Options(**given, password=environ.get("FAXTUI_PASSWORD") or None)


class _Parser(argparse.ArgumentParser):
    """Parser that reports an error as one sentence, without the usage."""

    commands: tuple[_Parser, ...] = ()

    @property
    def options(self) -> tuple[str, ...]:
        return tuple(self._option_string_actions)

    def error(self, message: str) -> NoReturn:
        from faxtui.cli.output import print_message
        from faxtui.terminal.capabilities import written_environment

        end = "" if message.endswith(("?", ".")) else "."
        problem = f"{message[:1].upper()}{message[1:]}{end}"
        print_message(_("{problem} See faxtui --help.").format(problem=problem), written_environment(os.environ))
        self.exit(UsageError.exit_code)


def _integer(given: str) -> int:
    if not re.fullmatch("[+-]?[0-9]{1,9}", given):
        raise argparse.ArgumentTypeError(_("expected an integer, got “{value}”").format(value=given))
    return int(given)


def _log_level(given: str) -> str:
    level = given.lower()
    if level not in LEVELS:
        raise argparse.ArgumentTypeError(
            _("expected one of {levels}, got “{value}” (also read from FAXTUI_LOG_LEVEL)").format(
                levels=", ".join(LEVELS), value=given
            )
        )
    return level


def _path(given: str) -> Path:
    if not given:
        raise argparse.ArgumentTypeError(_("expected a path, got an empty value"))
    try:
        return Path(given).expanduser()
    except RuntimeError as error:
        raise argparse.ArgumentTypeError(_("the home folder in “{path}” is unknown").format(path=given)) from error


def _split_to(given: Sequence[str]) -> Mapping[str, object]:
    """Split the values of ``download --to`` into the inbound number (a plain number) and the folder (the rest)."""
    numbers = [each for each in given if re.fullmatch(r"\+?[0-9 ]+", each)]
    folders = [each for each in given if each not in numbers]
    found: dict[str, object] = {_destination(TO): numbers[-1]} if numbers else {}
    return {**found, "to": _path(folders[-1])} if folders else found


def _as_options(environ: Mapping[str, str]) -> list[str]:
    """Return the environment variables as the options that they stand for."""
    variables = {each: environ.get(f"FAXTUI_{each.upper().replace('-', '_')}") for each in _FROM_ENVIRONMENT}
    return [f"--{name}={value}" for name, value in variables.items() if value]


def _check_options(parser: _Parser, arguments: Sequence[str]) -> None:
    """Reject an unknown option by its name alone: what follows it may be a password."""
    known = [*parser.options, *(name for each in parser.commands for name in each.options)]
    for each in arguments:
        name = each.partition("=")[0]
        if name.startswith("--") and name not in ("--", *known):
            near = difflib.get_close_matches(name, known, 1)
            parser.error(
                _("unknown option {name}. Did you mean {near}?").format(name=name, near=near[0])
                if near
                else _("unknown option {name}").format(name=name)
            )


def _parser(common: _Parser, shown: _Parser) -> _Parser:
    parser = _Parser(
        "faxtui",
        description=_(_DESCRIPTION),
        epilog=_(_EPILOG),
        parents=[common, shown],
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help=_("show the version and exit"))
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title=_("commands (default: open the browser)"))

    def command(name: str, help: str, *parents: _Parser) -> _Parser:
        return commands.add_parser(
            name, help=help, parents=[common, *parents], argument_default=argparse.SUPPRESS, allow_abbrev=False
        )

    listing = command(LIST, _("print faxes as a table, CSV or JSON"), shown)
    listing.add_argument(
        "--format", choices=FORMATS, help=_("one of: {names}").format(names=" ".join(FORMATS)), metavar="FORMAT"
    )
    listing.add_argument("--all", action="store_true", help=_("list every page"))
    listing.add_argument(
        "--follow", action="store_true", help=_("print each new fax as it arrives, until you interrupt it")
    )
    listing.add_argument("--output", metavar="FILE", type=_path, help=_("write to a file, atomically"))
    listing.add_argument(
        "--excel",
        action="store_true",
        help=_("CSV for Excel: numbers stay text, times are times, no cell can become a formula"),
    )
    listing.add_argument(
        "--separator",
        metavar="C",
        help=_("between cells of CSV: one character, tab, or auto (as spreadsheets here expect, headings translated)"),
    )

    download = command(
        DOWNLOAD, _("save the documents of matching or named faxes"), _selection_options(without=TO.name)
    )
    download.add_argument("faxes", nargs="*", metavar="FOLDER/FILE", help=_("faxes to save, instead of all that match"))
    download.add_argument(
        "--to",
        metavar="DIR",
        action="append",
        help=_(
            "folder to save in (default: the one in your settings); a plain number is the inbound number, as in list"
        ),
    )
    download.add_argument("--all", action="store_true", help=_("save every fax of the period, without filters"))
    download.add_argument("--verify", metavar="DIR", type=_path, help=_("check the files saved in this folder"))

    download.add_argument("--text", action="store_true", help=_("also write the text of each fax beside its file"))

    text = command(TEXT, _("print the text of faxes or files, recognised if necessary"))
    text.add_argument(
        "documents", nargs="+", metavar="FOLDER/FILE|PATH", help=_("faxes or files to read; an existing file wins")
    )
    text.add_argument(
        "--format",
        choices=TEXT_FORMATS,
        dest="text_format",
        metavar="FORMAT",
        help=_("one of: {names}; json has the words with boxes and confidences").format(names=" ".join(TEXT_FORMATS)),
    )
    text.add_argument("--reading-order", action="store_true", help=_("block by block, for screen readers"))

    download.add_argument(
        "--new", action="store_true", help=_("skip what the manifest knows, even if its file was moved away")
    )
    download.add_argument("--manifest", metavar="FILE", type=_path, help=_("manifest to use instead of the folder's"))
    follow = download.add_argument_group(_("follow"))
    follow.add_argument("--follow", action="store_true", help=_("keep running, and save each fax as it arrives, once"))
    follow.add_argument(
        "--run", metavar="COMMAND", help=_("run this for each fax saved, without a shell; repeated until it succeeds")
    )
    follow.add_argument(
        "--in-doubt",
        choices=IN_DOUBT,
        metavar="|".join(IN_DOUBT),
        help=_("if a command may have succeeded before a crash: run it again (default), or not"),
    )
    follow.add_argument("--delete", action="store_true", help=_("delete from the service what is saved (asks first)"))
    follow.add_argument("--yes", action="store_true", help=_("do not ask before deleting"))

    journal = command(JOURNAL, _("print what was opened, saved and deleted here"), _selection_options())
    journal.add_argument("--find", metavar="TEXT", help=_("only entries with this text"))
    journal.add_argument(
        "--format", choices=FORMATS, help=_("one of: {names}").format(names=" ".join(FORMATS)), metavar="FORMAT"
    )

    purge = command(PURGE, _("delete old faxes from the service that are saved here"), _selection_options())
    purge.add_argument("--older", metavar="WHEN", help=_("only faxes received before this, such as 30d"))
    purge.add_argument("--saved", action="store_true", help=_("only faxes whose saved file is intact"))
    purge.add_argument("--dry-run", action="store_true", help=_("only count them"))
    purge.add_argument("--yes", action="store_true", help=_("do not ask before deleting"))

    doctor = command(DOCTOR, _("check configuration, network, sign-in and terminal, with advice"))
    doctor.add_argument("--json", action="store_true", help=_("print JSON, for scripts"))

    config = command(CONFIG, _("show where files are, or every setting"))
    config.add_argument(
        "what",
        metavar=f"{PATH}|{SHOW}",
        choices=(PATH, SHOW),
        help=_("path: where files are; show: every setting and its origin"),
    )
    parser.commands = (listing, download, text, journal, purge, doctor, config)
    return parser


def _common_options() -> _Parser:
    """Options valid before and after the command."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    account = parser.add_argument_group(_("account"))
    account.add_argument("--demo", action="store_true", help=_("sample faxes; needs no account and no network"))
    account.add_argument("--profile", metavar="NAME", help=_("profile from the configuration"))
    account.add_argument("--base-url", metavar="URL", help=_("address of the service"))
    account.add_argument("--login", metavar="LOGIN", help=_("login name, such as 60300.console"))
    account.add_argument(
        "--password-file",
        metavar="FILE",
        type=_path,
        help=_("file containing the password, readable only by you (or set FAXTUI_PASSWORD)"),
    )
    account.add_argument("--read-only", action="store_true", help=_("disable deleting"))
    files = parser.add_argument_group(_("files"))
    files.add_argument("--config", metavar="FILE", type=_path, help=_("configuration file to use instead of your own"))
    files.add_argument(
        "--log-level", metavar="LEVEL", type=_log_level, help=_("one of: {names}").format(names=" ".join(LEVELS))
    )
    return parser


def _destination(each: Filter) -> str:
    """Return the attribute that holds the option of a filter: ``download --to`` has another meaning."""
    return f"filter_{each.name}"


def _selection_options(without: str = "") -> _Parser:
    """Options that select faxes, without the filter named ``without``."""
    parser = _Parser(add_help=False, argument_default=argparse.SUPPRESS)
    shown = parser.add_argument_group(_("faxes"))
    for each in FILTERS:
        if each.name == without:
            continue
        shown.add_argument(
            f"--{each.name}",
            metavar=each.metavar,
            dest=_destination(each),
            help=_(each.help).format(examples=_(EXAMPLES)),
        )
    shown.add_argument("--view", metavar="NAME", help=_("saved view: filters and sort"))
    names = " ".join(each.name for each in SORTABLE)
    shown.add_argument("--sort", metavar="FIELD[:asc|:desc]", help=_("sort by one of: {names}").format(names=names))
    shown.add_argument("--page", metavar="N", type=_integer, help=_("start on this page"))
    shown.add_argument("--page-size", metavar="N", type=_integer, help=_("faxes per page"))
    return parser


_ACCOUNT = ("profile", "base_url", "login", "password_file")
_FILTERS = tuple(map(_destination, FILTERS))
_SELECTION = (*_FILTERS, "view", "sort")
_SHOWN = (*_SELECTION, "page", "page_size")
_NAMES = {_destination(each): each.name for each in FILTERS}
_FOLLOW = ("run", "in_doubt", "delete", "yes")
_NOT_EMPTY = (*_FILTERS, "view", "sort", "profile", "base_url", "login", "run", "older")


def problem_with(command: str, given: Mapping[str, object]) -> str:
    """Return the problem with an option of those ``given`` that is empty or has no effect; empty if there is none."""
    for name in _NOT_EMPTY:
        value = given.get(name)
        if isinstance(value, str) and not value.strip():
            return _("{option} needs a value. Omit it, or name one").format(option=_option(name))
    for present, names, reason in _rules(command, given):
        for name in names:
            if present and name in given:
                return _(reason).format(option=_option(name))
    return ""


def _rules(command: str, given: Mapping[str, object]) -> tuple[tuple[bool, tuple[str, ...], str], ...]:
    """Return tuples of a condition, the options that have no effect under it, and the message."""
    present: AbstractSet[str] = {name for name, value in given.items() if value not in (None, False, [])}
    is_list, is_download, is_config = (command == each for each in ("list", "download", "config"))
    verifies = is_download and "verify" in present
    follows = is_download and "follow" in present
    return (
        (
            is_download and not follows,
            _FOLLOW,
            N_("{option} has no effect without --follow. Omit it, or add --follow"),
        ),
        (
            follows,
            ("faxes", "verify", "text", "sort", "filter_until"),
            N_("{option} has no effect with --follow, which saves each fax that arrives. Omit it"),
        ),
        (
            command in (JOURNAL, PURGE),
            ("sort", "page", "page_size"),
            N_("{option} has no effect on this command. Omit it"),
        ),
        (
            command == PURGE,
            ("filter_until",),
            N_("{option} has no effect on faxtui purge, which has --older. Omit it"),
        ),
        (command == JOURNAL, ("filter_customer",), N_("{option} has no effect on faxtui journal. Omit it")),
        (
            command == PURGE,
            ("demo",),
            N_("{option} has no effect on faxtui purge: there is nothing to delete. Omit it"),
        ),
        (command == JOURNAL, ("demo",), N_("{option} has no effect on faxtui journal: the demo has none. Omit it")),
        (
            is_list and "all" in present,
            ("page",),
            N_("{option} has no effect with --all, which lists every page. Omit it"),
        ),
        (
            is_list and "follow" in present,
            ("all", "page", "page_size", "sort", "output", _destination(UNTIL)),
            N_("{option} has no effect with --follow, which prints faxes as they arrive. Omit it"),
        ),
        (
            verifies,
            ("demo", *_ACCOUNT, *_SHOWN),
            N_("{option} has no effect with --verify, which only checks a folder. Omit it"),
        ),
        (
            is_download,
            ("page", "page_size"),
            N_("{option} has no effect on a download, which saves every page. Omit it"),
        ),
        (
            is_download and "faxes" in present,
            ("sort",),
            N_("{option} has no effect on faxes named by FOLDER/FILE. Omit it"),
        ),
        (command == TEXT, _SHOWN, N_("{option} has no effect on faxtui text. Omit it")),
        (
            command == TEXT and given.get("text_format") == "json",
            ("reading_order",),
            N_("{option} has no effect with --format json. Omit it"),
        ),
        (
            is_download and ("faxes" in present or verifies),
            ("all",),
            N_("{option} has no effect on faxes named by FOLDER/FILE, or with --verify. Omit it"),
        ),
        (verifies, ("text",), N_("{option} has no effect with --verify, which only checks a folder. Omit it")),
        (command == "doctor", _SHOWN, N_("{option} has no effect on faxtui doctor. Omit it")),
        (is_config, _SHOWN, N_("{option} has no effect on faxtui config. Omit it")),
        (
            is_config and given.get("what") == "path",
            ("demo", *_ACCOUNT),
            N_("{option} has no effect on faxtui config path. Omit it"),
        ),
        ("demo" in present, _ACCOUNT, N_("{option} has no effect with --demo, which has its own account. Omit it")),
    )


def _option(name: str) -> str:
    return f"--{_NAMES.get(name, name).replace('_', '-')}"
