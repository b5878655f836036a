"""The yardstick: a minimal Textual table, as its documentation teaches, that fetches the same page with httpx."""

from __future__ import annotations

import sys

import httpx
from textual.app import App, ComposeResult
from textual.binding import Binding
from textual.widgets import DataTable, Footer, Header

COLUMNS = ("ReceivedDate", "From", "To", "Pages", "CallTime", "FileName")


class StockTable(App[None]):
    """Six columns of one page; ``o`` turns the sort around, ``n`` and ``p`` turn pages, ``q`` quits."""

    TITLE = "stock"
    BINDINGS = [
        Binding("n", "turn(1)", "Next"),
        Binding("p", "turn(-1)", "Previous"),
        Binding("o", "order", "Order"),
        Binding("q", "quit", "Quit"),
    ]

    def __init__(self, base_url: str, page_size: int) -> None:
        super().__init__()
        self._client = httpx.AsyncClient(base_url=base_url, auth=("60300.demo", "demo"))
        self._page_size = page_size
        self._page = 1
        self._direction = 2

    def compose(self) -> ComposeResult:
        yield Header()
        yield DataTable[str](cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        self.query_one(DataTable).add_columns(*COLUMNS)
        self.run_worker(self._fetch())

    def action_turn(self, by: int) -> None:
        self._page = max(1, self._page + by)
        self.run_worker(self._fetch(), exclusive=True)

    def action_order(self) -> None:
        self._direction = 3 - self._direction
        self.run_worker(self._fetch(), exclusive=True)

    async def _fetch(self) -> None:
        parameters: dict[str, str | int] = {
            "pageSize": self._page_size,
            "pageIndex": self._page,
            "sortDirection": self._direction,
            "filterStartDate": "2026-01-01T00:00:00.000Z",
        }
        answer = await self._client.get("/api/V1/InboundFax", params=parameters)
        table = self.query_one(DataTable)
        table.clear()
        table.add_rows([[str(fax[name]) for name in COLUMNS] for fax in answer.json()["Resources"]])


if __name__ == "__main__":
    StockTable(sys.argv[1], int(sys.argv[2])).run()
