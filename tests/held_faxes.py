"""A service that holds as many faxes as a test wants, each with every member and some that nobody expects."""

import asyncio
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from faxtui.demo.asgi import Message, Receive, Response, Send, read_request

NOW = datetime(2026, 11, 23, 9, 42, tzinfo=UTC)


class HeldFaxes:
    """Lists them page by page; at page ``stops_at`` it sets ``stopped``, and answers once it is told to go on."""

    def __init__(self, faxes: int, *, stops_at: int = 0) -> None:
        self.resources = [_resource(number) for number in range(faxes)]
        self.pages: list[int] = []
        self.stopped = threading.Event()
        self._stops_at = stops_at
        self._loop: asyncio.AbstractEventLoop | None = None
        self._may_go_on = asyncio.Event()

    def go_on(self) -> None:
        assert self._loop is not None
        self._loop.call_soon_threadsafe(self._may_go_on.set)

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = await read_request(scope, receive)
        page, size = int(request.query["pageindex"]), int(request.query["pagesize"])
        self.pages.append(page)
        if page == self._stops_at:
            self._loop = asyncio.get_running_loop()
            self.stopped.set()
            waits = [asyncio.ensure_future(each) for each in (receive(), self._may_go_on.wait())]
            _, pending = await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            for each in pending:
                each.cancel()
            if not self._may_go_on.is_set():
                return
        count = -(-len(self.resources) // size)
        content = {
            "PageIndex": page,
            "PageSize": size,
            "TotalCount": len(self.resources),
            "TotalPageCount": count,
            "HasPreviousPage": page > 1,
            "HasNextPage": page < count,
            "Resources": self.resources[(page - 1) * size : page * size],
        }
        await Response.json(200, content).send(send, NOW)


def _resource(number: int) -> Mapping[str, object]:
    odd = {"New": {"é": [number, None]}} if number % 7 == 0 else {"Pages": 3}
    return {
        "MessageId": str(number),
        "ReceivedDate": (datetime(2026, 11, 23, 10, 40) - timedelta(seconds=number)).isoformat(),
        "From": f"0478{number:06}",
        "To": "134296015",
        "Folder": "134296015",
        "FileName": f"0-{number}.PDF",
        "CallTime": number % 300,
        "BaudRate": 14400,
        "CustomerNumber": 60300,
        **odd,
    }
