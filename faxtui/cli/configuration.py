"""``faxtui config`` and ``faxtui doctor``."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping

from faxtui.cli.arguments import Options
from faxtui.cli.running import run_to_end
from faxtui.cli.saying import put, say
from faxtui.cli.wiring import Desk, connection, desk, paths_for
from faxtui.commands.config_command import Override, path_lines, setting_lines
from faxtui.commands.doctor.examination import examine
from faxtui.commands.doctor.finding import Finding
from faxtui.commands.doctor.subject import Subject
from faxtui.commands.doctor.text import as_json, as_text
from faxtui.config.load import DEFAULT_PROFILE
from faxtui.config.settings import OAUTH2, Settings
from faxtui.config.sign_in import SignIn
from faxtui.errors import ConfigurationError, UsageError
from faxtui.terminal.capabilities import capabilities


def run_paths(options: Options, environ: Mapping[str, str]) -> int:
    """Print where files are, whatever is wrong with them."""
    put(path_lines(paths_for(options)), environ)
    return 0


def run_config(at: Desk, environ: Mapping[str, str]) -> int:
    """Print every setting."""
    for problem in at.settings.problems:
        say(problem, environ)
    put(setting_lines(at.settings, _overrides(at.options, environ)), environ)
    return 0


def run_doctor(options: Options, environ: Mapping[str, str]) -> int:
    """Tell each finding as it comes, or all of them as JSON. A configuration that can't be used is a finding, too."""
    if options.demo:
        raise UsageError("The sample faxes need no network, so there is nothing to examine: leave --demo out.")
    try:
        at, unusable = desk(options), None
    except ConfigurationError as error:
        at, unusable = Desk(options, paths_for(options), Settings()), error
    found: list[Finding] = []
    far_end = capabilities(environ)
    width = shutil.get_terminal_size().columns

    def tell(finding: Finding) -> None:
        found.append(finding)
        if not options.json:
            put(as_text(finding, width, utf8=far_end.utf8).splitlines(), environ)

    code = run_to_end(examine(_subject(at, unusable, environ), tell))
    if options.json:
        put(as_json(found, code).splitlines(), environ)
    return code


def _subject(at: Desk, unusable: ConfigurationError | None, environ: Mapping[str, str]) -> Subject:
    options, profile = at.options, at.settings.profile
    sign_in, out = _sign_in(at), sys.stdout
    return Subject(
        settings=at.settings,
        paths=at.paths,
        base_url=options.base_url or profile.base_url,
        login=options.login or profile.login,
        connect=lambda: connection(at)(None),
        environ=environ,
        method="OAuth2" if sign_in is not None and sign_in.profile.auth == OAUTH2 else "Basic",
        zone=at.settings.ui.zone,
        terminal=os.get_terminal_size(out.fileno()) if out is not None and out.isatty() else None,
        password_file=None if sign_in is None else sign_in.password_file,
        unusable=unusable,
    )


def _sign_in(at: Desk) -> SignIn | None:
    """None where there is none, or it can't be used: connecting tells why."""
    try:
        return at.sign_in()
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
