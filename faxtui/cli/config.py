"""Commands ``faxtui config`` (where files are; every setting with its origin) and ``faxtui doctor``."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from faxtui.cli.context import CommandContext, connector_for, load_context, paths_for, run_to_end
from faxtui.cli.options import Options
from faxtui.cli.output import print_lines, print_message
from faxtui.config.credentials import SignIn
from faxtui.config.load import DEFAULT_PROFILE, KEYS, PROFILES, VIEWS, Paths
from faxtui.config.settings import OAUTH2, SECTIONS, Section, Settings, shown
from faxtui.doctor.checks import run_checks
from faxtui.doctor.report import Finding, Installation, as_json, as_text
from faxtui.domain.query import sort_text
from faxtui.domain.text import visible
from faxtui.errors import ConfigurationError, UsageError
from faxtui.terminal.capabilities import capabilities
from faxtui.translation import _

_DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class Override:
    """Value from an option or the environment; ``origin`` names it."""

    value: str | bool
    origin: str


def path_lines(paths: Paths) -> Iterator[str]:
    """Yield a line for each file and folder, with a remark if it does not exist."""
    named = (
        (_("configuration"), paths.config),
        (_("site configuration"), paths.site_config),
        (_("state"), paths.state),
        (_("logs"), paths.logs),
    )
    width = max(20, *(len(name) + 2 for name, _path in named))
    for name, path in named:
        remark = "" if os.path.lexists(path) else _("(does not exist)")
        yield f"{name:<{width}}{path}  {remark}".rstrip()


def setting_lines(settings: Settings, overrides: Mapping[str, Override]) -> Iterator[str]:
    """Yield every setting as a line of TOML with its origin. Secrets are not settings, so none is shown.

    ``overrides`` replace settings of the profile and the profile's name.
    """
    origins = {name: str(path) for name, path in settings.origins}
    profile = overrides.get(DEFAULT_PROFILE) or Override(settings.profile_name, origins.get(DEFAULT_PROFILE, _DEFAULT))
    yield _line([DEFAULT_PROFILE], profile.value, profile.origin)
    yield from _section(settings.profile, [PROFILES, settings.profile_name], origins, overrides)
    for name in SECTIONS:
        yield from _section(settings.section(name), [name], origins, {})
    for name, keys in settings.keys:
        yield _line([KEYS, name], keys, origins.get(f"{KEYS}.{name}", _DEFAULT))
    for view in settings.views:
        for name, value in [*view.filters.as_text().items(), ("sort", sort_text(view.sort))]:
            yield _line([VIEWS, view.name, name], value, origins.get(f"{VIEWS}.{view.name}", _DEFAULT))


def _section(
    section: Section, tables: Sequence[str], origins: Mapping[str, str], overrides: Mapping[str, Override]
) -> Iterator[str]:
    for each in section.settings():
        names = [*tables, each.name]
        override = overrides.get(each.name)
        if override is not None:
            yield _line(names, _without_password(each.name, override.value), override.origin)
        else:
            value = _without_password(each.name, getattr(section, each.name))
            yield _line(names, value, origins.get(".".join(names), _DEFAULT))


def _without_password(name: str, value: object) -> object:
    """Return the value with a misplaced password (in an address or after the login) hidden."""
    if not isinstance(value, str):
        return value
    if name in ("base_url", "token_url") and "@" in value:
        scheme = next((each for each in ("https://", "http://") if value.startswith(each)), "")
        return f"{scheme}…@{value.rpartition('@')[2]}"
    if name == "login" and ":" in value:
        return f"{value.partition(':')[0]}:…"
    return value


def _line(names: Sequence[str], value: object, origin: str) -> str:
    return f"{visible('.'.join(map(_key, names)))} = {visible(_toml(value))}  # {visible(origin)}"


def _key(name: str) -> str:
    return name if re.fullmatch("[A-Za-z0-9_-]+", name) else _toml(name)


def _toml(value: object) -> str:
    import tomli_w

    if isinstance(value, tuple):
        return f"[{', '.join(_toml(part) for part in value)}]"
    if value is None or isinstance(value, Path):
        value = shown(value)
    return tomli_w.dumps({"x": value}).removeprefix("x = ").strip()


def run_paths(options: Options, environ: Mapping[str, str]) -> int:
    """Print where files are, even if they can't be read."""
    print_lines(path_lines(paths_for(options)), environ)
    return 0


def run_config(context: CommandContext, environ: Mapping[str, str]) -> int:
    """Print problems of the configuration, then every setting."""
    for problem in context.settings.problems:
        print_message(problem, environ)
    print_lines(setting_lines(context.settings, _overrides(context.options, environ)), environ)
    return 0


def run_doctor(options: Options, environ: Mapping[str, str]) -> int:
    """Print each finding as it comes, or all of them as JSON. An unusable configuration is a finding, too."""
    if options.demo:
        raise UsageError(_("The demo needs no network, so there is nothing to check. Omit --demo."))
    try:
        context, unusable = load_context(options), None
    except ConfigurationError as error:
        context, unusable = CommandContext(options, paths_for(options), Settings()), error
    found: list[Finding] = []
    utf8 = capabilities(environ).utf8
    width = shutil.get_terminal_size().columns

    def report(finding: Finding) -> None:
        found.append(finding)
        if not options.json:
            print_lines(as_text(finding, width, utf8=utf8).splitlines(), environ)

    code = run_to_end(run_checks(_installation(context, unusable, environ), report))
    if options.json:
        print_lines(as_json(found, code).splitlines(), environ)
    return code


def _installation(
    context: CommandContext, unusable: ConfigurationError | None, environ: Mapping[str, str]
) -> Installation:
    options, profile = context.options, context.settings.profile
    sign_in, out = _sign_in(context), sys.stdout
    return Installation(
        settings=context.settings,
        paths=context.paths,
        base_url=options.base_url or profile.base_url,
        login=options.login or profile.login,
        connect=lambda: connector_for(context).connect(),
        environ=environ,
        method="OAuth2" if sign_in is not None and sign_in.profile.auth == OAUTH2 else "Basic",
        zone=context.settings.ui.zone,
        terminal=os.get_terminal_size(out.fileno()) if out is not None and out.isatty() else None,
        password_file=None if sign_in is None else sign_in.password_file,
        unusable=unusable,
    )


def _sign_in(context: CommandContext) -> SignIn | None:
    """Return the sign-in, or None if there is none or it can't be used: connecting reports why."""
    try:
        return context.sign_in()
    except UsageError:
        return None


def _overrides(options: Options, environ: Mapping[str, str]) -> Mapping[str, Override]:
    given = {
        DEFAULT_PROFILE: (options.profile, "profile"),
        "base_url": (options.base_url, "base-url"),
        "login": (options.login, "login"),
    }
    found = {}
    for name, (value, option) in given.items():
        variable = f"FAXTUI_{option.upper().replace('-', '_')}"
        if value:
            found[name] = Override(value, variable if environ.get(variable) == value else f"--{option}")
    if options.password_file is not None:
        found["password_file"] = Override(str(options.password_file), "--password-file")
    if options.read_only:
        found["read_only"] = Override(True, "--read-only")
    return found
