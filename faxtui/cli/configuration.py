"""``faxtui config`` and ``faxtui doctor``."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from collections.abc import Mapping

from faxtui.cli.arguments import Options
from faxtui.cli.wiring import Desk, connection
from faxtui.commands.config_command import Override, path_lines, setting_lines
from faxtui.commands.doctor.examination import examine
from faxtui.commands.doctor.finding import Finding
from faxtui.commands.doctor.subject import Subject
from faxtui.commands.doctor.text import as_json, as_text
from faxtui.config.settings import OAUTH2
from faxtui.terminal.capabilities import capabilities


def run_config(at: Desk, environ: Mapping[str, str]) -> int:
    """Print where files are, or every setting."""
    for problem in at.settings.problems:
        print(f"faxtui: {problem}", file=sys.stderr)
    overrides = _overrides(at.options, environ)
    lines = path_lines(at.paths) if at.options.what == "path" else setting_lines(at.settings, overrides)
    for line in lines:
        print(line)
    return 0


def run_doctor(at: Desk, environ: Mapping[str, str]) -> int:
    """Tell each finding as it comes, or all of them as JSON."""
    found: list[Finding] = []
    far_end = capabilities(environ)
    width = shutil.get_terminal_size().columns

    def tell(finding: Finding) -> None:
        found.append(finding)
        if not at.options.json:
            print(as_text(finding, width, utf8=far_end.utf8), flush=True)

    code = asyncio.run(examine(_subject(at, environ), tell))
    if at.options.json:
        print(as_json(found, code))
    return code


def _subject(at: Desk, environ: Mapping[str, str]) -> Subject:
    profile, options = at.settings.profile, at.options
    base_url = "http://demo" if options.demo else options.base_url or profile.base_url
    return Subject(
        settings=at.settings,
        paths=at.paths,
        base_url=base_url,
        login="60300.demo" if options.demo else options.login or profile.login,
        connect=lambda: connection(at)(None),
        environ=environ,
        method="OAuth2" if profile.auth == OAUTH2 else "Basic",
        zone=at.settings.ui.zone,
        terminal=os.get_terminal_size() if sys.stdout.isatty() else None,
        password_file=options.password_file or profile.password_file,
    )


def _overrides(options: Options, environ: Mapping[str, str]) -> Mapping[str, Override]:
    given = {"base_url": options.base_url, "login": options.login}
    found = {}
    for name, value in given.items():
        variable = f"FAXTUI_{name.upper()}"
        if value is not None:
            origin = variable if environ.get(variable) == value else f"--{name.replace('_', '-')}"
            found[name] = Override(value, origin)
    if options.password_file is not None:
        found["password_file"] = Override(str(options.password_file), "--password-file")
    if options.read_only:
        found["read_only"] = Override("true", "--read-only")
    return found
