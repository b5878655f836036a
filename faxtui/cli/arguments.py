"""Options, and the environment variables that stand for some of them."""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from faxtui.config.logs import DEFAULT_LEVEL, LEVELS
from faxtui.domain.fields import SORTABLE
from faxtui.domain.filters import FILTERS

_DESCRIPTION = "Browse the faxes received on the Odyssey platform."
_EPILOG = "In the program, ? shows the keys. No account at hand? Look around first: faxtui --demo"


@dataclass(frozen=True, slots=True)
class Options:
    """What was asked for on the command line or, where it says nothing, by the environment."""

    demo: bool
    profile: str | None
    config: Path | None
    base_url: str | None
    login: str | None
    password_file: Path | None
    log_level: str
    sort: str | None
    page: int | None
    page_size: int | None
    filters: tuple[tuple[str, str], ...]
    password: str | None = field(repr=False)


def parse(arguments: Sequence[str], environ: Mapping[str, str]) -> Options:
    """Raises SystemExit: 0 after --help, 2 after a usage error; what there is to say has been said then."""
    parser = _parser(environ)
    given = vars(parser.parse_args(arguments))
    filters = [(each.name, given.pop(each.parameter)) for each in FILTERS]
    return Options(
        filters=tuple((name, value) for name, value in filters if value is not None),
        password=environ.get("FAXTUI_PASSWORD") or None,
        **given,
    )


def _parser(environ: Mapping[str, str]) -> argparse.ArgumentParser:
    def from_environment(name: str) -> str | None:
        return environ.get(f"FAXTUI_{name}") or None

    parser = argparse.ArgumentParser("faxtui", description=_DESCRIPTION, epilog=_EPILOG, allow_abbrev=False)
    parser.add_argument("--version", action="store_true", help="show the version and leave", default=argparse.SUPPRESS)
    parser.add_argument("--demo", action="store_true", help="sample faxes: no account, no network needed")

    account = parser.add_argument_group("account")
    account.add_argument("--profile", metavar="NAME", default=from_environment("PROFILE"))
    account.add_argument("--base-url", metavar="URL", default=from_environment("BASE_URL"))
    account.add_argument("--login", metavar="LOGIN", default=from_environment("LOGIN"))
    account.add_argument(
        "--password-file",
        metavar="FILE",
        type=Path,
        help="a file that only you can read; FAXTUI_PASSWORD in the environment serves as well",
    )

    shown = parser.add_argument_group("what to show")
    for each in FILTERS:
        shown.add_argument(f"--{each.name}", metavar=each.metavar, dest=each.parameter, help=each.help)
    names = " ".join(each.name for each in SORTABLE)
    shown.add_argument("--sort", metavar="FIELD[:asc|:desc]", help=f"by one of: {names}")
    shown.add_argument("--page", metavar="N", type=int, help="open on this page")
    shown.add_argument("--page-size", metavar="N", type=int, help="faxes on a page")

    files = parser.add_argument_group("files")
    files.add_argument("--config", metavar="FILE", type=Path, default=from_environment("CONFIG"))
    files.add_argument(
        "--log-level",
        metavar="LEVEL",
        choices=LEVELS,
        default=from_environment("LOG_LEVEL") or DEFAULT_LEVEL,
        help=f"one of: {' '.join(LEVELS)}",
    )
    return parser
