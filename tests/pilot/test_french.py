"""The main screens in French: nothing of the English, and nothing cut because French is longer."""

import re
from collections.abc import Iterator

import pytest
from console import NARROW, SMALL, console

from faxtui.domain.fax import FIELDS
from faxtui.translation import _, use_language
from faxtui.ui.keymap import ALL

ENGLISH = {text for each in FIELDS for text in (each.heading, each.label)} | {each.label for each in ALL}
ENGLISH |= {"Enter", "Esc", "Space", "first", "page 1 of", "marked", "Wednesday", "November", "Custom range"}
SCREENS = {
    "list": ("space",),
    "filters": ("f",),
    "sort": ("s",),
    "columns": ("c",),
    "views": ("v",),
    "page": ("g",),
    "export": ("x",),
    "delete": ("D",),
    "settings": ("comma",),
    "help": ("question_mark",),
    "fields": ("i",),
}


@pytest.fixture(autouse=True)
def french() -> Iterator[None]:
    use_language("fr")
    yield
    use_language("en")


@pytest.mark.parametrize("size", [SMALL, NARROW], ids=str)
async def test_no_screen_shows_english_or_cuts_french(size: tuple[int, int]) -> None:
    english = re.compile(r"\b(?:" + "|".join(sorted(re.escape(each) for each in ENGLISH if _(each) != each)) + r")\b")
    found = []
    async with console(size=size) as desk:
        for name, keys in SCREENS.items():
            await desk.press(*keys)
            await desk.settle()
            found += [(name, line) for line in desk.lines if english.search(line)]
            found += [(name, line) for line in desk.lines if "Entrée" in line and line.rstrip().endswith("…")]
            if name != "list":
                await desk.press("escape")
                await desk.settle()
    assert found == []
