"""What goes wrong: told in words, with the rows in place, and never the end of the program."""

import socket
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from console import LARGE, NARROW, SMALL, Console, console
from demo_server import demo_server
from odyssey_server import Ending, answer, answering
from wire import NOW, RealService, Wire, listing, resource

from faxtui.demo.asgi import Response
from faxtui.domain.clock import ServiceClock
from faxtui.inbox.fetch_policy import RetryPolicy
from faxtui.inbox.inbox import FetchPolicy
from faxtui.inbox.view import Fetching, Waiting

PORTAL = "<!doctype html><html><body><h1>Welcome to the ward's network</h1></body></html>"
HTML = {"Content-Type": "text/html"}
JSON = {"Content-Type": "application/json"}


def said(desk: Console) -> str:
    return " ".join(desk.page_bar.split())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (answer(404, "{}", JSON), "There is no fax service at http://127.0.0.1"),
        (answer(200, PORTAL, HTML), "Welcome to the ward's network"),
        (answer(200, "%PDF-1.7", {"Content-Type": "application/pdf"}), "application/pdf"),
        (answer(200, "", HTML), "without text"),
        (answer(401, PORTAL, HTML), "Welcome to the ward's network"),
        (answer(404, '{"Code":40402,"Message":"Unknown customer."}', JSON), "(Unknown customer., code 40402)"),
        (answer(200, '{"Resources": 7}', JSON), "Resources"),
        (answer(200, "[1, 2, 3]", JSON), "application/json"),
        (answer(200, '{"Resources": [', JSON), "application/json"),
        (answer(400, '{"Message": "The request is invalid."}', JSON), "The request is invalid."),
        (answer(403, "{}", JSON), "may not list received faxes"),
        (answer(500, "", JSON), "returned an error"),
        (answer(502, PORTAL, HTML), "502"),
        (answer(503, "", {"Retry-After": "20"}), "limiting requests"),
        (b"SSH-2.0-OpenSSH_9.6\r\n\r\n", "sent invalid HTTP"),
        (b"", "closed the connection"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
async def test_an_answer_that_is_no_list_is_told_in_words_from_the_first_request_on(wrong: bytes, words: str) -> None:
    with answering(wrong) as server:
        async with console(connector=RealService(server.address), until="failed") as desk:
            assert words in said(desk)
            assert "<h1>" not in desk.screen
            assert said(desk).endswith("r retry")
            await desk.press("question_mark")
            await desk.until_shown("Keys")


async def test_an_answer_that_breaks_off_is_told_of() -> None:
    with answering(answer(200, '{"Res', {**JSON, "Content-Length": "999"}), Ending.RESET) as server:
        async with console(connector=RealService(server.address), until="failed") as desk:
            assert "was lost during" in said(desk)


async def test_a_machine_that_nobody_listens_on_is_told_of() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with console(connector=RealService(address), until="failed") as desk:
        assert "Check host and port in base_url" in said(desk)


async def test_a_wrong_path_of_the_right_machine_is_told_of() -> None:
    with demo_server() as address:
        async with console(connector=RealService(f"{address}/wrong"), until="failed") as desk:
            assert f"There is no fax service at {address}/wrong (There is nothing at this address.)" in said(desk)


async def test_the_real_thing_over_a_real_socket_turns_pages() -> None:
    with demo_server() as address:
        async with console(connector=RealService(address)) as desk:
            await desk.press("n")
            await desk.until_shown("page 2 of")


@pytest.mark.parametrize("size", [SMALL, LARGE, NARROW], ids=str)
async def test_an_error_leaves_the_rows_and_r_tries_again(size: tuple[int, int]) -> None:
    async with console(size=size) as desk:
        await desk.press("down", "down")
        rows, fax = desk.rows, desk.current
        desk.wire.says = Response(502)
        await desk.press("r")
        await desk.until_failed()
        assert "502" in said(desk)
        assert "r retry" in said(desk)
        assert desk.rows == rows[: len(desk.rows)]
        assert desk.current == fax
        desk.wire.says = None
        await desk.press("r")
        await desk.until_idle()
        assert (desk.rows, desk.current) == (rows, fax)
        assert "502" not in desk.page_bar


async def test_a_page_that_did_not_come_leaves_the_one_before_and_r_asks_for_it_again() -> None:
    async with console() as desk:
        desk.wire.says = Response(500)
        await desk.press("n")
        await desk.until_failed()
        assert "1–50 of" in desk.page_bar
        desk.wire.says = None
        await desk.press("r")
        await desk.until_shown("51–100 of", "page 2 of 4")


async def test_the_longest_explanation_is_cut_where_it_would_push_the_rows_away() -> None:
    reasons = {f"filter{number}": ["Nothing but words, and more of them, " * 4] for number in range(9)}
    async with console(size=NARROW, wire=Wire(listing([resource(1)]))) as desk:
        desk.wire.says = Response.json(400, {"ModelState": reasons})
        await desk.press("r")
        await desk.until_failed()
        assert desk.page_bar.rstrip().endswith("…")
        assert desk.table.region.height >= 5


async def test_a_service_that_fails_is_asked_again_after_a_while_and_the_bar_says_when() -> None:
    retry_policy = RetryPolicy(waits=(8,), jitter=0)
    async with console(fetch_policy=FetchPolicy(prefetch=False, retry_policy=retry_policy)) as desk:
        desk.wire.says = Response(500)
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.view.activity, Waiting))
        assert "service unavailable for 0:00, retrying in 8 s" in desk.page_bar
        assert "r retry" in desk.page_bar
        desk.wire.says = None
        await desk.press("r")
        await desk.until_idle()
        assert "retrying" not in desk.page_bar


async def test_a_request_that_takes_its_time_leaves_the_keyboard_alive_and_the_old_rows_in_place() -> None:
    async with console() as desk:
        rows = desk.rows
        desk.wire.hold()
        await desk.press("n")
        await desk.until_shown("fetching page 2 …")
        assert desk.rows == rows
        await desk.until_shown("no response for 0:02")
        await desk.press("down", "down", "enter")
        await desk.until_shown("3 of 198")
        await desk.press("escape", "f")
        await desk.until_shown("From number")
        await desk.press("escape")
        desk.wire.let_go()
        await desk.until_shown("page 2 of 4")


async def test_a_newer_request_outranks_the_older() -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("n")
        await desk.until_asked(2)
        await desk.press("o")
        await desk.until_asked(3)
        desk.wire.let_go()
        await desk.until_idle()
        assert desk.wire.cancelled == 1
        assert "Received ▲" in desk.headings
        assert "page 1 of 4" in desk.page_bar


async def test_quitting_does_not_wait_for_an_answer() -> None:
    async with console() as desk:
        desk.wire.hold()
        await desk.press("r")
        await desk.until(lambda: isinstance(desk.view.activity, Fetching))
        await desk.press("q")
        await desk.until(lambda: not desk.app.is_running)


async def test_an_error_that_nobody_expected_ends_the_program_with_code_1_and_is_kept() -> None:
    def broken(_: object) -> Response:
        raise RuntimeError("nobody expected this")

    async def use_it() -> None:
        async with console() as desk:
            codes.append(lambda: desk.app.return_code)
            desk.wire.says = broken
            await desk.press("r")
            await desk.until_failed()

    codes: list[Callable[[], int | None]] = []
    with pytest.raises(RuntimeError, match="nobody expected this"):
        await use_it()
    assert codes[0]() == 1


async def test_what_was_wrong_with_the_configuration_is_told_at_the_start() -> None:
    async with console(notices=["Unknown setting “[ui] them”: did you mean “theme”?"]) as desk:
        await desk.until_shown("Unknown setting “[ui] them”")


@pytest.mark.parametrize(("minutes", "told"), [(10, "10 minutes ahead of this computer's"), (-4000, "behind")])
async def test_a_clock_that_is_off_is_told_once(minutes: int, told: str) -> None:
    clock = ServiceClock(lambda: NOW - timedelta(minutes=minutes))
    async with console(change=lambda config: replace(config, clock=clock)) as desk:
        await desk.until_shown("The service's clock is", told)
        (notice,) = desk.app._notifications
        assert told in notice.message
        await desk.press("r")
        await desk.until_idle()
        assert len(desk.app._notifications) == 1
