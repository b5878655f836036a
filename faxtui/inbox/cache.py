"""Pages already fetched, by window and page."""

from __future__ import annotations

from collections import OrderedDict

from faxtui.domain.filters import Filters
from faxtui.domain.query import FaxQuery
from faxtui.domain.sort import Sort
from faxtui.domain.window import Window
from faxtui.inbox.view import Shown

_View = tuple[Filters, Sort, int]
PAGES = 32
CHARACTERS = 4_000_000


class PageCache:
    """The pages shown or fetched last, bounded in number and in characters of the service's own text."""

    def __init__(self, pages: int = PAGES, characters: int = CHARACTERS) -> None:
        self._most_pages = pages
        self._most_characters = characters
        self._kept: OrderedDict[tuple[Window, int], Shown] = OrderedDict()
        self._newest_window: dict[_View, Window] = {}
        self._characters = 0

    def keep(self, shown: Shown) -> None:
        key = (shown.window, shown.asked)
        self._drop(key)
        self._kept[key] = shown
        self._characters += _size(shown)
        self._newest_window[_view(shown.window)] = shown.window
        while len(self._kept) > 1 and (len(self._kept) > self._most_pages or self._characters > self._most_characters):
            self._drop(next(iter(self._kept)))

    def get(self, window: Window, page: int) -> Shown | None:
        found = self._kept.get((window, page))
        if found is not None:
            self._kept.move_to_end((window, page))
        return found

    def seen_before(self, query: FaxQuery) -> Shown | None:
        """The page of that query as it was when it was last seen, in whatever window that was."""
        window = self._newest_window.get((query.filters, query.sort, query.page_size))
        return self.get(window, query.page) if window is not None else None

    def __len__(self) -> int:
        return len(self._kept)

    def _drop(self, key: tuple[Window, int]) -> None:
        dropped = self._kept.pop(key, None)
        if dropped is None:
            return
        self._characters -= _size(dropped)
        window = dropped.window
        if self._newest_window.get(_view(window)) == window and not any(kept == window for kept, _ in self._kept):
            del self._newest_window[_view(window)]


def _view(window: Window) -> _View:
    return window.filters, window.sort, window.page_size


def _size(shown: Shown) -> int:
    return sum(len(fax.resource) for fax in shown.page.faxes)
