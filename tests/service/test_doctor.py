"""The whole examination, of a service over a real socket."""

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from demo_server import demo_server
from doctor_report import IMPATIENT, LISTING, SURROUNDINGS, installation, report_on
from odyssey_server import PASSWORD, Ending, answer, answering

from faxtui.config.credentials import GivenSignIn, resolve_sign_in
from faxtui.config.load import load_settings
from faxtui.config.settings import Profile
from faxtui.doctor.checks import run_checks
from faxtui.doctor.report import Finding, Limits, Topic, Verdict
from faxtui.domain.service import FaxService
from faxtui.errors import ConfigurationError, NoSignIn, Unreachable
from faxtui.odyssey.client import OdysseyService

ACCOUNTS = {"60300.console": PASSWORD}
OF_THE_ANSWER = (Topic.CLOCK, Topic.SIGN_IN, Topic.LIST)


@pytest.fixture(autouse=True)
def plain_surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SURROUNDINGS:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


async def test_a_sound_installation_has_nothing_but_good_findings(tmp_path: Path) -> None:
    with demo_server(accounts=ACCOUNTS) as address:
        report = await report_on(installation(tmp_path, address))
    assert report.exit_code == 0
    assert [(each.topic, each.verdict) for each in report.findings] == [
        (Topic.CONFIGURATION, Verdict.OK),
        (Topic.STATE, Verdict.OK),
        (Topic.ADDRESS, Verdict.OK),
        (Topic.TLS, Verdict.SKIPPED),
        (Topic.CLOCK, Verdict.OK),
        (Topic.SIGN_IN, Verdict.OK),
        (Topic.LIST, Verdict.OK),
        (Topic.READING, report.verdict_of(Topic.READING)),
        (Topic.DOWNLOADS, Verdict.OK),
        (Topic.KEYRING, report.verdict_of(Topic.KEYRING)),
        (Topic.CLIPBOARD, Verdict.SKIPPED),
        (Topic.TERMINAL, Verdict.SKIPPED),
    ]
    assert report.of(Topic.ADDRESS).sentence.startswith(f"{address.removeprefix('http://')}, connected in ")
    assert report.of(Topic.SIGN_IN).sentence == "Basic, as 60300.console"
    assert " faxes in the last 7 days, received in " in report.of(Topic.LIST).sentence


async def test_each_finding_is_told_before_the_next_is_looked_for(tmp_path: Path) -> None:
    told: list[Topic] = []
    at_connecting: list[Topic] = []

    def connect() -> FaxService:
        at_connecting.extend(told)
        raise Unreachable("There is no service.")

    with demo_server() as address:
        subject = installation(tmp_path, address, connect=connect)
        await run_checks(subject, lambda finding: told.append(finding.topic))
    assert at_connecting == [Topic.CONFIGURATION, Topic.STATE]


async def test_a_refused_sign_in_says_what_to_check_and_is_tried_once(tmp_path: Path) -> None:
    with answering(answer(401)) as server:
        report = await report_on(installation(tmp_path, server.address))
    assert len([head for head in server.requests if head]) == 1
    assert report.exit_code == 3
    assert report.verdict_of(Topic.SIGN_IN) is Verdict.FAILED
    assert "Check login and password" in report.of(Topic.SIGN_IN).sentence
    assert report.verdict_of(Topic.LIST) is report.verdict_of(Topic.CLOCK) is Verdict.SKIPPED


async def test_a_wrong_password_ends_with_3(tmp_path: Path) -> None:
    with demo_server(accounts=ACCOUNTS) as address:
        report = await report_on(installation(tmp_path, address, password="not it"))
    assert report.exit_code == 3


async def test_whoever_may_not_list_is_signed_in_all_the_same(tmp_path: Path) -> None:
    with answering(answer(403)) as server:
        report = await report_on(installation(tmp_path, server.address))
    assert (report.verdict_of(Topic.SIGN_IN), report.verdict_of(Topic.LIST)) == (Verdict.OK, Verdict.FAILED)
    assert report.exit_code == 1


async def test_a_service_that_fails_leaves_the_sign_in_unknown(tmp_path: Path) -> None:
    with answering(answer(500)) as server:
        report = await report_on(installation(tmp_path, server.address))
    assert (report.verdict_of(Topic.SIGN_IN), report.verdict_of(Topic.LIST)) == (Verdict.SKIPPED, Verdict.FAILED)
    assert report.exit_code == 1


async def test_a_service_that_never_answers_is_given_up_on(tmp_path: Path) -> None:
    with answering(b"", Ending.HANG) as server:
        report = await report_on(installation(tmp_path, server.address, limits=Limits(answer=0.05)))
    assert report.exit_code == 1
    assert report.of(Topic.LIST).sentence.startswith("The service did not respond within 50 ms")


async def test_a_total_that_is_not_told_is_not_made_up(tmp_path: Path) -> None:
    with answering(answer(200, '{"Resources": []}')) as server:
        report = await report_on(installation(tmp_path, server.address))
    assert report.of(Topic.LIST).sentence.startswith("faxes of the last 7 days, received in ")


@pytest.mark.parametrize(
    ("ahead", "verdict", "sentence"),
    [
        (94, Verdict.WARNING, "this machine is 94 s behind the service: “today” begins late. Set the clock (NTP)."),
        (-94, Verdict.WARNING, "this machine is 94 s ahead of the service: “today” begins early. Set the clock (NTP)."),
        (12, Verdict.OK, "this machine is 12 s behind the service"),
        (1, Verdict.OK, "this machine and the service agree"),
        (-1, Verdict.OK, "this machine and the service agree"),
    ],
)
async def test_the_clock_is_held_against_the_service(
    ahead: float, verdict: Verdict, sentence: str, tmp_path: Path
) -> None:
    with demo_server(accounts=ACCOUNTS, clock=lambda: datetime.now(UTC) + timedelta(seconds=ahead)) as address:
        report = await report_on(installation(tmp_path, address))
    assert report.verdict_of(Topic.CLOCK) is verdict
    told = report.of(Topic.CLOCK).sentence
    # A whole-second Date may round to the second beside it.
    near = {sentence, *(sentence.replace(str(abs(ahead)), str(abs(ahead) + by)) for by in (-1, 1))}
    assert told in near
    assert report.exit_code == 0


async def test_a_service_without_a_date_leaves_the_clock_unknown(tmp_path: Path) -> None:
    with answering(answer(200, LISTING)) as server:
        report = await report_on(installation(tmp_path, server.address))
    assert report.verdict_of(Topic.CLOCK) is Verdict.SKIPPED
    assert report.of(Topic.LIST).sentence.startswith("1,234 faxes in the last 7 days, received in ")


async def test_without_any_configuration_the_missing_login_is_what_failed(tmp_path: Path) -> None:
    with demo_server() as address:
        subject = installation(tmp_path, address)
        settings = load_settings(subject.paths)

        def connect() -> FaxService:
            return OdysseyService(
                resolve_sign_in(Profile(), GivenSignIn(base_url=address), subject.paths.config).account()
            )

        report = await report_on(installation(tmp_path, address, login="", connect=connect, settings=settings))
    assert report.exit_code == 2
    assert report.of(Topic.CONFIGURATION).verdict is Verdict.OK
    assert report.of(Topic.SIGN_IN).sentence.startswith("There is no login.")
    assert report.verdict_of(Topic.ADDRESS) is Verdict.OK
    assert report.verdict_of(Topic.LIST) is Verdict.SKIPPED


async def test_what_was_told_already_is_not_told_again(tmp_path: Path) -> None:
    password_file = tmp_path / "password"
    password_file.touch(mode=0o600)
    with demo_server() as address:
        given = GivenSignIn(base_url=address, login="60300.console", password_file=password_file)

        def connect() -> FaxService:
            return OdysseyService(resolve_sign_in(Profile(), given, tmp_path).account())

        subject = installation(tmp_path, address, connect=connect, password_file=password_file)
        report = await report_on(subject)
    assert report.exit_code == 2
    assert "is empty" in report.of(Topic.PASSWORD_FILE).sentence
    assert report.of(Topic.SIGN_IN) == Finding(Verdict.SKIPPED, Topic.SIGN_IN, "not tried: see above.")


async def test_a_service_that_cannot_be_made_is_told_with_the_list(tmp_path: Path) -> None:
    def connect() -> FaxService:
        raise Unreachable("There is no way to ask: make one.")

    with demo_server() as address:
        report = await report_on(installation(tmp_path, address, connect=connect))
    assert report.of(Topic.LIST).sentence == "There is no way to ask: make one."
    assert report.exit_code == 1


async def test_getting_ready_that_hangs_is_given_up_on(tmp_path: Path) -> None:
    released = threading.Event()

    def connect() -> FaxService:
        released.wait()
        raise NoSignIn("Too late.")

    with demo_server() as address:
        report = await report_on(installation(tmp_path, address, connect=connect, limits=Limits(prepare=0.05)))
    released.set()
    assert "took more than 50 ms" in report.of(Topic.LIST).sentence


async def test_a_configuration_that_cannot_be_settled_leaves_nothing_to_try(tmp_path: Path) -> None:
    unusable = ConfigurationError("There is no profile “mian” in the configuration. Choose from main.")
    report = await report_on(installation(tmp_path, "https://fax.invalid", unusable=unusable))
    assert report.exit_code == 2
    assert unusable.args[0] in [each.sentence for each in report.findings]
    for topic in (Topic.ADDRESS, Topic.TLS, *OF_THE_ANSWER):
        assert report.verdict_of(topic) is Verdict.SKIPPED


@pytest.mark.parametrize("base_url", ["", "fax.example", "ftp://fax.example", "https://[::1", "https://fax.example:x"])
async def test_an_address_that_is_none_leaves_nothing_to_try(base_url: str, tmp_path: Path) -> None:
    report = await report_on(installation(tmp_path, base_url))
    assert report.exit_code == 2
    assert f"“{base_url}” is not a valid URL. " in report.of(Topic.ADDRESS).sentence
    for topic in (Topic.TLS, *OF_THE_ANSWER):
        assert report.verdict_of(topic) is Verdict.SKIPPED


async def test_where_nothing_is_reached_nothing_further_is_tried(tmp_path: Path) -> None:
    with answering(answer(200, LISTING)) as server:
        closed = server.address
    report = await report_on(installation(tmp_path, closed, limits=IMPATIENT))
    assert report.exit_code == 1
    assert "Connection refused by" in report.of(Topic.ADDRESS).sentence
    for topic in (Topic.TLS, *OF_THE_ANSWER):
        assert report.of(topic).sentence == "not tried: could not connect."


async def test_the_service_is_closed_even_where_the_way_to_it_is_blocked(tmp_path: Path) -> None:
    closed = asyncio.Event()

    class Closing(OdysseyService):
        async def aclose(self) -> None:
            await super().aclose()
            closed.set()

    with answering(answer(200, LISTING)) as server:
        address = server.address
    given = GivenSignIn(base_url=address, login="60300.console", password=PASSWORD)
    account = resolve_sign_in(Profile(), given, tmp_path).account()
    await report_on(installation(tmp_path, address, connect=lambda: Closing(account)))
    assert closed.is_set()
