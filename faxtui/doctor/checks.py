"""All checks in order: configuration files, network and service, reading and other programs, terminal."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from faxtui.config.credentials import KEYRING_LIMIT, read_password_file
from faxtui.config.toml_files import read_table
from faxtui.doctor.network import check_connection, check_proxy, check_service
from faxtui.doctor.report import (
    Finding,
    Installation,
    Topic,
    failed,
    ok,
    shown,
    skipped,
    span,
    warning,
    within,
)
from faxtui.domain.service import FaxService
from faxtui.errors import ConfigurationError, FaxtuiError, NoResponse, NoSignIn, UnusableProxy, UsageError
from faxtui.network import route_to
from faxtui.odyssey.address import URL, list_address, place
from faxtui.preview.client import missing_requirements
from faxtui.preview.recognition import find_tesseract, missing_recognition
from faxtui.terminal.capabilities import Capabilities, Colours, capabilities
from faxtui.translation import N_, _

_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_OTHERS_WRITE = stat.S_IWGRP | stat.S_IWOTH


def check_configuration(installation: Installation) -> Iterator[Finding]:
    """Yield findings on configuration files, the password file and the folders for state and logs."""
    unreadable: list[str] = []
    for path, forbidden in (
        (installation.paths.config, _OTHERS_READ | _OTHERS_WRITE),
        (installation.paths.site_config, _OTHERS_WRITE),
    ):
        try:
            read_table(path)
        except ConfigurationError as error:
            unreadable.append(str(error))
            yield failed(Topic.CONFIGURATION, error)
        else:
            if path.exists():
                yield _check_mode(Topic.CONFIGURATION, path, forbidden, installation)
            elif path == installation.paths.config:
                yield ok(
                    Topic.CONFIGURATION, _("no {path}: using defaults").format(path=shown(path, installation.environ))
                )
    if installation.unusable is not None and str(installation.unusable) not in unreadable:
        yield failed(Topic.CONFIGURATION, installation.unusable)
    for problem in installation.settings.problems:
        if not any(problem.startswith(each) for each in unreadable):
            yield warning(Topic.CONFIGURATION, problem)
    if installation.password_file is not None:
        yield _password_file(installation.password_file, installation)
    yield from _check_folders(installation)


def _password_file(path: Path, installation: Installation) -> Finding:
    """Check a password file. A pipe is not read: its contents would be missing at the sign-in."""
    if os.access(path, os.F_OK) and not path.is_file():
        return ok(Topic.PASSWORD_FILE, _("{path}, read when signing in").format(path=shown(path, installation.environ)))
    try:
        read_password_file(path)
    except NoSignIn as error:
        return failed(Topic.PASSWORD_FILE, error)
    return _check_mode(Topic.PASSWORD_FILE, path, _OTHERS_WRITE, installation)


def _check_mode(topic: Topic, path: Path, forbidden: int, installation: Installation) -> Finding:
    mode = stat.S_IMODE(path.stat().st_mode)
    excess = mode & forbidden
    name = shown(path, installation.environ)
    if not excess:
        return ok(topic, _("{path}, mode {mode:04o}").format(path=name, mode=mode))
    if excess & _OTHERS_WRITE:
        text, remedy = _("{path}, mode {mode:04o}: others can change it. Run chmod {remedy} on it."), "go-w"
    else:
        text, remedy = _("{path}, mode {mode:04o}: others can read it. Run chmod {remedy} on it."), "go-r"
    remedy = "600" if forbidden & _OTHERS_READ else remedy
    return warning(topic, text.format(path=name, mode=mode, remedy=remedy))


def _check_folders(installation: Installation) -> Iterator[Finding]:
    state, logs = installation.paths.state.parent, installation.paths.logs
    if _is_writable(state):
        yield ok(Topic.STATE, _("{folder} is writable").format(folder=shown(state, installation.environ)))
    else:
        text = _("{folder} is not writable: filters and sort will not be remembered. Correct its permissions.")
        yield warning(Topic.STATE, text.format(folder=shown(state, installation.environ)))
    if not _is_writable(logs):
        text = _("{folder} is not writable: there will be no log and no error reports. Correct its permissions.")
        yield warning(Topic.LOG, text.format(folder=shown(logs, installation.environ)))


def _is_writable(folder: Path) -> bool:
    """Return True if the folder is writable, or can be created."""
    nearest = next(each for each in (folder, *folder.parents) if os.access(each, os.F_OK))
    return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)


async def check_reading(installation: Installation) -> Finding:
    """Return the finding on what shows documents and recognises their text."""
    if missing := missing_requirements():
        return warning(Topic.READING, missing)
    kinds = _("PDF with pdfium {pdfium}, TIFF with Pillow {pillow}").format(
        pdfium=version("pypdfium2"), pillow=version("Pillow")
    )
    tesseract = await find_tesseract()
    if tesseract is None:
        reason = missing_recognition() or _("Tesseract does not work. Run “tesseract --list-langs” to see why.")
        return warning(Topic.READING, f"{kinds}. {reason}")
    wanted = installation.settings.reader.languages
    missing_languages = [each for each in wanted if each not in tesseract.languages]
    text = _("{kinds}; text with {tesseract} ({languages})").format(
        kinds=kinds, tesseract=tesseract.version, languages=", ".join(tesseract.languages) or _("no language")
    )
    if not missing_languages:
        return ok(Topic.READING, text)
    advice = _("Install {packages}, or change languages in [reader].").format(
        packages=" ".join(f"tesseract-ocr-{each}" for each in missing_languages)
    )
    return warning(Topic.READING, f"{text}. {advice}")


def check_downloads(installation: Installation) -> Finding:
    """Return the finding on the folder that faxes are saved in."""
    try:
        folder = installation.settings.download.place
    except ConfigurationError as error:
        return warning(Topic.DOWNLOADS, str(error))
    name = shown(folder, installation.environ)
    if _is_writable(folder):
        return ok(Topic.DOWNLOADS, _("{folder} is writable").format(folder=name))
    text = _("{folder} is not writable: no fax can be saved. Correct its permissions or folder in [download].")
    return warning(Topic.DOWNLOADS, text.format(folder=name))


async def check_keyring(installation: Installation) -> Finding:
    """Return the finding on the system's keyring; it is a problem only if the profile uses it."""
    is_used = installation.settings.profile.keyring
    if find_spec("keyring") is None:
        text = _("not installed. To store the password in the system's keyring, install faxtui[keyring].")
        return warning(Topic.KEYRING, text) if is_used else skipped(Topic.KEYRING, text)
    try:
        name = await within(KEYRING_LIMIT, _keyring_name)
    except Exception as error:  # noqa: BLE001 - back ends of the keyring raise whatever they like
        name, reason = "", str(error) or type(error).__name__
    else:
        reason = _("there is none on this machine")
    if name:
        return ok(Topic.KEYRING, name)
    text = _("can't be used: {reason}.").format(reason=reason.rstrip("."))
    return warning(Topic.KEYRING, text) if is_used else skipped(Topic.KEYRING, text)


def _keyring_name() -> str:
    """Return the name of the back end, empty if there is none that works."""
    import keyring

    module = type(keyring.get_keyring()).__module__
    return "" if module.endswith((".fail", ".null")) else module.rpartition(".")[2]


def check_clipboard(installation: Installation) -> Finding:
    """Return the finding on how copied text reaches a clipboard."""
    if installation.terminal is None:
        return skipped(Topic.CLIPBOARD, _("not used without a terminal."))
    if installation.environ.get("TMUX"):
        return ok(Topic.CLIPBOARD, _("through tmux, if its option set-clipboard is on"))
    return ok(Topic.CLIPBOARD, _("through the terminal (OSC 52), if it allows that"))


_COLUMNS, _ROWS = 80, 24
_COLOURS = {
    Colours.NONE: N_("no colours"),
    Colours.SIXTEEN: N_("16 colours"),
    Colours.PALETTE: N_("256 colours"),
    Colours.TRUE: N_("true colour"),
}


def check_terminal(installation: Installation) -> Finding:
    """Return the finding on the terminal's size and capabilities."""
    size = installation.terminal
    if size is None:
        return skipped(Topic.TERMINAL, _("none here. The browser needs one."))
    found = capabilities(installation.environ)
    text = ", ".join(
        (
            f"{size.columns}×{size.lines}",
            _(_COLOURS[found.colours]),
            "UTF-8" if found.utf8 else _("no UTF-8"),
            _("mouse") if installation.settings.ui.mouse else _("mouse off"),
            *([_("over ssh")] if found.is_remote else []),
        )
    )
    advice = " ".join(_advice(installation, found, is_small=size.columns < _COLUMNS or size.lines < _ROWS))
    return warning(Topic.TERMINAL, f"{text}. {advice}") if advice else ok(Topic.TERMINAL, text)


def _advice(installation: Installation, found: Capabilities, *, is_small: bool) -> Iterator[str]:
    term = installation.environ.get("TERM", "")
    if found.is_dumb:
        yield _(
            "TERM is “{term}”, which can't move its cursor. Set it to the terminal's type, such as xterm-256color."
        ).format(term=term)
    if is_small:
        yield _("Make it {columns}×{rows} or larger to show everything.").format(columns=_COLUMNS, rows=_ROWS)
    if not found.utf8 and term != "linux":
        yield _("If it can show UTF-8, set LANG to a UTF-8 locale such as C.UTF-8. Until then ASCII is used.")


_EXIT_CODES = (2, 3, 1)
"""Exit codes of failures, the most important first."""
_SERVICE_TOPICS = (Topic.CLOCK, Topic.SIGN_IN, Topic.LIST)
Report = Callable[[Finding], None]


async def run_checks(installation: Installation, report: Report) -> int:
    """Report each finding as soon as it is known and return the exit code.

    0 all passed, perhaps with warnings · 1 something failed · 2 unusable configuration, or no login or password ·
    3 sign-in refused. Ends within 30 seconds, whatever hangs.
    """
    return await _Runner(installation, report).run()


class _Runner:
    def __init__(self, installation: Installation, report: Report) -> None:
        self._installation = installation
        self._report_one = report
        self._findings: list[Finding] = []

    async def run(self) -> int:
        self._report(check_configuration(self._installation))
        await self._check_service()
        self._report([await check_reading(self._installation), check_downloads(self._installation)])
        self._report([await check_keyring(self._installation), check_clipboard(self._installation)])
        self._report([check_terminal(self._installation)])
        codes = {each.exit_code for each in self._findings}
        return next((code for code in _EXIT_CODES if code in codes), 0)

    def _report(self, findings: Iterable[Finding]) -> None:
        for each in findings:
            self._findings.append(each)
            self._report_one(each)

    def _skip(self, topics: Iterable[Topic], why: str) -> None:
        self._report(skipped(each, _("not tried: {reason}.").format(reason=why)) for each in topics)

    async def _check_service(self) -> None:
        if self._installation.unusable is not None:
            self._skip((Topic.ADDRESS, Topic.TLS, *_SERVICE_TOPICS), _("the configuration can't be used"))
            return
        try:
            url = list_address(self._installation.base_url)
        except UsageError as error:
            self._report([failed(Topic.ADDRESS, error)])
            self._skip((Topic.TLS, *_SERVICE_TOPICS), _("there is no address"))
            return
        service = await self._create_service()
        try:
            obstacle = await self._check_route(url)
            await self._check_sign_in(service, obstacle)
        finally:
            if not isinstance(service, FaxtuiError):
                await service.aclose()

    async def _create_service(self) -> FaxService | FaxtuiError:
        """Create the service before the network checks: login and password don't depend on them."""
        seconds = self._installation.limits.prepare
        try:
            return await within(seconds, self._installation.connect)
        except TimeoutError:
            return NoResponse(
                _("Preparing the sign-in took more than {time}. Retry in a moment.").format(time=span(seconds))
            )
        except FaxtuiError as error:
            return error

    async def _check_route(self, url: URL) -> str:
        """Check proxy, address and TLS. Return the obstacle, empty if there is none."""
        installation, host = self._installation, url.raw_host.decode("ascii")
        try:
            route = route_to(url.scheme, host, url.port, installation.environ)
        except UnusableProxy as error:
            self._report([failed(Topic.PROXY, error)])
            self._skip((Topic.ADDRESS, Topic.TLS), _("the proxy settings can't be used"))
            return _("the proxy settings can't be used")
        self._report(check_proxy(place(url), route))
        return await check_connection(url, route.proxy, installation, lambda finding: self._report([finding]))

    async def _check_sign_in(self, service: FaxService | FaxtuiError, obstacle: str) -> None:
        if isinstance(service, UsageError):
            self._skip((Topic.CLOCK,), _("there is no login or password"))
            if any(each.sentence == str(service) for each in self._findings):
                self._skip((Topic.SIGN_IN,), _("see above"))
            else:
                self._report([failed(Topic.SIGN_IN, service)])
            self._skip((Topic.LIST,), _("there is no login or password"))
        elif obstacle:
            self._skip(_SERVICE_TOPICS, obstacle)
        elif isinstance(service, FaxtuiError):
            self._skip((Topic.CLOCK, Topic.SIGN_IN), _("see the list"))
            self._report([failed(Topic.LIST, service)])
        else:
            self._report(await check_service(service, self._installation))
