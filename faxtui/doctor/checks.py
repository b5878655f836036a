"""Whether the files of faxtui can be read, by whom, and whether there is room for its own.

What the terminal can show.

The whole examination, one step after the other."""

from __future__ import annotations

import os
import stat
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from faxtui.config.credentials import read_password_file
from faxtui.config.toml_files import read_table
from faxtui.doctor.network import Place, Reached, Route, Target, ask, reach, target_of
from faxtui.doctor.proxy import check_route
from faxtui.doctor.report import Finding, Subject, Topic, Verdict, failed, ok, shown, skipped, span, warning, within
from faxtui.doctor.tls import check_tls
from faxtui.domain.service import FaxService
from faxtui.errors import ConfigurationError, FaxtuiError, NoAnswer, NoSignIn, Unreachable, UnusableProxy, UsageError
from faxtui.network import Proxy, route_to
from faxtui.terminal.capabilities import Capabilities, Colours, capabilities

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


_COLUMNS, _ROWS = 80, 24
_COLOURS = {
    Colours.NONE: "no colours",
    Colours.SIXTEEN: "16 colours",
    Colours.PALETTE: "256 colours",
    Colours.TRUE: "true colour",
}


def check_terminal(subject: Subject) -> Finding:
    size = subject.terminal
    if size is None:
        return skipped(Topic.TERMINAL, "none here; to browse faxes there must be one.")
    found = capabilities(subject.environ)
    said = ", ".join(
        (
            f"{size.columns}×{size.lines}",
            _COLOURS[found.colours],
            "UTF-8" if found.utf8 else "no UTF-8",
            "mouse" if subject.settings.ui.mouse else "mouse off",
            *(["over ssh"] if found.is_remote else []),
        )
    )
    advice = " ".join(_advice(subject, found, is_small=size.columns < _COLUMNS or size.lines < _ROWS))
    return warning(Topic.TERMINAL, f"{said}. {advice}") if advice else ok(Topic.TERMINAL, said)


def _advice(subject: Subject, found: Capabilities, *, is_small: bool) -> Iterator[str]:
    term = subject.environ.get("TERM", "")
    if found.is_dumb:
        yield f"TERM is “{term}”, which can't move its cursor: set it to what the terminal is, such as xterm-256color."
    if is_small:
        yield f"Make it {_COLUMNS}×{_ROWS} or larger: less shows only a part."
    if not found.utf8 and term != "linux":
        yield "If it can show UTF-8, set LANG to a locale that says so, such as C.UTF-8; until then ASCII stands in."


_MOST_TELLING = (2, 3, 1)
_OF_THE_ANSWER = (Topic.CLOCK, Topic.SIGN_IN, Topic.LIST)
Tell = Callable[[Finding], None]


async def examine(subject: Subject, tell: Tell) -> int:
    """Tell each finding as soon as it is known; returns the exit code.

    0, also with warnings · 1 something failed · 2 the configuration can't be used, or there is no login or password ·
    3 sign-in refused. Ends within half a minute, whatever hangs.
    """
    return await _Examination(subject, tell).run()


class _Examination:
    def __init__(self, subject: Subject, tell: Tell) -> None:
        self._subject = subject
        self._tell_one = tell
        self._told: list[Finding] = []

    async def run(self) -> int:
        self._tell(check_configuration(self._subject))
        await self._look_at_service()
        self._tell([check_terminal(self._subject)])
        codes = {each.exit_code for each in self._told}
        return next((code for code in _MOST_TELLING if code in codes), 0)

    def _tell(self, findings: Iterable[Finding]) -> None:
        for each in findings:
            self._told.append(each)
            self._tell_one(each)

    def _leave_out(self, topics: Iterable[Topic], why: str) -> None:
        self._tell(skipped(each, f"not tried: {why}.") for each in topics)

    async def _look_at_service(self) -> None:
        if self._subject.unusable is not None:
            self._leave_out((Topic.ADDRESS, Topic.TLS, *_OF_THE_ANSWER), "the configuration can't be used")
            return
        try:
            target = target_of(self._subject.base_url)
        except UsageError as error:
            self._tell([failed(Topic.ADDRESS, error)])
            self._leave_out((Topic.TLS, *_OF_THE_ANSWER), "there is no address to go to")
            return
        service = await self._connected()
        try:
            obstacle = await self._go_to(target)
            await self._sign_in(service, obstacle)
        finally:
            if not isinstance(service, FaxtuiError):
                await service.aclose()

    async def _connected(self) -> FaxService | FaxtuiError:
        """Made first of all: whether there is a login and a password has nothing to do with the network."""
        seconds = self._subject.limits.prepare
        try:
            return await within(seconds, self._subject.connect)
        except TimeoutError:
            return NoAnswer(f"To get ready for signing in took more than {span(seconds)}: try again in a moment.")
        except FaxtuiError as error:
            return error

    async def _go_to(self, target: Target) -> str:
        """Take the way step by step; returns what stands in it, if anything does."""
        environ, limits = self._subject.environ, self._subject.limits
        try:
            route = route_to(target.scheme, target.place.host, target.place.port, environ)
        except UnusableProxy as error:
            self._tell([failed(Topic.PROXY, error)])
            self._leave_out((Topic.ADDRESS, Topic.TLS), "the proxy settings can't be used")
            return "the proxy settings can't be used"
        self._tell(check_route(target, route))
        proxy = route.proxy
        place = target.place if proxy is None else Place(proxy.host, proxy.port, proxy.variable)
        name = target.name if proxy is None else f"the proxy {proxy.host}"
        try:
            reached = await reach(place, limits)
        except Unreachable as error:
            self._tell([failed(Topic.ADDRESS, error)])
            self._leave_out((Topic.TLS,), "no connection came about")
            return "no connection came about"
        self._tell([ok(Topic.ADDRESS, reached.in_words(place, name))])
        if not target.is_secure:
            self._tell([_plain_http(target, proxy, reached)])
            return ""
        finding = await check_tls(Route(target, proxy, reached.address), environ, limits.handshake)
        self._tell([finding])
        return "no secure connection came about" if finding.verdict is Verdict.FAILED else ""

    async def _sign_in(self, service: FaxService | FaxtuiError, obstacle: str) -> None:
        if isinstance(service, UsageError):
            self._leave_out((Topic.CLOCK,), "there is nothing to sign in with")
            if any(each.sentence == str(service) for each in self._told):
                self._leave_out((Topic.SIGN_IN,), "see above")
            else:
                self._tell([failed(Topic.SIGN_IN, service)])
            self._leave_out((Topic.LIST,), "there is nothing to sign in with")
        elif obstacle:
            self._leave_out(_OF_THE_ANSWER, obstacle)
        elif isinstance(service, FaxtuiError):
            self._leave_out((Topic.CLOCK, Topic.SIGN_IN), "see the list")
            self._tell([failed(Topic.LIST, service)])
        else:
            self._tell(await ask(service, self._subject))


def _plain_http(target: Target, proxy: Proxy | None, reached: Reached) -> Finding:
    if proxy is None and reached.is_this_machine:
        return skipped(Topic.TLS, "not used: the service is on this machine.")
    sentence = (
        f"not used: anybody on the way to {target.name} can read the password and the faxes. Write https into "
        "base_url if the service knows it."
    )
    return warning(Topic.TLS, sentence)
