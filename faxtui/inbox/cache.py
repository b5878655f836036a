"""Pages already fetched, by window and page."""

from __future__ import annotations

from collections import OrderedDict

from faxtui.domain.filters import Filters
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.domain.window import Window
from faxtui.inbox.view import Shown

PAGES = 32
CHARACTERS = 4_000_000


class PageCache:
    """The pages shown or fetched last, bounded in number and in characters of the service's own text."""

    def __init__(self, pages: int = PAGES, characters: int = CHARACTERS) -> None:
        self._most_pages = pages
        self._most_characters = characters
        self._kept: OrderedDict[tuple[Window, int], Shown] = OrderedDict()
        self._characters = 0

    def keep(self, shown: Shown) -> None:
        key = (shown.window, shown.asked)
        self._drop(key)
        self._kept[key] = shown
        self._characters += _size(shown)
        while len(self._kept) > 1 and (len(self._kept) > self._most_pages or self._characters > self._most_characters):
            self._drop(next(iter(self._kept)))

    def get(self, window: Window, page: int) -> Shown | None:
        found = self._kept.get((window, page))
        if found is not None:
            self._kept.move_to_end((window, page))
        return found

    def seen_before(self, query: FaxQuery) -> Shown | None:
        """The page of that query as it was when it was last fetched, in whatever window that was."""
        wanted = query.filters, query.sort, query.page_size, query.page
        seen = [each for each in self._kept.values() if _view(each) == wanted]
        return max(seen, key=lambda each: each.as_of, default=None)

    def forget(self, window: Window) -> None:
        """Drop the pages of a window that is opened anew."""
        for key in [each for each in self._kept if each[0] == window]:
            self._drop(key)

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: tuple[Window, int]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is not None:
            self._characters -= _size(dropped)


def _view(shown: Shown) -> tuple[Filters, Sort, int, int]:
    return shown.window.filters, shown.window.sort, shown.window.page_size, shown.asked


def _size(shown: Shown) -> int:
    return sum(len(fax.resource) for fax in shown.page.faxes)
