"""The whole examination, one step after the other."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from faxtui.commands.doctor.asking import ask
from faxtui.commands.doctor.configuration import check_configuration
from faxtui.commands.doctor.far_end import check_terminal
from faxtui.commands.doctor.finding import Finding, Topic, Verdict, failed, ok, skipped, warning
from faxtui.commands.doctor.limited import within
from faxtui.commands.doctor.network import Reached, reach
from faxtui.commands.doctor.place import Place, Target, target_of
from faxtui.commands.doctor.proxy_check import check_route
from faxtui.commands.doctor.subject import Subject
from faxtui.commands.doctor.tls import check_tls
from faxtui.commands.doctor.way import Way
from faxtui.commands.doctor.words import span
from faxtui.errors import FaxtuiError, NoAnswer, Unreachable, UnusableProxy, UsageError
from faxtui.inbox.service import FaxService
from faxtui.network.proxy import Proxy, route_to

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
        finding = await check_tls(Way(target, proxy, reached.address), environ, limits.handshake)
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
