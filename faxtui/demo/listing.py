"""The list of received faxes: its parameters, their defaults and errors, and its JSON."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from faxtui.demo.asgi import Answer, json_answer
from faxtui.demo.store import SORT_COLUMNS, Selection, Store
from faxtui.demo.traffic import PARIS, ReceivedFax

DEFAULT_PERIOD = timedelta(days=7)
DEFAULT_PAGE_SIZE = 10
LARGEST_PAGE = 1000
_LARGEST_INT = 2**31 - 1
_INT = re.compile(r"[+-]?0*[0-9]{1,10}")

T = TypeVar("T")


def list_faxes(store: Store, query: Mapping[str, str], now: datetime) -> Answer:
    """Answer the list request, or say with 400 which parameters can't be taken and why."""
    parameters = _Parameters(query)
    page_index = parameters.read("pageIndex", _int_from(1), 1)
    page_size = min(parameters.read("pageSize", _int_from(1), DEFAULT_PAGE_SIZE), LARGEST_PAGE)
    selection = Selection(
        since=parameters.read("filterStartDate", read_moment, now - DEFAULT_PERIOD),
        until=parameters.read("filterEndDate", read_moment, now),
        sender=parameters.read("filterFrom", str, None),
        recipient=parameters.read("filterTo", str, None),
        customer_number=parameters.read("customerNumber", _int_from(0), None),
        sort_field=parameters.read("sortField", _int_from(0, len(SORT_COLUMNS) - 1), 0),
        descending=parameters.read("sortDirection", _int_from(1, 2), 2) == 2,
    )
    if parameters.errors:
        return json_answer(400, {"Message": "The request is invalid.", "ModelState": parameters.errors})
    faxes, total = store.select(selection, page_size, (page_index - 1) * page_size)
    pages = -(-total // page_size)
    return json_answer(
        200,
        {
            "PageIndex": page_index,
            "PageSize": page_size,
            "TotalCount": total,
            "TotalPageCount": pages,
            "Resources": [_resource(fax) for fax in faxes],
            "HasPreviousPage": page_index > 1,
            "HasNextPage": page_index < pages,
        },
    )


def _resource(fax: ReceivedFax) -> Mapping[str, object]:
    return {
        "MessageId": fax.message_id,
        "ReceivedDate": f"{fax.received.astimezone(PARIS):%Y-%m-%dT%H:%M:%S}",
        "To": fax.to,
        "From": fax.sender,
        "Folder": fax.folder,
        "FileName": fax.file_name,
        "CallTime": fax.call_time,
        "Pages": fax.pages,
        "BaudRate": fax.baud_rate,
        "CustomerNumber": fax.customer_number,
    }


@dataclass(frozen=True, slots=True)
class _Parameters:
    """Reads parameters by their documented names in any case, and gathers what is wrong with them."""

    query: Mapping[str, str]
    errors: dict[str, list[str]] = field(default_factory=dict)

    def read(self, name: str, convert: Callable[[str], T], default: T) -> T:
        text = self.query.get(name.lower(), "").strip()
        if not text:
            return default
        try:
            return convert(text)
        except ValueError as error:
            self.errors[name] = [str(error)]
            return default


def _int_from(lowest: int, highest: int = _LARGEST_INT) -> Callable[[str], int]:
    def convert(text: str) -> int:
        if not _INT.fullmatch(text):
            raise ValueError(f"The value '{text}' is not valid for Int32.")
        number = int(text)
        if not lowest <= number <= highest:
            raise ValueError(f"The value '{text}' must be between {lowest} and {highest}.")
        return number

    return convert


def read_moment(text: str) -> datetime:
    """A point in time, in UTC; one without zone is taken as UTC (our decision). Raises ValueError."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"The value '{text}' is not valid for DateTime.") from None
