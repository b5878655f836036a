"""Commands and options, and the environment variables that stand for some of them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faxtui.config.logs import DEFAULT_LEVEL, LEVELS
from faxtui.domain.fields import SORTABLE
from faxtui.domain.filters import FILTERS

BROWSE, LIST, DOCTOR, CONFIG = "browse", "list", "doctor", "config"
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
    json: bool = False
    what: str = "show"


_FROM_ENVIRONMENT: Mapping[str, type[str] | type[Path]] = {
    "profile": str,
    "config": Path,
    "base_url": str,
    "login": str,
    "password": str,
    "log_level": str,
}


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Raises SystemExit: 0 after --help, 2 after a usage error; what there is to say has been said then."""
    parser = _parser()
    given = vars(parser.parse_args(arguments))
    filters = [(each.name, given.pop(each.parameter, None)) for each in FILTERS]
    given["filters"] = tuple((name, value) for name, value in filters if value is not None)
    given["command"] = given.get("command") or BROWSE
    for name, kind in _FROM_ENVIRONMENT.items():
        value = environ.get(f"FAXTUI_{name.upper()}")
        if value:
            given.setdefault(name, kind(value))
    options = Options(**given)
    if options.log_level not in LEVELS:
        parser.error(f"“{options.log_level}” is no log level: there are {', '.join(LEVELS)}")
    return options


def _parser() -> argparse.ArgumentParser:
    common, shown = _common(), _shown()
    parser = argparse.ArgumentParser(
        "faxtui",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        parents=[common, shown],
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="store_true", help="show the version and leave")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands (none opens the browser)")

    listing = commands.add_parser(
        LIST,
        help="print faxes, for people or scripts",
        parents=[common, shown],
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    listing.add_argument("--format", choices=FORMATS, help=f"one of: {' '.join(FORMATS)}", metavar="FORMAT")
    listing.add_argument("--all", action="store_true", help="every page, not only one")
    listing.add_argument("--output", metavar="FILE", type=Path, help="write a file, whole or not at all")
    listing.add_argument("--excel", action="store_true", help="CSV in which no cell can become a formula")

    doctor = commands.add_parser(
        DOCTOR,
        help="check configuration, network, sign-in and terminal",
        parents=[common],
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    doctor.add_argument("--json", action="store_true", help="for scripts")

    config = commands.add_parser(
        CONFIG,
        help="where files are; every setting",
        parents=[common],
        argument_default=argparse.SUPPRESS,
        allow_abbrev=False,
    )
    config.add_argument("what", choices=("path", "show"), help="where files are; every setting and its origin")
    return parser


def _common() -> argparse.ArgumentParser:
    """Options that may stand before the command or after it."""
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    account = parser.add_argument_group("account")
    account.add_argument("--demo", action="store_true", help="sample faxes: no account, no network needed")
    account.add_argument("--profile", metavar="NAME", help="one of the configuration's")
    account.add_argument("--base-url", metavar="URL", help="the service's address")
    account.add_argument("--login", metavar="LOGIN", help="such as 60300.console")
    account.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="a file that only you can read; FAXTUI_PASSWORD in the environment serves as well",
    )
    account.add_argument("--read-only", action="store_true", help="nothing can be deleted")
    files = parser.add_argument_group("files")
    files.add_argument("--config", metavar="FILE", type=Path, help="instead of your own configuration")
    files.add_argument("--log-level", metavar="LEVEL", choices=LEVELS, help=f"one of: {' '.join(LEVELS)}")
    return parser


def _shown() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(add_help=False, argument_default=argparse.SUPPRESS)
    shown = parser.add_argument_group("what to show")
    for each in FILTERS:
        shown.add_argument(f"--{each.name}", metavar=each.metavar, dest=each.parameter, help=each.help)
    shown.add_argument("--view", metavar="NAME", help="saved filters and sort")
    names = " ".join(each.name for each in SORTABLE)
    shown.add_argument("--sort", metavar="FIELD[:asc|:desc]", help=f"by one of: {names}")
    shown.add_argument("--page", metavar="N", type=int, help="begin on this page")
    shown.add_argument("--page-size", metavar="N", type=int, help="faxes on a page")
    return parser
